//! Packages pulled over real sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::{CHUNK, QUIC, TCP, TestHost, TestSink, config, pair, start, start_with, until};
use dokuei_net::wire::case::CaseMessage;
use dokuei_net::wire::package::{ChunkRange, PackageId};
use dokuei_net::{Network, PeerId, PullError, PullProgress, PullRequest, Rates, RefusalCode};
use tokio::sync::{mpsc, watch};

const PACKAGE: PackageId = PackageId([1; 16]);

fn request(ranges: Vec<ChunkRange>) -> PullRequest {
    PullRequest {
        package: PACKAGE,
        ranges,
        held: 0,
        progress: None,
        faults: None,
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
            .pull_package(&[b.peer_id()], whole, Box::new(sink.clone()))
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

/// R17 (obstruct): 200 MB each way at the same time over one TCP connection, with calls besides. A multiplexer whose two
/// directions wait for each other would stand still.
#[tokio::test(flavor = "multi_thread")]
async fn r17_both_sides_pull_at_once_over_tcp_and_nothing_stalls() {
    const CHUNKS: u64 = 3200;
    let [mut one, mut two] = [33, 34].map(TestHost::new);
    (one.chunks, two.chunks) = (CHUNKS, CHUNKS);
    let (a, _) = start_with(config(33, TCP), one).await;
    let (b, _) = start_with(config(34, TCP), two).await;
    a.want(b.peer_id(), b.status().listening).await.unwrap();
    until("both are admitted", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
    let (there, back) = (TestSink::default(), TestSink::default());
    let pull = |from: &Network, of: PeerId, sink: &TestSink| {
        let (from, sink) = (from.clone(), sink.clone());
        async move {
            from.pull_package(&[of], request(sink.missing(CHUNKS)), Box::new(sink))
                .await
        }
    };
    let calls = async {
        for _ in 0..20 {
            a.call_case(b.peer_id(), CaseMessage::Heads { logs: vec![] })
                .await
                .unwrap();
        }
    };
    let (one, two, ()) = tokio::join!(pull(&a, b.peer_id(), &there), pull(&b, a.peer_id(), &back), calls);
    assert_eq!((one.unwrap().chunks, two.unwrap().chunks), (CHUNKS, CHUNKS));
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
        .pull_package(&[b.peer_id()], request(sink.missing(128)), Box::new(sink.clone()))
        .await;
    assert!(
        matches!(lost, Err(PullError::Lost(_) | PullError::NotAdmitted)),
        "{lost:?}"
    );
    cut.await.unwrap();
    let rest = sink.missing(128);
    let left: u64 = rest.iter().map(|range| range.count).sum();
    assert!(left > 0 && left < 128, "{left} of 128 are left");
    drop(b);
    let (b, _) = start(26, &address).await;
    until("it is back", || a.is_admitted(&b.peer_id())).await;
    let outcome = a
        .pull_package(&[b.peer_id()], request(rest), Box::new(sink.clone()))
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
    let refused = a
        .pull_package(&[b.peer_id()], foreign, Box::new(sink.clone()))
        .await;
    assert!(
        matches!(refused, Err(PullError::Refused(RefusalCode::NotParty))),
        "{refused:?}"
    );
    let beyond = a
        .pull_package(
            &[b.peer_id()],
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
        .pull_package(&[b.peer_id()], request(sink.missing(128)), Box::new(sink.clone()))
        .await;
    assert!(matches!(forged, Err(PullError::Misbehaved(_))), "{forged:?}");
    assert!(sink.have.lock().unwrap().iter().all(|chunk| *chunk < 32));
}

/// A puller and holders of the same package, all admitted: what each holder is like is said by `like`.
async fn holders(
    seeds: &[u8],
    like: impl Fn(&mut TestHost, usize),
) -> (Network, Vec<(Network, Arc<TestHost>)>) {
    let (a, _) = start(seeds[0], QUIC).await;
    let mut all = Vec::new();
    for (index, seed) in seeds[1..].iter().enumerate() {
        let mut host = TestHost::new(*seed);
        host.chunks = 512;
        like(&mut host, index);
        let holder = start_with(config(*seed, QUIC), host).await;
        a.want(holder.0.peer_id(), holder.0.status().listening)
            .await
            .unwrap();
        until("the holder is there", || a.is_admitted(&holder.0.peer_id())).await;
        all.push(holder);
    }
    (a, all)
}

fn ids(holders: &[(Network, Arc<TestHost>)]) -> Vec<PeerId> {
    holders.iter().map(|(network, _)| network.peer_id()).collect()
}

/// R17 (obstruct): a package comes from two holders at once; the quick one takes over what the slow one still has to
/// bring, and no chunk is accepted twice.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_package_comes_from_several_holders_and_a_slow_one_holds_nothing_up() {
    let (a, holders) = holders(&[41, 42, 43], |host, index| {
        host.slow = Duration::from_millis(if index == 0 { 2_000 } else { 30 });
    })
    .await;
    let sink = TestSink::default();
    let begun = Instant::now();
    let outcome = a
        .pull_package(&ids(&holders), request(sink.missing(512)), Box::new(sink.clone()))
        .await
        .unwrap();
    assert_eq!(outcome.chunks, 512);
    assert!(
        sink.missing(512).is_empty(),
        "and the sink refuses what comes twice"
    );
    let asked: Vec<_> = holders
        .iter()
        .map(|(_, host)| host.opened.load(Ordering::Relaxed))
        .collect();
    assert!(asked.iter().all(|asked| *asked > 0), "both were asked: {asked:?}");
    println!("32 MiB from a slow and a quick holder: {:?}", begun.elapsed());
}

/// R17 (tamper): a holder that lies is dropped and named, and the transfer goes on with the other.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_holder_that_lies_is_dropped_and_the_others_go_on() {
    let (a, holders) = holders(&[44, 45, 46], |host, index| {
        host.lies = index == 0;
        host.slow = Duration::from_millis(5);
    })
    .await;
    let sink = TestSink::default();
    let (faults, mut named) = mpsc::channel(8);
    let request = PullRequest {
        faults: Some(faults),
        ..request(sink.missing(512))
    };
    let outcome = a
        .pull_package(&ids(&holders), request, Box::new(sink.clone()))
        .await
        .unwrap();
    assert_eq!(outcome.chunks, 512);
    assert!(sink.missing(512).is_empty());
    let fault = named.recv().await.unwrap();
    assert_eq!(fault.peer, holders[0].0.peer_id());
    assert!(named.recv().await.is_none(), "once");
}

/// A holder that goes away in the middle: the other brings the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_leaves_is_made_up_for_by_the_other() {
    let (a, holders) = holders(&[47, 48, 49], |host, _| host.slow = Duration::from_millis(40)).await;
    let sink = TestSink::default();
    let (watched, leaving) = (sink.clone(), holders[0].0.clone());
    let leave = tokio::spawn(async move {
        until("some came", || watched.have.lock().unwrap().len() > 40).await;
        leaving.shutdown().await;
    });
    let outcome = a
        .pull_package(&ids(&holders), request(sink.missing(512)), Box::new(sink.clone()))
        .await
        .unwrap();
    leave.await.unwrap();
    assert_eq!(outcome.chunks, 512);
    assert!(sink.missing(512).is_empty());
}

/// R17 (obstruct): images are held to the limit that is set, from either side, while case calls pass beside them; a
/// limit that is lifted is lifted at once.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_bandwidth_limit_holds_and_is_changed_live() {
    const LIMIT: u64 = 2_000_000;
    for (seeds, up) in [((33, 34), true), ((35, 36), false)] {
        let ((a, _), (b, _)) = pair(seeds, QUIC).await;
        let limiting = if up { &b } else { &a };
        limiting.set_rates(Rates {
            up: up.then_some(LIMIT),
            down: (!up).then_some(LIMIT),
        });
        let sink = TestSink::default();
        let (puller, holder, taken) = (a.clone(), b.peer_id(), sink.clone());
        let ranges = request(sink.missing(128));
        let begun = Instant::now();
        let pull = tokio::spawn(async move { puller.pull_package(&[holder], ranges, Box::new(taken)).await });
        until("half has come", || sink.have.lock().unwrap().len() >= 64).await;
        let half = begun.elapsed();
        // 4 MiB at 2 MB/s are 2.1 s, less what may pass at once after a pause.
        assert!(half >= Duration::from_millis(1_700), "{half:?}");
        a.call_case(b.peer_id(), CaseMessage::Heads { logs: vec![] })
            .await
            .unwrap();
        limiting.set_rates(Rates::default());
        assert_eq!(limiting.rates(), Rates::default());
        pull.await.unwrap().unwrap();
        println!(
            "4 MiB at 2 MB/s: {half:?}; the rest without a limit: {:?}",
            begun.elapsed() - half
        );
    }
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
        .pull_package(&[b.peer_id()], request(sink.missing(16)), Box::new(sink))
        .await;
    assert!(matches!(stalled, Err(PullError::Stalled)), "{stalled:?}");
}
