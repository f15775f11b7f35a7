//! The drop box: sealed applications wait here for the registry.
//!
//! They are sealed to the registry, so that this computer can neither read nor change them: it keeps bytes. Anybody
//! may leave some, within limits; only the registry collects them, and what it has collected it lets be deleted. Its
//! answers to applicants wait beside them, sealed as well.

pub(crate) mod answers;
pub(crate) mod collect;
pub(crate) mod serve;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use dokuei_identity::time::Timestamp;
use libp2p::PeerId;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::disk::{sync_dir, write_whole};
use crate::limits::Source;
use crate::limits::rates::Rates;
use crate::streams::Code;

/// The largest deposit, bytes; the same as in `node/net`.
pub(crate) const MAX_DEPOSIT: usize = 3 << 20;

/// The most deposits that wait, however small they are.
const MAX_DEPOSITS: usize = 10_000;

/// The most deposits that are collected at once.
const MAX_COLLECTION: usize = 256;

/// Peers of one source that may do what one peer may: a clinic's nodes share an address.
const NEIGHBOURS: u32 = 8;

/// The end of a deposit's name.
const ENDING: &str = ".sealed";

/// Says that a deposit is on the disk; the same as in `node/net`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Receipt {
    /// SHA-256 of the deposit.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(crate) digest: [u8; 32],
    #[n(1)]
    pub(crate) at: Timestamp,
}

/// A deposit as it is collected: its number, its receipt, and the sealed bytes.
type Deposited = (u64, Receipt, Vec<u8>);

/// A deposit that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    receipt: Receipt,
    bytes: u64,
}

/// The drop box. Its files are named by number, time and SHA-256.
pub(crate) struct DropBox {
    dir: PathBuf,
    quota: u64,
    inner: Mutex<Inner>,
}

struct Inner {
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
    rates: Rates,
}

impl DropBox {
    /// Opens the drop box in `dir`, of at most `quota` bytes, for `per_hour` deposits of each peer.
    pub(crate) fn open(dir: &Path, quota: u64, per_hour: u32) -> Result<Self> {
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot make the directory {}", dir.display()))?;
        let mut waiting = BTreeMap::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name();
            if let Some((number, receipt)) = name.to_str().and_then(read_name) {
                let bytes = entry.metadata()?.len();
                waiting.insert(number, Waiting { receipt, bytes });
            }
        }
        let next = waiting.last_key_value().map_or(1, |(number, _)| number + 1);
        // Numbers of deposits that were collected and deleted are not given again.
        let next = next.max(crate::clock::now().0 << 16);
        let inner = Inner {
            waiting,
            next,
            rates: Rates::hourly(per_hour, per_hour.saturating_mul(NEIGHBOURS)),
        };
        Ok(Self {
            dir: dir.to_owned(),
            quota,
            inner: Mutex::new(inner),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Changed only after the disk was, so a poisoned lock guards sound data.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many deposits wait, and their bytes.
    pub(crate) fn waiting(&self) -> (usize, u64) {
        let inner = self.inner();
        (
            inner.waiting.len(),
            inner.waiting.values().map(|one| one.bytes).sum(),
        )
    }

    /// Whether `peer`, at `source`, may leave something now. Counted before anything of it is read.
    pub(crate) fn may(&self, peer: PeerId, source: Source) -> bool {
        self.inner().rates.take(peer, source, Instant::now())
    }

    /// Keeps a deposit, durably. The same bytes again are the same deposit.
    pub(crate) fn deposit(&self, sealed: &[u8], now: Timestamp) -> Result<Receipt, Code> {
        if sealed.is_empty() || sealed.len() > MAX_DEPOSIT {
            return Err(Code::Malformed);
        }
        let receipt = Receipt {
            digest: Sha256::digest(sealed).into(),
            at: now,
        };
        let mut inner = self.inner();
        let same = inner
            .waiting
            .values()
            .find(|one| one.receipt.digest == receipt.digest);
        if let Some(same) = same {
            return Ok(same.receipt);
        }
        let bytes = sealed.len() as u64;
        let held: u64 = inner.waiting.values().map(|one| one.bytes).sum();
        if held + bytes > self.quota || inner.waiting.len() >= MAX_DEPOSITS {
            tracing::warn!("the drop box is full: the registry should collect it");
            return Err(Code::Full);
        }
        let number = inner.next;
        write_whole(&self.dir.join(name(number, &receipt)), sealed).map_err(|error| {
            tracing::error!(%error, "a deposit could not be kept");
            Code::Internal
        })?;
        inner.next += 1;
        inner.waiting.insert(number, Waiting { receipt, bytes });
        Ok(receipt)
    }

    /// The deposits after number `after`, of together at most `most` bytes but at least one, and whether there are
    /// more.
    fn after(&self, after: u64, most: u64) -> io::Result<(Vec<Deposited>, bool)> {
        let inner = self.inner();
        let (mut deposits, mut bytes) = (Vec::new(), 0);
        for (number, waiting) in inner.waiting.range(after.saturating_add(1)..) {
            bytes += waiting.bytes;
            let full = bytes > most || deposits.len() >= MAX_COLLECTION;
            if full && !deposits.is_empty() {
                return Ok((deposits, true));
            }
            let sealed = std::fs::read(self.dir.join(name(*number, &waiting.receipt)))?;
            deposits.push((*number, waiting.receipt, sealed));
        }
        Ok((deposits, false))
    }

    /// Deletes what has been collected: the deposits up to number `until`.
    fn forget(&self, until: u64) -> io::Result<()> {
        let mut inner = self.inner();
        let collected: Vec<_> = inner
            .waiting
            .range(..=until)
            .map(|(number, one)| (*number, *one))
            .collect();
        for (number, waiting) in &collected {
            match std::fs::remove_file(self.dir.join(name(*number, &waiting.receipt))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => drop(inner.waiting.remove(number)),
            }
        }
        if collected.is_empty() {
            Ok(())
        } else {
            sync_dir(&self.dir)
        }
    }
}

fn name(number: u64, receipt: &Receipt) -> String {
    let digest = hex::encode(receipt.digest);
    format!("{number:016x}-{}-{digest}{ENDING}", receipt.at.0)
}

fn read_name(name: &str) -> Option<(u64, Receipt)> {
    let mut parts = name.strip_suffix(ENDING)?.split('-');
    let number = u64::from_str_radix(parts.next()?, 16).ok()?;
    let at = Timestamp(parts.next()?.parse().ok()?);
    let mut digest = [0; 32];
    hex::decode_to_slice(parts.next()?, &mut digest).ok()?;
    let receipt = Receipt { digest, at };
    parts.next().is_none().then_some((number, receipt))
}

#[cfg(test)]
mod tests;
