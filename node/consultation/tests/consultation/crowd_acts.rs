//! What people do in the simulation: a body of any kind that may make sense to whoever is at the node.

use dokuei_consultation::body::{
    BlindCommitment, Body, ForwardKind, KeepGround, Report, ReportStatus, Stance,
};
use dokuei_consultation::entry::{EntryType, VerifiedEntry, commitment};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::open::OpenKind;
use dokuei_identity::time::Timestamp;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::bodies;
use crate::illustrations::illustrations;
use crate::teeth::structure;
use crate::world::{DENTIST, SPECIALIST, SUCCESSOR, World, certificate};

/// What a version of a report may be.
const VERSIONS: [EntryType; 6] = [
    EntryType::Report,
    EntryType::Amendment,
    EntryType::IllustratedReport,
    EntryType::IllustratedAmendment,
    EntryType::StructuredReport,
    EntryType::StructuredAmendment,
];

/// Something to sign.
pub(crate) struct Act {
    pub(crate) signer: &'static str,
    pub(crate) body: Body,
    /// Of a body that was committed to.
    pub(crate) salt: Option<[u8; 32]>,
}

impl Act {
    pub(crate) const fn by(signer: &'static str, body: Body) -> Self {
        let salt = None;
        Self { signer, body, salt }
    }
}

type Who = (&'static str, &'static str);

struct Mind<'a> {
    rng: &'a mut StdRng,
    case: &'a Case,
    world: &'a World,
    who: Who,
    people: &'a [Who],
}

/// Who owns the dentist's practice, as far as is known in this case.
pub(crate) fn owner(case: &Case) -> &'static str {
    if case.requester() == Some(certificate(SUCCESSOR)) {
        SUCCESSOR
    } else {
        DENTIST
    }
}

/// What whoever is at this node may want to do next.
pub(crate) fn choose(
    rng: &mut StdRng,
    case: &Case,
    world: &World,
    who: Who,
    people: &[Who],
    now: Timestamp,
) -> Option<Act> {
    case.request()?;
    let who = match who {
        (DENTIST, device) => (owner(case), device),
        other => other,
    };
    let mut mind = Mind {
        rng,
        case,
        world,
        who,
        people,
    };
    let (person, device) = who;
    if mind.rng.random_bool(0.5)
        && let Some(act) = mind
            .usual()
            .or_else(|| mind.dutiful().map(|body| Act::by(person, body)))
    {
        return Some(act);
    }
    if mind.owns() {
        // The practice changes hands once, in some cases.
        let offered = mind.case.hand_over().is_some();
        if person == DENTIST && mind.rng.random_bool(if offered { 0.1 } else { 0.01 }) {
            return Some(mind.hand_over());
        }
        return mind.requester().map(|body| Act::by(person, body));
    }
    match mind.rng.random_range(0..20) {
        16..=19 => mind.together().map(|body| Act::by(person, body)),
        0 | 1 => Some(Act::by(device, bodies::received())),
        2..=4 => mind.blind(),
        _ => mind.reader(now).map(|body| Act::by(person, body)),
    }
}

