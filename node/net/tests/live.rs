//! Live frames between nodes on loopback: they arrive at once and in order, the newest look in place of older ones, from
//! admitted peers only, and no more of them than is allowed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::time::{Duration, Instant};

use common::{QUIC, TCP, TestHost, config, pair, start, start_with, until, until_within};
use dokuei_net::wire::live::{FRAMES_PER_SECOND, MAX_LIVE_FRAME};
use dokuei_net::{CallError, RefusalCode};
use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::swarm::SwarmEvent;
use libp2p::{StreamProtocol, SwarmBuilder};

/// What came, without who sent it.
fn came(host: &TestHost) -> Vec<Vec<u8>> {
    let live = host.live.lock().unwrap();
    live.iter().map(|(_, frame, _)| frame.clone()).collect()
}

/// R17: a frame arrives in less than a second, over QUIC and TCP, in both directions, each by a stream of its own.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_frame_arrives_at_once_both_ways() {
    for (seeds, listen) in [((81, 82), QUIC), ((83, 84), TCP)] {
        let ((a, host_a), (b, host_b)) = pair(seeds, listen).await;
        a.send_live(b.peer_id(), None, b"from a".to_vec()).unwrap();
        b.send_live(a.peer_id(), None, b"from b".to_vec()).unwrap();
        until_within(Duration::from_secs(1), "both have heard", || {
            came(&host_a) == [b"from b"] && came(&host_b) == [b"from a"]
        })
        .await;
        let (from, ..) = host_b.live.lock().unwrap()[0].clone();
        assert_eq!(from, a.peer_id());
    }
}

/// However often somebody moves: at most 20 frames go in a second, the last one arrives, and what has no slot comes in order
/// and whole. It is no flood to the other side.
#[tokio::test(flavor = "multi_thread")]
async fn many_looks_go_as_few_frames_and_the_last_one_arrives() {
    let ((a, _), (b, host_b)) = pair((85, 86), QUIC).await;
    let (begun, mut moves) = (Instant::now(), 0u32);
    while begun.elapsed() < Duration::from_secs(4) {
        let frame = format!("look {moves}").into_bytes();
        a.send_live(b.peer_id(), Some([1; 48]), frame).unwrap();
        if moves.is_multiple_of(100) {
            let said = format!("said {moves}").into_bytes();
            a.send_live(b.peer_id(), None, said).unwrap();
        }
        moves += 1;
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let last = format!("look {}", moves - 1).into_bytes();
    until("the last look is there", || came(&host_b).contains(&last)).await;
    let all = came(&host_b);
    let took = begun.elapsed().as_secs_f64();
    assert!(
        (all.len() as f64) <= took * f64::from(FRAMES_PER_SECOND) + 1.0,
        "{} in {took} s",
        all.len()
    );
    assert!(all.len() >= 20, "{}", all.len());
    let said: Vec<_> = all.iter().filter(|frame| frame.starts_with(b"said")).collect();
    let told: Vec<_> = (0..moves)
        .step_by(100)
        .map(|one| format!("said {one}").into_bytes())
        .collect();
    assert_eq!(said, told.iter().collect::<Vec<_>>());
    assert!(b.bans().is_empty());
}

/// R17: who is not admitted gets nothing in, neither by this program nor by another; what is too large does not leave.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_stranger_gets_no_frame_in() {
    let (a, host_a) = start(87, QUIC).await;
    let mut stranger = TestHost::new(88);
    stranger.chain = b"self-made".to_vec();
    let (b, _) = start_with(config(88, QUIC), stranger).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("it is refused", || !host_a.refused.lock().unwrap().is_empty()).await;
    let sent = b.send_live(a.peer_id(), None, b"let me in".to_vec());
    assert!(matches!(sent, Err(CallError::NotAdmitted)), "{sent:?}");

    let mut raw = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_quic()
        .with_behaviour(|_| libp2p_stream::Behaviour::new())
        .unwrap()
        .build();
    let mut control = raw.behaviour().new_control();
    raw.dial(common::address_of(&a)).unwrap();
    while !matches!(
        raw.select_next_some().await,
        SwarmEvent::ConnectionEstablished { .. }
    ) {}
    tokio::spawn(async move {
        loop {
            raw.select_next_some().await;
        }
    });
    let protocol = StreamProtocol::new("/dokuei/live/1/test");
    let mut stream = control.open_stream(a.peer_id(), protocol).await.unwrap();
    let mut code = [0];
    stream.read_exact(&mut code).await.unwrap();
    assert_eq!(code[0], RefusalCode::NotAdmitted as u8);
    let _ = stream.write_all(&[0, 0, 0, 1, 1]).await;
    assert!(came(&host_a).is_empty());

    let ((c, _), (d, _)) = pair((89, 90), QUIC).await;
    let large = c.send_live(d.peer_id(), None, vec![0; MAX_LIVE_FRAME + 1]);
    assert!(
        matches!(
            large,
            Err(CallError::TooLarge {
                limit: MAX_LIVE_FRAME,
                ..
            })
        ),
        "{large:?}"
    );
}

/// R17: more waits for nobody than fits, and what could not be sent is forgotten when its peer is gone.
#[tokio::test(flavor = "multi_thread")]
async fn r17_what_waits_is_bounded_and_forgotten() {
    let ((a, _), (b, host_b)) = pair((91, 92), QUIC).await;
    let sent = (0..1000).map(|_| a.send_live(b.peer_id(), None, vec![7; 1000]));
    let refused = sent.filter(|sent| matches!(sent, Err(CallError::Refused(RefusalCode::Busy))));
    assert!(refused.count() > 800);
    b.drop_peer(a.peer_id(), RefusalCode::Revoked).await.unwrap();
    until("it is gone", || !a.is_admitted(&b.peer_id())).await;
    let before = came(&host_b).len();
    assert!(matches!(
        a.send_live(b.peer_id(), None, vec![8]),
        Err(CallError::NotAdmitted)
    ));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(came(&host_b).len() <= before + 1);
}
