//! Roots that follow one another, issuing authorities side by side, and the registry's own certificate.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{
    Chain, ChainError, Fault, Position, TrustAnchor, TrustAnchors, verify, verify_practitioner,
    verify_registry,
};
use dokuei_identity::issue::{CertificateAuthority, IssueError};
use dokuei_identity::key::SecretKey;
use dokuei_identity::revocation::{RevocationList, RevocationLists, RevocationReason, Revoked, make};
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::forge::{AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, forge};
use crate::world::{NOW, World, pem_to_der, specialist};

const YEAR: u64 = 365 * 86_400;

/// A root that begins `after` seconds from now.
fn root(name: &str, seed: u64, after: u64) -> CertificateAuthority {
    let mut rng = StdRng::seed_from_u64(seed);
    CertificateAuthority::create_root(name, Validity::days_from(NOW.plus(after), 3650), &mut rng).unwrap()
}

fn anchor(authority: &CertificateAuthority) -> TrustAnchor {
    TrustAnchor::from_der(authority.certificate()).unwrap()
}

/// A practitioner under a new issuing authority of this root.
fn practitioner(world: &mut World, root: &CertificateAuthority) -> Chain {
    let validity = Validity {
        not_before: root.validity().not_before,
        not_after: root.validity().not_before.plus(5 * YEAR),
    };
    world.issuing = root
        .create_issuing("Test Issuing 2", validity, &mut world.rng)
        .unwrap();
    let request = crate::world::request(&SecretKey::from_seed(&[7; 32]));
    let year = Validity::days_from(validity.not_before, 365);
    let issued = world
        .issuing
        .issue_practitioner(&request, &specialist(), year, &mut world.rng);
    world.issuing.chain(&issued.unwrap())
}

