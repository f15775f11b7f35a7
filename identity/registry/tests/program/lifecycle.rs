//! The life of a credential, and of the authority that issues it.

use dokuei_identity::chain::{Chain, TrustAnchors, verify_practitioner};
use dokuei_identity::revocation::RevocationList;
use serde_json::Value;

use crate::desk::{Desk, SPECIALIST, now};

fn issued(desk: &Desk) -> String {
    desk.json(&SPECIALIST)["fingerprint"].as_str().unwrap().to_owned()
}

fn list(desk: &Desk, chain: &Chain) -> RevocationList {
    RevocationList::verify_pem(&desk.read("registry/crl.pem"), chain, &desk.anchor(), now()).unwrap()
}

/// R3, R5: renewal keeps the key and the content; the old certificate lasts to its end.
#[test]
fn r3_renewal_keeps_key_and_content() {
    let desk = Desk::new();
    let old = issued(&desk);
    let said = desk.json(&["renew", &old, "--days", "200", "--out", "renewed.pem"]);
    assert_eq!(said["replaces"], old.as_str());
    let (before, after) = (desk.chain("tanaka.pem"), desk.chain("renewed.pem"));
    let verify = |chain: &Chain| verify_practitioner(chain, &desk.anchor(), now(), Some(&list(&desk, chain)));
    let (before, after) = (verify(&before).unwrap(), verify(&after).unwrap());
    assert_ne!(before.fingerprint, after.fingerprint);
    assert_eq!(
        (before.key, before.name, before.licence),
        (after.key, after.name, after.licence)
    );
    assert_eq!(after.validity.seconds(), 200 * 86_400);
    assert_eq!(desk.listed(&old)["standing"], "in_force");
    assert_eq!(desk.listed(&old)["replaced_by"], said["fingerprint"]);
    // Whoever revokes a lost key is told of the other certificate that it has.
    let revoked = desk.json(&["revoke", &old, "--reason", "keyCompromise"]);
    assert_eq!(revoked["same_key"], serde_json::json!([said["fingerprint"]]));
}

/// R3, R5: a new key needs a request of that key, and the old certificate is superseded in the list at once.
#[test]
fn r3_a_new_key_supersedes_the_old_one() {
    let desk = Desk::new();
    let old = issued(&desk);
    let (code, sentence) = desk.refused(&["rekey", &old, "--request", "tanaka.csr"]);
    assert!(code == 1 && sentence.contains("has already"), "{sentence}");
    let request = desk.request("new", 8);
    let said = desk.json(&["rekey", &old, "--request", &request, "--out", "new.pem"]);
    let chain = desk.chain("new.pem");
    assert!(verify_practitioner(&chain, &desk.anchor(), now(), Some(&list(&desk, &chain))).is_ok());
    let former = desk.chain("tanaka.pem");
    assert!(verify_practitioner(&former, &desk.anchor(), now(), Some(&list(&desk, &former))).is_err());
    assert_eq!(desk.listed(&old)["revoked"]["reason"], "superseded");
    assert_eq!(desk.listed(&old)["standing"], "superseded");
    assert_eq!(
        desk.listed(said["fingerprint"].as_str().unwrap())["standing"],
        "in_force"
    );
}

