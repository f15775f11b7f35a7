//! Requests that are sent again: a key is answered once, for a day, and a crash leaves nothing in doubt.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod support;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{
    AuditEvent, DispatchState, Dispatched, KEPT, KeptAnswer, Known, LogKind, MAX_ANSWER, NewDispatch,
    Repeatable, Store, StoredEntry, within,
};

use self::support::{NOW, key, store};

const RUN: [u8; 16] = [1; 16];
const NEXT_RUN: [u8; 16] = [2; 16];
const REQUEST: [u8; 32] = [3; 32];

fn asked(name: &str) -> Repeatable {
    Repeatable {
        person: "tanaka".to_owned(),
        key: name.to_owned(),
    }
}

fn answer(status: u16) -> KeptAnswer {
    KeptAnswer {
        status,
        media_type: "application/json".to_owned(),
        body: b"{}".to_vec(),
    }
}

fn reserve(store: &Store, name: &str, run: &[u8; 16], now: Timestamp) -> Known {
    let job = |status| status == 202;
    store.reserve(&asked(name), &REQUEST, run, now, job).unwrap()
}

fn sign(store: &Store, name: &str, id: u8) {
    let entry = StoredEntry {
        log_id: [id; 16],
        kind: LogKind::Case,
        entry_id: [id; 32],
        entry_type: "query".into(),
        signer: Fingerprint::from_bytes([1; 32]),
        device: Fingerprint::from_bytes([2; 32]),
        seq: 1,
        lamport: 1,
        header: vec![id; 100],
        body: vec![id; 50],
        salt: [id; 32],
        received_at: NOW,
    };
    within(Some(asked(name)), || store.append_entry(&entry, &[])).unwrap();
}

#[test]
fn a_key_is_done_once_and_answered_again() {
    let (_folder, store) = store();
    assert_eq!(reserve(&store, "a", &RUN, NOW), Known::Nothing);
    assert_eq!(reserve(&store, "a", &RUN, NOW), Known::UnderWay);
    store.settle(&asked("a"), Some(&answer(200))).unwrap();
    assert_eq!(
        reserve(&store, "a", &RUN, NOW),
        Known::Answered(answer(200), true)
    );
    let other = store.reserve(&asked("a"), &[9; 32], &RUN, NOW, |_| false);
    assert_eq!(other.unwrap(), Known::OfAnother);
    let hers = Repeatable {
        person: "suzuki".to_owned(),
        ..asked("a")
    };
    let hers = store.reserve(&hers, &[9; 32], &RUN, NOW, |_| false);
    assert_eq!(hers.unwrap(), Known::Nothing, "keys of two people do not meet");
    let later = Timestamp(NOW.0 + KEPT + 1);
    assert_eq!(reserve(&store, "a", &RUN, later), Known::Nothing, "a day later");
}

/// What was refused may be asked again; what has an effect may not, whatever was answered.
#[test]
fn what_was_refused_is_not_kept_and_what_was_signed_is() {
    let (_folder, store) = store();
    reserve(&store, "refused", &RUN, NOW);
    store.settle(&asked("refused"), None).unwrap();
    assert_eq!(reserve(&store, "refused", &RUN, NOW), Known::Nothing);

    reserve(&store, "signed", &RUN, NOW);
    sign(&store, "signed", 1);
    store.settle(&asked("signed"), None).unwrap();
    assert_eq!(reserve(&store, "signed", &RUN, NOW), Known::Done);

    reserve(&store, "large", &RUN, NOW);
    let large = KeptAnswer {
        body: vec![0; MAX_ANSWER + 1],
        ..answer(200)
    };
    store.settle(&asked("large"), Some(&large)).unwrap();
    assert_eq!(reserve(&store, "large", &RUN, NOW), Known::Unkept);
    assert_eq!(reserve(&store, "large", &NEXT_RUN, NOW), Known::Unkept);
}

