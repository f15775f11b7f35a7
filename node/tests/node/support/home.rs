//! A node's data directory, made through the library as `dokuei init` and `dokuei identity` make it.

use std::time::Duration;

use std::sync::Arc;

use dokuei_identity::certificate::DeviceClass;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::KdfParams;
use dokuei_identity::network::NetworkName;
use dokuei_identity::policy::Start;
use dokuei_identity::request;
use dokuei_node::clock;
use dokuei_node::config::{Config, Institution};
use dokuei_node::credentials::{self, CredentialError, Delivery};
use dokuei_node::data_dir::{DataDir, write_durably};
use dokuei_node::keys::NodeSecrets;
use dokuei_node::practitioner_keys::PractitionerSecrets;
use dokuei_node::practitioners::Practitioners;
use dokuei_node::relocation;
use dokuei_node::second_factor::Kinds;
use dokuei_node::service::{Node, storage_key};
use dokuei_store::{Store, StoreError};
use tempfile::TempDir;

use super::NODE_PASSPHRASE;
use super::registry::{Person, Registry};

/// A data directory that is deleted with this value.
pub(crate) struct Home {
    pub(crate) dir: DataDir,
    secrets: NodeSecrets,
    registry: Arc<Registry>,
    institution: Institution,
    directory: TempDir,
}

impl Home {
    /// A node without certificates, of 山田歯科医院.
    pub(crate) fn bare() -> Self {
        Self::bare_of(Arc::new(Registry::new()), "山田歯科医院", "1312345678")
    }

