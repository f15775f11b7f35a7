//! What two readers say together, and who has signed beside another.

use serde_json::{Value, json};

use crate::bundle::{instant, narrative, put, reference, said};
use crate::facts::{CoSignature, Consultation, Opinion, OpinionStatus, Practitioner};
use crate::parties::{patient_reference, practitioner_reference};
use crate::provenance::{Role, Signed};
use crate::report::{form, report_id, results, taken_on};
use crate::request::{request_reference, study_reference};

/// A reconciled opinion: a report of its own, over the results of both readers.
pub(crate) fn diagnostic_report(consultation: &Consultation, opinion: &Opinion) -> Value {
    let (status, answering) = match opinion.status {
        OpinionStatus::OfOne => ("preliminary", 1),
        OpinionStatus::OfBoth => ("final", 2),
    };
    let mut resource = json!({
        "resourceType": "DiagnosticReport",
        "id": report_id(&opinion.entry),
        "text": narrative(&[
            ("統合見解 Reconciled opinion", &opinion.opinion),
            ("推奨 Recommendations", &opinion.recommendations),
            ("連署・異見 Co-signatures and dissents", &said_beside(consultation, &opinion.entry)),
        ]),
        "identifier": [{"system": "urn:dokuei:entry", "value": opinion.entry}],
        "basedOn": [request_reference(consultation)],
        "status": status,
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD", "display": "Radiology",
        }]}],
        "code": {
            "coding": [{
                "system": "http://loinc.org", "code": "18748-4", "display": "Diagnostic imaging study",
            }],
            "text": "統合見解 Reconciled opinion of two readers",
        },
        "subject": patient_reference(consultation),
        "effectiveDateTime": taken_on(consultation, opinion.signed_at),
        "issued": instant(opinion.signed_at),
        "imagingStudy": [study_reference(consultation)],
        "conclusion": opinion.opinion,
    });
    let readers = opinion.readers.iter().take(answering);
    let readers: Vec<Value> = readers
        .filter_map(|at| consultation.practitioners.get(*at))
        .map(practitioner_reference)
        .collect();
    if !readers.is_empty() {
        resource["performer"] = readers.clone().into();
        resource["resultsInterpreter"] = readers.into();
    }
    let of_both = consultation.reports.iter();
    let seen: Vec<Value> = of_both
        .filter(|one| opinion.reports.contains(&one.entry))
        .flat_map(results)
        .collect();
    put(&mut resource, "result", (!seen.is_empty()).then(|| seen.into()));
    let title = "統合見解書 Reconciled Opinion";
    let paper = opinion
        .pdf
        .as_ref()
        .map(|pdf| form(pdf, title, opinion.signed_at));
    put(&mut resource, "presentedForm", paper);
    resource
}

/// Its author's signature, and the two reports from which it follows.
pub(crate) fn provenance(consultation: &Consultation, opinion: &Opinion) -> Value {
    let signed = Signed {
        entry: &opinion.entry,
        of: &opinion.entry,
        who: consultation.practitioners.get(opinion.readers[0]),
        at: opinion.signed_at,
        signature: &opinion.signature,
        role: Role::Author,
        activity: "CREATE",
        reason: None,
    };
    let mut resource = signed.provenance();
    let source = |entry: &String| {
        let report = reference("DiagnosticReport", &report_id(entry));
        json!({"role": "source", "what": report})
    };
    resource["entity"] = opinion.reports.iter().map(source).collect();
    resource
}

/// A second signature, or a dissent.
pub(crate) fn co_signature(consultation: &Consultation, one: &CoSignature) -> Value {
    let of_opinion = consultation
        .opinions
        .iter()
        .any(|opinion| opinion.entry == one.of);
    let role = match (one.agrees, of_opinion) {
        (false, _) => Role::Reviewer,
        (true, true) => Role::Coauthor,
        (true, false) => Role::Verifier,
    };
    let signed = Signed {
        entry: &one.entry,
        of: &one.of,
        who: consultation.practitioners.get(one.signer),
        at: one.signed_at,
        signature: &one.signature,
        role,
        activity: "APPEND",
        reason: said(&one.words),
    };
    signed.provenance()
}

fn beside<'a>(consultation: &'a Consultation, entry: &'a str) -> impl Iterator<Item = &'a CoSignature> {
    let all = consultation.co_signatures.iter();
    all.filter(move |one| one.of == entry)
}

/// Who answers for a report beside its author, each once.
pub(crate) fn co_signers<'a>(
    consultation: &'a Consultation,
    entry: &'a str,
) -> impl Iterator<Item = &'a Practitioner> {
    let agreed = beside(consultation, entry).filter(|one| one.agrees);
    agreed.filter_map(|one| consultation.practitioners.get(one.signer))
}

/// Co-signatures and dissents for people, a line each.
pub(crate) fn said_beside(consultation: &Consultation, entry: &str) -> String {
    let lines = beside(consultation, entry).map(|one| {
        let who = consultation.practitioners.get(one.signer);
        let name = who.map_or("", |one| one.name.as_str());
        let stance = if one.agrees {
            "連署 Co-signed"
        } else {
            "異見 Dissent"
        };
        format!("{stance}: {name} {}", one.words).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}
