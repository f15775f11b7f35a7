//! What some entries of a case log say, taken together: all of them, or those before one entry.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{
    Amendment, Body, EraseAnswer, EraseRequest, Grant, IncidentalFinding, PackageOffered, Query, Report,
    ReportStatus, Request, UrgentFinding,
};
use crate::entry::VerifiedEntry;
use crate::id::{EntryId, PackageId};
use crate::log::Log;
use crate::open::{Open, OpenKind};
use crate::reader::{Reader, Version};
use crate::reconciled::{CoSigned, Said};
use crate::state::State;
use crate::succession::Succession;

/// An entry that opens something, and the one that settled it first.
#[derive(Debug)]
pub(crate) struct Item<'a, T> {
    pub(crate) id: EntryId,
    pub(crate) by: Fingerprint,
    pub(crate) body: &'a T,
    pub(crate) settled: Option<EntryId>,
}

/// What the entries say.
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) request: Option<(EntryId, &'a Request)>,
    /// The consultant first, then the further readers, oldest first.
    pub(crate) readers: Vec<Reader<'a>>,
    pub(crate) withdrawn: Option<EntryId>,
    pub(crate) offers: BTreeMap<PackageId, (EntryId, &'a PackageOffered)>,
    pub(crate) grants: Vec<Granted<'a>>,
    /// Package, node that received it, receipt; oldest first.
    pub(crate) received: Vec<(PackageId, Fingerprint, EntryId)>,
    /// Versions of all reports, oldest first.
    pub(crate) reports: Vec<Version<'a>>,
    pub(crate) read: BTreeMap<EntryId, EntryId>,
    /// Reconciled opinions, oldest first.
    pub(crate) reconciled: Vec<Said<'a>>,
    pub(crate) co_signed: Vec<CoSigned<'a>>,
    pub(crate) urgent: Vec<Item<'a, UrgentFinding>>,
    pub(crate) incidental: Vec<Item<'a, IncidentalFinding>>,
    pub(crate) queries: Vec<Item<'a, Query>>,
    /// What was explained to the patient.
    pub(crate) explained: BTreeSet<EntryId>,
    /// Taken back or given up, by which entry first.
    pub(crate) erased: BTreeMap<PackageId, EntryId>,
    /// How it passed from one requester to the next.
    pub(crate) succession: Succession<'a>,
    /// Requests to erase, oldest first.
    pub(crate) erasures: Vec<AskedToErase<'a>>,
    /// Endings, and what their author had seen.
    closes: Vec<(EntryId, BTreeSet<EntryId>)>,
}

/// A request to erase, and what was answered to it.
#[derive(Debug, Clone)]
pub struct AskedToErase<'a> {
    /// The entry.
    pub id: EntryId,
    /// Who asks.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// What it says.
    pub body: &'a EraseRequest,
    /// The answers, oldest first.
    pub answers: Vec<AnsweredErasing<'a>>,
}

/// An answer to a request to erase.
#[derive(Debug, Clone, Copy)]
pub struct AnsweredErasing<'a> {
    /// The entry.
    pub id: EntryId,
    /// Who answers.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// What it says.
    pub body: &'a EraseAnswer,
}

/// A grant, who gave it, and whether it was taken back.
#[derive(Debug)]
pub(crate) struct Granted<'a> {
    pub(crate) id: EntryId,
    pub(crate) by: Fingerprint,
    pub(crate) grant: &'a Grant,
    pub(crate) revoked: bool,
}

impl<'a> Facts<'a> {
    /// The facts of all entries of the log.
    pub(crate) fn of(log: &'a Log) -> Self {
        Self::before(log, &log.heads())
    }

    /// The facts of the entries `parents` and all before them.
    pub(crate) fn before(log: &'a Log, parents: &[EntryId]) -> Self {
        let past = log.past(parents);
        let mut facts = Self::default();
        // In display order, so that the first of several concurrent entries is the same everywhere.
        for entry in log
            .ordered()
            .into_iter()
            .filter(|entry| past.contains(&entry.id()))
        {
            facts.add(log, entry);
        }
        facts
    }

