//! Who may take part in a live consult: whoever has a part in the case. Neither a blind reader before she has committed
//! herself, nor anybody at a node at which one works: there nothing of it is to be seen at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_live::{Look, NodeKey};
use dokuei_net::PeerId;
use dokuei_store::StoreError;

use super::LiveError;
use super::exchange::peer_of;
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::session::Session;

/// Somebody who may take part, and the nodes at which.
pub(super) struct Part {
    pub(super) who: Fingerprint,
    pub(super) nodes: BTreeSet<NodeKey>,
}

impl Node {
    /// A case in whose live consult the one who asks may take part now. Another's is not told from one that is not here (R12).
    pub(super) fn live_case(&self, session: &Session, id: &str) -> Result<Arc<Case>, ServiceError> {
        let id: CaseId = id.parse().map_err(|_| ServiceError::Unknown("case"))?;
        let case = self.kept_case(id)?;
        let who = self.me(session);
        if !case.parties().contains(&who) {
            return Err(ServiceError::Unknown("case"));
        }
        if self.may_take_part(&case, &who) {
            Ok(case)
        } else {
            Err(LiveError::Blind.into())
        }
    }

    /// Whether somebody who works here may take part now.
    pub(super) fn may_take_part(&self, case: &Case, who: &Fingerprint) -> bool {
        let Ok(here) = self.here() else { return false };
        let blind = blind(case);
        let apart = !blind.iter().any(|one| one == who || self.works_at(one, &here));
        apart && case.parties().contains(who)
    }

    /// Everybody who may take part now, and where, this node included.
    pub(super) fn live_parts(&self, case: &Case) -> Result<Vec<Part>, ServiceError> {
        let blind = blind(case);
        let mut apart = BTreeSet::new();
        for who in &blind {
            apart.extend(self.node_keys(who)?);
        }
        let mut parts = Vec::new();
        for who in case.parties() {
            if blind.contains(&who) || self.people().is_gone(&who) {
                continue;
            }
            let mut nodes = self.node_keys(&who)?;
            nodes.retain(|node| !apart.contains(node));
            parts.push(Part { who, nodes });
        }
        Ok(parts)
    }

    /// The other nodes of these that are connected, with their names in the network.
    pub(super) fn live_nodes(&self, parts: &[Part]) -> Result<BTreeMap<NodeKey, PeerId>, ServiceError> {
        let here = self.own_key()?;
        let Some(network) = self.network() else {
            return Ok(BTreeMap::new());
        };
        let others = parts
            .iter()
            .flat_map(|part| &part.nodes)
            .filter(|node| **node != here);
        let named = others.filter_map(|node| Some((*node, peer_of(*node)?)));
        Ok(named.filter(|(_, peer)| network.is_admitted(peer)).collect())
    }

    /// This node as others know it.
    pub(super) fn own_key(&self) -> Result<NodeKey, ServiceError> {
        Ok(NodeKey(*self.own()?.certificate.key.as_bytes()))
    }

    fn node_keys(&self, who: &Fingerprint) -> Result<BTreeSet<NodeKey>, ServiceError> {
        let devices = self.people().all_nodes_of(who)?.into_iter();
        Ok(devices
            .map(|device| NodeKey(*device.node_key.as_bytes()))
            .collect())
    }

    /// Only what is of the case is shown to others: the image is here, and in the study that the case names.
    pub(super) fn require_of_case(&self, case: &Case, look: &Look) -> Result<(), ServiceError> {
        match self.is_of_case(case, look)? {
            Some(true) => Ok(()),
            Some(false) => Err(ServiceError::field("look", "it is of no image of this case")),
            None => Err(ServiceError::field("look.instance", "this image is not here")),
        }
    }

    /// Whether a look is of the case; `None` when the image is not here but the study is the right one.
    pub(super) fn is_of_case(&self, case: &Case, look: &Look) -> Result<Option<bool>, ServiceError> {
        let study = look.study.as_str();
        let asked = case.request();
        if asked.is_none_or(|(_, request)| request.study_instance_uid != study) {
            return Ok(Some(false));
        }
        match self.store().instance(look.instance.as_str()) {
            Ok(instance) => Ok(Some(
                instance.study_instance_uid == study && instance.series_instance_uid == look.series.as_str(),
            )),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Those who read blind and have not committed themselves.
fn blind(case: &Case) -> Vec<Fingerprint> {
    let readings = case.readings().into_iter();
    readings
        .filter(|one| one.is_blind() && one.consented && !one.committed && one.declined.is_none())
        .map(|one| one.who)
        .collect()
}
