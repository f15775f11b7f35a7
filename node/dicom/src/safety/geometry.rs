//! Whether a stack of slices is whole: by where they lie, not by their numbers.

use std::collections::BTreeSet;

use super::Facts;
use super::finding::Finding;

/// Fewer slices are no stack.
const FEWEST: usize = 4;
/// Steps longer than this many usual ones are a gap.
const GAP: f64 = 1.5;
/// What a step may differ by and still be even.
const EVEN: f64 = 0.1;
/// Shorter steps, of the usual one, are none.
const SAME: f64 = 0.01;
/// Cosines that differ by less are the same direction.
const PARALLEL: f64 = 1e-3;

/// What is wrong with the slices of one series. `name` is how people know the series.
#[must_use]
pub fn gaps(name: &str, slices: &[&Facts]) -> Vec<Finding> {
    let stack: Vec<&Facts> = slices
        .iter()
        .copied()
        .filter(|one| !one.is_localizer && one.header.frames == Some(1))
        .collect();
    if stack.len() < FEWEST {
        return Vec::new();
    }
    let mut found = Vec::new();
    let placed: Vec<&Facts> = stack
        .iter()
        .copied()
        .filter(|one| one.position.is_some() && one.orientation.is_some())
        .collect();
    if placed.len() < stack.len() {
        if placed.is_empty() {
            found.extend(missing_numbers(name, &stack));
        }
        return found;
    }
    for group in by_direction(placed) {
        if group.len() < FEWEST {
            continue;
        }
        if is_mixed(&group) {
            found.push(Finding::MixedSlices(name.to_owned()));
        }
        found.extend(steps(name, &group));
    }
    found
}

/// Stacks of parallel slices: a series may hold several (localizers, two blocks).
fn by_direction(slices: Vec<&Facts>) -> Vec<Vec<&Facts>> {
    let mut groups: Vec<Vec<&Facts>> = Vec::new();
    for slice in slices {
        let parallel = |group: &&mut Vec<&Facts>| {
            let first = group.first().and_then(|first| first.orientation);
            first
                .zip(slice.orientation)
                .is_some_and(|(one, other)| one.iter().zip(other).all(|(a, b)| (a - b).abs() < PARALLEL))
        };
        match groups.iter_mut().find(parallel) {
            Some(group) => group.push(slice),
            None => groups.push(vec![slice]),
        }
    }
    groups
}

fn is_mixed(group: &[&Facts]) -> bool {
    let Some(first) = group.first() else {
        return false;
    };
    group.iter().any(|one| {
        let spacing = |one: &Facts| one.spacing.unwrap_or_default();
        (one.header.rows, one.header.columns) != (first.header.rows, first.header.columns)
            || spacing(one)
                .iter()
                .zip(spacing(first))
                .any(|(a, b)| (a - b).abs() > 1e-4)
    })
}

fn steps(name: &str, group: &[&Facts]) -> Vec<Finding> {
    let Some(normal) = group.first().and_then(|first| first.orientation).map(normal) else {
        return Vec::new();
    };
    let mut depths: Vec<f64> = group
        .iter()
        .filter_map(|one| one.position)
        .map(|at| at.iter().zip(normal).map(|(a, n)| a * n).sum())
        .collect();
    depths.sort_by(f64::total_cmp);
    let steps: Vec<f64> = depths.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted: Vec<f64> = steps.iter().copied().filter(|step| *step > 1e-4).collect();
    sorted.sort_by(f64::total_cmp);
    let Some(usual) = sorted.get(sorted.len() / 2).copied() else {
        return vec![Finding::SlicesTwice(
            name.to_owned(),
            u32::try_from(steps.len()).unwrap_or(u32::MAX),
        )];
    };
    let mut found = Vec::new();
    let twice = steps.iter().filter(|step| **step < usual * SAME).count();
    if twice > 0 {
        found.push(Finding::SlicesTwice(
            name.to_owned(),
            u32::try_from(twice).unwrap_or(u32::MAX),
        ));
    }
    let missing: f64 = steps
        .iter()
        .filter(|step| **step > usual * GAP)
        .map(|step| (step / usual).round() - 1.0)
        .sum();
    if missing > 0.0 {
        found.push(Finding::MissingSlices(name.to_owned(), missing.min(1e6) as u32));
    }
    let uneven = steps
        .iter()
        .any(|step| *step >= usual * SAME && *step <= usual * GAP && (step - usual).abs() > usual * EVEN);
    if uneven {
        found.push(Finding::UnevenSlices(name.to_owned()));
    }
    found
}

