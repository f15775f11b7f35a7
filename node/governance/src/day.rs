//! Days as people in Japan count them: what is valid until a day is valid through the end of it.

use std::fmt;
use std::str::FromStr;

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Japan is nine hours ahead of UTC, without summer time.
const JAPAN: u64 = 9 * 3600;
const A_DAY: u64 = 86_400;
/// 9999-12-31.
const LAST: u32 = 2_932_896;

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a day is written as 2026-11-30")]
pub struct NoDay;

/// A day of the Gregorian calendar in Japan, as the number of days since 1970-01-01; written `2026-11-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Day(#[n(0)] u32);

impl Day {
    /// The day in Japan at a moment.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        let days = time.0.saturating_add(JAPAN) / A_DAY;
        Self(u32::try_from(days).unwrap_or(LAST).min(LAST))
    }

    /// When it begins.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        Timestamp(u64::from(self.0) * A_DAY).minus(JAPAN)
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days).min(LAST))
    }

    /// The same day of a later year; the last of February for a leap day where there is none (民法143条2項).
    #[must_use]
    pub fn years_later(self, years: u8) -> Self {
        let (year, month, day) = self.civil();
        let year = year + u32::from(years);
        Self::of_civil(year, month, day)
            .or_else(|| Self::of_civil(year, month, day - 1))
            .unwrap_or(Self(LAST))
    }

    /// How many days it is after `earlier`; 0 when it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Year, month and day of the month (Howard Hinnant's `civil_from_days`).
    #[must_use]
    pub const fn civil(self) -> (u32, u32, u32) {
        let shifted = self.0 + 719_468;
        let era = shifted / 146_097;
        let of_era = shifted % 146_097;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400;
        (if month <= 2 { year + 1 } else { year }, month, day)
    }

    fn of_civil(year: u32, month: u32, day: u32) -> Option<Self> {
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let shifted = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (shifted / 400, shifted % 400);
        let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        let found = Self(days.checked_sub(719_468)?);
        // 31 April would be the first of May.
        (found.civil() == (year, month, day)).then_some(found)
    }

    /// `2026年11月30日`.
    #[must_use]
    pub fn japanese(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year}年{month}月{day}日")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(NoDay);
        }
        let number = |range: std::ops::Range<usize>| {
            let digits = text
                .get(range)
                .filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
            digits.and_then(|digits| digits.parse().ok()).ok_or(NoDay)
        };
        Self::of_civil(number(0..4)?, number(5..7)?, number(8..10)?).ok_or(NoDay)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_and_read() {
        for (text, number) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-30", 20_787)] {
            let day: Day = text.parse().unwrap();
            assert_eq!((day.0, day.to_string().as_str()), (number, text));
        }
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "1969-12-31",
            "2026-1-1",
            "２０２６-11-3",
            "",
            "+026-11-30",
        ] {
            assert_eq!(bad.parse::<Day>(), Err(NoDay), "{bad}");
        }
        assert_eq!("9999-12-31".parse::<Day>().unwrap().0, LAST);
        let every = (0..200_000).map(|n| Day(n).to_string().parse::<Day>().unwrap().0);
        assert!(every.eq(0..200_000));
    }

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let day: Day = "2026-11-30".parse().unwrap();
        let begins = day.begins();
        assert_eq!(begins, Timestamp(1_795_964_400), "15:00 UTC on the 29th");
        assert_eq!(Day::at(begins), day);
        assert_eq!(Day::at(begins.minus(1)).plus(1), day);
        assert_eq!(day.japanese(), "2026年11月30日");
    }
}
