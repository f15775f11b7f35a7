//! What all wrapped objects share: patient, study, series, equipment.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::About;
use crate::header::InstanceHeader;
use crate::scan::EXPLICIT_LE;
use crate::scan::tree::{Content, Element, write_elements};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// An object under construction; its elements are sorted when it is written.
pub(super) struct Object {
    elements: Vec<Element>,
    sop_class: &'static str,
    sop_instance: Uid,
}

impl Object {
    pub(super) fn new(
        about: &About,
        sop_class: &'static str,
        (sop_instance, series): (Uid, Uid),
        (modality, series_number): (&str, &str),
    ) -> Self {
        let mut object = Self {
            elements: Vec::new(),
            sop_class,
            sop_instance: sop_instance.clone(),
        };
        object.text(tags::SPECIFIC_CHARACTER_SET, b"CS", "ISO_IR 192");
        object.text(tags::SOP_CLASS_UID, b"UI", sop_class);
        object.text(tags::SOP_INSTANCE_UID, b"UI", sop_instance.as_str());
        object.text(tags::SERIES_INSTANCE_UID, b"UI", series.as_str());
        object.study(&about.study);
        object.text(tags::MODALITY, b"CS", modality);
        object.text(tags::SERIES_NUMBER, b"IS", series_number);
        object.text(tags::INSTANCE_NUMBER, b"IS", "1");
        if !about.description.is_empty() {
            object.text(tags::SERIES_DESCRIPTION, b"LO", &limited(&about.description, 64));
        }
        object.text(tags::MANUFACTURER, b"LO", "Dokuei");
        object
    }

    fn study(&mut self, study: &InstanceHeader) {
        let patient = &study.patient;
        self.text(tags::STUDY_INSTANCE_UID, b"UI", study.study_instance_uid.as_str());
        self.text(tags::PATIENT_NAME, b"PN", &patient.name.to_groups());
        self.text(tags::PATIENT_ID, b"LO", &patient.id);
        self.text(tags::PATIENT_BIRTH_DATE, b"DA", &patient.birth_date);
        self.text(tags::PATIENT_SEX, b"CS", &patient.sex);
        self.text(tags::STUDY_DATE, b"DA", &study.study_date);
        self.text(tags::STUDY_TIME, b"TM", &study.study_time);
        self.text(tags::STUDY_ID, b"SH", &study.study_id);
        self.text(tags::ACCESSION_NUMBER, b"SH", &study.accession_number);
        self.text(
            tags::REFERRING_PHYSICIAN_NAME,
            b"PN",
            &study.referring_physician.to_groups(),
        );
        if !patient.id_issuer.is_empty() {
            self.text(tags::ISSUER_OF_PATIENT_ID, b"LO", &patient.id_issuer);
        }
        if !study.study_description.is_empty() {
            self.text(tags::STUDY_DESCRIPTION, b"LO", &study.study_description);
        }
    }

    pub(super) fn text(&mut self, tag: Tag, vr: &[u8; 2], value: &str) {
        self.bytes(tag, vr, value.as_bytes().to_vec());
    }

    pub(super) fn us(&mut self, tag: Tag, value: u16) {
        self.bytes(tag, b"US", value.to_le_bytes().to_vec());
    }

    pub(super) fn bytes(&mut self, tag: Tag, vr: &[u8; 2], value: Vec<u8>) {
        self.elements.push(Element {
            tag,
            vr: *vr,
            value: Content::Bytes(value),
        });
    }

    /// A sequence of at most one item.
    pub(super) fn item(&mut self, tag: Tag, item: Option<Vec<Element>>) {
        self.elements.push(Element {
            tag,
            vr: *b"SQ",
            value: Content::Items(item.into_iter().collect()),
        });
    }

    /// The Part 10 file. `pixels` is what comes after all elements, as it is to be written.
    pub(super) fn write(mut self, transfer_syntax: &str, pixels: &[u8]) -> (Vec<u8>, Uid) {
        self.elements.sort_by_key(|element| element.tag);
        let meta = |element, vr: &[u8; 2], value: &[u8]| Element {
            tag: Tag(2, element),
            vr: *vr,
            value: Content::Bytes(value.to_vec()),
        };
        let mut group = Vec::new();
        write_elements(
            &mut group,
            &[
                meta(1, b"OB", &[0, 1]),
                meta(2, b"UI", self.sop_class.as_bytes()),
                meta(3, b"UI", self.sop_instance.as_str().as_bytes()),
                meta(0x10, b"UI", transfer_syntax.as_bytes()),
                meta(0x12, b"UI", IMPLEMENTATION_CLASS_UID.as_bytes()),
                meta(0x13, b"SH", IMPLEMENTATION_VERSION.as_bytes()),
            ],
            EXPLICIT_LE,
        );
        let length = u32::try_from(group.len()).unwrap_or(0);
        let mut file = vec![0; 128];
        file.extend_from_slice(b"DICM");
        write_elements(&mut file, &[meta(0, b"UL", &length.to_le_bytes())], EXPLICIT_LE);
        file.extend_from_slice(&group);
        write_elements(&mut file, &self.elements, EXPLICIT_LE);
        file.extend_from_slice(pixels);
        (file, self.sop_instance)
    }
}

/// A coded value (PS3.3 8.8).
pub(super) fn code(value: &str, scheme: &str, meaning: &str) -> Vec<Element> {
    let text = |tag, vr: &[u8; 2], value: &str| Element {
        tag,
        vr: *vr,
        value: Content::Bytes(value.as_bytes().to_vec()),
    };
    vec![
        text(tags::CODE_VALUE, b"SH", value),
        text(tags::CODING_SCHEME_DESIGNATOR, b"SH", scheme),
        text(tags::CODE_MEANING, b"LO", meaning),
    ]
}

/// The first `limit` characters (VRs bound characters, not bytes).
pub(super) fn limited(text: &str, limit: usize) -> String {
    text.chars()
        .filter(|c| !c.is_control() && *c != '\\')
        .take(limit)
        .collect()
}
