//! One certificate, parsed and checked by itself, and the step from a certificate to its issuer.
//!
//! This is deliberately less than RFC 5280 §6: the chains of this network have exactly three certificates and one
//! profile, so everything the profile does not know is refused instead of interpreted.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS, ID_CE_CERTIFICATE_POLICIES,
    ID_CE_CRL_DISTRIBUTION_POINTS, ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE, ID_CE_SUBJECT_KEY_IDENTIFIER,
};
use der::{Decode, Encode, ErrorKind};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::name::Name;

use crate::certificate::Validity;
use crate::chain::{ChainError, MAX_CERTIFICATE};
use crate::extension::{DEVICE_INFO, DIRECTORY_ATTRIBUTES, LICENCE_INFO};
use crate::fault::{Fault, Part, Position};
use crate::key::{KeyError, PublicKey, UnpackedKey};
use crate::serial::Serial;
use crate::time::Timestamp;
use crate::x509;

/// The extensions that may be critical, because they are understood here.
const UNDERSTOOD: [ObjectIdentifier; 4] = [
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_KEY_USAGE,
    LICENCE_INFO,
    DEVICE_INFO,
];
/// The others that may stand in a certificate and are looked at; they must not be critical.
const NOT_CRITICAL: [(ObjectIdentifier, Part); 5] = [
    (ID_CE_SUBJECT_KEY_IDENTIFIER, Part::SubjectKeyId),
    (ID_CE_AUTHORITY_KEY_IDENTIFIER, Part::AuthorityKeyId),
    (ID_CE_CERTIFICATE_POLICIES, Part::Policies),
    (ID_CE_CRL_DISTRIBUTION_POINTS, Part::RevocationListAddress),
    (DIRECTORY_ATTRIBUTES, Part::DirectoryAttributes),
];

/// A certificate of the right form. Nothing is known yet about who issued it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) der: Vec<u8>,
    pub(crate) serial: Serial,
    pub(crate) key: PublicKey,
    pub(crate) validity: Validity,
    pub(crate) policies: Vec<ObjectIdentifier>,
    at: Position,
    certificate: Certificate,
    constraints: BasicConstraints,
    usage: KeyUsage,
    authority_key_id: Option<Vec<u8>>,
    unpacked: UnpackedKey,
}

impl Parsed {
    pub(crate) fn read(der: &[u8], at: Position) -> Result<Self, ChainError> {
        parse(der, at).map_err(|fault| ChainError::Refused { at, fault })
    }

    pub(crate) fn refuse<T>(&self, fault: Fault) -> Result<T, ChainError> {
        Err(ChainError::Refused { at: self.at, fault })
    }

    pub(crate) fn subject(&self) -> &Name {
        self.certificate.tbs_certificate().subject()
    }

    /// The content of an extension, when it is there, and whether it is critical.
    pub(crate) fn extension(&self, oid: ObjectIdentifier) -> Option<(bool, &[u8])> {
        find(&self.certificate, oid).map(|extension| (extension.critical, extension.extn_value.as_bytes()))
    }

