//! Basic Text SR (PS3.3 A.35.1, C.17.2, C.17.3) after TID 2000 of PS3.16.

use std::collections::BTreeMap;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::object::{Object, SignedAt, code, document_title, is_complete, limited, sequence, text};
use super::{EvidenceInstance, ReportContent, ReportError, ReportPerson, WrittenObject};
use crate::uid::Uid;

pub(super) fn write(content: &ReportContent) -> Result<WrittenObject, ReportError> {
    let mut object = Object::new(content, uids::BASIC_TEXT_SR_STORAGE, "sr", "SR")?;
    let at = SignedAt::of(content)?;
    let complete = is_complete(content);
    object.text(tags::SERIES_DESCRIPTION, VR::LO, "Dokuei report / 読影レポート");
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
    if !content.evidence.is_empty() {
        let evidence = evidence(&content.study.study_instance_uid, &content.evidence);
        object.items(
            tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
            vec![evidence],
        );
    }
    if let Some(previous) = predecessor(content) {
        object.items(tags::PREDECESSOR_DOCUMENTS_SEQUENCE, vec![previous]);
    }
    root(&mut object, content);
    object.write()
}

/// The root container: title, language, observers, then one container for each heading that has text.
fn root(object: &mut Object, content: &ReportContent) {
    let (title, meaning) = document_title(content);
    object.text(tags::VALUE_TYPE, VR::CS, "CONTAINER");
    object.text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE");
    object.items(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![code(title, "LN", meaning)]);
    object.items(tags::CONTENT_TEMPLATE_SEQUENCE, vec![template("2000")]);
    let signer = &content.signed_by;
    let mut items = vec![
        coded_item("HAS CONCEPT MOD", LANGUAGE, code("ja", "RFC5646", "Japanese")),
        coded_item("HAS OBS CONTEXT", OBSERVER_TYPE, code("121006", "DCM", "Person")),
        person_item(PERSON_OBSERVER, &signer.name.to_groups()),
        text_item("HAS OBS CONTEXT", ORGANIZATION, &signer.institution),
    ];
    // CID 7001 heading, CID 7002 element.
    let sections = [
        (
            ("55115-0", "Request"),
            ("121062", "Request"),
            content.request.as_str(),
        ),
        (("11329-0", "History"), ("121060", "History"), &content.history),
        (("59776-5", "Findings"), ("121071", "Finding"), &content.findings),
        (
            ("19005-8", "Impressions"),
            ("121073", "Impression"),
            &content.impression,
        ),
        (
            ("18783-1", "Recommendations"),
            ("121075", "Recommendation"),
            &content.recommendations,
        ),
    ];
    for ((heading, heading_meaning), (element, element_meaning), words) in sections {
        if words.trim().is_empty() {
            continue;
        }
        let body = text_item("CONTAINS", (element, "DCM", element_meaning), words);
        items.push(container((heading, "LN", heading_meaning), vec![body]));
    }
    object.items(tags::CONTENT_SEQUENCE, items);
}

type Concept = (&'static str, &'static str, &'static str);

const LANGUAGE: Concept = ("121049", "DCM", "Language of Content Item and Descendants");
const OBSERVER_TYPE: Concept = ("121005", "DCM", "Observer Type");
const PERSON_OBSERVER: Concept = ("121008", "DCM", "Person Observer Name");
const ORGANIZATION: Concept = ("121009", "DCM", "Person Observer's Organization Name");

fn item(relationship: &str, value_type: &str, (value, scheme, meaning): Concept) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::RELATIONSHIP_TYPE, VR::CS, relationship),
        text(tags::VALUE_TYPE, VR::CS, value_type),
        sequence(
            tags::CONCEPT_NAME_CODE_SEQUENCE,
            vec![code(value, scheme, meaning)],
        ),
    ])
}

fn text_item(relationship: &str, concept: Concept, words: &str) -> InMemDicomObject {
    let mut item = item(relationship, "TEXT", concept);
    // VR UT may hold line ends; an SR reader breaks lines at CR LF (PS3.5 6.1.3).
    let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    item.put(text(tags::TEXT_VALUE, VR::UT, &lines.join("\r\n")));
    item
}

fn coded_item(relationship: &str, concept: Concept, value: InMemDicomObject) -> InMemDicomObject {
    let mut item = item(relationship, "CODE", concept);
    item.put(sequence(tags::CONCEPT_CODE_SEQUENCE, vec![value]));
    item
}

fn person_item(concept: Concept, name: &str) -> InMemDicomObject {
    let mut item = item("HAS OBS CONTEXT", "PNAME", concept);
    item.put(text(tags::PERSON_NAME, VR::PN, name));
    item
}

fn container(concept: Concept, children: Vec<InMemDicomObject>) -> InMemDicomObject {
    let mut item = item("CONTAINS", "CONTAINER", concept);
    item.put(text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE"));
    item.put(sequence(tags::CONTENT_SEQUENCE, children));
    item
}

fn template(id: &str) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::MAPPING_RESOURCE, VR::CS, "DCMR"),
        text(tags::TEMPLATE_IDENTIFIER, VR::CS, id),
    ])
}

fn verifying_observer(person: &ReportPerson, at: &SignedAt) -> InMemDicomObject {
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

/// The instances read, by series (PS3.3 table C.17-3).
fn evidence(study: &Uid, instances: &[EvidenceInstance]) -> InMemDicomObject {
    let mut by_series: BTreeMap<&Uid, Vec<&EvidenceInstance>> = BTreeMap::new();
    for instance in instances {
        by_series
            .entry(&instance.series_instance_uid)
            .or_default()
            .push(instance);
    }
    let series = by_series.into_iter().map(|(series, instances)| {
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

/// The SR of the version that this one replaces: its UIDs follow from its entry.
fn predecessor(content: &ReportContent) -> Option<InMemDicomObject> {
    let entry = content.previous_entry_id?;
    let instance = EvidenceInstance {
        series_instance_uid: Uid::derived("dokuei sr series", &entry),
        sop_class_uid: uids::BASIC_TEXT_SR_STORAGE.parse().ok()?,
        sop_instance_uid: Uid::derived("dokuei sr instance", &entry),
    };
    Some(evidence(&content.study.study_instance_uid, &[instance]))
}

pub(super) fn reference(sop_class: &str, sop_instance: &Uid) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, sop_class),
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, sop_instance.as_str()),
    ])
}
