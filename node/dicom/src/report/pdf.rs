//! Encapsulated PDF (PS3.3 A.45.1, C.24.2).

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};

use super::content::reference;
use super::object::{Kind, Object, SignedAt, code, document_title, is_complete};
use super::{ReportContent, ReportError, WrittenObject};

/// Largest PDF, bytes: a report has pages, not volumes.
const MAX_PDF: usize = 64 << 20;

pub(super) fn write(content: &ReportContent, pdf: &[u8]) -> Result<WrittenObject, ReportError> {
    if !pdf.starts_with(b"%PDF-") || pdf.len() > MAX_PDF {
        return Err(ReportError::BadPdf);
    }
    let mut object = Object::new(content, uids::ENCAPSULATED_PDF_STORAGE, &Kind::PDF)?;
    let at = SignedAt::of(content)?;
    let (title, meaning) = document_title(content);
    object.text(
        tags::SERIES_DESCRIPTION,
        VR::LO,
        "Dokuei report PDF / 読影レポート",
    );
    object.text(tags::CONVERSION_TYPE, VR::CS, "WSD");
    // The pages show the patient's name.
    object.text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES");
    object.text(tags::ACQUISITION_DATE_TIME, VR::DT, &at.date_time);
    object.text(
        tags::DOCUMENT_TITLE,
        VR::ST,
        &format!("読影レポート {meaning}, version {}", content.version),
    );
    object.text(
        tags::VERIFICATION_FLAG,
        VR::CS,
        if is_complete(content) {
            "VERIFIED"
        } else {
            "UNVERIFIED"
        },
    );
    object.items(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![code(title, "LN", meaning)]);
    let sr = Kind::SR.instance(&content.entry_id);
    object.items(
        tags::SOURCE_INSTANCE_SEQUENCE,
        vec![reference(uids::BASIC_TEXT_SR_STORAGE, &sr)],
    );
    object.text(
        tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT,
        VR::LO,
        "application/pdf",
    );
    let length = u32::try_from(pdf.len()).map_err(|_| ReportError::BadPdf)?;
    object.data.put(DataElement::new(
        tags::ENCAPSULATED_DOCUMENT_LENGTH,
        VR::UL,
        PrimitiveValue::from(length),
    ));
    let mut padded = pdf.to_vec();
    padded.resize(pdf.len().next_multiple_of(2), 0);
    object.data.put(DataElement::new(
        tags::ENCAPSULATED_DOCUMENT,
        VR::OB,
        PrimitiveValue::from(padded),
    ));
    object.write()
}
