//! A medium, on as many discs as its capacity asks for: each a medium of its own, with a DICOMDIR of what lies on it.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use dokuei_dicom::directory::DirectoryWriter;
use dokuei_dicom::medium::OnMedium;
use dokuei_media::capacity::Capacity;
use dokuei_media::index::MAX_DISCS;
use dokuei_media::plain;
use dokuei_media::plan::{PlanError, overhead};
use serde_json::{Value, json};

use super::super::error::ServiceError;
use super::super::media::MediaError;
use crate::data_dir::write_durably;

/// What is kept free on each disc for its README and for the records of the next file, bytes.
const RESERVE: u64 = 256 * 1024;

/// What a CD-R holds at most, bytes: 80 minutes of 75 sectors a second. What is longer is on no medium of those profiles
/// that ask for one (PS3.11 D.3.2, K.3.2).
const CD: u64 = 80 * 60 * 75 * 2048;

/// Discs while files are written on them, one after the other.
pub(super) struct Discs<'a> {
    root: &'a Path,
    capacity: Option<Capacity>,
    full: Vec<Disc>,
    current: Disc,
    made: Made,
}

/// A disc while files are written on it.
struct Disc {
    folder: PathBuf,
    directory: DirectoryWriter,
    /// Bytes of its files with what a file system needs for them.
    used: u64,
    files: u64,
}

/// What was written.
#[derive(Default)]
pub(super) struct Made {
    /// The discs.
    pub(super) discs: Vec<Written>,
    pub(super) files: u64,
    /// Files that stay compressed.
    pub(super) compressed: u64,
    /// Those of them that could not be decompressed at all.
    pub(super) unconverted: u64,
    /// Radiographs that got empty attributes which the dental profile asks for.
    pub(super) completed: u64,
    /// What no DICOMDIR lists: file, and why.
    pub(super) unlisted: Vec<Value>,
    /// The application profiles that all discs meet: all of those that we know are for CDs.
    pub(super) profiles: Vec<&'static str>,
}

/// A disc that is whole.
pub(super) struct Written {
    /// Where its files lie.
    pub(super) folder: PathBuf,
    /// Of its file-set and volume: at most 16 capital letters, digits and `_`.
    pub(super) name: String,
}

impl Disc {
    fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            directory: DirectoryWriter::default(),
            used: overhead([]),
            files: 0,
        }
    }

    /// The application profiles that it meets.
    fn profiles(&self) -> Vec<&'static str> {
        if self.used + self.directory.length() > CD {
            return Vec::new();
        }
        self.directory.profiles()
    }

    /// Bytes that it takes with one more file of this length.
    fn with(&self, length: u64) -> u64 {
        let file = overhead([length]) - overhead([]);
        self.used + file + self.directory.length() + RESERVE
    }
}

impl<'a> Discs<'a> {
    /// In `root` itself, or with a capacity in the folders `DISC1`, `DISC2` and so on below it.
    pub(super) fn new(root: &'a Path, capacity: Option<Capacity>) -> Self {
        let first = capacity.map_or_else(|| root.to_owned(), |_| root.join("DISC1"));
        Self {
            root,
            capacity,
            full: Vec::new(),
            current: Disc::new(first),
            made: Made::default(),
        }
    }

    /// Puts a file, which `write` writes at the path that it is given, into the folder `series` of the current disc or,
    /// when it has no room, of the next one.
    pub(super) fn put(
        &mut self,
        series: &str,
        name: &str,
        write: impl FnOnce(&Path) -> Result<Option<OnMedium>, ServiceError>,
    ) -> Result<(), ServiceError> {
        let mut path = place(&self.current.folder, series, name)?;
        let written = write(&path)?;
        let length = fs::metadata(&path).map_err(ServiceError::file(&path))?.len();
        if let Some(capacity) = self.capacity
            && self.current.with(length) > capacity.0
        {
            path = self.onto_the_next(&path, (series, name), length, capacity)?;
        }
        let file = File::open(&path).map_err(ServiceError::file(&path))?;
        let listed = self
            .current
            .directory
            .add(&[series.to_owned(), name.to_owned()], BufReader::new(file));
        if let Err(error) = listed {
            // It lies on the medium, and others are listed: only who trusts the table alone misses it.
            tracing::warn!(%error, "an image could not be listed in the DICOMDIR");
            let told = json!({"file": path, "why": error.to_string()});
            self.made.unlisted.push(told);
        }
        self.current.used += overhead([length]) - overhead([]);
        self.current.files += 1;
        let made = &mut self.made;
        made.files += 1;
        made.unconverted += u64::from(written.is_none());
        made.compressed += u64::from(matches!(written, None | Some(OnMedium::AsItWas)));
        made.completed += u64::from(written == Some(OnMedium::Completed));
        Ok(())
    }

