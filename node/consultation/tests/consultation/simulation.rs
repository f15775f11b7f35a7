//! Four nodes of two people, written to at random while entries are lost, doubled and reordered, clocks differ, nodes go
//! offline and restart: in the end all hold the same, in the same state, and nothing that was signed is lost. A failure
//! prints its seed.

use std::collections::BTreeMap;

use dokuei_consultation::CLOCK_TOLERANCE;
use dokuei_consultation::body::{Body, Report, ReportStatus};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::event::Event;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_identity::time::Timestamp;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::bodies;
use crate::invariant::borne_out;
use crate::world::{
    CASE, CLINIC, CLINIC_2, DENTIST, HOSPITAL, HOSPITAL_2, NOW, SPECIALIST, World, author, certificate, key,
};

const NODES: [(&str, &str); 4] = [
    (DENTIST, CLINIC),
    (DENTIST, CLINIC_2),
    (SPECIALIST, HOSPITAL),
    (SPECIALIST, HOSPITAL_2),
];
const STEPS: usize = 60;

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

struct Simulation {
    seed: u64,
    rng: StdRng,
    world: World,
    nodes: Vec<Node>,
    now: Timestamp,
    /// On the way: to whom, what. Kept in no order.
    air: Vec<(usize, SignedEntry)>,
    signed: BTreeMap<EntryId, &'static str>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut node = |(person, device)| Node {
            person,
            device,
            case: Case::new(CASE, certificate(device)),
            disk: Vec::new(),
            ahead: rng.random_range(0..=CLOCK_TOLERANCE),
            offline: false,
        };
        let world = World::agreed();
        let nodes = NODES.map(&mut node).into();
        let mut simulation = Self {
            seed,
            rng,
            world,
            nodes,
            now: NOW,
            air: Vec::new(),
            signed: BTreeMap::new(),
        };
        let request = Body::Request(Box::new(bodies::request(&simulation.world)));
        simulation.write(0, DENTIST, request);
        simulation
    }

    fn run(mut self) {
        for _ in 0..STEPS {
            let at = self.rng.random_range(0..self.nodes.len());
            self.now = self.now.plus(self.rng.random_range(0..1_200));
            match self.rng.random_range(0..11) {
                0..=3 => self.act(at),
                4..=7 => self.deliver(),
                8 => self.compare(at),
                9 => self.nodes[at].offline ^= true,
                _ => self.restart(at),
            }
            self.check();
        }
        self.settle();
    }

    /// The person (or machine) at a node does something; the node refuses what may not be.
    fn act(&mut self, at: usize) {
        let case = &self.nodes[at].case;
        if case.request().is_none() {
            return;
        }
        let (person, device) = NODES[at];
        let reports: Vec<_> = case
            .log()
            .ordered()
            .into_iter()
            .filter(|entry| matches!(entry.body(), Body::Report(_)))
            .map(|entry| entry.id())
            .collect();
        let newest = reports.choose(&mut self.rng).copied();
        let (signer, body) = match (person == DENTIST, self.rng.random_range(0..6)) {
            (true, 0) => (person, bodies::offer()),
            (true, 1) => (person, bodies::grant(HOSPITAL)),
            (true, 2) => (person, bodies::grant(HOSPITAL_2)),
            (true, 3) => (person, newest.map_or_else(bodies::close, bodies::read)),
            (true, 4) => (person, bodies::close()),
            // Seldom, so that most cases come to an end that is not a withdrawal.
            (true, _) if self.rng.random_bool(0.2) => (person, bodies::withdraw()),
            (_, 5) if self.rng.random_bool(0.1) => (person, bodies::erase()),
            (true, _) => (person, bodies::grant(HOSPITAL)),
            (false, 0) if self.rng.random_bool(0.2) => (person, bodies::decline(case)),
            (false, 0 | 1) => (person, bodies::accept(case)),
            (false, 2 | 3) => (device, bodies::received()),
            (false, choice) => {
                let status = if choice == 4 {
                    ReportStatus::Preliminary
                } else {
                    ReportStatus::Final
                };
                let report = bodies::report(case, &self.world);
                (
                    person,
                    Body::Report(Box::new(Report {
                        status,
                        predecessor: newest,
                        ..report
                    })),
                )
            }
        };
        self.write(at, signer, body);
    }

    fn write(&mut self, at: usize, signer: &'static str, body: Body) {
        let now = self.clock(at);
        let (node, world) = (&mut self.nodes[at], &self.world);
        let Ok(draft) = node.case.draft(&author(signer, node.device), body, world, now) else {
            return;
        };
        let entry = draft.sign(&key(signer), &mut self.rng);
        self.signed.insert(entry.id(), node.person);
        let effects = node.case.handle(Event::Authored(entry), world, now).unwrap();
        self.carry_out(at, effects);
    }

    /// What the clock of a node shows.
    fn clock(&self, at: usize) -> Timestamp {
        self.now.plus(self.nodes[at].ahead)
    }

    /// Persists; sends to the others, unless offline, where a part is lost and a part comes twice.
    fn carry_out(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Persist(entry) => self.nodes[at].disk.push(entry),
                Effect::Send { .. } if self.nodes[at].offline => {}
                Effect::Send { entries, .. } => {
                    for to in (0..self.nodes.len()).filter(|to| *to != at) {
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
        let outcome = self.nodes[to]
            .case
            .handle(Event::Arrived(entry), &self.world, now);
        let effects = outcome.unwrap_or_else(|refusal| panic!("seed {}: {refusal}", self.seed));
        self.carry_out(to, effects);
    }

    /// A node meets another and is given what it lacks.
    fn compare(&mut self, at: usize) {
        for other in (0..self.nodes.len()).filter(|other| *other != at) {
            if self.nodes[at].offline || self.nodes[other].offline {
                continue;
            }
            let (peer, heads) = (certificate(NODES[at].1), self.nodes[at].case.log().heads());
            let event = Event::PeerHeads { peer, heads };
            for effect in self.nodes[other]
                .case
                .handle(event, &self.world, self.now)
                .unwrap()
            {
                if let Effect::Give { entries, .. } = effect {
                    entries.into_iter().for_each(|entry| self.arrive(at, entry));
                }
            }
        }
    }

    /// The machine stops: only what is on the disk comes back.
    fn restart(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let stored = node.disk.iter().cloned();
        let again = Case::replay(CASE, certificate(node.device), stored, &self.world);
        node.case = again.unwrap_or_else(|refusal| panic!("seed {}: {refusal}", self.seed));
    }

    fn check(&self) {
        for node in &self.nodes {
            let (seed, state) = (self.seed, node.case.state());
            assert!(borne_out(&node.case), "seed {seed}: {state:?} at {}", node.device);
        }
    }

    /// Everybody meets everybody, twice; then all are alike.
    fn settle(mut self) {
        self.nodes.iter_mut().for_each(|node| node.offline = false);
        for at in (0..self.nodes.len()).chain(0..self.nodes.len()) {
            self.compare(at);
        }
        self.check();
        let seed = self.seed;
        let first = &self.nodes[0].case;
        let order = |case: &Case| {
            case.log()
                .ordered()
                .iter()
                .map(|entry| entry.id())
                .collect::<Vec<_>>()
        };
        for node in &self.nodes {
            assert_eq!(node.case.log().heads(), first.log().heads(), "seed {seed}: heads");
            assert_eq!(node.case.state(), first.state(), "seed {seed}: state");
            assert_eq!(order(&node.case), order(first), "seed {seed}: order");
            assert_eq!(
                node.disk.len(),
                node.case.log().len(),
                "seed {seed}: all is on the disk, once"
            );
            for (id, by) in &self.signed {
                assert!(
                    node.case.log().get(id).is_some(),
                    "seed {seed}: {id} by {by} is lost"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r6_r17_replicas_converge_whatever_is_lost_doubled_or_late(seed in any::<u64>()) {
        Simulation::new(seed).run();
    }
}

/// The simulation is worth something only if cases get far in it.
#[test]
fn the_simulation_reaches_every_end() {
    let mut reached = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let mut simulation = Simulation::new(seed);
        for step in 0..200 {
            let at = simulation.rng.random_range(0..4);
            simulation.act(at);
            simulation.compare(step % 4);
            reached.insert(simulation.nodes[0].case.state().name());
        }
    }
    for state in [
        "accepted",
        "delivered",
        "reported",
        "read",
        "closed",
        "declined",
        "withdrawn",
    ] {
        assert!(reached.contains(state), "{state} is never reached");
    }
}
