//! The filter before the compressor: what a sample differs from its neighbours' prediction, in planes of bytes.
//!
//! The predictor is the median edge detector of LOCO-I (Weinberger, Seroussi and Sapiro, 2000; ITU-T T.87 A.4.1): of
//! the left sample, the one above, and their plane, the middle one. The differences are folded so that small ones of
//! either sign have a high byte of zero (zig-zag), and of 16-bit samples first all low bytes are written, then all high
//! ones; so are samples of 8 bits, and those of 16 bits in packages of earlier programs. Today samples of 16 bits are
//! sorted before ([`kinds`]). Nothing outside of the block is used, so that any block of any image opens by itself: prediction from the
//! slice before gains nothing at the distances that the reading order has (docs/adr/0012).

pub(crate) mod kinds;

use crate::samples::Sample;

/// Replaces whole rows of `row` bytes in `block` by their differences, using `scratch` for the planes.
pub(crate) fn forward(sample: Sample, row: usize, block: &mut Vec<u8>, scratch: &mut Vec<u8>) {
    match sample {
        Sample::Unsigned8 => forward_bytes(1, row, block, scratch),
        Sample::Colour8 => forward_bytes(3, row, block, scratch),
        Sample::Unsigned16 => forward_words(0, row, block, scratch),
        Sample::Signed16 => forward_words(SIGN, row, block, scratch),
    }
    std::mem::swap(block, scratch);
}

/// The inverse of [`forward`]; any bytes give some block of the same length.
pub(crate) fn inverse(sample: Sample, row: usize, block: &mut Vec<u8>, scratch: &mut Vec<u8>) {
    match sample {
        Sample::Unsigned8 => inverse_bytes(1, row, block),
        Sample::Colour8 => inverse_bytes(3, row, block),
        Sample::Unsigned16 | Sample::Signed16 => {
            let flip = if matches!(sample, Sample::Signed16) {
                SIGN
            } else {
                0
            };
            inverse_words(flip, row, block, scratch);
            std::mem::swap(block, scratch);
        }
    }
}

/// Turned over, two's complement has the order of unsigned numbers.
pub(crate) const SIGN: u16 = 0x8000;

/// The median of `left`, `above` and `left + above - corner`: the last of them, held between the first two.
fn median(left: i32, above: i32, corner: i32) -> i32 {
    (left + above - corner).clamp(left.min(above), left.max(above))
}

const fn fold(difference: u16) -> u16 {
    (difference << 1) ^ (((difference as i16) >> 15) as u16)
}

const fn unfold(folded: u16) -> u16 {
    (folded >> 1) ^ (folded & 1).wrapping_neg()
}

const fn fold_byte(difference: u8) -> u8 {
    (difference << 1) ^ (((difference as i8) >> 7) as u8)
}

const fn unfold_byte(folded: u8) -> u8 {
    (folded >> 1) ^ (folded & 1).wrapping_neg()
}

fn forward_words(flip: u16, row: usize, block: &[u8], planes: &mut Vec<u8>) {
    planes.clear();
    planes.resize(block.len(), 0);
    let (low, high) = planes.split_at_mut(block.len() / 2);
    // Before the first column stands what is above it: a row begins as the one before did.
    let columns = row / 2;
    let (mut above, mut this) = (vec![0_u16; columns + 1], vec![0_u16; columns + 1]);
    let rows = block
        .chunks_exact(row)
        .zip(low.chunks_exact_mut(columns).zip(high.chunks_exact_mut(columns)));
    for (source, (low, high)) in rows {
        if let [_, first, ..] = above.as_slice() {
            let first = *first;
            above.iter_mut().take(1).for_each(|before| *before = first);
            this.iter_mut().take(1).for_each(|before| *before = first);
        }
        for (value, pair) in this.iter_mut().skip(1).zip(source.as_chunks::<2>().0) {
            *value = u16::from_le_bytes(*pair) ^ flip;
        }
        let (lefts, values) = (&this[..columns], &this[1..]);
        let (corners, ups) = (&above[..columns], &above[1..]);
        let neighbours = lefts.iter().zip(corners).zip(ups);
        let planes = low.iter_mut().zip(high);
        for ((value, ((left, corner), up)), (low, high)) in values.iter().zip(neighbours).zip(planes) {
            let predicted = median((*left).into(), (*up).into(), (*corner).into()) as u16;
            [*low, *high] = fold(value.wrapping_sub(predicted)).to_le_bytes();
        }
        std::mem::swap(&mut above, &mut this);
    }
}

