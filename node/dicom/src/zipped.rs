//! Studies in a ZIP archive, read entry by entry without unpacking it on the disk.
//!
//! An archive comes from anywhere: names that lead elsewhere, entries that are encrypted or archives themselves, and
//! small files that become enormous are refused before anything of them is read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError as Inner;

/// Bounds of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipLimits {
    /// Entries.
    pub entries: usize,
    /// What they may be together, bytes.
    pub bytes: u64,
    /// How many times as long as the archive they may be together. Images of air compress well, but not like this.
    pub ratio: u64,
    /// Below so many bytes together the ratio is not looked at.
    pub small: u64,
}

impl Default for ZipLimits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            bytes: 64 << 30,
            ratio: 100,
            small: 64 << 20,
        }
    }
}

/// The archive as a whole is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// It can't be read.
    #[error("this ZIP archive cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no archive, or a damaged one.
    #[error("this ZIP archive is damaged: get it again")]
    Damaged,
    /// Too many entries.
    #[error("this ZIP archive has more than {limit} entries: unpack it and import a part")]
    TooMany {
        /// The limit in force.
        limit: usize,
    },
    /// Too much, or a bomb.
    #[error("this ZIP archive would become {bytes} bytes, far more than it is: it is refused as a bomb")]
    Bomb {
        /// What its entries declare, bytes.
        bytes: u64,
    },
    /// Entries that share bytes: no program writes such an archive for a good reason.
    #[error("entries of this ZIP archive overlap: it is refused as a bomb")]
    Overlapping,
}

/// Why one entry is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZipRefusal {
    /// Its name leads out of the archive, or can't be read.
    Name,
    /// It is encrypted.
    Encrypted,
    /// It is compressed in another way than by deflate.
    Method,
    /// A symbolic link.
    Link,
    /// An archive itself.
    Nested,
    /// It has another length than the archive says, or other contents.
    Damaged,
}

impl std::fmt::Display for ZipRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Name => "its name leads out of the archive, so it is not read",
            Self::Encrypted => "this entry is encrypted: unpack the archive with its password and import the folder",
            Self::Method => {
                "this entry is compressed in a way that is not known here: unpack the archive and import the folder"
            }
            Self::Link => "links are not followed",
            Self::Nested => "archives in archives are not opened: unpack it and import the folder",
            Self::Damaged => "this entry is damaged, or not as long as the archive says: get the archive again",
        })
    }
}

impl std::error::Error for ZipRefusal {}

/// One entry that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipEntry {
    index: usize,
    /// Its name, folders divided by `/`; none of them leads upwards.
    pub name: String,
    /// Its length when read, bytes.
    pub size: u64,
}

/// An archive that was looked through.
pub struct Zipped<R = BufReader<File>> {
    archive: ZipArchive<R>,
    /// What can be read, in the order of names.
    pub entries: Vec<ZipEntry>,
    /// What can't, with the reason.
    pub refused: Vec<(String, ZipRefusal)>,
}

impl Zipped {
    /// Opens an archive and looks through its directory. Nothing is unpacked.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn open(path: &Path, limits: &ZipLimits) -> Result<Self, ZipError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Self::of(BufReader::new(file), length, limits)
    }
}

impl<R: Read + Seek> Zipped<R> {
    /// The same of an archive of this length that is not a file.
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn of(reader: R, length: u64, limits: &ZipLimits) -> Result<Self, ZipError> {
        let mut archive = ZipArchive::new(reader).map_err(damaged)?;
        if archive.len() > limits.entries {
            return Err(ZipError::TooMany {
                limit: limits.entries,
            });
        }
        if archive.has_overlapping_entries().map_err(damaged)? {
            return Err(ZipError::Overlapping);
        }
        let (mut entries, mut refused, mut bytes) = (Vec::new(), Vec::new(), 0_u64);
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(damaged)?;
            let shown = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let name = entry
                .enclosed_name()
                .map(|name| name.to_string_lossy().replace('\\', "/"));
            bytes = bytes.saturating_add(entry.size());
            let refusal = if entry.is_dir() {
                continue;
            } else if entry.encrypted() {
                Some(ZipRefusal::Encrypted)
            } else if entry.is_symlink() {
                Some(ZipRefusal::Link)
            } else if ![zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated]
                .contains(&entry.compression())
            {
                Some(ZipRefusal::Method)
            } else {
                None
            };
            match (name, refusal) {
                (_, Some(refusal)) => refused.push((shown, refusal)),
                (None, None) => refused.push((shown, ZipRefusal::Name)),
                (Some(name), None) => entries.push(ZipEntry {
                    index,
                    name,
                    size: entry.size(),
                }),
            }
        }
        let most = length.saturating_mul(limits.ratio).max(limits.small);
        if bytes > limits.bytes || bytes > most {
            return Err(ZipError::Bomb { bytes });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            archive,
            entries,
            refused,
        })
    }

    /// Reads one entry: never more than it declares, and an error when it is less, or not what its checksum says.
    ///
    /// # Errors
    /// [`ZipRefusal`].
    pub fn read(&mut self, entry: &ZipEntry) -> Result<impl Read + '_, ZipRefusal> {
        let opened = self.archive.by_index(entry.index);
        let inner = opened.map_err(|error| match error {
            Inner::UnsupportedArchive(_) | Inner::CompressionMethodNotSupported(_) => ZipRefusal::Method,
            _ => ZipRefusal::Damaged,
        })?;
        Ok(Exactly {
            inner,
            left: entry.size,
        })
    }
}

/// An archive by its first bytes.
#[must_use]
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn damaged(error: Inner) -> ZipError {
    match error {
        Inner::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => ZipError::Io(error),
        _ => ZipError::Damaged,
    }
}

/// Gives exactly so many bytes.
struct Exactly<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, ZipRefusal::Damaged);
        if self.left == 0 {
            // The checksum is compared when the end is met, and nothing may come after it.
            let more = self.inner.read(&mut [0]).map_err(wrong)?;
            return if more == 0 || buffer.is_empty() {
                Ok(0)
            } else {
                Err(io::Error::new(io::ErrorKind::InvalidData, ZipRefusal::Damaged))
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most]).map_err(wrong)?;
        if read == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, ZipRefusal::Damaged));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
