//! R11: two registers of one registry are noticed, and anybody can verify that there were two.

use dokuei_identity::key::SecretKey;
use dokuei_identity::register::{
    Answer, Ask, Charge, Evidence, EvidenceError, Judgement, MemoryStore, RegisterError, Replica,
    VerifiedCheckpoint,
};

use crate::world::{NOW, Registry, act, empty, take};

/// Two registers of the same registry that begin alike and part after five entries.
fn two_faced(one: u32, other: u32) -> (Registry, Registry) {
    let face = |marker: u32, count: u32| {
        let mut registry = Registry::new();
        registry.enter(NOW, (0..5).map(act));
        registry.enter(NOW, (0..count).map(|number| act(marker + number)));
        registry
    };
    (face(1_000, one), face(2_000, other))
}

/// A third party knows nothing but the network and the registry's key.
fn convicts(registry: &Registry, evidence: &Evidence) -> Result<Charge, EvidenceError> {
    let sent = Evidence::parse(&evidence.to_bytes()).unwrap();
    assert_eq!(sent, *evidence);
    sent.verify(&[registry.key.public()], &registry.network)
}

fn split(node: &Replica<MemoryStore>, checkpoint: &VerifiedCheckpoint) -> Evidence {
    let evidence = match node.judge(checkpoint).unwrap() {
        Judgement::SplitView(evidence) => Some(*evidence),
        _ => None,
    };
    evidence.expect("two registers are noticed")
}

#[test]
fn r11_two_roots_of_one_size() {
    let (one, other) = two_faced(4, 4);
    let node = one.mirror(NOW);
    let evidence = split(&node, &other.sign(9, NOW.plus(7)));
    assert_eq!(convicts(&one, &evidence), Ok(Charge::TwoRoots));
}

#[test]
fn r11_a_smaller_register_that_is_no_beginning() {
    let (one, other) = two_faced(40, 20);
    let node = one.mirror(NOW);
    for size in 6..=20 {
        let evidence = split(&node, &other.sign(size, NOW));
        assert_eq!(convicts(&one, &evidence), Ok(Charge::NotAPrefix), "size {size}");
    }
    assert_eq!(
        node.judge(&other.sign(5, NOW)).unwrap(),
        Judgement::Behind,
        "the common beginning"
    );
}

/// A larger register cannot be judged alone, but whoever has it shows how it follows ours.
#[test]
fn r11_a_larger_register_that_does_not_begin_with_ours() {
    let (one, other) = two_faced(4, 40);
    let mut node = one.mirror(NOW);
    let before = node.store().clone();
    let (checkpoint, answer) = other.answer(&node.ask(None), NOW.plus(1));
    assert_eq!(node.judge(&checkpoint).unwrap(), Judgement::Ahead);
    match take(&one, &mut node, &answer.to_bytes(), NOW.plus(1)) {
        Err(RegisterError::SplitView(evidence)) => {
            assert_eq!(convicts(&one, &evidence), Ok(Charge::NotAPrefix));
        }
        refused => panic!("not noticed: {refused:?}"),
    }
    assert_eq!(*node.store(), before);
    // Without that proof it is still not taken.
    let silent = Answer { link: None, ..answer };
    let refused = take(&one, &mut node, &silent.to_bytes(), NOW.plus(1));
    assert!(matches!(refused, Err(RegisterError::NotSigned)));
}

/// Rollback: an honest beginning, but signed later than what is here.
#[test]
fn r11_entries_taken_back_are_noticed_from_both_sides() {
    let (one, _) = two_faced(40, 0);
    let node = one.mirror(NOW);
    let evidence = split(&node, &one.sign(20, NOW.plus(60)));
    assert_eq!(convicts(&one, &evidence), Ok(Charge::SizeFell));
    // The node that was shown the smaller one first learns it when it meets the larger, earlier one.
    let mut fooled = empty();
    let smaller = one.sign(20, NOW.plus(60));
    let mut answer = one.whole(&smaller);
    answer.entries.truncate(20);
    fooled.accept(&smaller, &answer, NOW.plus(60)).unwrap();
    let evidence = split(&fooled, &one.sign(45, NOW));
    assert_eq!(convicts(&one, &evidence), Ok(Charge::SizeFell));
}

#[test]
fn r11_an_honest_registry_is_not_convicted() {
    let (one, other) = two_faced(40, 4);
    let proof = |larger: &Registry, size, earlier| {
        let ask = Ask {
            from: size,
            checkpoint_size: earlier,
            lists: None,
        };
        let link = larger.answer(&ask, NOW).1.link.unwrap();
        dokuei_identity::register::Prefix {
            root: link.root,
            proof: link.proof,
        }
    };
    let evidence = |smaller: &VerifiedCheckpoint, larger: &VerifiedCheckpoint, prefix| Evidence {
        smaller: smaller.note().to_vec(),
        larger: larger.note().to_vec(),
        prefix,
    };
    let (small, large) = (one.sign(9, NOW), one.sign(45, NOW));
    let honest = [
        evidence(&small, &large, None),
        evidence(&small, &large, Some(proof(&one, 45, 9))),
        evidence(&small, &small, None),
        evidence(&small, &one.sign(9, NOW.plus(5)), None),
        // A proof of another size, and one whose root was swapped.
        evidence(&small, &large, Some(proof(&one, 45, 7))),
    ];
    for evidence in honest {
        assert_eq!(convicts(&one, &evidence), Err(EvidenceError::NoContradiction));
    }
    let guilty = evidence(&other.sign(9, NOW), &large, Some(proof(&one, 45, 9)));
    assert_eq!(convicts(&one, &guilty), Ok(Charge::NotAPrefix));
    // Another key signs for nobody, in another network neither.
    let strangers = [SecretKey::from_seed(&[12; 32]).public()];
    assert!(matches!(
        guilty.verify(&strangers, &one.network),
        Err(EvidenceError::Checkpoint(_))
    ));
}

#[test]
fn r11_evidence_with_any_flipped_bit_does_not_convict() {
    let (one, other) = two_faced(40, 4);
    let bytes = split(&one.mirror(NOW), &other.sign(9, NOW)).to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let outcome =
            Evidence::parse(&altered).and_then(|evidence| evidence.verify(&[one.key.public()], &one.network));
        assert!(outcome.is_err(), "bit {bit} was flipped unnoticed");
    }
}
