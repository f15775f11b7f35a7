//! The agreement log: a proposal and its countersignature (R8).

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::author::{Author, Draft};
use crate::body::{Agreement, AgreementReference, Body};
use crate::effect::{Effect, Notice};
use crate::entry::{EntryHeader, EntryType, SignedEntry, VerifiedEntry};
use crate::event::Event;
use crate::id::{AgreementId, EntryId, Sha256Hash};
use crate::ledger;
use crate::log::Log;
use crate::refusal::Refusal;
use crate::standing::Standing;

/// An agreement that both have signed. Only an [`AgreementLog`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementInForce {
    id: AgreementId,
    proposal: EntryId,
    /// More than one only when the other party signed at two devices at once.
    countersignatures: Vec<EntryId>,
    agreement: Agreement,
}

impl AgreementInForce {
    /// The agreement's id.
    #[must_use]
    pub const fn id(&self) -> AgreementId {
        self.id
    }

    /// What was agreed.
    #[must_use]
    pub const fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// SHA-256 of the terms, for reports.
    #[must_use]
    pub const fn terms_hash(&self) -> Sha256Hash {
        self.agreement.terms_hash
    }

    /// How a request names it.
    #[must_use]
    pub fn reference(&self) -> AgreementReference {
        // There is at least one: see `AgreementLog::countersigned`.
        let countersignature = self.countersignatures.first().copied().unwrap_or(self.proposal);
        AgreementReference {
            id: self.id,
            proposal: self.proposal,
            countersignature,
        }
    }

    /// Whether `reference` names this agreement and its signed halves.
    #[must_use]
    pub fn is(&self, reference: &AgreementReference) -> bool {
        reference.id == self.id
            && reference.proposal == self.proposal
            && self.countersignatures.contains(&reference.countersignature)
    }

    /// Whether it is between these two, either way round.
    #[must_use]
    pub fn between(&self, one: &Fingerprint, other: &Fingerprint) -> bool {
        let (a, b) = (
            &self.agreement.proposer.practitioner,
            &self.agreement.other.practitioner,
        );
        (one == a && other == b) || (one == b && other == a)
    }

    /// Whether it is in force at `at`.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.agreement.valid_from <= at && at <= self.agreement.valid_until
    }
}

/// What an agreement waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementState {
    /// Nothing is proposed yet.
    AwaitingProposal,
    /// The other party is to countersign.
    AwaitingCountersignature,
    /// Countersigned, but its time has not come.
    AwaitingStart,
    /// In force.
    InForce,
    /// Its time is over.
    Expired,
}

impl AgreementState {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingProposal => "awaiting_proposal",
            Self::AwaitingCountersignature => "proposed",
            Self::AwaitingStart => "not_yet_in_force",
            Self::InForce => "in_force",
            Self::Expired => "expired",
        }
    }
}

/// One agreement.
#[derive(Debug, Clone)]
pub struct AgreementLog {
    log: Log,
}

impl AgreementLog {
    /// An agreement of which nothing is known yet.
    #[must_use]
    pub fn new(id: AgreementId) -> Self {
        Self {
            log: Log::new(id.into()),
        }
    }

    /// Takes up an agreement from stored entries, in any order in which parents come first.
    ///
    /// # Errors
    /// The [`Refusal`] of the first entry that is not as it was stored.
    pub fn replay(
        id: AgreementId,
        entries: impl IntoIterator<Item = SignedEntry>,
        standing: &dyn Standing,
    ) -> Result<Self, Refusal> {
        let mut agreement = Self::new(id);
        for entry in entries {
            ledger::restore(&mut agreement.log, judge, entry, standing)?;
        }
        Ok(agreement)
    }

