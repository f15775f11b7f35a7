//! A secret at rest, sealed under a passphrase: Argon2id (RFC 9106) and ChaCha20-Poly1305 (RFC 8439).
//!
//! The file is one deterministic CBOR array that carries its own parameters. Argon2id gives 64 bytes: 32 are the key,
//! 32 are kept in the file as a check value. The check value tells a wrong passphrase from an altered file, and binds
//! the ciphertext to one key (ChaCha20-Poly1305 alone is not key-committing). What the secret is *for* is bound as
//! associated data: a node's sealed key cannot be put in the place of a practitioner's.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::cbor;

/// The version of the file format that is written and read.
pub const FORMAT: u8 = 1;
/// The fewest characters (not bytes) of a passphrase that anything is sealed under. What may be *chosen* is a question
/// of [`crate::passphrase::check`], which asks for more.
pub const MIN_PASSPHRASE: usize = 8;
/// The most bytes of a passphrase.
pub const MAX_PASSPHRASE: usize = 1024;
/// The most bytes of a secret.
pub const MAX_SECRET: usize = 4096;

const SALT: usize = 16;
const NONCE: usize = 12;
const CHECK: usize = 32;

/// Why a secret was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// The passphrase is shorter or longer than it may be.
    #[error(
        "a passphrase has at least {MIN_PASSPHRASE} characters and at most {MAX_PASSPHRASE} bytes; choose another"
    )]
    PassphraseLength,
    /// The passphrase is not the one that the secret was sealed under.
    #[error("the passphrase is not the right one; try again")]
    WrongPassphrase,
    /// The passphrase is right but the file is not as it was written, or was written for another purpose.
    #[error("the sealed file was altered, or was made for another purpose; restore it from a backup")]
    Altered,
    /// Not a sealed file of ours.
    #[error("this is not a sealed key file: {0}")]
    Malformed(String),
    /// Written by a newer version of the program.
    #[error("the sealed file has format {0}, this program reads format {FORMAT}; use a newer program")]
    UnknownFormat(u8),
    /// Parameters that nobody should ask for: too weak, or so high that opening would exhaust the machine.
    #[error(
        "the parameters of the sealed file are outside what is accepted (8 MiB to 1 GiB, 1 to 64 passes, 1 to 16 lanes)"
    )]
    Parameters,
    /// The secret is empty or longer than [`MAX_SECRET`].
    #[error("a secret of {got} bytes cannot be sealed: it must have 1 to {MAX_SECRET}")]
    SecretLength {
        /// Its length, bytes.
        got: usize,
    },
}

/// The cost of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KdfParams {
    /// Memory, KiB.
    #[n(0)]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[n(1)]
    pub passes: u32,
    /// Lanes.
    #[n(2)]
    pub lanes: u32,
}

impl KdfParams {
    /// The second recommended option of RFC 9106 §4: 64 MiB, 3 passes, 4 lanes.
    pub const RECOMMENDED: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };
    /// The least that is accepted: for tests, which derive many keys.
    pub const LEAST: Self = Self {
        memory_kib: 8 * 1024,
        passes: 1,
        lanes: 1,
    };

    /// Checked before any memory is taken: the parameters come from a file.
    fn checked(self) -> Result<Params, KeystoreError> {
        let within = (8 * 1024..=1024 * 1024).contains(&self.memory_kib)
            && (1..=64).contains(&self.passes)
            && (1..=16).contains(&self.lanes);
        if !within {
            return Err(KeystoreError::Parameters);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32 + CHECK))
            .map_err(|_| KeystoreError::Parameters)
    }
}

impl Default for KdfParams {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}

/// The file.
#[derive(Encode, Decode)]
#[cbor(array)]
struct SealedFile {
    #[n(0)]
    format: u8,
    #[n(1)]
    params: KdfParams,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    salt: [u8; SALT],
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    check: [u8; CHECK],
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; NONCE],
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    ciphertext: Vec<u8>,
}

/// Whether a passphrase may be used: its length is within bounds.
///
/// # Errors
/// [`KeystoreError::PassphraseLength`] when it is not.
pub fn check_passphrase(passphrase: &str) -> Result<(), KeystoreError> {
    if passphrase.len() > MAX_PASSPHRASE || passphrase.chars().count() < MIN_PASSPHRASE {
        return Err(KeystoreError::PassphraseLength);
    }
    Ok(())
}

/// Seals `secret` for `purpose` (for example `node-key`) under `passphrase`.
///
/// # Errors
/// [`KeystoreError`] when passphrase, secret or parameters are out of bounds.
pub fn seal<R: CryptoRng + ?Sized>(
    secret: &[u8],
    passphrase: &str,
    params: KdfParams,
    purpose: &str,
    rng: &mut R,
) -> Result<Vec<u8>, KeystoreError> {
    SealingKey::new(passphrase, params, rng)?.seal(secret, purpose, rng)
}

