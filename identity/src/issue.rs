//! Issuing: root, issuing authority, practitioners, nodes and registries, each in exactly the profile that
//! [`crate::chain`] verifies.
//!
//! | certificate | subject | critical | not critical |
//! |---|---|---|---|
//! | root | C=JP, CN | basicConstraints CA, pathLen 1; keyUsage certSign, cRLSign | SKI |
//! | issuing authority | C=JP, CN | basicConstraints CA, pathLen 0; keyUsage certSign, cRLSign | SKI, AKI |
//! | practitioner | C=JP, O institution, CN Latin name | basicConstraints; keyUsage digitalSignature, contentCommitment; licenceInfo | SKI, AKI, policies, hcRole, CRL address |
//! | node | C=JP, O institution, CN node-key | basicConstraints; keyUsage digitalSignature; deviceInfo | SKI, AKI, policies, CRL address |
//! | registry | C=JP, CN its name | basicConstraints; keyUsage digitalSignature | SKI, AKI, policies, CRL address |
//! | cross | as the new root | basicConstraints CA, pathLen 1; keyUsage certSign, cRLSign | SKI, AKI |
//!
//! The Japanese name of a practitioner stands in `licenceInfo`.

use const_oid::db::rfc4519::COMMON_NAME;
use der::Decode;
use der::asn1::{Ia5String, OctetString};
use rand_core::CryptoRng;
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::crl::CrlDistributionPoints;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{CertificatePolicies, KeyUsages};
use x509_cert::name::Name;

use crate::certificate::{DeviceClass, DeviceOwner, Licence, PersonName, Qualification, Scope, Validity};
use crate::chain::{Chain, ChainError, TrustAnchor, TrustAnchors, node_name};
use crate::extension::{
    DEVICE_INFO, DIRECTORY_ATTRIBUTES, DeviceInfo, LICENCE_INFO, LicenceInfo, NODE_POLICY,
    PRACTITIONER_POLICY, REGISTRY_POLICY, hc_role_to_der,
};
use crate::fingerprint::Fingerprint;
use crate::key::{PublicKey, SecretKey};
use crate::policy::{self, Denial};
use crate::profile::{self, Profile, extension};
use crate::request::Request;
use crate::serial::Serial;
use crate::text::{misleads, misleads_in_lines};
use crate::x509;

/// The longest life of an end certificate, seconds: a year that may be a leap year.
pub const LONGEST_END: u64 = 366 * 86_400;
/// The longest life of a provisional certificate, seconds: 120 days, about as long as an HPKI card takes.
pub const LONGEST_PROVISIONAL: u64 = 120 * 86_400;
/// The longest text in a certificate, characters (RFC 5280, `ub-common-name` and `ub-organization-name`).
pub const LONGEST_TEXT: usize = 64;

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The policy forbids it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// A text is empty, too long or of the wrong form.
    #[error("the {field} is not acceptable: {why}")]
    Field {
        /// Which one.
        field: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The certificate would live longer than its issuer, or than an end certificate may.
    #[error(
        "the certificate would be valid too long: an end certificate lasts at most a year, and none outlives its issuer"
    )]
    TooLong,
    /// What would have been issued does not verify.
    #[error("what was to be issued would not be accepted: {0}")]
    NotAcceptable(#[from] ChainError),
    /// The key and the certificate of the authority do not belong together, or the certificate is not an authority's.
    #[error("the key does not belong to the authority's certificate; restore both from the same backup")]
    NotThisAuthority,
    /// A value cannot be encoded.
    #[error("the certificate cannot be encoded: {0}")]
    Encoding(String),
}

impl From<der::Error> for IssueError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}

/// A certificate that was just issued.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issued {
    /// DER.
    pub der: Vec<u8>,
    /// SHA-256 of it.
    pub fingerprint: Fingerprint,
    /// Its serial number.
    pub serial: Serial,
    /// When it holds.
    pub validity: Validity,
}

/// What the registry attests about a practitioner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PractitionerSubject {
    /// Both names.
    pub name: PersonName,
    /// The licence.
    pub licence: Licence,
    /// Qualifications to read.
    pub qualifications: Vec<Qualification>,
    /// Where the practitioner works.
    pub institution: Option<String>,
}

