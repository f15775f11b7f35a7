//! The usual way of a consultation, seen from both nodes: the states by the names of the API, and what is to be done.

use dokuei_consultation::body::Body;
use dokuei_consultation::effect::{Effect, Notice};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;

use crate::bodies;
use crate::world::{CASE, CLINIC, DENTIST, HOSPITAL, SPECIALIST, World, arrive, certificate, write};

/// Clinic and hospital, each with its own replica.
struct Pair {
    world: World,
    clinic: Case,
    hospital: Case,
}

impl Pair {
    /// Writes at one node, brings it to the other: there it is durable before it is acknowledged, and both are then in
    /// `state`.
    fn step(&mut self, who: (&str, &str), body: Body, state: &str) -> (EntryId, Vec<Effect>) {
        let (here, there) = if who.1 == CLINIC {
            (&mut self.clinic, &mut self.hospital)
        } else {
            (&mut self.hospital, &mut self.clinic)
        };
        let (entry, effects) = write(here, &self.world, who, body).unwrap();
        assert_eq!(
            effects.first(),
            Some(&Effect::Persist(entry.clone())),
            "stored before it is sent"
        );
        let effects = arrive(there, &self.world, &entry).unwrap();
        let id = entry.id();
        assert_eq!(effects[..2], [Effect::Persist(entry), Effect::Acknowledge(id)]);
        assert_eq!([here.state().name(), there.state().name()], [state; 2]);
        (id, effects)
    }
}

fn told(effects: &[Effect]) -> Vec<Notice> {
    let notice = |effect: &Effect| match effect {
        Effect::Notify { notice, .. } => Some(*notice),
        _ => None,
    };
    effects.iter().filter_map(notice).collect()
}

#[test]
fn from_request_to_closing() {
    let mut pair = Pair {
        world: World::agreed(),
        clinic: Case::new(CASE, certificate(CLINIC)),
        hospital: Case::new(CASE, certificate(HOSPITAL)),
    };
    assert_eq!(pair.clinic.state().name(), "awaiting_request");
    let (dentist, specialist) = ((DENTIST, CLINIC), (SPECIALIST, HOSPITAL));
    let request = Body::Request(Box::new(bodies::request(&pair.world)));
    let (_, effects) = pair.step(dentist, request, "awaiting_acceptance");
    assert_eq!(told(&effects), [Notice::Requested]);
    let accept = bodies::accept(&pair.hospital);
    let (_, effects) = pair.step(specialist, accept, "accepted");
    assert_eq!(told(&effects), [Notice::Accepted]);
    pair.step(dentist, bodies::offer(), "accepted");
    let (_, effects) = pair.step(dentist, bodies::grant(HOSPITAL), "accepted");
    assert!(
        matches!(effects.last(), Some(Effect::FetchPackage { from, .. }) if *from == certificate(DENTIST))
    );
    let (_, effects) = pair.step((HOSPITAL, HOSPITAL), bodies::received(), "delivered");
    assert_eq!(told(&effects), [Notice::Delivered]);
    let report = bodies::report(&pair.hospital, &pair.world);
    let (report, effects) = pair.step(specialist, Body::Report(Box::new(report)), "reported");
    assert_eq!(told(&effects), [Notice::FinalReport]);
    let (_, effects) = pair.step(dentist, bodies::read(report), "read");
    assert_eq!(told(&effects), [Notice::ReportRead]);
    let (_, effects) = pair.step(dentist, bodies::close(), "closed");
    assert_eq!(told(&effects), [Notice::Closed]);
    assert!(pair.clinic.state().is_ended());
    assert_eq!(pair.clinic.log().heads(), pair.hospital.log().heads());
}
