//! A grant: the content-encryption key of a package, wrapped for one device of one recipient.
//!
//! HPKE (RFC 9180) in Base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305. X-Wing has no Auth mode: who granted is
//! known from the signature on the log entry that carries the grant. info names core, sender, recipient and key, so a
//! grant opens nothing but what it was made for.

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::core::VerifiedCore;
use crate::kem::{KemPublicKey, KemSecretKey, Kid, NotAKemKey};
use crate::schedule::{Cek, PackageKey};

const ENCAPSULATED: usize = 1120;
const WRAPPED: usize = 32 + 16;

/// A grant as it stands in the body of a Grant entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Grant {
    /// SHA-256 of the signed core of the package.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub core: [u8; 32],
    /// The recipient: fingerprint of the practitioner's certificate.
    #[n(1)]
    pub recipient: Fingerprint,
    /// Which key of which device.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub kid: Kid,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    encapsulated: [u8; ENCAPSULATED],
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    wrapped: [u8; WRAPPED],
}

impl Grant {
    /// The encoding, about 1.3 KB.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a grant.
    ///
    /// # Errors
    /// [`CborError`] when it is not the encoding of one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::decode(bytes)
    }
}

/// Why a grant did not open a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GrantError {
    /// It names another package or another recipient. Both are public.
    #[error("the grant is for another package or another recipient")]
    NotAddressed,
    /// The key it was made for is not on this device, or no longer. Which keys there are is public.
    #[error(
        "this device does not hold the key that the grant was made for; ask the sender to grant it again"
    )]
    NoSuchKey,
    /// Anything else, without telling what: a refusal must not say which part failed.
    #[error("the grant does not open this package")]
    DoesNotOpen,
}

/// Wraps the key of `core`'s package for the device that holds `key`, in the name of `recipient`.
///
/// # Errors
/// [`NotAKemKey`] when the recipient's key cannot be encapsulated to.
pub fn grant<R: CryptoRng + ?Sized>(
    cek: &Cek,
    core: &VerifiedCore,
    recipient: &Fingerprint,
    key: &KemPublicKey,
    rng: &mut R,
) -> Result<Grant, NotAKemKey> {
    let kid = key.kid();
    let mut rng = rng;
    let (encapped, wrapped) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &key.to_hpke()?,
        &info(core, recipient, &kid),
        cek.as_bytes(),
        &[],
        &mut rng,
    )
    .map_err(|_| NotAKemKey)?;
    let mut encapsulated = [0; ENCAPSULATED];
    encapped.write_exact(&mut encapsulated);
    let wrapped = wrapped.try_into().map_err(|_| NotAKemKey)?;
    Ok(Grant {
        core: *core.hash(),
        recipient: *recipient,
        kid,
        encapsulated,
        wrapped,
    })
}

/// Unwraps the key with the one private key that the grant names (none is tried in turn), and checks the commitment.
///
/// `me` is the certificate of the practitioner who opens it; `key_of` finds this device's key by its name.
///
/// # Errors
/// [`GrantError`]: what is public is told apart, everything else is one error.
pub fn open_grant<'k>(
    grant: &Grant,
    core: &VerifiedCore,
    me: &Fingerprint,
    key_of: impl FnOnce(&Kid) -> Option<&'k KemSecretKey>,
) -> Result<(Cek, PackageKey), GrantError> {
    if grant.core != *core.hash() || grant.recipient != *me {
        return Err(GrantError::NotAddressed);
    }
    let secret = key_of(&grant.kid).ok_or(GrantError::NoSuchKey)?;
    let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(&grant.encapsulated);
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret.to_hpke(),
        &encapsulated.map_err(|_| GrantError::DoesNotOpen)?,
        &info(core, me, &grant.kid),
        &grant.wrapped,
        &[],
    );
    let opened = Zeroizing::new(opened.map_err(|_| GrantError::DoesNotOpen)?);
    let mut cek = Zeroizing::new([0; 32]);
    cek.copy_from_slice(opened.get(..32).ok_or(GrantError::DoesNotOpen)?);
    let cek = Cek::from_bytes(cek);
    let key = PackageKey::derive(&cek, core.core()).map_err(|_| GrantError::DoesNotOpen)?;
    Ok((cek, key))
}

/// "dokuei/wrap/1" ‖ H(core) ‖ sender ‖ recipient ‖ kid; every part has a fixed length.
fn info(core: &VerifiedCore, recipient: &Fingerprint, kid: &Kid) -> Vec<u8> {
    [
        b"dokuei/wrap/1".as_slice(),
        core.hash(),
        core.core().sender.as_bytes(),
        recipient.as_bytes(),
        kid,
    ]
    .concat()
}
