//! A vector that is being made.

use der::DateTime;
use der::pem::{LineEnding, encode_string};
use dokuei_identity::chain::Chain;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;

use crate::forge::{Body, forge};
use crate::world::{NOW, World, clinic, specialist};

/// A chain, with its root and perhaps a revocation list, and what is wrong with it.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) name: &'static str,
    pub(super) defect: &'static str,
    pub(super) code: &'static str,
    pub(super) at: Timestamp,
    pub(super) chain: Chain,
    pub(super) root: Vec<u8>,
    pub(super) list: Option<Vec<u8>>,
}

impl Made {
    pub(super) fn print(&self, openssl: &str) -> String {
        let block = |title: &str, label: &str, der: &[u8]| {
            let pem = encode_string(label, LineEnding::LF, der).unwrap();
            format!("\n{title}\n{pem}")
        };
        let at = DateTime::from_unix_duration(std::time::Duration::from_secs(self.at.0)).unwrap();
        let mut text = format!(
            "defect: {}\ncode: {}\nat: {at}\nopenssl: {openssl}\n",
            self.defect, self.code
        );
        text += &block("certificate", "CERTIFICATE", &self.chain.end);
        for der in &self.chain.intermediates {
            text += &block("issuing authority", "CERTIFICATE", der);
        }
        text += &block("root", "CERTIFICATE", &self.root);
        if let Some(der) = &self.list {
            text += &block("revocation list", "X509 CRL", der);
        }
        text
    }

    pub(super) fn at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }
}

/// The three kinds of end certificate that defects are made from.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) person: Chain,
    pub(super) node: Chain,
    pub(super) registry: Chain,
}

impl Bench {
    pub(super) fn new() -> Self {
        let mut world = World::new();
        let (_, person) = world.issue(&specialist(), &SecretKey::from_seed(&[7; 32]));
        let (_, node) = world.issue_node(&clinic(), &SecretKey::from_seed(&[8; 32]));
        let registry = world.registry(&SecretKey::from_seed(&[9; 32]));
        Self {
            world,
            person,
            node,
            registry,
        }
    }

    /// A vector of this chain.
    pub(super) fn made(
        &self,
        name: &'static str,
        defect: &'static str,
        code: &'static str,
        chain: Chain,
    ) -> Made {
        Made {
            name,
            defect,
            code,
            at: NOW,
            chain,
            root: self.world.root.certificate().to_vec(),
            list: None,
        }
    }

    /// `chain` with its end certificate changed and signed anew by the issuing authority.
    pub(super) fn changed(&self, chain: &Chain, defect: impl FnOnce(&mut Body)) -> Chain {
        Chain {
            end: forge(&chain.end, self.world.issuing.key(), defect),
            intermediates: chain.intermediates.clone(),
        }
    }
}

/// A defect as a table tells it: name, what is wrong, the code, the change.
pub(super) type Row = (&'static str, &'static str, &'static str, fn(&mut Body));
