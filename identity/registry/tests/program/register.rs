//! The register's key, the register as a file, and evidence, by the built program.

use std::fs::File;
use std::io::BufReader;

use dokuei_identity::chain::{Chain, TrustAnchors, verify_registry};
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Answer, EvidenceFile, FileReader, Hash, Judgement, MemoryStore, Replica, sign_checkpoint,
};
use dokuei_identity::revocation::{RevocationList, RevocationReason};
use serde_json::Value;

use crate::desk::{Desk, PASSPHRASE, SPECIALIST, now};

fn anchors(desk: &Desk) -> TrustAnchors {
    TrustAnchors::from_pem(&desk.done(&["root"])).unwrap()
}

fn node() -> Replica<MemoryStore> {
    Replica::open(MemoryStore::default()).unwrap()
}

/// What a node makes of a part, which it verifies to the root alone.
fn take(desk: &Desk, node: &mut Replica<MemoryStore>, part: &Answer) {
    let anchors = anchors(desk);
    let network = NetworkName::of(anchors.first());
    let signed = node
        .verify(
            part,
            &TrustAnchors::new(anchors.first().clone()),
            None,
            &network,
            now(),
        )
        .unwrap();
    assert!(!signed.void);
    node.accept(&signed.checkpoint, part, now()).unwrap();
}

/// What a node makes of an exported file.
fn import(desk: &Desk, node: &mut Replica<MemoryStore>, file: &str) {
    let mut reader = FileReader::open(BufReader::new(File::open(desk.path(file)).unwrap())).unwrap();
    while let Some(part) = reader.part().unwrap() {
        take(desk, node, &part);
    }
    assert!(node.complete());
}

