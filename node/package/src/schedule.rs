//! The key of a package: from the content-encryption key to the chunk key, the nonce prefix and the commitment.
//!
//! key32 ‖ prefix7 ‖ commit32 = HKDF-SHA256-Expand(CEK, "dokuei/pkg/1" ‖ 0 ‖ salt ‖ SHA-256(packageId, caseId, requestId,
//! sender)). ChaCha20-Poly1305 does not commit to its key: one ciphertext can be made that opens under two keys to two
//! different studies. commit32 is signed, so only one key is *the* key of a package (C2SP chunked-encryption).

use std::fmt;

use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::chunk::ChunkCipher;
use crate::core::Core;

/// A content-encryption key: 32 random bytes, fresh for every package, zeroised when dropped.
#[derive(Clone)]
pub struct Cek(Zeroizing<[u8; 32]>);

impl Cek {
    /// Makes a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// The key that a store had wrapped.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for a store to wrap under the key of the case.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Cek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cek(redacted)")
    }
}

/// The key is not the one that the sender committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this key is not the one that the sender of the package committed to")]
pub struct NotCommitted;

/// What a package key is bound to.
pub(crate) struct Context<'a> {
    pub(crate) package: &'a PackageId,
    pub(crate) case: &'a CaseId,
    pub(crate) request: &'a EntryId,
    pub(crate) sender: &'a Fingerprint,
    pub(crate) salt: &'a [u8; 24],
}

/// Derives chunk key, nonce prefix and commitment.
pub(crate) fn derive(cek: &Cek, context: &Context<'_>) -> (ChunkCipher, [u8; 32]) {
    // Every field has a fixed length, so concatenation is unambiguous.
    let subject = Sha256::new()
        .chain_update(context.package.as_bytes())
        .chain_update(context.case.as_bytes())
        .chain_update(context.request.as_bytes())
        .chain_update(context.sender.as_bytes())
        .finalize();
    expand(cek.as_bytes(), &[b"dokuei/pkg/1", &[0], context.salt, &subject])
}

/// A chunk cipher and the commitment to it.
pub(crate) fn expand(key: &[u8; 32], info: &[&[u8]]) -> (ChunkCipher, [u8; 32]) {
    let output = expand_bytes(key, info);
    let (mut chunk_key, mut prefix, mut commitment) = (Zeroizing::new([0; 32]), [0; 7], [0; 32]);
    chunk_key.copy_from_slice(&output[..32]);
    prefix.copy_from_slice(&output[32..39]);
    commitment.copy_from_slice(&output[39..]);
    (ChunkCipher::new(&chunk_key, &prefix), commitment)
}

/// HKDF-SHA256-Expand (RFC 5869 §2.3): key32 ‖ prefix7 ‖ commit32.
pub(crate) fn expand_bytes(key: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; 71]> {
    let mut output = Zeroizing::new([0; 32 + 7 + 32]);
    let hkdf = Hkdf::<Sha256>::from_prk(key).expect("32 bytes are a key for HKDF-SHA256");
    hkdf.expand_multi_info(info, &mut *output)
        .expect("71 bytes are within the limit of HKDF-SHA256");
    output
}

/// The key that opens the chunks of one package: it only comes into being when it is the committed one.
pub struct PackageKey(ChunkCipher);

impl PackageKey {
    /// Derives the key for the package of `core` and compares its commitment in constant time.
    ///
    /// # Errors
    /// [`NotCommitted`] when `cek` is another key, or the package, case, request or sender is another.
    pub fn derive(cek: &Cek, core: &Core) -> Result<Self, NotCommitted> {
        let (cipher, commitment) = derive(cek, &core.context());
        if bool::from(commitment.ct_eq(&core.commitment)) {
            Ok(Self(cipher))
        } else {
            Err(NotCommitted)
        }
    }

    pub(crate) const fn cipher(&self) -> &ChunkCipher {
        &self.0
    }
}

impl fmt::Debug for PackageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PackageKey(redacted)")
    }
}
