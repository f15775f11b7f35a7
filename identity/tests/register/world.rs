//! A registry with its register, the same in every run.

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, Qualification, QualificationCode, Validity,
};
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::{CertificateAuthority, NodeSubject, PractitionerSubject};
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Accepted, Act, Answer, Ask, Entry, KeySuccession, MemoryStore, RegisterError, Replica, Tree,
    VerifiedCheckpoint, sign_checkpoint, verify_checkpoint,
};
use dokuei_identity::request;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// 2026-11-24T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_478_400);

/// What somebody does to an answer on its way.
pub(crate) type Tamper = (&'static str, fn(&mut Answer));

/// The registry and what it has entered.
pub(crate) struct Registry {
    pub(crate) root: CertificateAuthority,
    pub(crate) issuing: CertificateAuthority,
    pub(crate) anchor: TrustAnchor,
    pub(crate) network: NetworkName,
    pub(crate) key: SecretKey,
    pub(crate) chain: Chain,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) rng: StdRng,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(11);
        let long = Validity::days_from(NOW.minus(86_400 * 30), 3650);
        let root = CertificateAuthority::create_root("Test Root", long, &mut rng).unwrap();
        let short = Validity::days_from(NOW.minus(86_400 * 30), 1826);
        let issuing = root.create_issuing("Test Issuing", short, &mut rng).unwrap();
        let anchor = TrustAnchor::from_der(root.certificate()).unwrap();
        let key = SecretKey::from_seed(&[11; 32]);
        let validity = Validity::days_from(NOW.minus(86_400 * 30), 365);
        let issued = issuing
            .issue_registry(&key.public(), "Test Registry", validity, &mut rng)
            .unwrap();
        let chain = issuing.chain(&issued);
        let network = NetworkName::of(&anchor);
        Self {
            root,
            issuing,
            anchor,
            network,
            key,
            chain,
            entries: Vec::new(),
            rng,
        }
    }

    /// Enters acts without signing.
    pub(crate) fn enter(&mut self, at: Timestamp, acts: impl IntoIterator<Item = Act>) {
        self.entries
            .extend(acts.into_iter().map(|act| Entry { at, act }.to_bytes()));
    }

    /// The certificate of a registry's key, under the authority that issues.
    pub(crate) fn certify(&mut self, key: &SecretKey, from: Timestamp) -> Chain {
        let validity = Validity::days_from(from.minus(60), 365);
        let issued = self
            .issuing
            .issue_registry(&key.public(), "Test Registry", validity, &mut self.rng)
            .unwrap();
        self.issuing.chain(&issued)
    }

    /// The root's word that the key of this seed takes the place of the present one, after what is entered now.
    pub(crate) fn succession(&self, seed: u8, at: Timestamp, compromised: bool) -> KeySuccession {
        let mut tree = Tree::default();
        tree.grow(&self.entries).unwrap();
        KeySuccession {
            previous: self.key.public(),
            next: SecretKey::from_seed(&[seed; 32]).public(),
            size: tree.size(),
            root: tree.root().unwrap(),
            at,
            compromised,
        }
    }

    /// Lets the key of this seed sign from now on.
    pub(crate) fn change_key(&mut self, seed: u8, at: Timestamp, compromised: bool) {
        let statement = self.succession(seed, at, compromised).sign(&self.root);
        self.enter(at, [Act::RegisterKey { statement }]);
        self.key = SecretKey::from_seed(&[seed; 32]);
        self.chain = self.certify(&self.key.clone(), at);
    }

    /// Signs the first `size` entries.
    pub(crate) fn sign(&self, size: usize, time: Timestamp) -> VerifiedCheckpoint {
        let mut tree = Tree::default();
        tree.grow(&self.entries[..size]).unwrap();
        let note =
            sign_checkpoint(&self.key, &self.network, tree.size(), tree.root().unwrap(), time).unwrap();
        verify_checkpoint(&note, &self.key.public(), &self.network).unwrap()
    }

    /// A mirror that has all entries, signed at `time`.
    pub(crate) fn mirror(&self, time: Timestamp) -> Replica<MemoryStore> {
        let mut mirror = Replica::open(MemoryStore::default()).unwrap();
        let checkpoint = self.sign(self.entries.len(), time);
        mirror
            .accept(&checkpoint, &self.whole(&checkpoint), time)
            .unwrap();
        mirror
    }

    /// Everything in one answer, however large.
    pub(crate) fn whole(&self, checkpoint: &VerifiedCheckpoint) -> Answer {
        Answer {
            checkpoint: checkpoint.note().to_vec(),
            registry: self.chain.clone(),
            from: 0,
            entries: self.entries.clone(),
            proof: None,
            link: None,
            lists: Vec::new(),
            successions: Vec::new(),
        }
    }

    /// What a mirror signed at `time` answers.
    pub(crate) fn answer(&self, ask: &Ask, time: Timestamp) -> (VerifiedCheckpoint, Answer) {
        let mirror = self.mirror(time);
        let answer = mirror.answer(ask, &self.chain, &[]).unwrap().unwrap();
        (mirror.checkpoint().unwrap().clone(), answer)
    }

    /// Brings a replica up to date, in as many answers as it takes.
    pub(crate) fn update(&self, replica: &mut Replica<MemoryStore>, time: Timestamp) -> usize {
        let mirror = self.mirror(time);
        for round in 1.. {
            let answer = mirror
                .answer(&replica.ask(None), &self.chain, &[])
                .unwrap()
                .unwrap();
            let accepted = take(self, replica, &answer.to_bytes(), time).unwrap();
            if accepted.complete {
                return round;
            }
        }
        unreachable!("the loop ends by returning")
    }

    pub(crate) fn practitioner(&mut self, number: u32) -> Chain {
        let key = SecretKey::from_seed(&seed(number));
        let request = request::read(&request::make(&key, "test").unwrap()).unwrap();
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_practitioner(&request, &reader(number), validity, &mut self.rng)
            .unwrap();
        self.issuing.chain(&issued)
    }

    pub(crate) fn node(&mut self, number: u32) -> Chain {
        let key = SecretKey::from_seed(&seed(number));
        let request = request::read(&request::make(&key, "test").unwrap()).unwrap();
        let subject = NodeSubject {
            institution: format!("だるま歯科医院{number}"),
            institution_code: "1312345".to_owned(),
            device_class: DeviceClass::Fixed,
            owner: DeviceOwner::Institution,
        };
        let validity = Validity::days_from(NOW, 365);
        let issued = self
            .issuing
            .issue_node(&request, &subject, validity, &mut self.rng)
            .unwrap();
        self.issuing.chain(&issued)
    }
}

