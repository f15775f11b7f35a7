//! What changes a final report: a new version that is whole again and says why it was made (R6).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, form, required};
use super::redacted;
use super::report::{Report, ReportStatus};

/// What an amendment does to the version before it, as FHIR distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentKind {
    /// Something is added; all that was said still stands (FHIR `appended`).
    #[n(0)]
    Addendum,
    /// What was said is changed (FHIR `amended`).
    #[n(1)]
    Amended,
}

/// A new version of a final report. It is linked to the one before it by the hash of that entry, in
/// [`Report::predecessor`].
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Amendment {
    /// Addendum or amendment.
    #[n(0)]
    pub kind: AmendmentKind,
    /// Why.
    #[n(1)]
    pub reason: String,
    /// The new version, whole.
    #[n(2)]
    pub report: Report,
}

impl Amendment {
    /// An amendment is a complete final report that replaces another one, for a reason.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("reason", &self.reason, MAX_LINE)?;
        form("report.status", self.report.status == ReportStatus::Final)?;
        form("report.predecessor", self.report.predecessor.is_some())?;
        self.report.validate()
    }

    /// Whether nothing of `before` is lost: every text, and what is shown and measured, begins with what it was, and of
    /// every tooth at least as much is said.
    #[must_use]
    pub fn keeps(&self, before: &Report) -> bool {
        let new = &self.report;
        let texts = [
            (&before.findings, &new.findings),
            (&before.impression, &new.impression),
            (&before.recommendations, &new.recommendations),
            (&before.technique, &new.technique),
        ];
        let illustrated = match (&before.illustrations, &new.illustrations) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(before), Some(after)) => after.keep(before),
        };
        let said = |(before, after): (&String, &String)| after.starts_with(before.as_str());
        let by_tooth = match (&before.structure, &new.structure) {
            (None, _) => true,
            (Some(before), None) => before.teeth.is_empty(),
            (Some(before), Some(after)) => after.keeps(before),
        };
        illustrated && by_tooth && texts.into_iter().all(said)
    }
}

redacted!(Amendment);
