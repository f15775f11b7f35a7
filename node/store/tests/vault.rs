//! Instances and their sealed blobs.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use dokuei_package::samples::{Sample, Samples};
use dokuei_store::{Inserted, KeptPreview, KeptPreviewKind, Store, StoreError, StudyRecord};
use sha2::{Digest, Sha256};
use support::*;

/// R1: what goes in comes out, bit for bit, from any position, after a restart too.
#[test]
fn r1_an_instance_comes_back_bit_identical() {
    let (directory, store) = store();
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| ((i * 31) >> 3) as u8).collect();
    assert_eq!(put(&store, 1, &bytes).unwrap(), Inserted::Added);
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    assert_eq!(read_back(&store, 1).unwrap(), bytes);
    let mut reader = store.blob_reader(&instance(1).sop_instance_uid).unwrap();
    assert_eq!(reader.length(), 300_000);
    for at in [0, 65_519, 65_520, 131_041, 299_990] {
        reader.seek(SeekFrom::Start(at)).unwrap();
        let mut piece = [0; 10];
        reader.read_exact(&mut piece).unwrap();
        assert_eq!(piece, bytes[at as usize..at as usize + 10]);
    }
    let record = store.instance(&instance(1).sop_instance_uid).unwrap();
    assert_eq!(
        (record.bytes, record.rows, record.number),
        (300_000, 512, Some(1))
    );
    assert_eq!(record.sha256.unwrap()[..], Sha256::digest(&bytes)[..]);
    assert_eq!(record.blake3, *blake3::hash(&bytes).as_bytes());
}

/// A file of 1000 bytes, 300 rows of 400 columns that are smooth and a little noisy, and 5 bytes; and where they lie.
fn image() -> (Vec<u8>, Samples) {
    let samples = Samples {
        at: 1000,
        length: 300 * 800,
        row: 800,
        sample: Sample::Unsigned16,
    };
    let mut file = vec![0x20; 1000];
    for at in 0..300 * 400_u32 {
        let noise = at.wrapping_mul(2_654_435_761) >> 27;
        file.extend(((1000 + at % 400 + noise) as u16).to_le_bytes());
    }
    file.extend([7; 5]);
    (file, samples)
}

/// R1: an image lies in the vault in the stored form of packages, shorter, and is the same from any position.
#[test]
fn r1_an_image_is_stored_shorter_and_comes_back_bit_identical() {
    let (directory, store) = store();
    let (file, samples) = image();
    let mut blob = store.blob_writer(STUDY).unwrap().finding(|_| Some(image().1));
    blob.write_all(&file).unwrap();
    let blob = blob.finish().unwrap();
    assert_eq!(blob.sha256().unwrap()[..], Sha256::digest(&file)[..]);
    store
        .insert_instance(&study(), &series(), &instance(1), blob, NOW)
        .unwrap();
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    let on_disk = fs::metadata(&blobs(directory.path(), "blob")[0]).unwrap().len();
    assert!(on_disk < file.len() as u64 * 2 / 3, "{on_disk}");
    assert_eq!(read_back(&store, 1).unwrap(), file);
    let mut reader = store.blob_reader(&instance(1).sop_instance_uid).unwrap();
    assert_eq!(
        (reader.length(), reader.samples()),
        (file.len() as u64, Some(samples))
    );
    for at in [240_999, 0, 1000, 123_456] {
        reader.seek(SeekFrom::Start(at)).unwrap();
        let mut piece = [0; 6];
        reader.read_exact(&mut piece).unwrap();
        assert_eq!(piece, file[at as usize..at as usize + 6]);
    }

    // What came in this form is kept in it: the same bytes under another name.
    let mut stored = Vec::new();
    let reader = store.blob_reader(&instance(1).sop_instance_uid).unwrap();
    reader
        .into_stored()
        .unwrap()
        .unwrap()
        .read_to_end(&mut stored)
        .unwrap();
    let mut copy = store.blob_writer(STUDY).unwrap();
    copy.predict(Some(samples)).unwrap();
    let (mut rest, mut from) = (stored.as_slice(), file.as_slice());
    for length in [1000, 240_000, 5] {
        let (size, after) = rest.split_first_chunk::<4>().unwrap();
        let (block, after) = after.split_at(u32::from_be_bytes(*size) as usize);
        let (bytes, left) = from.split_at(length);
        copy.put(bytes, block).unwrap();
        (rest, from) = (after, left);
    }
    assert!(rest.is_empty() && from.is_empty());
    let copy = copy.finish().unwrap();
    assert_eq!(copy.sha256().unwrap()[..], Sha256::digest(&file)[..]);
    store
        .insert_instance(&study(), &series(), &instance(2), copy, NOW)
        .unwrap();
    assert_eq!(read_back(&store, 2).unwrap(), file);
}

