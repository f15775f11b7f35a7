//! Writes a disc of a set into a folder: a mounted stick, or what somebody will burn.
//!
//! The index goes away first and comes last, so that whoever finds one finds all that it lists; each file comes under
//! its name when it is whole and on the medium. What lies there already and is proven is kept: a write that was
//! interrupted goes on. A folder may be prepared by somebody else, so nothing is followed that leads out of it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, fstat, fstatvfs, mkdirat, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use super::{Set, Stretch, WriteError};
use crate::capacity::Capacity;
use crate::check::proven;
use crate::index::Part;
use crate::names::{FOLDER, INDEX, README, UNFINISHED, is_payload};
use crate::source::{MediumFile, Placed};

/// Bytes that are copied at once.
const BLOCK: usize = 1 << 20;

/// What writing a disc came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Bytes of payload that lay there already, proven.
    pub kept: u64,
}

/// Writes disc `disc` (from 0) of a set below `root`, which is made when it is not there. `progress` hears of the bytes
/// of payload that are there.
///
/// # Errors
/// [`WriteError`]; what was written stays, without an index.
pub fn write(
    set: &Set<'_>,
    disc: usize,
    root: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Written, WriteError> {
    std::fs::create_dir_all(root)?;
    let root: OwnedFd = File::open(root)?.into();
    let folder = Folder::below(&root, FOLDER)?;
    let place = Folder::below(&folder.0, &set.folder().to_string())?;
    place.remove(INDEX)?;
    place.sync()?;
    let stretches = set.stretches(disc);
    place.clear(|name| stretches.iter().any(|stretch| stretch.name == name))?;
    let (mut left, mut kept) = (Vec::new(), 0);
    for stretch in &stretches {
        if place.holds(stretch, set)? {
            kept += stretch.length;
            progress(stretch.length);
        } else {
            place.remove(&stretch.name)?;
            left.push(stretch);
        }
    }
    let need: u64 = left.iter().map(|stretch| stretch.length).sum();
    place.require_room(need.saturating_add(set.letter.len() as u64))?;
    folder.put(README, set.readme(disc).as_bytes(), |_| {})?;
    for (name, bytes) in set.held() {
        place.put(name, bytes, |_| {})?;
    }
    for stretch in left {
        let from = File::open(stretch.file)?;
        let bytes = Piece {
            file: &from,
            position: stretch.offset,
            end: stretch.offset.saturating_add(stretch.length),
        };
        place.put(&stretch.name, bytes, &mut progress)?;
    }
    place.put(INDEX, set.signed, |_| {})?;
    folder.sync()?;
    Folder(root).sync()?;
    Ok(Written { kept })
}

/// A folder of ours on a medium.
struct Folder(OwnedFd);

impl Folder {
    /// The folder of this name in another, made when it is not there.
    fn below(parent: &OwnedFd, name: &str) -> Result<Self, WriteError> {
        match mkdirat(parent, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(parent, name, flags, Mode::empty()) {
            Ok(folder) => Ok(Self(folder)),
            Err(Errno::LOOP | Errno::NOTDIR) => Err(WriteError::NotPlain(name.to_owned())),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    /// Whether a stretch lies here already: a part is proven by the tree at home, a tree is short and written anew.
    fn holds(&self, stretch: &Stretch<'_>, set: &Set<'_>) -> Result<bool, WriteError> {
        let Some(part) = stretch.part else {
            return Ok(false);
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = openat(&self.0, &stretch.name, flags, Mode::empty()) else {
            return Ok(false);
        };
        let stat = fstat(&file).map_err(io::Error::from)?;
        let length = u64::try_from(stat.st_size).unwrap_or(0);
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || length != stretch.length {
            return Ok(false);
        }
        let found = MediumFile::of(File::from(file), length);
        // What cannot be read is written again.
        Ok(is_part(set, &part, found).unwrap_or(false))
    }

    /// Writes a file: under another name until it is whole and on the medium.
    fn put(&self, name: &str, mut from: impl Read, mut progress: impl FnMut(u64)) -> Result<(), WriteError> {
        self.remove(UNFINISHED)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.0, UNFINISHED, flags, Mode::from_raw_mode(0o644));
        let mut file = File::from(file.map_err(io::Error::from)?);
        let mut block = vec![0; BLOCK];
        loop {
            let read = from.read(&mut block)?;
            let Some(bytes) = block.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            file.write_all(bytes)?;
            progress(read as u64);
        }
        file.sync_all()?;
        drop(file);
        // A folder in the way is nobody's file of ours.
        renameat(&self.0, UNFINISHED, &self.0, name).map_err(|error| match error {
            Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST => WriteError::NotPlain(name.to_owned()),
            error => io::Error::from(error).into(),
        })?;
        self.sync()
    }

    /// Removes files of ours that do not belong to this disc: an earlier write divided the payload otherwise.
    fn clear(&self, belongs: impl Fn(&str) -> bool) -> Result<(), WriteError> {
        let mut gone = Vec::new();
        for entry in Dir::read_from(&self.0).map_err(io::Error::from)? {
            let entry = entry.map_err(io::Error::from)?;
            let name = entry.file_name().to_str().ok().map(str::to_owned);
            gone.extend(name.filter(|name| is_payload(name) && !belongs(name)));
        }
        gone.iter().try_for_each(|name| self.remove(name))
    }

    fn remove(&self, name: &str) -> Result<(), WriteError> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(Errno::ISDIR | Errno::PERM) => Err(WriteError::NotPlain(name.to_owned())),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    fn require_room(&self, need: u64) -> Result<(), WriteError> {
        // A file system that does not tell counts as having room: the write itself will say.
        let have = fstatvfs(&self.0).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if have < need {
            let (need, have) = (Capacity(need), Capacity(have));
            return Err(WriteError::Full { need, have });
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), WriteError> {
        match rustix::fs::fsync(&self.0) {
            // Some file systems of sticks know no such thing for folders; their files are on the medium by then.
            Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(()),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }
}

fn is_part(set: &Set<'_>, part: &Part, found: MediumFile) -> Option<bool> {
    let place = usize::from(part.package);
    let id = set.index.packages.get(place)?.tree();
    let tree = File::open(&set.payloads.get(place)?.tree).ok()?;
    let data = Placed::new(found, part.offset());
    proven(id, &data, &tree, part, |_| {}).ok()
}

/// A stretch of a file, read once.
struct Piece<'a> {
    file: &'a File,
    position: u64,
    end: u64,
}

impl Read for Piece<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let read = self.file.read_at(buffer, self.position)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += read as u64;
        Ok(read)
    }
}
