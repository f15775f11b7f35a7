//! Folders into which devices write: what lies there is imported when it has stopped growing. Nothing in them is changed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use dokuei_dicom::files::{FileKind, kind_of};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::Node;
use crate::clock;

/// Most files of one folder that are waited for at a time.
const MOST: usize = 200_000;
/// Deepest folder below it.
const DEPTH: usize = 16;
/// What is imported at a time, and needs room at a time: a study as a rule, as its pictures are made after each.
const CHUNK_FILES: usize = 2_000;
const CHUNK_BYTES: u64 = 2 << 30;

/// The folders that are watched, told to whoever asks how the node is.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<HashMap<PathBuf, Watched>>);

/// One folder.
#[derive(Debug, Default)]
struct Watched {
    files: HashMap<PathBuf, Seen>,
    imported: u64,
    duplicates: u64,
    refused: u64,
    last: Option<Timestamp>,
    last_refused: Option<String>,
    /// Why it can't be looked at, or nothing be taken.
    trouble: Option<String>,
}

/// A file as it was seen last.
#[derive(Debug, Clone, Copy)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    since: Instant,
    done: bool,
}

impl Watched {
    /// Whether a file was taken as it is.
    fn is_done(&self, path: &Path, length: u64, modified: Option<SystemTime>) -> bool {
        let seen = self.files.get(path);
        seen.is_some_and(|seen| seen.done && (seen.length, seen.modified) == (length, modified))
    }

    /// Notes how a file is now, and tells whether it is to be taken: it has not changed for long enough and was not taken
    /// as it is.
    fn see(&mut self, path: &Path, length: u64, modified: Option<SystemTime>, settle: Duration) -> bool {
        let now = Instant::now();
        let fresh = Seen {
            length,
            modified,
            since: now,
            done: false,
        };
        let seen = self.files.entry(path.to_owned()).or_insert(fresh);
        if (seen.length, seen.modified) != (length, modified) {
            *seen = fresh;
        }
        !seen.done && now.duration_since(seen.since) >= settle
    }
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, HashMap<PathBuf, Watched>> {
        // Counters and names: whole after each assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the folders are.
    pub(super) fn view(&self, folders: &[PathBuf]) -> Value {
        let state = self.state();
        let view = folders.iter().map(|folder| {
            let Some(one) = state.get(folder) else {
                return json!({"folder": folder, "state": "waiting"});
            };
            json!({
                "folder": folder,
                "state": if one.trouble.is_some() { "trouble" } else { "watching" },
                "trouble": one.trouble,
                "waiting": one.files.values().filter(|seen| !seen.done).count(),
                "imported": one.imported,
                "duplicates": one.duplicates,
                "refused": one.refused,
                "last": one.last.map(clock::rfc3339),
                "last_refused": one.last_refused,
            })
        });
        view.collect()
    }
}

impl Node {
    /// Watches the folders of the settings from now on.
    pub fn watch(&self) {
        let settings = self.config().import.clone();
        if settings.watch.is_empty() {
            return;
        }
        let node = self.clone();
        tokio::spawn(async move {
            loop {
                let looking = node.clone();
                let outcome = tokio::task::spawn_blocking(move || looking.look_at_folders()).await;
                if let Err(error) = outcome {
                    tracing::error!(%error, "the watched folders could not be looked at");
                }
                tokio::time::sleep(Duration::from_secs(settings.every_seconds)).await;
            }
        });
    }

    /// Looks once, and imports what is ready.
    fn look_at_folders(&self) {
        let settings = &self.config().import;
        for folder in &settings.watch {
            let ready = self.ready_in(folder, Duration::from_secs(settings.settle_seconds));
            for chunk in chunks(&ready) {
                self.take_from(folder, &chunk);
            }
        }
    }

    /// Imports some files of a folder. What does not fit now is tried again at the next look.
    fn take_from(&self, folder: &Path, ready: &[PathBuf]) {
        let outcome = self.import(None, ready);
        let mut state = self.0.watch.state();
        let Some(watched) = state.get_mut(folder) else {
            return;
        };
        match outcome {
            Ok(result) => {
                watched.imported += result.imported;
                watched.duplicates += result.duplicates;
                watched.refused += result.refused() as u64;
                watched.last = Some(self.now());
                if let Some(reason) = result.last_reason() {
                    watched.last_refused = Some(reason);
                }
                for path in ready {
                    if let Some(seen) = watched.files.get_mut(path) {
                        seen.done = true;
                    }
                }
            }
            Err(error) => {
                // A full disk, or a file that is gone already. Folders may be called as patients are: the log gets no path.
                tracing::warn!(code = error.code(), "nothing is taken from a watched folder");
                watched.trouble = Some(error.to_string());
            }
        }
    }

