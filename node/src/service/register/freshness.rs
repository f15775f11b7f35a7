//! What may be done on knowledge of this age: new requests on fresh knowledge only, running ones for some days, and no
//! sessions with others after that. Reading what is here is never blocked.

use dokuei_identity::freshness::Freshness;
use dokuei_identity::revocation::RevocationList;
use dokuei_identity::time::Timestamp;
use dokuei_net::{Network, RefusalCode};

use crate::service::Node;

impl Node {
    /// When the newest view of the register was signed: of its checkpoint, or of our authority's revocation list.
    pub(in crate::service) fn register_seen(&self) -> Option<Timestamp> {
        let held = self.0.trust.get();
        let list = held
            .as_ref()
            .and_then(|held| held.own_list())
            .map(RevocationList::this_update);
        self.register().time().max(list)
    }

    /// How fresh it is.
    pub(in crate::service) fn freshness(&self, now: Timestamp) -> Freshness {
        Freshness::of(self.register_seen(), now, &self.config().register.policy())
    }

    /// Ends all sessions once the view is too old for any.
    pub(in crate::service) async fn end_stale_sessions(&self, network: &Network) {
        if self.freshness(self.now()) <= Freshness::Ageing {
            return;
        }
        for peer in network.status().peers.iter().filter(|peer| peer.admitted) {
            tracing::warn!(peer = %peer.peer, "the register was not heard of for too long: a session is ended");
            // An error says that the network was left already.
            let _ = network.drop_peer(peer.peer, RefusalCode::Stale).await;
        }
    }
}
