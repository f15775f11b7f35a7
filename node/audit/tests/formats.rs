//! Audit messages as the standards have them, whatever stands in a row.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

use std::collections::BTreeMap;

use dokuei_audit::{
    Audited, Header, Node, Patient, Person, SopClass, Study, frame, to_csv, to_fhir, to_syslog, to_xml,
};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

fn node() -> Node {
    Node {
        institution: "山田歯科医院".into(),
        id: "3f9c".into(),
        host: "reception-1".into(),
        process: 4711,
    }
}

fn row(action: &str, object: &str, outcome: &str) -> Audited {
    Audited {
        seq: 7,
        at: 1_764_000_000,
        actor: Person {
            id: "tanaka".into(),
            name: Some("田中 花子".into()),
            person: true,
        },
        action: action.into(),
        object: object.into(),
        outcome: outcome.into(),
        hash: "ab".repeat(32),
        patient: Some(Patient {
            id: "0042".into(),
            name: "山本 一郎".into(),
            issuer: "山田歯科医院".into(),
            birth_date: "19800102".into(),
        }),
        study: Some(Study {
            uid: "1.2.3".into(),
            classes: vec![SopClass {
                uid: "1.2.840.10008.5.1.4.1.1.2".into(),
                instances: 40,
            }],
        }),
        case: Some("c0ffee".into()),
    }
}

/// An element: its name with its parents' and its attributes.
type Element = (String, BTreeMap<String, String>);

fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    let (mut open, mut found) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        let (start, empty) = match &event {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => return found,
            _ => continue,
        };
        open.push(start.name().as_ref().to_owned());
        let attributes = start.attributes().map(|one| {
            let one = one.unwrap();
            let value = one
                .normalized_value(XmlVersion::Implicit1_0)
                .unwrap()
                .into_owned();
            (one.key.as_ref().to_owned(), value)
        });
        found.push((open.join("/"), attributes.collect()));
        if empty {
            open.pop();
        }
    }
}

/// What A.5.1 and A.5.2 demand of every message.
fn keeps_to_the_standard(xml: &str) -> Vec<Element> {
    let found = elements(xml);
    let of = |path: &str| -> Vec<BTreeMap<String, String>> {
        let here = found.iter().filter(|(at, _)| at == path);
        here.map(|(_, attributes)| attributes.clone()).collect()
    };
    let event = &of("AuditMessage/EventIdentification")[0];
    assert!(["C", "R", "U", "D", "E"].contains(&event["EventActionCode"].as_str()));
    assert!(["0", "4", "8", "12"].contains(&event["EventOutcomeIndicator"].as_str()));
    assert!(
        event["EventDateTime"].ends_with('Z'),
        "unambiguous as to local time: {event:?}"
    );
    assert_eq!(of("AuditMessage/EventIdentification/EventID").len(), 1);
    let who = of("AuditMessage/ActiveParticipant");
    assert!(!who.is_empty() && who.iter().all(|one| one.contains_key("UserID")));
    let asked = who.iter().filter(|one| one["UserIsRequestor"] == "true").count();
    assert!(asked <= 1, "the system shall not identify several requestors");
    let source = of("AuditMessage/AuditSourceIdentification");
    assert!(source.len() == 1 && !source[0]["AuditSourceID"].is_empty());
    for (path, attributes) in &found {
        let last = path.rsplit('/').next().unwrap();
        if [
            "EventID",
            "EventTypeCode",
            "RoleIDCode",
            "MediaType",
            "ParticipantObjectIDTypeCode",
        ]
        .contains(&last)
        {
            for needed in ["csd-code", "codeSystemName", "originalText"] {
                assert!(
                    attributes.get(needed).is_some_and(|text| !text.is_empty()),
                    "{path} lacks {needed}"
                );
            }
        }
    }
    let objects = of("AuditMessage/ParticipantObjectIdentification");
    let named = of("AuditMessage/ParticipantObjectIdentification/ParticipantObjectName").len();
    assert_eq!(named, objects.len(), "each has a name or a query");
    found
}

