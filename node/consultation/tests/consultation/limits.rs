//! What is too long, empty or without form is neither signed nor read; and no bytes make the reader of bodies stumble.

use dokuei_consultation::body::{
    Amendment, Answer, Body, Forward, ForwardKind, GrantRevoke, IncidentalFinding, IncidentalResolved,
    MAX_LINE, MAX_NAME, MAX_TEXT, PatientInformed, Problem, Query, UrgentAck, UrgentFinding,
};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::id::EntryId;
use dokuei_identity::cbor;
use dokuei_identity::time::Timestamp;
use proptest::prelude::*;

use crate::bodies;
use crate::world::{DENTIST, SECOND, SPECIALIST, Story, World};

/// A good body with one field spoilt, and what is to be said of it.
struct Spoilt {
    body: Body,
    field: &'static str,
    problem: Problem,
}

fn long(limit: usize) -> (String, Problem) {
    ("あ".repeat(limit + 1), Problem::TooLong { limit })
}

/// Each text once too long and once empty.
fn texts(field: &'static str, limit: usize, with: impl Fn(String) -> Body) -> Vec<Spoilt> {
    let (text, too_long) = long(limit);
    let spoilt = |text, problem| Spoilt {
        body: with(text),
        field,
        problem,
    };
    vec![
        spoilt(text, too_long),
        spoilt(" \n".to_owned(), Problem::Missing),
        spoilt("\u{0}".to_owned(), Problem::Form),
    ]
}

fn findings() -> Vec<Spoilt> {
    let id = EntryId::of(b"entry");
    let (Body::UrgentFinding(urgent), Body::UrgentAck(ack)) = (bodies::urgent(id), bodies::acknowledge(id))
    else {
        unreachable!()
    };
    let item = bodies::incidental(id, DENTIST);
    let Body::IncidentalResolved(resolved) = bodies::resolve(id) else {
        unreachable!()
    };
    let urgent_with = |change: fn(&mut UrgentFinding, String)| {
        let urgent = urgent.clone();
        move |text| {
            let mut urgent = urgent.clone();
            change(&mut urgent, text);
            Body::UrgentFinding(urgent)
        }
    };
    let item_with = |change: fn(&mut IncidentalFinding, String)| {
        let item = item.clone();
        move |text| {
            let mut item = item.clone();
            change(&mut item, text);
            Body::IncidentalFinding(item)
        }
    };
    let ack_by = |by| Body::UrgentAck(UrgentAck { by, ..ack.clone() });
    let resolved_by = |note| {
        Body::IncidentalResolved(IncidentalResolved {
            note,
            ..resolved.clone()
        })
    };
    [
        texts("finding", MAX_TEXT, urgent_with(|body, text| body.finding = text)),
        texts("advice", MAX_TEXT, urgent_with(|body, text| body.advice = text)),
        texts("contact", MAX_LINE, urgent_with(|body, text| body.contact = text)),
        texts("by", MAX_NAME, ack_by),
        texts("finding", MAX_TEXT, item_with(|body, text| body.finding = text)),
        texts("advice", MAX_TEXT, item_with(|body, text| body.advice = text)),
        texts("note", MAX_TEXT, resolved_by),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn words() -> Vec<Spoilt> {
    let id = EntryId::of(b"entry");
    let mut story = Story::requested();
    story.world = World::all_agreed();
    let forward = bodies::forward(
        &story.case,
        &story.world,
        ForwardKind::SecondOpinion,
        SPECIALIST,
        SECOND,
    );
    let report = bodies::report(&story.case, &story.world);
    let Body::Query(query) = bodies::query(id, DENTIST) else {
        unreachable!()
    };
    let forward_with = |change: fn(&mut Forward, String)| {
        let forward = forward.clone();
        move |text| {
            let mut forward = forward.clone();
            change(&mut forward, text);
            Body::Forward(Box::new(forward))
        }
    };
    [
        texts("question", MAX_TEXT, |question| {
            Body::Query(Query {
                question,
                ..query.clone()
            })
        }),
        texts("answer", MAX_TEXT, |answer| {
            Body::Answer(Answer { query: id, answer })
        }),
        texts("reason", MAX_LINE, |reason| {
            Body::GrantRevoke(GrantRevoke { grant: id, reason })
        }),
        texts("reason", MAX_LINE, |reason| {
            let amendment = bodies::amendment(report.clone(), id);
            bodies::amend(Amendment { reason, ..amendment })
        }),
        texts("name", MAX_NAME, forward_with(|body, text| body.name = text)),
        texts(
            "question",
            MAX_TEXT,
            forward_with(|body, text| body.question = text),
        ),
        texts("by", MAX_NAME, |by| {
            Body::PatientInformed(PatientInformed {
                about: id,
                by,
                at: Timestamp(1),
                note: String::new(),
            })
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn r11_r24_every_text_is_bounded_and_says_something_also_when_it_is_forced() {
    for Spoilt { body, field, problem } in findings().into_iter().chain(words()) {
        let kind = body.entry_type();
        let incomplete = body.validate().unwrap_err();
        assert_eq!(
            (incomplete.field, incomplete.problem),
            (field, problem),
            "{kind:?}"
        );
        let refusal = Body::decode(kind, &body.encode()).unwrap_err();
        assert_eq!(refusal.code(), "incomplete", "{kind:?}");
        // What was written is in no message.
        assert!(refusal.en().len() < 200);
    }
}

#[test]
fn r24_times_that_say_nothing_are_refused() {
    let id = EntryId::of(b"entry");
    let Body::UrgentAck(ack) = bodies::acknowledge(id) else {
        unreachable!()
    };
    let body = Body::UrgentAck(UrgentAck {
        at: Timestamp(0),
        ..ack
    });
    assert_eq!(body.validate().unwrap_err().field, "at");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes is refused, or is the one encoding of what it says.
    #[test]
    fn r24_no_bytes_make_the_reader_of_bodies_stumble(
        number in 0..24_u16,
        head in 0..24_u8,
        rest in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        // An array of two: the number of the body, and an array of its fields.
        let bytes: Vec<u8> = [0x82, head, 0x81].into_iter().chain(rest).collect();
        if let Ok(body) = Body::decode(EntryType::of(number), &bytes) {
            prop_assert_eq!(body.encode(), bytes);
        }
    }

    /// A good body with some bytes changed is another good one or none.
    #[test]
    fn r24_altered_bodies_are_read_as_written_or_not_at_all(
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
        which in 0..6_usize,
    ) {
        let id = EntryId::of(b"entry");
        let good = [
            bodies::urgent(id),
            bodies::acknowledge(id),
            bodies::resolve(id),
            bodies::query(id, DENTIST),
            bodies::informed(id),
            bodies::consented(id),
        ];
        let (kind, mut bytes) = (good[which].entry_type(), good[which].encode());
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(body) = Body::decode(kind, &bytes) {
            prop_assert_eq!(cbor::encode(&body), bytes);
        }
    }
}
