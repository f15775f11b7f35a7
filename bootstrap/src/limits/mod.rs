//! Bounds on what strangers may cost this host, and the names under which what they are refused is counted.

pub(crate) mod connections;
pub(crate) mod rates;

use std::net::{IpAddr, Ipv4Addr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// Where somebody comes from: an address of the fourth version, or a network of 64 bits of the sixth, because whoever
/// has one address there has 2^64 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        // A socket that hears both versions tells the fourth as mapped: all of it would be one network.
        Self(match address.to_canonical() {
            IpAddr::V6(six) => IpAddr::V6((u128::from(six) & (u128::MAX << 64)).into()),
            four @ IpAddr::V4(_) => four,
        })
    }
}

impl Source {
    /// Where the other end of a connection is. What names no address counts as one source.
    pub(crate) fn of(address: &Multiaddr) -> Self {
        let ip = address.iter().find_map(|part| match part {
            Protocol::Ip4(ip) => Some(IpAddr::from(ip)),
            Protocol::Ip6(ip) => Some(IpAddr::from(ip)),
            _ => None,
        });
        ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).into()
    }
}

/// What is refused, for the counters. No peer and no address: an operator sees that somebody knocks, not who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many connections are being set up.
    PendingConnections,
    /// As many connections as are allowed in all.
    Connections,
    /// As many connections as one source may have.
    ConnectionsPerSource,
    /// As many connections as one peer may have.
    ConnectionsPerPeer,
    /// A source that asked for too much lately.
    Barred,
    /// The process uses more memory than it may.
    Memory,
    /// Registrations too large or too many, or asked for too often.
    Registrations,
    /// Relay reservations.
    Reservations,
    /// Relayed circuits.
    Circuits,
    /// Circuits that went over their bytes or time.
    CircuitLength,
    /// Deposits too often.
    DropBoxRate,
    /// Deposits for which there is no room.
    DropBoxFull,
    /// Deposits that are not sealed, or too large.
    DropBoxMalformed,
    /// HTTP requests too often.
    HttpRate,
    /// HTTP requests that did not come to their end in time.
    HttpTime,
    /// HTTP requests larger than allowed.
    HttpSize,
}

impl Refusal {
    /// All of them, so that each is counted from zero.
    pub(crate) const ALL: [Self; 16] = [
        Self::PendingConnections,
        Self::Connections,
        Self::ConnectionsPerSource,
        Self::ConnectionsPerPeer,
        Self::Barred,
        Self::Memory,
        Self::Registrations,
        Self::Reservations,
        Self::Circuits,
        Self::CircuitLength,
        Self::DropBoxRate,
        Self::DropBoxFull,
        Self::DropBoxMalformed,
        Self::HttpRate,
        Self::HttpTime,
        Self::HttpSize,
    ];

    /// Its name in the metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PendingConnections => "pending_connections",
            Self::Connections => "connections",
            Self::ConnectionsPerSource => "connections_per_address",
            Self::ConnectionsPerPeer => "connections_per_peer",
            Self::Barred => "barred",
            Self::Memory => "memory",
            Self::Registrations => "registrations",
            Self::Reservations => "relay_reservations",
            Self::Circuits => "relay_circuits",
            Self::CircuitLength => "relay_circuit_length",
            Self::DropBoxRate => "drop_box_rate",
            Self::DropBoxFull => "drop_box_full",
            Self::DropBoxMalformed => "drop_box_malformed",
            Self::HttpRate => "http_rate",
            Self::HttpTime => "http_time",
            Self::HttpSize => "http_size",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R17 (obstruct): 2^64 addresses are one source, and the fourth version is not one source when it comes mapped.
    #[test]
    fn r17_a_network_of_the_sixth_version_is_one_source() {
        let of = |address: &str| Source::of(&address.parse().unwrap());
        assert_eq!(
            of("/ip6/2001:db8::1/tcp/1"),
            of("/ip6/2001:db8::ffff:2/udp/9/quic-v1")
        );
        assert_ne!(of("/ip6/2001:db8::1/tcp/1"), of("/ip6/2001:db8:0:1::1/tcp/1"));
        assert_ne!(
            of("/ip6/::ffff:192.0.2.1/tcp/1"),
            of("/ip6/::ffff:192.0.2.2/tcp/1")
        );
        assert_eq!(of("/ip6/::ffff:192.0.2.1/tcp/1"), of("/ip4/192.0.2.1/tcp/1"));
    }
}
