//! Named operators, four eyes, and the log that tells who did what.

use serde_json::Value;

use crate::desk::{Desk, PASSPHRASE, SPECIALIST, Serving};

/// A desk with two operators, each with her own passphrase, and the four-eyes rule.
fn two() -> Desk {
    let desk = Desk::new();
    for name in ["suzuki", "mori"] {
        desk.write(name, &format!("{name} to issho ni 9 nen\n"));
    }
    desk.done(&["operator", "add", "suzuki", "--new-passphrase-file", "suzuki"]);
    let by = ["--operator", "suzuki", "--passphrase-file", "suzuki"];
    let add = ["operator", "add", "mori", "--new-passphrase-file", "mori"];
    desk.done(&[&by[..], &add].concat());
    desk.write("registry/registry.toml", "four_eyes = true\n");
    desk
}

fn by<'a>(name: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [&["--operator", name, "--passphrase-file", name], arguments].concat()
}

/// R11, R21: issuing and revoking wait for a second operator, who is another person; suspending does not wait.
#[test]
fn r21_four_eyes() {
    let desk = two();
    let (code, sentence) = desk.refused(&SPECIALIST);
    assert!(code == 1 && sentence.contains("--operator"), "{sentence}");

    let waits = desk.json(&by("suzuki", &SPECIALIST));
    let id = waits["pending"].as_str().unwrap();
    assert!(!desk.path("tanaka.pem").exists());
    assert_eq!(desk.json(&["pending", "list"])[0]["proposed_by"], "suzuki");
    let (_, sentence) = desk.refused(&by("suzuki", &["pending", "approve", id]));
    assert!(sentence.contains("somebody else must confirm"), "{sentence}");
    let said = desk.json(&by("mori", &["pending", "approve", id, "--out", "tanaka.pem"]));
    let name = said["fingerprint"].as_str().unwrap().to_owned();
    let listed = desk.listed(&name);
    assert_eq!(listed["issued_by"], format!("suzuki+mori#{id}"));
    let (_, sentence) = desk.refused(&by("mori", &["pending", "approve", id]));
    assert!(sentence.contains("nothing with the id"), "{sentence}");

    let waits = desk.json(&by("mori", &["revoke", &name, "--reason", "keyCompromise"]));
    assert_eq!(desk.listed(&name)["standing"], "in_force");
    desk.done(&by("mori", &["suspend", &name]));
    assert_eq!(desk.listed(&name)["standing"], "suspended");
    // What waits cannot be altered behind its asker's back.
    let id = waits["pending"].as_str().unwrap();
    let file = format!("registry/pending/{id}.json");
    let honest = desk.read(&file);
    desk.write(&file, &honest.replace("keyCompromise", "superseded"));
    let (code, sentence) = desk.refused(&by("suzuki", &["pending", "approve", id]));
    assert!(
        code == 5 && sentence.contains("not what mori asked for"),
        "{sentence}"
    );
    desk.write(&file, &honest);
    desk.done(&by("suzuki", &["pending", "approve", id]));
    assert_eq!(desk.listed(&name)["standing"], "revoked");
    assert_eq!(desk.json(&["pending", "list"]), Value::Array(Vec::new()));
    let rows = desk.json(&["operator-log", "show"]);
    let last = rows.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["operator"], &last["detail"]["proposed_by"]),
        (&"suzuki".into(), &"mori".into())
    );
}

/// R11: an edited, a dropped, a reordered row and a cut end are each found; so is a foreign one.
#[test]
fn r11_the_operator_log_shows_what_was_changed() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    let name = desk.json(&["list"])[0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.done(&["suspend", &name]);
    desk.done(&["reinstate", &name]);
    desk.refused(&["reinstate", &name]);
    let log = "registry/operator-log.jsonl";
    let honest = desk.read(log);
    let rows: Vec<&str> = honest.lines().collect();
    assert_eq!(rows.len(), 4, "{honest}");
    assert!(rows[3].contains("\"refused\""), "a refusal is written down too");
    assert_eq!(desk.json(&["operator-log", "verify"])["rows"], 4);
    let lines = |rows: &[&str]| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let table = [
        (honest.replacen("suspend", "reinstate", 1), "row 1 was edited"),
        (lines(&[rows[0], rows[2], rows[3]]), "dropped or put elsewhere"),
        (
            lines(&[rows[0], rows[2], rows[1], rows[3]]),
            "dropped or put elsewhere",
        ),
        (lines(&rows[..2]), "2 rows are missing at its end"),
        (
            honest.replacen("\"number\":1", "\"number\": 1", 1),
            "row 1 was rewritten",
        ),
        (
            honest.replacen("\"operator\":\"registry\"", "\"operator\":\"nobody\"", 1),
            "no operator then",
        ),
    ];
    for (text, part) in table {
        desk.write(log, &text);
        let (code, sentence) = desk.refused(&["operator-log", "verify"]);
        assert!(code == 5 && sentence.contains(part), "{part}: {sentence}");
        let (code, _) = desk.refused(&["suspend", &name]);
        assert_eq!(code, 5, "nobody works on with a log that is not whole");
    }
    desk.write(log, &honest);
    desk.done(&["operator-log", "verify"]);
    // A half-written row of a crash is no harm.
    desk.write(log, &format!("{honest}{{\"number\":4,"));
    desk.done(&["suspend", &name]);
    assert_eq!(desk.json(&["operator-log", "verify"])["rows"], 5);
}

