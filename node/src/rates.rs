//! How many Mbit/s images may take, and at which hours: `[transfer]` of `config.toml`. The
//! time comes in as an argument.

use dokuei_directory::hours::Weekday;
use dokuei_identity::time::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The least that can be set, Mbit/s: below, a stream looks dead to the other side.
pub const LEAST: f64 = 0.1;

/// The most windows of a schedule.
const MAX_WINDOWS: usize = 32;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What is wrong with limits.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RatesError {
    /// Not a rate.
    #[error("{0} Mbit/s cannot be a limit; it is at least {LEAST}, and left out for none")]
    Rate(f64),
    /// Not a time of day.
    #[error("{0} is not a time of day; write it like 08:30, and midnight at the end of a day as 24:00")]
    Time(String),
    /// Nothing is in it.
    #[error("a window of the schedule begins and ends at the same time")]
    Empty,
    /// Too many.
    #[error("a schedule has at most {MAX_WINDOWS} windows")]
    TooMany,
}

impl RatesError {
    /// The field that is wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Rate(_) => "mbit",
            _ => "schedule",
        }
    }
}

/// How much of the line images may take; entries are never limited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BandwidthLimits)]
#[serde(deny_unknown_fields, default)]
pub struct Transfer {
    /// Mbit/s from here to others; unset: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_mbit: Option<f64>,
    /// Mbit/s from others to here; unset: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down_mbit: Option<f64>,
    /// Hours at which other limits hold; of several windows the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Window>,
}

/// Hours, in the time zone of this machine, at which these limits hold instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = BandwidthWindow)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days on which it begins; left out: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<crate::gateway::shapes::node::Weekday>)]
    pub days: Vec<Weekday>,
    /// From, `08:30`.
    pub from: String,
    /// Up to but without, `18:00`; earlier than `from`: on the next day.
    pub until: String,
    /// Mbit/s from here to others; unset: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_mbit: Option<f64>,
    /// Mbit/s from others to here; unset: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_mbit: Option<f64>,
}

/// Limits at one moment, Mbit/s.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mbit {
    /// From here to others.
    pub up: Option<f64>,
    /// From others to here.
    pub down: Option<f64>,
}

/// A moment of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub day: Weekday,
    /// Minutes since midnight.
    pub minute: u16,
}

impl Moment {
    /// This time, in the time zone of this machine.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        let time = i64::try_from(time.0).ok();
        let time = time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let now = time.unwrap_or_default().to_zoned_datetime(TimeZone::system());
        let minute = now.hour().unsigned_abs().into();
        let day = usize::from(now.weekday().to_monday_zero_offset().unsigned_abs());
        Self {
            day: Weekday::ALL.get(day).copied().unwrap_or(Weekday::Monday),
            minute: u16::saturating_mul(minute, 60).saturating_add(now.minute().unsigned_abs().into()),
        }
    }
}

impl Transfer {
    /// Whether all of it makes sense.
    ///
    /// # Errors
    /// [`RatesError`], the first that does not.
    pub fn check(&self) -> Result<(), RatesError> {
        if self.schedule.len() > MAX_WINDOWS {
            return Err(RatesError::TooMany);
        }
        check_rates([self.up_mbit, self.down_mbit])?;
        self.schedule.iter().try_for_each(Window::check)
    }

    /// The limits at a moment.
    #[must_use]
    pub fn at(&self, moment: Moment) -> Mbit {
        let window = self.schedule.iter().find(|window| window.contains(moment));
        window.map_or(
            Mbit {
                up: self.up_mbit,
                down: self.down_mbit,
            },
            |window| Mbit {
                up: window.up_mbit,
                down: window.down_mbit,
            },
        )
    }
}

impl Window {
    fn check(&self) -> Result<(), RatesError> {
        check_rates([self.up_mbit, self.down_mbit])?;
        let [from, until] =
            [&self.from, &self.until].map(|text| minutes(text).ok_or_else(|| RatesError::Time(text.clone())));
        if from? == until? {
            return Err(RatesError::Empty);
        }
        Ok(())
    }

