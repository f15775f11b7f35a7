//! What follows when the devices of a practitioner change: her logs are brought to the nodes that she works at now, and
//! studies that she has not opened yet are granted to the keys that she has now.
//!
//! A key that studies are sealed to lives for thirty days, and its private half is destroyed some time after it was
//! replaced. A request that reaches her later than that, or at another machine, would stay closed for ever: so whoever
//! sent it grants it again, as soon as her newest device list is here and the sender is signed in. Nobody has to ask.

use std::collections::BTreeSet;

use dokuei_consultation::body::{Body, Grant};
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::standing::Standing;
use dokuei_identity::device_list::Device;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action, Object};
use dokuei_net::{PeerId, peer_id_of};
use dokuei_package::grant::grant;
use dokuei_package::schedule::Cek;
use dokuei_store::{Direction, PackageRow};
use zeroize::Zeroizing;

use super::Node;
use super::error::ServiceError;
use super::forwarding::{is_requester, to_grant};
use super::people::DeviceChange;
use super::session::Session;

impl Node {
    /// Does what follows from a new device list of somebody else's, in the background.
    pub(super) fn follow_devices(&self, practitioner: Fingerprint, change: DeviceChange) {
        let node = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = node.move_outbox(&practitioner, &change) {
                tracing::error!(code = error.code(), %error, "what waits for a node could not be readdressed");
            }
            node.grant_again();
        });
    }

    /// Queues all that a practitioner has a part in for nodes that are new in her list, and drops what waits for nodes
    /// at which nobody works any more: it would wait for ever.
    fn move_outbox(&self, practitioner: &Fingerprint, change: &DeviceChange) -> Result<(), ServiceError> {
        let now = self.now();
        if !change.joined.is_empty() {
            let logs = self.logs_of(practitioner)?;
            for peer in peers(&change.joined) {
                for log in &logs {
                    self.store().queue_log(&peer.to_string(), log, now)?;
                }
            }
            self.ring();
        }
        for peer in peers(&change.left) {
            if !self.is_listed(&peer)? && self.store().unqueue(&peer.to_string())? > 0 {
                tracing::info!(%peer, "nobody works at this node any more: nothing waits for it");
            }
        }
        Ok(())
    }

    /// The logs in which a practitioner takes part.
    fn logs_of(&self, practitioner: &Fingerprint) -> Result<Vec<[u8; 16]>, ServiceError> {
        let practitioner = &self.people().person(practitioner);
        let cases = self.gists()?;
        let cases = cases
            .iter()
            .filter(|case| case.parties.contains(practitioner))
            .map(|case| *case.case.as_bytes());
        let agreements = self.agreement_logs()?;
        let agreements = agreements
            .iter()
            .filter(|agreement| agreement.parties().contains(practitioner))
            .map(|agreement| *agreement.id().as_bytes());
        Ok(agreements.chain(cases).collect())
    }

    /// Whether anybody known here works at a node.
    fn is_listed(&self, peer: &PeerId) -> Result<bool, ServiceError> {
        for person in self.people().all()? {
            let devices = self.people().all_nodes_of(&person.fingerprint)?;
            if peers(&devices).contains(peer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Grants, for everybody who is signed in, what her readers cannot open with a key that they have now.
    pub(super) fn grant_again(&self) {
        for session in self.sessions().all(self.now()) {
            match self.grant_again_for(&session, None) {
                Ok(0) => {}
                Ok(_) => self.ring(),
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "a study could not be granted again yet")
                }
            }
        }
    }

    /// Grants what the readers of this practitioner lack, in the case `first` before all others, and tells how much it was.
    /// What cannot be granted is told, and does not hold up the rest.
    pub(super) fn grant_again_for(
        &self,
        session: &Session,
        first: Option<CaseId>,
    ) -> Result<usize, ServiceError> {
        let mut packages = self.store().packages(None)?;
        packages.retain(|row| row.has_key);
        packages.sort_by_key(|row| Some(CaseId::from_bytes(row.package.case_id)) != first);
        let mut granted = 0;
        for row in &packages {
            if let Err(error) = self.grant_package(session, row, &mut granted) {
                tracing::warn!(code = error.code(), %error, "a study could not be granted yet");
            }
        }
        Ok(granted)
    }

    fn grant_package(
        &self,
        session: &Session,
        row: &PackageRow,
        granted: &mut usize,
    ) -> Result<(), ServiceError> {
        let me = self.me(session);
        let _writing = self.write_lock();
        let Ok(mut case) = self.case_log(CaseId::from_bytes(row.package.case_id)) else {
            return Ok(());
        };
        // What a reader holds is hers to wrap only for those whom she has brought in.
        let sender = is_requester(&case, &me);
        if sender != (row.package.direction == Direction::Outgoing) {
            return Ok(());
        }
        for reader in to_grant(&case, &me) {
            for device in self.people().nodes_of(&reader, self.now())? {
                if is_granted(&case, row, &device) {
                    continue;
                }
                let (action, object) = if sender {
                    (Action::Grant, Object::OWN_CASE)
                } else {
                    (Action::Send, Object::PARTY_CASE)
                };
                self.permit(session, action, object)?;
                let again = has_grant(&case, row, &reader);
                if self.grant_to(session, &mut case, row, &reader, &device)? {
                    *granted += 1;
                    let outcome = if again {
                        "again: another key".to_owned()
                    } else {
                        format!("to {reader}")
                    };
                    self.audit(&session.id, "grant", &case.id().to_string(), &outcome)?;
                }
            }
        }
        Ok(())
    }

    /// Wraps the key of a package for one more device, when its reader may still read and it can still be opened.
    fn grant_to(
        &self,
        session: &Session,
        case: &mut Case,
        row: &PackageRow,
        consultant: &Fingerprint,
        device: &Device,
    ) -> Result<bool, ServiceError> {
        let now = self.now();
        let core = self.core_of(row)?;
        let reader = self.people().present(consultant);
        let reads = reader.is_some_and(|reader| policy::entitled(&reader, Action::Consult, now).is_ok());
        if core.core().expires_at < now || !reads || self.people().standing_now(consultant).is_err() {
            return Ok(false);
        }
        let Some(key) = self.store().package_key(&row.package.package_id)? else {
            return Ok(false);
        };
        let cek = Cek::from_bytes(Zeroizing::new(*key));
        let sealed = grant(&cek, &core, consultant, &device.kem, &mut rand::rng())
            .map_err(|error| ServiceError::field("device list", error))?;
        let body = Grant {
            package: PackageId::from_bytes(row.package.package_id),
            recipient: *consultant,
            node: device.node,
            kid: device.kid,
            sealed: sealed.to_bytes(),
        };
        self.author_case(session, case, Body::Grant(body))?;
        Ok(true)
    }
}

/// Whether some key of this reader was granted the package before.
fn has_grant(case: &Case, row: &PackageRow, reader: &Fingerprint) -> bool {
    case.log().ordered().iter().any(|entry| match entry.body() {
        Body::Grant(grant) => {
            grant.package.as_bytes() == &row.package.package_id && grant.recipient == *reader
        }
        _ => false,
    })
}

fn is_granted(case: &Case, row: &PackageRow, device: &Device) -> bool {
    case.log().ordered().iter().any(|entry| match entry.body() {
        Body::Grant(grant) => {
            grant.package.as_bytes() == &row.package.package_id
                && grant.node == device.node
                && grant.kid == device.kid
        }
        _ => false,
    })
}

fn peers(devices: &[Device]) -> BTreeSet<PeerId> {
    devices
        .iter()
        .map(|device| peer_id_of(&device.node_key))
        .collect()
}
