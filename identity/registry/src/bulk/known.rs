//! Who has a certificate already: by row, by licence, by key.

use std::collections::HashMap;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::request;

use super::row::{self, Row};
use crate::failure::Failure;
use crate::journal::{Kind, State};
use crate::registry::Registry;

/// Rows, licences and keys that are taken.
#[derive(Default)]
pub(super) struct Known {
    rows: HashMap<String, Fingerprint>,
    licences: HashMap<String, String>,
    keys: HashMap<PublicKey, String>,
}

/// What a row is, before it is issued.
pub(super) enum Verdict {
    New,
    /// Issued by an earlier run.
    Already(Fingerprint),
    Duplicate(String),
}

impl Known {
    /// What is in force or suspended here.
    pub(super) fn of(registry: &Registry) -> Result<Self, Failure> {
        let mut known = Self::default();
        let now = registry.time();
        for credential in &registry.register().credentials {
            let row = credential
                .application
                .as_ref()
                .filter(|name| name.starts_with("import:"));
            if let Some(row) = row {
                known.rows.insert(row.clone(), credential.fingerprint);
            }
            let state = credential.state(now);
            if credential.kind != Kind::Practitioner || !matches!(state, State::InForce | State::Suspended) {
                continue;
            }
            let certificate = registry.read_practitioner(credential)?;
            let place = format!("the certificate {}", credential.fingerprint);
            let held = certificate.licence;
            let kind = serde_json::json!(held.kind);
            let licence = row::licence(
                &held.jurisdiction,
                kind.as_str().unwrap_or_default(),
                &held.number,
            );
            known.licences.insert(licence, place.clone());
            known.keys.insert(certificate.key, place);
        }
        Ok(known)
    }

    /// Looks a row up, and takes its licence and key when they are free.
    pub(super) fn judge(&mut self, row: &Row, line: u64) -> Result<Verdict, Failure> {
        if let Some(fingerprint) = self.rows.get(&row.name()) {
            return Ok(Verdict::Already(*fingerprint));
        }
        let key = request::read(&row.order.request)?.key;
        if let Some(place) = self.licences.get(&row.licence()) {
            return Ok(Verdict::Duplicate(format!("the same licence as {place}")));
        }
        if let Some(place) = self.keys.get(&key) {
            return Ok(Verdict::Duplicate(format!("the same key as {place}")));
        }
        let place = format!("line {line}");
        self.licences.insert(row.licence(), place.clone());
        self.keys.insert(key, place);
        Ok(Verdict::New)
    }
}
