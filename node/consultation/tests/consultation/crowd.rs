//! Two to five people at up to seven nodes do whatever they may, at random, while entries are lost, doubled and
//! reordered, clocks differ, nodes go offline and restart, and some may not see everything yet. In the end all who take
//! part hold the same, in the same state, with the same duties open, and nothing that was signed is lost.
//!
//! Every failure names its seed: `DOKUEI_SEED` repeats that run. `DOKUEI_SIMULATIONS` says how many there are.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_consultation::CLOCK_TOLERANCE;
use dokuei_consultation::body::{Body, Query};
use dokuei_consultation::deadline::Patience;
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryType, SignedEntry, VerifiedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::bodies;
use crate::crowd_acts::{Act, choose, owner};
use crate::crowd_invariant::{belied, misplaced, wrongly_told};
use crate::world::{
    ANOTHER, CASE, CLINIC, CLINIC_2, DENTIST, HOSPITAL, HOSPITAL_2, INSTITUTE, LAST, NOW, OFFICE, PRACTICE,
    SECOND, SPECIALIST, SUCCESSOR, World, author, certificate, forge_at, key,
};

/// Who may take part, and where: two people at least, five at most.
const ROSTER: [(&str, &str); 7] = [
    (DENTIST, CLINIC),
    (DENTIST, CLINIC_2),
    (SPECIALIST, HOSPITAL),
    (SPECIALIST, HOSPITAL_2),
    (SECOND, INSTITUTE),
    (ANOTHER, PRACTICE),
    (LAST, OFFICE),
];
const STEPS: usize = 120;
/// Runs in every `cargo test`: a minute. A night's worth is asked for by `DOKUEI_SIMULATIONS`.
const RUNS: u64 = 1_000;
/// Runs that end in a fork, of so many.
const FORKS: u64 = 100;

/// One node: what it knows, and what is on its disk.
struct Node {
    person: &'static str,
    device: &'static str,
    case: Case,
    disk: Vec<SignedEntry>,
    /// Seconds by which its clock is ahead, within what admission tolerates.
    ahead: u64,
    /// Hears nothing and reaches nobody; people go on working at it.
    offline: bool,
}

impl Node {
    /// Whether somebody works at it: at the dentist's nodes whoever owns the practice after her, too.
    fn is_of(&self, who: &Fingerprint) -> bool {
        let heir = self.person == DENTIST && *who == certificate(SUCCESSOR);
        heir || *who == certificate(self.person)
    }

    /// Who of a case works at it: its requester at the dentist's nodes.
    fn party(&self, of: &Case) -> Option<Fingerprint> {
        of.parties().into_iter().find(|who| self.is_of(who))
    }
}

struct Crowd {
    seed: u64,
    rng: StdRng,
    world: World,
    nodes: Vec<Node>,
    now: Timestamp,
    /// On the way: to whom, what. Kept in no order.
    air: Vec<(usize, SignedEntry)>,
    signed: BTreeMap<EntryId, EntryType>,
}

