//! `[dicom]`: the node as a DICOM application entity in the network of its house.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use dokuei_dicom::network::{AeTitle, BadAeTitle, Peer, Settings, TlsClientFiles, TlsFiles, TlsVersion};
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
    /// It could not be found.
    #[error(
        "{0} is to be sent to or fetched from, but where it listens is not set: add its port, and host or address, to its [[dicom.peers]]"
    )]
    NoAddress(String),
    /// Nothing is sent to it.
    #[error("{aet} has {what} = true without send = true: nothing is sent to it")]
    NotSentTo {
        /// The peer.
        aet: String,
        /// The setting.
        what: &'static str,
    },
    /// There are no certificates.
    #[error(
        "{0} is to be spoken to inside TLS: add [dicom.tls] with certificate, key and authorities (who issued its certificate)"
    )]
    NoTls(String),
    /// Which of them is meant would be open.
    #[error("{0} is twice among those that are sent to or fetched from")]
    Twice(String),
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

/// One that may send, and may be sent to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DicomPeer {
    /// Its AE title.
    pub aet: String,
    /// Its address; unset: it may come from anywhere.
    pub address: Option<IpAddr>,
    /// The name or address under which it is reached; unset: `address`.
    pub host: Option<String>,
    /// The port on which it listens.
    pub port: Option<u16>,
    /// Whether it may be sent to.
    #[serde(default)]
    pub send: bool,
    /// Whether its studies may be looked for, and fetched.
    #[serde(default)]
    pub fetch: bool,
    /// Whether reports on studies of this institution are sent to it by themselves, once they are final.
    #[serde(default)]
    pub reports: bool,
    /// Whether it is asked to commit itself to what it was sent.
    #[serde(default)]
    pub commitment: bool,
    /// Whether it is spoken to inside TLS.
    #[serde(default)]
    pub tls: bool,
}

/// One that is sent to, or fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    /// Its AE title.
    pub(crate) aet: AeTitle,
    /// Name or address.
    pub(crate) host: String,
    /// Port.
    pub(crate) port: u16,
    /// Whether it may be sent to.
    pub(crate) send: bool,
    /// Whether its studies may be looked for and fetched.
    pub(crate) fetch: bool,
    /// Whether reports go there by themselves.
    pub(crate) reports: bool,
    /// Whether it is asked for storage commitment.
    pub(crate) commitment: bool,
    /// Whether it is spoken to inside TLS.
    pub(crate) tls: bool,
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
    /// The issuers of the certificates of archives that are sent to; unset: `clients`.
    pub authorities: Option<PathBuf>,
    /// The oldest version that is spoken: `1.3`, or `1.2` for devices that have no more.
    #[serde(default)]
    pub oldest: OldestTls,
}

/// The oldest version of TLS that is spoken with devices and archives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OldestTls {
    /// 1.2, with ephemeral keys and authenticated encryption only.
    #[serde(rename = "1.2")]
    V1_2,
    /// 1.3.
    #[default]
    #[serde(rename = "1.3")]
    V1_3,
}

impl From<OldestTls> for TlsVersion {
    fn from(oldest: OldestTls) -> Self {
        match oldest {
            OldestTls::V1_2 => Self::V1_2,
            OldestTls::V1_3 => Self::V1_3,
        }
    }
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
            oldest: tls.oldest.into(),
        })
    }

    /// The certificates for connections that we open, if there are.
    pub(crate) fn tls_client_files(&self) -> Option<TlsClientFiles> {
        let tls = self.tls.clone()?;
        Some(TlsClientFiles {
            authorities: tls.authorities.or(tls.clients)?,
            own: (tls.certificate, tls.key),
            oldest: tls.oldest.into(),
        })
    }

    /// Those that are sent to, or fetched from.
    pub(crate) fn archives(&self) -> Result<Vec<Archive>, DicomError> {
        let mut archives: Vec<Archive> = Vec::new();
        for peer in &self.peers {
            let aet: AeTitle = peer.aet.parse()?;
            if !peer.send {
                for (what, set) in [("reports", peer.reports), ("commitment", peer.commitment)] {
                    if set {
                        let aet = peer.aet.clone();
                        return Err(DicomError::NotSentTo { aet, what });
                    }
                }
            }
            if !peer.send && !peer.fetch {
                continue;
            }
            let host = peer.host.clone();
            let host = host.or_else(|| peer.address.map(|address| address.to_string()));
            let (Some(host), Some(port)) = (host, peer.port) else {
                return Err(DicomError::NoAddress(peer.aet.clone()));
            };
            if peer.tls && self.tls_client_files().is_none() {
                return Err(DicomError::NoTls(peer.aet.clone()));
            }
            if archives.iter().any(|one| one.aet == aet) {
                return Err(DicomError::Twice(peer.aet.clone()));
            }
            archives.push(Archive {
                aet,
                host,
                port,
                send: peer.send,
                fetch: peer.fetch,
                reports: peer.reports,
                commitment: peer.commitment,
                tls: peer.tls,
            });
        }
        Ok(archives)
    }

    pub(super) fn check(&self) -> Result<(), DicomError> {
        self.settings()?;
        self.archives()?;
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
    fn r15_an_archive_is_one_more_line() {
        let text = "peers=[{aet='PACS', address='192.168.1.30', port=104, send=true, reports=true}]";
        let dicom: Dicom = toml::from_str(text).unwrap();
        dicom.check().unwrap();
        let archives = dicom.archives().unwrap();
        assert_eq!(
            (archives[0].host.as_str(), archives[0].port),
            ("192.168.1.30", 104)
        );
        assert!(archives[0].reports && !archives[0].commitment);
    }

    #[test]
    fn r13_an_archive_may_be_fetched_from_without_being_sent_to() {
        let text = "peers=[{aet='PACS', address='192.168.1.30', port=104, fetch=true}]";
        let dicom: Dicom = toml::from_str(text).unwrap();
        dicom.check().unwrap();
        let archives = dicom.archives().unwrap();
        assert!(archives[0].fetch && !archives[0].send);
    }

    #[test]
    fn r20_tls_is_of_version_1_3_unless_the_settings_say_otherwise() {
        let tls = |more: &str| {
            let text = format!("tls={{certificate='c', key='k', clients='a'{more}}}");
            toml::from_str::<Dicom>(&text).map(|dicom| dicom.tls_files().unwrap().oldest)
        };
        assert_eq!(tls("").unwrap(), TlsVersion::V1_3);
        assert_eq!(tls(", oldest='1.2'").unwrap(), TlsVersion::V1_2);
        assert!(tls(", oldest='1.1'").is_err());
    }

    #[test]
    fn what_could_never_work_is_told_when_it_is_read() {
        for (text, word) in [
            ("listen='127.0.0.1:11112'", "peers"),
            ("aet='A TITLE THAT IS TOO LONG'", "AE title"),
            ("peers=[{aet=''}]", "AE title"),
            ("associations=0", "associations"),
            ("idle_seconds=0", "idle_seconds"),
            ("peers=[{aet='PACS', send=true, port=104}]", "host or address"),
            ("peers=[{aet='PACS', send=true, host='pacs'}]", "port"),
            ("peers=[{aet='PACS', fetch=true, port=104}]", "host or address"),
            ("peers=[{aet='PACS', reports=true}]", "reports"),
            (
                "peers=[{aet='PACS', send=true, host='pacs', port=104, tls=true}]",
                "authorities",
            ),
        ] {
            let dicom: Dicom = toml::from_str(text).unwrap();
            let error = dicom.check().unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
