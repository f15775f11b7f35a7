//! What all objects of a report share: patient, study, series, equipment, and the writing as Part 10.

use dicom_core::value::{DataSetSequence, PrimitiveValue, Value};
use dicom_core::{DataElement, Length, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::{ReportContent, ReportError, ReportStatus, WrittenObject};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION, Uid};

/// The UID of the object of this kind that shows the entry.
pub(super) fn instance_uid(kind: &str, entry_id: &[u8; 32]) -> Uid {
    Uid::derived(&format!("dokuei {kind} instance"), entry_id)
}

/// The UID of the series in which objects of this kind lie.
pub(super) fn series_uid(kind: &str, entry_id: &[u8; 32]) -> Uid {
    Uid::derived(&format!("dokuei {kind} series"), entry_id)
}

/// A kind of object, and which one of those of the entry.
pub(super) struct Kind {
    /// Its series, by which UIDs are derived.
    pub(super) series: &'static str,
    at: usize,
    modality: &'static str,
    /// Above any series of an imaging device, below IS's bound whatever the version.
    series_number: u16,
}

impl Kind {
    pub(super) const SR: Self = Self::of("sr", 0, "SR", 9001);
    pub(super) const PDF: Self = Self::of("pdf", 0, "DOC", 9002);
    pub(super) const MEASUREMENTS: Self = Self::of("measurements", 0, "SR", 9003);

    /// The selection of key images of the title at this place.
    pub(super) const fn key_images(at: usize) -> Self {
        Self::of("key images", at, "KO", 9004)
    }

    /// The presentation state at this place.
    pub(super) const fn presentation(at: usize) -> Self {
        Self::of("presentation", at, "PR", 9005)
    }

    const fn of(series: &'static str, at: usize, modality: &'static str, series_number: u16) -> Self {
        Self {
            series,
            at,
            modality,
            series_number,
        }
    }

    pub(super) fn instance(&self, entry_id: &[u8; 32]) -> Uid {
        match self.at {
            0 => instance_uid(self.series, entry_id),
            at => instance_uid(&format!("{} {}", self.series, at + 1), entry_id),
        }
    }

    /// (0020,0013).
    fn instance_number(&self, content: &ReportContent) -> String {
        match self.modality {
            "KO" | "PR" => (self.at + 1).to_string(),
            _ => content.version.to_string(),
        }
    }
}

/// An object under construction.
pub(super) struct Object {
    pub(super) data: InMemDicomObject,
    sop_class: &'static str,
    sop_instance: Uid,
    series: Uid,
}

/// The time of signing in the forms that DICOM wants.
pub(super) struct SignedAt {
    pub(super) date: String,
    pub(super) time: String,
    /// VR DT, with offset.
    pub(super) date_time: String,
    offset: String,
}

impl SignedAt {
    pub(super) fn of(content: &ReportContent) -> Result<Self, ReportError> {
        Self::at(content.signed_at, content.utc_offset_minutes)
    }

    /// Of a moment in seconds since 1970-01-01 UTC, written with this offset.
    pub(super) fn at(seconds: i64, utc_offset_minutes: i16) -> Result<Self, ReportError> {
        let offset = Offset::from_seconds(i32::from(utc_offset_minutes) * 60);
        let instant = Timestamp::from_second(seconds);
        let (Ok(offset), Ok(instant)) = (offset, instant) else {
            return Err(ReportError::BadTime);
        };
        let local: DateTime = offset.to_datetime(instant);
        if !(1900..=9999).contains(&local.year()) {
            return Err(ReportError::BadTime);
        }
        let date = local.strftime("%Y%m%d").to_string();
        let time = local.strftime("%H%M%S").to_string();
        let minutes = utc_offset_minutes.unsigned_abs();
        let sign = if utc_offset_minutes < 0 { '-' } else { '+' };
        let offset = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
        Ok(Self {
            date_time: format!("{date}{time}{offset}"),
            date,
            time,
            offset,
        })
    }
}

impl Object {
    /// An object of `sop_class` with everything but what makes it that class.
    pub(super) fn new(
        content: &ReportContent,
        sop_class: &'static str,
        kind: &Kind,
    ) -> Result<Self, ReportError> {
        let at = SignedAt::of(content)?;
        let sop_instance = kind.instance(&content.entry_id);
        let series = series_uid(kind.series, &content.entry_id);
        let mut object = Self {
            data: InMemDicomObject::new_empty(),
            sop_class,
            sop_instance,
            series,
        };
        object.text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
        object.text(tags::INSTANCE_CREATION_DATE, VR::DA, &at.date);
        object.text(tags::INSTANCE_CREATION_TIME, VR::TM, &at.time);
        object.text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, &at.offset);
        object.text(tags::SOP_CLASS_UID, VR::UI, sop_class);
        let uids = [
            (tags::SOP_INSTANCE_UID, object.sop_instance.clone()),
            (tags::SERIES_INSTANCE_UID, object.series.clone()),
            (tags::STUDY_INSTANCE_UID, content.study.study_instance_uid.clone()),
        ];
        for (tag, uid) in uids {
            object.text(tag, VR::UI, uid.as_str());
        }
        object.patient_and_study(content);
        object.text(tags::MODALITY, VR::CS, kind.modality);
        object.text(tags::SERIES_NUMBER, VR::IS, &kind.series_number.to_string());
        object.text(tags::INSTANCE_NUMBER, VR::IS, &kind.instance_number(content));
        object.text(tags::CONTENT_DATE, VR::DA, &at.date);
        object.text(tags::CONTENT_TIME, VR::TM, &at.time);
        object.text(tags::MANUFACTURER, VR::LO, "Dokuei");
        object.text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Dokuei");
        object.text(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION"));
        object.text(
            tags::INSTITUTION_NAME,
            VR::LO,
            &limited(&content.signed_by.institution, 64),
        );
        Ok(object)
    }

