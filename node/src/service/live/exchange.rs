//! What goes to the nodes of the others, and what comes from them. A node speaks for who works there, and for nobody else;
//! what is said without the right to is passed over.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::id::CaseId;
use dokuei_identity::key::PublicKey;
use dokuei_live::{Effect, Event, Frame, NodeKey, To};
use dokuei_net::{PeerId, Refusal, RefusalCode, Slot, key_of_peer, peer_id_of};

use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::host::internal;

/// The name of a node in the network.
pub(super) fn peer_of(node: NodeKey) -> Option<PeerId> {
    PublicKey::from_bytes(node.0).ok().map(|key| peer_id_of(&key))
}

fn node_of(peer: &PeerId) -> Option<NodeKey> {
    key_of_peer(peer).map(|key| NodeKey(*key.as_bytes()))
}

/// A newer look of somebody in a case takes the place of one that waits.
fn slot_of(frame: &Frame) -> Option<Slot> {
    frame.is_replaced().then(|| {
        let mut slot = [0; 48];
        let (case, who) = slot.split_at_mut(16);
        case.copy_from_slice(&frame.case().0);
        who.copy_from_slice(frame.who().as_bytes());
        slot
    })
}

impl Node {
    /// Sends what is to be sent to those of `nodes`, at some of which somebody has joined; gives what else is to be done.
    pub(super) fn send_live(
        &self,
        nodes: &BTreeMap<NodeKey, PeerId>,
        joined: &BTreeSet<NodeKey>,
        effects: Vec<Effect>,
    ) -> Vec<Effect> {
        let mut others = Vec::new();
        for effect in effects {
            let Effect::Send { to, frame } = effect else {
                others.push(effect);
                continue;
            };
            let (slot, bytes) = (slot_of(&frame), frame.encoded());
            let goes = |node: &NodeKey| match to {
                To::Joined => joined.contains(node),
                To::Others => !joined.contains(node),
                To::Node(one) => one == *node,
            };
            for (_, peer) in nodes.iter().filter(|(node, _)| goes(node)) {
                self.send_frame(*peer, slot, bytes.clone());
            }
        }
        others
    }

    fn send_frame(&self, peer: PeerId, slot: Option<Slot>, bytes: Vec<u8>) {
        let sent = self.network().map(|network| network.send_live(peer, slot, bytes));
        if let Some(Err(error)) = sent {
            // The next look, or the next meeting, tells it again.
            tracing::debug!(%peer, %error, "a live frame was not sent");
        }
    }

    /// Takes what a node says, if it may say it.
    pub(in crate::service) fn take_live(&self, peer: PeerId, bytes: &[u8]) -> Result<(), Refusal> {
        let frame =
            Frame::decoded(bytes).map_err(|error| Refusal::new(RefusalCode::Malformed, error.to_string()))?;
        let no_part = || Refusal::new(RefusalCode::NotParty, "no part in this live consult");
        let from = node_of(&peer).ok_or_else(no_part)?;
        // Whether there is no such case here is nobody's business who has no part in it.
        let case = self
            .kept_case(CaseId::from_bytes(frame.case().0))
            .map_err(|_| no_part())?;
        let ours = |error: ServiceError| internal(&error);
        let (parts, here) = (
            self.live_parts(&case).map_err(ours)?,
            self.own_key().map_err(ours)?,
        );
        let who = frame.who();
        let speaks = parts
            .iter()
            .any(|part| part.who == who && part.nodes.contains(&from));
        let concerns_us = parts.iter().any(|part| part.nodes.contains(&here));
        if !speaks || !concerns_us || from == here {
            return Err(no_part());
        }
        if let Frame::Here { look: Some(look), .. } = &frame
            && self.is_of_case(&case, look).map_err(ours)? == Some(false)
        {
            return Err(no_part());
        }
        self.live_event(&case, Event::Heard { from, frame }).map_err(ours)
    }

    /// A node is connected: it is told who looks, in the cases in which somebody there has a part.
    pub(in crate::service) fn live_found(&self, peer: &PeerId) {
        self.live_meets(peer, |node| Event::Found { node });
    }

    /// A node is not connected any more.
    pub(in crate::service) fn live_lost(&self, peer: &PeerId) {
        self.live_meets(peer, |node| Event::Lost { node });
    }

    fn live_meets(&self, peer: &PeerId, event: impl Fn(NodeKey) -> Event) {
        let Some(node) = node_of(peer) else { return };
        for key in self.0.lives.keys() {
            // Whom it concerns is asked when something is sent: to other nodes nothing is.
            if let Ok(case) = self.kept_case(CaseId::from_bytes(key.0)) {
                self.live_event_told(&case, event(node));
                // Who can be asked to join is another matter now.
                self.0.lives.changed(key);
            }
        }
    }
}
