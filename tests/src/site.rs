//! Where a program runs: on this machine's loopback interface, or on a host of a network of the laboratory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::Command;

use anyhow::Result;

use crate::link::Host;

/// A place for programs, with the address at which others reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    host: Option<Host>,
    address: IpAddr,
    everywhere: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            host: None,
            address: Ipv4Addr::LOCALHOST.into(),
            everywhere: false,
        }
    }
}

impl Site {
    /// A host of a network, reached at `address`.
    #[must_use]
    pub fn on(host: &Host, address: IpAddr) -> Self {
        Self {
            host: Some(host.clone()),
            address,
            everywhere: false,
        }
    }

    /// What runs here listens at every address of the host, also those that it gets later: as nodes usually do.
    #[must_use]
    pub fn everywhere(self) -> Self {
        Self {
            everywhere: true,
            ..self
        }
    }

    /// The address at which others reach what runs here.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// A program to be run here.
    #[must_use]
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        match &self.host {
            None => Command::new(program),
            Some(host) => host.command(program),
        }
    }

    /// Runs a piece of this process here: the sockets that it makes are those of the host.
    ///
    /// # Errors
    /// When the namespace is gone.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        match &self.host {
            None => Ok(work()),
            Some(host) => host.within(work),
        }
    }

    /// The multiaddress of a QUIC port to listen on here.
    #[must_use]
    pub fn quic(&self, port: u16) -> String {
        format!("{}/udp/{port}/quic-v1", self.ip())
    }

    /// The multiaddress of a TCP port to listen on here.
    #[must_use]
    pub fn tcp(&self, port: u16) -> String {
        format!("{}/tcp/{port}", self.ip())
    }

    fn ip(&self) -> String {
        match self.address {
            IpAddr::V4(_) if self.everywhere => format!("/ip4/{}", Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) if self.everywhere => format!("/ip6/{}", Ipv6Addr::UNSPECIFIED),
            IpAddr::V4(ip) => format!("/ip4/{ip}"),
            IpAddr::V6(ip) => format!("/ip6/{ip}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_site() {
        let here = Site::default();
        assert_eq!(here.quic(7), "/ip4/127.0.0.1/udp/7/quic-v1");
        assert_eq!(here.tcp(7), "/ip4/127.0.0.1/tcp/7");
        assert_eq!(here.within(|| 7).unwrap(), 7);
        assert_eq!(here.everywhere().quic(7), "/ip4/0.0.0.0/udp/7/quic-v1");
    }
}
