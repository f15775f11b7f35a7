//! What quinn is told.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use libp2p::identity::Keypair;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{MtuDiscoveryConfig, VarInt};

use super::windows::{MOST, STRANGER};
use super::{QuicError, tls};
use crate::transport::congestion::FlooredConfig;

/// The most streams that a peer may have open with us on one connection.
const STREAMS: u32 = 256;

/// Connections that wait to be accepted; they are accepted, or not, at once.
const INCOMING: usize = 256;

/// Payload of the largest packets where the way is one machine or one wire with jumbo frames: a tenth of what the system
/// takes at once. quinn gives it up to [`AT_ONCE`] packets, and what is more than a datagram of IP may hold is refused
/// (`EMSGSIZE`) and counts as lost on the way, all of it.
const JUMBO: u16 = 6500;

/// Packets that quinn sends with one call, at most.
const AT_ONCE: u32 = 10;

// 65,535 bytes without the headers of IPv6 and UDP.
const _: () = assert!(JUMBO as u32 * AT_ONCE <= 65_535 - 40 - 8);

/// Payload of the largest packets on the open internet: Ethernet with IPv6 and UDP headers.
const INTERNET: u16 = 1452;

/// How long a silent peer counts as present.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// How long a handshake may take.
    pub(crate) handshake: Duration,
    /// A peer that is silent for this long is gone, ms.
    pub(crate) silence_ms: u32,
    /// How often we say that we are here.
    pub(crate) keep_alive: Duration,
}

/// The configurations of all connections.
pub(super) struct Configs {
    pub(super) timing: Timing,
    pub(super) endpoint: quinn::EndpointConfig,
    client: Arc<QuicClientConfig>,
    server: Arc<QuicServerConfig>,
    near: Arc<quinn::TransportConfig>,
    far: Arc<quinn::TransportConfig>,
}

impl Configs {
    pub(super) fn new(key: &Keypair, timing: Timing) -> Result<Self, QuicError> {
        let failed = |error: &dyn std::fmt::Display| QuicError::Tls(error.to_string());
        let (client, server) = (tls::client(key)?, tls::server(key)?);
        Ok(Self {
            timing,
            endpoint: endpoint(key)?,
            client: Arc::new(QuicClientConfig::try_from(client).map_err(|error| failed(&error))?),
            server: Arc::new(QuicServerConfig::try_from(server).map_err(|error| failed(&error))?),
            near: Arc::new(transport(timing, JUMBO)),
            far: Arc::new(transport(timing, INTERNET)),
        })
    }

    /// For a connection that we dial.
    pub(super) fn client(&self, to: IpAddr) -> quinn::ClientConfig {
        let mut config = quinn::ClientConfig::new(self.client.clone());
        config.transport_config(self.transport(to));
        config
    }

    /// For connections that come from `from`.
    pub(super) fn server(&self, from: IpAddr) -> quinn::ServerConfig {
        let mut config = quinn::ServerConfig::with_crypto(self.server.clone());
        config.transport_config(self.transport(from));
        // Whoever dialled us may get another address in mid-transfer: the path is validated (RFC 9000, 9) and used.
        config.migration(true);
        // What waits to be accepted, and what it has sent already: quinn would keep 100 MB.
        config
            .max_incoming(INCOMING)
            .incoming_buffer_size(16 << 10)
            .incoming_buffer_size_total(1 << 20);
        config
    }

    fn transport(&self, other: IpAddr) -> Arc<quinn::TransportConfig> {
        if is_near(other) { &self.near } else { &self.far }.clone()
    }
}

/// Whether an address is of this machine, this wire or this institution.
pub(super) fn is_near(other: IpAddr) -> bool {
    match other {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Peers that still hold a connection with us from before a restart learn at once that it is gone: the key of the
/// stateless reset (RFC 9000, 10.3) is derived from the node's key, as `libp2p-quic` derives it.
fn endpoint(key: &Keypair) -> Result<quinn::EndpointConfig, QuicError> {
    let secret = key
        .derive_secret(b"libp2p quic stateless reset key")
        .ok_or_else(|| QuicError::Tls("the key has no secret to derive from".to_owned()))?;
    let reset = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    let mut config = quinn::EndpointConfig::new(Arc::new(reset));
    config.supported_versions(vec![1]);
    config
        .max_udp_payload_size(JUMBO)
        .map_err(|error| QuicError::Tls(error.to_string()))?;
    Ok(config)
}

fn transport(timing: Timing, largest: u16) -> quinn::TransportConfig {
    let mut mtu = MtuDiscoveryConfig::default();
    mtu.upper_bound(largest);
    let mut config = quinn::TransportConfig::default();
    config
        .max_concurrent_uni_streams(0u32.into())
        .max_concurrent_bidi_streams(STREAMS.into())
        .datagram_receive_buffer_size(None)
        .keep_alive_interval(Some(timing.keep_alive))
        .max_idle_timeout(Some(VarInt::from_u32(timing.silence_ms).into()))
        .allow_spin(false)
        .stream_receive_window(VarInt::from_u32(MOST))
        .receive_window(VarInt::from_u32(STRANGER))
        .send_window(STRANGER.into())
        .mtu_discovery_config(Some(mtu))
        .congestion_controller_factory(Arc::new(FlooredConfig));
    config
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::super::listener::bind;
    use super::*;

    const SECONDS: Timing = Timing {
        handshake: Duration::from_secs(5),
        silence_ms: 6_000,
        keep_alive: Duration::from_secs(2),
    };

    /// On one machine packets are large, and none is lost for it: what the system refuses as too large counts as lost.
    #[tokio::test]
    async fn packets_on_one_machine_are_large_and_arrive() {
        const PIECES: usize = 64;
        let configs = Configs::new(&Keypair::generate_ed25519(), SECONDS).unwrap();
        let here = IpAddr::from(Ipv4Addr::LOCALHOST);
        let endpoint = |server| {
            let socket = bind(SocketAddr::new(here, 0)).unwrap();
            let runtime = Arc::new(quinn::TokioRuntime);
            quinn::Endpoint::new(configs.endpoint.clone(), server, socket, runtime).unwrap()
        };
        let (near, far) = (endpoint(None), endpoint(Some(configs.server(here))));
        let taking = far.clone();
        let taken = tokio::spawn(async move {
            let connection = taking.accept().await.unwrap().await.unwrap();
            let (_answer, mut stream) = connection.accept_bi().await.unwrap();
            let mut bytes = 0;
            while let Some(chunk) = stream.read_chunk(1 << 20, true).await.unwrap() {
                bytes += chunk.bytes.len();
            }
            bytes
        });
        let to = far.local_addr().unwrap();
        let connection = near
            .connect_with(configs.client(here), to, "l")
            .unwrap()
            .await
            .unwrap();
        let (mut stream, _answer) = connection.open_bi().await.unwrap();
        let piece = vec![7; 1 << 18];
        for _ in 0..PIECES {
            stream.write_all(&piece).await.unwrap();
        }
        stream.finish().unwrap();
        assert_eq!(taken.await.unwrap(), PIECES * piece.len());
        let path = connection.stats().path;
        assert_eq!(path.current_mtu, JUMBO);
        assert!(path.lost_bytes < (piece.len() * PIECES / 50) as u64, "{path:?}");
    }
}
