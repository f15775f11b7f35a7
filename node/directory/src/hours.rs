//! When somebody works in a usual week. Japan has one time zone and no summer time, so the zone is fixed.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use dokuei_identity::time::Timestamp;

/// The zone in which hours are told (IANA).
pub const TIME_ZONE: &str = "Asia/Tokyo";
/// How far it is ahead of UTC, seconds.
pub const OFFSET: u64 = 9 * 3600;
/// The most spans in a week.
pub const MAX_SPANS: usize = 28;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A day of the week, numbered as in ISO 8601: Monday is 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Weekday {
    /// 月曜日.
    #[n(1)]
    Monday,
    /// 火曜日.
    #[n(2)]
    Tuesday,
    /// 水曜日.
    #[n(3)]
    Wednesday,
    /// 木曜日.
    #[n(4)]
    Thursday,
    /// 金曜日.
    #[n(5)]
    Friday,
    /// 土曜日.
    #[n(6)]
    Saturday,
    /// 日曜日.
    #[n(7)]
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// Why a week was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HoursError {
    /// More than [`MAX_SPANS`].
    #[error("a week has at most {MAX_SPANS} spans of hours")]
    TooMany,
    /// A span ends before it begins, or after midnight.
    #[error("a span of hours ends before it begins, or after midnight (24:00); split it at midnight")]
    Span,
    /// Not in order, or two overlap.
    #[error("the spans of a week must be in order and must not overlap")]
    Order,
}

/// Hours of one day: from, up to but without until.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Span {
    /// The day.
    #[n(0)]
    pub day: Weekday,
    /// First minute, counted from midnight.
    #[n(1)]
    pub from: u16,
    /// The minute after the last, counted from midnight; 1440 is midnight.
    #[n(2)]
    pub until: u16,
}

/// The hours of a usual week, in order, without overlap; empty when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Encode, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(try_from = "Vec<Span>", into = "Vec<Span>")]
pub struct Week(#[n(0)] Vec<Span>);

impl Week {
    /// Takes the hours of a week.
    ///
    /// # Errors
    /// [`HoursError`].
    pub fn new(spans: Vec<Span>) -> Result<Self, HoursError> {
        if spans.len() > MAX_SPANS {
            return Err(HoursError::TooMany);
        }
        if spans
            .iter()
            .any(|span| span.from >= span.until || span.until > DAY)
        {
            return Err(HoursError::Span);
        }
        let ordered = spans
            .windows(2)
            .all(|pair| (pair[0].day, pair[0].until) <= (pair[1].day, pair[1].from));
        if ordered {
            Ok(Self(spans))
        } else {
            Err(HoursError::Order)
        }
    }

    /// The spans.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether these are working hours.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        let (day, minute) = day_and_minute(now);
        self.0
            .iter()
            .any(|span| span.day == day && span.from <= minute && minute < span.until)
    }
}

/// The weekday and minute of the day in [`TIME_ZONE`].
fn day_and_minute(now: Timestamp) -> (Weekday, u16) {
    let local = now.0.saturating_add(OFFSET);
    // 1970-01-01 was a Thursday.
    let day = usize::try_from((local / 86_400 + 3) % 7).unwrap_or_default();
    let minute = u16::try_from(local % 86_400 / 60).unwrap_or_default();
    (Weekday::ALL[day], minute)
}

impl TryFrom<Vec<Span>> for Week {
    type Error = HoursError;

    fn try_from(spans: Vec<Span>) -> Result<Self, HoursError> {
        Self::new(spans)
    }
}

impl From<Week> for Vec<Span> {
    fn from(week: Week) -> Self {
        week.0
    }
}

impl<'b, C> Decode<'b, C> for Week {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, DecodeError> {
        let spans = crate::bounded::Bounded::<Span, MAX_SPANS>::decode(decoder, context)?;
        Self::new(spans.into_vec()).map_err(|error| DecodeError::message(error.to_string()))
    }
}
