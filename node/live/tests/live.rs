//! The live consult: bytes, bounds and the session, without a network.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::collections::VecDeque;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_live::{
    CaseKey, Effect, Event, Frame, GONE_AFTER, LEFT_AFTER, Look, MAX_FRAME, MAX_PEOPLE, MAX_SAID, NodeKey,
    Place, Refusal, Session, Text, To,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const CASE: CaseKey = CaseKey([7; 16]);
const NOW: Timestamp = Timestamp(1_800_000_000);

fn person(number: u8) -> Fingerprint {
    Fingerprint::from_bytes([number; 32])
}

fn node(number: u8) -> NodeKey {
    NodeKey([number; 32])
}

fn words() -> Value {
    json!({
        "study": "1.2.3", "series": "1.2.3.4", "instance": "1.2.3.4.5", "frame": 0, "view": "stack",
        "window": {"center": 1200.0, "width": 3500.0}, "invert": false, "zoom": 1.5, "pan": [-3.0, 4.5],
        "rotation": 90.0, "flip": true, "point": null, "cursor": [0.25, 1.0],
        "strokes": [{"points": [[0.0, 0.0], [1.0, 0.5]]}],
    })
}

fn look() -> Box<Look> {
    serde_json::from_value(words()).unwrap()
}

fn text(words: &str) -> Text {
    Text::try_from(words.to_owned()).unwrap()
}

fn shown(who: u8, look: Option<Box<Look>>) -> Event {
    let who = person(who);
    let sharing = look.is_some();
    Event::Shown { who, sharing, look }
}

/// Two or more nodes that hear each other at once.
struct World(Vec<Session>);

impl World {
    fn of(nodes: usize) -> Self {
        Self((0..nodes).map(|_| Session::new(CASE)).collect())
    }

    /// Something happens at a node; what follows goes on to the others until nothing more does.
    fn happens(&mut self, at: usize, event: Event, now: Timestamp) {
        let mut waiting = VecDeque::from([(at, event)]);
        while let Some((at, event)) = waiting.pop_front() {
            for effect in self.0[at].handle(event, now).unwrap() {
                let Effect::Send { to, frame } = effect else {
                    continue;
                };
                let joined = self.0[at].nodes();
                for other in (0..self.0.len()).filter(|other| *other != at) {
                    let key = node(u8::try_from(other).unwrap());
                    let goes = match to {
                        To::Joined => joined.contains(&key),
                        To::Others => !joined.contains(&key),
                        To::Node(one) => one == key,
                    };
                    // As it would come by the wire.
                    let frame = Frame::decoded(&frame.encoded()).unwrap();
                    let from = node(u8::try_from(at).unwrap());
                    if goes {
                        waiting.push_back((other, Event::Heard { from, frame }));
                    }
                }
            }
        }
    }

    fn seen(&self, at: usize) -> Vec<(u8, bool, bool)> {
        let people = self.0[at].people();
        people
            .map(|(who, one)| (who.as_bytes()[0], one.connected, one.look.is_some()))
            .collect()
    }

    fn said(&self, at: usize) -> Vec<String> {
        self.0[at]
            .said()
            .map(|said| said.note.text.as_str().to_owned())
            .collect()
    }
}

#[test]
fn what_goes_on_the_wire() {
    let mut session = Session::new(CASE);
    let mut frames = Vec::new();
    let events = [
        shown(1, Some(look())),
        Event::Said {
            who: person(1),
            text: text("ここです"),
        },
        Event::Left { who: person(1) },
    ];
    for event in events {
        for effect in session.handle(event, NOW).unwrap() {
            if let Effect::Send {
                to: To::Joined,
                frame,
            } = effect
            {
                frames.push(hex::encode(frame.encoded()));
            }
        }
    }
    insta::assert_snapshot!(frames.join("\n"));
}

/// R24: the largest look fits its frame, and what is larger than allowed is refused before it is taken.
#[test]
fn r24_the_largest_look_fits_its_frame_and_no_larger_one_is_taken() {
    let stroke = |points: usize| json!({"points": vec![[1.0, 1.0]; points]});
    let with = |strokes: Vec<Value>| {
        let mut words = words();
        words["strokes"] = strokes.into();
        words["study"] = "1".repeat(64).into();
        serde_json::from_value::<Box<Look>>(words)
    };
    let largest = with(vec![stroke(256); 32]).unwrap();
    let effects = Session::new(CASE).handle(shown(1, Some(largest)), NOW).unwrap();
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Send {
            to: To::Joined,
            frame,
        } => Some(frame.encoded().len()),
        _ => None,
    });
    assert!(sent.unwrap() <= MAX_FRAME, "{sent:?}");
    assert!(with(vec![stroke(1); 33]).is_err());
    assert!(with(vec![stroke(257)]).is_err());
    assert!(with(vec![stroke(0)]).is_err());
    for (field, wrong) in [
        ("study", json!("../etc")),
        ("frame", json!(-1)),
        ("view", json!("hologram")),
        ("zoom", json!(0)),
        ("pan", json!([1.0])),
        ("cursor", json!([0.5, 1.5])),
        ("rotation", json!(1e300)),
        ("window", json!({"center": 1.0})),
    ] {
        let mut words = words();
        words[field] = wrong;
        assert!(serde_json::from_value::<Look>(words).is_err(), "{field}");
    }
}

