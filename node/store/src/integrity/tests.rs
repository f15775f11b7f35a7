//! Whatever is altered with the key in hand is told, and a good copy takes its place.

use dokuei_identity::fingerprint::Fingerprint;
use rusqlite::types::Value;

use super::*;
use crate::{AuditEvent, Direction, LogKind, NewPackage, PackageState, StoreKey};

const NOW: Timestamp = Timestamp(1_764_000_000);

fn an_entry(number: u8, lamport: u64) -> StoredEntry {
    StoredEntry {
        log_id: [1; 16],
        kind: LogKind::Case,
        entry_id: [number; 32],
        entry_type: "query".into(),
        signer: Fingerprint::of(b"suzuki"),
        device: Fingerprint::of(b"hospital"),
        seq: lamport,
        lamport,
        header: vec![number; 60],
        body: vec![number ^ 0xff; 40],
        salt: [number; 32],
        received_at: NOW,
    }
}

/// A store with a log of four entries and a fork, a package that moves, and a trail of four rows.
fn store(directory: &std::path::Path) -> Store {
    let store = Store::create(directory, &StoreKey::from_bytes([5; 32])).unwrap();
    for number in 1..=4 {
        store
            .append_entry(&an_entry(number, u64::from(number)), &[])
            .unwrap();
        let event = AuditEvent {
            at: NOW,
            actor: "suzuki".into(),
            action: "view".into(),
            object: format!("1.2.{number}"),
            outcome: "success".into(),
        };
        store.audit(&event).unwrap();
    }
    store.append_entry(&an_entry(9, 4), &[]).unwrap();
    let new = NewPackage {
        package_id: [7; 16],
        case_id: [1; 16],
        direction: Direction::Outgoing,
        core: vec![3; 50],
        core_hash: [4; 32],
        root: [5; 32],
        length: 1 << 20,
        verified: vec![0xff; 2],
    };
    let file = store.new_package_file().unwrap();
    store
        .add_package(&new, file, Some((&[8; 32], "{}")), NOW)
        .unwrap();
    store.set_verified(&[7; 16], &[0x0f, 0]).unwrap();
    store.set_package_state(&[7; 16], PackageState::Queued).unwrap();
    store
}

fn whole(store: &Store) -> bool {
    store.verify_audit().is_ok() && store.altered_rows().unwrap().is_empty()
}

/// A value that one bit was flipped in; `None` when its form does not take that.
fn flipped(value: &Value, byte: usize) -> Option<Value> {
    let turn = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        *bytes.get_mut(byte)? ^= 1 << (byte % 8);
        Some(bytes)
    };
    match value {
        Value::Integer(number) if byte < 8 => Some(Value::Integer(number ^ (1 << (byte * 7)))),
        Value::Blob(bytes) => turn(bytes).map(Value::Blob),
        Value::Text(text) => String::from_utf8(turn(text.as_bytes())?).ok().map(Value::Text),
        _ => None,
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::Blob(bytes) => bytes.len(),
        Value::Text(text) => text.len(),
        _ => 8,
    }
}

/// R6, R24: whatever byte of whatever row of the trail, the logs or the packages is altered with the key in hand, it is told.
#[test]
fn r6_r24_every_altered_byte_of_every_stored_row_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    assert!(whole(&store));
    let insider = |sql: &str, value: &Value| store.connection().execute(sql, [value]).is_ok();
    store
        .connection()
        .execute_batch(
            "DROP TRIGGER audit_is_never_changed; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;
             PRAGMA ignore_check_constraints = ON;",
        )
        .unwrap();
    let mut altered = 0;
    for table in ["audit", "audit_head", "logs", "entries", "forks", "packages"] {
        for (row, columns) in rows_of(&store, table) {
            for (name, value) in columns {
                for byte in 0..length(&value) {
                    let Some(other) = flipped(&value, byte) else {
                        continue;
                    };
                    // The row's own number is a column of some tables.
                    let at = |now: &Value| match (name.as_str(), now) {
                        ("seq", Value::Integer(seq)) if table == "audit" => *seq,
                        ("id", Value::Integer(id)) => *id,
                        _ => row,
                    };
                    let sql = |at: i64| format!("UPDATE {table} SET {name} = ?1 WHERE rowid = {at}");
                    if !insider(&sql(row), &other) {
                        continue;
                    }
                    assert!(
                        !whole(&store),
                        "byte {byte} of {name} in row {row} of {table} was altered unnoticed"
                    );
                    assert!(insider(&sql(at(&other)), &value));
                    altered += 1;
                }
            }
        }
    }
    assert!(whole(&store), "all is as it was");
    assert!(altered > 1_000, "{altered}");
}

