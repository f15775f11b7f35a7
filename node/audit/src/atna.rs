//! An audit message of DICOM PS3.15 A.5: XML by the schema of A.5.1, filled in as A.5.2 and A.5.3 say.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::message::{Audited, Node, Person, plain};
use crate::vocabulary::{Act, Family, act, outcome};

/// Codes of ours that no list of the standard has.
const OURS: &str = "dokuei";
/// Code lists of DICOM.
const DCM: &str = "DCM";
/// The types of ids that RFC 3881 numbers.
const RFC_3881: &str = "RFC-3881";

/// Roles of CID 402.
const APPLICATION: (&str, &str) = ("110150", "Application");
const DESTINATION: (&str, &str) = ("110152", "Destination Role ID");
const SOURCE: (&str, &str) = ("110153", "Source Role ID");
const DESTINATION_MEDIA: (&str, &str) = ("110154", "Destination Media");
const SOURCE_MEDIA: (&str, &str) = ("110155", "Source Media");
/// A file of the system, or a medium: named by where it is (CID 405).
const PLACE: (&str, &str) = ("110037", "URI");

type Xml = Writer<Vec<u8>>;

/// Writes the message.
///
/// # Errors
/// Memory does not fail; the writer's interface says that it may.
pub fn to_xml(row: &Audited, node: &Node) -> io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let act = act(&row.action, row.case.is_some());
    xml.create_element("AuditMessage").write_inner_content(|xml| {
        event(xml, row, &act)?;
        participants(xml, row, node, &act)?;
        xml.create_element("AuditSourceIdentification")
            .with_attribute(("AuditEnterpriseSiteID", plain(&node.institution).as_str()))
            .with_attribute(("AuditSourceID", plain(&node.id).as_str()))
            .write_inner_content(|xml| {
                xml.create_element("AuditSourceTypeCode")
                    .with_attribute(("csd-code", "4"))
                    .write_empty()?;
                Ok(())
            })?;
        objects(xml, row, &act)
    })?;
    String::from_utf8(xml.into_inner()).map_err(io::Error::other)
}

fn event(xml: &mut Xml, row: &Audited, act: &Act) -> io::Result<()> {
    xml.create_element("EventIdentification")
        .with_attribute(("EventActionCode", act.action.letter()))
        .with_attribute(("EventDateTime", row.time().as_str()))
        .with_attribute((
            "EventOutcomeIndicator",
            outcome(&row.action, &row.outcome).number(),
        ))
        .write_inner_content(|xml| {
            coded(xml, "EventID", (act.family.code(), DCM))?;
            if let Some(kind) = act.kind {
                coded(xml, "EventTypeCode", (kind, DCM))?;
            }
            let word = plain(&row.action);
            coded(xml, "EventTypeCode", ((&word, act.words.0), OURS))?;
            xml.create_element("EventOutcomeDescription")
                .write_text_content(BytesText::new(&plain(&row.outcome)))?;
            Ok(())
        })?;
    Ok(())
}

fn coded(xml: &mut Xml, element: &str, ((code, meaning), system): ((&str, &str), &str)) -> io::Result<()> {
    xml.create_element(element)
        .with_attribute(("csd-code", code))
        .with_attribute(("codeSystemName", system))
        .with_attribute(("originalText", meaning))
        .write_empty()?;
    Ok(())
}

/// A role, and the kind of medium when it is one.
type Role = (&'static str, &'static str);

fn participant(
    xml: &mut Xml,
    (id, name): (&str, Option<&str>),
    asked: bool,
    role: Option<Role>,
    medium: Option<Role>,
) -> io::Result<()> {
    let (id, name) = (plain(id), name.map(plain));
    let mut element = xml
        .create_element("ActiveParticipant")
        .with_attribute(("UserID", id.as_str()));
    if let Some(name) = &name {
        element = element.with_attribute(("UserName", name.as_str()));
    }
    element
        .with_attribute(("UserIsRequestor", if asked { "true" } else { "false" }))
        .write_inner_content(|xml| {
            if let Some(role) = role {
                coded(xml, "RoleIDCode", (role, DCM))?;
            }
            if let Some(medium) = medium {
                xml.create_element("MediaIdentifier")
                    .write_inner_content(|xml| coded(xml, "MediaType", (medium, DCM)))?;
            }
            Ok(())
        })?;
    Ok(())
}