/// R5: a suspension stands in the list, and its end takes it out again; what a state forbids is refused by name.
#[test]
fn r5_suspended_reinstated_and_refused_by_name() {
    let desk = Desk::new();
    let name = issued(&desk);
    let chain = desk.chain("tanaka.pem");
    let on_list = || list(&desk, &chain).revoked().len();
    let (_, sentence) = desk.refused(&["reinstate", &name]);
    assert!(
        sentence.contains("is in force, so it cannot be reinstated"),
        "{sentence}"
    );
    desk.done(&["suspend", &name]);
    assert_eq!(
        (on_list(), &desk.listed(&name)["standing"]),
        (1, &"suspended".into())
    );
    for (arguments, part) in [
        (vec!["suspend", &name], "is suspended, so it cannot be suspended"),
        (vec!["renew", &name], "reinstate it first"),
        (
            vec!["rekey", &name, "--request", "tanaka.csr"],
            "reinstate it first",
        ),
    ] {
        let (code, sentence) = desk.refused(&arguments);
        assert!(code == 1 && sentence.contains(part), "{arguments:?}: {sentence}");
    }
    let number = desk.json(&["reinstate", &name])["crl_number"].as_u64().unwrap();
    assert_eq!((on_list(), list(&desk, &chain).number()), (0, number));
    assert!(verify_practitioner(&chain, &desk.anchor(), now(), Some(&list(&desk, &chain))).is_ok());
    desk.done(&["suspend", &name]);
    desk.done(&["revoke", &name, "--reason", "privilegeWithdrawn"]);
    let (_, sentence) = desk.refused(&["reinstate", &name]);
    assert!(
        sentence.contains("is revoked, so it cannot be reinstated"),
        "{sentence}"
    );
    let (code, _) = desk.refused(&["revoke", &name, "--reason", "cACompromise"]);
    assert_eq!(code, 2, "a reason for authorities");
    let (_, said) = desk.refused(&["renew", &name, "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["error"]["code"], "not_in_this_state");
}

/// R24: what was durable when the program was killed counts, and what should have followed follows.
#[test]
fn r24_a_kill_between_journal_and_list_is_made_good() {
    let desk = Desk::new();
    let name = issued(&desk);
    let serial = desk.listed(&name)["serial"].as_str().unwrap().to_owned();
    let chain = desk.chain("tanaka.pem");
    let before = list(&desk, &chain).number();
    let journal = "registry/register.jsonl";
    // As if killed right after the line was flushed: no list, no register entry, no row of the operator log.
    let line = serde_json::json!({
        "event": "revoked", "at": now(), "serial": serial, "reason": "keyCompromise", "by": "registry",
    });
    desk.write(journal, &format!("{}{line}\n", desk.read(journal)));
    let (_, sentence) = desk.refused(&["renew", &name]);
    assert!(sentence.contains("is revoked"), "{sentence}");
    let after = list(&desk, &chain);
    assert!(after.number() > before);
    assert!(verify_practitioner(&chain, &desk.anchor(), now(), Some(&after)).is_err());
    let rows = desk.json(&["operator-log", "show"]);
    let recovered = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["act"] == "recovered");
    assert_eq!(recovered.unwrap()["about"], name.as_str());
    // A journal that is older than what was published is not worked with.
    let text = desk.read(journal);
    let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    desk.write(journal, &cut);
    let (code, sentence) = desk.refused(&["renew", &name]);
    assert!(code == 5 && sentence.contains("older"), "{sentence}");
}

/// R3: a new issuing authority issues; the one before it still signs its list.
#[test]
fn r3_authority_and_root_roll_over() {
    let desk = Desk::new();
    let name = issued(&desk);
    let old = desk.chain("tanaka.pem");
    desk.done(&["authority", "rotate"]);
    let request = desk.request("sato", 10);
    let mut arguments = SPECIALIST.map(str::to_owned).to_vec();
    arguments[3] = request;
    arguments[15] = "sato.pem".to_owned();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    desk.done(&arguments);
    let new = desk.chain("sato.pem");
    assert_ne!(old.intermediates, new.intermediates);
    assert!(verify_practitioner(&new, &desk.anchor(), now(), Some(&list(&desk, &new))).is_ok());
    // The certificate of the former authority is revoked in the former authority's list.
    desk.done(&["revoke", &name, "--reason", "keyCompromise"]);
    let folder = desk.path("registry/authorities");
    let former = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let former = former
        .filter(|path| path.to_string_lossy().ends_with(".crl.pem"))
        .last()
        .unwrap();
    let text = std::fs::read_to_string(former).unwrap();
    let former = RevocationList::verify_pem(&text, &old, &desk.anchor(), now()).unwrap();
    assert!(verify_practitioner(&old, &desk.anchor(), now(), Some(&former)).is_err());

    desk.done(&["root", "rotate"]);
    desk.done(&["authority", "rotate"]);
    let request = desk.request("kato", 11);
    let mut arguments: Vec<&str> = SPECIALIST.to_vec();
    arguments[3] = &request;
    arguments[15] = "kato.pem";
    desk.done(&arguments);
    let newest = desk.chain("kato.pem");
    assert!(verify_practitioner(&newest, &desk.anchor(), now(), None).is_err());
    let mut anchors = TrustAnchors::new(desk.anchor());
    let der = |name: &str| Chain::from_pem(&desk.read(name)).unwrap().end;
    anchors
        .add(
            &der("registry/root-2/root.pem"),
            &der("registry/root-2/cross.pem"),
            now(),
        )
        .unwrap();
    assert!(verify_practitioner(&newest, &anchors, now(), None).is_ok());
    desk.done(&["operator-log", "verify"]);
}

/// R17: after a change of root every act that the root signs is done by the root in force, without anybody naming its
/// key; another root's key is refused with a sentence that says what to name.
#[test]
fn r17_the_root_in_force_signs_after_a_change_of_root() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    for (number, authority) in [(2, "second"), (3, "third")] {
        desk.done(&["root", "rotate"]);
        desk.done(&["register", "rekey"]);
        desk.done(&["root", "authority", "--out", authority]);
        desk.done(&["authority", "rotate", "--from", authority]);
        desk.done(&["authority", "rotate"]);
        let findings = desk.json(&["doctor"]).to_string();
        let key = format!("root-{number}/root.key)");
        assert!(findings.contains(&key), "{findings}");
    }
    let fingerprint = desk.json(&["list"])[0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.done(&["renew", &fingerprint, "--out", "renewed.pem"]);
    let anchors = TrustAnchors::from_pem(&desk.done(&["root"])).unwrap();
    assert_eq!(anchors.all().len(), 3);
    let renewed = desk.chain("renewed.pem");
    assert!(verify_practitioner(&renewed, &anchors, now(), None).is_ok());

    let old = ["--key", "registry/root.key"];
    for act in [
        &["register", "rekey"],
        &["authority", "rotate"],
        &["root", "rotate"],
    ] {
        let (code, sentence) = desk.refused(&[&act[..], &old].concat());
        let told = ["another root", "--key", "--cert"];
        assert!(
            code == 1 && told.iter().all(|part| sentence.contains(part)),
            "{sentence}"
        );
    }
    std::fs::remove_file(desk.path("registry/root-3/root.key")).unwrap();
    let (code, sentence) = desk.refused(&["register", "rekey"]);
    let told = ["root-3/root.key", "root recover", "--key"];
    assert!(
        code == 1 && told.iter().all(|part| sentence.contains(part)),
        "{sentence}"
    );
    desk.done(&["operator-log", "verify"]);
}
