//! What lies on a medium for other people's viewers (PS3.11): how an instance is written there, and which application
//! profiles the files meet. Its table of contents is [`directory`](crate::directory).

use std::io::{self, Cursor, Read, Write};

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::convert::{self, ConvertError};
use crate::scan;
use crate::scan::tree::{Element, bytes_of};

/// Images of the dental profile (PS3.11 K.3.1): digital X-ray and intra-oral ones, for presentation.
const DENTAL_IMAGES: [&str; 2] = [
    uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
    uids::DIGITAL_INTRA_ORAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
];
/// What that profile lets lie beside them: how they are arranged, and how they are shown.
const DENTAL_OTHERS: [&str; 2] = [
    uids::BASIC_STRUCTURED_DISPLAY_STORAGE,
    uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE,
];
/// What it wants to be in its images, if without a value (PS3.11 table K.3-4); in the order of a data set.
const DENTAL_TYPE_2: [Tag; 5] = [
    tags::INSTITUTION_NAME,
    tags::MANUFACTURER_MODEL_NAME,
    tags::DETECTOR_ID,
    tags::DETECTOR_MANUFACTURER_NAME,
    tags::DETECTOR_MANUFACTURER_MODEL_NAME,
];

/// How an instance was written on a medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMedium {
    /// In Explicit VR Little Endian, as the profiles ask.
    Plain,
    /// The same, and empty attributes were added that the dental profile asks for.
    Completed,
    /// As it is kept: something would be lost otherwise.
    AsItWas,
}

/// Writes the Part 10 file in `file` as media have it (STD-GEN-CD, PS3.11 D): in Explicit VR Little Endian, where that
/// loses nothing; else as it is. A dental radiograph gets, empty, what the dental profile wants to be there.
///
/// # Errors
/// [`ConvertError`]; a part may be written then.
pub fn write_file<R: Read>(mut file: R, into: &mut dyn Write) -> Result<OnMedium, ConvertError> {
    let mut head = Vec::new();
    // What is looked at comes before the pixels.
    file.by_ref().take(1 << 20).read_to_end(&mut head)?;
    let found = scan::scan(head.as_slice(), |tag| {
        tag == tags::SOP_CLASS_UID || DENTAL_TYPE_2.contains(&tag)
    });
    let (from, missing) = match &found {
        Ok(found) => (found.transfer_syntax.clone(), missing(found)),
        // Its header is longer than what was looked at: no radiograph is.
        Err(_) => (scan::data_set(head.as_slice())?.0, Vec::new()),
    };
    let explicit = uids::EXPLICIT_VR_LITTLE_ENDIAN;
    let mut whole = Cursor::new(head).chain(file);
    if from == explicit && missing.is_empty() {
        io::copy(&mut whole, into)?;
        return Ok(OnMedium::Plain);
    }
    if from != explicit && !convert::offers(&from).contains(&explicit) {
        io::copy(&mut whole, into)?;
        return Ok(OnMedium::AsItWas);
    }
    convert::write_file_adding(whole, explicit, &missing, into)?;
    Ok(if missing.is_empty() {
        OnMedium::Plain
    } else {
        OnMedium::Completed
    })
}

fn missing(found: &scan::Scanned) -> Vec<Tag> {
    let class = trimmed(found.bytes(tags::SOP_CLASS_UID));
    if !DENTAL_IMAGES.iter().any(|one| one.as_bytes() == class) {
        return Vec::new();
    }
    let missing = DENTAL_TYPE_2.into_iter().filter(|tag| !found.has(*tag));
    missing.collect()
}

/// Which application profiles (PS3.11) the files that were noted meet.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    files: u64,
    dental_images: u64,
    /// Not in Explicit VR Little Endian, which the general purpose profile asks for.
    encoded_otherwise: u64,
    /// Not what the dental profile asks for.
    not_dental: u64,
}

impl Profiles {
    /// Notes a file by its transfer syntax and its elements before the pixels.
    pub(crate) fn note(&mut self, syntax: &str, all: &[Element]) {
        let explicit = syntax == uids::EXPLICIT_VR_LITTLE_ENDIAN;
        let class = trimmed(bytes_of(all, tags::SOP_CLASS_UID));
        let is = |classes: &[&str]| classes.iter().any(|one| one.as_bytes() == class);
        let image = is(&DENTAL_IMAGES) && has_dental_form(all);
        self.files += 1;
        self.dental_images += u64::from(image);
        self.encoded_otherwise += u64::from(!explicit);
        self.not_dental += u64::from(!explicit || !(image || is(&DENTAL_OTHERS)));
    }

    /// The profiles that all of them meet: the general purpose one, and the dental one.
    pub(crate) fn met(&self) -> Vec<&'static str> {
        let general = self.files > 0 && self.encoded_otherwise == 0;
        let dental = self.dental_images > 0 && self.not_dental == 0;
        [general.then_some("STD-GEN-CD"), dental.then_some("STD-DEN-CD")]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// PS3.11 tables K.3-3 and K.3-4.
fn has_dental_form(all: &[Element]) -> bool {
    let number = |tag| bytes_of(all, tag).try_into().map(u16::from_le_bytes).ok();
    let bits = (number(tags::BITS_STORED), number(tags::BITS_ALLOCATED));
    let there = |tag: &Tag| all.iter().any(|element| element.tag == *tag);
    matches!(bits, (Some(8), Some(8)) | (Some(10 | 12 | 16), Some(16))) && DENTAL_TYPE_2.iter().all(there)
}

/// A text value without its padding.
pub(crate) fn trimmed(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !matches!(byte, 0 | b' '));
    value.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}
