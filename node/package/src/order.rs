//! The order in which slices of a volume are sealed, so that the first to arrive already show the whole of it.

/// A permutation of `0..n`: the middle first, then the middles of both halves, and so on in halving strides. After any
/// prefix the slices seen are spread evenly over the volume.
#[must_use]
pub fn reading_order(n: usize) -> Vec<usize> {
    let mut order = Vec::with_capacity(n);
    let mut stride = n.next_power_of_two();
    // Odd multiples of each stride: every index but 0 is one for exactly one power of two.
    while stride >= 1 && n > 0 {
        order.extend((stride..n).step_by(stride * 2));
        stride /= 2;
    }
    if n > 0 {
        order.push(0);
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
        assert_eq!(reading_order(8), [4, 2, 6, 1, 3, 5, 7, 0]);
        assert_eq!(reading_order(600)[0], 512 / 2 * 2);
    }
}
