//! What a verified certificate says: a practitioner's licence and qualifications, or a node's institution and device.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::day::Day;
use crate::fingerprint::Fingerprint;
use crate::key::PublicKey;
use crate::serial::Serial;
use crate::time::Timestamp;

/// A word from outside that is none of those an enumeration knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is none of: {known}")]
pub struct UnknownWord {
    /// What was given.
    pub given: String,
    /// What would have been understood, comma separated.
    pub known: &'static str,
}

/// A person's name in both scripts: the Japanese one as on the licence, the Latin one as others type it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct PersonName {
    /// As on the licence, for example 田中 花子.
    #[n(0)]
    pub japanese: String,
    /// In Latin letters, for example Hanako Tanaka.
    #[n(1)]
    pub latin: String,
}

/// Which profession's licence (歯科医師法2条, 医師法2条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum LicenceKind {
    /// 歯科医師.
    #[n(0)]
    Dentist,
    /// 医師.
    #[n(1)]
    Physician,
}

impl LicenceKind {
    /// The fixed English name of the HPKI `hcRole` vocabulary.
    #[must_use]
    pub const fn hc_role(self) -> &'static str {
        match self {
            Self::Dentist => "Dentist",
            Self::Physician => "Medical Doctor",
        }
    }
}

impl FromStr for LicenceKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "dentist" => Ok(Self::Dentist),
            "physician" => Ok(Self::Physician),
            _ => Err(UnknownWord {
                given: text.to_owned(),
                known: "dentist, physician",
            }),
        }
    }
}

/// A licence to practise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct Licence {
    /// The state that gave it, ISO 3166-1 alpha-2 in capitals, for example `JP`.
    #[n(0)]
    pub jurisdiction: String,
    /// The profession.
    #[n(1)]
    pub kind: LicenceKind,
    /// Its registration number (歯科医籍・医籍登録番号), as text.
    #[n(2)]
    pub number: String,
    /// The day it was entered in the register, when the registry was told.
    #[n(3)]
    pub registered_on: Option<Day>,
}

/// The qualifications that guideline §4 knows for reading images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
#[non_exhaustive]
pub enum QualificationCode {
    /// 歯科放射線専門医 (Japanese Society for Oral and Maxillofacial Radiology).
    #[n(0)]
    OralRadiology,
    /// 放射線診断専門医 (Japan Radiological Society).
    #[n(1)]
    DiagnosticRadiology,
    /// A dentist of equal ability; the registry states the ground.
    #[n(2)]
    Equivalent,
}

impl QualificationCode {
    /// Every code there is.
    pub const ALL: [Self; 3] = [Self::OralRadiology, Self::DiagnosticRadiology, Self::Equivalent];

    /// The word that stands in certificates, requests and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OralRadiology => "oral-radiology",
            Self::DiagnosticRadiology => "diagnostic-radiology",
            Self::Equivalent => "equivalent",
        }
    }

    /// The body that gives it, as the registry writes it when it is told no other.
    #[must_use]
    pub const fn usual_body(self) -> &'static str {
        match self {
            Self::OralRadiology => "日本歯科放射線学会",
            Self::DiagnosticRadiology => "日本医学放射線学会",
            Self::Equivalent => "登録機関",
        }
    }

    /// Its name in Japanese.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::OralRadiology => "歯科放射線専門医",
            Self::DiagnosticRadiology => "放射線診断専門医",
            Self::Equivalent => "同等の能力を有する歯科医師",
        }
    }

    /// Its name in English.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::OralRadiology => "Specialist in oral and maxillofacial radiology",
            Self::DiagnosticRadiology => "Specialist in diagnostic radiology",
            Self::Equivalent => "Dentist of equivalent ability",
        }
    }
}

impl fmt::Display for QualificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for QualificationCode {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownWord {
                given: text.to_owned(),
                known: "oral-radiology, diagnostic-radiology, equivalent",
            })
    }
}

/// A qualification to read images, as the registry attests it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct Qualification {
    /// Which one.
    #[n(0)]
    pub code: QualificationCode,
    /// The body that gave it.
    #[n(1)]
    pub body: String,
    /// It holds up to and including this time.
    #[n(2)]
    pub valid_to: Timestamp,
    /// Why the ability is held to be equal; always there for [`QualificationCode::Equivalent`].
    #[n(3)]
    pub ground: Option<String>,
}