/// Previews are kept for as many instances as they were made of, and go with their study.
#[test]
fn previews_are_kept_until_instances_come_or_the_study_is_erased() {
    let (_directory, store) = store();
    put(&store, 1, b"one").unwrap();
    let uid = series().series_instance_uid;
    assert_eq!(store.kept_previews(&uid, 1).unwrap(), None);
    let preview = KeptPreview {
        kind: KeptPreviewKind::AxialMip,
        png: b"png".to_vec(),
    };
    store
        .keep_previews(&uid, 1, std::slice::from_ref(&preview))
        .unwrap();
    assert_eq!(store.kept_previews(&uid, 1).unwrap(), Some(vec![preview]));
    assert_eq!(store.kept_previews(&uid, 2).unwrap(), None, "one came after");
    store.keep_previews(&uid, 2, &[]).unwrap();
    assert_eq!(
        store.kept_previews(&uid, 2).unwrap(),
        Some(Vec::new()),
        "none can be made"
    );
    store.erase_study(STUDY).unwrap();
    assert_eq!(store.kept_previews(&uid, 2).unwrap(), None);
    assert!(store.keep_previews(&uid, 2, &[]).is_err(), "of no series");
}

/// R1: the same file twice is one instance; another file under its UID is refused and loses nothing.
#[test]
fn r1_duplicates_are_one_and_conflicts_keep_what_is_stored() {
    let (directory, store) = store();
    assert_eq!(put(&store, 1, b"first").unwrap(), Inserted::Added);
    assert_eq!(put(&store, 1, b"first").unwrap(), Inserted::AlreadyThere);
    assert!(matches!(
        put(&store, 1, b"other"),
        Err(StoreError::InstanceConflict)
    ));
    assert_eq!(read_back(&store, 1).unwrap(), b"first");
    assert_eq!(blobs(directory.path(), "blob").len(), 1);
    assert!(blobs(directory.path(), "part").is_empty());
}

/// R1, R11: an image whose file is damaged or gone takes the place of itself when it comes again; nobody is told that it is
/// here before.
#[test]
fn r1_r11_an_image_that_was_damaged_comes_again() {
    let (directory, store) = store();
    for damage in [damage, |path: &Path| fs::remove_file(path).unwrap(), cut] {
        put(&store, 1, b"first").unwrap();
        put(&store, 2, b"second").unwrap();
        let before = blobs(directory.path(), "blob");
        before.iter().for_each(|path| damage(path));
        assert!(read_back(&store, 1).is_err());
        assert!(matches!(
            put(&store, 1, b"other"),
            Err(StoreError::InstanceConflict)
        ));
        assert_eq!(put(&store, 1, b"first").unwrap(), Inserted::Added);
        assert_eq!(read_back(&store, 1).unwrap(), b"first");
        assert_eq!(put(&store, 1, b"first").unwrap(), Inserted::AlreadyThere);
        assert!(read_back(&store, 2).is_err(), "nobody brought it");
        let study = store.study(STUDY).unwrap();
        assert_eq!((study.instances, study.bytes), (2, 11));
        store.erase_study(STUDY).unwrap();
    }
}

/// A bit of its sealed bytes is another one.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

