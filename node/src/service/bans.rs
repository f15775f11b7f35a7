//! Who is banned: told in the audit log, kept over a restart, lifted by an administrator.

use dokuei_identity::time::Timestamp;
use dokuei_net::{Ban, Misdeed, PeerId, Who};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use crate::clock;

/// Where the bans of nodes are kept. Those of places are not: an address is nobody's, and to come again it takes a
/// stranger to offend again.
const SETTING: &str = "bans";

/// The most that are kept.
const KEPT: usize = 256;

/// Rows of the audit log that strangers, of whom anybody can be as many as she likes, may cause in an hour.
const ROWS: u32 = 200;
const HOUR: u64 = 3600;

/// A ban as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    node: String,
    misdeed: String,
    until: u64,
    times: u32,
}

/// Counts the rows of the audit log that are about strangers.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    since: u64,
    rows: u32,
    left_out: u64,
}

impl Strangers {
    /// Whether one more may be written, and how many were left out before it and not told.
    pub(super) fn row(&mut self, now: Timestamp) -> Option<u64> {
        if now.0.abs_diff(self.since) >= HOUR {
            (self.since, self.rows) = (now.0, 0);
        }
        if self.rows >= ROWS {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.rows += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

impl Node {
    /// The bans that are in force, as shown to an administrator.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn bans(&self) -> Result<Value, ServiceError> {
        let bans = self.network().map(dokuei_net::Network::bans).unwrap_or_default();
        let views: Result<Vec<Value>, ServiceError> = bans.iter().map(|ban| self.ban_view(ban)).collect();
        Ok(Value::Array(views?))
    }

    fn ban_view(&self, ban: &Ban) -> Result<Value, ServiceError> {
        let institution = match ban.who {
            Who::Node(peer) => self.store().node_by_peer(&peer.to_string())?,
            _ => None,
        };
        let kind = match ban.who {
            Who::Node(_) => "node",
            _ => "place",
        };
        Ok(json!({
            "who": ban.who.to_string(),
            "kind": kind,
            "institution": institution.map(|node| node.institution),
            "misdeed": ban.misdeed.name(),
            "times": ban.times,
            "until": clock::rfc3339(self.now().plus(ban.left.as_secs())),
        }))
    }

    /// Lifts a ban, and forgets what is held against whoever was banned.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when `who` is neither the id of a node nor an address, [`ServiceError::Unknown`] when it is
    /// not banned.
    pub fn forgive(&self, who: &str) -> Result<(), ServiceError> {
        let who: Who = who.parse().map_err(|error| ServiceError::field("who", error))?;
        let ban = self.network().and_then(|network| network.forgive(&who));
        let ban = ban.ok_or(ServiceError::Unknown("ban"))?;
        self.clear_ban(&ban);
        self.keep_bans()?;
        self.audit("operator", "ban_end", &who.to_string(), "forgiven")
    }

    /// Writes down that somebody was banned.
    pub(super) fn note_ban(&self, ban: &Ban) -> Result<(), ServiceError> {
        let outcome = format!("{}: {} s, no. {}", ban.misdeed, ban.left.as_secs(), ban.times);
        if let Who::Node(peer) = ban.who {
            self.0.reach.problem(peer, Some("we_ban"));
        }
        self.keep_bans()?;
        self.audit_of(&ban.who, "ban", &outcome)
    }

    /// Writes down that a ban is over.
    pub(super) fn note_ban_over(&self, ban: &Ban) -> Result<(), ServiceError> {
        self.clear_ban(ban);
        self.keep_bans()?;
        self.audit_of(&ban.who, "ban_end", "over")
    }

    fn clear_ban(&self, ban: &Ban) {
        if let Who::Node(peer) = ban.who {
            self.0.reach.problem(peer, None);
        }
    }

    /// Every row about a node with a certificate, and of rows about strangers no more than there is room for.
    fn audit_of(&self, who: &Who, action: &str, outcome: &str) -> Result<(), ServiceError> {
        let name = who.to_string();
        if let Who::Node(peer) = who
            && self.is_certified(peer)?
        {
            return self.audit(&name, action, "node", outcome);
        }
        self.audit_stranger(&name, action, outcome)
    }

    /// Writes a row about a stranger, if there is room for it.
    pub(super) fn audit_stranger(
        &self,
        actor: &str,
        action: &str,
        outcome: &str,
    ) -> Result<(), ServiceError> {
        let Some(left_out) = self.strangers().row(self.now()) else {
            return Ok(());
        };
        if left_out > 0 {
            let many = format!("{left_out} more are not listed");
            self.audit("strangers", "refused", "node", &many)?;
        }
        self.audit(actor, action, "node", outcome)
    }

    /// Whether this node has seen a certificate of the peer.
    pub(super) fn is_certified(&self, peer: &PeerId) -> Result<bool, ServiceError> {
        Ok(self.store().node_by_peer(&peer.to_string())?.is_some())
    }

    fn keep_bans(&self) -> Result<(), ServiceError> {
        let bans = self.network().map(dokuei_net::Network::bans).unwrap_or_default();
        let now = self.now();
        let kept: Vec<Kept> = bans
            .iter()
            .rev()
            .filter(|ban| matches!(ban.who, Who::Node(_)))
            .take(KEPT)
            .map(|ban| Kept {
                node: ban.who.to_string(),
                misdeed: ban.misdeed.name().to_owned(),
                until: now.plus(ban.left.as_secs()).0,
                times: ban.times,
            })
            .collect();
        let text = serde_json::to_string(&kept).map_err(|error| ServiceError::field("bans", error))?;
        Ok(self.store().set_setting(SETTING, &text)?)
    }

    /// The bans of nodes that were in force when this node was last ended, as far as they last. A clock that was set back
    /// prolongs none beyond the longest that there is: the network sees to that.
    pub(super) fn kept_bans(&self) -> Vec<Ban> {
        let text = self.store().setting(SETTING).ok().flatten().unwrap_or_default();
        let kept: Vec<Kept> = serde_json::from_str(&text).unwrap_or_default();
        let now = self.now();
        let bans = kept.into_iter().filter_map(|one| {
            let left = one.until.checked_sub(now.0).filter(|left| *left > 0)?;
            Some(Ban {
                who: Who::Node(one.node.parse().ok()?),
                misdeed: Misdeed::named(&one.misdeed)?,
                left: std::time::Duration::from_secs(left),
                times: one.times,
            })
        });
        bans.collect()
    }

    /// The nodes whose certificate is here, the one that was met last first.
    pub(super) fn known_nodes(&self) -> Vec<PeerId> {
        let nodes = self.store().nodes().unwrap_or_default();
        nodes
            .iter()
            .filter_map(|node| node.peer_id.parse().ok())
            .collect()
    }

    /// Says that a peer does what no honest one does.
    pub(super) fn blame(&self, peer: PeerId, misdeed: Misdeed) {
        if let Some(network) = self.network() {
            network.report(peer, misdeed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): strangers cannot fill the disk by being refused; how many were not listed is told.
    #[test]
    fn r17_strangers_get_so_many_rows_in_an_hour() {
        let (mut strangers, start) = (Strangers::default(), Timestamp(1_000_000));
        let rows = (0..1000).filter(|_| strangers.row(start).is_some()).count();
        assert_eq!(rows, 200);
        assert_eq!(strangers.row(start.plus(3600)), Some(800));
        assert_eq!(strangers.row(start.plus(3601)), Some(0));
    }
}
