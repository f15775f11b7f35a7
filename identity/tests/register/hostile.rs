//! R11: what a hostile peer may send, and what it costs us.

use dokuei_identity::key::SecretKey;
use dokuei_identity::register::{
    Act, Answer, Ask, Checkpoint, CheckpointError, Entry, EntryError, Evidence, Hash, HeldList, MAX_ANSWER,
    MAX_ASK, MAX_ENTRIES, MAX_ENTRY, MAX_ENTRY_BYTES, MAX_NOTE, MAX_SIZE, MAX_SUCCESSIONS, origin,
    sign_checkpoint, verify_checkpoint,
};

use crate::world::{NOW, Registry, Tamper, act, empty};

fn note() -> (Registry, Vec<u8>) {
    let registry = Registry::new();
    let note = registry.sign(0, NOW).note().to_vec();
    (registry, note)
}

#[test]
fn r11_a_checkpoint_with_any_flipped_bit_is_refused() {
    let (registry, note) = note();
    for bit in 0..note.len() * 8 {
        let mut altered = note.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let outcome = verify_checkpoint(&altered, &registry.key.public(), &registry.network);
        assert!(outcome.is_err(), "bit {bit} was flipped unnoticed");
    }
}

#[test]
fn r11_checkpoints_that_are_none() {
    let (registry, note) = note();
    let text = String::from_utf8(note).unwrap();
    let time = format!("time {}", NOW.0);
    let altered = [
        ("empty", String::new()),
        (
            "no signature",
            text.split_once("\n\n").unwrap().0.to_owned() + "\n",
        ),
        ("leading zero", text.replacen("\n0\n", "\n00\n", 1)),
        ("sign", text.replacen("\n0\n", "\n+0\n", 1)),
        ("no time", text.replacen(&format!("{time}\n"), "", 1)),
        (
            "time with zero",
            text.replacen(&time, &time.replacen("time ", "time 0", 1), 1),
        ),
        ("time is a word", text.replacen(&time, "time now", 1)),
        (
            "too many entries",
            text.replacen("\n0\n", &format!("\n{}\n", MAX_SIZE + 1), 1),
        ),
        (
            "more entries than can be counted",
            text.replacen("\n0\n", "\n18446744073709551616\n", 1),
        ),
        ("carriage return", text.replacen('\n', "\r\n", 1)),
        ("text behind", format!("{text}more\n")),
        ("no hash", text.replacen("47DEQpj8", "47DEQpj", 1)),
    ];
    for (what, altered) in altered {
        let outcome = Checkpoint::parse(altered.as_bytes());
        assert!(
            matches!(outcome, Err(CheckpointError::Malformed(_))),
            "{what}: {outcome:?}"
        );
    }
    let large = vec![b'a'; MAX_NOTE + 1];
    assert_eq!(
        Checkpoint::parse(&large),
        Err(CheckpointError::TooLarge { got: MAX_NOTE + 1 })
    );
    let other = Registry::new();
    let stranger = SecretKey::from_seed(&[12; 32]);
    let note = sign_checkpoint(&stranger, &other.network, 0, Hash::EMPTY, NOW).unwrap();
    let refused = verify_checkpoint(&note, &registry.key.public(), &registry.network);
    assert_eq!(refused, Err(CheckpointError::UnknownKey));
}

/// Another implementation of signed notes reads ours: the verifier of the crate itself.
#[test]
fn r11_a_checkpoint_is_a_signed_note_for_others_too() {
    let (registry, note) = note();
    let key = [&[1_u8], registry.key.public().as_bytes().as_slice()].concat();
    let name = origin(&registry.network);
    let verifier = signed_note::StandardVerifier::new(&verifier_key(&name, &key)).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let note = signed_note::Note::from_bytes(&note).unwrap();
    assert_eq!(note.verify(&known).unwrap().0.len(), 1);
}

/// `name+hash+key` of c2sp.org/signed-note.
fn verifier_key(name: &str, key: &[u8]) -> String {
    format!("{name}+{:08x}+{}", signed_note::key_id(name, key), base64(key))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(bytes.len() % 3, 0, "33 bytes need no padding");
    let digit = |group: &[u8], shift: u32| {
        let word = group
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        char::from(DIGITS[(word >> shift & 63) as usize])
    };
    bytes
        .chunks(3)
        .flat_map(|group| [18, 12, 6, 0].map(|shift| digit(group, shift)))
        .collect()
}