    /// The files of a folder that have settled and were not taken yet.
    fn ready_in(&self, folder: &Path, settle: Duration) -> Vec<(PathBuf, u64)> {
        let mut state = self.0.watch.state();
        let watched = state.entry(folder.to_owned()).or_default();
        if let Err(error) = fs::read_dir(folder) {
            watched.trouble = Some(format!("{} cannot be read: {error}", folder.display()));
            return Vec::new();
        }
        let entries = WalkDir::new(folder).max_depth(DEPTH).follow_links(false);
        let (mut ready, mut there) = (Vec::new(), HashMap::new());
        let (mut waiting, mut left, mut unreadable) = (0, 0, 0);
        for entry in entries {
            let Ok(entry) = entry else {
                unreadable += 1;
                continue;
            };
            if !entry.file_type().is_file() {
                continue;
            }
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let path = entry.path();
            let (length, modified) = (metadata.len(), metadata.modified().ok());
            // What was taken is remembered, however much it is, and does not count.
            if !watched.is_done(path, length, modified) {
                if waiting == MOST {
                    left += 1;
                    continue;
                }
                waiting += 1;
            }
            if watched.see(path, length, modified, settle) {
                match kind_of(path) {
                    // A directory of a medium is no instance, and would name files that have not settled.
                    Ok(FileKind::DicomDir) => {
                        if let Some(seen) = watched.files.get_mut(path) {
                            seen.done = true;
                        }
                    }
                    Ok(_) => ready.push((path.to_owned(), length)),
                    // The others are taken all the same; it is tried again at the next look.
                    Err(_) => unreadable += 1,
                }
            }
            if let Some(seen) = watched.files.get(path) {
                there.insert(path.to_owned(), *seen);
            }
        }
        // What is gone is forgotten.
        watched.files = there;
        watched.trouble = trouble_of(unreadable, left);
        ready.sort();
        ready
    }
}

fn trouble_of(unreadable: u64, left: u64) -> Option<String> {
    let mut troubles = Vec::new();
    if unreadable > 0 {
        troubles.push(format!(
            "{unreadable} files or folders in it cannot be read and are left out: check their permissions"
        ));
    }
    if left > 0 {
        troubles.push(format!(
            "more than {MOST} files wait in it: {left} are looked at when the others are taken"
        ));
    }
    (!troubles.is_empty()).then(|| troubles.join("; "))
}

/// Divides files, with their lengths, into what is imported at a time: at least one each.
fn chunks(files: &[(PathBuf, u64)]) -> Vec<Vec<PathBuf>> {
    let mut chunks: Vec<Vec<PathBuf>> = Vec::new();
    let mut bytes = 0_u64;
    for (path, length) in files {
        bytes = bytes.saturating_add(*length);
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK_FILES && bytes <= CHUNK_BYTES => chunk.push(path.clone()),
            _ => {
                bytes = *length;
                chunks.push(vec![path.clone()]);
            }
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_once_when_it_has_stopped_growing() {
        let mut watched = Watched::default();
        let path = Path::new("a.dcm");
        let long = Duration::from_secs(3600);
        assert!(!watched.see(path, 10, None, long), "it has just come");
        assert!(watched.see(path, 10, None, Duration::ZERO));
        watched.files.get_mut(path).unwrap().done = true;
        assert!(!watched.see(path, 10, None, Duration::ZERO), "taken already");
        assert!(!watched.see(path, 20, None, long), "it grows again");
        assert!(
            watched.see(path, 20, None, Duration::ZERO),
            "and is another file then"
        );
    }

    #[test]
    fn files_are_divided_by_number_and_size_and_none_is_lost() {
        let of = |count: usize, length: u64| -> Vec<(PathBuf, u64)> {
            (0..count)
                .map(|number| (PathBuf::from(number.to_string()), length))
                .collect()
        };
        let sizes = |files: &[(PathBuf, u64)]| chunks(files).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(&of(0, 1)), [0; 0]);
        assert_eq!(sizes(&of(CHUNK_FILES + 1, 1)), [CHUNK_FILES, 1]);
        assert_eq!(sizes(&of(3, CHUNK_BYTES / 2)), [2, 1]);
        assert_eq!(sizes(&of(2, u64::MAX)), [1, 1]);
    }
}