fn export(desk: &Desk, from: u64, file: &str) -> Value {
    let from = from.to_string();
    // No passphrase is asked for: the file is made of what is public.
    let output = desk
        .command(&["register", "export", "--from", &from, "--out", file, "--json"])
        .env_remove("DOKUEI_REGISTRY_PASSPHRASE_FILE")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// R17: the register leaves the registry in one file, whole or from an entry on, and a node takes it as from a peer.
#[test]
fn r17_the_register_is_carried_in_a_file() {
    let desk = Desk::new();
    let mut node = node();
    let said = export(&desk, 0, "whole.register");
    import(&desk, &mut node, "whole.register");
    assert_eq!(said["entries"], node.size());
    let name = desk.json(&SPECIALIST)["fingerprint"].as_str().unwrap().to_owned();
    desk.done(&["revoke", &name, "--reason", "keyCompromise"]);
    export(&desk, node.size(), "more.register");
    import(&desk, &mut node, "more.register");
    let chain = desk.chain("tanaka.pem");
    let standing = format!("{:?}", node.standing(&chain.fingerprint()));
    assert!(standing.contains("Revoked"), "{standing}");
    let mut reader =
        FileReader::open(BufReader::new(File::open(desk.path("more.register")).unwrap())).unwrap();
    let last = reader.part().unwrap().unwrap();
    let list = RevocationList::verify(&last.lists[0], &chain, &anchors(&desk), now()).unwrap();
    assert_eq!(list.revoked().len(), 1, "the newest list comes along");
    let (code, sentence) = desk.refused(&["register", "export", "--from", "1000", "--out", "none"]);
    assert!(code == 2 && sentence.contains("has"), "{sentence}");
    assert!(!desk.path("none").exists());

    // A mirror's folder does as well, with nothing of the registry but its root.
    desk.write("root.pem", &desk.done(&["root"]));
    let elsewhere = [
        "register",
        "export",
        "--register-dir",
        "registry/register",
        "--root",
        "root.pem",
    ];
    desk.done(
        &[
            &["--data-dir", "nowhere"],
            &elsewhere[..],
            &["--out", "again.register"],
        ]
        .concat(),
    );
    assert_eq!(std::fs::read(desk.path("again.register")).unwrap(), {
        export(&desk, 0, "whole.register");
        std::fs::read(desk.path("whole.register")).unwrap()
    });
}

fn registry_certificate(desk: &Desk) -> Chain {
    desk.chain("registry/register/registry.pem")
}

/// R11, R17: the key that signs the register is changed on the root's word. Nodes follow, the former certificate is in the
/// revocation list, and everything that the registry signs by that key goes on.
#[test]
fn r17_the_registers_key_is_changed_on_the_roots_word() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    let former = registry_certificate(&desk);
    let (mut behind, mut follows) = (node(), node());
    export(&desk, 0, "before.register");
    import(&desk, &mut behind, "before.register");
    for (round, compromised) in [(1, true), (2, false)] {
        let before = registry_certificate(&desk);
        let mut arguments = vec!["register", "rekey"];
        arguments.extend(compromised.then_some("--compromised"));
        let said = desk.json(&arguments);
        let after = verify_registry(&registry_certificate(&desk), &anchors(&desk), now(), None).unwrap();
        assert_eq!(said["key"], hex::encode(after.key.as_bytes()), "round {round}");
        assert_ne!(registry_certificate(&desk), before);
        assert!(!desk.path("registry/register-next.key").exists());
        // The next command opens the registry with the new key, and works.
        let request = desk.request("more", 20 + round);
        let mut issue: Vec<&str> = SPECIALIST.to_vec();
        issue[3] = &request;
        issue[15] = "more.pem";
        desk.done(&issue);
        export(&desk, follows.size(), "file.register");
        import(&desk, &mut follows, "file.register");
    }
    export(&desk, behind.size(), "file.register");
    import(&desk, &mut behind, "file.register");
    assert_eq!(behind.size(), follows.size());
    assert_eq!(behind.schedule(&anchors(&desk)).successions().len(), 2);
    let chain = desk.chain("tanaka.pem");
    let list =
        RevocationList::verify_pem(&desk.read("registry/crl.pem"), &chain, &anchors(&desk), now()).unwrap();
    let mut reasons: Vec<_> = list.revoked().iter().map(|entry| entry.reason).collect();
    reasons.sort_by_key(|reason| format!("{reason:?}"));
    assert_eq!(
        reasons,
        [RevocationReason::KeyCompromise, RevocationReason::Superseded]
    );
    assert!(verify_registry(&former, &anchors(&desk), now(), Some(&list)).is_err());
    desk.done(&["operator-log", "verify"]);
    let rows = desk.json(&["operator-log", "show"]).to_string();
    assert!(rows.contains("register_rekey"), "{rows}");
}

#[test]
fn r17_without_the_roots_key_the_registers_key_stays() {
    let desk = Desk::new();
    let before = registry_certificate(&desk);
    std::fs::rename(desk.path("registry/root.key"), desk.path("safe.key")).unwrap();
    let (code, sentence) = desk.refused(&["register", "rekey"]);
    assert!(code == 1 && sentence.contains("root recover"), "{sentence}");
    assert_eq!(registry_certificate(&desk), before);
    desk.done(&["register", "rekey", "--key", "safe.key"]);
    assert_ne!(registry_certificate(&desk), before);
}