#[test]
fn r11_entries_that_are_none() {
    let whole = Entry { at: NOW, act: act(1) }.to_bytes();
    assert_eq!(Entry::parse(&whole).unwrap().to_bytes(), whole);
    for length in 0..whole.len() {
        assert!(matches!(
            Entry::parse(&whole[..length]),
            Err(EntryError::Malformed(_))
        ));
    }
    let got = MAX_ENTRY + 1;
    assert_eq!(Entry::parse(&vec![0; got]), Err(EntryError::TooLarge { got }));
    let unknown = Entry {
        at: NOW,
        act: Act::Unknown {
            kind: 4,
            body: vec![0x81],
        },
    };
    assert!(
        Entry::parse(&unknown.to_bytes()).is_err(),
        "a known kind needs its own body"
    );
}

/// A kind that is not known is kept as it is.
#[test]
fn r11_unknown_kinds_are_kept() {
    let entry = Entry {
        at: NOW,
        act: Act::Unknown {
            kind: 4711,
            body: vec![1, 2, 3],
        },
    };
    assert_eq!(Entry::parse(&entry.to_bytes()).unwrap(), entry);
    let mut registry = Registry::new();
    registry.entries.push(entry.to_bytes());
    let mut node = empty();
    registry.update(&mut node, NOW);
    assert_eq!(node.entry(0).unwrap(), Some(entry));
}

fn answer() -> Answer {
    let mut registry = Registry::new();
    registry.enter(NOW, [act(1)]);
    registry.answer(&empty().ask(None), NOW).1
}

#[test]
fn r11_answers_beyond_a_limit_are_refused() {
    let whole = answer();
    assert_eq!(Answer::parse(&whole.to_bytes()).unwrap(), whole);
    let over: [Tamper; 9] = [
        ("entries", |answer| {
            answer.entries = vec![Vec::new(); MAX_ENTRIES + 1]
        }),
        ("entry", |answer| answer.entries = vec![vec![0; MAX_ENTRY + 1]]),
        ("bytes", |answer| {
            answer.entries = vec![vec![0; MAX_ENTRY]; MAX_ENTRY_BYTES / MAX_ENTRY + 1]
        }),
        ("note", |answer| answer.checkpoint = vec![0; MAX_NOTE + 1]),
        ("certificate", |answer| answer.registry.end = vec![0; 8193]),
        ("chain", |answer| answer.registry.intermediates = vec![vec![0]; 3]),
        ("lists", |answer| answer.lists = vec![vec![0; 600_000]; 2]),
        ("successions", |answer| {
            answer.successions = vec![Vec::new(); 1025]
        }),
        ("bytes of successions", |answer| {
            answer.successions = vec![vec![0; MAX_ENTRY]; MAX_SUCCESSIONS / MAX_ENTRY + 1]
        }),
    ];
    for (what, over) in over {
        let mut answer = whole.clone();
        over(&mut answer);
        assert!(Answer::parse(&answer.to_bytes()).is_err(), "{what}");
    }
    assert!(Answer::parse(&vec![0; MAX_ANSWER + 1]).is_err());
    assert!(Ask::parse(&vec![0; MAX_ASK + 1]).is_err());
    let list = HeldList {
        issuer: [0; 20],
        number: 1,
    };
    let many = |count| Ask {
        from: 0,
        checkpoint_size: 0,
        lists: Some(vec![list; count]),
    };
    assert!(Ask::parse(&many(17).to_bytes()).is_err());
    assert_eq!(Ask::parse(&many(16).to_bytes()).unwrap(), many(16));
}

/// A few bytes that claim a length of 2⁶³ fail at once, whatever they are.
#[test]
fn r11_huge_lengths_cost_nothing() {
    let huge = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let whole = answer().to_bytes();
    for at in 0..whole.len().min(64) {
        for major in [0x5b_u8, 0x9b, 0x7b, 0xbb] {
            let mut bytes = whole[..at].to_vec();
            bytes.push(major);
            bytes.extend_from_slice(&huge);
            assert!(Answer::parse(&bytes).is_err());
            assert!(Ask::parse(&bytes).is_err());
            assert!(Entry::parse(&bytes).is_err());
            assert!(Evidence::parse(&bytes).is_err());
        }
    }
    for at in 0..whole.len() {
        assert!(Answer::parse(&whole[..at]).is_err(), "cut at {at}");
    }
}
