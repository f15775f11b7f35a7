//! The case: an event in, effects out. No clock, no I/O; time, certificates and agreements come in as arguments.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::audience::{self, Audience};
use crate::author::{Author, Draft};
use crate::body::{AgreementReference, Body, Grant, PackageOffered, Request, Urgency};
use crate::deadline::{self, Deadline, Due, Patience};
use crate::effect::{Effect, Notice};
use crate::entry::{EntryType, SignedEntry};
use crate::event::Event;
use crate::facts::{AskedToErase, Facts, Granted};
use crate::id::{CaseId, EntryId, PackageId};
use crate::ledger;
use crate::log::Log;
use crate::notice::notices;
use crate::open::{Open, OpenKind};
use crate::reader::{Reading, Version};
use crate::refusal::Refusal;
use crate::rules;
use crate::standing::Standing;
use crate::state::State;

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

    /// Everybody who takes part. The requester; the consultant, and those who may take her place, until one of them has
    /// accepted, then that one; every further reader from the requester's consent until she declines; whoever has
    /// reported. Empty before the request is here.
    #[must_use]
    pub fn parties(&self) -> Vec<Fingerprint> {
        Facts::of(&self.log).parties()
    }

    /// The reader who has taken the case on; before that, the one named in the request.
    #[must_use]
    pub fn consultant(&self) -> Option<Fingerprint> {
        let facts = Facts::of(&self.log);
        let taken_on = facts.leading().find(|reader| reader.accepted.is_some());
        let asked = taken_on.or_else(|| facts.leading().next());
        asked.or(facts.readers.first()).map(|reader| reader.who)
    }

    /// The agreements that a node must know to judge this case: that of the request, those of its forwards, and those of who has taken it over. Whoever is
    /// brought in is given them with the case.
    #[must_use]
    pub fn agreements(&self) -> Vec<AgreementReference> {
        let facts = Facts::of(&self.log);
        let first = facts.request.map(|(_, request)| request.agreement);
        let further = facts.readers.iter().filter_map(|reader| reader.forward);
        let later = facts
            .succession
            .taken
            .iter()
            .flat_map(|one| one.body.references());
        first
            .into_iter()
            .chain(further.map(|forward| forward.agreement))
            .chain(later)
            .collect()
    }

    /// Everybody who was asked to read, the consultant first, then the further readers in the order in which they were
    /// asked; those too who have declined.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading<'_>> {
        let facts = Facts::of(&self.log);
        let readers = facts.readers.iter();
        readers
            .map(|reader| Reading::of(reader, facts.has_reported(reader)))
            .collect()
    }

    /// Requests to erase what was sent, with their answers, oldest first.
    #[must_use]
    pub fn erasures(&self) -> Vec<AskedToErase<'_>> {
        Facts::of(&self.log).erasures
    }

    /// Everything that must be settled before the end, the most pressing first (R7, R9, R10).
    #[must_use]
    pub fn open(&self) -> Vec<Open> {
        Facts::of(&self.log).open()
    }

    /// Whom this entry tells what, judged by the log as it is now: nothing for an entry that is not in it, and to nobody
    /// what is withheld from her.
    #[must_use]
    pub fn told_by(&self, entry: &EntryId) -> Vec<(Fingerprint, Notice)> {
        let Some(signed) = self.log.get(entry) else {
            return Vec::new();
        };
        let told = notices(&Facts::of(&self.log), signed).into_iter();
        told.filter_map(|effect| match effect {
            Effect::Notify { who, notice, .. } => Some((who, notice)),
            _ => None,
        })
        .filter(|(who, _)| !self.withheld_from(who).contains(entry))
        .collect()
    }

    /// Urgent findings that nobody has acknowledged: what alarms go on after a start (R9).
    #[must_use]
    pub fn alarms(&self) -> Vec<Effect> {
        let open = self.open().into_iter();
        open.filter(|open| open.kind == OpenKind::UrgentFinding)
            .map(|open| Effect::Alarm {
                who: open.owner,
                finding: open.entry,
            })
            .collect()
    }

    /// What is due at `now`, and when to ask again. After a start the same is due as before it.
    #[must_use]
    pub fn due(&self, patience: &Patience, standing: &dyn Standing, now: Timestamp) -> Due {
        let mut due = self.deadlines(patience, standing);
        let later = due.split_off(due.partition_point(|deadline| deadline.at <= now));
        let next = later.first().map(|deadline| deadline.at);
        Due { now: due, next }
    }

    /// All deadlines of what is not done, the earliest first (R7, R9, R10).
    #[must_use]
    pub fn deadlines(&self, patience: &Patience, standing: &dyn Standing) -> Vec<Deadline> {
        deadline::deadlines(&self.log, patience, standing)
    }

    /// How soon this case's entries go: as the request says, and at once while an urgent finding is not acknowledged (R9).
    #[must_use]
    pub fn urgency(&self) -> Option<Urgency> {
        let (_, request) = self.request()?;
        let alarmed = !self.alarms().is_empty();
        Some(if alarmed {
            Urgency::Emergency
        } else {
            request.urgency
        })
    }

    /// All versions of all reports, oldest first (R6).
    #[must_use]
    pub fn versions(&self) -> Vec<Version<'_>> {
        Facts::of(&self.log).reports
    }

    /// What a practitioner may not be given yet: she reads blind and has not committed herself.
    #[must_use]
    pub fn withheld_from(&self, who: &Fingerprint) -> BTreeSet<EntryId> {
        Audience::of(&self.log, &Facts::of(&self.log)).withheld_from(who)
    }

    /// The case as a practitioner may see it: without what is withheld from her.
    #[must_use]
    pub fn seen_by(&self, who: &Fingerprint) -> Cow<'_, Self> {
        let hidden = self.withheld_from(who);
        if hidden.is_empty() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self {
            log: self.log.without(&hidden),
            here: self.here,
        })
    }

    /// The entries that this practitioner, who takes part and has these heads, lacks and may see, parents first.
    #[must_use]
    pub fn entries_for(&self, who: &Fingerprint, heads: &[EntryId]) -> Vec<&SignedEntry> {
        audience::entries_since(&self.log, heads, &self.withheld_from(who))
    }

    /// Whether the node with this certificate may fetch the package from here: it is granted, and the case accepted.
    #[must_use]
    pub fn may_fetch(&self, node: &Fingerprint, package: &PackageId) -> bool {
        wanted(&Facts::of(&self.log), *node, true).contains_key(package)
    }

    /// For whom a package was granted at this node.
    #[must_use]
    pub fn granted_at(&self, node: &Fingerprint, package: &PackageId) -> Vec<Fingerprint> {
        let facts = Facts::of(&self.log);
        let grants = facts.grants.iter();
        let here = grants.filter(|granted| granted.grant.node == *node && granted.grant.package == *package);
        here.filter(|granted| !granted.revoked)
            .map(|granted| granted.grant.recipient)
            .collect()
    }

    /// The keys of a package that were made for a practitioner and not taken back, at whichever node, the earliest first.
    #[must_use]
    pub fn grants_to(&self, who: &Fingerprint, package: &PackageId) -> Vec<&Grant> {
        let grants = Facts::of(&self.log).grants.into_iter();
        grants
            .filter(|granted| !granted.revoked)
            .map(|granted| granted.grant)
            .filter(|grant| grant.recipient == *who && grant.package == *package)
            .collect()
    }

    /// Packages that this node is still to fetch, after a start.
    #[must_use]
    pub fn outstanding(&self) -> Vec<Effect> {
        wanted(&Facts::of(&self.log), self.here, false)
            .into_values()
            .collect()
    }

    /// Packages of which nothing is to be kept: taken back or given up, or of a request that was withdrawn or declined. A
    /// package that a report or a finding rests on is never among them: it belongs to the record. Where a reader works who was
    /// let go, also what was granted to nobody else there.
    #[must_use]
    pub fn to_erase(&self) -> Vec<PackageId> {
        let facts = Facts::of(&self.log);
        let over = matches!(facts.state(), State::Withdrawn { .. } | State::Declined { .. });
        let gone = |package: &&PackageId| {
            let nobodys = over || facts.is_for_nobody_at(&self.here, package);
            facts.is_erased(package) || (nobodys && !facts.is_relied_on(package))
        };
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
        let draft = self.next(author, body, standing, now)?;
        rules::judge(
            &self.log,
            draft.header(),
            &draft.body().clone().by_person(standing),
            standing,
        )?;
        Ok(draft)
    }

    /// As [`Self::draft`], with the salt that was drawn when the body was committed to in a
    /// [`crate::body::BlindCommitment`].
    ///
    /// # Errors
    /// The [`Refusal`] for which it may not be signed.
    pub fn draft_committed(
        &self,
        author: &Author,
        body: Body,
        salt: [u8; 32],
        standing: &dyn Standing,
        now: Timestamp,
    ) -> Result<Draft, Refusal> {
        let draft = self.next(author, body, standing, now)?.salted(salt);
        rules::judge(
            &self.log,
            draft.header(),
            &draft.body().clone().by_person(standing),
            standing,
        )?;
        Ok(draft)
    }

    fn next(
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
        ledger::check_ground(&body, &author.signer, standing)?;
        Draft::after(&self.log, author, body, now)
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
            Event::PeerHeads { peer, heads } => {
                let facts = Facts::of(&self.log);
                let hidden = Audience::of(&self.log, &facts).withheld_from_node(&self.log, &facts, &peer);
                return Ok(ledger::compare(&self.log, peer, &heads, &hidden));
            }
            Event::ForkShown(proof) => {
                let parties = self.parties();
                let mut effects = ledger::freeze(&mut self.log, rules::judge, proof, &parties, standing)?;
                // Alarms that waited for what the log will never take.
                let facts = Facts::of(&self.log);
                let released = effects.iter().filter_map(|effect| match effect {
                    Effect::Persist(entry) => self.log.get(&entry.id()),
                    _ => None,
                });
                let told: Vec<_> = released.flat_map(|entry| notices(&facts, entry)).collect();
                effects.extend(told);
                return Ok(effects);
            }
        };
        let id = signed.id();
        if self.log.get(&id).is_some() {
            return Ok(vec![Effect::Acknowledge(id)]);
        }
        let facts = Facts::of(&self.log);
        let (before, saw) = (wanted(&facts, self.here, false), Audience::of(&self.log, &facts));
        let outcome = ledger::take(&mut self.log, rules::judge, signed, fresh, standing, now)?;
        let facts = Facts::of(&self.log);
        let sees = Audience::of(&self.log, &facts);
        let mut effects = ledger::effects(&self.log, &outcome, fresh, &sees.told_of(&id, &saw));
        effects.extend(sees.since(&saw, &self.log));
        let admitted = outcome.admitted.iter().filter_map(|id| self.log.get(id));
        effects.extend(admitted.flat_map(|entry| notices(&facts, entry)));
        let after = wanted(&facts, self.here, false);
        let stopped = before.keys().filter(|package| !after.contains_key(package));
        effects.extend(stopped.copied().map(Effect::StopFetching));
        let started = after
            .into_iter()
            .filter(|(package, _)| !before.contains_key(package));
        effects.extend(started.map(|(_, fetch)| fetch));
        Ok(effects)
    }
}

