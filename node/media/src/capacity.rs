//! How much one medium holds, as people say it: `650M`, `4.3G`, `700MiB`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What one medium holds, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity(pub u64);

/// The text is no capacity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is no capacity; write it as 650M (a CD), 4.3G (a DVD) or 32GB")]
pub struct NotACapacity(String);

/// Units by their letters. `M` is a million, as on the label of a medium, so that what is planned always fits.
const UNITS: [(&str, u64); 13] = [
    ("", 1),
    ("B", 1),
    ("K", 1_000),
    ("KB", 1_000),
    ("KIB", 1 << 10),
    ("M", 1_000_000),
    ("MB", 1_000_000),
    ("MIB", 1 << 20),
    ("G", 1_000_000_000),
    ("GB", 1_000_000_000),
    ("GIB", 1 << 30),
    ("T", 1_000_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// Digits after the point that count.
const DECIMALS: usize = 6;

impl FromStr for Capacity {
    type Err = NotACapacity;

    fn from_str(text: &str) -> Result<Self, NotACapacity> {
        let refuse = || NotACapacity(text.chars().take(32).collect());
        let trimmed = text.trim();
        let end = trimmed
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(end);
        let unit = unit.trim().to_ascii_uppercase();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || fraction.len() > DECIMALS || fraction.contains('.') {
            return Err(refuse());
        }
        let whole: u64 = whole.parse().map_err(|_| refuse())?;
        let millionths: u64 = format!("{fraction:0<DECIMALS$}").parse().map_err(|_| refuse())?;
        let part = u128::from(*factor) * u128::from(millionths) / 1_000_000;
        let bytes = u128::from(*factor) * u128::from(whole) + part;
        u64::try_from(bytes)
            .ok()
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(refuse)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = match self.0 {
            1_000_000_000.. => ("GB", 1_000_000_000),
            1_000_000.. => ("MB", 1_000_000),
            _ => ("KB", 1_000),
        };
        // Rounded up: what is told to be needed must be enough.
        let tenths = (u128::from(self.0) * 10).div_ceil(factor);
        write!(f, "{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_are_read_as_they_are_written_on_media() {
        for (text, bytes) in [
            ("650M", 650_000_000),
            ("4.3G", 4_300_000_000),
            ("700 MiB", 734_003_200),
            ("32gb", 32_000_000_000),
            ("1048576", 1_048_576),
            ("0.5K", 500),
        ] {
            assert_eq!(text.parse(), Ok(Capacity(bytes)), "{text}");
        }
        for text in [
            "",
            "M",
            "-1M",
            "1.2.3G",
            "650X",
            "0",
            "99999999999T",
            "1.1234567M",
        ] {
            assert!(text.parse::<Capacity>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_told_is_rounded_up() {
        assert_eq!(Capacity(650_000_001).to_string(), "650.1 MB");
        assert_eq!(Capacity(4_300_000_000).to_string(), "4.3 GB");
        assert_eq!(Capacity(10).to_string(), "0.1 KB");
    }
}
