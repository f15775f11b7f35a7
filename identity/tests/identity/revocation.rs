//! Revocation lists.

use dokuei_identity::chain::{ChainError, verify_practitioner};
use dokuei_identity::key::SecretKey;
use dokuei_identity::revocation::{RevocationError, RevocationList, RevocationReason, Revoked, make};
use dokuei_identity::serial::Serial;

use crate::world::{NOW, World, specialist};

/// R6: a revoked certificate does not verify, with the reason that the registry gave.
#[test]
fn r6_a_revoked_certificate_is_refused_with_its_reason() {
    let mut world = World::new();
    let (issued, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let (_, other) = world.issue(&specialist(), &SecretKey::from_seed(&[8; 32]));
    let reason = RevocationReason::KeyCompromise;
    let entries = [Revoked {
        serial: issued.serial,
        since: NOW,
        reason,
    }];
    let pem = make(&world.issuing, 7, NOW, NOW.plus(86_400), &entries).unwrap();
    let list = RevocationList::verify_pem(&pem, &chain, &world.anchor, NOW).unwrap();
    assert_eq!(
        (list.number(), list.this_update(), list.next_update()),
        (7, NOW, NOW.plus(86_400))
    );
    assert_eq!(list.revoked(), entries);
    let refused = verify_practitioner(&chain, &world.anchor, NOW, Some(&list));
    assert_eq!(refused, Err(ChainError::Revoked { reason, since: NOW }));
    assert!(verify_practitioner(&other, &world.anchor, NOW, Some(&list)).is_ok());
    assert_eq!(list.to_pem(), pem);
}

/// R6: a registry that has revoked many can still say so, also as PEM: the longest list that is read has room.
#[test]
fn r6_a_long_list_is_read_as_pem_too() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let entries: Vec<_> = (0..20_000)
        .map(|_| Revoked {
            serial: Serial::generate(&mut world.rng),
            since: NOW,
            reason: RevocationReason::KeyCompromise,
        })
        .collect();
    let pem = make(&world.issuing, 7, NOW, NOW.plus(86_400), &entries).unwrap();
    let list = RevocationList::verify_pem(&pem, &chain, &world.anchor, NOW).unwrap();
    assert_eq!(list.revoked().len(), entries.len());
    let crlf = pem.replace('\n', "\r\n");
    assert_eq!(
        RevocationList::verify_pem(&crlf, &chain, &world.anchor, NOW),
        Ok(list)
    );
    let longer = format!("{}{pem}", " ".repeat(2 << 20));
    let refused = RevocationList::verify_pem(&longer, &chain, &world.anchor, NOW);
    assert_eq!(refused.unwrap_err().code(), "crl-too-large");
}

#[test]
fn every_reason_survives_the_list() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let words = [
        "unspecified",
        "keyCompromise",
        "affiliationChanged",
        "superseded",
        "cessationOfOperation",
        "certificateHold",
        "privilegeWithdrawn",
    ];
    let entries: Vec<_> = words
        .iter()
        .zip(1_u8..)
        .map(|(word, number)| Revoked {
            serial: Serial::from_bytes(&[number]).unwrap(),
            since: NOW,
            reason: word.parse().unwrap(),
        })
        .collect();
    let pem = make(&world.issuing, 1, NOW, NOW.plus(1), &entries).unwrap();
    let list = RevocationList::verify_pem(&pem, &chain, &world.anchor, NOW).unwrap();
    assert_eq!(list.revoked(), entries);
    assert!(
        words
            .iter()
            .zip(list.revoked())
            .all(|(word, entry)| entry.reason.as_str() == *word)
    );
    assert!("aACompromise".parse::<RevocationReason>().is_err());
}

#[test]
fn a_list_that_is_altered_or_anothers_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let serial = Serial::from_bytes(&[5]).unwrap();
    let entries = [Revoked {
        serial,
        since: NOW,
        reason: RevocationReason::Superseded,
    }];
    let pem = make(&world.issuing, 1, NOW, NOW.plus(1), &entries).unwrap();
    let der = RevocationList::verify_pem(&pem, &chain, &world.anchor, NOW)
        .unwrap()
        .der()
        .to_vec();
    for bit in 0..der.len() * 8 {
        let mut altered = der.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(
            RevocationList::verify(&altered, &chain, &world.anchor, NOW).is_err(),
            "bit {bit}"
        );
    }
    let by_root = make(&world.root, 1, NOW, NOW.plus(1), &[]).unwrap();
    let refused = RevocationList::verify_pem(&by_root, &chain, &world.anchor, NOW);
    assert_eq!(refused, Err(RevocationError::AnotherIssuer));
    let early = RevocationList::verify_pem(&pem, &chain, &world.anchor, NOW).map(|list| list.number());
    assert_eq!(early, Ok(1));
    let future = make(&world.issuing, 2, NOW.plus(301), NOW.plus(900), &[]).unwrap();
    let refused = RevocationList::verify_pem(&future, &chain, &world.anchor, NOW);
    assert_eq!(refused, Err(RevocationError::FromTheFuture));
}