fn inverse_words(flip: u16, row: usize, planes: &[u8], block: &mut Vec<u8>) {
    block.clear();
    block.resize(planes.len(), 0);
    let (low, high) = planes.split_at(planes.len() / 2);
    let columns = row / 2;
    let mut above = vec![0_u16; columns];
    let rows = block
        .chunks_exact_mut(row)
        .zip(low.chunks_exact(columns).zip(high.chunks_exact(columns)));
    for (target, (low, high)) in rows {
        let mut left = i32::from(above.first().copied().unwrap_or_default());
        let mut corner = left;
        let samples = target.as_chunks_mut::<2>().0.iter_mut();
        for ((pair, above), (low, high)) in samples.zip(&mut above).zip(low.iter().zip(high)) {
            let up = i32::from(*above);
            let difference = unfold(u16::from_le_bytes([*low, *high]));
            let value = (median(left, up, corner) as u16).wrapping_add(difference);
            *pair = (value ^ flip).to_le_bytes();
            *above = value;
            (left, corner) = (value.into(), up);
        }
    }
}

fn forward_bytes(pixel: usize, row: usize, block: &[u8], differences: &mut Vec<u8>) {
    differences.clear();
    differences.reserve(block.len());
    let blank = vec![0; row];
    let mut above = blank.as_slice();
    for this in block.chunks_exact(row) {
        let start = above.iter().take(pixel);
        let lefts = start.clone().chain(this);
        let corners = start.chain(above);
        let neighbours = lefts.zip(corners).zip(above);
        differences.extend(
            this.iter()
                .zip(neighbours)
                .map(|(value, ((left, corner), above))| {
                    let predicted = median((*left).into(), (*above).into(), (*corner).into()) as u8;
                    fold_byte(value.wrapping_sub(predicted))
                }),
        );
        above = this;
    }
}

fn inverse_bytes(pixel: usize, row: usize, block: &mut [u8]) {
    let mut above = vec![0_u8; row];
    let mut left = vec![0_i32; pixel];
    let mut corner = vec![0_i32; pixel];
    for this in block.chunks_exact_mut(row) {
        for ((left, corner), above) in left.iter_mut().zip(&mut corner).zip(&above) {
            (*left, *corner) = (i32::from(*above), i32::from(*above));
        }
        for (values, above) in this.chunks_mut(pixel).zip(above.chunks_mut(pixel)) {
            for (((value, above), left), corner) in
                values.iter_mut().zip(above).zip(&mut left).zip(&mut corner)
            {
                let up = i32::from(*above);
                *value = (median(*left, up, *corner) as u8).wrapping_add(unfold_byte(*value));
                *above = *value;
                (*left, *corner) = (i32::from(*value), up);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_of_left_above_and_their_plane() {
        assert_eq!(median(10, 20, 15), 15);
        assert_eq!(median(10, 20, 5), 20, "an edge: the larger");
        assert_eq!(median(10, 20, 25), 10, "an edge: the smaller");
    }

    #[test]
    fn small_differences_of_either_sign_fold_to_small_numbers() {
        for (difference, folded) in [(0, 0), (u16::MAX, 1), (1, 2), (0x8000, u16::MAX)] {
            assert_eq!(fold(difference), folded);
            assert_eq!(unfold(folded), difference);
        }
    }

    #[test]
    fn an_even_image_becomes_zeros() {
        let mut block: Vec<u8> = std::iter::repeat_n(1000_u16.to_le_bytes(), 64)
            .flatten()
            .collect();
        forward(Sample::Unsigned16, 16, &mut block, &mut Vec::new());
        assert_eq!(
            block.iter().filter(|byte| **byte != 0).count(),
            2,
            "only the first sample"
        );
    }

    proptest! {
        #[test]
        fn any_samples_come_back(
            (sample, row, block) in (
                prop::sample::select(vec![
                    Sample::Unsigned8,
                    Sample::Colour8,
                    Sample::Unsigned16,
                    Sample::Signed16,
                ]),
                1..40_usize,
                0..12_usize,
            )
                .prop_flat_map(|(sample, columns, rows)| {
                    let row = columns * sample.pixel() as usize;
                    (Just(sample), Just(row), prop::collection::vec(any::<u8>(), row * rows))
                })
        ) {
            let (mut coded, mut scratch) = (block.clone(), Vec::new());
            forward(sample, row, &mut coded, &mut scratch);
            prop_assert_eq!(coded.len(), block.len());
            inverse(sample, row, &mut coded, &mut scratch);
            prop_assert_eq!(coded, block);
        }
    }
}
