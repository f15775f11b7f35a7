//! An instance on its way in: the data set of a C-STORE as the Part 10 file that it becomes, read as it comes.

use std::io::{self, Cursor, Read};

use dicom_dictionary_std::tags;
use dicom_object::FileMetaTableBuilder;
use dicom_ul::pdu::PDataValueType;

use super::transport::Transport;
use super::wire::{Message, Wire, WireError, invalid, unexpected};
use crate::header::HeaderError;
use crate::scan;
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// The most that may come before the Study Instance UID, bytes: it is held until the study is known.
const MAX_HEAD: usize = 4 << 20;

/// An instance on its way in, to be read to its end: a Part 10 file whose file meta information depends on nothing but
/// the instance (so that the same, sent again, is the same file) and whose data set has the bytes that were received.
pub struct Received<'a> {
    /// The class that the command names.
    pub sop_class_uid: Uid,
    /// The instance that the command names.
    pub sop_instance_uid: Uid,
    /// How the data set is encoded.
    pub transfer_syntax_uid: Uid,
    /// (0020,000D) of the data set.
    pub study_instance_uid: Uid,
    /// Where the data set begins, bytes.
    pub data_set_at: u64,
    head: Cursor<Vec<u8>>,
    rest: &'a mut dyn Read,
}

/// What the command and the context say of an instance.
pub(super) struct Named {
    pub(super) sop_class: Uid,
    pub(super) sop_instance: Uid,
    pub(super) transfer_syntax: Uid,
}

impl<'a> Received<'a> {
    /// Reads as far as is needed to know the study.
    pub(super) fn begin(named: Named, data: &'a mut dyn Read) -> Result<Self, HeaderError> {
        let meta = file_meta_of(&named.sop_class, &named.sop_instance, &named.transfer_syntax)?;
        let mut seen = Remember {
            from: &mut *data,
            bytes: Vec::new(),
            full: false,
        };
        let found = scan::first_value(meta.as_slice().chain(&mut seen), tags::STUDY_INSTANCE_UID);
        let Remember { bytes, full, .. } = seen;
        if full {
            return Err(HeaderError::TooLarge {
                what: "too much comes before the Study Instance UID",
            });
        }
        let attribute = "Study Instance UID";
        let value = found?.ok_or(HeaderError::MissingUid { attribute })?;
        let study = std::str::from_utf8(&value)
            .ok()
            .and_then(|text| text.parse().ok());
        let data_set_at = meta.len() as u64;
        let mut head = meta;
        head.extend_from_slice(&bytes);
        Ok(Self {
            sop_class_uid: named.sop_class,
            sop_instance_uid: named.sop_instance,
            transfer_syntax_uid: named.transfer_syntax,
            study_instance_uid: study.ok_or(HeaderError::BadUid { attribute })?,
            data_set_at,
            head: Cursor::new(head),
            rest: data,
        })
    }
}

impl<'a> Received<'a> {
    /// The Part 10 file in `data`, read as far as is needed to know the study; its file meta information stays as it is
    /// and says what it is.
    ///
    /// # Errors
    /// [`HeaderError`] when it is no such file, or does not say so.
    pub fn of_file(data: &'a mut dyn Read) -> Result<Self, HeaderError> {
        let mut seen = Remember {
            from: &mut *data,
            bytes: Vec::new(),
            full: false,
        };
        let found = scan::first_value(&mut seen, tags::STUDY_INSTANCE_UID);
        let Remember { bytes, full, .. } = seen;
        if full {
            return Err(HeaderError::TooLarge {
                what: "too much comes before the Study Instance UID",
            });
        }
        let study = found?.ok_or(HeaderError::MissingUid {
            attribute: "Study Instance UID",
        })?;
        let meta = scan::meta::file_meta(bytes.as_slice())?;
        let uid = |text: &str, attribute| match text {
            "" => Err(HeaderError::MissingUid { attribute }),
            text => text.parse().map_err(|_| HeaderError::BadUid { attribute }),
        };
        Ok(Self {
            sop_class_uid: uid(&meta.sop_class, "SOP Class UID")?,
            sop_instance_uid: uid(&meta.sop_instance, "SOP Instance UID")?,
            transfer_syntax_uid: uid(&meta.transfer_syntax, "Transfer Syntax UID")?,
            study_instance_uid: uid(&String::from_utf8_lossy(&study), "Study Instance UID")?,
            data_set_at: meta.data_set_at,
            head: Cursor::new(bytes),
            rest: data,
        })
    }
}

