//! PKCS#10 certification requests (RFC 2986): how a key asks for a certificate without leaving its computer.

use const_oid::db::rfc4519::COMMON_NAME;
use der::asn1::SetOfVec;
use der::{Decode, Encode};
use thiserror::Error;
use x509_cert::request::{CertReq, CertReqInfo, Version};

use crate::key::{PublicKey, SecretKey};
use crate::pem::{self, PemError};
use crate::x509;

/// The largest request that is read, bytes of DER.
pub const MAX_REQUEST: usize = 16 * 1024;

/// Why a request was refused or not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Not PEM.
    #[error("the request cannot be read: {0}")]
    Pem(#[from] PemError),
    /// Larger than [`MAX_REQUEST`].
    #[error("a request of {got} bytes is larger than the {MAX_REQUEST} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a request.
    #[error("this is not a PKCS#10 request: {0}")]
    Malformed(String),
    /// The key is not an Ed25519 key.
    #[error("the request is for a key that is not Ed25519; make the key with Ed25519")]
    Key,
    /// The request was not signed with the key it asks for.
    #[error("the request was not signed with its own key, so nobody has shown to hold that key")]
    Signature,
}

/// A request whose sender has shown to hold the private key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The key to be certified.
    pub key: PublicKey,
    /// The common name that was asked for. The registry decides what the certificate says.
    pub common_name: Option<String>,
}

impl Request {
    /// The request that a certificate was issued for stands again when it is renewed: its key was shown to be held
    /// then, and nothing but the time changes.
    #[must_use]
    pub const fn of(key: PublicKey) -> Self {
        Self {
            key,
            common_name: None,
        }
    }
}

/// Makes a request, PEM. `common_name` helps the registry's operator to tell requests apart; at most 64 characters of
/// it are kept (RFC 5280, `ub-common-name`).
///
/// # Errors
/// [`RequestError::Malformed`] when the name cannot be encoded.
pub fn make(key: &SecretKey, common_name: &str) -> Result<String, RequestError> {
    let name: String = common_name.chars().take(64).collect();
    let build = || -> der::Result<Vec<u8>> {
        let info = CertReqInfo {
            version: Version::V1,
            subject: x509::name(None, &name)?,
            public_key: x509::public_key_info(&key.public())?,
            attributes: SetOfVec::new(),
        };
        let signature = x509::signature_over(&info, key)?;
        CertReq {
            info,
            algorithm: x509::ed25519(),
            signature,
        }
        .to_der()
    };
    let der = build().map_err(|error| RequestError::Malformed(error.to_string()))?;
    Ok(pem::print(pem::REQUEST, &der))
}

/// Reads and verifies a request, PEM. Requests of other tools (`openssl req`) are accepted; what they ask for besides
/// the key is not used.
///
/// # Errors
/// [`RequestError`], telling what is wrong.
pub fn read(text: &str) -> Result<Request, RequestError> {
    let malformed = |error: der::Error| RequestError::Malformed(error.to_string());
    let der = pem::one(text, pem::REQUEST)?;
    if der.len() > MAX_REQUEST {
        return Err(RequestError::TooLarge { got: der.len() });
    }
    let request = CertReq::from_der(&der).map_err(malformed)?;
    let key = x509::public_key(&request.info.public_key).ok_or(RequestError::Key)?;
    if request.algorithm != x509::ed25519() {
        return Err(RequestError::Key);
    }
    let signed = request.info.to_der().map_err(malformed)?;
    let signature = request
        .signature
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok());
    let signature: &[u8; 64] = signature.ok_or(RequestError::Signature)?;
    key.verify(&signed, signature)
        .map_err(|_| RequestError::Signature)?;
    Ok(Request {
        key,
        common_name: x509::text_of(&request.info.subject, COMMON_NAME),
    })
}
