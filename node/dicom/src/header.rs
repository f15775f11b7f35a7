//! What an instance says about itself: read up to its pixels, bounded, from bytes that nobody vouches for.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::charset::{CharacterSet, CharsetNote, Decoded};
use crate::name::PersonName;
use crate::scan::{Scanned, scan};
use crate::uid::Uid;

/// The patient module as far as we use it (PS3.3 C.7.1.1). `Debug` is redacted.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patient {
    /// (0010,0010), all groups decoded.
    pub name: PersonName,
    /// (0010,0020), as the sending institution writes it.
    pub id: String,
    /// (0010,0021), who gave the ID; empty when absent.
    pub id_issuer: String,
    /// (0010,0030) as `YYYYMMDD`, empty when absent.
    pub birth_date: String,
    /// (0010,0040): `M`, `F`, `O` or empty.
    pub sex: String,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(redacted)")
    }
}

/// What is told about one instance without loading its pixels. Text is decoded and trimmed; an absent
/// attribute is an empty text or `None`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceHeader {
    /// (0008,0018).
    pub sop_instance_uid: Uid,
    /// (0008,0016).
    pub sop_class_uid: Uid,
    /// (0020,000D).
    pub study_instance_uid: Uid,
    /// (0020,000E).
    pub series_instance_uid: Uid,
    /// (0002,0010): how the data set is encoded.
    pub transfer_syntax_uid: Uid,
    /// The patient.
    pub patient: Patient,
    /// (0008,0020) as `YYYYMMDD`.
    pub study_date: String,
    /// (0008,0030) as `HHMMSS[.f]`.
    pub study_time: String,
    /// (0008,1030).
    pub study_description: String,
    /// (0020,0010).
    pub study_id: String,
    /// (0008,0050).
    pub accession_number: String,
    /// (0008,0090).
    pub referring_physician: PersonName,
    /// (0008,0080).
    pub institution_name: String,
    /// (0008,0060).
    pub modality: String,
    /// (0020,0011).
    pub series_number: Option<i32>,
    /// (0008,103E).
    pub series_description: String,
    /// (0018,0015).
    pub body_part: String,
    /// (0020,0013).
    pub instance_number: Option<i32>,
    /// (0028,0010), pixels.
    pub rows: Option<u16>,
    /// (0028,0011), pixels.
    pub columns: Option<u16>,
    /// (0028,0008); 1 when there are pixels but no such attribute, `None` for objects without pixels.
    pub frames: Option<u32>,
    /// (0028,0004).
    pub photometric_interpretation: String,
    /// (0028,0100).
    pub bits_allocated: Option<u16>,
    /// (0028,2110) is `01`: information was lost by compression before the file came to us.
    pub lossy: bool,
    /// (0008,0005) as written, values divided by `\`.
    pub specific_character_set: String,
    /// What was odd and how it was read all the same.
    pub notes: Vec<HeaderNote>,
}

/// Technical attributes only: a header names its patient in more places than one.
impl fmt::Debug for InstanceHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceHeader")
            .field("sop_class_uid", &self.sop_class_uid)
            .field("transfer_syntax_uid", &self.transfer_syntax_uid)
            .field("modality", &self.modality)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// Something odd about a file that could still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeaderNote {
    /// About the character set of its text.
    Charset(CharsetNote),
    /// A UID has a needless leading zero in a part (against PS3.5 9.1).
    UidLeadingZero,
    /// (0002,0010) is missing: the encoding was told from the data.
    TransferSyntaxAssumed,
    /// The data set isn't encoded as (0002,0010) says; it was read as what it is.
    EncodingMismatch,
    /// No preamble and `DICM` before the file meta information (PS3.10 7.1).
    NoPreamble,
    /// (0002,0003) differs from (0008,0018); the data set's own is used.
    MetaUidDiffers,
}

