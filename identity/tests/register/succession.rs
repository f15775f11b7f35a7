//! R11, R17: the key that signs the register changes, and so do the roots; who was off meanwhile follows the registry,
//! and nobody else.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{Anchors, Chain, TrustAnchor};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::register::{
    Act, Answer, Ask, Charge, Checkpoint, CheckpointError, EvidenceError, EvidenceFile, Judgement, KeyFault,
    KeySchedule, KeySuccession, MemoryStore, RegisterError, Replica, SuccessionError,
};
use dokuei_identity::time::Timestamp;

use crate::world::{NOW, Registry, act, empty, take};

const LATER: Timestamp = NOW.plus(600);

fn registry(entries: u32) -> Registry {
    let mut registry = Registry::new();
    registry.enter(NOW, (0..entries).map(act));
    registry
}

/// What a mirror of the registry answers now.
fn ask(registry: &Registry, node: &Replica<MemoryStore>, now: Timestamp) -> Answer {
    registry.answer(&node.ask(None), now).1
}

fn refused(
    registry: &Registry,
    node: &mut Replica<MemoryStore>,
    answer: &Answer,
    now: Timestamp,
) -> KeyFault {
    match take(registry, node, &answer.to_bytes(), now) {
        Err(RegisterError::Key(fault)) => fault,
        other => panic!("not refused for its key: {other:?}"),
    }
}

#[test]
fn r11_a_key_that_the_root_named_is_followed_and_keeps_being_followed() {
    let mut registry = registry(5);
    let mut node = empty();
    registry.update(&mut node, NOW);
    registry.change_key(31, LATER, false);
    registry.update(&mut node, LATER);
    assert_eq!(node.size(), 6);
    registry.enter(LATER, [act(9)]);
    registry.update(&mut node, LATER);
    registry.change_key(32, LATER.plus(60), true);
    registry.update(&mut node, LATER.plus(60));
    let schedule = node.schedule(&registry.anchor);
    assert_eq!(schedule.current(), Some(registry.key.public()));
    let changes: Vec<_> = schedule
        .successions()
        .iter()
        .map(|one| (one.size, one.compromised))
        .collect();
    assert_eq!(changes, [(5, false), (7, true)]);
    // A node that begins now believes the last key only.
    let mut new = empty();
    registry.update(&mut new, LATER.plus(60));
    assert_eq!(new.size(), 8);
}

/// A certificate that leads to the root is not enough: an issuing authority cannot put its own key in the place of the
/// register's.
#[test]
fn r17_a_certified_key_that_the_root_did_not_name_is_refused() {
    let mut registry = registry(5);
    let mut node = empty();
    registry.update(&mut node, NOW);
    registry.enter(LATER, [act(9)]);
    registry.key = SecretKey::from_seed(&[40; 32]);
    registry.chain = registry.certify(&registry.key.clone(), NOW);
    let answer = ask(&registry, &node, LATER);
    assert_eq!(refused(&registry, &mut node, &answer, LATER), KeyFault::NotNamed);

    // Nor on the word of the issuing authority, or of another network's root.
    let word = registry.succession(41, LATER, false);
    assert_eq!(
        KeySuccession::verify(&word.sign(&registry.issuing), &registry.anchor),
        Err(SuccessionError::Signer)
    );
    let mut rng = rand::rng();
    let stranger =
        CertificateAuthority::create_root("Test Root", Validity::days_from(NOW, 100), &mut rng).unwrap();
    assert_eq!(
        KeySuccession::verify(&word.sign(&stranger), &registry.anchor),
        Err(SuccessionError::Signer)
    );
    let mut flipped = word.sign(&registry.root);
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    assert!(matches!(
        KeySuccession::verify(&flipped, &registry.anchor),
        Err(SuccessionError::Signed(_))
    ));
    assert_eq!(
        KeySuccession::verify(&word.sign(&registry.root), &registry.anchor),
        Ok(word)
    );
    registry.enter(
        LATER,
        [Act::RegisterKey {
            statement: word.sign(&registry.issuing),
        }],
    );
    registry.key = SecretKey::from_seed(&[41; 32]);
    registry.chain = registry.certify(&registry.key.clone(), NOW);
    let answer = ask(&registry, &node, LATER);
    assert_eq!(refused(&registry, &mut node, &answer, LATER), KeyFault::NotNamed);
}