/// What a node does with bytes that came from somebody.
pub(crate) fn take(
    registry: &Registry,
    replica: &mut Replica<MemoryStore>,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Accepted, RegisterError> {
    let Ok(answer) = Answer::parse(bytes) else {
        return Err(RegisterError::NothingNew);
    };
    let signed = replica.verify(&answer, &registry.anchor, None, &registry.network, now)?;
    if signed.void {
        replica.begin_anew()?;
        return Err(RegisterError::NothingNew);
    }
    replica.accept(&signed.checkpoint, &answer, now)
}

pub(crate) fn empty() -> Replica<MemoryStore> {
    Replica::open(MemoryStore::default()).unwrap()
}

/// A small act, different for each number.
pub(crate) fn act(number: u32) -> Act {
    Act::Revoked {
        fingerprint: Fingerprint::of(&number.to_be_bytes()),
        reason: RevocationReason::KeyCompromise,
    }
}

pub(crate) fn issued(chain: Chain) -> Act {
    Act::Issued {
        chain,
        supersedes: None,
    }
}

fn seed(number: u32) -> [u8; 32] {
    let mut seed = [77; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    seed
}

fn reader(number: u32) -> PractitionerSubject {
    PractitionerSubject {
        name: PersonName {
            japanese: format!("東海林 華子 {number}"),
            latin: format!("Hanako Shoji {number}"),
        },
        licence: Licence {
            jurisdiction: "JP".to_owned(),
            kind: LicenceKind::Dentist,
            number: format!("{:06}", 100_000 + number),
            registered_on: Some(NOW.minus(86_400 * 4000).into()),
        },
        qualifications: vec![Qualification {
            code: QualificationCode::OralRadiology,
            body: "日本歯科放射線学会".to_owned(),
            valid_to: NOW.plus(86_400 * 700),
            ground: None,
        }],
        institution: Some("東京読影センター 歯科放射線科".to_owned()),
    }
}
