//! Certificates with one defect each, signed by the real issuing authority: each is refused for its own reason.

use der::asn1::{Any, BitString, Int, OctetString};
use der::{Decode, Encode, Sequence};
use dokuei_identity::certificate::{LicenceKind, Validity};
use dokuei_identity::chain::{
    Chain, ChainError, Fault, LicenceFault, Part, Position, TrustAnchor, verify_node, verify_practitioner,
};
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::time::{Time, Validity as X509Validity};

use crate::world::{NOW, World, clinic, specialist};

/// The signed part of a certificate, every field open.
#[derive(Debug, Clone, Sequence)]
struct Body {
    #[asn1(context_specific = "0", default = "Default::default")]
    version: Version,
    serial: Int,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: X509Validity,
    subject: Name,
    key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<Extension>>,
}

#[derive(Debug, Clone, Sequence)]
struct Forged {
    body: Body,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const SUBJECT_KEY_ID: &str = "2.5.29.14";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const POLICIES: &str = "2.5.29.32";
const DIRECTORY_ATTRIBUTES: &str = "2.5.29.9";
const LICENCE_INFO: &str = "1.3.6.1.4.1.32473.1.1";

fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

impl Body {
    fn extensions(&mut self) -> &mut Vec<Extension> {
        self.extensions.as_mut().unwrap()
    }

    fn extension(&mut self, which: &str) -> &mut Extension {
        self.extensions()
            .iter_mut()
            .find(|extension| extension.extn_id == oid(which))
            .unwrap()
    }

    fn set(&mut self, which: &str, hex: &str) {
        self.extension(which).extn_value = OctetString::new(hex::decode(hex).unwrap()).unwrap();
    }

    fn remove(&mut self, which: &str) {
        self.extensions()
            .retain(|extension| extension.extn_id != oid(which));
    }

