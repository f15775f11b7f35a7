//! What the applicant says of herself, or of her computer.

use minicbor::{Decode, Encode};
use serde::Serialize;

use super::error::ApplicationError;
use crate::certificate::{DeviceClass, DeviceOwner, Licence, PersonName, QualificationCode};
use crate::issue::LONGEST_TEXT;
use crate::text::{misleads, misleads_in_lines};
use crate::time::Timestamp;

/// The longest free text, characters.
const LONGEST_NOTE: usize = 1000;
/// The most qualifications that are claimed at once.
const MAX_QUALIFICATIONS: usize = 16;

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Claims {
    /// For a practitioner's certificate.
    #[n(0)]
    Practitioner(#[n(0)] PractitionerClaims),
    /// For a node's certificate.
    #[n(1)]
    Node(#[n(0)] NodeClaims),
}

/// What a practitioner claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct PractitionerClaims {
    /// Both names, the Japanese one as on the licence.
    #[n(0)]
    pub name: PersonName,
    /// The licence to practise.
    #[n(1)]
    pub licence: Licence,
    /// Qualifications to read images.
    #[n(2)]
    pub qualifications: Vec<ClaimedQualification>,
    /// Where she works.
    #[n(3)]
    pub institution: Option<String>,
}

/// A qualification that is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct ClaimedQualification {
    /// Which one.
    #[n(0)]
    pub code: QualificationCode,
    /// Its number with the body that gave it (専門医番号).
    #[n(1)]
    pub number: Option<String>,
    /// It holds up to and including this time.
    #[n(2)]
    pub valid_to: Option<Timestamp>,
    /// For [`QualificationCode::Equivalent`]: why the ability is held to be equal.
    #[n(3)]
    pub ground: Option<String>,
}

/// What is claimed about a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct NodeClaims {
    /// The institution's name.
    #[n(0)]
    pub institution: String,
    /// Its code (医療機関コード).
    #[n(1)]
    pub institution_code: String,
    /// The kind of device.
    #[n(2)]
    pub device_class: DeviceClass,
    /// Whose it is.
    #[n(3)]
    pub owner: DeviceOwner,
}

/// How the registry reaches the applicant with a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct Contact {
    /// An e-mail address.
    #[n(0)]
    pub email: Option<String>,
    /// A telephone number.
    #[n(1)]
    pub telephone: Option<String>,
    /// What else the operator should know.
    #[n(2)]
    pub note: Option<String>,
}

impl Claims {
    /// Whom it is for, for people.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Practitioner(claims) => format!("{} ({})", claims.name.japanese, claims.name.latin),
            Self::Node(claims) => format!("{} [{}]", claims.institution, claims.institution_code),
        }
    }

    /// `practitioner` or `node`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Practitioner(_) => "practitioner",
            Self::Node(_) => "node",
        }
    }

    /// The common name that its request asks for.
    pub(super) fn common_name(&self) -> &str {
        match self {
            Self::Practitioner(claims) => &claims.name.latin,
            Self::Node(claims) => &claims.institution,
        }
    }

    pub(super) fn check(&self) -> Result<(), ApplicationError> {
        match self {
            Self::Practitioner(claims) => claims.check(),
            Self::Node(claims) => {
                text("institution", &claims.institution)?;
                text("institution code", &claims.institution_code)
            }
        }
    }
}

impl PractitionerClaims {
    fn check(&self) -> Result<(), ApplicationError> {
        text("Japanese name", &self.name.japanese)?;
        text("Latin name", &self.name.latin)?;
        text("licence number", &self.licence.number)?;
        let jurisdiction = self.licence.jurisdiction.as_bytes();
        if jurisdiction.len() != 2 || !jurisdiction.iter().all(u8::is_ascii_uppercase) {
            return refused("jurisdiction", "it is two capital letters, for example JP");
        }
        if let Some(institution) = &self.institution {
            text("institution", institution)?;
        }
        if self.qualifications.len() > MAX_QUALIFICATIONS {
            return refused("qualifications", "there are too many");
        }
        self.qualifications
            .iter()
            .try_for_each(ClaimedQualification::check)
    }
}

impl ClaimedQualification {
    fn check(&self) -> Result<(), ApplicationError> {
        if let Some(number) = &self.number {
            text("qualification's number", number)?;
        }
        match (&self.ground, self.code) {
            (Some(ground), _) => note("ground", ground),
            (None, QualificationCode::Equivalent) => refused("ground", "equivalence needs a ground"),
            (None, _) => Ok(()),
        }
    }
}

impl Contact {
    pub(super) fn check(&self) -> Result<(), ApplicationError> {
        for (field, given) in [
            ("e-mail address", &self.email),
            ("telephone number", &self.telephone),
        ] {
            if let Some(given) = given {
                text(field, given)?;
            }
        }
        match &self.note {
            Some(given) => note("note", given),
            None => Ok(()),
        }
    }
}

fn refused(field: &'static str, why: &'static str) -> Result<(), ApplicationError> {
    Err(ApplicationError::Claim { field, why })
}

fn text(field: &'static str, given: &str) -> Result<(), ApplicationError> {
    if given.trim().is_empty() {
        return refused(field, "it is empty");
    }
    if given.chars().count() > LONGEST_TEXT {
        return refused(field, "it is longer than 64 characters");
    }
    if given.chars().any(misleads) {
        return refused(field, "it has control or invisible characters");
    }
    Ok(())
}

fn note(field: &'static str, given: &str) -> Result<(), ApplicationError> {
    if given.trim().is_empty() {
        return refused(field, "it is empty");
    }
    if given.chars().count() > LONGEST_NOTE {
        return refused(field, "it is longer than 1,000 characters");
    }
    if given.chars().any(misleads_in_lines) {
        return refused(field, "it has control or invisible characters");
    }
    Ok(())
}
