//! What was answered: a version of a report, what it says by tooth, and its signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::bundle::{date, instant, narrative, put, reference, said, short, words};
use crate::facts::{Consultation, Practitioner, Report, ReportStatus, ToothFinding};
use crate::parties::{patient_reference, practitioner_reference};
use crate::request::{request_reference, study_reference};

/// Teeth, by ISO 3950.
const TEETH: &str = "urn:iso:std:iso:3950";

fn report_id(entry: &str) -> String {
    format!("report-{}", short(entry))
}

fn author<'a>(consultation: &'a Consultation, report: &Report) -> Option<&'a Practitioner> {
    consultation.practitioners.get(report.author)
}

pub(crate) fn diagnostic_report(consultation: &Consultation, report: &Report) -> Value {
    let status = match report.status {
        ReportStatus::Preliminary => "preliminary",
        ReportStatus::Final => "final",
        ReportStatus::Amended => "amended",
        ReportStatus::Appended => "appended",
    };
    let mut resource = json!({
        "resourceType": "DiagnosticReport",
        "id": report_id(&report.entry),
        "text": narrative(&[
            ("撮影と読影の限界 Technique and limits", &report.technique),
            ("所見 Findings", &report.findings),
            ("歯別所見 Findings by tooth", &lines(&report.teeth)),
            ("診断 Impression", &report.impression),
            ("推奨 Recommendations", &report.recommendations),
            ("指針 Guideline", &report.guideline),
        ]),
        "identifier": [{"system": "urn:dokuei:entry", "value": report.entry}],
        "basedOn": [request_reference(consultation)],
        "status": status,
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD", "display": "Radiology",
        }]}],
        "code": {"coding": [{
            "system": "http://loinc.org", "code": "18748-4", "display": "Diagnostic imaging study",
        }]},
        "subject": patient_reference(consultation),
        "effectiveDateTime": taken_on(consultation, report),
        "issued": instant(report.signed_at),
        "imagingStudy": [study_reference(consultation)],
        "conclusion": report.impression,
    });
    if let Some(author) = author(consultation, report) {
        resource["performer"] = json!([practitioner_reference(author)]);
        resource["resultsInterpreter"] = json!([practitioner_reference(author)]);
    }
    let results: Vec<Value> = (0..report.teeth.len())
        .map(|at| reference("Observation", &tooth_id(report, at)))
        .collect();
    put(
        &mut resource,
        "result",
        (!results.is_empty()).then(|| results.into()),
    );
    let form = report.pdf.as_ref().map(|pdf| {
        json!([{
            "contentType": "application/pdf",
            "language": "ja",
            "data": STANDARD.encode(pdf),
            "size": pdf.len(),
            "title": "画像診断報告書 Diagnostic Imaging Report",
            "creation": instant(report.signed_at),
        }])
    });
    put(&mut resource, "presentedForm", form);
    resource
}

/// The day on which the images were taken: what is seen was so then. The moment of signing when it is not known.
fn taken_on(consultation: &Consultation, report: &Report) -> String {
    date(&consultation.study.date).unwrap_or_else(|| instant(report.signed_at))
}

fn tooth_id(report: &Report, at: usize) -> String {
    format!("tooth-{}-{}", short(&report.entry), at + 1)
}

fn lines(teeth: &[ToothFinding]) -> String {
    let lines: Vec<String> = teeth
        .iter()
        .map(|one| format!("{}: {}", place(one), one.words))
        .collect();
    lines.join("\n")
}

fn place(one: &ToothFinding) -> String {
    let beside = if one.supernumerary {
        " 過剰歯 supernumerary"
    } else {
        ""
    };
    format!("{}{beside}", one.tooth)
}

/// What is seen at each tooth.
pub(crate) fn observations(consultation: &Consultation, report: &Report) -> Vec<Value> {
    let status = match report.status {
        ReportStatus::Preliminary => "preliminary",
        ReportStatus::Final => "final",
        ReportStatus::Amended | ReportStatus::Appended => "amended",
    };
    let teeth = report.teeth.iter().enumerate();
    let observations = teeth.map(|(at, one)| {
        let mut resource = json!({
            "resourceType": "Observation",
            "id": tooth_id(report, at),
            "status": status,
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "imaging",
            }]}],
            "code": words("歯別所見 Radiographic finding of a tooth"),
            "subject": patient_reference(consultation),
            "effectiveDateTime": taken_on(consultation, report),
            "issued": instant(report.signed_at),
            "valueString": one.words,
            "bodySite": {
                "coding": [{"system": TEETH, "code": one.tooth.to_string()}],
                "text": place(one),
            },
        });
        if let Some(author) = author(consultation, report) {
            resource["performer"] = json!([practitioner_reference(author)]);
        }
        resource
    });
    observations.collect()
}

/// Who signed, when, where, instead of what, and why; with the signature itself.
pub(crate) fn provenance(consultation: &Consultation, report: &Report) -> Value {
    let who =
        author(consultation, report).map_or_else(|| json!({"display": "unknown"}), practitioner_reference);
    let activity = if report.predecessor.is_some() {
        "UPDATE"
    } else {
        "CREATE"
    };
    let mut resource = json!({
        "resourceType": "Provenance",
        "id": format!("signature-{}", short(&report.entry)),
        "target": [reference("DiagnosticReport", &report_id(&report.entry))],
        "occurredDateTime": instant(report.signed_at),
        "recorded": instant(report.signed_at),
        "activity": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": activity,
        }]},
        "agent": [
            {
                "type": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": "author",
                }]},
                "who": who,
            },
            {
                "type": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                    "code": "assembler",
                }]},
                "who": {"identifier": {
                    "system": "urn:dokuei:certificate:sha256", "value": report.signature.device,
                }, "type": "Device"},
            },
        ],
        "signature": [{
            "type": [{
                "system": "urn:iso-astm:E1762-95:2013",
                "code": "1.2.840.10065.1.12.1.1",
                "display": "Author's Signature",
            }],
            "when": instant(report.signed_at),
            "who": who,
            "targetFormat": "application/cbor",
            "sigFormat": "application/cose; cose-type=\"cose-sign1\"",
            "data": STANDARD.encode(&report.signature.cose),
        }],
    });
    let reason = report.reason.as_deref().and_then(said);
    put(
        &mut resource,
        "reason",
        reason.map(|reason| json!([words(reason)])),
    );
    let before = report.predecessor.as_ref().map(
        |before| json!([{"role": "revision", "what": reference("DiagnosticReport", &report_id(before))}]),
    );
    put(&mut resource, "entity", before);
    resource
}