/// R8: whoever trusts the old root comes to trust the new one by its cross certificate, and by nothing else.
#[test]
fn r8_a_successor_root_is_believed_because_the_old_root_says_so() {
    let mut world = World::new();
    let (_, old_chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    // The same name as before: such a certificate is self-issued, and no path length counts it.
    let new = root("Test Root", 2, 0);
    let cross = world.root.cross_certify(&anchor(&new), &mut world.rng).unwrap();
    let new_chain = practitioner(&mut world, &new);
    let mut anchors = TrustAnchors::new(world.anchor.clone());
    assert_eq!(
        verify(&new_chain, &anchors, NOW, None).unwrap_err().code(),
        "issuing-authority-key-identifier-mismatch"
    );
    anchors.add(new.certificate(), &cross, NOW).unwrap();
    assert!(verify(&new_chain, &anchors, NOW, None).is_ok());
    assert!(verify(&old_chain, &anchors, NOW, None).is_ok());
    assert_eq!(anchors.first(), &world.anchor);
    assert_eq!(anchors.all().len(), 2);
    anchors.add(new.certificate(), &cross, NOW).unwrap();
    assert_eq!(anchors.all().len(), 2, "the same again changes nothing");
}

/// R8: a chain of successors holds, each proven by the one before it, also when the first root has expired.
#[test]
fn r8_a_successor_of_a_successor_outlives_the_first_root() {
    let mut world = World::new();
    let second = root("Second Root", 2, 5 * YEAR);
    let third = root("Third Root", 3, 12 * YEAR);
    let cross = [
        world
            .root
            .cross_certify(&anchor(&second), &mut world.rng)
            .unwrap(),
        second.cross_certify(&anchor(&third), &mut world.rng).unwrap(),
    ];
    let mut anchors = TrustAnchors::new(world.anchor.clone());
    let skipped = anchors.add(third.certificate(), &cross[1], NOW.plus(13 * YEAR));
    assert_eq!(skipped.unwrap_err().code(), "cross-issuer-name");
    anchors
        .add(second.certificate(), &cross[0], NOW.plus(6 * YEAR))
        .unwrap();
    anchors
        .add(third.certificate(), &cross[1], NOW.plus(13 * YEAR))
        .unwrap();
    let chain = practitioner(&mut world, &third);
    let late = NOW.plus(12 * YEAR + 9);
    assert!(verify(&chain, &anchors, late, None).is_ok());
    let mut person = World::new();
    let (_, first) = person.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    assert_eq!(
        verify(&first, &anchors, late, None).unwrap_err().code(),
        "root-expired"
    );
}

#[test]
fn a_proof_of_another_kind_is_refused_with_its_reason() {
    let mut world = World::new();
    let new = root("Test Root", 2, 0);
    let cross = world.root.cross_certify(&anchor(&new), &mut world.rng).unwrap();
    let stranger = root("Test Root", 4, 0);
    let by_stranger = stranger.cross_certify(&anchor(&new), &mut world.rng).unwrap();
    let key = world.root.key();
    let altered = [
        (by_stranger, NOW, "cross-authority-key-identifier-mismatch"),
        (
            forge(&cross, &SecretKey::from_seed(&[6; 32]), |_| {}),
            NOW,
            "cross-signature",
        ),
        (
            forge(&cross, key, |body| body.set(BASIC_CONSTRAINTS, "3000")),
            NOW,
            "cross-not-an-authority",
        ),
        (
            forge(&cross, key, |body| body.remove(AUTHORITY_KEY_ID)),
            NOW,
            "cross-missing-authority-key-identifier",
        ),
        (cross.clone(), NOW.minus(1), "root-not-yet-valid"),
        (cross.clone(), NOW.plus(11 * YEAR), "root-expired"),
        (
            new.certificate().to_vec(),
            NOW,
            "cross-missing-authority-key-identifier",
        ),
    ];
    for (cross, at, code) in altered {
        let mut anchors = TrustAnchors::new(world.anchor.clone());
        let refused = anchors.add(new.certificate(), &cross, at).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert_eq!(anchors.all().len(), 1);
    }
    // The cross certificate of one successor proves no other.
    let other = root("Test Root", 5, 0);
    let mut anchors = TrustAnchors::new(world.anchor.clone());
    let refused = anchors.add(other.certificate(), &cross, NOW);
    let (at, fault) = (Position::Cross, Fault::Key);
    assert_eq!(refused, Err(ChainError::Refused { at, fault }));
}

#[test]
fn only_a_root_names_a_successor_and_never_itself() {
    let mut world = World::new();
    let new = anchor(&root("Test Root", 2, 0));
    let by_issuing = world.issuing.cross_certify(&new, &mut world.rng);
    assert_eq!(by_issuing, Err(IssueError::NotThisAuthority));
    let itself = world.root.cross_certify(&world.anchor, &mut world.rng);
    assert_eq!(itself, Err(IssueError::NotThisAuthority));
    let never_together = anchor(&root("Test Root", 3, 11 * YEAR));
    assert_eq!(
        world.root.cross_certify(&never_together, &mut world.rng),
        Err(IssueError::TooLong)
    );
}

/// R8: OpenSSL, which knows the old root only, accepts a certificate under the new one by way of the cross certificate.
#[test]
fn r8_openssl_follows_the_cross_certificate() {
    let mut world = World::new();
    let new = root("Test Root", 2, 0);
    let cross = world.root.cross_certify(&anchor(&new), &mut world.rng).unwrap();
    let chain = practitioner(&mut world, &new);
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, end: Vec<u8>, more: Vec<Vec<u8>>| {
        let chain = Chain {
            end,
            intermediates: more,
        };
        std::fs::write(dir.path().join(name), chain.to_pem()).unwrap();
    };
    write("old.pem", world.anchor.der().to_vec(), vec![]);
    write("between.pem", chain.intermediates[0].clone(), vec![cross]);
    write("end.pem", chain.end, vec![]);
    let output = std::process::Command::new("openssl")
        .current_dir(dir.path())
        .args([
            "verify",
            "-ignore_critical",
            "-x509_strict",
            "-attime",
            "1795478401",
        ])
        .args(["-CAfile", "old.pem", "-untrusted", "between.pem", "end.pem"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// R6: each issuing authority has its own list; the one says nothing about the other's certificates.
#[test]
fn r6_two_issuing_authorities_have_a_list_each() {
    let mut world = World::new();
    let (first_issued, first) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let first_authority = world.issuing.clone();
    let validity = Validity::days_from(NOW, 1000);
    world.issuing = world
        .root
        .create_issuing("Test Issuing 2", validity, &mut world.rng)
        .unwrap();
    let (_, second) = world.issue(&specialist(), &SecretKey::from_seed(&[8; 32]));
    let entries = [Revoked {
        serial: first_issued.serial,
        since: NOW,
        reason: RevocationReason::Superseded,
    }];
    let list =
        |authority: &CertificateAuthority, number, chain: &Chain, entries: &[Revoked], at: Timestamp| {
            let pem = make(authority, number, at, at.plus(86_400), entries).unwrap();
            RevocationList::verify(&pem_to_der(&pem), chain, &world.anchor, NOW.plus(60)).unwrap()
        };
    let mut lists: RevocationLists = [
        list(&first_authority, 2, &first, &entries, NOW),
        list(&world.issuing, 1, &second, &[], NOW),
    ]
    .into_iter()
    .collect();
    let judge = |lists: &RevocationLists, chain: &Chain| {
        verify_practitioner(chain, &world.anchor, NOW, lists.of(chain)).map(|_| ())
    };
    assert_eq!(judge(&lists, &first).unwrap_err().code(), "revoked");
    assert_eq!(judge(&lists, &second), Ok(()));
    let other = lists.of(&second).unwrap();
    let refused = verify_practitioner(&first, &world.anchor, NOW, Some(other));
    assert_eq!(refused, Err(ChainError::AnothersRevocationList));
    // A list never goes back to a lower number, whatever its time.
    assert!(!lists.insert(list(&first_authority, 1, &first, &[], NOW.plus(9))));
    assert!(!lists.insert(list(&first_authority, 2, &first, &[], NOW.plus(9))));
    assert_eq!(judge(&lists, &first).unwrap_err().code(), "revoked");
    assert!(lists.insert(list(&first_authority, 3, &first, &[], NOW.plus(9))));
    assert_eq!(judge(&lists, &first), Ok(()));
    assert_eq!(lists.iter().count(), 2);
}

/// R11: the key that signs the register has a certificate of its own kind, and no other kind passes for it.
#[test]
fn r11_a_registry_is_certified_for_its_register_only() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[9; 32]);
    let chain = world.registry(&key);
    let certificate = verify_registry(&chain, &world.anchor, NOW, None).unwrap();
    assert_eq!(
        (certificate.name.as_str(), certificate.key),
        ("Test Registry", key.public())
    );
    assert_eq!(certificate.fingerprint, chain.fingerprint());
    let code = |refused: ChainError| refused.code();
    let refused = dokuei_identity::chain::verify_node(&chain, &world.anchor, NOW, None);
    assert_eq!(refused.map_err(code), Err("policy"));
    let (_, node) = world.issue_node(&crate::world::clinic(), &SecretKey::from_seed(&[8; 32]));
    let refused = verify_registry(&node, &world.anchor, NOW, None);
    assert_eq!(refused.map_err(code), Err("policy"));
    let (_, person) = world.issue(&specialist(), &key);
    let refused = verify_registry(&person, &world.anchor, NOW, None);
    assert_eq!(refused.map_err(code), Err("key-usage"));
    let long = world.issuing.issue_registry(
        &key.public(),
        "Test Registry",
        Validity::days_from(NOW, 367),
        &mut world.rng,
    );
    assert_eq!(long, Err(IssueError::TooLong));
}
