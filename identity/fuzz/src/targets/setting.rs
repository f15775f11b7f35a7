//! The network of the test vectors, made once: the same seed, so the same keys.

use std::sync::LazyLock;

use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::chain::{self, Chain, TrustAnchor};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Act, Entry, MemoryStore, Replica};

use super::checkpoint::answer_of;
use crate::world::{NOW, World, specialist};

/// Everybody that the targets need.
pub(crate) struct Setting {
    pub(crate) root: CertificateAuthority,
    pub(crate) issuing: CertificateAuthority,
    pub(crate) anchor: TrustAnchor,
    pub(crate) network: NetworkName,
    /// Of the registry and its certificate.
    pub(crate) registry_key: SecretKey,
    pub(crate) registry: Chain,
    /// Of the practitioner and her certificate.
    pub(crate) person_key: SecretKey,
    pub(crate) person: PractitionerCertificate,
    pub(crate) person_chain: Chain,
    /// Of a node.
    pub(crate) node_key: SecretKey,
    /// Of the root that follows.
    pub(crate) successor_key: SecretKey,
    /// A register with a practitioner's certificate.
    pub(crate) replica: Replica<MemoryStore>,
}

impl Setting {
    /// The issuing authority alone, as what leads to a list.
    pub(crate) fn issuers(&self) -> Chain {
        Chain {
            end: Vec::new(),
            intermediates: vec![self.issuing.certificate().to_vec()],
        }
    }
}

/// Made once.
pub(crate) static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let mut world = World::new();
    // First of all, as in the vectors: the same certificate.
    let person_key = SecretKey::from_seed(&[7; 32]);
    let (_, person_chain) = world.issue(&specialist(), &person_key);
    let registry_key = SecretKey::from_seed(&[9; 32]);
    let registry = world.registry(&registry_key);
    let person = chain::verify_practitioner(&person_chain, &world.anchor, NOW, None).unwrap();
    let mut setting = Setting {
        network: NetworkName::of(&world.anchor),
        root: world.root,
        issuing: world.issuing,
        anchor: world.anchor,
        registry_key,
        registry,
        person_key,
        person,
        person_chain: person_chain.clone(),
        node_key: SecretKey::from_seed(&[8; 32]),
        successor_key: SecretKey::from_seed(&[5; 32]),
        replica: Replica::open(MemoryStore::default()).unwrap(),
    };
    let acts = [
        Act::IssuingAuthority {
            der: setting.issuing.certificate().to_vec(),
        },
        Act::Issued {
            chain: person_chain,
            supersedes: None,
        },
    ];
    let entries = acts.map(|act| Entry { at: NOW, act }.to_bytes());
    let answer = answer_of(&setting, &setting.replica, 0, entries.to_vec(), NOW).unwrap();
    let signed = setting
        .replica
        .verify(&answer, &setting.anchor, None, &setting.network, NOW)
        .unwrap();
    setting.replica.accept(&signed.checkpoint, &answer, NOW).unwrap();
    setting
});
