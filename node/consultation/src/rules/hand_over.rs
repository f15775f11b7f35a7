//! A case passes to a new requester: by her predecessor's offer and her own signature, or by hers alone where the predecessor
//! has lost her credential for good (R5, R8, R17).

use dokuei_identity::fingerprint::Fingerprint;

use super::Place;
use super::beginning::{check_agreement, check_reader};
use crate::body::{Decline, Ground, HandOver, Incomplete, Problem, TakeOver};
use crate::id::EntryId;
use crate::ledger::CLOCK_TOLERANCE;
use crate::reader::Reader;
use crate::refusal::Refusal;
use crate::standing::Act;

impl Place<'_> {
    /// The requester offers it, whatever the state: what has ended is kept by the new owner too. A newer offer replaces the one
    /// before; the same is not made twice.
    pub(super) fn handed_over(&self, offer: &HandOver) -> Result<(), Refusal> {
        self.by_requester()?;
        self.not_a_reader(&offer.to)?;
        if offer.to == self.author {
            return Err(Refusal::NotTheSuccessor);
        }
        let same = self.facts.hand_over().is_some_and(|one| one.body.to == offer.to);
        self.only_if(!same)
    }

    /// An offer is declined by whoever it was made to, or taken back by whoever made it.
    pub(super) fn not_handed_over(&self, decline: &Decline) -> Result<(), Refusal> {
        let offer = self.facts.hand_over().filter(|one| one.id == decline.request);
        let offer = match offer {
            Some(offer) => offer,
            None => return self.not_now(),
        };
        if offer.body.to == self.author {
            return Ok(());
        }
        self.by_requester()
    }

    /// R5, R17: the one to whom it was offered, by the offer that stands; or a colleague of the requester's house, when her
    /// certificate holds no more. That it does not each node sees for itself, when it is offered the entry.
    pub(super) fn taken_over(&self, taken: &TakeOver) -> Result<(), Refusal> {
        let signer = self.author;
        if taken.from != self.requester() || signer == taken.from {
            return Err(Refusal::NotTheSuccessor);
        }
        match taken.ground {
            Ground::HandedOver { hand_over } => {
                let offer = self.facts.hand_over().filter(|one| one.id == hand_over);
                if offer.is_none_or(|one| one.body.to != signer) {
                    return Err(Refusal::NotTheSuccessor);
                }
            }
            Ground::Lost { since, .. } => {
                // The institution of today's certificate counts, not that of her first.
                if !self.of_one_house(&self.header.signer, &taken.from) {
                    return Err(Refusal::NotTheSuccessor);
                }
                if since > self.header.time.plus(CLOCK_TOLERANCE) {
                    return Err(Refusal::Incomplete(Incomplete {
                        field: "since",
                        problem: Problem::Form,
                    }));
                }
            }
        }
        self.may(Act::Request)?;
        self.not_a_reader(&signer)?;
        self.agreed(taken)
    }

    /// R8: for each reader whose report is awaited of the requester, and for nobody else, the new owner names her own agreement
    /// with her, in force when she signs.
    fn agreed(&self, taken: &TakeOver) -> Result<(), Refusal> {
        let awaited: Vec<&Reader<'_>> = self.facts.awaited_by(&taken.from).collect();
        for reader in &awaited {
            check_reader(self.request, &self.author, &reader.who, self.standing)?;
            let named = taken.agreements.iter().find(|one| one.request == reader.asked_by);
            let named = named.ok_or(Refusal::NoAgreement)?;
            check_agreement(
                &named.agreement,
                (&self.author, &reader.who),
                self.header.time,
                self.standing,
            )?;
        }
        let asked = |id: &EntryId| awaited.iter().any(|reader| reader.asked_by == *id);
        if taken.agreements.iter().all(|one| asked(&one.request)) {
            Ok(())
        } else {
            Err(Refusal::UnknownReference)
        }
    }

    /// Whoever reads in a case, or has read, never answers for its patient as well.
    fn not_a_reader(&self, who: &Fingerprint) -> Result<(), Refusal> {
        if self.facts.readers.iter().any(|reader| reader.who == *who) {
            Err(Refusal::SameFacility)
        } else {
            Ok(())
        }
    }

    /// Whether the registry has written the same institution into the certificates of both.
    fn of_one_house(&self, one: &Fingerprint, other: &Fingerprint) -> bool {
        let institution = |who| {
            let person = self.standing.practitioner(who)?;
            person.institution.filter(|name| !name.trim().is_empty())
        };
        institution(one).is_some_and(|name| institution(other) == Some(name))
    }
}
