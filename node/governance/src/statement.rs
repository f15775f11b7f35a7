//! Everything that can be attested.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::display::{Display, DisplayCheck};
use crate::duty::Assignment;
use crate::incident::{Incident, Response};
use crate::inspection::{Inspection, Remedy, Review};
use crate::policy::{Acknowledgement, Pledge, Policy, Training};
use crate::retention::{Hold, Release};

/// What a person states. A new kind gets a new number; a node that does not know it refuses the chain from there on and says
/// that it was written by a newer program.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Statement {
    /// A version of a document of the house.
    #[n(0)]
    Policy(#[n(0)] Box<Policy>),
    /// Somebody has read it.
    #[n(1)]
    Acknowledgement(#[n(0)] Acknowledgement),
    /// Somebody has a role.
    #[n(2)]
    Assignment(#[n(0)] Box<Assignment>),
    /// Somebody has pledged confidentiality.
    #[n(3)]
    Pledge(#[n(0)] Box<Pledge>),
    /// Somebody was trained.
    #[n(4)]
    Training(#[n(0)] Box<Training>),
    /// A self-inspection.
    #[n(5)]
    Inspection(#[n(0)] Inspection),
    /// A finding was remedied.
    #[n(6)]
    Remedy(#[n(0)] Remedy),
    /// The yearly review.
    #[n(7)]
    Review(#[n(0)] Review),
    /// A display.
    #[n(8)]
    Display(#[n(0)] Box<Display>),
    /// A look at its test pattern.
    #[n(9)]
    DisplayCheck(#[n(0)] DisplayCheck),
    /// Something went wrong.
    #[n(10)]
    Incident(#[n(0)] Incident),
    /// What was done about it.
    #[n(11)]
    Response(#[n(0)] Response),
    /// Nothing of a case is deleted.
    #[n(12)]
    Hold(#[n(0)] Box<Hold>),
    /// A hold is over.
    #[n(13)]
    Release(#[n(0)] Release),
}

impl Statement {
    /// Its kind, as the API and the audit trail write it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Policy(_) => "policy",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Assignment(_) => "assignment",
            Self::Pledge(_) => "pledge",
            Self::Training(_) => "training",
            Self::Inspection(_) => "inspection",
            Self::Remedy(_) => "remedy",
            Self::Review(_) => "review",
            Self::Display(_) => "display",
            Self::DisplayCheck(_) => "display_check",
            Self::Incident(_) => "incident",
            Self::Response(_) => "response",
            Self::Hold(_) => "hold",
            Self::Release(_) => "release",
        }
    }
}
