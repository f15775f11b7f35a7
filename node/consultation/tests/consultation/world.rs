//! A small world: a clinic with two nodes, a hospital with two, and people with and without qualifications.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::agreement::{AgreementInForce, AgreementLog};
use dokuei_consultation::author::Author;
use dokuei_consultation::body::{Agreement, Body, Party};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryHeader, SignedEntry, commitment};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{AgreementId, CaseId, EntryId};
use dokuei_consultation::log::Log;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::standing::{Act, Denied, Machine, Person, Standing};
use dokuei_consultation::template;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

pub(crate) use crate::story::Story;

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000);
pub(crate) const CASE: CaseId = CaseId::from_bytes([0xca; 16]);
pub(crate) const AGREEMENT: AgreementId = AgreementId::from_bytes([0xa9; 16]);

pub(crate) const DENTIST: &str = "dentist";
pub(crate) const SPECIALIST: &str = "specialist";
/// A specialist of another hospital.
pub(crate) const SECOND: &str = "second reader";
/// A specialist of yet another one.
pub(crate) const ANOTHER: &str = "another reader";
/// And of one more.
pub(crate) const LAST: &str = "last reader";
/// A dentist of a third facility, who may not read.
pub(crate) const ORDINARY: &str = "ordinary";
/// Holds a foreign licence only.
pub(crate) const FOREIGN: &str = "foreign";
/// A dentist who is to own the dentist's practice after her.
pub(crate) const SUCCESSOR: &str = "new owner";
/// A specialist who works where the dentist works.
pub(crate) const COLLEAGUE: &str = "colleague";
pub(crate) const CLINIC: &str = "clinic node";
pub(crate) const CLINIC_2: &str = "second clinic node";
pub(crate) const HOSPITAL: &str = "hospital node";
pub(crate) const HOSPITAL_2: &str = "second hospital node";
/// Where the second reader works.
pub(crate) const INSTITUTE: &str = "institute node";
/// Where the other one works.
pub(crate) const PRACTICE: &str = "practice node";
/// Where the last one works.
pub(crate) const OFFICE: &str = "office node";
/// A node of somebody who has no part in the case.
pub(crate) const THIRD: &str = "third node";

/// The certificate of a person or node.
pub(crate) fn certificate(name: &str) -> Fingerprint {
    Fingerprint::of(name.as_bytes())
}

/// The key of a person or node.
pub(crate) fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(certificate(name).as_bytes())
}

/// The directory: who is known, may read, is revoked; which agreements are signed.
#[derive(Debug, Clone)]
pub(crate) struct World {
    people: BTreeMap<Fingerprint, Person>,
    nodes: BTreeMap<Fingerprint, Machine>,
    pub(crate) readers: BTreeSet<Fingerprint>,
    pub(crate) licensed: BTreeSet<Fingerprint>,
    pub(crate) revoked: BTreeSet<Fingerprint>,
    /// Revoked or expired for good.
    pub(crate) lost: BTreeSet<Fingerprint>,
    pub(crate) agreements: BTreeMap<AgreementId, AgreementInForce>,
    /// Whose place a certificate took.
    earlier: BTreeMap<Fingerprint, Fingerprint>,
}

impl World {
    /// Somebody gets a certificate for a new key in the place of hers, which is refused from then on.
    pub(crate) fn renew(&mut self, earlier: &str, later: &str) {
        let before = certificate(earlier);
        let renewed = Person {
            key: key(later).public(),
            ..self.people[&before].clone()
        };
        self.people.insert(certificate(later), renewed);
        for rights in [&mut self.readers, &mut self.licensed] {
            if rights.contains(&before) {
                rights.insert(certificate(later));
            }
        }
        self.revoked.insert(before);
        self.earlier.insert(certificate(later), before);
    }

