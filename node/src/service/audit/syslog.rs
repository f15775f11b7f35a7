//! Syslog over TLS 1.3 (RFC 5425) with a certificate of the house on either side.
//!
//! Syslog has no acknowledgement. So each batch has a connection of its own: when all is written the connection is closed
//! from here, and that the collector closes it too tells that it has read it to the end.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};

use crate::config::Syslog;

/// How long the collector may take to take a connection, or bytes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends framed messages; `Ok`: the collector has read them.
pub(super) fn send(to: &Syslog, messages: &[Vec<u8>]) -> io::Result<()> {
    let config = client(to)?;
    let name = ServerName::try_from(to.host.clone()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, connect(&to.host, to.port)?);
    for message in messages {
        stream.write_all(message)?;
    }
    stream.conn.send_close_notify();
    stream.flush()?;
    let mut rest = [0; 256];
    loop {
        match stream.read(&mut rest) {
            // Closed, with a word or without: what was written before our own close was read.
            Ok(0) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the collector does not close the connection, so nobody knows what it has read",
                ));
            }
            Err(error) => return Err(error),
        }
    }
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the name of the collector has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn client(to: &Syslog) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for root in certificates(&to.authorities)? {
        roots.add(root).map_err(io::Error::other)?;
    }
    let key = PrivateKeyDer::from_pem_file(&to.key).map_err(|error| unusable(&to.key, &error))?;
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13])
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&to.certificate)?, key)
        .map_err(io::Error::other)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .map_err(|error| unusable(path, &error))?
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{} cannot be used: {why}", path.display()))
}
