//! How the node is and whom it knows.

use std::collections::HashMap;
use std::sync::Arc;

use dokuei_identity::network::NetworkName;
use dokuei_net::{Multiaddr, Network, NetworkConfig, PeerId, Status, peer_id_of};
use serde_json::{Value, json};

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::host::NodeHost;
use super::view;
use crate::clock;

/// How to meet others, after file, environment and flags were merged.
#[derive(Debug, Clone, Default)]
pub struct Meeting {
    /// Where to listen.
    pub listen: Vec<Multiaddr>,
    /// Bootstrap hosts.
    pub bootstraps: Vec<Multiaddr>,
    /// Fixed partners.
    pub peers: Vec<Multiaddr>,
    /// Whether to be found and find through bootstraps.
    pub discovery: bool,
    /// Whether to ask the local network who is there, and to answer.
    pub mdns: bool,
}

impl Node {
    /// Joins the network and keeps sending and fetching from then on. Without a certificate of its own the node meets
    /// bootstraps only, where it reads the register and leaves its application; without a root it stays alone until
    /// one is trusted ([`Self::trust_root`]).
    ///
    /// # Errors
    /// [`dokuei_net::NetError`] when no address can be listened on.
    pub async fn join(&self, meeting: Meeting) -> Result<(), dokuei_net::NetError> {
        let _ = self.0.meeting.set(meeting.clone());
        let _ = self.0.home.set(tokio::runtime::Handle::current());
        let Some(held) = self.0.trust.get() else {
            tracing::warn!("no registry's root is installed: this node meets nobody");
            return Ok(());
        };
        let name = NetworkName::of(held.credentials.anchors.first()).to_string();
        let mut config = NetworkConfig::new(self.0.secrets.node.clone(), name);
        config.listen = meeting.listen;
        config.bootstraps = meeting.bootstraps;
        config.peers = meeting.peers;
        config.discovery = meeting.discovery;
        config.mdns = meeting.mdns;
        config.bans = self.kept_bans();
        config.known = self.known_nodes();
        let network = Network::start(config, Arc::new(NodeHost::new(self.clone()))).await?;
        if self.0.network.set(network.clone()).is_ok() {
            tokio::spawn(self.clone().follow_lives(network.clone()));
            tokio::spawn(self.clone().patrol(network));
        }
        Ok(())
    }

    /// Leaves the network, that of the house too.
    pub async fn leave(&self) {
        self.0.reception.end();
        self.0.archives.end();
        self.0.collector.end();
        self.0.notices.end();
        self.0.scanning.end();
        if let Some(network) = self.network() {
            let node = self.clone();
            // An error says that it panicked, which the log has.
            let _ = tokio::task::spawn_blocking(move || node.end_lives()).await;
            network.shutdown().await;
            self.ring();
        }
    }

    /// How the node is.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub async fn status(&self) -> Result<Value, ServiceError> {
        let network = self.network().map(Network::status).unwrap_or_default();
        let node = self.clone();
        blocking(move || node.status_view(&network)).await
    }

    fn status_view(&self, network: &Status) -> Result<Value, ServiceError> {
        let now = self.now();
        let held = self.0.trust.get();
        let own = held.as_ref().and_then(|held| held.own.as_ref());
        let certificate = own.map(|own| &own.certificate);
        let refused = self.refused().map(|error| {
            json!({
                "code": error.code(),
                "detail": error.to_string(),
                "detail_ja": error.japanese(),
                "next": error.next(),
                "next_ja": error.next_japanese(),
            })
        });
        let signed_in: Vec<Value> = self
            .sessions()
            .all(now)
            .iter()
            .map(|one| view::practitioner(&one.id, &one.certificate, now))
            .collect();
        let bootstraps: Vec<Value> = network
            .bootstraps
            .iter()
            .map(|one| json!({"address": one.address.to_string(), "connected": one.connected}))
            .collect();
        let working = self.working_at()?;
        // Read at once: with hundreds of peers, asking for each would be hundreds of questions.
        let nodes = self.store().nodes()?.into_iter();
        let institutions: HashMap<String, String> =
            nodes.map(|node| (node.peer_id, node.institution)).collect();
        let admitted = network.peers.iter().filter(|peer| peer.admitted);
        let peers: Vec<Value> = admitted
            .map(|peer| {
                let peer_id = peer.peer.to_string();
                json!({
                    "institution": institutions.get(&peer_id),
                    "peer_id": peer_id,
                    "practitioners": working.get(&peer.peer).map_or(&[][..], Vec::as_slice),
                    "direct": peer.direct,
                    "relayed": peer.relayed,
                    "address": peer.address.as_ref().map(ToString::to_string),
                })
            })
            .collect();
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "peer_id": peer_id_of(&self.0.secrets.node.public()).to_string(),
            "institution": self.config().institution.name,
            "node_fingerprint": certificate.map(|one| one.fingerprint),
            "refused": refused,
            "network": held.as_ref().map(|held| NetworkName::of(held.credentials.anchors.first()).to_string()),
            "crl_number": self.crl_number(),
            "register": {
                "entries": self.register().size(),
                "seen": self.register_seen().map(clock::rfc3339),
                "freshness": self.freshness(now),
                "split_views": self.store().register_evidence()?.len(),
            },
            "listening": network.listening.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "external": network.external.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "bootstraps": bootstraps,
            "peers": peers,
            "banned": self.network().map_or(0, |network| network.bans().len()),
            "signed_in": signed_in.first(),
            "studies": self.store().study_count()?,
            "cases": self.case_count()?,
            "watch": self.0.watch.view(&self.config().import.watch),
            "dicom": self.0.reception.view(&self.config().dicom),
            "scan": self.scan_view()?,
        }))
    }

    /// Who works where: names by node, gone through once for all peers.
    fn working_at(&self) -> Result<HashMap<PeerId, Vec<String>>, ServiceError> {
        let (mut working, now): (HashMap<PeerId, Vec<String>>, _) = (HashMap::new(), self.now());
        for person in self.people().all()? {
            for device in self.people().nodes_of(&person.fingerprint, now)? {
                let names = working.entry(peer_id_of(&device.node_key)).or_default();
                if !names.contains(&person.name.japanese) {
                    names.push(person.name.japanese.clone());
                }
            }
        }
        Ok(working)
    }

    /// The peers that are reachable at this moment, with how.
    pub async fn online(&self) -> HashMap<String, bool> {
        let status = self.network().map(Network::status).unwrap_or_default();
        let admitted = status.peers.into_iter().filter(|peer| peer.admitted);
        admitted
            .map(|peer| (peer.peer.to_string(), peer.direct))
            .collect()
    }
}