/// A span of time; both ends belong to it (RFC 5280 §4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(array)]
pub struct Validity {
    /// First second.
    #[n(0)]
    pub not_before: Timestamp,
    /// Last second.
    #[n(1)]
    pub not_after: Timestamp,
}

impl Validity {
    /// From `start` for `days` days of 86,400 seconds.
    #[must_use]
    pub const fn days_from(start: Timestamp, days: u64) -> Self {
        Self {
            not_before: start,
            not_after: start.plus(days.saturating_mul(86_400)),
        }
    }

    /// Whether `now` lies in it.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Its length, seconds.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        self.not_after.since(self.not_before)
    }
}

/// What a credential is good for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Scope {
    /// Everything that licence and qualifications allow.
    #[default]
    #[n(0)]
    Full,
    /// Until the evidence is complete, for example until an HPKI card arrives: its holder requests and observes, and
    /// signs no report alone. Lasts at most [`crate::issue::LONGEST_PROVISIONAL`].
    #[n(1)]
    Provisional,
}

impl Scope {
    /// Whether it is full.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }
}

/// A practitioner's certificate that was verified up to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PractitionerCertificate {
    /// SHA-256 of [`Self::der`].
    pub fingerprint: Fingerprint,
    /// Its serial number, unique with its issuer.
    pub serial: Serial,
    /// What verifies the practitioner's signatures.
    #[serde(skip)]
    pub key: PublicKey,
    /// Who it is.
    pub name: PersonName,
    /// The licence to practise.
    pub licence: Licence,
    /// Qualifications to read images, valid or expired.
    pub qualifications: Vec<Qualification>,
    /// Where the practitioner works, when the registry recorded it.
    pub institution: Option<String>,
    /// What it is good for; shown when it is narrower than full.
    #[serde(skip_serializing_if = "Scope::is_full")]
    pub scope: Scope,
    /// When the certificate holds.
    pub validity: Validity,
    /// The certificate itself, DER.
    #[serde(skip)]
    pub der: Vec<u8>,
}

/// What kind of device a node runs on (guideline §6(4)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum DeviceClass {
    /// Stays in the institution.
    #[n(0)]
    Fixed,
    /// Can be carried away.
    #[n(1)]
    Portable,
    /// An isolated desktop served from elsewhere.
    #[n(2)]
    VirtualDesktop,
}

impl FromStr for DeviceClass {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "fixed" => Ok(Self::Fixed),
            "portable" => Ok(Self::Portable),
            "virtual-desktop" => Ok(Self::VirtualDesktop),
            _ => Err(UnknownWord {
                given: text.to_owned(),
                known: "fixed, portable, virtual-desktop",
            }),
        }
    }
}

/// Whose device it is (guideline §6(4): no private devices, virtual desktops excepted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum DeviceOwner {
    /// The institution's.
    #[n(0)]
    Institution,
    /// A person's own.
    #[n(1)]
    Private,
}

impl FromStr for DeviceOwner {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "institution" => Ok(Self::Institution),
            "private" => Ok(Self::Private),
            _ => Err(UnknownWord {
                given: text.to_owned(),
                known: "institution, private",
            }),
        }
    }
}

/// A node's certificate that was verified up to the root. Its key is also the node's `PeerId`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeCertificate {
    /// SHA-256 of [`Self::der`].
    pub fingerprint: Fingerprint,
    /// Its serial number, unique with its issuer.
    pub serial: Serial,
    /// What verifies the node's signatures and names it on the network.
    #[serde(skip)]
    pub key: PublicKey,
    /// The institution's name.
    pub institution: String,
    /// The institution's code (医療機関コード), as text.
    pub institution_code: String,
    /// What kind of device it runs on.
    pub device_class: DeviceClass,
    /// Whose device it is.
    pub owner: DeviceOwner,
    /// When the certificate holds.
    pub validity: Validity,
    /// The certificate itself, DER.
    #[serde(skip)]
    pub der: Vec<u8>,
}

/// A registry's certificate that was verified up to the root. Its key signs the checkpoints of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegistryCertificate {
    /// SHA-256 of [`Self::der`].
    pub fingerprint: Fingerprint,
    /// Its serial number, unique with its issuer.
    pub serial: Serial,
    /// What verifies the registry's signatures.
    #[serde(skip)]
    pub key: PublicKey,
    /// The registry's name.
    pub name: String,
    /// When the certificate holds.
    pub validity: Validity,
    /// The certificate itself, DER.
    #[serde(skip)]
    pub der: Vec<u8>,
}
