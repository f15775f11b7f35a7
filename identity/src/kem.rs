//! X-Wing keys (HPKE KEM 0x647a: X25519 with ML-KEM-768), to which content keys of packages and applications to a registry are
//! sealed.

use std::fmt;

use hpke::kem::XWing;
use hpke::{Deserializable, Kem, Serializable};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Which key: the first 16 bytes of SHA-256("dokuei/kid/1" ‖ public key).
pub type Kid = [u8; 16];

/// These bytes are not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("these bytes are not an X-Wing public key")]
pub struct NotAKemKey;

/// An X-Wing public key (`draft-connolly-cfrg-xwing-kem`), 1216 bytes.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct KemPublicKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; KemPublicKey::LENGTH],
);

impl KemPublicKey {
    /// Its length, bytes.
    pub const LENGTH: usize = 1216;

    /// Takes the encoded key. It is not checked that it is a good one.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// The name under which a device keeps the private half.
    #[must_use]
    pub fn kid(&self) -> Kid {
        let digest = Sha256::new()
            .chain_update(b"dokuei/kid/1")
            .chain_update(self.0)
            .finalize();
        let mut kid = [0; 16];
        kid.copy_from_slice(&digest[..16]);
        kid
    }

    /// The key as HPKE takes it, checked.
    ///
    /// # Errors
    /// [`NotAKemKey`].
    pub fn to_hpke(&self) -> Result<<XWing as Kem>::PublicKey, NotAKemKey> {
        Deserializable::from_bytes(&self.0).map_err(|_| NotAKemKey)
    }

    /// The encoded key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for KemPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemPublicKey({}…)", hex::encode(&self.0[..8]))
    }
}

/// A private key, kept as its 32-byte seed; zeroised when dropped.
#[derive(Clone)]
pub struct KemSecretKey(Zeroizing<[u8; 32]>);

impl KemSecretKey {
    /// Makes a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self(seed)
    }

    /// The key whose seed was kept.
    #[must_use]
    pub const fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(seed)
    }

    /// The 32-byte seed, for a keystore to seal.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> KemPublicKey {
        let mut bytes = [0; KemPublicKey::LENGTH];
        XWing::sk_to_pk(&self.to_hpke()).write_exact(&mut bytes);
        KemPublicKey::from_bytes(bytes)
    }

    /// The key as HPKE takes it.
    #[must_use]
    pub fn to_hpke(&self) -> <XWing as Kem>::PrivateKey {
        Deserializable::from_bytes(&*self.0).expect("any 32 bytes are the seed of an X-Wing key")
    }
}

impl fmt::Debug for KemSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemSecretKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_from_its_seed_and_is_not_shown() {
        let key = KemSecretKey::from_seed(Zeroizing::new([9; 32]));
        assert_eq!(
            key.public(),
            KemSecretKey::from_seed(Zeroizing::new(*key.seed())).public()
        );
        assert_eq!(format!("{key:?}"), "KemSecretKey(redacted)");
    }

    #[test]
    fn bytes_that_are_no_key_are_refused() {
        // ML-KEM coefficients are below 3329: all ones are not.
        let bytes = KemPublicKey::from_bytes([0xff; KemPublicKey::LENGTH]);
        assert!(matches!(bytes.to_hpke(), Err(NotAKemKey)));
    }

    #[test]
    fn r19_the_public_key_of_a_seed_is_frozen() {
        // The drafts of X-Wing have changed it before; a new version of the crate must not change it silently.
        let key = KemSecretKey::from_seed(Zeroizing::new([9; 32])).public();
        assert_eq!(hex::encode(key.kid()), "8c046171455453423e170bbed34fdf0c");
    }
}