/// What the registry attests about a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSubject {
    /// The institution's name.
    pub institution: String,
    /// Its code.
    pub institution_code: String,
    /// The kind of device.
    pub device_class: DeviceClass,
    /// Whose it is.
    pub owner: DeviceOwner,
}

/// A certificate authority: its key and its own certificate.
#[derive(Debug, Clone)]
pub struct CertificateAuthority {
    key: SecretKey,
    certificate: Vec<u8>,
    subject: Name,
    validity: Validity,
    crl_url: Option<String>,
}

impl CertificateAuthority {
    /// Makes a self-signed root (path length 1) with a fresh key.
    ///
    /// # Errors
    /// [`IssueError::Field`] when the name is not acceptable.
    pub fn create_root<R: CryptoRng + ?Sized>(
        name: &str,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Self, IssueError> {
        check_text("name", name)?;
        let key = SecretKey::generate(rng);
        let subject = x509::name(None, name)?;
        let profile = Profile::authority(subject.clone(), subject, 1)?;
        let serial = Serial::generate(rng);
        let certificate = profile::build(profile, &key.public(), &key, &serial, validity)?;
        TrustAnchor::from_der(&certificate)?;
        Self::load(key, certificate)
    }

    /// Makes an issuing authority (path length 0) with a fresh key, signed by this root.
    ///
    /// # Errors
    /// [`IssueError`] when the name is not acceptable or the authority would outlive its root.
    pub fn create_issuing<R: CryptoRng + ?Sized>(
        &self,
        name: &str,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Self, IssueError> {
        let key = SecretKey::generate(rng);
        let certificate = self.certify_issuing(&Request::of(key.public()), name, validity, rng)?;
        Self::load(key, certificate)
    }

    /// Certifies an issuing authority (path length 0) whose key was made elsewhere, and stays there. Gives DER.
    ///
    /// # Errors
    /// As [`Self::create_issuing`].
    pub fn certify_issuing<R: CryptoRng + ?Sized>(
        &self,
        request: &Request,
        name: &str,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Vec<u8>, IssueError> {
        check_text("name", name)?;
        self.check_within(validity)?;
        let profile = Profile::authority(self.subject.clone(), x509::name(None, name)?, 0)?;
        let serial = Serial::generate(rng);
        Ok(profile::build(
            profile,
            &request.key,
            &self.key,
            &serial,
            validity,
        )?)
    }

    /// An authority from its stored parts.
    ///
    /// # Errors
    /// [`IssueError::NotThisAuthority`] when the key is not the certificate's.
    pub fn load(key: SecretKey, certificate: Vec<u8>) -> Result<Self, IssueError> {
        let parsed = Certificate::from_der(&certificate)?;
        let body = parsed.tbs_certificate();
        if x509::public_key(body.subject_public_key_info()) != Some(key.public()) {
            return Err(IssueError::NotThisAuthority);
        }
        let subject = body.subject().clone();
        let validity = Validity {
            not_before: x509::timestamp(&body.validity().not_before),
            not_after: x509::timestamp(&body.validity().not_after),
        };
        Ok(Self {
            key,
            certificate,
            subject,
            validity,
            crl_url: None,
        })
    }

    /// Writes this address of the revocation list into every certificate it issues from now on.
    #[must_use]
    pub fn with_crl_url(mut self, url: impl Into<String>) -> Self {
        self.crl_url = Some(url.into());
        self
    }

    /// Its name, as it stands in its certificate.
    #[must_use]
    pub fn name(&self) -> String {
        x509::text_of(&self.subject, COMMON_NAME).unwrap_or_default()
    }

    /// Its own certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Its key, for a keystore to seal.
    #[must_use]
    pub const fn key(&self) -> &SecretKey {
        &self.key
    }

    /// When its own certificate holds.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// The chain of a certificate that this authority issued.
    #[must_use]
    pub fn chain(&self, issued: &Issued) -> Chain {
        Chain {
            end: issued.der.clone(),
            intermediates: vec![self.certificate.clone()],
        }
    }

    /// Issues a practitioner's certificate. A foreign licence can be certified (its holder may observe), but not
    /// together with a qualification to read.
    ///
    /// # Errors
    /// [`IssueError`], telling what is not acceptable.
    pub fn issue_practitioner<R: CryptoRng + ?Sized>(
        &self,
        request: &Request,
        subject: &PractitionerSubject,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        self.practitioner(request, subject, Scope::Full, validity, rng)
    }

    /// Issues a practitioner's certificate of narrower scope, for at most [`LONGEST_PROVISIONAL`] seconds: its holder
    /// requests and observes, and signs no report alone.
    ///
    /// # Errors
    /// [`IssueError`], telling what is not acceptable.
    pub fn issue_provisional<R: CryptoRng + ?Sized>(
        &self,
        request: &Request,
        subject: &PractitionerSubject,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        if validity.seconds() > LONGEST_PROVISIONAL {
            return Err(IssueError::Field {
                field: "validity",
                why: "a provisional certificate lasts at most 120 days",
            });
        }
        self.practitioner(request, subject, Scope::Provisional, validity, rng)
    }

    fn practitioner<R: CryptoRng + ?Sized>(
        &self,
        request: &Request,
        subject: &PractitionerSubject,
        scope: Scope,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        check_practitioner(subject)?;
        self.check_end_validity(validity)?;
        let info = LicenceInfo {
            name: subject.name.clone(),
            licence: subject.licence.clone(),
            qualifications: subject.qualifications.clone(),
            scope,
        };
        let name = x509::name(subject.institution.as_deref(), &subject.name.latin)?;
        let usage = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
        let profile = Profile::end(self.subject.clone(), name, usage)?
            .with(raw(LICENCE_INFO, true, info.to_der()?)?)
            .with(raw(
                DIRECTORY_ATTRIBUTES,
                false,
                hc_role_to_der(subject.licence.kind)?,
            )?)
            .with(policy_extension(PRACTITIONER_POLICY)?);
        self.finish(profile, &request.key, validity, rng)
    }

    /// Issues a node's certificate. A private device is refused unless it is a virtual desktop (guideline §6(4)).
    ///
    /// # Errors
    /// [`IssueError`], telling what is not acceptable.
    pub fn issue_node<R: CryptoRng + ?Sized>(
        &self,
        request: &Request,
        subject: &NodeSubject,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        check_text("institution", &subject.institution)?;
        check_text("institution code", &subject.institution_code)?;
        policy::may_be_node(subject.device_class, subject.owner)?;
        self.check_end_validity(validity)?;
        let info = DeviceInfo {
            institution_code: subject.institution_code.clone(),
            device_class: subject.device_class,
            owner: subject.owner,
        };
        let name = x509::name(Some(&subject.institution), &node_name(&request.key))?;
        let profile = Profile::end(self.subject.clone(), name, KeyUsages::DigitalSignature)?
            .with(raw(DEVICE_INFO, true, info.to_der()?)?)
            .with(policy_extension(NODE_POLICY)?);
        self.finish(profile, &request.key, validity, rng)
    }

    /// Issues a registry's certificate: its key signs the register's checkpoints, and nothing else.
    ///
    /// # Errors
    /// [`IssueError`], telling what is not acceptable.
    pub fn issue_registry<R: CryptoRng + ?Sized>(
        &self,
        key: &PublicKey,
        name: &str,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        check_text("name", name)?;
        self.check_end_validity(validity)?;
        let subject = x509::name(None, name)?;
        let profile = Profile::end(self.subject.clone(), subject, KeyUsages::DigitalSignature)?
            .with(policy_extension(REGISTRY_POLICY)?);
        self.finish(profile, key, validity, rng)
    }

    /// Certifies the key of the root that follows this one (RFC 4210 §4.4, `newWithOld`), for as long as both hold.
    /// Who trusts this root then trusts the successor ([`crate::chain::TrustAnchors::add`]). Give the successor the
    /// *same name* as this root: then the certificate is self-issued, which path lengths do not count (RFC 5280
    /// §4.2.1.9), and foreign tools too accept it in a path. Gives DER.
    ///
    /// # Errors
    /// [`IssueError::TooLong`] when the two roots are never valid together, [`IssueError::NotThisAuthority`] when
    /// this authority is no root or `successor` is this root.
    pub fn cross_certify<R: CryptoRng + ?Sized>(
        &self,
        successor: &TrustAnchor,
        rng: &mut R,
    ) -> Result<Vec<u8>, IssueError> {
        let root = TrustAnchor::from_der(&self.certificate).map_err(|_| IssueError::NotThisAuthority)?;
        let new = successor.parsed();
        if new.key == self.key.public() {
            return Err(IssueError::NotThisAuthority);
        }
        let validity = Validity {
            not_before: self.validity.not_before.max(new.validity.not_before),
            not_after: self.validity.not_after.min(new.validity.not_after),
        };
        self.check_within(validity)?;
        let profile = Profile::authority(self.subject.clone(), new.subject().clone(), 1)?;
        let der = profile::build(profile, &new.key, &self.key, &Serial::generate(rng), validity)?;
        TrustAnchors::new(root).add(successor.der(), &der, validity.not_before)?;
        Ok(der)
    }

    pub(crate) const fn subject(&self) -> &Name {
        &self.subject
    }

    fn finish<R: CryptoRng + ?Sized>(
        &self,
        profile: Profile,
        key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Issued, IssueError> {
        let profile = match &self.crl_url {
            Some(url) => profile.with(crl_address(url)?),
            None => profile,
        };
        let serial = Serial::generate(rng);
        let der = profile::build(profile, key, &self.key, &serial, validity)?;
        Ok(Issued {
            fingerprint: Fingerprint::of(&der),
            der,
            serial,
            validity,
        })
    }

    fn check_end_validity(&self, validity: Validity) -> Result<(), IssueError> {
        if validity.seconds() > LONGEST_END {
            return Err(IssueError::TooLong);
        }
        self.check_within(validity)
    }

    fn check_within(&self, validity: Validity) -> Result<(), IssueError> {
        let within = self.validity.not_before <= validity.not_before
            && validity.not_before <= validity.not_after
            && validity.not_after <= self.validity.not_after;
        if within { Ok(()) } else { Err(IssueError::TooLong) }
    }
}

fn check_practitioner(subject: &PractitionerSubject) -> Result<(), IssueError> {
    check_text("Japanese name", &subject.name.japanese)?;
    check_text("Latin name", &subject.name.latin)?;
    check_text("licence number", &subject.licence.number)?;
    if let Some(institution) = &subject.institution {
        check_text("institution", institution)?;
    }
    let jurisdiction = &subject.licence.jurisdiction;
    if jurisdiction.len() != 2 || !jurisdiction.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(IssueError::Field {
            field: "jurisdiction",
            why: "it is two capital letters, for example JP",
        });
    }
    if !subject.qualifications.is_empty() && jurisdiction != "JP" {
        return Err(Denial {
            rule: policy::licence_rule(subject.licence.kind),
        }
        .into());
    }
    for held in &subject.qualifications {
        check_text("qualification's body", &held.body)?;
        if held
            .ground
            .as_ref()
            .is_some_and(|ground| ground.chars().any(misleads_in_lines))
        {
            return Err(IssueError::Field {
                field: "qualification's ground",
                why: "it has control or invisible characters",
            });
        }
        if !policy::fits(held, subject.licence.kind) {
            return Err(Denial {
                rule: policy::qualification_rule(subject.licence.kind),
            }
            .into());
        }
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str) -> Result<(), IssueError> {
    let why = if text.trim().is_empty() {
        "it is empty"
    } else if text.trim() != text {
        "it begins or ends with a space"
    } else if text.chars().count() > LONGEST_TEXT {
        "it has more than 64 characters"
    } else if text.chars().any(misleads) {
        "it has control or invisible characters"
    } else {
        return Ok(());
    };
    Err(IssueError::Field { field, why })
}

fn raw(oid: const_oid::ObjectIdentifier, critical: bool, der: Vec<u8>) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: oid,
        critical,
        extn_value: OctetString::new(der)?,
    })
}

fn policy_extension(policy: const_oid::ObjectIdentifier) -> der::Result<Extension> {
    let policy = PolicyInformation {
        policy_identifier: policy,
        policy_qualifiers: None,
    };
    extension(false, &CertificatePolicies(vec![policy]))
}

fn crl_address(url: &str) -> der::Result<Extension> {
    let name = GeneralName::UniformResourceIdentifier(Ia5String::new(url)?);
    let point = DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![name])),
        reasons: None,
        crl_issuer: None,
    };
    extension(false, &CrlDistributionPoints(vec![point]))
}
