//! Issuing, revoking, listing, and the first routes of the API.

use std::os::unix::process::ExitStatusExt as _;

use dokuei_identity::chain::{Chain, ChainError, TrustAnchor, verify_node, verify_practitioner};
use dokuei_identity::revocation::RevocationList;
use serde_json::Value;

use crate::desk::{Desk, NODE, SPECIALIST, Serving, now};

/// R3, R4, R20: what the operator issues verifies with the root that the operator hands out.
#[test]
fn r3_issued_credentials_verify_until_they_are_revoked() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    desk.done(&NODE);
    let (anchor, chain) = (desk.anchor(), desk.chain("tanaka.pem"));
    let certificate = verify_practitioner(&chain, &anchor, now(), None).unwrap();
    assert_eq!(certificate.name.japanese, "田中 花子");
    assert!(verify_node(&desk.chain("node.pem"), &anchor, now(), None).is_ok());

    let fingerprint = certificate.fingerprint.to_string();
    desk.done(&["revoke", &fingerprint, "--reason", "keyCompromise"]);
    let list = desk.done(&["crl"]);
    let list = RevocationList::verify_pem(&list, &chain, &anchor, now()).unwrap();
    assert_eq!(list.number(), 3, "init, revoke and crl each sign one");
    let refused = verify_practitioner(&chain, &anchor, now(), Some(&list));
    assert!(matches!(refused, Err(ChainError::Revoked { .. })), "{refused:?}");
    assert!(verify_node(&desk.chain("node.pem"), &anchor, now(), Some(&list)).is_ok());

    let (code, sentence) = desk.refused(&["revoke", &fingerprint, "--reason", "keyCompromise"]);
    assert!(code == 1 && sentence.contains("revoked already"), "{sentence}");
    let all: Value = serde_json::from_str(&desk.done(&["list", "--json"])).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[0]["revoked"]["reason"], "keyCompromise");
    assert_eq!(all[1]["revoked"], Value::Null);
}

