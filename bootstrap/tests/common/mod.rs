//! The program, started and asked from outside, and peers that use it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;

pub mod peer;

/// How long anything may take on a busy machine.
pub const SOON: Duration = Duration::from_secs(60);

/// The program. It ends when the test does.
pub struct Running {
    pub child: Child,
    /// Where it listens: TCP, then QUIC.
    pub addresses: Vec<Multiaddr>,
    pub health: String,
    pub metrics: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program in `dir`, with more arguments.
pub fn start(dir: &Path, more: &[&str]) -> Running {
    let told = dir.join("addresses.json");
    let _ = std::fs::remove_file(&told);
    let quic = "/ip4/127.0.0.1/udp/0/quic-v1";
    let fixed = [
        "run",
        "--health",
        "127.0.0.1:0",
        "--metrics",
        "127.0.0.1:0",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--listen",
        quic,
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_dokuei-bootstrap"))
        .args(fixed)
        .arg("--data-dir")
        .arg(dir)
        .args(more)
        // Tests ask often; those of this bound give their own.
        .env("DOKUEI_BOOTSTRAP_HTTP_PER_MINUTE", "100000")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("it starts", || {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        told.exists()
    });
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(told).unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut addresses: Vec<Multiaddr> = told["addresses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|address| text(address).parse().unwrap())
        .collect();
    addresses.sort_by_key(|address| address.to_string().contains("quic"));
    Running {
        child,
        addresses,
        health: text(&told["health"]),
        metrics: text(&told["metrics"]),
    }
}

impl Running {
    /// The TCP address.
    pub fn tcp(&self) -> &Multiaddr {
        &self.addresses[0]
    }

    /// The QUIC address.
    pub fn quic(&self) -> &Multiaddr {
        &self.addresses[1]
    }

    /// A metric by its name with labels, as it is written.
    pub fn metric(&self, name: &str) -> u64 {
        let (status, body) = http(&self.metrics, "GET", "/metrics", b"");
        assert_eq!(status, 200);
        let body = String::from_utf8(body).unwrap();
        let line = body
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in\n{body}"))
            .parse()
            .unwrap()
    }

    /// How often something was refused for a reason.
    pub fn refused(&self, reason: &str) -> u64 {
        self.metric(&format!("dokuei_bootstrap_refusals_total{{reason=\"{reason}\"}}"))
    }

    /// What `/health` says, with its status.
    pub fn health(&self) -> (u16, serde_json::Value) {
        let (status, body) = http(&self.health, "GET", "/health", b"");
        (status, serde_json::from_slice(&body).unwrap())
    }
}

/// A connection to what is served by HTTP.
pub fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream
}

/// Status and body.
pub fn http(url: &str, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = connect(url);
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    answer(stream)
}

/// Reads an answer to its end.
pub fn answer(mut stream: TcpStream) -> (u16, Vec<u8>) {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer.split_off(split))
}

/// Waits.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
