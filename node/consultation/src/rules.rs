//! Which entry may follow which: the rules of a case log.
//!
//! Each is judged by the entries before it and by the credentials at the time that it claims, so that every node
//! comes to the same judgement, whenever the entry reaches it.

use crate::body::{Body, EraseNotice, Received, Report, ReportStatus, Request};
use crate::entry::{EntryHeader, EntryType};
use crate::id::EntryId;
use crate::log::Log;
use crate::refusal::Refusal;
use crate::standing::{Act, Standing};
use crate::state::{Facts, State};

/// Judges an entry of a case log whose parents are all here.
pub(crate) fn judge(
    log: &Log,
    header: &EntryHeader,
    body: &Body,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    let facts = Facts::before(log, &header.parents);
    let Some((request_id, request)) = facts.request else {
        return begin(log, header, body, standing);
    };
    let place = Place {
        header,
        facts: &facts,
        state: facts.state(),
        request_id,
        request,
        standing,
    };
    match body {
        Body::Request(_) => Err(Refusal::Beginning(EntryType::Request)),
        Body::Agreement(_) => Err(Refusal::WrongKind(EntryType::Agreement)),
        Body::Accept(accept) => place.answer(accept.request, true),
        Body::Decline(decline) => place.answer(decline.request, false),
        Body::PackageOffered(offer) => {
            place.by_requester()?;
            place.while_open()?;
            let again = facts.offers.contains_key(&offer.package);
            if again {
                Err(Refusal::UnknownReference)
            } else {
                Ok(())
            }
        }
        Body::Grant(grant) => {
            place.by_requester()?;
            place.while_open()?;
            let good = facts.offers.contains_key(&grant.package) && grant.recipient == request.consultant;
            if good {
                Ok(())
            } else {
                Err(Refusal::UnknownReference)
            }
        }
        Body::Received(receipt) => place.received(receipt),
        Body::Report(report) => place.report(report),
        Body::ReportRead(read) => {
            place.by_requester()?;
            if !facts.reports.iter().any(|(id, _)| *id == read.report) {
                return Err(Refusal::UnknownReference);
            }
            if facts.read.contains(&read.report) {
                place.not_now()
            } else {
                Ok(())
            }
        }
        Body::Close(_) => {
            place.by_requester()?;
            if matches!(place.state, State::AwaitingClosing { .. }) {
                Ok(())
            } else {
                place.not_now()
            }
        }
        Body::EraseNotice(notice) => place.erase(notice),
        Body::Withdraw(_) => {
            place.by_requester()?;
            let final_report = facts
                .reports
                .iter()
                .any(|(_, report)| report.status == ReportStatus::Final);
            if final_report || place.state.is_ended() {
                place.not_now()
            } else {
                Ok(())
            }
        }
    }
}

/// The first entry must be a request, complete (R7), between two facilities, under an agreement in force (R8), by
/// someone who may ask and to someone who may read (R3, R4).
fn begin(log: &Log, header: &EntryHeader, body: &Body, standing: &dyn Standing) -> Result<(), Refusal> {
    let Body::Request(request) = body else {
        return Err(match body {
            Body::Agreement(_) => Refusal::WrongKind(EntryType::Agreement),
            _ => Refusal::Beginning(header.entry_type),
        });
    };
    if !log.is_empty() {
        return Err(Refusal::Beginning(EntryType::Request));
    }
    if request.requester.practitioner != header.signer {
        return Err(Refusal::NotTheRequester(EntryType::Request));
    }
    check_facilities(request, standing)?;
    check_agreement(request, header, standing)?;
    standing
        .may(&header.signer, Act::Request, header.time)
        .map_err(Refusal::Denied)?;
    standing
        .may(&request.consultant, Act::Consult, header.time)
        .map_err(Refusal::Denied)
}

/// R8: the agreement of these two, in force when the request is written.
fn check_agreement(request: &Request, header: &EntryHeader, standing: &dyn Standing) -> Result<(), Refusal> {
    let agreement = standing
        .agreement(&request.agreement.id)
        .ok_or(Refusal::NoAgreement)?;
    if !agreement.is(&request.agreement) || !agreement.between(&header.signer, &request.consultant) {
        return Err(Refusal::OtherAgreement);
    }
    if agreement.covers(header.time) {
        Ok(())
    } else {
        Err(Refusal::AgreementNotInForce)
    }
}

/// The guideline is about consultation *between* facilities.
fn check_facilities(request: &Request, standing: &dyn Standing) -> Result<(), Refusal> {
    let requester = &request.requester;
    let institution = |person| {
        standing
            .practitioner(person)
            .and_then(|person| person.institution)
    };
    let of_consultant = institution(&request.consultant);
    let same = of_consultant.is_some()
        && (of_consultant == institution(&requester.practitioner)
            || of_consultant.as_deref() == Some(requester.institution.as_str()));
    if same || requester.practitioner == request.consultant {
        Err(Refusal::SameFacility)
    } else {
        Ok(())
    }
}

/// Where an entry stands: what is before it.
struct Place<'a> {
    header: &'a EntryHeader,
    facts: &'a Facts<'a>,
    state: State,
    request_id: EntryId,
    request: &'a Request,
    standing: &'a dyn Standing,
}

