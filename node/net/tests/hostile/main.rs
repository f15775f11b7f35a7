//! Peers that keep to no rule, against a node in a process of its own: it stays up, below 300 MB, and serves others
//! meanwhile; who offended is banned, that is told, and it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "helpers of tests fail the test"
)]

#[path = "../common/mod.rs"]
mod common;
mod memory;
mod raw;
mod tls;
mod victim;

use std::time::Duration;

use common::{QUIC, config, start, start_with, until};
use dokuei_identity::cbor;
use dokuei_net::wire::case::{CaseMessage, EntryBytes};
use dokuei_net::wire::hello::{SUITE, Step};
use dokuei_net::{Network, RefusalCode};
use futures::AsyncWriteExt as _;
use raw::{ADMISSION, CASE, LIVE, PACKAGE, REGISTER, Raw, Shut, hear, say, seed, write_frame};
use victim::Victim;

/// Not a test: the process that the tests attack.
#[test]
#[ignore = "a process of its own, which the others start"]
fn the_victim() {
    victim::live();
}

/// An honest node that the victim has admitted.
async fn honest(number: u8, victim: &Victim) -> Network {
    let (node, _) = start(number, QUIC).await;
    node.want(victim.peer(), vec![victim.quic.clone()]).await.unwrap();
    until("the honest node is admitted", || node.is_admitted(&victim.peer())).await;
    node
}

/// The victim serves it now.
async fn is_served(node: &Network, victim: &Victim) {
    let message = CaseMessage::Entries {
        entries: vec![EntryBytes(vec![1; 1000])],
    };
    let reply = node.call_case(victim.peer(), message).await;
    assert!(reply.is_ok(), "{reply:?}");
}

/// An attack on streams of an admitted peer: what it does, and what it is banned for.
type Attack = (&'static str, fn(Raw) -> futures::future::BoxFuture<'static, ()>);

/// Garbage of a length that is allowed, again and again.
async fn garbage(raw: Raw, protocol: &'static str) {
    while let Some(mut stream) = raw.insist(protocol).await {
        let _ = write_frame(&mut stream, &[0xff; 300]).await;
        let _ = hear(&mut stream).await;
    }
}

async fn oversized(raw: Raw) {
    while let Some(mut stream) = raw.insist(CASE).await {
        let _ = stream.write_all(&u32::MAX.to_be_bytes()).await;
        let _ = stream.flush().await;
        let _ = hear(&mut stream).await;
    }
}

