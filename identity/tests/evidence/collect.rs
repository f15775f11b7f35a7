//! The registry's question to a drop box.

use dokuei_identity::application::{
    Collect, CollectError, Collected, Deposit, collect_request, read_collect_request,
};
use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{ChainError, TrustAnchor};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;

use crate::world::{NOW, World, specialist};

const ME: &[u8] = b"the bytes of a peer id";

fn question(at: u64) -> Collect {
    Collect {
        bootstrap: ME.to_vec(),
        at: NOW.plus(at),
        after: 41,
        answers: Vec::new(),
    }
}

struct Asked {
    world: World,
    key: SecretKey,
    chain: dokuei_identity::chain::Chain,
}

fn asked() -> Asked {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[5; 32]);
    let chain = world.registry(&key);
    Asked { world, key, chain }
}

#[test]
fn r17_the_registry_may_collect() {
    let Asked { world, key, chain } = asked();
    let bytes = collect_request(&question(1000), &key, &chain);
    let (collect, registry) = read_collect_request(&bytes, ME, &world.anchor, NOW.plus(1100), None).unwrap();
    assert_eq!(collect, question(1000));
    assert_eq!(registry.key, key.public());
    insta::assert_snapshot!("collect", hex::encode(bytes));
}

#[test]
fn r17_nobody_else_and_nowhere_else_and_not_again() {
    let Asked {
        mut world,
        key,
        chain,
    } = asked();
    let bytes = collect_request(&question(1000), &key, &chain);
    let read = |bytes: &[u8], me: &[u8], at: u64| {
        read_collect_request(bytes, me, &world.anchor, NOW.plus(at), None).unwrap_err()
    };
    assert_eq!(read(&bytes, b"another", 1000), CollectError::AnotherBootstrap);
    assert_eq!(read(&bytes, ME, 1301), CollectError::Time);
    assert_eq!(read(&bytes, ME, 699), CollectError::Time);
    assert!(matches!(
        read(&bytes[..bytes.len() - 1], ME, 1000),
        CollectError::Form(_)
    ));
    assert!(matches!(
        read(&vec![0; 17 << 10], ME, 1000),
        CollectError::Form(_)
    ));
    // The registry's chain, and another key.
    let thief = SecretKey::from_seed(&[6; 32]);
    let forged = collect_request(&question(1000), &thief, &chain);
    assert!(matches!(read(&forged, ME, 1000), CollectError::Signature(_)));
    // A practitioner of the same network is not its registry.
    let practitioner = SecretKey::from_seed(&[7; 32]);
    let (_, hers) = world.issue(&specialist(), &practitioner);
    let forged = collect_request(&question(1000), &practitioner, &hers);
    let error = read_collect_request(&forged, ME, &world.anchor, NOW.plus(1000), None).unwrap_err();
    assert!(
        matches!(error, CollectError::Chain(ChainError::Refused { .. })),
        "{error:?}"
    );
    // Another network's registry.
    let other =
        CertificateAuthority::create_root("Other", Validity::days_from(NOW, 9), &mut world.rng).unwrap();
    let other = TrustAnchor::from_der(other.certificate()).unwrap();
    let error = read_collect_request(&bytes, ME, &other, NOW.plus(1000), None).unwrap_err();
    assert!(matches!(error, CollectError::Chain(_)), "{error:?}");
}

/// A bootstrap with a key, and a question to it with this `after`.
fn question_to(bootstrap: &SecretKey, after: u64) -> Collect {
    let key = bootstrap.public();
    let peer_id = [&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20], key.as_bytes().as_slice()].concat();
    Collect {
        bootstrap: peer_id,
        at: NOW,
        after,
        answers: Vec::new(),
    }
}

/// R17: an answer is believed of the bootstrap that was asked and to this question only: the registry lets the bootstrap
/// delete what it has, so a false number would destroy what waits.
#[test]
fn r17_only_the_bootstrap_that_was_asked_answers() {
    let (bootstrap, other) = (SecretKey::from_seed(&[3; 32]), SecretKey::from_seed(&[4; 32]));
    let (question, request) = (question_to(&bootstrap, 41), b"the request".as_slice());
    let collected = Collected {
        deposits: vec![Deposit {
            number: u64::MAX,
            at: NOW,
            sealed: vec![1],
        }],
        more: false,
    };
    let good = collected.answer(request, &bootstrap);
    assert_eq!(Collected::read(&good, &question, request), Ok(collected.clone()));
    let refused = Err(CollectError::AnotherAnswers);
    assert_eq!(Collected::read(&good, &question, b"another request"), refused);
    assert_eq!(Collected::read(&good, &question_to(&other, 41), request), refused);
    let forged = collected.answer(request, &other);
    assert_eq!(Collected::read(&forged, &question, request), refused);
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        assert!(
            Collected::read(&altered, &question, request).is_err(),
            "byte {place}"
        );
    }
    let nameless = Collect {
        bootstrap: ME.to_vec(),
        ..question
    };
    assert_eq!(
        Collected::read(&good, &nameless, request),
        Err(CollectError::NoKey)
    );
}

#[test]
fn r24_an_answer_is_bounded_and_its_numbers_grow() {
    let bootstrap = SecretKey::from_seed(&[3; 32]);
    let question = question_to(&bootstrap, 41);
    let read = |collected: &Collected| {
        let answer = collected.answer(b"the request", &bootstrap);
        Collected::read(&answer, &question, b"the request")
    };
    let deposit = |number| Deposit {
        number,
        at: NOW,
        sealed: vec![1, 2, 3],
    };
    let answer = |numbers: &[u64], more| Collected {
        deposits: numbers.iter().copied().map(deposit).collect(),
        more,
    };
    let good = answer(&[42, 50], true);
    assert_eq!(read(&good), Ok(good.clone()));
    insta::assert_snapshot!("collected", hex::encode(good.answer(b"the request", &bootstrap)));
    for bad in [
        answer(&[41], false),
        answer(&[50, 42], false),
        answer(&[42, 42], false),
        answer(&[], true),
    ] {
        assert!(read(&bad).is_err(), "{bad:?}");
    }
    let many: Vec<u64> = (42..42 + 257).collect();
    let too_many = read(&answer(&many, false));
    assert!(matches!(too_many, Err(CollectError::Form(_))), "{too_many:?}");
    let mut large = answer(&[42], false);
    large.deposits[0].sealed = vec![0; (3 << 20) + 1];
    assert_eq!(read(&large), Err(CollectError::TooLarge));
    let longer = vec![0; (8 << 20) + 1];
    assert!(Collected::read(&longer, &question, b"the request").is_err());
}