/// `dokuei-registry list | head -1`
#[test]
fn a_command_ends_quietly_when_its_reader_has_seen_enough() {
    let desk = Desk::new();
    for arguments in [
        &["list", "--json"][..],
        &["verify", "--root", "registry/root.pem", "registry/root.pem"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = desk.command(arguments);
        let ended = command
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(ended.signal(), Some(13), "{arguments:?}: {ended:?}");
    }
}

/// R4: the refusal of a foreign reader cites the article, and nothing is written.
#[test]
fn r4_a_foreign_reader_is_refused_with_the_article() {
    let desk = Desk::new();
    let (code, sentence) = desk.refused(&[&SPECIALIST[..], &["--jurisdiction", "US"]].concat());
    assert!(code == 1 && sentence.contains("歯科医師法17条"), "{sentence}");
    assert!(!desk.path("tanaka.pem").exists());
    assert_eq!(desk.done(&["list", "--json"]).trim(), "[]");
}

/// Bad input: one sentence that says what to do, the right exit code, and the registry unharmed.
#[test]
fn r6_bad_input_gives_one_sentence_and_a_code() {
    let desk = Desk::new();
    std::fs::write(desk.path("wrong"), "another passphrase\n").unwrap();
    std::fs::write(desk.path("short"), "1234567\n").unwrap();
    std::fs::write(desk.path("garbage"), [0xff, 0xfe]).unwrap();
    let with = |more: &[&'static str]| [&SPECIALIST[..], more].concat();
    let table: [(Vec<&str>, i32, &str); 12] = [
        (
            with(&["--passphrase-file", "wrong"]),
            1,
            "passphrase is not the right one",
        ),
        (with(&["--passphrase-file", "short"]), 1, "at least 8 characters"),
        (with(&["--passphrase-file", "missing"]), 5, "cannot be read"),
        (with(&["--passphrase-file", "garbage"]), 5, "not UTF-8"),
        (with(&["--data-dir", "nowhere"]), 1, "dokuei-registry init"),
        (with(&["--qualification", "equivalent"]), 2, "needs its ground"),
        (with(&["--qualification", "astrology"]), 2, "none of"),
        (with(&["--registered-on", "yesterday"]), 2, "YYYY-MM-DD"),
        (with(&["--institution", ""]), 1, "institution is not acceptable"),
        (vec!["init", "--name", "Again"], 1, "nothing was changed"),
        (
            vec!["revoke", "00", "--reason", "superseded"],
            1,
            "no certificate",
        ),
        (vec!["serve", "--listen", "0.0.0.0:0"], 2, "loopback only"),
    ];
    for (arguments, expected, part) in table {
        let (code, sentence) = desk.refused(&arguments);
        assert_eq!(
            (code, sentence.lines().count()),
            (expected, 1),
            "{arguments:?}: {sentence}"
        );
        assert!(sentence.contains(part), "{arguments:?}: {sentence}");
    }
    let (_, json) = desk.refused(&with(&["--passphrase-file", "wrong", "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["error"]["code"], "wrong_passphrase");
    desk.done(&SPECIALIST);
}

/// R6: a passphrase that is short, of one kind of character, or among the first guesses is not chosen, and nothing is made
/// under it.
#[test]
fn r6_an_easy_passphrase_is_not_chosen() {
    let desk = Desk::empty();
    let file = ["--passphrase-file", "easy"];
    for (easy, part) in [
        ("kagi 5 hon", "at least 13 characters"),
        ("touroku kyoku no kagi", "at least one digit"),
        ("Example Registry 1", "easy to guess"),
    ] {
        desk.write("easy", &format!("{easy}\n"));
        let init = [&["init", "--name", "Example Registry"], &file[..]].concat();
        let create = ["root", "create", "--name", "Example Registry", "--out", "made"];
        for words in [init, [&create, &file[..]].concat()] {
            let (code, sentence) = desk.refused(&words);
            assert!(code == 1 && sentence.contains(part), "{easy}: {sentence}");
        }
        assert!(!desk.path("registry/root.pem").exists() && !desk.path("made").exists());
    }
    desk.done(&["init", "--name", "Example Registry"]);
    desk.write("easy", "mori mori mori 1\n");
    let (_, sentence) = desk.refused(&["operator", "add", "mori", "--new-passphrase-file", "easy"]);
    assert!(sentence.contains("easy to guess"), "{sentence}");
    assert_eq!(desk.json(&["operator", "list"]), Value::Array(Vec::new()));
}

/// R19: keys lie sealed, and only the operator reads them.
#[cfg(unix)]
#[test]
fn r19_keys_are_sealed_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    for name in ["root.key", "issuing.key", "register.jsonl"] {
        let mode = std::fs::metadata(desk.path("registry").join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let swap = |from: &str, to: &str| {
        std::fs::copy(desk.path("registry").join(from), desk.path("registry").join(to))
    };
    swap("root.key", "issuing.key").unwrap();
    let (code, sentence) = desk.refused(&SPECIALIST);
    assert!(
        code == 1 && sentence.contains("made for another purpose"),
        "{sentence}"
    );
}

/// R4: a licence of 1965 stands in the certificate as its day; what cannot be such a day is refused with what can.
#[test]
fn r4_a_licence_registered_before_1970_is_issued() {
    let desk = Desk::new();
    let said = desk.json(&[&SPECIALIST[..], &["--registered-on", "1965-04-02"]].concat());
    assert_eq!(said["certificate"]["licence"]["registered_on"], -149_904_000);
    let name = said["fingerprint"].as_str().unwrap();
    let again = desk.json(&["renew", name, "--out", "renewed.pem"]);
    assert_eq!(again["certificate"]["licence"]["registered_on"], -149_904_000);
    for wrong in ["1899-12-31", "昭和40年4月2日", "1965-02-30", "2999-01-01"] {
        let (_, sentence) = desk.refused(&[&SPECIALIST[..], &["--registered-on", wrong]].concat());
        assert!(
            sentence.contains("is not") || sentence.contains("licence"),
            "{sentence}"
        );
    }
}

/// A crash in the middle of a line loses that line only: nothing in it had been acknowledged.
#[test]
fn a_torn_last_line_of_the_register_is_no_harm() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    let register = desk.path("registry").join("register.jsonl");
    let mut text = std::fs::read_to_string(&register).unwrap();
    text.push_str("{\"event\":\"issu");
    std::fs::write(&register, &text).unwrap();
    desk.done(&NODE);
    let all: Value = serde_json::from_str(&desk.done(&["list", "--json"])).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2);
    std::fs::write(&register, text.replacen("\"kind\"", "\"knid\"", 1) + "\n").unwrap();
    let (code, sentence) = desk.refused(&["list"]);
    assert!(code == 5 && sentence.contains("line 3"), "{sentence}");
}

#[test]
fn help_and_completion_are_there() {
    let desk = Desk::empty();
    assert!(desk.done(&["--help"]).contains("Examples:"));
    assert!(desk.done(&["completion", "bash"]).contains("dokuei-registry"));
    let (code, _) = desk.refused(&["issue"]);
    assert_eq!(code, 2);
}

#[test]
fn the_api_issues_lists_and_revokes() {
    let desk = Desk::new();
    let api = Serving::start(&desk);
    let request = std::fs::read_to_string(desk.path("tanaka.csr")).unwrap();
    let order = serde_json::json!({
        "kind": "practitioner", "request": request, "name_ja": "田中 花子", "name_latin": "Hanako Tanaka",
        "licence_type": "dentist", "licence_number": "123456", "jurisdiction": "JP", "qualifications": ["oral-radiology"],
    });
    let (status, body) = api.ask("POST", "/api/v1/credentials", &order.to_string());
    assert_eq!(status, 201, "{body}");
    let issued: Value = serde_json::from_str(&body).unwrap();
    let chain = Chain::from_pem(issued["chain"].as_str().unwrap()).unwrap();
    let anchor = TrustAnchor::from_pem(&api.ask("GET", "/api/v1/root.pem", "").1).unwrap();
    assert!(verify_practitioner(&chain, &anchor, now(), None).is_ok());

    let revoke = format!(
        "/api/v1/credentials/{}/revoke",
        issued["fingerprint"].as_str().unwrap()
    );
    let before = api.ask("GET", "/api/v1/crl.pem", "").1;
    assert_eq!(api.ask("POST", &revoke, r#"{"reason":"superseded"}"#).0, 200);
    assert_eq!(api.ask("POST", &revoke, r#"{"reason":"superseded"}"#).0, 409);
    let list = api.ask("GET", "/api/v1/crl.pem", "").1;
    assert_ne!(list, before, "a revocation is in the next list at once");
    let journal = desk.read("registry/register.jsonl");
    assert_eq!(api.ask("GET", "/api/v1/crl.pem", "").1, list);
    assert_eq!(
        desk.read("registry/register.jsonl"),
        journal,
        "reading signs nothing"
    );
    std::fs::remove_file(desk.path("registry/crl.pem")).unwrap();
    assert_ne!(
        api.ask("GET", "/api/v1/crl.pem", "").1,
        list,
        "a lost one is signed again"
    );
    let list = RevocationList::verify_pem(&list, &chain, &anchor, now()).unwrap();
    assert!(matches!(
        verify_practitioner(&chain, &anchor, now(), Some(&list)),
        Err(ChainError::Revoked { .. })
    ));
    let all: Value = serde_json::from_str(&api.ask("GET", "/api/v1/credentials", "").1).unwrap();
    assert_eq!(all[0]["revoked"]["reason"], "superseded");
    let status: Value = serde_json::from_str(&api.ask("GET", "/api/v1/status", "").1).unwrap();
    assert_eq!((&status["issued"], &status["revoked"]), (&1.into(), &1.into()));
}

/// R6, R4: no token, another host or a foreign reader gets a problem (RFC 9457) and nothing else.
#[test]
fn r6_the_api_refuses_strangers_and_what_policy_forbids() {
    let desk = Desk::new();
    let api = Serving::start(&desk);
    let bearer = format!("Authorization: Bearer {}\r\n", api.token);
    assert_eq!(api.raw("GET", "/api/v1/status", &api.address, "", "").0, 401);
    assert_eq!(
        api.raw(
            "GET",
            "/api/v1/status",
            &api.address,
            "Authorization: Bearer 00\r\n",
            ""
        )
        .0,
        401
    );
    assert_eq!(
        api.raw("GET", "/api/v1/status", "registry.example", &bearer, "")
            .0,
        421
    );
    assert_eq!(api.ask("GET", "/api/v1/nothing", "").0, 404);
    assert_eq!(api.ask("POST", "/api/v1/credentials", "{}").0, 400);
    assert_eq!(api.ask("POST", "/api/v1/credentials", &" ".repeat(70_000)).0, 413);
    assert_eq!(
        api.ask(
            "POST",
            "/api/v1/credentials/00/revoke",
            r#"{"reason":"superseded"}"#
        )
        .0,
        404
    );
    let request = std::fs::read_to_string(desk.path("tanaka.csr")).unwrap();
    let order = serde_json::json!({
        "kind": "practitioner", "request": request, "name_ja": "スミス", "name_latin": "John Smith",
        "licence_type": "dentist", "licence_number": "1", "jurisdiction": "US", "qualifications": ["oral-radiology"],
    });
    let (status, body) = api.ask("POST", "/api/v1/credentials", &order.to_string());
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, problem["code"].as_str()),
        (403, Some("forbidden_by_policy"))
    );
    assert!(problem["detail"].as_str().unwrap().contains("歯科医師法17条"));
    let (code, sentence) = desk.refused(&SPECIALIST);
    assert!(
        code == 1 && sentence.contains("another dokuei-registry"),
        "{sentence}"
    );
}