/// Announces a message and sends a byte of it.
async fn slow(raw: Raw) {
    while let Some(mut stream) = raw.insist(CASE).await {
        let _ = stream.write_all(&[0, 0, 1, 0, 9]).await;
        let _ = stream.flush().await;
        let _ = hear(&mut stream).await;
        // Those that stop within one second count as one.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// R17 (obstruct): whoever was admitted and does not keep to the rules is banned, by its own name, for a time that doubles,
/// and comes back when that is over; somebody else at the same address is served all the while.
#[tokio::test(flavor = "multi_thread")]
async fn r17_an_admitted_peer_that_breaks_the_rules_is_banned_and_others_are_served() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let attacks: [Attack; 4] = [
        ("garbage", |raw| Box::pin(garbage(raw, CASE))),
        ("garbage", |raw| Box::pin(garbage(raw, PACKAGE))),
        ("oversized", |raw| Box::pin(oversized(raw))),
        ("slow", |raw| Box::pin(slow(raw))),
    ];
    let under_way = attacks.into_iter().zip(10..).map(|((misdeed, attack), number)| {
        let (victim, honest) = (&victim, &honest);
        async move {
            let raw = Raw::connect(seed(number), &victim.quic, 1).await.unwrap();
            raw.be_admitted().await;
            let (name, ended) = (raw.peer.to_string(), raw.ended());
            let banned = ["banned", name.as_str(), misdeed, "no. 1"];
            // Whichever is over first: the attack ends with the connection, and waiting for the ban with a failure.
            tokio::join!(attack(raw), victim.says(&banned, &ended));
            is_served(honest, victim).await;
        }
    });
    futures::future::join_all(under_way).await;
    // It is not let in as long as the ban lasts, and then it is.
    let name =
        dokuei_net::peer_id_of(&dokuei_identity::key::SecretKey::from_seed(&seed(10)).public()).to_string();
    until("the ban is over", || victim.said(&["over", &name])).await;
    let raw = Raw::connect(seed(10), &victim.quic, 1).await.unwrap();
    raw.be_admitted().await;
    let (banned, ended) = (["banned", name.as_str(), "no. 2"], raw.ended());
    tokio::join!(garbage(raw, CASE), victim.says(&banned, &ended));
    is_served(&honest, &victim).await;
    println!("peak {} KiB", victim.is_well());
}

/// R17 (obstruct, impersonate): strangers answer for the place that they come from, whatever they call themselves; whoever
/// was admitted from there goes on, and when the ban is over everybody may come again.
#[tokio::test(flavor = "multi_thread")]
async fn r17_strangers_get_their_place_banned_and_no_node_that_is_known() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    // Each time another name, and each time something else.
    let place = "127.0.0.1";
    let raw = Raw::connect(seed(20), &victim.quic, 1).await.unwrap();
    let mut stream = raw.open(ADMISSION).await.unwrap();
    say(&mut stream, &Step::Verdict { code: 0 }).await.unwrap();
    assert_eq!(hear(&mut stream).await, Some(verdict(RefusalCode::Malformed)));
    let raw = Raw::connect(seed(21), &victim.quic, 1).await.unwrap();
    let mut stream = raw.open(ADMISSION).await.unwrap();
    say(
        &mut stream,
        &Step::Hello {
            hello: raw.hello(&[0]),
        },
    )
    .await
    .unwrap();
    assert_eq!(hear(&mut stream).await, Some(verdict(RefusalCode::Suite)));
    let raw = Raw::connect(seed(22), &victim.quic, 1).await.unwrap();
    assert_eq!(
        raw.open(CASE).await.err(),
        Some(Shut::Refused(RefusalCode::NotAdmitted as u8))
    );
    // A proof that was good in another meeting, once, and then once too often.
    assert!(!victim.said(&["banned"]));
    for number in [23, 24] {
        let raw = Raw::connect(seed(number), &victim.quic, 1).await.unwrap();
        let mine = raw.hello(&[SUITE]);
        let (_, before) = raw.greet(&mine).await.unwrap();
        let (mut stream, _) = raw.greet(&mine).await.unwrap();
        say(&mut stream, &raw.proof(&mine, &before)).await.unwrap();
        let _ = hear(&mut stream).await;
    }
    until("its place is banned", || {
        victim.said(&["banned", place, "replay", "no. 1"])
    })
    .await;
    is_served(&honest, &victim).await;
    // Somebody honest is there, so that whoever comes gets as far as the handshake, which tells that it is not she.
    if let Some(raw) = Raw::connect(seed(25), &victim.tcp, 1).await {
        assert_eq!(raw.open(REGISTER).await.err(), Some(Shut::Ended));
    }
    until("the ban is over", || victim.said(&["over", place])).await;
    let raw = Raw::connect(seed(26), &victim.tcp, 1).await.unwrap();
    raw.be_admitted().await;
    is_served(&honest, &victim).await;
    println!("peak {} KiB", victim.is_well());
}

fn verdict(code: RefusalCode) -> Step {
    Step::Verdict { code: code as u8 }
}

