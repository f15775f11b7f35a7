//! The floor alone on a calculated line: 12 MB/s, a round trip of 100 ms, and a queue of 50 ms.

use super::*;

const ROUND_TRIP: Duration = Duration::from_millis(100);
const QUEUE: Duration = Duration::from_millis(50);
const MTU: u64 = 1200;
/// Packets in a millisecond that the line carries.
const CAPACITY: u64 = 10;

/// A packet under way: when its fate is known, when it was sent, and whether it is lost.
type Packet = (Duration, Instant, bool);

/// A flow on the line.
struct Flow {
    floor: Floor,
    from_second: u64,
    in_flight: u64,
    sent: u64,
    under_way: VecDeque<Packet>,
    /// Packets sent and delivered in each second.
    each: Vec<(u64, u64)>,
}

impl Flow {
    fn starting_at(second: u64) -> Self {
        Self {
            floor: Floor::new(MTU as u16),
            from_second: second,
            in_flight: 0,
            sent: 0,
            under_way: VecDeque::new(),
            each: Vec::new(),
        }
    }

    /// What was delivered in the last seconds, as a share of what the line carries.
    fn share(&self, seconds: usize) -> f64 {
        let last = &self.each[self.each.len() - seconds..];
        let delivered: u64 = last.iter().map(|(_, delivered)| delivered).sum();
        delivered as f64 / (CAPACITY * 1000 * seconds as u64) as f64
    }
}

/// Drives the flows over one line; `lose` says of each packet of a flow whether the line loses it.
fn drive(flows: &mut [Flow], seconds: u64, lose: impl Fn(u64) -> bool) {
    let start = Instant::now();
    let mut free = Duration::ZERO;
    for flow in flows.iter_mut() {
        flow.each = vec![(0, 0); seconds as usize];
    }
    for tick in 0..seconds * 1000 {
        let at = Duration::from_millis(tick);
        for flow in flows.iter_mut().filter(|flow| tick >= flow.from_second * 1000) {
            acknowledge(flow, at, start + at);
            let window = flow.floor.window().max(10 * MTU) / MTU;
            while flow.in_flight < window {
                free = free.max(at);
                let full = free - at > QUEUE;
                if !full {
                    free += Duration::from_millis(1) / CAPACITY as u32;
                }
                let lost = full || lose(flow.sent);
                flow.under_way.push_back((free + ROUND_TRIP, start + at, lost));
                (flow.in_flight, flow.sent) = (flow.in_flight + 1, flow.sent + 1);
                flow.each[(tick / 1000) as usize].0 += 1;
                flow.floor.on_sent(start + at);
            }
        }
    }
}

fn acknowledge(flow: &mut Flow, at: Duration, now: Instant) {
    let mut acknowledged = false;
    while flow.under_way.front().is_some_and(|(due, ..)| *due <= at) {
        let Some((_, sent_at, lost)) = flow.under_way.pop_front() else {
            break;
        };
        flow.in_flight -= 1;
        if lost {
            flow.floor.on_loss(MTU);
        } else {
            flow.floor.on_ack(now, sent_at, MTU, ROUND_TRIP);
            flow.each[at.as_secs() as usize].1 += 1;
            acknowledged = true;
        }
    }
    if acknowledged {
        flow.floor.on_end_acks(flow.in_flight * MTU, false);
    }
}

fn alone(seconds: u64, lose: impl Fn(u64) -> bool) -> Flow {
    let mut flows = [Flow::starting_at(0)];
    drive(&mut flows, seconds, lose);
    let [flow] = flows;
    flow
}

#[test]
fn a_line_that_loses_one_in_a_thousand_is_filled() {
    let flow = alone(10, |packet| packet % 1000 == 999);
    assert!(flow.share(5) > 0.95, "{:?}", flow.each);
}

#[test]
fn a_line_that_loses_two_in_a_hundred_is_filled() {
    let flow = alone(10, |packet| packet % 50 == 49);
    assert!(flow.share(5) > 0.9, "{:?}", flow.each);
}

#[test]
fn what_overflows_the_queue_is_little_once_the_capacity_is_found() {
    let flow = alone(10, |_| false);
    assert!(flow.share(5) > 0.95, "{:?}", flow.each);
    let (sent, delivered) = flow.each[9];
    assert!(sent <= delivered + delivered / 50, "{:?}", flow.each);
}

#[test]
fn a_line_that_loses_a_tenth_is_taken_for_full() {
    let flow = alone(20, |packet| packet % 10 == 9);
    assert!(flow.share(5) < 0.5, "{:?}", flow.each);
}

#[test]
fn a_flow_that_comes_later_gets_its_half() {
    let mut flows = [Flow::starting_at(0), Flow::starting_at(5)];
    drive(&mut flows, 60, |packet| packet % 1000 == 999);
    let shares = flows.each_ref().map(|flow| flow.share(10));
    assert!(shares.iter().sum::<f64>() > 0.95, "{shares:?}");
    assert!(shares.iter().all(|share| *share > 0.3), "{shares:?}");
}

#[test]
fn persistent_congestion_ends_the_floor() {
    let mut flow = alone(2, |_| false);
    assert!(flow.floor.window() > 100 * MTU);
    flow.floor.forget();
    assert_eq!(flow.floor.window(), 0);
}