fn normal([a, b, c, d, e, f]: [f64; 6]) -> [f64; 3] {
    [b * f - c * e, c * d - a * f, a * e - b * d]
}

/// Where positions are not told: numbers between the first and the last that nothing has.
fn missing_numbers(name: &str, slices: &[&Facts]) -> Option<Finding> {
    let numbers: BTreeSet<i32> = slices
        .iter()
        .filter_map(|one| one.header.instance_number)
        .collect();
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let all = i64::from(last) - i64::from(first) + 1;
    let missing = all - numbers.len() as i64;
    // Numbers that jump about are no count.
    let plausible = numbers.len() >= FEWEST && missing > 0 && missing < all / 2;
    plausible.then(|| Finding::MissingNumbers(name.to_owned(), u32::try_from(missing).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::{PhantomOptions, write_cbct};
    use crate::safety::read_facts;

    fn stack(slices: u32) -> Vec<Facts> {
        let dir = tempfile::tempdir().unwrap();
        let options = PhantomOptions {
            slices,
            rows: 16,
            columns: 16,
            ..PhantomOptions::default()
        };
        let phantom = write_cbct(dir.path(), &options).unwrap();
        let read = |path| read_facts(std::fs::File::open(path).unwrap()).unwrap();
        phantom.files.iter().map(read).collect()
    }

    fn check(slices: &[Facts]) -> Vec<Finding> {
        gaps("1", &slices.iter().collect::<Vec<_>>())
    }

    #[test]
    fn r7_a_whole_stack_is_quiet_in_any_order() {
        let mut slices = stack(12);
        assert_eq!(check(&slices), []);
        slices.reverse();
        slices.swap(2, 7);
        assert_eq!(check(&slices), []);
    }

    #[test]
    fn r7_missing_doubled_shifted_and_foreign_slices_are_told() {
        let whole = stack(12);
        let mut slices = whole.clone();
        slices.drain(4..6);
        slices.remove(7);
        assert_eq!(check(&slices), [Finding::MissingSlices("1".into(), 3)]);
        let mut slices = whole.clone();
        slices.push(whole[3].clone());
        slices.last_mut().unwrap().is_localizer = true;
        assert_eq!(check(&slices), [], "a localizer belongs to no stack");
        let mut slices = whole.clone();
        slices.push(whole[3].clone());
        assert_eq!(check(&slices), [Finding::SlicesTwice("1".into(), 1)]);
        let mut slices = whole.clone();
        if let Some(position) = &mut slices[5].position {
            position[2] += 0.3 * (whole[1].position.unwrap()[2] - whole[0].position.unwrap()[2]);
        }
        assert_eq!(check(&slices), [Finding::UnevenSlices("1".into())]);
        let mut slices = whole.clone();
        slices[5].spacing = Some([9.0, 9.0]);
        assert_eq!(check(&slices), [Finding::MixedSlices("1".into())]);
    }

    #[test]
    fn r7_without_positions_the_numbers_must_do() {
        let mut slices = stack(12);
        for slice in &mut slices {
            slice.position = None;
        }
        assert_eq!(check(&slices), []);
        slices.remove(5);
        assert_eq!(check(&slices), [Finding::MissingNumbers("1".into(), 1)]);
    }
}
