//! Sealing to the registry.

use std::collections::BTreeSet;

use dokuei_identity::application::{
    ApplicationKey, ApplicationSecretKey, EvidenceKind, MAX_APPLICATION, MAX_SEALED, SealError,
    SignedApplication, open, seal, sealed_to,
};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::kem::KemPublicKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

use crate::application::{PNG, draft, evidence, good, key, root};

fn secret(seed: u8) -> ApplicationSecretKey {
    ApplicationSecretKey::from_seed(Zeroizing::new([seed; 32]))
}

fn sealed(content: &[u8]) -> Vec<u8> {
    seal(
        content,
        &secret(1).public(),
        &root(),
        &mut StdRng::seed_from_u64(1),
    )
    .unwrap()
}

#[test]
fn r17_the_registry_opens_what_was_sealed_to_it() {
    let bytes = good().to_bytes();
    let key = secret(1);
    let opened = open(&sealed(&bytes), &root(), |kid| {
        (kid == key.public().kid()).then_some(&key)
    })
    .unwrap();
    assert_eq!(SignedApplication::read(&opened).unwrap(), good());
    assert_eq!(sealed_to(&sealed(&bytes)).as_ref(), Ok(key.public().kid()));
}

#[test]
fn r17_nobody_else_opens_it_and_nothing_may_be_altered() {
    let sealed = sealed(&good().to_bytes());
    let (key, other) = (secret(1), secret(2));
    assert_eq!(open(&sealed, &root(), |_| None), Err(SealError::NoSuchKey));
    assert_eq!(
        open(&sealed, &root(), |_| Some(&other)),
        Err(SealError::DoesNotOpen)
    );
    let elsewhere = Fingerprint::of(b"another network");
    assert_eq!(
        open(&sealed, &elsewhere, |_| Some(&key)),
        Err(SealError::DoesNotOpen)
    );
    // Format, identifier, encapsulation, ciphertext, tag.
    for place in [1, 4, 30, 1000, 2000, sealed.len() - 1] {
        let mut altered = sealed.clone();
        altered[place] ^= 1;
        assert!(open(&altered, &root(), |_| Some(&key)).is_err(), "byte {place}");
    }
    for length in [0, 1, 1200, sealed.len() - 1] {
        assert!(open(&sealed[..length], &root(), |_| Some(&key)).is_err());
    }
    let got = MAX_SEALED + 1;
    let limit = MAX_SEALED;
    assert_eq!(sealed_to(&vec![0; got]), Err(SealError::TooLarge { got, limit }));
}

#[test]
fn r17_a_keeper_learns_one_of_five_sizes() {
    let lengths = [
        0,
        1,
        5_000,
        16_380,
        16_381,
        70_000,
        300_000,
        1_200_000,
        MAX_APPLICATION,
    ];
    let sizes: BTreeSet<_> = lengths
        .iter()
        .map(|length| sealed(&vec![7; *length]).len())
        .collect();
    assert_eq!(sizes.len(), 5, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= MAX_SEALED));
    let mut rng = StdRng::seed_from_u64(1);
    let too_much = seal(
        &vec![0; MAX_APPLICATION + 1],
        &secret(1).public(),
        &root(),
        &mut rng,
    );
    assert!(matches!(too_much, Err(SealError::TooLarge { .. })));
    // The same application twice looks like two.
    let mut one = draft();
    one.evidence = vec![evidence(EvidenceKind::Other, "a.png", PNG)];
    let bytes = SignedApplication::make(&key(), one).unwrap().to_bytes();
    let twice = [
        seal(&bytes, &secret(1).public(), &root(), &mut rng).unwrap(),
        seal(&bytes, &secret(1).public(), &root(), &mut rng).unwrap(),
    ];
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn r17_a_key_is_taken_only_with_its_own_identifier() {
    let key = secret(1).public();
    let entered = |kid: [u8; 16]| dokuei_identity::register::ApplicationKey {
        kem: key.kem().as_bytes().to_vec(),
        kid,
    };
    assert_eq!(ApplicationKey::try_from(&entered(*key.kid())), Ok(key.clone()));
    assert_eq!(
        ApplicationKey::try_from(&entered([0; 16])),
        Err(SealError::NotAKey)
    );
    assert_eq!(
        ApplicationKey::from_parts(b"short", key.kid()),
        Err(SealError::NotAKey)
    );
    let no_key = KemPublicKey::from_bytes([0xff; KemPublicKey::LENGTH]);
    assert_eq!(ApplicationKey::new(no_key), Err(SealError::NotAKey));
    assert_eq!(
        format!("{:?}", secret(1)),
        "ApplicationSecretKey(KemSecretKey(redacted))"
    );
}

#[test]
fn the_sealed_form_is_frozen() {
    let sealed = sealed(b"content");
    // The array, the format, the key's identifier and the head of the encapsulation.
    insta::assert_snapshot!("sealed_head", hex::encode(&sealed[..40]));
    insta::assert_snapshot!("sealed_length", sealed.len());
}
