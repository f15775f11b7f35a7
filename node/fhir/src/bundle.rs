//! The Bundle, and what all resources have in common.

use serde_json::{Value, json};

use crate::facts::Consultation;
use crate::{opinion, parties, report, request};

/// The consultation as a Bundle of type `collection`; `audit` are AuditEvents that go with it.
#[must_use]
pub fn to_bundle(consultation: &Consultation, audit: Vec<Value>) -> Value {
    let mut resources = vec![parties::patient(consultation)];
    resources.extend(parties::organizations(consultation));
    resources.extend(parties::practitioners(consultation));
    resources.push(request::imaging_study(consultation));
    resources.push(request::service_request(consultation));
    for one in &consultation.reports {
        resources.extend(report::observations(consultation, one));
        resources.push(report::diagnostic_report(consultation, one));
        resources.push(report::provenance(consultation, one));
    }
    for one in &consultation.opinions {
        resources.push(opinion::diagnostic_report(consultation, one));
        resources.push(opinion::provenance(consultation, one));
    }
    let signed = consultation.co_signatures.iter();
    resources.extend(signed.map(|one| opinion::co_signature(consultation, one)));
    resources.extend(audit);
    let entries: Vec<Value> = resources.into_iter().map(entry).collect();
    json!({
        "resourceType": "Bundle",
        "id": consultation.case,
        "identifier": {"system": "urn:dokuei:case", "value": consultation.case},
        "type": "collection",
        "timestamp": instant(consultation.changed_at),
        "entry": entries,
    })
}

fn entry(resource: Value) -> Value {
    let text = |name: &str| resource[name].as_str().unwrap_or_default();
    let full_url = format!("urn:dokuei:{}/{}", text("resourceType"), text("id"));
    json!({"fullUrl": full_url, "resource": resource})
}

/// A reference within the bundle: to the `fullUrl` of its entry.
pub(crate) fn reference(kind: &str, id: &str) -> Value {
    json!({"reference": format!("urn:dokuei:{kind}/{id}"), "type": kind})
}

/// An id (R4: at most 64 letters, digits, `-` and `.`) that follows from hexadecimal identifiers.
pub(crate) fn short(hexadecimal: &str) -> String {
    hexadecimal.chars().take(48).collect()
}

/// RFC 3339 in UTC; out of the calendar, its beginning.
pub(crate) fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

/// YYYYMMDD as FHIR writes a date; none when it is no date.
pub(crate) fn date(text: &str) -> Option<String> {
    let date: jiff::civil::Date = (text.len() == 8).then(|| text.parse().ok())??;
    Some(date.to_string())
}

/// A concept that has words only.
pub(crate) fn words(text: &str) -> Value {
    json!({"text": text})
}

/// Text for people (R4: XHTML), each with its heading; nothing in it is markup.
pub(crate) fn narrative(parts: &[(&str, &str)]) -> Value {
    let mut div = String::from("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
    for (heading, text) in parts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        div.push_str(&format!("<h3>{}</h3>", escaped(heading)));
        for line in text.lines() {
            div.push_str(&format!("<p>{}</p>", escaped(line)));
        }
    }
    div.push_str("</div>");
    json!({"status": "generated", "div": div})
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no other control characters.
            one if one.is_control() && one != '\t' => escaped.push(' '),
            one => escaped.push(one),
        }
    }
    escaped
}

/// Puts a value in when there is something to say.
pub(crate) fn put(resource: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        resource[name] = value;
    }
}

/// A text, when it says something.
pub(crate) fn said(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
