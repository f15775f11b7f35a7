//! Ed25519 keys (RFC 8032): zeroised when dropped, never shown, verified strictly.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why a key or signature was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The 32 bytes are not a point of the curve.
    #[error("these bytes are not an Ed25519 public key")]
    NotAPublicKey,
    /// The signature does not verify under RFC 8032 with strict (cofactor-less, canonical) rules.
    #[error("the signature does not belong to this key and message")]
    BadSignature,
}

/// An Ed25519 private key. Its memory is zeroised when it is dropped.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Makes a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(SigningKey::generate(rng))
    }

    /// The key whose 32-byte seed (RFC 8032 §5.1.5) is given.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32-byte seed, for a keystore to seal.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`; 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The key as the certificate builder wants it.
    pub(crate) fn signer(&self) -> &SigningKey {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {:?})", self.public())
    }
}

/// An Ed25519 public key, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct PublicKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl PublicKey {
    /// Takes 32 bytes that encode a point of the curve.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`] when they do not.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        UnpackedKey::from_bytes(&bytes).map(|key| key.packed())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Verifies with `verify_strict`: refuses small-order keys and non-canonical signatures, which plain Ed25519
    /// verification lets through.
    ///
    /// # Errors
    /// [`KeyError`] when the key or signature is not good.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        UnpackedKey::from_bytes(&self.0)?.verify(message, signature)
    }
}

/// A public key with its point computed, which costs about a tenth of a verification: for keys that verify more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnpackedKey(VerifyingKey);

impl UnpackedKey {
    /// As [`PublicKey::from_bytes`].
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        VerifyingKey::from_bytes(bytes)
            .map(Self)
            .map_err(|_| KeyError::NotAPublicKey)
    }

    /// The key as it is kept and compared.
    pub(crate) fn packed(&self) -> PublicKey {
        PublicKey(self.0.to_bytes())
    }

    /// As [`PublicKey::verify`].
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        self.0
            .verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| KeyError::BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.0))
    }
}
