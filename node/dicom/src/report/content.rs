//! Content items of structured reports (PS3.3 C.17.3, C.18).

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::illustrated::{Points, Quantity, Shape, ShownFrame};
use super::object::{code, sequence, text};
use crate::uid::Uid;

/// Code value, coding scheme, code meaning.
pub(super) type Concept<'a> = (&'a str, &'a str, &'a str);

/// How an item relates to the one that holds it.
pub(super) const CONTAINS: &str = "CONTAINS";
pub(super) const CONTEXT: &str = "HAS OBS CONTEXT";
pub(super) const MODIFIER: &str = "HAS CONCEPT MOD";

/// An item without a name and value yet.
fn bare(relationship: &str, value_type: &str) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::RELATIONSHIP_TYPE, VR::CS, relationship),
        text(tags::VALUE_TYPE, VR::CS, value_type),
    ])
}

fn item(relationship: &str, value_type: &str, (value, scheme, meaning): Concept<'_>) -> InMemDicomObject {
    let mut item = bare(relationship, value_type);
    item.put(sequence(
        tags::CONCEPT_NAME_CODE_SEQUENCE,
        vec![code(value, scheme, meaning)],
    ));
    item
}

pub(super) fn text_item(relationship: &str, concept: Concept<'_>, words: &str) -> InMemDicomObject {
    let mut item = item(relationship, "TEXT", concept);
    // VR UT may hold line ends; an SR reader breaks lines at CR LF (PS3.5 6.1.3).
    let lines: Vec<&str> = words.lines().map(str::trim_end).collect();
    item.put(text(tags::TEXT_VALUE, VR::UT, &lines.join("\r\n")));
    item
}

pub(super) fn coded_item(relationship: &str, concept: Concept<'_>, value: Concept<'_>) -> InMemDicomObject {
    let mut item = item(relationship, "CODE", concept);
    let (value, scheme, meaning) = value;
    item.put(sequence(
        tags::CONCEPT_CODE_SEQUENCE,
        vec![code(value, scheme, meaning)],
    ));
    item
}

pub(super) fn person_item(concept: Concept<'_>, name: &str) -> InMemDicomObject {
    let mut item = item(CONTEXT, "PNAME", concept);
    item.put(text(tags::PERSON_NAME, VR::PN, name));
    item
}

pub(super) fn uid_item(concept: Concept<'_>, uid: &Uid) -> InMemDicomObject {
    let mut item = item(CONTEXT, "UIDREF", concept);
    item.put(text(tags::UID, VR::UI, uid.as_str()));
    item
}

pub(super) fn container(concept: Concept<'_>, children: Vec<InMemDicomObject>) -> InMemDicomObject {
    let mut item = item(CONTAINS, "CONTAINER", concept);
    item.put(text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE"));
    item.put(sequence(tags::CONTENT_SEQUENCE, children));
    item
}

/// A number with its unit.
pub(super) fn number_item(
    concept: Concept<'_>,
    quantity: &Quantity,
    unit_meaning: &str,
    children: Vec<InMemDicomObject>,
) -> InMemDicomObject {
    let mut item = item(CONTAINS, "NUM", concept);
    let measured = InMemDicomObject::from_element_iter([
        sequence(
            tags::MEASUREMENT_UNITS_CODE_SEQUENCE,
            vec![code(&quantity.unit, "UCUM", unit_meaning)],
        ),
        text(tags::NUMERIC_VALUE, VR::DS, &quantity.value),
    ]);
    item.put(sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured]));
    if !children.is_empty() {
        item.put(sequence(tags::CONTENT_SEQUENCE, children));
    }
    item
}

/// A reference to an image, and how it is to be shown.
pub(super) fn image_item(
    relationship: &str,
    shown: &ShownFrame,
    presentation: Option<(&str, &Uid)>,
) -> InMemDicomObject {
    let instance = &shown.instance;
    let mut referenced = reference(instance.sop_class_uid.as_str(), &instance.sop_instance_uid);
    if let Some(frame) = shown.number() {
        referenced.put(text(tags::REFERENCED_FRAME_NUMBER, VR::IS, &frame.to_string()));
    }
    if let Some((class, instance)) = presentation {
        let state = reference(class, instance);
        referenced.put(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![state]));
    }
    let mut item = bare(relationship, "IMAGE");
    item.put(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![referenced]));
    item
}

/// Where something was drawn: in its image (C.18.6) or in the patient (C.18.9).
pub(super) fn coordinates_item(
    relationship: &str,
    concept: Option<Concept<'_>>,
    (shape, points): (Shape, &Points),
    shown: &ShownFrame,
) -> Option<InMemDicomObject> {
    let value_type = match points {
        Points::Image(_) => "SCOORD",
        Points::Space(_) => "SCOORD3D",
    };
    let mut item = match concept {
        Some(concept) => item(relationship, value_type, concept),
        None => bare(relationship, value_type),
    };
    let mut data = numbers(points);
    let dimensions = if value_type == "SCOORD" { 2 } else { 3 };
    let graphic = match (shape, value_type) {
        (Shape::Point, _) => "POINT",
        (Shape::Ellipse, _) => "ELLIPSE",
        (Shape::Line | Shape::Angle, _) => "POLYLINE",
        (Shape::Rectangle, _) => {
            // Around, and back to where it began.
            let first: Vec<f32> = data.iter().take(dimensions).copied().collect();
            data.extend(first);
            if value_type == "SCOORD" {
                "POLYLINE"
            } else {
                "POLYGON"
            }
        }
    };
    item.put(text(tags::GRAPHIC_TYPE, VR::CS, graphic));
    item.put(DataElement::new(
        tags::GRAPHIC_DATA,
        VR::FL,
        PrimitiveValue::F32(data.into()),
    ));
    if value_type == "SCOORD" {
        let from = image_item("SELECTED FROM", shown, None);
        item.put(sequence(tags::CONTENT_SEQUENCE, vec![from]));
    } else {
        let frame = shown.facts.frame_of_reference.as_ref()?;
        item.put(text(
            tags::REFERENCED_FRAME_OF_REFERENCE_UID,
            VR::UI,
            frame.as_str(),
        ));
    }
    Some(item)
}

/// The coordinates one after the other, pixels or mm.
pub(super) fn numbers(points: &Points) -> Vec<f32> {
    let number = |thousandths: &i64| (*thousandths as f64 / 1_000.0) as f32;
    match points {
        Points::Image(points) => points.iter().flatten().map(number).collect(),
        Points::Space(points) => points.iter().flatten().map(number).collect(),
    }
}

pub(super) fn template(id: &str) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::MAPPING_RESOURCE, VR::CS, "DCMR"),
        text(tags::TEMPLATE_IDENTIFIER, VR::CS, id),
    ])
}

pub(super) fn reference(sop_class: &str, sop_instance: &Uid) -> InMemDicomObject {
    InMemDicomObject::from_element_iter([
        text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, sop_class),
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, sop_instance.as_str()),
    ])
}
