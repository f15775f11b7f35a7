//! An internet in miniature: one public host, and places that reach it and each other by lines of their own, with or
//! without a router that hides them.
//!
//! ```no_run
//! use dokuei_tests::internet::Internet;
//! use dokuei_tests::link::{Link, Nat};
//! let mut internet = Internet::new()?;
//! let clinic = internet.behind("clinic", Link::METRO, Nat::Cone)?;
//! let hospital = internet.open("hospital", Link::METRO)?;
//! // Bootstrap nodes run at internet.public(), nodes at clinic.site and hospital.site.
//! # anyhow::Ok(())
//! ```

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, Result, bail};

use crate::link::{Host, Link, Links, Nat, Wire};
use crate::process::output;
use crate::site::Site;

/// The address of the public host; from TEST-NET-1 (RFC 5737).
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A public host in the middle, and lines from it.
#[derive(Debug)]
pub struct Internet {
    links: Links,
    core: Host,
    lines: u8,
}

/// Where an institution is.
#[derive(Debug)]
pub struct Place {
    /// Where its programs run.
    pub site: Site,
    /// The machine.
    pub host: Host,
    /// The router between its own network and its line, if there is one.
    pub router: Option<Host>,
    /// Its line; the near end is the institution's.
    pub line: Wire,
}

impl Internet {
    /// The public host alone.
    ///
    /// # Errors
    /// When this user may not make network namespaces.
    pub fn new() -> Result<Self> {
        let mut links = Links::new()?;
        let core = links.host("internet")?;
        core.forward()?;
        core.ip(&["addr", "add", &format!("{PUBLIC}/32"), "dev", "lo"])?;
        core.nft(&format!(
            "table inet asked {{
                counter arrived {{ }}
                chain arriving {{ type filter hook input priority filter; ip daddr {PUBLIC} iif != lo counter name arrived; }}
            }}"
        ))?;
        Ok(Self {
            links,
            core,
            lines: 0,
        })
    }

    /// The public host, for bootstrap nodes.
    #[must_use]
    pub fn public(&self) -> Site {
        Site::on(&self.core, PUBLIC)
    }

    /// How many packets came to the public host itself.
    ///
    /// # Errors
    /// When nftables does not tell.
    pub fn asked(&self) -> Result<u64> {
        let mut list = self.core.command("nft");
        let said = output(list.args(["list", "counter", "inet", "asked", "arrived"]))?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let mut words = said.split_whitespace().skip_while(|word| *word != "{").skip(2);
        words
            .find_map(|word| word.parse().ok())
            .with_context(|| format!("no counter: {said}"))
    }

    /// A place with a public address of its own.
    ///
    /// # Errors
    /// When a host or link cannot be made.
    pub fn open(&mut self, name: &str, link: Link) -> Result<Place> {
        let host = self.links.host(name)?;
        let line = self.line(&host, link)?;
        host.route("default", line.far())?;
        Ok(Place {
            site: Site::on(&host, line.near()).everywhere(),
            host,
            router: None,
            line,
        })
    }

    /// A place whose router hides it behind one address.
    ///
    /// # Errors
    /// When a host or link cannot be made, or nftables is missing.
    pub fn behind(&mut self, name: &str, link: Link, nat: Nat) -> Result<Place> {
        let host = self.links.host(name)?;
        let router = self.links.host(&format!("{name}-router"))?;
        let line = self.line(&router, link)?;
        router.route("default", line.far())?;
        let [inner, outer] = [2, 1].map(|last| IpAddr::V4(Ipv4Addr::new(10, self.lines, 0, last)));
        self.links
            .link_at((&host, inner), (&router, outer), 24, Link::LAN)?;
        host.route("default", outer)?;
        router.hide_behind(&line, nat)?;
        Ok(Place {
            site: Site::on(&host, inner).everywhere(),
            host,
            router: Some(router),
            line,
        })
    }

    /// A line from `host` to the internet with an address of its own; nothing is sent by it yet.
    ///
    /// # Errors
    /// When the link cannot be made.
    pub fn line(&mut self, host: &Host, link: Link) -> Result<Wire> {
        let number = self.lines.checked_add(1).context("too many lines")?;
        self.lines = number;
        let [near, far] = [2, 1].map(|last| IpAddr::V4(Ipv4Addr::new(198, 18, number, last)));
        self.links.link_at((host, near), (&self.core, far), 30, link)
    }
}

