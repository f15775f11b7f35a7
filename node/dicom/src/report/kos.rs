//! Key Object Selection (PS3.3 A.35.4, C.17.6) after TID 2010 of PS3.16: one document for each title.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::content::{CONTAINS, image_item, text_item};
use super::document::{rest_on, root};
use super::illustrated::KeyImage;
use super::object::{Kind, Object};
use super::{ReportContent, ReportError, WrittenObject, gsps};

pub(super) fn write(content: &ReportContent) -> Result<Vec<WrittenObject>, ReportError> {
    let mut titles: Vec<&(String, String)> = Vec::new();
    for one in &content.illustrations.key_images {
        if !titles.contains(&&one.title) {
            titles.push(&one.title);
        }
    }
    let written = titles.into_iter().enumerate();
    written.map(|(at, title)| write_one(content, at, title)).collect()
}

fn write_one(
    content: &ReportContent,
    at: usize,
    (title, meaning): &(String, String),
) -> Result<WrittenObject, ReportError> {
    let mut object = Object::new(
        content,
        uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE,
        &Kind::key_images(at),
    )?;
    object.text(tags::SERIES_DESCRIPTION, VR::LO, "Dokuei key images / キー画像");
    object.items(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE, Vec::new());
    let of_title = |one: &&KeyImage| one.title.0 == *title;
    let selected: Vec<_> = content.illustrations.key_images.iter().filter(of_title).collect();
    let groups = gsps::groups(content);
    let mut evidence: Vec<_> = selected.iter().map(|one| one.image.instance.clone()).collect();
    let mut items = root(&mut object, content, (title, "DCM", meaning), "2010");
    let described = selected
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.words.trim().is_empty());
    let words: Vec<_> = described
        .map(|(at, one)| format!("{}. {}", at + 1, one.words.trim()))
        .collect();
    if !words.is_empty() {
        let concept = ("113012", "DCM", "Key Object Description");
        items.push(text_item(CONTAINS, concept, &words.join("\n")));
    }
    for one in selected {
        let state = gsps::showing(content, &groups, &one.image);
        let state = state.as_ref().map(|(class, uid)| (*class, uid));
        items.push(image_item(CONTAINS, &one.image, state));
    }
    evidence.extend(gsps::instances(content));
    rest_on(&mut object, content, &evidence);
    object.items(tags::CONTENT_SEQUENCE, items);
    object.write()
}
