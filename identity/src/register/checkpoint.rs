//! Checkpoints: what the registry signs to say "the register has this many entries, and this is its root".
//!
//! A checkpoint is a signed note of three lines and an extension line with the time of signing:
//! ```text
//! dokuei/register/0123456789abcdef
//! 923748
//! nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
//! time 1795478400
//!
//! — dokuei/register/0123456789abcdef mB8cQ…
//! ```
//! Its origin and the name of its key are [`origin`] of the network. The signature is Ed25519 over the text (algorithm
//! 1 of `c2sp.org/signed-note`); further signatures, such as those of witnesses, may follow and are not looked at.

use signed_note::{Note, NoteError};
use thiserror::Error;

use super::hash::Hash;
use super::note_keys::{NoteKeys, note_key_id};
use crate::key::{PublicKey, SecretKey};
use crate::network::NetworkName;
use crate::time::Timestamp;

/// The largest checkpoint note that is read, bytes.
pub const MAX_NOTE: usize = 4096;
/// The most entries a register may claim to have.
pub const MAX_SIZE: u64 = 1 << 32;
/// How far in the future a checkpoint may be signed, seconds, for clocks that differ.
pub const CLOCK_TOLERANCE: u64 = 300;

/// What the extension line with the time begins with.
const TIME: &str = "time ";

/// The register's name, as its checkpoints carry it: `dokuei/register/` and the network's name.
#[must_use]
pub fn origin(network: &NetworkName) -> String {
    format!("dokuei/register/{network}")
}

/// Why a checkpoint was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Larger than [`MAX_NOTE`].
    #[error("a checkpoint of {got} bytes is larger than the {MAX_NOTE} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a checkpoint of our form.
    #[error("this is not a checkpoint of a register: {0}")]
    Malformed(&'static str),
    /// Of another network's register.
    #[error("the checkpoint is of the register {got}, not of this network's")]
    AnotherRegister {
        /// Its origin.
        got: String,
    },
    /// The registry's key did not sign it.
    #[error("the checkpoint was not signed by the registry's key for the register")]
    Signature,
    /// By a key that is not known here: the registry may have another one now, which its register will show.
    #[error("the checkpoint was signed by a key that is not known here")]
    UnknownKey,
    /// Signed more than [`CLOCK_TOLERANCE`] in the future.
    #[error("the checkpoint was signed in the future; check the clock of this computer")]
    FromTheFuture,
}

/// A checkpoint that is well formed but not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    note: Vec<u8>,
    origin: String,
    size: u64,
    root: Hash,
    time: Timestamp,
}

impl Checkpoint {
    /// Parses a checkpoint from outside. Only the exact bytes that printing it again would give are accepted.
    ///
    /// # Errors
    /// [`CheckpointError::TooLarge`] or [`CheckpointError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        use CheckpointError::Malformed;
        if bytes.len() > MAX_NOTE {
            return Err(CheckpointError::TooLarge { got: bytes.len() });
        }
        let note = Note::from_bytes(bytes).map_err(|_| Malformed("not a signed note"))?;
        let body = tlog_tiles::Checkpoint::from_bytes(note.text())
            .map_err(|_| Malformed("its text is not a checkpoint"))?;
        if note.to_bytes() != bytes || body.to_bytes() != note.text() {
            return Err(Malformed("it can be written in another way"));
        }
        if body.size() > MAX_SIZE {
            return Err(Malformed("it claims more entries than a register can have"));
        }
        let time = signed_time(body.extension()).ok_or(Malformed("it has no time of signing"))?;
        Ok(Self {
            note: bytes.to_vec(),
            origin: body.origin().to_owned(),
            size: body.size(),
            root: (*body.hash()).into(),
            time,
        })
    }

    /// Verifies that it is of this network's register and signed by one of `keys`.
    ///
    /// # Errors
    /// [`CheckpointError::AnotherRegister`], [`CheckpointError::UnknownKey`] or [`CheckpointError::Signature`].
    pub fn verify(
        self,
        keys: &[PublicKey],
        network: &NetworkName,
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        let name = origin(network);
        if self.origin != name {
            return Err(CheckpointError::AnotherRegister { got: self.origin });
        }
        let note =
            Note::from_bytes(&self.note).map_err(|_| CheckpointError::Malformed("not a signed note"))?;
        note.verify(&NoteKeys::new(&name, keys))
            .map_err(|error| match error {
                NoteError::UnverifiedNote => CheckpointError::UnknownKey,
                _ => CheckpointError::Signature,
            })?;
        Ok(VerifiedCheckpoint(self))
    }

    /// How many entries it claims, before verification.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The time it claims, before verification.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    pub(super) const fn trusted(self) -> VerifiedCheckpoint {
        VerifiedCheckpoint(self)
    }
}

/// A checkpoint that the registry signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint(Checkpoint);

impl VerifiedCheckpoint {
    /// How many entries the register has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.0.size
    }

    /// The root of their tree.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.0.root
    }

    /// When it was signed.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.0.time
    }

    /// Whether this key of `network`'s register signed it.
    #[must_use]
    pub fn signed_by(&self, key: &PublicKey, network: &NetworkName) -> bool {
        self.0.clone().verify(&[*key], network).is_ok()
    }

    /// The signed note, as received.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.0.note
    }

    /// Refuses a checkpoint from the future.
    ///
    /// # Errors
    /// [`CheckpointError::FromTheFuture`] when it was signed more than [`CLOCK_TOLERANCE`] after `now`.
    pub const fn check_clock(&self, now: Timestamp) -> Result<(), CheckpointError> {
        if self.0.time.since(now) > CLOCK_TOLERANCE {
            return Err(CheckpointError::FromTheFuture);
        }
        Ok(())
    }
}

/// Parses a checkpoint and verifies it with one key: that of the registry's certificate.
///
/// # Errors
/// [`CheckpointError`], telling what is wrong.
pub fn verify_checkpoint(
    bytes: &[u8],
    key: &PublicKey,
    network: &NetworkName,
) -> Result<VerifiedCheckpoint, CheckpointError> {
    Checkpoint::parse(bytes)?.verify(&[*key], network)
}

/// Signs a checkpoint; gives the note.
///
/// # Errors
/// [`CheckpointError::Malformed`] when `size` is above [`MAX_SIZE`].
pub fn sign_checkpoint(
    key: &SecretKey,
    network: &NetworkName,
    size: u64,
    root: Hash,
    time: Timestamp,
) -> Result<Vec<u8>, CheckpointError> {
    let malformed = || CheckpointError::Malformed("it cannot be written");
    if size > MAX_SIZE {
        return Err(CheckpointError::Malformed(
            "a register cannot have so many entries",
        ));
    }
    let name = origin(network);
    let extension = format!("{TIME}{}\n", time.0);
    let body = tlog_tiles::Checkpoint::new(&name, size, root.inner(), &extension).map_err(|_| malformed())?;
    let text = body.to_bytes();
    let id = note_key_id(&name, &key.public());
    let signature =
        signed_note::Signature::new(name, id, key.sign(&text).to_vec()).map_err(|_| malformed())?;
    let note = Note::new(&text, &[signature]).map_err(|_| malformed())?;
    Ok(note.to_bytes())
}

/// The time of the first extension line; further lines may come and are not looked at.
fn signed_time(extension: &str) -> Option<Timestamp> {
    let digits = extension.lines().next()?.strip_prefix(TIME)?;
    let time: u64 = digits.parse().ok()?;
    (time.to_string() == digits).then_some(Timestamp(time))
}
