//! How far the study of a case is on its way, as the work list shows it: queued, connecting, so many bytes, delivered,
//! opened; and when it stands still why, since when, and when it is tried again.

use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::{PeerId, peer_id_of};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::chunk::CHUNK;
use dokuei_store::{CaseHoldings, Direction, PackageRow, PackageState};
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

/// What of a case's log the state of its transfer follows from.
#[derive(Debug)]
pub(super) struct Course {
    step: Step,
    /// The newest package that is on offer.
    offered: Option<PackageId>,
    /// A package was taken back or given up.
    cancelled: bool,
    /// What is on offer was sealed at this node.
    sealed_here: bool,
    /// A version of the report was signed.
    reported: bool,
    /// This node is still to fetch something.
    outstanding: bool,
    requester: Option<Fingerprint>,
    consultant: Option<Fingerprint>,
}

/// How far a case is, as its package sees it.
#[derive(Debug)]
enum Step {
    Declined,
    AwaitingAcceptance,
    /// Since the acceptance, where it is here.
    AwaitingPackage(Option<Timestamp>),
    Further,
}

impl Course {
    /// Of a case as somebody sees it, at the node with this certificate.
    pub(super) fn of(case: &Case, here: Option<&Fingerprint>) -> Self {
        let offered = case.offered();
        Self {
            step: match case.state() {
                State::Declined { .. } => Step::Declined,
                State::AwaitingAcceptance => Step::AwaitingAcceptance,
                State::AwaitingPackage { accepted } => {
                    Step::AwaitingPackage(case.log().get(&accepted).map(|entry| entry.header().time))
                }
                _ => Step::Further,
            },
            sealed_here: here.is_some()
                && offered.is_some_and(|package| case.holders(&package).first() == here),
            offered,
            cancelled: !case.to_erase().is_empty(),
            reported: !case.versions().is_empty(),
            outstanding: !case.outstanding().is_empty(),
            requester: case.requester(),
            consultant: case.consultant(),
        }
    }
}

impl Node {
    /// How far a case's study is on its way, with what is here of it.
    pub(super) fn transfer(
        &self,
        case: &CaseId,
        course: &Course,
        held: &CaseHoldings,
        requesting: bool,
    ) -> Result<Value, ServiceError> {
        // Nothing was taken back, and nothing is awaited: it never began.
        if matches!(course.step, Step::Declined) {
            return Ok(Transfer::whole("none", 0).view());
        }
        // The newest that is on offer; one that was taken back may still wait to be erased.
        let mut packages = held.packages.iter();
        let offered = |package: &[u8; 16]| {
            course
                .offered
                .is_some_and(|offered| offered.as_bytes() == package)
        };
        let row = packages.find(|row| offered(&row.package.package_id));
        let transfer = if requesting {
            self.going_transfer(case, course, row)?
        } else {
            self.coming_transfer(case, course, row)?
        };
        let mut view = transfer.view();
        // Known where it was sealed.
        let form = row.and_then(|row| row.form.as_deref());
        if let (Some(view), Some(Ok(form))) = (view.as_object_mut(), form.map(serde_json::from_str::<Value>))
        {
            view.insert("sealed".to_owned(), form);
        }
        // Every image is compared before it is shown; this many still are to be.
        if let (Some(view), Some(row)) = (view.as_object_mut(), row)
            && row.state == PackageState::Opened
        {
            view.insert("to_compare".to_owned(), held.unproven.into());
        }
        Ok(view)
    }

    fn going_transfer(
        &self,
        case: &CaseId,
        course: &Course,
        row: Option<&PackageRow>,
    ) -> Result<Transfer, ServiceError> {
        let Some(row) = row else {
            // Declined at one device and accepted at another, which counts: what was erased here meanwhile does not come
            // back by itself.
            if matches!(course.step, Step::AwaitingPackage(_)) && course.sealed_here {
                return Ok(Transfer {
                    state: "connecting",
                    reason: Some("erased_here"),
                    ..Transfer::default()
                });
            }
            let word = if course.cancelled { "cancelled" } else { "none" };
            return Ok(Transfer::whole(word, 0));
        };
        let total = row.package.length;
        match course.step {
            Step::AwaitingAcceptance => Ok(Transfer {
                state: "queued",
                total,
                since: Some(row.created_at),
                reason: Some("not_accepted"),
                ..Transfer::default()
            }),
            Step::AwaitingPackage(accepted) => {
                let going = self.0.transfers.going(case, &row.package.package_id);
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
                let could = accepted.max(Some(row.created_at));
                let moved = going.map(|(_, quiet)| Timestamp(self.now().0.saturating_sub(quiet.as_secs())));
                let since = could.max(moved);
                let delivery = self.nearest(&self.peers_of_one(course.consultant.as_ref())?);
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
            _ if course.reported => Ok(Transfer::whole("opened", total)),
            _ => Ok(Transfer::whole("delivered", total)),
        }
    }

    fn coming_transfer(
        &self,
        case: &CaseId,
        course: &Course,
        row: Option<&PackageRow>,
    ) -> Result<Transfer, ServiceError> {
        // A further reader waits for hers in whatever state the case is.
        let awaiting = matches!(course.step, Step::AwaitingPackage(_)) || course.outstanding;
        if self.0.transfers.is_refused(case) {
            return Ok(Transfer::whole("refused", 0));
        }
        let Some(row) = row.filter(|row| row.package.direction == Direction::Incoming) else {
            if awaiting && course.offered.is_some() {
                return self.not_coming(case, course, 0, 0);
            }
            let cancelled = course.offered.is_none() && course.cancelled;
            return Ok(Transfer::whole(if cancelled { "cancelled" } else { "none" }, 0));
        };
        let total = row.package.length;
        let moving = self.0.transfers.coming(case, &row.package.package_id);
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
                return self.not_coming(case, course, done, total);
            }
        })
    }

    fn not_coming(
        &self,
        case: &CaseId,
        course: &Course,
        done: u64,
        total: u64,
    ) -> Result<Transfer, ServiceError> {
        let stuck = self.0.transfers.why_stuck(case);
        let delivery = self.nearest(&self.peers_of_one(course.requester.as_ref())?);
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

    fn peers_of_one(&self, who: Option<&Fingerprint>) -> Result<Vec<PeerId>, ServiceError> {
        who.map_or_else(|| Ok(Vec::new()), |who| self.peers_at_which(who))
    }

    pub(super) fn peers_at_which(&self, practitioner: &Fingerprint) -> Result<Vec<PeerId>, ServiceError> {
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

/// How many bytes the bitmap of a package says are verified and on disk.
fn verified_bytes(bitmap: &[u8]) -> u64 {
    Bitmap::from_bytes(bitmap).map_or(0, |bitmap| u64::from(bitmap.count()) * CHUNK as u64)
}
