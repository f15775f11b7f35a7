//! PKCS#10 certification requests (RFC 2986): how a key asks for a certificate without leaving its computer.

use thiserror::Error;

use crate::key::{PublicKey, SecretKey};

/// The largest request that is read, bytes.
pub const MAX_REQUEST: usize = 16 * 1024;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Not a request.
    #[error("this is not a PKCS#10 request: {0}")]
    Malformed(String),
}

/// A request whose holder has shown to have the private key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The key to be certified.
    pub key: PublicKey,
    /// The common name that was asked for; the registry decides what the certificate says.
    pub common_name: Option<String>,
}

/// Makes a request, PEM.
#[must_use]
pub fn make(_key: &SecretKey, _common_name: &str) -> String {
    todo!()
}

/// Reads and verifies a request, PEM.
///
/// # Errors
/// [`RequestError`].
pub fn read(_pem: &str) -> Result<Request, RequestError> {
    todo!()
}
