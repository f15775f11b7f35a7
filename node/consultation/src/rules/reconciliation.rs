//! What two readers sign together: by whom, over which versions, once (R2, R3, R6).

use super::Place;
use crate::body::{CoSignature, Incomplete, Problem, Reconciliation};
use crate::id::EntryId;
use crate::reader::Version;
use crate::reconciled::Standing;
use crate::refusal::Refusal;
use crate::standing::Act;

impl Place<'_> {
    /// A reader who may sign reports says what follows from the newest final version of hers and that of another reader,
    /// unless that was said and the other has not dissented.
    pub(super) fn reconciled(&self, said: &Reconciliation) -> Result<(), Refusal> {
        let (own, other) = (self.newest(&said.own)?, self.newest(&said.other)?);
        if own.by != self.author {
            return Err(Refusal::NotTheConsultant(self.header.entry_type));
        }
        if other.by == own.by {
            return Err(Refusal::Incomplete(Incomplete {
                field: "other",
                problem: Problem::Form,
            }));
        }
        self.may(Act::SignReport)?;
        let pair = |one: &crate::reconciled::Said<'_>| {
            [one.body.own, one.body.other].contains(&said.own)
                && [one.body.own, one.body.other].contains(&said.other)
        };
        let mut before = self.facts.reconciled.iter().filter(|one| pair(one));
        let stands = before.any(|one| self.facts.stands(one) != Standing::Dissented);
        self.only_if(own.is_final() && other.is_final() && !stands && !self.state.is_ended())
    }

    /// A reconciled opinion is co-signed by the other of the two; a report by another reader who has taken the case on. Both
    /// need the right to sign reports, and each signs once, while nothing newer stands in its place.
    pub(super) fn co_signed(&self, signed: &CoSignature) -> Result<(), Refusal> {
        let signer = self.author;
        if let Some(said) = self.facts.reconciled.iter().find(|one| one.id == signed.of) {
            self.newest(&said.body.own)?;
            if self.newest(&said.body.other)?.by != signer {
                return Err(Refusal::NotTheConsultant(self.header.entry_type));
            }
        } else {
            let version = self.newest(&signed.of)?;
            if version.by == signer || !self.facts.has_accepted(&signer) {
                return Err(Refusal::NotTheConsultant(self.header.entry_type));
            }
        }
        self.may(Act::SignReport)?;
        let mut before = self.facts.co_signed.iter();
        let again = before.any(|one| one.by == signer && one.body.of == signed.of);
        self.only_if(!again && !self.state.is_ended())
    }

    /// A version that no other one replaces.
    fn newest(&self, id: &EntryId) -> Result<Version<'_>, Refusal> {
        if let Some(version) = self.facts.newest_versions().find(|one| one.id == *id) {
            return Ok(*version);
        }
        let known = self.facts.reports.iter().any(|one| one.id == *id);
        Err(if known {
            Refusal::NotTheNewestVersion
        } else {
            Refusal::UnknownReference
        })
    }
}
