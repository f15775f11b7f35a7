//! Settings of a node: `config.toml`, over which the environment and the flags of `dokuei run` prevail.

mod audit;
mod dicom;
mod governance;
mod import;
mod scan;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use dokuei_identity::freshness::FreshnessPolicy;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::audit::{Audit, Syslog};
pub(crate) use self::dicom::Archive;
pub use self::dicom::{Dicom, DicomPeer, DicomTls, OldestTls};
pub use self::governance::{Governance, Rule};
pub use self::import::Import;
pub use self::scan::Scan;
use crate::data_dir::{self, DataDir};
use crate::rates::Transfer;

/// What is wrong with `config.toml`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read or written.
    #[error("the settings file {path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("the settings file {path} is not understood: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        reason: String,
    },
}

/// `config.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The institution that this node belongs to.
    pub institution: Institution,
    /// How it meets others.
    #[serde(default)]
    pub network: Network,
    /// The loopback API and the app.
    #[serde(default)]
    pub api: Api,
    /// Reports as documents.
    #[serde(default)]
    pub document: Document,
    /// How old the view of the register of credentials may be.
    #[serde(default)]
    pub register: Register,
    /// How studies are sealed.
    #[serde(default)]
    pub sealing: Sealing,
    /// How much of the line images may take.
    #[serde(default)]
    pub transfer: Transfer,
    /// The DICOM network of the house.
    #[serde(default)]
    pub dicom: Dicom,
    /// What it takes in by itself.
    #[serde(default)]
    pub import: Import,
    /// How often it reads through what it has stored.
    #[serde(default)]
    pub scan: Scan,
    /// Where the audit trail goes besides this node.
    #[serde(default)]
    pub audit: Audit,
    /// How strictly the house holds itself to what was signed.
    #[serde(default)]
    pub governance: Governance,
}

/// The institution that a node belongs to, as it asks the registry to certify it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// Its name, e.g. 山田歯科医院.
    pub name: String,
    /// Its code (保険医療機関コード).
    pub code: String,
    /// Kind of machine: fixed, portable, virtual-desktop.
    pub device_class: String,
}

/// How a node meets others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Multiaddresses to listen on.
    pub listen: Vec<String>,
    /// Multiaddresses of bootstrap hosts, each ending in /p2p/PEER_ID.
    pub bootstrap: Vec<String>,
    /// Multiaddresses of fixed partners, each ending in /p2p/PEER_ID.
    pub peers: Vec<String>,
    /// Off: meet only `peers`, contact no bootstrap (inside a VPN).
    pub discovery: bool,
    /// On: ask the local network who is there, and answer (mDNS). Only where everybody in it may know of this node.
    pub mdns: bool,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            listen: vec![
                "/ip4/0.0.0.0/udp/4600/quic-v1".to_owned(),
                "/ip6/::/udp/4600/quic-v1".to_owned(),
                "/ip4/0.0.0.0/tcp/4600".to_owned(),
                "/ip6/::/tcp/4600".to_owned(),
            ],
            bootstrap: Vec::new(),
            peers: Vec::new(),
            discovery: true,
            mdns: false,
        }
    }
}

/// The loopback API and the app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// Where it listens; a loopback address.
    pub listen: SocketAddr,
    /// Folder of the app's files; unset: beside the program, in ../share/dokuei/ui.
    pub ui_dir: Option<PathBuf>,
    /// Minutes without use after which a session is locked.
    pub auto_lock_minutes: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4680)),
            ui_dir: None,
            auto_lock_minutes: 15,
        }
    }
}

/// Reports as documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// A TrueType or OpenType font with Japanese; unset: the usual places of Debian's fonts-ipaexfont-gothic.
    pub font: Option<PathBuf>,
}

/// How old the view of the register of credentials may be, hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Register {
    /// Up to this age everything goes.
    pub full_hours: u64,
    /// Up to this age one reads, composes and finishes running transfers; beyond it there are no sessions with others.
    pub running_hours: u64,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            full_hours: FreshnessPolicy::STANDARD.full / 3600,
            running_hours: FreshnessPolicy::STANDARD.running / 3600,
        }
    }
}

impl Register {
    /// The same as the rule wants it.
    #[must_use]
    pub const fn policy(&self) -> FreshnessPolicy {
        FreshnessPolicy {
            full: self.full_hours.saturating_mul(3600),
            running: self.running_hours.saturating_mul(3600),
        }
    }
}

