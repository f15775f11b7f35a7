//! Sealing to the registry: HPKE (RFC 9180) in Base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305, the suite of a
//! package's grants. Who made an application is known from the signature inside.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::SealError;
use super::padding::{self, CLASSES};
use super::statement::MAX_APPLICATION;
use crate::cbor;
use crate::fingerprint::Fingerprint;
use crate::kem::{KemPublicKey, KemSecretKey, Kid, NotAKemKey};

/// The largest sealed application, bytes.
pub const MAX_SEALED: usize = CLASSES[4] + 2048;

const ENCAPSULATED: usize = 1120;
const TAG: usize = 16;

/// The registry's public key for applications, as the register publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationKey {
    kem: KemPublicKey,
    kid: Kid,
}

impl ApplicationKey {
    /// The key whose encoding is given.
    ///
    /// # Errors
    /// [`SealError::NotAKey`] when it is not an X-Wing public key.
    pub fn new(kem: KemPublicKey) -> Result<Self, SealError> {
        kem.to_hpke().map_err(|NotAKemKey| SealError::NotAKey)?;
        let kid = kem.kid();
        Ok(Self { kem, kid })
    }

    /// The key as the register has it.
    ///
    /// # Errors
    /// [`SealError::NotAKey`] when it is not an X-Wing public key, or `kid` is not its identifier.
    pub fn from_parts(kem: &[u8], kid: &Kid) -> Result<Self, SealError> {
        let kem = kem.try_into().map_err(|_| SealError::NotAKey)?;
        let key = Self::new(KemPublicKey::from_bytes(kem))?;
        if key.kid == *kid {
            Ok(key)
        } else {
            Err(SealError::NotAKey)
        }
    }

    /// The public key.
    #[must_use]
    pub const fn kem(&self) -> &KemPublicKey {
        &self.kem
    }

    /// Its identifier.
    #[must_use]
    pub const fn kid(&self) -> &Kid {
        &self.kid
    }
}

impl TryFrom<&crate::register::ApplicationKey> for ApplicationKey {
    type Error = SealError;

    fn try_from(entered: &crate::register::ApplicationKey) -> Result<Self, SealError> {
        Self::from_parts(&entered.kem, &entered.kid)
    }
}

/// The registry's private key for applications, kept as its 32-byte seed; zeroised when dropped.
#[derive(Debug, Clone)]
pub struct ApplicationSecretKey(KemSecretKey);

impl ApplicationSecretKey {
    /// Makes a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(KemSecretKey::generate(rng))
    }

    /// The key whose seed was kept.
    #[must_use]
    pub const fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(KemSecretKey::from_seed(seed))
    }

    /// The 32-byte seed, for a keystore to seal.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.seed()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> ApplicationKey {
        let kem = self.0.public();
        ApplicationKey { kid: kem.kid(), kem }
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Sealed {
    #[n(0)]
    format: u8,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    kid: Kid,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    encapsulated: [u8; ENCAPSULATED],
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    ciphertext: Vec<u8>,
}

const FORMAT: u8 = 1;

/// What is sealed: an application. Nothing that was sealed as another thing opens as one.
const APPLICATION: &[u8] = b"dokuei/application-seal/1";

/// Seals an application ([`super::SignedApplication::to_bytes`]) to the registry of the network with this root.
///
/// # Errors
/// [`SealError`] when it is too large or the key is not good.
pub fn seal<R: CryptoRng + ?Sized>(
    application: &[u8],
    to: &ApplicationKey,
    root: &Fingerprint,
    rng: &mut R,
) -> Result<Vec<u8>, SealError> {
    seal_as(APPLICATION, application, to, root, rng)
}

/// Seals what `label` says it is.
pub(super) fn seal_as<R: CryptoRng + ?Sized>(
    label: &[u8],
    content: &[u8],
    to: &ApplicationKey,
    root: &Fingerprint,
    rng: &mut R,
) -> Result<Vec<u8>, SealError> {
    let padded = padding::pad(content).ok_or(SealError::TooLarge {
        got: content.len(),
        limit: MAX_APPLICATION,
    })?;
    let padded = Zeroizing::new(padded);
    let key = to.kem.to_hpke().map_err(|NotAKemKey| SealError::NotAKey)?;
    let mut rng = rng;
    let (encapped, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &key,
        &info(label, root, &to.kid),
        &padded,
        &[],
        &mut rng,
    )
    .map_err(|_| SealError::NotAKey)?;
    let mut encapsulated = [0; ENCAPSULATED];
    encapped.write_exact(&mut encapsulated);
    Ok(cbor::encode(&Sealed {
        format: FORMAT,
        kid: to.kid,
        encapsulated,
        ciphertext,
    }))
}

/// Which key it was sealed to; also tells whether this can be a sealed application at all. For whoever keeps some for
/// the registry.
///
/// # Errors
/// [`SealError`] when it cannot be.
pub fn sealed_to(sealed: &[u8]) -> Result<Kid, SealError> {
    read(sealed).map(|sealed| sealed.kid)
}

/// Opens a sealed application with the one private key that it names.
///
/// # Errors
/// [`SealError`]: what is public is told apart, everything else is one error.
pub fn open<'k>(
    sealed: &[u8],
    root: &Fingerprint,
    key_of: impl FnOnce(&Kid) -> Option<&'k ApplicationSecretKey>,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    open_as(APPLICATION, sealed, root, key_of)
}

/// Opens what was sealed with this label.
pub(super) fn open_as<'k>(
    label: &[u8],
    sealed: &[u8],
    root: &Fingerprint,
    key_of: impl FnOnce(&Kid) -> Option<&'k ApplicationSecretKey>,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let sealed = read(sealed)?;
    let secret = key_of(&sealed.kid).ok_or(SealError::NoSuchKey)?;
    let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(&sealed.encapsulated);
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret.0.to_hpke(),
        &encapsulated.map_err(|_| SealError::DoesNotOpen)?,
        &info(label, root, &sealed.kid),
        &sealed.ciphertext,
        &[],
    );
    let padded = Zeroizing::new(opened.map_err(|_| SealError::DoesNotOpen)?);
    let content = padding::unpad(&padded).ok_or(SealError::DoesNotOpen)?;
    Ok(Zeroizing::new(content.to_vec()))
}

fn read(sealed: &[u8]) -> Result<Sealed, SealError> {
    if sealed.len() > MAX_SEALED {
        return Err(SealError::TooLarge {
            got: sealed.len(),
            limit: MAX_SEALED,
        });
    }
    let sealed: Sealed = cbor::decode_within(sealed, MAX_SEALED)?;
    let of_a_class = sealed
        .ciphertext
        .len()
        .checked_sub(TAG)
        .is_some_and(|length| CLASSES.contains(&length));
    if sealed.format != FORMAT || !of_a_class {
        return Err(SealError::DoesNotOpen);
    }
    Ok(sealed)
}

/// label ‖ root ‖ kid; root and kid have a fixed length.
fn info(label: &[u8], root: &Fingerprint, kid: &Kid) -> Vec<u8> {
    [label, root.as_bytes(), kid].concat()
}
