//! Received images that are kept as they came, and compared before anything of them is given out.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;

use dokuei_package::samples::{Sample, Samples};
use dokuei_package::stored::StoredWriter;
use dokuei_store::{FinishedBlob, Inserted, Store, StoreError};
use sha2::{Digest, Sha256};
use support::*;

const SAMPLES: Samples = Samples {
    at: 100,
    length: 300 * 800,
    row: 800,
    sample: Sample::Unsigned16,
};

/// A file of 100 bytes and 300 rows of 400 columns; another for each seed.
fn image(seed: u32) -> Vec<u8> {
    let mut file = vec![0x20; 100];
    for at in 0..300 * 400_u32 {
        let noise = (at + seed).wrapping_mul(2_654_435_761) >> 27;
        file.extend(((1000 + at % 400 + noise) as u16).to_le_bytes());
    }
    file
}

/// What comes from a peer: the blocks of `file`, of which she says that the file has the hash `claim`.
fn received(store: &Store, file: &[u8], claim: [u8; 32]) -> FinishedBlob {
    let mut encoded = StoredWriter::new(Vec::new(), SAMPLES).unwrap();
    encoded.write_all(file).unwrap();
    let encoded = encoded.finish().unwrap();
    let mut blob = store.blob_writer(STUDY).unwrap();
    blob.predict(Some(SAMPLES)).unwrap();
    let mut rest = encoded.as_slice();
    for length in [100, 240_000] {
        let (size, after) = rest.split_first_chunk::<4>().unwrap();
        let (block, after) = after.split_at(u32::from_be_bytes(*size) as usize);
        blob.put_stored(block, length).unwrap();
        rest = after;
    }
    blob.finish_claimed(claim).unwrap()
}

fn take(store: &Store, number: i64, file: &[u8], claim: [u8; 32]) -> Inserted {
    let blob = received(store, file, claim);
    store
        .insert_instance(&study(), &series(), &instance(number), blob, NOW)
        .unwrap()
}

fn hash(file: &[u8]) -> [u8; 32] {
    *blake3::hash(file).as_bytes()
}

fn sha256_of(store: &Store, number: i64) -> Option<[u8; 32]> {
    store.instance(&instance(number).sop_instance_uid).unwrap().sha256
}

/// R1, R17: it is compared once, by whoever is first, over a restart too; then its SHA-256 is known.
#[test]
fn r17_a_received_image_is_compared_by_whoever_is_first() {
    let (directory, store) = store();
    let (one, two) = (image(1), image(2));
    assert_eq!(take(&store, 1, &one, hash(&one)), Inserted::Added);
    assert_eq!(take(&store, 2, &two, hash(&two)), Inserted::Added);
    assert_eq!(
        (sha256_of(&store, 1), store.unproven_of(STUDY).unwrap()),
        (None, 2)
    );
    assert_eq!(read_back(&store, 1).unwrap(), one, "by a reader");
    drop(store);
    let store = Store::open(directory.path(), &key()).unwrap();
    assert_eq!(store.unproven_of(STUDY).unwrap(), 2, "it was not written down");
    let all = store.unproven(&[0; 16], 10).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(store.unproven(&all[0].blob, 10).unwrap(), all[1..]);
    for one in &all {
        assert_eq!(one.study_instance_uid, STUDY);
        store.prove(&one.sop_instance_uid).unwrap();
    }
    store.note_proven().unwrap();
    assert_eq!(store.unproven_of(STUDY).unwrap(), 0);
    for (number, file) in [(1, &one), (2, &two)] {
        assert_eq!(sha256_of(&store, number).unwrap()[..], Sha256::digest(file)[..]);
        assert_eq!(read_back(&store, number).unwrap(), *file);
    }
}

