//! Compares what lies on a medium with what was to be written, byte by byte, as its reader will find it.

use dokuei_package::tree::{ChunkRange, Holding, ReadAt, SLICE_CHUNKS, TreeError, TreeId};
use thiserror::Error;

use crate::index::{Index, Part};
use crate::letter;
use crate::names::{INDEX, LETTER, SetFolder, tree};
use crate::source::{Medium, MediumFile, Placed, SourceError};

/// What is wrong with a medium that was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Not there, or other bytes.
    #[error("{0} on the medium is not what was written to it")]
    Differs(String),
    /// It cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Reads everything on disc `disc` (from 0) of a set back from the medium itself, not from the system's memory of it: the
/// index has to be `signed`, the letter the one that it lists, and every chunk has to be proven by the package's root.
/// `progress` hears of bytes as they are read.
///
/// # Errors
/// [`CheckError`] for the first file that differs.
pub fn disc(
    medium: &Medium,
    set: SetFolder,
    (index, signed): (&Index, &[u8]),
    disc: usize,
    mut progress: impl FnMut(u64),
) -> Result<(), CheckError> {
    let file = |name: &str| -> Result<MediumFile, CheckError> {
        let file = medium.file(set, name)?;
        let file = file.ok_or_else(|| CheckError::Differs(name.to_owned()))?;
        file.forget_cached();
        Ok(file)
    };
    if file(INDEX)?.read_whole(INDEX, crate::index::MAX_BYTES as u64)? != signed {
        return Err(CheckError::Differs(INDEX.to_owned()));
    }
    let sealed = file(LETTER)?.read_whole(LETTER, letter::MAX_BYTES as u64)?;
    if !index.is_letter(&sealed) {
        return Err(CheckError::Differs(LETTER.to_owned()));
    }
    for part in index.discs.get(disc).into_iter().flat_map(|disc| &disc.parts) {
        let Some(package) = index.packages.get(usize::from(part.package)) else {
            continue;
        };
        let (tree, data) = (file(&tree(part.package))?, file(&part.name())?);
        let whole = data.length() == part.length(package.length);
        let data = Placed::new(data, part.offset());
        let proven = whole && proven(package.tree(), &data, &tree, part, &mut progress)?;
        if !proven {
            return Err(CheckError::Differs(part.name()));
        }
    }
    Ok(())
}

/// Whether every chunk of a part is that of the payload.
///
/// # Errors
/// What the system says.
pub(crate) fn proven<D: ReadAt, T: ReadAt>(
    id: TreeId,
    data: &D,
    tree: &T,
    part: &Part,
    mut progress: impl FnMut(u64),
) -> Result<bool, SourceError> {
    let holding = Holding::new(id, data, tree);
    for range in slices(part.start, part.end) {
        match holding.extract(range) {
            Ok(slice) => progress(slice.len() as u64),
            Err(TreeError::Io(error)) => return Err(error.into()),
            Err(_) => return Ok(false),
        }
    }
    Ok(true)
}

/// The chunks `start..end` in pieces of one slice.
pub fn slices(start: u32, end: u32) -> impl Iterator<Item = ChunkRange> {
    let step = SLICE_CHUNKS as usize;
    (start..end).step_by(step).map(move |start| ChunkRange {
        start,
        end: start.saturating_add(SLICE_CHUNKS).min(end),
    })
}
