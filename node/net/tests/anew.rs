//! A peer that is met anew: what runs with it ends, and it is back at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::time::Duration;

use common::{QUIC, TCP, TestHost, TestSink, config, start, start_with, until, until_within};
use dokuei_net::PullRequest;
use dokuei_net::wire::case::CaseMessage;
use dokuei_net::wire::package::PackageId;

/// Far below the hold-off (60 s) of a peer that is dropped.
const AT_ONCE: Duration = Duration::from_secs(40);

/// Chunks of a transfer that does not end by itself: 1024 slices.
const ENDLESS: u64 = 16 * 1024;

/// R17: when one of several practitioners of a node is revoked, what runs with the node ends, and her colleagues are
/// served again at once: whichever side begins, and though nobody asked for the other any more.
#[tokio::test(flavor = "multi_thread")]
async fn r17_what_runs_with_a_peer_ends_and_it_is_admitted_again_at_once() {
    for (seeds, listen, dialler_begins) in [
        ((51, 52), QUIC, true),
        ((53, 54), QUIC, false),
        ((55, 56), TCP, true),
        ((57, 58), TCP, false),
    ] {
        let mut holder = TestHost::new(seeds.1);
        holder.slow = Duration::from_millis(200);
        // More than can come before the test has seen the first of it, however busy the machine is.
        holder.chunks = ENDLESS;
        let (b, host_b) = start_with(config(seeds.1, listen), holder).await;
        let (a, host_a) = start(seeds.0, listen).await;
        a.want(b.peer_id(), b.status().listening).await.unwrap();
        until("both hosts are told", || {
            host_a.admitted.lock().unwrap().len() == 1 && host_b.admitted.lock().unwrap().len() == 1
        })
        .await;
        a.unwant(b.peer_id()).await.unwrap();
        let sink = TestSink::default();
        let request = PullRequest {
            package: PackageId([1; 16]),
            ranges: sink.missing(ENDLESS),
            held: 0,
            progress: None,
            faults: None,
        };
        let (puller, taken, holder) = (a.clone(), sink.clone(), b.peer_id());
        let transfer =
            tokio::spawn(async move { puller.pull_package(&[holder], request, Box::new(taken)).await });
        until("the transfer runs", || !sink.have.lock().unwrap().is_empty()).await;

        if dialler_begins {
            a.meet_anew(b.peer_id()).await.unwrap();
        } else {
            b.meet_anew(a.peer_id()).await.unwrap();
        }
        assert!(transfer.await.unwrap().is_err(), "the transfer went on");
        until_within(AT_ONCE, "both hosts are told again", || {
            host_a.admitted.lock().unwrap().len() == 2 && host_b.admitted.lock().unwrap().len() == 2
        })
        .await;
        assert_eq!(host_a.gone.lock().unwrap().len(), 1);
        a.call_case(b.peer_id(), CaseMessage::Heads { logs: vec![] })
            .await
            .unwrap();
        assert!(host_a.refused.lock().unwrap().is_empty() && host_b.refused.lock().unwrap().is_empty());
    }
}

/// R17: both sides hear of the same revocation and begin at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn r17_two_that_meet_each_other_anew_end_up_admitted() {
    let ((a, host_a), (b, _)) = common::pair((59, 60), QUIC).await;
    until("the host is told", || host_a.admitted.lock().unwrap().len() == 1).await;
    let (one, other) = tokio::join!(a.meet_anew(b.peer_id()), b.meet_anew(a.peer_id()));
    assert!(one.is_ok() && other.is_ok());
    until_within(AT_ONCE, "they are parted", || {
        !host_a.gone.lock().unwrap().is_empty()
    })
    .await;
    until_within(AT_ONCE, "they have met again", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
    a.call_case(b.peer_id(), CaseMessage::Heads { logs: vec![] })
        .await
        .unwrap();
}
