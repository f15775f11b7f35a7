//! Incidents: from the moment that somebody begins one, the node neither sends nor receives studies (5-3(2)), and a leak of
//! personal data has its time limits (個人情報保護法26条: 速報 within about 3–5 days, 確報 within 30, or 60 where malice is possible).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::attestation::RecordId;
use crate::day::Day;
use crate::text::Text;

/// Days from when it was known to the first report to the 個人情報保護委員会 (規則8条1項: 速やかに, read as 3 to 5 days).
pub const FIRST_REPORT: u32 = 3;
/// The last day that the commission's guideline still calls prompt.
pub const FIRST_REPORT_LATEST: u32 = 5;
/// Days to the final report (規則8条2項).
pub const FINAL_REPORT: u32 = 30;
/// The same where it may have been done with malice.
pub const FINAL_REPORT_MALICE: u32 = 60;

/// Something went wrong, or seems to have.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What happened, without any patient's data.
    #[n(0)]
    pub what: Text<2_000, true>,
    /// The day on which it was noticed: the time limits run from it.
    #[n(1)]
    pub noticed: Day,
    /// Whether personal data leaked, were lost or damaged, or may have been.
    #[n(2)]
    pub personal_data: bool,
    /// Whether it may have been done with malice.
    #[n(3)]
    pub malice: bool,
    /// A drill, which is recorded as one.
    #[n(4)]
    #[serde(default)]
    pub drill: bool,
}

/// A step of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Something was done or found out.
    #[n(0)]
    Note,
    /// The first report went to the commission.
    #[n(1)]
    FirstReport,
    /// The final report went to the commission.
    #[n(2)]
    FinalReport,
    /// It is over: the node sends and receives again.
    #[n(3)]
    End,
}

/// What was done about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The record of the incident.
    #[n(0)]
    pub incident: RecordId,
    /// Which step.
    #[n(1)]
    pub step: Step,
    /// What was done, without any patient's data.
    #[n(2)]
    pub what: Text<2_000, true>,
}
