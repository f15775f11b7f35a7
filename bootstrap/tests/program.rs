//! The program itself: start it, ask it, stop it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dokuei-bootstrap");

/// Ends the program when the test does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(data_dir: &Path, listen: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args([
            "run",
            "--json",
            "--health",
            "127.0.0.1:0",
            "--listen",
            listen,
            "--data-dir",
        ])
        .arg(data_dir);
    command
}

fn start(command: Command, data_dir: &Path) -> (Running, serde_json::Value) {
    start_with(command, data_dir, Stdio::null)
}

/// The same with something else to write to.
fn start_with(mut command: Command, data_dir: &Path, out: fn() -> Stdio) -> (Running, serde_json::Value) {
    let child = command.stdout(out()).stderr(out()).spawn().unwrap();
    let running = Running(child);
    let path = data_dir.join("addresses.json");
    let end = Instant::now() + Duration::from_secs(20);
    while !path.exists() {
        assert!(Instant::now() < end, "it did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let addresses = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    (running, addresses)
}

fn get(url: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn terminate(running: &mut Running) -> std::process::ExitStatus {
    let killed = Command::new("kill")
        .arg(running.0.id().to_string())
        .status()
        .unwrap();
    assert!(killed.success());
    running.0.wait().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_tells_its_addresses_and_health_and_ends_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let (mut running, addresses) = start(command(dir.path(), "/ip4/127.0.0.1/udp/0/quic-v1"), dir.path());
    let peer = addresses["peer_id"].as_str().unwrap();
    let address = addresses["addresses"][0].as_str().unwrap();
    assert!(
        address.starts_with("/ip4/127.0.0.1/udp/") && address.ends_with(&format!("/p2p/{peer}")),
        "{address}"
    );
    let health = get(addresses["health"].as_str().unwrap(), "/health");
    let (head, body) = health.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (body["status"].as_str(), body["peer_id"].as_str()),
        (Some("ok"), Some(peer))
    );
    assert_eq!(terminate(&mut running).code(), Some(0));
    std::fs::remove_file(dir.path().join("addresses.json")).unwrap();
    let (_running, again) = start(command(dir.path(), "/ip4/127.0.0.1/udp/0/quic-v1"), dir.path());
    assert_eq!(again["peer_id"].as_str(), Some(peer), "the key is kept");
}

#[test]
fn a_second_one_on_the_same_port_fails_clearly() {
    for listen in ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"] {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_running, addresses) = start(command(first.path(), listen), first.path());
        let taken = addresses["addresses"][0].as_str().unwrap();
        let taken = &taken[..taken.find("/p2p/").unwrap()];
        let output = command(second.path(), taken).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output);
        assert!(
            said.contains("no listener works") && said.contains("in use"),
            "{said}"
        );
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
}

/// R16: session secrets are not written for whoever sets SSLKEYLOGFILE.
#[cfg(target_os = "linux")]
#[test]
fn r16_it_runs_without_sslkeylogfile() {
    let (dir, log) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = command(dir.path(), "/ip4/127.0.0.1/tcp/0");
    command.env("SSLKEYLOGFILE", log.path().join("keys"));
    let (running, _) = start(command, dir.path());
    let environment = std::fs::read(format!("/proc/{}/environ", running.0.id())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("SSLKEYLOGFILE"));
    assert!(!log.path().join("keys").exists());
}

#[test]
fn help_teaches_and_wrong_usage_is_2() {
    let help = Command::new(PROGRAM).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit codes"));
    assert_eq!(
        Command::new(PROGRAM)
            .args(["run", "--listen", "nowhere"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
    let script = Command::new(PROGRAM)
        .args(["completion", "bash"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&script.stdout).contains("dokuei-bootstrap"));
}

/// Standard output or error of which the reader is gone.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_command_ends_quietly_without_a_reader_and_a_running_host_goes_on() {
    for arguments in [["config", "example"], ["completion", "bash"]] {
        let ended = Command::new(PROGRAM)
            .args(arguments)
            .stdout(unread())
            .output()
            .unwrap();
        assert_eq!(ended.status.signal(), Some(13), "{arguments:?}: {ended:?}");
        assert_eq!(text(&ended), "");
    }
    let dir = tempfile::tempdir().unwrap();
    let mut host = command(dir.path(), "/ip4/127.0.0.1/tcp/0");
    host.env("RUST_LOG", "debug");
    let (mut running, addresses) = start_with(host, dir.path(), unread);
    let health = get(addresses["health"].as_str().unwrap(), "/health");
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    assert_eq!(terminate(&mut running).code(), Some(0));
}