impl Mind<'_> {
    fn owns(&self) -> bool {
        [DENTIST, SUCCESSOR].contains(&self.who.0)
    }

    /// It is offered to the new owner, who takes it over, at the same machine.
    fn hand_over(&mut self) -> Act {
        match self.case.hand_over() {
            None => Act::by(DENTIST, bodies::hand_over(SUCCESSOR)),
            Some(offer) if self.rng.random_bool(0.2) => {
                let who = *[DENTIST, SUCCESSOR].choose(self.rng).unwrap();
                Act::by(who, bodies::decline_of(offer.id))
            }
            Some(_) => {
                let taken = bodies::take_over(self.case, self.world, SUCCESSOR);
                Act::by(SUCCESSOR, Body::TakeOver(Box::new(taken)))
            }
        }
    }

    fn entries(&self, kinds: &[EntryType]) -> Vec<&VerifiedEntry> {
        let ordered = self.case.log().ordered().into_iter();
        ordered
            .filter(|entry| kinds.contains(&entry.header().entry_type))
            .collect()
    }

    fn any(&mut self, kinds: &[EntryType]) -> Option<EntryId> {
        let ids: Vec<_> = self.entries(kinds).iter().map(|entry| entry.id()).collect();
        ids.choose(self.rng).copied()
    }

    fn further(&mut self) -> Option<Who> {
        self.people.get(4..)?.choose(self.rng).copied()
    }

    fn anybody(&mut self) -> &'static str {
        match self.people.choose(self.rng).unwrap().0 {
            DENTIST => owner(self.case),
            other => other,
        }
    }

    /// The next step on the way to a report, so that most cases get there.
    fn usual(&mut self) -> Option<Act> {
        let (person, device) = self.who;
        let has = |kind: EntryType| !self.entries(&[kind]).is_empty();
        if self.owns() {
            if !has(EntryType::PackageOffered) {
                return Some(Act::by(person, bodies::offer()));
            }
            let lacks = |(_, node): &&Who| !self.is_granted(node);
            let lacking: Vec<_> = self.people[2..].iter().filter(lacks).copied().collect();
            let (to, node) = *lacking.choose(self.rng)?;
            let asked = self.case.parties().contains(&certificate(to));
            return asked.then(|| Act::by(person, bodies::grant_to(to, node)));
        }
        let received = self.entries(&[EntryType::Received]);
        let here = received
            .iter()
            .any(|entry| entry.header().signer == certificate(device));
        (self.is_granted(device) && !here).then(|| Act::by(device, bodies::received()))
    }

    fn is_granted(&self, node: &str) -> bool {
        let granted = self.entries(&[EntryType::Grant]);
        granted
            .iter()
            .any(|entry| matches!(entry.body(), Body::Grant(grant) if grant.node == certificate(node)))
    }

    /// What is open for whoever is here, and the end when nothing is.
    fn dutiful(&mut self) -> Option<Body> {
        let me = certificate(self.who.0);
        if self.owns() && self.case.state().name() == "read" && self.case.open().is_empty() {
            return Some(bodies::close());
        }
        let open: Vec<_> = self
            .case
            .open()
            .into_iter()
            .filter(|open| open.owner == me)
            .collect();
        let open = *open.choose(self.rng)?;
        match open.kind {
            OpenKind::UrgentFinding => Some(bodies::acknowledge(open.entry)),
            OpenKind::UnreadReport => Some(bodies::read(open.entry)),
            OpenKind::IncidentalFinding => Some(bodies::resolve(open.entry)),
            OpenKind::Query => Some(bodies::answer(open.entry)),
            OpenKind::Forward if self.owns() => Some(bodies::consented(open.entry)),
            OpenKind::Forward => self.version(open.entry),
            _ => None,
        }
    }

    fn requester(&mut self) -> Option<Body> {
        use EntryType as T;
        Some(match self.rng.random_range(0..16) {
            0 => bodies::offer(),
            1 | 2 => {
                let readers: Vec<_> = self.people[2..].to_vec();
                let (reader, node) = *readers.choose(self.rng)?;
                bodies::grant_to(reader, node)
            }
            3 | 4 => bodies::read(self.any(&VERSIONS)?),
            5 => bodies::close(),
            6 => bodies::acknowledge(self.any(&[T::UrgentFinding])?),
            7 => bodies::resolve(self.any(&[T::IncidentalFinding])?),
            8 => bodies::answer(self.any(&[T::Query])?),
            9 => self.doubt()?,
            10 => bodies::informed(self.any(&[&VERSIONS[..], &[T::UrgentFinding]].concat())?),
            11 | 12 => {
                let (to, _) = self.further()?;
                let kinds = [
                    ForwardKind::SecondOpinion,
                    ForwardKind::Alternative,
                    ForwardKind::Blind,
                ];
                let kind = *kinds.choose(self.rng)?;
                Body::Forward(Box::new(bodies::forward(
                    self.case, self.world, kind, self.who.0, to,
                )))
            }
            13 => bodies::consented(self.any(&[T::Forward])?),
            14 => bodies::decline_of(self.any(&[T::Forward])?),
            // Seldom, so that most cases come to an end that is not a withdrawal.
            _ => match self.rng.random_range(0..12) {
                0 => bodies::withdraw(),
                1 => bodies::erase(),
                2 => bodies::revoke(self.any(&[T::Grant])?),
                3..=5 => bodies::release(self.any(&[T::Request, T::Forward])?),
                6..=7 => bodies::ask_erase(),
                _ => bodies::close(),
            },
        })
    }

    fn doubt(&mut self) -> Option<Body> {
        let kinds = [&VERSIONS[..], &[EntryType::Request, EntryType::Answer]].concat();
        let (about, to) = (self.any(&kinds)?, self.anybody());
        Some(bodies::query(about, to))
    }

    fn reader(&mut self, now: Timestamp) -> Option<Body> {
        use EntryType as T;
        let (person, _) = self.who;
        let asked = self.asked()?;
        if let Some(request) = self.any(&[T::EraseRequest])
            && self.rng.random_bool(0.3)
        {
            return Some(if self.rng.random_bool(0.5) {
                bodies::erased(request)
            } else {
                bodies::kept(request, KeepGround::RetentionDuty)
            });
        }
        Some(match self.rng.random_range(0..16) {
            0..=2 => bodies::accept_of(asked),
            3 if self.rng.random_bool(0.2) => bodies::decline_of(asked),
            3..=6 => self.version(asked)?,
            7 => {
                let Body::Report(report) = self.version(asked)? else {
                    return None;
                };
                let before = report.predecessor?;
                let report = Report {
                    status: ReportStatus::Final,
                    ..*report
                };
                bodies::amend(bodies::amendment(report, before))
            }
            8 => bodies::urgent(asked),
            9 => {
                let owner = self.anybody();
                let mut finding = bodies::incidental(asked, owner);
                finding.due = now.plus(86_400);
                Body::IncidentalFinding(finding)
            }
            10 => self.doubt()?,
            11 => bodies::answer(self.any(&[T::Query])?),
            12 => bodies::resolve(self.any(&[T::IncidentalFinding])?),
            13 if person == SPECIALIST => {
                let (to, _) = self.further()?;
                let kind = ForwardKind::SecondOpinion;
                Body::Forward(Box::new(bodies::forward(
                    self.case, self.world, kind, SPECIALIST, to,
                )))
            }
            14 => {
                let (to, node) = self.further()?;
                bodies::grant_to(to, node)
            }
            _ if self.rng.random_bool(0.1) => bodies::erase(),
            _ => bodies::accept_of(asked),
        })
    }

    /// A request or forward to whoever is here.
    fn asked(&mut self) -> Option<EntryId> {
        let me = certificate(self.who.0);
        let mine = |entry: &&&VerifiedEntry| match entry.body() {
            Body::Request(request) => request.consultant == me,
            Body::Forward(forward) => forward.to == me,
            _ => false,
        };
        let asked = self.entries(&[EntryType::Request, EntryType::Forward]);
        let ids: Vec<_> = asked.iter().filter(mine).map(|entry| entry.id()).collect();
        ids.choose(self.rng).copied()
    }

    /// The next version of her report.
    fn version(&mut self, asked: EntryId) -> Option<Body> {
        let versions = self.case.versions();
        let own: Vec<_> = versions
            .iter()
            .filter(|version| version.report.request == asked)
            .map(|version| version.id)
            .collect();
        let status = if self.rng.random_bool(0.3) {
            ReportStatus::Preliminary
        } else {
            ReportStatus::Final
        };
        let report = Report {
            status,
            predecessor: own.last().copied(),
            illustrations: self.rng.random_bool(0.5).then(illustrations),
            structure: self.rng.random_bool(0.3).then(structure),
            ..self.report(asked)?
        };
        Some(Body::Report(Box::new(report)))
    }

    fn report(&self, asked: EntryId) -> Option<Report> {
        let mut readings = self.case.readings().into_iter();
        let agreement = readings.find(|one| one.asked_by == asked)?.agreement;
        Some(Report {
            request: asked,
            terms: self.world.agreements[&agreement].terms_hash(),
            ..bodies::report(self.case, self.world)
        })
    }

    /// She signs what follows from two reports, or what another has signed.
    fn together(&mut self) -> Option<Body> {
        let me = certificate(self.who.0);
        if self.rng.random_bool(0.5) {
            let versions = self.case.versions();
            let own = versions.iter().rfind(|version| version.by == me)?.id;
            let other = versions.iter().rfind(|version| version.by != me)?.id;
            return Some(bodies::reconciliation(own, other));
        }
        let of = self.any(&[&VERSIONS[..], &[EntryType::Reconciliation; 3]].concat())?;
        let stances = [Stance::Agrees, Stance::Dissents];
        Some(bodies::co_signature(of, *stances.choose(self.rng)?))
    }

    /// She commits herself to her report, or shows it.
    fn blind(&mut self) -> Option<Act> {
        let me = certificate(self.who.0);
        let hers = |entry: &&&VerifiedEntry| {
            matches!(entry.body(), Body::Forward(forward)
                if forward.to == me && forward.kind == ForwardKind::Blind)
        };
        let forwards = self.entries(&[EntryType::Forward]);
        let asked = forwards.iter().rfind(hers)?.id();
        let (body, salt) = (Body::Report(Box::new(self.report(asked)?)), *asked.as_bytes());
        if self.rng.random_bool(0.5) {
            return Some(Act {
                signer: self.who.0,
                body,
                salt: Some(salt),
            });
        }
        let commitment = commitment(&salt, &body.encode());
        let blind = BlindCommitment {
            forward: asked,
            commitment,
        };
        Some(Act::by(self.who.0, Body::BlindCommitment(blind)))
    }
}
