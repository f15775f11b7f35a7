//! What was asked, and about which images.

use serde_json::{Value, json};

use crate::bundle::{date, instant, put, reference, said, short, words};
use crate::facts::{Consultation, RequestState, Succession, Urgency};
use crate::parties::{patient_reference, practitioner_reference};

/// Modalities, as DICOM has them.
const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";

pub(crate) fn request_reference(consultation: &Consultation) -> Value {
    reference(
        "ServiceRequest",
        &format!("request-{}", short(&consultation.case)),
    )
}

pub(crate) fn study_reference(consultation: &Consultation) -> Value {
    reference("ImagingStudy", &format!("study-{}", short(&consultation.case)))
}

pub(crate) fn service_request(consultation: &Consultation) -> Value {
    let status = match consultation.state {
        RequestState::Active => "active",
        RequestState::Completed => "completed",
        RequestState::Revoked => "revoked",
    };
    let priority = match consultation.urgency {
        Urgency::Routine => "routine",
        Urgency::Urgent => "urgent",
        Urgency::Emergency => "stat",
    };
    let performers: Vec<Value> = consultation
        .asked
        .iter()
        .filter_map(|at| consultation.practitioners.get(*at))
        .map(practitioner_reference)
        .collect();
    let mut resource = json!({
        "resourceType": "ServiceRequest",
        "id": format!("request-{}", short(&consultation.case)),
        "identifier": [{"system": "urn:dokuei:case", "value": consultation.case}],
        "status": status,
        "intent": "order",
        "category": [{"coding": [{
            "system": "http://snomed.info/sct", "code": "363679005", "display": "Imaging",
        }]}],
        "priority": priority,
        "code": words("画像診断（遠隔読影） Remote reading of dental images"),
        "subject": patient_reference(consultation),
        "authoredOn": instant(consultation.requested_at),
        "supportingInfo": [study_reference(consultation)],
        "reasonCode": [words(&consultation.justification)],
        "bodySite": [words(&consultation.region)],
        "note": [{"text": consultation.question}],
    });
    let requester = consultation.practitioners.first().map(practitioner_reference);
    put(&mut resource, "requester", requester);
    put(
        &mut resource,
        "performer",
        (!performers.is_empty()).then(|| performers.into()),
    );
    let due = consultation.due.map(|due| json!({"end": instant(due)}));
    put(&mut resource, "occurrencePeriod", due);
    if let Some(history) = said(&consultation.history)
        && let Some(notes) = resource["note"].as_array_mut()
    {
        notes.push(json!({"text": history}));
    }
    if let Some(notes) = resource["note"].as_array_mut() {
        notes.extend(
            consultation
                .successions
                .iter()
                .map(|one| taken_over(consultation, one)),
        );
    }
    resource
}

/// The requester stays who asked; who answers for it since is noted.
fn taken_over(consultation: &Consultation, one: &Succession) -> Value {
    let text = if one.alone {
        "依頼者の資格喪失により単独で引き継いだ Taken over alone, the requester having lost her credential"
    } else {
        "引き継いだ Taken over as requester"
    };
    let mut note = json!({"time": instant(one.at), "text": text});
    let author = consultation.practitioners.get(one.by).map(practitioner_reference);
    put(&mut note, "authorReference", author);
    note
}

pub(crate) fn imaging_study(consultation: &Consultation) -> Value {
    let study = &consultation.study;
    let mut identifiers = vec![json!({
        "system": "urn:dicom:uid", "value": format!("urn:oid:{}", study.uid),
    })];
    if let Some(number) = said(&study.accession_number) {
        identifiers.push(json!({
            "type": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN",
            }]},
            "value": number,
        }));
    }
    let modalities: Vec<Value> = study
        .modalities
        .iter()
        .map(|one| json!({"system": DCM, "code": one}))
        .collect();
    let mut resource = json!({
        "resourceType": "ImagingStudy",
        "id": format!("study-{}", short(&consultation.case)),
        "identifier": identifiers,
        "status": "available",
        "subject": patient_reference(consultation),
        "basedOn": [request_reference(consultation)],
    });
    put(
        &mut resource,
        "modality",
        (!modalities.is_empty()).then(|| modalities.into()),
    );
    put(&mut resource, "started", date(&study.date).map(Into::into));
    put(
        &mut resource,
        "description",
        said(&study.description).map(Into::into),
    );
    put(&mut resource, "numberOfSeries", study.series.map(Into::into));
    put(
        &mut resource,
        "numberOfInstances",
        study.instances.map(Into::into),
    );
    resource
}
