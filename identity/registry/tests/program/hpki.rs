//! HPKI countersignatures at the registry: the operator's trust lies in `hpki/`, and what a card showed is kept as
//! evidence with the decision.

use dokuei_identity::application::SignedApplication;
use serde_json::Value;

use crate::applications::{send, signed};
use crate::desk::Desk;

#[path = "../../../tests/evidence/authority.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests of the library, which need more of it"
)]
mod authority;
use authority::{Authority, authority};

/// A card's holder signs the statement of an application, as her card's own program does it.
fn countersign(card: &Authority, holder: &str, made: SignedApplication) -> SignedApplication {
    let statement = format!("statement-{}", made.id());
    std::fs::write(card.path(&statement), made.bytes_to_sign()).unwrap();
    let signature = card.sign_file(&statement, holder, "-md sha256");
    made.with_countersignature(signature).unwrap()
}

/// A dentist applies with the card of this holder; gives the application's name.
fn apply(desk: &Desk, holder: &str, seed: u8) -> String {
    let made = countersign(authority(), holder, signed(desk, seed, &format!("9000{seed}")));
    let id = made.id().to_string();
    send(desk, holder, &made);
    desk.done(&["application", "receive", holder]);
    id
}

/// What was found about the card: codes with their weights.
fn about_card(shown: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let findings = shown["findings"].as_array().unwrap().iter();
    let findings = findings.map(|finding| (text(finding, "code"), text(finding, "weight")));
    findings.filter(|(code, _)| code.starts_with("hpki-")).collect()
}

fn found(code: &str, weight: &str) -> (String, String) {
    (code.to_owned(), weight.to_owned())
}

/// R3, R17: the registry verifies chain, profession and revocation of a card that countersigned, by roots and lists that
/// its operator laid down, and keeps what it saw with the decision.
#[test]
fn r3_r17_what_a_card_shows_is_verified_and_kept() {
    let (desk, card) = (Desk::new(), authority());
    let id = apply(&desk, "rsa", 71);
    let show = || desk.json(&["application", "show", &id]);
    // Nobody's root is trusted before the operator says so.
    assert_eq!(about_card(&show()), [found("hpki-no-roots", "warning")]);
    std::fs::create_dir(desk.path("registry/hpki")).unwrap();
    desk.write("registry/hpki/roots.pem", &card.text("root.pem"));
    let without_list = [found("hpki-verified", "good"), found("hpki-no-list", "warning")];
    assert_eq!(about_card(&show()), without_list);
    std::fs::write(desk.path("registry/hpki/issuing.crl"), card.read("list.der")).unwrap();
    let shown = show();
    assert_eq!(about_card(&shown), [found("hpki-verified", "good")]);
    assert_eq!(shown["hpki"]["hc_role"], "dentist");
    assert_eq!(shown["hpki"]["common_name"], "TANAKA Hanako rsa");
    assert!(shown["hpki"]["revocation"]["number"].is_string(), "{shown}");

    desk.done(&["application", "approve", &id, "--out", "rsa.pem"]);
    // What was seen then stays, whatever is trusted later.
    std::fs::remove_dir_all(desk.path("registry/hpki")).unwrap();
    let kept = show()["decision"]["hpki"].clone();
    assert_eq!(kept["common_name"], "TANAKA Hanako rsa", "{kept}");
    assert_eq!(kept["serial"], shown["hpki"]["serial"]);
}

/// R4, R17: a card that is revoked, or that signed something else, shows nothing, and what it countersigned is not approved.
/// The library's tests have every other reason.
#[test]
fn r4_r17_a_card_that_does_not_stand_cannot_be_approved() {
    let (desk, card) = (Desk::new(), authority());
    std::fs::create_dir(desk.path("registry/hpki")).unwrap();
    desk.write("registry/hpki/roots.pem", &card.text("root.pem"));
    std::fs::write(desk.path("registry/hpki/issuing.crl"), card.read("list.der")).unwrap();
    let refused = |id: &str, code: &str| {
        let shown = desk.json(&["application", "show", id]);
        assert_eq!(about_card(&shown), [found(code, "bad")]);
        assert_eq!(shown["hpki"], Value::Null);
        let (exit, sentence) = desk.refused(&["application", "approve", id]);
        assert!(exit == 1 && sentence.contains("cannot be approved"), "{sentence}");
    };
    refused(&apply(&desk, "revoked", 72), "hpki-revoked");
    // A good card's signature over another application.
    let other = countersign(card, "p256", signed(&desk, 75, "900075"));
    let made = signed(&desk, 76, "900076");
    let made = made
        .with_countersignature(other.countersignature().unwrap().to_vec())
        .unwrap();
    send(&desk, "moved", &made);
    desk.done(&["application", "receive", "moved"]);
    refused(&made.id().to_string(), "hpki-another-content");
    assert_eq!(desk.json(&["list"]), Value::Array(Vec::new()));
}
