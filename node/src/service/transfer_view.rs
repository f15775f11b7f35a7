//! How far the study of a case is on its way, as the work list shows it: queued, connecting, so many bytes, delivered,
//! opened; and when it stands still why, since when, and when it is tried again.

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_identity::time::Timestamp;
use dokuei_net::{PeerId, peer_id_of};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::chunk::CHUNK;
use dokuei_store::{Direction, PackageRow, PackageState};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::pace::seconds_left;
use super::transfers::QUIET;
use crate::clock;

/// How a transfer stands.
#[derive(Debug, Default)]
struct Transfer {
    state: &'static str,
    done: u64,
    total: u64,
    rate: Option<u64>,
    reason: Option<&'static str>,
    since: Option<Timestamp>,
    next_try: Option<Timestamp>,
}

impl Transfer {
    fn whole(state: &'static str, total: u64) -> Self {
        Self {
            state,
            done: total,
            total,
            ..Self::default()
        }
    }

    fn view(&self) -> Value {
        let left = self.total.saturating_sub(self.done);
        json!({
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "rate": self.rate,
            "seconds_left": seconds_left(left, self.rate),
            "reason": self.reason,
            "since": self.since.map(clock::rfc3339),
            "next_try": self.next_try.map(clock::rfc3339),
        })
    }
}

impl Node {
    /// How far a case's study is on its way.
    pub(super) fn transfer(
        &self,
        case: &Case,
        packages: &[PackageRow],
        requesting: bool,
    ) -> Result<Value, ServiceError> {
        // Nothing was taken back, and nothing is awaited: it never began.
        if matches!(case.state(), State::Declined { .. }) {
            return Ok(Transfer::whole("none", 0).view());
        }
        let offered = case.offered();
        // The newest that is on offer; one that was taken back may still wait to be erased.
        let row = packages
            .iter()
            .find(|row| offered.is_some_and(|offered| *offered.as_bytes() == row.package.package_id));
        let transfer = if requesting {
            self.going_transfer(case, row)?
        } else {
            self.coming_transfer(case, row)?
        };
        let mut view = transfer.view();
        // Known where it was sealed.
        let form = row.and_then(|row| row.form.as_deref());
        if let (Some(view), Some(Ok(form))) = (view.as_object_mut(), form.map(serde_json::from_str::<Value>))
        {
            view.insert("sealed".to_owned(), form);
        }
        // Every image is compared before it is shown; this many still are to be.
        if let (Some(view), Some(row), Some((_, request))) = (view.as_object_mut(), row, case.request())
            && row.state == PackageState::Opened
        {
            let left = self.store().unproven_of(&request.study_instance_uid)?;
            view.insert("to_compare".to_owned(), left.into());
        }
        Ok(view)
    }

    fn going_transfer(&self, case: &Case, row: Option<&PackageRow>) -> Result<Transfer, ServiceError> {
        let state = case.state();
        let Some(row) = row else {
            // Declined at one device and accepted at another, which counts: what was erased here meanwhile does not come
            // back by itself.
            if let (State::AwaitingPackage { .. }, Some(package)) = (&state, case.offered())
                && case.holders(&package).first() == Some(&self.here()?)
            {
                return Ok(Transfer {
                    state: "connecting",
                    reason: Some("erased_here"),
                    ..Transfer::default()
                });
            }
            let cancelled = !case.to_erase().is_empty();
            let word = if cancelled { "cancelled" } else { "none" };
            return Ok(Transfer::whole(word, 0));
        };
        let total = row.package.length;
        match state {
            State::AwaitingAcceptance => Ok(Transfer {
                state: "queued",
                total,
                since: Some(row.created_at),
                reason: Some("not_accepted"),
                ..Transfer::default()
            }),
            State::AwaitingPackage { accepted } => {
                let going = self.0.transfers.going(&case.id(), &row.package.package_id);
                if let Some((moving, quiet)) = going
                    && quiet < QUIET
                {
                    return Ok(Transfer {
                        state: "transferring",
                        done: moving.done,
                        total,
                        rate: moving.rate,
                        ..Transfer::default()
                    });
                }
                // Since it last moved; if it never did, since it could have.
                let could = case.log().get(&accepted).map(|entry| entry.header().time);
                let could = could.max(Some(row.created_at));
                let moved = going.map(|(_, quiet)| Timestamp(self.now().0.saturating_sub(quiet.as_secs())));
                let since = could.max(moved);
                let delivery = self.nearest(&self.readers_of(case)?);
                Ok(Transfer {
                    state: "connecting",
                    done: going.map_or(0, |(moving, _)| moving.done),
                    total,
                    reason: delivery.reason,
                    since,
                    next_try: delivery.next_try,
                    ..Transfer::default()
                })
            }
            // Who has signed a report has opened what she reports on.
            _ if reported(case) => Ok(Transfer::whole("opened", total)),
            _ => Ok(Transfer::whole("delivered", total)),
        }
    }

