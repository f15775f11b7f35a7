//! What the letter on a medium says: all entries of a case and of its agreement, and the certificates of all who signed.

use std::collections::BTreeSet;

use dokuei_consultation::agreement::AgreementLog;
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::{AgreementId, CaseId};
use dokuei_consultation::machine::Case;
use dokuei_identity::cbor;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_media::letter::{Letter, LogCopy};
use dokuei_media::names::SetId;
use dokuei_store::LogKind;

use super::MediaError;
use crate::service::error::ServiceError;
use crate::service::session::Session;
use crate::service::{Node, logs};

/// How many entries of a case came, and how many were here.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) new: usize,
    pub(super) known: usize,
}

impl Node {
    /// The letter about a case, from whoever is signed in.
    pub(super) fn letter_about(
        &self,
        session: &Session,
        set: &SetId,
        case: &Case,
    ) -> Result<Letter, ServiceError> {
        let me = &session.certificate;
        let (_, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let agreement = request.agreement.id;
        let entries = logs::stored(self.store(), LogKind::Case, case.id().as_bytes())?;
        let agreed = logs::stored(self.store(), LogKind::Agreement, agreement.as_bytes())?;
        let (mut practitioners, mut nodes) = (Vec::new(), Vec::new());
        for signer in signers(entries.iter().chain(&agreed))? {
            match self.people().chain_of(&signer) {
                Some((chain, true)) => nodes.push(cbor::encode(&chain)),
                Some((chain, false)) => practitioners.push(cbor::encode(&chain)),
                // Of a node that signed nothing itself and was never met here.
                None => {}
            }
        }
        let devices = self.people().device_list(me)?;
        Ok(Letter {
            set: set.0,
            from: me.fingerprint,
            devices: devices.ok_or(ServiceError::NoDevice)?.bytes().to_vec(),
            practitioners,
            nodes,
            agreement: copy(*agreement.as_bytes(), &agreed),
            case: copy(*case.id().as_bytes(), &entries),
        })
    }

    /// Joins a letter from `from` to what is here. Each log must stand by itself and be between the two before any entry of
    /// it is taken.
    pub(super) fn join_letter(
        &self,
        session: &Session,
        from: &PractitionerCertificate,
        letter: &Letter,
    ) -> Result<(CaseId, Joined), ServiceError> {
        self.meet_signers(letter);
        self.meet_devices(from, &letter.devices);
        let both = [self.me(session), self.people().first_of(&from.fingerprint)];
        let between = |parties: &[Fingerprint]| {
            let is_party = both.iter().all(|one| parties.contains(one));
            is_party.then_some(()).ok_or(MediaError::NotBetweenYou)
        };
        let mut joined = Joined::default();
        let agreed = entries(&letter.agreement)?;
        let id = AgreementId::from_bytes(letter.agreement.log);
        between(&AgreementLog::replay(id, agreed.iter().cloned(), self.people())?.parties())?;
        for entry in agreed {
            self.join_entry(entry, &mut joined)?;
        }
        let said = entries(&letter.case)?;
        let id = CaseId::from_bytes(letter.case.log);
        between(&Case::replay(id, self.here()?, said.iter().cloned(), self.people())?.parties())?;
        for entry in said {
            self.join_entry(entry, &mut joined)?;
        }
        Ok((id, joined))
    }

    fn join_entry(&self, entry: SignedEntry, joined: &mut Joined) -> Result<(), ServiceError> {
        if self.stored_entry(entry.id().as_bytes())?.is_some() {
            joined.known += 1;
        } else {
            self.take(entry)?;
            joined.new += 1;
        }
        Ok(())
    }

    /// Remembers the certificates that stand. One that does not costs only what it signed.
    fn meet_signers(&self, letter: &Letter) {
        let now = self.now();
        let practitioner = |chain: &Chain| {
            let certificate = self.trust()?.practitioner(chain, now)?;
            self.people().remember_practitioner(chain, &certificate, now)
        };
        let node = |chain: &Chain| {
            let certificate = self.trust()?.node(chain, now)?;
            self.people().remember_node(chain, &certificate, now)
        };
        let people = letter.practitioners.iter().map(|bytes| (bytes, false));
        for (bytes, is_node) in people.chain(letter.nodes.iter().map(|bytes| (bytes, true))) {
            let Ok(chain) = cbor::decode::<Chain>(bytes) else {
                continue;
            };
            if self.people().chain_of(&Fingerprint::of(&chain.end)).is_some() {
                continue;
            }
            let met = if is_node {
                node(&chain)
            } else {
                practitioner(&chain)
            };
            if let Err(error) = met {
                tracing::warn!(code = error.code(), %error, "a certificate on a medium was not taken");
            }
        }
    }

    /// An earlier list than the one that is here is no reason to refuse what comes with it.
    fn meet_devices(&self, of: &PractitionerCertificate, list: &[u8]) {
        match self.people().learn_device_list(of, list, self.now()) {
            Ok(None) => {}
            Ok(Some(change)) => self.follow_devices(of.fingerprint, change),
            Err(error) => tracing::info!(code = error.code(), "a device list on a medium was not taken"),
        }
    }
}

/// Everybody who signed, and the nodes at which they did.
fn signers<'a>(
    entries: impl Iterator<Item = &'a SignedEntry>,
) -> Result<BTreeSet<Fingerprint>, ServiceError> {
    let mut signers = BTreeSet::new();
    for entry in entries {
        let header = entry.unverified_header()?;
        signers.extend([header.signer, header.device]);
    }
    Ok(signers)
}

fn copy(log: [u8; 16], entries: &[SignedEntry]) -> LogCopy {
    LogCopy {
        log,
        entries: entries.iter().map(cbor::encode).collect(),
    }
}

fn entries(log: &LogCopy) -> Result<Vec<SignedEntry>, ServiceError> {
    let decoded = log.entries.iter().map(|bytes| cbor::decode(bytes));
    let decoded: Result<_, _> = decoded.collect();
    Ok(decoded.map_err(|error| MediaError::Letter(error.into()))?)
}