impl Place<'_> {
    fn by_requester(&self) -> Result<(), Refusal> {
        let good = self.header.signer == self.request.requester.practitioner;
        if good {
            Ok(())
        } else {
            Err(Refusal::NotTheRequester(self.header.entry_type))
        }
    }

    fn by_consultant(&self) -> Result<(), Refusal> {
        let good = self.header.signer == self.request.consultant;
        if good {
            Ok(())
        } else {
            Err(Refusal::NotTheConsultant(self.header.entry_type))
        }
    }

    fn not_now(&self) -> Result<(), Refusal> {
        Err(Refusal::NotNow {
            entry: self.header.entry_type,
            state: self.state.name(),
        })
    }

    fn while_open(&self) -> Result<(), Refusal> {
        if self.state.is_ended() {
            self.not_now()
        } else {
            Ok(())
        }
    }

    /// R3, R4, R8: only one who may read takes a case on, under an agreement still in force. So a request that is
    /// dated back into one that is over leads nowhere. Declining needs neither.
    fn answer(&self, request: EntryId, accepts: bool) -> Result<(), Refusal> {
        self.by_consultant()?;
        if request != self.request_id {
            return Err(Refusal::UnknownReference);
        }
        if self.state != State::AwaitingAcceptance {
            return self.not_now();
        }
        if accepts {
            self.not_over()?;
            self.standing
                .may(&self.header.signer, Act::Consult, self.header.time)
                .map_err(Refusal::Denied)?;
        }
        Ok(())
    }

    /// The beginning was judged with the request, by the requester's clock.
    fn not_over(&self) -> Result<(), Refusal> {
        let agreement = self
            .standing
            .agreement(&self.request.agreement.id)
            .ok_or(Refusal::NoAgreement)?;
        if self.header.time > agreement.agreement().valid_until {
            Err(Refusal::AgreementNotInForce)
        } else {
            Ok(())
        }
    }

    /// Either party ends a transfer, until a report rests on the images: then they belong to the record.
    fn erase(&self, notice: &EraseNotice) -> Result<(), Refusal> {
        let parties = [self.request.requester.practitioner, self.request.consultant];
        if !parties.contains(&self.header.signer) {
            return Err(Refusal::NotAParty);
        }
        if !self.facts.offers.contains_key(&notice.package) {
            return Err(Refusal::UnknownReference);
        }
        if self.facts.is_reported_on(&notice.package) {
            return Err(Refusal::Kept);
        }
        if self.facts.erased.contains_key(&notice.package) {
            return self.not_now();
        }
        self.while_open()
    }

    fn received(&self, receipt: &Received) -> Result<(), Refusal> {
        let Some((_, offer)) = self.facts.offers.get(&receipt.package) else {
            return Err(Refusal::UnknownReference);
        };
        let node = self.header.signer;
        let granted = |package, to| package == receipt.package && to == node;
        if !self
            .facts
            .grants
            .iter()
            .any(|(_, grant)| granted(grant.package, grant.node))
        {
            return Err(Refusal::NotGranted);
        }
        if receipt.root != offer.root || receipt.length != offer.length {
            return Err(Refusal::OtherPackage);
        }
        let again = self
            .facts
            .received
            .iter()
            .any(|(package, to, _)| granted(*package, *to));
        if self.facts.accepted.is_none() || again || self.facts.is_erased(&receipt.package) {
            self.not_now()
        } else {
            Ok(())
        }
    }

    /// R3, R4, R5: a final report is signed by one who may sign it, any report by the consultant, after the images
    /// are whole at her node, under the terms agreed upon. R6: it continues from the newest version.
    fn report(&self, report: &Report) -> Result<(), Refusal> {
        self.by_consultant()?;
        let act = if report.status == ReportStatus::Final {
            Act::SignReport
        } else {
            Act::Consult
        };
        self.standing
            .may(&self.header.signer, act, self.header.time)
            .map_err(Refusal::Denied)?;
        let received = self
            .facts
            .received
            .iter()
            .any(|(package, ..)| *package == report.package);
        if self.facts.is_erased(&report.package) || !received || matches!(self.state, State::Withdrawn { .. })
        {
            return self.not_now();
        }
        if report.request != self.request_id {
            return Err(Refusal::UnknownReference);
        }
        let agreement = self
            .standing
            .agreement(&self.request.agreement.id)
            .ok_or(Refusal::NoAgreement)?;
        if report.terms != agreement.terms_hash() {
            return Err(Refusal::OtherTerms);
        }
        self.continues(report)
    }

    fn continues(&self, report: &Report) -> Result<(), Refusal> {
        let newest = self.facts.newest_versions();
        let Some(predecessor) = report.predecessor else {
            return if newest.is_empty() {
                Ok(())
            } else {
                Err(Refusal::NotTheNewestVersion)
            };
        };
        let replaced = self.facts.reports.iter().find(|(id, _)| *id == predecessor);
        let Some((_, replaced)) = replaced.filter(|(id, _)| newest.contains(id)) else {
            return Err(Refusal::NotTheNewestVersion);
        };
        // A final report is corrected by another final one, never made preliminary again.
        if report.status < replaced.status {
            self.not_now()
        } else {
            Ok(())
        }
    }
}
