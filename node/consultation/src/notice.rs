//! Whom an entry concerns, and what it tells them.

use dokuei_identity::fingerprint::Fingerprint;

use crate::body::{Body, CoSignature, EraseNotice, ForwardKind, ReportStatus, Stance};
use crate::effect::{Effect, Notice};
use crate::entry::VerifiedEntry;
use crate::facts::{Facts, Item};
use crate::id::EntryId;

/// What is to be told because of an entry; nobody is told of what she has signed herself.
pub(crate) fn notices(facts: &Facts<'_>, entry: &VerifiedEntry) -> Vec<Effect> {
    let (id, signer) = (entry.id(), entry.author());
    let mut effects = Vec::new();
    match entry.body() {
        Body::UrgentFinding(_) => {
            let alarm = |(_, request): (EntryId, &crate::body::Request)| Effect::Alarm {
                who: facts.now(&request.requester.practitioner),
                finding: id,
            };
            effects.extend(facts.request.map(alarm));
        }
        Body::UrgentAck(ack) => effects.push(Effect::EndAlarm { finding: ack.finding }),
        _ => {}
    }
    let mut told: Vec<(Fingerprint, Notice)> = Vec::new();
    for (who, notice) in concerned(facts, entry.body(), signer) {
        // Whoever has handed the case over is told of nothing more; her successor is.
        let who = facts.now(&who);
        let known = told.iter().any(|(other, _)| *other == who);
        if !known && (who != signer || tells_its_author(entry.body())) {
            told.push((who, notice));
        }
    }
    let notify = |(who, notice)| Effect::Notify {
        who,
        notice,
        entry: id,
    };
    effects.extend(told.into_iter().map(notify));
    effects
}

/// A receipt is signed by a node, and a second device of the same person is to know as well.
const fn tells_its_author(body: &Body) -> bool {
    matches!(body, Body::Received(_))
}

fn concerned(facts: &Facts<'_>, body: &Body, signer: Fingerprint) -> Vec<(Fingerprint, Notice)> {
    let Some((_, request)) = facts.request else {
        return Vec::new();
    };
    let (requester, consultant) = (facts.now(&request.requester.practitioner), request.consultant);
    let all = |notice| facts.parties().into_iter().map(|who| (who, notice)).collect();
    match body {
        Body::Request(_) => vec![(consultant, Notice::Requested)],
        Body::Accept(accept) => accepted(facts, requester, accept.request),
        Body::Decline(decline) => with_reader(facts, requester, decline.request, Notice::Declined),
        Body::Received(_) => vec![(requester, Notice::Delivered)],
        Body::Report(report) if report.status == ReportStatus::Final => {
            with_forwarder(facts, requester, report.request, Notice::FinalReport)
        }
        Body::Report(report) => with_forwarder(facts, requester, report.request, Notice::PreliminaryReport),
        Body::Amendment(amendment) => {
            with_forwarder(facts, requester, amendment.report.request, Notice::AmendedReport)
        }
        Body::ReportRead(read) => vec![(author(facts, &read.report, consultant), Notice::ReportRead)],
        Body::Close(_) => all(Notice::Closed),
        Body::Withdraw(_) => all(Notice::Withdrawn),
        Body::EraseNotice(EraseNotice { .. }) if signer == consultant => {
            vec![(requester, Notice::TransferCancelled)]
        }
        Body::EraseNotice(_) => vec![(consultant, Notice::TransferCancelled)],
        Body::Agreement(_) | Body::PackageOffered(_) | Body::Grant(_) => Vec::new(),
        _ => duties(facts, body, requester),
    }
}

