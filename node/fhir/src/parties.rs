//! The patient, the clinics, the practitioners.

use serde_json::{Value, json};

use crate::bundle::{date, put, reference, said, short};
use crate::facts::{Consultation, Facility, Licence, Practitioner};

/// How a name is written (JP Core: IDE for kanji, SYL for kana, ABC for Latin letters).
const REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
/// 保険医療機関番号 of JP Core.
const INSTITUTION: &str = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";

pub(crate) fn patient_reference(consultation: &Consultation) -> Value {
    reference("Patient", &patient_id(consultation))
}

fn patient_id(consultation: &Consultation) -> String {
    format!("patient-{}", short(&consultation.case))
}

pub(crate) fn patient(consultation: &Consultation) -> Value {
    let patient = &consultation.patient;
    let mut names = Vec::new();
    for (code, text) in [
        ("IDE", &patient.ideographic),
        ("SYL", &patient.phonetic),
        ("ABC", &patient.alphabetic),
    ] {
        if let Some(text) = said(text) {
            names.push(patient_name(code, text));
        }
    }
    let gender = match patient.sex.as_str() {
        "M" => "male",
        "F" => "female",
        "O" => "other",
        _ => "unknown",
    };
    let mut resource = json!({
        "resourceType": "Patient",
        "id": patient_id(consultation),
        "gender": gender,
    });
    let number = said(&patient.id).map(|number| {
        let mut identifier = json!({"value": number});
        identifier["system"] = patient_system(&consultation.clinic).into();
        json!([identifier])
    });
    put(&mut resource, "identifier", number);
    put(&mut resource, "name", (!names.is_empty()).then(|| names.into()));
    put(
        &mut resource,
        "birthDate",
        date(&patient.birth_date).map(Into::into),
    );
    let managing = organization_reference(&consultation.clinic);
    put(&mut resource, "managingOrganization", Some(managing));
    resource
}

/// JP Core: numbers of patients are told apart by the clinic's code, with a 1 before it. A clinic whose code is none has
/// a name space of our own.
fn patient_system(clinic: &Facility) -> String {
    let code = &clinic.code;
    if code.len() == 10 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("urn:oid:1.2.392.100495.20.3.51.1{code}")
    } else {
        "urn:dokuei:patient-number".to_owned()
    }
}

fn patient_name(code: &str, text: &str) -> Value {
    let mut parts = text.split('^').map(str::trim).filter(|part| !part.is_empty());
    let (family, given) = (parts.next(), parts.next());
    let mut name = json!({
        "extension": [{"url": REPRESENTATION, "valueCode": code}],
        "use": "official",
        "text": text.replace('^', " ").trim(),
    });
    put(&mut name, "family", family.map(Into::into));
    put(&mut name, "given", given.map(|given| json!([given])));
    name
}

fn facilities(consultation: &Consultation) -> Vec<&Facility> {
    let mut all = vec![&consultation.clinic];
    for one in &consultation.practitioners {
        let there = all.iter().any(|other| is_same(other, &one.facility));
        if !there && said(&one.facility.name).is_some() {
            all.push(&one.facility);
        }
    }
    all
}

/// By their codes: a facility may have changed its name between two certificates.
fn is_same(one: &Facility, other: &Facility) -> bool {
    match (said(&one.code), said(&other.code)) {
        (Some(code), Some(other)) => code == other,
        _ => one == other,
    }
}

fn organization_reference(facility: &Facility) -> Value {
    match said(&facility.code) {
        Some(code) => reference("Organization", &format!("facility-{code}")),
        None => json!({"display": facility.name, "type": "Organization"}),
    }
}

/// Those that have a code; one without is named where it is referred to.
pub(crate) fn organizations(consultation: &Consultation) -> Vec<Value> {
    let with_code = facilities(consultation)
        .into_iter()
        .filter(|one| said(&one.code).is_some());
    let resources = with_code.map(|one| {
        json!({
            "resourceType": "Organization",
            "id": format!("facility-{}", one.code),
            "identifier": [{"system": INSTITUTION, "value": one.code}],
            "name": one.name,
        })
    });
    resources.collect()
}

pub(crate) fn practitioner_reference(practitioner: &Practitioner) -> Value {
    let mut reference = reference("Practitioner", &short(&practitioner.fingerprint));
    put(
        &mut reference,
        "display",
        said(&practitioner.name).map(Into::into),
    );
    reference
}

pub(crate) fn practitioners(consultation: &Consultation) -> Vec<Value> {
    consultation.practitioners.iter().map(practitioner).collect()
}

fn practitioner(one: &Practitioner) -> Value {
    let name = |code: &str, text: &str| json!({"extension": [{"url": REPRESENTATION, "valueCode": code}], "text": text});
    let names: Vec<Value> = [("IDE", &one.name), ("ABC", &one.name_latin)]
        .into_iter()
        .filter_map(|(code, text)| said(text).map(|text| name(code, text)))
        .collect();
    let mut identifiers = vec![json!({"system": "urn:dokuei:certificate:sha256", "value": one.fingerprint})];
    // The registers of licences have no identifier that could be confirmed: theirs are name spaces of our own.
    let licence = one.licence.map(|licence| match licence {
        Licence::Dentist => ("urn:dokuei:licence:dentist", "歯科医師"),
        Licence::Physician => ("urn:dokuei:licence:physician", "医師"),
    });
    let qualification = licence.map(|(system, kind)| {
        let number = json!({"system": system, "value": one.licence_number});
        identifiers.push(number.clone());
        json!([{"identifier": [number], "code": {"text": kind}}])
    });
    let mut resource = json!({
        "resourceType": "Practitioner",
        "id": short(&one.fingerprint),
        "identifier": identifiers,
    });
    put(&mut resource, "name", (!names.is_empty()).then(|| names.into()));
    put(&mut resource, "qualification", qualification);
    resource
}
