//! Verification of a certificate to a root: the only way to a [`PractitionerCertificate`], [`NodeCertificate`] or
//! [`RegistryCertificate`].
//!
//! A chain has exactly three certificates: root (path length 1), issuing authority (path length 0), end. What is
//! checked, in this order: form of each certificate, who issued it, its place in the chain, its time, revocation,
//! then what it says. Every refusal names the certificate and the [`Fault`].

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{COMMON_NAME, COUNTRY_NAME, ORGANIZATION_NAME};
use minicbor::{Decode, Encode};
use x509_cert::ext::pkix::KeyUsages;

use crate::anchor::issuer_among;
pub use crate::anchor::{Anchors, MAX_ROOTS, TrustAnchor, TrustAnchors};
use crate::certificate::{NodeCertificate, PractitionerCertificate, RegistryCertificate};
use crate::extension::{
    DEVICE_INFO, DIRECTORY_ATTRIBUTES, DeviceInfo, LICENCE_INFO, LicenceInfo, NODE_POLICY,
    PRACTITIONER_POLICY, REGISTRY_POLICY, hc_role_to_der,
};
pub use crate::fault::{DeviceFault, Fault, LicenceFault, Part, Position};
use crate::fingerprint::Fingerprint;
use crate::issue::LONGEST_PROVISIONAL;
use crate::issuer::signed_by_root;
pub use crate::issuer::{MAX_ISSUERS, VerifiedIssuers};
use crate::key::PublicKey;
pub use crate::kind::{EndKind, Verified, verify};
use crate::path::Parsed;
use crate::pem;
pub use crate::refusal::ChainError;
use crate::revocation::RevocationList;
use crate::time::Timestamp;
use crate::x509;

/// The largest certificate that is read, bytes.
pub const MAX_CERTIFICATE: usize = 8 * 1024;

/// The most certificates above the end certificate that are read.
const MAX_INTERMEDIATES: u64 = 2;

/// A certificate with those that lead to the root, the root itself left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Chain {
    /// The practitioner's, node's or registry's certificate, DER.
    #[n(0)]
    #[cbor(with = "one")]
    pub end: Vec<u8>,
    /// Its issuer first, DER each. In this network there is exactly one.
    #[n(1)]
    #[cbor(with = "few")]
    pub intermediates: Vec<Vec<u8>>,
}

/// The end certificate as a CBOR byte string.
mod one {
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    use super::MAX_CERTIFICATE;
    use crate::cbor::bounded_bytes;

    pub(super) fn encode<C, W: Write>(
        der: &[u8],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.bytes(der)?.ok()
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<u8>, decode::Error> {
        bounded_bytes(decoder, MAX_CERTIFICATE)
    }
}

/// The certificates above it as CBOR byte strings.
mod few {
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    use super::{MAX_CERTIFICATE, MAX_INTERMEDIATES};
    use crate::cbor::{decode_list, encode_list};

