//! What was answered: a version of a report, what it says by tooth, and its signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::bundle::{date, instant, narrative, put, reference, said, short, words};
use crate::facts::{Consultation, Practitioner, Report, ReportStatus, ToothFinding};
use crate::opinion::{co_signers, said_beside};
use crate::parties::{patient_reference, practitioner_reference};
use crate::provenance::{Role, Signed};
use crate::request::{request_reference, study_reference};

/// Teeth, by ISO 3950.
const TEETH: &str = "urn:iso:std:iso:3950";

pub(crate) fn report_id(entry: &str) -> String {
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
            ("連署・異見 Co-signatures and dissents", &said_beside(consultation, &report.entry)),
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
        "effectiveDateTime": taken_on(consultation, report.signed_at),
        "issued": instant(report.signed_at),
        "imagingStudy": [study_reference(consultation)],
        "conclusion": report.impression,
    });
    if let Some(author) = author(consultation, report) {
        resource["performer"] = json!([practitioner_reference(author)]);
        // Who co-signs answers for what it says as well.
        let all = [author]
            .into_iter()
            .chain(co_signers(consultation, &report.entry));
        resource["resultsInterpreter"] = all.map(practitioner_reference).collect();
    }
    let results = results(report);
    put(
        &mut resource,
        "result",
        (!results.is_empty()).then(|| results.into()),
    );
    let title = "画像診断報告書 Diagnostic Imaging Report";
    let form = report.pdf.as_ref().map(|pdf| form(pdf, title, report.signed_at));
    put(&mut resource, "presentedForm", form);
    resource
}

/// The paper.
pub(crate) fn form(pdf: &[u8], title: &str, made: i64) -> Value {
    json!([{
        "contentType": "application/pdf",
        "language": "ja",
        "data": STANDARD.encode(pdf),
        "size": pdf.len(),
        "title": title,
        "creation": instant(made),
    }])
}

/// References to what is seen at each tooth.
pub(crate) fn results(report: &Report) -> Vec<Value> {
    (0..report.teeth.len())
        .map(|at| reference("Observation", &tooth_id(report, at)))
        .collect()
}

/// The day on which the images were taken: what is seen was so then. The moment of signing when it is not known.
pub(crate) fn taken_on(consultation: &Consultation, signed_at: i64) -> String {
    date(&consultation.study.date).unwrap_or_else(|| instant(signed_at))
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
            "effectiveDateTime": taken_on(consultation, report.signed_at),
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
    let activity = if report.predecessor.is_some() {
        "UPDATE"
    } else {
        "CREATE"
    };
    let signed = Signed {
        entry: &report.entry,
        of: &report.entry,
        who: author(consultation, report),
        at: report.signed_at,
        signature: &report.signature,
        role: Role::Author,
        activity,
        reason: report.reason.as_deref().and_then(said),
    };
    let mut resource = signed.provenance();
    let before = report.predecessor.as_ref().map(
        |before| json!([{"role": "revision", "what": reference("DiagnosticReport", &report_id(before))}]),
    );
    put(&mut resource, "entity", before);
    resource
}
