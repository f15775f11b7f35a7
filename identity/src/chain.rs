//! Verification of a certificate to the root: the only way to a [`PractitionerCertificate`] or [`NodeCertificate`].
//!
//! A chain has exactly three certificates: root (path length 1), issuing authority (path length 0), end. What is
//! checked, in this order: form of each certificate, who issued it, its place in the chain, its time, revocation,
//! then what it says. Every refusal names the certificate and the [`Fault`].

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{COMMON_NAME, ORGANIZATION_NAME};
use minicbor::{Decode, Encode};
use thiserror::Error;
use x509_cert::ext::pkix::KeyUsages;

use crate::certificate::{NodeCertificate, PractitionerCertificate};
use crate::extension::{
    DEVICE_INFO, DIRECTORY_ATTRIBUTES, DeviceInfo, LICENCE_INFO, LicenceInfo, NODE_POLICY,
    PRACTITIONER_POLICY, hc_role_to_der,
};
pub use crate::fault::{Fault, Position};
use crate::fingerprint::Fingerprint;
use crate::path::Parsed;
use crate::pem;
use crate::revocation::{RevocationList, RevocationReason};
use crate::time::Timestamp;
use crate::x509;

/// The largest certificate that is read, bytes.
pub const MAX_CERTIFICATE: usize = 8 * 1024;

/// A certificate with those that lead to the root, the root itself left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Chain {
    /// The practitioner's or node's certificate, DER.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub end: Vec<u8>,
    /// Its issuer first, DER each. In this network there is exactly one.
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

    /// Reads the certificates of a PEM text (RFC 7468), the end certificate first. Text around them is skipped.
    ///
    /// # Errors
    /// [`ChainError::Pem`] or [`ChainError::Length`].
    pub fn from_pem(text: &str) -> Result<Self, ChainError> {
        let mut certificates = pem::all(text, pem::CERTIFICATE)?.into_iter();
        let end = certificates.next().ok_or(ChainError::Length { got: 0 })?;
        Ok(Self {
            end,
            intermediates: certificates.collect(),
        })
    }

    /// Prints PEM, the end certificate first.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let all = std::iter::once(&self.end).chain(&self.intermediates);
        all.map(|der| pem::print(pem::CERTIFICATE, der)).collect()
    }
}

/// The root that everything is verified to: a self-signed certificate whose form and signature were checked. That it
/// is the *right* root only its fingerprint tells, which its operator publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor(Parsed);

impl TrustAnchor {
    /// Takes a root certificate, DER.
    ///
    /// # Errors
    /// [`ChainError::Refused`] when it is not a self-signed root of our profile.
    pub fn from_der(der: &[u8]) -> Result<Self, ChainError> {
        let root = Parsed::read(der, Position::Root)?;
        root.check_issuer(&root)?;
        root.check_authority(1)?;
        Ok(Self(root))
    }

    /// Takes a root certificate, PEM; it must be alone in the text.
    ///
    /// # Errors
    /// As [`Self::from_der`], or [`ChainError::Pem`].
    pub fn from_pem(text: &str) -> Result<Self, ChainError> {
        match pem::all(text, pem::CERTIFICATE)?.as_slice() {
            [der] => Self::from_der(der),
            all => Err(ChainError::Length { got: all.len() }),
        }
    }

    /// Prints PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::print(pem::CERTIFICATE, self.der())
    }

    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.der())
    }
}

/// Why a chain was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Not PEM, or of another kind.
    #[error("the certificates cannot be read: {0}")]
    Pem(#[from] pem::PemError),
    /// Not one end certificate and one issuing authority's; or, for a root, not one certificate.
    #[error("the chain has {got} certificates; it needs the end certificate and its issuing authority's")]
    Length {
        /// How many there are.
        got: usize,
    },
    /// A certificate of the chain is not acceptable.
    #[error("the {at} certificate is refused: {fault}")]
    Refused {
        /// Which one.
        at: Position,
        /// Why.
        fault: Fault,
    },
    /// The end certificate was revoked.
    #[error("the certificate was revoked ({reason:?}) at {} (Unix time); ask the registry", since.0)]
    Revoked {
        /// Why.
        reason: RevocationReason,
        /// Since when.
        since: Timestamp,
    },
    /// The revocation list that was given is of another authority, so it says nothing about this certificate.
    #[error("the revocation list was issued by another authority than the certificate")]
    AnothersRevocationList,
}

