//! Listening on the loopback interface with tcpdump, as an eavesdropper on the line would.

use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::Process;
use crate::wait;

/// A running tcpdump that writes what passes certain ports.
#[derive(Debug)]
pub struct Capture {
    process: Process,
    file: PathBuf,
}

/// What a capture saw.
#[derive(Debug, Clone)]
pub struct Captured {
    /// The file in pcap format.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// tcpdump's own count of what it missed.
    pub dropped: u64,
}

impl Capture {
    /// Starts to capture everything on loopback from or to one of `ports` (UDP and TCP), into `folder`.
    ///
    /// The nodes' loopback APIs are not among them: they are a machine's inside, where the names may be seen.
    ///
    /// # Errors
    /// When tcpdump is not installed or may not listen.
    pub fn start(folder: &Path, ports: &[u16]) -> Result<Self> {
        let file = folder.join("capture.pcap");
        let filter: Vec<String> = ports.iter().map(|port| format!("port {port}")).collect();
        let mut command = as_root("tcpdump");
        command.args([
            "-i",
            "lo",
            "-n",
            "-U",
            "-s",
            "0",
            "-B",
            "65536",
            "-Z",
            &user(),
            "-w",
        ]);
        command.arg(&file).arg(filter.join(" or "));
        let mut process = Process::start("tcpdump", command, &folder.join("capture.log"))?;
        wait::until("tcpdump to listen", Duration::from_secs(10), || {
            process.check_running()?;
            Ok(process.last_lines(5).contains("listening on").then_some(()))
        })
        .context("the check of the wire needs tcpdump and the right to use it (root, or sudo)")?;
        Ok(Self { process, file })
    }

    /// Ends the capture.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn finish(mut self) -> Result<Captured> {
        // Packets still in the kernel's ring reach tcpdump within its read timeout of one second.
        std::thread::sleep(Duration::from_millis(1_200));
        self.process.stop();
        let bytes = self.file.metadata().context("tcpdump wrote no file")?.len();
        let dropped = dropped(&self.process.last_lines(5));
        Ok(Captured {
            file: self.file.clone(),
            bytes,
            dropped,
        })
    }
}

/// `count` port numbers that are free now, for UDP and TCP both.
///
/// # Errors
/// When the system gives none.
pub fn free_ports(count: usize) -> Result<Vec<u16>> {
    let mut held = Vec::new();
    for _ in 0..count * 20 {
        if held.len() == count {
            break;
        }
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        let port = udp.local_addr()?.port();
        if let Ok(tcp) = TcpListener::bind(("127.0.0.1", port)) {
            held.push((port, udp, tcp));
        }
    }
    Ok(held.into_iter().map(|(port, _, _)| port).collect())
}

/// `program`, through sudo when this user is not root.
#[must_use]
pub fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// Whether this process runs as root.
#[must_use]
pub fn is_root() -> bool {
    crate::process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim_ascii() == b"0")
}

fn user() -> String {
    let name = crate::process::output(Command::new("id").arg("-un")).unwrap_or_default();
    String::from_utf8_lossy(name.trim_ascii()).into_owned()
}

fn dropped(said: &str) -> u64 {
    let line = said
        .lines()
        .find(|line| line.contains("dropped by kernel"))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_are_different() {
        let ports = free_ports(8).unwrap();
        let different: std::collections::BTreeSet<u16> = ports.iter().copied().collect();
        assert_eq!((ports.len(), different.len()), (8, 8));
    }

    #[test]
    fn reads_tcpdumps_count_of_lost_packets() {
        let said = "120 packets captured\n240 packets received by filter\n3 packets dropped by kernel";
        assert_eq!(dropped(said), 3);
        assert_eq!(dropped(""), 0);
    }

    /// R16: the capture really sees what passes on loopback; else its silence would prove nothing.
    #[test]
    fn r16_the_capture_hears_what_is_said() {
        if !is_root() || crate::foreign::find("tcpdump").is_none() {
            println!("skipped: needs root and tcpdump");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let ports = free_ports(1).unwrap();
        let capture = Capture::start(dir.path(), &ports).unwrap();
        let (from, to) = (
            UdpSocket::bind("127.0.0.1:0").unwrap(),
            UdpSocket::bind(("127.0.0.1", ports[0])).unwrap(),
        );
        from.send_to("a whisper: 山田太郎".as_bytes(), to.local_addr().unwrap())
            .unwrap();
        let captured = capture.finish().unwrap();
        let mut canaries = crate::canary::Canaries::new();
        canaries.name("山田^太郎");
        let found = canaries.searcher().unwrap().in_file(&captured.file).unwrap();
        assert!(!found.is_empty());
    }
}