#[test]
fn a_look_is_written_as_it_was_read() {
    let back = serde_json::to_value(look()).unwrap();
    assert_eq!(back["view"], "stack");
    assert_eq!(back["pan"], json!([-3.0, 4.5]));
    assert!((back["strokes"][0]["points"][1][1].as_f64().unwrap() - 0.5).abs() < 1e-4);
    let mut short = words();
    for field in ["window", "point", "cursor", "strokes", "invert", "flip"] {
        short.as_object_mut().unwrap().remove(field);
    }
    assert!(serde_json::from_value::<Look>(short).is_ok());
}

/// Whoever has not joined learns who is there, and nothing else; whoever joins later is told what there is.
#[test]
fn who_has_not_joined_learns_who_is_there_and_nothing_else() {
    let mut world = World::of(3);
    world.happens(0, shown(1, Some(look())), NOW);
    let who = person(1);
    world.happens(
        0,
        Event::Said {
            who,
            text: text("まだ誰も"),
        },
        NOW,
    );
    assert_eq!(world.seen(1), [(1, true, false)]);
    assert!(world.said(1).is_empty());
    world.happens(1, shown(2, None), NOW.plus(3));
    assert_eq!(world.seen(0), [(1, true, true), (2, true, false)]);
    assert_eq!(world.seen(1), [(1, true, true), (2, true, false)]);
    assert_eq!(world.said(1), ["まだ誰も"]);
    assert_eq!(world.seen(2), [(1, true, false), (2, true, false)]);
    let who = person(2);
    world.happens(
        1,
        Event::Said {
            who,
            text: text("見えます"),
        },
        NOW.plus(3),
    );
    assert_eq!(world.said(0), ["まだ誰も", "見えます"]);
    assert!(world.said(2).is_empty());
    for who in [1, 2] {
        world.happens(
            who - 1,
            Event::Left {
                who: person(u8::try_from(who).unwrap()),
            },
            NOW.plus(4),
        );
    }
    assert!(
        world.0.iter().all(Session::is_over),
        "it ends when the last leaves"
    );
}

/// Of two looks the newer one stays, in whichever order they come, and what was stopped is not shown on.
#[test]
fn the_newest_look_stays_and_what_is_not_shared_is_not_taken() {
    let mut session = Session::new(CASE);
    session.handle(shown(9, None), NOW).unwrap();
    let heard = |number, sharing| Event::Heard {
        from: node(1),
        frame: Frame::Here {
            case: CASE,
            who: person(1),
            number,
            since: NOW,
            sharing,
            look: Some(look()),
        },
    };
    session.handle(heard(5, true), NOW).unwrap();
    assert!(session.handle(heard(4, false), NOW).unwrap().is_empty());
    let shows = |session: &Session| session.people().any(|(_, one)| one.look.is_some());
    assert!(shows(&session));
    session.handle(heard(6, false), NOW).unwrap();
    assert!(!shows(&session));
}

/// Only the node at which somebody has joined says that she leaves, or writes; her messages come once.
#[test]
fn another_node_neither_takes_her_away_nor_writes_for_her() {
    let mut session = Session::new(CASE);
    session.handle(shown(9, None), NOW).unwrap();
    let mut other = Session::new(CASE);
    let mut frames = Vec::new();
    for event in [
        shown(1, None),
        Event::Said {
            who: person(1),
            text: text("一"),
        },
        Event::Left { who: person(1) },
    ] {
        for effect in other.handle(event, NOW).unwrap() {
            if let Effect::Send {
                to: To::Joined,
                frame,
            } = effect
            {
                frames.push(frame);
            }
        }
    }
    let mut hear = |from: u8, at: usize| {
        let frame = frames[at].clone();
        let from = node(from);
        session.handle(Event::Heard { from, frame }, NOW).unwrap()
    };
    assert!(!hear(1, 0).is_empty());
    assert!(hear(2, 1).is_empty(), "another node writes for her");
    assert_eq!(hear(1, 1), [Effect::Changed]);
    assert!(hear(1, 1).is_empty(), "once");
    assert!(hear(2, 2).is_empty(), "another node takes her away");
    let place = Place::There(node(1));
    assert_eq!(
        hear(1, 2),
        [
            Effect::Left {
                who: person(1),
                place
            },
            Effect::Changed
        ]
    );
}

