//! Deletions: what is destroyed, what stays, and what a crash in between leaves.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{
    AuditEvent, Deleted, Destruction, Direction, DraftRow, LogKind, NewDeletion, NewPackage, PseudonymRecord,
    Store, StoreError, StoredEntry, as_an_insider,
};
use support::*;

const CASE: [u8; 16] = [7; 16];
const PACKAGE: [u8; 16] = [6; 16];
const SUBJECT: [u8; 32] = [8; 32];
const WORDS: &[u8] = "根尖部の透過像".as_bytes();

fn event(outcome: &str) -> AuditEvent {
    AuditEvent {
        at: NOW,
        actor: "tanaka".into(),
        action: "delete".into(),
        object: hex::encode(CASE),
        outcome: outcome.into(),
    }
}

fn order() -> NewDeletion {
    NewDeletion {
        number: 1,
        ordered_at: NOW,
        order: b"signed".to_vec(),
        countersigned: None,
        list: "image sha256 00 1\n".into(),
        work: Destruction {
            case: Some(CASE),
            packages: vec![PACKAGE],
            studies: vec![STUDY.into()],
        },
        subjects: vec![SUBJECT],
    }
}

/// A case with an entry, a draft and a package, about a study with an image and a copy under a pseudonym.
fn fill(store: &Store) {
    put(store, 1, &vec![0x42; 40_000]).unwrap();
    let entry = StoredEntry {
        log_id: CASE,
        kind: LogKind::Case,
        entry_id: [1; 32],
        entry_type: "Request".into(),
        signer: Fingerprint::from_bytes([1; 32]),
        device: Fingerprint::from_bytes([2; 32]),
        seq: 0,
        lamport: 0,
        header: vec![1; 100],
        body: WORDS.to_vec(),
        salt: [1; 32],
        received_at: NOW,
    };
    store.append_entry(&entry, &["peer"]).unwrap();
    let rival = StoredEntry {
        entry_id: [2; 32],
        ..entry
    };
    store.append_entry(&rival, &[]).unwrap();
    let draft = DraftRow {
        revision: 1,
        saved_at: NOW,
        sealed: vec![3; 50],
    };
    store
        .save_draft(&CASE, &Fingerprint::from_bytes([1; 32]), 0, &draft)
        .unwrap();
    let new = NewPackage {
        package_id: PACKAGE,
        case_id: CASE,
        direction: Direction::Outgoing,
        core: vec![1],
        core_hash: [2; 32],
        root: [3; 32],
        length: 5,
        verified: Vec::new(),
    };
    let file = store.new_package_file().unwrap();
    std::fs::write(file.payload(), b"12345").unwrap();
    store
        .add_package(&new, file, Some((&[9; 32], "{}")), NOW)
        .unwrap();
    let pseudonym = PseudonymRecord {
        study_instance_uid: "2.25.9".into(),
        original_uid: STUDY.into(),
        code: "PSEUDONYM-1".into(),
        options: "{}".into(),
        made_at: NOW,
        finished: true,
    };
    store.note_pseudonym(&pseudonym).unwrap();
}

/// Everything that rows hold, in plain: what an insider with the key of the store could read.
fn in_plain(directory: &Path) -> Vec<u8> {
    let plain = directory.join("plain.db");
    // An insider's connection makes no files: an empty one is an empty database.
    std::fs::write(&plain, b"").unwrap();
    let sql = format!(
        "ATTACH DATABASE '{}' AS plain KEY ''; SELECT sqlcipher_export('plain'); DETACH DATABASE plain;",
        plain.display()
    );
    as_an_insider(directory, &key(), &sql).unwrap();
    let bytes = std::fs::read(&plain).unwrap();
    std::fs::remove_file(plain).unwrap();
    bytes
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn files(directory: &Path) -> usize {
    let folders = ["vault", "packages"].map(|folder| directory.join(folder));
    let mut count = 0;
    for folder in folders {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            count += if path.is_dir() {
                std::fs::read_dir(path).unwrap().count()
            } else {
                1
            };
        }
    }
    count
}

