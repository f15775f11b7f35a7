//! A registry, a specialist and a node, the same in every run.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, NodeCertificate, PersonName, PractitionerCertificate,
    Qualification, QualificationCode, Validity,
};
use dokuei_identity::chain::{Chain, TrustAnchor, verify_node, verify_practitioner};
use dokuei_identity::day::Day;
use dokuei_identity::issue::{CertificateAuthority, Issued, NodeSubject, PractitionerSubject};
use dokuei_identity::key::SecretKey;
use dokuei_identity::request::{self, Request};
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// 2026-11-24T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_478_400);

pub(crate) struct World {
    pub(crate) root: CertificateAuthority,
    pub(crate) issuing: CertificateAuthority,
    pub(crate) anchor: TrustAnchor,
    pub(crate) rng: StdRng,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let root =
            CertificateAuthority::create_root("Test Root", Validity::days_from(NOW, 3650), &mut rng).unwrap();
        let issuing = root
            .create_issuing("Test Issuing", Validity::days_from(NOW, 1826), &mut rng)
            .unwrap();
        let anchor = TrustAnchor::from_der(root.certificate()).unwrap();
        Self {
            root,
            issuing,
            anchor,
            rng,
        }
    }

    pub(crate) fn issue(&mut self, subject: &PractitionerSubject, key: &SecretKey) -> (Issued, Chain) {
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_practitioner(&request(key), subject, validity, &mut self.rng)
            .unwrap();
        let chain = self.issuing.chain(&issued);
        (issued, chain)
    }

    pub(crate) fn practitioner(&mut self, key: &SecretKey) -> PractitionerCertificate {
        let (_, chain) = self.issue(&specialist(), key);
        verify_practitioner(&chain, &self.anchor, NOW, None).unwrap()
    }

    pub(crate) fn issue_node(&mut self, subject: &NodeSubject, key: &SecretKey) -> (Issued, Chain) {
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_node(&request(key), subject, validity, &mut self.rng)
            .unwrap();
        let chain = self.issuing.chain(&issued);
        (issued, chain)
    }

    pub(crate) fn registry(&mut self, key: &SecretKey) -> Chain {
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_registry(&key.public(), "Test Registry", validity, &mut self.rng)
            .unwrap();
        self.issuing.chain(&issued)
    }

    pub(crate) fn node(&mut self, key: &SecretKey) -> NodeCertificate {
        let (_, chain) = self.issue_node(&clinic(), key);
        verify_node(&chain, &self.anchor, NOW, None).unwrap()
    }
}

pub(crate) fn request(key: &SecretKey) -> Request {
    request::read(&request::make(key, "test").unwrap()).unwrap()
}

pub(crate) fn specialist() -> PractitionerSubject {
    PractitionerSubject {
        name: PersonName {
            japanese: "田中 花子".to_owned(),
            latin: "Hanako Tanaka".to_owned(),
        },
        licence: Licence {
            jurisdiction: "JP".to_owned(),
            kind: LicenceKind::Dentist,
            number: "123456".to_owned(),
            registered_on: Some(Day(1_000_000_000)),
        },
        qualifications: vec![Qualification {
            code: QualificationCode::OralRadiology,
            body: "日本歯科放射線学会".to_owned(),
            valid_to: NOW.plus(365 * 86_400),
            ground: None,
        }],
        institution: Some("みなと歯科".to_owned()),
    }
}

pub(crate) fn clinic() -> NodeSubject {
    NodeSubject {
        institution: "みなと歯科".to_owned(),
        institution_code: "1312345".to_owned(),
        device_class: DeviceClass::Fixed,
        owner: DeviceOwner::Institution,
    }
}

/// The one block of a PEM text.
pub(crate) fn pem_to_der(text: &str) -> Vec<u8> {
    der::pem::decode_vec(text.as_bytes()).unwrap().1
}
