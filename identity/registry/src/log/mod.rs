//! The register as the registry keeps it: an append-only log in static files that every node and mirror can read.
//!
//! `DIR/register/` is laid out as `dokuei_identity::register::layout` says and can be published as it is. An append
//! goes in this order, each step durable before the next: bundles and tiles; the signed checkpoint beside its place;
//! the checkpoint in its place; superfluous partial tiles away. After a crash the register is opened at the old
//! checkpoint or, when the new one was already signed, brought forward to it: somebody may have seen it, and a second
//! checkpoint of that size would be a split view.

mod disk;

use std::fs::{self, File};
use std::path::Path;

use dokuei_identity::chain::Chain;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::layout::{self, CHECKPOINT, REGISTRY, SUCCESSIONS, TILE_WIDTH};
use dokuei_identity::register::{
    Act, Checkpoint, Entry, Hash, KeyId, ProofError, RegisterError, Standings, StaticRegister, Tree,
    VerifiedCheckpoint, extend, new_tiles, root_after, sign_checkpoint,
};
use dokuei_identity::time::Timestamp;

use crate::failure::Failure;
pub(crate) use disk::Folder;

/// What the sealed file of the checkpoint key is for.
pub(crate) const REGISTER_PURPOSE: &str = "registry-register-key";
/// A signed checkpoint lies here until everything before it is durable.
const NEXT: &str = "checkpoint.next";
/// At least this often a checkpoint is signed, seconds, so that nodes know that they have missed nothing.
pub(crate) const SIGN_EVERY: u64 = 3600;

/// The register, held alone.
#[derive(Debug)]
pub(crate) struct Log {
    folder: Folder,
    key: SecretKey,
    /// The keys that signed before, for what a crash left of them.
    former: Vec<PublicKey>,
    network: NetworkName,
    head: VerifiedCheckpoint,
    standings: Standings,
    _lock: File,
}

impl Log {
    /// Makes an empty register, signed at `now`; or opens the one that is there. `registry` is the chain of the
    /// certificate whose key signs; `former` are the keys that signed before it.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written, or is damaged.
    pub(crate) fn create(
        dir: &Path,
        network: NetworkName,
        (key, former): (SecretKey, Vec<PublicKey>),
        registry: &Chain,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        fs::create_dir_all(dir).map_err(|source| Failure::storage("made", dir, source))?;
        let folder = Folder::new(dir.to_owned());
        folder.write(&[(REGISTRY.to_owned(), registry.to_pem().into_bytes())])?;
        if folder.load(CHECKPOINT)?.is_none() && folder.load(NEXT)?.is_none() {
            let note = sign_checkpoint(&key, &network, 0, Hash::EMPTY, now).map_err(unsigned)?;
            folder.write(&[(CHECKPOINT.to_owned(), note)])?;
        }
        Self::open(dir, network, (key, former))
    }

    /// Opens the register: brings an interrupted append to its end or takes it back, and reads every entry.
    ///
    /// # Errors
    /// [`Failure`] when it is not there, in use, or damaged.
    pub(crate) fn open(
        dir: &Path,
        network: NetworkName,
        (key, former): (SecretKey, Vec<PublicKey>),
    ) -> Result<Self, Failure> {
        let lock = lock(dir)?;
        let folder = Folder::new(dir.to_owned());
        let note = folder.load(CHECKPOINT)?;
        let note = note.ok_or_else(|| Failure::NoRegistry(dir.display().to_string()))?;
        let keys = [&[key.public()], former.as_slice()].concat();
        let head = Checkpoint::parse(&note)
            .and_then(|checkpoint| checkpoint.verify(&keys, &network))
            .map_err(|error| damaged(&folder, &error.to_string()))?;
        let mut log = Self {
            folder,
            key,
            former,
            network,
            head,
            standings: Standings::default(),
            _lock: lock,
        };
        log.recover()?;
        let (standings, tree) = log.check(&log.head)?;
        log.standings = standings;
        log.repair(&tree)?;
        Ok(log)
    }

    /// Its newest checkpoint.
    pub(crate) const fn head(&self) -> &VerifiedCheckpoint {
        &self.head
    }