/// R17 (obstruct): a flood is refused beyond what an honest node ever asks, and costs nobody else anything.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_flood_of_requests_is_refused_and_others_are_served() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let raw = Raw::connect(seed(30), &victim.quic, 1).await.unwrap();
    raw.be_admitted().await;
    let message = cbor::encode(&CaseMessage::Heads { logs: Vec::new() });
    let (name, ended) = (raw.peer.to_string(), raw.ended());
    let many = (0..32).map(|_| async {
        while ended.why().is_none() {
            if let Ok(mut stream) = raw.open(CASE).await {
                let _ = write_frame(&mut stream, &message).await;
                let _ = hear(&mut stream).await;
            }
        }
    });
    let flood = futures::future::join_all(many);
    let banned = ["banned", name.as_str(), "flood"];
    let others = async {
        for _ in 0..20 {
            is_served(&honest, &victim).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(flood, victim.says(&banned, &ended), others);
    println!("peak {} KiB", victim.is_well());
}

/// R17 (obstruct): live frames are taken as often as an honest node sends them at most: a flood of them, garbage among them
/// and a length above the bound are held against their sender, and others are served all the while.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_flood_of_live_frames_garbage_and_large_ones_are_banned() {
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let attacks = [
        ("flood", [0, 0, 0, 1, 7].as_slice()),
        ("garbage", [0, 0, 0, 1, 0xff].as_slice()),
        ("oversized", [0xff, 0xff, 0xff, 0xff].as_slice()),
    ];
    let under_way = attacks.into_iter().zip(60..).map(|((misdeed, bytes), number)| {
        let (victim, honest) = (&victim, &honest);
        async move {
            let raw = Raw::connect(seed(number), &victim.quic, 1).await.unwrap();
            raw.be_admitted().await;
            let (name, ended) = (raw.peer.to_string(), raw.ended());
            let attack = async {
                while let Some(mut stream) = raw.insist(LIVE).await {
                    while stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok() {}
                }
            };
            let banned = ["banned", name.as_str(), misdeed];
            tokio::join!(attack, victim.says(&banned, &ended));
            is_served(honest, victim).await;
        }
    });
    futures::future::join_all(under_way).await;
    println!("peak {} KiB", victim.is_well());
}

/// R17 (obstruct): bytes without sense, at both ports and on everything that is spoken there.
#[tokio::test(flavor = "multi_thread")]
async fn r17_bytes_without_sense_end_nothing() {
    const SPOKEN: [&str; 13] = [
        "/ipfs/id/1.0.0",
        "/ipfs/id/push/1.0.0",
        "/ipfs/ping/1.0.0",
        "/dokuei/kad/1",
        "/dokuei/gossip/1.2.0",
        "/dokuei/gossip/1.1.0",
        "/libp2p/dcutr",
        "/libp2p/circuit/relay/0.2.0/stop",
        "/libp2p/autonat/2/dial-back",
        ADMISSION,
        REGISTER,
        CASE,
        LIVE,
    ];
    let mut victim = Victim::start();
    let honest = honest(2, &victim).await;
    let junk = |number: u64, length: usize| {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let bytes = std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        });
        bytes.take(length).collect::<Vec<u8>>()
    };
    for number in 0..64 {
        victim.knock(&junk(number, 1200));
    }
    for (address, number) in [(&victim.quic, 50), (&victim.tcp, 51)] {
        let raw = Raw::connect(seed(number), address, 1).await.unwrap();
        let each = SPOKEN.iter().map(|protocol| async {
            // First a length that fits what follows, as most of them have one, then none.
            for start in [&[0xb0, 0x09][..], &[]] {
                let Some(mut stream) = raw.stream(protocol).await else {
                    continue;
                };
                let bytes = [start, &junk(number, 4096)].concat();
                let _ = stream.write_all(&bytes).await;
                let _ = stream.close().await;
            }
        });
        futures::future::join_all(each).await;
        is_served(&honest, &victim).await;
    }
    println!("peak {} KiB", victim.is_well());
}

/// R17: a ban that was in force holds after a restart, and an administrator lifts it.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_ban_is_kept_and_lifted() {
    let bad = dokuei_identity::key::SecretKey::from_seed(&seed(40));
    let who = dokuei_net::Who::Node(dokuei_net::peer_id_of(&bad.public()));
    let mut kept = config(victim::SEED, QUIC);
    kept.bans = vec![dokuei_net::Ban {
        who,
        misdeed: dokuei_net::Misdeed::Fork,
        left: Duration::from_secs(600),
        times: 3,
    }];
    let (node, _) = start_with(kept, common::TestHost::new(victim::SEED)).await;
    let address = node.status().listening[0].clone();
    assert_eq!(node.bans().len(), 1);
    let shut = Raw::connect(seed(40), &address, 1).await;
    if let Some(raw) = shut {
        // It sees its connection end; whether the handshake was through before is chance.
        assert!(raw.open(REGISTER).await.is_err());
    }
    assert!(node.forgive(&who).is_some() && node.forgive(&who).is_none() && node.bans().is_empty());
    let raw = Raw::connect(seed(40), &address, 1).await.unwrap();
    until("the hold-off has ended too", || {
        !node.bans().iter().any(|ban| ban.who == who)
    })
    .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    raw.be_admitted().await;
}
