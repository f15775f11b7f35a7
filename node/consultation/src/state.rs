//! The state of a consultation: a function of the set of entries, named for what is awaited.
//!
//! Because it is a function of the *set*, two nodes with the same entries are in the same state. Where two people act
//! at the same time without knowing of each other, medical content wins: a final report stands against a withdrawal,
//! an acceptance against a refusal, and a report, a finding or a query that the closer had not seen opens a closed
//! consultation again. What must be settled before the end, whatever the state, is told by [`crate::open`].

use crate::id::EntryId;

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
