//! Associations inside TLS 1.3 (PS3.15 B.12, which follows BCP 195), with the certificates of the house and not those
//! of the consultation's network: devices and archives know nothing of a registry.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, version};

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
    /// They do not belong together, or are of a kind that TLS 1.3 does not know.
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
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| TlsError::File {
            path: files.key.clone(),
            what: "private key",
            why: error.to_string(),
        })?;
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])
            .map_err(|error| unusable(&error))?;
        let config = match &files.clients {
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for root in certificates(path)? {
                    roots.add(root).map_err(|error| unusable(&error))?;
                }
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

struct Tls(StreamOwned<ServerConnection, Plain>);

impl Transport for Tls {
    fn read_until(&mut self, deadline: Instant) {
        self.0.sock.read_until(deadline);
    }
}

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