    fn coming_transfer(&self, case: &Case, row: Option<&PackageRow>) -> Result<Transfer, ServiceError> {
        let id = case.id();
        // A further reader waits for hers in whatever state the case is.
        let awaiting =
            matches!(case.state(), State::AwaitingPackage { .. }) || !case.outstanding().is_empty();
        if self.0.transfers.is_refused(&id) {
            return Ok(Transfer::whole("refused", 0));
        }
        let Some(row) = row.filter(|row| row.package.direction == Direction::Incoming) else {
            if awaiting && case.offered().is_some() {
                return self.not_coming(case, 0, 0);
            }
            let cancelled = case.offered().is_none() && !case.to_erase().is_empty();
            return Ok(Transfer::whole(if cancelled { "cancelled" } else { "none" }, 0));
        };
        let total = row.package.length;
        let moving = self.0.transfers.coming(&id, &row.package.package_id);
        Ok(match (row.state, moving) {
            (PackageState::Opened, _) => Transfer::whole("opened", total),
            (PackageState::Refused, _) => Transfer::whole("refused", total),
            (PackageState::AwaitingGrant, _) => Transfer::whole("awaiting_grant", total),
            (PackageState::Complete | PackageState::Delivered, _) => Transfer::whole("delivered", total),
            (_, Some(moving)) => Transfer {
                state: "transferring",
                done: moving.done.min(total),
                total,
                rate: moving.rate,
                ..Transfer::default()
            },
            (_, None) => {
                let done = verified_bytes(&row.package.verified).min(total);
                return self.not_coming(case, done, total);
            }
        })
    }

    fn not_coming(&self, case: &Case, done: u64, total: u64) -> Result<Transfer, ServiceError> {
        let stuck = self.0.transfers.why_stuck(&case.id());
        let sender = case.request().map(|(_, request)| request.requester.practitioner);
        let peers = match sender {
            Some(sender) => self.peers_at_which(&sender)?,
            None => Vec::new(),
        };
        let delivery = self.nearest(&peers);
        Ok(Transfer {
            state: "connecting",
            done,
            total,
            reason: delivery.reason.or(stuck.map(|stuck| stuck.code)),
            since: stuck.map(|stuck| stuck.since),
            next_try: delivery.next_try,
            ..Transfer::default()
        })
    }

    /// The nodes of the reader of a case.
    fn readers_of(&self, case: &Case) -> Result<Vec<PeerId>, ServiceError> {
        match case.consultant() {
            Some(reader) => self.peers_at_which(&reader),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn peers_at_which(
        &self,
        practitioner: &dokuei_identity::fingerprint::Fingerprint,
    ) -> Result<Vec<PeerId>, ServiceError> {
        let devices = self.people().all_nodes_of(practitioner)?;
        Ok(devices
            .iter()
            .map(|device| peer_id_of(&device.node_key))
            .collect())
    }

    /// How we stand with the one of these nodes that is nearest to being reached.
    fn nearest(&self, peers: &[PeerId]) -> super::reach::Delivery {
        let mut all: Vec<_> = peers.iter().map(|peer| self.delivery_to(peer)).collect();
        all.sort_by_key(|one| (one.state == "connecting", one.reason.is_some()));
        all.into_iter().next().unwrap_or(super::reach::Delivery {
            state: "connecting",
            reason: Some("unknown_address"),
            next_try: None,
        })
    }

    /// Whether a package of this case is being fetched.
    pub(super) fn is_coming(&self, case: &CaseId, package: &[u8; 16]) -> bool {
        self.0.transfers.coming(case, package).is_some()
    }
}

fn reported(case: &Case) -> bool {
    !case.versions().is_empty()
}

/// How many bytes the bitmap of a package says are verified and on disk.
fn verified_bytes(bitmap: &[u8]) -> u64 {
    Bitmap::from_bytes(bitmap).map_or(0, |bitmap| u64::from(bitmap.count()) * CHUNK as u64)
}
