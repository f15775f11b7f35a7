//! Two judges of a vector: this crate, and OpenSSL.

use std::path::Path;
use std::process::Command;

use der::pem::{LineEnding, encode_string};
use dokuei_identity::chain::{self, Anchors, TrustAnchor};
use dokuei_identity::revocation::RevocationList;

use super::Vector;

/// Our reason, or `ok`; in the order of `dokuei-registry verify`.
pub(super) fn judge_ours(vector: &Vector) -> &'static str {
    judge(vector, |root| root)
}

/// The same by what `trust` makes of the root.
pub(crate) fn judge<A: Anchors>(vector: &Vector, trust: impl FnOnce(TrustAnchor) -> A) -> &'static str {
    let anchor = match TrustAnchor::from_der(vector.root()) {
        Ok(anchor) => trust(anchor),
        Err(error) => return error.code(),
    };
    let (chain, at) = (vector.chain(), vector.at());
    if let Err(error) = chain::verify(&chain, &anchor, at, None) {
        return error.code();
    }
    let Some(der) = &vector.list else { return "ok" };
    let list = match RevocationList::verify(der, &chain, &anchor, at) {
        Ok(list) => list,
        Err(error) => return error.code(),
    };
    if let Err(error) = list.check_current(at) {
        return error.code();
    }
    match chain::verify(&chain, &anchor, at, Some(&list)) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

/// Whether OpenSSL accepts, and what it says. Our critical extensions are unknown to it, so `-ignore_critical` has it
/// judge everything else.
pub(super) fn judge_by_openssl(vector: &Vector) -> (bool, String) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, label: &str, ders: &[Vec<u8>]| {
        let text: String = ders
            .iter()
            .map(|der| encode_string(label, LineEnding::LF, der).unwrap())
            .collect();
        std::fs::write(dir.path().join(name), text).unwrap();
    };
    let chain = vector.chain();
    write("root.pem", "CERTIFICATE", &[vector.root().to_vec()]);
    write("between.pem", "CERTIFICATE", &chain.intermediates);
    write("end.pem", "CERTIFICATE", &[chain.end]);
    let at = vector.at().0.to_string();
    let mut arguments = vec!["verify", "-ignore_critical", "-x509_strict", "-attime", &at];
    arguments.extend(["-CAfile", "root.pem"]);
    if !chain.intermediates.is_empty() {
        arguments.extend(["-untrusted", "between.pem"]);
    }
    if let Some(list) = &vector.list {
        write("list.pem", "X509 CRL", std::slice::from_ref(list));
        arguments.extend(["-crl_check", "-CRLfile", "list.pem"]);
    }
    arguments.push("end.pem");
    run(dir.path(), &arguments)
}

fn run(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("Debian's openssl is there");
    let text = String::from_utf8_lossy(&output.stderr);
    // `error 10 at 0 depth lookup: certificate has expired`, or that a file cannot be loaded.
    let why = text
        .lines()
        .find_map(|line| line.split_once(" lookup: ").map(|(_, why)| why.to_owned()))
        .unwrap_or_else(|| text.lines().next().unwrap_or_default().to_owned());
    (output.status.success(), why)
}