    /// Everybody is known; nothing is agreed.
    pub(crate) fn new() -> Self {
        let people = [
            (DENTIST, "さくら歯科"),
            (SPECIALIST, "大学病院"),
            (SECOND, "画像診断研究所"),
            (ANOTHER, "中央読影センター"),
            (LAST, "地域中核病院"),
            (ORDINARY, "もみじ歯科"),
            (FOREIGN, "Overseas Clinic"),
            (COLLEAGUE, "さくら歯科"),
            (SUCCESSOR, "さくら歯科"),
        ];
        let nodes = [
            CLINIC, CLINIC_2, HOSPITAL, HOSPITAL_2, INSTITUTE, PRACTICE, OFFICE, THIRD,
        ];
        let set = |names: &[&str]| names.iter().map(|name| certificate(name)).collect();
        Self {
            people: people
                .map(|(name, at)| (certificate(name), person(name, at)))
                .into(),
            nodes: nodes.map(|name| (certificate(name), machine(name))).into(),
            readers: set(&[SPECIALIST, COLLEAGUE, SECOND, ANOTHER, LAST]),
            licensed: set(&[
                DENTIST, SUCCESSOR, SPECIALIST, ORDINARY, COLLEAGUE, SECOND, ANOTHER, LAST,
            ]),
            revoked: BTreeSet::new(),
            lost: BTreeSet::new(),
            agreements: BTreeMap::new(),
            earlier: BTreeMap::new(),
        }
    }

    /// As [`Self::new`], and dentist and specialist have signed the standard agreement.
    pub(crate) fn agreed() -> Self {
        let mut world = Self::new();
        world.agree(DENTIST, SPECIALIST);
        world
    }

    /// As [`Self::agreed`], and all who ask have an agreement with all who may read.
    pub(crate) fn all_agreed() -> Self {
        let mut world = Self::agreed();
        for proposer in [DENTIST, SPECIALIST, SUCCESSOR] {
            for other in [SECOND, ANOTHER, LAST] {
                world.agree_too(proposer, other);
            }
        }
        world.agree_too(SUCCESSOR, SPECIALIST);
        world.agree_too(COLLEAGUE, SPECIALIST);
        world
    }

    /// The two sign the standard agreement, beside what others have signed.
    pub(crate) fn agree_too(&mut self, proposer: &str, other: &str) {
        let (id, terms) = (between(proposer, other), standard(self, proposer, other));
        let log = signed_as(self, id, terms, proposer, other);
        self.agreements.insert(id, log.countersigned().unwrap());
    }

    /// The two sign the standard agreement.
    pub(crate) fn agree(&mut self, proposer: &str, other: &str) {
        let log = signed_agreement(self, standard(self, proposer, other), proposer, other);
        self.agreements.insert(AGREEMENT, log.countersigned().unwrap());
    }

    pub(crate) fn party(&self, name: &str) -> Party {
        let person = &self.people[&certificate(name)];
        Party {
            practitioner: certificate(name),
            name: person.name_ja.clone(),
            institution: person.institution.clone().unwrap(),
        }
    }
}

impl Standing for World {
    fn practitioner(&self, fingerprint: &Fingerprint) -> Option<Person> {
        self.people.get(fingerprint).cloned()
    }

    fn node(&self, fingerprint: &Fingerprint) -> Option<Machine> {
        self.nodes.get(fingerprint).cloned()
    }

    fn may(&self, fingerprint: &Fingerprint, act: Act, _at: Timestamp) -> Result<(), Denied> {
        let deny = |rule: &str| {
            let (ja, en) = (format!("{rule}（歯科医師法17条）"), format!("{rule} forbids it"));
            Err(Denied {
                rule: rule.to_owned(),
                ja,
                en,
            })
        };
        if !self.licensed.contains(fingerprint) {
            return deny("licence");
        }
        if act != Act::Request && !self.readers.contains(fingerprint) {
            return deny("reading-qualification");
        }
        Ok(())
    }

    fn revoked(&self, fingerprint: &Fingerprint) -> bool {
        self.revoked.contains(fingerprint)
    }

    fn person_may(&self, fingerprint: &Fingerprint, act: Act, at: Timestamp) -> Result<(), Denied> {
        let later = self.earlier.iter().find(|(_, earlier)| *earlier == fingerprint);
        self.may(later.map_or(fingerprint, |(later, _)| later), act, at)
    }

    fn person(&self, fingerprint: &Fingerprint) -> Fingerprint {
        self.earlier.get(fingerprint).copied().unwrap_or(*fingerprint)
    }

    fn lost_for_good(&self, fingerprint: &Fingerprint, _colleague: &Fingerprint) -> bool {
        self.lost.contains(fingerprint)
    }

    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        self.agreements.get(id).cloned()
    }
}

