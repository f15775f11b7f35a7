//! What the structured reports of a report share: the document's general module (PS3.3 C.17.2), who observed, and what
//! it rests on.

use std::collections::BTreeMap;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::content::{CONTEXT, Concept, MODIFIER, coded_item, person_item, reference, template, text_item};
use super::illustrated::Coordinates;
use super::object::{Object, SignedAt, code, is_complete, limited, sequence, text};
use super::{EvidenceInstance, ReportContent, ReportError, ReportPerson};
use crate::uid::Uid;

const LANGUAGE: Concept<'_> = ("121049", "DCM", "Language of Content Item and Descendants");
const OBSERVER_TYPE: Concept<'_> = ("121005", "DCM", "Observer Type");
const PERSON_OBSERVER: Concept<'_> = ("121008", "DCM", "Person Observer Name");
const ORGANIZATION: Concept<'_> = ("121009", "DCM", "Person Observer's Organization Name");

/// The SOP class of the report that holds measurements in such coordinates.
pub(super) const fn measurement_class(coordinates: Coordinates) -> &'static str {
    match coordinates {
        Coordinates::Image => uids::COMPREHENSIVE_SR_STORAGE,
        Coordinates::Space => uids::COMPREHENSIVE3_DSR_STORAGE,
    }
}

/// Completion, verification, author, evidence and predecessors of a structured report.
pub(super) fn general(object: &mut Object, content: &ReportContent) -> Result<(), ReportError> {
    let at = SignedAt::of(content)?;
    let complete = is_complete(content);
    object.items(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE, Vec::new());
    object.items(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE, Vec::new());
    object.text(
        tags::COMPLETION_FLAG,
        VR::CS,
        if complete { "COMPLETE" } else { "PARTIAL" },
    );
    // A preliminary report is signed as well, but its signer doesn't vouch for it as final (PS3.3 C.17.2).
    object.text(
        tags::VERIFICATION_FLAG,
        VR::CS,
        if complete { "VERIFIED" } else { "UNVERIFIED" },
    );
    object.text(
        tags::PRELIMINARY_FLAG,
        VR::CS,
        if complete { "FINAL" } else { "PRELIMINARY" },
    );
    object.text(
        tags::COMPLETION_FLAG_DESCRIPTION,
        VR::LO,
        &format!("Version {}", content.version),
    );
    if complete {
        object.items(
            tags::VERIFYING_OBSERVER_SEQUENCE,
            vec![verifying_observer(&content.signed_by, &at)],
        );
    }
    object.items(tags::AUTHOR_OBSERVER_SEQUENCE, vec![author(&content.signed_by)]);
    Ok(())
}

/// The items with which every root begins: title and template are the object's, language and observer its first children.
pub(super) fn root(
    object: &mut Object,
    content: &ReportContent,
    (title, scheme, meaning): Concept<'_>,
    id: &str,
) -> Vec<InMemDicomObject> {
    object.text(tags::VALUE_TYPE, VR::CS, "CONTAINER");
    object.text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE");
    object.items(
        tags::CONCEPT_NAME_CODE_SEQUENCE,
        vec![code(title, scheme, meaning)],
    );
    object.items(tags::CONTENT_TEMPLATE_SEQUENCE, vec![template(id)]);
    let mut items = vec![coded_item(MODIFIER, LANGUAGE, ("ja", "RFC5646", "Japanese"))];
    items.extend(observed_by(&content.signed_by));
    items
}

/// A person who observed (TID 1002).
pub(super) fn observed_by(person: &ReportPerson) -> [InMemDicomObject; 3] {
    [
        coded_item(CONTEXT, OBSERVER_TYPE, ("121006", "DCM", "Person")),
        person_item(PERSON_OBSERVER, &person.name.to_groups()),
        text_item(CONTEXT, ORGANIZATION, &person.institution),
    ]
}

pub(super) fn verifying_observer(person: &ReportPerson, at: &SignedAt) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(
            tags::VERIFYING_ORGANIZATION,
            VR::LO,
            &limited(&person.institution, 64),
        ),
        text(tags::VERIFICATION_DATE_TIME, VR::DT, &at.date_time),
        text(tags::VERIFYING_OBSERVER_NAME, VR::PN, &person.name.to_groups()),
        sequence(tags::VERIFYING_OBSERVER_IDENTIFICATION_CODE_SEQUENCE, Vec::new()),
    ])
}

fn author(person: &ReportPerson) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::OBSERVER_TYPE, VR::CS, "PSN"),
        text(tags::PERSON_NAME, VR::PN, &person.name.to_groups()),
        sequence(tags::PERSON_IDENTIFICATION_CODE_SEQUENCE, Vec::new()),
        text(tags::INSTITUTION_NAME, VR::LO, &limited(&person.institution, 64)),
        sequence(tags::INSTITUTION_CODE_SEQUENCE, Vec::new()),
    ])
}

/// Puts what the document rests on into it; nothing when that is nothing.
pub(super) fn rest_on(object: &mut Object, content: &ReportContent, instances: &[EvidenceInstance]) {
    if !instances.is_empty() {
        let evidence = by_series(&content.study.study_instance_uid, instances);
        object.items(
            tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
            vec![evidence],
        );
    }
}

/// Names the documents of the version before as predecessors.
pub(super) fn follow(object: &mut Object, content: &ReportContent, before: &[EvidenceInstance]) {
    if !before.is_empty() {
        let before = by_series(&content.study.study_instance_uid, before);
        object.items(tags::PREDECESSOR_DOCUMENTS_SEQUENCE, vec![before]);
    }
}

/// Instances by series (PS3.3 table C.17-3), each once.
pub(super) fn by_series(study: &Uid, instances: &[EvidenceInstance]) -> InMemDicomObject {
    let mut series: BTreeMap<&Uid, Vec<&EvidenceInstance>> = BTreeMap::new();
    for instance in instances {
        let others = series.entry(&instance.series_instance_uid).or_default();
        if !others.contains(&instance) {
            others.push(instance);
        }
    }
    let series = series.into_iter().map(|(series, instances)| {
        let references = instances
            .into_iter()
            .map(|instance| reference(instance.sop_class_uid.as_str(), &instance.sop_instance_uid));
        InMemDicomObject::from_element_iter([
            text(tags::SERIES_INSTANCE_UID, VR::UI, series.as_str()),
            sequence(tags::REFERENCED_SOP_SEQUENCE, references.collect()),
        ])
    });
    InMemDicomObject::from_element_iter([
        text(tags::STUDY_INSTANCE_UID, VR::UI, study.as_str()),
        sequence(tags::REFERENCED_SERIES_SEQUENCE, series.collect()),
    ])
}

/// An object of the version that this one replaces: its UIDs follow from its entry.
pub(super) fn predecessor(content: &ReportContent, kind: &str, class: &str) -> Option<EvidenceInstance> {
    let entry = content.previous_entry_id?;
    Some(EvidenceInstance {
        series_instance_uid: super::object::series_uid(kind, &entry),
        sop_class_uid: class.parse().ok()?,
        sop_instance_uid: super::object::instance_uid(kind, &entry),
    })
}
