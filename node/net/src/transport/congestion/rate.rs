//! How fast packets arrive at the other end, as draft-cheng-iccrg-delivery-rate-estimation-02 measures it: over the
//! time from the sending of a packet to its acknowledgement, how much was acknowledged in all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The most transmissions that are remembered.
const REMEMBERED: usize = 1 << 16;

/// A transmission that is not acknowledged yet.
#[derive(Debug, Clone, Copy)]
struct Sent {
    at: Instant,
    /// What was known when it was sent.
    known: Known,
}

/// What is known of deliveries at a time.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Bytes acknowledged in all.
    delivered: u64,
    /// When the last of them were.
    delivered_at: Instant,
    /// When the packet was sent that was acknowledged last.
    sent_at: Instant,
}

/// What a batch of acknowledgements tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    /// Bytes in a second, when it could be measured.
    pub(super) rate: Option<u64>,
    /// What was delivered, in all, before the newest acknowledged packet was sent: rounds are counted by it.
    pub(super) delivered_before: u64,
}

/// Measures the delivery rate of one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct DeliveryRate {
    sent: VecDeque<Sent>,
    known: Option<Known>,
    /// The newest transmission of the batch that is being acknowledged.
    newest: Option<(Sent, Instant)>,
    idle: bool,
}

impl DeliveryRate {
    pub(super) fn on_sent(&mut self, now: Instant) {
        let fresh = Known {
            delivered: self.known.map_or(0, |known| known.delivered),
            delivered_at: now,
            sent_at: now,
        };
        // After a pause, the pause is no part of what is measured.
        let known = if self.idle { None } else { self.known }.unwrap_or(fresh);
        (self.known, self.idle) = (Some(known), false);
        if self.sent.back().is_some_and(|last| last.at == now) {
            return;
        }
        if self.sent.len() >= REMEMBERED {
            self.sent.pop_front();
        }
        self.sent.push_back(Sent { at: now, known });
    }

    /// One packet of a batch, sent at `sent`, was acknowledged.
    pub(super) fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64) {
        let Some(known) = &mut self.known else { return };
        known.delivered += bytes;
        known.delivered_at = now;
        let place = self.sent.partition_point(|one| one.at < sent);
        if let Some(one) = self.sent.get(place).filter(|one| one.at == sent) {
            known.sent_at = known.sent_at.max(sent);
            if self.newest.is_none_or(|(newest, _)| newest.at <= sent) {
                self.newest = Some((*one, now));
            }
        }
    }

    /// The batch ended.
    pub(super) fn on_end_acks(&mut self, in_flight: u64, shortest: Duration) -> Option<Sample> {
        self.idle = in_flight == 0;
        let ((newest, now), known) = (self.newest.take()?, self.known?);
        // What was sent before it and is acknowledged later has been overtaken; it counts as delivered all the same.
        while self.sent.front().is_some_and(|one| one.at < newest.at) {
            self.sent.pop_front();
        }
        let sending = newest.at.saturating_duration_since(newest.known.sent_at);
        let acking = now.saturating_duration_since(newest.known.delivered_at);
        let interval = sending.max(acking);
        let bytes = known.delivered - newest.known.delivered;
        // What seems to have taken less than a round trip is an artefact of acknowledgements that came together.
        let measured = interval >= shortest && !interval.is_zero();
        Some(Sample {
            rate: measured.then(|| (bytes as f64 / interval.as_secs_f64()) as u64),
            delivered_before: newest.known.delivered,
        })
    }

    /// Bytes acknowledged in all.
    pub(super) fn delivered(&self) -> u64 {
        self.known.map_or(0, |known| known.delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(100);

    #[test]
    fn a_steady_flow_is_measured_as_it_is() {
        let (start, mut rate) = (Instant::now(), DeliveryRate::default());
        // 1200 bytes each millisecond, acknowledged after a round trip: 1.2 MB/s.
        let mut last = None;
        for tick in 0..500u32 {
            let now = start + Duration::from_millis(1) * tick;
            if tick >= 100 {
                rate.on_ack(now, now - ROUND_TRIP, 1200);
                last = rate.on_end_acks(120_000, ROUND_TRIP);
            }
            rate.on_sent(now);
        }
        let measured = last.unwrap().rate.unwrap();
        assert!((1_150_000..=1_250_000).contains(&measured), "{measured}");
    }

    #[test]
    fn acknowledgements_that_come_together_do_not_look_faster() {
        let (start, mut rate) = (Instant::now(), DeliveryRate::default());
        for tick in 0..200u32 {
            let now = start + Duration::from_millis(1) * tick;
            rate.on_sent(now);
        }
        let now = start + Duration::from_millis(300);
        for tick in 0..200u32 {
            rate.on_ack(now, start + Duration::from_millis(1) * tick, 1200);
        }
        let measured = rate.on_end_acks(0, ROUND_TRIP).unwrap().rate.unwrap();
        assert!(measured <= 1_200_000, "{measured}");
    }

    #[test]
    fn a_pause_is_not_measured() {
        let (start, mut rate) = (Instant::now(), DeliveryRate::default());
        rate.on_sent(start);
        rate.on_ack(start + ROUND_TRIP, start, 1200);
        rate.on_end_acks(0, ROUND_TRIP);
        let later = start + Duration::from_secs(60);
        rate.on_sent(later);
        rate.on_ack(later + ROUND_TRIP, later, 12_000);
        let measured = rate.on_end_acks(0, ROUND_TRIP).unwrap().rate.unwrap();
        assert_eq!(measured, 120_000);
    }
}
