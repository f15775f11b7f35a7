//! The floor: what the line was seen to carry, as a window.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::rate::{DeliveryRate, Sample};

/// Loss in a round trip that a bad line shows without being full: 2 % is an island's radio link.
const TOLERATED: f64 = 0.06;

/// How far beyond what was seen the window reaches.
const GAIN: f64 = 1.25;

/// The same while the line's capacity is being found: as fast as slow start.
const STARTUP_GAIN: f64 = 2.0;

/// Growth in a round that says that there is more to find.
const GROWTH: f64 = 1.25;

/// Rounds without growth after which the capacity is found.
const PLATEAU: u32 = 3;

/// Rounds for which the fastest delivery counts.
const ROUNDS: u64 = 10;

/// Packets beyond the model, equally many for every flow.
const EXTRA: u64 = 8;

/// What is left of the floor after congestion.
const CUT: f64 = 0.85;

/// Losses below this many packets in a round are too few to tell a share by.
const FEW: u64 = 8;

/// Keeps what was measured and makes a window of it.
#[derive(Debug, Clone)]
pub(super) struct Floor {
    rate: DeliveryRate,
    mtu: u64,
    shortest: Option<Duration>,
    round: Round,
    /// The fastest delivery of each of the last rounds.
    fastest: VecDeque<(u64, u64)>,
    /// Growth so far: the rate that a new round must exceed, and for how many rounds none did. Over when `None`.
    startup: Option<(u64, u32)>,
    cap: Option<Cap>,
}

/// A bound after congestion. It rises by steps that double, so that a short disturbance is soon over and the old level is
/// still approached slowly at first.
#[derive(Debug, Clone, Copy)]
struct Cap {
    window: u64,
    step: u64,
}

/// The round trip that is under way.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    number: u64,
    /// What was delivered when it began; it ends when something is acknowledged that was sent after that.
    began: u64,
    lost: u64,
    marked: bool,
}

impl Floor {
    pub(super) fn new(mtu: u16) -> Self {
        Self {
            rate: DeliveryRate::default(),
            mtu: mtu.into(),
            shortest: None,
            round: Round::default(),
            fastest: VecDeque::new(),
            startup: Some((0, 0)),
            cap: None,
        }
    }

    /// The least window, in bytes; 0 as long as nothing was measured.
    pub(super) fn window(&self) -> u64 {
        let gain = if self.startup.is_some() {
            STARTUP_GAIN
        } else {
            GAIN
        };
        let model = (gain * self.line() as f64) as u64;
        if model == 0 {
            return 0;
        }
        let model = model + EXTRA * self.mtu;
        self.cap.map_or(model, |cap| model.min(cap.window))
    }

    /// What the line itself holds: delivery rate times shortest round trip.
    fn line(&self) -> u64 {
        let rate = self.fastest.iter().map(|(_, rate)| *rate).max().unwrap_or(0);
        let shortest = self.shortest.unwrap_or_default();
        (rate as f64 * shortest.as_secs_f64()) as u64
    }

    pub(super) fn on_mtu_update(&mut self, mtu: u16) {
        self.mtu = mtu.into();
    }

    pub(super) fn on_sent(&mut self, now: Instant) {
        self.rate.on_sent(now);
    }

    pub(super) fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64, shortest: Duration) {
        self.shortest = Some(shortest);
        self.rate.on_ack(now, sent, bytes);
    }

    pub(super) fn on_end_acks(&mut self, in_flight: u64, app_limited: bool) {
        let shortest = self.shortest.unwrap_or_default();
        let Some(sample) = self.rate.on_end_acks(in_flight, shortest) else {
            return;
        };
        self.take(sample, app_limited);
        if sample.delivered_before >= self.round.began {
            self.end_round(app_limited);
        }
    }

    /// A rate that the application limited says what the line carries at least, never at most.
    fn take(&mut self, sample: Sample, app_limited: bool) {
        let Some(rate) = sample.rate else { return };
        let known = self.fastest.iter().map(|(_, rate)| *rate).max().unwrap_or(0);
        if app_limited && rate <= known {
            return;
        }
        match self.fastest.back_mut() {
            Some((round, fastest)) if *round == self.round.number => *fastest = rate.max(*fastest),
            _ => self.fastest.push_back((self.round.number, rate)),
        }
    }

    fn end_round(&mut self, app_limited: bool) {
        let delivered = self.rate.delivered() - self.round.began;
        let share = self.round.lost as f64 / (self.round.lost + delivered).max(1) as f64;
        let lossy = share > TOLERATED && self.round.lost >= FEW * self.mtu;
        if lossy || self.round.marked {
            self.startup = None;
            self.cap = Some(Cap {
                window: ((self.window() as f64 * CUT) as u64).max(4 * self.mtu),
                step: self.mtu,
            });
        } else if let Some(Cap { window, step }) = self.cap {
            // Beyond the model a cap bounds nothing any more.
            let model = (GAIN * self.line() as f64) as u64 + EXTRA * self.mtu;
            let raised = Cap {
                window: window + step,
                step: step * 2,
            };
            self.cap = (raised.window < model).then_some(raised);
        }
        // Rounds in which there was too little to send say nothing about the line.
        let number = self.round.number + u64::from(!app_limited);
        if !app_limited {
            self.look_for_growth();
            let oldest = number.saturating_sub(ROUNDS);
            while self.fastest.len() > 1 && self.fastest.front().is_some_and(|(round, _)| *round < oldest) {
                self.fastest.pop_front();
            }
        }
        self.round = Round {
            number,
            began: self.rate.delivered(),
            ..Round::default()
        };
    }

    fn look_for_growth(&mut self) {
        let Some((before, plateau)) = self.startup else {
            return;
        };
        let rate = self.fastest.iter().map(|(_, rate)| *rate).max().unwrap_or(0);
        self.startup = if rate as f64 >= before as f64 * GROWTH {
            Some((rate, 0))
        } else {
            (plateau + 1 < PLATEAU).then_some((before, plateau + 1))
        };
    }

    pub(super) fn on_loss(&mut self, bytes: u64) {
        self.round.lost += bytes;
    }

    /// A router says that it is congested (ECN).
    pub(super) fn on_mark(&mut self) {
        self.round.marked = true;
    }

    /// Nothing that was measured is believed any more.
    pub(super) fn forget(&mut self) {
        self.fastest.clear();
        self.startup = Some((0, 0));
        self.cap = None;
    }
}

#[cfg(test)]
mod tests;
