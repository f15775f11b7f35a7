//! What follows when the register changed: the revoked are dropped, what was issued for us is installed, and a node
//! that is itself revoked destroys its keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use dokuei_identity::certificate::DeviceClass;
use dokuei_identity::chain::{Chain, ChainError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::register::{Accepted, Act, Standing};
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use dokuei_net::{PeerId, RefusalCode, peer_id_of};

use crate::data_dir::write_durably;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::trust::{Held, Own};
use crate::service::{Node, auto_lock};

impl Node {
    /// Does what follows from new entries or a new revocation list.
    pub(super) fn follow_register(&self, accepted: &Accepted, now: Timestamp) -> Result<(), ServiceError> {
        if self.own_standing_lost(now)? {
            return Ok(());
        }
        self.follow_renewals(accepted);
        self.install_issued(now)?;
        self.settle_applications()?;
        self.close_sessions(now);
        let dropped: BTreeSet<PeerId> = self.register().bar().into_iter().collect();
        let touched = self.peers_of_revoked(accepted)?;
        self.drop_peers(&dropped)?;
        self.meet_anew(touched.difference(&dropped))?;
        self.events().publish(EventKind::Peer, "register");
        self.0.lapses.look_now();
        self.look_for_lapses()
    }

    /// Somebody's certificate took the place of another: who is the same person in the logs is seen anew.
    fn follow_renewals(&self, accepted: &Accepted) {
        let mut new = accepted.entries.iter().map(|(_, entry)| &entry.act);
        if new.any(|act| {
            matches!(
                act,
                Act::Issued {
                    supersedes: Some(_),
                    ..
                }
            )
        }) {
            self.0.replays.all_changed();
            self.0.duties.forget();
            self.0.heads.compare_soon();
            self.ring();
        }
    }

    /// A successor of the root is believed because the root before it certified it. A new issuing authority is remembered,
    /// so that what it issues is verified faster.
    pub(super) fn adopt_roots(&self, accepted: &Accepted) -> Result<(), ServiceError> {
        let mut new = accepted.entries.iter().map(|(_, entry)| &entry.act);
        if !new.any(|act| matches!(act, Act::SuccessorRoot { .. } | Act::IssuingAuthority { .. })) {
            return Ok(());
        }
        let held = self.trust()?;
        let mut anchors = held.credentials.anchors.clone();
        for error in self
            .register()
            .with_standings(|standings| standings.teach(&mut anchors))
        {
            tracing::error!(%error, "a successor of the root was not believed");
        }
        // Beside the certificates, which may soon be under the new root: they are read before the register is.
        if anchors != held.credentials.anchors {
            write_durably(&self.0.dir.root_certificate(), anchors.to_pem().as_bytes())
                .map_err(ServiceError::file(&self.0.dir.root_certificate()))?;
        }
        self.retrust(&held, |credentials| credentials.anchors = anchors)
    }

    /// Whether this node's own certificate was taken from it: then its keys are destroyed here and now, since whoever
    /// has the machine may not be its owner (guideline 6(4)).
    fn own_standing_lost(&self, now: Timestamp) -> Result<bool, ServiceError> {
        let held = self.trust()?;
        let Some(own) = &held.own else {
            return Ok(false);
        };
        let certificate = &own.certificate;
        let verdict = held
            .credentials
            .node(&own.chain, now)
            .map_err(ServiceError::from)
            .and_then(|_| {
                held.register
                    .require(&certificate.fingerprint, certificate.validity.not_before)
            });
        let Err(ServiceError::Certificate(ChainError::Revoked { reason, .. })) = verdict else {
            return Ok(false);
        };
        tracing::error!(
            reason = reason.as_str(),
            "this node's own certificate was taken from it"
        );
        self.sessions().close_all(now);
        // Only what can be carried away is lost with its carrier: the records of a fixed machine stay readable.
        let carried = certificate.device_class == DeviceClass::Portable;
        if carried && reason == RevocationReason::KeyCompromise {
            self.wipe(reason.as_str())?;
        }
        Ok(true)
    }

    /// Ends when this node has destroyed its keys.
    pub async fn wiped(&self) {
        self.0.wiped.notified().await;
    }

    /// Certificates that were issued for this node or its practitioners arrive by the register, the first ones too.
    pub(in crate::service) fn install_issued(&self, now: Timestamp) -> Result<(), ServiceError> {
        let held = self.trust()?;
        let key = self.0.secrets.node.public();
        let installed = held.own.as_ref().map(|own| own.certificate.fingerprint);
        if let Some(chain) = self.newest_for(key, installed)?
            && let Ok(certificate) = held.node(&chain, now)
            && certificate.key == key
        {
            write_durably(&self.0.dir.node_chain(), chain.to_pem().as_bytes())
                .map_err(ServiceError::file(&self.0.dir.node_chain()))?;
            tracing::info!(fingerprint = %certificate.fingerprint, "the certificate of this node was installed");
            self.sessions()
                .lock_after(auto_lock(self.config(), Some(certificate.device_class)));
            self.0.trust.replace(Held {
                credentials: held.credentials.clone(),
                own: Some(Arc::new(Own { chain, certificate })),
                register: Arc::clone(&held.register),
            });
            self.remember_ourselves(now)?;
            self.audit("registry", "install", "node", "success")?;
            self.events().publish(EventKind::Credential, "node");
        }
        let files = self.practitioner_files();
        for person in files.list()? {
            let Some(key) = public_key(&person.public_key) else {
                continue;
            };
            let installed = files.chain(&person.id)?.map(|chain| chain.fingerprint());
            if let Some(chain) = self.newest_for(key, installed)?
                && let Ok(certificate) = held.practitioner(&chain, now)
                && certificate.key == key
            {
                files.install(&person.id, &chain)?;
                self.audit("registry", "install", &person.id, "success")?;
                self.events().publish(EventKind::Credential, &person.id);
            }
        }
        Ok(())
    }

    /// The certificate in force for a key that was entered last, when it is another than the installed one.
    fn newest_for(
        &self,
        key: PublicKey,
        installed: Option<Fingerprint>,
    ) -> Result<Option<Chain>, ServiceError> {
        let newest = self.register().with_standings(|standings| {
            let in_force = standings
                .of_key(key)
                .filter(|member| member.standing == Standing::InForce && member.entry.is_some());
            in_force
                .max_by_key(|member| member.entry)
                .map(|member| member.fingerprint)
        });
        match newest.filter(|newest| Some(*newest) != installed) {
            Some(newest) => self.register().chain(&newest),
            None => Ok(None),
        }
    }

    /// Ends the sessions of those who may not act any more.
    fn close_sessions(&self, now: Timestamp) {
        let Ok(held) = self.trust() else {
            return;
        };
        for session in self.sessions().all(now) {
            let certificate = &session.certificate;
            let stands = held
                .register
                .require(&certificate.fingerprint, certificate.validity.not_before);
            let listed = self
                .people()
                .stands_itself(&certificate.fingerprint)
                .is_err_and(|error| matches!(error, ServiceError::Certificate(ChainError::Revoked { .. })));
            if stands.is_err() || listed {
                self.sessions().close_all_of(&session.id, now);
                if let Err(error) = self.audit("registry", "sign_out", &session.id, "revoked") {
                    tracing::error!(%error, "the audit log cannot be written");
                }
            }
        }
    }

    /// The nodes of practitioners who were just suspended or revoked, and nodes of which a certificate was: what runs
    /// with them is ended. They are met again for their colleagues' sake.
    fn peers_of_revoked(&self, accepted: &Accepted) -> Result<BTreeSet<PeerId>, ServiceError> {
        let mut peers = BTreeSet::new();
        for (_, entry) in &accepted.entries {
            let (Act::Revoked { fingerprint, .. } | Act::Suspended { fingerprint }) = &entry.act else {
                continue;
            };
            let devices = self.people().all_nodes_of(fingerprint)?;
            peers.extend(devices.iter().map(|device| peer_id_of(&device.node_key)));
            if let Some(node) = self.people().node_certificate(fingerprint) {
                peers.insert(peer_id_of(&node.key));
            }
        }
        Ok(peers)
    }

    fn drop_peers(&self, peers: &BTreeSet<PeerId>) -> Result<(), ServiceError> {
        let Some(network) = self.network().filter(|_| !peers.is_empty()) else {
            return Ok(());
        };
        for peer in peers {
            if network.is_admitted(peer) {
                self.audit(&peer.to_string(), "admission", "node", "ended: revoked")?;
            }
            let (network, peer) = (network.clone(), *peer);
            tokio::spawn(async move {
                // An error says that the network was left already.
                let _ = network.drop_peer(peer, RefusalCode::Revoked).await;
            });
        }
        Ok(())
    }

    /// Ends what runs with these nodes and meets them again at once: whoever else works there is not to wait.
    fn meet_anew<'a>(&self, peers: impl Iterator<Item = &'a PeerId>) -> Result<(), ServiceError> {
        let Some(network) = self.network() else {
            return Ok(());
        };
        for peer in peers.filter(|peer| network.is_admitted(peer)) {
            self.audit(&peer.to_string(), "admission", "node", "begun anew: revoked")?;
            let (network, peer) = (network.clone(), *peer);
            tokio::spawn(async move {
                // An error says that the network was left already.
                let _ = network.meet_anew(peer).await;
            });
        }
        Ok(())
    }
}

fn public_key(hexadecimal: &str) -> Option<PublicKey> {
    let bytes: [u8; 32] = hex::decode(hexadecimal).ok()?.try_into().ok()?;
    PublicKey::from_bytes(bytes).ok()
}
