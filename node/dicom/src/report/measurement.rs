//! Measurements as Comprehensive (3D) SR (PS3.3 A.35.3, A.35.13) after TID 1500 of PS3.16.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::content::{
    CONTAINS, CONTEXT, Concept, MODIFIER, coded_item, container, coordinates_item, image_item, number_item,
    template, text_item, uid_item,
};
use super::document::{follow, general, measurement_class, predecessor, rest_on, root};
use super::illustrated::{Measurement, Quantity, QuantityKind, Shape};
use super::object::{Kind, Object, sequence, text};
use super::teeth::tooth;
use super::{ReportContent, ReportError, WrittenObject};
use crate::uid::Uid;

/// The designator of codes that no scheme has (PS3.3 8.2).
const OURS: &str = "99DOKUEI";

fn measurements_of(content: &ReportContent) -> impl Iterator<Item = &Quantity> {
    content
        .illustrations
        .measurements
        .iter()
        .flat_map(|one| &one.quantities)
}

/// None when nothing was measured.
pub(super) fn write(content: &ReportContent) -> Result<Option<WrittenObject>, ReportError> {
    let Some(coordinates) = content.illustrations.measured_in() else {
        return Ok(None);
    };
    let mut object = Object::new(content, measurement_class(coordinates), &Kind::MEASUREMENTS)?;
    object.text(tags::SERIES_DESCRIPTION, VR::LO, "Dokuei measurements / 計測");
    let ours = InMemDicomObject::from_element_iter([
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, OURS),
        text(tags::CODING_SCHEME_NAME, VR::ST, "Codes of Dokuei"),
        text(tags::CODING_SCHEME_RESPONSIBLE_ORGANIZATION, VR::ST, "Dokuei"),
    ]);
    if measurements_of(content).any(|quantity| name(content, quantity).1 == OURS) {
        object.items(tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, vec![ours]);
    }
    general(&mut object, content)?;
    let measurements = &content.illustrations.measurements;
    let mut evidence = content.evidence.clone();
    evidence.extend(measurements.iter().map(|one| one.image.instance.clone()));
    rest_on(&mut object, content, &evidence);
    let before = content
        .previous_measured_in
        .and_then(|before| predecessor(content, "measurements", measurement_class(before)));
    follow(&mut object, content, before.as_slice());
    let title = ("126000", "DCM", "Imaging Measurement Report");
    let mut items = root(&mut object, content, title, "1500");
    items.push(coded_item(
        MODIFIER,
        ("121058", "DCM", "Procedure reported"),
        procedure(content),
    ));
    let groups = measurements.iter().enumerate();
    let groups = groups.map(|(at, one)| group(content, at, one)).collect();
    items.push(container(("126010", "DCM", "Imaging Measurements"), groups));
    object.items(tags::CONTENT_SEQUENCE, items);
    object.write().map(Some)
}

/// What was done, of CID 100.
fn procedure(content: &ReportContent) -> Concept<'static> {
    match content.modality.as_str() {
        "CT" => ("25045-6", "LN", "CT unspecified body region"),
        "MR" => ("25056-3", "LN", "MRI unspecified body region"),
        "PX" | "IO" | "DX" | "CR" | "RG" => ("43468-8", "LN", "XR unspecified body region"),
        _ => ("363679005", "SCT", "Imaging procedure"),
    }
}

/// A region with its numbers (TID 1410), or numbers that come from a line, an angle or a point (TID 1501).
fn group(content: &ReportContent, at: usize, one: &Measurement) -> InMemDicomObject {
    let number = at + 1;
    let mut seed = content.entry_id.to_vec();
    seed.extend_from_slice(&(at as u64).to_be_bytes());
    let mut items = vec![
        text_item(
            CONTEXT,
            ("112039", "DCM", "Tracking Identifier"),
            &number.to_string(),
        ),
        uid_item(
            ("112040", "DCM", "Tracking Unique Identifier"),
            &Uid::derived("dokuei measurement", &seed),
        ),
    ];
    if let Some((value, meaning)) = one.tooth.and_then(tooth) {
        let site = ("363698007", "SCT", "Finding Site");
        items.push(coded_item(MODIFIER, site, (value, "SCT", meaning)));
    }
    let region = one.shape.is_region();
    let drawn = (one.shape, &one.points);
    if region {
        let concept = Some(("111030", "DCM", "Image Region"));
        items.extend(coordinates_item(CONTAINS, concept, drawn, &one.image));
    }
    for quantity in &one.quantities {
        let mut below: Vec<_> = derivation(quantity.kind)
            .map(|value| coded_item(MODIFIER, ("121401", "DCM", "Derivation"), value))
            .into_iter()
            .collect();
        if !region {
            let from = coordinates_item("INFERRED FROM", None, drawn, &one.image);
            below.push(from.unwrap_or_else(|| image_item("INFERRED FROM", &one.image, None)));
        }
        items.push(number_item(
            name(content, quantity),
            quantity,
            unit(&quantity.unit),
            below,
        ));
    }
    items.push(text_item(CONTAINS, ("121106", "DCM", "Comment"), &one.words));
    let mut group = container(("125007", "DCM", "Measurement Group"), items);
    let id = if region { "1410" } else { "1501" };
    group.put(sequence(tags::CONTENT_TEMPLATE_SEQUENCE, vec![template(id)]));
    group
}

/// What a number is of.
fn name(content: &ReportContent, quantity: &Quantity) -> Concept<'static> {
    match quantity.kind {
        QuantityKind::Length => ("410668003", "SCT", "Length"),
        QuantityKind::Angle => ("1483009", "SCT", "Angle"),
        QuantityKind::Area => ("42798000", "SCT", "Area"),
        _ if quantity.unit == "[hnsf'U]" => ("112031", "DCM", "Attenuation Coefficient"),
        _ if content.modality == "MR" => ("110852", "DCM", "MR signal intensity"),
        // No scheme has a word for values that nobody has calibrated: those of most cone-beam CT and of radiographs.
        _ => ("GREY", OURS, "Uncalibrated grey value"),
    }
}

/// How a number comes from many (CID 7464).
const fn derivation(kind: QuantityKind) -> Option<Concept<'static>> {
    match kind {
        QuantityKind::Mean => Some(("373098007", "SCT", "Mean")),
        QuantityKind::StandardDeviation => Some(("386136009", "SCT", "Standard Deviation")),
        QuantityKind::Minimum => Some(("255605001", "SCT", "Minimum")),
        QuantityKind::Maximum => Some(("56851009", "SCT", "Maximum")),
        _ => None,
    }
}

fn unit(ucum: &str) -> &str {
    match ucum {
        "mm2" => "square millimeter",
        "deg" => "Degree",
        "[hnsf'U]" => "Hounsfield unit",
        "{pixels}" => "pixels",
        "1" => "no units",
        _ => ucum,
    }
}

impl Shape {
    const fn is_region(self) -> bool {
        matches!(self, Self::Ellipse | Self::Rectangle)
    }
}
