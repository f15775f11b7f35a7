//! The program `dokuei`, run as a user runs it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Checks the exit code and that the failure is told in a sentence without innards; gives it.
    pub(crate) fn refused(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(
            !self.err.contains("panicked") && !self.err.contains("Err("),
            "{self:?}"
        );
        assert!(!self.err.contains('\u{1b}'), "colours in a file: {self:?}");
        let mut lines = self.err.lines();
        let sentence = lines.find(|line| line.starts_with("dokuei: ")).unwrap();
        assert!((20..300).contains(&sentence.len()), "{sentence}");
        &self.err
    }
}

/// The program with this data directory, deaf to the environment of whoever runs the tests.
pub(crate) fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dokuei"));
    for variable in [
        "DOKUEI_PASSPHRASE_FILE",
        "DOKUEI_API",
        "DOKUEI_LISTEN",
        "DOKUEI_PASSPHRASE_COMMAND",
        "CREDENTIALS_DIRECTORY",
    ] {
        command.env_remove(variable);
    }
    command.env("DOKUEI_DATA_DIR", data_dir).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn dokuei(data_dir: &Path, arguments: &[&str]) -> Ran {
    ran(command(data_dir).args(arguments))
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Something to write to of which the reader is gone.
pub(crate) fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A file with a passphrase.
pub(crate) fn passphrase_file(folder: &Path, passphrase: &str) -> PathBuf {
    let path = folder.join(format!("passphrase-{}", passphrase.len()));
    fs::write(&path, format!("{passphrase}\n")).unwrap();
    path
}

/// `dokuei run` in the background; killed when dropped.
pub(crate) struct Running {
    child: Child,
    data_dir: PathBuf,
}

impl Running {
    /// Starts a node on free ports and waits until its API answers.
    pub(crate) fn start(data_dir: &Path, passphrase: &Path) -> Self {
        Self::start_with(command(data_dir), data_dir, passphrase)
    }

    pub(crate) fn start_with(mut command: Command, data_dir: &Path, passphrase: &Path) -> Self {
        command.arg("run").arg("--passphrase-file").arg(passphrase);
        Self::ready(command, data_dir)
    }

    /// The same without anybody who gives a passphrase: the command's environment says where it is.
    pub(crate) fn start_unattended(mut command: Command, data_dir: &Path) -> Self {
        command.arg("run");
        Self::ready(command, data_dir)
    }

    /// The same, but whoever read what it says is gone.
    pub(crate) fn start_unread(data_dir: &Path, passphrase: &Path) -> Self {
        let mut command = command(data_dir);
        command.arg("run").arg("--passphrase-file").arg(passphrase);
        command.env("DOKUEI_LOG", "debug");
        Self::ready_with(command, data_dir, unread)
    }

    fn ready(command: Command, data_dir: &Path) -> Self {
        Self::ready_with(command, data_dir, Stdio::null)
    }

    fn ready_with(mut command: Command, data_dir: &Path, out: fn() -> Stdio) -> Self {
        let child = command
            .args(["--api", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"])
            .stdout(out())
            .stderr(out())
            .spawn()
            .unwrap();
        let mut running = Self {
            child,
            data_dir: data_dir.to_owned(),
        };
        let since = Instant::now();
        while !running.answers() {
            assert!(
                running.child.try_wait().unwrap().is_none(),
                "the node ended at once"
            );
            assert!(since.elapsed() < PATIENCE, "the node does not start");
            thread::sleep(Duration::from_millis(20));
        }
        running
    }

    /// Whether `api.json` is there and this process wrote it.
    fn answers(&self) -> bool {
        let text = fs::read(self.address()).unwrap_or_default();
        let address: Value = serde_json::from_slice(&text).unwrap_or_default();
        address["pid"] == self.id()
    }

    /// `api.json`.
    pub(crate) fn address(&self) -> PathBuf {
        self.data_dir.join("api.json")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Posts JSON to the API without any token; gives the body of the answer, whatever it is.
    pub(crate) fn post(&self, path: &str, body: &str) -> String {
        let told: Value = serde_json::from_slice(&fs::read(self.address()).unwrap()).unwrap();
        let host = told["api"].as_str().unwrap().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let id = self.child.id();
        // The standard library sends no other signal than SIGKILL.
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {id}")])
            .status()
            .unwrap();
        assert!(sent.success());
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(since.elapsed() < PATIENCE, "the node does not stop");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the program as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