fn person(name: &str, institution: &str) -> Person {
    Person {
        key: key(name).public(),
        name_ja: format!("{name}の氏名"),
        name_latin: name.to_owned(),
        institution: Some(institution.to_owned()),
    }
}

fn machine(name: &str) -> Machine {
    Machine {
        key: key(name).public(),
        institution: name.to_owned(),
        institution_code: "0000".to_owned(),
    }
}

/// The standard agreement for a year.
pub(crate) fn standard(world: &World, proposer: &str, other: &str) -> Agreement {
    let (from, until) = (NOW.minus(60), NOW.plus(365 * 86_400));
    template::standard(
        world.party(proposer),
        world.party(other),
        "03-0000-0000".to_owned(),
        from,
        until,
    )
}

/// The agreement of these two in [`World::all_agreed`].
pub(crate) fn between(proposer: &str, other: &str) -> AgreementId {
    let name = EntryId::of(format!("{proposer} and {other}").as_bytes());
    let (id, _) = name.as_bytes().split_first_chunk().unwrap();
    AgreementId::from_bytes(*id)
}

/// Proposed and countersigned, as the machine takes it.
pub(crate) fn signed_agreement(world: &World, terms: Agreement, proposer: &str, other: &str) -> AgreementLog {
    signed_as(world, AGREEMENT, terms, proposer, other)
}

fn signed_as(world: &World, id: AgreementId, terms: Agreement, proposer: &str, other: &str) -> AgreementLog {
    let mut log = AgreementLog::new(id);
    let draft = log
        .draft(&author(proposer, CLINIC), terms.clone(), world, NOW)
        .unwrap();
    let proposal = draft.sign(&key(proposer), &mut rng(1));
    log.handle(Event::Authored(proposal.clone()), world, NOW).unwrap();
    let answer = terms.countersignature(proposal.id());
    let draft = log.draft(&author(other, HOSPITAL), answer, world, NOW).unwrap();
    let countersignature = draft.sign(&key(other), &mut rng(2));
    log.handle(Event::Authored(countersignature), world, NOW).unwrap();
    log
}

pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub(crate) fn author(signer: &str, device: &str) -> Author {
    Author {
        signer: certificate(signer),
        device: certificate(device),
        crl_number: 7,
    }
}

/// Drafts, signs and takes in an entry at one replica, as an honest node does.
pub(crate) fn write(
    case: &mut Case,
    world: &World,
    (signer, device): (&str, &str),
    body: Body,
) -> Result<(SignedEntry, Vec<Effect>), Refusal> {
    let draft = case.draft(&author(signer, device), body, world, NOW)?;
    let signed = draft.sign(&key(signer), &mut rng(case.log().len() as u64));
    let effects = case.handle(Event::Authored(signed.clone()), world, NOW)?;
    Ok((signed, effects))
}

/// Signs an entry that continues the log well, without asking any rule: what a dishonest node can do.
pub(crate) fn forge(log: &Log, who: (&str, &str), body: &Body, signing_key: &str) -> SignedEntry {
    forge_at(log, who, body, signing_key, NOW)
}

/// As [`forge`], claiming the time `at`.
pub(crate) fn forge_at(
    log: &Log,
    (signer, device): (&str, &str),
    body: &Body,
    signing_key: &str,
    at: Timestamp,
) -> SignedEntry {
    let previous = log.newest_of(certificate(signer), certificate(device));
    let clocks = log
        .heads()
        .into_iter()
        .map(|id| log.get(&id).unwrap().header().lamport);
    let (salt, bytes) = ([5; 32], body.encode());
    let header = EntryHeader {
        log: log.id(),
        entry_type: body.entry_type(),
        signer: certificate(signer),
        device: certificate(device),
        seq: previous.map_or(1, |entry| entry.header().seq + 1),
        prev_self: previous.map(|entry| entry.id()),
        parents: log.heads(),
        lamport: clocks.max().unwrap_or(0) + 1,
        time: at,
        crl_number: 7,
        body_commit: commitment(&salt, &bytes),
    };
    SignedEntry::sign(&header, bytes, salt, &key(signing_key))
}

/// Offers an entry to a replica, as it comes from the network.
pub(crate) fn arrive(case: &mut Case, world: &World, entry: &SignedEntry) -> Result<Vec<Effect>, Refusal> {
    case.handle(Event::Arrived(entry.clone()), world, NOW)
}
