//! The register: an append-only file of what was issued and revoked, one JSON object a line.

use std::fs;
use std::path::Path;

use dokuei_identity::certificate::Validity;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::revocation::{RevocationReason, Revoked};
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::files;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A certificate was issued.
    Issued {
        at: Timestamp,
        kind: Kind,
        fingerprint: Fingerprint,
        serial: Serial,
        subject: String,
        validity: Validity,
        /// The certificate, so that the register alone can be audited.
        der: String,
    },
    /// A certificate was revoked.
    Revoked {
        at: Timestamp,
        serial: Serial,
        reason: RevocationReason,
    },
    /// A revocation list was signed.
    List { at: Timestamp, number: u64 },
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Practitioner,
    Node,
}

/// A certificate and its standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) serial: Serial,
    pub(crate) subject: String,
    pub(crate) validity: Validity,
    pub(crate) issued_at: Timestamp,
    pub(crate) revoked: Option<Standing>,
}

/// Since when and why it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    pub(crate) since: Timestamp,
    pub(crate) reason: RevocationReason,
}

/// The register as it stands.
#[derive(Debug, Default)]
pub(crate) struct Register {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) last_list: u64,
}

impl Register {
    /// Reads the whole file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|source| Failure::storage("read", path, source))?;
        // A line without its end was never acknowledged: the crash came before the flush.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut register = Self::default();
        for (index, line) in whole.lines().enumerate() {
            let line = serde_json::from_str(line).map_err(|error| {
                let place = format!("line {} of {}", index + 1, path.display());
                Failure::Damaged(format!(
                    "{place} is damaged ({error}); restore the register from a backup"
                ))
            })?;
            register.apply(line);
        }
        Ok(register)
    }

    pub(crate) fn apply(&mut self, line: Line) {
        match line {
            Line::Issued {
                at,
                kind,
                fingerprint,
                serial,
                subject,
                validity,
                ..
            } => {
                let revoked = None;
                self.credentials.push(Credential {
                    kind,
                    fingerprint,
                    serial,
                    subject,
                    validity,
                    issued_at: at,
                    revoked,
                });
            }
            Line::Revoked { at, serial, reason } => {
                let found = self
                    .credentials
                    .iter_mut()
                    .find(|credential| credential.serial == serial);
                if let Some(credential) = found {
                    credential.revoked = Some(Standing { since: at, reason });
                }
            }
            Line::List { number, .. } => self.last_list = self.last_list.max(number),
        }
    }

    /// The certificate with this fingerprint or serial number.
    pub(crate) fn find(&self, name: &str) -> Option<&Credential> {
        let name = name.to_ascii_lowercase().replace(':', "");
        self.credentials.iter().find(|credential| {
            credential.fingerprint.to_string() == name || credential.serial.to_string() == name
        })
    }

    /// What the revocation list says.
    pub(crate) fn revoked(&self) -> Vec<Revoked> {
        let standing = |credential: &Credential| {
            let Standing { since, reason } = credential.revoked.clone()?;
            Some(Revoked {
                serial: credential.serial.clone(),
                since,
                reason,
            })
        };
        self.credentials.iter().filter_map(standing).collect()
    }
}

/// Makes a line durable.
pub(crate) fn append(path: &Path, line: &Line) -> Result<(), Failure> {
    // A torn last line would swallow this one: end it first.
    let torn = fs::read(path).is_ok_and(|text| text.last().is_some_and(|byte| *byte != b'\n'));
    if torn {
        let text = fs::read(path).map_err(|source| Failure::storage("read", path, source))?;
        let end = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |index| index + 1);
        files::write(path, &text[..end], true)?;
    }
    let text = serde_json::to_string(line)
        .map_err(|error| Failure::Damaged(format!("the register's line cannot be written: {error}")))?;
    files::append_line(path, &text)
}
