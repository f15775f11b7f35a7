//! X-Wing keys (HPKE KEM 0x647a: X25519 with ML-KEM-768): one pair per device, replaced after 30 days.

use std::fmt;

pub use dokuei_identity::device_list::KemPublicKey;
use dokuei_identity::time::Timestamp;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, Serializable};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// How long a key may be granted to, seconds (30 days): after it the sender grants again to the next key.
pub const KEY_LIFE: u64 = 30 * 24 * 3600;

/// Which key of a device: the first 16 bytes of SHA-256("dokuei/kid/1" ‖ public key).
pub type Kid = [u8; 16];

/// These bytes are not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("these bytes are not an X-Wing public key")]
pub struct NotAKemKey;

/// The name under which a device keeps the private half of `key`.
#[must_use]
pub fn kid_of(key: &KemPublicKey) -> Kid {
    let digest = Sha256::new()
        .chain_update(b"dokuei/kid/1")
        .chain_update(key.as_bytes())
        .finalize();
    let mut kid = [0; 16];
    kid.copy_from_slice(&digest[..16]);
    kid
}

/// The key as HPKE takes it, checked.
pub(crate) fn to_hpke(key: &KemPublicKey) -> Result<<XWing as Kem>::PublicKey, NotAKemKey> {
    Deserializable::from_bytes(key.as_bytes()).map_err(|_| NotAKemKey)
}

/// The private key of a device, kept as its 32-byte seed; zeroised when dropped.
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

    /// Whether a key made at `made_at` may still be put into a device list at `now`.
    #[must_use]
    pub const fn is_current(made_at: Timestamp, now: Timestamp) -> bool {
        now.since(made_at) < KEY_LIFE
    }

    pub(crate) fn to_hpke(&self) -> <XWing as Kem>::PrivateKey {
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
        assert!(matches!(to_hpke(&bytes), Err(NotAKemKey)));
    }

    #[test]
    fn a_key_is_current_for_thirty_days() {
        let made = Timestamp(1_000);
        assert!(KemSecretKey::is_current(made, made.plus(KEY_LIFE - 1)));
        assert!(!KemSecretKey::is_current(made, made.plus(KEY_LIFE)));
    }

    #[test]
    fn r19_the_public_key_of_a_seed_is_frozen() {
        // The drafts of X-Wing have changed it before; a new version of the crate must not change it silently.
        let key = KemSecretKey::from_seed(Zeroizing::new([9; 32])).public();
        insta::assert_snapshot!(hex::encode(kid_of(&key)), @"8c046171455453423e170bbed34fdf0c");
    }
}
