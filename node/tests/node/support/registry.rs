//! A registry in memory: a root, an issuing authority, and what they issue.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, Qualification, QualificationCode, Validity,
};
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::{CertificateAuthority, NodeSubject, PractitionerSubject};
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Act, Answer, Entry, KeySuccession, MemoryStore, Replica, Tree, sign_checkpoint, verify_checkpoint,
    write_file,
};
use dokuei_identity::request;
use dokuei_identity::revocation::{self, RevocationReason};
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

impl Person {
    /// What she signs, with her passphrase beside it: that it is she.
    pub(crate) fn confirmed(&self, mut body: serde_json::Value) -> serde_json::Value {
        body["passphrase"] = self.passphrase.into();
        body
    }
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
/// A specialist of a third facility.
pub(crate) const KATO: Person = Person {
    id: "kato",
    japanese: "加藤 真理",
    latin: "Kato Mari",
    passphrase: "violet 5 rails to uji",
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

    /// The chain of a fixed node that asks with this PKCS#10 request, PEM; it stands for `days` from yesterday on.
    pub(crate) fn node(&self, request: &str, institution: (&str, &str), days: u64) -> String {
        self.node_of_class(request, institution, days, DeviceClass::Fixed)
    }

    /// The same for a machine of this class.
    pub(crate) fn node_of_class(
        &self,
        request: &str,
        institution: (&str, &str),
        days: u64,
        device_class: DeviceClass,
    ) -> String {
        let subject = NodeSubject {
            institution: institution.0.to_owned(),
            institution_code: institution.1.to_owned(),
            device_class,
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
        self.practitioner_for(request, person, institution, (200, "123456"))
    }

    /// The same for so many days from yesterday on, with this licence number.
    pub(crate) fn practitioner_for(
        &self,
        request: &str,
        person: &Person,
        institution: &str,
        (days, number): (u64, &str),
    ) -> String {
        let validity = Validity::days_from(self.since, days);
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
                number: number.to_owned(),
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

impl Registry {
    /// A register without entries.
    pub(crate) fn register(&self) -> Register {
        let key = SecretKey::generate(&mut rand::rng());
        let anchor = TrustAnchor::from_der(self.root.certificate()).unwrap();
        Register {
            chain: self.certify(&key),
            key,
            network: NetworkName::of(&anchor),
            entries: Vec::new(),
            signed: clock::now().minus(600),
        }
    }

    /// The certificate of a register's key.
    fn certify(&self, key: &SecretKey) -> Chain {
        let validity = Validity::days_from(self.since, 300);
        let issued = self
            .issuing
            .issue_registry(&key.public(), "Test Registry", validity, &mut rand::rng());
        self.issuing.chain(&issued.unwrap())
    }
}

/// A register in memory, with the key that signs it.
#[derive(Clone)]
pub(crate) struct Register {
    key: SecretKey,
    chain: Chain,
    network: NetworkName,
    entries: Vec<Vec<u8>>,
    signed: Timestamp,
}

impl Register {
    /// Enters acts that say nothing about anybody here, and signs a second later than before.
    pub(crate) fn enter(&mut self, numbers: std::ops::Range<u32>) {
        let act = |number: u32| Act::Revoked {
            fingerprint: Fingerprint::of(&number.to_be_bytes()),
            reason: RevocationReason::KeyCompromise,
        };
        numbers.for_each(|number| self.add(act(number)));
        self.signed = self.signed.plus(1);
    }

    /// Enters a certificate that was issued.
    pub(crate) fn issue(&mut self, chain: &Chain) {
        let chain = chain.clone();
        self.add(Act::Issued {
            chain,
            supersedes: None,
        });
    }

    /// Enters a certificate that takes the place of an earlier one, now.
    pub(crate) fn renew(&mut self, chain: &Chain, earlier: Fingerprint) {
        let chain = chain.clone();
        self.act(Act::Issued {
            chain,
            supersedes: Some(earlier),
        });
    }

    /// Suspends a certificate now.
    pub(crate) fn suspend(&mut self, fingerprint: Fingerprint) {
        self.act(Act::Suspended { fingerprint });
    }

    /// Lifts its suspension now.
    pub(crate) fn reinstate(&mut self, fingerprint: Fingerprint) {
        self.act(Act::Reinstated { fingerprint });
    }

    /// Revokes it now.
    pub(crate) fn revoke(&mut self, fingerprint: Fingerprint, reason: RevocationReason) {
        self.act(Act::Revoked { fingerprint, reason });
    }

    fn act(&mut self, act: Act) {
        self.signed = clock::now();
        self.add(act);
    }

    fn add(&mut self, act: Act) {
        let at = self.signed;
        self.entries.push(Entry { at, act }.to_bytes());
    }

    /// The register as whoever has the same key goes on with it from here.
    pub(crate) fn other_face(&self) -> Self {
        self.clone()
    }

    /// Signs some time later, which nobody but a thief does once the key was changed.
    pub(crate) fn sign_later(&mut self) {
        self.signed = self.signed.plus(120);
    }

    /// Lets another key sign from now on, on the root's word.
    pub(crate) fn change_key(&mut self, registry: &Registry, compromised: bool) {
        let mut tree = Tree::default();
        tree.grow(&self.entries).unwrap();
        let key = SecretKey::generate(&mut rand::rng());
        let statement = KeySuccession {
            previous: self.key.public(),
            next: key.public(),
            size: tree.size(),
            root: tree.root().unwrap(),
            at: self.signed,
            compromised,
        };
        self.add(Act::RegisterKey {
            statement: statement.sign(&registry.root),
        });
        self.chain = registry.certify(&key);
        self.key = key;
    }

    /// The file that an operator carries, from entry `from` on.
    pub(crate) fn file(&self, from: u64) -> Vec<u8> {
        let mut tree = Tree::default();
        tree.grow(&self.entries).unwrap();
        let root = tree.root().unwrap();
        let note = sign_checkpoint(&self.key, &self.network, tree.size(), root, self.signed).unwrap();
        let checkpoint = verify_checkpoint(&note, &self.key.public(), &self.network).unwrap();
        let mut mirror = Replica::open(MemoryStore::default()).unwrap();
        let whole = Answer {
            checkpoint: note,
            registry: self.chain.clone(),
            from: 0,
            entries: self.entries.clone(),
            proof: None,
            link: None,
            lists: Vec::new(),
            successions: Vec::new(),
        };
        mirror.accept(&checkpoint, &whole, clock::now()).unwrap();
        let mut file = Vec::new();
        write_file(&mut file, from, &[], |ask| {
            Ok(mirror.answer(ask, &self.chain, &[])?.unwrap())
        })
        .unwrap();
        file
    }
}
