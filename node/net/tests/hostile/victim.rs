//! A node in a process of its own, so that its memory can be read and a panic of it be seen.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dokuei_net::{Ban, Multiaddr, PeerId};
use libp2p::multiaddr::Protocol;

use crate::common::{TestHost, config, id_of, start_with};
use crate::raw::Ended;

/// The variable by which the process knows what it is.
const ROLE: &str = "DOKUEI_TEST_VICTIM";

/// The key of the victim.
pub const SEED: u8 = 1;

/// What a victim may take at its peak, KiB: 300 MB.
const MOST: u64 = 300_000_000 / 1024;

/// The running process; it ends when this is dropped.
pub struct Victim {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    pub quic: Multiaddr,
    pub tcp: Multiaddr,
}

impl Victim {
    pub fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_victim", "--ignored", "--nocapture"])
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let (lines, hears) = (BufReader::new(child.stdout.take().unwrap()).lines(), said.clone());
        let (told, listening) = std::sync::mpsc::sync_channel(8);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("listening ") {
                    let _ = told.send(address.parse::<Multiaddr>().unwrap());
                }
                hears.lock().unwrap().push(line);
            }
        });
        let next = || listening.recv_timeout(Duration::from_secs(30)).unwrap();
        let (first, second) = (next(), next());
        let (quic, tcp) = if first.to_string().contains("quic") {
            (first, second)
        } else {
            (second, first)
        };
        Self {
            child,
            said,
            quic,
            tcp,
        }
    }

    pub fn peer(&self) -> PeerId {
        id_of(SEED)
    }

    /// Throws bytes at both ports.
    pub fn knock(&self, bytes: &[u8]) {
        let port = |address: &Multiaddr| {
            let ports = address.iter().find_map(|part| match part {
                Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
                _ => None,
            });
            ("127.0.0.1", ports.unwrap())
        };
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.send_to(bytes, port(&self.quic)).unwrap();
        let mut tcp = TcpStream::connect(port(&self.tcp)).unwrap();
        // It may have hung up after the first of them.
        let _ = tcp.write_all(bytes);
    }

    /// Whether it has said a line that contains all of this.
    pub fn said(&self, words: &[&str]) -> bool {
        let said = self.said.lock().unwrap();
        said.iter()
            .any(|line| words.iter().all(|word| line.contains(word)))
    }

    /// Waits until it says a line that contains all of this; what it said instead when it does not.
    pub async fn says(&self, words: &[&str], ended: &Ended) {
        let end = tokio::time::Instant::now() + Duration::from_secs(60);
        let mut last = None;
        while !self.said(words) {
            let now = tokio::time::Instant::now();
            // What it says of a peer comes a moment after the connection has ended.
            last = last.or_else(|| ended.why().map(|_| now + Duration::from_secs(10)));
            assert!(
                now < last.unwrap_or(end),
                "it did not say {words:?}; the connection ended: {:?}; it said {:?}",
                ended.why(),
                self.said.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// That it still runs, and never took more memory than it may. Gives its peak, KiB.
    pub fn is_well(&mut self) -> u64 {
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "the node has ended: {:?}",
            self.said.lock()
        );
        assert!(!self.said(&["panicked"]), "{:?}", self.said.lock());
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
        assert!(peak < MOST, "the node took {peak} KiB");
        peak
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The life of the process: says where it listens, and what becomes of others.
pub fn live() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    std::panic::set_hook(Box::new(|why| {
        println!("panicked: {why}");
        std::process::exit(101);
    }));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut config = config(SEED, crate::common::QUIC);
        config.listen.push(crate::common::TCP.parse().unwrap());
        // Everything that serves discovery is spoken, with nobody.
        config.discovery = true;
        config.relay = false;
        config.limits.first_ban = Duration::from_secs(3);
        config.limits.hold_off = Duration::from_millis(500);
        config.limits.call = Duration::from_secs(1);
        config.limits.stall = Duration::from_secs(2);
        let mut host = TestHost::new(SEED);
        host.chunks = 1024;
        let (node, host) = start_with(config, host).await;
        for address in node.status().listening {
            println!("listening {address}");
        }
        let told = |what: &str, bans: &Mutex<Vec<Ban>>| {
            for ban in bans.lock().unwrap().drain(..) {
                println!("{what} {} {} no. {}", ban.who, ban.misdeed, ban.times);
            }
        };
        loop {
            told("banned", &host.banned);
            told("over", &host.ban_over);
            for peer in host.admitted.lock().unwrap().drain(..) {
                println!("admitted {peer}");
            }
            let _ = std::io::stdout().flush();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}
