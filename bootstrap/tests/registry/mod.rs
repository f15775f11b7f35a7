//! A registry for tests and measurements: a root, an issuing authority, and a register in a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Act, Answer, Ask, Batch, Entry, HashStore as _, MemoryStore, Replica, extend, layout, new_tiles,
    root_after, sign_checkpoint,
};
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;

/// Now.
pub fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
}

/// An act that says nothing about anybody.
pub fn revoked(seed: u64) -> Act {
    Act::Revoked {
        fingerprint: Fingerprint::of(&seed.to_be_bytes()),
        reason: RevocationReason::KeyCompromise,
    }
}

/// The registry.
pub struct Registry {
    pub root: CertificateAuthority,
    pub issuing: CertificateAuthority,
    pub key: SecretKey,
    pub chain: Chain,
    pub network: NetworkName,
    store: MemoryStore,
    files: BTreeMap<String, Vec<u8>>,
    signed_at: Timestamp,
}

impl Registry {
    pub fn new() -> Self {
        let mut rng = rand::rng();
        let validity = |days: u64| Validity {
            not_before: now().minus(3600),
            not_after: now().plus(days * 86_400),
        };
        let root = CertificateAuthority::create_root("Test Root", validity(3000), &mut rng).unwrap();
        let issuing = root
            .create_issuing("Test Issuing", validity(2000), &mut rng)
            .unwrap();
        let key = SecretKey::generate(&mut rng);
        let issued = issuing
            .issue_registry(&key.public(), "Test Registry", validity(300), &mut rng)
            .unwrap();
        let anchor = TrustAnchor::from_der(root.certificate()).unwrap();
        let mut registry = Self {
            network: NetworkName::of(&anchor),
            chain: issuing.chain(&issued),
            root,
            issuing,
            key,
            store: MemoryStore::default(),
            files: BTreeMap::new(),
            signed_at: now().minus(600),
        };
        registry.append(vec![]);
        registry
    }

    pub fn anchor(&self) -> TrustAnchor {
        TrustAnchor::from_der(self.root.certificate()).unwrap()
    }

    /// Enters acts and signs, a second after the last time.
    pub fn append(&mut self, acts: Vec<Act>) -> Vec<u8> {
        self.signed_at = self.signed_at.plus(1);
        let at = self.signed_at;
        let entries: Vec<_> = acts.into_iter().map(|act| Entry { at, act }.to_bytes()).collect();
        let size = self.size();
        let total = size + entries.len() as u64;
        let hashes = extend(&self.store, size, &entries).unwrap();
        let root = root_after(&self.store, size, &hashes, total).unwrap();
        let tiles = new_tiles(&self.store, size, &hashes, total).unwrap();
        let note = sign_checkpoint(&self.key, &self.network, total, root, at).unwrap();
        let hash_count = Self::hashes(&self.store, size);
        let batch = Batch {
            size,
            hash_count,
            entries: &entries,
            hashes: &hashes,
            checkpoint: Some(&note),
            target: None,
        };
        self.store.append(&batch).unwrap();
        for (number, width) in layout::bundles(size, total) {
            let first = number * layout::TILE_WIDTH;
            let bundle = self.store.read_entries(first, width as usize).unwrap();
            let path = layout::bundle_path(number, width).unwrap();
            self.files.insert(path, layout::encode_bundle(&bundle).unwrap());
        }
        self.files.extend(tiles);
        self.files
            .insert(layout::REGISTRY.to_owned(), self.chain.to_pem().into_bytes());
        note
    }

    fn hashes(store: &MemoryStore, size: u64) -> u64 {
        use dokuei_identity::register::HashSource as _;
        // The tree of n entries has 2n - popcount(n) hashes.
        let count = 2 * size - u64::from(size.count_ones());
        assert!(count == 0 || store.read_hashes(&[count - 1]).is_ok());
        assert!(store.read_hashes(&[count]).is_err());
        count
    }

    pub fn size(&self) -> u64 {
        self.store.head().unwrap().size
    }

    pub fn note(&self) -> Vec<u8> {
        self.store.head().unwrap().checkpoint.unwrap()
    }

    pub fn answer(&self, ask: &Ask) -> Answer {
        let replica = Replica::open(self.store.clone()).unwrap();
        replica.answer(ask, &self.chain, &[]).unwrap().unwrap()
    }

    /// Everything from the beginning.
    pub fn whole(&self) -> Answer {
        self.answer(&Ask {
            from: 0,
            checkpoint_size: 0,
            lists: None,
        })
    }

    /// Writes the register as files, the checkpoint last and in one step.
    pub fn publish(&self, dir: &Path) {
        for (path, bytes) in &self.files {
            let path = dir.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if !path.exists() {
                std::fs::write(path, bytes).unwrap();
            }
        }
        let next = dir.join("checkpoint.next");
        std::fs::write(&next, self.note()).unwrap();
        std::fs::rename(next, dir.join(layout::CHECKPOINT)).unwrap();
    }
}
