//! What stands in the records of a DICOMDIR: of every kind what PS3.3 F.5 asks for. Values are those of the file, as the bytes
//! that it has there; what a record must have and a file need not is filled in.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::medium::trimmed;
use crate::scan::tree::{Content, Element, bytes_of, dictionary_vr};
use crate::uid::Uid;

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
const INSTANCE: [Tag; 21] = [
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
    tags::HL7_INSTANCE_IDENTIFIER,
    tags::DOCUMENT_TITLE,
    tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT,
    tags::CONTENT_LABEL,
    tags::CONTENT_DESCRIPTION,
    tags::PRESENTATION_CREATION_DATE,
    tags::PRESENTATION_CREATION_TIME,
    tags::CONTENT_CREATOR_NAME,
    tags::BLENDING_SEQUENCE,
    tags::NUMBER_OF_FRAMES,
];

/// What the record of a document has without a value where the document has none (PS3.3 F.5.32: type 2).
const ENCAPSULATED: [Tag; 4] = [
    tags::CONTENT_DATE,
    tags::CONTENT_TIME,
    tags::DOCUMENT_TITLE,
    tags::CONCEPT_NAME_CODE_SEQUENCE,
];
/// The same of what has a label (PS3.3 table 10-12).
const LABELLED: [Tag; 2] = [tags::CONTENT_DESCRIPTION, tags::CONTENT_CREATOR_NAME];

/// The kinds of records that we make of instances (PS3.3 table F.4-1), by the end of the SOP class.
const KINDS: [(&str, &str); 25] = [
    ("4.2", "SPECTROSCOPY"),
    ("66", "RAW DATA"),
    ("66.1", "REGISTRATION"),
    ("66.2", "FIDUCIAL"),
    ("66.3", "REGISTRATION"),
    ("66.5", "SURFACE"),
    ("66.6", "TRACT"),
    ("67", "VALUE MAP"),
    ("68.1", "SURFACE SCAN"),
    ("68.2", "SURFACE SCAN"),
    ("77.1.5.3", "STEREOMETRIC"),
    ("78.1", "MEASUREMENT"),
    ("78.2", "MEASUREMENT"),
    ("78.3", "MEASUREMENT"),
    ("78.4", "MEASUREMENT"),
    ("88.59", "KEY OBJECT DOC"),
    ("131", "PRESENTATION"),
    ("481.2", "RT DOSE"),
    ("481.3", "RT STRUCTURE SET"),
    ("481.4", "RT TREAT RECORD"),
    ("481.5", "RT PLAN"),
    ("481.6", "RT TREAT RECORD"),
    ("481.7", "RT TREAT RECORD"),
    ("481.8", "RT PLAN"),
    ("481.9", "RT TREAT RECORD"),
];
/// The same by the beginning of what is left of the SOP class.
const FAMILIES: [(&str, &str); 4] = [
    ("9.", "WAVEFORM"),
    ("11.", "PRESENTATION"),
    ("88.", "SR DOCUMENT"),
    ("104.", "ENCAP DOC"),
];

pub(super) fn patient(all: &[Element]) -> Vec<Element> {
    record(
        "PATIENT",
        chosen(all, &PATIENT, &[tags::PATIENT_NAME, tags::PATIENT_ID]),
    )
}

pub(super) fn study(all: &[Element]) -> Vec<Element> {
    let mut study = chosen(all, &STUDY, &[tags::ACCESSION_NUMBER]);
    // Type 1 in a record and not in an image: where there is none, what cannot be mistaken for one.
    at_least(&mut study, tags::STUDY_DATE, b"DA", "19000101");
    at_least(&mut study, tags::STUDY_TIME, b"TM", "000000");
    at_least(&mut study, tags::STUDY_ID, b"SH", "NONE");
    record("STUDY", study)
}

/// The `number`th series of a study: so it is called where its number is not known (type 1, as its modality).
pub(super) fn series(all: &[Element], number: usize) -> Vec<Element> {
    let mut series = chosen(all, &SERIES, &[]);
    at_least(&mut series, tags::MODALITY, b"CS", "OT");
    at_least(&mut series, tags::SERIES_NUMBER, b"IS", &number.to_string());
    record("SERIES", series)
}

