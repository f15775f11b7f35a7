//! Pseudonyms for patients: an instance written anew by the Basic Application Level Confidentiality Profile of PS3.15
//! annex E and its options.
//!
//! Names, numbers, dates and UIDs are replaced by what follows from them under a secret key, so that all objects of a
//! patient, today's and next year's, get the same pseudonym and their references to each other hold; without the key
//! none of it can be undone or tried out. The pixels are not touched: what is written into them stays, and is warned of.

mod act;
mod actions;
mod clean;
mod key;
mod private;
mod warn;

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read};

use dicom_dictionary_std::{tags, uids};
use serde::{Deserialize, Serialize};

pub use self::clean::Words;
pub use self::key::{Key, Pseudonym};
pub use self::warn::Warning;
pub(crate) use self::warn::{Said, warnings};
use crate::charset::CharacterSet;
use crate::header::{HeaderError, InstanceHeader, read_header};
use crate::scan::EXPLICIT_LE;
use crate::scan::tree::{PixelStream, bytes_of, read_tree, write_elements};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION};

/// What becomes of dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    /// All of a patient's are moved by the same number of days, up to a year (113107).
    #[default]
    Shift,
    /// They stay (113106).
    Keep,
    /// They are removed.
    Remove,
}

/// The options of the profile (PS3.15 E.3). What suits a reading is the default: how old a patient is and what was
/// examined is needed for it, who she is and where the machine stands is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Dates.
    pub dates: Dates,
    /// Keep age, sex, size, weight (113108).
    pub patient_characteristics: bool,
    /// Keep descriptions in which nothing of the patient is found (113105).
    pub descriptions: bool,
    /// Keep what identifies the device (113109).
    pub device: bool,
    /// Keep the institution (113112).
    pub institution: bool,
    /// Keep UIDs (113110).
    pub uids: bool,
    /// Take presentation states too, with what is drawn, and with its text where nothing of the patient is found in it
    /// (113103).
    pub graphics: bool,
    /// Take structured reports and key object selections too, with their text where nothing of the patient is found in it
    /// (113104).
    pub structured_content: bool,
    /// Keep the private attributes that the standard knows as safe (113111).
    pub safe_private: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dates: Dates::Shift,
            patient_characteristics: true,
            descriptions: true,
            device: false,
            institution: false,
            uids: false,
            graphics: false,
            structured_content: false,
            safe_private: false,
        }
    }
}

impl Options {
    /// The codes of what was done (CID 7050), code and meaning.
    #[must_use]
    pub fn codes(&self) -> Vec<(&'static str, &'static str)> {
        let mut codes = vec![("113100", "Basic Application Confidentiality Profile")];
        let mut add = |wanted: bool, code, meaning| {
            if wanted {
                codes.push((code, meaning));
            }
        };
        add(self.graphics, "113103", "Clean Graphics Option");
        add(
            self.structured_content,
            "113104",
            "Clean Structured Content Option",
        );
        add(self.descriptions, "113105", "Clean Descriptors Option");
        add(
            self.dates == Dates::Keep,
            "113106",
            "Retain Longitudinal Temporal Information Full Dates Option",
        );
        add(
            self.dates == Dates::Shift,
            "113107",
            "Retain Longitudinal Temporal Information Modified Dates Option",
        );
        add(
            self.patient_characteristics,
            "113108",
            "Retain Patient Characteristics Option",
        );
        add(self.device, "113109", "Retain Device Identity Option");
        add(self.uids, "113110", "Retain UIDs Option");
        add(self.safe_private, "113111", "Retain Safe Private Option");
        add(self.institution, "113112", "Retain Institution Identity Option");
        codes
    }
}

/// No pseudonym can be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeidError {
    /// The file can't be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A document, report or drawing that the options do not take: its text would have to be read by a person.
    #[error(
        "documents, reports and drawings can't be given a pseudonym: their text names the patient freely"
    )]
    Document,
}

/// An instance under a pseudonym: a Part 10 file to be read to its end.
pub struct Pseudonymised<'r> {
    /// Everything before the pixels.
    head: Cursor<Vec<u8>>,
    pixels: Option<PixelStream<'r>>,
    /// What the key and the profile can't see to.
    pub warnings: BTreeSet<Warning>,
}

impl Pseudonymised<'_> {
    /// The beginning of the file, up to its pixels.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    /// Its header.
    ///
    /// # Errors
    /// As [`crate::read_header`].
    pub fn header(&self) -> Result<InstanceHeader, HeaderError> {
        let pixels = self.pixels.as_ref().map_or(&[][..], PixelStream::beginning);
        read_header(self.head().chain(pixels))
    }
}

impl Read for Pseudonymised<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 if !buffer.is_empty() => self.pixels.as_mut().map_or(Ok(0), |pixels| pixels.read(buffer)),
            read => Ok(read),
        }
    }
}

