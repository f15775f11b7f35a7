//! A store in a temporary directory, and studies to put into it.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use dokuei_identity::time::Timestamp;
use dokuei_store::{
    Inserted, NewInstance, Origin, PersonName, SeriesRecord, Store, StoreError, StoreKey, StudyRecord,
};
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp(1_764_000_000);
pub const STUDY: &str = "1.2.392.200036.9116.2.5.1.48.1221";
pub const ALPHABETIC: &str = "Dokuei^Canary";
pub const IDEOGRAPHIC: &str = "読影^金糸雀";
pub const PHONETIC: &str = "どくえい^かなりあ";

pub fn key() -> StoreKey {
    StoreKey::from_bytes([0x5a; 32])
}

pub fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(directory.path(), &key()).unwrap();
    (directory, store)
}

pub fn study() -> StudyRecord {
    StudyRecord {
        study_instance_uid: STUDY.into(),
        patient_name: PersonName {
            alphabetic: ALPHABETIC.into(),
            ideographic: IDEOGRAPHIC.into(),
            phonetic: PHONETIC.into(),
        },
        patient_id: "CANARY-ID-77".into(),
        birth_date: "19800102".into(),
        sex: "F".into(),
        study_date: "20261120".into(),
        description: "CBCT".into(),
        accession_number: "A-1".into(),
        origin: Origin::Imported,
        case_id: None,
        ..StudyRecord::default()
    }
}

pub fn series() -> SeriesRecord {
    SeriesRecord {
        series_instance_uid: format!("{STUDY}.1"),
        study_instance_uid: STUDY.into(),
        number: Some(1),
        modality: "CT".into(),
        description: "axial".into(),
        ..SeriesRecord::default()
    }
}

pub fn instance(number: i64) -> NewInstance {
    NewInstance {
        sop_instance_uid: format!("{STUDY}.1.{number}"),
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.2".into(),
        transfer_syntax_uid: "1.2.840.10008.1.2.1".into(),
        number: Some(number),
        rows: 512,
        columns: 512,
        frames: 1,
        bits_allocated: 16,
    }
}

/// Stores `bytes` as instance `number` of the study.
pub fn put(store: &Store, number: i64, bytes: &[u8]) -> Result<Inserted, StoreError> {
    let mut blob = store.blob_writer(STUDY)?;
    blob.write_all(bytes)?;
    store.insert_instance(&study(), &series(), &instance(number), blob.finish()?, NOW)
}

pub fn read_back(store: &Store, number: i64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    store
        .blob_reader(&instance(number).sop_instance_uid)?
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Every file below `directory`.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found
}

/// The files of the vault with this extension.
pub fn blobs(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut all = files(&directory.join("vault"));
    all.retain(|path| path.extension().is_some_and(|found| found == extension));
    all
}
