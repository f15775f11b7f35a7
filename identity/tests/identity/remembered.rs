//! What is remembered of issuing authorities changes how long a judgement takes, and never the judgement.

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{
    Anchors, Chain, MAX_ISSUERS, TrustAnchor, TrustAnchors, verify, verify_practitioner,
};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::revocation::{RevocationList, RevocationReason, Revoked, make};
use dokuei_identity::time::Timestamp;
use proptest::prelude::*;

use crate::forge::forge;
use crate::vectors::{self, judge};
use crate::world::{NOW, World, pem_to_der, specialist};

const YEAR: u64 = 365 * 86_400;

/// Anchors that were offered every certificate of a chain, good or not, and each twice.
fn remembering(root: TrustAnchor, chain: &Chain) -> TrustAnchors {
    let mut anchors = TrustAnchors::new(root);
    for der in chain.intermediates.iter().chain([&chain.end]).cycle().take(6) {
        let _ = anchors.remember_issuer(der);
    }
    anchors
}

/// A practitioner's chain with its root, and the same root with the issuing authority remembered.
fn world() -> (World, Chain, TrustAnchors) {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let mut anchors = TrustAnchors::new(world.anchor.clone());
    anchors.remember_issuer(&chain.intermediates[0]).unwrap();
    assert_eq!(anchors.issuers().len(), 1);
    (world, chain, anchors)
}

fn code<A: Anchors>(chain: &Chain, anchors: &A, at: Timestamp) -> &'static str {
    verify(chain, anchors, at, None).map_or_else(|error| error.code(), |_| "ok")
}

/// R4, R6: every test vector is judged the same when nothing is remembered, when its own authority was offered, and when
/// the good authority of the other vectors is remembered.
#[test]
fn r4_every_vector_is_judged_the_same_with_memory_and_without() {
    let (_, good, _) = world();
    let mut remembered = 0;
    for vector in vectors::all() {
        let expected = vector.fact("code");
        let chain = vector.chain();
        assert_eq!(judge(&vector, |root| root), expected, "{}", vector.file);
        let with_its_own = judge(&vector, |root| {
            let anchors = remembering(root, &chain);
            remembered += anchors.issuers().len();
            anchors
        });
        assert_eq!(with_its_own, expected, "{}", vector.file);
        let with_the_good = judge(&vector, |root| remembering(root, &good));
        assert_eq!(with_the_good, expected, "{}", vector.file);
    }
    assert!(
        remembered >= 100,
        "only {remembered} vectors made use of a memory"
    );
}

/// R6: no bit of a remembered authority's certificate can be changed unnoticed, and the reason is the same.
#[test]
fn r6_a_tampered_issuing_certificate_is_never_accepted() {
    let (world, chain, anchors) = world();
    let issuing = &chain.intermediates[0];
    for bit in 0..issuing.len() * 8 {
        let mut altered = chain.clone();
        altered.intermediates[0][bit / 8] ^= 1 << (bit % 8);
        let mut offered = anchors.clone();
        assert!(
            offered.remember_issuer(&altered.intermediates[0]).is_err(),
            "bit {bit}"
        );
        assert_eq!(offered.issuers().len(), 1, "what is refused leaves no trace");
        let judged = code(&altered, &offered, NOW);
        assert_ne!(judged, "ok", "bit {bit}");
        assert_eq!(judged, code(&altered, &world.anchor, NOW), "bit {bit}");
    }
}

/// R6: an authority that names the same root, has the same name and key, and was signed by somebody else.
#[test]
fn r6_a_forged_authority_is_not_taken_for_the_remembered_one() {
    let (world, chain, anchors) = world();
    let forged = forge(&chain.intermediates[0], &SecretKey::from_seed(&[9; 32]), |_| {});
    let chain = Chain {
        intermediates: vec![forged],
        ..chain
    };
    assert_eq!(code(&chain, &anchors, NOW), "issuing-signature");
    assert_eq!(code(&chain, &world.anchor, NOW), "issuing-signature");
}