/// R1: in a batch the conflict of one does not keep the others out.
#[test]
fn r1_a_conflict_in_a_batch_concerns_one() {
    let (_directory, store) = store();
    put(&store, 2, b"two").unwrap();
    let batch = [(1, "one"), (2, "TWO"), (3, "three"), (3, "three")].map(|(number, text)| {
        let mut blob = store.blob_writer(STUDY).unwrap();
        blob.write_all(text.as_bytes()).unwrap();
        (instance(number), blob.finish().unwrap())
    });
    let outcomes = store
        .insert_instances(&study(), &series(), batch.into(), NOW)
        .unwrap();
    assert_eq!(
        outcomes,
        [
            Inserted::Added,
            Inserted::Conflict,
            Inserted::Added,
            Inserted::AlreadyThere
        ]
    );
    let stored = store.instances_of(&series().series_instance_uid).unwrap();
    assert_eq!(
        stored.iter().map(|i| i.number.unwrap()).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(read_back(&store, 2).unwrap(), b"two");
}

#[test]
fn a_series_does_not_move_to_another_study() {
    let (directory, store) = store();
    put(&store, 1, b"first").unwrap();
    let mut other = study();
    other.study_instance_uid = "1.2.3".into();
    let blob = store.blob_writer("1.2.3").unwrap().finish().unwrap();
    let refused = store.insert_instance(&other, &series(), &instance(9), blob, NOW);
    assert!(matches!(refused, Err(StoreError::SeriesConflict)));
    assert_eq!(store.studies().unwrap().len(), 1);
    assert_eq!(blobs(directory.path(), "blob").len(), 1);
}

#[test]
fn r12_a_study_does_not_take_in_images_of_another_patient() {
    let (directory, store) = store();
    put(&store, 1, b"first").unwrap();
    let other = StudyRecord {
        patient_id: "SOMEBODY-ELSE".into(),
        ..study()
    };
    let blob = store.blob_writer(STUDY).unwrap().finish().unwrap();
    let refused = store.insert_instance(&other, &series(), &instance(9), blob, NOW);
    assert!(matches!(refused, Err(StoreError::PatientConflict)), "{refused:?}");
    assert_eq!(
        store.instances_of(&series().series_instance_uid).unwrap().len(),
        1
    );
    assert_eq!(blobs(directory.path(), "blob").len(), 1);
}

#[test]
fn studies_are_listed_with_what_they_hold() {
    let (_directory, store) = store();
    put(&store, 1, b"one").unwrap();
    put(&store, 2, b"three").unwrap();
    let listed = store.studies().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].series, listed[0].instances, listed[0].bytes),
        (1, 2, 8)
    );
    assert_eq!(listed[0].modalities, ["CT"]);
    assert_eq!(listed[0].study, study());
    assert_eq!(listed[0], store.study(STUDY).unwrap());
    store.set_study_case(STUDY, &[7; 16]).unwrap();
    assert_eq!(store.study(STUDY).unwrap().study.case_id, Some([7; 16]));
    assert!(matches!(store.study("1.2.3"), Err(StoreError::NotFound("study"))));
    assert_eq!(store.series_of(STUDY).unwrap(), [series()]);
}

/// R12: erasing takes rows, key and files; nothing else is touched.
#[test]
fn r12_an_erased_study_is_gone() {
    let (directory, store) = store();
    put(&store, 1, b"one").unwrap();
    store.erase_study(STUDY).unwrap();
    assert!(store.studies().unwrap().is_empty());
    assert!(matches!(
        read_back(&store, 1),
        Err(StoreError::NotFound("instance"))
    ));
    assert!(blobs(directory.path(), "blob").is_empty());
    assert!(matches!(
        store.erase_study(STUDY),
        Err(StoreError::NotFound("study"))
    ));
    // It may come again, under a new key.
    assert_eq!(put(&store, 1, b"one").unwrap(), Inserted::Added);
    assert_eq!(read_back(&store, 1).unwrap(), b"one");
}

/// R6, R17: a changed, exchanged or missing blob is noticed; what it held is never given out changed.
#[test]
fn r6_a_blob_that_was_touched_is_refused() {
    let (directory, store) = store();
    put(&store, 1, &[1; 200]).unwrap();
    let first = blobs(directory.path(), "blob").remove(0);
    put(&store, 2, &[2; 200]).unwrap();
    let second = blobs(directory.path(), "blob")
        .into_iter()
        .find(|path| *path != first)
        .unwrap();
    let original = fs::read(&first).unwrap();
    for position in [0, 10, 40, 70, original.len() - 1] {
        let mut changed = original.clone();
        changed[position] ^= 1;
        fs::write(&first, &changed).unwrap();
        assert!(read_back(&store, 1).is_err(), "byte {position}");
    }
    fs::copy(&second, &first).unwrap();
    assert!(matches!(read_back(&store, 1), Err(StoreError::Damaged("image"))));
    fs::remove_file(&first).unwrap();
    assert!(matches!(read_back(&store, 1), Err(StoreError::Damaged("image"))));
    assert_eq!(read_back(&store, 2).unwrap(), [2; 200]);
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let (directory, store) = store();
    let mut writer = store.blob_writer(STUDY).unwrap();
    writer.write_all(&[0; 100_000]).unwrap();
    assert_eq!(blobs(directory.path(), "part").len(), 1);
    drop(writer);
    drop(store.blob_writer(STUDY).unwrap().finish().unwrap());
    assert!(blobs(directory.path(), "part").is_empty() && blobs(directory.path(), "blob").is_empty());
    assert!(store.studies().unwrap().is_empty());
}