    /// Whether `now` lies in its validity.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), ChainError> {
        let Validity {
            not_before,
            not_after,
        } = self.validity;
        if now < not_before {
            return self.refuse(Fault::NotYetValid { from: not_before });
        }
        if now > not_after {
            return self.refuse(Fault::Expired { since: not_after });
        }
        Ok(())
    }

    /// Whether it names `issuer` as its issuer, by name and key; not whether that is true.
    pub(crate) fn names(&self, issuer: &Self) -> bool {
        let id = self.authority_key_id.as_deref();
        self.certificate.tbs_certificate().issuer() == issuer.subject()
            && id == Some(&x509::key_id(&issuer.key))
    }

    /// Whether `issuer` issued it: name, key identifier and signature.
    pub(crate) fn check_issuer(&self, issuer: &Self) -> Result<(), ChainError> {
        let body = self.certificate.tbs_certificate();
        if body.issuer() != issuer.subject() {
            return self.refuse(Fault::IssuerName);
        }
        match &self.authority_key_id {
            None if self.at == Position::Root => {}
            None => return self.refuse(Fault::Missing(Part::AuthorityKeyId)),
            Some(id) if *id == x509::key_id(&issuer.key) => {}
            Some(_) => return self.refuse(Fault::AuthorityKeyId),
        }
        // That the whole is DER was checked, so these are the bytes that encoding the body again would give.
        let signed = x509::signed_part(&self.der).map_err(|error| ChainError::Refused {
            at: self.at,
            fault: Fault::Malformed(error.to_string()),
        })?;
        let signature = self
            .certificate
            .signature()
            .as_bytes()
            .and_then(|bytes| bytes.try_into().ok());
        match signature.map(|signature: &[u8; 64]| issuer.verify(signed, signature)) {
            Some(Ok(())) => Ok(()),
            _ => self.refuse(Fault::Signature),
        }
    }

    /// Whether its key made this signature.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        self.unpacked.verify(message, signature)
    }

    /// Whether it is an authority's with `below` authorities allowed under it.
    pub(crate) fn check_authority(&self, below: u8) -> Result<(), ChainError> {
        if !self.constraints.ca {
            return self.refuse(Fault::NotAnAuthority);
        }
        if self.constraints.path_len_constraint != Some(below) {
            return self.refuse(Fault::PathLength);
        }
        self.check_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)
    }

    /// Whether it is an end certificate of our profile.
    pub(crate) fn check_end(
        &self,
        usage: impl Into<der::flagset::FlagSet<KeyUsages>>,
    ) -> Result<(), ChainError> {
        if self.constraints.ca {
            return self.refuse(Fault::IsAnAuthority);
        }
        if self.constraints.path_len_constraint.is_some() {
            return self.refuse(Fault::PathLength);
        }
        if self.validity.seconds() > crate::issue::LONGEST_END {
            return self.refuse(Fault::TooLong);
        }
        self.check_usage(usage)
    }

    /// The key usage must be exactly this: a key is for one purpose.
    fn check_usage(&self, usage: impl Into<der::flagset::FlagSet<KeyUsages>>) -> Result<(), ChainError> {
        if self.usage.0 == usage.into() {
            Ok(())
        } else {
            self.refuse(Fault::KeyUsage)
        }
    }
}

fn parse(der: &[u8], at: Position) -> Result<Parsed, Fault> {
    if der.len() > MAX_CERTIFICATE {
        return Err(Fault::TooLarge { got: der.len() });
    }
    let certificate = Certificate::from_der(der).map_err(unreadable)?;
    let body = certificate.tbs_certificate();
    let times = [&body.validity().not_before, &body.validity().not_after];
    if !times.into_iter().all(x509::is_in_its_form) {
        return Err(Fault::TimeForm);
    }
    if certificate.to_der().map_err(unreadable)? != der {
        return Err(Fault::NotDer);
    }
    if body.version() != Version::V3 {
        return Err(Fault::Version);
    }
    let serial = x509::serial(body.serial_number()).ok_or(Fault::Serial)?;
    if *certificate.signature_algorithm() != x509::ed25519() || *body.signature() != x509::ed25519() {
        return Err(Fault::Algorithm);
    }
    let unpacked = x509::unpacked_key(body.subject_public_key_info()).ok_or(Fault::Key)?;
    let key = unpacked.packed();
    let validity = Validity {
        not_before: x509::timestamp(&body.validity().not_before),
        not_after: x509::timestamp(&body.validity().not_after),
    };
    if validity.not_after < validity.not_before {
        return Err(Fault::Validity);
    }
    if body.issuer_unique_id().is_some() || body.subject_unique_id().is_some() {
        return Err(Fault::UniqueId);
    }
    check_extensions(body.extensions().map_or(&[], Vec::as_slice))?;
    if find(&certificate, ID_CE_EXT_KEY_USAGE).is_some() {
        return Err(Fault::ExtendedKeyUsage);
    }
    let constraints: BasicConstraints =
        required(&certificate, ID_CE_BASIC_CONSTRAINTS, Part::BasicConstraints)?;
    let usage: KeyUsage = required(&certificate, ID_CE_KEY_USAGE, Part::KeyUsage)?;
    for (oid, part) in [
        (ID_CE_BASIC_CONSTRAINTS, Part::BasicConstraints),
        (ID_CE_KEY_USAGE, Part::KeyUsage),
    ] {
        if !find(&certificate, oid).is_some_and(|extension| extension.critical) {
            return Err(Fault::Criticality(part));
        }
    }
    let subject_id: SubjectKeyIdentifier =
        required(&certificate, ID_CE_SUBJECT_KEY_IDENTIFIER, Part::SubjectKeyId)?;
    if subject_id.0.as_bytes() != x509::key_id(&key) {
        return Err(Fault::SubjectKeyId);
    }
    let authority_id: Option<AuthorityKeyIdentifier> =
        optional(&certificate, ID_CE_AUTHORITY_KEY_IDENTIFIER, Part::AuthorityKeyId)?;
    if authority_id
        .as_ref()
        .is_some_and(|id| !x509::names_only_a_key(id))
    {
        return Err(Fault::Extension(Part::AuthorityKeyId));
    }
    let policies: Option<CertificatePolicies> =
        optional(&certificate, ID_CE_CERTIFICATE_POLICIES, Part::Policies)?;
    Ok(Parsed {
        der: der.to_vec(),
        serial,
        key,
        validity,
        policies: policies.map_or_else(Vec::new, |list| {
            list.0.iter().map(|one| one.policy_identifier).collect()
        }),
        at,
        constraints,
        usage,
        authority_key_id: authority_id
            .and_then(|id| id.key_identifier)
            .map(|id| id.as_bytes().to_vec()),
        unpacked,
        certificate,
    })
}

