//! A blind second reading: the second report is committed to before the first can have been seen, and the log proves it.

use std::collections::BTreeSet;

use dokuei_consultation::body::{BlindCommitment, Body, ForwardKind, Report};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{SignedEntry, commitment};
use dokuei_consultation::event::Event;
use dokuei_consultation::id::{EntryId, Sha256Hash};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies::{accept_of, close, forward, further_report, grant_to, read, received, report};
use crate::world::{
    CASE, CLINIC, DENTIST, HOSPITAL, INSTITUTE, NOW, SECOND, SPECIALIST, Story, World, arrive, author,
    certificate, forge, key, rng, write,
};

const SALT: [u8; 32] = [0x5a; 32];

/// Both readers have the images; the first has reported. The second knows what she was given.
struct Blind {
    story: Story,
    second: Case,
    asked: EntryId,
    first: EntryId,
}

fn both_have_the_images() -> (Story, EntryId) {
    let mut story = Story::delivered();
    story.world = World::all_agreed();
    let asked = forward(&story.case, &story.world, ForwardKind::Blind, DENTIST, SECOND);
    let asked = story.dentist(Body::Forward(Box::new(asked))).unwrap();
    story.dentist(grant_to(SECOND, INSTITUTE)).unwrap();
    story.by(SECOND, INSTITUTE, accept_of(asked)).unwrap();
    story.by(INSTITUTE, INSTITUTE, received()).unwrap();
    (story, asked)
}

impl Blind {
    fn begun() -> Self {
        let (mut story, asked) = both_have_the_images();
        let second = Case::replay(CASE, certificate(INSTITUTE), story.entries(), &story.world).unwrap();
        let first = Body::Report(Box::new(report(&story.case, &story.world)));
        let (entry, effects) = write(&mut story.case, &story.world, (SPECIALIST, HOSPITAL), first).unwrap();
        let to = effects.iter().find_map(|effect| match effect {
            Effect::Send { to, .. } => Some(to.clone()),
            _ => None,
        });
        assert_eq!(to.unwrap(), [DENTIST, SPECIALIST].map(certificate));
        Self {
            story,
            second,
            asked,
            first: entry.id(),
        }
    }

    fn report(&self) -> Body {
        let report = further_report(&self.second, &self.story.world, self.asked, DENTIST, SECOND);
        Body::Report(Box::new(report))
    }

    fn commitment(&self) -> Body {
        Body::BlindCommitment(BlindCommitment {
            forward: self.asked,
            commitment: commitment(&SALT, &self.report().encode()),
        })
    }

    /// The second reader commits herself, and everybody else learns of it.
    fn commit(&mut self) -> Vec<Effect> {
        let body = self.commitment();
        let (entry, _) = write(&mut self.second, &self.story.world, (SECOND, INSTITUTE), body).unwrap();
        arrive(&mut self.story.case, &self.story.world, &entry).unwrap()
    }

    fn reveal(&mut self, body: Body, salt: [u8; 32]) -> Result<SignedEntry, Refusal> {
        let who = author(SECOND, INSTITUTE);
        let draft = self
            .second
            .draft_committed(&who, body, salt, &self.story.world, NOW)?;
        let entry = draft.sign(&key(SECOND), &mut rng(9));
        self.second
            .handle(Event::Authored(entry.clone()), &self.story.world, NOW)?;
        Ok(entry)
    }
}

#[test]
fn r7_the_first_report_is_withheld_until_the_second_is_committed_to() {
    let mut blind = Blind::begun();
    // What follows the report is withheld with it: it names it.
    blind.story.dentist(read(blind.first)).unwrap();
    let hidden = blind.story.case.withheld_from(&certificate(SECOND));
    assert_eq!(hidden.len(), 2);
    // Where both lie, she sees what she would see if they did not.
    let seen = blind.story.case.seen_by(&certificate(SECOND));
    assert_eq!(seen.log().heads(), blind.second.log().heads());
    assert_eq!(seen.log().len(), blind.second.log().len());
    assert_eq!(
        (seen.state(), seen.open()),
        (blind.second.state(), blind.second.open())
    );
    assert_ne!(seen.state(), blind.story.case.state());
    drop(seen);
    assert_eq!(
        blind.story.case.withheld_from(&certificate(DENTIST)),
        BTreeSet::new()
    );
    let (peer, heads) = (certificate(INSTITUTE), blind.second.log().heads());
    let event = Event::PeerHeads {
        peer,
        heads: heads.clone(),
    };
    let effects = blind.story.case.handle(event, &blind.story.world, NOW).unwrap();
    assert_eq!(effects, []);
    assert_eq!(
        blind.story.case.entries_for(&certificate(SECOND), &heads),
        Vec::<&SignedEntry>::new()
    );

    let effects = blind.commit();
    let shown = effects.iter().find_map(|effect| match effect {
        Effect::Send { to, entries } if *to == [certificate(SECOND)] => Some(entries.clone()),
        _ => None,
    });
    assert_eq!(shown.unwrap().into_iter().collect::<BTreeSet<_>>(), hidden);
}

