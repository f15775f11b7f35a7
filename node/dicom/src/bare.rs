//! Data sets without the file meta information that says how they are encoded (PS3.10 section 7): what older programs write,
//! and viewers show all the same. How one is encoded is told from its beginning; the information that it lacks is written
//! from what it says of itself, as it is for an instance that comes by network, and the data set stays as it is, bit for bit.

use std::io::Read;

use dicom_dictionary_std::{tags, uids};

use crate::header::HeaderError;
use crate::network::file_meta_of;
use crate::scan::{padded_text, scan};

/// Bytes by which the encoding is told.
const BEGINNING: usize = 12;

const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How a data set is encoded that begins so: with an attribute of group 0008. `None` when it begins otherwise.
pub(crate) fn encoding(head: &[u8]) -> Option<&'static str> {
    let [a, b, c, d, first, second, third, fourth, ..] = head.get(..BEGINNING)? else {
        return None;
    };
    let little = [*a, *b] == [8, 0] && *d == 0;
    let big = [*a, *b] == [0, 8] && *c == 0;
    let explicit = first.is_ascii_uppercase() && second.is_ascii_uppercase();
    // Implicit VR: a length, which is short this early.
    let implicit = [*third, *fourth] == [0, 0] && *first < 128 && *second == 0;
    match (little, big) {
        (true, _) if explicit => Some(uids::EXPLICIT_VR_LITTLE_ENDIAN),
        (true, _) if implicit => Some(uids::IMPLICIT_VR_LITTLE_ENDIAN),
        (_, true) if explicit => Some(EXPLICIT_VR_BIG_ENDIAN),
        _ => None,
    }
}

/// The preamble and file meta information that the data set in `reader` lacks, to be put before it. It depends on nothing but
/// the instance, and is that of an instance that comes by network.
///
/// # Errors
/// [`HeaderError::CompressedUnknown`] when its pixels are compressed, so that nothing says how; what [`crate::read_header`]
/// says.
pub fn file_meta<R: Read>(mut reader: R) -> Result<Vec<u8>, HeaderError> {
    let mut head = Vec::new();
    (&mut reader).take(BEGINNING as u64).read_to_end(&mut head)?;
    let syntax = encoding(&head).ok_or(HeaderError::NotDicom)?;
    let mut before = vec![0; 128];
    before.extend_from_slice(b"DICM\x02\0\x10\0UI");
    let padded = syntax.len().next_multiple_of(2);
    before.extend_from_slice(&u16::try_from(padded).unwrap_or_default().to_le_bytes());
    before.extend_from_slice(syntax.as_bytes());
    before.resize(before.len() + padded - syntax.len(), 0);
    let wanted = [tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID];
    let whole = before.as_slice().chain(head.as_slice()).chain(reader);
    let scanned = scan(whole, |tag| wanted.contains(&tag))?;
    if scanned.pixels.is_some_and(|pixels| pixels.length.is_none()) {
        return Err(HeaderError::CompressedUnknown);
    }
    let uid = |tag, attribute| match padded_text(scanned.bytes(tag)).as_str() {
        "" => Err(HeaderError::MissingUid { attribute }),
        text => text.parse().map_err(|_| HeaderError::BadUid { attribute }),
    };
    let transfer_syntax = syntax.parse().map_err(|_| HeaderError::NotDicom)?;
    file_meta_of(
        &uid(tags::SOP_CLASS_UID, "SOP Class UID")?,
        &uid(tags::SOP_INSTANCE_UID, "SOP Instance UID")?,
        &transfer_syntax,
    )
}
