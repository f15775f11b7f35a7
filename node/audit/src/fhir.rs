//! The same event as a FHIR R4 `AuditEvent` (hl7.org/fhir/R4/auditevent.html), one JSON object.

use serde_json::{Value, json};

use crate::message::{Audited, Node};
use crate::vocabulary::{Family, act, outcome};

const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const OBJECT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
/// Words of ours that no list of the standards has.
const OURS: &str = "urn:dokuei:audit-action";

/// Writes the resource. Its id is that of the row, so that the same row is the same resource wherever it is sent again.
#[must_use]
pub fn to_fhir(row: &Audited, node: &Node) -> Value {
    let act = act(&row.action, row.case.is_some());
    let (code, meaning) = act.family.code();
    let mut subtypes = Vec::new();
    if let Some((code, meaning)) = act.kind {
        subtypes.push(json!({"system": DCM, "code": code, "display": meaning}));
    }
    subtypes.push(json!({"system": OURS, "code": row.action, "display": act.words.0}));
    let mut actor = json!({"who": {"identifier": {"value": row.actor.id}}, "requestor": true});
    if let Some(name) = row.actor.name.as_deref().filter(|name| !name.is_empty()) {
        actor["name"] = name.into();
    }
    let here = json!({
        "type": {"coding": [{"system": DCM, "code": "110150", "display": "Application"}]},
        "who": {"identifier": {"value": node.id}, "display": node.institution},
        "requestor": false,
    });
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": format!("row-{}", row.seq),
        "type": {"system": DCM, "code": code, "display": meaning},
        "subtype": subtypes,
        "action": act.action.letter(),
        "recorded": row.time(),
        "outcome": outcome(&row.action, &row.outcome).number(),
        "agent": [actor, here],
        "source": {
            "site": node.institution,
            "observer": {"identifier": {"value": node.id}},
            "type": [{"system": SOURCE_TYPE, "code": "4", "display": "Application Server"}],
        },
    });
    let entities = entities(row, act.family);
    if !entities.is_empty() {
        event["entity"] = entities.into();
    }
    if !row.outcome.is_empty() {
        event["outcomeDesc"] = row.outcome.clone().into();
    }
    event
}

fn entities(row: &Audited, family: Family) -> Vec<Value> {
    let entity = |id: &str, kind: (&str, &str), role: (&str, &str), name: Option<&str>| {
        let mut one = json!({
            "what": {"identifier": {"value": id}},
            "type": {"system": OBJECT_TYPE, "code": kind.0, "display": kind.1},
            "role": {"system": OBJECT_ROLE, "code": role.0, "display": role.1},
        });
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            one["name"] = name.into();
        }
        one
    };
    let (person, thing) = (("1", "Person"), ("2", "System Object"));
    let mut all = Vec::new();
    if let Some(study) = &row.study {
        all.push(entity(&study.uid, thing, ("3", "Report"), None));
        if let Some(one) = all.last_mut() {
            one["what"]["identifier"]["system"] = "urn:dicom:uid".into();
            one["what"]["identifier"]["value"] = format!("urn:oid:{}", study.uid).into();
        }
    }
    if let Some(patient) = &row.patient {
        let id = if patient.id.is_empty() { "-" } else { &patient.id };
        all.push(entity(id, person, ("1", "Patient"), Some(&patient.name)));
    }
    if let Some(case) = &row.case {
        all.push(entity(case, thing, ("20", "Job"), None));
    }
    let told = row.study.is_some() || row.case.is_some();
    if family == Family::LogUsed {
        all.push(entity(
            "urn:dokuei:audit",
            thing,
            ("13", "Security Resource"),
            Some("Security Audit Log"),
        ));
    } else if !told && !row.object.is_empty() {
        all.push(entity(&row.object, thing, ("13", "Security Resource"), None));
    }
    all
}
