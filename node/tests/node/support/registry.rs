//! A registry in memory: a root, an issuing authority, and what they issue.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, Qualification, QualificationCode, Validity,
};
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::issue::{CertificateAuthority, NodeSubject, PractitionerSubject};
use dokuei_identity::request;
use dokuei_identity::revocation;
use dokuei_identity::time::Timestamp;
use dokuei_node::clock;

/// A practitioner to be enrolled and certified.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) id: &'static str,
    pub(crate) japanese: &'static str,
    pub(crate) latin: &'static str,
    pub(crate) passphrase: &'static str,
    /// Whether she holds a qualification to read.
    pub(crate) reads: bool,
}

/// A dentist.
pub(crate) const TANAKA: Person = Person {
    id: "tanaka",
    japanese: "田中 花子",
    latin: "Tanaka Hanako",
    passphrase: "seven herons, 1 pond",
    reads: false,
};
/// An oral radiology specialist.
pub(crate) const SATO: Person = Person {
    id: "sato",
    japanese: "佐藤 一郎",
    latin: "Sato Ichiro",
    passphrase: "two drums, 3 lanterns",
    reads: true,
};
/// Another specialist, beside the first.
pub(crate) const ITO: Person = Person {
    id: "ito",
    japanese: "伊藤 桜",
    latin: "Ito Sakura",
    passphrase: "cedar ink 4 umbrellas",
    reads: true,
};
/// Another dentist of the same house.
pub(crate) const SUZUKI: Person = Person {
    id: "suzuki",
    japanese: "鈴木 次郎",
    latin: "Suzuki Jiro",
    passphrase: "paper moon 9 rivers",
    reads: false,
};

/// Root and issuing authority.
pub(crate) struct Registry {
    root: CertificateAuthority,
    issuing: CertificateAuthority,
    since: Timestamp,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let since = clock::now().minus(86_400);
        let mut rng = rand::rng();
        let years = |years: u64| Validity::days_from(since, years * 365);
        let root = CertificateAuthority::create_root("Test Root", years(10), &mut rng).unwrap();
        let issuing = root.create_issuing("Test Issuing", years(5), &mut rng).unwrap();
        Self { root, issuing, since }
    }

    /// The root's certificate, PEM.
    pub(crate) fn root_pem(&self) -> String {
        TrustAnchor::from_der(self.root.certificate()).unwrap().to_pem()
    }

    /// The chain of a node that asks with this PKCS#10 request, PEM; it stands for `days` from yesterday on.
    pub(crate) fn node(&self, request: &str, institution: (&str, &str), days: u64) -> String {
        let subject = NodeSubject {
            institution: institution.0.to_owned(),
            institution_code: institution.1.to_owned(),
            device_class: DeviceClass::Fixed,
            owner: DeviceOwner::Institution,
        };
        let request = request::read(request).unwrap();
        let validity = Validity::days_from(self.since, days);
        let issued = self
            .issuing
            .issue_node(&request, &subject, validity, &mut rand::rng())
            .unwrap();
        self.issuing.chain(&issued).to_pem()
    }

    /// The chain of a practitioner who asks with this PKCS#10 request, PEM.
    pub(crate) fn practitioner(&self, request: &str, person: &Person, institution: &str) -> String {
        let validity = Validity::days_from(self.since, 200);
        let reads = Qualification {
            code: QualificationCode::OralRadiology,
            body: QualificationCode::OralRadiology.usual_body().to_owned(),
            valid_to: validity.not_after,
            ground: None,
        };
        let subject = PractitionerSubject {
            name: PersonName {
                japanese: person.japanese.to_owned(),
                latin: person.latin.to_owned(),
            },
            licence: Licence {
                jurisdiction: "JP".to_owned(),
                kind: LicenceKind::Dentist,
                number: "123456".to_owned(),
                registered_on: None,
            },
            qualifications: person.reads.then_some(reads).into_iter().collect(),
            institution: Some(institution.to_owned()),
        };
        let request = request::read(request).unwrap();
        let issued = self
            .issuing
            .issue_practitioner(&request, &subject, validity, &mut rand::rng())
            .unwrap();
        self.issuing.chain(&issued).to_pem()
    }

    /// A revocation list of this number that revokes nobody, PEM.
    pub(crate) fn revocation_list(&self, number: u64) -> String {
        let now = clock::now();
        revocation::make(&self.issuing, number, now.minus(60), now.plus(86_400), &[]).unwrap()
    }
}
