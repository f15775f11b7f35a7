//! The one secret of a store, what is derived from it, and how other keys are wrapped under it.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::StoreError;
use crate::integrity::SealKey;

const DATABASE: &str = "dokuei store 2026-11 database key";
const SEALS: &str = "dokuei store 2026-11 row seals";
const VAULT: &str = "dokuei store 2026-11 vault key-encryption key";
const NONCE: usize = 12;

/// The secret that opens a store, 32 bytes; the node keeps it sealed under its passphrase.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StoreKey([u8; 32]);

impl StoreKey {
    /// A new random key from the operating system's generator.
    #[must_use]
    pub fn generate() -> Self {
        Self(rand::random())
    }

    /// A key that was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for sealing under the node passphrase.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The raw key of the database (BLAKE3 `derive_key`).
    pub(crate) fn database(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(DATABASE, &self.0))
    }

    /// The key of seals over rows.
    pub(crate) fn seals(&self) -> SealKey {
        SealKey(blake3::derive_key(SEALS, &self.0))
    }

    /// The key under which the keys of studies and packages are wrapped.
    pub(crate) fn vault(&self) -> WrappingKey {
        WrappingKey(blake3::derive_key(VAULT, &self.0))
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

/// Wraps 32-byte keys with ChaCha20-Poly1305 (RFC 8439).
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct WrappingKey([u8; 32]);

impl WrappingKey {
    /// Wraps `key`; `purpose` and `name` are authenticated, so that a wrapped key moved to another row is refused.
    pub(crate) fn wrap(&self, key: &[u8; 32], purpose: &str, name: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let aad = associated(purpose, name);
        let sealed = ChaCha20Poly1305::new(&self.0.into())
            .encrypt(&Nonce::from(nonce), Payload { msg: key, aad: &aad })
            .expect("32 bytes are within the limits of ChaCha20-Poly1305");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Undoes [`WrappingKey::wrap`] with the same purpose and name.
    pub(crate) fn unwrap(
        &self,
        wrapped: &[u8],
        purpose: &'static str,
        name: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let damaged = || StoreError::Damaged(purpose);
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let aad = associated(purpose, name);
        let key = ChaCha20Poly1305::new(&self.0.into())
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| damaged())?;
        let bytes = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| damaged())?;
        Ok(Zeroizing::new(bytes))
    }
}

/// Purpose and name cannot run into each other: no purpose holds a zero byte.
fn associated(purpose: &str, name: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), b"\0", name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_only_for_its_purpose_and_name() {
        let vault = StoreKey::from_bytes([7; 32]).vault();
        let wrapped = vault.wrap(&[9; 32], "study key", b"1.2.3");
        assert_eq!(*vault.unwrap(&wrapped, "study key", b"1.2.3").unwrap(), [9; 32]);
        assert!(vault.unwrap(&wrapped, "package key", b"1.2.3").is_err());
        assert!(vault.unwrap(&wrapped, "study key", b"1.2.4").is_err());
        assert!(vault.unwrap(&wrapped[..20], "study key", b"1.2.3").is_err());
        let other = StoreKey::from_bytes([8; 32]).vault();
        assert!(other.unwrap(&wrapped, "study key", b"1.2.3").is_err());
    }

    #[test]
    fn derived_keys_differ_and_nothing_is_printed() {
        let key = StoreKey::from_bytes([7; 32]);
        assert_ne!(key.database().as_slice(), key.vault().0.as_slice());
        assert_eq!(format!("{key:?}"), "StoreKey(…)");
    }
}