    /// Begins another disc with a file that the current one has no room for.
    fn onto_the_next(
        &mut self,
        path: &Path,
        (series, name): (&str, &str),
        length: u64,
        have: Capacity,
    ) -> Result<PathBuf, ServiceError> {
        let number = self.full.len() + 2;
        let next = Disc::new(self.root.join(format!("DISC{number}")));
        // What is too large for an empty disc is so for any.
        let need = next.with(length);
        if need > have.0 {
            let need = Capacity(need);
            return Err(MediaError::from(PlanError::TooSmall { have, need }).into());
        }
        if number > MAX_DISCS {
            return Err(MediaError::from(PlanError::TooMany).into());
        }
        let moved = place(&next.folder, series, name)?;
        fs::rename(path, &moved).map_err(ServiceError::file(&moved))?;
        if let Some(folder) = path.parent() {
            // Empty when the series begins on the next disc; else it stays.
            let _ = fs::remove_dir(folder);
        }
        self.full.push(std::mem::replace(&mut self.current, next));
        Ok(moved)
    }

    /// Writes what makes a medium of each disc.
    pub(super) fn finish(self) -> Result<Made, ServiceError> {
        let Self {
            mut full,
            current,
            mut made,
            ..
        } = self;
        full.push(current);
        let of = full.len();
        if made.unlisted.is_empty() {
            let all = full.iter().map(Disc::profiles);
            let met = all.reduce(|met, these| met.into_iter().filter(|one| these.contains(one)).collect());
            made.profiles = met.unwrap_or_default();
        }
        if of > 1 {
            for (number, disc) in (1..).zip(&full) {
                let path = disc.folder.join(plain::README);
                write_durably(&path, plain::text(number, of, disc.files).as_bytes())
                    .map_err(ServiceError::file(&path))?;
            }
        }
        for (number, disc) in (1..).zip(full) {
            let name = set_id(number, of);
            let path = disc.folder.join("DICOMDIR");
            disc.directory
                .finish(&name)
                .map_err(io::Error::other)
                .and_then(|directory| write_durably(&path, &directory))
                .map_err(ServiceError::file(&path))?;
            made.discs.push(Written {
                folder: disc.folder,
                name,
            });
        }
        Ok(made)
    }
}

/// The File-set ID of a disc, which is the name of its volume, too: at most 16 characters (PS3.10 8.1 and 8.5, PS3.12 F.1.1).
fn set_id(number: usize, of: usize) -> String {
    match of {
        1 => "DOKUEI".to_owned(),
        2..=99 => format!("DOKUEI_{number}_OF_{of}"),
        _ => format!("DOKUEI_{number}_{of}"),
    }
}

/// The path of a file, whose folder is made.
fn place(disc: &Path, series: &str, name: &str) -> Result<PathBuf, ServiceError> {
    let folder = disc.join(series);
    fs::create_dir_all(&folder).map_err(ServiceError::file(&folder))?;
    Ok(folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R12: PS3.10 8.5: a File-set ID is of 16 capital letters, digits and underscores at most, however many discs there are.
    #[test]
    fn r12_a_file_set_id_is_no_longer_than_media_have_it() {
        for (number, of) in [(1, 1), (2, 3), (99, 99), (100, 100), (MAX_DISCS, MAX_DISCS)] {
            let id = set_id(number, of);
            let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(id.len() <= 16 && id.bytes().all(fits), "{id}");
        }
        assert_eq!(set_id(2, 3), "DOKUEI_2_OF_3");
    }

    /// R12: PS3.11 D.3.2 and K.3.2: what no CD-R holds meets no profile for CD-Rs, whatever its files are.
    #[test]
    fn r12_what_is_longer_than_a_cd_is_said_to_meet_no_profile_for_cds() {
        let mut disc = Disc::new(PathBuf::new());
        let folder = tempfile::tempdir().unwrap();
        let options = dokuei_dicom::phantom::PhantomOptions {
            slices: 1,
            rows: 16,
            columns: 16,
            ..Default::default()
        };
        let made = dokuei_dicom::phantom::write_cbct(&folder.path().join("cbct"), &options).unwrap();
        let slice = File::open(&made.files[0]).unwrap();
        disc.directory
            .add(&["SE00001".to_owned(), "IM00001".to_owned()], slice)
            .unwrap();
        assert_eq!(disc.profiles(), ["STD-GEN-CD"]);
        disc.used = CD;
        assert_eq!(disc.profiles(), [""; 0]);
    }
}
