//! How a question about the register is answered, from a replica or from static files alike.

use super::checkpoint::VerifiedCheckpoint;
use super::entry::key_id;
use super::proof::{consistency_proof, root_of};
use super::replica::RegisterError;
use super::store::HashSource;
use super::wire::{Answer, Ask, Link, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_SUCCESSIONS};
use crate::chain::Chain;
use crate::revocation::{MAX_LIST, RevocationList};

/// How many entries are read at a time.
pub(super) const READ: usize = 256;

/// Where entries and hashes are read from.
pub(super) trait Source {
    fn hashes(&self) -> &dyn HashSource;
    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, RegisterError>;
    /// The entries that are successions of roots and keys.
    fn successions(&self) -> Result<Vec<Vec<u8>>, RegisterError>;
}

/// Answers `ask` at `checkpoint`, all of whose entries `source` has.
pub(super) fn compose(
    source: &dyn Source,
    checkpoint: &VerifiedCheckpoint,
    ask: &Ask,
    registry: &Chain,
    lists: &[RevocationList],
) -> Result<Answer, RegisterError> {
    let size = checkpoint.size();
    let entries = entries_from(source, ask.from, size)?;
    let end = ask.from.saturating_add(entries.len() as u64);
    let proof = (1..size)
        .contains(&end)
        .then(|| consistency_proof(source.hashes(), size, end));
    Ok(Answer {
        checkpoint: checkpoint.note().to_vec(),
        registry: registry.clone(),
        from: ask.from,
        entries,
        proof: proof.transpose()?,
        link: link(source.hashes(), ask.checkpoint_size, size)?,
        lists: wanted(ask, lists),
        successions: fitting(source.successions()?),
    })
}

fn link(source: &dyn HashSource, earlier: u64, size: u64) -> Result<Option<Link>, RegisterError> {
    if !(1..size).contains(&earlier) {
        return Ok(None);
    }
    Ok(Some(Link {
        size: earlier,
        root: root_of(source, earlier)?,
        proof: consistency_proof(source, size, earlier)?,
    }))
}

fn entries_from(source: &dyn Source, from: u64, end: u64) -> Result<Vec<Vec<u8>>, RegisterError> {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    let mut bytes = 0;
    loop {
        let next = from.saturating_add(entries.len() as u64);
        let left = usize::try_from(end.saturating_sub(next)).unwrap_or(usize::MAX);
        let count = left.min(MAX_ENTRIES - entries.len()).min(READ);
        if count == 0 {
            return Ok(entries);
        }
        let read = source.read_entries(next, count)?;
        if read.is_empty() {
            return Err(RegisterError::Damaged("entries are missing"));
        }
        for entry in read {
            bytes += entry.len();
            if bytes > MAX_ENTRY_BYTES {
                return Ok(entries);
            }
            entries.push(entry);
        }
    }
}

/// As many as an answer may carry, the oldest first: a later one is proven by those before it.
fn fitting(mut successions: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut left = MAX_SUCCESSIONS;
    successions.retain(|entry| {
        let fits = entry.len() <= left;
        left -= if fits { entry.len() } else { 0 };
        fits
    });
    successions
}

/// The lists that the asker lacks, as many as fit.
fn wanted(ask: &Ask, lists: &[RevocationList]) -> Vec<Vec<u8>> {
    let Some(held) = &ask.lists else {
        return Vec::new();
    };
    let lacking = |list: &&RevocationList| {
        let issuer = key_id(list.issuer_key());
        let known = held.iter().find(|held| held.issuer == issuer);
        known.is_none_or(|known| known.number < list.number())
    };
    let mut left = MAX_LIST;
    let fitting = lists.iter().filter(lacking).filter(|list| {
        let fits = list.der().len() <= left;
        left -= if fits { list.der().len() } else { 0 };
        fits
    });
    fitting.map(|list| list.der().to_vec()).collect()
}
