//! The Merkle tree over the rows, and its signed checkpoint: all of `tlog_tiles` and `signed_note`.

use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{NoteKeys, note_key_id};
use dokuei_identity::time::Timestamp;
use signed_note::{Note, Signature};
use tlog_tiles::{Checkpoint, Error, Hash, HashReader, stored_hashes, tree_hash};

/// What the extension line with the time begins with.
const TIME: &str = "time ";

/// The hashes of the tree, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    hashes: Vec<Hash>,
    size: u64,
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let read = |index: &u64| {
            let index = usize::try_from(*index).ok()?;
            self.hashes.get(index).copied()
        };
        indexes
            .iter()
            .map(|index| read(index).ok_or(Error::IndexesNotInTree))
            .collect()
    }
}

impl Tree {
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn push(&mut self, row: &str) -> Result<(), Error> {
        let hashes = stored_hashes(self.size, row.as_bytes(), self)?;
        self.hashes.extend(hashes);
        self.size += 1;
        Ok(())
    }

    /// The root of the first `size` rows.
    pub(crate) fn root(&self, size: u64) -> Result<Hash, Error> {
        tree_hash(size, self)
    }
}

/// The log's name in its checkpoints; not the register's, so that neither passes for the other.
fn origin(network: &NetworkName) -> String {
    format!("dokuei/operator-log/{network}")
}

/// Signs a checkpoint.
pub(crate) fn sign(
    key: &SecretKey,
    network: &NetworkName,
    size: u64,
    root: Hash,
    time: Timestamp,
) -> Option<Vec<u8>> {
    let name = origin(network);
    let text = Checkpoint::new(&name, size, root, &format!("{TIME}{}\n", time.0))
        .ok()?
        .to_bytes();
    let id = note_key_id(&name, &key.public());
    let signature = Signature::new(name, id, key.sign(&text).to_vec()).ok()?;
    Some(Note::new(&text, &[signature]).ok()?.to_bytes())
}

/// What a checkpoint says: how many rows, and their root.
pub(crate) fn read(note: &[u8], key: &PublicKey, network: &NetworkName) -> Result<(u64, Hash), String> {
    let name = origin(network);
    let note = Note::from_bytes(note).map_err(|_| "it is not a signed note".to_owned())?;
    let (verified, _) = note
        .verify(&NoteKeys::new(&name, &[*key]))
        .map_err(|_| "the registry's key did not sign it".to_owned())?;
    if verified.is_empty() {
        return Err("the registry's key did not sign it".to_owned());
    }
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| "it is not a checkpoint".to_owned())?;
    if checkpoint.origin() != name {
        return Err("it is another log's".to_owned());
    }
    Ok((checkpoint.size(), *checkpoint.hash()))
}