#[test]
fn r17_what_the_former_key_signs_later_counts_for_nothing() {
    let mut thief = registry(5);
    let mut node = empty();
    thief.update(&mut node, NOW);
    let mut honest = registry(5);
    honest.change_key(31, LATER, true);
    honest.update(&mut node, LATER);
    // More entries, or the same ones once more as if they were news.
    thief.enter(LATER.plus(1), (100..103).map(act));
    let answer = ask(&thief, &node, LATER.plus(1));
    assert_eq!(
        refused(&thief, &mut node, &answer, LATER.plus(1)),
        KeyFault::Retired
    );
    let again = registry(5);
    let mut answer = again.whole(&again.sign(5, LATER.plus(60)));
    answer.from = 0;
    assert_eq!(
        refused(&thief, &mut node, &answer, LATER.plus(60)),
        KeyFault::Retired
    );
    // A mirror that is merely behind is no thief.
    let old = again.whole(&again.sign(5, NOW));
    let accepted = take(&again, &mut node, &old.to_bytes(), LATER).unwrap();
    assert!(!accepted.newer);
}

/// The same of a checkpoint that comes without a certificate, by gossip or at a meeting.
#[test]
fn r17_a_bare_checkpoint_is_judged_by_the_key_of_its_time() {
    let mut registry = registry(5);
    let old = registry.key.public();
    let early = registry.sign(5, NOW);
    let late = registry.sign(5, LATER.plus(1));
    registry.change_key(31, LATER, false);
    let mut node = empty();
    registry.update(&mut node, LATER);
    let new = registry.sign(6, LATER.plus(2));
    let schedule = node.schedule(&registry.anchor);
    let parse = |checkpoint: &[u8]| Checkpoint::parse(checkpoint).unwrap();
    let judge = |checkpoint: &[u8], schedule: &KeySchedule, known| {
        schedule
            .verify(&parse(checkpoint), known, &registry.network)
            .map(|it| node.judge(&it).unwrap())
    };
    assert_eq!(judge(early.note(), &schedule, None), Ok(Judgement::Behind));
    assert_eq!(judge(new.note(), &schedule, None), Ok(Judgement::Same));
    assert_eq!(
        judge(late.note(), &schedule, None),
        Err(CheckpointError::UnknownKey)
    );
    // Before the change is known, the new key is a stranger's, which the sender may explain.
    let nothing = KeySchedule::default();
    assert_eq!(
        judge(new.note(), &nothing, Some(&old)),
        Err(CheckpointError::UnknownKey)
    );
    assert_eq!(judge(early.note(), &nothing, Some(&old)), Ok(Judgement::Behind));
}

