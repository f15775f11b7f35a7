//! Applications: kept until they are decided, and their documents not longer.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands, in helpers too")]

use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use dokuei_store::{NewApplication, Store, StoreError, StoreKey};

const NOW: Timestamp = Timestamp(1_800_000_000);

fn put(store: &Store, id: u8) {
    store
        .put_application(&NewApplication {
            id: [id; 16],
            made_at: NOW.plus(id.into()),
            practitioner: Some("tanaka"),
            subject: "田中 花子 (Tanaka Hanako)",
            key: SecretKey::from_seed(&[id; 32]).public(),
            entries: 7,
            reply: &[9; 32],
            body: b"the application",
        })
        .unwrap();
}

/// R24: an application stays through a restart until it is decided; then its documents are gone, and what came of it
/// can still be read.
#[test]
fn r24_documents_are_kept_until_the_decision_and_no_longer() {
    let dir = tempfile::tempdir().unwrap();
    let key = StoreKey::generate();
    let store = Store::create(dir.path(), &key).unwrap();
    put(&store, 1);
    put(&store, 2);
    store.keep_sealed_application(&[1; 16], b"sealed").unwrap();
    store
        .note_application_deposited(&[1; 16], "/ip4/192.0.2.1/udp/1", NOW.plus(60))
        .unwrap();
    drop(store);
    let store = Store::open(dir.path(), &key).unwrap();
    let rows = store.applications().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].id, rows[1].id), ([2; 16], [1; 16]), "the newest first");
    assert!(rows[1].open && rows[1].digest.is_some());
    assert_eq!(
        rows[1].deposited,
        Some((NOW.plus(60), "/ip4/192.0.2.1/udp/1".to_owned()))
    );
    assert_eq!(store.application_sealed(&[1; 16]).unwrap(), b"sealed");
    store
        .note_application_refused(&[1; 16], "the licence cannot be read", NOW.plus(90))
        .unwrap();
    store.settle_application(&[2; 16]).unwrap();
    for id in [[1; 16], [2; 16]] {
        assert!(matches!(
            store.application_body(&id),
            Err(StoreError::NotFound(_))
        ));
        assert!(matches!(
            store.application_sealed(&id),
            Err(StoreError::NotFound(_))
        ));
    }
    let rows = store.applications().unwrap();
    let refused = rows[1].refused.as_ref().unwrap();
    assert_eq!(refused.1, "the licence cannot be read");
    assert!(rows.iter().all(|row| !row.open));
}

#[test]
fn what_was_sealed_is_not_altered_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    put(&store, 3);
    store.replace_application(&[3; 16], b"countersigned").unwrap();
    assert_eq!(store.application_body(&[3; 16]).unwrap(), b"countersigned");
    store.keep_sealed_application(&[3; 16], b"sealed").unwrap();
    assert!(matches!(
        store.replace_application(&[3; 16], b"another"),
        Err(StoreError::NotFound(_))
    ));
    store.forget_application(&[3; 16]).unwrap();
    assert!(store.applications().unwrap().is_empty());
    assert!(matches!(
        store.forget_application(&[3; 16]),
        Err(StoreError::NotFound(_))
    ));
}