/// Nothing for half a minute: shown as gone; for two: she has left. A node that is lost is gone at once, and comes back.
#[test]
fn who_falls_silent_is_gone_and_then_has_left() {
    let mut world = World::of(2);
    world.happens(0, shown(1, None), NOW);
    world.happens(1, shown(2, None), NOW);
    let connected = |world: &World| world.seen(0).iter().map(|one| one.1).collect::<Vec<_>>();
    world.happens(0, Event::Lost { node: node(1) }, NOW);
    assert_eq!(connected(&world), [true, false]);
    world.happens(1, shown(2, None), NOW.plus(10));
    assert_eq!(connected(&world), [true, true]);
    world.happens(0, shown(1, None), NOW.plus(10 + GONE_AFTER));
    world.happens(0, Event::Tick, NOW.plus(10 + GONE_AFTER));
    assert_eq!(connected(&world), [true, false]);
    world.happens(0, shown(1, None), NOW.plus(10 + LEFT_AFTER));
    world.happens(0, Event::Tick, NOW.plus(10 + LEFT_AFTER));
    assert_eq!(connected(&world), [true]);
    world.happens(0, Event::Tick, NOW.plus(10 + LEFT_AFTER * 2));
    assert!(world.0[0].is_over());
}

/// After a break both have what the other wrote meanwhile, once.
#[test]
fn what_was_written_during_a_break_comes_afterwards() {
    let mut world = World::of(2);
    world.happens(0, shown(1, Some(look())), NOW);
    world.happens(1, shown(2, None), NOW);
    let who = person(1);
    for number in 0..100 {
        // Nobody hears it: it is only handled here.
        let text = text(&format!("{number}"));
        world.0[0].handle(Event::Said { who, text }, NOW.plus(1)).unwrap();
    }
    world.happens(0, Event::Found { node: node(1) }, NOW.plus(2));
    world.happens(0, Event::Found { node: node(1) }, NOW.plus(3));
    assert_eq!(world.said(1), world.said(0));
    assert_eq!(world.said(1).len(), 100);
}

/// R17: whatever others send, what is held stays bounded.
#[test]
fn r17_people_and_messages_are_bounded() {
    let mut session = Session::new(CASE);
    session.handle(shown(200, None), NOW).unwrap();
    for number in 0..100 {
        let frame = Frame::Here {
            case: CASE,
            who: person(number),
            number: 1,
            since: NOW,
            sharing: true,
            look: Some(look()),
        };
        let from = node(number);
        session.handle(Event::Heard { from, frame }, NOW).unwrap();
    }
    assert_eq!(session.people().count(), MAX_PEOPLE);
    assert_eq!(session.handle(shown(150, None), NOW), Err(Refusal::Full));
    let said = |who| Event::Said {
        who: person(who),
        text: text("x"),
    };
    assert_eq!(session.handle(said(150), NOW), Err(Refusal::NotJoined));
    for _ in 0..MAX_SAID * 2 {
        session.handle(said(200), NOW).unwrap();
    }
    assert_eq!(session.said().count(), MAX_SAID);
    assert_eq!(session.said().last().unwrap().number, MAX_SAID as u64 * 2);
}

fn anything() -> impl Strategy<Value = Vec<u8>> {
    // What begins as a frame gets further than mere noise.
    let begins = prop::sample::select(vec![
        vec![],
        vec![0x82, 0x00],
        vec![0x82, 0x01],
        vec![0x82, 0x02, 0x83, 0x50],
    ]);
    (begins, prop::collection::vec(any::<u8>(), 0..512)).prop_map(|(begin, rest)| [begin, rest].concat())
}

proptest! {
    /// R17 (tamper), R24: whatever comes, decoding does not panic, and takes only the one encoding of a value.
    #[test]
    fn r17_r24_garbage_never_panics(bytes in anything()) {
        if let Ok(frame) = Frame::decoded(&bytes) {
            prop_assert_eq!(frame.encoded(), bytes);
        }
    }

    /// R17 (tamper): a good frame of which any bit was turned is refused, or is another good frame within all bounds.
    #[test]
    fn r17_a_turned_bit_makes_nothing_worse(at in 0usize..400, bit in 0u8..8) {
        let effects = Session::new(CASE).handle(shown(1, Some(look())), NOW).unwrap();
        let sent = effects.into_iter().find_map(|effect| match effect {
            Effect::Send { to: To::Joined, frame } => Some(frame.encoded()),
            _ => None,
        });
        let mut bytes = sent.unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(frame) = Frame::decoded(&bytes) {
            prop_assert_eq!(frame.encoded(), bytes);
            let mut session = Session::new(CASE);
            session.handle(shown(2, None), NOW).unwrap();
            session.handle(Event::Heard { from: node(1), frame }, NOW).unwrap();
        }
    }
}