/// R24: killed between any two steps of the change, the registry has the old key or the new one, whole.
#[test]
fn r24_a_kill_in_the_middle_of_a_change_of_key_is_made_good() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    let folder = desk.path("registry");
    let files = [
        "register.key",
        "register.pem",
        "register.jsonl",
        "operator-log.jsonl",
        "operator-log.checkpoint",
        "crl.pem",
    ];
    let copy = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let old: Vec<_> = files.iter().map(|name| copy(name)).collect();
    let published = desk.path("published");
    copy_folder(&folder.join("register"), &published);
    desk.done(&["register", "rekey", "--compromised"]);
    let new: Vec<_> = files.iter().map(|name| copy(name)).collect();
    let journal = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    // The journal up to the line of the change, without the revocation list that came after it.
    let with_line: String = journal(&new[2])
        .lines()
        .take(journal(&old[2]).lines().count() + 1)
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(with_line.lines().last().unwrap().contains("register_key"));
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let restore = || {
        files.iter().zip(&old).for_each(|(name, bytes)| put(name, bytes));
        std::fs::remove_dir_all(folder.join("register")).unwrap();
        copy_folder(&published, &folder.join("register"));
    };
    // The new key is there, and no line: it never happened.
    restore();
    put("register-next.key", &new[0]);
    desk.done(&["crl", "--out", "list.pem"]);
    assert!(!folder.join("register-next.key").exists());
    assert_eq!(copy("register.key"), old[0]);
    // The line is there, and the new key not in its place.
    restore();
    put("register-next.key", &new[0]);
    put("register.jsonl", with_line.as_bytes());
    desk.done(&["crl", "--out", "list.pem"]);
    assert_eq!(copy("register.key"), new[0]);
    check_whole(&desk);
    // The key is in its place, and nothing else.
    restore();
    put("register.key", &new[0]);
    put("register.jsonl", with_line.as_bytes());
    desk.done(&["crl", "--out", "list.pem"]);
    check_whole(&desk);
    // A key from an old backup beside a newer journal is not worked with.
    put("register.key", &old[0]);
    let (code, sentence) = desk.refused(&["crl", "--out", "list.pem"]);
    assert!(code == 5 && sentence.contains("backup"), "{sentence}");
}

fn check_whole(desk: &Desk) {
    desk.done(&["operator-log", "verify"]);
    export(desk, 0, "file.register");
    let mut node = node();
    import(desk, &mut node, "file.register");
    assert_eq!(node.schedule(&anchors(desk)).successions().len(), 1);
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// R11: whoever has the root verifies the evidence that a node kept, and is told what it means.
#[test]
fn r11_evidence_is_judged_by_anybody_who_has_the_root() {
    let desk = Desk::new();
    desk.write("root.pem", &desk.done(&["root"]));
    export(&desk, 0, "file.register");
    let mut node = node();
    import(&desk, &mut node, "file.register");
    // A second register by the same key, as only a thief or the registry itself can sign it.
    let sealed = std::fs::read(desk.path("registry/register.key")).unwrap();
    let seed = dokuei_identity::keystore::open(&sealed, PASSPHRASE, "registry-register-key").unwrap();
    let key = SecretKey::from_seed(&<[u8; 32]>::try_from(seed.as_slice()).unwrap());
    let anchors = anchors(&desk);
    let network = NetworkName::of(anchors.first());
    let note = sign_checkpoint(&key, &network, node.size(), Hash::from_bytes([1; 32]), now()).unwrap();
    let other = dokuei_identity::register::verify_checkpoint(&note, &key.public(), &network).unwrap();
    let Judgement::SplitView(evidence) = node.judge(&other).unwrap() else {
        panic!("not noticed");
    };
    let file = EvidenceFile::of(&evidence, vec![registry_certificate(&desk)], Vec::new());
    std::fs::write(desk.path("evidence.cbor"), file.to_bytes()).unwrap();
    let judge = [
        "register",
        "evidence",
        "--root",
        "root.pem",
        "evidence.cbor",
        "--data-dir",
        "nowhere",
    ];
    let said = desk.json(&judge);
    assert_eq!(
        (&said["convicts"], &said["charge"]),
        (&Value::Bool(true), &"two-roots".into())
    );
    assert_eq!(said["checkpoints"][0]["size"], node.size());
    let text = desk.done(&judge);
    assert!(
        text.contains("The evidence holds") && text.contains("rekey --compromised"),
        "{text}"
    );
    // Another registry's root, and a file that was altered, convict nobody.
    let stranger = Desk::new();
    stranger.write("root.pem", &stranger.done(&["root"]));
    std::fs::copy(desk.path("evidence.cbor"), stranger.path("evidence.cbor")).unwrap();
    let (code, sentence) = stranger.refused(&["register", "evidence", "evidence.cbor"]);
    assert!(code == 1 && sentence.contains("does not hold"), "{sentence}");
    desk.write("evidence.cbor", "nonsense");
    let (code, sentence) = desk.refused(&judge);
    assert!(code == 1 && sentence.contains("not evidence"), "{sentence}");
}
