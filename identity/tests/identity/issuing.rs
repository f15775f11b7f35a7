//! What the registry issues, and what it refuses to.

use dokuei_identity::certificate::{DeviceClass, DeviceOwner, QualificationCode, Validity};
use dokuei_identity::chain::{Chain, TrustAnchor, verify_node, verify_practitioner};
use dokuei_identity::day::Day;
use dokuei_identity::issue::{CertificateAuthority, IssueError};
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;

use crate::world::{NOW, World, clinic, request, specialist};

#[test]
fn what_is_issued_verifies_and_says_what_was_attested() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    let (issued, chain) = world.issue(&specialist(), &key);
    let certificate = verify_practitioner(&chain, &world.anchor, NOW, None).unwrap();
    let subject = specialist();
    assert_eq!(certificate.key, key.public());
    assert_eq!(certificate.name, subject.name);
    assert_eq!(certificate.licence, subject.licence);
    assert_eq!(certificate.qualifications, subject.qualifications);
    assert_eq!(certificate.institution, subject.institution);
    assert_eq!(
        (certificate.fingerprint, certificate.serial),
        (issued.fingerprint, issued.serial)
    );
    assert_eq!(chain.fingerprint(), issued.fingerprint);

    let node = world.node(&key);
    assert_eq!(
        (node.institution.as_str(), node.institution_code.as_str()),
        ("みなと歯科", "1312345")
    );
    assert_eq!(node.key, key.public());
}

#[test]
fn pem_of_chain_and_root_reads_back() {
    let mut world = World::new();
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    assert_eq!(Chain::from_pem(&chain.to_pem()), Ok(chain));
    assert_eq!(TrustAnchor::from_pem(&world.anchor.to_pem()), Ok(world.anchor));
}

/// R4: dentists practise whose licence is older than Unix; one that was registered after the certificate began does not
/// verify.
#[test]
fn r4_a_licence_registered_in_1965_is_certified() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    let mut subject = specialist();
    subject.licence.registered_on = Some(Day(-149_904_000));
    let (_, chain) = world.issue(&subject, &key);
    let certificate = verify_practitioner(&chain, &world.anchor, NOW, None).unwrap();
    assert_eq!(certificate.licence, subject.licence);
    let text = b"19650402000000Z";
    assert!(chain.end.windows(text.len()).any(|window| window == text));

    let mut later = subject.clone();
    later.licence.registered_on = Some(Day::from(NOW.plus(1)));
    let (_, chain) = world.issue(&later, &key);
    assert!(verify_practitioner(&chain, &world.anchor, NOW, None).is_err());
    let validity = Validity::days_from(NOW, 365);
    for day in [Day(i64::MIN), Day(i64::MAX)] {
        subject.licence.registered_on = Some(day);
        let refused = world
            .issuing
            .issue_practitioner(&request(&key), &subject, validity, &mut world.rng);
        assert!(refused.is_err(), "{day:?}");
    }
}

/// R4: a foreign licence is certified for observing, never with a qualification to read.
#[test]
fn r4_a_foreign_licence_is_never_issued_with_a_reading_qualification() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    let mut subject = specialist();
    subject.licence.jurisdiction = "US".to_owned();
    let validity = Validity::days_from(NOW, 365);
    let refused = world
        .issuing
        .issue_practitioner(&request(&key), &subject, validity, &mut world.rng);
    let Err(IssueError::Denied(denial)) = refused else {
        panic!("{refused:?}")
    };
    assert!(denial.rule.japanese.contains("歯科医師法第17条"));
    subject.qualifications.clear();
    assert!(
        world
            .issuing
            .issue_practitioner(&request(&key), &subject, validity, &mut world.rng)
            .is_ok()
    );
}

/// R3: "equivalent" without a ground is not attested, and a qualification of the other profession neither.
#[test]
fn r3_a_qualification_that_does_not_fit_is_not_issued() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    for code in [
        QualificationCode::Equivalent,
        QualificationCode::DiagnosticRadiology,
    ] {
        let mut subject = specialist();
        subject.qualifications[0].code = code;
        let validity = Validity::days_from(NOW, 365);
        let refused = world
            .issuing
            .issue_practitioner(&request(&key), &subject, validity, &mut world.rng);
        assert!(matches!(refused, Err(IssueError::Denied(_))), "{code}");
    }
    let mut subject = specialist();
    subject.qualifications[0].code = QualificationCode::Equivalent;
    subject.qualifications[0].ground = Some("大学病院 読影 10年".to_owned());
    world.issue(&subject, &key);
}

/// R20: private devices are refused, except virtual desktops.
#[test]
fn r20_a_private_device_is_not_certified_unless_it_is_a_virtual_desktop() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[8; 32]);
    for (device_class, good) in [
        (DeviceClass::Fixed, false),
        (DeviceClass::Portable, false),
        (DeviceClass::VirtualDesktop, true),
    ] {
        let subject = dokuei_identity::issue::NodeSubject {
            device_class,
            owner: DeviceOwner::Private,
            ..clinic()
        };
        let validity = Validity::days_from(NOW, 365);
        let issued = world
            .issuing
            .issue_node(&request(&key), &subject, validity, &mut world.rng);
        assert_eq!(issued.is_ok(), good, "{device_class:?}");
        if let Ok(issued) = issued {
            assert!(verify_node(&world.issuing.chain(&issued), &world.anchor, NOW, None).is_ok());
        }
    }
}

#[test]
fn nothing_is_issued_for_too_long_or_with_unfit_texts() {
    let mut world = World::new();
    let request = request(&SecretKey::from_seed(&[7; 32]));
    let mut issue = |subject, days| {
        world
            .issuing
            .issue_practitioner(&request, &subject, Validity::days_from(NOW, days), &mut world.rng)
    };
    assert_eq!(issue(specialist(), 367), Err(IssueError::TooLong));
    for text in ["", " ", "Tanaka ", "Tana\nka", "あ".repeat(65).as_str()] {
        let mut subject = specialist();
        subject.name.latin = text.to_owned();
        assert!(
            matches!(
                issue(subject, 365),
                Err(IssueError::Field {
                    field: "Latin name",
                    ..
                })
            ),
            "{text:?}"
        );
    }
}

#[test]
fn an_authority_needs_its_own_key() {
    let world = World::new();
    let refused = CertificateAuthority::load(world.root.key().clone(), world.issuing.certificate().to_vec());
    assert_eq!(refused.err(), Some(IssueError::NotThisAuthority));
}

#[test]
fn the_network_is_named_after_its_root() {
    let world = World::new();
    let name = NetworkName::of(&world.anchor).to_string();
    assert_eq!(name.len(), 16);
    assert!(world.anchor.fingerprint().to_string().starts_with(&name));
}

#[test]
fn the_address_of_the_revocation_list_stands_in_the_certificate() {
    let mut world = World::new();
    world.issuing = world.issuing.with_crl_url("http://registry.example/crl");
    let (_, chain) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
    assert!(verify_practitioner(&chain, &world.anchor, NOW, None).is_ok());
    let url = b"http://registry.example/crl";
    assert!(chain.end.windows(url.len()).any(|window| window == url));
}
