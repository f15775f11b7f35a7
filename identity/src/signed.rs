//! COSE_Sign1 (RFC 9052 §4.2) with Ed25519: the one envelope for everything that Dokuei signs.
//!
//! The kind of document is part of what is signed (external AAD `dokuei/<kind>/1`), so that a signature over one kind
//! can never be shown as a signature over another. The protected header names the signer's certificate by its
//! [`Fingerprint`] (`kid`). Bytes are stored and forwarded as received; they are accepted only when encoding the
//! parsed envelope again gives the same bytes.

use coset::{
    CborSerializable, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, RegisteredLabelWithPrivate, iana,
};
use thiserror::Error;

use crate::cbor::MAX_DOCUMENT;
use crate::fingerprint::Fingerprint;
use crate::key::{KeyError, PublicKey, SecretKey};

/// What is signed. Each kind has its own external AAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An entry of a case log.
    Entry,
    /// The core of a study package.
    PackageCore,
    /// A practitioner's complete list of devices.
    DeviceList,
    /// A device's consent to stand in a practitioner's list.
    DeviceConsent,
    /// One side of an admission exchange.
    Admission,
    /// An application for a credential.
    Application,
    /// The registry's question for the applications that wait at a bootstrap node.
    Collect,
    /// What the registry answers to an applicant.
    Answer,
    /// What a practitioner says of herself in the directory.
    Profile,
    /// What a root says of the key that signs the register.
    RegisterKey,
    /// The list of what is on an offline medium.
    MediaIndex,
    /// The hashes of the files that are the evidence of a consultation.
    Evidence,
    /// What a person states about how her house runs its node.
    Attestation,
    /// A practitioner's order to delete what need not be kept any longer.
    DeletionOrder,
    /// The hashes of the files that certify a deletion.
    Deletion,
}

impl Kind {
    /// The external AAD of RFC 9052 §4.3.
    #[must_use]
    pub const fn aad(self) -> &'static [u8] {
        match self {
            Self::Entry => b"dokuei/entry/1",
            Self::PackageCore => b"dokuei/package-core/1",
            Self::DeviceList => b"dokuei/device-list/1",
            Self::DeviceConsent => b"dokuei/device-consent/1",
            Self::Admission => b"dokuei/admission/1",
            Self::Application => b"dokuei/application/1",
            Self::Collect => b"dokuei/collect/1",
            Self::Answer => b"dokuei/answer/1",
            Self::Profile => b"dokuei/profile/1",
            Self::RegisterKey => b"dokuei/register-key/1",
            Self::MediaIndex => b"dokuei/media-index/1",
            Self::Evidence => b"dokuei/evidence/1",
            Self::Attestation => b"dokuei/attestation/1",
            Self::DeletionOrder => b"dokuei/deletion-order/1",
            Self::Deletion => b"dokuei/deletion/1",
        }
    }
}

/// Why a signed document was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignedError {
    /// Larger than [`MAX_DOCUMENT`].
    #[error("a signed document of {got} bytes is larger than the {MAX_DOCUMENT} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a COSE_Sign1 of our profile.
    #[error("this is not a signed document of ours: {0}")]
    Malformed(&'static str),
    /// The signature is not by this key over this kind of document.
    #[error(transparent)]
    Signature(#[from] KeyError),
}

/// Signs `payload` as a document of `kind`; `signer` is the certificate that the key belongs to.
#[must_use]
pub fn sign(kind: Kind, key: &SecretKey, signer: &Fingerprint, payload: Vec<u8>) -> Vec<u8> {
    let envelope = CoseSign1Builder::new()
        .protected(protected(signer))
        .payload(payload)
        .create_signature(kind.aad(), |message| key.sign(message).to_vec())
        .build();
    match envelope.to_vec() {
        Ok(bytes) => bytes,
        // The header was built just above from well-formed parts, and memory does not fail.
        Err(error) => unreachable!("encoding a COSE_Sign1 into memory failed: {error}"),
    }
}

/// The protected header of a document that this certificate signed: algorithm and key id, nothing else.
fn protected(signer: &Fingerprint) -> Header {
    HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(signer.as_bytes().to_vec())
        .build()
}

/// A signed document that is well formed but not yet verified: it names its signer, nothing more may be believed.
#[derive(Debug, Clone)]
pub struct Unverified {
    envelope: CoseSign1,
    signer: Fingerprint,
}

/// Parses a signed document from outside.
///
/// # Errors
/// [`SignedError::TooLarge`] or [`SignedError::Malformed`].
pub fn parse(bytes: &[u8]) -> Result<Unverified, SignedError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(SignedError::TooLarge { got: bytes.len() });
    }
    let envelope = CoseSign1::from_slice(bytes).map_err(|_| SignedError::Malformed("not a COSE_Sign1"))?;
    let header = &envelope.protected.header;
    if header.alg != Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA)) {
        return Err(SignedError::Malformed("the algorithm is not EdDSA"));
    }
    let signer: [u8; 32] = header
        .key_id
        .as_slice()
        .try_into()
        .map_err(|_| SignedError::Malformed("the signer is not named by a 32-byte fingerprint"))?;
    if envelope.payload.is_none() {
        return Err(SignedError::Malformed("the payload is detached"));
    }
    let signer = Fingerprint::from_bytes(signer);
    let plain = protected(&signer);
    if *header != plain || !envelope.unprotected.is_empty() {
        return Err(SignedError::Malformed(
            "there are header fields that we do not know",
        ));
    }
    // The envelope keeps the bytes of its protected header as they came, so encoding it again says nothing of them.
    if envelope.protected.original_data != plain.to_vec().ok() {
        return Err(SignedError::Malformed("not in deterministic encoding"));
    }
    let again = envelope
        .clone()
        .to_vec()
        .map_err(|_| SignedError::Malformed("cannot be encoded again"))?;
    if again != bytes {
        return Err(SignedError::Malformed("not in deterministic encoding"));
    }
    Ok(Unverified { envelope, signer })
}