/// More entries than one answer carries lie between what the node has and the change of the key; and, in the second
/// half, of the root with a new issuing authority below it.
#[test]
fn r17_a_node_that_was_off_over_changes_of_key_and_root_follows_in_several_answers() {
    let mut registry = registry(5);
    let mut node = empty();
    registry.update(&mut node, NOW);
    registry.enter(LATER, (10..6_000).map(act));
    registry.change_key(31, LATER.plus(1), true);
    let mut meanwhile = empty();
    assert!(registry.update(&mut meanwhile, LATER.plus(1)) > 1);

    let long = Validity::days_from(NOW.minus(60), 3650);
    let root = CertificateAuthority::create_root("Test Root", long, &mut registry.rng).unwrap();
    let successor = TrustAnchor::from_der(root.certificate()).unwrap();
    let cross = registry
        .root
        .cross_certify(&successor, &mut registry.rng)
        .unwrap();
    let der = root.certificate().to_vec();
    registry.enter(LATER.plus(2), [Act::SuccessorRoot { der, cross }]);
    registry.root = root;
    let years = Validity::days_from(NOW.minus(60), 1826);
    registry.issuing = registry
        .root
        .create_issuing("Test Issuing 2", years, &mut registry.rng)
        .unwrap();
    let der = registry.issuing.certificate().to_vec();
    registry.enter(LATER.plus(2), [Act::IssuingAuthority { der }]);
    registry.enter(LATER.plus(3), (10_000..16_000).map(act));
    registry.change_key(32, LATER.plus(4), false);
    registry.enter(LATER.plus(5), (20_000..25_000).map(act));

    for (who, replica) in [
        ("was off", &mut node),
        ("saw half", &mut meanwhile),
        ("new", &mut empty()),
    ] {
        let rounds = registry.update(replica, LATER.plus(5));
        assert_eq!(replica.size(), registry.entries.len() as u64, "{who}");
        assert!(rounds > 2, "{who}: {rounds} answers");
    }
    // Without the successions that come along nobody could tell.
    let mut node = empty();
    let bare = Answer {
        successions: Vec::new(),
        ..ask(&registry, &node, LATER.plus(5))
    };
    let judged = take(&registry, &mut node, &bare.to_bytes(), LATER.plus(5));
    assert!(matches!(judged, Err(RegisterError::Registry(_))), "{judged:?}");
}

/// A new root counts from the time of its entry: that the old one has ended since does not matter.
#[test]
fn r8_a_root_that_was_entered_in_time_counts_after_the_old_one_has_ended() {
    let mut registry = registry(2);
    let day = 86_400;
    let after = Validity::days_from(NOW.plus(3_000 * day), 3650);
    let root = CertificateAuthority::create_root("Test Root", after, &mut registry.rng).unwrap();
    let successor = TrustAnchor::from_der(root.certificate()).unwrap();
    let cross = registry
        .root
        .cross_certify(&successor, &mut registry.rng)
        .unwrap();
    let at = NOW.plus(3_100 * day);
    registry.enter(
        at,
        [Act::SuccessorRoot {
            der: root.certificate().to_vec(),
            cross,
        }],
    );
    registry.issuing = root
        .create_issuing("Test Issuing 2", after, &mut registry.rng)
        .unwrap();
    // Its certificate is remembered with the roots; what only claims to be one is not.
    let der = registry.issuing.certificate().to_vec();
    let entered = [der, b"no certificate".to_vec()].map(|der| Act::IssuingAuthority { der });
    registry.enter(at.plus(1), entered);
    let late = NOW.plus(5_000 * day);
    assert!(
        registry.root.validity().not_after < late,
        "the first root has ended"
    );
    registry.chain = registry.certify(&registry.key.clone(), late);
    let mut node = empty();
    registry.update(&mut node, late);
    let mut anchors = dokuei_identity::chain::TrustAnchors::new(registry.anchor.clone());
    assert_eq!(node.standings().teach(&mut anchors), []);
    assert_eq!((anchors.all().len(), anchors.issuers().len()), (2, 1));
    // The same by its text, which an operator hands to those who come later.
    let text = anchors.to_pem();
    assert_eq!(dokuei_identity::chain::TrustAnchors::from_pem(&text), Ok(anchors));
}

/// Whoever followed a thief hears of it from the first honest answer, and returns.
#[test]
fn r17_who_followed_a_thief_returns_to_the_registry() {
    for (stolen, size) in [
        ("more entries", 9),
        ("as many as the registry has now", 6),
        ("a younger date only", 5),
    ] {
        let mut thief = registry(5);
        thief.enter(LATER, (100..100 + size - 5).map(act));
        let mut honest = registry(5);
        honest.change_key(31, NOW.plus(60), true);
        honest.enter(LATER, (50..60).map(act));
        let mut fooled = empty();
        thief.update(&mut fooled, LATER.plus(60));
        let answer = ask(&honest, &fooled, LATER.plus(90));
        let first = take(&honest, &mut fooled, &answer.to_bytes(), LATER.plus(90));
        assert!(
            matches!(first, Err(RegisterError::NothingNew)),
            "{stolen}: {first:?}"
        );
        assert_eq!(fooled.size(), 0, "{stolen}: it is forgotten");
        honest.update(&mut fooled, LATER.plus(90));
        assert_eq!(fooled.size(), 16, "{stolen}");
        assert!(fooled.standing(&act(100).fingerprint().unwrap()).is_none());
    }
}

