//! The mirror's copy on the disk: hashes and entries as they come, and a head that says how much of them counts.
//!
//! ```text
//! hashes     32 bytes each, in the order of tlog_tiles
//! ends       where each entry ends in `entries`, 8 bytes each, big endian
//! entries    entry after entry
//! head       how many of each count, and the checkpoint; replaced in one step
//! ```
//! What lies beyond the head was cut off by a crash and is written over.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dokuei_identity::cbor;
use dokuei_identity::register::{Batch, Hash, HashSource, HashStore, Head, StoreError};
use minicbor::{Decode, Encode};

use crate::disk::write_whole;

/// Bytes of one hash.
const HASH: u64 = 32;

/// Bytes of one end.
const END: u64 = 8;

#[derive(Debug, Clone, Default, Encode, Decode)]
#[cbor(array)]
struct Kept {
    #[n(0)]
    size: u64,
    #[n(1)]
    hash_count: u64,
    #[n(2)]
    bytes: u64,
    #[cbor(n(3), with = "minicbor::bytes")]
    checkpoint: Option<Vec<u8>>,
    #[cbor(n(4), with = "minicbor::bytes")]
    target: Option<Vec<u8>>,
}

/// The copy.
#[derive(Debug)]
pub(crate) struct FileStore {
    dir: PathBuf,
    kept: Kept,
    hashes: Mutex<File>,
    ends: Mutex<File>,
    entries: Mutex<File>,
}

impl FileStore {
    /// Opens the copy in `dir`, or begins one.
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir)?;
        let head = dir.join("head");
        let kept = match std::fs::read(&head) {
            Ok(bytes) => cbor::decode(&bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(error.into()),
        };
        let open = |name: &str| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            options.open(dir.join(name)).map(Mutex::new)
        };
        Ok(Self {
            dir: dir.to_owned(),
            kept,
            hashes: open("hashes")?,
            ends: open("ends")?,
            entries: open("entries")?,
        })
    }

    fn end_of(&self, number: u64) -> Result<u64, StoreError> {
        let Some(before) = number.checked_sub(1) else {
            return Ok(0);
        };
        let mut end = [0; END as usize];
        read_at(&self.ends, before * END, &mut end)?;
        Ok(u64::from_be_bytes(end))
    }
}

impl HashSource for FileStore {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError> {
        let read = |index: &u64| {
            if *index >= self.kept.hash_count {
                return Err("a hash is missing".into());
            }
            let mut hash = [0; HASH as usize];
            read_at(&self.hashes, index * HASH, &mut hash)?;
            Ok(Hash::from_bytes(hash))
        };
        indexes.iter().map(read).collect()
    }
}

impl HashStore for FileStore {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(Head {
            size: self.kept.size,
            checkpoint: self.kept.checkpoint.clone(),
            target: self.kept.target.clone(),
        })
    }

    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let until = from.saturating_add(count as u64).min(self.kept.size);
        let mut entries = Vec::new();
        let mut start = if from < until { self.end_of(from)? } else { 0 };
        for number in from..until {
            let end = self.end_of(number + 1)?;
            let length = end.checked_sub(start).filter(|_| end <= self.kept.bytes);
            let length = length.ok_or("the ends of entries are out of order")?;
            let mut entry = vec![0; usize::try_from(length)?];
            read_at(&self.entries, start, &mut entry)?;
            entries.push(entry);
            start = end;
        }
        Ok(entries)
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        if batch.size != self.kept.size || batch.hash_count != self.kept.hash_count {
            return Err("the batch does not follow what is kept".into());
        }
        let mut ends = Vec::with_capacity(batch.entries.len() * END as usize);
        let mut end = self.kept.bytes;
        for entry in batch.entries {
            end += entry.len() as u64;
            ends.extend_from_slice(&end.to_be_bytes());
        }
        let hashes: Vec<u8> = batch.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        if !batch.entries.is_empty() {
            write_at(&self.hashes, self.kept.hash_count * HASH, &hashes)?;
            write_at(&self.ends, self.kept.size * END, &ends)?;
            write_at(&self.entries, self.kept.bytes, &batch.entries.concat())?;
        }
        let kept = Kept {
            size: self.kept.size + batch.entries.len() as u64,
            hash_count: self.kept.hash_count + batch.hashes.len() as u64,
            bytes: end,
            checkpoint: batch.checkpoint.map(<[u8]>::to_vec),
            target: batch.target.map(<[u8]>::to_vec),
        };
        self.count(kept)
    }

    /// What the files hold beyond the new head is written over.
    fn clear(&mut self) -> Result<(), StoreError> {
        self.count(Kept::default())
    }
}

impl FileStore {
    /// Lets so much count, durably.
    fn count(&mut self, kept: Kept) -> Result<(), StoreError> {
        write_whole(&self.dir.join("head"), &cbor::encode(&kept))?;
        self.kept = kept;
        Ok(())
    }
}

fn lock(file: &Mutex<File>) -> MutexGuard<'_, File> {
    // Every use seeks first, so a panic between leaves nothing wrong.
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_at(file: &Mutex<File>, at: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
    let mut file = lock(file);
    file.seek(SeekFrom::Start(at))?;
    Ok(file.read_exact(buffer)?)
}

fn write_at(file: &Mutex<File>, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = lock(file);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)?;
    Ok(file.sync_data()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch<'a>(size: u64, entries: &'a [Vec<u8>], hashes: &'a [Hash], note: &'a [u8]) -> Batch<'a> {
        Batch {
            size,
            hash_count: size,
            entries,
            hashes,
            checkpoint: Some(note),
            target: None,
        }
    }

    /// A crash after the entries and before the head leaves what was there before.
    #[test]
    fn what_is_appended_comes_back_and_what_has_no_head_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let hashes = [Hash::from_bytes([1; 32]), Hash::from_bytes([2; 32])];
        let entries = [b"first".to_vec(), b"second".to_vec()];
        let mut store = FileStore::open(dir.path()).unwrap();
        store
            .append(&batch(0, &entries[..1], &hashes[..1], b"one"))
            .unwrap();
        let head = std::fs::read(dir.path().join("head")).unwrap();
        store
            .append(&batch(1, &entries[1..], &hashes[1..], b"two"))
            .unwrap();
        let whole = FileStore::open(dir.path()).unwrap();
        assert_eq!(whole.head().unwrap().size, 2);
        assert_eq!(whole.read_entries(0, 9).unwrap(), entries);
        assert_eq!(whole.read_entries(1, 1).unwrap(), entries[1..]);
        assert_eq!(whole.read_hashes(&[1, 0]).unwrap(), [hashes[1], hashes[0]]);
        std::fs::write(dir.path().join("head"), head).unwrap();
        let mut cut = FileStore::open(dir.path()).unwrap();
        assert_eq!(cut.read_entries(0, 9).unwrap(), entries[..1]);
        assert!(cut.read_hashes(&[1]).is_err());
        assert!(
            cut.append(&batch(0, &[], &[], b"x")).is_err(),
            "it does not follow"
        );
        cut.append(&batch(1, &entries[1..], &hashes[1..], b"two"))
            .unwrap();
        assert_eq!(
            FileStore::open(dir.path()).unwrap().read_entries(0, 9).unwrap(),
            entries
        );
    }
}
