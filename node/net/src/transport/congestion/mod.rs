//! Congestion control for long and lossy lines: Cubic, with a floor under it.
//!
//! Cubic (RFC 9438) takes every loss for congestion. At a round trip of 100 ms and one packet in a thousand lost by the
//! line itself, that holds it near 5 Mbit/s whatever the line could carry. [`Floored`] measures what really arrives
//! ([`rate`]) and never lets the window fall below what that needs:
//!
//! ```text
//! window = max(Cubic, min(gain · delivery rate · shortest round trip + a few packets, cap))
//! ```
//!
//! - **Model**: delivery rate times shortest round trip is what the line itself holds (BBR, draft-ietf-ccwg-bbr). quinn
//!   gives a controller no pacing rate, only a window, so the probing for more is in the gain: with 1.25 the measured
//!   rate can grow by a quarter in each round trip, and a queue of a quarter of the line's content stands at most.
//! - **Fair**: the packets that are added are equally many for every flow, so that flows of this kind converge to equal
//!   shares (as Vegas' do). Against a flow that fills the queue, the floor yields, and what is left is Cubic, which takes
//!   Cubic's share.
//! - **Bounded**: more loss in a round than a bad line shows (6 %), or a congestion mark (ECN), is congestion
//!   for the floor too: it is cut, and grows again by little. Persistent congestion ends it until there are new
//!   measurements.
//!
//! The shortest round trip is that of the connection's whole life. A path that became longer therefore only lowers the
//! floor; it never inflates it by a queue that we made.

mod floor;
mod rate;

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use floor::Floor;
use quinn::congestion::{Controller, ControllerFactory, ControllerMetrics, CubicConfig};

/// Makes a [`Floored`] for each connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct FlooredConfig;

impl ControllerFactory for FlooredConfig {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        Box::new(Floored {
            cubic: Arc::new(CubicConfig::default()).build(now, current_mtu),
            floor: Floor::new(current_mtu),
        })
    }
}

/// Cubic with a floor of what the line was seen to deliver.
struct Floored {
    cubic: Box<dyn Controller>,
    floor: Floor,
}

impl Controller for Floored {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.cubic.on_sent(now, bytes, last_packet_number);
        self.floor.on_sent(now);
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        app_limited: bool,
        rtt: &quinn_proto::RttEstimator,
    ) {
        self.cubic.on_ack(now, sent, bytes, app_limited, rtt);
        self.floor.on_ack(now, sent, bytes, rtt.min());
    }

    fn on_end_acks(
        &mut self,
        now: Instant,
        in_flight: u64,
        app_limited: bool,
        largest_packet_num_acked: Option<u64>,
    ) {
        self.cubic
            .on_end_acks(now, in_flight, app_limited, largest_packet_num_acked);
        self.floor.on_end_acks(in_flight, app_limited);
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        sent: Instant,
        is_persistent_congestion: bool,
        lost_bytes: u64,
    ) {
        self.cubic
            .on_congestion_event(now, sent, is_persistent_congestion, lost_bytes);
        match (is_persistent_congestion, lost_bytes) {
            (true, _) => self.floor.forget(),
            (false, 0) => self.floor.on_mark(),
            (false, lost) => self.floor.on_loss(lost),
        }
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.cubic.on_mtu_update(new_mtu);
        self.floor.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        self.cubic.window().max(self.floor.window())
    }

    fn metrics(&self) -> ControllerMetrics {
        let mut metrics = self.cubic.metrics();
        metrics.congestion_window = self.window();
        metrics
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self {
            cubic: self.cubic.clone_box(),
            floor: self.floor.clone(),
        })
    }

    fn initial_window(&self) -> u64 {
        self.cubic.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
