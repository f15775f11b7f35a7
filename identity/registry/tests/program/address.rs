//! Where a certificate says that its revocation list lies.

use std::process::Command;

use crate::desk::{Desk, SPECIALIST};

fn openssl(desk: &Desk, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .current_dir(desk.dir.path())
        .args(arguments)
        .output()
        .expect("Debian's openssl is there");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "openssl {arguments:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

/// The file of the published folder to which the certificate's address leads.
fn listed_at(desk: &Desk, certificate: &str) -> String {
    let shown = [
        "x509",
        "-in",
        certificate,
        "-noout",
        "-ext",
        "crlDistributionPoints",
    ];
    let shown = openssl(desk, &shown);
    assert!(
        !shown.contains("critical"),
        "RFC 5280 §4.2.1.13 says not critical: {shown}"
    );
    let address = shown
        .split("URI:")
        .nth(1)
        .expect("an address")
        .split_whitespace()
        .next()
        .unwrap();
    let file = address
        .strip_prefix("http://registry.example.org/pub/")
        .expect("below the given address");
    format!("registry/register/{file}")
}

/// R5: whoever knows nothing of Dokuei finds by the certificate alone the list in which it stands as revoked.
#[test]
fn r5_openssl_finds_the_revocation_list_by_the_certificate() {
    let desk = Desk::empty();
    let init = [
        "init",
        "--name",
        "Example Registry",
        "--register-url",
        "http://registry.example.org/pub/",
    ];
    desk.done(&init);
    let name = desk.json(&SPECIALIST)["fingerprint"].as_str().unwrap().to_owned();
    let list = listed_at(&desk, "tanaka.pem");
    let issuing = desk.chain("tanaka.pem").intermediates;
    let issuing = dokuei_identity::chain::Chain {
        end: issuing[0].clone(),
        intermediates: vec![],
    };
    desk.write("issuing.pem", &issuing.to_pem());
    desk.write("root.pem", &desk.done(&["root"]));
    let judge = |crl: &str| {
        let out = Command::new("openssl")
            .current_dir(desk.dir.path())
            .args(["verify", "-ignore_critical", "-crl_check", "-CAfile", "root.pem"])
            .args(["-untrusted", "issuing.pem", "-CRLfile", crl, "tanaka.pem"])
            .output()
            .unwrap();
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    let pem = |out: &str| openssl(&desk, &["crl", "-inform", "DER", "-in", &list, "-out", out]);
    pem("before.crl");
    let (stands, why) = judge("before.crl");
    assert!(stands, "{why}");
    desk.done(&["revoke", &name, "--reason", "keyCompromise"]);
    pem("after.crl");
    let (stands, why) = judge("after.crl");
    assert!(!stands && why.contains("certificate revoked"), "{why}");

    // The next issuing authority has a list of its own, at an address of its own.
    desk.done(&["authority", "rotate"]);
    let request = desk.request("sato", 10);
    let mut arguments = SPECIALIST;
    arguments[3] = &request;
    arguments[15] = "sato.pem";
    desk.done(&arguments);
    let next = listed_at(&desk, "sato.pem");
    assert_ne!(next, list);
    assert!(desk.path(&next).is_file(), "{next}");
    // The register's own certificate says it too.
    let _ = listed_at(&desk, "registry/register/registry.pem");
}

#[test]
fn an_address_that_cannot_stand_in_a_certificate_is_refused_before_anything_is_made() {
    let desk = Desk::empty();
    let (code, sentence) = desk.refused(&[
        "init",
        "--name",
        "Example",
        "--register-url",
        "registry.example.org",
    ]);
    assert!(
        code == 2 && sentence.contains("for example http://"),
        "{sentence}"
    );
    assert!(!desk.path("registry/root.pem").exists());
    let init = [
        "init",
        "--name",
        "Example",
        "--register-url",
        "http://registry.example.org",
    ];
    std::fs::create_dir(desk.path("registry")).unwrap();
    desk.write("registry/registry.toml", "four_eyes = false\n");
    let (_, sentence) = desk.refused(&init);
    assert!(
        sentence.contains("register_url = \"http://registry.example.org\""),
        "{sentence}"
    );
}