    fn add(&mut self, log: &Log, entry: &'a VerifiedEntry) {
        let (id, by) = (entry.id(), entry.author());
        match entry.body() {
            Body::Request(request) if self.request.is_none() => {
                self.request = Some((id, request));
                self.readers.push(Reader::consultant(id, request));
            }
            Body::Forward(forward) => self.readers.push(Reader::further(id, by, forward)),
            Body::ForwardConsent(consent) => self.reader(consent.forward, |reader| reader.consented = true),
            Body::Accept(accept) => {
                let asked = |reader: &mut Reader<'a>| {
                    if reader.released.is_none() {
                        reader.accepted.get_or_insert(id);
                    }
                };
                self.reader(accept.request, asked);
            }
            Body::Release(release) => self.reader(release.request, |reader| {
                reader.released.get_or_insert(id);
                reader.accepted = None;
            }),
            Body::HandOver(body) => self.succession.offer(entry, body),
            Body::TakeOver(body) => self.take_over(entry, body),
            Body::Decline(decline) if self.succession.decline(decline.request) => {}
            Body::Decline(decline) => {
                self.reader(decline.request, |reader| _ = reader.declined.get_or_insert(id));
            }
            Body::BlindCommitment(blind) => {
                self.reader(blind.forward, |reader| {
                    _ = reader.committed.get_or_insert(blind.commitment)
                });
            }
            Body::Withdraw(_) => _ = self.withdrawn.get_or_insert(id),
            Body::PackageOffered(offer) => _ = self.offers.entry(offer.package).or_insert((id, offer)),
            Body::Grant(grant) => self.grants.push(Granted {
                id,
                by,
                grant,
                revoked: false,
            }),
            Body::GrantRevoke(revoke) => {
                let grants = self.grants.iter_mut();
                grants
                    .filter(|granted| granted.id == revoke.grant)
                    .for_each(|granted| granted.revoked = true);
            }
            Body::Received(receipt) => self.received.push((receipt.package, by, id)),
            Body::EraseNotice(notice) => _ = self.erased.entry(notice.package).or_insert(id),
            Body::Close(_) => self.closes.push((id, log.past(&[id]))),
            _ => self.add_content(entry),
        }
    }

    /// What is medical.
    fn add_content(&mut self, entry: &'a VerifiedEntry) {
        let (id, by, at) = (entry.id(), entry.author(), entry.header().time);
        match entry.body() {
            Body::Report(report) => self.version(entry, report, None),
            Body::Amendment(amendment) => self.version(entry, &amendment.report, Some(amendment)),
            Body::ReportRead(read) => _ = self.read.entry(read.report).or_insert(id),
            Body::UrgentFinding(body) => self.urgent.push(Item::new(id, by, body)),
            Body::UrgentAck(ack) => settle(&mut self.urgent, ack.finding, id),
            Body::IncidentalFinding(body) => self.incidental.push(Item::new(id, by, body)),
            Body::IncidentalResolved(resolved) => settle(&mut self.incidental, resolved.finding, id),
            Body::Query(body) => self.queries.push(Item::new(id, by, body)),
            Body::Answer(answer) => settle(&mut self.queries, answer.query, id),
            Body::PatientInformed(informed) => _ = self.explained.insert(informed.about),
            Body::Reconciliation(body) => self.reconciled.push(Said { id, by, at, body }),
            Body::CoSignature(body) => self.co_signed.push(CoSigned { id, by, at, body }),
            Body::EraseRequest(body) => self.erasures.push(AskedToErase {
                id,
                by,
                at,
                body,
                answers: Vec::new(),
            }),
            Body::EraseAnswer(body) => {
                if let Some(asked) = self.erasures.iter_mut().find(|one| one.id == body.request) {
                    asked.answers.push(AnsweredErasing { id, by, at, body });
                }
            }
            // The rules of the case log let no agreement in, nor a second request.
            _ => {}
        }
    }

    fn version(&mut self, entry: &VerifiedEntry, report: &'a Report, amendment: Option<&'a Amendment>) {
        self.reports.push(Version {
            id: entry.id(),
            by: entry.author(),
            at: entry.header().time,
            report,
            amendment,
        });
    }

    fn reader(&mut self, asked_by: EntryId, change: impl FnOnce(&mut Reader<'a>)) {
        if let Some(reader) = self.readers.iter_mut().find(|reader| reader.asked_by == asked_by) {
            change(reader);
        }
    }

    /// The state that these facts make.
    pub(crate) fn state(&self) -> State {
        if self.request.is_none() {
            return State::AwaitingRequest;
        }
        let unread = self.unread();
        if let Some(report) = self.newest_final() {
            return match self.close() {
                Some(by) => State::Closed { by },
                None if unread.is_empty() => State::AwaitingClosing { report },
                None => State::AwaitingReading { unread },
            };
        }
        if let Some(by) = self.withdrawn {
            return State::Withdrawn { by };
        }
        if !unread.is_empty() {
            return State::AwaitingReading { unread };
        }
        self.before_reports()
    }

    fn before_reports(&self) -> State {
        let received = self.received.iter().find(|(package, node, _)| {
            !self.is_erased(package)
                && self
                    .leading()
                    .any(|reader| self.is_granted(reader, package, node))
        });
        let accepted = self.leading().find_map(|reader| reader.accepted);
        // Declined by the last of those who might have read.
        let declined = self
            .leading()
            .map(|reader| reader.declined)
            .collect::<Option<Vec<_>>>();
        match (accepted, received, declined.and_then(|all| all.last().copied())) {
            (Some(_), Some(&(_, _, received)), _) => State::AwaitingReport { received },
            (Some(accepted), None, _) => State::AwaitingPackage { accepted },
            (None, _, Some(by)) => State::Declined { by },
            (None, _, None) => State::AwaitingAcceptance,
        }
    }

    /// The readers on whose final report the requester waits: the consultant, and those who may take her place; who was
    /// let go is waited for no more.
    pub(crate) fn leading(&self) -> impl Iterator<Item = &Reader<'a>> {
        self.readers
            .iter()
            .filter(|reader| reader.leads() && reader.released.is_none())
    }

    /// Whether somebody was let go whose report is still awaited, and nobody has taken it on in her place.
    pub(crate) fn awaits_another(&self) -> bool {
        let mut may_lead = self.readers.iter().filter(|reader| reader.leads());
        let let_go = self
            .readers
            .iter()
            .any(|reader| reader.leads() && reader.released.is_some());
        let taken_on = self.leading().any(|reader| reader.accepted.is_some());
        let_go && !taken_on && self.withdrawn.is_none() && !may_lead.any(|reader| self.has_reported(reader))
    }

    /// Whether the package was granted to this reader at this node, taken back since or not.
    pub(crate) fn is_granted(&self, reader: &Reader<'_>, package: &PackageId, node: &Fingerprint) -> bool {
        self.grants.iter().any(|granted| {
            let grant = granted.grant;
            grant.recipient == reader.who && grant.package == *package && grant.node == *node
        })
    }

    /// Whether all of the package has reached a node of this reader.
    pub(crate) fn has_received(&self, reader: &Reader<'_>, package: &PackageId) -> bool {
        self.received
            .iter()
            .any(|(of, node, _)| of == package && self.is_granted(reader, package, node))
    }

    /// Whether a practitioner has taken on what she was asked for, and not given it up.
    pub(crate) fn has_accepted(&self, who: &Fingerprint) -> bool {
        self.readers.iter().any(|reader| {
            let stands = reader.leads() || reader.declined.is_none();
            reader.who == *who && reader.consented && reader.accepted.is_some() && stands
        })
    }

    /// Whether a package was taken back or given up. A report or finding that was signed at the same time stands
    /// against it: medical content wins, and what it rests on is kept.
    pub(crate) fn is_erased(&self, package: &PackageId) -> bool {
        self.erased.contains_key(package) && !self.is_relied_on(package)
    }

    /// Whether a package was granted at this node, and only to readers who were let go since.
    pub(crate) fn is_for_nobody_at(&self, node: &Fingerprint, package: &PackageId) -> bool {
        let grants = self.grants.iter().filter(|granted| {
            granted.grant.node == *node && granted.grant.package == *package && !granted.revoked
        });
        let let_go = |who: &Fingerprint| {
            let mut hers = self.readers.iter().filter(|reader| reader.who == *who).peekable();
            hers.peek().is_some() && hers.all(|reader| reader.released.is_some())
        };
        let mut grants = grants.peekable();
        grants.peek().is_some() && grants.all(|granted| let_go(&granted.grant.recipient))
    }

    /// Whether a report or a finding rests on a package.
    pub(crate) fn is_relied_on(&self, package: &PackageId) -> bool {
        self.reports
            .iter()
            .any(|version| version.report.package == *package)
            || self.urgent.iter().any(|item| item.body.package == *package)
            || self.incidental.iter().any(|item| item.body.package == *package)
    }

    /// Versions that no other version replaces, oldest first: one a reader, more only when two devices wrote at once.
    pub(crate) fn newest_versions(&self) -> impl Iterator<Item = &Version<'a>> {
        let replaced: BTreeSet<_> = self
            .reports
            .iter()
            .filter_map(|version| version.report.predecessor)
            .collect();
        self.reports
            .iter()
            .filter(move |version| !replaced.contains(&version.id))
    }

    fn unread(&self) -> Vec<EntryId> {
        self.newest_versions()
            .map(|version| version.id)
            .filter(|id| !self.read.contains_key(id))
            .collect()
    }

    fn newest_final(&self) -> Option<EntryId> {
        let leads = |version: &&Version<'_>| {
            version.report.status == ReportStatus::Final
                // Of one who was let go at the same time too: medical content wins.
                && (self.readers.iter())
                    .any(|reader| reader.leads() && reader.asked_by == version.report.request)
        };
        self.reports
            .iter()
            .filter(leads)
            .map(|version| version.id)
            .next_back()
    }

    /// Whether this reader has signed a final report.
    pub(crate) fn has_reported(&self, reader: &Reader<'_>) -> bool {
        self.reports
            .iter()
            .any(|version| version.report.request == reader.asked_by && version.is_final())
    }

    /// An ending whose author had seen everything that opens something.
    fn close(&self) -> Option<EntryId> {
        let further = self.readers.iter().filter(|reader| !reader.leads());
        let opens: Vec<_> = (self.reports.iter().map(|version| version.id))
            .chain(self.urgent.iter().map(|item| item.id))
            .chain(self.incidental.iter().map(|item| item.id))
            .chain(self.queries.iter().map(|item| item.id))
            .chain(further.map(|reader| reader.asked_by))
            .collect();
        let complete = |seen: &BTreeSet<EntryId>| opens.iter().all(|id| seen.contains(id));
        self.closes
            .iter()
            .find(|(_, seen)| complete(seen))
            .map(|(id, _)| *id)
    }

    /// Everything that must be settled, the most pressing first.
    pub(crate) fn open(&self) -> Vec<Open> {
        let Some(requester) = self.requester() else {
            return Vec::new();
        };
        let item = |kind, entry, owner| Open { kind, entry, owner };
        // Nobody answers any more when there is no consultation; findings are to be seen to all the same.
        let over = matches!(self.state(), State::Withdrawn { .. } | State::Declined { .. });
        let urgent = unsettled(&self.urgent);
        let incidental = unsettled(&self.incidental);
        let queries = unsettled(&self.queries).filter(|_| !over);
        let further = self.readers.iter().filter(|reader| !reader.leads());
        let waits = |reader: &&Reader<'_>| !over && reader.is_asked() && !self.has_reported(reader);
        let waiting = further.filter(waits);
        (urgent.map(|one| item(OpenKind::UrgentFinding, one.id, requester)))
            .chain(
                self.unread()
                    .into_iter()
                    .map(|id| item(OpenKind::UnreadReport, id, requester)),
            )
            .chain(incidental.map(|one| item(OpenKind::IncidentalFinding, one.id, self.now(&one.body.owner))))
            .chain(queries.map(|one| item(OpenKind::Query, one.id, self.now(&one.body.to))))
            .chain(waiting.map(|reader| {
                let owner = if reader.consented { reader.who } else { requester };
                item(OpenKind::Forward, reader.asked_by, owner)
            }))
            .collect()
    }

    /// Everybody who takes part: the requester; the consultant, and those who may take her place, until one of them has
    /// accepted, then that one; every further reader from the consent to her part until she declines. Whoever has
    /// reported stays.
    pub(crate) fn parties(&self) -> Vec<Fingerprint> {
        let Some(requester) = self.requester() else {
            return Vec::new();
        };
        let mut parties = vec![requester];
        let taken_on = self.leading().any(|reader| reader.accepted.is_some());
        for reader in &self.readers {
            let takes_part = if reader.released.is_some() {
                false
            } else if !reader.leads() {
                reader.consented && reader.declined.is_none()
            } else if taken_on {
                reader.accepted.is_some()
            } else {
                reader.forward.is_none() || reader.declined.is_none()
            };
            if (takes_part || self.has_reported(reader)) && !parties.contains(&reader.who) {
                parties.push(reader.who);
            }
        }
        parties
    }
}

impl<'a, T> Item<'a, T> {
    const fn new(id: EntryId, by: Fingerprint, body: &'a T) -> Self {
        Self {
            id,
            by,
            body,
            settled: None,
        }
    }
}

fn settle<T>(items: &mut [Item<'_, T>], which: EntryId, by: EntryId) {
    if let Some(item) = items.iter_mut().find(|item| item.id == which) {
        item.settled.get_or_insert(by);
    }
}

fn unsettled<'b, 'a, T>(items: &'b [Item<'a, T>]) -> impl Iterator<Item = &'b Item<'a, T>> {
    items.iter().filter(|item| item.settled.is_none())
}
