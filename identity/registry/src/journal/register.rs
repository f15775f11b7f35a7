//! What the journal's lines amount to.

use std::collections::HashMap;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;

use super::{Credential, Line, RegisterKeyLine, SignedList, Standing};
use crate::failure::Failure;

/// The journal as it stands.
#[derive(Debug, Default)]
pub(crate) struct Register {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) last_list: u64,
    /// When the last lists were signed, and which.
    pub(crate) last_list_at: Option<Timestamp>,
    pub(crate) last_lists: Vec<SignedList>,
    /// Issuing authorities after the first, DER, the newest last.
    pub(crate) authorities: Vec<Vec<u8>>,
    /// Successor roots with their proofs, and when each was announced.
    pub(crate) roots: Vec<(Timestamp, Vec<u8>, Vec<u8>)>,
    /// Changes of the register's key, the oldest first.
    pub(crate) register_keys: Vec<RegisterKeyLine>,
    /// Every line, in order: what is published follows from them.
    pub(crate) lines: Vec<Line>,
    /// Whether something changed what the next revocation list says.
    pub(crate) list_is_due: bool,
    by_fingerprint: HashMap<Fingerprint, usize>,
    by_serial: HashMap<Serial, usize>,
}

impl Register {
    pub(crate) fn apply(&mut self, line: Line) -> Result<(), Failure> {
        let damaged = |_| Failure::Damaged("a certificate in the journal is not hexadecimal".to_owned());
        match &line {
            Line::Issued(issued) => {
                let credential = Credential::of((**issued).clone())?;
                if let Some(replaces) = issued.replaces {
                    self.replace(&replaces.fingerprint, replaces.rekeyed, &credential);
                }
                let index = self.credentials.len();
                self.by_fingerprint.insert(credential.fingerprint, index);
                self.by_serial.insert(credential.serial.clone(), index);
                self.credentials.push(credential);
            }
            Line::Revoked {
                at, serial, reason, ..
            } => self.set(serial, Some((*at, *reason))),
            Line::Suspended { at, serial, .. } => {
                self.set(serial, Some((*at, RevocationReason::CertificateHold)));
            }
            Line::Reinstated { serial, .. } => self.set(serial, None),
            Line::List { at, number, lists } => {
                self.last_list = self.last_list.max(*number);
                self.last_list_at = Some(*at);
                self.last_lists.clone_from(lists);
                self.list_is_due = false;
            }
            Line::Authority { der, .. } => {
                self.authorities.push(hex::decode(der).map_err(damaged)?);
                self.list_is_due = true;
            }
            Line::Root { at, der, cross, .. } => {
                let pair = (
                    hex::decode(der).map_err(damaged)?,
                    hex::decode(cross).map_err(damaged)?,
                );
                self.roots.push((*at, pair.0, pair.1));
            }
            Line::RegisterKey(line) => {
                self.register_keys.push((**line).clone());
                self.list_is_due = true;
            }
            Line::Entry { .. } => {}
        }
        self.lines.push(line);
        Ok(())
    }

    fn set(&mut self, serial: &Serial, standing: Option<(Timestamp, RevocationReason)>) {
        self.list_is_due = true;
        if let Some(credential) = self
            .by_serial
            .get(serial)
            .and_then(|index| self.credentials.get_mut(*index))
        {
            credential.revoked = standing.map(|(since, reason)| Standing { since, reason });
        }
    }

    fn replace(&mut self, old: &Fingerprint, rekeyed: bool, by: &Credential) {
        let found = self
            .by_fingerprint
            .get(old)
            .and_then(|index| self.credentials.get_mut(*index));
        if let Some(old) = found {
            old.replaced_by = Some(by.fingerprint);
            if rekeyed {
                let (since, reason) = (by.issued_at, RevocationReason::Superseded);
                old.revoked = Some(Standing { since, reason });
                self.list_is_due = true;
            }
        }
    }

    /// The certificate with this fingerprint or serial number.
    pub(crate) fn find(&self, name: &str) -> Option<&Credential> {
        let name = name.to_ascii_lowercase().replace(':', "");
        let bytes = hex::decode(&name).ok()?;
        let index = <[u8; 32]>::try_from(bytes.as_slice())
            .ok()
            .and_then(|bytes| self.by_fingerprint.get(&Fingerprint::from_bytes(bytes)))
            .or_else(|| self.by_serial.get(&Serial::from_bytes(&bytes)?))?;
        self.credentials.get(*index)
    }

    /// The time of the last line.
    pub(crate) fn last(&self) -> Timestamp {
        self.lines.last().map_or(Timestamp(0), Line::at)
    }
}
