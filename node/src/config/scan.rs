//! `[scan]`: how often the node reads through what it has stored, so that damage is found of what nobody looks at.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A setting of `[scan]` that cannot be.
#[derive(Debug, Error)]
pub(crate) enum ScanError {
    /// Longer than disks live.
    #[error("every_days must be from 1 to 3650, or 0 for never")]
    Days,
    /// Nothing would be read, or all at once.
    #[error("mib_per_second must be from 1 to 4096")]
    Rate,
}

/// How often the node reads through what it has stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// Days from the end of one reading of all images to the beginning of the next; 0: never.
    pub every_days: u32,
    /// The most that is read, MiB of images in a second, so that nobody who works notices it.
    pub mib_per_second: u32,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            every_days: 30,
            mib_per_second: 8,
        }
    }
}

impl Scan {
    pub(super) fn check(&self) -> Result<(), ScanError> {
        if self.every_days > 3650 {
            return Err(ScanError::Days);
        }
        if !(1..=4096).contains(&self.mib_per_second) {
            return Err(ScanError::Rate);
        }
        Ok(())
    }

    /// Seconds from one reading to the next; `None`: never.
    #[must_use]
    pub fn interval(&self) -> Option<u64> {
        (self.every_days > 0).then(|| u64::from(self.every_days) * 86_400)
    }

    /// The most that is read in a second, bytes.
    #[must_use]
    pub fn rate(&self) -> u64 {
        u64::from(self.mib_per_second) << 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r19_how_often_images_are_read_through_is_a_matter_of_one_line_and_may_be_never() {
        assert_eq!(Scan::default().interval(), Some(30 * 86_400));
        let never: Scan = toml::from_str("every_days = 0").unwrap();
        never.check().unwrap();
        assert_eq!(never.interval(), None);
        for (text, word) in [
            ("every_days = 4000", "every_days"),
            ("mib_per_second = 0", "mib_per_second"),
        ] {
            let scan: Scan = toml::from_str(text).unwrap();
            assert!(scan.check().unwrap_err().to_string().contains(word), "{text}");
        }
    }
}