/// Reads the Part 10 file in `reader` and gives it under a pseudonym. In memory is what lies before its pixels.
///
/// # Errors
/// [`DeidError`].
pub fn pseudonymise<'r>(
    reader: impl Read + 'r,
    options: &Options,
    key: &Key,
) -> Result<Pseudonymised<'r>, DeidError> {
    let mut tree = read_tree(reader)?;
    let sop_class = text_of(tree.bytes(tags::SOP_CLASS_UID));
    if stays(&sop_class, options) {
        return Err(DeidError::Document);
    }
    let charset = CharacterSet::from_value(&text_of(tree.bytes(tags::SPECIFIC_CHARACTER_SET)));
    let mut subject = clean::Subject::of(&tree, &charset);
    if is_document(&sop_class) {
        subject.add_names(&tree.elements, &charset);
    }
    let said = |tag| text_of(tree.bytes(tag));
    let mut warnings = warnings(&Said {
        has_pixels: tree.pixels.is_some(),
        sop_class: &sop_class,
        modality: &said(tags::MODALITY),
        burned_in: &said(tags::BURNED_IN_ANNOTATION),
        recognisable: &said(tags::RECOGNIZABLE_VISUAL_FEATURES),
    });
    if is_document(&sop_class) {
        warnings.insert(Warning::FreeText);
    }
    let acting = act::Acting {
        options,
        key,
        pseudonym: key.pseudonym(&subject.id),
        charset,
        subject,
    };
    let elements = acting.data_set(std::mem::take(&mut tree.elements));
    let sop_instance = text_of(bytes_of(&elements, tags::SOP_INSTANCE_UID));
    // A deflated data set comes out as what it was before it was deflated.
    let (syntax, encoding) = if tree.is_deflated() {
        (uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned(), EXPLICIT_LE)
    } else {
        (tree.transfer_syntax.clone(), tree.encoding)
    };
    let mut head = file_meta(&sop_class, &sop_instance, &syntax);
    write_elements(&mut head, &elements, encoding);
    Ok(Pseudonymised {
        head: Cursor::new(head),
        pixels: tree.into_pixels(),
        warnings,
    })
}

/// Text of a UI or CS value.
pub(crate) fn text_of(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_matches(['\0', ' '])
        .to_owned()
}

/// Whether an object stays when its study goes under a pseudonym: a document, unless the options are about its kind.
#[must_use]
pub fn stays(sop_class: &str, options: &Options) -> bool {
    let kind = |prefix: &str| {
        sop_class
            .strip_prefix("1.2.840.10008.5.1.4.1.1.")
            .is_some_and(|rest| rest.starts_with(prefix))
    };
    let taken = (options.structured_content && kind("88.")) || (options.graphics && kind("11."));
    is_document(sop_class) && !taken
}

/// Objects that are text, or drawings with text, more than images.
#[must_use]
pub fn is_document(sop_class: &str) -> bool {
    // SR (88.*), encapsulated documents (104.*), presentation states (11.*), waveform annotations, hanging protocols.
    ["88.", "104.", "11.", "9.", "38."].iter().any(|kind| {
        sop_class
            .strip_prefix("1.2.840.10008.5.1.4.1.1.")
            .or_else(|| sop_class.strip_prefix("1.2.840.10008.5.1.4."))
            .is_some_and(|rest| rest.starts_with(kind))
    })
}

/// Preamble and file meta information (PS3.10 7.1): nothing of the source's, which may name its application entity.
fn file_meta(sop_class: &str, sop_instance: &str, syntax: &str) -> Vec<u8> {
    let mut group = Vec::new();
    let mut put = |element: u16, vr: &[u8; 2], value: &[u8], padding: u8| {
        group.extend_from_slice(&2_u16.to_le_bytes());
        group.extend_from_slice(&element.to_le_bytes());
        group.extend_from_slice(vr);
        let length = value.len().next_multiple_of(2);
        if vr == b"OB" {
            group.extend_from_slice(&[0, 0]);
            group.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
        } else {
            group.extend_from_slice(&u16::try_from(length).unwrap_or(0).to_le_bytes());
        }
        group.extend_from_slice(value);
        if length > value.len() {
            group.push(padding);
        }
    };
    put(0x0001, b"OB", &[0, 1], 0);
    put(0x0002, b"UI", sop_class.as_bytes(), 0);
    put(0x0003, b"UI", sop_instance.as_bytes(), 0);
    put(0x0010, b"UI", syntax.as_bytes(), 0);
    put(0x0012, b"UI", IMPLEMENTATION_CLASS_UID.as_bytes(), 0);
    put(0x0013, b"SH", IMPLEMENTATION_VERSION.as_bytes(), b' ');
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    file.extend_from_slice(&[2, 0, 0, 0]);
    file.extend_from_slice(b"UL");
    file.extend_from_slice(&4_u16.to_le_bytes());
    file.extend_from_slice(&u32::try_from(group.len()).unwrap_or(0).to_le_bytes());
    file.extend_from_slice(&group);
    file
}
