//! A node's data directory, made through the library as `dokuei init` and `dokuei identity` make it.

use dokuei_identity::keystore::KdfParams;
use dokuei_identity::request;
use dokuei_node::clock;
use dokuei_node::config::{Config, Institution};
use dokuei_node::credentials::{self, Delivery};
use dokuei_node::data_dir::{DataDir, write_durably};
use dokuei_node::keys::NodeSecrets;
use dokuei_node::practitioners::Practitioners;
use dokuei_node::service::{Node, storage_key};
use dokuei_store::Store;
use tempfile::TempDir;

use super::NODE_PASSPHRASE;
use super::registry::{Person, Registry};

/// A data directory that is deleted with this value.
pub(crate) struct Home {
    pub(crate) dir: DataDir,
    secrets: NodeSecrets,
    registry: Registry,
    directory: TempDir,
}

impl Home {
    /// A node without certificates.
    pub(crate) fn bare() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().join("data"));
        dir.create().unwrap();
        let mut rng = rand::rng();
        let secrets = NodeSecrets::generate(&mut rng);
        let institution = Institution {
            name: "山田歯科医院".to_owned(),
            code: "1312345678".to_owned(),
            device_class: "fixed".to_owned(),
        };
        Config::new(institution).write(&dir).unwrap();
        Store::create(dir.root(), &storage_key(&secrets)).unwrap();
        let public = hex::encode(secrets.node.public().as_bytes());
        write_durably(&dir.node_public_key(), public.as_bytes()).unwrap();
        let sealed = secrets
            .seal(NODE_PASSPHRASE, KdfParams::LEAST, &mut rng)
            .unwrap();
        write_durably(&dir.node_key(), &sealed).unwrap();
        Self {
            dir,
            secrets,
            registry: Registry::new(),
            directory,
        }
    }

    /// A certified node with these certified practitioners.
    pub(crate) fn with(people: &[Person]) -> Self {
        let home = Self::bare();
        home.certify(200);
        for person in people {
            let secrets = Practitioners::of(home.dir.clone())
                .enrol(
                    person.id,
                    (person.japanese, person.latin),
                    person.passphrase,
                    &mut rand::rng(),
                )
                .unwrap();
            let csr = request::make(&secrets.signing, person.latin).unwrap();
            home.install(&home.registry.practitioner(&csr, person));
        }
        home
    }

    /// Installs a certificate of this node that stands for `days` from yesterday on.
    pub(crate) fn certify(&self, days: u64) {
        let csr = request::make(&self.secrets.node, "山田歯科医院").unwrap();
        self.install(&self.registry.node(&csr, days));
    }

    fn install(&self, chain: &str) {
        let delivery = Delivery {
            root: &self.registry.root_pem(),
            chain,
            crl: None,
        };
        credentials::install(&self.dir, &self.secrets.node.public(), &delivery, clock::now()).unwrap();
    }

    /// A path beside the data directory.
    pub(crate) fn beside(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// Takes the node up.
    pub(crate) fn open(&self) -> Node {
        let config = Config::read(&self.dir).unwrap();
        Node::open(self.dir.clone(), config, self.secrets.clone()).unwrap()
    }

    /// Opens the store of a node that was put down.
    pub(crate) fn store(&self) -> Store {
        Store::open(self.dir.root(), &storage_key(&self.secrets)).unwrap()
    }
}
