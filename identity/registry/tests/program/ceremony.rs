//! The root's ceremonies: made away from the registry, split, recovered.

use dokuei_identity::chain::verify_practitioner;

use crate::desk::{Desk, SPECIALIST, now};

/// A root made at a ceremony, with its key split 3 of 5.
fn split() -> (Desk, Vec<String>) {
    let desk = Desk::empty();
    desk.done(&[
        "root",
        "create",
        "--name",
        "Example Registry",
        "--out",
        "ceremony",
    ]);
    let said = desk.json(&[
        "root",
        "split",
        "--key",
        "ceremony/root.key",
        "--cert",
        "ceremony/root.pem",
        "--out",
        "pages",
    ]);
    let pages: Vec<String> = said["pages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pages.len(), 5);
    (desk, pages)
}

fn recover<'a>(out: &'a str, shares: &[&'a str]) -> Vec<&'a str> {
    [
        &["root", "recover", "--cert", "ceremony/root.pem", "--out", out],
        shares,
    ]
    .concat()
}

/// R3, R19: after the ceremony the registry works without the root's key, which its shares give back when it is
/// needed again.
#[test]
fn r19_daily_work_without_the_root_and_recovery_from_shares() {
    let (desk, pages) = split();
    let key = ["--key", "ceremony/root.key", "--cert", "ceremony/root.pem"];
    desk.done(&[&["root", "authority", "--out", "carried"], &key[..]].concat());
    std::fs::remove_file(desk.path("ceremony/root.key")).unwrap();
    desk.done(&["init", "--from", "carried"]);
    assert!(!desk.path("registry/root.key").exists());
    desk.done(&SPECIALIST);
    let chain = desk.chain("tanaka.pem");
    assert!(verify_practitioner(&chain, &desk.anchor(), now(), None).is_ok());
    let findings = desk.json(&["doctor"]).to_string();
    assert!(!findings.contains("root_key_here"), "{findings}");

    let (code, sentence) = desk.refused(&["authority", "rotate"]);
    assert!(code == 1 && sentence.contains("root recover"), "{sentence}");
    desk.done(&recover("back.key", &[&pages[4], &pages[0], &pages[2]]));
    desk.done(&["authority", "rotate", "--key", "back.key"]);
    // Any three of the five do; typed by hand too.
    let typed: Vec<String> = [1, 2, 3]
        .map(|index: usize| share(&desk.read(&pages[index])))
        .to_vec();
    desk.write("typed.txt", &typed.join("\n").to_lowercase());
    desk.done(&recover("again.key", &["typed.txt"]));
    desk.done(&[
        "root",
        "export",
        "--key",
        "again.key",
        "--export-passphrase-file",
        "passphrase",
        "--out",
        "export.key",
    ]);
}

/// R19: the page shows what its keeper needs, in both languages, and the code of the share.
#[test]
fn r19_a_page_tells_its_keeper_what_to_do() {
    let (desk, pages) = split();
    let page = desk.read(&pages[1]);
    for part in [
        "ルート鍵の分割片 2 / 5",
        "Share 2 of 5",
        "<svg",
        "Example Registry Root",
        "金庫",
        "登録機関 Registry",
        "fire-proof safe",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    let root = desk.read("ceremony/root.pem");
    let fingerprint = dokuei_identity::chain::TrustAnchor::from_pem(&root)
        .unwrap()
        .fingerprint();
    assert!(page.contains(&fingerprint.to_string()));
}

/// R19: shares that are too few, of another splitting, doubled, mistyped or forged give one clear sentence each.
#[test]
fn r19_shares_that_do_not_fit_are_refused() {
    let (desk, pages) = split();
    let source = ["--key", "ceremony/root.key", "--cert", "ceremony/root.pem"];
    let other = desk.json(&[&["root", "split", "--out", "others"], &source[..]].concat());
    let other = other["pages"][2].as_str().unwrap();
    let wrong = share(&desk.read(&pages[2]));
    let last = wrong.trim_end().chars().last().unwrap();
    let letter = if last == '7' { "8" } else { "7" };
    desk.write(
        "mistyped.txt",
        &format!("{}{letter}\n", &wrong.trim_end()[..wrong.trim_end().len() - 1]),
    );
    desk.write("short.txt", "ABCD-EFGH\n");
    let (one, two, three) = (pages[0].as_str(), pages[1].as_str(), pages[2].as_str());
    for (shares, part) in [
        (vec![one, two], "bring 1 more"),
        (vec![one, two, one], "twice"),
        (vec![one, two, other], "different sets"),
        (
            vec![one, two, "mistyped.txt"],
            "mistyped.txt cannot be used: line 6",
        ),
        (vec![one, two, "short.txt"], "it has 8 letters and digits"),
    ] {
        let (code, sentence) = desk.refused(&recover("no.key", &shares));
        assert_eq!((code, sentence.lines().count()), (1, 1), "{sentence}");
        assert!(sentence.contains(part), "{sentence}");
        assert!(!desk.path("no.key").exists());
    }
    desk.done(&["root", "create", "--name", "Example Registry", "--out", "another"]);
    let foreign = [
        "root",
        "recover",
        "--cert",
        "another/root.pem",
        "--out",
        "no.key",
        one,
        two,
        three,
    ];
    let (_, sentence) = desk.refused(&foreign);
    assert!(sentence.contains("another root"), "{sentence}");
}

/// R19: `doctor` says when the root's key lies where daily work is done.
#[test]
fn r19_doctor_finds_the_root_key_in_the_data_directory() {
    let desk = Desk::new();
    let findings = desk.json(&["doctor"]).to_string();
    assert!(findings.contains("root_key_here"), "{findings}");
}

/// The six lines of a page.
fn share(page: &str) -> String {
    let rest = page.split_once("<pre id=share>").unwrap().1;
    rest.split_once("</pre>").unwrap().0.to_owned()
}
