//! Basic Text SR (PS3.3 A.35.1, C.17.2, C.17.3) after TID 2000 of PS3.16.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::content::{CONTAINS, MODIFIER, coded_item, container, image_item, text_item};
use super::document::{follow, general, predecessor, rest_on, root};
use super::object::{Kind, Object, document_title, sequence};
use super::teeth::tooth;
use super::{Attested, ReportContent, ReportError, ToothFinding, WrittenObject, attested, gsps};

pub(super) fn write(content: &ReportContent, beside: &Attested) -> Result<WrittenObject, ReportError> {
    let mut object = Object::new(content, uids::BASIC_TEXT_SR_STORAGE, &Kind::SR)?;
    object.text(tags::SERIES_DESCRIPTION, VR::LO, "Dokuei report / 読影レポート");
    general(&mut object, content)?;
    attested::attest(&mut object, content, beside)?;
    let mut evidence = content.evidence.clone();
    evidence.extend(
        content
            .illustrations
            .key_images
            .iter()
            .map(|one| one.image.instance.clone()),
    );
    evidence.extend(gsps::instances(content));
    rest_on(&mut object, content, &evidence);
    if !attested::follow(&mut object, content, beside)? {
        let before = predecessor(content, "sr", uids::BASIC_TEXT_SR_STORAGE);
        follow(&mut object, content, before.as_slice());
    }
    let (title, meaning) = document_title(content);
    let mut items = root(&mut object, content, (title, "LN", meaning), "2000");
    items.extend(attested::beside(beside));
    items.extend(sections(content));
    items.extend(remarks(beside));
    object.items(tags::CONTENT_SEQUENCE, items);
    object.write()
}

/// One container for each heading that has something below it: CID 7001 heading, CID 7002 element.
fn sections(content: &ReportContent) -> Vec<InMemDicomObject> {
    let headings = [
        (
            ("55115-0", "Request"),
            ("121062", "Request"),
            content.request.as_str(),
        ),
        (("11329-0", "History"), ("121060", "History"), &content.history),
        (
            ("55111-9", "Current Imaging Procedure Descriptions"),
            ("121065", "Procedure Description"),
            &content.technique,
        ),
        (("59776-5", "Findings"), ("121071", "Finding"), &content.findings),
        (
            ("19005-8", "Impressions"),
            ("121073", "Impression"),
            &content.impression,
        ),
        (
            ("18783-1", "Recommendations"),
            ("121075", "Recommendation"),
            &content.recommendations,
        ),
    ];
    let mut sections = Vec::new();
    for ((heading, heading_meaning), (element, element_meaning), words) in headings {
        let concept = (element, "DCM", element_meaning);
        let mut bodies = Vec::new();
        if !words.trim().is_empty() {
            bodies.push(text_item(CONTAINS, concept, words));
        }
        if element == "121071" {
            bodies.extend(content.teeth.iter().map(by_tooth));
            // Numbers and coordinates are in a report of their own, which few programs show.
            let measured = content.illustrations.measurements.iter();
            bodies.extend(measured.map(|one| text_item(CONTAINS, concept, &one.words)));
        }
        if !bodies.is_empty() {
            sections.push(container((heading, "LN", heading_meaning), bodies));
        }
    }
    sections.extend(key_images(content));
    sections
}

/// What was said to it without signing it.
fn remarks(beside: &Attested) -> Option<InMemDicomObject> {
    let said = beside.remarks.iter().filter(|words| !words.trim().is_empty());
    let said: Vec<_> = said
        .map(|words| text_item(CONTAINS, ("121077", "DCM", "Conclusion"), words))
        .collect();
    (!said.is_empty()).then(|| container(("55110-1", "LN", "Conclusions"), said))
}

/// A finding, with its tooth as its site: a program that knows the codes finds it, every other shows the line.
fn by_tooth(one: &ToothFinding) -> InMemDicomObject {
    let mut item = text_item(CONTAINS, ("121071", "DCM", "Finding"), &one.line);
    let mut below = Vec::new();
    if let Some((value, meaning)) = tooth(one.tooth) {
        let site = ("363698007", "SCT", "Finding Site");
        below.push(coded_item(MODIFIER, site, (value, "SCT", meaning)));
    }
    if one.supernumerary {
        let too_many = ("367534004", "SCT", "Supernumerary tooth");
        below.push(coded_item(MODIFIER, ("121071", "DCM", "Finding"), too_many));
    }
    item.put(sequence(tags::CONTENT_SEQUENCE, below));
    item
}

fn key_images(content: &ReportContent) -> Option<InMemDicomObject> {
    let groups = gsps::groups(content);
    let shown = content.illustrations.key_images.iter().flat_map(|one| {
        let state = gsps::showing(content, &groups, &one.image);
        let image = image_item(
            CONTAINS,
            &one.image,
            state.as_ref().map(|(class, uid)| (*class, uid)),
        );
        let words = (!one.words.trim().is_empty())
            .then(|| text_item(CONTAINS, ("113012", "DCM", "Key Object Description"), &one.words));
        words.into_iter().chain([image])
    });
    let shown: Vec<_> = shown.collect();
    (!shown.is_empty()).then(|| container(("55113-5", "LN", "Key Images"), shown))
}
