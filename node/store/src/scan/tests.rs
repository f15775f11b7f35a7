//! What is read, in which order and how far, and what is known of what was found.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::*;
use crate::{NewInstance, SeriesRecord, StoreKey, StudyRecord};

const KEY: [u8; 32] = [1; 32];

fn bring(store: &Store, number: u8) {
    let study = StudyRecord {
        study_instance_uid: "1.2".into(),
        ..StudyRecord::default()
    };
    let series = SeriesRecord {
        series_instance_uid: "1.2.1".into(),
        study_instance_uid: "1.2".into(),
        ..SeriesRecord::default()
    };
    let instance = NewInstance {
        sop_instance_uid: format!("1.2.1.{number}"),
        ..NewInstance::default()
    };
    let mut blob = store.blob_writer("1.2").unwrap();
    blob.write_all(&vec![number; 300_000]).unwrap();
    let blob = blob.finish().unwrap();
    store
        .insert_instance(&study, &series, &instance, blob, Timestamp(1))
        .unwrap();
}

/// A store of three images.
fn store(directory: &Path) -> Store {
    let store = Store::create(directory, &StoreKey::from_bytes(KEY)).unwrap();
    (1..=3).for_each(|number| bring(&store, number));
    store
}

fn file_of(directory: &Path, image: &StoredImage) -> PathBuf {
    let name = hex::encode(image.blob);
    let mut found = Vec::new();
    for shard in fs::read_dir(directory.join("vault")).unwrap() {
        for file in fs::read_dir(shard.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let whole = path.to_string_lossy().replace('/', "");
            if whole.ends_with(&format!("{name}.blob")) || whole.contains(&name) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn damage(directory: &Path, image: &StoredImage) -> Vec<u8> {
    let path = file_of(directory, image);
    let before = fs::read(&path).unwrap();
    let mut bytes = before.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    before
}

/// Reads all that is left; what it found, by blob.
fn read_on(store: &Store, most: u32) -> Vec<(StoredImage, Read)> {
    let reached = store.scan_state().unwrap().reached;
    let images = store.images_after(&reached, most).unwrap();
    let look = |image: StoredImage| {
        let whole = store.is_whole(&image.sop_instance_uid).unwrap();
        (image, if whole { Read::Whole } else { Read::Damaged })
    };
    images.into_iter().map(look).collect()
}

/// R19: each image is read once in a reading, also when the store is closed in the middle of it; what it came to is kept.
#[test]
fn r19_a_reading_goes_on_after_a_restart_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let kept = store(directory.path());
    assert_eq!(kept.scan_state().unwrap(), ScanState::default());
    kept.begin_scan(Timestamp(10)).unwrap();
    let first = read_on(&kept, 2);
    kept.note_scanned(&first).unwrap();
    drop(kept);

    let kept = Store::open(directory.path(), &StoreKey::from_bytes(KEY)).unwrap();
    let running = kept.scan_state().unwrap().running.unwrap();
    assert_eq!(
        (running.at, running.images, running.bytes),
        (Timestamp(10), 2, 600_000)
    );
    let rest = read_on(&kept, 10);
    assert_eq!(rest.len(), 1);
    assert!(first.iter().all(|(one, _)| one.blob < rest[0].0.blob));
    kept.note_scanned(&rest).unwrap();
    assert!(read_on(&kept, 10).is_empty());
    kept.end_scan(Timestamp(20)).unwrap();
    let state = kept.scan_state().unwrap();
    let last = state.last.unwrap();
    assert_eq!(state.running, None);
    assert_eq!((last.at, last.images, last.damaged), (Timestamp(20), 3, 0));
    kept.begin_scan(Timestamp(30)).unwrap();
    assert_eq!(read_on(&kept, 10).len(), 3, "all anew");
    assert_eq!(kept.scan_state().unwrap().last, Some(last));
}

/// R11, R19: what was found damaged is known after a restart, told as new once, and forgotten when the same image comes again,
/// when the disk gives it again, and with its study.
#[test]
fn r11_r19_damage_is_known_until_the_image_is_whole_again() {
    let directory = tempfile::tempdir().unwrap();
    let kept = store(directory.path());
    let images = kept.images_after(&[0; 16], 10).unwrap();
    let before = damage(directory.path(), &images[0]);
    damage(directory.path(), &images[1]);
    kept.begin_scan(Timestamp(10)).unwrap();
    let read = read_on(&kept, 10);
    let found = |kept: &Store| kept.keep_damaged(Timestamp(11)).unwrap();
    let of = |images| DamagedStudy {
        study_instance_uid: "1.2".into(),
        origin: Origin::Imported,
        images,
    };
    assert_eq!(found(&kept), [of(2)]);
    assert_eq!(found(&kept), []);
    kept.note_scanned(&read).unwrap();
    assert_eq!(kept.scan_state().unwrap().running.unwrap().damaged, 2);
    drop(kept);

    let kept = Store::open(directory.path(), &StoreKey::from_bytes(KEY)).unwrap();
    assert_eq!(kept.damaged_studies().unwrap(), [of(2)]);
    assert!(!kept.is_whole(&images[0].sop_instance_uid).unwrap());
    assert_eq!(found(&kept), [of(0)], "known before");

    fs::write(file_of(directory.path(), &images[0]), before).unwrap();
    kept.begin_scan(Timestamp(20)).unwrap();
    let read = read_on(&kept, 10);
    found(&kept);
    kept.note_scanned(&read).unwrap();
    assert_eq!(
        kept.damaged_studies().unwrap(),
        [of(1)],
        "the disk gave one again"
    );

    let number = images[1].sop_instance_uid.strip_prefix("1.2.1.").unwrap();
    bring(&kept, number.parse().unwrap());
    assert_eq!(kept.damaged_studies().unwrap(), [], "it came again");

    let images = kept.images_after(&[0; 16], 10).unwrap();
    damage(directory.path(), &images[2]);
    assert!(!kept.is_whole(&images[2].sop_instance_uid).unwrap());
    assert_eq!(found(&kept), [of(1)]);
    kept.erase_study("1.2").unwrap();
    assert_eq!(kept.damaged_studies().unwrap(), []);
}

/// R11: an image that was replaced between its reading and the note of it is not noted.
#[test]
fn r11_what_came_again_meanwhile_is_not_noted_as_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let kept = store(directory.path());
    let images = kept.images_after(&[0; 16], 10).unwrap();
    damage(directory.path(), &images[0]);
    assert!(!kept.is_whole(&images[0].sop_instance_uid).unwrap());
    let number = images[0].sop_instance_uid.strip_prefix("1.2.1.").unwrap();
    bring(&kept, number.parse().unwrap());
    assert_eq!(kept.keep_damaged(Timestamp(5)).unwrap(), []);
}

/// Whoever sets the pace may end the reading of an image, and nothing is concluded from it.
#[test]
fn a_reading_that_is_ended_says_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let kept = store(directory.path());
    let (mut parts, mut bytes) = (0, 0);
    let ended = kept.is_whole_at("1.2.1.1", &mut |read| {
        parts += 1;
        bytes += read;
        parts < 2
    });
    assert_eq!((ended.unwrap(), parts), (None, 2));
    assert!(bytes <= 2 << 18);
}
