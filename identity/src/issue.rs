//! Issuing: root, issuing authority, practitioners and nodes.

use rand_core::CryptoRng;
use thiserror::Error;

use crate::certificate::{DeviceClass, DeviceOwner, Licence, PersonName, Qualification, Validity};
use crate::chain::ChainError;
use crate::fingerprint::Fingerprint;
use crate::key::SecretKey;
use crate::policy::Denial;
use crate::request::Request;
use crate::serial::Serial;

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The policy forbids it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// What would have been issued does not verify.
    #[error("what was to be issued would not be accepted: {0}")]
    NotAcceptable(#[from] ChainError),
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
}

impl CertificateAuthority {
    /// Makes a self-signed root (path length 1) with a fresh key.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn create_root<R: CryptoRng + ?Sized>(
        _name: &str,
        _validity: Validity,
        _rng: &mut R,
    ) -> Result<Self, IssueError> {
        todo!()
    }

    /// Makes an issuing authority (path length 0) with a fresh key, signed by this root.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn create_issuing<R: CryptoRng + ?Sized>(
        &self,
        _name: &str,
        _validity: Validity,
        _rng: &mut R,
    ) -> Result<Self, IssueError> {
        todo!()
    }

    /// An authority from its stored parts.
    ///
    /// # Errors
    /// [`IssueError`] when the key is not the certificate's.
    pub fn load(_key: SecretKey, _certificate: Vec<u8>) -> Result<Self, IssueError> {
        todo!()
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

    /// Issues a practitioner's certificate.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn issue_practitioner<R: CryptoRng + ?Sized>(
        &self,
        _request: &Request,
        _subject: &PractitionerSubject,
        _validity: Validity,
        _rng: &mut R,
    ) -> Result<Issued, IssueError> {
        todo!()
    }

    /// Issues a node's certificate.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn issue_node<R: CryptoRng + ?Sized>(
        &self,
        _request: &Request,
        _subject: &NodeSubject,
        _validity: Validity,
        _rng: &mut R,
    ) -> Result<Issued, IssueError> {
        todo!()
    }
}