    /// Makes it another instance of its kind, in a series of its own.
    pub(super) fn rename(&mut self, kind: &Kind, document: &[u8; 32]) {
        self.sop_instance = kind.instance(document);
        self.series = series_uid(kind.series, document);
        let (instance, series) = (self.sop_instance.clone(), self.series.clone());
        self.text(tags::SOP_INSTANCE_UID, VR::UI, instance.as_str());
        self.text(tags::SERIES_INSTANCE_UID, VR::UI, series.as_str());
    }

    fn patient_and_study(&mut self, content: &ReportContent) {
        let (study, patient) = (&content.study, &content.study.patient);
        let referring = if study.referring_physician.is_empty() {
            content.requested_by.name.to_groups()
        } else {
            study.referring_physician.to_groups()
        };
        let name = patient.name.to_groups();
        let fields: [(Tag, VR, &str); 10] = [
            (tags::PATIENT_NAME, VR::PN, &name),
            (tags::PATIENT_ID, VR::LO, &patient.id),
            (tags::PATIENT_BIRTH_DATE, VR::DA, &patient.birth_date),
            (tags::PATIENT_SEX, VR::CS, &patient.sex),
            (tags::STUDY_DATE, VR::DA, &study.study_date),
            (tags::STUDY_TIME, VR::TM, &study.study_time),
            (tags::STUDY_ID, VR::SH, &study.study_id),
            (tags::ACCESSION_NUMBER, VR::SH, &study.accession_number),
            (tags::REFERRING_PHYSICIAN_NAME, VR::PN, &referring),
            (tags::STUDY_DESCRIPTION, VR::LO, &study.study_description),
        ];
        for (tag, vr, value) in fields {
            // Type 2 attributes stay, empty; a type 3 one doesn't.
            if tag != tags::STUDY_DESCRIPTION || !value.is_empty() {
                self.text(tag, vr, value);
            }
        }
        if !patient.id_issuer.is_empty() {
            self.text(tags::ISSUER_OF_PATIENT_ID, VR::LO, &patient.id_issuer);
        }
    }

    pub(super) fn text(&mut self, tag: Tag, vr: VR, value: &str) {
        self.data.put(text(tag, vr, value));
    }

    pub(super) fn items(&mut self, tag: Tag, items: Vec<InMemDicomObject>) {
        self.data.put(sequence(tag, items));
    }

    /// The Part 10 file: Explicit VR Little Endian, the same bytes every time.
    pub(super) fn write(self) -> Result<WrittenObject, ReportError> {
        let failed = |error: &dyn std::fmt::Display| ReportError::Write(error.to_string());
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
            .media_storage_sop_class_uid(self.sop_class)
            .media_storage_sop_instance_uid(self.sop_instance.as_str())
            .implementation_class_uid(IMPLEMENTATION_CLASS_UID)
            .implementation_version_name(IMPLEMENTATION_VERSION);
        let file = self.data.with_meta(meta).map_err(|error| failed(&error))?;
        let mut bytes = Vec::new();
        file.write_all(&mut bytes).map_err(|error| failed(&error))?;
        let sop_class_uid = self.sop_class.parse().map_err(|error| failed(&error))?;
        Ok(WrittenObject {
            sop_class_uid,
            sop_instance_uid: self.sop_instance,
            series_instance_uid: self.series,
            bytes,
        })
    }
}

/// The document title of TID 2000 (CID 7000) for the images' modality: code and meaning, LOINC.
pub(super) fn document_title(content: &ReportContent) -> (&'static str, &'static str) {
    match content.modality.as_str() {
        "CT" => ("25045-6", "CT Report"),
        "MR" => ("25056-3", "MRI Report"),
        "PX" | "IO" | "DX" | "CR" | "RG" => ("43468-8", "X-Ray Report"),
        _ => ("18748-4", "Diagnostic Imaging Report"),
    }
}

/// Whether the report is the last word on what it covers.
pub(super) fn is_complete(content: &ReportContent) -> bool {
    content.status != ReportStatus::Preliminary
}

/// A coded value (PS3.3 8.8).
pub(super) fn code(value: &str, scheme: &str, meaning: &str) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::CODE_VALUE, VR::SH, value),
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
        text(tags::CODE_MEANING, VR::LO, meaning),
    ])
}

pub(super) type Element = DataElement<InMemDicomObject>;

pub(super) fn text(tag: Tag, vr: VR, value: &str) -> Element {
    let value = if value.is_empty() {
        PrimitiveValue::Empty
    } else {
        PrimitiveValue::from(value)
    };
    DataElement::new(tag, vr, value)
}

pub(super) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> Element {
    DataElement::new(
        tag,
        VR::SQ,
        Value::Sequence(DataSetSequence::new(items, Length::UNDEFINED)),
    )
}

/// The first `limit` characters (VRs bound characters, not bytes).
pub(super) fn limited(text: &str, limit: usize) -> String {
    text.chars()
        .filter(|c| !c.is_control() && *c != '\\')
        .take(limit)
        .collect()
}
