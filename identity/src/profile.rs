//! The certificate profiles, as `x509-cert`'s builder wants them.

use const_oid::AssociatedOid;
use der::asn1::OctetString;
use der::flagset::FlagSet;
use der::{Encode, asn1::BitString};
use spki::SubjectPublicKeyInfoRef;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder, Error, Result};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::name::Name;

use crate::certificate::Validity;
use crate::key::{PublicKey, SecretKey};
use crate::serial::Serial;
use crate::x509;

/// Names and extensions of one certificate; the key identifiers are added when it is built.
pub(crate) struct Profile {
    issuer: Name,
    subject: Name,
    extensions: Vec<Extension>,
}

impl Profile {
    /// An authority's, with `below` authorities allowed under it.
    pub(crate) fn authority(issuer: Name, subject: Name, below: u8) -> der::Result<Self> {
        let constraints = BasicConstraints {
            ca: true,
            path_len_constraint: Some(below),
        };
        Self::new(
            issuer,
            subject,
            &constraints,
            KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        )
    }

    /// A practitioner's or node's.
    pub(crate) fn end(
        issuer: Name,
        subject: Name,
        usage: impl Into<FlagSet<KeyUsages>>,
    ) -> der::Result<Self> {
        let constraints = BasicConstraints {
            ca: false,
            path_len_constraint: None,
        };
        Self::new(issuer, subject, &constraints, usage)
    }

    fn new(
        issuer: Name,
        subject: Name,
        constraints: &BasicConstraints,
        usage: impl Into<FlagSet<KeyUsages>>,
    ) -> der::Result<Self> {
        let extensions = vec![
            extension(true, constraints)?,
            extension(true, &KeyUsage(usage.into()))?,
        ];
        Ok(Self {
            issuer,
            subject,
            extensions,
        })
    }

    /// With one extension more.
    pub(crate) fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> Result<Vec<Extension>> {
        let mut all = self.extensions.clone();
        all.push(extension(
            false,
            &SubjectKeyIdentifier(OctetString::new(key_id(&key)?)?),
        )?);
        // RFC 5280 §4.2.1.1: only who signs with the key that is certified may leave it out. The certificate of a
        // root's successor is self-issued but not self-signed.
        if issuer != key {
            let id = AuthorityKeyIdentifier {
                key_identifier: Some(OctetString::new(key_id(&issuer)?)?),
                ..AuthorityKeyIdentifier::default()
            };
            all.push(extension(false, &id)?);
        }
        Ok(all)
    }
}

fn key_id(info: &SubjectPublicKeyInfoRef<'_>) -> Result<[u8; 20]> {
    let bytes = info
        .subject_public_key
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok());
    let key = bytes
        .and_then(|bytes| PublicKey::from_bytes(bytes).ok())
        .ok_or(Error::MissingAttributes)?;
    Ok(x509::key_id(&key))
}

/// One extension.
pub(crate) fn extension<T: Encode + AssociatedOid>(critical: bool, value: &T) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// Builds and signs a certificate; DER.
pub(crate) fn build(
    profile: Profile,
    key: &PublicKey,
    issuer: &SecretKey,
    serial: &Serial,
    validity: Validity,
) -> der::Result<Vec<u8>> {
    let build = || -> Result<Vec<u8>> {
        let mut builder = CertificateBuilder::new(
            profile,
            x509::serial_number(serial)?,
            x509::validity(validity)?,
            x509::public_key_info(key)?,
        )?;
        let body = builder.finalize(issuer.signer())?;
        let signature = BitString::from_bytes(&issuer.sign(&body))?;
        Ok(builder.assemble(signature, issuer.signer())?.to_der()?)
    };
    build().map_err(|error| match error {
        Error::Asn1(error) => error,
        // Keys and signer are ours and well formed; what is left is an encoding that does not fit.
        _ => der::ErrorKind::Failed.into(),
    })
}
