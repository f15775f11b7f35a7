//! Divides payloads among discs.

use dokuei_package::chunk::CHUNK;
use thiserror::Error;

use crate::capacity::Capacity;
use crate::index::{MAX_DISCS, MAX_PARTS, PART_CHUNKS, Part};

/// What a file system needs for itself and its folders: ISO 9660 with its two trees, or FAT on a stick.
const FILE_SYSTEM: u64 = 2 << 20;
/// What a file may take beyond its bytes: a cluster of a large stick.
const CLUSTER: u64 = 64 * 1024;

/// Why nothing can be planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Not even one part fits.
    #[error("one medium of {have} is too small: at least {need} are needed")]
    TooSmall {
        /// What one medium holds.
        have: Capacity,
        /// What it must hold at least.
        need: Capacity,
    },
    /// More than [`MAX_DISCS`], or parts beyond number.
    #[error("it would take more than {MAX_DISCS} media; choose larger ones")]
    TooMany,
}

/// What is needed for files of these lengths beside the parts, bytes.
#[must_use]
pub fn overhead(lengths: impl IntoIterator<Item = u64>) -> u64 {
    let padded = lengths.into_iter().map(|length| length.saturating_add(CLUSTER));
    padded.fold(FILE_SYSTEM, u64::saturating_add)
}

/// Divides packages of so many chunks each among media of `capacity` (or onto one, when none is given), each of which
/// holds `overhead` bytes beside. There is always at least one medium.
///
/// # Errors
/// [`PlanError`].
pub fn divide(
    packages: &[u32],
    capacity: Option<Capacity>,
    overhead: u64,
) -> Result<Vec<Vec<Part>>, PlanError> {
    let room = match capacity {
        None => u64::MAX,
        Some(capacity) => capacity.0.saturating_sub(overhead) / CHUNK as u64,
    };
    let least = u64::from(packages.iter().any(|chunks| *chunks > 0));
    if let Some(have) = capacity
        && (room < least || have.0 < overhead)
    {
        let need = overhead.saturating_add(least * CHUNK as u64);
        return Err(PlanError::TooSmall {
            have,
            need: Capacity(need),
        });
    }
    let (mut discs, mut left, mut parts) = (vec![Vec::new()], room, 0);
    for (package, chunks) in (0_u16..).zip(packages) {
        let (mut start, mut number) = (0, 1);
        while start < *chunks {
            if left == 0 {
                discs.push(Vec::new());
                left = room;
            }
            let fits = u32::try_from(left).unwrap_or(u32::MAX);
            let count = (chunks - start).min(PART_CHUNKS).min(fits);
            let end = start + count;
            if let Some(disc) = discs.last_mut() {
                disc.push(Part {
                    package,
                    number,
                    start,
                    end,
                });
            }
            (start, number, parts) = (end, number + 1, parts + 1);
            // A file takes whole clusters.
            left = left
                .saturating_sub(u64::from(count))
                .saturating_sub(u64::from(left < u64::MAX / 2));
            if discs.len() > MAX_DISCS || parts > MAX_PARTS {
                return Err(PlanError::TooMany);
            }
        }
    }
    Ok(discs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(discs: &[Vec<Part>], package: u16, chunks: u32) {
        let mut next = 0;
        for (number, piece) in (1..).zip(discs.iter().flatten().filter(|piece| piece.package == package)) {
            assert_eq!((piece.start, piece.number), (next, number));
            assert!(piece.end > piece.start && piece.end - piece.start <= PART_CHUNKS);
            next = piece.end;
        }
        assert_eq!(next, chunks);
    }

    #[test]
    fn r14_every_chunk_lies_on_one_disc_and_no_disc_is_too_full() {
        let overhead = overhead([1000, 2000]);
        for (capacity, packages) in [
            (Some(Capacity(5_000_000)), vec![1, 700]),
            (Some(Capacity(650_000_000)), vec![100_000]),
            (None, vec![40_000, 3]),
        ] {
            let discs = divide(&packages, capacity, overhead).unwrap();
            for (package, chunks) in (0..).zip(&packages) {
                covers(&discs, package, *chunks);
            }
            for disc in &discs {
                let chunks: u64 = disc.iter().map(|piece| u64::from(piece.end - piece.start)).sum();
                let full = chunks * CHUNK as u64 + overhead;
                assert!(capacity.is_none_or(|capacity| full <= capacity.0), "{full}");
            }
        }
        assert_eq!(divide(&[], Some(Capacity(5_000_000)), overhead).unwrap().len(), 1);
    }

    #[test]
    fn a_medium_that_is_too_small_is_told_what_is_needed() {
        let refused = divide(&[5], Some(Capacity(1_000_000)), overhead([10])).unwrap_err();
        let PlanError::TooSmall { need, .. } = refused else {
            panic!("{refused}")
        };
        assert!(divide(&[5], Some(need), overhead([10])).is_ok());
        assert_eq!(
            divide(&[1 << 30], Some(Capacity(10_000_000)), overhead([10])),
            Err(PlanError::TooMany)
        );
    }
}
