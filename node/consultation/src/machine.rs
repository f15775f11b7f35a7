//! The case: an event in, effects out. No clock, no I/O; time, certificates and agreements come in as arguments.

use std::collections::BTreeMap;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::author::{Author, Draft};
use crate::body::{Body, PackageOffered, ReportStatus, Request};
use crate::effect::{Effect, Notice};
use crate::entry::{EntryType, SignedEntry};
use crate::event::Event;
use crate::id::{CaseId, EntryId, PackageId};
use crate::ledger;
use crate::log::Log;
use crate::refusal::Refusal;
use crate::rules;
use crate::standing::Standing;
use crate::state::{Facts, State};

/// One consultation as this node knows it.
#[derive(Debug, Clone)]
pub struct Case {
    log: Log,
    here: Fingerprint,
}

impl Case {
    /// A consultation of which nothing is known yet; `here` is the certificate of this node.
    #[must_use]
    pub fn new(id: CaseId, here: Fingerprint) -> Self {
        Self {
            log: Log::new(id.into()),
            here,
        }
    }

    /// Takes up a consultation from stored entries, in any order in which parents come first. All signatures,
    /// commitments and rules are verified again; nothing is to be done. Ask [`Self::outstanding`] for what still is.
    ///
    /// # Errors
    /// The [`Refusal`] of the first entry that is not as it was stored (R6).
    pub fn replay(
        id: CaseId,
        here: Fingerprint,
        entries: impl IntoIterator<Item = SignedEntry>,
        standing: &dyn Standing,
    ) -> Result<Self, Refusal> {
        let mut case = Self::new(id, here);
        for entry in entries {
            ledger::restore(&mut case.log, rules::judge, entry, standing)?;
        }
        Ok(case)
    }

