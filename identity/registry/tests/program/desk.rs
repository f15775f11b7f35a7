//! A registry's desk: a directory with what the operator has, and the built program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors};
use dokuei_identity::key::SecretKey;
use dokuei_identity::request;
use dokuei_identity::time::Timestamp;
use serde_json::Value;

/// The operator's.
pub(crate) const PASSPHRASE: &str = "touroku kyoku no kagi 5";

pub(crate) struct Desk {
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_second().try_into().unwrap())
}

impl Desk {
    /// A directory with a passphrase and a request, no registry yet.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let request = request::make(&SecretKey::from_seed(&[7; 32]), "tanaka").unwrap();
        std::fs::write(dir.path().join("tanaka.csr"), request).unwrap();
        Self { dir }
    }

    pub(crate) fn new() -> Self {
        let desk = Self::empty();
        desk.done(&["init", "--name", "Example Registry"]);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dokuei-registry"));
        command
            .current_dir(self.dir.path())
            .env("DOKUEI_REGISTRY_DATA_DIR", "registry")
            .env("DOKUEI_REGISTRY_PASSPHRASE_FILE", "passphrase")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The exit code and the one sentence.
    pub(crate) fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} was not refused");
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    /// What it says with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// A request for the key of this seed, in a file.
    pub(crate) fn request(&self, name: &str, seed: u8) -> String {
        let text = request::make(&SecretKey::from_seed(&[seed; 32]), name).unwrap();
        let file = format!("{name}.csr");
        std::fs::write(self.path(&file), text).unwrap();
        file
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The credential of this fingerprint, as `list` tells.
    pub(crate) fn listed(&self, fingerprint: &str) -> Value {
        let all = self.json(&["list"]);
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["fingerprint"] == fingerprint);
        found.unwrap().clone()
    }

    pub(crate) fn anchor(&self) -> TrustAnchor {
        TrustAnchors::from_pem(&self.done(&["root"]))
            .unwrap()
            .first()
            .clone()
    }

    pub(crate) fn chain(&self, name: &str) -> Chain {
        Chain::from_pem(&std::fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }
}

pub(crate) const SPECIALIST: [&str; 16] = [
    "issue",
    "practitioner",
    "--request",
    "tanaka.csr",
    "--name-ja",
    "田中 花子",
    "--name-latin",
    "Hanako Tanaka",
    "--licence-type",
    "dentist",
    "--licence-number",
    "123456",
    "--qualification",
    "oral-radiology",
    "--out",
    "tanaka.pem",
];
pub(crate) const NODE: [&str; 10] = [
    "issue",
    "node",
    "--request",
    "tanaka.csr",
    "--institution",
    "みなと歯科",
    "--institution-code",
    "1312345",
    "--out",
    "node.pem",
];

/// A serving registry; killed when dropped.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Serving {
    pub(crate) fn start(desk: &Desk) -> Self {
        Self::start_with(desk, &["serve"])
    }

    pub(crate) fn start_with(desk: &Desk, arguments: &[&str]) -> Self {
        let mut child = desk.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let stored: Value = read_json(&desk.path("registry").join("api.json"));
        assert_eq!(said, stored);
        let address = said["api"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap()
            .to_owned();
        let token = std::fs::read_to_string(desk.path("registry").join("api.token")).unwrap();
        Self {
            child,
            address,
            token,
        }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.raw(
            method,
            path,
            &self.address,
            &format!("Authorization: Bearer {}\r\n", self.token),
            body,
        )
    }

    /// Sends a file as it is; status and body.
    pub(crate) fn upload(&self, path: &str, content: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            self.token,
            content.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A body that is too long is refused before all of it is read.
        let _ = stream.write_all(content);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Status and body.
    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        host: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String) {
        let (status, answer) = self.whole(method, path, host, headers, body);
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Status and everything that was sent.
    pub(crate) fn whole(
        &self,
        method: &str,
        path: &str,
        host: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