impl Crowd {
    fn new(seed: u64, world: &World) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let people = rng.random_range(2..=5);
        let mut node = |(person, device)| Node {
            person,
            device,
            case: Case::new(CASE, certificate(device)),
            disk: Vec::new(),
            ahead: rng.random_range(0..=CLOCK_TOLERANCE),
            offline: false,
        };
        let nodes = ROSTER[..people + 2].iter().map(|one| node(*one)).collect();
        let mut crowd = Self {
            seed,
            rng,
            world: world.clone(),
            nodes,
            now: NOW,
            air: Vec::new(),
            signed: BTreeMap::new(),
        };
        let request = Body::Request(Box::new(bodies::request(&crowd.world)));
        crowd.write(0, Act::by(DENTIST, request)).unwrap();
        crowd
    }

    fn live(&mut self) {
        for _ in 0..STEPS {
            let at = self.rng.random_range(0..self.nodes.len());
            self.now = self.now.plus(self.rng.random_range(0..1_200));
            match self.rng.random_range(0..20) {
                0..=9 => self.act(at),
                10..=14 => self.deliver(),
                15..=17 => self.meet_all(at),
                18 => {
                    // Seldom off for long.
                    let node = &mut self.nodes[at];
                    node.offline = !node.offline && self.rng.random_bool(0.5);
                }
                _ => self.restart(at),
            }
            self.check(at);
        }
    }

    /// Somebody at a node does something; what may not be is refused there, then something else is tried.
    fn act(&mut self, at: usize) {
        for _ in 0..4 {
            let node = &self.nodes[at];
            let people: Vec<_> = self.nodes.iter().map(|node| (node.person, node.device)).collect();
            let who = (node.person, node.device);
            let Some(act) = choose(&mut self.rng, &node.case, &self.world, who, &people, self.now) else {
                return;
            };
            if self.write(at, act).is_ok() {
                return;
            }
        }
    }

    fn write(&mut self, at: usize, act: Act) -> Result<(), Refusal> {
        let now = self.clock(at);
        let (node, world) = (&mut self.nodes[at], &self.world);
        let who = author(act.signer, node.device);
        let draft = match act.salt {
            None => node.case.draft(&who, act.body, world, now)?,
            Some(salt) => node.case.draft_committed(&who, act.body, salt, world, now)?,
        };
        let entry = draft.sign(&key(act.signer), &mut self.rng);
        self.signed
            .insert(entry.id(), entry.unverified_header().unwrap().entry_type);
        let effects = node.case.handle(Event::Authored(entry), world, now).unwrap();
        self.carry_out(at, effects);
        Ok(())
    }

    /// What the clock of a node shows.
    fn clock(&self, at: usize) -> Timestamp {
        self.now.plus(self.nodes[at].ahead)
    }

    /// Persists; sends to those who may have it, unless offline, where a part is lost and a part comes twice.
    fn carry_out(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Persist(entry) => self.nodes[at].disk.push(entry),
                Effect::Send { .. } if self.nodes[at].offline => {}
                Effect::Send { to: who, entries } => {
                    for to in (0..self.nodes.len()).filter(|to| *to != at) {
                        if !who.iter().any(|one| self.nodes[to].is_of(one)) {
                            continue;
                        }
                        for id in &entries {
                            let entry = self.nodes[at].case.log().get(id).unwrap().signed().clone();
                            let copies = *[0, 1, 1, 2].choose(&mut self.rng).unwrap();
                            self.air.extend((0..copies).map(|_| (to, entry.clone())));
                        }
                    }
                }
                Effect::Reject { refusal, .. } => panic!("seed {}: an honest entry: {refusal}", self.seed),
                Effect::PersistForkProof(_) => panic!("seed {}: nobody has forked", self.seed),
                _ => {}
            }
        }
    }

    fn deliver(&mut self) {
        if self.air.is_empty() {
            return;
        }
        let (to, entry) = self.air.swap_remove(self.rng.random_range(0..self.air.len()));
        if !self.nodes[to].offline {
            self.arrive(to, entry);
        }
    }

    fn arrive(&mut self, to: usize, entry: SignedEntry) {
        let now = self.clock(to);
        let (seed, kind) = (self.seed, entry.unverified_header().unwrap().entry_type);
        let node = &mut self.nodes[to];
        let outcome = node.case.handle(Event::Arrived(entry), &self.world, now);
        let effects = outcome.unwrap_or_else(|refusal| panic!("seed {seed}: {kind:?}: {refusal}"));
        self.carry_out(to, effects);
    }

    fn meet_all(&mut self, at: usize) {
        for other in 0..self.nodes.len() {
            self.meet(at, other);
        }
    }

    /// A node is given by another what it lacks and may have.
    fn meet(&mut self, at: usize, other: usize) {
        if at == other || self.nodes[at].offline || self.nodes[other].offline {
            return;
        }
        let (here, there) = (&self.nodes[at], &self.nodes[other]);
        let heads = here.case.log().heads();
        let Some(who) = here
            .party(&there.case)
            .filter(|_| heads != there.case.log().heads())
        else {
            return;
        };
        let given: Vec<_> = there
            .case
            .entries_for(&who, &heads)
            .into_iter()
            .cloned()
            .collect();
        given.into_iter().for_each(|entry| self.arrive(at, entry));
    }

    /// The machine stops: only what is on the disk comes back.
    fn restart(&mut self, at: usize) {
        let seed = self.seed;
        let node = &mut self.nodes[at];
        let stored = node.disk.iter().cloned();
        let again = Case::replay(CASE, certificate(node.device), stored, &self.world);
        node.case = again.unwrap_or_else(|refusal| panic!("seed {seed}: {refusal}"));
    }

    fn check(&self, at: usize) {
        let node = &self.nodes[at];
        if let Some(what) = belied(&node.case) {
            panic!("seed {}: at {}: {what}", self.seed, node.device);
        }
    }

    /// Everybody meets everybody until nobody has anything to give.
    fn settle(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.offline = false);
        for _ in 0..=self.nodes.len() {
            let mut given = 0;
            for at in 0..self.nodes.len() {
                for other in 0..self.nodes.len() {
                    let before = self.nodes[at].case.log().len();
                    self.meet(at, other);
                    given += self.nodes[at].case.log().len() - before;
                }
            }
            if given == 0 {
                return;
            }
        }
        panic!("seed {}: they never come to rest", self.seed);
    }

    fn check_all_alike(&self) {
        let (seed, first) = (self.seed, &self.nodes[0].case);
        let ids = |case: &Case| {
            let entries = case.log().entries_since(&[]);
            entries.into_iter().map(SignedEntry::id).collect::<Vec<_>>()
        };
        let all: BTreeSet<_> = ids(first).into_iter().collect();
        for (id, kind) in &self.signed {
            assert!(all.contains(id), "seed {seed}: a signed {kind:?} is lost");
        }
        assert_eq!(misplaced(first), None, "seed {seed}");
        for (at, node) in self.nodes.iter().enumerate() {
            self.check(at);
            assert_eq!(wrongly_told(&node.case), None, "seed {seed}");
            let (who, here) = (node.party(first), ids(&node.case));
            assert_eq!(
                node.disk.len(),
                here.len(),
                "seed {seed}: all is on the disk, once"
            );
            assert!(
                here.iter().all(|id| all.contains(id)),
                "seed {seed}: {} has more",
                node.device
            );
            let Some(who) = who else {
                continue;
            };
            let hidden = first.withheld_from(&who);
            if !hidden.is_empty() {
                // More only if she had been in the case before: then the rules let her commit to nothing any more.
                let given = all.difference(&hidden).all(|id| here.contains(id));
                assert!(given, "seed {seed}: {} lacks what she may see", node.device);
                continue;
            }
            let patience = Patience::default();
            assert_eq!(here, ids(first), "seed {seed}: order at {}", node.device);
            assert_eq!(node.case.log().heads(), first.log().heads(), "seed {seed}: heads");
            assert_eq!(node.case.state(), first.state(), "seed {seed}: state");
            assert_eq!(node.case.open(), first.open(), "seed {seed}: what is open");
            assert_eq!(
                node.case.consultant(),
                first.consultant(),
                "seed {seed}: who reads"
            );
            assert_eq!(
                node.case.due(&patience, &self.world, self.now),
                first.due(&patience, &self.world, self.now),
                "seed {seed}: what is due"
            );
        }
    }
}

