//! A package file that is being filled: every slice is verified before it is kept, and what is here is noted durably.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dokuei_net::wire::package::{ChunkRange, Slice};
use dokuei_net::{PackageSink, SinkError};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::chunk::CHUNK;
use dokuei_package::verifier::Verifier;
use dokuei_store::{Store, StoreError};

use super::error::ServiceError;
use super::host::package_range;

/// After so many bytes, or so much time, what was received is made durable and the bitmap with it. Often, so that little
/// is left to wait for at the end.
const CHECKPOINT: u64 = 16 << 20;
const CHECKPOINT_TIME: Duration = Duration::from_secs(5);

/// Put over the beginning of a chunk that counts as not here.
const SPOILT: [u8; 32] = [0; 32];

/// Ranges asked for in one pull.
const RANGES: usize = 512;

/// A package file that is being filled.
pub(super) struct Receiving {
    pub(super) store: Store,
    pub(super) package: [u8; 16],
    pub(super) verifier: Verifier,
    pub(super) payload: File,
    pub(super) outboard: File,
    pub(super) undurable: u64,
    pub(super) durable_at: Instant,
    /// A checkpoint that is being made beside the receiving.
    pub(super) saving: Option<JoinHandle<Result<(), StoreError>>>,
    /// A checkpoint could not be made: what came since the last one counts as not here, and nothing is taken any more.
    pub(super) failed: bool,
}

impl Receiving {
    pub(super) fn verified_bytes(&self) -> u64 {
        u64::from(self.verifier.bitmap().count()) * CHUNK as u64
    }

    /// Which chunks are here and proven.
    pub(super) fn here(&self) -> Bitmap {
        self.verifier.bitmap().clone()
    }

    /// What is still to come, in pieces of one slice, joined where they touch.
    pub(super) fn missing(&self) -> Vec<ChunkRange> {
        let mut ranges: Vec<ChunkRange> = Vec::new();
        let mut from = 0;
        while let Some(next) = self.verifier.next_missing(from) {
            from = next.end;
            let count = u64::from(next.end - next.start);
            let full = ranges.len() == RANGES;
            match ranges.last_mut() {
                Some(last) if last.first + last.count == u64::from(next.start) => last.count += count,
                _ if full => break,
                _ => ranges.push(ChunkRange {
                    first: next.start.into(),
                    count,
                }),
            }
        }
        ranges
    }

    /// Finds what was written before the process was killed and not noted; gives how many chunks.
    pub(super) fn recover(&mut self) -> Result<u32, ServiceError> {
        let found = self
            .verifier
            .recover(&self.payload, &self.outboard)
            .map_err(|error| ServiceError::Store(error.into()))?;
        if found > 0 {
            self.undurable = u64::from(found) * CHUNK as u64;
            self.checkpoint()?;
        }
        Ok(found)
    }

    fn take(&mut self, slice: Slice) -> Result<(), SinkError> {
        if self.failed {
            return Err(SinkError::Storage(failed().to_string()));
        }
        let range = package_range(slice.range).ok_or_else(|| SinkError::Forged("out of range".to_owned()))?;
        let length = slice.bytes.len() as u64;
        // The network leaves room for it.
        let mut whole = slice.bytes;
        whole.extend_from_slice(&slice.proof);
        self.verifier
            .accept(range, &whole, &mut self.payload, &mut self.outboard)
            .map_err(|error| match error {
                dokuei_package::tree::TreeError::Io(error) => SinkError::Storage(error.to_string()),
                other => SinkError::Forged(other.to_string()),
            })?;
        self.undurable += length;
        if self.undurable >= CHECKPOINT || self.durable_at.elapsed() >= CHECKPOINT_TIME {
            self.checkpoint_beside()
                .map_err(|error| SinkError::Storage(error.to_string()))?;
        }
        Ok(())
    }

