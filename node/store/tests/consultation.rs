//! Logs, outbox, packages, directory, settings.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{
    Along, Appended, AuditEvent, ChainKind, Direction, LogKind, NewPackage, NodeRow, PackageState, Queued,
    Store, StoreError, StoredEntry,
};
use proptest::prelude::*;
use support::*;

fn entry(log: u8, id: u8, seq: u64, lamport: u64) -> StoredEntry {
    StoredEntry {
        log_id: [log; 16],
        kind: if log < 100 {
            LogKind::Case
        } else {
            LogKind::Agreement
        },
        entry_id: [id; 32],
        entry_type: "Request".into(),
        signer: Fingerprint::from_bytes([1; 32]),
        device: Fingerprint::from_bytes([2; 32]),
        seq,
        lamport,
        header: vec![id; 100],
        body: vec![id; 50],
        salt: [id; 32],
        received_at: Timestamp(NOW.0 + u64::from(id)),
    }
}

/// R12: to each peer goes what is named for it, entries that were stored before among it, and evidence to nobody.
#[test]
fn r12_each_peer_is_queued_what_is_named_for_it() {
    let (_directory, store) = store();
    let (first, second) = (entry(1, 9, 0, 0), entry(1, 3, 1, 1));
    store.append_entry(&first, &[]).unwrap();
    let queued = |peer: &str, one: &StoredEntry| Queued {
        peer: peer.into(),
        log_id: one.log_id,
        entry_id: one.entry_id,
    };
    let rival = StoredEntry {
        entry_id: [7; 32],
        ..second.clone()
    };
    let queue = [
        queued("new", &first),
        queued("new", &second),
        queued("old", &second),
        queued("old", &rival),
    ];
    let outcomes = store
        .append_and_queue(&[second.clone(), rival], &queue, NOW)
        .unwrap();
    let rival_of = second.entry_id;
    assert_eq!(outcomes, [Appended::Added, Appended::Fork { rival_of }]);
    let of = |peer| {
        let rows = store.outbox(Some(peer)).unwrap().into_iter();
        rows.map(|row| row.entry_id).collect::<Vec<_>>()
    };
    assert_eq!(of("new"), [first.entry_id, second.entry_id]);
    assert_eq!(of("old"), [second.entry_id]);
}

/// R9, R10: that people were told of a deadline is noted once, and known after a restart.
#[test]
fn r9_r10_a_deadline_is_told_of_once_across_restarts() {
    let (directory, store) = store();
    let tell = |store: &Store, stage, at| {
        let told = store.tell_deadline(&[1; 16], &[9; 32], ("acknowledge", stage), Timestamp(at));
        told.unwrap()
    };
    assert!(tell(&store, "warn", 5));
    assert!(!tell(&store, "warn", 6));
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    assert!(!tell(&store, "warn", 7) && tell(&store, "escalate", 8));
    let told = store.told_deadlines(&[1; 16]).unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.stage.as_str(), one.told_at)).collect();
    assert_eq!(told, [("warn", Timestamp(5)), ("escalate", Timestamp(8))]);
}

/// R6: entries come back as they were signed, parents first, after a restart too.
#[test]
fn r6_entries_come_back_byte_for_byte_in_order() {
    let (directory, store) = store();
    let entries = [entry(1, 9, 0, 0), entry(1, 3, 1, 1), entry(1, 5, 2, 2)];
    for entry in entries.iter().rev() {
        assert_eq!(store.append_entry(entry, &[]).unwrap(), Appended::Added);
    }
    store.append_entry(&entry(101, 20, 0, 0), &[]).unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    assert_eq!(store.entries(&[1; 16]).unwrap(), entries);
    assert_eq!(store.entry(&[3; 32]).unwrap(), entries[1]);
    assert_eq!(store.entry_ids(&[1; 16]).unwrap().len(), 3);
    let cases = store.logs(Some(LogKind::Case)).unwrap();
    assert_eq!(
        (cases.len(), cases[0].entries, cases[0].updated_at),
        (1, 3, Timestamp(NOW.0 + 9))
    );
    assert_eq!(store.logs(None).unwrap().len(), 2);
    assert_eq!(store.log(&[1; 16]).unwrap(), cases[0]);
    assert!(matches!(
        store.entry(&[77; 32]),
        Err(StoreError::NotFound("entry"))
    ));
}