/// R11: a removed operator is out, even with a copy of her sealed file.
#[test]
fn r11_a_removed_operator_does_not_come_back() {
    let desk = two();
    desk.write("registry/registry.toml", "");
    std::fs::copy(desk.path("registry/operators/mori.key"), desk.path("kept")).unwrap();
    desk.done(&by("suzuki", &["operator", "remove", "mori"]));
    std::fs::copy(desk.path("kept"), desk.path("registry/operators/mori.key")).unwrap();
    let (code, sentence) = desk.refused(&by("mori", &["crl"]));
    assert!(code == 1 && sentence.contains("no operator mori"), "{sentence}");
    let (_, sentence) = desk.refused(&["operator", "add", "../x"]);
    assert!(sentence.contains("no name for an operator"), "{sentence}");
}

/// R11, R24: killed between the file of the first operator and the row that names her, the registry is as it was: its
/// own passphrase opens it, by command and in the console, she does not act yet, and she is named again.
#[test]
fn r24_killed_while_the_first_operator_is_named_nobody_is_locked_out() {
    let desk = Desk::new();
    desk.write("suzuki", "suzuki to issho ni 9 nen\n");
    let log = ["registry/operator-log.jsonl", "registry/operator-log.checkpoint"];
    let before = log.map(|file| std::fs::read(desk.path(file)).unwrap());
    let add = ["operator", "add", "suzuki", "--new-passphrase-file", "suzuki"];
    desk.done(&add);
    for (file, content) in log.iter().zip(before) {
        std::fs::write(desk.path(file), content).unwrap();
    }
    assert!(desk.path("registry/operators/suzuki.key").exists());
    let (code, sentence) = desk.refused(&by("suzuki", &["crl"]));
    assert!(code == 1 && sentence.contains("no operator suzuki"), "{sentence}");
    let api = Serving::start(&desk);
    let body = serde_json::json!({"passphrase": PASSPHRASE}).to_string();
    let (status, said) = api.raw("POST", "/api/v1/session", &api.address, "", &body);
    assert_eq!(status, 201, "{said}");
    drop(api);
    desk.done(&SPECIALIST);
    desk.done(&add);
    desk.done(&by("suzuki", &["crl"]));
    let (_, sentence) = desk.refused(&["crl"]);
    assert!(sentence.contains("--operator"), "{sentence}");
    desk.done(&["operator-log", "verify"]);
}

/// R11, R24: killed while an operator is let go, between her file and the row: whoever still opens the keys stays, the
/// removal is brought to its end, and her name is free again.
#[test]
fn r24_killed_while_an_operator_is_let_go_the_other_one_stays_and_ends_it() {
    let desk = two();
    desk.write("registry/registry.toml", "");
    std::fs::remove_file(desk.path("registry/operators/mori.key")).unwrap();
    let (_, sentence) = desk.refused(&by("suzuki", &["operator", "remove", "suzuki"]));
    assert!(sentence.contains("last operator"), "{sentence}");
    desk.done(&by("suzuki", &["operator", "remove", "mori"]));
    let add = ["operator", "add", "mori", "--new-passphrase-file", "mori"];
    desk.done(&by("suzuki", &add));
    desk.done(&by("mori", &["operator", "remove", "suzuki"]));
    let left = desk.json(&["operator", "list"]);
    assert_eq!(
        (&left[0]["name"], left.as_array().unwrap().len()),
        (&"mori".into(), 1)
    );
    desk.done(&["operator-log", "verify"]);
}

/// R21: two operators ask for the same new name: what is confirmed second replaces nobody.
#[test]
fn r21_a_waiting_operator_does_not_replace_one_of_her_name() {
    let desk = two();
    desk.write("one", "midori no kame 6 piki to umi\n");
    desk.write("other", "tsuru to kasa 7 hon ga aru\n");
    let ask = |who: &'static str, file: &'static str| {
        let add = ["operator", "add", "sato", "--new-passphrase-file", file];
        let waits = desk.json(&by(who, &add));
        waits["pending"].as_str().unwrap().to_owned()
    };
    let (first, second) = (ask("suzuki", "one"), ask("mori", "other"));
    desk.done(&by("mori", &["pending", "approve", &first]));
    let file = desk.path("registry/operators/sato.key");
    let (sealed, listed) = (std::fs::read(&file).unwrap(), desk.json(&["operator", "list"]));
    let (_, sentence) = desk.refused(&by("suzuki", &["pending", "approve", &second]));
    assert!(sentence.contains("already is an operator sato"), "{sentence}");
    let (_, sentence) = desk.refused(&by(
        "suzuki",
        &["operator", "add", "sato", "--new-passphrase-file", "other"],
    ));
    assert!(sentence.contains("already is an operator sato"), "{sentence}");
    assert!(std::fs::read(&file).unwrap() == sealed, "her file was replaced");
    assert_eq!(desk.json(&["operator", "list"]), listed);
    desk.done(&by("suzuki", &["pending", "reject", &second]));
    desk.done(&["--operator", "sato", "--passphrase-file", "one", "crl"]);
}