    /// The case's id.
    #[must_use]
    pub fn id(&self) -> CaseId {
        self.log.id().into()
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// What the consultation waits for.
    #[must_use]
    pub fn state(&self) -> State {
        Facts::of(&self.log).state()
    }

    /// The request that began it.
    #[must_use]
    pub fn request(&self) -> Option<(EntryId, &Request)> {
        Facts::of(&self.log).request
    }

    /// Requester and consultant; empty before the request is here.
    #[must_use]
    pub fn parties(&self) -> Vec<Fingerprint> {
        let both = |request: &Request| vec![request.requester.practitioner, request.consultant];
        self.request()
            .map(|(_, request)| both(request))
            .unwrap_or_default()
    }

    /// Whether the node with this certificate may fetch the package from here: it is granted, and the case accepted.
    #[must_use]
    pub fn may_fetch(&self, node: &Fingerprint, package: &PackageId) -> bool {
        wanted(&Facts::of(&self.log), *node, true).contains_key(package)
    }

    /// Packages that this node is still to fetch, after a start.
    #[must_use]
    pub fn outstanding(&self) -> Vec<Effect> {
        wanted(&Facts::of(&self.log), self.here, false)
            .into_values()
            .collect()
    }

    /// Packages of which nothing is to be kept: taken back or given up, or of a request that was withdrawn or declined. A
    /// package that a report rests on is never among them: it belongs to the record.
    #[must_use]
    pub fn to_erase(&self) -> Vec<PackageId> {
        let facts = Facts::of(&self.log);
        let over = matches!(facts.state(), State::Withdrawn { .. } | State::Declined { .. });
        let gone =
            |package: &&PackageId| facts.is_erased(package) || (over && !facts.is_reported_on(package));
        facts.offers.keys().filter(gone).copied().collect()
    }

    /// The newest package that is on offer, if any is.
    #[must_use]
    pub fn offered(&self) -> Option<PackageId> {
        let gone = self.to_erase();
        let ordered = self.log.ordered().into_iter().rev();
        ordered
            .filter_map(|entry| match entry.body() {
                Body::PackageOffered(offer) => Some(offer.package),
                _ => None,
            })
            .find(|package| !gone.contains(package))
    }

    /// The node at which a package was sealed, and those that have signed that they hold all of it.
    #[must_use]
    pub fn holders(&self, package: &PackageId) -> Vec<Fingerprint> {
        let facts = Facts::of(&self.log);
        let sealed = facts
            .offers
            .get(package)
            .and_then(|(entry, _)| self.log.get(entry));
        let received = facts.received.iter().filter(|(of, ..)| of == package);
        let nodes = sealed.map(|entry| entry.header().device).into_iter();
        nodes.chain(received.map(|(_, node, _)| *node)).collect()
    }

    /// Drafts the next entry, judged by all rules as if it had been signed.
    ///
    /// # Errors
    /// The [`Refusal`] for which it may not be signed.
    pub fn draft(
        &self,
        author: &Author,
        body: Body,
        standing: &dyn Standing,
        now: Timestamp,
    ) -> Result<Draft, Refusal> {
        if standing.revoked(&author.signer) {
            return Err(Refusal::Revoked(author.signer));
        }
        let person_needed = body.entry_type() != EntryType::Received;
        if person_needed && standing.practitioner(&author.signer).is_none() {
            let machine = standing.node(&author.signer).is_some();
            return Err(if machine {
                Refusal::NotAPerson
            } else {
                Refusal::UnknownSigner(author.signer)
            });
        }
        let draft = Draft::after(&self.log, author, body, now)?;
        rules::judge(&self.log, draft.header(), draft.body(), standing)?;
        Ok(draft)
    }

    /// Takes in what happened and says what to do, in this order. An entry that is already here changes nothing.
    ///
    /// # Errors
    /// The [`Refusal`] of the entry; nothing has changed then.
    pub fn handle(
        &mut self,
        event: Event,
        standing: &dyn Standing,
        now: Timestamp,
    ) -> Result<Vec<Effect>, Refusal> {
        let (signed, fresh) = match event {
            Event::Authored(signed) => (signed, true),
            Event::Arrived(signed) => (signed, false),
            Event::PeerHeads { peer, heads } => return Ok(ledger::compare(&self.log, peer, &heads)),
            Event::ForkShown(proof) => {
                let parties = self.parties();
                return ledger::freeze(&mut self.log, proof, &parties, standing);
            }
        };
        let id = signed.id();
        if self.log.get(&id).is_some() {
            return Ok(vec![Effect::Acknowledge(id)]);
        }
        let before = wanted(&Facts::of(&self.log), self.here, false);
        let outcome = ledger::take(&mut self.log, rules::judge, signed, fresh, standing, now)?;
        let mut effects = ledger::effects(&self.log, &outcome, fresh, &self.parties());
        effects.extend(outcome.admitted.iter().filter_map(|id| self.notice(*id)));
        let after = wanted(&Facts::of(&self.log), self.here, false);
        let stopped = before.keys().filter(|package| !after.contains_key(package));
        effects.extend(stopped.copied().map(Effect::StopFetching));
        let started = after
            .into_iter()
            .filter(|(package, _)| !before.contains_key(package));
        effects.extend(started.map(|(_, fetch)| fetch));
        Ok(effects)
    }

    /// Whom the entry concerns.
    fn notice(&self, entry: EntryId) -> Option<Effect> {
        let (_, request) = self.request()?;
        let (requester, consultant) = (request.requester.practitioner, request.consultant);
        let (who, notice) = match self.log.get(&entry)?.body() {
            Body::Request(_) => (consultant, Notice::Requested),
            Body::Accept(_) => (requester, Notice::Accepted),
            Body::Decline(_) => (requester, Notice::Declined),
            Body::Received(_) => (requester, Notice::Delivered),
            Body::Report(report) if report.status == ReportStatus::Final => (requester, Notice::FinalReport),
            Body::Report(_) => (requester, Notice::PreliminaryReport),
            Body::ReportRead(_) => (consultant, Notice::ReportRead),
            Body::Close(_) => (consultant, Notice::Closed),
            Body::Withdraw(_) => (consultant, Notice::Withdrawn),
            Body::EraseNotice(_) if self.log.get(&entry)?.header().signer == consultant => {
                (requester, Notice::TransferCancelled)
            }
            Body::EraseNotice(_) => (consultant, Notice::TransferCancelled),
            Body::Agreement(_) | Body::PackageOffered(_) | Body::Grant(_) => return None,
        };
        Some(Effect::Notify { who, notice, entry })
    }
}

/// Packages that `node` may fetch: granted to it, in an accepted case that is not ended; those of which it has signed
/// a receipt only when `again`.
fn wanted(facts: &Facts<'_>, node: Fingerprint, again: bool) -> BTreeMap<PackageId, Effect> {
    let Some((_, request)) = facts.request else {
        return BTreeMap::new();
    };
    if facts.accepted.is_none() || matches!(facts.state(), State::Withdrawn { .. } | State::Declined { .. }) {
        return BTreeMap::new();
    }
    let received = |package| {
        facts
            .received
            .iter()
            .any(|(of, at, _)| *of == package && *at == node)
    };
    let granted = facts
        .grants
        .iter()
        .filter(|(_, grant)| grant.node == node && !facts.is_erased(&grant.package));
    let open = granted.filter(|(_, grant)| again || !received(grant.package));
    let fetch = |(id, grant): &(EntryId, &crate::body::Grant)| {
        let (offered_by, offer): &(EntryId, &PackageOffered) = facts.offers.get(&grant.package)?;
        let from = request.requester.practitioner;
        let offer = (*offer).clone();
        Some((
            grant.package,
            Effect::FetchPackage {
                from,
                offered_by: *offered_by,
                offer,
                grant: *id,
            },
        ))
    };
    open.filter_map(fetch).collect()
}