pub(super) fn instance(path: &[String], syntax: &str, all: &[Element], has_image: bool) -> Vec<Element> {
    let class = String::from_utf8_lossy(trimmed(bytes_of(all, tags::SOP_CLASS_UID))).into_owned();
    let kind = kind_of(&class, has_image);
    let empty: &[Tag] = match kind {
        "ENCAP DOC" => &ENCAPSULATED,
        "PRESENTATION" | "REGISTRATION" | "FIDUCIAL" | "SURFACE" | "VALUE MAP" | "MEASUREMENT" => &LABELLED,
        _ => &[],
    };
    let mut record = record(kind, chosen(all, &INSTANCE, empty));
    at_least(&mut record, tags::INSTANCE_NUMBER, b"IS", "1");
    match kind {
        "SR DOCUMENT" => {
            record.extend(title_modifiers(all));
            record.extend(verified_at(all));
        }
        "KEY OBJECT DOC" => record.extend(title_modifiers(all)),
        "PRIVATE" => {
            let uid = Uid::derived("dokuei private directory record", class.as_bytes());
            record.push(text(tags::PRIVATE_RECORD_UID, b"UI", uid.as_str()));
        }
        _ => {}
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
fn kind_of(class: &str, has_image: bool) -> &'static str {
    let rest = class.strip_prefix("1.2.840.10008.5.1.4.1.1.").unwrap_or_default();
    let whole = KINDS.iter().find(|(end, _)| *end == rest);
    let family = || FAMILIES.iter().find(|(begin, _)| rest.starts_with(begin));
    match whole.or_else(family) {
        Some((_, kind)) => kind,
        None if has_image => "IMAGE",
        None => "PRIVATE",
    }
}

/// What modifies the title of a document (PS3.3 F.5.25, Content Sequence: all, and only, what the root has as concept
/// modifiers), when something does.
fn title_modifiers(all: &[Element]) -> Option<Element> {
    let found = all.iter().find(|element| element.tag == tags::CONTENT_SEQUENCE)?;
    let Content::Items(items) = &found.value else {
        return None;
    };
    let modifies =
        |item: &&Vec<Element>| trimmed(bytes_of(item, tags::RELATIONSHIP_TYPE)) == b"HAS CONCEPT MOD";
    let items: Vec<Vec<Element>> = items.iter().filter(modifies).cloned().collect();
    (!items.is_empty()).then_some(Element {
        value: Content::Items(items),
        ..found.clone()
    })
}

/// When a verified document was last verified (PS3.3 F.5.25, Verification DateTime).
fn verified_at(all: &[Element]) -> Option<Element> {
    let found = all
        .iter()
        .find(|element| element.tag == tags::VERIFYING_OBSERVER_SEQUENCE)?;
    let Content::Items(observers) = &found.value else {
        return None;
    };
    if trimmed(bytes_of(all, tags::VERIFICATION_FLAG)) != b"VERIFIED" {
        return None;
    }
    let times = observers
        .iter()
        .map(|observer| trimmed(bytes_of(observer, tags::VERIFICATION_DATE_TIME)));
    // Written alike, the later one is the larger one.
    let last = times.max().filter(|last| !last.is_empty())?;
    Some(bytes(tags::VERIFICATION_DATE_TIME, b"DT", last.to_vec()))
}

/// A record of this type, without its offsets.
fn record(kind: &str, mut elements: Vec<Element>) -> Vec<Element> {
    elements.push(text(tags::DIRECTORY_RECORD_TYPE, b"CS", kind));
    elements
}

/// Gives an attribute a value where it has none.
fn at_least(record: &mut Vec<Element>, tag: Tag, vr: &[u8; 2], value: &str) {
    if trimmed(bytes_of(record, tag)).is_empty() {
        record.retain(|element| element.tag != tag);
        record.push(text(tag, vr, value));
    }
}

/// Those of the elements that are wanted; `empty` ones are there, without a value, when there are none.
fn chosen(all: &[Element], wanted: &[Tag], empty: &[Tag]) -> Vec<Element> {
    let found = all.iter().filter(|element| wanted.contains(&element.tag));
    let mut chosen: Vec<Element> = found.cloned().collect();
    for tag in empty {
        if !chosen.iter().any(|element| element.tag == *tag) {
            let vr = dictionary_vr(*tag).unwrap_or(*b"LO");
            let value = match &vr {
                b"SQ" => Content::Items(Vec::new()),
                _ => Content::Bytes(Vec::new()),
            };
            chosen.push(Element { tag: *tag, vr, value });
        }
    }
    chosen
}

pub(super) fn text(tag: Tag, vr: &[u8; 2], value: &str) -> Element {
    bytes(tag, vr, value.as_bytes().to_vec())
}

pub(super) fn bytes(tag: Tag, vr: &[u8; 2], value: Vec<u8>) -> Element {
    Element {
        tag,
        vr: *vr,
        value: Content::Bytes(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(record: &[Element], tag: Tag) -> String {
        String::from_utf8_lossy(trimmed(bytes_of(record, tag))).into_owned()
    }

    fn class(end: &str) -> Vec<Element> {
        let class = format!("1.2.840.10008.5.1.4.1.1.{end}");
        vec![text(tags::SOP_CLASS_UID, b"UI", &class)]
    }

    /// R12: PS3.3 F.5.2 and F.5.3: what is of type 1 in the records of study and series has a value.
    #[test]
    fn r12_what_a_record_must_have_and_a_file_lacks_is_filled_in() {
        let blank = [text(tags::SERIES_NUMBER, b"IS", " ")];
        let series = series(&blank, 3);
        assert_eq!(of(&series, tags::SERIES_NUMBER), "3");
        assert_eq!(of(&series, tags::MODALITY), "OT");
        let named = [
            text(tags::MODALITY, b"CS", "IO"),
            text(tags::SERIES_NUMBER, b"IS", "7"),
        ];
        let series = super::series(&named, 3);
        assert_eq!(of(&series, tags::SERIES_NUMBER), "7");
        assert_eq!(of(&series, tags::MODALITY), "IO");
        let study = study(&[]);
        assert_eq!(of(&study, tags::STUDY_DATE), "19000101");
        assert_eq!(of(&study, tags::STUDY_ID), "NONE");
    }

    /// R12: PS3.3 table F.4-1 and F.5: each class has the record of its kind; what no kind is for has a private record,
    /// which says which.
    #[test]
    fn r12_each_class_has_the_record_of_its_kind() {
        for (end, image, kind) in [
            ("1.3", true, "IMAGE"),
            ("66.4", true, "IMAGE"),
            ("66", false, "RAW DATA"),
            ("66.1", false, "REGISTRATION"),
            ("68.1", false, "SURFACE SCAN"),
            ("88.59", false, "KEY OBJECT DOC"),
            ("88.33", false, "SR DOCUMENT"),
            ("104.3", false, "ENCAP DOC"),
            ("11.1", false, "PRESENTATION"),
            ("131", false, "PRESENTATION"),
            ("9.1.1", false, "WAVEFORM"),
            ("481.2", true, "RT DOSE"),
            ("999", false, "PRIVATE"),
        ] {
            let record = instance(&["A".to_owned()], "1.2", &class(end), image);
            assert_eq!(of(&record, tags::DIRECTORY_RECORD_TYPE), kind, "{end}");
            let private = of(&record, tags::PRIVATE_RECORD_UID);
            assert_eq!(private.starts_with("2.25."), kind == "PRIVATE", "{end}");
            assert_eq!(of(&record, tags::INSTANCE_NUMBER), "1", "{end}");
        }
    }

    /// R12: PS3.3 F.5.25: of a report its concept modifiers and nothing else of its content, and when it was last verified.
    #[test]
    fn r12_a_reports_record_has_what_modifies_its_title_and_when_it_was_verified() {
        let item = |relation: &str, value: &str| {
            vec![
                text(tags::RELATIONSHIP_TYPE, b"CS", relation),
                text(tags::TEXT_VALUE, b"UT", value),
            ]
        };
        let sequence = |tag, items| Element {
            tag,
            vr: *b"SQ",
            value: Content::Items(items),
        };
        let observer = |at: &str| vec![text(tags::VERIFICATION_DATE_TIME, b"DT", at)];
        let mut all = class("88.11");
        all.extend([
            text(tags::VERIFICATION_FLAG, b"CS", "VERIFIED"),
            sequence(
                tags::VERIFYING_OBSERVER_SEQUENCE,
                vec![observer("20260301101500"), observer("20260302080000")],
            ),
            sequence(
                tags::CONTENT_SEQUENCE,
                vec![item("HAS CONCEPT MOD", "ja"), item("CONTAINS", "所見")],
            ),
        ]);
        let record = instance(&["A".to_owned()], "1.2", &all, false);
        assert_eq!(of(&record, tags::VERIFICATION_DATE_TIME), "20260302080000");
        let content = record
            .iter()
            .find(|one| one.tag == tags::CONTENT_SEQUENCE)
            .unwrap();
        assert_eq!(content.value, Content::Items(vec![item("HAS CONCEPT MOD", "ja")]));
        all.retain(|one| one.tag != tags::VERIFICATION_FLAG);
        let record = instance(&["A".to_owned()], "1.2", &all, false);
        assert_eq!(of(&record, tags::VERIFICATION_DATE_TIME), "");
    }

    /// R12: PS3.3 F.5.23 and F.5.32: what is of type 2 in a record is there, if without a value.
    #[test]
    fn r12_what_may_be_empty_is_there() {
        let has = |record: &[Element], tag: Tag| record.iter().any(|one| one.tag == tag);
        let document = instance(&["A".to_owned()], "1.2", &class("104.1"), false);
        assert!(ENCAPSULATED.iter().all(|tag| has(&document, *tag)));
        let state = instance(&["A".to_owned()], "1.2", &class("11.1"), false);
        assert!(LABELLED.iter().all(|tag| has(&state, *tag)));
    }
}