/// The file can't be taken: what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Not a Part 10 file.
    #[error("this is not a DICOM file")]
    NotDicom,
    /// The preamble is the start of a program (PS3.10 7.1 warns of it).
    #[error("this DICOM file begins like a program and is refused: ask the sender for a clean export")]
    ExecutablePreamble,
    /// The file ends in the middle of an element.
    #[error("this DICOM file is incomplete: it ends at byte {at}, get it again")]
    Truncated {
        /// Bytes that could be read.
        at: u64,
    },
    /// The elements don't follow PS3.5.
    #[error("this DICOM file is damaged at byte {at}: {what}")]
    Malformed {
        /// Bytes read before the damage.
        at: u64,
        /// What rule it breaks.
        what: &'static str,
    },
    /// More than a header may hold.
    #[error("the header of this DICOM file is too large: {what}")]
    TooLarge {
        /// Which bound.
        what: &'static str,
    },
    /// A UID without which the instance can't be filed.
    #[error(
        "this DICOM file has no {attribute}, without which it cannot be filed: export it again from the program that made it"
    )]
    MissingUid {
        /// The attribute's name.
        attribute: &'static str,
    },
    /// A data set without file meta information whose pixels are compressed.
    #[error(
        "nothing in this DICOM data set says how its images are compressed: export it again as a DICOM file"
    )]
    CompressedUnknown,
    /// A UID of wrong syntax.
    #[error("the {attribute} of this DICOM file is not a valid UID")]
    BadUid {
        /// The attribute's name.
        attribute: &'static str,
    },
    /// The patient's name can't be read in any character set: filing it could mix up patients.
    #[error("the patient's name can't be read: the character set of this DICOM file is unknown or wrong")]
    UnreadableCharacterSet,
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads the header of a Part 10 file at `path`; see [`read_header`]. Also notices a file that is shorter than its
/// native pixels.
///
/// # Errors
/// As [`read_header`].
pub fn read_header_file(path: &Path) -> Result<InstanceHeader, HeaderError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    read_header_of(BufReader::with_capacity(64 * 1024, file), length)
}

/// Reads the header of the Part 10 file of `length` bytes in `reader`; see [`read_header`]. Also notices a file that is
/// shorter than its native pixels.
///
/// # Errors
/// As [`read_header`].
pub fn read_header_of<R: Read>(reader: R, length: u64) -> Result<InstanceHeader, HeaderError> {
    let scanned = scan(reader, |tag| WANTED.contains(&tag))?;
    let short = scanned
        .pixels
        .and_then(|pixels| pixels.end())
        .is_some_and(|end| end > length);
    if short {
        Err(HeaderError::Truncated { at: length })
    } else {
        build(scanned)
    }
}

/// Reads the header of a Part 10 file (with or without preamble), stopping before its pixels.
///
/// At most a bounded amount is read and held, whatever the bytes say; no input makes it panic.
///
/// # Errors
/// [`HeaderError`] names what is wrong with the file.
pub fn read_header<R: Read>(reader: R) -> Result<InstanceHeader, HeaderError> {
    build(scan(reader, |tag| WANTED.contains(&tag))?)
}

/// Reads the Part 10 file in `reader` to its end and gives its header; see [`read_header`]. Also notices a file that is
/// shorter than its native pixels.
///
/// # Errors
/// As [`read_header`].
pub fn read_instance<R: Read>(reader: R) -> Result<InstanceHeader, HeaderError> {
    let mut counted = Counted {
        from: BufReader::with_capacity(64 * 1024, reader),
        bytes: 0,
    };
    let scanned = scan(&mut counted, |tag| WANTED.contains(&tag))?;
    std::io::copy(&mut counted, &mut std::io::sink())?;
    let end = scanned.pixels.and_then(|pixels| pixels.end());
    if end.is_some_and(|end| end > counted.bytes) {
        return Err(HeaderError::Truncated { at: counted.bytes });
    }
    build(scanned)
}

/// Counts what is read.
struct Counted<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Every attribute of [`InstanceHeader`].
pub(crate) const WANTED: [Tag; 28] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::MODALITY,
    tags::INSTITUTION_NAME,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::STUDY_DESCRIPTION,
    tags::SERIES_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::BODY_PART_EXAMINED,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::STUDY_ID,
    tags::SERIES_NUMBER,
    tags::INSTANCE_NUMBER,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::LOSSY_IMAGE_COMPRESSION,
];