/// R6: a crash between the effect and its answer. The entry and the note of its key are one transaction: either both are
/// there, and it is not signed twice, or neither is, and it is signed now.
#[test]
fn r6_after_a_crash_a_key_tells_whether_it_was_done() {
    let (folder, store) = store();
    reserve(&store, "nothing yet", &RUN, NOW);
    reserve(&store, "signed", &RUN, NOW);
    sign(&store, "signed", 1);
    reserve(&store, "a job", &RUN, NOW);
    store.settle(&asked("a job"), Some(&answer(202))).unwrap();
    reserve(&store, "a job that signed", &RUN, NOW);
    store
        .settle(&asked("a job that signed"), Some(&answer(202)))
        .unwrap();
    sign(&store, "a job that signed", 2);
    reserve(&store, "answered", &RUN, NOW);
    store.settle(&asked("answered"), Some(&answer(201))).unwrap();
    drop(store);

    let store = Store::open(folder.path(), &key()).unwrap();
    for (name, known) in [
        ("nothing yet", Known::Nothing),
        ("signed", Known::Done),
        ("a job", Known::Nothing),
        ("a job that signed", Known::Done),
        ("answered", Known::Answered(answer(201), false)),
    ] {
        assert_eq!(reserve(&store, name, &NEXT_RUN, NOW), known, "{name}");
    }
    assert_eq!(reserve(&store, "nothing yet", &NEXT_RUN, NOW), Known::UnderWay);
}

/// R6: the same for what is not an entry of a log: a record of the house, which nobody can take back, and the queue of the
/// archives.
#[test]
fn r6_after_a_crash_records_and_dispatches_are_known_to_be_done() {
    let (folder, store) = store();
    let event = AuditEvent {
        at: NOW,
        actor: "tanaka".into(),
        action: "attest".into(),
        object: "01".into(),
        outcome: "success".into(),
    };
    let dispatch = NewDispatch {
        dispatch_id: [1; 16],
        peer: "PACS".into(),
        what: Dispatched::Study,
        study_instance_uid: "1.2.3".into(),
        report: None,
        body: None,
        asked_by: "tanaka".into(),
        instances: vec![("1.2.840.10008.5.1.4.1.1.2".into(), "1.2.3.4".into())],
    };
    let keyed = |name: &str, work: &dyn Fn()| {
        assert_eq!(reserve(&store, name, &RUN, NOW), Known::Nothing);
        within(Some(asked(name)), work);
    };
    keyed("record", &|| {
        store
            .append_attestation(1, &[1; 32], b"incident", &event)
            .unwrap();
    });
    keyed("sent", &|| store.put_dispatch(&dispatch, NOW).unwrap());
    let end = || store.end_dispatch(&[1; 16], DispatchState::Cancelled, None, NOW);
    keyed("cancelled", &|| assert!(end().unwrap()));
    keyed("cancelled twice", &|| assert!(!end().unwrap()));
    keyed("again", &|| store.renew_dispatch(&[1; 16], NOW).unwrap());
    drop(store);

    let store = Store::open(folder.path(), &key()).unwrap();
    for name in ["record", "sent", "cancelled", "again"] {
        assert_eq!(reserve(&store, name, &NEXT_RUN, NOW), Known::Done, "{name}");
    }
    assert_eq!(
        reserve(&store, "cancelled twice", &NEXT_RUN, NOW),
        Known::Nothing,
        "nothing was done"
    );
}

/// What is old is forgotten without anybody asking, also what this run never came to an end with.
#[test]
fn a_key_is_forgotten_after_a_day_and_not_before() {
    let (_folder, store) = store();
    reserve(&store, "answered", &RUN, NOW);
    store.settle(&asked("answered"), Some(&answer(200))).unwrap();
    reserve(&store, "never ended", &RUN, NOW);
    assert_eq!(store.forget_repeats(Timestamp(NOW.0 + KEPT)).unwrap(), 0);
    assert_eq!(store.forget_repeats(Timestamp(NOW.0 + KEPT + 1)).unwrap(), 2);
    assert_eq!(reserve(&store, "never ended", &RUN, NOW), Known::Nothing);
}

/// R17: nobody fills the disk with keys; the oldest of hers make room.
#[test]
fn r17_one_person_keeps_a_thousand_keys() {
    let (_folder, store) = store();
    for number in 0..1_010_u64 {
        let name = number.to_string();
        reserve(&store, &name, &RUN, Timestamp(NOW.0 + number));
        store.settle(&asked(&name), Some(&answer(200))).unwrap();
    }
    let now = Timestamp(NOW.0 + 2_000);
    assert_eq!(
        reserve(&store, "1009", &RUN, now),
        Known::Answered(answer(200), true)
    );
    assert_eq!(reserve(&store, "0", &RUN, now), Known::Nothing);
}