/// R24: whoever collects the audit trails of a house can read who saw which images of whom.
#[test]
fn r24_looking_at_a_study_is_dicom_instances_accessed_with_study_and_patient() {
    let xml = to_xml(&row("view", "1.2.3", "success"), &node()).unwrap();
    let found = keeps_to_the_standard(&xml);
    let attributes = |path: &str| found.iter().find(|(at, _)| at == path).unwrap().1.clone();
    let id = attributes("AuditMessage/EventIdentification/EventID");
    assert_eq!(
        (id["csd-code"].as_str(), id["codeSystemName"].as_str()),
        ("110103", "DCM")
    );
    let objects: Vec<_> = found
        .iter()
        .filter(|(at, _)| at == "AuditMessage/ParticipantObjectIdentification")
        .map(|(_, one)| {
            (
                one["ParticipantObjectID"].as_str(),
                one["ParticipantObjectTypeCodeRole"].as_str(),
            )
        })
        .collect();
    assert_eq!(objects, [("1.2.3", "3"), ("0042", "1"), ("c0ffee", "20")]);
    let class = found.iter().find(|(at, _)| at.ends_with("/SOPClass")).unwrap();
    assert_eq!(class.1["NumberOfInstances"], "40");
    assert!(xml.contains("山本 一郎") && xml.contains("田中 花子"));
}

#[test]
fn r24_each_event_of_the_standard_carries_its_code() {
    for (action, code, kind) in [
        ("sign_in", "110114", Some("110122")),
        ("sign_out", "110114", Some("110123")),
        ("admission", "110114", Some("110126")),
        ("import", "110107", None),
        ("export", "110106", None),
        ("received", "110104", None),
        ("erase", "110105", None),
        ("audit_export", "110101", None),
        ("fork", "110113", Some("110135")),
        ("request", "110109", None),
        ("report", "110111", None),
    ] {
        let found = keeps_to_the_standard(&to_xml(&row(action, "x", "success"), &node()).unwrap());
        let codes = |name: &str| -> Vec<String> {
            let of = found.iter().filter(|(at, _)| at.ends_with(name));
            of.map(|(_, one)| one["csd-code"].clone()).collect()
        };
        assert_eq!(codes("/EventID"), [code], "{action}");
        let types = codes("/EventTypeCode");
        assert_eq!(types.last().unwrap(), action);
        assert_eq!(types.len() == 2, kind.is_some(), "{action}");
        assert!(kind.is_none_or(|kind| types[0] == kind), "{action}: {types:?}");
    }
}

#[test]
fn a_syslog_message_is_framed_by_its_length_in_bytes() {
    let row = row("sign_in", "tanaka", "failure");
    let xml = to_xml(&row, &node()).unwrap();
    let message = to_syslog(&Header::of(&row, &node()), &xml);
    let text = String::from_utf8(message.clone()).unwrap();
    let begin = "<84>1 2025-11-24T16:00:00Z reception-1 dokuei 4711 IHE+RFC-3881 - \u{feff}<?xml";
    assert!(text.starts_with(begin), "{text}");
    let framed = frame(&message);
    let (length, rest) = framed.split_at(framed.iter().position(|byte| *byte == b' ').unwrap());
    assert_eq!(
        std::str::from_utf8(length).unwrap().parse::<usize>().unwrap(),
        rest.len() - 1
    );
}

#[test]
fn a_table_has_a_row_each_and_no_formula() {
    let mut formula = row("view", "=1+1", "success");
    formula.patient = None;
    let table = to_csv(&[row("view", "1.2.3", "success"), formula]).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains("DICOM Instances Accessed") && lines[1].contains("山本 一郎"));
    assert!(lines[2].contains(",'=1+1,"), "{}", lines[2]);
}

#[test]
fn a_resource_names_event_agents_and_entities() {
    let event = to_fhir(&row("view", "1.2.3", "success"), &node());
    assert_eq!(event["type"]["code"], "110103");
    assert_eq!(event["agent"][0]["requestor"], true);
    assert_eq!(event["entity"][1]["what"]["identifier"]["value"], "0042");
    assert_eq!(event["id"], "row-7");
}

proptest! {
    /// What a peer, a device or a file called itself stands in rows: no text of it breaks a message out of its form.
    #[test]
    fn r24_no_text_in_a_row_breaks_a_message(actor in ".*", object in ".*", end in ".*", name in ".*", host in ".*") {
        let mut one = row("import", &object, &end);
        one.actor.id.clone_from(&actor);
        one.actor.name = Some(name.clone());
        one.patient = one.patient.map(|patient| Patient { id: object, name, ..patient });
        let node = Node { host, ..node() };
        let xml = to_xml(&one, &node).unwrap();
        keeps_to_the_standard(&xml);
        prop_assert!(!xml.contains('\n'));
        let message = String::from_utf8(to_syslog(&Header::of(&one, &node), &xml)).unwrap();
        let fields: Vec<&str> = message.splitn(8, ' ').collect();
        prop_assert_eq!((fields[3], fields[5], fields[6]), ("dokuei", "IHE+RFC-3881", "-"));
        to_csv(std::slice::from_ref(&one)).unwrap();
        prop_assert_eq!(&to_fhir(&one, &node)["id"], "row-7");
    }
}