    /// The agreement's id.
    #[must_use]
    pub fn id(&self) -> AgreementId {
        self.log.id().into()
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The proposal: its entry and what it says.
    #[must_use]
    pub fn proposal(&self) -> Option<(EntryId, &Agreement)> {
        self.log
            .ordered()
            .into_iter()
            .find_map(|entry| match entry.body() {
                Body::Agreement(agreement) if agreement.countersigns.is_none() => {
                    Some((entry.id(), &**agreement))
                }
                _ => None,
            })
    }

    /// The agreement, once both have signed, whatever its time.
    #[must_use]
    pub fn countersigned(&self) -> Option<AgreementInForce> {
        let (proposal, agreement) = self.proposal()?;
        let countersigns = |entry: &&VerifiedEntry| match entry.body() {
            Body::Agreement(agreement) => agreement.countersigns == Some(proposal),
            _ => false,
        };
        let countersignatures: Vec<_> = self
            .log
            .ordered()
            .into_iter()
            .filter(countersigns)
            .map(VerifiedEntry::id)
            .collect();
        let agreement = agreement.clone();
        (!countersignatures.is_empty()).then(|| AgreementInForce {
            id: self.id(),
            proposal,
            countersignatures,
            agreement,
        })
    }

    /// The agreement, if it is in force at `at`.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> Option<AgreementInForce> {
        self.countersigned().filter(|agreement| agreement.covers(at))
    }

    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AgreementState {
        let Some((_, proposed)) = self.proposal() else {
            return AgreementState::AwaitingProposal;
        };
        if now > proposed.valid_until {
            return AgreementState::Expired;
        }
        match self.countersigned() {
            None => AgreementState::AwaitingCountersignature,
            Some(agreement) if agreement.covers(now) => AgreementState::InForce,
            Some(_) => AgreementState::AwaitingStart,
        }
    }

    /// Drafts the next entry: the proposal, or [`Agreement::countersignature`] of it.
    ///
    /// # Errors
    /// The [`Refusal`] for which it may not be signed.
    pub fn draft(
        &self,
        author: &Author,
        agreement: Agreement,
        standing: &dyn Standing,
        now: Timestamp,
    ) -> Result<Draft, Refusal> {
        let draft = Draft::after(&self.log, author, Body::Agreement(Box::new(agreement)), now)?;
        judge(
            &self.log,
            draft.header(),
            &draft.body().clone().by_person(standing),
            standing,
        )?;
        Ok(draft)
    }

    /// Takes in what happened and says what to do.
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
                return Ok(ledger::compare(&self.log, peer, &heads, &BTreeSet::new()));
            }
            Event::ForkShown(proof) => {
                let parties = self.parties();
                return ledger::freeze(&mut self.log, judge, proof, &parties, standing);
            }
        };
        let id = signed.id();
        if self.log.get(&id).is_some() {
            return Ok(vec![Effect::Acknowledge(id)]);
        }
        let outcome = ledger::take(&mut self.log, judge, signed, fresh, standing, now)?;
        let mut effects = ledger::effects(&self.log, &outcome, fresh, &self.parties());
        effects.extend(outcome.admitted.iter().filter_map(|id| self.notice(*id)));
        Ok(effects)
    }

    /// Both practitioners.
    #[must_use]
    pub fn parties(&self) -> Vec<Fingerprint> {
        let both =
            |agreement: &Agreement| vec![agreement.proposer.practitioner, agreement.other.practitioner];
        self.proposal()
            .map(|(_, agreement)| both(agreement))
            .unwrap_or_default()
    }

    fn notice(&self, entry: EntryId) -> Option<Effect> {
        let (proposal, agreement) = self.proposal()?;
        let (who, notice) = if entry == proposal {
            (agreement.other.practitioner, Notice::AgreementProposed)
        } else {
            (agreement.proposer.practitioner, Notice::AgreementInForce)
        };
        Some(Effect::Notify { who, notice, entry })
    }
}

/// The rules of an agreement log.
fn judge(log: &Log, header: &EntryHeader, body: &Body, standing: &dyn Standing) -> Result<(), Refusal> {
    let Body::Agreement(agreement) = body else {
        return Err(Refusal::WrongKind(header.entry_type));
    };
    let (proposer, other) = (&agreement.proposer, &agreement.other);
    let author = standing.person(&header.signer);
    let Some(proposal) = agreement.countersigns else {
        if !log.is_empty() {
            return Err(Refusal::Beginning(EntryType::Agreement));
        }
        if author != proposer.practitioner {
            return Err(Refusal::NotAParty);
        }
        let same = proposer.practitioner == other.practitioner || proposer.institution == other.institution;
        return if same { Err(Refusal::SameFacility) } else { Ok(()) };
    };
    let proposed = log
        .get(&proposal)
        .filter(|_| log.past(&header.parents).contains(&proposal));
    let Some(Body::Agreement(proposed)) = proposed.map(VerifiedEntry::body) else {
        return Err(Refusal::UnknownReference);
    };
    if **agreement != proposed.countersignature(proposal) {
        return Err(Refusal::OtherTerms);
    }
    if author != proposed.other.practitioner {
        return Err(Refusal::NotAParty);
    }
    standing
        .practitioner(&header.signer)
        .map(|_| ())
        .ok_or(Refusal::UnknownSigner(header.signer))
}
