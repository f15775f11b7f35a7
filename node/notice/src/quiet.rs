//! Hours in which somebody is told nothing but what is urgent.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What is wrong with quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuietError {
    /// Not a time of day.
    #[error("{0} is not a time of day; write it like 21:00")]
    Time(String),
    /// From and until are the same.
    #[error("quiet hours begin and end at the same time")]
    Empty,
    /// A day that is none.
    #[error("a day of the week is a number from 0 (Monday) to 6 (Sunday)")]
    Day,
    /// All seven days.
    #[error(
        "not every day can be quiet: then nothing but what is urgent would ever be told; turn the notices off instead"
    )]
    Always,
}

/// A moment in the time zone of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// Day of the week, 0 is Monday.
    pub day: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

/// Quiet hours of every day, and days that are quiet altogether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// From, `21:00`.
    pub from: String,
    /// Up to but without, `07:00`; earlier than `from`: on the next day.
    pub until: String,
    /// Days that are quiet from midnight to midnight, 0 is Monday.
    #[serde(default)]
    pub days: Vec<u8>,
}

impl Quiet {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// [`QuietError`], the first that does not.
    pub fn check(&self) -> Result<(), QuietError> {
        let (from, until) = (minute(&self.from)?, minute(&self.until)?);
        if from == until {
            return Err(QuietError::Empty);
        }
        if self.days.iter().any(|day| *day > 6) {
            return Err(QuietError::Day);
        }
        if (0..7).all(|day| self.days.contains(&day)) {
            return Err(QuietError::Always);
        }
        Ok(())
    }

    /// Minutes until these hours are over; 0 when it is not quiet. What was not checked is never quiet.
    #[must_use]
    pub fn minutes_left(&self, now: Local) -> u32 {
        if self.check().is_err() {
            return 0;
        }
        let quiet = |minutes: u32| self.holds(later(now, minutes));
        // Quiet hours end at `until` or at midnight, and at most six days lie between two that are not quiet.
        let mut minutes = 0;
        while quiet(minutes) && minutes < 8 * u32::from(DAY) {
            minutes += 1;
        }
        minutes
    }

    fn holds(&self, now: Local) -> bool {
        let (Ok(from), Ok(until)) = (minute(&self.from), minute(&self.until)) else {
            return false;
        };
        let hours = if from < until {
            from <= now.minute && now.minute < until
        } else {
            from <= now.minute || now.minute < until
        };
        hours || self.days.contains(&now.day)
    }
}

fn later(now: Local, minutes: u32) -> Local {
    let all = u32::from(now.minute) + minutes;
    let day = (u32::from(now.day) + all / u32::from(DAY)) % 7;
    Local {
        day: u8::try_from(day).unwrap_or_default(),
        minute: u16::try_from(all % u32::from(DAY)).unwrap_or_default(),
    }
}

fn minute(text: &str) -> Result<u16, QuietError> {
    let wrong = || QuietError::Time(text.chars().take(16).collect());
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return Err(wrong());
    }
    let read = |part: &str| part.parse::<u16>().map_err(|_| wrong());
    let (hours, minutes) = (read(hours)?, read(minutes)?);
    if hours > 23 || minutes > 59 {
        return Err(wrong());
    }
    Ok(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quiet(from: &str, until: &str, days: &[u8]) -> Quiet {
        Quiet {
            from: from.to_owned(),
            until: until.to_owned(),
            days: days.to_vec(),
        }
    }

    #[test]
    fn a_night_lasts_over_midnight_and_a_quiet_weekend_until_monday_morning() {
        let night = quiet("21:00", "07:00", &[5, 6]);
        let at = |day, hour: u16, minute| {
            night.minutes_left(Local {
                day,
                minute: hour * 60 + minute,
            })
        };
        assert_eq!(at(0, 12, 0), 0, "Monday noon");
        assert_eq!(at(0, 20, 59), 0);
        assert_eq!(at(0, 21, 0), 10 * 60);
        assert_eq!(at(1, 6, 59), 1);
        assert_eq!(at(1, 7, 0), 0);
        // Friday night: Saturday and Sunday are quiet, and Monday's night until seven.
        assert_eq!(at(4, 21, 0), 3 * 60 + 2 * 24 * 60 + 7 * 60);
        assert_eq!(at(6, 12, 0), 12 * 60 + 7 * 60);
    }

    #[test]
    fn what_is_no_time_of_day_is_told() {
        assert_eq!(quiet("21:00", "21:00", &[]).check(), Err(QuietError::Empty));
        assert_eq!(
            quiet("9:00", "21:00", &[]).check(),
            Err(QuietError::Time("9:00".to_owned()))
        );
        assert_eq!(
            quiet("24:00", "07:00", &[]).check(),
            Err(QuietError::Time("24:00".to_owned()))
        );
        assert_eq!(
            quiet("+1:00", "07:00", &[]).check(),
            Err(QuietError::Time("+1:00".to_owned()))
        );
        assert_eq!(quiet("21:00", "07:00", &[7]).check(), Err(QuietError::Day));
        assert_eq!(
            quiet("21:00", "07:00", &[0, 1, 2, 3, 4, 5, 6]).check(),
            Err(QuietError::Always)
        );
    }

    proptest! {
        /// Quiet hours always end, and when they have ended it is not quiet.
        #[test]
        fn they_end(from in 0_u16..DAY, until in 0_u16..DAY, days in proptest::collection::vec(0_u8..7, 0..6), day in 0_u8..7, minute in 0_u16..DAY) {
            prop_assume!(from != until);
            let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let quiet = quiet(&text(from), &text(until), &days);
            let now = Local { day, minute };
            let left = quiet.minutes_left(now);
            prop_assert!(left < 8 * u32::from(DAY));
            prop_assert_eq!(quiet.minutes_left(later(now, left)), 0);
        }
    }
}
