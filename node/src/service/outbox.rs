//! What waits for other nodes, in the order in which it goes, and how each entry stands.

use std::collections::{BTreeMap, HashMap};

use dokuei_consultation::body::{Body, Urgency};
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_net::PeerId;
use dokuei_store::{LogKind, OutboxRow};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::reach::Delivery;
use crate::clock;

/// How soon a log's entries go: less is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rank {
    /// Of an emergency.
    Emergency,
    /// Of an urgent case.
    Urgent,
    /// A report waits among them.
    Report,
    /// All else.
    Routine,
}

/// Urgent logs first, then those in which a report waits; within a log, and among equals, the order stays as it is:
/// parents go before children, and who has waited longest before others.
pub(super) fn in_order(rows: Vec<OutboxRow>, rank: impl Fn(&[u8; 16]) -> Rank) -> Vec<OutboxRow> {
    let mut logs: Vec<([u8; 16], Vec<OutboxRow>)> = Vec::new();
    for row in rows {
        match logs.iter_mut().find(|(log, _)| *log == row.log_id) {
            Some((_, of)) => of.push(row),
            None => logs.push((row.log_id, vec![row])),
        }
    }
    logs.sort_by_cached_key(|(log, rows)| {
        let report = rows
            .iter()
            .any(|row| matches!(row.entry_type.as_str(), "report" | "amendment"));
        rank(log).min(if report { Rank::Report } else { Rank::Routine })
    });
    logs.into_iter().flat_map(|(_, rows)| rows).collect()
}

impl Node {
    /// What waits for a peer and is to be sent now, soonest first.
    pub(super) fn due_for(&self, peer: &PeerId) -> Result<Vec<OutboxRow>, ServiceError> {
        let mut rows = self.store().outbox(Some(&peer.to_string()))?;
        rows.retain(|row| row.refused.is_none());
        let mut ranks = HashMap::new();
        for row in &rows {
            ranks
                .entry(row.log_id)
                .or_insert_with(|| self.rank_of(&row.log_id));
        }
        Ok(in_order(rows, |log| {
            ranks.get(log).copied().unwrap_or(Rank::Routine)
        }))
    }

    fn rank_of(&self, log: &[u8; 16]) -> Rank {
        match self.urgency_of_log(log) {
            Some(Urgency::Emergency) => Rank::Emergency,
            Some(Urgency::Urgent) => Rank::Urgent,
            _ => Rank::Routine,
        }
    }

    fn urgency_of_log(&self, log: &[u8; 16]) -> Option<Urgency> {
        if self.store().log(log).ok()?.kind != LogKind::Case {
            return None;
        }
        // At once while an urgent finding is not acknowledged, whatever the request says (R9).
        self.kept_case(CaseId::from_bytes(*log)).ok()?.urgency()
    }

