//! A registry, a node with practitioners, and the ways in: the loopback API and the program.

pub(crate) mod crowd;
pub(crate) mod dcmtk;
pub(crate) mod described;
pub(crate) mod factor;
pub(crate) mod gate;
pub(crate) mod home;
pub(crate) mod hostile;
pub(crate) mod orthanc;
pub(crate) mod pair;
pub(crate) mod program;
pub(crate) mod registry;
pub(crate) mod turned;
pub(crate) mod unpacked;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dokuei_node::service::sample;
use sha2::{Digest, Sha256};

/// What every node here is unlocked with.
pub(crate) const NODE_PASSPHRASE: &str = "the node of the clinic";

/// Writes a small sample study into `folder`, always the same; gives its Study Instance UID.
pub(crate) fn sample_study(folder: &Path, slices: u32) -> String {
    sample::write(folder, slices, 48, 1).unwrap().study_instance_uid
}

/// The files below `folder`, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    found.sort();
    found
}

/// SHA-256 of every file below `folder`, sorted by hash: what is there, whatever it is called.
pub(crate) fn hashes(folder: &Path) -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = files(folder)
        .iter()
        .map(|path| Sha256::digest(std::fs::read(path).unwrap()).into())
        .collect();
    all.sort_unstable();
    all
}

/// Asks again and again until there is an answer; a minute is enough for anything here.
pub(crate) async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    for _ in 0..1200 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain: {what}");
}