/// Packages that `node` may fetch: granted to a reader there who has taken on what she was asked for, in a case that is
/// not ended, and not taken back; those of which it has signed a receipt only when `again`.
fn wanted(facts: &Facts<'_>, node: Fingerprint, again: bool) -> BTreeMap<PackageId, Effect> {
    if matches!(facts.state(), State::Withdrawn { .. } | State::Declined { .. }) {
        return BTreeMap::new();
    }
    let received = |package| {
        let mut received = facts.received.iter();
        received.any(|(of, at, _)| *of == package && *at == node)
    };
    let open = |granted: &&Granted<'_>| {
        let grant = granted.grant;
        grant.node == node
            && !granted.revoked
            && !facts.is_erased(&grant.package)
            && facts.has_accepted(&grant.recipient)
            && (again || !received(grant.package))
    };
    let fetch = |granted: &Granted<'_>| {
        let package = granted.grant.package;
        let (offered_by, offer): &(EntryId, &PackageOffered) = facts.offers.get(&package)?;
        let effect = Effect::FetchPackage {
            from: granted.by,
            offered_by: *offered_by,
            offer: (*offer).clone(),
            grant: granted.id,
        };
        Some((package, effect))
    };
    facts.grants.iter().filter(open).filter_map(fetch).collect()
}
