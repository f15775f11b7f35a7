//! What must hold of every replica at every moment, however many take part, said without the machine's own means.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::body::{Body, Forward, ForwardKind, Report, ReportStatus, TakeOver};
use dokuei_consultation::entry::VerifiedEntry;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;

/// Says which entry must not stand where it stands, if any. What is before an entry never changes: it is enough to ask
/// once, of one who holds all.
pub(crate) fn misplaced(case: &Case) -> Option<String> {
    case.log().ordered().iter().find_map(|entry| {
        let past = Past::of(case, &entry.header().parents);
        past.forbids(entry)
            .map(|why| format!("{:?}: {why}", entry.header().entry_type))
    })
}

/// Says why the entries do not make the state that the machine tells, if so.
pub(crate) fn belied(case: &Case) -> Option<String> {
    let state = case.state();
    let all = Past::of(case, &case.log().heads());
    all.belies(&state).map(|why| format!("{state:?}: {why}"))
}

/// Says which entry would tell somebody what she must not know, or twice, or who is not named in the case, if one would (R12).
pub(crate) fn wrongly_told(case: &Case) -> Option<String> {
    let all = Past::of(case, &case.log().heads());
    all.entries.iter().find_map(|(id, entry)| {
        let told = case.told_by(id);
        let signer = entry.header().signer;
        let receipt = matches!(entry.body(), Body::Received(_));
        let wrong = told.iter().enumerate().any(|(index, (who, _))| {
            let twice = told[..index].iter().any(|(other, _)| other == who);
            let herself = *who == signer && !receipt;
            let unblinded = *who != signer && Past::report(entry).is_some() && all.reads_blind(who);
            twice || herself || unblinded || !all.names(who)
        });
        wrong.then(|| format!("{:?} tells {told:?}", entry.header().entry_type))
    })
}

/// The entries that somebody had seen.
struct Past<'a> {
    entries: BTreeMap<EntryId, &'a VerifiedEntry>,
}

impl<'a> Past<'a> {
    fn of(case: &'a Case, heads: &[EntryId]) -> Self {
        let ids = case.log().past(heads).into_iter();
        let entries = ids.filter_map(|id| Some((id, case.log().get(&id)?)));
        Self {
            entries: entries.collect(),
        }
    }

    fn any(&self, wanted: impl Fn(&Body) -> bool) -> bool {
        self.entries.values().any(|entry| wanted(entry.body()))
    }

    /// In the simulation it passes to one new owner, once.
    fn requester(&self) -> Option<Fingerprint> {
        let taken = self.entries.values().find_map(|entry| match entry.body() {
            Body::TakeOver(_) => Some(entry.header().signer),
            _ => None,
        });
        taken.or_else(|| self.first_requester())
    }

    fn first_requester(&self) -> Option<Fingerprint> {
        self.entries.values().find_map(|entry| match entry.body() {
            Body::Request(request) => Some(request.requester.practitioner),
            _ => None,
        })
    }

    /// It was offered to her by whoever is requester, who has not handed it over yet.
    fn may_take_over(&self, taken: &TakeOver, signer: Fingerprint) -> bool {
        let offered = taken.offer().and_then(|id| self.entries.get(&id));
        let to_her = offered.is_some_and(|entry| {
            matches!(entry.body(), Body::HandOver(offer) if offer.to == signer)
                && entry.header().signer == taken.from
        });
        let declined = |body: &Body| matches!(body, Body::Decline(one) if Some(one.request) == taken.offer());
        to_her && Some(taken.from) == self.requester() && !self.any(declined)
    }

    fn report(entry: &VerifiedEntry) -> Option<&Report> {
        match entry.body() {
            Body::Report(report) => Some(report),
            Body::Amendment(amendment) => Some(&amendment.report),
            _ => None,
        }
    }

    fn reports(&self) -> impl Iterator<Item = (&'a VerifiedEntry, &'a Report)> {
        let entries = self.entries.values().copied();
        entries.filter_map(|entry| Some((entry, Self::report(entry)?)))
    }

    /// Who was asked by a request or forward.
    fn asked(&self, id: &EntryId) -> Option<(Fingerprint, Option<ForwardKind>)> {
        match self.entries.get(id)?.body() {
            Body::Request(request) => Some((request.consultant, None)),
            Body::Forward(forward) => Some((forward.to, Some(forward.kind))),
            _ => None,
        }
    }

    fn accepted(&self, asked: &EntryId) -> bool {
        self.any(|body| matches!(body, Body::Accept(accept) if accept.request == *asked))
    }

    /// She has lost her credential, and the requester has let her go.
    fn let_go(&self, asked: &EntryId) -> bool {
        self.any(|body| matches!(body, Body::Release(release) if release.request == *asked))
    }