/// R6: what depends on time or on a revocation list is looked at each time.
#[test]
fn r6_a_remembered_authority_expires_and_its_list_counts() {
    let (mut world, _, mut anchors) = world();
    let short = Validity::days_from(NOW, 30);
    world.issuing = world
        .root
        .create_issuing("Test Issuing 2", short, &mut world.rng)
        .unwrap();
    let request = crate::world::request(&SecretKey::from_seed(&[7; 32]));
    let month = Validity::days_from(NOW, 29);
    let issued = world
        .issuing
        .issue_practitioner(&request, &specialist(), month, &mut world.rng)
        .unwrap();
    let chain = world.issuing.chain(&issued);
    anchors.remember_issuer(&chain.intermediates[0]).unwrap();
    assert_eq!(code(&chain, &anchors, NOW), "ok");
    assert_eq!(code(&chain, &anchors, NOW.minus(1)), "root-not-yet-valid");
    assert_eq!(code(&chain, &anchors, NOW.plus(29 * 86_400 + 1)), "expired");
    assert_eq!(
        code(&chain, &anchors, NOW.plus(30 * 86_400 + 1)),
        "issuing-expired"
    );
    assert_eq!(code(&chain, &anchors, NOW.plus(11 * YEAR)), "root-expired");
    let entries = [Revoked {
        serial: issued.serial,
        since: NOW,
        reason: RevocationReason::KeyCompromise,
    }];
    let pem = make(&world.issuing, 1, NOW, NOW.plus(86_400), &entries).unwrap();
    let list = RevocationList::verify(&pem_to_der(&pem), &chain, &anchors, NOW).unwrap();
    let refused = verify_practitioner(&chain, &anchors, NOW, Some(&list));
    assert_eq!(refused.unwrap_err().code(), "revoked");
}

/// R8: whoever begins with another root remembers nothing, and nothing that another root signed is remembered.
#[test]
fn r8_a_replaced_root_forgets() {
    let (mut world, chain, anchors) = world();
    let made_again = |seed: u64, rng: &mut rand::rngs::StdRng| {
        let validity = Validity::days_from(NOW.plus(seed), 3650);
        let root = CertificateAuthority::create_root("Test Root", validity, rng).unwrap();
        TrustAnchor::from_der(root.certificate()).unwrap()
    };
    let mut replaced = TrustAnchors::new(made_again(1, &mut world.rng));
    assert!(replaced.issuers().is_empty());
    assert!(replaced.remember_issuer(&chain.intermediates[0]).is_err());
    assert!(replaced.issuers().is_empty());
    assert_eq!(
        code(&chain, &replaced, NOW.plus(9)),
        "issuing-authority-key-identifier-mismatch"
    );
    // The old root beside a successor remembers as before, and what it remembers is no part of what is trusted.
    assert_eq!(code(&chain, &anchors, NOW), "ok");
    assert_eq!(anchors, TrustAnchors::new(world.anchor.clone()));
    let printed = TrustAnchors::from_pem(&anchors.to_pem()).unwrap();
    assert!(printed.issuers().is_empty(), "a file brings no memory with it");
}

/// R24: however many authorities there are, the memory has its bound, and who was forgotten is verified anew.
#[test]
fn r24_the_memory_is_bounded() {
    let (mut world, first, mut anchors) = world();
    for number in 0..2 * MAX_ISSUERS {
        let validity = Validity::days_from(NOW, 900);
        let name = format!("Test Issuing {number}");
        let issuing = world
            .root
            .create_issuing(&name, validity, &mut world.rng)
            .unwrap();
        anchors.remember_issuer(issuing.certificate()).unwrap();
        anchors.remember_issuer(issuing.certificate()).unwrap();
        assert!(anchors.issuers().len() <= MAX_ISSUERS);
    }
    assert_eq!(anchors.issuers().len(), MAX_ISSUERS);
    assert_eq!(code(&first, &anchors, NOW), "ok");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// R6: whatever is changed in whichever certificate, at whatever time it is judged.
    #[test]
    fn r6_memory_never_changes_a_verdict(
        which in 0_usize..3,
        place in any::<prop::sample::Index>(),
        change in any::<u8>(),
        cut in prop::option::of(0_usize..40),
        days in -400_i64..4000,
    ) {
        let (world, mut chain, anchors) = world();
        let der = match which {
            0 => &mut chain.end,
            _ => &mut chain.intermediates[0],
        };
        if which < 2 {
            let at = place.index(der.len());
            der[at] ^= change;
            if let Some(cut) = cut {
                der.truncate(der.len().saturating_sub(cut));
            }
        }
        let at = Timestamp(NOW.0.saturating_add_signed(days * 86_400));
        let mut offered = anchors;
        let _ = offered.remember_issuer(&chain.intermediates[0]);
        let without = verify(&chain, &world.anchor, at, None);
        prop_assert_eq!(verify(&chain, &offered, at, None), without);
    }
}