#[test]
fn r6_the_report_that_is_shown_is_the_one_that_was_committed_to() {
    let mut blind = Blind::begun();
    let body = blind.report();
    assert_eq!(
        blind.reveal(body.clone(), SALT).unwrap_err().code(),
        "not_now",
        "not before she has committed herself"
    );
    blind.commit();
    for (salt, impression) in [([0; 32], None), (SALT, Some("一致させた所見"))] {
        let Body::Report(mut other) = body.clone() else {
            unreachable!()
        };
        if let Some(impression) = impression {
            other.impression = impression.to_owned();
        }
        assert_eq!(
            blind.reveal(Body::Report(other), salt).unwrap_err(),
            Refusal::OtherThanCommitted
        );
    }
    let entry = blind.reveal(body, SALT).unwrap();
    arrive(&mut blind.story.case, &blind.story.world, &entry).unwrap();
    let story = &mut blind.story;
    for version in [blind.first, entry.id()] {
        story.dentist(read(version)).unwrap();
    }
    // Once shown, it is amended like any other.
    let Body::Report(report) = blind.second.log().get(&entry.id()).unwrap().body().clone() else {
        unreachable!()
    };
    let mut later = story.clone();
    let amended = crate::bodies::amend(crate::bodies::amendment(*report, entry.id()));
    later.by(SECOND, INSTITUTE, amended).unwrap();
    story.dentist(close()).unwrap();
    assert_eq!(story.case.state().name(), "closed");
}

#[test]
fn r17_a_commitment_that_comes_after_another_report_was_seen_is_refused() {
    let mut blind = Blind::begun();
    let body = blind.commitment();
    let refused = blind.story.by(SECOND, INSTITUTE, body.clone()).unwrap_err();
    assert_eq!(refused, Refusal::NotBlind);
    let forged = forge(blind.story.case.log(), (SECOND, INSTITUTE), &body, SECOND);
    let refused = arrive(&mut blind.story.case, &blind.story.world, &forged).unwrap_err();
    assert_eq!(refused, Refusal::NotBlind);
}

#[test]
fn a_blind_reading_begins_before_there_is_a_report_and_is_committed_to_once() {
    let mut story = Story::reported();
    story.world = World::all_agreed();
    let late = forward(&story.case, &story.world, ForwardKind::Blind, DENTIST, SECOND);
    let late = Body::Forward(Box::new(late));
    assert_eq!(story.dentist(late).unwrap_err().code(), "not_now");

    let mut blind = Blind::begun();
    blind.commit();
    let again = blind.commitment();
    let refused = write(&mut blind.second, &blind.story.world, (SECOND, INSTITUTE), again).unwrap_err();
    assert_eq!(refused.code(), "not_now");
    let of_the_request = Body::BlindCommitment(BlindCommitment {
        forward: crate::bodies::request_id(&blind.second),
        commitment: Sha256Hash::of(b""),
    });
    assert_eq!(
        write(
            &mut blind.story.case,
            &blind.story.world,
            (SPECIALIST, HOSPITAL),
            of_the_request
        )
        .unwrap_err(),
        Refusal::UnknownReference
    );
}

#[test]
fn a_node_of_which_nothing_is_known_is_given_no_report_while_somebody_reads_blind() {
    let mut blind = Blind::begun();
    let give = |case: &mut Case, world: &World, node: &str| {
        let (peer, heads) = (certificate(node), Vec::new());
        let effects = case.handle(Event::PeerHeads { peer, heads }, world, NOW).unwrap();
        let Some(Effect::Give { entries, .. }) = effects.into_iter().next() else {
            panic!("there is something to give")
        };
        let report = |entry: &SignedEntry| entry.unverified_header().unwrap().entry_type.name() == "report";
        entries.iter().any(report)
    };
    for (node, sees) in [
        (CLINIC, true),
        (HOSPITAL, true),
        (INSTITUTE, false),
        ("new node", false),
    ] {
        let (case, world) = (&mut blind.story.case, &blind.story.world);
        assert_eq!(give(case, world, node), sees, "{node}");
    }
}

/// Not by way of a report that she writes before.
#[test]
fn a_blind_reader_writes_no_preliminary_report() {
    let (mut story, asked) = both_have_the_images();
    let preliminary = Report {
        status: dokuei_consultation::body::ReportStatus::Preliminary,
        ..further_report(&story.case, &story.world, asked, DENTIST, SECOND)
    };
    let refused = story
        .by(SECOND, INSTITUTE, Body::Report(Box::new(preliminary)))
        .unwrap_err();
    assert_eq!(refused.code(), "not_now");
}
