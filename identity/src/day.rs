//! A day of the calendar, which may lie before 1970: dentists practise whose licences are older than Unix.
//!
//! In ASN.1 it is a `GeneralizedTime` as RFC 5280 §4.1.2.5.2 writes it. `der` has a type for that, but only from 1970 on.
//! The Gregorian calendar repeats after 400 years, so earlier days are computed as `der` computes them 400 years later.

use std::time::Duration;

use der::{DateTime, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// After so many years the calendar repeats, and so many seconds are between.
const CYCLE_YEARS: u16 = 400;
const CYCLE: i64 = 146_097 * 86_400;
/// `YYYYMMDDHHMMSSZ`.
const LENGTH: usize = 15;

/// A day: the seconds from 1970-01-01T00:00:00Z to its beginning, negative before. Wherever it is encoded as a number,
/// days from 1970 on have the encoding of their [`Timestamp`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Day(#[n(0)] pub i64);

impl Day {
    /// Whether it begins after `at`.
    #[must_use]
    pub fn is_after(self, at: Timestamp) -> bool {
        u64::try_from(self.0).is_ok_and(|seconds| seconds > at.0)
    }

    fn to_text(self) -> der::Result<String> {
        let (years, shifted) = if self.0 < 0 {
            (CYCLE_YEARS, self.0.checked_add(CYCLE))
        } else {
            (0, Some(self.0))
        };
        let seconds = shifted.and_then(|seconds| u64::try_from(seconds).ok());
        let seconds = seconds.ok_or_else(|| Self::TAG.value_error())?;
        let time = DateTime::from_unix_duration(Duration::from_secs(seconds))?;
        Ok(format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}Z",
            time.year() - years,
            time.month(),
            time.day(),
            time.hour(),
            time.minutes(),
            time.seconds()
        ))
    }

    /// `None` for what is no time of the calendar from 1570 on.
    fn of_text(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('Z')?;
        if digits.len() != LENGTH - 1 || !digits.bytes().all(|letter| letter.is_ascii_digit()) {
            return None;
        }
        let year: u16 = digits.get(..4)?.parse().ok()?;
        let two = |from: usize| digits.get(from..from + 2)?.parse::<u8>().ok();
        let (years, cycle) = if year < 1970 { (CYCLE_YEARS, CYCLE) } else { (0, 0) };
        let time = DateTime::new(year + years, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?).ok()?;
        let seconds = i64::try_from(time.unix_duration().as_secs()).ok()?;
        Some(Self(seconds - cycle))
    }
}

impl From<Timestamp> for Day {
    fn from(at: Timestamp) -> Self {
        Self(i64::try_from(at.0).unwrap_or(i64::MAX))
    }
}

impl FixedTag for Day {
    const TAG: Tag = Tag::GeneralizedTime;
}

impl EncodeValue for Day {
    fn value_len(&self) -> der::Result<Length> {
        LENGTH.try_into()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.to_text()?.as_bytes())
    }
}

impl<'a> DecodeValue<'a> for Day {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let refused = || der::Error::from(Self::TAG.value_error());
        if usize::try_from(header.length())? != LENGTH {
            return Err(refused());
        }
        let mut bytes = [0; LENGTH];
        reader.read_into(&mut bytes)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| refused())?;
        Self::of_text(text).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests {
    use der::asn1::GeneralizedTime;
    use der::{Decode as _, Encode as _};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r4_a_day_before_1970_has_its_place_in_the_calendar() {
        for (seconds, text) in [
            (-149_904_000, "19650402000000Z"),
            (-1, "19691231235959Z"),
            (0, "19700101000000Z"),
            (-58_060_800, "19680229000000Z"),
            (-2_203_891_200, "19000301000000Z"),
            (-2_203_977_600, "19000228000000Z"),
            (1_082_419_200, "20040420000000Z"),
        ] {
            assert_eq!(Day(seconds).to_text().unwrap(), text);
            assert_eq!(Day::of_text(text), Some(Day(seconds)), "{text}");
        }
    }

    #[test]
    fn r24_what_is_no_day_is_refused() {
        for text in [
            "",
            "19650401000000",
            "19650401000000z",
            "19650401000000ZZ",
            "1965040100000Z",
            "19650230000000Z",
            "19000229000000Z",
            "19651301000000Z",
            "19650401240000Z",
            "19650401000060Z",
            "15691231000000Z",
            "+9650401000000Z",
            "１９650401000Z",
        ] {
            assert_eq!(Day::of_text(text), None, "{text}");
        }
        for seconds in [i64::MIN, i64::MAX, -CYCLE - 1, 253_402_300_800] {
            assert!(Day(seconds).to_der().is_err(), "{seconds}");
        }
        assert!(Day::from_der(&[0x18, 1, b'Z']).is_err());
    }

    #[test]
    fn a_day_is_after_a_time_or_not() {
        assert!(!Day(-1).is_after(Timestamp(0)));
        assert!(!Day(5).is_after(Timestamp(5)));
        assert!(Day(6).is_after(Timestamp(5)));
        assert!(!Day::from(Timestamp(u64::MAX)).is_after(Timestamp(u64::MAX)));
    }

    proptest! {
        #[test]
        fn from_1970_on_it_is_written_as_a_generalized_time(seconds in 0_u64..253_402_300_799) {
            let time = GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).unwrap();
            let day = Day::from(Timestamp(seconds));
            prop_assert_eq!(day.to_der().unwrap(), time.to_der().unwrap());
            prop_assert_eq!(crate::cbor::encode(&day), crate::cbor::encode(&Timestamp(seconds)));
        }

        #[test]
        fn every_day_comes_back(seconds in -CYCLE..253_402_300_799) {
            let der = Day(seconds).to_der().unwrap();
            prop_assert_eq!(Day::from_der(&der).unwrap(), Day(seconds));
        }

        #[test]
        fn r24_no_text_makes_it_panic(text in ".{0,20}|[0-9Z]{13,16}") {
            if let Some(day) = Day::of_text(&text) {
                prop_assert_eq!(day.to_text().unwrap(), text);
            }
        }
    }
}
