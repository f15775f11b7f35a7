//! Writes the DICOMDIR of a medium (PS3.3 annex F, PS3.10 8.6), the table of contents that viewers of discs read; reading
//! one is [`dicomdir`](crate::dicomdir).
//!
//! What a record says is taken from the file as the bytes that it has there, with the file's own character set, so that a
//! name is on the medium as it was. Offsets between records are written by ourselves: dicom-object knows none.

use std::collections::BTreeMap;
use std::io::Read;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_object::FileMetaTableBuilder;

use crate::header::HeaderError;
use crate::medium::{Profiles, trimmed};
use crate::scan::EXPLICIT_LE;
use crate::scan::tree::{Content, Element, bytes_of, read_tree, write_elements};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// (0004,1410): the record is in use.
const IN_USE: u16 = 0xffff;

/// What comes before the records, and what each has around its attributes (item, offsets, in-use flag), bytes at most.
const BEFORE_RECORDS: u64 = 1024;
const AROUND_A_RECORD: u64 = 64;

/// Attributes of a patient's, a study's and a series' record (PS3.3 F.5.1 to F.5.3).
const PATIENT: [Tag; 6] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
];
const STUDY: [Tag; 7] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::STUDY_DESCRIPTION,
    tags::STUDY_INSTANCE_UID,
    tags::STUDY_ID,
];
const SERIES: [Tag; 5] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::MODALITY,
    tags::SERIES_DESCRIPTION,
    tags::SERIES_INSTANCE_UID,
    tags::SERIES_NUMBER,
];

/// Attributes of the records of instances: of every kind what PS3.3 F.5.4 and following ask for.
const INSTANCE: [Tag; 19] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_TYPE,
    tags::CONTENT_DATE,
    tags::CONTENT_TIME,
    tags::REFERENCED_SERIES_SEQUENCE,
    tags::INSTANCE_NUMBER,
    tags::ROWS,
    tags::COLUMNS,
    tags::CONCEPT_NAME_CODE_SEQUENCE,
    tags::COMPLETION_FLAG,
    tags::VERIFICATION_FLAG,
    tags::DOCUMENT_TITLE,
    tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT,
    tags::CONTENT_LABEL,
    tags::CONTENT_DESCRIPTION,
    tags::PRESENTATION_CREATION_DATE,
    tags::PRESENTATION_CREATION_TIME,
    tags::CONTENT_CREATOR_NAME,
    tags::NUMBER_OF_FRAMES,
];

/// No table of contents can be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The path cannot stand on such a medium.
    #[error("{0} is no file ID of a DICOM medium: up to 8 parts of up to 8 capital letters, digits or _")]
    BadFileId(String),
    /// The file cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It grew too large, or the encoder failed.
    #[error("the DICOMDIR cannot be written: {0}")]
    Write(String),
}

/// The files of a medium, of which a DICOMDIR is to be written.
#[derive(Debug, Default)]
pub struct DirectoryWriter {
    /// By Patient ID and issuer; those without an ID by name.
    patients: BTreeMap<[Vec<u8>; 3], Patient>,
    seed: Vec<u8>,
    profiles: Profiles,
    /// Bytes of the records.
    recorded: u64,
}

/// A record with what is below it.
#[derive(Debug)]
struct Entity<B> {
    record: Vec<Element>,
    below: B,
}

type Series = Entity<Vec<Vec<Element>>>;
type Study = Entity<BTreeMap<Vec<u8>, Series>>;
type Patient = Entity<BTreeMap<Vec<u8>, Study>>;

impl<B: Default> Entity<B> {
    fn new(record: Vec<Element>) -> Self {
        Self {
            record,
            below: B::default(),
        }
    }
}

impl DirectoryWriter {
    /// Adds the file that lies at `path` (folders and file, from the DICOMDIR on), which `reader` reads.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn add(&mut self, path: &[String], reader: impl Read) -> Result<(), DirectoryError> {
        let fits = |part: &String| {
            (1..=8).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        if path.is_empty() || path.len() > 8 || !path.iter().all(fits) {
            return Err(DirectoryError::BadFileId(path.join("/")));
        }
        let tree = read_tree(reader)?;
        let has_image = tree.pixels.is_some();
        let (syntax, all) = (tree.transfer_syntax, tree.elements);
        self.profiles.note(&syntax, &all);
        let value = |tag| trimmed(bytes_of(&all, tag)).to_vec();
        self.seed.extend_from_slice(&value(tags::SOP_INSTANCE_UID));
        let instance = instance(path, &syntax, &all, has_image);
        let (id, issuer) = (value(tags::PATIENT_ID), value(tags::ISSUER_OF_PATIENT_ID));
        // One name is written in several character sets.
        let name = if id.is_empty() {
            value(tags::PATIENT_NAME)
        } else {
            Vec::new()
        };
        let key = [id, issuer, name];
        let named = [tags::PATIENT_NAME, tags::PATIENT_ID];
        let patient = || Entity::new(record("PATIENT", chosen(&all, &PATIENT, &named)));
        let study = || Entity::new(record("STUDY", study(&all)));
        let series = || Entity::new(record("SERIES", chosen(&all, &SERIES, &[tags::SERIES_NUMBER])));
        let recorded = |elements: &[Element]| {
            let mut encoded = Vec::new();
            write_elements(&mut encoded, elements, EXPLICIT_LE);
            encoded.len() as u64 + AROUND_A_RECORD
        };
        let mut new = recorded(&instance);
        let mut noted = |entity: &[Element]| new += recorded(entity);
        let patient = entry(&mut self.patients, key, patient, &mut noted);
        let (study_uid, series_uid) = (value(tags::STUDY_INSTANCE_UID), value(tags::SERIES_INSTANCE_UID));
        let study = entry(&mut patient.below, study_uid, study, &mut noted);
        let series = entry(&mut study.below, series_uid, series, &mut noted);
        series.below.push(instance);
        self.recorded += new;
        Ok(())
    }

