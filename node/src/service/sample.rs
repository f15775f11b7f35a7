//! A study to practise with: a synthetic dental CBCT, clearly marked as a sample.

use std::fs;
use std::io;
use std::path::Path;

use dokuei_dicom::phantom::{self, PhantomError, PhantomOptions};
use thiserror::Error;

/// Why no sample was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The folder holds something.
    #[error("the folder is not empty; nothing was written")]
    NotEmpty,
    /// The folder cannot be used.
    #[error("the folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    /// The generator refused.
    #[error(transparent)]
    Phantom(#[from] PhantomError),
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Number of files.
    pub files: usize,
    /// Their size, bytes.
    pub bytes: u64,
}

/// Writes `slices` slices of `size` × `size` pixels into the new or empty folder `out`. All that varies, the identifiers
/// too, follows from `seed`: the same seed makes the same study, another seed another one.
///
/// # Errors
/// [`SampleError`].
pub fn write(out: &Path, slices: u32, size: u16, seed: u64) -> Result<Written, SampleError> {
    fs::create_dir_all(out)?;
    if fs::read_dir(out)?.next().is_some() {
        return Err(SampleError::NotEmpty);
    }
    let options = PhantomOptions {
        slices,
        rows: size,
        columns: size,
        seed,
        ..PhantomOptions::default()
    };
    let phantom = phantom::write_cbct(out, &options)?;
    Ok(Written {
        study_instance_uid: phantom.study_instance_uid.to_string(),
        files: phantom.files.len(),
        bytes: phantom.bytes,
    })
}
