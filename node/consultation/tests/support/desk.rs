//! One node's view of a case, with somebody working at it.

use dokuei_consultation::author::Author;
use dokuei_consultation::body::{Body, Report, ReportStatus};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryHeader, SignedEntry, commitment};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::standing::Standing;
use dokuei_identity::time::Timestamp;

use super::{
    AGREEMENT, CLINIC_NODE, DENTIST, SPECIALIST, SPECIALIST_NODE, START, World, author, certificate, key,
    rng, sample,
};

pub(crate) const CASE: CaseId = CaseId::from_bytes([0xca; 16]);

/// One node's view of [`CASE`].
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) node: &'static str,
    pub(crate) who: &'static str,
    pub(crate) case: Case,
    pub(crate) now: Timestamp,
}

impl Desk {
    pub(crate) fn new(who: &'static str, node: &'static str) -> Self {
        Self {
            node,
            who,
            case: Case::new(CASE, certificate(node)),
            now: START.plus(60),
        }
    }

    pub(crate) fn state(&self) -> &'static str {
        self.case.state().name()
    }

    /// Who signs `body` here: the node for a receipt, else the practitioner.
    pub(crate) fn signer(&self, body: &Body) -> &'static str {
        if matches!(body, Body::Received(_)) {
            self.node
        } else {
            self.who
        }
    }

    /// Drafts, signs and takes in the next entry.
    pub(crate) fn write(&mut self, world: &World, body: Body) -> Result<SignedEntry, Refusal> {
        let signer = self.signer(&body);
        let draft = self
            .case
            .draft(&author(signer, self.node), body, world, self.now)?;
        let salt = self.case.log().len() as u64;
        let entry = draft.sign(&key(signer), &mut rng(salt));
        self.case
            .handle(Event::Authored(entry.clone()), world, self.now)?;
        Ok(entry)
    }

    /// Takes in an entry from elsewhere.
    pub(crate) fn take(&mut self, world: &World, entry: &SignedEntry) -> Result<Vec<Effect>, Refusal> {
        self.case.handle(Event::Arrived(entry.clone()), world, self.now)
    }

    /// Takes from `other` what is missing here.
    pub(crate) fn pull(&mut self, world: &World, other: &Self) {
        let lacking = other.case.log().entries_since(&self.case.log().heads());
        for entry in lacking {
            self.take(world, entry)
                .expect("an entry that stands elsewhere stands here");
        }
    }

    /// The refusal of `body`: the same for one who drafts it here and for one who signs it elsewhere all the same.
    /// Nothing changes.
    pub(crate) fn refusal(&self, world: &World, body: &Body) -> Refusal {
        let signer = self.signer(body);
        let drafted = self
            .case
            .draft(&author(signer, self.node), body.clone(), world, self.now)
            .expect_err("the draft is refused");
        let forged = forge(&self.case, &author(signer, self.node), signer, body, self.now);
        let mut other = self.clone();
        let arrived = other.take(world, &forged).expect_err("the entry is refused");
        assert_eq!(drafted, arrived, "author and receiver judge alike");
        assert_eq!(other.case.log().heads(), self.case.log().heads());
        arrived
    }

    /// The request's entry.
    pub(crate) fn request(&self) -> EntryId {
        self.case.request().expect("a request").0
    }

    /// A report on the request here, under the agreement's terms.
    pub(crate) fn report(&self, world: &World, status: ReportStatus, before: Option<EntryId>) -> Report {
        let terms = world.agreements[&AGREEMENT].terms_hash();
        sample::report(self.request(), terms, status, before)
    }
}

/// The header of the next entry after the heads of `case`, without asking any rule.
pub(crate) fn header(case: &Case, author: &Author, body: &Body, at: Timestamp) -> EntryHeader {
    let previous = case.log().newest_of(author.signer, author.device);
    let parents = case.log().heads();
    let clocks = parents.iter().filter_map(|id| case.log().get(id));
    EntryHeader {
        log: case.log().id(),
        entry_type: body.entry_type(),
        signer: author.signer,
        device: author.device,
        seq: previous.map_or(0, |entry| entry.header().seq) + 1,
        prev_self: previous.map(|entry| entry.id()),
        lamport: clocks.map(|entry| entry.header().lamport).max().unwrap_or(0) + 1,
        parents,
        time: at,
        crl_number: author.crl_number,
        body_commit: commitment(&[0x5a; 32], &body.encode()),
    }
}

/// The next entry, signed with the key of `signer` without asking any rule.
pub(crate) fn forge(case: &Case, author: &Author, signer: &str, body: &Body, at: Timestamp) -> SignedEntry {
    let header = header(case, author, body, at);
    SignedEntry::sign(&header, body.encode(), [0x5a; 32], &key(signer))
}

/// The dentist at the clinic and the specialist at her node, the request sent and arrived.
pub(crate) fn requested(world: &World) -> (Desk, Desk) {
    let mut clinic = Desk::new(DENTIST, CLINIC_NODE);
    let mut specialist = Desk::new(SPECIALIST, SPECIALIST_NODE);
    clinic
        .write(world, request(world))
        .expect("a request that is allowed");
    specialist.pull(world, &clinic);
    (clinic, specialist)
}

/// As [`requested`]; then accepted, sent, received.
pub(crate) fn delivered(world: &World) -> (Desk, Desk) {
    let (mut clinic, mut specialist) = requested(world);
    specialist
        .write(world, sample::accept(specialist.request()))
        .expect("accepted");
    clinic.pull(world, &specialist);
    clinic.write(world, sample::offer()).expect("offered");
    clinic
        .write(world, sample::grant(SPECIALIST_NODE))
        .expect("granted");
    specialist.pull(world, &clinic);
    specialist.write(world, sample::received()).expect("received");
    clinic.pull(world, &specialist);
    (clinic, specialist)
}

/// The request under the agreement of the world.
pub(crate) fn request(world: &World) -> Body {
    let agreement = world.agreement(&AGREEMENT).expect("an agreement");
    Body::Request(Box::new(sample::request(agreement.reference())))
}