/// Who took part: exactly one of them asked for it (A.5.2).
fn participants(xml: &mut Xml, row: &Audited, node: &Node, act: &Act) -> io::Result<()> {
    let Person { id, name, .. } = &row.actor;
    let actor = (id.as_str(), name.as_deref());
    let here = (node.id.as_str(), Some(node.institution.as_str()));
    let (of_actor, of_node, medium) = match act.family {
        Family::Export => (Some(SOURCE), Some(DESTINATION_MEDIA), Some(PLACE)),
        Family::Import => (Some(DESTINATION), Some(SOURCE_MEDIA), Some(PLACE)),
        Family::Transferred if act.action.letter() == "C" => (Some(SOURCE), Some(DESTINATION), None),
        Family::Transferred => (Some(DESTINATION), Some(SOURCE), None),
        Family::Activity => (None, Some(APPLICATION), None),
        _ => (None, None, None),
    };
    // What the node does by itself is asked for by nobody else.
    participant(xml, actor, true, of_actor, None)?;
    participant(xml, here, false, of_node, medium)
}

fn objects(xml: &mut Xml, row: &Audited, act: &Act) -> io::Result<()> {
    if let Some(study) = &row.study {
        let type_code = (("110180", "Study Instance UID"), DCM);
        object(xml, (&study.uid, ("2", "3")), type_code, &study.uid, |xml| {
            xml.create_element("ParticipantObjectDescription")
                .write_inner_content(|xml| {
                    for class in &study.classes {
                        xml.create_element("SOPClass")
                            .with_attribute(("UID", class.uid.as_str()))
                            .with_attribute(("NumberOfInstances", class.instances.to_string().as_str()))
                            .write_empty()?;
                    }
                    Ok(())
                })?;
            Ok(())
        })?;
    }
    if let Some(patient) = &row.patient {
        let type_code = (("2", "Patient Number"), RFC_3881);
        object(xml, (&patient.id, ("1", "1")), type_code, &patient.name, |_| {
            Ok(())
        })?;
    }
    if let Some(case) = &row.case {
        let type_code = (("consultation", "Consultation"), OURS);
        object(xml, (case, ("2", "20")), type_code, case, |_| Ok(()))?;
    }
    if act.family == Family::LogUsed {
        let type_code = (("12", "URI"), RFC_3881);
        return object(
            xml,
            ("urn:dokuei:audit", ("2", "13")),
            type_code,
            "Security Audit Log",
            |_| Ok(()),
        );
    }
    let told = row.study.is_some() || row.case.is_some();
    if !told && !row.object.is_empty() {
        let type_code = (("object", "Object"), OURS);
        return object(
            xml,
            (&row.object, ("2", "13")),
            type_code,
            &row.object,
            |_| Ok(()),
        );
    }
    Ok(())
}

fn object(
    xml: &mut Xml,
    (id, (kind, role)): (&str, (&str, &str)),
    type_code: ((&str, &str), &str),
    name: &str,
    more: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let (id, name) = (plain(id), plain(name));
    xml.create_element("ParticipantObjectIdentification")
        .with_attribute(("ParticipantObjectID", id.as_str()))
        .with_attribute(("ParticipantObjectTypeCode", kind))
        .with_attribute(("ParticipantObjectTypeCodeRole", role))
        .write_inner_content(|xml| {
            coded(xml, "ParticipantObjectIDTypeCode", type_code)?;
            xml.create_element("ParticipantObjectName")
                .write_text_content(BytesText::new(&name))?;
            more(xml)
        })?;
    Ok(())
}
