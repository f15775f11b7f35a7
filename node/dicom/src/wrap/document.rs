//! PDF and STL, encapsulated (PS3.3 A.45.1, A.85.1, C.24.2).

use std::collections::BTreeSet;

use dicom_dictionary_std::{tags, uids};

use super::object::{Object, code, limited};
use super::{About, WrapError, Wrapped};
use crate::uid::Uid;

/// Where the end of a PDF is looked for, bytes from its end.
const TAIL: usize = 4096;

/// Whether a file that begins so and has this length is STL: in text, or of as many triangles as it says.
pub(super) fn is_stl(head: &[u8], length: u64) -> bool {
    if head.starts_with(b"solid") {
        let start = head.get(..head.len().min(2048)).unwrap_or_default();
        return start.windows(5).any(|word| word == b"facet");
    }
    let Some([a, b, c, d]) = head.get(80..84) else {
        return false;
    };
    let triangles = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    triangles > 0 && length == 84 + 50 * triangles
}

pub(super) fn pdf(bytes: &[u8], about: &About) -> Result<Wrapped, WrapError> {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
    if !tail.windows(5).any(|word| word == b"%%EOF") {
        return Err(WrapError::NoEnd);
    }
    let mut object = encapsulated(
        bytes,
        about,
        (uids::ENCAPSULATED_PDF_STORAGE, "DOC", "9101"),
        "application/pdf",
    );
    object.text(tags::CONVERSION_TYPE, b"CS", "SD");
    Ok(done(object))
}

pub(super) fn stl(bytes: &[u8], about: &About) -> Wrapped {
    let mut object = encapsulated(
        bytes,
        about,
        (uids::ENCAPSULATED_STL_STORAGE, "M3D", "9102"),
        "model/stl",
    );
    // STL says nothing of its unit; dental scanners and printers take it for millimetres.
    object.item(
        tags::MEASUREMENT_UNITS_CODE_SEQUENCE,
        Some(code("mm", "UCUM", "mm")),
    );
    object.text(tags::MODEL_MODIFICATION, b"CS", "NO");
    object.text(tags::MODEL_MIRRORING, b"CS", "NO");
    let frame = Uid::derived("dokuei wrapped frame of reference", bytes);
    object.text(tags::FRAME_OF_REFERENCE_UID, b"UI", frame.as_str());
    object.text(tags::POSITION_REFERENCE_INDICATOR, b"LO", "");
    object.text(tags::MANUFACTURER_MODEL_NAME, b"LO", "Dokuei");
    object.text(tags::DEVICE_SERIAL_NUMBER, b"LO", "0");
    object.text(tags::SOFTWARE_VERSIONS, b"LO", env!("CARGO_PKG_VERSION"));
    done(object)
}

fn encapsulated(
    bytes: &[u8],
    about: &About,
    (sop_class, modality, series_number): (&'static str, &str, &str),
    mime: &str,
) -> Object {
    let mut object = Object::new(
        about,
        sop_class,
        super::uids(bytes, about, modality),
        (modality, series_number),
    );
    object.text(tags::CONTENT_DATE, b"DA", &about.date);
    object.text(tags::CONTENT_TIME, b"TM", "");
    object.text(tags::ACQUISITION_DATE_TIME, b"DT", &about.date);
    // Whether the patient is named on it is not known: for a document that is the rule.
    object.text(tags::BURNED_IN_ANNOTATION, b"CS", "YES");
    object.text(tags::DOCUMENT_TITLE, b"ST", &limited(&about.description, 1024));
    object.item(tags::CONCEPT_NAME_CODE_SEQUENCE, None);
    object.text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, b"LO", mime);
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    object.bytes(
        tags::ENCAPSULATED_DOCUMENT_LENGTH,
        b"UL",
        length.to_le_bytes().to_vec(),
    );
    object.bytes(tags::ENCAPSULATED_DOCUMENT, b"OB", bytes.to_vec());
    object
}

fn done(object: Object) -> Wrapped {
    let (file, sop_instance_uid) = object.write(uids::EXPLICIT_VR_LITTLE_ENDIAN, &[]);
    Wrapped {
        file,
        sop_instance_uid,
        notes: BTreeSet::new(),
    }
}
