//! Networks with distance: hosts in namespaces of their own, and links with delay, rate, loss and a queue.
//!
//! ```no_run
//! use dokuei_tests::link::{Link, Links};
//! let mut links = Links::new()?;
//! let (clinic, hospital) = (links.host("clinic")?, links.host("hospital")?);
//! let wire = links.link(&clinic, &hospital, Link::FAR)?;
//! let ping = clinic.command("ping").args(["-c", "3", &wire.far().to_string()]).status()?;
//! # anyhow::Ok(())
//! ```
//!
//! A [`Host`] is a network namespace; a [`Wire`] is a pair of TUN devices, one in each of two namespaces, between which
//! threads of this process carry every packet when its time has come ([`pipe`]). The kernel of a test machine often has
//! no `netem`, and this needs none. Whatever was made is gone when [`Links`] is dropped; what a killed process left is
//! removed by the next one.

pub mod namespace;
mod nat;
pub mod pipe;
mod wire;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};

pub use namespace::Host;
use namespace::Namespaces;
pub use nat::Nat;
pub use wire::Wire;

/// What a link does to packets, the same in both directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// How long a packet travels, one way: half of the round trip.
    pub delay: Duration,
    /// Bits in a second, each way; 0: as many as the machine manages.
    pub rate: u64,
    /// The share of packets that are lost at random, each way: 0.001 is one in a thousand.
    pub loss: f64,
    /// How long a packet may wait for its turn; what would wait longer is dropped (drop-tail).
    pub queue: Duration,
}

impl Link {
    /// A cable: no delay, no limit.
    pub const LAN: Self = Self::of(0, 0, 0.0);
    /// Fibre in the same region: round trip of 20 ms, 100 Mbit/s, 0.1 % loss.
    pub const METRO: Self = Self::of(10, 100_000_000, 0.001);
    /// Across the country by a bad transit: round trip of 100 ms, 1 Gbit/s, 0.1 % loss.
    pub const FAR: Self = Self::of(50, 1_000_000_000, 0.001);
    /// An island's clinic: round trip of 300 ms, 2 Mbit/s, 2 % loss.
    pub const ISLAND: Self = Self::of(150, 2_000_000, 0.02);

    const fn of(delay_ms: u64, rate: u64, loss: f64) -> Self {
        Self {
            delay: Duration::from_millis(delay_ms),
            rate,
            loss,
            queue: Duration::from_millis(50),
        }
    }
}

/// Hosts and the links between them. Dropping it ends every process in its namespaces and removes them.
#[derive(Debug)]
pub struct Links {
    // Dropped in this order: the wires' threads end when their devices go with the namespaces.
    namespaces: Namespaces,
    wires: Vec<Wire>,
}

impl Links {
    /// An empty network.
    ///
    /// # Errors
    /// When this user may not make network namespaces: says how.
    pub fn new() -> Result<Self> {
        Ok(Self {
            namespaces: Namespaces::new()?,
            wires: Vec::new(),
        })
    }

    /// A new host: a namespace with its own loopback interface.
    ///
    /// # Errors
    /// When `ip` fails.
    pub fn host(&mut self, name: &str) -> Result<Host> {
        self.namespaces.add(name)
    }

