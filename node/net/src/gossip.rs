//! Gossip of checkpoints, and of nothing else: who hears of a new one tells the others within a round trip.
//!
//! Every message is signed by its author's node key (strict signing), judged by the host before it is passed on, at
//! most 4 KiB, and the same checkpoint is the same message whoever publishes it. Who spreads rubbish loses its
//! score, and with it our ear.

use std::collections::HashMap;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use libp2p::gossipsub::{
    self, IdentTopic, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds, TopicScoreParams,
    ValidationMode, WhitelistSubscriptionFilter, score_parameter_decay,
};
use libp2p::identity::Keypair;
use sha2::{Digest as _, Sha256};

use crate::conduct::bucket::Rate;
use crate::wire::register::MAX_CHECKPOINT;

/// Gossip that hears of one topic only.
pub(crate) type Gossip = gossipsub::Behaviour<gossipsub::IdentityTransform, WhitelistSubscriptionFilter>;

/// Room for the signature, key and topic around a checkpoint, and for control messages.
const FRAME: usize = 16 * 1024;

/// How long a checkpoint is remembered as seen.
const SEEN: Duration = Duration::from_secs(120);

/// Nodes behind one address (a clinic's) before they count as one attacker's.
const NEIGHBOURS: f64 = 64.0;

/// Three invalid checkpoints within this time and nothing of the peer is read any more.
const GRUDGE: Duration = Duration::from_secs(600);

/// The topic of a network's checkpoints.
pub(crate) fn topic(network: &str) -> IdentTopic {
    IdentTopic::new(format!("dokuei/{network}/checkpoint/1"))
}

/// Joins the topic of `network`.
pub(crate) fn behaviour(network: &str, key: &Keypair) -> Result<Gossip, String> {
    let topic = topic(network);
    let config = gossipsub::ConfigBuilder::default()
        .protocol_id_prefix("/dokuei/gossip")
        .validation_mode(ValidationMode::Strict)
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&Sha256::digest(&message.data)[..20]))
        .duplicate_cache_time(SEEN)
        .heartbeat_initial_delay(Duration::from_millis(200))
        .max_transmit_size(FRAME)
        .max_transmit_size_for_topic(MAX_CHECKPOINT, topic.hash())
        .max_publish_messages(8)
        .max_control_messages_sent(64)
        .connection_handler_queue_len(256)
        .build()
        .map_err(|error| error.to_string())?;
    let heard = WhitelistSubscriptionFilter(HashSet::from([topic.hash()]));
    let mut gossip =
        Gossip::new_with_subscription_filter(MessageAuthenticity::Signed(key.clone()), config, heard)?;
    gossip.with_peer_score(scores(&topic), PeerScoreThresholds::default())?;
    gossip.subscribe(&topic).map_err(|error| error.to_string())?;
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
        // An hour by default, for each name that a stranger ever took.
        retain_score: GRUDGE,
        ip_colocation_factor_whitelist: HashSet::from([
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ]),
        ..PeerScoreParams::default()
    }
}

/// How many checkpoints the host may be asked to judge for each peer's sake.
pub(crate) const JUDGEMENTS: Rate = Rate::new(16, 2.0);

#[cfg(test)]
mod tests {
    use libp2p::PeerId;

    use super::*;
    use crate::conduct::bucket::Buckets;

    #[test]
    fn the_behaviour_can_be_made() {
        assert!(behaviour("0123456789abcdef", &Keypair::generate_ed25519()).is_ok());
    }

    /// R17 (obstruct): a peer that floods us costs 16 judgements and two more a second.
    #[test]
    fn r17_a_flood_is_judged_only_as_far_as_its_budget_goes() {
        let (mut budgets, peer, start) = (Buckets::new(JUDGEMENTS, 64), PeerId::random(), Duration::ZERO);
        let judged = |budgets: &mut Buckets<_>, at| (0..1000).filter(|_| budgets.take(peer, 1.0, at)).count();
        assert_eq!(judged(&mut budgets, start), 16);
        let later = start + Duration::from_secs(3);
        assert_eq!(judged(&mut budgets, later), 6);
        assert!(
            budgets.take(PeerId::random(), 1.0, later),
            "others are not affected"
        );
    }
}
