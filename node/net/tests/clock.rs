//! Peers whose clocks are apart, and are set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{QUIC, TestHost, config, start, start_with, until, until_within};
use dokuei_net::RefusalCode;

const DAY: i64 = 86_400;

/// How soon peers meet whose clocks are right again: well within the minute for which others are held off.
const SOON: Duration = Duration::from_secs(30);

/// R11, R17: who was refused for its clock is admitted soon after the clock was set, and need not be started again.
#[tokio::test(flavor = "multi_thread")]
async fn r11_r17_who_was_refused_for_its_clock_is_met_soon_after_it_was_set() {
    let (a, host_a) = start(61, QUIC).await;
    let late = TestHost::new(62);
    late.clock_skew.store(DAY, Ordering::SeqCst);
    let (b, host_b) = start_with(config(62, QUIC), late).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("it is refused", || !host_a.refused.lock().unwrap().is_empty()).await;
    let codes: Vec<_> = host_a.refused.lock().unwrap().iter().map(|one| one.1).collect();
    assert!(codes.iter().all(|code| *code == RefusalCode::Clock), "{codes:?}");
    host_b.clock_skew.store(0, Ordering::SeqCst);
    until_within(SOON, "they meet", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
}

/// R11, R17: the same for a node that is started anew with the right clock.
#[tokio::test(flavor = "multi_thread")]
async fn r11_r17_who_was_refused_for_its_clock_is_met_soon_after_a_new_start() {
    let (a, host_a) = start(63, QUIC).await;
    let late = TestHost::new(64);
    late.clock_skew.store(-DAY, Ordering::SeqCst);
    let (b, _) = start_with(config(64, QUIC), late).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until("it is refused", || !host_a.refused.lock().unwrap().is_empty()).await;
    b.shutdown().await;
    let (b, _) = start(64, QUIC).await;
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    until_within(SOON, "they meet", || {
        a.is_admitted(&b.peer_id()) && b.is_admitted(&a.peer_id())
    })
    .await;
}

/// R17 (obstruct): a wanted peer that does not admit us is asked more and more seldom, however often it is wanted.
#[tokio::test(flavor = "multi_thread")]
async fn r17_who_does_not_admit_us_is_asked_more_and_more_seldom() {
    // Neither holds the other off: what is seen is how often the one that wants comes of itself.
    let hasty = |seed| {
        let mut hasty = config(seed, QUIC);
        hasty.limits.hold_off = Duration::ZERO;
        start_with(hasty, TestHost::new(seed))
    };
    let ((a, host_a), (b, _)) = (hasty(65).await, hasty(66).await);
    *host_a.refuses.lock().unwrap() = Some(RefusalCode::Busy);
    for _ in 0..50 {
        b.want(a.peer_id(), a.status().listening).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let refused = host_a.refused.lock().unwrap().len();
    assert!(
        (1..12).contains(&refused),
        "asked {refused} times in five seconds"
    );
}

/// R17 (obstruct): a wanted peer that hangs up on us at once is not dialled in a loop. (An attempt to open a stream would
/// dial it, and each new connection begin an admission with attempts of its own.)
#[tokio::test(flavor = "multi_thread")]
async fn r17_who_hangs_up_on_us_is_not_dialled_in_a_loop() {
    let ((a, _), (b, host_b)) = common::pair((67, 68), QUIC).await;
    a.drop_peer(b.peer_id(), RefusalCode::Policy).await.unwrap();
    until("the connection has ended", || !b.is_admitted(&a.peer_id())).await;
    let before = host_b.hellos.load(Ordering::SeqCst);
    b.want(a.peer_id(), a.status().listening).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let began = host_b.hellos.load(Ordering::SeqCst) - before;
    assert!((1..12).contains(&began), "{began} connections in five seconds");
}
