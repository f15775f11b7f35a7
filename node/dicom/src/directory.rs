//! Writes the DICOMDIR of a medium (PS3.3 annex F, PS3.10 8.6), the table of contents that viewers of discs read; reading
//! one is [`dicomdir`](crate::dicomdir).
//!
//! What a record says is taken from the file as the bytes that it has there, with the file's own character set, so that a
//! name is on the medium as it was. Offsets between records are written by ourselves: dicom-object knows none.

mod records;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_object::FileMetaTableBuilder;

use crate::header::HeaderError;
use crate::medium::{Profiles, trimmed};
use crate::scan::EXPLICIT_LE;
use crate::scan::tree::{Element, bytes_of, read_tree, write_elements};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// (0004,1410): the record is in use.
const IN_USE: u16 = 0xffff;

/// What comes before the records, and what each has around its attributes (item, offsets, in-use flag), bytes at most.
const BEFORE_RECORDS: u64 = 1024;
const AROUND_A_RECORD: u64 = 64;

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
        let instance = records::instance(path, &syntax, &all, has_image);
        let (id, issuer) = (value(tags::PATIENT_ID), value(tags::ISSUER_OF_PATIENT_ID));
        // One name is written in several character sets.
        let name = if id.is_empty() {
            value(tags::PATIENT_NAME)
        } else {
            Vec::new()
        };
        let key = [id, issuer, name];
        let patient = || Entity::new(records::patient(&all));
        let study = || Entity::new(records::study(&all));
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
        let number = study.below.len() + 1;
        let series = || Entity::new(records::series(&all, number));
        let series = entry(&mut study.below, series_uid, series, &mut noted);
        series.below.push(instance);
        self.recorded += new;
        Ok(())
    }

    /// The application profiles that what was added meets: the general purpose one, and the dental one. Both ask for a
    /// Patient ID that no other patient on the medium has (PS3.11 D.3.3 and K.3.3; PS3.3 F.5.1: type 1).
    #[must_use]
    pub fn profiles(&self) -> Vec<&'static str> {
        let mut ids = BTreeSet::new();
        let told_apart = |[id, ..]: &[Vec<u8>; 3]| !id.is_empty() && ids.insert(id.clone());
        if self.patients.keys().all(told_apart) {
            self.profiles.met()
        } else {
            Vec::new()
        }
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
        write_elements(
            &mut out.0,
            &[records::text(tags::FILE_SET_ID, b"CS", set_id)],
            EXPLICIT_LE,
        );
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
        write_elements(
            &mut self.0,
            &[records::bytes(tag, b"UL", vec![0; 4])],
            EXPLICIT_LE,
        );
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
        let in_use = records::bytes(Tag(0x0004, 0x1410), b"US", IN_USE.to_le_bytes().to_vec());
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
