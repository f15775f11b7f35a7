//! The register of credentials in the database: what the replica relies on.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands, in helpers too")]

use dokuei_identity::register::{Batch, Hash, HashSource, HashStore, Head};
use dokuei_identity::time::Timestamp;
use dokuei_store::{RegisterStore, Store, StoreError, StoreKey};

fn key() -> StoreKey {
    StoreKey::from_bytes([3; 32])
}

fn batch<'a>(size: u64, hash_count: u64, entries: &'a [Vec<u8>], hashes: &'a [Hash]) -> Batch<'a> {
    Batch {
        size,
        hash_count,
        entries,
        hashes,
        checkpoint: Some(b"a checkpoint"),
        target: None,
    }
}

/// R17: what was appended is there after a restart, whole; what does not follow is refused and changes nothing.
#[test]
fn r17_entries_hashes_and_checkpoint_are_kept_together() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path(), &key()).unwrap();
    let mut register = RegisterStore::new(store.clone());
    assert_eq!(register.head().unwrap(), Head::default());
    let entries = [b"one".to_vec(), b"two".to_vec()];
    let hashes: Vec<Hash> = (0..3).map(|byte| Hash::from_bytes([byte; 32])).collect();
    register.append(&batch(0, 0, &entries, &hashes)).unwrap();
    for wrong in [(0, 0), (1, 3), (2, 2), (3, 3)] {
        assert!(
            register
                .append(&batch(wrong.0, wrong.1, &entries, &hashes))
                .is_err(),
            "{wrong:?}"
        );
    }
    drop((register, store));
    let register = RegisterStore::new(Store::open(directory.path(), &key()).unwrap());
    let head = register.head().unwrap();
    assert_eq!(
        (head.size, head.checkpoint.as_deref()),
        (2, Some(&b"a checkpoint"[..]))
    );
    assert_eq!(register.read_entries(1, 9).unwrap(), [b"two".to_vec()]);
    assert_eq!(register.read_hashes(&[2, 0]).unwrap(), [hashes[2], hashes[0]]);
    assert!(register.read_hashes(&[3]).is_err());
}

/// R4: a revocation list is replaced by a newer one only, issuer by issuer.
#[test]
fn r4_a_revocation_list_never_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path(), &key()).unwrap();
    assert!(store.put_revocation_list(&[1; 20], 7, b"seven").unwrap());
    assert!(!store.put_revocation_list(&[1; 20], 7, b"seven").unwrap());
    assert!(matches!(
        store.put_revocation_list(&[1; 20], 6, b"six"),
        Err(StoreError::Outdated { .. })
    ));
    assert!(matches!(
        store.put_revocation_list(&[1; 20], 7, b"another seven"),
        Err(StoreError::Equivocation { .. })
    ));
    assert!(store.put_revocation_list(&[2; 20], 1, b"of another").unwrap());
    assert_eq!(
        store.revocation_lists().unwrap(),
        [b"seven".to_vec(), b"of another".to_vec()]
    );
    assert!(store.put_revocation_list(&[1; 20], 8, b"eight").unwrap());
    assert_eq!(store.revocation_lists().unwrap()[0], b"eight");
}

/// R17: evidence against the registry is kept once, with the time at which it was found first.
#[test]
fn r17_evidence_is_kept_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path(), &key()).unwrap();
    assert!(
        store
            .put_register_evidence(b"two checkpoints", Timestamp(5))
            .unwrap()
    );
    assert!(
        !store
            .put_register_evidence(b"two checkpoints", Timestamp(9))
            .unwrap()
    );
    assert_eq!(
        store.register_evidence().unwrap(),
        [(Timestamp(5), b"two checkpoints".to_vec())]
    );
}