    /// Enters entries, signs, and publishes; when this returns they are in the register for good. For many entries,
    /// one call is much cheaper than many.
    ///
    /// # Errors
    /// [`Failure`]; then either nothing was entered, or what was is found when the register is opened next.
    pub(crate) fn append(&mut self, entries: &[Entry], now: Timestamp) -> Result<(), Failure> {
        // Time does not fall in a register, even if the operator's clock was put back.
        let now = now.max(self.head.time());
        let mut last = self.standings.last().unwrap_or(Timestamp(0));
        let mut fixed = Vec::with_capacity(entries.len());
        for entry in entries {
            let at = entry.at.clamp(last, now);
            last = at;
            fixed.push(Entry {
                at,
                act: entry.act.clone(),
            });
        }
        let bytes: Vec<Vec<u8>> = fixed.iter().map(Entry::to_bytes).collect();
        for entry in &bytes {
            Entry::parse(entry).map_err(|error| Failure::Usage(error.to_string()))?;
        }
        let (size, total) = (self.head.size(), self.head.size() + bytes.len() as u64);
        let register = self.register();
        let hashes = extend(&register, size, &bytes).map_err(|error| self.unreadable(&error))?;
        let root = root_after(&register, size, &hashes, total).map_err(|error| self.unreadable(&error))?;
        let mut files = self.new_bundles(&register, &bytes)?;
        files.extend(new_tiles(&register, size, &hashes, total).map_err(|error| self.unreadable(&error))?);
        files.extend(successions(self.standings.successions().iter().chain(&fixed)));
        self.folder.write(&files)?;
        self.publish(total, root, now)?;
        fixed.iter().for_each(|entry| self.standings.apply(entry));
        self.tidy(size, total)
    }

    /// Signs the same register again at `now`, so that nodes see that nothing was kept from them.
    ///
    /// # Errors
    /// [`Failure::Storage`].
    pub(crate) fn sign(&mut self, now: Timestamp) -> Result<(), Failure> {
        let now = now.max(self.head.time());
        self.publish(self.head.size(), self.head.root(), now)
    }

    /// Signs again when the last checkpoint is [`SIGN_EVERY`] old; says whether it did.
    ///
    /// # Errors
    /// [`Failure::Storage`].
    pub(crate) fn sign_if_due(&mut self, now: Timestamp) -> Result<bool, Failure> {
        let due = now.since(self.head.time()) >= SIGN_EVERY;
        if due {
            self.sign(now)?;
        }
        Ok(due)
    }

    /// Signs with another key from now on, whose certificate's chain is `registry`. The entry that says so must come
    /// next: until then nobody believes that key.
    ///
    /// # Errors
    /// [`Failure::Storage`].
    pub(crate) fn change_key(&mut self, key: SecretKey, registry: &Chain) -> Result<(), Failure> {
        self.folder
            .write(&[(REGISTRY.to_owned(), registry.to_pem().into_bytes())])?;
        let former = std::mem::replace(&mut self.key, key);
        self.former.push(former.public());
        Ok(())
    }

    /// Lays an issuing authority's newest revocation list beside the register.
    ///
    /// # Errors
    /// [`Failure::Storage`].
    pub(crate) fn put_list(&self, issuer: &KeyId, der: &[u8]) -> Result<(), Failure> {
        self.folder.write(&[(layout::list_path(issuer), der.to_vec())])
    }

    fn register(&self) -> StaticRegister<Folder> {
        StaticRegister::new(self.folder.clone(), self.head.clone())
    }