pub(crate) fn build(scanned: Scanned) -> Result<InstanceHeader, HeaderError> {
    let mut read = Reader::new(&scanned);
    let sop_instance_uid = read.uid(tags::SOP_INSTANCE_UID, "SOP Instance UID")?;
    let patient_name = read.patient_name()?;
    let mut header = InstanceHeader {
        sop_class_uid: read.uid(tags::SOP_CLASS_UID, "SOP Class UID")?,
        study_instance_uid: read.uid(tags::STUDY_INSTANCE_UID, "Study Instance UID")?,
        series_instance_uid: read.uid(tags::SERIES_INSTANCE_UID, "Series Instance UID")?,
        transfer_syntax_uid: scanned.transfer_syntax.parse().map_err(|_| HeaderError::BadUid {
            attribute: "Transfer Syntax UID",
        })?,
        patient: Patient {
            name: patient_name,
            id: read.text(tags::PATIENT_ID),
            id_issuer: read.text(tags::ISSUER_OF_PATIENT_ID),
            birth_date: read.text(tags::PATIENT_BIRTH_DATE),
            sex: read.text(tags::PATIENT_SEX),
        },
        study_date: read.text(tags::STUDY_DATE),
        study_time: read.text(tags::STUDY_TIME),
        study_description: read.text(tags::STUDY_DESCRIPTION),
        study_id: read.text(tags::STUDY_ID),
        accession_number: read.text(tags::ACCESSION_NUMBER),
        referring_physician: read.name(tags::REFERRING_PHYSICIAN_NAME),
        institution_name: read.text(tags::INSTITUTION_NAME),
        modality: read.text(tags::MODALITY),
        series_number: read.number(tags::SERIES_NUMBER),
        series_description: read.text(tags::SERIES_DESCRIPTION),
        body_part: read.text(tags::BODY_PART_EXAMINED),
        instance_number: read.number(tags::INSTANCE_NUMBER),
        rows: scanned.u16(tags::ROWS),
        columns: scanned.u16(tags::COLUMNS),
        frames: scanned
            .pixels
            .map(|_| read.number(tags::NUMBER_OF_FRAMES).unwrap_or(1)),
        photometric_interpretation: read.text(tags::PHOTOMETRIC_INTERPRETATION),
        bits_allocated: scanned.u16(tags::BITS_ALLOCATED),
        lossy: read.text(tags::LOSSY_IMAGE_COMPRESSION) == "01",
        specific_character_set: read.character_set_text,
        notes: Vec::new(),
        sop_instance_uid,
    };
    header.notes = scanned
        .notes
        .iter()
        .copied()
        .chain(read.notes.into_iter().map(HeaderNote::Charset))
        .collect();
    note_uids(&mut header, &scanned.meta_sop_instance);
    Ok(header)
}

/// Notes what is odd about the UIDs.
fn note_uids(header: &mut InstanceHeader, meta_sop_instance: &[u8]) {
    let uids = [
        &header.sop_instance_uid,
        &header.sop_class_uid,
        &header.study_instance_uid,
        &header.series_instance_uid,
        &header.transfer_syntax_uid,
    ];
    if uids.iter().any(|uid| uid.has_leading_zero()) {
        header.notes.push(HeaderNote::UidLeadingZero);
    }
    let meta = String::from_utf8_lossy(meta_sop_instance);
    if meta.trim_end_matches(['\0', ' ']) != header.sop_instance_uid.as_str() {
        header.notes.push(HeaderNote::MetaUidDiffers);
    }
}

/// Turns raw values into typed ones, collecting what was odd about the text.
struct Reader<'s> {
    scanned: &'s Scanned,
    charset: CharacterSet,
    character_set_text: String,
    notes: BTreeSet<CharsetNote>,
}

impl<'s> Reader<'s> {
    fn new(scanned: &'s Scanned) -> Self {
        let raw = String::from_utf8_lossy(scanned.bytes(tags::SPECIFIC_CHARACTER_SET));
        let character_set_text = raw.trim_end_matches(['\0', ' ']).to_owned();
        let charset = CharacterSet::from_value(&character_set_text);
        Self {
            scanned,
            charset,
            character_set_text,
            notes: BTreeSet::new(),
        }
    }

    fn uid(&self, tag: Tag, attribute: &'static str) -> Result<Uid, HeaderError> {
        let bytes = self.scanned.bytes(tag);
        if bytes.iter().all(|byte| [0, b' '].contains(byte)) {
            return Err(HeaderError::MissingUid { attribute });
        }
        let text = std::str::from_utf8(bytes).ok();
        text.and_then(|text| text.parse().ok())
            .ok_or(HeaderError::BadUid { attribute })
    }

    /// The first value of a text attribute.
    fn text(&mut self, tag: Tag) -> String {
        let Decoded { value, notes } = self.charset.values(self.scanned.bytes(tag));
        self.notes.extend(notes);
        value.into_iter().next().unwrap_or_default()
    }

    fn name(&mut self, tag: Tag) -> PersonName {
        let Decoded { value, notes } = self.charset.name(self.scanned.bytes(tag));
        self.notes.extend(notes);
        value
    }

    /// The patient's name; an error when not one of its groups can be read whole.
    fn patient_name(&mut self) -> Result<PersonName, HeaderError> {
        let name = self.name(tags::PATIENT_NAME);
        let groups = [&name.alphabetic, &name.ideographic, &name.phonetic];
        let readable = |group: &&String| !group.is_empty() && !group.contains(char::REPLACEMENT_CHARACTER);
        if !name.is_empty() && !groups.iter().any(readable) {
            return Err(HeaderError::UnreadableCharacterSet);
        }
        Ok(name)
    }

    fn number<N: FromStr>(&mut self, tag: Tag) -> Option<N> {
        self.text(tag).trim_start_matches('+').parse().ok()
    }
}