fn duties(facts: &Facts<'_>, body: &Body, requester: Fingerprint) -> Vec<(Fingerprint, Notice)> {
    match body {
        Body::GrantRevoke(revoke) => {
            let granted = facts.grants.iter().find(|granted| granted.id == revoke.grant);
            granted
                .map(|granted| vec![(granted.grant.recipient, Notice::GrantRevoked)])
                .unwrap_or_default()
        }
        Body::Query(query) => vec![(query.to, Notice::Queried)],
        Body::Answer(answer) => {
            let query = facts.queries.iter().find(|item| item.id == answer.query);
            let both = |item: &Item<'_, crate::body::Query>| {
                vec![(item.by, Notice::Answered), (item.body.to, Notice::Answered)]
            };
            query.map(both).unwrap_or_default()
        }
        Body::UrgentFinding(_) => vec![(requester, Notice::UrgentFinding)],
        Body::UrgentAck(ack) => opener(&facts.urgent, &ack.finding, Notice::UrgentAcknowledged),
        Body::IncidentalFinding(finding) => vec![
            (finding.owner, Notice::IncidentalFinding),
            (requester, Notice::IncidentalFinding),
        ],
        Body::IncidentalResolved(resolved) => {
            let mut told = opener(&facts.incidental, &resolved.finding, Notice::IncidentalResolved);
            told.push((requester, Notice::IncidentalResolved));
            told
        }
        Body::PatientInformed(informed) => {
            let urgent = opener(&facts.urgent, &informed.about, Notice::PatientInformed);
            let version = facts.reports.iter().find(|version| version.id == informed.about);
            let author = version.map(|version| (version.by, Notice::PatientInformed));
            urgent.into_iter().chain(author).collect()
        }
        Body::Forward(forward) if forward.consent.is_none() => vec![(requester, Notice::ConsentAsked)],
        Body::Forward(forward) => vec![(forward.to, Notice::Forwarded)],
        Body::ForwardConsent(consent) => {
            let reader = facts
                .readers
                .iter()
                .find(|reader| reader.asked_by == consent.forward);
            reader.map_or_else(Vec::new, |reader| {
                vec![
                    (reader.who, Notice::Forwarded),
                    (reader.by, Notice::ForwardConsented),
                ]
            })
        }
        Body::BlindCommitment(_) => vec![(requester, Notice::BlindCommitted)],
        Body::Reconciliation(said) => {
            let other = facts.reports.iter().find(|version| version.id == said.other);
            other
                .map(|version| vec![(version.by, Notice::ReconciliationProposed)])
                .unwrap_or_default()
        }
        Body::CoSignature(signed) => co_signed(facts, signed, requester),
        Body::EraseRequest(_) => {
            let others = facts.parties().into_iter().filter(|who| *who != requester);
            others.map(|who| (who, Notice::EraseAsked)).collect()
        }
        Body::EraseAnswer(_) => vec![(requester, Notice::EraseAnswered)],
        Body::Release(release) => {
            let reader = facts
                .readers
                .iter()
                .find(|reader| reader.asked_by == release.request);
            reader.map_or_else(Vec::new, |reader| vec![(reader.who, Notice::Released)])
        }
        // Of what has ended the new owner has a list; nobody else has anything to do.
        Body::HandOver(_) | Body::TakeOver(_) if facts.state().is_ended() => Vec::new(),
        // Readers must have an agreement with the new owner before she can take over.
        Body::HandOver(_) => facts
            .awaited_by(&requester)
            .map(|reader| (reader.who, Notice::HandingOver))
            .collect(),
        Body::TakeOver(_) => facts
            .parties()
            .into_iter()
            .map(|who| (who, Notice::TakenOver))
            .collect(),
        _ => Vec::new(),
    }
}

/// Requester, and whoever signed first.
fn co_signed(facts: &Facts<'_>, signed: &CoSignature, requester: Fingerprint) -> Vec<(Fingerprint, Notice)> {
    let notice = match signed.stance {
        Stance::Agrees => Notice::CoSigned,
        Stance::Dissents => Notice::Dissented,
    };
    let said = facts.reconciled.iter().map(|one| (one.id, one.by));
    let mut signers = said.chain(facts.reports.iter().map(|one| (one.id, one.by)));
    let first = signers.find(|(id, _)| *id == signed.of).map(|(_, by)| by);
    std::iter::once(requester)
        .chain(first)
        .map(|who| (who, notice))
        .collect()
}

/// Requester, whoever asked, and the others who might have taken the case on.
fn accepted(facts: &Facts<'_>, requester: Fingerprint, asked_by: EntryId) -> Vec<(Fingerprint, Notice)> {
    let mut told = with_forwarder(facts, requester, asked_by, Notice::Accepted);
    let leads = facts.leading().any(|reader| reader.asked_by == asked_by);
    let others = facts.leading().filter(|reader| {
        leads && reader.asked_by != asked_by && reader.accepted.is_none() && reader.declined.is_none()
    });
    told.extend(others.map(|reader| (reader.who, Notice::TakenByAnother)));
    told
}

fn with_forwarder(
    facts: &Facts<'_>,
    requester: Fingerprint,
    asked_by: EntryId,
    notice: Notice,
) -> Vec<(Fingerprint, Notice)> {
    let reader = facts.readers.iter().find(|reader| reader.asked_by == asked_by);
    // Two who might have read in each other's place learn of each other's reports from the requester.
    let further = reader.filter(|reader| {
        reader
            .forward
            .is_some_and(|forward| forward.kind != ForwardKind::Alternative)
    });
    let mut told = vec![(requester, notice)];
    told.extend(further.map(|reader| (reader.by, notice)));
    told
}

fn with_reader(
    facts: &Facts<'_>,
    requester: Fingerprint,
    asked_by: EntryId,
    notice: Notice,
) -> Vec<(Fingerprint, Notice)> {
    let mut told = with_forwarder(facts, requester, asked_by, notice);
    let reader = facts.readers.iter().find(|reader| reader.asked_by == asked_by);
    told.extend(reader.map(|reader| (reader.who, Notice::ForwardEnded)));
    told
}

fn author(facts: &Facts<'_>, version: &EntryId, otherwise: Fingerprint) -> Fingerprint {
    let mut reports = facts.reports.iter();
    reports
        .find(|one| one.id == *version)
        .map_or(otherwise, |one| one.by)
}

fn opener<T>(items: &[Item<'_, T>], id: &EntryId, notice: Notice) -> Vec<(Fingerprint, Notice)> {
    let item = items.iter().find(|item| item.id == *id);
    item.map(|item| vec![(item.by, notice)]).unwrap_or_default()
}