    /// Makes a checkpoint while receiving goes on: the network does not wait for the disk. One at a time: on a disk that
    /// is slower than the line they become rarer, not more.
    fn checkpoint_beside(&mut self) -> Result<(), ServiceError> {
        if self.saving.as_ref().is_some_and(|saving| !saving.is_finished()) {
            return Ok(());
        }
        self.saved()?;
        // What the bitmap says now is written: the other thread makes it durable, then the bitmap.
        let bitmap = self.verifier.bitmap().to_bytes();
        let (store, package) = (self.store.clone(), self.package);
        let saving = thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || store.set_verified(&package, &bitmap));
        self.saving = Some(saving.map_err(StoreError::from)?);
        (self.undurable, self.durable_at) = (0, Instant::now());
        Ok(())
    }

    /// Waits for the checkpoint that is being made, if there is one.
    fn saved(&mut self) -> Result<(), ServiceError> {
        let outcome = match self.saving.take().map(JoinHandle::join) {
            Some(outcome) => outcome.unwrap_or_else(|_| Err(ended().into())),
            None => Ok(()),
        };
        self.heed(outcome)
    }

    /// Nothing more comes after a checkpoint that could not be made. The system tells once that the disk did not take
    /// something, and the next attempt would succeed though it is not there: what is not noted as durable is unmade, so that
    /// it is not found again ([`Self::recover`]) but fetched.
    fn heed(&mut self, outcome: Result<(), StoreError>) -> Result<(), ServiceError> {
        if outcome.is_err()
            && !std::mem::replace(&mut self.failed, true)
            && let Err(error) = self.unmake()
        {
            tracing::error!(%error, "what the disk did not take may count as received");
        }
        Ok(outcome?)
    }

    /// Spoils, in the file, what came since the last checkpoint.
    fn unmake(&mut self) -> std::io::Result<()> {
        let row = self.store.package(&self.package).ok();
        let durable = row.and_then(|row| Bitmap::from_bytes(&row.package.verified).ok());
        let (bitmap, length) = (self.verifier.bitmap(), self.verifier.id().length());
        for index in (0..bitmap.chunks()).filter(|index| bitmap.contains(*index)) {
            if durable.as_ref().is_some_and(|durable| durable.contains(index)) {
                continue;
            }
            let at = u64::from(index) * CHUNK as u64;
            let spoilt = SPOILT
                .len()
                .min(usize::try_from(length - at).unwrap_or(SPOILT.len()));
            self.payload.seek(SeekFrom::Start(at))?;
            self.payload.write_all(SPOILT.get(..spoilt).unwrap_or_default())?;
        }
        Ok(())
    }

    /// First the data, then the bitmap that says it is there: the store does both, in this order. Nothing is done when all of
    /// it is durable.
    pub(super) fn checkpoint(&mut self) -> Result<(), ServiceError> {
        // An older bitmap must not come after this one.
        self.saved()?;
        if self.failed {
            return Err(StoreError::from(failed()).into());
        }
        if self.undurable == 0 {
            return Ok(());
        }
        let bitmap = self.verifier.bitmap().to_bytes();
        let outcome = self.store.set_verified(&self.package, &bitmap);
        self.heed(outcome)?;
        (self.undurable, self.durable_at) = (0, Instant::now());
        Ok(())
    }
}

fn failed() -> std::io::Error {
    std::io::Error::other("what was received could not be made durable")
}

fn ended() -> std::io::Error {
    std::io::Error::other("a checkpoint was not finished")
}

/// How many bytes of it are here and proven.
pub(super) fn verified_bytes(sink: &Mutex<Receiving>) -> u64 {
    sink.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .verified_bytes()
}

/// The sink that the network fills.
pub(super) struct Shared(pub(super) Arc<Mutex<Receiving>>);

impl PackageSink for Shared {
    fn accept(&mut self, slice: Slice) -> Result<(), SinkError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(slice)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let mut receiving = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receiving
            .checkpoint()
            .map_err(|error| SinkError::Storage(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use dokuei_identity::time::Timestamp;
    use dokuei_package::tree::TreeId;
    use dokuei_store::{Direction, NewPackage, StoreKey};

    use super::*;

    fn receiving(store: &Store, directory: &Path, id: TreeId) -> Receiving {
        let open = |name: &str| {
            let options = File::options().read(true).write(true).open(directory.join(name));
            options.unwrap()
        };
        Receiving {
            store: store.clone(),
            package: [7; 16],
            verifier: Verifier::new(id).unwrap(),
            payload: open("payload"),
            outboard: open("outboard"),
            undurable: 0,
            durable_at: Instant::now(),
            saving: None,
            failed: false,
        }
    }

    /// R5: that the disk did not take something is told once; nothing counts as received over it after that.
    #[test]
    fn r5_what_could_not_be_made_durable_is_not_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(directory.path(), &StoreKey::from_bytes([1; 32])).unwrap();
        let data = vec![9; 1000];
        let id = TreeId::new(*blake3::hash(&data).as_bytes(), 1000);
        let outboard = vec![0; usize::try_from(id.outboard_length()).unwrap()];
        fs::write(directory.path().join("payload"), &data).unwrap();
        fs::write(directory.path().join("outboard"), outboard).unwrap();
        let mut first = receiving(&store, directory.path(), id);
        assert!(first.recover().is_err(), "no row can say what is here");
        let package = NewPackage {
            package_id: [7; 16],
            case_id: [8; 16],
            direction: Direction::Incoming,
            core: Vec::new(),
            core_hash: [0; 32],
            root: *id.root(),
            length: 1000,
            verified: Vec::new(),
        };
        let file = store.new_package_file().unwrap();
        store.add_package(&package, file, None, Timestamp(1)).unwrap();
        assert!(
            first.checkpoint().is_err(),
            "another attempt would not be told of it"
        );
        let mut second = receiving(&store, directory.path(), id);
        assert_eq!(second.recover().unwrap(), 0, "it is fetched again");
        // What only was not noted is found.
        fs::write(directory.path().join("payload"), &data).unwrap();
        let mut third = receiving(&store, directory.path(), id);
        assert_eq!(third.recover().unwrap(), 1);
        assert!(third.verifier.is_complete());
    }
}
