//! Packages pulled over real sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{CHUNK, QUIC, TCP, TestHost, TestSink, config, pair, start, start_with, until};
use dokuei_net::wire::package::{ChunkRange, PackageId};
use dokuei_net::{PullError, PullProgress, PullRequest, RefusalCode};
use tokio::sync::watch;

const PACKAGE: PackageId = PackageId([1; 16]);

fn request(ranges: Vec<ChunkRange>) -> PullRequest {
    PullRequest {
        package: PACKAGE,
        ranges,
        progress: None,
    }
}

/// 8 MiB come whole over QUIC and over TCP, with progress, and case calls pass meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_package_of_8_mib_is_pulled_over_quic_and_over_tcp() {
    for (seeds, listen) in [((21, 22), QUIC), ((23, 24), TCP)] {
        let ((a, _), (b, _)) = pair(seeds, listen).await;
        let sink = TestSink::default();
        let (progress, seen) = watch::channel(PullProgress::default());
        let whole = PullRequest {
            progress: Some(progress),
            ..request(sink.missing(128))
        };
        let outcome = a
            .pull_package(b.peer_id(), whole, Box::new(sink.clone()))
            .await
            .unwrap();
        assert_eq!((outcome.chunks, outcome.bytes), (128, 128 * CHUNK as u64));
        assert_eq!(
            *seen.borrow(),
            PullProgress {
                chunks: 128,
                of: 128,
                bytes: outcome.bytes
            }
        );
        assert!(sink.missing(128).is_empty());
        assert_eq!(sink.finished.load(Ordering::Relaxed), 1);
    }
}

/// A connection that is cut in the middle: what came stays, the rest is fetched afterwards, nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_transfer_resumes_from_the_bitmap() {
    let mut holder = TestHost::new(26);
    holder.slow = Duration::from_millis(100);
    let (b, _) = start_with(config(26, QUIC), holder).await;
    let (a, _) = start(25, QUIC).await;
    a.want(b.peer_id(), b.status().listening).await.unwrap();
    until("it is there", || a.is_admitted(&b.peer_id())).await;
    let address = b.status().listening[0].to_string();
    let sink = TestSink::default();
    let (watched, holder_gone) = (sink.clone(), b.clone());
    let cut = tokio::spawn(async move {
        until("some came", || !watched.have.lock().unwrap().is_empty()).await;
        holder_gone.shutdown().await;
    });
    let lost = a
        .pull_package(b.peer_id(), request(sink.missing(128)), Box::new(sink.clone()))
        .await;
    assert!(matches!(lost, Err(PullError::Lost(_))), "{lost:?}");
    cut.await.unwrap();
    let rest = sink.missing(128);
    let left: u64 = rest.iter().map(|range| range.count).sum();
    assert!(left > 0 && left < 128, "{left} of 128 are left");
    drop(b);
    let (b, _) = start(26, &address).await;
    until("it is back", || a.is_admitted(&b.peer_id())).await;
    let outcome = a
        .pull_package(b.peer_id(), request(rest), Box::new(sink.clone()))
        .await
        .unwrap();
    assert_eq!(outcome.chunks, left);
    assert!(sink.missing(128).is_empty());
}

/// R17 (right party): a peer that is no party gets a reason and not one byte.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_peer_that_is_no_party_gets_nothing() {
    let ((a, _), (b, _)) = pair((27, 28), QUIC).await;
    let sink = TestSink::default();
    let foreign = PullRequest {
        package: PackageId([0; 16]),
        ..request(sink.missing(8))
    };
    let refused = a.pull_package(b.peer_id(), foreign, Box::new(sink.clone())).await;
    assert!(
        matches!(refused, Err(PullError::Refused(RefusalCode::NotParty))),
        "{refused:?}"
    );
    let beyond = a
        .pull_package(
            b.peer_id(),
            request(vec![ChunkRange { first: 127, count: 2 }]),
            Box::new(sink),
        )
        .await;
    assert!(
        matches!(beyond, Err(PullError::Refused(RefusalCode::NotFound))),
        "{beyond:?}"
    );
}

/// R17 (tamper): a slice that its proof does not cover ends the transfer and blames the holder; what was good stays.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_forged_slice_ends_the_transfer() {
    let ((a, _), (b, _)) = pair((29, 30), TCP).await;
    let sink = TestSink {
        forged_from: Some(32),
        ..TestSink::default()
    };
    let forged = a
        .pull_package(b.peer_id(), request(sink.missing(128)), Box::new(sink.clone()))
        .await;
    assert!(matches!(forged, Err(PullError::Misbehaved(_))), "{forged:?}");
    assert_eq!(sink.have.lock().unwrap().len(), 32);
}

/// R17 (obstruct): a holder that sends nothing is given up.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_transfer_that_stands_still_is_ended() {
    let mut holder = TestHost::new(32);
    holder.slow = Duration::from_secs(5);
    let (b, _) = start_with(config(32, QUIC), holder).await;
    let mut impatient = config(31, QUIC);
    impatient.limits.stall = Duration::from_secs(1);
    let (a, _) = start_with(impatient, TestHost::new(31)).await;
    a.want(b.peer_id(), b.status().listening).await.unwrap();
    until("it is there", || a.is_admitted(&b.peer_id())).await;
    let sink = TestSink::default();
    let stalled = a
        .pull_package(b.peer_id(), request(sink.missing(16)), Box::new(sink))
        .await;
    assert!(matches!(stalled, Err(PullError::Stalled)), "{stalled:?}");
}