/// R19: of an image that is not what its sender signed, no byte is given out from anywhere; it goes, and the right one can
/// come.
#[test]
fn r19_an_image_that_is_not_what_was_signed_is_not_given_out() {
    let (_directory, store) = store();
    let (signed, other) = (image(1), image(2));
    take(&store, 1, &other, hash(&signed));
    let uid = instance(1).sop_instance_uid;
    for _ in 0..2 {
        assert!(matches!(store.blob_reader(&uid), Err(StoreError::Differs)));
        assert!(matches!(store.prove(&uid), Err(StoreError::Differs)));
    }
    store.note_proven().unwrap();
    assert_eq!(store.unproven_of(STUDY).unwrap(), 1);
    // The same package once more is no more right than before.
    assert_eq!(take(&store, 1, &other, hash(&signed)), Inserted::AlreadyThere);
    let refused = store.unproven(&[0; 16], 10).unwrap().remove(0);
    assert!(store.reject(&refused).unwrap());
    assert!(matches!(store.blob_reader(&uid), Err(StoreError::NotFound(_))));
    assert!(!store.reject(&refused).unwrap(), "it is gone");
    let empty = store.study(STUDY);
    assert!(matches!(empty, Err(StoreError::NotFound(_))), "{empty:?}");
    assert_eq!(take(&store, 1, &signed, hash(&signed)), Inserted::Added);
    assert_eq!(read_back(&store, 1).unwrap(), signed);
    let all = store.study(STUDY).unwrap();
    assert_eq!((all.instances, all.bytes), (1, signed.len() as u64));
    let right = store.unproven(&[0; 16], 10).unwrap().remove(0);
    assert!(!store.reject(&refused).unwrap(), "another under its UID stays");
    store.note_proven().unwrap();
    assert!(!store.reject(&right).unwrap(), "what was compared stays");
    // What else there is of the study stays when one goes.
    take(&store, 2, &other, hash(&signed));
    let refused = store.unproven(&[0; 16], 10).unwrap().remove(0);
    assert!(store.reject(&refused).unwrap());
    let all = store.study(STUDY).unwrap();
    assert_eq!((all.instances, all.bytes), (1, signed.len() as u64));
}

/// R1: what is known to be right takes the place of what only claims to be the same.
#[test]
fn r1_an_import_is_not_a_duplicate_of_what_was_not_compared() {
    let (_directory, store) = store();
    let (file, lie) = (image(1), image(2));
    let blob = received(&store, &lie, hash(&file));
    let mut said = instance(1);
    (said.number, said.rows, said.transfer_syntax_uid) = (Some(7), 3, "1.2".into());
    store
        .insert_instance(&study(), &series(), &said, blob, NOW)
        .unwrap();
    let mut elsewhere = series();
    elsewhere.series_instance_uid.push('9');
    let mut blob = store.blob_writer(STUDY).unwrap();
    blob.write_all(&file).unwrap();
    let refused = store.insert_instance(&study(), &elsewhere, &instance(1), blob.finish().unwrap(), NOW);
    assert!(
        matches!(refused, Err(StoreError::InstanceConflict)),
        "{refused:?}"
    );
    assert_eq!(put(&store, 1, &file).unwrap(), Inserted::Added);
    let row = store.instance(&said.sop_instance_uid).unwrap();
    assert_eq!(
        (row.number, row.rows, row.transfer_syntax_uid),
        (Some(1), 512, instance(1).transfer_syntax_uid),
        "what the sender said of it went with it"
    );
    assert_eq!(read_back(&store, 1).unwrap(), file);
    assert_eq!(store.unproven_of(STUDY).unwrap(), 0);
    assert_eq!(sha256_of(&store, 1).unwrap()[..], Sha256::digest(&file)[..]);
    assert_eq!(put(&store, 1, &file).unwrap(), Inserted::AlreadyThere);
}

/// What is compared is not ended as what was hashed, nor the reverse.
#[test]
fn a_blob_is_ended_as_it_was_written() {
    let (_directory, store) = store();
    let mut blob = store.blob_writer(STUDY).unwrap();
    blob.write_all(b"hashed").unwrap();
    assert!(blob.finish_claimed([0; 32]).is_err());
    let mut blob = store.blob_writer(STUDY).unwrap();
    assert!(blob.put_stored(b"x", 1).is_err(), "it is not predicted");
    blob.predict(Some(SAMPLES)).unwrap();
    blob.put_stored(&[0x20; 100], 100).unwrap();
    assert!(blob.finish().is_err());
}

/// R6: an erased study leaves nothing to be compared.
#[test]
fn r6_an_erased_study_leaves_nothing_to_compare() {
    let (_directory, store) = store();
    let file = image(1);
    take(&store, 1, &file, hash(&file));
    store.erase_study(STUDY).unwrap();
    assert!(store.unproven(&[0; 16], 10).unwrap().is_empty());
    let uid = instance(1).sop_instance_uid;
    assert!(matches!(store.prove(&uid), Err(StoreError::NotFound(_))));
}