/// A third party that has nothing but the root.
fn judged(registry: &Registry, evidence: &EvidenceFile) -> Result<(Charge, bool), EvidenceError> {
    let file = EvidenceFile::parse(&evidence.to_bytes()).unwrap();
    assert_eq!(file, *evidence);
    let conviction = file.verify(&registry.anchor)?;
    assert_eq!(conviction.signers.len(), 2);
    Ok((conviction.charge, conviction.replaced_key))
}

#[test]
fn r11_old_evidence_stays_valid_and_a_thief_is_told_from_the_registry() {
    let mut registry = registry(5);
    let chains = |registry: &Registry| vec![registry.chain.clone()];
    let split =
        |node: &Replica<MemoryStore>, other: &Registry, size, at| match node.judge(&other.sign(size, at)) {
            Ok(Judgement::SplitView(evidence)) => *evidence,
            other => panic!("not noticed: {other:?}"),
        };
    let mut other = Registry::new();
    other.enter(NOW, (70..75).map(act));
    let evidence = split(&registry.mirror(NOW), &other, 5, NOW);
    let before = EvidenceFile::of(&evidence, chains(&registry), Vec::new());
    assert_eq!(judged(&registry, &before), Ok((Charge::TwoRoots, false)));
    let former = registry.chain.clone();
    registry.change_key(31, LATER, true);
    let successions = vec![registry.entries.last().unwrap().clone()];
    let after = EvidenceFile::of(
        &evidence,
        vec![registry.chain.clone(), former.clone()],
        successions.clone(),
    );
    assert_eq!(
        judged(&registry, &after),
        Ok((Charge::TwoRoots, false)),
        "both signed in time"
    );

    // What the thief signs with the former key convicts the thief.
    let mut thief = Registry::new();
    thief.enter(NOW, (0..5).map(act));
    thief.enter(LATER, [act(99)]);
    let evidence = split(&registry.mirror(LATER), &thief, 6, LATER.plus(5));
    let file = EvidenceFile::of(&evidence, vec![registry.chain.clone(), former], successions);
    assert_eq!(judged(&registry, &file), Ok((Charge::TwoRoots, true)));

    // Without the signer's certificate, or with somebody else's root, it says nothing.
    let less = EvidenceFile::of(&evidence, chains(&registry), Vec::new());
    assert_eq!(judged(&registry, &less), Err(EvidenceError::Signer));
    let mut rng = rand::rng();
    let stranger =
        CertificateAuthority::create_root("Test Root", Validity::days_from(NOW, 100), &mut rng).unwrap();
    let stranger = TrustAnchor::from_der(stranger.certificate()).unwrap();
    assert_eq!(before.verify(&stranger).err(), Some(EvidenceError::Signer));
    let bytes = before.to_bytes();
    for at in (0..bytes.len()).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let parsed = EvidenceFile::parse(&flipped);
        assert!(
            parsed.and_then(|file| file.verify(&registry.anchor)).is_err(),
            "byte {at}"
        );
    }
    let many = EvidenceFile {
        chains: vec![
            Chain {
                end: vec![],
                intermediates: vec![]
            };
            17
        ],
        ..before
    };
    assert!(EvidenceFile::parse(&many.to_bytes()).is_err());
}

/// A question about the past is answered with the successions too: they are few.
#[test]
fn r11_every_answer_brings_the_successions() {
    let mut registry = registry(5);
    registry.change_key(31, LATER, false);
    registry.enter(LATER, [act(9)]);
    let ask = Ask {
        from: 7,
        checkpoint_size: 7,
        lists: None,
    };
    let (_, answer) = registry.answer(&ask, LATER);
    assert_eq!(answer.entries.len(), 0);
    assert_eq!(answer.successions, [registry.entries[5].clone()]);
}
