//! `/dokuei/drop-box/1`: anybody leaves a sealed application and gets a receipt.

use std::sync::Arc;

use anyhow::Result;
use dokuei_identity::application::sealed_to;
use dokuei_identity::cbor;
use futures::StreamExt as _;
use libp2p::{PeerId, Stream};
use libp2p_stream::IncomingStreams;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{DropBox, MAX_DEPOSIT};
use crate::clock;
use crate::limits::{Refusal, Source};
use crate::meters::Meters;
use crate::streams::{self, CALL, Code};
use crate::whereabouts::Whereabouts;

/// Deposits that are received at once: each holds its bytes in memory.
const AT_ONCE: usize = 8;

/// Receives deposits.
pub(crate) async fn serve(
    mut incoming: IncomingStreams,
    drop_box: Arc<DropBox>,
    whereabouts: Whereabouts,
    meters: Meters,
) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    while let Some((peer, stream)) = incoming.next().await {
        // Beyond this a stream is dropped without a word; its opener tries again.
        let Ok(slot) = slots.clone().try_acquire_owned() else {
            continue;
        };
        let (drop_box, meters) = (drop_box.clone(), meters.clone());
        let from = (peer, whereabouts.of(&peer));
        tokio::spawn(async move {
            let _slot = slot;
            match timeout(CALL, receive(stream, &drop_box, from, &meters)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, %error, "a deposit was not received"),
                Err(_) => tracing::debug!(%peer, "a deposit took too long and was ended"),
            }
        });
    }
}

async fn receive(
    mut stream: Stream,
    drop_box: &Arc<DropBox>,
    (peer, source): (PeerId, Source),
    meters: &Meters,
) -> Result<()> {
    streams::accept(&mut stream).await?;
    if !drop_box.may(peer, source) {
        meters.refused(Refusal::DropBoxRate);
        tracing::info!("a deposit was refused: too many within the hour");
        return Ok(streams::refuse(&mut stream, Code::Busy).await?);
    }
    let Some(sealed) = streams::question(&mut stream, MAX_DEPOSIT).await? else {
        meters.refused(Refusal::DropBoxMalformed);
        return Ok(());
    };
    // Nothing that anybody could read is kept here, not even by mistake of who left it.
    if let Err(error) = sealed_to(&sealed) {
        meters.refused(Refusal::DropBoxMalformed);
        tracing::info!(%error, "a deposit was refused");
        return Ok(streams::refuse(&mut stream, Code::Malformed).await?);
    }
    let drop_box = drop_box.clone();
    let kept = tokio::task::spawn_blocking(move || drop_box.deposit(&sealed, clock::now())).await?;
    match kept {
        Ok(receipt) => streams::answer(&mut stream, &cbor::encode(&receipt)).await?,
        Err(code) => {
            match code {
                Code::Full => meters.refused(Refusal::DropBoxFull),
                Code::Malformed => meters.refused(Refusal::DropBoxMalformed),
                _ => {}
            }
            streams::refuse(&mut stream, code).await?;
        }
    }
    Ok(())
}