impl Unverified {
    /// The certificate that is claimed to have signed: look it up, check its standing, then [`Self::verify`].
    #[must_use]
    pub const fn signer(&self) -> Fingerprint {
        self.signer
    }

    /// The payload *before* verification: use it only to find out which key must have signed.
    #[must_use]
    pub fn unverified_payload(&self) -> &[u8] {
        self.envelope.payload.as_deref().unwrap_or_default()
    }

    /// The bytes that a signature over this as a document of `kind` is over (`Sig_structure`, RFC 9052 §4.4): for those
    /// who verify it with another program.
    #[must_use]
    pub fn to_be_signed(&self, kind: Kind) -> Vec<u8> {
        self.envelope.tbs_data(kind.aad())
    }

    /// The signature, not verified.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.envelope.signature
    }

    /// Verifies with the key of the named signer and gives the payload.
    ///
    /// # Errors
    /// [`SignedError::Signature`] when the key did not sign this as a document of `kind`.
    pub fn verify(self, kind: Kind, key: &PublicKey) -> Result<Vec<u8>, SignedError> {
        self.envelope.verify_signature(kind.aad(), |signature, message| {
            let signature: &[u8; 64] = signature.try_into().map_err(|_| KeyError::BadSignature)?;
            key.verify(message, signature)
        })?;
        Ok(self.envelope.payload.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> (SecretKey, Vec<u8>) {
        let key = SecretKey::from_seed(&[7; 32]);
        let bytes = sign(
            Kind::Entry,
            &key,
            &Fingerprint::of(b"certificate"),
            b"payload".to_vec(),
        );
        (key, bytes)
    }

    #[test]
    fn what_was_signed_verifies() {
        let (key, bytes) = document();
        let parsed = parse(&bytes).unwrap();
        assert_eq!(parsed.signer(), Fingerprint::of(b"certificate"));
        assert_eq!(parsed.verify(Kind::Entry, &key.public()).unwrap(), b"payload");
    }

    #[test]
    fn another_kind_or_another_key_is_refused() {
        let (key, bytes) = document();
        let other = SecretKey::from_seed(&[8; 32]).public();
        let refused = Err(SignedError::Signature(KeyError::BadSignature));
        assert_eq!(
            parse(&bytes).unwrap().verify(Kind::PackageCore, &key.public()),
            refused
        );
        assert_eq!(parse(&bytes).unwrap().verify(Kind::Entry, &other), refused);
    }

    /// R6: whoever signs cannot write one document in two ways; entries are known by the hash of their bytes.
    #[test]
    fn r6_a_protected_header_that_is_written_otherwise_is_refused() {
        let (key, bytes) = document();
        let mut envelope = CoseSign1::from_slice(&bytes).unwrap();
        let plain = envelope.protected.original_data.clone().unwrap();
        // {1: -8, 4: kid}, with the number 1 in two bytes; and with the two in the other order.
        let (algorithm, kid) = (&plain[1..3], &plain[3..]);
        let longer = [&[0xa2, 0x18, 0x01], &algorithm[1..], kid].concat();
        let turned = [&[0xa2], kid, algorithm].concat();
        for header in [longer, turned] {
            envelope.protected.original_data = Some(header);
            envelope.signature = key.sign(&envelope.tbs_data(Kind::Entry.aad())).to_vec();
            let refused = parse(&envelope.clone().to_vec().unwrap()).err();
            assert_eq!(
                refused,
                Some(SignedError::Malformed("not in deterministic encoding"))
            );
        }
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let (key, bytes) = document();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            // The name of the signer is covered too: a caller that looks up another key gets another refusal.
            let outcome = parse(&altered).and_then(|document| document.verify(Kind::Entry, &key.public()));
            assert!(outcome.is_err(), "bit {bit} was flipped unnoticed");
        }
    }
}
