//! Self-inspection (note 3, organisation), what was remedied after it, and the yearly review (7).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::attestation::RecordId;
use crate::day::Day;
use crate::text::{List, Text};

/// How a point of the checklist was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    #[n(0)]
    Fits,
    /// Something is to be remedied.
    #[n(1)]
    Finding,
    /// It does not concern this house.
    #[n(2)]
    NotApplicable,
}

/// A point of the checklist, answered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which point: its word in the checklist.
    #[n(0)]
    pub item: Text<32>,
    /// How it was found.
    #[n(1)]
    pub outcome: Outcome,
    /// What was seen.
    #[n(2)]
    #[serde(default)]
    pub note: Option<Text<500, true>>,
    /// Of a finding: what will be done.
    #[n(3)]
    #[serde(default)]
    pub remedy: Option<Text<500, true>>,
    /// Of a finding: until when.
    #[n(4)]
    #[serde(default)]
    pub due: Option<Day>,
}

/// A self-inspection, whole.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// The edition of the checklist.
    #[n(0)]
    pub checklist: u32,
    /// Each of its points.
    #[n(1)]
    pub answers: List<Answer, 64>,
    /// Who was there besides whoever signs.
    #[n(2)]
    #[serde(default)]
    pub present: Option<Text<200>>,
    /// The day by which the next is due.
    #[n(3)]
    pub next: Day,
}

/// A finding was remedied.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// The record of the inspection.
    #[n(0)]
    pub inspection: RecordId,
    /// Which point.
    #[n(1)]
    pub item: Text<32>,
    /// What was done.
    #[n(2)]
    pub done: Text<500, true>,
}

/// The review of how safe the whole is, and what will be improved.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The first day that it is about.
    #[n(0)]
    pub from: Day,
    /// The last.
    #[n(1)]
    pub to: Day,
    /// What was found: inspections, incidents, the audit trail, register, algorithms.
    #[n(2)]
    pub conclusions: Text<4_000, true>,
    /// What will be improved.
    #[n(3)]
    #[serde(default)]
    pub improvements: Option<Text<4_000, true>>,
    /// The day by which the next is due.
    #[n(4)]
    pub next: Day,
}