    pub(super) fn encode<C, W: Write>(
        list: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encode_list(list, encoder)
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, decode::Error> {
        decode_list(decoder, MAX_INTERMEDIATES, MAX_CERTIFICATE)
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

/// Verifies a practitioner's chain at `now`. With a revocation list, a certificate that stands in it is refused; how
/// fresh the list must be is the caller's question ([`crate::freshness`]).
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify_practitioner<A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<PractitionerCertificate, ChainError> {
    let end = verify_path(chain, anchors, now, revoked)?;
    end.check_end(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation)?;
    check_kind(&end, PRACTITIONER_POLICY, &[DEVICE_INFO])?;
    let bytes = critical(&end, LICENCE_INFO, Part::LicenceInfo)?;
    let info = LicenceInfo::from_der(bytes).or_else(|why| end.refuse(Fault::Licence(why)))?;
    if info.to_der().as_deref() != Ok(bytes) {
        return end.refuse(Fault::Licence(LicenceFault::NotDer));
    }
    if info
        .licence
        .registered_on
        .is_some_and(|day| day.is_after(end.validity.not_before))
    {
        return end.refuse(Fault::Licence(LicenceFault::Later));
    }
    if !info.scope.is_full() && end.validity.seconds() > LONGEST_PROVISIONAL {
        return end.refuse(Fault::Licence(LicenceFault::ProvisionalTooLong));
    }
    let Some((_, role)) = end.extension(DIRECTORY_ATTRIBUTES) else {
        return end.refuse(Fault::NoRole);
    };
    if hc_role_to_der(info.licence.kind).as_deref() != Ok(role) {
        return end.refuse(Fault::Role);
    }
    let (institution, common_name) = subject(&end)?;
    if common_name != info.name.latin {
        return end.refuse(Fault::Subject);
    }
    Ok(PractitionerCertificate {
        fingerprint: Fingerprint::of(&end.der),
        serial: end.serial,
        key: end.key,
        name: info.name,
        licence: info.licence,
        qualifications: info.qualifications,
        institution,
        scope: info.scope,
        validity: end.validity,
        der: end.der,
    })
}

/// Verifies a node's chain at `now`; as [`verify_practitioner`].
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify_node<A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<NodeCertificate, ChainError> {
    let end = verify_path(chain, anchors, now, revoked)?;
    end.check_end(KeyUsages::DigitalSignature)?;
    check_kind(&end, NODE_POLICY, &[LICENCE_INFO, DIRECTORY_ATTRIBUTES])?;
    let bytes = critical(&end, DEVICE_INFO, Part::DeviceInfo)?;
    let info = DeviceInfo::from_der(bytes).or_else(|why| end.refuse(Fault::Device(why)))?;
    if info.to_der().as_deref() != Ok(bytes) {
        return end.refuse(Fault::Device(DeviceFault::NotDer));
    }
    let (Some(institution), common_name) = subject(&end)? else {
        return end.refuse(Fault::Subject);
    };
    if common_name != node_name(&end.key) {
        return end.refuse(Fault::Subject);
    }
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

/// Verifies the chain of a registry's certificate, whose key signs the register's checkpoints; as
/// [`verify_practitioner`].
///
/// # Errors
/// [`ChainError`], with the certificate and the reason.
pub fn verify_registry<A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<RegistryCertificate, ChainError> {
    let end = verify_path(chain, anchors, now, revoked)?;
    end.check_end(KeyUsages::DigitalSignature)?;
    check_kind(
        &end,
        REGISTRY_POLICY,
        &[LICENCE_INFO, DEVICE_INFO, DIRECTORY_ATTRIBUTES],
    )?;
    let (None, name) = subject(&end)? else {
        return end.refuse(Fault::Subject);
    };
    Ok(RegistryCertificate {
        fingerprint: Fingerprint::of(&end.der),
        serial: end.serial,
        key: end.key,
        name,
        validity: end.validity,
        der: end.der,
    })
}

/// The common name that a node's certificate has: it is short, and tells keys of one institution apart.
pub(crate) fn node_name(key: &PublicKey) -> String {
    format!("node-{}", hex::encode(&key.as_bytes()[..8]))
}

/// The key of a chain's issuing authority, when its certificate can be read. Nothing is verified.
pub(crate) fn issuing_key(chain: &Chain) -> Option<PublicKey> {
    let [issuing] = chain.intermediates.as_slice() else {
        return None;
    };
    Some(Parsed::read(issuing, Position::Issuing).ok()?.key)
}

/// Verifies the issuing authority of a chain. Its signature is not computed again when it is remembered; its time is
/// looked at in any case.
pub(crate) fn verify_issuing<'a, A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &'a A,
    now: Timestamp,
) -> Result<Cow<'a, Parsed>, ChainError> {
    let [issuing] = chain.intermediates.as_slice() else {
        return Err(ChainError::Length {
            got: chain.intermediates.len() + 1,
        });
    };
    let roots = anchors.roots();
    let issuing = match anchors.issuers().find(issuing, roots) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(signed_by_root(issuing, roots)?),
    };
    let root = issuer_among(roots, &issuing).parsed();
    root.check_time(now)?;
    issuing.check_time(now)?;
    Ok(issuing)
}

fn verify_path<A: Anchors + ?Sized>(
    chain: &Chain,
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<Parsed, ChainError> {
    let issuing = verify_issuing(chain, anchors, now)?;
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

/// Exactly our policy of this kind, and no extension of another kind.
fn check_kind(end: &Parsed, policy: ObjectIdentifier, others: &[ObjectIdentifier]) -> Result<(), ChainError> {
    if end.policies != [policy] {
        return end.refuse(Fault::Policy);
    }
    if others.iter().any(|oid| end.extension(*oid).is_some()) {
        return end.refuse(Fault::OtherKind);
    }
    Ok(())
}

/// The content of an extension that must be there and critical.
fn critical(end: &Parsed, oid: ObjectIdentifier, part: Part) -> Result<&[u8], ChainError> {
    match end.extension(oid) {
        Some((true, bytes)) => Ok(bytes),
        Some((false, _)) => end.refuse(Fault::Criticality(part)),
        None => end.refuse(Fault::Missing(part)),
    }
}

/// Organisation and common name of a subject that has these and the country, each once, and nothing else.
fn subject(end: &Parsed) -> Result<(Option<String>, String), ChainError> {
    let name = end.subject();
    let known = [COUNTRY_NAME, ORGANIZATION_NAME, COMMON_NAME];
    let only_known = name.iter().all(|attribute| known.contains(&attribute.oid));
    let once = known
        .iter()
        .all(|oid| name.iter().filter(|attribute| attribute.oid == *oid).count() <= 1);
    // Everything is issued in Japan, as the profile in `issue` says; where a licence is from stands in the licence.
    let country = x509::text_of(name, COUNTRY_NAME);
    let organization = x509::text_of(name, ORGANIZATION_NAME);
    let has_organization = name.iter().any(|attribute| attribute.oid == ORGANIZATION_NAME);
    match x509::text_of(name, COMMON_NAME) {
        Some(common_name)
            if only_known
                && once
                && country.as_deref() == Some("JP")
                && has_organization == organization.is_some() =>
        {
            Ok((organization, common_name))
        }
        _ => end.refuse(Fault::Subject),
    }
}
