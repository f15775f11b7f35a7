//! Where somebody comes from.

use std::fmt;
use std::net::{AddrParseError, IpAddr};
use std::str::FromStr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// An address of IPv4, or a network of 64 bits of IPv6, because whoever has one address there has 2^64 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(IpAddr);

impl Place {
    /// Where the other end of a connection is. None when a relay is between: the address is then the relay's, behind
    /// which everybody may be.
    pub(crate) fn of(address: &Multiaddr) -> Option<Self> {
        if address.iter().any(|part| part == Protocol::P2pCircuit) {
            return None;
        }
        address.iter().find_map(|part| match part {
            Protocol::Ip4(ip) => Some(IpAddr::from(ip).into()),
            Protocol::Ip6(ip) => Some(IpAddr::from(ip).into()),
            _ => None,
        })
    }
}

impl From<IpAddr> for Place {
    fn from(address: IpAddr) -> Self {
        // A socket that hears both versions tells the fourth as mapped: all of it would be one place.
        Self(match address.to_canonical() {
            IpAddr::V6(six) => IpAddr::V6((u128::from(six) & (u128::MAX << 64)).into()),
            four @ IpAddr::V4(_) => four,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(four) => four.fmt(f),
            IpAddr::V6(six) => write!(f, "{six}/64"),
        }
    }
}

impl FromStr for Place {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        let address = text.strip_suffix("/64").unwrap_or(text);
        address.parse::<IpAddr>().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<Place> {
        Place::of(&address.parse().unwrap())
    }

    /// R17 (obstruct): 2^64 addresses are one place; those behind a relay are none.
    #[test]
    fn r17_a_network_of_the_sixth_version_is_one_place() {
        assert_eq!(
            of("/ip6/2001:db8::1/tcp/1"),
            of("/ip6/2001:db8::ffff:2/udp/9/quic-v1")
        );
        assert_ne!(of("/ip6/2001:db8::1/tcp/1"), of("/ip6/2001:db8:0:1::1/tcp/1"));
        assert_eq!(of("/ip6/::ffff:192.0.2.1/tcp/1"), of("/ip4/192.0.2.1/tcp/9"));
        assert_ne!(of("/ip4/192.0.2.1/tcp/1"), of("/ip4/192.0.2.2/tcp/1"));
        let relay = "/ip4/192.0.2.1/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";
        assert_eq!(of(&format!("{relay}/p2p-circuit")), None);
    }

    #[test]
    fn a_place_is_written_and_read() {
        for address in ["/ip4/192.0.2.1/tcp/1", "/ip6/2001:db8::1/tcp/1"] {
            let place = of(address).unwrap();
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        assert_eq!(of("/ip6/2001:db8::1/tcp/1").unwrap().to_string(), "2001:db8::/64");
    }
}
