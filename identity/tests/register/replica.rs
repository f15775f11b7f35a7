//! R11: a node takes exactly what the registry signed, in any number of steps, and nothing else.

use dokuei_identity::register::{Ask, CheckpointError, Judgement, MemoryStore, RegisterError, Replica};

use crate::world::{NOW, Registry, Tamper, act, empty, issued, take};

fn filled(count: u32) -> Registry {
    let mut registry = Registry::new();
    registry.enter(NOW, (0..count).map(act));
    registry
}

#[test]
fn r11_what_was_entered_arrives_and_has_the_signed_root() {
    let mut registry = filled(3);
    let chain = registry.practitioner(1);
    registry.enter(NOW, [issued(chain.clone())]);
    let mut node = empty();
    let (checkpoint, answer) = registry.answer(&node.ask(None), NOW);
    let accepted = take(&registry, &mut node, &answer.to_bytes(), NOW).unwrap();
    assert_eq!(accepted.entries.len(), 4);
    assert!(accepted.complete && accepted.newer && node.complete());
    assert_eq!(node.checkpoint(), Some(&checkpoint));
    assert_eq!(node.chain(&chain.fingerprint()).unwrap(), Some(chain));
    assert_eq!(node.judge(&checkpoint).unwrap(), Judgement::Same);
}

/// Every way to answer something else than the registry entered; the store is untouched by all of them.
#[test]
fn r11_altered_dropped_reordered_added_entries_are_refused() {
    let mut registry = filled(20);
    let mut node = empty();
    registry.update(&mut node, NOW);
    registry.enter(NOW, (20..30).map(act));
    let before = node.store().clone();
    let (_, honest) = registry.answer(&node.ask(None), NOW.plus(1));
    let tampered: [Tamper; 7] = [
        ("altered", |answer| *answer.entries[3].last_mut().unwrap() ^= 1),
        ("dropped first", |answer| drop(answer.entries.remove(0))),
        ("dropped inside", |answer| drop(answer.entries.remove(4))),
        ("reordered", |answer| answer.entries.swap(1, 2)),
        ("doubled", |answer| {
            answer.entries.insert(2, answer.entries[2].clone())
        }),
        ("added", |answer| answer.entries.push(answer.entries[0].clone())),
        ("moved", |answer| answer.from = 19),
    ];
    for (what, tamper) in tampered {
        let mut answer = honest.clone();
        tamper(&mut answer);
        let refused = take(&registry, &mut node, &answer.to_bytes(), NOW.plus(1));
        assert!(
            matches!(refused, Err(RegisterError::NotSigned)),
            "{what}: {refused:?}"
        );
        assert_eq!(*node.store(), before, "{what}");
    }
    take(&registry, &mut node, &honest.to_bytes(), NOW.plus(1)).unwrap();
    assert_eq!(node.size(), 30);
}

#[test]
fn r11_the_last_entries_cannot_be_withheld() {
    let registry = filled(10);
    let mut node = empty();
    let (_, mut answer) = registry.answer(&node.ask(None), NOW);
    answer.entries.truncate(7);
    let refused = take(&registry, &mut node, &answer.to_bytes(), NOW);
    assert!(
        matches!(refused, Err(RegisterError::NotSigned)),
        "a part without its proof"
    );
    answer.entries.clear();
    let refused = take(&registry, &mut node, &answer.to_bytes(), NOW);
    assert!(matches!(refused, Err(RegisterError::NothingNew)));
}

/// An answer that is a part is taken with its proof; a node that was interrupted goes on where it was.
#[test]
fn r11_a_large_register_arrives_in_parts_and_survives_a_restart() {
    let registry = filled(10_000);
    let mirror = registry.mirror(NOW);
    let mut node = empty();
    let mut rounds = 0;
    loop {
        let answer = mirror
            .answer(&node.ask(None), &registry.chain, &[])
            .unwrap()
            .unwrap();
        assert_eq!(
            answer.more(),
            answer.from + (answer.entries.len() as u64) < 10_000
        );
        let accepted = take(&registry, &mut node, &answer.to_bytes(), NOW).unwrap();
        rounds += 1;
        if accepted.complete {
            break;
        }
        assert!(
            !node.complete() && node.checkpoint().is_none(),
            "a part is not fresh"
        );
        node = Replica::open(node.into_store()).unwrap();
        assert!(!node.complete());
    }
    assert_eq!((rounds, node.size()), (3, 10_000));
    assert_eq!(node.store(), mirror.store());
}

/// While parts are still coming, the registry signs on; neither the target nor a smaller checkpoint is lost.
#[test]
fn r11_checkpoints_that_come_between_parts() {
    let mut registry = filled(5_000);
    let mut node = empty();
    let (first, answer) = registry.answer(&node.ask(None), NOW);
    take(&registry, &mut node, &answer.to_bytes(), NOW).unwrap();
    assert_eq!(node.size(), 4_096);
    let smaller = registry.sign(4_000, NOW.minus(10));
    assert_eq!(node.judge(&smaller).unwrap(), Judgement::Behind);
    registry.enter(NOW, (5_000..5_100).map(act));
    registry.update(&mut node, NOW.plus(60));
    assert_eq!(node.size(), 5_100);
    assert_eq!(node.judge(&first).unwrap(), Judgement::Behind);
}

