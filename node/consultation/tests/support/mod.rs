//! A small world for the tests: people and machines with fixed keys, their certificates taken as verified, and an
//! agreement between the dentist and the specialist.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod desk;
pub(crate) mod sample;

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::agreement::{AgreementInForce, AgreementLog};
use dokuei_consultation::author::Author;
use dokuei_consultation::body::{Agreement, Party};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::AgreementId;
use dokuei_consultation::standing::{Act, Denied, Machine, Person, Standing};
use dokuei_consultation::template;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// When the tests begin: 2026-04-01 00:00 UTC.
pub(crate) const START: Timestamp = Timestamp(1_774_998_400);
pub(crate) const DAY: u64 = 24 * 60 * 60;
/// The agreement between the dentist and the specialist, for a year from [`START`].
pub(crate) const AGREEMENT: AgreementId = AgreementId::from_bytes([0xa1; 16]);

/// Asks; may not read.
pub(crate) const DENTIST: &str = "dentist";
/// Reads.
pub(crate) const SPECIALIST: &str = "specialist";
/// Could read, but works where the dentist works.
pub(crate) const COLLEAGUE: &str = "colleague";
/// A dentist elsewhere, without the qualification to read.
pub(crate) const STRANGER: &str = "stranger";
pub(crate) const CLINIC_NODE: &str = "clinic node";
pub(crate) const SPECIALIST_NODE: &str = "specialist node";
/// The specialist's second node.
pub(crate) const LAPTOP: &str = "laptop";
pub(crate) const STRANGER_NODE: &str = "stranger node";

/// The certificate of someone or something.
pub(crate) fn certificate(name: &str) -> Fingerprint {
    Fingerprint::of(name.as_bytes())
}

/// The key of someone or something.
pub(crate) fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(certificate(name).as_bytes())
}

/// Who writes, and where.
pub(crate) fn author(who: &str, node: &str) -> Author {
    Author {
        signer: certificate(who),
        device: certificate(node),
        crl_number: 7,
    }
}

pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Where someone or something belongs.
pub(crate) fn institution(name: &str) -> &'static str {
    match name {
        DENTIST | COLLEAGUE | CLINIC_NODE => "さくら歯科医院",
        SPECIALIST | SPECIALIST_NODE | LAPTOP => "城東大学歯学部附属病院",
        _ => "みなと歯科",
    }
}

/// What a node knows of the others.
#[derive(Clone)]
pub(crate) struct World {
    people: BTreeMap<Fingerprint, Person>,
    nodes: BTreeMap<Fingerprint, Machine>,
    pub(crate) readers: BTreeSet<Fingerprint>,
    pub(crate) revoked: BTreeSet<Fingerprint>,
    pub(crate) agreements: BTreeMap<AgreementId, AgreementInForce>,
}

impl World {
    /// Everybody above, and the agreement in force.
    pub(crate) fn new() -> Self {
        let person = |name: &&str| (certificate(name), person(name));
        let machine = |name: &&str| (certificate(name), machine(name));
        let mut world = Self {
            people: [DENTIST, SPECIALIST, COLLEAGUE, STRANGER]
                .iter()
                .map(person)
                .collect(),
            nodes: [CLINIC_NODE, SPECIALIST_NODE, LAPTOP, STRANGER_NODE]
                .iter()
                .map(machine)
                .collect(),
            readers: [SPECIALIST, COLLEAGUE].map(certificate).into(),
            revoked: BTreeSet::new(),
            agreements: BTreeMap::new(),
        };
        world.agree(AGREEMENT, SPECIALIST, SPECIALIST_NODE);
        world
    }

    /// Has the dentist and `other` sign an agreement for a year from [`START`].
    pub(crate) fn agree(&mut self, id: AgreementId, other: &str, node: &str) {
        let mut log = AgreementLog::new(id);
        let proposal = sample_agreement(DENTIST, other);
        let first = log
            .draft(&author(DENTIST, CLINIC_NODE), proposal.clone(), self, START)
            .expect("a proposal that is allowed")
            .sign(&key(DENTIST), &mut rng(1));
        let proposed = first.id();
        log.handle(Event::Authored(first), self, START)
            .expect("the proposal stands");
        let second = log
            .draft(
                &author(other, node),
                proposal.countersignature(proposed),
                self,
                START,
            )
            .expect("a countersignature that is allowed")
            .sign(&key(other), &mut rng(2));
        log.handle(Event::Authored(second), self, START)
            .expect("the countersignature stands");
        let agreement = log.countersigned().expect("both have signed");
        self.agreements.insert(id, agreement);
    }
}

/// The standard agreement between two people, for a year from [`START`].
pub(crate) fn sample_agreement(proposer: &str, other: &str) -> Agreement {
    let party = |name: &str| Party {
        practitioner: certificate(name),
        name: name.to_owned(),
        institution: institution(name).to_owned(),
    };
    let contact = "03-0000-0000".to_owned();
    template::standard(
        party(proposer),
        party(other),
        contact,
        START,
        START.plus(365 * DAY),
    )
}

fn person(name: &str) -> Person {
    Person {
        key: key(name).public(),
        name_ja: name.to_owned(),
        name_latin: name.to_owned(),
        institution: Some(institution(name).to_owned()),
    }
}

fn machine(name: &str) -> Machine {
    Machine {
        key: key(name).public(),
        institution: institution(name).to_owned(),
        institution_code: "1300000".to_owned(),
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
        if act == Act::Request || self.readers.contains(fingerprint) {
            return Ok(());
        }
        Err(Denied {
            rule: "R3".to_owned(),
            ja: "読影の資格がありません。".to_owned(),
            en: "The guideline asks for an oral radiologist.".to_owned(),
        })
    }

    fn revoked(&self, fingerprint: &Fingerprint) -> bool {
        self.revoked.contains(fingerprint)
    }

    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        self.agreements.get(id).cloned()
    }
}
