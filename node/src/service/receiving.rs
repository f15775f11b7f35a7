//! A package file that is being filled: every slice is verified before it is kept, and what is here is noted durably.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dokuei_net::wire::package::{ChunkRange, Slice};
use dokuei_net::{PackageSink, SinkError};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::verifier::Verifier;
use dokuei_store::{Store, StoreError};

use super::error::ServiceError;
use super::host::package_range;

/// After so many bytes, or so much time, what was received is made durable and the bitmap with it. Often, so that little
/// is left to wait for at the end.
const CHECKPOINT: u64 = 16 << 20;
const CHECKPOINT_TIME: Duration = Duration::from_secs(5);

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
}

impl Receiving {
    pub(super) fn verified_bytes(&self) -> u64 {
        u64::from(self.verifier.bitmap().count()) * dokuei_package::chunk::CHUNK as u64
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
            self.checkpoint()?;
        }
        Ok(found)
    }

    fn take(&mut self, slice: &Slice) -> Result<(), SinkError> {
        let range = package_range(slice.range).ok_or_else(|| SinkError::Forged("out of range".to_owned()))?;
        let whole = [slice.bytes.as_slice(), slice.proof.as_slice()].concat();
        self.verifier
            .accept(range, &whole, &mut self.payload, &mut self.outboard)
            .map_err(|error| match error {
                dokuei_package::tree::TreeError::Io(error) => SinkError::Storage(error.to_string()),
                other => SinkError::Forged(other.to_string()),
            })?;
        self.undurable += slice.bytes.len() as u64;
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
        match self.saving.take().map(JoinHandle::join) {
            Some(outcome) => Ok(outcome.unwrap_or_else(|_| Err(ended().into()))?),
            None => Ok(()),
        }
    }

    /// First the data, then the bitmap that says it is there: the store does both, in this order.
    pub(super) fn checkpoint(&mut self) -> Result<(), ServiceError> {
        // An older bitmap must not come after this one.
        self.saved()?;
        let bitmap = self.verifier.bitmap().to_bytes();
        self.store.set_verified(&self.package, &bitmap)?;
        (self.undurable, self.durable_at) = (0, Instant::now());
        Ok(())
    }
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&slice)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let mut receiving = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receiving
            .checkpoint()
            .map_err(|error| SinkError::Storage(error.to_string()))
    }
}
