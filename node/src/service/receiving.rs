//! A package file that is being filled: every slice is verified before it is kept, and what is here is noted durably.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dokuei_net::wire::package::{ChunkRange, Slice};
use dokuei_net::{PackageSink, SinkError};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::verifier::Verifier;
use dokuei_store::Store;

use super::error::ServiceError;
use super::host::package_range;

/// After so many bytes, or so much time, what was received is made durable and the bitmap with it.
const CHECKPOINT: u64 = 64 << 20;
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
            self.checkpoint()
                .map_err(|error| SinkError::Storage(error.to_string()))?;
        }
        Ok(())
    }

    /// First the data, then the bitmap that says it is there: the store does both, in this order.
    pub(super) fn checkpoint(&mut self) -> Result<(), ServiceError> {
        let bitmap = self.verifier.bitmap().to_bytes();
        self.store.set_verified(&self.package, &bitmap)?;
        (self.undurable, self.durable_at) = (0, Instant::now());
        Ok(())
    }
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