/// The rows of a table: by their number, each column with its value.
fn rows_of(store: &Store, table: &str) -> Vec<(i64, Vec<(String, Value)>)> {
    let connection = store.connection();
    let mut statement = connection
        .prepare(&format!("SELECT rowid, * FROM {table}"))
        .unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        let columns = names.iter().enumerate().skip(1);
        let columns = columns.map(|(index, name)| Ok((name.clone(), row.get(index)?)));
        Ok((row.get(0)?, columns.collect::<rusqlite::Result<_>>()?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// R6: what was altered, removed or put in is told when the log is read, and nothing of it is given out.
#[test]
fn r6_a_log_of_which_an_entry_was_changed_removed_or_put_in_is_not_read() {
    for sql in [
        "UPDATE entries SET body = x'00' WHERE lamport = 2",
        "UPDATE entries SET received_at = 1 WHERE lamport = 2",
        "DELETE FROM entries WHERE lamport = 4",
        "INSERT INTO entries SELECT zeroblob(32), log_id, type, signer, device, 77, 77, header, body, salt, 1
         FROM entries WHERE lamport = 1",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = store(directory.path());
        assert_eq!(store.entries(&[1; 16]).unwrap().len(), 4);
        let insider = store.connection();
        insider.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        insider.execute_batch(sql).unwrap();
        drop(insider);
        let refused = store.entries(&[1; 16]);
        assert!(matches!(refused, Err(StoreError::Altered(_))), "{sql}");
    }
}

/// R6: a good copy takes the place of what was altered or removed, and what was there is kept as evidence.
#[test]
fn r6_a_good_copy_takes_the_place_of_an_altered_and_of_a_removed_entry() {
    for sql in [
        "UPDATE entries SET body = x'00' WHERE lamport = 2",
        "UPDATE entries SET entry_id = zeroblob(32) WHERE lamport = 2",
        "DELETE FROM entries WHERE lamport = 2",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = store(directory.path());
        let insider = store.connection();
        insider.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        insider.execute_batch(sql).unwrap();
        drop(insider);
        assert_eq!(store.log_damage(&[1; 16]).unwrap().missing, [[2; 32]], "{sql}");
        assert!(store.is_missing(&[2; 32]).unwrap());
        assert!(store.restore_entry(&an_entry(2, 2), NOW).unwrap());
        assert!(!store.restore_entry(&an_entry(2, 2), NOW).unwrap(), "once");
        let entries = store.entries(&[1; 16]).unwrap();
        assert_eq!(
            entries.iter().map(|one| one.lamport).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        assert_eq!(store.mended_entries().unwrap(), 1);
        assert!(whole(&store), "{sql}");
    }
}

/// R24: a row that was altered is told by whoever reads it next, not only by who looks for it.
#[test]
fn r24_an_altered_row_of_the_trail_is_told_at_the_next_read() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let insider = store.connection();
    insider
        .execute_batch("DROP TRIGGER audit_is_never_changed")
        .unwrap();
    insider
        .execute_batch("UPDATE audit SET actor = 'ito' WHERE seq = 3")
        .unwrap();
    drop(insider);
    assert_eq!(store.audit_rows(1, 2).unwrap().len(), 2);
    for from in [1, 3] {
        let told = store.audit_rows(from, 10).unwrap_err();
        assert!(matches!(told, StoreError::AuditBroken { seq: 3 }), "{told}");
    }
}

/// A store from before there were seals is sealed when it is opened, once: with all seals removed it is not taken for one.
#[test]
fn r6_a_store_of_an_earlier_version_is_sealed_once_when_it_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Store::open(directory.path(), &StoreKey::from_bytes([5; 32])).unwrap();
    let unseal = |store: &Store| store.connection().execute_batch("DELETE FROM row_seals").unwrap();
    let earlier = store(directory.path());
    unseal(&earlier);
    std::fs::remove_file(directory.path().join(MARK)).unwrap();
    drop(earlier);
    let store = open();
    assert!(whole(&store));
    unseal(&store);
    drop(store);
    assert!(!whole(&open()), "it was sealed before");
}

/// R6: what was altered is not made good by writing over it.
#[test]
fn r6_an_altered_row_stays_told_when_it_is_written_to_afterwards() {
    for sql in [
        "UPDATE packages SET root = zeroblob(32)",
        "UPDATE audit_head SET id = id, seq = seq, hash = hash; UPDATE row_seals SET seal = zeroblob(32)
         WHERE kind = 'audit_head'",
        "UPDATE logs SET kind = 'agreement'",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let store = store(directory.path());
        store.connection().execute_batch(sql).unwrap();
        store
            .set_package_state(&[7; 16], PackageState::Delivered)
            .unwrap();
        store.append_entry(&an_entry(5, 5), &[]).unwrap();
        let event = store.audit_rows(1, 1).unwrap().remove(0).event;
        store.audit(&event).unwrap();
        assert!(!whole(&store), "{sql}");
        store.restore_log_row(&[1; 16]).unwrap();
        assert_eq!(store.log(&[1; 16]).unwrap().kind, LogKind::Case);
    }
}