    /// The application profiles that what was added meets: the general purpose one, and the dental one.
    #[must_use]
    pub fn profiles(&self) -> Vec<&'static str> {
        self.profiles.met()
    }

    /// How long the DICOMDIR gets with what was added, bytes, at most.
    #[must_use]
    pub const fn length(&self) -> u64 {
        BEFORE_RECORDS + self.recorded
    }

    /// The DICOMDIR; `set_id` names the medium (up to 16 capital letters, digits, _ or spaces).
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn finish(self, set_id: &str) -> Result<Vec<u8>, DirectoryError> {
        let mut out = Out(meta(&Uid::derived("dokuei dicomdir", &self.seed))?);
        write_elements(&mut out.0, &[text(tags::FILE_SET_ID, b"CS", set_id)], EXPLICIT_LE);
        let first = out.offset(Tag(0x0004, 0x1200));
        let last = out.offset(Tag(0x0004, 0x1202));
        out.0
            .extend_from_slice(&[4, 0, 0x12, 0x12, b'U', b'S', 2, 0, 0, 0]);
        out.0
            .extend_from_slice(&[4, 0, 0x20, 0x12, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff]);
        let mut patients = Level::below(first);
        for patient in self.patients.into_values() {
            let at = patients.record(&mut out, &patient.record)?;
            out.set(last, at.begins)?;
            let mut studies = Level::below(at.lower);
            for study in patient.below.into_values() {
                let at = studies.record(&mut out, &study.record)?;
                let mut all = Level::below(at.lower);
                for series in study.below.into_values() {
                    let at = all.record(&mut out, &series.record)?;
                    let mut instances = Level::below(at.lower);
                    for instance in series.below {
                        instances.record(&mut out, &instance)?;
                    }
                }
            }
        }
        out.0.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        Ok(out.0)
    }
}

/// The entity of this key, which is made, and noted, when there is none.
fn entry<'e, K: Ord, B: Default>(
    all: &'e mut BTreeMap<K, Entity<B>>,
    key: K,
    make: impl FnOnce() -> Entity<B>,
    noted: &mut impl FnMut(&[Element]),
) -> &'e mut Entity<B> {
    all.entry(key).or_insert_with(|| {
        let made = make();
        noted(&made.record);
        made
    })
}

fn study(all: &[Element]) -> Vec<Element> {
    let mut chosen = chosen(all, &STUDY, &[tags::ACCESSION_NUMBER]);
    // Type 1 in a record and not in an image: where there is none, what cannot be mistaken for one.
    for (tag, vr, other) in [
        (tags::STUDY_DATE, b"DA", "19000101"),
        (tags::STUDY_TIME, b"TM", "000000"),
        (tags::STUDY_ID, b"SH", "NONE"),
    ] {
        if bytes_of(&chosen, tag).is_empty() {
            chosen.retain(|element| element.tag != tag);
            chosen.push(text(tag, vr, other));
        }
    }
    chosen
}

fn instance(path: &[String], syntax: &str, all: &[Element], has_image: bool) -> Vec<Element> {
    let class = String::from_utf8_lossy(trimmed(bytes_of(all, tags::SOP_CLASS_UID))).into_owned();
    let kind = record_type(&class, has_image);
    let mut record = record(kind, chosen(all, &INSTANCE, &[]));
    if bytes_of(&record, tags::INSTANCE_NUMBER).is_empty() {
        record.retain(|element| element.tag != tags::INSTANCE_NUMBER);
        record.push(text(tags::INSTANCE_NUMBER, b"IS", "1"));
    }
    let instance = bytes_of(all, tags::SOP_INSTANCE_UID).to_vec();
    record.extend([
        text(tags::REFERENCED_FILE_ID, b"CS", &path.join("\\")),
        text(tags::REFERENCED_SOP_CLASS_UID_IN_FILE, b"UI", &class),
        bytes(tags::REFERENCED_SOP_INSTANCE_UID_IN_FILE, b"UI", instance),
        text(tags::REFERENCED_TRANSFER_SYNTAX_UID_IN_FILE, b"UI", syntax),
    ]);
    record
}