    fn bare_of(registry: Arc<Registry>, name: &str, code: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().join("data"));
        dir.create().unwrap();
        let mut rng = rand::rng();
        let secrets = NodeSecrets::generate(&mut rng);
        let institution = Institution {
            name: name.to_owned(),
            code: code.to_owned(),
            device_class: "fixed".to_owned(),
        };
        Config::new(institution.clone()).write(&dir).unwrap();
        Store::create(dir.root(), &storage_key(&secrets)).unwrap();
        let public = hex::encode(secrets.node.public().as_bytes());
        write_durably(&dir.node_public_key(), public.as_bytes()).unwrap();
        let sealed = secrets.seal(NODE_PASSPHRASE, KdfParams::LEAST, &mut rng).unwrap();
        write_durably(&dir.node_key(), &sealed).unwrap();
        Self {
            dir,
            secrets,
            registry,
            institution,
            directory,
        }
    }

    /// A certified laptop of 山田歯科医院 with these certified practitioners.
    pub(crate) fn portable(people: &[Person]) -> Self {
        let mut home = Self::bare();
        home.institution.device_class = "portable".to_owned();
        Config::new(home.institution.clone()).write(&home.dir).unwrap();
        home.staffed(people)
    }

    /// A certified node of 山田歯科医院 with these certified practitioners.
    pub(crate) fn with(people: &[Person]) -> Self {
        Self::bare().staffed(people)
    }

    /// The same of another institution, under the same registry.
    pub(crate) fn of_another(&self, name: &str, code: &str, people: &[Person]) -> Self {
        Self::bare_of(Arc::clone(&self.registry), name, code).staffed(people)
    }

    /// Another machine of the same institution, at which this practitioner is to work as well, with the key that she has here.
    pub(crate) fn second(&self, person: &Person) -> Self {
        let (name, code) = (&self.institution.name, &self.institution.code);
        let home = Self::bare_of(Arc::clone(&self.registry), name, code);
        home.certify();
        std::fs::create_dir_all(home.dir.practitioners()).unwrap();
        for extension in ["key", "toml", "pem"] {
            let file = format!("{}.{extension}", person.id);
            let (from, to) = (self.dir.practitioners(), home.dir.practitioners());
            std::fs::copy(from.join(&file), to.join(&file)).unwrap();
        }
        home
    }

    /// This node after its move to another machine, certified there; the old one is put down for good.
    pub(crate) fn moved(self) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().join("data"));
        let file = directory.path().join("moved.dokuei");
        let way = "lantern 8 over the wet bridge";
        drop(self.store());
        let least = KdfParams::LEAST;
        relocation::export(&self.dir, &self.secrets, way, least, &file, clock::now()).unwrap();
        relocation::import(&dir, &file, way, NODE_PASSPHRASE, least).unwrap();
        let sealed = std::fs::read(dir.node_key()).unwrap();
        let home = Self {
            secrets: NodeSecrets::open(&sealed, NODE_PASSPHRASE).unwrap(),
            dir,
            registry: self.registry,
            institution: self.institution,
            directory,
        };
        home.certify();
        home
    }

    fn staffed(self, people: &[Person]) -> Self {
        let home = self;
        home.certify();
        for person in people {
            let secrets = Practitioners::of(home.dir.clone())
                .enrol(
                    person.id,
                    (person.japanese, person.latin),
                    person.passphrase,
                    KdfParams::LEAST,
                    &mut rand::rng(),
                )
                .unwrap();
            let csr = request::make(&secrets.signing, person.latin).unwrap();
            home.install(&home.registry.practitioner(&csr, person, &home.institution.name));
        }
        home
    }

    fn certify(&self) {
        let csr = request::make(&self.secrets.node, &self.institution.name).unwrap();
        let (name, code) = (&self.institution.name, &self.institution.code);
        let class = match self.institution.device_class.as_str() {
            "portable" => DeviceClass::Portable,
            _ => DeviceClass::Fixed,
        };
        self.install(&self.registry.node_of_class(&csr, (name, code), 200, class));
    }

    /// Puts a certificate of this node into place whose day was yesterday; installing would refuse it.
    pub(crate) fn expire(&self) {
        let csr = request::make(&self.secrets.node, &self.institution.name).unwrap();
        let (name, code) = (&self.institution.name, &self.institution.code);
        let chain = self.registry.node(&csr, (name, code), 0);
        write_durably(&self.dir.node_chain(), chain.as_bytes()).unwrap();
    }

    fn install(&self, chain: &str) {
        let delivery = Delivery {
            root: &self.registry.root_pem(),
            chain,
            crl: Some(&self.registry.revocation_list(1)),
        };
        credentials::install(&self.dir, &self.secrets.node.public(), &delivery, clock::now()).unwrap();
    }

    /// Installs the node's chain again, with a revocation list of this number.
    pub(crate) fn install_list(&self, number: u64) -> Result<(), CredentialError> {
        let delivery = Delivery {
            root: &self.registry.root_pem(),
            chain: &self.node_chain().to_pem(),
            crl: Some(&self.registry.revocation_list(number)),
        };
        credentials::install(&self.dir, &self.secrets.node.public(), &delivery, clock::now()).map(drop)
    }

    /// A further certificate for a practitioner's key, for so many days from yesterday on, with this licence number.
    pub(crate) fn certified_anew(&self, person: &Person, terms: (u64, &str)) -> Chain {
        let csr = request::make(&self.secrets_of(person).signing, person.latin).unwrap();
        let registry = &self.registry;
        let pem = registry.practitioner_for(&csr, person, &self.institution.name, terms);
        Chain::from_pem(&pem).unwrap()
    }

    /// Puts a practitioner's certificate into place.
    pub(crate) fn put_chain(&self, person: &Person, chain: &Chain) {
        Practitioners::of(self.dir.clone())
            .install(person.id, chain)
            .unwrap();
    }

    /// What the node keeps under its passphrase.
    pub(crate) const fn secrets(&self) -> &NodeSecrets {
        &self.secrets
    }

    /// The registry that certified this node.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// A path beside the data directory.
    pub(crate) fn beside(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// The node's own key.
    pub(crate) fn node_key(&self) -> SecretKey {
        self.secrets.node.clone()
    }

    /// The node's chain, as it is installed.
    pub(crate) fn node_chain(&self) -> Chain {
        Chain::from_pem(&std::fs::read_to_string(self.dir.node_chain()).unwrap()).unwrap()
    }

    /// A practitioner's chain, as it is installed.
    pub(crate) fn practitioner_chain(&self, person: &Person) -> Chain {
        let people = Practitioners::of(self.dir.clone());
        people.chain(person.id).unwrap().unwrap()
    }

    /// A practitioner's keys.
    pub(crate) fn secrets_of(&self, person: &Person) -> PractitionerSecrets {
        let people = Practitioners::of(self.dir.clone());
        people.open(person.id, person.passphrase).unwrap()
    }

    /// The name of the network that the registry's root spans.
    pub(crate) fn network(&self) -> String {
        let anchor = TrustAnchor::from_pem(&self.registry.root_pem()).unwrap();
        NetworkName::of(&anchor).to_string()
    }

    /// Takes the node up, as if its passphrase had been typed.
    pub(crate) fn open(&self) -> Node {
        self.open_as(Start::Passphrase)
    }

    /// Takes the node up as it was started.
    pub(crate) fn open_as(&self, start: Start) -> Node {
        let config = Config::read(&self.dir).unwrap();
        Node::open(self.dir.clone(), config, self.secrets.clone(), start).unwrap()
    }

    /// Takes the node up by another clock, with these kinds of second factor.
    pub(crate) fn open_knowing(&self, clock: dokuei_node::clock::Clock, factors: Kinds) -> Node {
        let config = Config::read(&self.dir).unwrap();
        let (dir, secrets) = (self.dir.clone(), self.secrets.clone());
        Node::open_by((clock, factors), dir, config, secrets, Start::Passphrase).unwrap()
    }

    /// Opens the store of a node that was put down; its last work in the background may take a moment to end.
    pub(crate) fn store(&self) -> Store {
        for _ in 0..1_200 {
            match Store::open(self.dir.root(), &storage_key(&self.secrets)) {
                Err(StoreError::InUse(_)) => std::thread::sleep(Duration::from_millis(25)),
                opened => return opened.unwrap(),
            }
        }
        panic!("the node holds its store though it was put down");
    }
}