/// How studies are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sealing {
    /// Whether images that are not compressed are sealed losslessly compressed. Turning it off pays only where the
    /// whole way, disks included, is faster than the encoder: some hundred MB/s.
    pub compress: bool,
}

impl Default for Sealing {
    fn default() -> Self {
        Self { compress: true }
    }
}

impl Config {
    /// The settings of a new node.
    #[must_use]
    pub fn new(institution: Institution) -> Self {
        Self {
            institution,
            network: Network::default(),
            api: Api::default(),
            document: Document::default(),
            register: Register::default(),
            sealing: Sealing::default(),
            transfer: Transfer::default(),
            dicom: Dicom::default(),
            import: Import::default(),
            scan: Scan::default(),
            audit: Audit::default(),
            governance: Governance::default(),
        }
    }

    /// Reads `config.toml`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(dir: &DataDir) -> Result<Self, ConfigError> {
        let path = dir.config();
        let text = fs::read_to_string(&path).map_err(|source| ConfigError::File {
            path: path.clone(),
            source,
        })?;
        Self::parse(&path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let syntax = |reason: String| ConfigError::Syntax {
            path: path.to_owned(),
            reason,
        };
        let config: Self = toml::from_str(text).map_err(|error| syntax(error.to_string()))?;
        config
            .transfer
            .check()
            .map_err(|error| syntax(format!("[transfer] {error}")))?;
        config
            .dicom
            .check()
            .map_err(|error| syntax(format!("[dicom] {error}")))?;
        config
            .import
            .check()
            .map_err(|error| syntax(format!("[import] {error}")))?;
        config
            .scan
            .check()
            .map_err(|error| syntax(format!("[scan] {error}")))?;
        Ok(config)
    }

    /// Writes `config.toml`.
    ///
    /// # Errors
    /// [`ConfigError::File`].
    pub fn write(&self, dir: &DataDir) -> Result<(), ConfigError> {
        let path = dir.config();
        let text = toml::to_string_pretty(self).map_err(|error| ConfigError::Syntax {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let text = format!(
            "# Settings of this Dokuei node; flags and environment of `dokuei run` prevail.\n\n{text}"
        );
        data_dir::write_durably(&path, text.as_bytes()).map_err(|source| ConfigError::File { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution() -> Institution {
        Institution {
            name: "山田歯科医院".to_owned(),
            code: "1312345678".to_owned(),
            device_class: "fixed".to_owned(),
        }
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().to_owned());
        let config = Config::new(institution());
        config.write(&dir).unwrap();
        assert_eq!(Config::read(&dir).unwrap(), config);
    }

    #[test]
    fn a_misspelt_setting_is_told_and_not_ignored() {
        let text = "[institution]\nname='a'\ncode='b'\ndevice_class='fixed'\n[network]\nlissen=[]\n";
        let error = Config::parse(Path::new("config.toml"), text).unwrap_err();
        assert!(error.to_string().contains("lissen"), "{error}");
    }

    #[test]
    fn r17_bandwidth_and_its_schedule_are_a_matter_of_a_few_lines() {
        let text = "[institution]\nname='a'\ncode='b'\ndevice_class='fixed'\n[transfer]\ndown_mbit=50\n\
                    [[transfer.schedule]]\ndays=['monday','friday']\nfrom='08:30'\nuntil='18:00'\nup_mbit=10\n";
        let config = Config::parse(Path::new("config.toml"), text).unwrap();
        assert_eq!(config.transfer.down_mbit, Some(50.0));
        assert_eq!(config.transfer.schedule.len(), 1);
        let error = Config::parse(Path::new("config.toml"), &text.replace("08:30", "8:30")).unwrap_err();
        assert!(error.to_string().contains("8:30"), "{error}");
    }

    #[test]
    fn r16_a_vpn_only_node_is_a_matter_of_three_lines() {
        let text = "[institution]\nname='a'\ncode='b'\ndevice_class='fixed'\n[network]\ndiscovery=false\n\
                    peers=['/ip4/10.8.0.2/udp/4600/quic-v1/p2p/12D3KooWGatU9DR7DJg8SwHP7ZrEzkzPzSXxKVzpNxNqrtEYMPsw']\n";
        let config = Config::parse(Path::new("config.toml"), text).unwrap();
        assert!(!config.network.discovery && !config.network.mdns);
        assert_eq!(config.network.peers.len(), 1);
    }
}