/// Opens what [`seal`] made. Takes the time and memory that the file's parameters ask for.
///
/// # Errors
/// [`KeystoreError`], telling a wrong passphrase from an altered file.
pub fn open(file: &[u8], passphrase: &str, purpose: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
    unlock(file, passphrase, purpose).map(|(secret, _)| secret)
}

/// Opens what [`seal`] made, and gives the key with which a changed secret can be sealed again without the passphrase.
///
/// # Errors
/// As [`open`].
pub fn unlock(
    file: &[u8],
    passphrase: &str,
    purpose: &str,
) -> Result<(Zeroizing<Vec<u8>>, SealingKey), KeystoreError> {
    let file = SealedFile::read(file)?;
    let (key, check) = derive(passphrase, file.params, &file.salt)?;
    let key = SealingKey {
        params: file.params,
        salt: file.salt,
        key,
        check,
    };
    Ok((key.open_file(&file, purpose)?, key))
}

/// The parameters that a sealed file asks for.
///
/// # Errors
/// [`KeystoreError`] when it is not a sealed file, or they are out of bounds.
pub fn params_of(file: &[u8]) -> Result<KdfParams, KeystoreError> {
    let params = SealedFile::read(file)?.params;
    params.checked()?;
    Ok(params)
}

/// Takes the time that opening a file with these parameters takes, and opens nothing: the answer to somebody unknown
/// must not come sooner than the answer to somebody known.
///
/// # Errors
/// [`KeystoreError::Parameters`].
pub fn spend(passphrase: &str, params: KdfParams) -> Result<(), KeystoreError> {
    derive(passphrase, params, &[0; SALT]).map(drop)
}

/// What a passphrase becomes: the key of one sealed file. Zeroised when dropped.
#[derive(Clone)]
pub struct SealingKey {
    params: KdfParams,
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
    check: [u8; CHECK],
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(redacted)")
    }
}

impl SealingKey {
    /// The key of a new file, with a salt of its own.
    ///
    /// # Errors
    /// [`KeystoreError`] when passphrase or parameters are out of bounds.
    pub fn new<R: CryptoRng + ?Sized>(
        passphrase: &str,
        params: KdfParams,
        rng: &mut R,
    ) -> Result<Self, KeystoreError> {
        check_passphrase(passphrase)?;
        let mut salt = [0; SALT];
        rng.fill_bytes(&mut salt);
        let (key, check) = derive(passphrase, params, &salt)?;
        Ok(Self {
            params,
            salt,
            key,
            check,
        })
    }

    /// Seals a secret; each time under a nonce of its own.
    ///
    /// # Errors
    /// [`KeystoreError::SecretLength`].
    pub fn seal<R: CryptoRng + ?Sized>(
        &self,
        secret: &[u8],
        purpose: &str,
        rng: &mut R,
    ) -> Result<Vec<u8>, KeystoreError> {
        let refused = || KeystoreError::SecretLength { got: secret.len() };
        if secret.is_empty() || secret.len() > MAX_SECRET {
            return Err(refused());
        }
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let aad = associated(purpose);
        let payload = Payload {
            msg: secret,
            aad: &aad,
        };
        let ciphertext = cipher(&self.key)
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| refused())?;
        Ok(cbor::encode(&SealedFile {
            format: FORMAT,
            params: self.params,
            salt: self.salt,
            check: self.check,
            nonce,
            ciphertext,
        }))
    }

    /// Opens a file that was sealed with this key.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when it was sealed with another.
    pub fn open(&self, file: &[u8], purpose: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        self.open_file(&SealedFile::read(file)?, purpose)
    }

    fn open_file(&self, file: &SealedFile, purpose: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        if file.salt != self.salt || !bool::from(self.check.ct_eq(&file.check)) {
            return Err(KeystoreError::WrongPassphrase);
        }
        let aad = associated(purpose);
        let payload = Payload {
            msg: &file.ciphertext,
            aad: &aad,
        };
        cipher(&self.key)
            .decrypt(&Nonce::from(file.nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| KeystoreError::Altered)
    }
}

impl SealedFile {
    fn read(file: &[u8]) -> Result<Self, KeystoreError> {
        let file: Self = cbor::decode(file).map_err(|error| KeystoreError::Malformed(error.to_string()))?;
        if file.format == FORMAT {
            Ok(file)
        } else {
            Err(KeystoreError::UnknownFormat(file.format))
        }
    }
}

/// Key and check value.
type Derived = (Zeroizing<[u8; 32]>, [u8; CHECK]);

fn derive(passphrase: &str, params: KdfParams, salt: &[u8]) -> Result<Derived, KeystoreError> {
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.checked()?);
    let mut output = Zeroizing::new([0_u8; 32 + CHECK]);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, output.as_mut_slice())
        .map_err(|_| KeystoreError::Parameters)?;
    let (left, right) = output.split_at(32);
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(left);
    let mut check = [0; CHECK];
    check.copy_from_slice(right);
    Ok((key, check))
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(*key))
}

fn associated(purpose: &str) -> Vec<u8> {
    [b"dokuei/keystore/1/".as_slice(), purpose.as_bytes()].concat()
}
