//! Between multiaddresses and socket addresses.

use std::net::SocketAddr;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

/// `/ip4|ip6/…/udp/…/quic-v1[/p2p/…]` as a socket address, and the peer that it names.
pub(super) fn to_socket(address: &Multiaddr) -> Option<(SocketAddr, Option<PeerId>)> {
    let mut parts = address.iter();
    let (ip, udp, quic) = (parts.next()?, parts.next()?, parts.next()?);
    let mut peer = None;
    for part in parts {
        let Protocol::P2p(named) = part else { return None };
        peer = Some(named);
    }
    let Protocol::QuicV1 = quic else { return None };
    match (ip, udp) {
        (Protocol::Ip4(ip), Protocol::Udp(port)) => Some((SocketAddr::new(ip.into(), port), peer)),
        (Protocol::Ip6(ip), Protocol::Udp(port)) => Some((SocketAddr::new(ip.into(), port), peer)),
        _ => None,
    }
}

/// The QUIC multiaddress of a socket address.
pub(super) fn of_socket(at: SocketAddr) -> Multiaddr {
    Multiaddr::empty()
        .with(at.ip().into())
        .with(Protocol::Udp(at.port()))
        .with(Protocol::QuicV1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quic_of_version_one_is_understood() {
        let read = |address: &str| to_socket(&address.parse().unwrap());
        let at = "127.0.0.1:12345".parse().unwrap();
        assert_eq!(read("/ip4/127.0.0.1/udp/12345/quic-v1"), Some((at, None)));
        assert_eq!(of_socket(at).to_string(), "/ip4/127.0.0.1/udp/12345/quic-v1");
        let peer = PeerId::random();
        let six = "[::1]:7".parse().unwrap();
        assert_eq!(
            read(&format!("/ip6/::1/udp/7/quic-v1/p2p/{peer}")),
            Some((six, Some(peer)))
        );
        for other in [
            "/ip4/127.0.0.1/udp/12345",
            "/ip4/127.0.0.1/udp/12345/quic",
            "/ip4/127.0.0.1/tcp/12345",
            "/ip4/127.0.0.1/udp/12345/quic-v1/p2p-circuit",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