impl Read for Received<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.rest.read(buffer),
            read => Ok(read),
        }
    }
}

/// The preamble and the file meta information (PS3.10 7.1). Without the titles of the peers (0002,0016 and following):
/// who sent an instance is no property of it.
pub(crate) fn file_meta_of(
    sop_class: &Uid,
    sop_instance: &Uid,
    transfer_syntax: &Uid,
) -> Result<Vec<u8>, HeaderError> {
    let table = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(sop_class.as_str())
        .media_storage_sop_instance_uid(sop_instance.as_str())
        .transfer_syntax(transfer_syntax.as_str())
        .implementation_class_uid(IMPLEMENTATION_CLASS_UID)
        .implementation_version_name(IMPLEMENTATION_VERSION)
        .build()
        .map_err(io::Error::other)?;
    let mut meta = vec![0; 128];
    meta.extend_from_slice(b"DICM");
    table.write(&mut meta).map_err(io::Error::other)?;
    Ok(meta)
}

/// Transfer syntax and data set of the Part 10 file in `reader`: what makes two files the same instance, whoever wrote
/// their file meta information.
///
/// # Errors
/// [`HeaderError`] when it is no such file.
pub fn data_set_of<R: Read>(reader: R) -> Result<(String, impl Read), HeaderError> {
    scan::data_set(reader)
}

/// Keeps what is read.
struct Remember<'a> {
    from: &'a mut dyn Read,
    bytes: Vec<u8>,
    full: bool,
}

impl Read for Remember<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.len() >= MAX_HEAD {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.from.read(buffer)?;
        self.bytes
            .extend_from_slice(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// The data set that follows a command, as it comes.
pub(super) struct DataSet<'a, T> {
    wire: &'a mut Wire<T>,
    context: u8,
    piece: Vec<u8>,
    at: usize,
    last: bool,
    received: u64,
    most: u64,
    /// Why nothing more comes.
    fault: Option<WireError>,
}

/// How a data set ended.
pub(super) enum Whole {
    /// All of it came.
    Yes,
    /// It is larger than allowed; all of it came and was thrown away.
    TooLarge,
}

impl<'a, T: Transport> DataSet<'a, T> {
    /// The data set on this context, of which at most so many bytes are given.
    pub(super) fn new(wire: &'a mut Wire<T>, context: u8, most: u64) -> Self {
        Self {
            wire,
            context,
            piece: Vec::new(),
            at: 0,
            last: false,
            received: 0,
            most,
            fault: None,
        }
    }

    /// Takes the rest off the wire, whatever became of what was read: an answer comes after the whole question.
    pub(super) fn finish(mut self) -> Result<Whole, WireError> {
        // Somebody who sends without end is not listened to for ever.
        let patience = self.most.saturating_mul(2);
        while !self.last {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.received > patience {
                return Err(invalid("an object never ends"));
            }
            self.next_piece()?;
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        Ok(if self.received > self.most {
            Whole::TooLarge
        } else {
            Whole::Yes
        })
    }

    fn next_piece(&mut self) -> Result<(), WireError> {
        let value = match self.wire.next()? {
            Message::Value(value) => value,
            Message::Release => return Err(unexpected("a release in the middle of a data set")),
        };
        if value.value_type != PDataValueType::Data || value.presentation_context_id != self.context {
            return Err(unexpected("something else in the middle of a data set"));
        }
        self.received = self.received.saturating_add(value.data.len() as u64);
        self.last = value.is_last;
        self.piece = value.data;
        self.at = 0;
        Ok(())
    }
}

impl<T: Transport> Read for DataSet<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.piece.get(self.at..).unwrap_or_default();
            let count = left.len().min(buffer.len());
            if count > 0 || buffer.is_empty() {
                buffer[..count].copy_from_slice(&left[..count]);
                self.at += count;
                return Ok(count);
            }
            if self.fault.is_some() {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            if self.last {
                return Ok(0);
            }
            if let Err(fault) = self.next_piece() {
                self.fault = Some(fault);
            } else if self.received > self.most {
                self.piece.clear();
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }
}