/// R17: a second entry in the place of another is kept as evidence, beside the log and not in it.
#[test]
fn r17_a_fork_is_kept_and_does_not_enter_the_log() {
    let (_directory, store) = store();
    store.append_entry(&entry(1, 1, 0, 0), &["peer"]).unwrap();
    let outcome = store.append_entry(&entry(1, 2, 0, 0), &["peer"]).unwrap();
    assert_eq!(outcome, Appended::Fork { rival_of: [1; 32] });
    assert_eq!(store.append_entry(&entry(1, 2, 0, 0), &[]).unwrap(), outcome);
    assert_eq!(store.entries(&[1; 16]).unwrap().len(), 1);
    let forks = store.forks(&[1; 16]).unwrap();
    assert_eq!(
        (forks.len(), forks[0].entry_id, &forks[0].header),
        (1, [2; 32], &vec![2; 100])
    );
    assert_eq!(store.outbox(Some("peer")).unwrap().len(), 1);
}

#[test]
fn what_was_queued_waits_until_it_is_acknowledged() {
    let (directory, store) = store();
    let entries = [entry(1, 1, 1, 1), entry(1, 2, 0, 0), entry(2, 3, 0, 0)];
    store.append_entries(&entries, &["a", "b"]).unwrap();
    store.append_entries(&entries, &["a"]).unwrap();
    store.queue("a", &[1; 16], &[1; 32], NOW).unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    let ids = |peer| {
        store
            .outbox(Some(peer))
            .unwrap()
            .iter()
            .map(|row| row.entry_id[0])
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("a"), [2, 1, 3]);
    assert_eq!(store.outbox(None).unwrap().len(), 6);
    store.acknowledge("a", &[[2; 32], [3; 32], [99; 32]]).unwrap();
    assert_eq!((ids("a"), ids("b")), (vec![1], vec![2, 1, 3]));
    assert!(
        store.queue("a", &[1; 16], &[50; 32], NOW).is_err(),
        "an entry that is not stored"
    );
}

/// R17: what one peer will never take stays in the outbox with the reason, after a restart too; others still get it.
#[test]
fn r17_what_a_peer_refuses_stays_with_its_reason_until_it_is_asked_for_or_taken() {
    let (directory, store) = store();
    let entries = [entry(1, 1, 0, 0), entry(1, 2, 1, 1)];
    store.append_entries(&entries, &["a", "b"]).unwrap();
    store.note_refused("a", &[2; 32], "peer_refuses_entry").unwrap();
    store
        .note_refused("nobody", &[2; 32], "peer_refuses_entry")
        .unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    let refused = |peer: &str| {
        let rows = store.outbox(Some(peer)).unwrap();
        rows.into_iter()
            .map(|row| (row.entry_id[0], row.refused))
            .collect::<Vec<_>>()
    };
    let code = Some("peer_refuses_entry".to_owned());
    assert_eq!(refused("a"), [(1, None), (2, code.clone())]);
    assert_eq!(refused("b"), [(1, None), (2, None)]);
    assert_eq!(store.outbox(None).unwrap().len(), 4, "nobody waits for nothing");

    assert_eq!(store.queue_log("a", &[1; 16], NOW).unwrap(), 0);
    assert_eq!(
        refused("a"),
        [(1, None), (2, code)],
        "a whole log does not ask again"
    );
    store.queue("a", &[1; 16], &[2; 32], NOW).unwrap();
    assert_eq!(refused("a"), [(1, None), (2, None)], "the peer has asked for it");
    store.note_refused("a", &[2; 32], "peer_refuses_entry").unwrap();
    store.acknowledge("a", &[[2; 32]]).unwrap();
    assert_eq!(refused("a"), [(1, None)], "it was taken after all");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// R6: in whatever order and however often entries arrive, the log ends up the same.
    #[test]
    fn r6_the_order_of_arrival_does_not_matter(order in prop::collection::vec(0_u8..8, 8..40)) {
        let (_directory, store) = store();
        for id in &order {
            store.append_entry(&entry(1, *id, u64::from(*id), u64::from(id / 2)), &[]).unwrap();
        }
        let mut expected: Vec<u8> = order;
        expected.sort_unstable();
        expected.dedup();
        let stored: Vec<u8> = store.entries(&[1; 16]).unwrap().iter().map(|entry| entry.entry_id[0]).collect();
        prop_assert_eq!(stored, expected);
    }
}

fn package() -> NewPackage {
    NewPackage {
        package_id: [6; 16],
        case_id: [1; 16],
        direction: Direction::Incoming,
        core: b"core".to_vec(),
        core_hash: [7; 32],
        root: [8; 32],
        length: 200_000,
        verified: vec![0, 0],
    }
}

