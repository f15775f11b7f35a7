//! The order in which slices of a volume are sealed, so that the first to arrive already show the whole of it.

/// The slices of the coarse volume: one in so many.
pub const COARSE: usize = 8;

/// A permutation of `0..n`: the middle first, then every [`COARSE`]th, in halving strides, so that after any prefix the
/// slices seen are spread evenly over the volume; then every fourth, every second, and the rest.
#[must_use]
pub fn reading_order(n: usize) -> Vec<usize> {
    let middle = n / 2;
    let mut order = Vec::with_capacity(n);
    order.extend((n > 0).then_some(middle));
    let mut stride = n.next_power_of_two().max(COARSE);
    while stride >= 1 {
        // Odd multiples of each stride: every index but 0 is one for exactly one power of two.
        order.extend((stride..n).step_by(stride * 2).filter(|index| *index != middle));
        if stride == COARSE {
            order.extend((n > 0 && middle != 0).then_some(0));
        }
        stride /= 2;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slice_comes_once() {
        for n in 0..300 {
            let mut order = reading_order(n);
            order.sort_unstable();
            assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_middle_comes_first_and_gaps_halve() {
        assert_eq!(
            reading_order(20),
            [
                10, 16, 8, 0, 4, 12, 2, 6, 14, 18, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19
            ]
        );
        assert_eq!(reading_order(600)[0], 300);
    }

    #[test]
    fn every_eighth_slice_is_there_before_any_other_but_the_middle() {
        for n in [1, 7, 8, 9, 100, 399, 400, 1531] {
            let coarse: std::collections::BTreeSet<_> = reading_order(n)
                .into_iter()
                .take(n.div_ceil(COARSE) + 1)
                .collect();
            assert!((0..n).step_by(COARSE).all(|slice| coarse.contains(&slice)), "{n}");
        }
    }
}
