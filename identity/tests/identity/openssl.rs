//! OpenSSL as a foreign judge of certificates, requests and revocation lists.

use std::path::Path;
use std::process::{Command, Output};

use dokuei_identity::chain::Chain;
use dokuei_identity::key::SecretKey;
use dokuei_identity::request;
use dokuei_identity::revocation::{RevocationReason, Revoked, make};

use crate::world::{NOW, World, clinic, specialist};

fn openssl(dir: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("Debian's openssl is there")
}

fn passes(dir: &Path, arguments: &[&str]) -> String {
    let output = openssl(dir, arguments);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "openssl {arguments:?}: {text}");
    text
}

/// Writes the files and gives the directory.
fn files(world: &World, chain: &Chain) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let issuing = Chain {
        end: world.issuing.certificate().to_vec(),
        intermediates: vec![],
    };
    std::fs::write(dir.path().join("root.pem"), world.anchor.to_pem()).unwrap();
    std::fs::write(dir.path().join("issuing.pem"), issuing.to_pem()).unwrap();
    let end = Chain {
        end: chain.end.clone(),
        intermediates: vec![],
    };
    std::fs::write(dir.path().join("end.pem"), end.to_pem()).unwrap();
    dir
}

/// Our own extensions stay critical, because who cannot read the licence must not rely on the certificate (RFC 5280
/// §4.2). OpenSSL cannot read them and rightly refuses; `-ignore_critical` has it judge everything else.
const VERIFY: [&str; 9] = [
    "verify",
    "-ignore_critical",
    "-x509_strict",
    "-CAfile",
    "root.pem",
    "-untrusted",
    "issuing.pem",
    "-attime",
    "1795478401",
];

#[test]
fn r4_openssl_verifies_both_kinds_and_shows_the_fields() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let dir = files(&world, &chain);
    assert!(passes(dir.path(), &[&VERIFY[..], &["end.pem"]].concat()).contains("end.pem: OK"));
    let strict: Vec<_> = VERIFY
        .iter()
        .copied()
        .filter(|word| *word != "-ignore_critical")
        .collect();
    let refused = openssl(dir.path(), &[&strict[..], &["end.pem"]].concat());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("unhandled critical extension"));
    let text = passes(
        dir.path(),
        &["x509", "-in", "end.pem", "-noout", "-text", "-nameopt", "utf8"],
    );
    for field in [
        "Signature Algorithm: ED25519",
        "CN=Hanako Tanaka",
        "O=みなと歯科",
        "CA:FALSE",
        "Digital Signature, Non Repudiation",
        "1.3.6.1.4.1.32473.1.1: critical",
        "123456",
        "oral-radiology",
        "Subject Directory Attributes",
        "Dentist",
        "Policy: 1.3.6.1.4.1.32473.2.1",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(text.contains(field), "{field} is not in {text}");
    }
    let asn1 = passes(dir.path(), &["asn1parse", "-in", "end.pem"]);
    assert!(
        asn1.contains("2.5.29.9") || asn1.contains("Subject Directory Attributes"),
        "{asn1}"
    );

    let (_, node) = world.issue_node(&clinic(), &SecretKey::from_seed(&[8; 32]));
    let dir = files(&world, &node);
    assert!(passes(dir.path(), &[&VERIFY[..], &["end.pem"]].concat()).contains("end.pem: OK"));
}

#[test]
fn openssl_reads_our_request_and_we_read_its() {
    let dir = tempfile::tempdir().unwrap();
    let key = SecretKey::from_seed(&[7; 32]);
    std::fs::write(
        dir.path().join("ours.csr"),
        request::make(&key, "田中 花子").unwrap(),
    )
    .unwrap();
    let text = passes(
        dir.path(),
        &["req", "-in", "ours.csr", "-verify", "-noout", "-text"],
    );
    assert!(text.contains("verify OK") && text.contains("ED25519"), "{text}");

    passes(
        dir.path(),
        &["genpkey", "-algorithm", "ed25519", "-out", "key.pem"],
    );
    passes(
        dir.path(),
        &[
            "req",
            "-new",
            "-key",
            "key.pem",
            "-subj",
            "/C=JP/CN=tanaka",
            "-addext",
            "keyUsage=digitalSignature",
            "-out",
            "theirs.csr",
        ],
    );
    let theirs = std::fs::read_to_string(dir.path().join("theirs.csr")).unwrap();
    assert_eq!(
        request::read(&theirs).unwrap().common_name.as_deref(),
        Some("tanaka")
    );

    passes(
        dir.path(),
        &[
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "ec.pem",
            "-subj",
            "/CN=ec",
            "-out",
            "ec.csr",
        ],
    );
    let ec = std::fs::read_to_string(dir.path().join("ec.csr")).unwrap();
    assert_eq!(request::read(&ec), Err(request::RequestError::Key));
}

/// R6: OpenSSL too refuses what our revocation list revokes.
#[test]
fn r6_openssl_checks_our_revocation_list() {
    let mut world = World::new();
    let (issued, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let dir = files(&world, &chain);
    let entries = [Revoked {
        serial: issued.serial,
        since: NOW,
        reason: RevocationReason::KeyCompromise,
    }];
    let list = make(&world.issuing, 12, NOW, NOW.plus(86_400), &entries).unwrap();
    std::fs::write(dir.path().join("crl.pem"), list).unwrap();
    let text = passes(
        dir.path(),
        &[
            "crl",
            "-in",
            "crl.pem",
            "-noout",
            "-text",
            "-CAfile",
            "issuing.pem",
        ],
    );
    assert!(
        text.contains("verify OK") && text.contains("Key Compromise"),
        "{text}"
    );
    let refused = openssl(
        dir.path(),
        &[&VERIFY[..], &["-crl_check", "-CRLfile", "crl.pem", "end.pem"]].concat(),
    );
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("certificate revoked"),
        "{refused:?}"
    );
}
