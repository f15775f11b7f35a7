//! The API as it describes itself, asked by somebody else's program.
//!
//! schemathesis reads the node's OpenAPI document and sends what it permits, what it does not, and what lies at its edges:
//! nothing may be the node's own failure, and every answer is one of which the document tells.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::process::Command;

use dokuei_tests::fixtures;
use dokuei_tests::lab::Lab;
use dokuei_tests::people::{CLINIC, TANAKA};

/// How long it asks, seconds; by hand, `DOKUEI_SCHEMATHESIS_SECONDS` lets it go on for longer.
const SECONDS: &str = "40";

/// What is not asked, and why. It is also not asked what does not end: the stream of events.
const LEFT_OUT: [(&str, &str); 5] = [
    // They end the session with which it asks.
    ("DELETE", "/session"),
    ("POST", "/session/lock"),
    // Each wrong passphrase locks her out for longer, as it should.
    ("POST", "/session"),
    ("POST", "/setup/owner"),
    // It does not end.
    ("GET", "/events"),
];

/// What is looked at in each answer. `unsupported_method`, `ignored_auth` and `missing_required_header` are asked by the
/// tests of the gateway, of every operation.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,negative_data_rejection";

/// R11, R17: whatever is sent, the node answers as its description says, and never with a failure of its own.
#[test]
fn r11_r17_the_api_is_as_it_describes_itself() {
    let program = fixtures::schemathesis().unwrap();
    let lab = Lab::new().unwrap();
    let registry = lab.registry().unwrap();
    let mut node = lab.node(&CLINIC).unwrap();
    node.enrol(&registry).unwrap();
    node.enrol_practitioner(&registry, &TANAKA).unwrap();
    node.start(&[]).unwrap();
    let dentist = node.sign_in(&TANAKA).unwrap();

    let description = lab.folder().join("openapi.json");
    std::fs::write(&description, dentist.bytes("/openapi.json").unwrap()).unwrap();
    let seconds = std::env::var("DOKUEI_SCHEMATHESIS_SECONDS").unwrap_or_else(|_| SECONDS.to_owned());
    let mut judge = Command::new(program);
    judge
        .current_dir(lab.folder())
        .arg("run")
        .arg(&description)
        .args(["--url", &format!("{}/api/v1", dentist.base())])
        .args(["--header", &format!("Authorization: Bearer {}", dentist.token())])
        .args(["--checks", CHECKS, "--phases", "coverage,fuzzing"])
        .args(["--max-time", &seconds, "--seed", "1", "--continue-on-failure"])
        .args([
            "--request-timeout",
            "30",
            "--warnings",
            "off",
            "--no-color",
            "--generation-database",
            "none",
        ]);
    for (method, path) in LEFT_OUT {
        judge.args(["--exclude-name", &format!("{method} {path}")]);
    }
    let judged = judge.output().unwrap();
    let said = String::from_utf8_lossy(&judged.stdout);
    println!("{said}");
    assert!(
        judged.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&judged.stderr)
    );
    assert!(node.addresses().is_ok(), "the node is still there");
}