/// What the parser's refusal means: DER is what it reads, so BER is refused as not in DER.
fn unreadable(error: der::Error) -> Fault {
    match error.kind() {
        ErrorKind::TrailingData { .. } => Fault::Trailing,
        ErrorKind::Noncanonical { .. } | ErrorKind::IndefiniteLength | ErrorKind::Length { .. } => {
            Fault::NotDer
        }
        _ => Fault::Malformed(error.to_string()),
    }
}

fn check_extensions(extensions: &[Extension]) -> Result<(), Fault> {
    for (index, extension) in extensions.iter().enumerate() {
        let oid = extension.extn_id;
        if extensions[..index].iter().any(|earlier| earlier.extn_id == oid) {
            return Err(Fault::DuplicateExtension(oid.to_string()));
        }
        if !extension.critical || UNDERSTOOD.contains(&oid) {
            continue;
        }
        return Err(match NOT_CRITICAL.iter().find(|(known, _)| *known == oid) {
            Some((_, part)) => Fault::Criticality(*part),
            None => Fault::UnknownCritical(oid.to_string()),
        });
    }
    Ok(())
}

fn find(certificate: &Certificate, oid: ObjectIdentifier) -> Option<&Extension> {
    certificate
        .tbs_certificate()
        .extensions()?
        .iter()
        .find(|extension| extension.extn_id == oid)
}

/// The extensions that a certificate has and the policies that it claims, when it can be read.
pub(crate) fn claims_of(der: &[u8]) -> Option<Vec<ObjectIdentifier>> {
    if der.len() > MAX_CERTIFICATE {
        return None;
    }
    let certificate = Certificate::from_der(der).ok()?;
    let extensions = certificate.tbs_certificate().extensions()?.iter();
    let mut claims: Vec<_> = extensions.map(|extension| extension.extn_id).collect();
    let list = optional::<CertificatePolicies>(&certificate, ID_CE_CERTIFICATE_POLICIES, Part::Policies);
    if let Ok(Some(list)) = list {
        claims.extend(list.0.iter().map(|one| one.policy_identifier));
    }
    Some(claims)
}

fn required<T>(certificate: &Certificate, oid: ObjectIdentifier, part: Part) -> Result<T, Fault>
where
    T: for<'a> Decode<'a> + Encode,
{
    optional(certificate, oid, part)?.ok_or(Fault::Missing(part))
}

/// Reads an extension; its content too must be in DER.
fn optional<T>(certificate: &Certificate, oid: ObjectIdentifier, part: Part) -> Result<Option<T>, Fault>
where
    T: for<'a> Decode<'a> + Encode,
{
    let Some(extension) = find(certificate, oid) else {
        return Ok(None);
    };
    match x509::exact(extension.extn_value.as_bytes()) {
        None => Err(Fault::Extension(part)),
        value => Ok(value),
    }
}