/// R17: a transfer goes on where it was: bitmap, bytes, state and key survive.
#[test]
fn r17_a_package_resumes_after_a_restart() {
    let (directory, store) = store();
    store
        .add_package(&package(), store.new_package_file().unwrap(), None, NOW)
        .unwrap();
    let (payload, outboard) = store.package_files(&[6; 16]).unwrap();
    let mut file = OpenOptions::new().write(true).open(&payload).unwrap();
    file.seek(SeekFrom::Start(65_536)).unwrap();
    file.write_all(&[9; 65_536]).unwrap();
    store.set_verified(&[6; 16], &[0b10, 0]).unwrap();
    store
        .set_package_state(&[6; 16], PackageState::Transferring)
        .unwrap();
    assert!(store.package_key(&[6; 16]).unwrap().is_none());
    store.set_package_key(&[6; 16], &[0x33; 32]).unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    let row = store.package(&[6; 16]).unwrap();
    assert_eq!(
        (row.state, row.has_key, row.package.verified),
        (PackageState::Transferring, true, vec![0b10, 0])
    );
    assert_eq!(*store.package_key(&[6; 16]).unwrap().unwrap(), [0x33; 32]);
    assert_eq!(std::fs::read(&payload).unwrap()[65_536..], [9; 65_536]);
    assert_eq!(store.packages(Some(&[1; 16])).unwrap().len(), 1);
    assert!(store.packages(Some(&[2; 16])).unwrap().is_empty());
    assert_eq!(store.packages(None).unwrap().len(), 1);
    store.erase_package(&[6; 16]).unwrap();
    assert!(!payload.exists() && !outboard.exists());
    assert!(matches!(
        store.package(&[6; 16]),
        Err(StoreError::NotFound("package"))
    ));
}

/// R5, R6: that a package is complete, the receipt for it, and the row of the trail are written together: after a crash none is
/// there without the others.
#[test]
fn r5_r6_a_receipt_and_what_it_tells_of_a_package_are_written_together() {
    let (_directory, store) = store();
    let receipt = entry(1, 9, 0, 0);
    let event = AuditEvent {
        at: NOW,
        actor: "node".into(),
        action: "received".into(),
        object: "01".into(),
        outcome: "success".into(),
    };
    let along = Along {
        package: Some((&[6; 16], PackageState::Complete)),
        told: Some(&event),
    };
    let one = std::slice::from_ref(&receipt);
    assert!(matches!(
        store.append_with(one, &[], along, NOW),
        Err(StoreError::NotFound("package"))
    ));
    assert!(store.entries(&[1; 16]).unwrap().is_empty(), "nor the receipt");
    assert!(
        store.audit_rows(1, 9).unwrap().is_empty(),
        "nor the row of the trail"
    );
    store
        .add_package(&package(), store.new_package_file().unwrap(), None, NOW)
        .unwrap();
    let outcomes = store.append_with(one, &[], along, NOW).unwrap();
    assert_eq!(outcomes, [Appended::Added]);
    assert_eq!(store.package(&[6; 16]).unwrap().state, PackageState::Complete);
    assert_eq!(store.entries(&[1; 16]).unwrap(), [receipt]);
    let trail = store.audit_rows(1, 9).unwrap();
    assert_eq!(trail.iter().map(|row| &row.event).collect::<Vec<_>>(), [&event]);
}

#[test]
fn a_package_is_kept_once() {
    let (directory, store) = store();
    store
        .add_package(&package(), store.new_package_file().unwrap(), None, NOW)
        .unwrap();
    assert!(
        store
            .add_package(&package(), store.new_package_file().unwrap(), None, NOW)
            .is_err()
    );
    assert_eq!(files(&directory.path().join("packages")).len(), 2);
    assert!(store.set_verified(&[9; 16], &[]).is_err());
}

