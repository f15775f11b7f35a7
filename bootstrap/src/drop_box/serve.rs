//! `/dokuei/drop-box/1`: anybody leaves a sealed application and gets a receipt.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use dokuei_identity::application::sealed_to;
use dokuei_identity::cbor;
use futures::StreamExt as _;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, Stream};
use libp2p_stream::IncomingStreams;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{DropBox, MAX_DEPOSIT};
use crate::clock;
use crate::streams::{self, CALL, Code};

/// Deposits that are received at once: each holds its bytes in memory.
const AT_ONCE: usize = 8;

/// Where the connected peers are. The last connection counts.
#[derive(Clone, Default)]
pub(crate) struct Whereabouts(Arc<Mutex<HashMap<PeerId, IpAddr>>>);

impl Whereabouts {
    pub(crate) fn connected(&self, peer: PeerId, address: &Multiaddr) {
        let ip = address.iter().find_map(|part| match part {
            Protocol::Ip4(ip) => Some(IpAddr::from(ip)),
            Protocol::Ip6(ip) => Some(IpAddr::from(ip)),
            _ => None,
        });
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        peers.insert(peer, ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    }

    pub(crate) fn gone(&self, peer: &PeerId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(peer);
    }

    pub(super) fn of(&self, peer: &PeerId) -> IpAddr {
        let peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        peers
            .get(peer)
            .copied()
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// Receives deposits.
pub(crate) async fn serve(mut incoming: IncomingStreams, drop_box: Arc<DropBox>, whereabouts: Whereabouts) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    while let Some((peer, stream)) = incoming.next().await {
        // Beyond this a stream is dropped without a word; its opener tries again.
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            continue;
        };
        let (drop_box, address) = (drop_box.clone(), whereabouts.of(&peer));
        tokio::spawn(async move {
            let _slot = slot;
            match timeout(CALL, receive(stream, &drop_box, peer, address)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, %error, "a deposit was not received"),
                Err(_) => tracing::debug!(%peer, "a deposit took too long and was ended"),
            }
        });
    }
}

async fn receive(mut stream: Stream, drop_box: &Arc<DropBox>, peer: PeerId, address: IpAddr) -> Result<()> {
    streams::accept(&mut stream).await?;
    if !drop_box.may(peer, address) {
        tracing::info!("a deposit was refused: too many within the hour");
        return Ok(streams::refuse(&mut stream, Code::Busy).await?);
    }
    let Some(sealed) = streams::question(&mut stream, MAX_DEPOSIT).await? else {
        return Ok(());
    };
    // Nothing that anybody could read is kept here, not even by mistake of who left it.
    if let Err(error) = sealed_to(&sealed) {
        tracing::info!(%error, "a deposit was refused");
        return Ok(streams::refuse(&mut stream, Code::Malformed).await?);
    }
    let drop_box = drop_box.clone();
    let kept = tokio::task::spawn_blocking(move || drop_box.deposit(&sealed, clock::now())).await?;
    match kept {
        Ok(receipt) => streams::answer(&mut stream, &cbor::encode(&receipt)).await?,
        Err(code) => streams::refuse(&mut stream, code).await?,
    }
    Ok(())
}
