//! Opening and closing: locks, missing stores, newer schemas, crashes.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use dokuei_store::{Store, StoreError};
use support::*;

#[test]
fn a_directory_is_used_by_one_node_at_a_time() {
    let (directory, store) = store();
    let clone = store.clone();
    let error = Store::open(directory.path(), &key()).unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    drop(store);
    assert!(matches!(
        Store::open(directory.path(), &key()),
        Err(StoreError::InUse(_))
    ));
    drop(clone);
    assert!(Store::open(directory.path(), &key()).is_ok());
}

#[test]
fn a_store_is_made_once_and_opened_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let error = Store::open(directory.path(), &key()).unwrap_err();
    assert!(matches!(error, StoreError::NoStore(_)) && error.to_string().contains("dokuei init"));
    drop(Store::create(directory.path(), &key()).unwrap());
    assert!(matches!(
        Store::create(directory.path(), &key()),
        Err(StoreError::AlreadyExists(_))
    ));
}

#[test]
fn many_threads_share_a_store() {
    let (_directory, store) = store();
    std::thread::scope(|scope| {
        for thread in 0..4_i64 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..5 {
                    put(
                        &store,
                        thread * 5 + number,
                        format!("{thread}-{number}").as_bytes(),
                    )
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(store.study(STUDY).unwrap().instances, 20);
    assert_eq!(read_back(&store, 19).unwrap(), b"3-4");
}

/// Files without rows are what a crash between the two leaves; a README someone put there is not ours.
#[test]
fn orphans_are_swept_when_it_is_opened() {
    let (directory, store) = store();
    put(&store, 1, b"one").unwrap();
    let mut blob = store.blob_writer(STUDY).unwrap();
    blob.write_all(b"two").unwrap();
    std::mem::forget(blob.finish().unwrap());
    std::mem::forget(store.new_package_file().unwrap());
    drop(store);
    let orphan = directory.path().join("vault/ab");
    fs::create_dir_all(&orphan).unwrap();
    fs::write(orphan.join("ab00000000000000000000000000ab00.blob"), b"x").unwrap();
    fs::write(directory.path().join("vault/README"), b"x").unwrap();
    let store = Store::open(directory.path(), &key()).unwrap();
    assert_eq!(blobs(directory.path(), "blob").len(), 1);
    assert!(blobs(directory.path(), "part").is_empty());
    assert!(files(&directory.path().join("packages")).is_empty());
    assert!(directory.path().join("vault/README").exists());
    assert_eq!(read_back(&store, 1).unwrap(), b"one");
}

/// Killed at any moment, everything that was confirmed is there, whole, and nothing else is.
#[test]
fn a_killed_node_keeps_what_it_confirmed_and_no_more() {
    for after in [1, 3, 8] {
        let directory = tempfile::tempdir().unwrap();
        let mut child = child("stores_until_it_is_killed", directory.path(), &[])
            .spawn()
            .unwrap();
        let mut confirmed: Vec<i64> = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let Some(number) = line.unwrap().strip_prefix("stored ").map(|n| n.parse().unwrap()) else {
                continue;
            };
            confirmed.push(number);
            if confirmed.len() == after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(confirmed.len() >= after);
        let store = Store::open(directory.path(), &key()).unwrap();
        for number in &confirmed {
            assert_eq!(read_back(&store, *number).unwrap(), vec![*number as u8; 100_000]);
        }
        let stored = store.study(STUDY).unwrap().instances as usize;
        assert!(
            stored == confirmed.len() || stored == confirmed.len() + 1,
            "{stored} {}",
            confirmed.len()
        );
        assert_eq!(blobs(directory.path(), "blob").len(), stored);
        assert!(blobs(directory.path(), "part").is_empty());
    }
}

/// A full disk: one sentence, nothing half-written, all that was stored still readable, and room again after erasing.
/// Needs the right to mount; where there is none it shows nothing.
#[test]
fn a_full_disk_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mounted = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        "mount -t tmpfs -o size=4m none \"$STORE_TEST\" && exec \"$@\"",
        "-",
    ];
    let output = child("fills_a_small_disk", directory.path(), &mounted).output();
    let Ok(output) = output else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains("on a small disk") {
        eprintln!("no mount here: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// This very program, running one of the ignored tests below.
fn child(test: &str, directory: &Path, before: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap();
    let mut words: Vec<&std::ffi::OsStr> = before.iter().map(std::ffi::OsStr::new).collect();
    words.extend([
        own.as_os_str(),
        test.as_ref(),
        "--exact".as_ref(),
        "--ignored".as_ref(),
        "--nocapture".as_ref(),
    ]);
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .env("STORE_TEST", directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
#[ignore = "run by the tests above as a process of its own"]
fn stores_until_it_is_killed() {
    let Some(directory) = std::env::var_os("STORE_TEST") else {
        return;
    };
    let store = Store::create(Path::new(&directory), &key()).unwrap();
    for number in 1_i64.. {
        put(&store, number, &vec![number as u8; 100_000]).unwrap();
        println!("stored {number}");
    }
}

#[test]
#[ignore = "run by the tests above as a process of its own"]
fn fills_a_small_disk() {
    let Some(directory) = std::env::var_os("STORE_TEST") else {
        return;
    };
    let directory = Path::new(&directory);
    println!("on a small disk");
    let store = Store::create(directory, &key()).unwrap();
    let image = vec![9; 300_000];
    let mut stored = 0;
    let error = loop {
        match put(&store, stored, &image) {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "the disk is not small");
    };
    assert!(matches!(error, StoreError::NoSpace), "{error:?}");
    assert!(blobs(directory, "part").is_empty());
    assert_eq!(blobs(directory, "blob").len(), stored as usize);
    // Now the database itself, to the last page.
    let full = (0..10_000).find_map(|n| store.set_setting(&format!("s{n}"), &"x".repeat(4_000)).err());
    assert!(matches!(full, Some(StoreError::NoSpace)), "{full:?}");
    for number in 0..stored {
        assert_eq!(read_back(&store, number).unwrap(), image);
    }
    drop(store);
    fs::remove_file(blobs(directory, "blob").remove(0)).unwrap();
    let store = Store::open(directory, &key()).unwrap();
    assert_eq!(store.study(STUDY).unwrap().instances, stored as u64);
    store.set_setting("room", "again").unwrap();
}
