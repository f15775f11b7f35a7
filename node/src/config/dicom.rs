//! `[dicom]`: the node as a DICOM application entity in the network of its house.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use dokuei_dicom::network::{AeTitle, BadAeTitle, Peer, Settings, TlsFiles};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most associations that may be allowed at once: each is a thread.
const MAX_ASSOCIATIONS: usize = 64;

/// A setting of `[dicom]` that cannot be.
#[derive(Debug, Error)]
pub(crate) enum DicomError {
    /// No AE title.
    #[error(transparent)]
    AeTitle(#[from] BadAeTitle),
    /// Nobody could send.
    #[error("peers is empty, so nobody could send: add [[dicom.peers]] with the aet of each device")]
    NoPeers,
    /// None, or too many.
    #[error("associations must be from 1 to {MAX_ASSOCIATIONS}")]
    Associations,
    /// Nothing, or no time, would be allowed.
    #[error("{0} must not be 0")]
    Zero(&'static str),
}

/// The node as a DICOM application entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dicom {
    /// Where it listens for devices and archives, e.g. `192.168.1.10:11112`; unset: nowhere.
    pub listen: Option<SocketAddr>,
    /// Its AE title.
    pub aet: String,
    /// How many associations may be open at once.
    pub associations: usize,
    /// The largest object that is taken, MiB.
    pub max_object_mib: u64,
    /// Seconds without a message after which an association is ended.
    pub idle_seconds: u64,
    /// The certificates for TLS; unset: connections are not protected.
    pub tls: Option<DicomTls>,
    /// Who may send. Not written when empty: `[[dicom.peers]]` is added below, and cannot stand beside `peers = []`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<DicomPeer>,
}

/// One that may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DicomPeer {
    /// Its AE title.
    pub aet: String,
    /// Its address; unset: it may come from anywhere.
    pub address: Option<IpAddr>,
}

/// Certificates for TLS, PEM files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DicomTls {
    /// The node's certificate for this, with those between it and its root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The issuers of the certificates that callers must show; unset: none is asked for.
    pub clients: Option<PathBuf>,
}

impl Default for Dicom {
    fn default() -> Self {
        Self {
            listen: None,
            aet: "DOKUEI".to_owned(),
            associations: 8,
            max_object_mib: 4096,
            idle_seconds: 60,
            tls: None,
            peers: Vec::new(),
        }
    }
}

impl Dicom {
    /// The same as an association wants it.
    pub(crate) fn settings(&self) -> Result<Settings, DicomError> {
        let peer = |peer: &DicomPeer| {
            let aet: AeTitle = peer.aet.parse()?;
            Ok(Peer {
                aet,
                address: peer.address,
            })
        };
        let peers: Result<Vec<Peer>, BadAeTitle> = self.peers.iter().map(peer).collect();
        Ok(Settings {
            aet: self.aet.parse()?,
            peers: peers?,
            max_object: self.max_object_mib.saturating_mul(1 << 20),
            idle: Duration::from_secs(self.idle_seconds),
        })
    }

    /// The certificates, if there are.
    pub(crate) fn tls_files(&self) -> Option<TlsFiles> {
        let tls = self.tls.clone()?;
        Some(TlsFiles {
            certificate: tls.certificate,
            key: tls.key,
            clients: tls.clients,
        })
    }

    pub(super) fn check(&self) -> Result<(), DicomError> {
        self.settings()?;
        if self.listen.is_some() && self.peers.is_empty() {
            return Err(DicomError::NoPeers);
        }
        if !(1..=MAX_ASSOCIATIONS).contains(&self.associations) {
            return Err(DicomError::Associations);
        }
        for (name, value) in [
            ("max_object_mib", self.max_object_mib),
            ("idle_seconds", self.idle_seconds),
        ] {
            if value == 0 {
                return Err(DicomError::Zero(name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_a_listener_is_a_matter_of_a_few_lines_and_off_without_them() {
        assert_eq!(Dicom::default().listen, None);
        let text = "listen='127.0.0.1:11112'\npeers=[{aet='CBCT1', address='192.168.1.20'}, {aet='PACS'}]\n";
        let dicom: Dicom = toml::from_str(text).unwrap();
        dicom.check().unwrap();
        let settings = dicom.settings().unwrap();
        assert_eq!(settings.aet.as_str(), "DOKUEI");
        assert_eq!(settings.peers.len(), 2);
        assert_eq!(settings.max_object, 4 << 30);
    }

    #[test]
    fn what_could_never_work_is_told_when_it_is_read() {
        for (text, word) in [
            ("listen='127.0.0.1:11112'", "peers"),
            ("aet='A TITLE THAT IS TOO LONG'", "AE title"),
            ("peers=[{aet=''}]", "AE title"),
            ("associations=0", "associations"),
            ("idle_seconds=0", "idle_seconds"),
        ] {
            let dicom: Dicom = toml::from_str(text).unwrap();
            let error = dicom.check().unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
