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

#[test]
fn r24_an_answer_is_bounded_and_its_numbers_grow() {
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
    assert_eq!(Collected::read(&good.to_bytes(), 41), Ok(good.clone()));
    insta::assert_snapshot!("collected", hex::encode(good.to_bytes()));
    for bad in [
        answer(&[41], false),
        answer(&[50, 42], false),
        answer(&[42, 42], false),
        answer(&[], true),
    ] {
        assert!(Collected::read(&bad.to_bytes(), 41).is_err(), "{bad:?}");
    }
    let many: Vec<u64> = (42..42 + 257).collect();
    assert_eq!(
        Collected::read(&answer(&many, false).to_bytes(), 41),
        Err(CollectError::TooLarge)
    );
    let mut large = answer(&[42], false);
    large.deposits[0].sealed = vec![0; (3 << 20) + 1];
    assert_eq!(
        Collected::read(&large.to_bytes(), 41),
        Err(CollectError::TooLarge)
    );
    assert!(Collected::read(&vec![0; (8 << 20) + 1], 41).is_err());
}
