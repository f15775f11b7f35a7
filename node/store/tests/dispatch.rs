//! What is sent to archives: durable, resumed, tried again later, and told.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands, in helpers too")]

use dokuei_identity::time::Timestamp;
use dokuei_store::{Commitment, DispatchState, Dispatched, InstanceState, NewDispatch, Store, StoreKey};

const NOW: Timestamp = Timestamp(1_800_000_000);
const CT: &str = "1.2.840.10008.5.1.4.1.1.2";

fn dispatch(id: u8, what: Dispatched, instances: usize) -> NewDispatch {
    NewDispatch {
        dispatch_id: [id; 16],
        peer: "PACS".to_owned(),
        what,
        study_instance_uid: "1.2.3".to_owned(),
        report: None,
        body: None,
        asked_by: "tanaka".to_owned(),
        instances: (0..instances)
            .map(|number| (CT.to_owned(), format!("1.2.3.{number}")))
            .collect(),
    }
}

/// R13: what has arrived is known after a crash, and what failed is due when it should be and not before.
#[test]
fn r13_a_dispatch_goes_on_where_it_was_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let key = StoreKey::generate();
    let store = Store::create(dir.path(), &key).unwrap();
    store
        .put_dispatch(&dispatch(1, Dispatched::Study, 3), NOW)
        .unwrap();
    let sent = [(0, InstanceState::Sent, None)];
    store.note_dispatched(&[1; 16], &sent, NOW).unwrap();
    store
        .postpone_dispatch(&[1; 16], "it does not answer", 1, (NOW.plus(10), NOW))
        .unwrap();
    drop(store);
    let store = Store::open(dir.path(), &key).unwrap();
    assert!(store.due_dispatch("PACS", NOW.plus(9)).unwrap().is_none());
    assert!(store.due_dispatch("OTHER", NOW.plus(10)).unwrap().is_none());
    assert_eq!(store.next_dispatch("PACS").unwrap(), Some(NOW.plus(10)));
    assert_eq!(store.next_dispatch("OTHER").unwrap(), None);
    let due = store.due_dispatch("PACS", NOW.plus(10)).unwrap().unwrap();
    assert_eq!((due.instances, due.sent, due.attempts), (3, 1, 1));
    assert_eq!(due.reason.as_deref(), Some("it does not answer"));
    let waiting = store.dispatched_instances(&[1; 16]).unwrap();
    let waiting = waiting.iter().filter(|one| one.state == InstanceState::Waiting);
    assert_eq!(waiting.count(), 2);
}

/// R15: a report is not kept waiting by a study.
#[test]
fn r15_reports_go_before_studies() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    store
        .put_dispatch(&dispatch(1, Dispatched::Study, 1), NOW)
        .unwrap();
    store
        .put_dispatch(&dispatch(2, Dispatched::Report, 2), NOW.plus(5))
        .unwrap();
    let due = store.due_dispatch("PACS", NOW.plus(5)).unwrap().unwrap();
    assert_eq!(due.dispatch_id, [2; 16]);
}

#[test]
fn what_was_cancelled_or_delivered_stays_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    store
        .put_dispatch(&dispatch(1, Dispatched::Study, 1), NOW)
        .unwrap();
    let end = |state| store.end_dispatch(&[1; 16], state, None, NOW).unwrap();
    assert!(end(DispatchState::Cancelled));
    assert!(!end(DispatchState::Delivered), "it waited no more");
    store
        .postpone_dispatch(&[1; 16], "broken off", 1, (NOW, NOW))
        .unwrap();
    assert!(store.due_dispatch("PACS", NOW).unwrap().is_none());
    assert!(!store.dispatch_waits(&[1; 16]).unwrap());
    assert_eq!(store.next_dispatch("PACS").unwrap(), None);
    assert_eq!(store.forget_dispatches(NOW).unwrap(), 0);
    assert_eq!(store.forget_dispatches(NOW.plus(1)).unwrap(), 1);
    assert!(store.dispatches().unwrap().is_empty());
}

