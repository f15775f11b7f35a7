//! How evenly something is spread.

use serde::Serialize;

/// How evenly the clinics were served.
#[derive(Debug, Serialize)]
pub(super) struct Share {
    pub(super) jain: f64,
    /// What the one with least has, of an even share.
    pub(super) least_of_mean: f64,
    pub(super) after_seconds: f64,
}

/// Jain's index of fairness, (Σx)² / (n·Σx²): 1 when all have the same, 1/n when one has all.
pub(super) fn jain(shares: &[u64]) -> f64 {
    let sum: f64 = shares.iter().map(|share| *share as f64).sum();
    let squares: f64 = shares.iter().map(|share| (*share as f64).powi(2)).sum();
    if squares > 0.0 {
        sum * sum / (shares.len() as f64 * squares)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_share_is_one_and_all_for_one_is_one_of_n() {
        let near = |index: f64, expected: f64| assert!((index - expected).abs() < 1e-9, "{index}");
        near(jain(&[7, 7, 7, 7]), 1.0);
        near(jain(&[9, 0, 0]), 1.0 / 3.0);
        near(jain(&[1, 1, 0, 0]), 0.5);
        near(jain(&[0, 0]), 1.0);
    }
}
