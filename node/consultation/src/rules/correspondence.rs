//! Queries, answers, and the word to the patient (R7).

use super::Place;
use crate::body::{Answer, PatientInformed, Query};
use crate::refusal::Refusal;
use crate::state::State;

impl Place<'_> {
    /// Both take part, and what it is about is here. A doubt that comes after the end opens the case again; what never
    /// came to a reading leaves none.
    pub(super) fn query(&self, query: &Query) -> Result<(), Refusal> {
        let signer = self.author;
        self.take_part(&[signer, query.to])?;
        if signer == query.to {
            return Err(Refusal::NotAParty);
        }
        if !self.has_seen(&query.about) {
            return Err(Refusal::UnknownReference);
        }
        self.only_if(!matches!(
            self.state,
            State::Withdrawn { .. } | State::Declined { .. }
        ))
    }

    /// Whoever was asked answers; whoever asked may say how it was settled otherwise.
    pub(super) fn answer(&self, answer: &Answer) -> Result<(), Refusal> {
        let mut queries = self.facts.queries.iter();
        let item = queries
            .find(|item| item.id == answer.query)
            .ok_or(Refusal::UnknownReference)?;
        if ![self.facts.now(&item.body.to), self.facts.now(&item.by)].contains(&self.author) {
            return Err(Refusal::NotAParty);
        }
        self.only_if(item.settled.is_none())
    }

    /// The requester explains what she has read or acknowledged herself.
    pub(super) fn informed(&self, informed: &PatientInformed) -> Result<(), Refusal> {
        self.by_requester()?;
        let version = self
            .facts
            .reports
            .iter()
            .any(|version| version.id == informed.about);
        let finding = self.facts.urgent.iter().find(|item| item.id == informed.about);
        if !version && finding.is_none() {
            return Err(Refusal::UnknownReference);
        }
        let known = self.facts.read.contains_key(&informed.about)
            || finding.is_some_and(|item| item.settled.is_some());
        self.only_if(known)
    }
}
