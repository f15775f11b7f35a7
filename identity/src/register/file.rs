//! The register in one file, for nodes that no network brings it to.
//!
//! ```text
//! "dokuei register 1\n", then parts: each the length of an [`Answer`] in four bytes, big endian, and the answer; a
//! length of 0 ends the file
//! ```
//! The parts are what a node would be answered that asks for everything from some entry on, and are taken as such. Only
//! one of them is in memory at a time. The last one has the revocation lists.

use std::io::{self, Read, Write};

use thiserror::Error;

use super::checkpoint::VerifiedCheckpoint;
use super::evidence::{Evidence, Prefix};
use super::proof::{Tree, consistency_proof, root_of};
use super::replica::{RegisterError, Replica};
use super::store::HashStore;
use super::wire::{Answer, Ask, MAX_ANSWER, WireError};

/// What every such file begins with.
pub const FILE_MAGIC: &[u8; 18] = b"dokuei register 1\n";

/// Why a file was not written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system says no.
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It begins with something else.
    #[error("this is not a file of a register")]
    NotOne,
    /// It ends too early.
    #[error("the file is cut off; copy it again")]
    CutOff,
    /// A part is not what it should be.
    #[error("the file is damaged: {0}")]
    Part(#[from] WireError),
    /// The register has no more entries than this.
    #[error("the register has {size} entries, so that none can be written from {from} on")]
    Beyond {
        /// Where it was to begin.
        from: u64,
        /// How many there are.
        size: u64,
    },
    /// The register itself.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// Writes the register from entry `from` on, as `answer` answers for it, with these revocation lists (DER, of together
/// at most [`crate::revocation::MAX_LIST`] bytes). Gives the checkpoint's size.
///
/// # Errors
/// [`FileError`].
pub fn write_file<W: Write>(
    out: &mut W,
    from: u64,
    lists: &[Vec<u8>],
    mut answer: impl FnMut(&Ask) -> Result<Answer, RegisterError>,
) -> Result<u64, FileError> {
    out.write_all(FILE_MAGIC)?;
    let mut next = from;
    loop {
        let ask = Ask {
            from: next,
            checkpoint_size: from,
            lists: None,
        };
        let mut part = answer(&ask)?;
        let size = part.parse_checkpoint()?.size();
        if from > size {
            return Err(FileError::Beyond { from, size });
        }
        next += part.entries.len() as u64;
        let last = next >= size;
        if last {
            part.lists = lists.to_vec();
        } else if part.entries.is_empty() {
            return Err(RegisterError::NothingNew.into());
        }
        let bytes = part.to_bytes();
        Answer::parse(&bytes)?;
        let length = u32::try_from(bytes.len()).map_err(|_| io::Error::other("a part is too large"))?;
        out.write_all(&length.to_be_bytes())?;
        out.write_all(&bytes)?;
        if last {
            out.write_all(&[0; 4])?;
            return Ok(size);
        }
    }
}

/// Reads such a file part by part.
#[derive(Debug)]
pub struct FileReader<R> {
    input: R,
    ended: bool,
}

impl<R: Read> FileReader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// [`FileError::NotOne`] or [`FileError::Io`].
    pub fn open(mut input: R) -> Result<Self, FileError> {
        let mut magic = [0; FILE_MAGIC.len()];
        match input.read_exact(&mut magic) {
            Ok(()) if magic == *FILE_MAGIC => Ok(Self { input, ended: false }),
            Ok(()) => Err(FileError::NotOne),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(FileError::NotOne),
            Err(error) => Err(error.into()),
        }
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn part(&mut self) -> Result<Option<Answer>, FileError> {
        if self.ended {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            self.ended = true;
            return Ok(None);
        }
        if length > MAX_ANSWER {
            return Err(WireError::Malformed("a part is too large".to_owned()).into());
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(Some(Answer::parse(&bytes)?))
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), FileError> {
        self.input.read_exact(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FileError::CutOff,
            _ => error.into(),
        })
    }
}

impl<S: HashStore> Replica<S> {
    /// Judges a whole register (all entries of `checkpoint`, hashed into `tree`) by the one that is here: the evidence,
    /// when it does not go on from what the registry signed before. A file that begins at the first entry shows so much
    /// where an answer would bring a [`super::Link`].
    ///
    /// # Errors
    /// [`RegisterError::NotSigned`] when the entries are not those of the checkpoint, or [`RegisterError::Store`].
    pub fn compare(
        &self,
        checkpoint: &VerifiedCheckpoint,
        tree: &Tree,
    ) -> Result<Option<Evidence>, RegisterError> {
        if tree.size() != checkpoint.size() || tree.root()? != checkpoint.root() {
            return Err(RegisterError::NotSigned);
        }
        let Some(known) = self
            .checkpoint()
            .filter(|known| (1..tree.size()).contains(&known.size()))
        else {
            return Ok(None);
        };
        let root = root_of(tree, known.size())?;
        if root == known.root() {
            return Ok(None);
        }
        let proof = consistency_proof(tree, tree.size(), known.size())?;
        Ok(Some(Evidence::of(
            known,
            checkpoint,
            Some(Prefix { root, proof }),
        )))
    }
}
