//! QUIC and TCP with TLS and Yamux, as nodes speak them, with what is relayed counted and paced.

mod metered;
mod pace;

use std::time::Duration;

use anyhow::Result;
use futures::future::Either;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{PeerId, Transport as _, quic, tcp, tls, yamux};

use metered::Metered;
pub(crate) use metered::Relayed;
pub(crate) use pace::Pace;

/// How much a circuit may be ahead of its pace.
pub(crate) const AHEAD: Duration = Duration::from_millis(100);

/// Both transports. `window` is what a stream of QUIC may hold that nobody has read yet, bytes; a connection may hold
/// twice as much, so that strangers cannot make this host keep 15 MB each, as libp2p's own settings would.
pub(crate) fn transport(key: &Keypair, window: u32, relayed: Relayed) -> Result<Boxed<(PeerId, Metered)>> {
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(tls::Config::new(key)?)
        .multiplex(yamux::Config::default());
    let mut config = quic::Config::new(key);
    config.max_stream_data = window;
    config.max_connection_data = window.saturating_mul(2);
    let quic = quic::tokio::Transport::new(config);
    let both = tcp.or_transport(quic).map(move |either, _| {
        let (peer, muxer) = match either {
            Either::Left((peer, muxer)) => (peer, StreamMuxerBox::new(muxer)),
            Either::Right((peer, muxer)) => (peer, StreamMuxerBox::new(muxer)),
        };
        (peer, Metered::new(muxer, relayed))
    });
    Ok(both.boxed())
}