#[test]
fn r11_overlap_is_skipped_and_a_gap_is_refused() {
    let mut registry = filled(10);
    let mut node = empty();
    registry.update(&mut node, NOW);
    registry.enter(NOW, (10..15).map(act));
    let ask = |from| Ask {
        from,
        checkpoint_size: 0,
        lists: None,
    };
    let (_, ahead) = registry.answer(&ask(12), NOW.plus(1));
    let refused = take(&registry, &mut node, &ahead.to_bytes(), NOW.plus(1));
    assert!(matches!(refused, Err(RegisterError::Gap { from: 12, have: 10 })));
    let (_, overlapping) = registry.answer(&ask(4), NOW.plus(1));
    let accepted = take(&registry, &mut node, &overlapping.to_bytes(), NOW.plus(1)).unwrap();
    assert_eq!(accepted.entries.len(), 5);
}

#[test]
fn r11_time_that_does_not_fall_and_clocks() {
    let registry = filled(4);
    let mut node = empty();
    registry.update(&mut node, NOW.plus(100));
    // The same register signed later is newer, and signed earlier is nothing.
    let (later, answer) = registry.answer(&node.ask(None), NOW.plus(200));
    assert!(
        take(&registry, &mut node, &answer.to_bytes(), NOW.plus(200))
            .unwrap()
            .newer
    );
    let (_, answer) = registry.answer(&node.ask(None), NOW.plus(150));
    assert!(
        !take(&registry, &mut node, &answer.to_bytes(), NOW.plus(200))
            .unwrap()
            .newer
    );
    assert_eq!(node.checkpoint(), Some(&later));
    // Five minutes in the future are a clock that differs, more are refused.
    let (_, answer) = registry.answer(&node.ask(None), NOW.plus(601));
    let future = take(&registry, &mut node, &answer.to_bytes(), NOW.plus(300));
    assert!(
        matches!(
            future,
            Err(RegisterError::Checkpoint(CheckpointError::FromTheFuture))
        ),
        "{future:?}"
    );
    assert!(
        take(&registry, &mut node, &answer.to_bytes(), NOW.plus(301))
            .unwrap()
            .newer
    );
}

/// The registry itself may not enter what goes back in time, or is newer than its signature.
#[test]
fn r11_entries_are_in_the_order_of_time() {
    for times in [[NOW, NOW.minus(1)], [NOW, NOW.plus(2)]] {
        let mut registry = Registry::new();
        for (number, at) in (0..).zip(times) {
            registry.enter(at, [act(number)]);
        }
        let checkpoint = registry.sign(2, NOW.plus(1));
        let mut node = empty();
        let refused = node.accept(&checkpoint, &registry.whole(&checkpoint), NOW.plus(1));
        assert!(matches!(refused, Err(RegisterError::EntryTime { number: 1 })));
        assert_eq!(*node.store(), MemoryStore::default());
    }
}

#[test]
fn r11_an_entry_that_is_none_is_refused_though_signed() {
    let mut registry = Registry::new();
    registry.entries.push(b"no entry".to_vec());
    let checkpoint = registry.sign(1, NOW);
    let refused = empty().accept(&checkpoint, &registry.whole(&checkpoint), NOW);
    assert!(matches!(refused, Err(RegisterError::Entry { number: 0, .. })));
}

/// R17: who signs must hold a registry's certificate, which the register does not say was revoked.
#[test]
fn r17_only_a_registry_in_force_signs() {
    let mut registry = filled(1);
    let mut node = empty();
    let (_, mut answer) = registry.answer(&node.ask(None), NOW);
    answer.registry = registry.practitioner(1);
    let refused = take(&registry, &mut node, &answer.to_bytes(), NOW);
    assert!(matches!(refused, Err(RegisterError::Registry(_))), "{refused:?}");
    let revoked = dokuei_identity::register::Act::Revoked {
        fingerprint: registry.chain.fingerprint(),
        reason: dokuei_identity::revocation::RevocationReason::KeyCompromise,
    };
    registry.enter(NOW, [revoked]);
    registry.update(&mut node, NOW);
    let (_, answer) = registry.answer(&node.ask(None), NOW.plus(1));
    let refused = take(&registry, &mut node, &answer.to_bytes(), NOW.plus(1));
    assert!(
        matches!(refused, Err(RegisterError::RegistryNotInForce(_))),
        "{refused:?}"
    );
}

#[test]
fn r11_a_damaged_store_is_noticed_when_it_is_opened() {
    use dokuei_identity::register::{Batch, Hash, HashStore};
    let registry = filled(3);
    let mirror = registry.mirror(NOW);
    let mut damaged = MemoryStore::default();
    let hashes = vec![Hash::EMPTY; 4];
    let batch = Batch {
        size: 0,
        hash_count: 0,
        entries: &registry.entries,
        hashes: &hashes,
        checkpoint: mirror.checkpoint().map(|checkpoint| checkpoint.note()),
        target: None,
    };
    damaged.append(&batch).unwrap();
    assert!(matches!(Replica::open(damaged), Err(RegisterError::Damaged(_))));
}
