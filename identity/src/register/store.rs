//! What a replica needs of whoever keeps its entries and hashes.

use super::hash::Hash;

/// Whatever went wrong in keeping or reading; it is shown, never interpreted.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Where the hashes of the tree can be read.
pub trait HashSource {
    /// The hashes with these numbers, in this order. The numbers are those of `tlog_tiles::stored_hash_index`: dense,
    /// in the order in which [`Batch::hashes`] were appended, so that a plain table or a file of 32-byte records does.
    ///
    /// # Errors
    /// When one is missing or cannot be read.
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError>;
}

/// What a store has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The newest checkpoint whose entries are all here, as signed.
    pub checkpoint: Option<Vec<u8>>,
    /// A newer checkpoint, of which the entries here are a proven beginning; absent when nothing is missing.
    pub target: Option<Vec<u8>>,
}

/// What is kept at once, in one transaction: all of it or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// How many entries there must be before; the number of the first new one.
    pub size: u64,
    /// How many hashes there must be before; the number of the first new one.
    pub hash_count: u64,
    /// The new entries, byte for byte.
    pub entries: &'a [Vec<u8>],
    /// The new hashes.
    pub hashes: &'a [Hash],
    /// What [`Head::checkpoint`] is from now on.
    pub checkpoint: Option<&'a [u8]>,
    /// What [`Head::target`] is from now on.
    pub target: Option<&'a [u8]>,
}

/// Keeps a replica's entries, hashes and checkpoints. Synchronous.
pub trait HashStore: HashSource {
    /// What there is; [`Head::default`] for a new store.
    ///
    /// # Errors
    /// When it cannot be read.
    fn head(&self) -> Result<Head, StoreError>;

    /// The entries from number `from` on, at most `count` of them; fewer only at the end.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// Appends in one transaction, durable when this returns.
    ///
    /// # Errors
    /// When it cannot be kept, or `size` or `hash_count` is not what is there; then nothing was changed.
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), StoreError>;

    /// Removes everything in one transaction: the store is as new.
    ///
    /// # Errors
    /// When it cannot be removed; then nothing was changed.
    fn clear(&mut self) -> Result<(), StoreError>;
}

/// A store in memory, for tests and tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStore {
    entries: Vec<Vec<u8>>,
    hashes: Vec<Hash>,
    checkpoint: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
}

impl HashSource for MemoryStore {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError> {
        let read = |index: &u64| {
            let found = usize::try_from(*index)
                .ok()
                .and_then(|index| self.hashes.get(index));
            found.copied().ok_or_else(|| "a hash is missing".into())
        };
        indexes.iter().map(read).collect()
    }
}

impl HashStore for MemoryStore {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(Head {
            size: self.entries.len() as u64,
            checkpoint: self.checkpoint.clone(),
            target: self.target.clone(),
        })
    }

    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let from = usize::try_from(from)?;
        Ok(self.entries.iter().skip(from).take(count).cloned().collect())
    }

    fn append(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        if batch.size != self.entries.len() as u64 || batch.hash_count != self.hashes.len() as u64 {
            return Err("the batch does not follow what is kept".into());
        }
        self.entries.extend_from_slice(batch.entries);
        self.hashes.extend_from_slice(batch.hashes);
        self.checkpoint = batch.checkpoint.map(<[u8]>::to_vec);
        self.target = batch.target.map(<[u8]>::to_vec);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        *self = Self::default();
        Ok(())
    }
}