/// R19: what is deleted is in no row and no file any more, read with the key of the store; that it was, and the trail, stay.
#[test]
fn r19_what_is_deleted_is_nowhere_and_that_it_was_stays() {
    let (directory, store) = store();
    fill(&store);
    let before = in_plain(directory.path());
    let patient = [
        IDEOGRAPHIC.as_bytes(),
        b"CANARY-ID-77",
        WORDS,
        STUDY.as_bytes(),
        b"PSEUDONYM-1",
    ];
    for what in patient {
        assert!(holds(&before, what), "the search is blind for {what:?}");
    }
    assert_eq!(files(directory.path()), 3);

    store
        .begin_deletion(&order(), &event("begun: certificate 1"))
        .unwrap();
    assert!(store.study(STUDY).is_ok(), "nothing is destroyed by the order");
    store.destroy(&order().work).unwrap();
    store.complete_deletion(1, NOW).unwrap();
    store
        .certify_deletion(1, b"a certificate", &event("success"))
        .unwrap();

    let after = in_plain(directory.path());
    for what in patient {
        assert!(!holds(&after, what), "{what:?} is still there");
    }
    assert_eq!(files(directory.path()), 0);
    assert!(store.log(&CASE).is_err() && store.outbox(None).unwrap().is_empty());
    assert!(store.altered_rows().unwrap().is_empty(), "no row is missed");
    assert_eq!(store.verify_audit().unwrap().seq, 2);
    let row = store.deletion(1).unwrap();
    assert!(
        row.certified && row.work.is_none() && row.audit_seq == 1,
        "{row:?}"
    );
    let deleted = Some(Deleted {
        number: 1,
        readmitted: false,
    });
    assert_eq!(store.deleted(&SUBJECT).unwrap(), deleted);
    assert_eq!(store.deleted(&[9; 32]).unwrap(), None);
    store.readmit(1, &event("success")).unwrap();
    assert!(store.deleted(&SUBJECT).unwrap().unwrap().readmitted);
}

/// R6: after a crash at any step a deletion that was begun is found and carried out to its end, and none twice.
#[test]
fn r6_a_deletion_that_was_begun_is_finished_after_a_crash_at_any_step() {
    for step in 0..4 {
        let (directory, store) = store();
        fill(&store);
        store.begin_deletion(&order(), &event("begun")).unwrap();
        // What was reached before the crash.
        if step > 0 {
            store.erase_package(&PACKAGE).unwrap();
        }
        if step > 1 {
            store.erase_study(STUDY).unwrap();
        }
        if step > 2 {
            store.destroy(&order().work).unwrap();
        }
        drop(store);
        let store = Store::open(directory.path(), &key()).unwrap();
        let begun = store.unfinished_deletions().unwrap();
        assert_eq!(begun.len(), 1, "after step {step}");
        assert_eq!(begun[0].work.as_ref(), Some(&order().work));
        assert!(
            store.certify_deletion(1, b"x", &event("success")).is_err(),
            "too early"
        );
        store.destroy(&order().work).unwrap();
        store.complete_deletion(1, Timestamp(NOW.0 + 5)).unwrap();
        assert!(matches!(
            store.complete_deletion(1, NOW),
            Err(StoreError::NotFound("deletion"))
        ));
        assert_eq!(files(directory.path()), 0, "after step {step}");
        assert!(!holds(&in_plain(directory.path()), WORDS), "after step {step}");
        assert_eq!(
            store.unfinished_deletions().unwrap().len(),
            1,
            "its certificate is missing"
        );
        store.certify_deletion(1, b"x", &event("success")).unwrap();
        assert!(store.unfinished_deletions().unwrap().is_empty());
    }
}

/// R24: what was deleted is not forgotten, and a certificate is never changed; a number is given once.
#[test]
fn r24_a_certificate_is_never_changed_and_no_deletion_forgotten() {
    let (directory, store) = store();
    store.begin_deletion(&order(), &event("begun")).unwrap();
    assert!(store.begin_deletion(&order(), &event("begun")).is_err());
    assert_eq!(
        store.verify_audit().unwrap().seq,
        1,
        "the refused one left no row"
    );
    store.complete_deletion(1, NOW).unwrap();
    store.certify_deletion(1, b"one", &event("success")).unwrap();
    assert!(store.certify_deletion(1, b"two", &event("success")).is_err());
    for sql in [
        "DELETE FROM deletions",
        "UPDATE deletions SET certificate = x'00'",
        "UPDATE deletions SET list = ''",
    ] {
        assert!(as_an_insider(directory.path(), &key(), sql).is_err(), "{sql}");
    }
    assert_eq!(store.deletion_certificate(1).unwrap().unwrap(), b"one");
}
