//! A medium that is an ISO 9660 image (ECMA-119), or a disc in its drive, read without mounting it.
//!
//! Only what our own discs need: the primary volume, two levels of folders, files of one extent. It is read from the
//! image in place; nothing is unpacked, and no other program sees hostile bytes.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::{MediumFile, SourceError, length_of};
use crate::names::FOLDER;

/// Bytes of a sector and of a logical block; no other is in use.
const SECTOR: u64 = 2048;
/// Where volume descriptors begin.
const FIRST_DESCRIPTOR: u64 = 16;
/// How many of them are looked at.
const DESCRIPTORS: u64 = 16;
/// The longest folder that is read, bytes.
const MAX_FOLDER: u32 = 1 << 20;
/// Flags of a directory record (9.1.6).
const IS_FOLDER: u8 = 0x02;
const MORE_EXTENTS: u8 = 0x80;

/// A stretch of the image.
#[derive(Debug, Clone, Copy)]
struct Extent {
    block: u32,
    length: u32,
}

/// A directory record (9.1).
struct Record {
    name: String,
    extent: Extent,
    flags: u8,
    interleaved: bool,
}

/// An image.
#[derive(Debug)]
pub(super) struct Image {
    file: Arc<File>,
    length: u64,
    /// The folder `DOKUEI`.
    folder: Extent,
}

impl Image {
    pub(super) fn open(file: File) -> Result<Self, SourceError> {
        let length = length_of(&file)?;
        let mut image = Self {
            file: Arc::new(file),
            length,
            folder: Extent { block: 0, length: 0 },
        };
        let root = image.root()?;
        let found = image.find(root, FOLDER)?.ok_or(SourceError::NotAMedium)?;
        image.folder = folder_of(&found)?;
        Ok(image)
    }

    pub(super) fn sets(&self) -> Result<Vec<String>, SourceError> {
        let records = self.records(self.folder)?;
        Ok(records
            .into_iter()
            .filter(|record| record.flags & IS_FOLDER != 0)
            .map(|record| record.name)
            .collect())
    }

    pub(super) fn file(&self, set: &str, name: &str) -> Result<Option<MediumFile>, SourceError> {
        let Some(set) = self.find(self.folder, set)? else {
            return Ok(None);
        };
        let Some(record) = self.find(folder_of(&set)?, name)? else {
            return Ok(None);
        };
        if record.flags & (IS_FOLDER | MORE_EXTENTS) != 0 || record.interleaved {
            return Err(SourceError::NotPlain(name.to_owned()));
        }
        let offset = u64::from(record.extent.block) * SECTOR;
        let length = u64::from(record.extent.length);
        if offset + length > self.length {
            return Err(SourceError::Image("a file ends beyond its end; copy it again"));
        }
        Ok(Some(MediumFile {
            file: Arc::clone(&self.file),
            offset,
            length,
        }))
    }

    /// The root folder, from the primary volume descriptor (8.4).
    fn root(&self) -> Result<Extent, SourceError> {
        for number in FIRST_DESCRIPTOR..FIRST_DESCRIPTOR + DESCRIPTORS {
            let mut descriptor = [0; SECTOR as usize];
            if (number + 1) * SECTOR > self.length {
                break;
            }
            self.file.read_exact_at(&mut descriptor, number * SECTOR)?;
            if descriptor.get(1..6) != Some(b"CD001") {
                break;
            }
            match descriptor.first() {
                Some(1) => {
                    if descriptor.get(128..130) != Some(&[0, 8]) {
                        return Err(SourceError::Image("its blocks are not of 2048 bytes"));
                    }
                    let record = descriptor.get(156..190).and_then(record);
                    let record = record.ok_or(SourceError::Image("it has no root folder"))?;
                    return folder_of(&record);
                }
                Some(255) => break,
                _ => {}
            }
        }
        Err(SourceError::Image("it is not an ISO 9660 image"))
    }

    fn find(&self, folder: Extent, name: &str) -> Result<Option<Record>, SourceError> {
        let records = self.records(folder)?;
        let mut same = records
            .into_iter()
            .filter(|record| record.name.eq_ignore_ascii_case(name));
        Ok(same.next())
    }

    /// The records of a folder (6.8.1): none crosses a sector.
    fn records(&self, folder: Extent) -> Result<Vec<Record>, SourceError> {
        let offset = u64::from(folder.block) * SECTOR;
        if folder.length > MAX_FOLDER || offset + u64::from(folder.length) > self.length {
            return Err(SourceError::Image("a folder is longer than it can be"));
        }
        let mut bytes = vec![0; folder.length as usize];
        self.file.read_exact_at(&mut bytes, offset)?;
        let mut records = Vec::new();
        for sector in bytes.chunks(SECTOR as usize) {
            let mut rest = sector;
            while let Some(length) = rest
                .first()
                .map(|length| usize::from(*length))
                .filter(|length| *length > 0)
            {
                let Some((one, after)) = rest.split_at_checked(length) else {
                    return Err(SourceError::Image("a folder is not whole"));
                };
                records.extend(record(one));
                rest = after;
            }
        }
        Ok(records)
    }
}

fn folder_of(record: &Record) -> Result<Extent, SourceError> {
    if record.flags & IS_FOLDER == 0 {
        return Err(SourceError::NotPlain(record.name.clone()));
    }
    Ok(record.extent)
}

/// Reads one record; `None` when it is too short for what it says. The name is without its version.
fn record(bytes: &[u8]) -> Option<Record> {
    let word = |at: usize| {
        let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let attributes = u32::from(*bytes.get(1)?);
    let length = usize::from(*bytes.get(32)?);
    let name = std::str::from_utf8(bytes.get(33..33 + length)?).ok()?;
    let name = name.split_once(';').map_or(name, |(name, _)| name);
    Some(Record {
        name: name.trim_end_matches('.').to_owned(),
        extent: Extent {
            block: word(2)?.checked_add(attributes)?,
            length: word(10)?,
        },
        flags: *bytes.get(25)?,
        interleaved: *bytes.get(26)? != 0 || *bytes.get(27)? != 0,
    })
}