    /// A window that is not understood contains nothing.
    fn contains(&self, moment: Moment) -> bool {
        let (Some(from), Some(until)) = (minutes(&self.from), minutes(&self.until)) else {
            return false;
        };
        let on = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        let Moment { day, minute } = moment;
        if from < until {
            return on(day) && (from..until).contains(&minute);
        }
        (on(day) && minute >= from) || (on(before(day)) && minute < until)
    }
}

fn check_rates(rates: [Option<f64>; 2]) -> Result<(), RatesError> {
    let bad = rates
        .into_iter()
        .flatten()
        .find(|rate| !(LEAST..=1e6).contains(rate));
    bad.map_or(Ok(()), |rate| Err(RatesError::Rate(rate)))
}

/// `08:30` in minutes since midnight.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY).then_some(all)
}

fn before(day: Weekday) -> Weekday {
    let index = Weekday::ALL.iter().position(|one| *one == day).unwrap_or(0);
    Weekday::ALL
        .get((index + 6) % 7)
        .copied()
        .unwrap_or(Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[Weekday], from: &str, until: &str, mbit: f64) -> Window {
        Window {
            days: days.to_vec(),
            from: from.to_owned(),
            until: until.to_owned(),
            up_mbit: Some(mbit),
            down_mbit: None,
        }
    }

    fn up(transfer: &Transfer, day: Weekday, hour: u16, minute: u16) -> Option<f64> {
        let minute = hour * 60 + minute;
        transfer.at(Moment { day, minute }).up
    }

    /// R17 (obstruct): images leave the line to the clinic in office hours, and have it at night.
    #[test]
    fn r17_office_hours_have_their_own_limit_and_the_night_has_none() {
        let office = [Weekday::Monday, Weekday::Tuesday];
        let transfer = Transfer {
            schedule: vec![window(&office, "08:30", "18:00", 10.0)],
            ..Transfer::default()
        };
        assert_eq!(transfer.check(), Ok(()));
        assert_eq!(up(&transfer, Weekday::Monday, 8, 29), None);
        assert_eq!(up(&transfer, Weekday::Monday, 8, 30), Some(10.0));
        assert_eq!(up(&transfer, Weekday::Tuesday, 17, 59), Some(10.0));
        assert_eq!(up(&transfer, Weekday::Tuesday, 18, 0), None);
        assert_eq!(up(&transfer, Weekday::Sunday, 12, 0), None);
    }

    #[test]
    fn a_window_reaches_over_midnight_and_the_first_of_several_counts() {
        let transfer = Transfer {
            up_mbit: Some(5.0),
            schedule: vec![
                window(&[Weekday::Sunday], "22:00", "06:00", 50.0),
                window(&[], "23:00", "24:00", 20.0),
            ],
            ..Transfer::default()
        };
        assert_eq!(up(&transfer, Weekday::Sunday, 23, 0), Some(50.0));
        assert_eq!(up(&transfer, Weekday::Monday, 5, 59), Some(50.0));
        assert_eq!(up(&transfer, Weekday::Monday, 6, 0), Some(5.0));
        assert_eq!(up(&transfer, Weekday::Monday, 23, 59), Some(20.0));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for bad in [0.0, -1.0, f64::NAN, 1e9] {
            let transfer = Transfer {
                down_mbit: Some(bad),
                ..Transfer::default()
            };
            assert!(matches!(transfer.check(), Err(RatesError::Rate(_))), "{bad}");
        }
        for (from, until) in [
            ("8:30", "18:00"),
            ("08:60", "18:00"),
            ("08:30", "24:01"),
            ("", "x"),
        ] {
            assert!(matches!(
                window(&[], from, until, 1.0).check(),
                Err(RatesError::Time(_))
            ));
        }
        assert_eq!(window(&[], "09:00", "09:00", 1.0).check(), Err(RatesError::Empty));
    }
}
