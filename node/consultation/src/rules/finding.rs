//! Urgent and incidental findings: who tells, who takes note, who sees to them (R9, R10).

use super::Place;
use crate::body::{IncidentalFinding, IncidentalResolved, Incomplete, Problem, UrgentAck};
use crate::id::{EntryId, PackageId};
use crate::refusal::Refusal;
use crate::standing::Act;

impl Place<'_> {
    /// R9: a finding is told by a reader who has the images for what she has taken on, before or after any report and in
    /// whatever state: also when the request was taken back meanwhile, or the case is closed.
    pub(super) fn finding(&self, asked_by: EntryId, package: &PackageId) -> Result<(), Refusal> {
        let reader = self.by_reader(asked_by)?;
        self.may(Act::Consult)?;
        self.only_if(reader.accepted.is_some() && self.facts.has_received(reader, package))
    }

    /// R9: the requester signs that a person has taken note, once.
    pub(super) fn acknowledged(&self, ack: &UrgentAck) -> Result<(), Refusal> {
        let signer = self.author;
        // In a frozen log she may have signed it before she handed the case over.
        if self.log.fork().is_none() || self.facts.now(&signer) != self.requester() {
            self.by_requester()?;
        }
        let mut urgent = self.facts.urgent.iter();
        let item = urgent
            .find(|item| item.id == ack.finding)
            .ok_or(Refusal::UnknownReference)?;
        self.only_if(item.settled.is_none())
    }

    /// R10: an item has an owner who takes part and a day that is still to come.
    pub(super) fn incidental(&self, finding: &IncidentalFinding) -> Result<(), Refusal> {
        self.finding(finding.request, &finding.package)?;
        self.take_part(&[finding.owner])?;
        if finding.due > self.header.time {
            return Ok(());
        }
        Err(Refusal::Incomplete(Incomplete {
            field: "due",
            problem: Problem::Form,
        }))
    }

    /// R10: its owner says what became of it, or the requester, who answers for the patient.
    pub(super) fn resolved(&self, resolved: &IncidentalResolved) -> Result<(), Refusal> {
        let mut incidental = self.facts.incidental.iter();
        let item = incidental
            .find(|item| item.id == resolved.finding)
            .ok_or(Refusal::UnknownReference)?;
        if self.facts.now(&item.body.owner) != self.author {
            self.by_requester()?;
        }
        self.only_if(item.settled.is_none())
    }
}
