//! What people are told outside the app: nothing is forgotten, nothing is told twice, whatever happens in between.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands, in helpers too")]

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{
    AuditEvent, LogKind, NewNotice, NoticeSettings, NoticeState, Store, StoreKey, StoredEntry,
};

const NOW: Timestamp = Timestamp(1_800_000_000);

fn notice(about: &str, urgent: bool) -> NewNotice {
    NewNotice {
        practitioner: "tanaka".to_owned(),
        channel: "email",
        matter: "final_report",
        about: about.to_owned(),
        case_id: Some([7; 16]),
        urgent,
        at: NOW,
    }
}

fn entry(id: u8) -> StoredEntry {
    StoredEntry {
        entry_id: [id; 32],
        log_id: [7; 16],
        kind: LogKind::Case,
        entry_type: "report".to_owned(),
        signer: Fingerprint::from_bytes([1; 32]),
        device: Fingerprint::from_bytes([2; 32]),
        seq: u64::from(id),
        lamport: u64::from(id),
        header: vec![id],
        body: vec![id],
        salt: [id; 32],
        received_at: NOW,
    }
}

/// R7: an entry that is on the disk is to be told, after a kill at any moment too; once it is queued it is told of no more.
#[test]
fn r7_an_entry_is_to_be_told_as_soon_as_it_is_on_the_disk_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let key = StoreKey::generate();
    let store = Store::create(dir.path(), &key).unwrap();
    store.append_entry(&entry(1), &[]).unwrap();
    drop(store);
    let store = Store::open(dir.path(), &key).unwrap();
    assert_eq!(store.untold_entries(10).unwrap(), [([1; 32], [7; 16])]);
    // Looked at, and killed before it was noted: the same again, and still one notice.
    for _ in 0..2 {
        let untold = store.untold_entries(10).unwrap();
        assert_eq!(untold.len(), 1);
        store
            .queue_notices(&[notice("entry:1", false)], &[], NOW)
            .unwrap();
    }
    store.queue_notices(&[], &[[1; 32]], NOW).unwrap();
    assert!(store.untold_entries(10).unwrap().is_empty());
    assert_eq!(store.due_notices("email", NOW, 10).unwrap().len(), 1);
    // The same entry from another node.
    store.append_entry(&entry(1), &[]).unwrap();
    assert!(store.untold_entries(10).unwrap().is_empty());
}

#[test]
fn what_was_not_taken_waits_and_is_given_up_when_it_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    let both = [notice("a", false), notice("b", true)];
    assert_eq!(store.queue_notices(&both, &[], NOW).unwrap(), 2);
    assert!(store.due_notices("webhook", NOW, 10).unwrap().is_empty());
    assert!(store.due_notices("email", NOW.minus(1), 10).unwrap().is_empty());
    let due = store.due_notices("email", NOW, 10).unwrap();
    assert!(due[0].urgent && !due[1].urgent, "the urgent first");
    let later = (NoticeState::Waiting, NOW.plus(30), Some("no answer"));
    store.note_notices(&[(due[0].id, None)], later, NOW).unwrap();
    let event = AuditEvent {
        at: NOW,
        actor: "node".to_owned(),
        action: "notice".to_owned(),
        object: "node".to_owned(),
        outcome: "sent".to_owned(),
    };
    // R16: told once, and in the trail once, also when two windows say so.
    for _ in 0..2 {
        store
            .note_notices(
                &[(due[1].id, Some(event.clone()))],
                (NoticeState::Sent, NOW, None),
                NOW,
            )
            .unwrap();
    }
    assert_eq!(store.verify_audit().unwrap().seq, 1);
    assert!(store.due_notices("email", NOW.plus(29), 10).unwrap().is_empty());
    let due = store.due_notices("email", NOW.plus(30), 10).unwrap();
    assert_eq!(
        (due.len(), due[0].attempts, due[0].reason.as_deref()),
        (1, 1, Some("no answer"))
    );
    assert_eq!(store.forget_notices(NOW).unwrap(), 0);
    assert_eq!(store.forget_notices(NOW.plus(1)).unwrap(), 2);
}

/// R17: what does not get out does not pile up without end, and what is urgent has room all the same.
#[test]
fn r17_only_so_many_wait_and_the_urgent_always_has_room() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    let many: Vec<NewNotice> = (0..600)
        .map(|number| notice(&number.to_string(), false))
        .collect();
    assert_eq!(store.queue_notices(&many, &[], NOW).unwrap(), 500);
    assert_eq!(
        store.queue_notices(&[notice("urgent", true)], &[], NOW).unwrap(),
        1
    );
    assert!(store.due_notices("email", NOW, 1).unwrap()[0].urgent);
    let mine = store.due_notices_of("tanaka", "email", NOW, 1_000).unwrap();
    assert_eq!(mine.len(), 501);
    assert!(
        store
            .due_notices_of("suzuki", "email", NOW, 1_000)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_somebody_chose_is_kept_and_its_secret_is_in_no_debug_output() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    assert_eq!(store.notice_settings("tanaka").unwrap(), None);
    let settings = NoticeSettings {
        form: "{}".to_owned(),
        webhook_secret: Some("hidden".to_owned()),
    };
    store.set_notice_settings("tanaka", &settings).unwrap();
    assert_eq!(store.notice_settings("tanaka").unwrap(), Some(settings.clone()));
    assert!(!format!("{settings:?}").contains("hidden"));
}

/// R17: whoever was just sent something rests, and holds up nobody else however much waits for her; the urgent does not wait.
#[test]
fn r17_who_rests_takes_no_room_from_others_and_the_urgent_does_not_wait() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &StoreKey::generate()).unwrap();
    let first = [notice("first", false)];
    store.queue_notices(&first, &[], NOW).unwrap();
    let first = store.due_messages("email", (NOW, NOW.minus(120)), 10).unwrap();
    store
        .note_notices(&[(first[0].id, None)], (NoticeState::Sent, NOW, None), NOW)
        .unwrap();
    let many: Vec<NewNotice> = (0..20).map(|number| notice(&number.to_string(), false)).collect();
    store.queue_notices(&many, &[], NOW).unwrap();
    let suzuki = NewNotice {
        practitioner: "suzuki".to_owned(),
        ..notice("hers", false)
    };
    store.queue_notices(&[suzuki], &[], NOW).unwrap();
    let due = |after: u64| {
        let now = NOW.plus(after);
        store.due_messages("email", (now, now.minus(120)), 10).unwrap()
    };
    assert_eq!((due(1).len(), due(1)[0].practitioner.as_str()), (1, "suzuki"));
    assert_eq!(due(120).len(), 10);
    // The clock was set back before what was sent.
    let queued = notice("before", false);
    let early = NewNotice {
        at: NOW.minus(500),
        ..queued
    };
    store.queue_notices(&[early], &[], NOW).unwrap();
    let before = NOW.minus(300);
    assert_eq!(
        store
            .due_messages("email", (before, before.minus(120)), 10)
            .unwrap()
            .len(),
        1
    );
    store.queue_notices(&[notice("urgent", true)], &[], NOW).unwrap();
    assert!(due(1)[0].urgent && due(1).len() == 10);
}
