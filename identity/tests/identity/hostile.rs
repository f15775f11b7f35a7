//! Certificates and chains that are not what they claim. Single defects of a certificate are test vectors, see
//! `vectors`.

use dokuei_identity::certificate::{LicenceKind, Validity};
use dokuei_identity::chain::{
    Chain, ChainError, Fault, Part, Position, TrustAnchor, verify_node, verify_practitioner,
};
use dokuei_identity::key::SecretKey;

use crate::forge::{DIRECTORY_ATTRIBUTES, HC_SCHEME, KEY_USAGE, LICENCE_INFO, LicenceParts, forge, hc_role};
use crate::world::{NOW, World, clinic, specialist};

/// The forge changes nothing by itself, and what it writes by hand is what the registry issues: a defect of the vectors
/// is the only one.
#[test]
fn the_forge_is_exact() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let untouched = forge(&chain.end, world.issuing.key(), |_| {});
    assert_eq!(untouched, chain.end);
    let by_hand = forge(&chain.end, world.issuing.key(), |body| {
        body.put(LICENCE_INFO, LicenceParts::of_specialist().to_der());
        body.put(DIRECTORY_ATTRIBUTES, hc_role(&[(HC_SCHEME, "Dentist")]));
    });
    assert_eq!(by_hand, chain.end);
}

/// R4: a certificate that claims to read, made by anyone but the registry, is refused.
#[test]
fn r4_a_forged_signature_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let end = forge(&chain.end, &SecretKey::from_seed(&[9; 32]), |_| {});
    let refused = verify_practitioner(&Chain { end, ..chain }, &world.anchor, NOW, None);
    assert_eq!(
        refused,
        Err(ChainError::Refused {
            at: Position::End,
            fault: Fault::Signature
        })
    );
}

/// R6: no bit of a certificate can be changed unnoticed.
#[test]
fn r6_every_flipped_bit_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    for bit in 0..chain.end.len() * 8 {
        let mut end = chain.end.clone();
        end[bit / 8] ^= 1 << (bit % 8);
        let altered = Chain { end, ..chain.clone() };
        assert!(
            verify_practitioner(&altered, &world.anchor, NOW, None).is_err(),
            "bit {bit}"
        );
    }
}

#[test]
fn bytes_after_a_certificate_and_too_many_of_them_are_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let mut end = chain.end.clone();
    end.push(0);
    let refused = verify_practitioner(&Chain { end, ..chain.clone() }, &world.anchor, NOW, None);
    assert!(
        matches!(
            refused,
            Err(ChainError::Refused {
                fault: Fault::Trailing,
                ..
            })
        ),
        "{refused:?}"
    );
    let end = vec![0x30; 8193];
    let refused = verify_practitioner(&Chain { end, ..chain }, &world.anchor, NOW, None);
    let fault = Fault::TooLarge { got: 8193 };
    assert_eq!(
        refused,
        Err(ChainError::Refused {
            at: Position::End,
            fault
        })
    );
}

/// Practitioners are not authorities, authorities are not practitioners, and a chain has exactly one of each.
#[test]
fn a_chain_of_another_shape_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let verify = |chain: &Chain| verify_practitioner(chain, &world.anchor, NOW, None).unwrap_err();
    let none = Chain {
        intermediates: vec![],
        ..chain.clone()
    };
    assert_eq!(verify(&none), ChainError::Length { got: 1 });
    let issuing = world.issuing.certificate().to_vec();
    let two = Chain {
        intermediates: vec![issuing.clone(), issuing.clone()],
        ..chain.clone()
    };
    assert_eq!(verify(&two), ChainError::Length { got: 3 });
    let root = Chain {
        intermediates: vec![world.root.certificate().to_vec()],
        ..chain.clone()
    };
    assert_eq!(
        verify(&root),
        ChainError::Refused {
            at: Position::Issuing,
            fault: Fault::Missing(Part::AuthorityKeyId)
        }
    );
    let by_end = Chain {
        end: chain.end.clone(),
        intermediates: vec![chain.end.clone()],
    };
    assert_eq!(
        verify(&by_end),
        ChainError::Refused {
            at: Position::Issuing,
            fault: Fault::IssuerName
        }
    );
    let as_end = Chain {
        end: issuing,
        ..chain.clone()
    };
    assert_eq!(
        verify(&as_end),
        ChainError::Refused {
            at: Position::End,
            fault: Fault::IssuerName
        }
    );
}

/// Another registry, even of the same names, is another network.
#[test]
fn another_root_of_the_same_name_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let validity = Validity::days_from(NOW, 3650);
    let other =
        dokuei_identity::issue::CertificateAuthority::create_root("Test Root", validity, &mut world.rng)
            .unwrap();
    let other = TrustAnchor::from_der(other.certificate()).unwrap();
    let refused = verify_practitioner(&chain, &other, NOW, None);
    assert_eq!(
        refused,
        Err(ChainError::Refused {
            at: Position::Issuing,
            fault: Fault::AuthorityKeyId
        })
    );
}

/// R20: a node's certificate is no practitioner's, nor the other way round.
#[test]
fn a_certificate_of_the_other_kind_is_refused() {
    let mut world = World::new();
    let (_, person) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let (_, node) = world.issue_node(&clinic(), &SecretKey::from_seed(&[8; 32]));
    let refused = |fault| {
        Some(ChainError::Refused {
            at: Position::End,
            fault,
        })
    };
    assert_eq!(
        verify_node(&person, &world.anchor, NOW, None).err(),
        refused(Fault::KeyUsage)
    );
    assert_eq!(
        verify_practitioner(&node, &world.anchor, NOW, None).err(),
        refused(Fault::KeyUsage)
    );
    let commit = forge(&node.end, world.issuing.key(), |body| {
        body.set(KEY_USAGE, "030206c0")
    });
    let node = Chain { end: commit, ..node };
    assert_eq!(
        verify_practitioner(&node, &world.anchor, NOW, None).err(),
        refused(Fault::Policy)
    );
}

#[test]
fn a_physician_has_the_physicians_role() {
    let mut world = World::new();
    let mut subject = specialist();
    subject.licence.kind = LicenceKind::Physician;
    subject.qualifications.clear();
    let (_, chain) = world.issue(&subject, &SecretKey::from_seed(&[7; 32]));
    let certificate = verify_practitioner(&chain, &world.anchor, NOW, None).unwrap();
    assert_eq!(certificate.licence.kind, LicenceKind::Physician);
    assert!(chain.end.windows(14).any(|window| window == b"Medical Doctor"));
}
