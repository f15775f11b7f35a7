//! Where the node's loopback API listens: `api.json` in its data directory.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use tauri::Url;

use crate::error::StartError;

const CONNECT: Duration = Duration::from_secs(1);

/// The node's page on this machine: `http`, a loopback address, a port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeAddress(SocketAddr);

/// `api.json`, which a node writes once it listens.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiFile {
    /// Where it listens.
    pub(crate) address: NodeAddress,
    /// The process that wrote the file.
    pub(crate) pid: u32,
}

#[derive(Deserialize)]
struct ApiJson {
    api: String,
    pid: u32,
}

impl ApiFile {
    /// Reads `api.json`. `None` when there is none, or when it is only half written.
    pub(crate) fn read(data_dir: &Path) -> Result<Option<Self>, StartError> {
        let Ok(bytes) = fs::read(data_dir.join("api.json")) else {
            return Ok(None);
        };
        let Ok(json) = serde_json::from_slice::<ApiJson>(&bytes) else {
            return Ok(None);
        };
        Ok(Some(Self {
            address: NodeAddress::parse(&json.api)?,
            pid: json.pid,
        }))
    }
}

impl NodeAddress {
    fn parse(text: &str) -> Result<Self, StartError> {
        let refuse = || StartError::NotLoopback(text.to_owned());
        let url = Url::parse(text).map_err(|_| refuse())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "http" || !bare || !anonymous {
            return Err(refuse());
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let ip = host.parse().map_err(|_| refuse())?;
        let address = SocketAddr::new(ip, url.port_or_known_default().unwrap_or(80));
        if address.ip().is_loopback() {
            Ok(Self(address))
        } else {
            Err(refuse())
        }
    }

    /// The page that the window shows.
    pub(crate) fn page(&self) -> Url {
        Url::parse(&format!("http://{}/", self.0)).expect("a socket address makes a URL")
    }

    /// True when something listens there: a file that a crashed node left behind names a dead port.
    pub(crate) fn answers(&self) -> bool {
        TcpStream::connect_timeout(&self.0, CONNECT).is_ok()
    }

    /// True when `url` is of this node: the only place, beside the bundled page, where the window may go.
    pub(crate) fn serves(&self, url: &Url) -> bool {
        url.origin() == self.page().origin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn read(json: &str) -> Result<Option<ApiFile>, StartError> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("api.json"), json).unwrap();
        ApiFile::read(dir.path())
    }

    #[test]
    fn reads_what_a_node_writes() {
        let file = read(r#"{"api":"http://127.0.0.1:4123","pid":77}"#)
            .unwrap()
            .unwrap();
        assert_eq!(file.pid, 77);
        assert_eq!(file.address.page().as_str(), "http://127.0.0.1:4123/");
    }

    #[test]
    fn a_missing_or_half_written_file_is_not_yet_a_node() {
        assert!(ApiFile::read(Path::new("/nonexistent")).unwrap().is_none());
        assert!(read("").unwrap().is_none());
        assert!(read(r#"{"api":"http://127.0.0.1:4"#).unwrap().is_none());
    }

    #[test]
    fn r17_an_address_elsewhere_is_refused() {
        for api in [
            "http://192.0.2.1:80",
            "https://127.0.0.1:1",
            "http://localhost:1",
            "http://127.0.0.1:1/elsewhere",
            "http://user@127.0.0.1:1",
            "http://127.0.0.1:1/?next=http://evil.example",
            "file:///etc/passwd",
            "",
        ] {
            let refused = read(&format!(r#"{{"api":"{api}","pid":1}}"#));
            assert!(matches!(refused, Err(StartError::NotLoopback(_))), "{api}");
        }
        assert!(read(r#"{"api":"http://[::1]:9","pid":1}"#).unwrap().is_some());
    }

    #[test]
    fn r17_the_window_stays_with_its_node() {
        let node = NodeAddress::parse("http://127.0.0.1:4123").unwrap();
        let serves = |url: &str| node.serves(&Url::parse(url).unwrap());
        assert!(serves("http://127.0.0.1:4123/#/cases/1"));
        assert!(serves("http://127.0.0.1:4123/api/v1/cases/1/report.pdf"));
        assert!(!serves("http://127.0.0.1:4124/"));
        assert!(!serves("http://127.0.0.1.evil.example:4123/"));
        assert!(!serves("https://127.0.0.1:4123/"));
        assert!(!serves("data:text/html,hello"));
    }

    #[test]
    fn a_dead_port_does_not_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let node = NodeAddress(listener.local_addr().unwrap());
        assert!(node.answers());
        drop(listener);
        assert!(!node.answers());
    }
}
