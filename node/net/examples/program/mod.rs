//! The real bootstrap program beside a measurement, and what a process takes.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dokuei_net::Multiaddr;

/// Ends the program with the measurement.
pub struct Running(Child);

impl Running {
    /// A number of `/proc/PID/status`, bytes.
    #[allow(dead_code, reason = "one measurement of two asks for it")]
    pub fn memory(&self, field: &str) -> u64 {
        memory(&self.0.id().to_string(), field)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it with its data in `dir`, listening by QUIC on loopback; gives its address.
pub fn bootstrap<S: AsRef<OsStr>>(
    program: &Path,
    dir: &Path,
    more: impl IntoIterator<Item = S>,
) -> (Running, Multiaddr) {
    let child = Command::new(program)
        .args(["run", "--json", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"])
        .arg("--data-dir")
        .arg(dir)
        .args(more)
        // That it has no peers yet, and that so many ask at once, is known.
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}; build it first", program.display()));
    let running = Running(child);
    let end = Instant::now() + Duration::from_secs(20);
    let addresses = loop {
        if let Ok(bytes) = std::fs::read_to_string(dir.join("addresses.json")) {
            break bytes;
        }
        assert!(Instant::now() < end, "the bootstrap did not start");
        std::thread::sleep(Duration::from_millis(20));
    };
    let start = addresses.find("/ip4/").unwrap();
    let length = addresses[start..].find('"').unwrap();
    (running, addresses[start..start + length].parse().unwrap())
}

/// Processor time that this process has used, seconds.
#[allow(dead_code, reason = "one measurement of two asks for it")]
pub fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; utime and stime are the fields 14 and 15, in hundredths of a second.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields = rest.split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A number of `/proc/PID/status`, bytes; 0 where the system does not tell.
pub fn memory(process: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
