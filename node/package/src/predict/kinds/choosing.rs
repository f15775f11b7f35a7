//! Which model suits a block: thresholds and predictors, chosen from a sixteenth of its rows.

use super::{DARK, EVEN, KINDS, Model, Near, Predictor, activity, edge, level};

/// Of so many rows one is looked at to choose the model.
const LOOK: usize = 16;
/// Classes of levels in which the threshold of the dark is looked for.
const CLASSES: usize = 64;

/// Chooses a model for the rows of `row` bytes in `block`, whose samples are turned over by `flip`.
pub(crate) fn choose(flip: u16, row: usize, block: &[u8]) -> Model {
    let samples = |bytes: &[u8]| -> Vec<u16> {
        bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair) ^ flip)
            .collect()
    };
    let base = block
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair) ^ flip)
        .min()
        .unwrap_or_default();
    let plain = Model {
        base,
        dark: 0,
        busy: u32::MAX >> 1,
        predictors: [Predictor::Median; KINDS],
    };
    let rows: Vec<&[u8]> = block.chunks_exact(row).collect();
    let mut looked_at = Vec::new();
    // Of rows that lie apart, each with the two above it.
    for three in rows.windows(3).step_by(LOOK) {
        let mut padded = Vec::with_capacity(3);
        for bytes in three {
            let mut one = vec![0; 1];
            one.extend(samples(bytes).iter().map(|value| value.wrapping_sub(base)));
            one.push(0);
            edge(&mut one);
            padded.push(one);
        }
        looked_at.push(padded);
    }
    let mut seen = Vec::new();
    for three in &looked_at {
        let [before, above, this] = three.as_slice() else {
            continue;
        };
        for (at, (three, values)) in above.windows(3).zip(this.windows(2)).enumerate() {
            let ([corner, up, right], [left, value]) = (three, values) else {
                continue;
            };
            let near = Near {
                left: if at == 0 { (*up).into() } else { (*left).into() },
                above: (*up).into(),
                corner: (*corner).into(),
                right: (*right).into(),
            };
            let that = before.get(at + 1).copied().unwrap_or_default();
            seen.push(Seen {
                level: level(near.corner, near.above, near.right),
                activity: activity(near.corner, near.above, near.right, that.into()),
                differences: Predictor::ALL.map(|predictor| predictor.difference(*value, &near)),
            });
        }
    }
    if seen.is_empty() {
        return plain;
    }
    let split = dark_below(&seen);
    let (whole, bits_of_whole) = fitted(plain, 0, &seen);
    let (divided, bits) = fitted(plain, split, &seen);
    if bits < bits_of_whole { divided } else { whole }
}

/// A sample that was looked at.
struct Seen {
    level: i32,
    activity: i32,
    /// From each predictor.
    differences: [u16; 3],
}

/// The level that best divides those seen into two classes (Otsu, 1979).
fn dark_below(seen: &[Seen]) -> u16 {
    let most = seen.iter().map(|one| one.level).max().unwrap_or_default();
    let width = (most / CLASSES as i32 + 1).max(1);
    let mut counts = [0_u32; CLASSES];
    for one in seen {
        if let Some(count) = counts.get_mut((one.level / width) as usize) {
            *count += 1;
        }
    }
    let weigh = |(class, count): (usize, &u32)| class as f64 * f64::from(*count);
    let (all, weight) = (
        seen.len() as f64,
        counts.iter().enumerate().map(weigh).sum::<f64>(),
    );
    let (mut below, mut weight_below, mut best) = (0.0, 0.0, (0.0, 0));
    for (class, count) in counts.iter().enumerate() {
        below += f64::from(*count);
        weight_below += class as f64 * f64::from(*count);
        let above = all - below;
        if below > 0.0 && above > 0.0 {
            let apart = weight_below / below - (weight - weight_below) / above;
            let between = below * above * apart * apart;
            if between > best.0 {
                best = (between, class + 1);
            }
        }
    }
    u16::try_from(best.1 as i32 * width).unwrap_or_default()
}

/// The model with the threshold of the busy and the predictors that suit it, and how many bits those seen then take.
fn fitted(mut model: Model, dark: u16, seen: &[Seen]) -> (Model, f64) {
    model.dark = dark;
    let mut activities: Vec<i32> = seen
        .iter()
        .filter(|one| one.level >= i32::from(model.dark))
        .map(|one| one.activity)
        .collect();
    let middle = activities.len() / 2;
    if middle > 0 {
        let (_, median, _) = activities.select_nth_unstable(middle);
        // Of noise alone one in fifty is above.
        model.busy = (*median as u32).saturating_mul(5) / 2;
    }
    let busy = i32::try_from(model.busy).unwrap_or(i32::MAX);
    // Of each kind and predictor, of low and high bytes.
    let mut counts = vec![[[[0_u32; 256]; 2]; Predictor::ALL.len()]; KINDS];
    for one in seen {
        let of = if one.level < i32::from(model.dark) {
            DARK
        } else {
            EVEN + u8::from(one.activity > busy)
        };
        for (counts, difference) in counts[usize::from(of)].iter_mut().zip(one.differences) {
            for (counts, byte) in counts.iter_mut().zip(difference.to_le_bytes()) {
                counts[usize::from(byte)] += 1;
            }
        }
    }
    let mut total = 0.0;
    for (counts, predictor) in counts.iter().zip(&mut model.predictors) {
        let bits = |counts: &[[u32; 256]; 2]| counts.iter().map(entropy).sum::<f64>();
        let best = Predictor::ALL
            .into_iter()
            .zip(counts.iter().map(bits))
            .min_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((best, bits)) = best {
            (*predictor, total) = (best, total + bits);
        }
    }
    (model, total)
}

/// Bits that bytes of these counts take.
fn entropy(counts: &[u32; 256]) -> f64 {
    let all = f64::from(counts.iter().sum::<u32>());
    let bits = |count: &u32| f64::from(*count) * (all / f64::from(*count)).log2();
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}
