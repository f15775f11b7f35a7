//! Documents of the house: the policies that the guideline asks for in writing (5-3(2)), who has read them, who has
//! pledged confidentiality, and who was trained (note 3, people).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::attestation::RecordId;
use crate::day::Day;
use crate::duty::Person;
use crate::text::Text;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// 運用管理規程: how the system is run.
    #[n(0)]
    Management,
    /// 情報セキュリティ方針: what is protected, and why.
    #[n(1)]
    Security,
    /// インシデント対応手順: what is done when something went wrong.
    #[n(2)]
    Incident,
}

impl PolicyKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Management, Self::Security, Self::Incident];

    /// Its title in English and Japanese.
    #[must_use]
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Management => ("Rules of operation", "運用管理規程"),
            Self::Security => ("Information security policy", "情報セキュリティ方針"),
            Self::Incident => ("Incident response procedure", "インシデント対応手順"),
        }
    }

    /// As it is written in paths and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Management => "management",
            Self::Security => "security",
            Self::Incident => "incident",
        }
    }
}

/// In which language a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
pub enum Language {
    /// Japanese.
    #[n(0)]
    #[serde(rename = "ja")]
    #[default]
    Japanese,
    /// English.
    #[n(1)]
    #[serde(rename = "en")]
    English,
}

/// What a document says of the house: the template is filled in with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// The institution's name.
    #[n(0)]
    pub institution: Option<Text<120>>,
    /// Who answers for it: 管理者（院長）.
    #[n(1)]
    pub manager: Option<Text<80>>,
    /// Who runs the system: システム管理者.
    #[n(2)]
    pub administrator: Option<Text<80>>,
    /// Where incidents and patients' questions go: a telephone number or an address.
    #[n(3)]
    pub contact: Option<Text<200>>,
    /// The machines on which the node and the app run.
    #[n(4)]
    pub devices: Option<Text<500>>,
    /// How many years records are kept after completion.
    #[n(5)]
    pub record_years: Option<u8>,
    /// How many years images are kept.
    #[n(6)]
    pub image_years: Option<u8>,
    /// Whether two persons sign every deletion.
    #[n(7)]
    pub deletion_by_two: Option<bool>,
}

/// A version of a document, signed by whoever answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Which.
    #[n(0)]
    pub kind: PolicyKind,
    /// Its language.
    #[n(1)]
    pub language: Language,
    /// 1 for the first of its kind; each next version is one more.
    #[n(2)]
    pub version: u32,
    /// The whole text: lines that begin with `# ` and `## ` are headings, with `- ` items of a list.
    #[n(3)]
    pub text: Text<20_000, true>,
    /// What was filled in.
    #[n(4)]
    #[serde(default)]
    pub facts: Facts,
    /// The first day on which it is in force.
    #[n(5)]
    pub from: Day,
    /// The last.
    #[n(6)]
    pub until: Day,
}

/// Somebody has read a version of a document and will keep to it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The record of that version.
    #[n(0)]
    pub policy: RecordId,
}

/// Somebody has pledged to keep what she learns of patients to herself, after she has left too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Pledge {
    /// Who.
    #[n(0)]
    pub person: Person,
    /// What was pledged.
    #[n(1)]
    pub text: Text<4_000, true>,
    /// On paper, which whoever signs this record has before her.
    #[n(2)]
    #[serde(default)]
    pub on_paper: bool,
    /// The last day before it is renewed.
    #[n(3)]
    pub until: Day,
}

/// Somebody was trained.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Who.
    #[n(0)]
    pub person: Person,
    /// In what.
    #[n(1)]
    pub topic: Text<200>,
    /// By whom, or where.
    #[n(2)]
    #[serde(default)]
    pub given_by: Option<Text<120>>,
    /// When.
    #[n(3)]
    pub on: Day,
    /// The last day before it is repeated.
    #[n(4)]
    pub until: Day,
}
