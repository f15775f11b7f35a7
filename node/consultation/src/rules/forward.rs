//! Further readers: brought in by whom, with whose consent, and what a blind one has not seen (R1, R8, R12).

use super::Place;
use super::beginning::{check_agreement, check_reader};
use crate::body::{BlindCommitment, Forward, ForwardConsent, ForwardKind, Incomplete, Problem, Release};
use crate::ledger::CLOCK_TOLERANCE;
use crate::refusal::Refusal;
use crate::standing::Act;
use crate::state::State;

/// The most readers of one case, the consultant and those who have declined included.
const MAX_READERS: usize = 32;

impl Place<'_> {
    /// R3, R4, R8: the requester, or a reader who has taken the case on, brings in somebody who may read, of another
    /// facility, under an agreement of theirs in force.
    pub(super) fn forward(&self, forward: &Forward) -> Result<(), Refusal> {
        if forward.request != self.request_id {
            return Err(Refusal::UnknownReference);
        }
        self.by_whom(forward)?;
        self.at_this_time(forward)?;
        if self.facts.now(&forward.to) != forward.to {
            // Whoever has answered for the patient reads for nobody who does after her.
            return Err(Refusal::SameFacility);
        }
        check_reader(self.request, &self.requester(), &forward.to, self.standing)?;
        check_agreement(
            &forward.agreement,
            (&self.author, &forward.to),
            self.header.time,
            self.standing,
        )?;
        self.standing
            .person_may(&forward.to, Act::Consult, self.header.time)
            .map_err(Refusal::Denied)
    }

    /// The requester's forward holds the patient's consent; a reader's waits for it, and never replaces the reader.
    fn by_whom(&self, forward: &Forward) -> Result<(), Refusal> {
        let by_requester = self.author == self.requester();
        if !by_requester {
            if forward.kind == ForwardKind::Alternative || !self.facts.has_accepted(&self.author) {
                return Err(Refusal::NotTheRequester(self.header.entry_type));
            }
            self.may(Act::Consult)?;
        }
        if by_requester == forward.consent.is_some() {
            return Ok(());
        }
        let problem = if by_requester {
            Problem::Missing
        } else {
            Problem::Form
        };
        Err(Refusal::Incomplete(Incomplete {
            field: "consent",
            problem,
        }))
    }

    /// Nobody reads twice at once; another is asked in place of the consultant until somebody has accepted; and blind is
    /// only a reading that begins before there is any report.
    fn at_this_time(&self, forward: &Forward) -> Result<(), Refusal> {
        if self.facts.readers.len() >= MAX_READERS {
            return Err(Refusal::Full { limit: MAX_READERS });
        }
        let readers = self.facts.readers.iter();
        let mut hers = readers.filter(|reader| reader.who == forward.to && reader.is_asked());
        self.only_if(hers.next().is_none())?;
        match forward.kind {
            ForwardKind::SecondOpinion => self.while_open(),
            ForwardKind::Alternative => {
                let waits = matches!(self.state, State::AwaitingAcceptance | State::Declined { .. });
                self.only_if(waits || self.facts.awaits_another())
            }
            ForwardKind::Blind => {
                self.while_open()?;
                self.only_if(self.facts.reports.is_empty())
            }
        }
    }

    pub(super) fn consent(&self, consent: &ForwardConsent) -> Result<(), Refusal> {
        self.by_requester()?;
        let forward = self.asked(consent.forward)?;
        if forward.forward.is_none() {
            return Err(Refusal::UnknownReference);
        }
        self.only_if(!forward.consented && forward.is_asked() && !self.state.is_ended())
    }

    /// R2, R3, R5: the requester, who answers for the patient, lets a reader go who has lost her credential before her final
    /// report. That the register says so each node sees for itself; here it is enough that a request may be taken back as well.
    pub(super) fn release(&self, release: &Release) -> Result<(), Refusal> {
        self.by_requester()?;
        let reader = self.asked(release.request)?;
        if release.since > self.header.time.plus(CLOCK_TOLERANCE) {
            return Err(Refusal::Incomplete(Incomplete {
                field: "since",
                problem: Problem::Form,
            }));
        }
        self.only_if(reader.is_asked() && !self.facts.has_reported(reader) && !self.state.is_ended())
    }

    /// The commitment comes after the images and before any report of another: what its author had seen is in the entry
    /// itself, by the parents that it names.
    pub(super) fn committed(&self, blind: &BlindCommitment) -> Result<(), Refusal> {
        let reader = self.by_reader(blind.forward)?;
        if !reader.reads_blind() {
            return Err(Refusal::UnknownReference);
        }
        self.may(Act::SignReport)?;
        let seen = |version: &crate::reader::Version<'_>| version.by != self.author;
        if self.facts.reports.iter().any(seen) {
            return Err(Refusal::NotBlind);
        }
        let mut packages = self.facts.offers.keys();
        let received = packages.any(|package| self.facts.has_received(reader, package));
        self.only_if(reader.is_blind() && reader.accepted.is_some() && received)
    }
}