/// The type of an instance's record (PS3.3 F.5, table F.4-1).
fn record_type(class: &str, has_image: bool) -> &'static str {
    let rest = class.strip_prefix("1.2.840.10008.5.1.4.1.1.").unwrap_or_default();
    match rest {
        "88.59" => "KEY OBJECT DOC",
        _ if rest.starts_with("88.") => "SR DOCUMENT",
        _ if rest.starts_with("104.") => "ENCAP DOC",
        _ if rest.starts_with("11.") => "PRESENTATION",
        _ if has_image => "IMAGE",
        _ => "PRIVATE",
    }
}

/// A record of this type, without its offsets.
fn record(kind: &str, mut elements: Vec<Element>) -> Vec<Element> {
    elements.push(text(tags::DIRECTORY_RECORD_TYPE, b"CS", kind));
    elements
}

/// Those of the elements that are wanted; `empty` ones are there, without a value, when there are none.
fn chosen(all: &[Element], wanted: &[Tag], empty: &[Tag]) -> Vec<Element> {
    let found = all.iter().filter(|element| wanted.contains(&element.tag));
    let mut chosen: Vec<Element> = found.cloned().collect();
    for tag in empty {
        if !chosen.iter().any(|element| element.tag == *tag) {
            let vr = crate::scan::tree::dictionary_vr(*tag).unwrap_or(*b"LO");
            chosen.push(bytes(*tag, &vr, Vec::new()));
        }
    }
    chosen
}

fn text(tag: Tag, vr: &[u8; 2], value: &str) -> Element {
    bytes(tag, vr, value.as_bytes().to_vec())
}

fn bytes(tag: Tag, vr: &[u8; 2], value: Vec<u8>) -> Element {
    Element {
        tag,
        vr: *vr,
        value: Content::Bytes(value),
    }
}

fn meta(instance: &Uid) -> Result<Vec<u8>, DirectoryError> {
    let failed = |error: &dyn std::fmt::Display| DirectoryError::Write(error.to_string());
    let table = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
        .media_storage_sop_instance_uid(instance.as_str())
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .implementation_class_uid(IMPLEMENTATION_CLASS_UID)
        .implementation_version_name(IMPLEMENTATION_VERSION)
        .build()
        .map_err(|error| failed(&error))?;
    let mut meta = vec![0; 128];
    meta.extend_from_slice(b"DICM");
    table.write(&mut meta).map_err(|error| failed(&error))?;
    Ok(meta)
}

/// The file as far as it is written.
struct Out(Vec<u8>);

/// Where a record begins, and where it says what is below it.
struct At {
    begins: usize,
    lower: usize,
}

impl Out {
    /// Writes an offset of 0 and gives where its value lies.
    fn offset(&mut self, tag: Tag) -> usize {
        write_elements(&mut self.0, &[bytes(tag, b"UL", vec![0; 4])], EXPLICIT_LE);
        self.0.len() - 4
    }

    fn set(&mut self, at: usize, offset: usize) -> Result<(), DirectoryError> {
        let too_large = || DirectoryError::Write("it is larger than 4 GiB".to_owned());
        let offset = u32::try_from(offset).map_err(|_| too_large())?;
        if let Some(value) = self.0.get_mut(at..at + 4) {
            value.copy_from_slice(&offset.to_le_bytes());
        }
        Ok(())
    }
}

/// Records of one entity, one after the other.
struct Level {
    /// Where the offset of the next record is to be written.
    next: usize,
}

impl Level {
    /// The records to whose first one this place points.
    const fn below(place: usize) -> Self {
        Self { next: place }
    }

    fn record(&mut self, out: &mut Out, elements: &[Element]) -> Result<At, DirectoryError> {
        let begins = out.0.len();
        out.set(self.next, begins)?;
        out.0.extend_from_slice(&[0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
        self.next = out.offset(Tag(0x0004, 0x1400));
        let in_use = bytes(Tag(0x0004, 0x1410), b"US", IN_USE.to_le_bytes().to_vec());
        write_elements(&mut out.0, &[in_use], EXPLICIT_LE);
        let lower = out.offset(Tag(0x0004, 0x1420));
        let mut sorted = elements.to_vec();
        sorted.sort_by_key(|element| element.tag);
        write_elements(&mut out.0, &sorted, EXPLICIT_LE);
        let length = out.0.len() - begins - 8;
        out.set(begins + 4, length)?;
        Ok(At { begins, lower })
    }
}
