//! A certificate that was issued here, and how it stands.

use dokuei_identity::certificate::Validity;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::revocation::{RevocationReason, Revoked};
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;
use serde::Serialize;

use super::line::{IssuedLine, Kind};
use crate::failure::Failure;

/// A certificate and its standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) serial: Serial,
    pub(crate) subject: String,
    pub(crate) validity: Validity,
    pub(crate) issued_at: Timestamp,
    /// Also a suspension, with the reason `certificateHold`.
    pub(crate) revoked: Option<Standing>,
    /// The certificate that took its place.
    pub(crate) replaced_by: Option<Fingerprint>,
    /// The application that it answers.
    pub(crate) application: Option<String>,
    pub(crate) issued_by: String,
    #[serde(skip)]
    pub(crate) issuer: Option<Fingerprint>,
    #[serde(skip)]
    pub(crate) der: Vec<u8>,
}

/// Since when and why it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    pub(crate) since: Timestamp,
    pub(crate) reason: RevocationReason,
}

/// How a credential stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    InForce,
    Suspended,
    Superseded,
    Revoked,
    Expired,
}

impl State {
    /// The stable word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Credential {
    pub(crate) fn of(line: IssuedLine) -> Result<Self, Failure> {
        let der = hex::decode(&line.der)
            .map_err(|_| Failure::Damaged("a certificate in the journal is damaged".to_owned()))?;
        Ok(Self {
            kind: line.kind,
            fingerprint: line.fingerprint,
            serial: line.serial,
            subject: line.subject,
            validity: line.validity,
            issued_at: line.at,
            revoked: None,
            replaced_by: None,
            application: line.application,
            issued_by: line.by,
            issuer: line.issuer,
            der,
        })
    }

    /// Whether these bytes stand in the certificate: a quick first look, where there may be 10,000 of them.
    pub(crate) fn contains(&self, part: &[u8]) -> bool {
        !part.is_empty() && self.der.windows(part.len()).any(|window| window == part)
    }

    /// How it stands.
    pub(crate) fn state(&self, now: Timestamp) -> State {
        match &self.revoked {
            Some(standing) if standing.reason == RevocationReason::CertificateHold => State::Suspended,
            Some(standing) if standing.reason == RevocationReason::Superseded => State::Superseded,
            Some(_) => State::Revoked,
            None if now > self.validity.not_after => State::Expired,
            None => State::InForce,
        }
    }

    /// What the revocation list says of it.
    pub(crate) fn list_entry(&self) -> Option<Revoked> {
        let Standing { since, reason } = self.revoked.clone()?;
        Some(Revoked {
            serial: self.serial.clone(),
            since,
            reason,
        })
    }

    /// For scripts and the console: everything, with its standing at `now`.
    pub(crate) fn view(&self, now: Timestamp) -> serde_json::Value {
        let mut object = serde_json::json!(self);
        object["standing"] = self.state(now).as_str().into();
        object
    }
}
