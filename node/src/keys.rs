//! The secrets of a node and of its practitioners, as they lie sealed in files (Argon2id, ChaCha20-Poly1305).

use dokuei_identity::cbor;
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{self, KdfParams, KeystoreError};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bound into the sealed file of a node.
const NODE_PURPOSE: &str = "node-key";
/// Bound into the sealed file of a practitioner.
const PRACTITIONER_PURPOSE: &str = "practitioner-key";

/// The secrets of a node, unlocked by the node passphrase when it starts.
#[derive(Clone)]
pub struct NodeSecrets {
    /// Proves the node to others; its public half is the PeerId.
    pub node: SecretKey,
    /// Opens the database and the vault, 32 bytes.
    pub storage: Zeroizing<[u8; 32]>,
}

/// The secrets of a practitioner on this node, unlocked when she signs in.
#[derive(Clone)]
pub struct PractitionerSecrets {
    /// Signs her entries.
    pub signing: SecretKey,
    /// The seed of her key encapsulation key on this node (X-Wing, 32 bytes).
    pub kem_seed: Zeroizing<[u8; 32]>,
}

/// Two seeds of 32 bytes: how both kinds of secrets are written inside the sealed file.
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

impl PractitionerSecrets {
    /// Fresh secrets.
    pub fn generate<R: CryptoRng>(rng: &mut R) -> Self {
        let mut kem_seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *kem_seed);
        Self {
            signing: SecretKey::generate(rng),
            kem_seed,
        }
    }

    /// Seals them under her passphrase.
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
            first: *self.signing.seed(),
            second: *self.kem_seed,
        }
        .seal(passphrase, params, PRACTITIONER_PURPOSE, rng)
    }

    /// Opens them.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`], or the file is not a practitioner's.
    pub fn open(file: &[u8], passphrase: &str) -> Result<Self, KeystoreError> {
        let seeds = Seeds::open(file, passphrase, PRACTITIONER_PURPOSE)?;
        Ok(Self {
            signing: SecretKey::from_seed(&seeds.first),
            kem_seed: Zeroizing::new(seeds.second),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_secrets_open_with_their_own_passphrase_only() {
        let mut rng = rand::rng();
        let secrets = PractitionerSecrets::generate(&mut rng);
        let file = secrets.seal("correct horse", KdfParams::LEAST, &mut rng).unwrap();
        let opened = PractitionerSecrets::open(&file, "correct horse").unwrap();
        assert_eq!(opened.signing.public(), secrets.signing.public());
        assert_eq!(opened.kem_seed, secrets.kem_seed);
        assert!(PractitionerSecrets::open(&file, "wrong horse").is_err());
    }

    #[test]
    fn r19_a_practitioners_file_is_not_taken_for_a_nodes() {
        let mut rng = rand::rng();
        let file = PractitionerSecrets::generate(&mut rng)
            .seal("correct horse", KdfParams::LEAST, &mut rng)
            .unwrap();
        assert!(NodeSecrets::open(&file, "correct horse").is_err());
    }
}