/// One seed that was asked for, or as many as are asked for from a first one, which is printed.
fn seeds(runs: u64) -> impl Iterator<Item = u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (one, runs) = (
        number("DOKUEI_SEED"),
        number("DOKUEI_SIMULATIONS").unwrap_or(runs),
    );
    let first = one.unwrap_or_else(|| rand::rng().random_range(0..u64::MAX / 2));
    let runs = if one.is_some() { 1 } else { runs };
    println!("{runs} runs from seed {first}");
    (0..runs).map(move |run| first + run)
}

#[test]
fn r6_r7_r9_r10_r17_whatever_two_to_five_people_do_all_replicas_come_to_the_same_and_nothing_is_lost() {
    let world = World::all_agreed();
    for seed in seeds(RUNS) {
        let mut crowd = Crowd::new(seed, &world);
        crowd.live();
        crowd.settle();
        crowd.check_all_alike();
    }
}

impl Crowd {
    /// Two doubts of the dentist's for one place in the log.
    fn two_faced(&self) -> [SignedEntry; 2] {
        let case = &self.nodes[0].case;
        let to = case.parties()[1];
        ["一方", "他方"].map(|question| {
            let query = Body::Query(Query {
                to,
                about: bodies::request_id(case),
                question: question.to_owned(),
            });
            let owner = owner(case);
            forge_at(case.log(), (owner, CLINIC), &query, owner, self.clock(0))
        })
    }

