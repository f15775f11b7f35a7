//! Numbers that are measured, with three digits behind the point.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest magnitude of what is measured: nothing in an image is near it.
const SMALL: i64 = 100_000_000_000;

/// A number in thousandths. Unlike a floating-point number it has one encoding, and is the same on every machine. In JSON
/// it is a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Thousandths(#[n(0)] i64);

impl Thousandths {
    /// So many thousandths.
    #[must_use]
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// How many thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The nearest one; none of what is no number or far too large.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        let thousandths = (number * 1_000.0).round();
        // NaN is in no range.
        let in_range = (-1e14..=1e14).contains(&thousandths);
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a whole number of at most 15 digits"
        )]
        in_range.then_some(Self(thousandths as i64))
    }

    /// The nearest floating-point number.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "what is measured has fewer digits")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// Whether it is of a size that something in an image can have.
    #[must_use]
    pub const fn is_small(self) -> bool {
        self.0 >= -SMALL && self.0 <= SMALL
    }
}

/// With a point, and no more digits than it needs; good as a DICOM decimal string (PS3.5 6.2, DS) when it is small.
impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = format!("{rest:03}");
        match digits.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            digits => write!(f, "{sign}{whole}.{digits}"),
        }
    }
}

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

impl<'de> Deserialize<'de> for Thousandths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_f64(number).ok_or_else(|| serde::de::Error::custom("a number is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_no_more_digits_than_they_need() {
        let shown = [0, 5, -5, 1_000, -12_340, 100_000_000_000].map(|n| Thousandths(n).to_string());
        assert_eq!(shown, ["0", "0.005", "-0.005", "1", "-12.34", "100000000"]);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(Thousandths::from_f64(odd), None);
        }
        assert_eq!(Thousandths::from_f64(12.3456), Some(Thousandths(12_346)));
        assert_eq!(Thousandths::from_f64(-0.0004), Some(Thousandths(0)));
    }
}
