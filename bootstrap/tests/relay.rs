//! Relaying through the program, and its bounds: R17 (obstruct).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every test program uses its part"
)]
mod common;

use std::time::{Duration, Instant};

use common::peer::Peer;
use common::{Running, start, until};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// A peer that waits behind the relay, and the address at which it is reached.
async fn waiting(at: &Multiaddr) -> (Peer, Multiaddr) {
    let mut peer = Peer::new();
    assert!(peer.reserve(at).await);
    let circuit = at.clone().with(Protocol::P2pCircuit).with(Protocol::P2p(peer.id));
    (peer, circuit)
}

fn relayed(running: &Running) -> u64 {
    running.metric("dokuei_bootstrap_relayed_bytes_total")
}

/// R17: all circuits together forward no more than they may, by TCP and by QUIC, in both directions; and what they
/// forward is counted.
#[tokio::test(flavor = "multi_thread")]
async fn r17_circuits_keep_the_pace_together_and_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    // 8 Mbit/s: a million bytes in a second.
    let running = start(dir.path(), &["--relay-mbit", "8"]);
    let (one, to_one) = waiting(running.tcp()).await;
    let (two, to_two) = waiting(running.quic()).await;
    let (from, other) = (Peer::new(), Peer::new());
    from.dial(&to_one).await.unwrap();
    other.dial(&to_two).await.unwrap();
    until("it has the relay and the other", || two.connections() == 2);
    let begun = Instant::now();
    // The reserving peer sends too: its bytes are read where those of the other are written.
    let (there, back) = tokio::join!(from.send(one.id, 2_000_000), two.send(other.id, 2_000_000));
    there.unwrap();
    back.unwrap();
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(3_600), "4 MB took {took:?}");
    assert!(relayed(&running) > 4_000_000, "{}", relayed(&running));
    until("both are shown", || {
        running.metric("dokuei_bootstrap_circuits") == 2
    });
    assert_eq!(running.metric("dokuei_bootstrap_circuits_opened_total"), 2);
    drop((from, other));
    until("the circuits are closed", || {
        running.metric("dokuei_bootstrap_circuits") == 0
    });
}

/// R17: a circuit ends after its bytes, and another after its time; both are counted.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_circuit_has_an_end_in_bytes_and_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--relay-mib", "1", "--relay-mbit", "0"]);
    let (peer, address) = waiting(running.quic()).await;
    let from = Peer::new();
    from.dial(&address).await.unwrap();
    from.send(peer.id, 4 << 20).await.unwrap_err();
    until("it is counted", || running.refused("relay_circuit_length") == 1);

    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--relay-seconds", "2"]);
    let (peer, address) = waiting(running.tcp()).await;
    let from = Peer::new();
    from.dial(&address).await.unwrap();
    from.send(peer.id, 1000).await.unwrap();
    until("its time is over", || {
        running.refused("relay_circuit_length") == 1
    });
}

/// R17: one peer, one address and everybody together have so many circuits at once.
#[tokio::test(flavor = "multi_thread")]
async fn r17_circuits_are_bounded_by_peer_by_address_and_in_all() {
    for (options, own) in [
        (["--relay-circuits-per-peer", "1"], true),
        (["--relay-circuits-per-address", "1"], false),
        (["--relay-circuits", "1"], false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let running = start(dir.path(), &options);
        let (_one, to_one) = waiting(running.tcp()).await;
        let (_two, to_two) = waiting(running.tcp()).await;
        let (from, other) = (Peer::new(), Peer::new());
        from.dial(&to_one).await.unwrap();
        until("it is open", || running.metric("dokuei_bootstrap_circuits") == 1);
        let second = if own { &from } else { &other };
        second.dial(&to_two).await.unwrap_err();
        until(&format!("it is counted with {options:?}"), || {
            running.refused("relay_circuits") == 1
        });
        if own {
            other.dial(&to_two).await.unwrap();
        }
    }
}

/// R17: however short they are, one peer has so many circuits within an hour.
#[tokio::test(flavor = "multi_thread")]
async fn r17_circuits_are_bounded_by_the_hour() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--relay-circuits-per-hour", "1"]);
    let (_one, to_one) = waiting(running.tcp()).await;
    let from = Peer::new();
    from.dial(&to_one).await.unwrap();
    from.dial(&to_one).await.unwrap_err();
    until("it is counted", || running.refused("relay_circuits") == 1);
    Peer::new().dial(&to_one).await.unwrap();
}

/// R17: so many peers hold a reservation, and a host that relays nothing takes none.
#[tokio::test(flavor = "multi_thread")]
async fn r17_reservations_are_bounded_and_relaying_can_be_turned_off() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--relay-reservations", "1"]);
    let (_one, _) = waiting(running.tcp()).await;
    assert!(!Peer::new().reserve(running.tcp()).await);
    until("it is counted", || running.refused("relay_reservations") == 1);
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--relay-circuits", "0"]);
    assert!(!Peer::new().reserve(running.tcp()).await);
}