    /// The bundles that change when `new` entries come after those that are there.
    fn new_bundles(
        &self,
        register: &StaticRegister<Folder>,
        new: &[Vec<u8>],
    ) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let size = self.head.size();
        let start = size - size % TILE_WIDTH;
        let read = register.entries(start, usize::try_from(size - start).unwrap_or_default());
        let mut entries = read.map_err(|error| damaged(&self.folder, &error.to_string()))?;
        entries.extend_from_slice(new);
        let total = start + entries.len() as u64;
        let bundle = |(number, width): (u64, u64)| {
            let from = usize::try_from(number * TILE_WIDTH - start).unwrap_or_default();
            let until = from + usize::try_from(width).unwrap_or_default();
            let content = entries.get(from..until).map(layout::encode_bundle).transpose();
            let (path, content) = layout::bundle_path(number, width).zip(content.ok().flatten())?;
            Some((path, content))
        };
        let changed = if new.is_empty() { total } else { start };
        let bundles: Option<Vec<_>> = layout::bundles(changed, total).map(bundle).collect();
        bundles.ok_or_else(|| damaged(&self.folder, "a bundle cannot be made"))
    }

    /// Signs and puts the checkpoint into its place, which is what enters the entries.
    fn publish(&mut self, size: u64, root: Hash, time: Timestamp) -> Result<(), Failure> {
        let note = sign_checkpoint(&self.key, &self.network, size, root, time).map_err(unsigned)?;
        let head = Checkpoint::parse(&note)
            .and_then(|checkpoint| checkpoint.verify(&[self.key.public()], &self.network))
            .map_err(unsigned)?;
        self.folder.write(&[(NEXT.to_owned(), note)])?;
        self.folder.rename(NEXT, CHECKPOINT)?;
        self.head = head;
        Ok(())
    }

    /// After a crash: a signed checkpoint that lies ready is put into its place when all that it speaks of is here.
    fn recover(&mut self) -> Result<(), Failure> {
        let next = self.folder.load(NEXT)?.and_then(|note| {
            let keys = [&[self.key.public()], self.former.as_slice()].concat();
            Checkpoint::parse(&note).ok()?.verify(&keys, &self.network).ok()
        });
        let newer = next.filter(|next| (next.size(), next.time()) > (self.head.size(), self.head.time()));
        match newer {
            Some(next) if self.check(&next).is_ok() => {
                self.folder.rename(NEXT, CHECKPOINT)?;
                self.head = next;
                Ok(())
            }
            _ => self.folder.remove(NEXT),
        }
    }

    /// Reads every entry up to a checkpoint, checks that together they have its root, and gives what they amount to.
    fn check(&self, checkpoint: &VerifiedCheckpoint) -> Result<(Standings, Tree), Failure> {
        let register = StaticRegister::new(self.folder.clone(), checkpoint.clone());
        let broken = |error: RegisterError| damaged(&self.folder, &error.to_string());
        let mut standings = Standings::default();
        let mut tree = Tree::default();
        while standings.entries() < checkpoint.size() {
            let entries = register
                .entries(standings.entries(), usize::MAX)
                .map_err(broken)?;
            for entry in &entries {
                let entry = Entry::parse(entry).map_err(|error| damaged(&self.folder, &error.to_string()))?;
                standings.apply(&entry);
            }
            tree.grow(&entries)
                .map_err(|error| damaged(&self.folder, &error.to_string()))?;
        }
        if tree.root().map_err(|error| self.unreadable(&error))? != checkpoint.root() {
            return Err(damaged(&self.folder, "its entries do not lead to its checkpoint"));
        }
        Ok((standings, tree))
    }

    /// Writes the tiles that are not what the entries say: a disk that lost one is no reason to stop.
    fn repair(&self, tree: &Tree) -> Result<(), Failure> {
        let tiles = new_tiles(&Tree::default(), 0, tree.hashes(), tree.size());
        let mut wrong = Vec::new();
        let successions = successions(self.standings.successions());
        for (path, content) in tiles
            .map_err(|error| self.unreadable(&error))?
            .into_iter()
            .chain(successions)
        {
            if self.folder.load(&path)?.as_ref() != Some(&content) {
                wrong.push((path, content));
            }
        }
        self.folder.write(&wrong)
    }

    /// Takes away partial tiles that nobody needs any more: those narrower than the last checkpoint's.
    fn tidy(&self, size: u64, total: u64) -> Result<(), Failure> {
        for (directory, keep) in layout::partials(size, total) {
            let Some(keep) = keep else {
                self.folder.remove(&directory)?;
                continue;
            };
            for name in self.folder.names(&directory) {
                if name.parse::<u64>().is_ok_and(|width| !keep.contains(&width)) {
                    self.folder.remove(&format!("{directory}/{name}"))?;
                }
            }
        }
        Ok(())
    }

    fn unreadable(&self, error: &ProofError) -> Failure {
        damaged(&self.folder, &error.to_string())
    }
}

/// The file of the successions among `entries`; none while there are none.
fn successions<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<(String, Vec<u8>)> {
    let mut found: Vec<&Entry> = Vec::new();
    for entry in entries {
        let new = found.iter().all(|known| known.act != entry.act);
        if new && matches!(entry.act, Act::SuccessorRoot { .. } | Act::RegisterKey { .. }) {
            found.push(entry);
        }
    }
    let encoded: Vec<_> = found.iter().map(|entry| entry.to_bytes()).collect();
    let bundle = layout::encode_bundle(&encoded)
        .ok()
        .filter(|_| !found.is_empty())?;
    Some((SUCCESSIONS.to_owned(), bundle))
}

fn damaged(folder: &Folder, what: &str) -> Failure {
    let path = folder.path("").display().to_string();
    Failure::Damaged(format!(
        "the register in {path} is damaged ({what}); restore it from a mirror"
    ))
}

fn unsigned(error: dokuei_identity::register::CheckpointError) -> Failure {
    Failure::Damaged(format!("the register's checkpoint cannot be signed: {error}"))
}

fn lock(dir: &Path) -> Result<File, Failure> {
    let path = dir.join(".lock");
    let failed = |source| Failure::storage("written", &path, source);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Failure::Busy(dir.display().to_string())),
        Err(fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests;
