//! When a notice that did not arrive is tried again, and when no longer.

use dokuei_identity::time::Timestamp;

/// How often a notice is tried: with the pauses below over about a day.
pub const MAX_ATTEMPTS: u32 = 16;
/// After the first failure, seconds.
const FIRST: u64 = 30;
/// The longest pause, seconds.
const LONGEST: u64 = 4 * 3_600;

/// When to try again after so many attempts; `None` when it is given up.
#[must_use]
pub fn next_try(attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let doublings = attempts.saturating_sub(1).min(20);
    Some(now.plus((FIRST << doublings).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_four_hours_and_end_after_about_a_day() {
        let mut now = Timestamp(1_000);
        let mut pauses = Vec::new();
        for attempts in 1.. {
            let Some(next) = next_try(attempts, now) else {
                break;
            };
            pauses.push(next.since(now));
            now = next;
        }
        assert_eq!(pauses.len() as u32, MAX_ATTEMPTS - 1);
        assert_eq!(&pauses[..4], [30, 60, 120, 240]);
        assert_eq!(pauses.last(), Some(&LONGEST));
        let hours = pauses.iter().sum::<u64>() / 3_600;
        assert!((20..48).contains(&hours), "{hours} hours");
    }
}
