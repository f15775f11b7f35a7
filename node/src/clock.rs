//! The clock: the only place that asks the system for the time.

use std::sync::Arc;

use dokuei_identity::time::Timestamp;

/// Now, in seconds since the Unix epoch.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp(u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0))
}

/// A clock: the system's, or one that a test sets.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's.
    #[must_use]
    pub fn of_system() -> Self {
        Self::of(now)
    }

    /// Any other.
    pub fn of(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// `2026-11-24T14:17:29Z`.
#[must_use]
pub fn rfc3339(time: Timestamp) -> String {
    i64::try_from(time.0)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(String::new, |time| time.to_string())
}

/// Reads RFC 3339; `None` when it is not, or lies before 1970.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(time.as_second()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_being_written_and_read() {
        let time = Timestamp(1_764_000_000);
        assert_eq!(parse(&rfc3339(time)), Some(time));
        assert_eq!(parse("2026-11-24T14:17:29+09:00"), Some(Timestamp(1_795_497_449)));
        assert_eq!(parse("yesterday"), None);
    }
}
