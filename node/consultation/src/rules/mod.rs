//! Which entry may follow which: the rules of a case log.
//!
//! Each is judged by the entries before it and by the credentials at the time that it claims, so that every node
//! comes to the same judgement, whenever the entry reaches it.

mod beginning;
mod correspondence;
mod erasure;
mod finding;
mod forward;
mod hand_over;
mod package;
mod reconciliation;
mod report;

use dokuei_identity::fingerprint::Fingerprint;

use crate::body::{Body, Close, Request};
use crate::entry::{EntryHeader, EntryType};
use crate::facts::Facts;
use crate::id::{AgreementId, EntryId};
use crate::log::Log;
use crate::open::OpenKind;
use crate::reader::{Reader, Version};
use crate::refusal::Refusal;
use crate::standing::{Act, Standing};
use crate::state::State;

/// Judges an entry of a case log whose parents are all here.
pub(crate) fn judge(
    log: &Log,
    header: &EntryHeader,
    body: &Body,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    // What an alarm in a frozen log names as seen may be in the branch that is not here: it is judged by what is.
    let frozen = log.fork().is_some() && header.entry_type.alarms();
    let facts = if frozen {
        Facts::of(log)
    } else {
        Facts::before(log, &header.parents)
    };
    let Some((request_id, request)) = facts.request else {
        return beginning::judge(log, header, body, standing);
    };
    let place = Place {
        header,
        author: standing.person(&header.signer),
        facts: &facts,
        state: facts.state(),
        request_id,
        request,
        standing,
        log,
    };
    place.not_a_former_requester(body)?;
    match body {
        Body::Request(_) => Err(Refusal::Beginning(EntryType::Request)),
        Body::Agreement(_) => Err(Refusal::WrongKind(EntryType::Agreement)),
        Body::Accept(accept) => place.accept(accept.request),
        Body::Decline(decline) if facts.is_hand_over(&decline.request) => place.not_handed_over(decline),
        Body::Decline(decline) => place.decline(decline.request),
        Body::PackageOffered(offer) => place.offered(offer),
        Body::Grant(grant) => place.grant(grant),
        Body::GrantRevoke(revoke) => place.revoke(revoke),
        Body::Received(receipt) => place.received(receipt),
        Body::EraseNotice(notice) => place.erase(notice),
        Body::Report(report) => place.report(report),
        Body::Amendment(amendment) => place.amendment(amendment),
        Body::ReportRead(read) => place.read(read),
        Body::UrgentFinding(finding) => place.finding(finding.request, &finding.package),
        Body::UrgentAck(ack) => place.acknowledged(ack),
        Body::IncidentalFinding(finding) => place.incidental(finding),
        Body::IncidentalResolved(resolved) => place.resolved(resolved),
        Body::Query(query) => place.query(query),
        Body::Answer(answer) => place.answer(answer),
        Body::PatientInformed(informed) => place.informed(informed),
        Body::Forward(forward) => place.forward(forward),
        Body::ForwardConsent(consent) => place.consent(consent),
        Body::BlindCommitment(blind) => place.committed(blind),
        Body::Reconciliation(said) => place.reconciled(said),
        Body::CoSignature(signed) => place.co_signed(signed),
        Body::Release(release) => place.release(release),
        Body::HandOver(offer) => place.handed_over(offer),
        Body::TakeOver(taken) => place.taken_over(taken),
        Body::EraseRequest(asked) => place.erase_asked(asked),
        Body::EraseAnswer(answer) => place.erase_answered(answer),
        Body::Close(close) => place.close(close),
        Body::Withdraw(_) => place.withdraw(),
    }
}

/// Where an entry stands: what is before it.
struct Place<'a> {
    header: &'a EntryHeader,
    /// Who signs, named as everybody in `facts` is.
    author: Fingerprint,
    facts: &'a Facts<'a>,
    state: State,
    request_id: EntryId,
    request: &'a Request,
    standing: &'a dyn Standing,
    log: &'a Log,
}

impl<'a> Place<'a> {
    /// Who answers for the patient: whoever asked, or the last who has taken the case over.
    fn requester(&self) -> Fingerprint {
        self.facts
            .requester()
            .unwrap_or(self.request.requester.practitioner)
    }

    fn by_requester(&self) -> Result<(), Refusal> {
        let good = self.author == self.requester();
        if good {
            Ok(())
        } else {
            Err(Refusal::NotTheRequester(self.header.entry_type))
        }
    }

    /// R5: whoever has handed the case over signs nothing more in it, unless it is offered back to her.
    fn not_a_former_requester(&self, body: &Body) -> Result<(), Refusal> {
        let signer = self.author;
        let offered = match body {
            Body::TakeOver(_) => true,
            Body::Decline(decline) => self.facts.is_hand_over(&decline.request),
            // R9: in a frozen log what the other branch holds cannot be told.
            _ => self.log.fork().is_some() && self.header.entry_type.alarms(),
        };
        if offered || self.facts.now(&signer) == signer {
            Ok(())
        } else {
            Err(Refusal::NotTheRequester(self.header.entry_type))
        }
    }

