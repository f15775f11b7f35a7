//! The network: find and reach peers, admit them, move case entries and packages.
//!
//! [`Network::start`] gives a handle to one driver task that owns the libp2p swarm. Nothing of libp2p but its names
//! ([`PeerId`], [`Multiaddr`]) passes this crate's border.
//!
//! - **Reach**: QUIC first, TCP + TLS + Yamux as fallback; bootstrap nodes give rendezvous, addresses and relays;
//!   [`Network::want`] keeps trying to reach a peer for whom something waits.
//! - **Admit** ([`admission`]): every connection begins with an exchange of signed hellos. Until both sides have
//!   admitted each other, every other stream is refused. Bootstrap nodes are never admitted.
//! - **Serve**: `/dokuei/case/1` ([`Network::call_case`], [`Host::case_message`]) and `/dokuei/package/1`
//!   ([`Network::pull_package`], [`Host::open_package`]), each bounded in size, number and time; and `/dokuei/live/1`
//!   ([`Network::send_live`], [`Host::live_frame`]), of which nothing is answered or kept.
//!
//! What a chain, a log entry or a proof *means* is not known here: the [`Host`] judges them.

pub mod admission;
mod behaviour;
mod case;
mod conduct;
mod config;
mod connected;
mod driver;
mod error;
mod frame;
mod gate;
mod gossip;
mod host;
mod live;
mod network;
mod package;
mod question;
mod rendezvous;
mod routing;
mod serving;
mod status;
mod streams;
mod transport;
pub mod wire;

pub use conduct::{Ban, Misdeed, Place, UnknownName, Who};
pub use config::{Limits, NetworkConfig};
pub use driver::Found;
pub use error::{CallError, NetError, PullError, SinkError};
pub use host::{
    Admitted, Host, Meeting, OwnHello, PackageSink, PackageSource, Refusal, RefusalCode, Verdict,
};
pub use libp2p::{Multiaddr, PeerId};
pub use live::Slot;
pub use network::Network;
pub use package::{Fault, PullOutcome, PullProgress, PullRequest, Rates};
pub use status::{BootstrapStatus, PeerStatus, Status, WantedStatus};

use dokuei_identity::key::PublicKey;

/// The PeerId of a node: its Ed25519 key itself (identity multihash), so that certificate and connection are bound.
#[must_use]
pub fn peer_id_of(key: &PublicKey) -> PeerId {
    // The bytes come from a valid key, and libp2p accepts every point of the curve that dalek accepts.
    libp2p::identity::ed25519::PublicKey::try_from_bytes(key.as_bytes())
        .map(|key| libp2p::identity::PublicKey::from(key).to_peer_id())
        .expect("a PublicKey is a point of the curve")
}

/// The Ed25519 key that a PeerId is made of, or `None` when it is the hash of some other kind of key.
#[must_use]
pub fn key_of_peer(peer: &PeerId) -> Option<PublicKey> {
    const IDENTITY: u64 = 0;
    let hash: &libp2p::multihash::Multihash<64> = peer.as_ref();
    if hash.code() != IDENTITY {
        return None;
    }
    let key = libp2p::identity::PublicKey::try_decode_protobuf(hash.digest())
        .ok()?
        .try_into_ed25519()
        .ok()?;
    PublicKey::from_bytes(key.to_bytes()).ok()
}