/// Verifies a practitioner's chain at `now`. With a revocation list, a certificate that stands in it is refused; how
/// fresh the list must be is the caller's question ([`RevocationList::freshness`]).
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify_practitioner(
    chain: &Chain,
    anchor: &TrustAnchor,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<PractitionerCertificate, ChainError> {
    let end = verify_path(chain, anchor, now, revoked)?;
    end.check_end(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation)?;
    check_policy(&end, PRACTITIONER_POLICY, DEVICE_INFO)?;
    let (critical, bytes) = end
        .extension(LICENCE_INFO)
        .map_or_else(|| end.refuse(Fault::Missing("licence information")), Ok)?;
    if !critical {
        return end.refuse(Fault::Criticality("licence information"));
    }
    let info = LicenceInfo::from_der(bytes).or_else(|why| end.refuse(Fault::Licence(why)))?;
    if info.to_der().as_deref() != Ok(bytes) {
        return end.refuse(Fault::Licence("it is not in DER"));
    }
    let role = end.extension(DIRECTORY_ATTRIBUTES).map(|(_, role)| role);
    if role != hc_role_to_der(info.licence.kind).ok().as_deref() {
        return end.refuse(Fault::Role);
    }
    if x509::text_of(end.subject(), COMMON_NAME).as_ref() != Some(&info.name.latin) {
        return end.refuse(Fault::Subject);
    }
    let institution = x509::text_of(end.subject(), ORGANIZATION_NAME);
    Ok(PractitionerCertificate {
        fingerprint: Fingerprint::of(&end.der),
        serial: end.serial,
        key: end.key,
        name: info.name,
        licence: info.licence,
        qualifications: info.qualifications,
        institution,
        validity: end.validity,
        der: end.der,
    })
}

/// Verifies a node's chain at `now`; as [`verify_practitioner`].
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify_node(
    chain: &Chain,
    anchor: &TrustAnchor,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<NodeCertificate, ChainError> {
    let end = verify_path(chain, anchor, now, revoked)?;
    end.check_end(KeyUsages::DigitalSignature)?;
    check_policy(&end, NODE_POLICY, LICENCE_INFO)?;
    let (critical, bytes) = end
        .extension(DEVICE_INFO)
        .map_or_else(|| end.refuse(Fault::Missing("device information")), Ok)?;
    if !critical {
        return end.refuse(Fault::Criticality("device information"));
    }
    let info = DeviceInfo::from_der(bytes).or_else(|why| end.refuse(Fault::Device(why)))?;
    if info.to_der().as_deref() != Ok(bytes) {
        return end.refuse(Fault::Device("it is not in DER"));
    }
    let institution =
        x509::text_of(end.subject(), ORGANIZATION_NAME).map_or_else(|| end.refuse(Fault::Subject), Ok)?;
    Ok(NodeCertificate {
        fingerprint: Fingerprint::of(&end.der),
        serial: end.serial,
        key: end.key,
        institution,
        institution_code: info.institution_code,
        device_class: info.device_class,
        owner: info.owner,
        validity: end.validity,
        der: end.der,
    })
}

/// Verifies the issuing authority of a chain.
pub(crate) fn verify_issuing(
    chain: &Chain,
    anchor: &TrustAnchor,
    now: Timestamp,
) -> Result<Parsed, ChainError> {
    let [issuing] = chain.intermediates.as_slice() else {
        return Err(ChainError::Length {
            got: chain.intermediates.len() + 1,
        });
    };
    let issuing = Parsed::read(issuing, Position::Issuing)?;
    issuing.check_issuer(&anchor.0)?;
    issuing.check_authority(0)?;
    anchor.0.check_time(now)?;
    issuing.check_time(now)?;
    Ok(issuing)
}

fn verify_path(
    chain: &Chain,
    anchor: &TrustAnchor,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<Parsed, ChainError> {
    let issuing = verify_issuing(chain, anchor, now)?;
    let end = Parsed::read(&chain.end, Position::End)?;
    end.check_issuer(&issuing)?;
    end.check_time(now)?;
    if let Some(list) = revoked {
        if *list.issuer_key() != issuing.key {
            return Err(ChainError::AnothersRevocationList);
        }
        if let Some(entry) = list.entry(&end.serial) {
            return Err(ChainError::Revoked {
                reason: entry.reason,
                since: entry.since,
            });
        }
    }
    Ok(end)
}

/// Exactly our policy of this kind, and not the other kind's extension.
fn check_policy(end: &Parsed, policy: ObjectIdentifier, others: ObjectIdentifier) -> Result<(), ChainError> {
    let fits = end.policies == [policy] && end.extension(others).is_none();
    if fits { Ok(()) } else { end.refuse(Fault::Policy) }
}