    fn replace_text(&mut self, which: &str, old: &[u8], new: &[u8]) {
        assert_eq!(old.len(), new.len());
        let mut bytes = self.extension(which).extn_value.as_bytes().to_vec();
        let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
        bytes[at..at + new.len()].copy_from_slice(new);
        self.extension(which).extn_value = OctetString::new(bytes).unwrap();
    }
}

/// Changes a certificate and signs it anew.
fn forge(der: &[u8], key: &SecretKey, defect: impl FnOnce(&mut Body)) -> Vec<u8> {
    let mut forged = Forged::from_der(der).unwrap();
    defect(&mut forged.body);
    forged.algorithm = forged.body.signature.clone();
    forged.signature = BitString::from_bytes(&key.sign(&forged.body.to_der().unwrap())).unwrap();
    forged.to_der().unwrap()
}

fn time(at: Timestamp) -> Time {
    Time::from(der::DateTime::from_unix_duration(std::time::Duration::from_secs(at.0)).unwrap())
}

fn span(from: Timestamp, to: Timestamp) -> X509Validity {
    X509Validity::new(time(from), time(to))
}

type Defect = (&'static str, fn(&mut Body), Fault);

/// What can be wrong with a practitioner's certificate whose signature is good.
fn defects() -> Vec<Defect> {
    let defects: Vec<Defect> = vec![
        ("version 1", |body| body.version = Version::V1, Fault::Version),
        (
            "serial number 0",
            |body| body.serial = Int::new(&[0]).unwrap(),
            Fault::Serial,
        ),
        (
            "negative serial number",
            |body| body.serial = Int::new(&[0x80]).unwrap(),
            Fault::Serial,
        ),
        (
            "another algorithm",
            |body| body.signature.oid = oid("1.2.840.10045.4.3.2"),
            Fault::Algorithm,
        ),
        (
            "algorithm with parameters",
            |body| body.signature.parameters = Some(Any::null()),
            Fault::Algorithm,
        ),
        (
            "a key of another kind",
            |body| body.key.algorithm.oid = oid("1.3.101.110"),
            Fault::Key,
        ),
        (
            "another issuer",
            |body| body.issuer = body.subject.clone(),
            Fault::IssuerName,
        ),
        (
            "valid later",
            |body| body.validity = span(NOW.plus(1), NOW.plus(9)),
            Fault::NotYetValid { from: NOW.plus(1) },
        ),
        (
            "expired",
            |body| body.validity = span(NOW.minus(9), NOW.minus(1)),
            Fault::Expired { since: NOW.minus(1) },
        ),
        (
            "ends before it begins",
            |body| body.validity = span(NOW.plus(1), NOW),
            Fault::Validity,
        ),
        (
            "valid for too long",
            |body| body.validity = span(NOW, NOW.plus(367 * 86_400)),
            Fault::TooLong,
        ),
        (
            "subject unique identifier",
            |body| body.subject_unique_id = Some(BitString::from_bytes(&[1]).unwrap()),
            Fault::UniqueId,
        ),
        (
            "issuer unique identifier",
            |body| body.issuer_unique_id = Some(BitString::from_bytes(&[1]).unwrap()),
            Fault::UniqueId,
        ),
        (
            "an extension twice",
            |body| {
                let again = body.extension(POLICIES).clone();
                body.extensions().push(again);
            },
            Fault::DuplicateExtension(POLICIES.to_owned()),
        ),
        (
            "an unknown critical extension",
            |body| {
                let extn_value = OctetString::new([5, 0]).unwrap();
                body.extensions().push(Extension {
                    extn_id: oid("1.2.3.4"),
                    critical: true,
                    extn_value,
                });
            },
            Fault::UnknownCritical("1.2.3.4".to_owned()),
        ),
        (
            "critical policies",
            |body| body.extension(POLICIES).critical = true,
            Fault::Criticality(Part::Policies),
        ),
        (
            "key usage not critical",
            |body| body.extension(KEY_USAGE).critical = false,
            Fault::Criticality(Part::KeyUsage),
        ),
        (
            "licence information not critical",
            |body| body.extension(LICENCE_INFO).critical = false,
            Fault::Criticality(Part::LicenceInfo),
        ),
        (
            "no basic constraints",
            |body| body.remove(BASIC_CONSTRAINTS),
            Fault::Missing(Part::BasicConstraints),
        ),
        (
            "no key usage",
            |body| body.remove(KEY_USAGE),
            Fault::Missing(Part::KeyUsage),
        ),
        (
            "no subject key identifier",
            |body| body.remove(SUBJECT_KEY_ID),
            Fault::Missing(Part::SubjectKeyId),
        ),
        (
            "no authority key identifier",
            |body| body.remove(AUTHORITY_KEY_ID),
            Fault::Missing(Part::AuthorityKeyId),
        ),
        (
            "no licence information",
            |body| body.remove(LICENCE_INFO),
            Fault::Missing(Part::LicenceInfo),
        ),
        ("no policies", |body| body.remove(POLICIES), Fault::Policy),
        (
            "a CA bit",
            |body| body.set(BASIC_CONSTRAINTS, "30030101ff"),
            Fault::IsAnAuthority,
        ),
        (
            "a path length",
            |body| body.set(BASIC_CONSTRAINTS, "3003020100"),
            Fault::PathLength,
        ),
        (
            "basic constraints that spell out a default",
            |body| body.set(BASIC_CONSTRAINTS, "3003010100"),
            Fault::Extension(Part::BasicConstraints),
        ),
        (
            "key usage of an authority",
            |body| body.set(KEY_USAGE, "03020106"),
            Fault::KeyUsage,
        ),
        (
            "key usage without commitment",
            |body| body.set(KEY_USAGE, "03020780"),
            Fault::KeyUsage,
        ),
        (
            "another key's identifier",
            |body| body.set(SUBJECT_KEY_ID, "04021234"),
            Fault::SubjectKeyId,
        ),
        (
            "another authority's identifier",
            |body| body.set(AUTHORITY_KEY_ID, "300480021234"),
            Fault::AuthorityKeyId,
        ),
        // 1.2.392.100495.1.5.1: an arc of the ministry, whose policies are not ours to claim.
        (
            "HPKI's policy",
            |body| body.set(POLICIES, "300d300b06092a830886910f010501"),
            Fault::Policy,
        ),
        (
            "a qualification that is not known",
            |body| body.replace_text(LICENCE_INFO, b"oral-radiology", b"oral-astrology"),
            Fault::Licence(LicenceFault::Unknown),
        ),
        (
            "a jurisdiction that is none",
            |body| body.replace_text(LICENCE_INFO, b"JP", b"jp"),
            Fault::Licence(LicenceFault::Jurisdiction),
        ),
        (
            "a licence that is not of the published form",
            |body| body.set(LICENCE_INFO, "3000"),
            Fault::Licence(LicenceFault::Form),
        ),
        (
            "another hcRole",
            |body| body.replace_text(DIRECTORY_ATTRIBUTES, b"Dentist", b"Doctors"),
            Fault::Role,
        ),
        (
            "no hcRole",
            |body| body.remove(DIRECTORY_ATTRIBUTES),
            Fault::NoRole,
        ),
        (
            "another name than the licence's",
            |body| body.replace_text(LICENCE_INFO, b"Hanako Tanaka", b"Hanako Tanabe"),
            Fault::Subject,
        ),
        (
            "expired long ago",
            |body| body.validity = span(Timestamp(0), Timestamp(1)),
            Fault::Expired { since: Timestamp(1) },
        ),
    ];
    defects
}

/// R3, R4, R6: no certificate that the registry's profile does not know passes, and each refusal says why.
#[test]
fn r4_each_defect_is_refused_for_its_own_reason() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    assert!(verify_practitioner(&chain, &world.anchor, NOW, None).is_ok());
    let untouched = forge(&chain.end, world.issuing.key(), |_| {});
    assert_eq!(untouched, chain.end, "the forge changes nothing by itself");
    let defects = defects();
    assert!(defects.len() >= 20);
    for (name, defect, fault) in defects {
        let end = forge(&chain.end, world.issuing.key(), defect);
        let refused = verify_practitioner(&Chain { end, ..chain.clone() }, &world.anchor, NOW, None);
        assert_eq!(
            refused,
            Err(ChainError::Refused {
                at: Position::End,
                fault
            }),
            "{name}"
        );
    }
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

#[test]
fn an_issuing_authority_with_a_defect_is_refused() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    let table: [Defect; 4] = [
        (
            "no CA bit",
            |body| body.set(BASIC_CONSTRAINTS, "3000"),
            Fault::NotAnAuthority,
        ),
        (
            "a longer path",
            |body| body.set(BASIC_CONSTRAINTS, "30060101ff020101"),
            Fault::PathLength,
        ),
        (
            "no path length",
            |body| body.set(BASIC_CONSTRAINTS, "30030101ff"),
            Fault::PathLength,
        ),
        (
            "no certSign",
            |body| body.set(KEY_USAGE, "03020102"),
            Fault::KeyUsage,
        ),
    ];
    for (name, defect, fault) in table {
        let issuing = forge(world.issuing.certificate(), world.root.key(), defect);
        let altered = Chain {
            intermediates: vec![issuing],
            ..chain.clone()
        };
        let refused = verify_practitioner(&altered, &world.anchor, NOW, None);
        assert_eq!(
            refused,
            Err(ChainError::Refused {
                at: Position::Issuing,
                fault
            }),
            "{name}"
        );
    }
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
