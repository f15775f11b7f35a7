//! The bounds of the program, tried from outside: R17 (obstruct).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every test program uses its part"
)]
mod common;

use std::io::{Read as _, Write as _};

use common::peer::Peer;
use common::{Running, answer, connect, http, start, until};
use libp2p::Multiaddr;
use libp2p::identity::Keypair;

fn connections(running: &Running) -> u64 {
    running.metric("dokuei_bootstrap_connections")
}

/// R17: one address gets its share of connections by TCP and QUIC together, and what it gave back it may have again.
#[tokio::test(flavor = "multi_thread")]
async fn r17_one_address_has_its_share_of_connections() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--connections-per-address", "3"]);
    let [one, two, three, four] = [Peer::new(), Peer::new(), Peer::new(), Peer::new()];
    one.dial(running.tcp()).await.unwrap();
    two.dial(running.quic()).await.unwrap();
    three.dial(running.tcp()).await.unwrap();
    // Whoever dials is through before the host is. And the numbers are shown anew twice a second: they are seen to rise before
    // they are seen to fall.
    until("all are counted", || connections(&running) == 3);
    four.dial(running.tcp()).await.unwrap_err();
    until("it is counted", || running.refused("connections_per_address") > 0);
    assert_eq!(running.health().0, 200, "one who knocks too often is no illness");
    drop(three);
    until("the connection is gone", || connections(&running) == 2);
    four.dial(running.tcp()).await.unwrap();
}

/// R17: one peer, however many connections it opens, and all peers together.
#[tokio::test(flavor = "multi_thread")]
async fn r17_one_peer_and_all_together_have_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--connections-per-peer", "1", "--connections", "2"]);
    let key = Keypair::generate_ed25519();
    let (one, again) = (Peer::with(key.clone()), Peer::with(key));
    one.dial(running.tcp()).await.unwrap();
    // On a busy host the handshake that began later may end earlier: then it would be the first that is refused.
    until("it is counted", || connections(&running) == 1);
    // Its handshake is needed to know who it is: it may see the connection before it is ended.
    let _ = again.dial(running.tcp()).await;
    until("the peer is refused", || {
        running.refused("connections_per_peer") > 0
    });
    until("it has lost the second", || again.connections() == 0);
    let (other, brief) = (Peer::new(), Peer::new());
    brief.dial(running.quic()).await.unwrap();
    until("both are counted", || connections(&running) == 2);
    drop(brief);
    until("its place is free", || connections(&running) == 1);
    other.dial(running.quic()).await.unwrap();
    let late = Peer::new();
    let _ = late.dial(running.tcp()).await;
    until("it is full", || running.refused("connections") > 0);
}

/// R17: nobody new comes in while there is too little memory, and the health page says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn r17_without_memory_nobody_new_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &["--memory", "1"]);
    Peer::new().dial(running.tcp()).await.unwrap_err();
    until("it is counted", || running.refused("memory") > 0);
    let (status, health) = running.health();
    assert_eq!((status, health["status"].as_str()), (503, Some("failing")));
    let ill = health["checks"].as_array().unwrap().iter();
    let ill: Vec<_> = ill.filter(|check| check["ok"] == false).collect();
    assert!(
        ill.len() == 1 && ill[0]["says"].as_str().unwrap().contains("raise memory"),
        "{ill:?}"
    );
    let (status, page) = http(&running.health, "GET", "/", b"");
    assert_eq!(status, 503);
    assert!(String::from_utf8(page).unwrap().contains("問題があります"));
    assert_eq!(running.metric("dokuei_bootstrap_healthy"), 0);
}

/// R17: who registers more than a node has is sent away and barred; others are registered.
#[tokio::test(flavor = "multi_thread")]
async fn r17_whoever_registers_too_much_is_sent_away() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(dir.path(), &[]);
    let address =
        |host: &str, port: u16| -> Multiaddr { format!("/dns4/{host}/tcp/{port}").parse().unwrap() };
    let modest = Peer::new();
    let host = modest.dial(running.tcp()).await.unwrap();
    modest.register(host, vec![address("clinic.example", 1)]).await;
    until("it is registered", || {
        running.metric("dokuei_bootstrap_rendezvous_registered") == 1
    });
    let greedy = Peer::new();
    greedy.dial(running.tcp()).await.unwrap();
    // libp2p's client registers no more than 20 addresses, which is little; but each may be long.
    let long = "x".repeat(500);
    let addresses = (1..=20).map(|port| address(&long, port)).collect();
    greedy.register(host, addresses).await;
    until("it is sent away", || greedy.connections() == 0);
    assert_eq!(running.refused("registrations"), 1);
    // QUIC shakes hands while it is decided: it may see the connection before it is ended.
    let _ = greedy.dial(running.quic()).await;
    until("it is barred", || running.refused("barred") > 0);
    until("it is not let in", || greedy.connections() == 0);
    greedy.dial(running.tcp()).await.unwrap_err();
}

/// R17: too many requests, heads and bodies that never end, and bodies that are too large.
#[test]
fn r17_http_is_bounded_in_number_time_and_size() {
    let dir = tempfile::tempdir().unwrap();
    let options = [
        "--http-per-minute",
        "8",
        "--http-seconds",
        "1",
        "--http-connections",
        "2",
    ];
    let running = start(dir.path(), &options);
    // Two who send a head, slowly: they hold all places, but not for long.
    let slow = [(); 2].map(|()| {
        let mut stream = connect(&running.health);
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: loc").unwrap();
        stream
    });
    assert_eq!(running.health().0, 200);
    for mut stream in slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        let said = String::from_utf8_lossy(&rest).into_owned();
        assert!(rest.is_empty() || said.contains("408"), "{said}");
    }
    let mut body = connect(&running.health);
    body.write_all(b"POST /drop-box/collect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nonly")
        .unwrap();
    assert_eq!(answer(body).0, 408);
    assert_eq!(running.refused("http_time"), 1);
    let mut large = connect(&running.health);
    large
        .write_all(b"POST /drop-box/collect HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 999999999\r\n\r\n")
        .unwrap();
    assert_eq!(answer(large).0, 413);
    assert_eq!(running.refused("http_size"), 1);
    let statuses: Vec<u16> = (0..8)
        .map(|_| http(&running.health, "GET", "/health", b"").0)
        .collect();
    assert!(
        statuses.starts_with(&[200]) && statuses.ends_with(&[429]),
        "{statuses:?}"
    );
    // Another client, behind a proxy of this machine, has a share of its own.
    let mut proxied = connect(&running.health);
    proxied
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
        .unwrap();
    assert_eq!(answer(proxied).0, 200);
}