    /// Everything that waits, for whoever runs this node: no names of patients, no contents.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn outbox(&self) -> Result<Value, ServiceError> {
        let mut by_peer: BTreeMap<String, Vec<OutboxRow>> = BTreeMap::new();
        for row in self.store().outbox(None)? {
            by_peer.entry(row.peer.clone()).or_default().push(row);
        }
        let mut views = Vec::new();
        for (peer, rows) in by_peer {
            let delivery = peer.parse().map(|peer| self.delivery_to(&peer)).ok();
            let institution = self.store().node_by_peer(&peer)?.map(|node| node.institution);
            for row in in_order(rows, |log| self.rank_of(log)) {
                let mut view = delivery_view(&row, delivery.as_ref());
                view["peer_id"] = row.peer.clone().into();
                view["institution"] = institution.clone().into();
                view["log"] = hex::encode(row.log_id).into();
                view["entry_id"] = hex::encode(row.entry_id).into();
                view["type"] = row.entry_type.clone().into();
                views.push(view);
            }
        }
        Ok(views.into())
    }

    /// How many of these entries of a log wait, and how the one stands that has waited longest; null when none does.
    pub(super) fn waiting_in(&self, of_log: &[OutboxRow]) -> Value {
        let rows: Vec<_> = of_log.iter().filter(|row| row.refused.is_none()).collect();
        let Some(oldest) = rows.iter().min_by_key(|row| row.queued_at) else {
            return Value::Null;
        };
        let delivery = oldest.peer.parse().map(|peer| self.delivery_to(&peer)).ok();
        let mut view = delivery_view(oldest, delivery.as_ref());
        let mut entries: Vec<_> = rows.iter().map(|row| row.entry_id).collect();
        entries.sort_unstable();
        entries.dedup();
        view["entries"] = entries.len().into();
        view
    }

    /// How each entry of a case that was written at this node stands: queued, connecting, sending, delivered (on the
    /// disks of all who take part), opened (a report that was confirmed as read), or refused.
    pub(super) fn deliveries(&self, case: &Case) -> Result<HashMap<EntryId, Value>, ServiceError> {
        let here = self.here()?;
        let mut waiting: HashMap<[u8; 32], Vec<OutboxRow>> = HashMap::new();
        for row in self.store().outbox(None)? {
            if row.log_id == *case.id().as_bytes() {
                waiting.entry(row.entry_id).or_default().push(row);
            }
        }
        let mut read = Vec::new();
        for entry in case.log().ordered() {
            if let Body::ReportRead(one) = entry.body() {
                read.push(one.report);
            }
        }
        let mut views = HashMap::new();
        for entry in case.log().ordered() {
            if entry.header().device != here {
                continue;
            }
            let view = match waiting.get(entry.id().as_bytes()).map(Vec::as_slice) {
                None | Some([]) if read.contains(&entry.id()) => settled("opened"),
                None | Some([]) => settled("delivered"),
                Some(rows) => {
                    // A refusal is what matters most; else the one that is furthest from being delivered.
                    let worst = rows.iter().max_by_key(|row| {
                        let delivery = row.peer.parse().map(|peer| self.delivery_to(&peer));
                        let connecting = delivery.is_ok_and(|one| one.state == "connecting");
                        (row.refused.is_some(), connecting)
                    });
                    let Some(worst) = worst else {
                        continue;
                    };
                    let delivery = worst.peer.parse().map(|peer| self.delivery_to(&peer)).ok();
                    delivery_view(worst, delivery.as_ref())
                }
            };
            views.insert(entry.id(), view);
        }
        Ok(views)
    }
}

/// Of an entry that waits for nothing any more.
fn settled(state: &str) -> Value {
    json!({"state": state, "reason": null, "since": null, "next_try": null})
}

fn delivery_view(row: &OutboxRow, delivery: Option<&Delivery>) -> Value {
    let state = match (&row.refused, delivery) {
        (Some(_), _) => "refused",
        (None, Some(delivery)) => delivery.state,
        (None, None) => "queued",
    };
    let reason = delivery.and_then(|delivery| delivery.reason).map(str::to_owned);
    let next_try = delivery
        .filter(|_| row.refused.is_none())
        .and_then(|delivery| delivery.next_try);
    json!({
        "state": state,
        "reason": row.refused.clone().or(reason),
        "since": clock::rfc3339(row.queued_at),
        "next_try": next_try.map(clock::rfc3339),
    })
}

#[cfg(test)]
mod tests {
    use dokuei_identity::time::Timestamp;

    use super::*;

    fn row(log: u8, entry: u8, entry_type: &str) -> OutboxRow {
        OutboxRow {
            peer: "peer".to_owned(),
            log_id: [log; 16],
            entry_id: [entry; 32],
            entry_type: entry_type.to_owned(),
            queued_at: Timestamp(0),
            refused: None,
        }
    }

    #[test]
    fn what_is_urgent_goes_first_then_reports_and_parents_stay_before_children() {
        let rows = vec![
            row(1, 1, "request"),
            row(1, 2, "package_offered"),
            row(2, 3, "accept"),
            row(2, 4, "report"),
            row(3, 5, "request"),
            row(3, 6, "grant"),
            row(4, 7, "request"),
        ];
        let rank = |log: &[u8; 16]| match log[0] {
            3 => Rank::Urgent,
            4 => Rank::Emergency,
            _ => Rank::Routine,
        };
        let order: Vec<u8> = in_order(rows, rank).iter().map(|row| row.entry_id[0]).collect();
        assert_eq!(order, [7, 5, 6, 3, 4, 1, 2]);
    }
}