impl Place {
    /// Another address from one moment to the next, as when a laptop leaves the clinic's network for a telephone's:
    /// the old line's address is gone and everything goes by `line`.
    ///
    /// # Errors
    /// When there is a router, or `ip` fails.
    pub fn move_to(&mut self, line: Wire) -> Result<()> {
        if self.router.is_some() {
            bail!("only a place without a router can change its line");
        }
        let old = self.line.device_of(&self.host)?;
        self.host.ip(&["addr", "flush", "dev", old])?;
        self.line.cut();
        self.host
            .ip(&["route", "replace", "default", "via", &line.far().to_string()])?;
        self.line = line;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::Duration;

    use super::*;
    use crate::process::Process;
    use crate::wait;

    /// Tells everybody who asks the address from which it was asked, and the newest other asker's.
    const MEETING_POINT: &str = "import socket
meeting = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); meeting.bind(('192.0.2.1', 9000)); seen = []
print('up', flush=True)
while True:
    _, who = meeting.recvfrom(100)
    if who not in seen: seen.append(who)
    for one in seen: meeting.sendto(repr(who).encode(), one)";

    /// Learns of another at the meeting point and sends to it; prints whether it heard of the other.
    const PUNCH: &str = "import socket, sys, time
mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); mine.bind(('0.0.0.0', 4600)); mine.settimeout(0.1)
other, own, heard, end = None, sys.argv[1], False, time.monotonic() + 6
while time.monotonic() < end:
    mine.sendto(b'here', ('192.0.2.1', 9000))
    if other: mine.sendto(b'punch', other)
    try: what, who = mine.recvfrom(100)
    except OSError: continue
    if who[0] != '192.0.2.1': heard = True
    elif eval(what)[0] != own: other = eval(what)
print(heard)";

    fn is_punched(one: Nat, two: Nat) -> bool {
        let mut internet = Internet::new().unwrap();
        let places =
            [("one", one), ("two", two)].map(|(name, nat)| internet.behind(name, Link::LAN, nat).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let mut meet = internet.public().command("python3");
        meet.args(["-c", MEETING_POINT]);
        let point = Process::start("meeting", meet, &dir.path().join("log")).unwrap();
        wait::until("the meeting point", Duration::from_secs(20), || {
            Ok((point.last_lines(1) == "up").then_some(()))
        })
        .unwrap();
        let punching = places.map(|place| {
            let mut punch = place.site.command("python3");
            punch.args(["-c", PUNCH, &place.line.near().to_string()]);
            (punch.stdout(Stdio::piped()).spawn().unwrap(), place)
        });
        punching
            .map(|(child, _place)| child.wait_with_output().unwrap().stdout)
            .iter()
            .all(|said| said == b"True\n")
    }

    #[test]
    fn holes_are_punched_through_cones_and_not_through_symmetric_routers() {
        assert!(is_punched(Nat::Cone, Nat::Cone));
        assert!(!is_punched(Nat::Symmetric, Nat::Symmetric));
    }

    #[test]
    fn a_hidden_place_reaches_an_open_one_and_not_the_other_way_round() {
        let mut internet = Internet::new().unwrap();
        let mut open = internet.open("open", Link::LAN).unwrap();
        let hidden = internet.behind("hidden", Link::LAN, Nat::Cone).unwrap();
        let ping = |from: &Place, to: IpAddr| {
            let mut ping = from.host.command("ping");
            output(ping.args(["-n", "-q", "-c", "2", "-W", "1", &to.to_string()])).is_ok()
        };
        assert_eq!(internet.asked().unwrap(), 0);
        assert!(ping(&hidden, open.line.near()) && ping(&hidden, PUBLIC));
        assert_eq!(internet.asked().unwrap(), 2);
        assert!(!ping(&open, hidden.site.address()) && !ping(&open, hidden.line.near()));

        let (before, line) = (open.line.near(), internet.line(&open.host, Link::LAN).unwrap());
        open.move_to(line).unwrap();
        assert!(ping(&hidden, open.line.near()) && !ping(&hidden, before));
    }
}
