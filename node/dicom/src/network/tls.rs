//! Associations inside TLS 1.3 (PS3.15 B.12, which follows BCP 195), with the certificates of the house and not those
//! of the consultation's network: devices and archives know nothing of a registry. For devices that have no more, TLS 1.2
//! can be allowed: then only with ephemeral keys and authenticated encryption, as BCP 195 has it too.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    StreamOwned, SupportedProtocolVersion, version,
};

use super::transport::{Plain, Transport};

/// Where the certificates of the listener lie, all PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Its certificate, with those between it and the root.
    pub certificate: PathBuf,
    /// The certificate's private key.
    pub key: PathBuf,
    /// Who issues the certificates of callers: each must show one then. `None`: none is asked for.
    pub clients: Option<PathBuf>,
    /// The oldest version that is spoken.
    pub oldest: TlsVersion,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// 1.2.
    V1_2,
    /// 1.3.
    #[default]
    V1_3,
}

/// Newest first.
static BOTH: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];

impl TlsVersion {
    fn and_newer(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::V1_2 => &BOTH,
            Self::V1_3 => BOTH.get(..1).unwrap_or_default(),
        }
    }
}

/// Where the certificates lie for connections that we open, all PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsClientFiles {
    /// Who issues the certificates of archives.
    pub authorities: PathBuf,
    /// Our certificate, with those between it and the root, and its private key: shown to archives that ask for one.
    pub own: (PathBuf, PathBuf),
    /// The oldest version that is spoken.
    pub oldest: TlsVersion,
}

/// The certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file is missing or is no PEM of this kind.
    #[error("{} holds no {what} in PEM form: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// Why it does not.
        why: String,
    },
    /// They do not belong together, or are of a kind that TLS does not know.
    #[error("the certificates for DICOM over TLS cannot be used: {0}")]
    Unusable(String),
}

/// Makes connections to TLS ones.
#[derive(Clone)]
pub struct TlsServer(Arc<ServerConfig>);

impl fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsServer(…)")
    }
}

impl TlsServer {
    /// Reads the certificates.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(files: &TlsFiles) -> Result<Self, TlsError> {
        let unusable = |error: &dyn fmt::Display| TlsError::Unusable(error.to_string());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = certificates(&files.certificate)?;
        let key = private_key(&files.key)?;
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(files.oldest.and_newer())
            .map_err(|error| unusable(&error))?;
        let config = match &files.clients {
            Some(path) => {
                let roots = authorities(path)?;
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(|error| unusable(&error))?;
                config.with_client_cert_verifier(verifier)
            }
            None => config.with_no_client_auth(),
        };
        let config = config
            .with_single_cert(chain, key)
            .map_err(|error| unusable(&error))?;
        Ok(Self(Arc::new(config)))
    }

    /// The connection, whose handshake happens with the first bytes that are read.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn accept(&self, stream: Plain) -> io::Result<impl Transport + use<>> {
        let connection = ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        Ok(Tls(StreamOwned::new(connection, stream)))
    }
}

/// Why TLS did not come about or broke, for people; `None` when it was not TLS that failed.
pub(super) fn why(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match error {
        // What is not TLS at all is, as a rule, an association request.
        rustls::Error::InvalidMessage(_) => "the peer does not speak TLS, which is asked for here".to_owned(),
        rustls::Error::NoCertificatesPresented => "the peer shows no certificate".to_owned(),
        // A bad signature: somebody else of the same name.
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => "the peer's certificate is issued by somebody who is not trusted here".to_owned(),
        rustls::Error::InvalidCertificate(wrong) => format!("the peer's certificate is refused: {wrong}"),
        rustls::Error::PeerIncompatible(_) => {
            "the peer offers no version and cipher of TLS that is allowed here".to_owned()
        }
        rustls::Error::AlertReceived(alert) => format!("the peer refuses TLS with this side: {alert:?}"),
        other => format!("TLS failed: {other}"),
    })
}

/// Makes connections to archives TLS ones.
#[derive(Clone)]
pub struct TlsClient(Arc<ClientConfig>);

impl fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsClient(…)")
    }
}

impl TlsClient {
    /// Reads the certificates.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(files: &TlsClientFiles) -> Result<Self, TlsError> {
        let unusable = |error: &dyn fmt::Display| TlsError::Unusable(error.to_string());
        let (certificate, key) = &files.own;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(files.oldest.and_newer())
            .map_err(|error| unusable(&error))?
            .with_root_certificates(authorities(&files.authorities)?)
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|error| unusable(&error))?;
        Ok(Self(Arc::new(config)))
    }

    /// The connection to `host`, whose certificate must be for that name or address. The handshake happens with the
    /// first bytes that are written.
    ///
    /// # Errors
    /// When `host` is no name.
    pub fn connect(&self, host: &str, stream: Plain) -> io::Result<impl Transport + use<>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.0), name).map_err(io::Error::other)?;
        Ok(Tls(StreamOwned::new(connection, stream)))
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| TlsError::File {
        path: path.to_owned(),
        what: "private key",
        why: error.to_string(),
    })
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for root in certificates(path)? {
        roots
            .add(root)
            .map_err(|error| TlsError::Unusable(error.to_string()))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fault = |why: String| TlsError::File {
        path: path.to_owned(),
        what: "certificate",
        why,
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| fault(error.to_string()))?
        .collect();
    match certificates {
        Ok(none) if none.is_empty() => Err(fault("there is none in it".to_owned())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(fault(error.to_string())),
    }
}

struct Tls<C>(StreamOwned<C, Plain>);

impl<C> Transport for Tls<C>
where
    StreamOwned<C, Plain>: Read + Write,
{
    fn read_until(&mut self, deadline: Instant) {
        self.0.sock.read_until(deadline);
    }
}

impl<C> Read for Tls<C>
where
    StreamOwned<C, Plain>: Read + Write,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<C> Write for Tls<C>
where
    StreamOwned<C, Plain>: Read + Write,
{
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
