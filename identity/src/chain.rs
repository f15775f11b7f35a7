//! Verification of a certificate to the root.

use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::certificate::{NodeCertificate, PractitionerCertificate};
use crate::fingerprint::Fingerprint;
use crate::revocation::{RevocationList, RevocationReason};
use crate::time::Timestamp;

/// A certificate with those that lead to the root, the root itself left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Chain {
    /// The practitioner's or node's certificate, DER.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub end: Vec<u8>,
    /// Its issuer first, DER each.
    #[n(1)]
    #[cbor(with = "byte_strings")]
    pub intermediates: Vec<Vec<u8>>,
}

/// Certificates as CBOR byte strings.
mod byte_strings {
    use minicbor::bytes::{ByteSlice, ByteVec};
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    pub(super) fn encode<C, W: Write>(
        list: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.array(list.len() as u64)?;
        for item in list {
            encoder.encode(<&ByteSlice>::from(item.as_slice()))?;
        }
        Ok(())
    }

    pub(super) fn decode<C>(
        decoder: &mut Decoder<'_>,
        context: &mut C,
    ) -> Result<Vec<Vec<u8>>, decode::Error> {
        let list: Vec<ByteVec> = decoder.decode_with(context)?;
        Ok(list.into_iter().map(Into::into).collect())
    }
}

impl Chain {
    /// The fingerprint of the end certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.end)
    }

    /// Reads PEM (RFC 7468).
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn from_pem(_pem: &str) -> Result<Self, ChainError> {
        todo!()
    }

    /// Prints PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        todo!()
    }
}

/// The root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    der: Vec<u8>,
}

impl TrustAnchor {
    /// Takes a self-signed root certificate, DER.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn from_der(_der: &[u8]) -> Result<Self, ChainError> {
        todo!()
    }

    /// Takes PEM.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn from_pem(_pem: &str) -> Result<Self, ChainError> {
        todo!()
    }

    /// Prints PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        todo!()
    }

    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }
}

/// Why a chain was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Revoked.
    #[error("revoked")]
    Revoked {
        /// Why.
        reason: RevocationReason,
        /// Since when.
        since: Timestamp,
    },
}

/// Verifies a practitioner's chain.
///
/// # Errors
/// [`ChainError`].
pub fn verify_practitioner(
    _chain: &Chain,
    _anchor: &TrustAnchor,
    _now: Timestamp,
    _revoked: Option<&RevocationList>,
) -> Result<PractitionerCertificate, ChainError> {
    todo!()
}

/// Verifies a node's chain.
///
/// # Errors
/// [`ChainError`].
pub fn verify_node(
    _chain: &Chain,
    _anchor: &TrustAnchor,
    _now: Timestamp,
    _revoked: Option<&RevocationList>,
) -> Result<NodeCertificate, ChainError> {
    todo!()
}
