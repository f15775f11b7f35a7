//! The secrets of a node, as they lie sealed in a file (Argon2id, ChaCha20-Poly1305), and what Argon2id should cost here.
//! Those of practitioners are in [`crate::practitioner_keys`].

use std::time::Instant;

use dokuei_identity::cbor;
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{self, KdfParams, KeystoreError};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bound into the sealed file of a node.
const NODE_PURPOSE: &str = "node-key";
/// The most passes that are chosen here.
const MAX_PASSES: u32 = 48;

/// The secrets of a node, unlocked by the node passphrase when it starts.
#[derive(Clone)]
pub struct NodeSecrets {
    /// Proves the node to others; its public half is the PeerId.
    pub node: SecretKey,
    /// Opens the database and the vault, 32 bytes.
    pub storage: Zeroizing<[u8; 32]>,
}

/// Two seeds of 32 bytes: how they are written inside the sealed file.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct Seeds {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    first: [u8; 32],
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    second: [u8; 32],
}

impl Seeds {
    fn seal<R: CryptoRng>(
        &self,
        passphrase: &str,
        params: KdfParams,
        purpose: &str,
        rng: &mut R,
    ) -> Result<Vec<u8>, KeystoreError> {
        let plain = Zeroizing::new(cbor::encode(self));
        keystore::seal(&plain, passphrase, params, purpose, rng)
    }

    fn open(file: &[u8], passphrase: &str, purpose: &str) -> Result<Self, KeystoreError> {
        let plain = keystore::open(file, passphrase, purpose)?;
        cbor::decode(&plain).map_err(|error| KeystoreError::Malformed(error.to_string()))
    }
}

impl NodeSecrets {
    /// Fresh secrets.
    pub fn generate<R: CryptoRng>(rng: &mut R) -> Self {
        let mut storage = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *storage);
        Self {
            node: SecretKey::generate(rng),
            storage,
        }
    }

    /// Seals them under the node passphrase.
    ///
    /// # Errors
    /// [`KeystoreError`] when the passphrase does not satisfy the rule.
    pub fn seal<R: CryptoRng>(
        &self,
        passphrase: &str,
        params: KdfParams,
        rng: &mut R,
    ) -> Result<Vec<u8>, KeystoreError> {
        Seeds {
            first: *self.node.seed(),
            second: *self.storage,
        }
        .seal(passphrase, params, NODE_PURPOSE, rng)
    }

    /// Opens them.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`], or the file is not a node's.
    pub fn open(file: &[u8], passphrase: &str) -> Result<Self, KeystoreError> {
        let seeds = Seeds::open(file, passphrase, NODE_PURPOSE)?;
        Ok(Self {
            node: SecretKey::from_seed(&seeds.first),
            storage: Zeroizing::new(seeds.second),
        })
    }
}

/// Seconds that opening a file should take: long enough to make guessing expensive, short enough to sign in with.
const AIM: f64 = 0.7;

/// The cost of Argon2id that suits this machine: the second recommended option of RFC 9106, with as many more passes
/// as make opening take about 0.7 s, never fewer. Takes the time of one opening.
#[must_use]
pub fn tuned() -> KdfParams {
    let least = KdfParams::RECOMMENDED;
    let started = Instant::now();
    if keystore::spend("how long does it take?", least).is_err() {
        return least;
    }
    KdfParams {
        passes: passes_for(started.elapsed().as_secs_f64(), least.passes),
        ..least
    }
}

/// How many passes take about [`AIM`] seconds when `least` took `measured`.
fn passes_for(measured: f64, least: u32) -> u32 {
    let mut passes = least;
    while passes < MAX_PASSES && f64::from(passes) * measured / f64::from(least) < AIM {
        passes += 1;
    }
    passes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_the_cost_is_tuned_upwards_and_never_down() {
        assert_eq!(passes_for(0.21, 3), 10);
        assert_eq!(passes_for(5.0, 3), 3, "a slow or busy machine");
        assert_eq!(passes_for(0.0, 3), MAX_PASSES, "bounded");
        let tuned = tuned();
        assert!(tuned.memory_kib >= 65_536 && tuned.passes >= 3 && tuned.lanes >= 4);
    }

    #[test]
    fn r19_a_practitioners_file_is_not_taken_for_a_nodes() {
        let mut rng = rand::rng();
        let secrets = crate::practitioner_keys::PractitionerSecrets::generate(crate::clock::now(), &mut rng);
        let file = secrets.seal("correct horse", KdfParams::LEAST, &mut rng).unwrap();
        assert!(NodeSecrets::open(&file, "correct horse").is_err());
    }
}
