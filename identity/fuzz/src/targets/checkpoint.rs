//! Checkpoints, what nodes ask and answer about the register, and what a replica makes of it: as it comes, and with the
//! checkpoint made anew over whatever entries there are.

use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::layout::{decode_bundle, encode_bundle};
use dokuei_identity::register::{
    Answer, Ask, Checkpoint, Evidence, MAX_NOTE, MemoryStore, Proof, RegisterError, Replica, extend, origin,
    root_after, sign_checkpoint,
};
use dokuei_identity::time::Timestamp;
use signed_note::{Note, Signature};

use super::setting::{SETTING, Setting};
use crate::world::NOW;

pub(crate) fn run(data: &[u8]) -> bool {
    let mut good = note(data);
    if let Some(signed) = signed(data, &SETTING.registry_key, &SETTING.network) {
        good |= note(&signed);
    }
    if let Ok(ask) = Ask::parse(data) {
        assert_eq!(ask.to_bytes(), data);
        good |= asked(&ask);
    }
    if let Ok(answer) = Answer::parse(data) {
        assert_eq!(answer.to_bytes(), data);
        good |= answered(answer);
    }
    if let Ok(evidence) = Evidence::parse(data) {
        assert_eq!(evidence.to_bytes(), data);
        good |= convinces(evidence);
    }
    if let Ok(entries) = decode_bundle(data) {
        assert_eq!(encode_bundle(&entries).as_deref(), Ok(data));
    }
    good
}

/// Any text with the registry's signature.
fn signed(data: &[u8], key: &SecretKey, network: &NetworkName) -> Option<Vec<u8>> {
    let end = data.windows(2).rposition(|pair| pair == b"\n\n");
    let text = end.map_or(data, |end| &data[..=end]);
    let name = origin(network);
    let id = signed_note::key_id(&name, &[&[1], key.public().as_bytes().as_slice()].concat());
    let signature = Signature::new(name, id, key.sign(text).to_vec()).ok()?;
    Some(Note::new(text, &[signature]).ok()?.to_bytes())
}

fn note(data: &[u8]) -> bool {
    let Ok(checkpoint) = Checkpoint::parse(data) else {
        return false;
    };
    assert!(data.len() <= MAX_NOTE);
    let (size, time) = (checkpoint.size(), checkpoint.time());
    let Ok(verified) = checkpoint.verify(&[SETTING.registry_key.public()], &SETTING.network) else {
        return false;
    };
    assert_eq!((verified.size(), verified.time()), (size, time));
    assert_eq!(verified.note(), data);
    if let Ok(judgement) = SETTING.replica.judge(&verified) {
        drop(judgement);
    }
    verified.check_clock(NOW).is_ok()
}

fn asked(ask: &Ask) -> bool {
    let answer = SETTING.replica.answer(ask, &SETTING.registry, &[]);
    let answer = answer.expect("all is there").expect("there is a checkpoint");
    assert_eq!(Answer::parse(&answer.to_bytes()).as_ref(), Ok(&answer));
    !answer.entries.is_empty()
}

/// As it comes; then with these entries, signed by the registry.
fn answered(answer: Answer) -> bool {
    let _ = (answer.more(), answer.parse_checkpoint());
    let as_it_comes = accept(&answer);
    let replica = &SETTING.replica;
    let Some(known) = replica.size().checked_sub(answer.from) else {
        return as_it_comes;
    };
    let Some(entries) = usize::try_from(known)
        .ok()
        .and_then(|known| answer.entries.get(known..))
    else {
        return as_it_comes;
    };
    let signed = answer_of(&SETTING, replica, answer.from, answer.entries.clone(), NOW);
    let Some(signed) = signed else { return as_it_comes };
    let signed = Answer {
        link: answer.link,
        lists: answer.lists,
        successions: answer.successions,
        ..signed
    };
    let none = entries.is_empty();
    let accepted = accept(&signed);
    as_it_comes || (accepted && !none)
}

fn accept(answer: &Answer) -> bool {
    let mut replica = SETTING.replica.clone();
    let before = replica.size();
    let outcome = replica
        .verify(answer, &SETTING.anchor, None, &SETTING.network, NOW)
        .and_then(|signed| replica.accept(&signed.checkpoint, answer, NOW));
    match outcome {
        Ok(accepted) => {
            assert_eq!(replica.size(), before + accepted.entries.len() as u64);
            let again = Replica::open(replica.store().clone()).expect("what was kept is whole");
            assert_eq!(again.standings(), replica.standings());
            assert_eq!(again.checkpoint(), replica.checkpoint());
            true
        }
        Err(error) => {
            assert!(!error.code().is_empty());
            assert_eq!(replica.store(), SETTING.replica.store(), "nothing was stored");
            if let RegisterError::SplitView(evidence) = error {
                let keys = [SETTING.registry_key.public()];
                assert!(evidence.verify(&keys, &SETTING.network).is_ok());
            }
            false
        }
    }
}

/// Both checkpoints signed anew.
fn convinces(evidence: Evidence) -> bool {
    let keys = [SETTING.registry_key.public()];
    let _ = evidence.verify(&keys, &SETTING.network);
    let sign = |data: &[u8]| signed(data, &SETTING.registry_key, &SETTING.network);
    let (Some(smaller), Some(larger)) = (sign(&evidence.smaller), sign(&evidence.larger)) else {
        return false;
    };
    let evidence = Evidence {
        smaller,
        larger,
        ..evidence
    };
    evidence.verify(&keys, &SETTING.network).is_ok()
}

/// An answer with these entries from number `from` on, and the registry's checkpoint that makes them its register.
pub(super) fn answer_of(
    setting: &Setting,
    replica: &Replica<MemoryStore>,
    from: u64,
    entries: Vec<Vec<u8>>,
    time: Timestamp,
) -> Option<Answer> {
    let known = usize::try_from(replica.size().checked_sub(from)?).ok()?;
    let new = entries.get(known..)?;
    let hashes = extend(replica.store(), replica.size(), new).ok()?;
    let total = replica.size() + new.len() as u64;
    let root = root_after(replica.store(), replica.size(), &hashes, total).ok()?;
    Some(Answer {
        checkpoint: sign_checkpoint(&setting.registry_key, &setting.network, total, root, time).ok()?,
        registry: setting.registry.clone(),
        from,
        entries,
        proof: None::<Proof>,
        link: None,
        lists: Vec::new(),
        successions: Vec::new(),
    })
}
