//! Admission between real nodes on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{QUIC, TCP, TestHost, config, id_of, pair, start, start_with, until, until_within};
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes};
use dokuei_net::{CallError, NetError, Network, RefusalCode};

fn entries(count: usize) -> CaseMessage {
    CaseMessage::Entries {
        entries: (0..count)
            .map(|index| EntryBytes(vec![index as u8; 100]))
            .collect(),
    }
}

/// R16: with all discovery off, two nodes that know an address meet, admit each other and exchange entries.
#[tokio::test(flavor = "multi_thread")]
async fn r16_two_nodes_admit_each_other_and_exchange_entries() {
    let ((a, host_a), (b, host_b)) = pair((1, 2), QUIC).await;
    let reply = a.call_case(b.peer_id(), entries(3)).await.unwrap();
    assert!(matches!(reply, CaseReply::Stored { stored, .. } if stored.len() == 3));
    // The responder may call back at once: its own admission came first.
    assert!(
        b.call_case(a.peer_id(), CaseMessage::Heads { logs: vec![] })
            .await
            .is_ok()
    );
    until("hosts are told", || !host_b.admitted.lock().unwrap().is_empty()).await;
    assert_eq!(*host_a.admitted.lock().unwrap(), [b.peer_id()]);
    b.shutdown().await;
    until("the other is told", || *host_a.gone.lock().unwrap() == [id_of(2)]).await;
    assert!(matches!(
        a.call_case(id_of(2), entries(1)).await,
        Err(CallError::NotAdmitted)
    ));
}

/// R16: a configured peer (VPN: fixed address, no bootstrap) is reached without being asked for; an address without a
/// PeerId is refused.
#[tokio::test(flavor = "multi_thread")]
async fn r16_a_configured_peer_is_reached_without_discovery() {
    let (a, _) = start(35, TCP).await;
    let mut fixed = config(36, TCP);
    fixed.peers = vec![common::address_of(&a)];
    let (b, _) = start_with(fixed.clone(), TestHost::new(36)).await;
    until("they meet", || b.is_admitted(&a.peer_id())).await;
    fixed.peers = a.status().listening;
    let refused = Network::start(fixed, std::sync::Arc::new(TestHost::new(36))).await;
    assert!(matches!(refused, Err(NetError::Address { .. })));
}

/// R17 (intrude): a node whose chain is not good is refused, told why, and gets no application stream.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_node_without_a_valid_chain_gets_no_application_stream() {
    let (a, host_a) = start(3, QUIC).await;
    let mut intruder = TestHost::new(4);
    intruder.chain = b"self-made".to_vec();
    let (b, host_b) = start_with(config(4, QUIC), intruder).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("the refusal is heard", || {
        !host_b.refused.lock().unwrap().is_empty()
    })
    .await;
    assert_eq!(
        *host_b.refused.lock().unwrap(),
        [(a.peer_id(), RefusalCode::Chain, false)]
    );
    // Whoever refuses waits until that was heard before it tells its own host.
    until("the other host is told", || {
        !host_a.refused.lock().unwrap().is_empty()
    })
    .await;
    assert_eq!(
        *host_a.refused.lock().unwrap(),
        [(b.peer_id(), RefusalCode::Chain, true)]
    );
    assert!(matches!(
        b.call_case(a.peer_id(), entries(1)).await,
        Err(CallError::NotAdmitted)
    ));
    until("it is disconnected", || a.status().peers.is_empty()).await;
    assert_eq!(host_a.messages.load(Ordering::Relaxed), 0);
    assert!(host_a.admitted.lock().unwrap().is_empty());
}

/// R17 (impersonate): a certificate that is somebody else's does not admit.
#[tokio::test(flavor = "multi_thread")]
async fn r17_the_chain_of_another_node_is_refused() {
    let (a, host_a) = start(5, QUIC).await;
    let mut thief = TestHost::new(6);
    thief.chain = common::key(99).public().as_bytes().to_vec();
    let (b, _) = start_with(config(6, QUIC), thief).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("it is refused", || !host_a.refused.lock().unwrap().is_empty()).await;
    assert_eq!(
        host_a.refused.lock().unwrap()[0],
        (b.peer_id(), RefusalCode::Key, true)
    );
}

/// R17: a clock six minutes off is refused, so that an old hello cannot be passed off as new.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_clock_six_minutes_off_is_refused() {
    let (a, host_a) = start(7, TCP).await;
    let late = TestHost::new(8);
    late.clock_skew.store(-360, Ordering::SeqCst);
    let (b, _) = start_with(config(8, TCP), late).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("it is refused", || !host_a.refused.lock().unwrap().is_empty()).await;
    assert_eq!(host_a.refused.lock().unwrap()[0].1, RefusalCode::Clock);
}

