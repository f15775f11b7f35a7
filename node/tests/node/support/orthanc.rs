//! Debian's Orthanc as the archive of the house, and DCMTK's `storescp` as another.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A port that nobody has at the moment: these programs can't be asked for a free one.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until something listens.
pub(crate) fn await_port(port: u16, what: &str) {
    for _ in 0..2400 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("{what} does not listen");
}

/// Orthanc, which is called PACS and knows DOKUEI.
pub(crate) struct Orthanc {
    process: Option<Child>,
    folder: TempDir,
    http: u16,
    pub(crate) dicom: u16,
}

impl Orthanc {
    /// Starts it; DOKUEI listens at this port.
    pub(crate) fn start(dokuei: u16) -> Self {
        Self::start_with(dokuei, &json!({}))
    }

    /// The same with more settings.
    pub(crate) fn start_with(dokuei: u16, more: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (http, dicom) = (free_port(), free_port());
        let storage = folder.path().join("storage");
        let mut config = json!({
            "Name": "PACS",
            "DicomAet": "PACS",
            "DicomPort": dicom,
            "HttpPort": http,
            "RemoteAccessAllowed": false,
            "AuthenticationEnabled": false,
            "StorageDirectory": storage,
            "IndexDirectory": storage,
            "DicomModalities": { "DOKUEI": ["DOKUEI", "127.0.0.1", dokuei] },
            "DicomAlwaysAllowStore": false,
            "KeepAlive": false,
            // In which its answers to C-FIND are written, whatever the question is in.
            "DefaultEncoding": "Utf8",
            "Plugins": [],
        });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        std::fs::write(folder.path().join("orthanc.json"), config.to_string()).unwrap();
        let mut orthanc = Self {
            process: None,
            folder,
            http,
            dicom,
        };
        orthanc.resume();
        orthanc
    }

    /// Starts it again after [`Self::stop`], with what it has.
    pub(crate) fn resume(&mut self) {
        let process = Command::new("/usr/sbin/Orthanc")
            .arg(self.folder.path().join("orthanc.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's orthanc is installed");
        self.process = Some(process);
        await_port(self.dicom, "Orthanc");
        await_port(self.http, "Orthanc");
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn call(&self, request: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.http)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|one| one == b"\r\n\r\n").unwrap();
        answer.split_off(end + 4)
    }

    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        self.call(&format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let body = self.bytes(path);
        serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{path}: {}", String::from_utf8_lossy(&body)))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let length = body.len();
        let answer = self.call(&format!(
            "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        serde_json::from_slice(&answer)
            .unwrap_or_else(|_| panic!("{path}: {}", String::from_utf8_lossy(&answer)))
    }

    /// The simplified tags of all instances.
    pub(crate) fn instances(&self) -> Vec<Value> {
        let ids = self.get("/instances");
        let ids = ids.as_array().unwrap().iter();
        ids.map(|id| self.get(&format!("/instances/{}/simplified-tags", id.as_str().unwrap())))
            .collect()
    }
}

impl Drop for Orthanc {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `storescp`, which keeps what it is given.
pub(crate) struct Storescp {
    process: Child,
    pub(crate) port: u16,
}

impl Storescp {
    /// Starts it; a slow one rests for a second with each image.
    pub(crate) fn start(folder: &Path, slow: bool) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let port = free_port();
        let process = Command::new("/usr/bin/storescp")
            .args(["+B", "+xa"])
            .args(slow.then_some(["--sleep-during", "1"]).into_iter().flatten())
            .arg("-od")
            .arg(folder)
            .arg(port.to_string())
            .env("TCP_NODELAY", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        await_port(port, "storescp");
        Self { process, port }
    }
}

impl Drop for Storescp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