/// R17: an older profile never replaces a newer one, and two of one number are noticed.
#[test]
fn r17_profiles_only_move_forward() {
    let (_directory, store) = store();
    let who = Fingerprint::from_bytes([1; 32]);
    assert_eq!(store.profile_seq(&who).unwrap(), None);
    assert!(store.put_profile(&who, 3, b"three", NOW).unwrap());
    assert!(!store.put_profile(&who, 3, b"three", NOW).unwrap());
    assert!(matches!(
        store.put_profile(&who, 2, b"two", NOW),
        Err(StoreError::Outdated {
            stored: 3,
            got: 2,
            ..
        })
    ));
    assert!(matches!(
        store.put_profile(&who, 3, b"THREE", NOW),
        Err(StoreError::Equivocation { number: 3, .. })
    ));
    assert!(store.put_profile(&who, 4, b"four", NOW).unwrap());
    let row = store.profile(&who).unwrap().unwrap();
    assert_eq!(
        (row.practitioner, row.seq, row.profile),
        (who, 4, b"four".to_vec())
    );
    assert_eq!(store.profile_seq(&who).unwrap(), Some(4));
    let other = Fingerprint::from_bytes([2; 32]);
    store
        .put_profile(&other, 1, b"one", Timestamp(NOW.0 + 1))
        .unwrap();
    assert_eq!(store.profile_numbers(9).unwrap(), [(other, 1), (who, 4)]);
    assert_eq!(store.profile_numbers(1).unwrap(), [(other, 1)]);
}

/// R17: an older device list or revocation list never replaces a newer one, and two of one number are noticed.
#[test]
fn r17_lists_only_move_forward() {
    let (_directory, store) = store();
    let who = Fingerprint::from_bytes([1; 32]);
    assert!(store.put_device_list(&who, 3, b"three", NOW).unwrap());
    assert!(!store.put_device_list(&who, 3, b"three", NOW).unwrap());
    assert!(matches!(
        store.put_device_list(&who, 2, b"two", NOW),
        Err(StoreError::Outdated {
            stored: 3,
            got: 2,
            ..
        })
    ));
    assert!(matches!(
        store.put_device_list(&who, 3, b"THREE", NOW),
        Err(StoreError::Equivocation { number: 3, .. })
    ));
    assert_eq!(store.device_list(&who).unwrap().unwrap().list, b"three");
    assert!(store.put_device_list(&who, 4, b"four", NOW).unwrap());
    assert_eq!(store.device_lists().unwrap()[0].seq, 4);
}

#[test]
fn the_directory_remembers_chains_and_nodes() {
    let (_directory, store) = store();
    let (one, two) = (Fingerprint::from_bytes([1; 32]), Fingerprint::from_bytes([2; 32]));
    store
        .put_chain(&one, ChainKind::Practitioner, b"old", NOW)
        .unwrap();
    store
        .put_chain(&one, ChainKind::Practitioner, b"chain", NOW)
        .unwrap();
    store.put_chain(&two, ChainKind::Node, b"node", NOW).unwrap();
    assert_eq!(store.chain(&one).unwrap().unwrap(), b"chain");
    assert_eq!(store.chains(ChainKind::Node).unwrap(), [(two, b"node".to_vec())]);
    let mut node = NodeRow {
        fingerprint: one,
        peer_id: "12D3KooW".into(),
        institution: "さくら歯科".into(),
        addresses: vec!["/ip4/127.0.0.1/udp/1/quic-v1".into(), "/ip6/::1/tcp/2".into()],
        last_seen: NOW,
    };
    store.put_node(&node).unwrap();
    assert_eq!(store.node(&one).unwrap().as_ref(), Some(&node));
    // Renewed certificate, same key.
    node.fingerprint = two;
    node.addresses.clear();
    store.put_node(&node).unwrap();
    assert_eq!(store.nodes().unwrap(), [node.clone()]);
    assert_eq!(store.node_by_peer("12D3KooW").unwrap(), Some(node));
    assert_eq!(store.node(&one).unwrap(), None);
}

/// R6: failed sign-ins are remembered over a restart, so that restarting does not undo a lock-out.
#[test]
fn r6_failed_sign_ins_survive_a_restart() {
    let (directory, store) = store();
    assert_eq!(store.sign_in_failures("tanaka").unwrap(), None);
    store.note_sign_in_failure("tanaka", NOW).unwrap();
    let failures = store
        .note_sign_in_failure("tanaka", Timestamp(NOW.0 + 5))
        .unwrap();
    assert_eq!((failures.count, failures.last), (2, Timestamp(NOW.0 + 5)));
    store.set_setting("a", "1").unwrap();
    store.set_setting("a", "2").unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    assert_eq!(store.sign_in_failures("tanaka").unwrap(), Some(failures));
    store.clear_sign_in_failures("tanaka").unwrap();
    assert_eq!(store.sign_in_failures("tanaka").unwrap(), None);
    assert_eq!(store.setting("a").unwrap().as_deref(), Some("2"));
    store.remove_setting("a").unwrap();
    assert_eq!(store.setting("a").unwrap(), None);
}
