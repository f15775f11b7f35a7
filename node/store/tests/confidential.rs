//! R19: what lies on the disk tells nothing.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{
    AuditEvent, Direction, LogKind, NewPackage, OutboxRow, Store, StoreError, StoreKey, StoredEntry,
};
use support::*;

/// The names as they could lie there: UTF-8, UTF-16 both ways, and ISO 2022 JP as DICOM has them.
fn canaries() -> Vec<Vec<u8>> {
    let mut canaries: Vec<Vec<u8>> = Vec::new();
    for text in [
        ALPHABETIC,
        "Canary",
        "読影",
        "金糸雀",
        "かなりあ",
        STUDY,
        "CANARY-ID-77",
        "canary question",
    ] {
        canaries.push(text.as_bytes().to_vec());
        canaries.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        canaries.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    // 読影 in JIS X 0208 and in Shift JIS.
    canaries.push(vec![0x46, 0x49, 0x31, 0x46]);
    canaries.push(vec![0x93, 0xc7, 0x89, 0x65]);
    canaries.push(hex::encode(STUDY).into_bytes());
    canaries
}

fn pixels() -> Vec<u8> {
    (0..200_000_u32)
        .flat_map(|i| (1000 + i % 4000).to_le_bytes())
        .collect()
}

fn fill(store: &Store) {
    let mut image = b"DICM".to_vec();
    for canary in canaries() {
        image.extend(canary);
    }
    image.extend(pixels());
    put(store, 1, &image).unwrap();
    put(store, 2, &pixels()).unwrap();
    let entry = StoredEntry {
        log_id: [1; 16],
        kind: LogKind::Case,
        entry_id: [2; 32],
        entry_type: "Request".into(),
        signer: Fingerprint::from_bytes([3; 32]),
        device: Fingerprint::from_bytes([4; 32]),
        seq: 0,
        lamport: 0,
        header: STUDY.into(),
        body: format!("canary question {IDEOGRAPHIC}").into_bytes(),
        salt: [5; 32],
        received_at: NOW,
    };
    store.append_entry(&entry, &["peer"]).unwrap();
    let waiting: Vec<OutboxRow> = store.outbox(None).unwrap();
    assert_eq!(waiting.len(), 1);
    store.set_setting("CANARY-ID-77", STUDY).unwrap();
    let event = AuditEvent {
        at: NOW,
        actor: ALPHABETIC.into(),
        action: "study.view".into(),
        object: STUDY.into(),
        outcome: "ok".into(),
    };
    store.audit(&event).unwrap();
    let package = NewPackage {
        package_id: [6; 16],
        case_id: [1; 16],
        direction: Direction::Incoming,
        core: STUDY.into(),
        core_hash: [7; 32],
        root: [8; 32],
        length: 1,
        verified: vec![0],
    };
    store
        .add_package(
            &package,
            store.new_package_file().unwrap(),
            Some((&[0x77; 32], "{}")),
            NOW,
        )
        .unwrap();
}

fn assert_clean(directory: &std::path::Path, canaries: &[Vec<u8>]) {
    for path in files(directory) {
        let name = path.to_string_lossy().into_owned();
        assert!(!name.contains(STUDY) && !name.contains("Canary"), "{name}");
        let bytes = fs::read(&path).unwrap();
        for canary in canaries.iter().filter(|canary| canary.len() > 4) {
            let found = bytes
                .windows(canary.len())
                .any(|window| window == canary.as_slice());
            assert!(!found, "{} holds {canary:02x?}", path.display());
        }
    }
}

/// R19: neither while it is open (write-ahead log and all) nor closed, nor after erasing.
#[test]
fn r19_the_raw_data_directory_holds_no_patient_data() {
    let (directory, store) = store();
    let mut wanted = canaries();
    wanted.push(pixels()[4_000..4_064].to_vec());
    wanted.push(vec![0x77; 32]);
    wanted.push(key().as_bytes().to_vec());
    fill(&store);
    assert!(files(directory.path()).len() >= 5);
    assert_clean(directory.path(), &wanted);
    store.erase_study(STUDY).unwrap();
    assert_clean(directory.path(), &wanted);
    drop(store);
    assert_clean(directory.path(), &wanted);
}

/// R19: every page of the database looks like noise: nothing of SQLite shows, and it does not compress.
#[test]
fn r19_the_database_file_shows_no_structure() {
    let (directory, store) = store();
    fill(&store);
    drop(store);
    let bytes = fs::read(directory.path().join("dokuei.db")).unwrap();
    assert!(!bytes.starts_with(b"SQLite format 3"));
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let even = bytes.len() as f64 / 256.0;
    assert!(
        counts
            .iter()
            .all(|count| f64::from(*count) > even / 2.0 && f64::from(*count) < even * 2.0)
    );
}

/// R19: files are the owner's only.
#[cfg(unix)]
#[test]
fn r19_others_on_the_machine_cannot_read() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, store) = store();
    fill(&store);
    for folder in ["vault", "packages"] {
        let mode = fs::metadata(directory.path().join(folder))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{folder}");
    }
    for path in files(directory.path()) {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

/// R19, R20: a stolen copy without the key stays shut, and says why in one sentence.
#[test]
fn r19_a_wrong_key_opens_nothing_and_harms_nothing() {
    let (directory, store) = store();
    fill(&store);
    drop(store);
    let error = Store::open(directory.path(), &StoreKey::from_bytes([1; 32])).unwrap_err();
    assert!(matches!(error, StoreError::WrongKey));
    assert!(error.to_string().contains("passphrase"));
    assert_eq!(
        Store::open(directory.path(), &key())
            .unwrap()
            .studies()
            .unwrap()
            .len(),
        1
    );
}