    /// Every node meets both, some the one first and some the other. Gives the proof that was found, if one was.
    fn spread(&mut self, two: &[SignedEntry; 2], now: Timestamp) -> Option<ForkProof> {
        let mut proof = None;
        for (at, node) in self.nodes.iter_mut().enumerate().take(4) {
            for entry in [&two[at % 2], &two[(at + 1) % 2]] {
                let effects = node.case.handle(Event::Arrived(entry.clone()), &self.world, now);
                for effect in effects.unwrap_or_default() {
                    match effect {
                        Effect::PersistForkProof(found) => proof = Some(found),
                        Effect::Persist(entry) => node.disk.push(entry),
                        _ => {}
                    }
                }
            }
        }
        proof
    }
}

/// A device signs two entries for one place, in the midst of everything. Whoever meets both, or the proof, stops there
/// with all that was in the log; nobody is left who takes more.
#[test]
fn r17_a_fork_in_the_midst_freezes_every_replica_and_loses_nothing_that_was_there() {
    let world = World::all_agreed();
    for seed in seeds(FORKS) {
        let mut crowd = Crowd::new(seed, &world);
        crowd.live();
        crowd.settle();
        let now = crowd.now.plus(CLOCK_TOLERANCE);
        let before: Vec<_> = crowd.nodes.iter().map(|node| node.case.log().len()).collect();
        if crowd.nodes[0].case.parties().len() < 2 {
            // The only reader was let go: there is nobody to ask.
            continue;
        }
        let two = crowd.two_faced();
        // After a withdrawal or refusal nobody asks any more: then neither was taken, and the log goes on.
        let Some(proof) = crowd.spread(&two, now) else {
            let state = crowd.nodes[0].case.state();
            assert!(["withdrawn", "declined"].contains(&state.name()), "seed {seed}");
            continue;
        };
        for (node, before) in crowd.nodes[..4].iter_mut().zip(before) {
            if before == 0 {
                // Somebody else had taken the case on, or she was let go, before this node was told of it.
                continue;
            }
            let forked = two[0].unverified_header().unwrap().signer;
            let known = |entry: &&VerifiedEntry| entry.header().signer == forked;
            if !node.case.log().ordered().iter().any(known) {
                // She had left before the new owner took the case over.
                continue;
            }
            let shown = Event::ForkShown(proof.clone());
            node.case.handle(shown, &world, now).unwrap();
            assert!(node.case.log().fork().is_some(), "seed {seed}");
            assert!(node.case.log().len() >= before, "seed {seed}: something is lost");
            let who = author(owner(&node.case), node.device);
            let refused = node
                .case
                .draft(&who, bodies::withdraw(), &world, now)
                .unwrap_err();
            assert_eq!(refused, Refusal::Frozen, "seed {seed}");
            let stored = node.disk.iter().cloned();
            let again = Case::replay(CASE, certificate(node.device), stored, &world).unwrap();
            assert_eq!(again.state(), node.case.state(), "seed {seed}");
        }
    }
}

/// The simulation is worth something only if everything happens in it.
#[test]
fn in_the_simulation_every_entry_is_written_and_every_state_reached() {
    let (mut written, mut states) = (BTreeSet::new(), BTreeSet::new());
    let world = World::all_agreed();
    let mut count: BTreeMap<EntryType, usize> = BTreeMap::new();
    let kinds = EntryType::KNOWN
        .iter()
        .filter(|kind| **kind != EntryType::Agreement);
    let wanted = [
        "accepted",
        "delivered",
        "reported",
        "read",
        "closed",
        "declined",
        "withdrawn",
    ];
    // Some things are rare: it goes on until they have happened, within reason.
    for seed in 0..1_500 {
        let mut crowd = Crowd::new(seed, &world);
        crowd.live();
        crowd.settle();
        for kind in crowd.signed.values() {
            *count.entry(*kind).or_insert(0) += 1;
        }
        written.extend(crowd.signed.values().copied());
        states.extend(crowd.nodes.iter().map(|node| node.case.state().name()));
        let all = kinds.clone().all(|kind| written.contains(kind));
        if all && wanted.iter().all(|state| states.contains(state)) {
            return;
        }
    }
    let missing: Vec<_> = kinds.filter(|kind| !written.contains(kind)).collect();
    panic!("never written: {missing:?} of {count:?}; states reached: {states:?}");
}
