//! The certificates, judged by OpenSSL.
//!
//! Shows R3, R4 and R17: licence and qualification stand in certificates that any X.509 tool verifies.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use dokuei_tests::foreign;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{HOSPITAL, SUZUKI};
use serde_json::Value;

/// R17: OpenSSL builds the path from every issued certificate to the root, and to no other root.
#[test]
fn r17_openssl_verifies_every_issued_chain() {
    let pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    let other = Lab::new().unwrap();
    let other = other.registry().unwrap();
    for chain in &pair.chains {
        let said = foreign::openssl_verify(pair.registry.root(), chain).unwrap();
        assert!(said.contains("OK"), "{said}");
        assert!(foreign::openssl_verify(other.root(), chain).is_err());
    }
}

/// R3, R4: the text that OpenSSL prints names the person, the algorithm and the critical extensions.
#[test]
fn r3_r4_openssl_reads_what_the_certificate_says() {
    let pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    let text = foreign::openssl_text(&pair.chains[3]).unwrap();
    for part in [
        "Public Key Algorithm: ED25519",
        "CA:FALSE",
        "Digital Signature",
        "Suzuki",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(
        text.contains("2.5.29.9") || text.contains("Subject Directory Attributes"),
        "{text}"
    );
    let issued = pair.registry.list().unwrap();
    let listed = issued
        .as_array()
        .or_else(|| issued["credentials"].as_array())
        .unwrap();
    assert!(listed.len() >= pair.chains.len(), "{issued}");
}

/// R17: the node's certificate and its peer id are of one key, and its keys are readable by this user only.
#[test]
fn r17_keys_stay_on_the_machine_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_nodes().unwrap();
    let status: Value = pair.clinic.operator().unwrap().get("/status").unwrap();
    assert!(
        status["peer_id"].as_str().unwrap().starts_with("12D3KooW"),
        "{status}"
    );
    assert!(status["node_fingerprint"].is_string(), "{status}");
    let data = pair.clinic.data_dir();
    for secret in ["node.key", "api.token", "practitioners/tanaka.key"] {
        let mode = data.join(secret).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{secret} has mode {mode:o}");
    }
}

/// R4, R17: a request that OpenSSL made is as good as ours, and what is issued for it names its key.
#[test]
fn r4_r17_a_request_by_openssl_is_certified() {
    let lab = Lab::new().unwrap();
    let registry = lab.registry().unwrap();
    let (key, request) = (
        lab.folder().join("foreign.key"),
        lab.folder().join("foreign.csr.pem"),
    );
    let mut make = foreign::command("openssl").unwrap();
    make.args([
        "req",
        "-new",
        "-newkey",
        "ed25519",
        "-nodes",
        "-subj",
        "/CN=Foreign",
        "-keyout",
    ])
    .arg(&key);
    dokuei_tests::process::output(make.arg("-out").arg(&request)).unwrap();
    let chain = registry
        .issue_practitioner(&SUZUKI, &HOSPITAL, &request, 30)
        .unwrap();
    assert!(
        foreign::openssl_verify(registry.root(), &chain)
            .unwrap()
            .contains("OK")
    );
    let public = |words: &[&str], file: &std::path::Path| {
        let mut print = foreign::command("openssl").unwrap();
        dokuei_tests::process::output(print.args(words).arg("-in").arg(file)).unwrap()
    };
    assert_eq!(
        public(&["x509", "-noout", "-pubkey"], &chain),
        public(&["pkey", "-pubout"], &key)
    );
}