/// R17 (obstruct): 64 streams opened at once all come through, although libp2p-stream drops some.
#[tokio::test(flavor = "multi_thread")]
async fn r17_sixty_four_streams_at_once_succeed() {
    for (seeds, listen) in [((9, 10), QUIC), ((11, 12), TCP)] {
        let ((a, _), (b, host_b)) = pair(seeds, listen).await;
        let calls = (0..64).map(|_| a.call_case(b.peer_id(), entries(1)));
        let replies = futures::future::join_all(calls).await;
        assert!(replies.iter().all(Result::is_ok), "{replies:?}");
        assert_eq!(host_b.messages.load(Ordering::Relaxed), 64);
    }
}

/// R17: dropping a peer (a revoked certificate) ends everything within a second and keeps the peer away.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_dropped_peer_is_gone_within_a_second_and_stays_away() {
    let ((a, _), (b, host_b)) = pair((13, 14), QUIC).await;
    // Admitted is one thing, the host having been told another: a drop in between would leave nothing to tell.
    until("b is told", || host_b.admitted.lock().unwrap().len() == 1).await;
    a.drop_peer(b.peer_id(), RefusalCode::Revoked).await.unwrap();
    until_within(Duration::from_secs(1), "it is gone", || {
        !b.is_admitted(&a.peer_id())
    })
    .await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!a.is_admitted(&b.peer_id()) && !b.is_admitted(&a.peer_id()));
    assert_eq!(host_b.admitted.lock().unwrap().len(), 1);
}

/// A peer that returns, at the same address, is served within about 5 s.
#[tokio::test(flavor = "multi_thread")]
async fn a_wanted_peer_that_returns_is_reached_within_seconds() {
    let ((a, host_a), (b, _)) = pair((15, 16), QUIC).await;
    let address = b.status().listening[0].clone();
    b.shutdown().await;
    until("it is gone", || !a.is_admitted(&id_of(16))).await;
    // Long enough for the back-off to reach its longest wait.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (b, _) = start(16, &address.to_string()).await;
    until_within(Duration::from_secs(6), "it is back", || {
        a.is_admitted(&b.peer_id())
    })
    .await;
    until("the host is told again", || {
        host_a.admitted.lock().unwrap().len() == 2
    })
    .await;
}

/// A peer that is killed says no goodbye. When it comes back while its old connection still seems alive, it is told
/// apart by its instance, the dead connection is closed, and calls reach the living one.
#[test]
fn a_killed_peer_that_returns_is_not_hidden_by_its_dead_connection() {
    let (here, there) = (
        tokio::runtime::Runtime::new().unwrap(),
        tokio::runtime::Runtime::new().unwrap(),
    );
    let (a, host_a) = here.block_on(start(33, QUIC));
    let listening = a.status().listening;
    there.block_on(async {
        let (b, _) = start(34, QUIC).await;
        b.want(a.peer_id(), listening.clone()).await.unwrap();
        until("b is admitted", || a.is_admitted(&b.peer_id())).await;
    });
    there.shutdown_background();
    here.block_on(async {
        let (b, _) = start(34, QUIC).await;
        b.want(a.peer_id(), listening).await.unwrap();
        until_within(Duration::from_secs(4), "b is back", || {
            b.is_admitted(&a.peer_id())
        })
        .await;
        until("a was told of both", || {
            host_a.admitted.lock().unwrap().len() == 2
        })
        .await;
        let answered = tokio::time::timeout(Duration::from_secs(5), async {
            for _ in 0..10 {
                a.call_case(b.peer_id(), entries(1)).await.unwrap();
            }
        });
        answered.await.expect("calls go to the living connection");
    });
}

/// A message that is too large is refused before it leaves.
#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_refused_here() {
    let ((a, _), (b, _)) = pair((17, 18), QUIC).await;
    let huge = CaseMessage::Entries {
        entries: vec![EntryBytes(vec![0; 2 << 20])],
    };
    assert!(matches!(
        a.call_case(b.peer_id(), huge).await,
        Err(CallError::TooLarge { .. })
    ));
}

/// A port that is taken is one clear sentence.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_a_clear_error() {
    let (a, _) = start(19, TCP).await;
    let taken = a.status().listening[0].to_string();
    let refused = Network::start(config(20, &taken), std::sync::Arc::new(TestHost::new(20))).await;
    let Err(NetError::NoListener(why)) = refused else {
        panic!("it started")
    };
    assert!(why.contains("in use"), "{why}");
}
