//! Drafts and templates: kept at once, per author, and never overwritten unseen.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{DraftRow, Store, StoreKey};

const CASE: [u8; 16] = [7; 16];

fn author(name: &str) -> Fingerprint {
    Fingerprint::of(name.as_bytes())
}

fn row(revision: u64, text: &[u8], at: u64) -> DraftRow {
    DraftRow {
        revision,
        saved_at: Timestamp(at),
        sealed: text.to_vec(),
    }
}

/// R6: what two windows wrote is never mixed: the second is told, and the first stays until it is replaced knowingly.
#[test]
fn r6_a_draft_is_replaced_only_by_whoever_has_seen_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = StoreKey::generate();
    let (me, other) = (author("me"), author("other"));
    {
        let store = Store::create(folder.path(), &key).unwrap();
        let save = |before, text: &[u8], at| {
            let draft = row(before + 1, text, at);
            store.save_draft(&CASE, &me, before, &draft).unwrap()
        };
        assert!(!save(1, b"never seen", 1), "there is none yet");
        assert!(save(0, b"first", 2));
        assert!(!save(0, b"of another window", 3));
        assert!(save(1, b"second", 4));
        let hers = row(1, b"hers", 5);
        assert!(store.save_draft(&CASE, &other, 0, &hers).unwrap());
        // Nothing is closed or flushed: as after a kill.
    }
    let store = Store::open(folder.path(), &key).unwrap();
    let draft = store.report_draft(&CASE, &me).unwrap().unwrap();
    assert_eq!(
        (draft.revision, draft.saved_at, draft.sealed.as_slice()),
        (2, Timestamp(4), b"second".as_slice())
    );
    assert_eq!(store.drafted().unwrap(), [(CASE, me), (CASE, other)]);
    store.forget_draft(&CASE, &me).unwrap();
    store.forget_draft(&CASE, &me).unwrap();
    assert!(store.report_draft(&CASE, &me).unwrap().is_none());
    assert!(store.report_draft(&CASE, &other).unwrap().is_some());
    store.forget_drafts_in(&[8; 16]).unwrap();
    assert!(store.report_draft(&CASE, &other).unwrap().is_some());
    store.forget_drafts_in(&CASE).unwrap();
    assert!(store.report_draft(&CASE, &other).unwrap().is_none());
}

#[test]
fn templates_are_each_persons_own_and_not_without_number() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &StoreKey::generate()).unwrap();
    let (me, other) = (author("me"), author("other"));
    let save = |name: &str, text: &str| store.save_template(&me, (name, text), 2, Timestamp(1)).unwrap();
    assert!(save("b", "1") && save("a", "2") && save("b", "3"));
    assert!(!save("c", "4"), "two are the limit here");
    assert_eq!(store.templates_of(&me).unwrap(), ["2", "3"]);
    assert!(store.templates_of(&other).unwrap().is_empty());
    assert!(!store.remove_template(&other, "a").unwrap());
    assert!(store.remove_template(&me, "a").unwrap() && save("c", "4"));
}
