//! An envelope: the key of a sealed stream, wrapped for one device of one recipient.
//!
//! The same HPKE suite as a grant: Base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305. `context` is what the key
//! is for, in the caller's words; it must have a fixed length, and an envelope opens nothing in another context.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::kem::{KemPublicKey, KemSecretKey, Kid, NotAKemKey};
use crate::stream::StreamKey;

const ENCAPSULATED: usize = 1120;
const WRAPPED: usize = 32 + 16;

/// The wrapped key, about 1.2 KB.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Envelope {
    /// Which key of which device. It names a key, not a person.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub kid: Kid,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    encapsulated: [u8; ENCAPSULATED],
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    wrapped: [u8; WRAPPED],
}

/// The envelope does not open with this key in this context. What was wrong is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the envelope does not open with this key")]
pub struct DoesNotOpen;

impl Envelope {
    /// Wraps `key` for the device that holds `device`.
    ///
    /// # Errors
    /// [`NotAKemKey`] when the device's key cannot be encapsulated to.
    pub fn seal<R: CryptoRng + ?Sized>(
        key: &StreamKey,
        device: &KemPublicKey,
        context: &[u8],
        rng: &mut R,
    ) -> Result<Self, NotAKemKey> {
        let kid = device.kid();
        let mut rng = rng;
        let (encapped, wrapped) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &device.to_hpke()?,
            &info(context, &kid),
            key.as_bytes(),
            &[],
            &mut rng,
        )
        .map_err(|_| NotAKemKey)?;
        let mut encapsulated = [0; ENCAPSULATED];
        encapped.write_exact(&mut encapsulated);
        Ok(Self {
            kid,
            encapsulated,
            wrapped: wrapped.try_into().map_err(|_| NotAKemKey)?,
        })
    }

    /// Unwraps the key with the private half of the key that [`Self::kid`] names.
    ///
    /// # Errors
    /// [`DoesNotOpen`], without telling why.
    pub fn open(&self, secret: &KemSecretKey, context: &[u8]) -> Result<StreamKey, DoesNotOpen> {
        let encapsulated =
            <XWing as Kem>::EncappedKey::from_bytes(&self.encapsulated).map_err(|_| DoesNotOpen)?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &secret.to_hpke(),
            &encapsulated,
            &info(context, &self.kid),
            &self.wrapped,
            &[],
        );
        let opened = Zeroizing::new(opened.map_err(|_| DoesNotOpen)?);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(opened.get(..32).ok_or(DoesNotOpen)?);
        Ok(StreamKey::from_bytes(key))
    }
}

/// "dokuei/envelope/1" ‖ kid ‖ context.
fn info(context: &[u8], kid: &Kid) -> Vec<u8> {
    [b"dokuei/envelope/1".as_slice(), kid, context].concat()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn key(seed: u8) -> KemSecretKey {
        KemSecretKey::from_seed(Zeroizing::new([seed; 32]))
    }

    #[test]
    fn r14_an_envelope_opens_for_its_device_in_its_context_only() {
        let stream = StreamKey::generate(&mut rand::rng());
        let envelope = Envelope::seal(&stream, &key(1).public(), b"context-1", &mut rand::rng()).unwrap();
        let opened = envelope.open(&key(1), b"context-1").unwrap();
        assert_eq!(opened.as_bytes(), stream.as_bytes());
        assert_eq!(envelope.kid, key(1).public().kid());
        assert!(matches!(envelope.open(&key(2), b"context-1"), Err(DoesNotOpen)));
        assert!(matches!(envelope.open(&key(1), b"context-2"), Err(DoesNotOpen)));
    }
}