/// R13: what the archive says that it does not keep is sent again when that is wanted, and a stranger's outcome is of
/// nothing.
#[test]
fn r13_what_an_archive_does_not_keep_is_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    store
        .put_dispatch(&dispatch(1, Dispatched::Study, 2), NOW)
        .unwrap();
    let sent = [0, 1].map(|place| (place, InstanceState::Sent, None));
    store.note_dispatched(&[1; 16], &sent, NOW).unwrap();
    store.begin_commitment(&[1; 16], "2.25.7").unwrap();
    store.note_commitment(&[1; 16], Commitment::Asked).unwrap();
    store
        .end_dispatch(&[1; 16], DispatchState::Delivered, None, NOW)
        .unwrap();
    let lost = [("1.2.3.1".to_owned(), "no such object instance".to_owned())];
    let kept = ["1.2.3.0".to_owned()];
    let settle = |peer, transaction| {
        let outcome = (&kept[..], &lost[..]);
        store.settle_commitment(peer, transaction, outcome, NOW).unwrap()
    };
    assert_eq!(settle("OTHER", "2.25.7"), None);
    assert_eq!(settle("PACS", "2.25.8"), None);
    assert_eq!(settle("PACS", "2.25.7"), Some([1; 16]));
    let row = store.dispatch(&[1; 16]).unwrap();
    assert_eq!((row.commitment, row.refused), (Some(Commitment::NotSafe), 1));
    store.renew_dispatch(&[1; 16], NOW).unwrap();
    let again = store.due_dispatch("PACS", NOW).unwrap().unwrap();
    assert_eq!((again.sent, again.refused), (0, 0), "all of it");
    assert_eq!(again.commitment, None, "it is asked anew");
    assert_eq!(
        settle("PACS", "2.25.7"),
        None,
        "what was asked before is of nothing now"
    );
}

/// R13: safe is what the archive names as safe; that it names nothing as lost is not enough.
#[test]
fn r13_what_the_archive_does_not_name_is_not_safe() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    let outcome_of = |id: u8, named: &[String]| {
        store
            .put_dispatch(&dispatch(id, Dispatched::Study, 2), NOW)
            .unwrap();
        let sent = [0, 1].map(|place| (place, InstanceState::Sent, None));
        store.note_dispatched(&[id; 16], &sent, NOW).unwrap();
        let transaction = format!("2.25.{id}");
        store.begin_commitment(&[id; 16], &transaction).unwrap();
        assert_eq!(store.dispatch(&[id; 16]).unwrap().commitment, None);
        let settle = |named: &[String]| {
            store
                .settle_commitment("PACS", &transaction, (named, &[]), NOW)
                .unwrap()
        };
        assert_eq!(settle(named), Some([id; 16]));
        // The answer to the question comes after the outcome, and the outcome comes twice.
        store.note_commitment(&[id; 16], Commitment::Asked).unwrap();
        let all = ["1.2.3.0".to_owned(), "1.2.3.1".to_owned()];
        assert_eq!(settle(&all), Some([id; 16]));
        let row = store.dispatch(&[id; 16]).unwrap();
        (row.commitment, row.sent, row.refused)
    };
    let all = ["1.2.3.0".to_owned(), "1.2.3.1".to_owned()];
    assert_eq!(outcome_of(1, &all), (Some(Commitment::Safe), 2, 0));
    assert_eq!(outcome_of(2, &all[..1]), (Some(Commitment::NotSafe), 1, 1));
    assert_eq!(outcome_of(3, &[]), (Some(Commitment::NotSafe), 0, 2));
}

#[test]
fn what_was_told_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    for (id, end) in [(1, DispatchState::Delivered), (2, DispatchState::Cancelled)] {
        let mut outcome = dispatch(id, Dispatched::Commitment, 0);
        outcome.body = Some(vec![7]);
        store.put_dispatch(&outcome, NOW).unwrap();
        assert_eq!(store.waiting_dispatches(Dispatched::Commitment).unwrap(), 1);
        assert_eq!(store.dispatch_body(&[id; 16]).unwrap(), Some(vec![7]));
        store.end_dispatch(&[id; 16], end, None, NOW).unwrap();
    }
    assert_eq!(store.waiting_dispatches(Dispatched::Commitment).unwrap(), 0);
    assert_eq!(store.dispatch_body(&[1; 16]).unwrap(), None);
    assert_eq!(
        store.dispatch_body(&[2; 16]).unwrap(),
        Some(vec![7]),
        "it may still be told"
    );
}