    /// Joins two hosts by a link with addresses from 198.18.0.0/15, which RFC 2544 sets apart for measurements.
    ///
    /// # Errors
    /// When a device cannot be made.
    pub fn link(&mut self, near: &Host, far: &Host, link: Link) -> Result<Wire> {
        let Ok(number) = u8::try_from(self.wires.len()) else {
            bail!("a network has at most 256 links with addresses of its own; give them by link_at");
        };
        let [one, two] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(198, 18, number, last)));
        self.link_at((near, one), (far, two), 30, link)
    }

    /// Joins two hosts by a link with given addresses of either kind.
    ///
    /// # Errors
    /// When a device cannot be made or an address is not taken.
    pub fn link_at(
        &mut self,
        near: (&Host, IpAddr),
        far: (&Host, IpAddr),
        prefix: u8,
        link: Link,
    ) -> Result<Wire> {
        // Names are of the whole machine until the devices are in their namespaces, and tests run side by side.
        static DEVICES: AtomicU32 = AtomicU32::new(0);
        let number = DEVICES.fetch_add(1, Ordering::Relaxed);
        let device = |end: &str| format!("dk{}{end}{number}", std::process::id());
        let wire = Wire::between(
            (near.0, near.1, &device("a")),
            (far.0, far.1, &device("b")),
            prefix,
            link,
        )
        .with_context(|| format!("no link between {} and {}", near.0.name(), far.0.name()))?;
        self.wires.push(wire.clone());
        Ok(wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait;

    /// Answers received and the shortest round trip in ms.
    fn ping(from: &Host, to: IpAddr, count: u32) -> (u32, f64) {
        let said = from
            .command("ping")
            .args(["-n", "-q", "-i", "0.01", "-W", "2", "-c", &count.to_string()])
            .arg(to.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let after = |what: &str, end: char| {
            let rest = said.split(what).nth(1).unwrap_or_default();
            rest.split(end).next().unwrap_or_default().trim().to_owned()
        };
        let received = after("transmitted,", 'r').parse().unwrap_or(0);
        (received, after("mdev = ", '/').parse().unwrap_or(f64::NAN))
    }

    const SERVE: &str = "import socket,sys
listener = socket.create_server((sys.argv[1], 7000)); print('up', flush=True)
taker, _ = listener.accept()
while taker.recv(65536): pass
taker.sendall(b'.')";
    const SEND: &str = "import socket,sys,time
giver = socket.create_connection((sys.argv[1], 7000)); start = time.monotonic()
giver.sendall(bytes(int(sys.argv[2]))); giver.shutdown(socket.SHUT_WR); giver.recv(1)
print(time.monotonic() - start)";

    /// Seconds that `bytes` take by TCP.
    fn transfer(from: &Host, to: &Host, address: IpAddr, bytes: u64) -> f64 {
        let dir = tempfile::tempdir().unwrap();
        let mut serve = to.command("python3");
        serve.args(["-c", SERVE, &address.to_string()]);
        let server = crate::process::Process::start("server", serve, &dir.path().join("log")).unwrap();
        wait::until("the server", Duration::from_secs(20), || {
            Ok((server.last_lines(1) == "up").then_some(()))
        })
        .unwrap();
        let mut send = from.command("python3");
        send.args(["-c", SEND, &address.to_string(), &bytes.to_string()]);
        let said = crate::process::output(&mut send).unwrap();
        String::from_utf8(said).unwrap().trim().parse().unwrap()
    }

    #[test]
    fn a_link_has_the_delay_the_loss_and_the_rate_that_it_was_told() {
        let mut links = Links::new().unwrap();
        let (clinic, hospital) = (links.host("clinic").unwrap(), links.host("hospital").unwrap());
        let lossy = Link {
            loss: 0.05,
            ..Link::METRO
        };
        let wire = links.link(&clinic, &hospital, lossy).unwrap();
        let (received, shortest) = ping(&clinic, wire.far(), 500);
        // 5 % each way leave 451 of 500 on average.
        assert!((410..=490).contains(&received), "{received} of 500 came back");
        assert!((20.0..60.0).contains(&shortest), "{shortest} ms");

        wire.change(Link {
            loss: 0.0,
            rate: 20_000_000,
            ..Link::METRO
        });
        let seconds = transfer(&clinic, &hospital, wire.far(), 5_000_000);
        // 5 MB at 20 Mbit/s are 2 s; a busy machine may take longer, no machine less.
        assert!((1.9..12.0).contains(&seconds), "{seconds} s");
        let [there, _] = wire.counts();
        assert!(there.bytes > 5_000_000 && there.lost > 0, "{there:?}");
    }

    #[test]
    fn a_cut_cable_carries_nothing_and_a_router_passes_on() {
        let mut links = Links::new().unwrap();
        let [clinic, router, hospital] =
            ["clinic", "router", "hospital"].map(|name| links.host(name).unwrap());
        let inner = links.link(&clinic, &router, Link::LAN).unwrap();
        let outer = links.link(&router, &hospital, Link::LAN).unwrap();
        router.forward().unwrap();
        clinic.route("default", inner.far()).unwrap();
        hospital.route("default", outer.near()).unwrap();
        assert_eq!(ping(&clinic, outer.far(), 5).0, 5);
        outer.cut();
        assert_eq!(ping(&clinic, outer.far(), 2).0, 0);
        outer.mend();
        assert_eq!(ping(&clinic, outer.far(), 5).0, 5);
    }

    #[test]
    fn nothing_is_left_when_a_network_is_dropped() {
        let mut links = Links::new().unwrap();
        let host = links.host("alone").unwrap();
        let file = std::path::PathBuf::from(format!("/run/netns/{}", host.namespace()));
        assert!(file.exists());
        let mut sleeper = host.command("sleep").arg("300").spawn().unwrap();
        wait::until("the program on the host", Duration::from_secs(20), || {
            let mut list = std::process::Command::new("ip");
            let inside = crate::process::output(list.args(["netns", "pids", host.namespace()]))?;
            Ok((!inside.is_empty()).then_some(()))
        })
        .unwrap();
        drop(links);
        assert!(!file.exists());
        assert!(!sleeper.wait().unwrap().success());
    }
}
