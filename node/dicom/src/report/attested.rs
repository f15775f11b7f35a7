//! What stands in a document beside what its author wrote: who has verified it as well, who observed with her, and the
//! documents on which it rests. So are written the opinion that two readers sign together, and a report that another reader
//! has co-signed.

use std::fmt;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

use super::document::{by_series, observed_by, verifying_observer};
use super::object::{Kind, Object, SignedAt, instance_uid, is_complete, series_uid};
use super::{EvidenceInstance, ReportContent, ReportError, ReportPerson};

/// Somebody who has signed as well, and when: seconds since 1970-01-01 UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Who.
    pub person: ReportPerson,
    /// When she signed.
    pub at: i64,
}

/// What is added to a report's structured document. Nothing of it: the document as its author signed it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attested {
    /// From what the document's own UIDs follow, when it is another one than the report's own: a document to which a
    /// verifying observer is added is a new instance (PS3.3 C.17.2).
    pub document: Option<[u8; 32]>,
    /// Who else is responsible for what it says, in the order of their signatures: each is a verifying observer of a
    /// document that is complete.
    pub also_verified_by: Vec<Attestation>,
    /// Who observed beside the author (TID 1002).
    pub observers: Vec<ReportPerson>,
    /// Entries of the reports whose documents are its predecessors, instead of the version before.
    pub follows: Vec<[u8; 32]>,
    /// What was said to it without signing it, a text each.
    pub remarks: Vec<String>,
}

impl fmt::Debug for Attested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attested")
            .field("also_verified_by", &self.also_verified_by.len())
            .field("follows", &self.follows.len())
            .finish_non_exhaustive()
    }
}

/// Gives the object the UIDs of its own document, and names everybody who has verified it.
pub(super) fn attest(
    object: &mut Object,
    content: &ReportContent,
    attested: &Attested,
) -> Result<(), ReportError> {
    if let Some(document) = &attested.document {
        object.rename(&Kind::SR, document);
    }
    if is_complete(content) && !attested.also_verified_by.is_empty() {
        let mut all = vec![verifying_observer(&content.signed_by, &SignedAt::of(content)?)];
        for one in &attested.also_verified_by {
            let at = SignedAt::at(one.at, content.utc_offset_minutes)?;
            all.push(verifying_observer(&one.person, &at));
        }
        object.items(tags::VERIFYING_OBSERVER_SEQUENCE, all);
    }
    Ok(())
}

/// The items that name who observed beside the author.
pub(super) fn beside(attested: &Attested) -> Vec<dicom_object::InMemDicomObject> {
    attested.observers.iter().flat_map(observed_by).collect()
}

/// Names the structured reports on which it rests as predecessors. Whether it rests on any.
pub(super) fn follow(
    object: &mut Object,
    content: &ReportContent,
    attested: &Attested,
) -> Result<bool, ReportError> {
    let mut before = Vec::with_capacity(attested.follows.len());
    for entry in &attested.follows {
        before.push(EvidenceInstance {
            series_instance_uid: series_uid(Kind::SR.series, entry),
            sop_class_uid: uids::BASIC_TEXT_SR_STORAGE
                .parse()
                .map_err(|_| ReportError::Write("no UID".to_owned()))?,
            sop_instance_uid: instance_uid(Kind::SR.series, entry),
        });
    }
    if before.is_empty() {
        return Ok(false);
    }
    let before = by_series(&content.study.study_instance_uid, &before);
    object.items(tags::PREDECESSOR_DOCUMENTS_SEQUENCE, vec![before]);
    object.text(
        tags::SERIES_DESCRIPTION,
        VR::LO,
        "Dokuei report, co-signed / 連署された読影レポート",
    );
    Ok(true)
}
