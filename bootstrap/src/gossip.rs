//! Gossip of checkpoints, and of nothing else, in the middle of a star: as many nodes as connect are in the mesh, so
//! that news reaches each of them directly.
//!
//! The other end is `node/net`; topic, identity of messages and bounds must be the same there.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::MAX_NOTE;
use libp2p::PeerId;
use libp2p::gossipsub::{
    self, IdentTopic, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds, TopicScoreParams,
    ValidationMode, WhitelistSubscriptionFilter, score_parameter_decay,
};
use libp2p::identity::Keypair;
use sha2::{Digest as _, Sha256};

/// Gossip that hears of one topic only.
pub(crate) type Gossip = gossipsub::Behaviour<gossipsub::IdentityTransform, WhitelistSubscriptionFilter>;

/// Room for the signature, key and topic around a checkpoint, and for control messages.
const FRAME: usize = 16 * 1024;

/// How long a checkpoint is remembered as seen.
const SEEN: Duration = Duration::from_secs(120);

/// Three invalid checkpoints within this time and nothing of the peer is read any more.
const GRUDGE: Duration = Duration::from_secs(600);

/// Nodes behind one address (a clinic's) before they count as one attacker's.
const NEIGHBOURS: f64 = 64.0;

/// Checkpoints that one peer may have us judge at once, and then each second.
const BURST: f64 = 16.0;
const PER_SECOND: f64 = 2.0;

/// The topic of a network's checkpoints.
pub(crate) fn topic(network: &NetworkName) -> IdentTopic {
    IdentTopic::new(format!("dokuei/{network}/checkpoint/1"))
}

/// Joins the topic of `network` with room for `connections` in the mesh.
pub(crate) fn behaviour(network: &NetworkName, key: &Keypair, connections: u32) -> Result<Gossip> {
    let topic = topic(network);
    let most = usize::try_from(connections)?.max(16);
    let config = gossipsub::ConfigBuilder::default()
        .protocol_id_prefix("/dokuei/gossip")
        .validation_mode(ValidationMode::Strict)
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&Sha256::digest(&message.data)[..20]))
        .duplicate_cache_time(SEEN)
        .heartbeat_initial_delay(Duration::from_millis(200))
        .mesh_n_high(most)
        .max_transmit_size(FRAME)
        .max_transmit_size_for_topic(MAX_NOTE, topic.hash())
        .max_publish_messages(8)
        .max_control_messages_sent(64)
        .connection_handler_queue_len(256)
        .build()?;
    let heard = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let signed = MessageAuthenticity::Signed(key.clone());
    let mut gossip = Gossip::new_with_subscription_filter(signed, config, heard)
        .map_err(|error| anyhow!("gossip cannot be set up: {error}"))?;
    gossip
        .with_peer_score(scores(&topic), PeerScoreThresholds::default())
        .map_err(|error| anyhow!("gossip cannot be set up: {error}"))?;
    gossip.subscribe(&topic)?;
    Ok(gossip)
}

/// Only what is invalid costs: checkpoints are rare, so that silence in the mesh is no fault.
fn scores(topic: &IdentTopic) -> PeerScoreParams {
    let of_topic = TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_cap: 10.0,
        time_in_mesh_quantum: Duration::from_secs(60),
        first_message_deliveries_cap: 10.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -20.0,
        invalid_message_deliveries_decay: score_parameter_decay(GRUDGE),
        ..TopicScoreParams::default()
    };
    PeerScoreParams {
        topics: HashMap::from([(topic.hash(), of_topic)]),
        topic_score_cap: 20.0,
        ip_colocation_factor_threshold: NEIGHBOURS,
        ip_colocation_factor_whitelist: HashSet::from([
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ]),
        ..PeerScoreParams::default()
    }
}

/// What each peer may have us judge.
#[derive(Default)]
pub(crate) struct Budgets(HashMap<PeerId, (f64, Instant)>);

impl Budgets {
    /// Takes one from the budget of `peer`; `false` when it is used up.
    pub(crate) fn take(&mut self, peer: PeerId, now: Instant) -> bool {
        let (left, since) = self.0.entry(peer).or_insert((BURST, now));
        *left = (*left + now.duration_since(*since).as_secs_f64() * PER_SECOND).min(BURST);
        *since = now;
        let enough = *left >= 1.0;
        if enough {
            *left -= 1.0;
        }
        enough
    }

    /// Forgets budgets that are full again.
    pub(crate) fn forget_full(&mut self, now: Instant) {
        let full = Duration::from_secs_f64(BURST / PER_SECOND);
        self.0.retain(|_, (_, since)| now.duration_since(*since) < full);
    }
}
