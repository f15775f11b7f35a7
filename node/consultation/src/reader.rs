//! Readers and the versions of their reports.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{Amendment, AmendmentKind, Forward, ForwardKind, Report, ReportStatus, Request};
use crate::id::{AgreementId, EntryId, Sha256Hash};

/// Somebody who was asked to read: the consultant by the request, a further reader by a forward.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The request or forward.
    pub(crate) asked_by: EntryId,
    pub(crate) who: Fingerprint,
    /// Who asked her, or has taken over from whoever did.
    pub(crate) by: Fingerprint,
    /// The agreement under which she reads: that of a new owner when one has taken over meanwhile.
    pub(crate) agreement: AgreementId,
    /// None for the consultant.
    pub(crate) forward: Option<&'a Forward>,
    /// The requester lets her in.
    pub(crate) consented: bool,
    pub(crate) accepted: Option<EntryId>,
    pub(crate) declined: Option<EntryId>,
    /// She has lost her credential and was let go.
    pub(crate) released: Option<EntryId>,
    /// What a blind reader has committed herself to.
    pub(crate) committed: Option<Sha256Hash>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn consultant(id: EntryId, request: &'a Request) -> Self {
        Self {
            asked_by: id,
            who: request.consultant,
            by: request.requester.practitioner,
            agreement: request.agreement.id,
            forward: None,
            consented: true,
            accepted: None,
            declined: None,
            released: None,
            committed: None,
        }
    }

    pub(crate) const fn further(id: EntryId, by: Fingerprint, forward: &'a Forward) -> Self {
        Self {
            asked_by: id,
            who: forward.to,
            by,
            agreement: forward.agreement.id,
            forward: Some(forward),
            consented: forward.consent.is_some(),
            accepted: None,
            declined: None,
            released: None,
            committed: None,
        }
    }

    fn is(&self, kind: ForwardKind) -> bool {
        self.forward.is_some_and(|forward| forward.kind == kind)
    }

    /// Whether her final report is the one that was asked for.
    pub(crate) fn leads(&self) -> bool {
        self.forward.is_none() || self.is(ForwardKind::Alternative)
    }

    /// Whether she may still take it on, or go on with it: neither has she declined, nor was she let go.
    pub(crate) const fn is_asked(&self) -> bool {
        self.declined.is_none() && self.released.is_none()
    }

    /// Whether she must not see the reports of others yet.
    pub(crate) fn is_blind(&self) -> bool {
        self.is(ForwardKind::Blind) && self.committed.is_none() && self.is_asked()
    }

    /// Whether she reads blind, before or after she has committed herself.
    pub(crate) fn reads_blind(&self) -> bool {
        self.is(ForwardKind::Blind)
    }
}

/// Somebody who was asked to read, and how far she is.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The request, or the forward.
    pub asked_by: EntryId,
    /// Who was asked.
    pub who: Fingerprint,
    /// Who asked her, or has taken over from whoever did.
    pub by: Fingerprint,
    /// The agreement under which she reads.
    pub agreement: AgreementId,
    /// What the forward says; none for the consultant.
    pub forward: Option<&'a Forward>,
    /// Whether the requester lets her in.
    pub consented: bool,
    /// The entry by which she takes it on.
    pub accepted: Option<EntryId>,
    /// The entry by which she does not, or is no longer asked.
    pub declined: Option<EntryId>,
    /// The entry by which she was let go, since she has lost her credential.
    pub released: Option<EntryId>,
    /// Whether, reading blind, she has committed herself to her report.
    pub committed: bool,
    /// Whether she has signed a final report.
    pub reported: bool,
}

impl<'a> Reading<'a> {
    pub(crate) const fn of(reader: &Reader<'a>, reported: bool) -> Self {
        Self {
            asked_by: reader.asked_by,
            who: reader.who,
            by: reader.by,
            agreement: reader.agreement,
            forward: reader.forward,
            consented: reader.consented,
            accepted: reader.accepted,
            declined: reader.declined,
            released: reader.released,
            committed: reader.committed.is_some(),
            reported,
        }
    }

    /// Whether her final report is the one that was asked for: the consultant's, or that of who reads in her place.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.forward
            .is_none_or(|forward| forward.kind == ForwardKind::Alternative)
    }

    /// Whether she may still take it on, or go on with it: neither has she declined, nor was she let go.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.declined.is_none() && self.released.is_none()
    }

    /// Whether she reads blind, before or after she has committed herself.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.forward
            .is_some_and(|forward| forward.kind == ForwardKind::Blind)
    }
}

/// One version of a report. All stay readable, with who, when and why (R6).
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The entry; its id is the hash by which a later version names it.
    pub id: EntryId,
    /// Who signed it.
    pub by: Fingerprint,
    /// When, as the author says.
    pub at: Timestamp,
    /// What it says.
    pub report: &'a Report,
    /// What kind of change it is and why, for one that changes a final report.
    pub amendment: Option<&'a Amendment>,
}

impl Version<'_> {
    /// Whether it is final, amended or not.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.report.status == ReportStatus::Final
    }

    /// The stable name of what it is, as FHIR's `DiagnosticReport.status` has it.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.report.status, self.amendment.map(|amendment| amendment.kind)) {
            (ReportStatus::Preliminary, _) => "preliminary",
            (ReportStatus::Final, Some(AmendmentKind::Addendum)) => "appended",
            (ReportStatus::Final, Some(AmendmentKind::Amended)) => "amended",
            (ReportStatus::Final, None) => "final",
        }
    }

    /// The texts that differ from an earlier version, by the names they have in JSON, with what they said before and say
    /// now.
    #[must_use]
    pub fn differences(&self, before: &Version<'_>) -> Vec<(&'static str, String, String)> {
        let (old, new) = (before.report, self.report);
        let texts = [
            ("findings", &old.findings, &new.findings),
            ("teeth", &old.teeth(), &new.teeth()),
            ("impression", &old.impression, &new.impression),
            ("recommendations", &old.recommendations, &new.recommendations),
            ("technique", &old.technique, &new.technique),
        ];
        texts
            .into_iter()
            .filter(|(_, before, after)| before != after)
            .map(|(field, before, after)| (field, before.clone(), after.clone()))
            .collect()
    }
}
