//! The state of a consultation: a function of the set of entries, named for what is awaited.
//!
//! Because it is a function of the *set*, two nodes with the same entries are in the same state. Where two people act
//! at the same time without knowing of each other, medical content wins: a final report stands against a withdrawal,
//! an acceptance against a refusal, and a report that the closer had not seen opens a closed consultation again.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_identity::fingerprint::Fingerprint;

use crate::body::{Body, Grant, PackageOffered, Report, ReportStatus, Request};
use crate::entry::VerifiedEntry;
use crate::id::{EntryId, PackageId};
use crate::log::Log;

/// What the consultation waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The log is still empty.
    AwaitingRequest,
    /// The consultant is to accept or decline.
    AwaitingAcceptance,
    /// Accepted; the images are to reach the consultant's node.
    AwaitingPackage {
        /// The acceptance.
        accepted: EntryId,
    },
    /// The images are there; the (final) report is to be written.
    AwaitingReport {
        /// The receipt.
        received: EntryId,
    },
    /// There are versions of the report that the requester has not read.
    AwaitingReading {
        /// They, oldest first.
        unread: Vec<EntryId>,
    },
    /// All is read; the requester is to inform the patient and close.
    AwaitingClosing {
        /// The newest final version.
        report: EntryId,
    },
    /// Ended by the requester.
    Closed {
        /// The entry that ends it.
        by: EntryId,
    },
    /// Not taken on.
    Declined {
        /// The entry that declines it.
        by: EntryId,
    },
    /// Taken back.
    Withdrawn {
        /// The entry that takes it back.
        by: EntryId,
    },
}

impl State {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingRequest => "awaiting_request",
            Self::AwaitingAcceptance => "awaiting_acceptance",
            Self::AwaitingPackage { .. } => "accepted",
            Self::AwaitingReport { .. } => "delivered",
            Self::AwaitingReading { .. } => "reported",
            Self::AwaitingClosing { .. } => "read",
            Self::Closed { .. } => "closed",
            Self::Declined { .. } => "declined",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether nothing more is awaited of anybody.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        matches!(
            self,
            Self::Closed { .. } | Self::Declined { .. } | Self::Withdrawn { .. }
        )
    }
}

/// What some entries of a case log say, taken together: all of them, or those before one entry.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) request: Option<(EntryId, &'a Request)>,
    pub(crate) accepted: Option<EntryId>,
    pub(crate) declined: Option<EntryId>,
    pub(crate) withdrawn: Option<EntryId>,
    pub(crate) offers: BTreeMap<PackageId, (EntryId, &'a PackageOffered)>,
    pub(crate) grants: Vec<(EntryId, &'a Grant)>,
    /// Package, node that received it, receipt; oldest first.
    pub(crate) received: Vec<(PackageId, Fingerprint, EntryId)>,
    /// Oldest first.
    pub(crate) reports: Vec<(EntryId, &'a Report)>,
    pub(crate) read: BTreeSet<EntryId>,
    /// Taken back or given up, by which entry first.
    pub(crate) erased: BTreeMap<PackageId, EntryId>,
    /// Endings, and what their author had seen.
    closes: Vec<(EntryId, BTreeSet<EntryId>)>,
}

impl<'a> Facts<'a> {
    /// The facts of all entries of the log.
    pub(crate) fn of(log: &'a Log) -> Self {
        Self::before(log, &log.heads())
    }

    /// The facts of the entries `parents` and all before them.
    pub(crate) fn before(log: &'a Log, parents: &[EntryId]) -> Self {
        let past = log.past(parents);
        let mut facts = Self::default();
        // In display order, so that the first of several concurrent entries is the same everywhere.
        for entry in log
            .ordered()
            .into_iter()
            .filter(|entry| past.contains(&entry.id()))
        {
            facts.add(log, entry);
        }
        facts
    }

    fn add(&mut self, log: &Log, entry: &'a VerifiedEntry) {
        let id = entry.id();
        match entry.body() {
            Body::Request(request) => _ = self.request.get_or_insert((id, request)),
            Body::Accept(_) => _ = self.accepted.get_or_insert(id),
            Body::Decline(_) => _ = self.declined.get_or_insert(id),
            Body::Withdraw(_) => _ = self.withdrawn.get_or_insert(id),
            Body::PackageOffered(offer) => _ = self.offers.entry(offer.package).or_insert((id, offer)),
            Body::Grant(grant) => self.grants.push((id, grant)),
            Body::Received(receipt) => self.received.push((receipt.package, entry.header().signer, id)),
            Body::Report(report) => self.reports.push((id, report)),
            Body::ReportRead(read) => _ = self.read.insert(read.report),
            Body::EraseNotice(notice) => _ = self.erased.entry(notice.package).or_insert(id),
            Body::Close(_) => self.closes.push((id, log.past(&[id]))),
            // The rules of the case log let no agreement in.
            Body::Agreement(_) => {}
        }
    }

    /// The state that these facts make.
    pub(crate) fn state(&self) -> State {
        if self.request.is_none() {
            return State::AwaitingRequest;
        }
        let unread = self.unread();
        if let Some(report) = self.newest_final() {
            return match self.close() {
                Some(by) => State::Closed { by },
                None if unread.is_empty() => State::AwaitingClosing { report },
                None => State::AwaitingReading { unread },
            };
        }
        if let Some(by) = self.withdrawn {
            return State::Withdrawn { by };
        }
        if !unread.is_empty() {
            return State::AwaitingReading { unread };
        }
        let received = self
            .received
            .iter()
            .find(|(package, ..)| !self.is_erased(package));
        match (self.accepted, received, self.declined) {
            (Some(_), Some(&(_, _, received)), _) => State::AwaitingReport { received },
            (Some(accepted), None, _) => State::AwaitingPackage { accepted },
            (None, _, Some(by)) => State::Declined { by },
            (None, _, None) => State::AwaitingAcceptance,
        }
    }

    /// Whether a package was taken back or given up. A report that was signed at the same time stands against it:
    /// medical content wins, and what it rests on is kept.
    pub(crate) fn is_erased(&self, package: &PackageId) -> bool {
        self.erased.contains_key(package) && !self.is_reported_on(package)
    }

    /// Whether a report rests on a package.
    pub(crate) fn is_reported_on(&self, package: &PackageId) -> bool {
        self.reports.iter().any(|(_, report)| report.package == *package)
    }

    /// Versions that no other version replaces, oldest first. More than one only when two devices wrote at once.
    pub(crate) fn newest_versions(&self) -> Vec<EntryId> {
        let replaced: BTreeSet<_> = self
            .reports
            .iter()
            .filter_map(|(_, report)| report.predecessor)
            .collect();
        self.reports
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| !replaced.contains(id))
            .collect()
    }

    fn unread(&self) -> Vec<EntryId> {
        self.newest_versions()
            .into_iter()
            .filter(|id| !self.read.contains(id))
            .collect()
    }

    fn newest_final(&self) -> Option<EntryId> {
        let finals = self
            .reports
            .iter()
            .filter(|(_, report)| report.status == ReportStatus::Final);
        finals.map(|(id, _)| *id).next_back()
    }

    /// An ending whose author had seen every report.
    fn close(&self) -> Option<EntryId> {
        let complete = |seen: &BTreeSet<EntryId>| self.reports.iter().all(|(id, _)| seen.contains(id));
        self.closes
            .iter()
            .find(|(_, seen)| complete(seen))
            .map(|(id, _)| *id)
    }
}