    /// Why this entry may not stand after them.
    fn forbids(&self, entry: &VerifiedEntry) -> Option<&'static str> {
        let (signer, body) = (entry.header().signer, entry.body());
        let by_requester = Some(signer) == self.requester();
        let holds = match body {
            Body::Request(_) => self.entries.is_empty(),
            Body::Accept(accept) => {
                let asked = self.is_asked(&accept.request, signer) && !self.let_go(&accept.request);
                self.let_in(&accept.request) && asked
            }
            Body::Received(_) => self.any(|body| matches!(body, Body::Grant(grant) if grant.node == signer)),
            Body::Report(report) => self.may_report(entry, report),
            Body::Amendment(amendment) => {
                let last = |(_, report): (_, &Report)| report.status == ReportStatus::Final;
                self.may_report(entry, &amendment.report) && self.reports().any(last)
            }
            Body::UrgentFinding(finding) => self.reads(&finding.request, signer),
            Body::IncidentalFinding(finding) => self.reads(&finding.request, signer),
            Body::UrgentAck(ack) => {
                let acked =
                    |body: &Body| matches!(body, Body::UrgentAck(other) if other.finding == ack.finding);
                by_requester && self.entries.contains_key(&ack.finding) && !self.any(acked)
            }
            Body::IncidentalResolved(resolved) => self.entries.contains_key(&resolved.finding),
            Body::Answer(answer) => self.entries.contains_key(&answer.query),
            Body::Close(_) => by_requester && self.unsettled().is_none() && self.read_all(),
            Body::ForwardConsent(_)
            | Body::ReportRead(_)
            | Body::PatientInformed(_)
            | Body::PackageOffered(_) => by_requester,
            Body::Withdraw(_) => by_requester && !self.urgent_open(),
            Body::Release(release) => by_requester && !self.let_go(&release.request),
            Body::HandOver(_) => by_requester,
            Body::TakeOver(taken) => self.may_take_over(taken, signer),
            Body::BlindCommitment(_) => self.reports().all(|(report, _)| report.header().signer == signer),
            Body::Reconciliation(said) => {
                let by = |version: &EntryId| self.final_by(version);
                by(&said.own) == Some(signer) && by(&said.other).is_some_and(|other| other != signer)
            }
            Body::CoSignature(signed) => self.may_co_sign(&signed.of, signer),
            _ => !self.entries.is_empty(),
        };
        let gone = Some(signer) == self.first_requester() && !by_requester;
        (!holds || gone).then_some("it must not follow what it follows")
    }

    /// Who signed a final version that nothing replaces.
    fn final_by(&self, id: &EntryId) -> Option<Fingerprint> {
        let replaced = self.reports().any(|(_, report)| report.predecessor == Some(*id));
        let (entry, report) = self.reports().find(|(entry, _)| entry.id() == *id)?;
        (!replaced && report.status == ReportStatus::Final).then(|| entry.header().signer)
    }

    /// Not one's own, nor twice; of what two say together only the other of the two.
    fn may_co_sign(&self, of: &EntryId, signer: Fingerprint) -> bool {
        let again = self.entries.values().any(|entry| {
            matches!(entry.body(), Body::CoSignature(other) if other.of == *of)
                && entry.header().signer == signer
        });
        let Some(entry) = self.entries.get(of).filter(|_| !again) else {
            return false;
        };
        match entry.body() {
            Body::Reconciliation(said) => self.final_by(&said.other) == Some(signer),
            _ => Self::report(entry).is_some() && entry.header().signer != signer && self.reads_here(signer),
        }
    }

    /// She was asked by somebody, and has taken it on.
    fn reads_here(&self, who: Fingerprint) -> bool {
        self.entries
            .keys()
            .any(|asked| self.is_asked(asked, who) && self.accepted(asked))
    }

    fn names(&self, who: &Fingerprint) -> bool {
        let named = |body: &Body| match body {
            Body::Request(request) => [request.requester.practitioner, request.consultant].contains(who),
            Body::Forward(forward) => forward.to == *who,
            Body::HandOver(offer) => offer.to == *who,
            _ => false,
        };
        self.any(named)
    }

    /// She was asked for a blind reading and has not committed herself to it.
    fn reads_blind(&self, who: &Fingerprint) -> bool {
        let committed = |asked: &EntryId| {
            self.any(|body| matches!(body, Body::BlindCommitment(blind) if blind.forward == *asked))
        };
        self.entries.iter().any(|(id, entry)| {
            let blind = |forward: &Forward| forward.kind == ForwardKind::Blind && forward.to == *who;
            matches!(entry.body(), Body::Forward(forward) if blind(forward)) && !committed(id)
        })
    }

    fn is_asked(&self, asked: &EntryId, who: Fingerprint) -> bool {
        self.asked(asked).is_some_and(|(reader, _)| reader == who)
    }

    /// Nobody reads for whom the requester has not consented.
    fn let_in(&self, asked: &EntryId) -> bool {
        let Some(entry) = self.entries.get(asked) else {
            return false;
        };
        match entry.body() {
            Body::Request(_) => true,
            Body::Forward(forward) => {
                forward.consent.is_some()
                    || self.any(
                        |body| matches!(body, Body::ForwardConsent(consent) if consent.forward == *asked),
                    )
            }
            _ => false,
        }
    }

    /// She was asked, has taken it on, and has the images.
    fn reads(&self, asked: &EntryId, who: Fingerprint) -> bool {
        let nodes: BTreeSet<_> = self
            .entries
            .values()
            .filter_map(|entry| match entry.body() {
                Body::Grant(grant) if grant.recipient == who => Some(grant.node),
                _ => None,
            })
            .collect();
        let received = self
            .entries
            .values()
            .any(|entry| matches!(entry.body(), Body::Received(_)) && nodes.contains(&entry.header().signer));
        let taken_on = self.accepted(asked) && !self.let_go(asked);
        self.is_asked(asked, who) && self.let_in(asked) && taken_on && received
    }

    fn may_report(&self, entry: &VerifiedEntry, report: &Report) -> bool {
        let signer = entry.header().signer;
        let blind = self.asked(&report.request).and_then(|(_, kind)| kind) == Some(ForwardKind::Blind);
        let committed = || {
            self.any(|body| {
                matches!(body, Body::BlindCommitment(blind)
                    if blind.forward == report.request && blind.commitment == entry.header().body_commit)
            })
        };
        let first_is_as_committed = !blind || report.predecessor.is_some() || committed();
        let continues = report.predecessor.is_none_or(|before| {
            self.entries
                .get(&before)
                .is_some_and(|entry| entry.header().signer == signer)
        });
        self.reads(&report.request, signer) && first_is_as_committed && continues
    }

    fn urgent_open(&self) -> bool {
        let acked: BTreeSet<_> = self.settled();
        self.entries
            .iter()
            .any(|(id, entry)| matches!(entry.body(), Body::UrgentFinding(_)) && !acked.contains(id))
    }

    /// What was acknowledged, resolved, answered, declined or reported on.
    fn settled(&self) -> BTreeSet<EntryId> {
        let settles = |entry: &&VerifiedEntry| match entry.body() {
            Body::UrgentAck(ack) => Some(ack.finding),
            Body::IncidentalResolved(resolved) => Some(resolved.finding),
            Body::Answer(answer) => Some(answer.query),
            Body::Decline(decline) => Some(decline.request),
            Body::Release(release) => Some(release.request),
            _ => Self::report(entry)
                .filter(|report| report.status == ReportStatus::Final)
                .map(|report| report.request),
        };
        self.entries.values().filter_map(settles).collect()
    }

    fn unsettled(&self) -> Option<EntryId> {
        let settled = self.settled();
        let opens = |entry: &VerifiedEntry| match entry.body() {
            Body::UrgentFinding(_) | Body::IncidentalFinding(_) | Body::Query(_) => true,
            Body::Forward(forward) => forward.kind != ForwardKind::Alternative,
            _ => false,
        };
        let mut entries = self.entries.iter();
        entries
            .find(|(id, entry)| opens(entry) && !settled.contains(id))
            .map(|(id, _)| *id)
    }

    /// Every version that no other one replaces was read, and one is final.
    fn read_all(&self) -> bool {
        let replaced: BTreeSet<_> = self
            .reports()
            .filter_map(|(_, report)| report.predecessor)
            .collect();
        let read = |id: EntryId| self.any(|body| matches!(body, Body::ReportRead(read) if read.report == id));
        let mut newest = self
            .reports()
            .filter(|(entry, _)| !replaced.contains(&entry.id()));
        newest.all(|(entry, _)| read(entry.id()))
            && self
                .reports()
                .any(|(_, report)| report.status == ReportStatus::Final)
    }

    /// Why they cannot make this state.
    fn belies(&self, state: &State) -> Option<&'static str> {
        let leads = |asked: &EntryId| {
            let kind = self.asked(asked).and_then(|(_, kind)| kind);
            matches!(kind, None | Some(ForwardKind::Alternative))
        };
        let reads = |asked: &EntryId| leads(asked) && !self.let_go(asked);
        let taken_on = self.any(|body| matches!(body, Body::Accept(accept) if reads(&accept.request)));
        let reported = self
            .reports()
            .any(|(_, report)| report.status == ReportStatus::Final && leads(&report.request));
        let holds = match state {
            State::AwaitingRequest => self.entries.is_empty(),
            State::AwaitingAcceptance | State::Declined { .. } => !taken_on && !reported,
            State::AwaitingPackage { .. } | State::AwaitingReport { .. } => taken_on && !reported,
            State::AwaitingReading { .. } => !self.read_all() || !reported,
            State::AwaitingClosing { .. } => reported && self.read_all(),
            State::Closed { .. } => reported && self.read_all() && self.unsettled().is_none(),
            State::Withdrawn { .. } => !reported && self.any(|body| matches!(body, Body::Withdraw(_))),
            _ => false,
        };
        (!holds).then_some("the entries do not bear it out")
    }
}
