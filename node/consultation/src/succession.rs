//! Who answers for the patient as a case passes from one requester to the next.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{AgreementReference, Ground, HandOver, TakeOver};
use crate::entry::VerifiedEntry;
use crate::facts::Facts;
use crate::id::EntryId;
use crate::machine::Case;
use crate::reader::Reader;

/// An offer to a new owner that stands: neither taken up, nor declined, nor replaced by another.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// The entry.
    pub id: EntryId,
    /// Who offers it.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// To whom and why.
    pub body: &'a HandOver,
}

/// Somebody has taken the case over.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    /// The entry.
    pub id: EntryId,
    /// The requester from then on.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// From whom, by what right, under which agreements.
    pub body: &'a TakeOver,
}

/// Offers and successions, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Succession<'a> {
    offers: Vec<Offered<'a>>,
    /// How many of them are of the time before the last succession, and stand no more.
    past: usize,
    pub(crate) taken: Vec<Taken<'a>>,
    /// Declined, or taken back.
    declined: Vec<EntryId>,
}

impl<'a> Succession<'a> {
    pub(crate) fn offer(&mut self, entry: &VerifiedEntry, body: &'a HandOver) {
        self.offers.push(Offered {
            id: entry.id(),
            by: entry.author(),
            at: entry.header().time,
            body,
        });
    }

    /// Whether it was an offer that is declined by this.
    pub(crate) fn decline(&mut self, id: EntryId) -> bool {
        let offer = self.offers.iter().any(|one| one.id == id);
        if offer {
            self.declined.push(id);
        }
        offer
    }
}

impl<'a> Facts<'a> {
    /// Who answers for the patient.
    pub(crate) fn requester(&self) -> Option<Fingerprint> {
        let (_, request) = self.request?;
        let last = self.succession.taken.last().map(|one| one.by);
        Some(last.unwrap_or(request.requester.practitioner))
    }

    /// In whose place somebody stands now: of whoever was requester the one who is, of all others themselves.
    pub(crate) fn now(&self, who: &Fingerprint) -> Fingerprint {
        let taken = self.succession.taken.iter();
        taken.fold(*who, |who, one| if one.body.from == who { one.by } else { who })
    }

    /// The offer that stands.
    pub(crate) fn hand_over(&self) -> Option<Offered<'a>> {
        let requester = self.requester()?;
        let mut offers = self.succession.offers.iter().skip(self.succession.past);
        // Of what two devices of hers offered at once, the same counts everywhere.
        let last = offers.rfind(|one| one.by == requester)?;
        (!self.succession.declined.contains(&last.id)).then_some(*last)
    }

    pub(crate) fn is_hand_over(&self, id: &EntryId) -> bool {
        self.succession.offers.iter().any(|one| one.id == *id)
    }

    /// Readers on whose report this requester waits: she has asked them, and none of them has signed a final one.
    pub(crate) fn awaited_by(&self, requester: &Fingerprint) -> impl Iterator<Item = &Reader<'a>> {
        let ended = self.state().is_ended();
        let taken_on = self.leading().any(|reader| reader.accepted.is_some());
        let done = self
            .readers
            .iter()
            .any(|reader| reader.leads() && self.has_reported(reader));
        let requester = *requester;
        self.readers.iter().filter(move |reader| {
            let waited_for = if reader.leads() {
                !done && (!taken_on || reader.accepted.is_some())
            } else {
                !self.has_reported(reader)
            };
            !ended && reader.by == requester && reader.is_asked() && waited_for
        })
    }

    /// The case passes on. Of two who take it over at once the first in the order of the log does, everywhere.
    pub(crate) fn take_over(&mut self, entry: &VerifiedEntry, body: &'a TakeOver) {
        if self.requester() != Some(body.from) {
            return;
        }
        let by = entry.author();
        for reader in self.readers.iter_mut().filter(|reader| reader.by == body.from) {
            reader.by = by;
            let named = body.agreements.iter().find(|one| one.request == reader.asked_by);
            if let Some(named) = named {
                reader.agreement = named.agreement.id;
            }
        }
        self.succession.past = self.succession.offers.len();
        self.succession.taken.push(Taken {
            id: entry.id(),
            by,
            at: entry.header().time,
            body,
        });
    }
}

impl Case {
    /// Who answers for the patient: whoever asked, or the last who has taken the case over. None before the request is here.
    #[must_use]
    pub fn requester(&self) -> Option<Fingerprint> {
        Facts::of(self.log()).requester()
    }

    /// The offer to a new owner that stands.
    #[must_use]
    pub fn hand_over(&self) -> Option<Offered<'_>> {
        Facts::of(self.log()).hand_over()
    }

    /// Everybody who has taken the case over, oldest first.
    #[must_use]
    pub fn taken_over(&self) -> Vec<Taken<'_>> {
        Facts::of(self.log()).succession.taken
    }

    /// Whether somebody is or was requester.
    #[must_use]
    pub fn has_requested(&self, who: &Fingerprint) -> bool {
        let facts = Facts::of(self.log());
        let first = facts.request.map(|(_, request)| request.requester.practitioner);
        first == Some(*who) || facts.succession.taken.iter().any(|one| one.by == *who)
    }

    /// For which readers, by the entry that asked them, a new owner must have an agreement of her own.
    #[must_use]
    pub fn to_agree_with(&self) -> Vec<(EntryId, Fingerprint)> {
        let facts = Facts::of(self.log());
        let Some(requester) = facts.requester() else {
            return Vec::new();
        };
        let mut readers: Vec<_> = facts
            .awaited_by(&requester)
            .map(|reader| (reader.asked_by, reader.who))
            .collect();
        readers.sort_unstable();
        readers
    }
}

impl TakeOver {
    /// The offer that it takes up; none where the requester could make none.
    #[must_use]
    pub const fn offer(&self) -> Option<EntryId> {
        match self.ground {
            Ground::HandedOver { hand_over } => Some(hand_over),
            Ground::Lost { .. } => None,
        }
    }

    /// The agreements that it names.
    pub(crate) fn references(&self) -> impl Iterator<Item = AgreementReference> {
        self.agreements.iter().map(|one| one.agreement)
    }
}