    /// The reader who was asked by this request or forward, who must be the one that signs.
    fn by_reader(&self, asked_by: EntryId) -> Result<&'a Reader<'a>, Refusal> {
        let reader = self.asked(asked_by)?;
        if reader.who == self.author {
            Ok(reader)
        } else {
            Err(Refusal::NotTheConsultant(self.header.entry_type))
        }
    }

    fn asked(&self, asked_by: EntryId) -> Result<&'a Reader<'a>, Refusal> {
        let mut readers = self.facts.readers.iter();
        readers
            .find(|reader| reader.asked_by == asked_by)
            .ok_or(Refusal::UnknownReference)
    }

    /// R7: whoever writes takes part, and so does the one to whom it is written.
    fn take_part(&self, who: &[Fingerprint]) -> Result<(), Refusal> {
        let parties = self.facts.parties();
        if who.iter().all(|one| parties.contains(one)) {
            Ok(())
        } else {
            Err(Refusal::NotAParty)
        }
    }

    fn not_now(&self) -> Result<(), Refusal> {
        Err(Refusal::NotNow {
            entry: self.header.entry_type,
            state: self.state.name(),
        })
    }

    /// [`Refusal::NotNow`] unless `good`.
    fn only_if(&self, good: bool) -> Result<(), Refusal> {
        if good { Ok(()) } else { self.not_now() }
    }

    fn while_open(&self) -> Result<(), Refusal> {
        self.only_if(!self.state.is_ended())
    }

    /// Whether this entry is before the one that is judged.
    fn has_seen(&self, id: &EntryId) -> bool {
        self.log.past(&self.header.parents).contains(id)
    }

    /// Whether the credential of the one who signs allows it.
    fn may(&self, act: Act) -> Result<(), Refusal> {
        self.standing
            .may(&self.header.signer, act, self.header.time)
            .map_err(Refusal::Denied)
    }

    /// R3, R4, R8: only one who may read takes a case on, under an agreement still in force. So a request that is
    /// dated back into one that is over leads nowhere. The first to accept reads; a further reader whose opinion is asked
    /// for accepts for herself.
    fn accept(&self, asked_by: EntryId) -> Result<(), Refusal> {
        let reader = self.by_reader(asked_by)?;
        let good = if reader.leads() {
            self.state == State::AwaitingAcceptance || self.facts.awaits_another()
        } else {
            reader.consented && reader.accepted.is_none() && !self.state.is_ended()
        };
        self.only_if(good && reader.is_asked())?;
        self.not_over(&reader.agreement)?;
        self.may(Act::Consult)
    }

    /// Declining needs no qualification. Who was asked for an opinion may give it up until there is a report; so may
    /// whoever asked, and the requester, take it back.
    fn decline(&self, asked_by: EntryId) -> Result<(), Refusal> {
        let reader = self.asked(asked_by)?;
        let signer = self.author;
        if reader.leads() {
            self.by_reader(asked_by)?;
            let unanswered = reader.accepted.is_none() && reader.is_asked();
            return self.only_if(unanswered && !self.state.is_ended());
        }
        if ![reader.who, reader.by, self.requester()].contains(&signer) {
            return Err(Refusal::NotTheConsultant(self.header.entry_type));
        }
        let of_her = |version: &Version<'_>| version.report.request == asked_by;
        let reported = self.facts.reports.iter().any(of_her);
        self.only_if(reader.is_asked() && !reported)
    }

    fn not_over(&self, agreement: &AgreementId) -> Result<(), Refusal> {
        let agreement = self.standing.agreement(agreement).ok_or(Refusal::NoAgreement)?;
        if self.header.time > agreement.agreement().valid_until {
            Err(Refusal::AgreementNotInForce)
        } else {
            Ok(())
        }
    }

    /// R7, R9, R10: the end comes after everything was read, acknowledged, answered and seen to.
    fn close(&self, _: &Close) -> Result<(), Refusal> {
        self.by_requester()?;
        self.only_if(matches!(self.state, State::AwaitingClosing { .. }))?;
        self.settled(|_| true)
    }

    /// A request is not taken back to escape what was found.
    fn withdraw(&self) -> Result<(), Refusal> {
        self.by_requester()?;
        let final_report = self.facts.reports.iter().any(Version::is_final);
        self.only_if(!final_report && !self.state.is_ended())?;
        self.settled(|kind| matches!(kind, OpenKind::UrgentFinding | OpenKind::IncidentalFinding))
    }

    /// [`Refusal::StillOpen`] when something of these kinds is open.
    fn settled(&self, counts: impl Fn(OpenKind) -> bool) -> Result<(), Refusal> {
        let open = self.facts.open().into_iter().find(|open| counts(open.kind));
        open.map_or(Ok(()), |open| Err(Refusal::StillOpen(open.kind)))
    }
}
