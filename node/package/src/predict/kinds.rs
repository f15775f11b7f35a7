//! The filter of 16-bit samples before the compressor: sorted by what surrounds them, each kind predicted in its own way.
//!
//! A sample's surroundings are known from the two rows above it before it is decoded itself. They say of which
//! [kind](KINDS) it is: *dark*, as the air around a patient; *busy*, as at an edge; or *even*. Every kind has the
//! predictor that suits it best ([`Predictor`]), and its differences lie together, so that the compressor has a code for
//! each: the noise of an even region is coded as noise, and the air, which is mostly one value, with a bit or two. Thresholds and
//! predictors are chosen for each block from a sixteenth of its rows. Nothing outside of the block is used.

use super::{fold, median, unfold};

/// Dark, even, busy.
pub(crate) const KINDS: usize = 3;
const DARK: u8 = 0;
const EVEN: u8 = 1;
const BUSY: u8 = 2;

/// Of so many rows one is looked at to choose the model.
const LOOK: usize = 16;
/// Classes of levels in which the threshold of the dark is looked for.
const CLASSES: usize = 64;

/// What a sample is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// Nothing: it is small itself.
    Nothing,
    /// The median edge detector of LOCO-I.
    Median,
    /// A mean of the left and the three above: the noise of one neighbour counts less.
    Mean,
}

impl Predictor {
    const ALL: [Self; 3] = [Self::Nothing, Self::Median, Self::Mean];

    /// How it is written.
    const fn number(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Median => 1,
            Self::Mean => 2,
        }
    }

    /// The one that is written so.
    const fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Nothing),
            1 => Some(Self::Median),
            2 => Some(Self::Mean),
            _ => None,
        }
    }

    fn difference(self, value: u16, near: &Near) -> u16 {
        match self {
            Self::Nothing => value,
            Self::Median => fold(value.wrapping_sub(median(near.left, near.above, near.corner) as u16)),
            Self::Mean => fold(
                value.wrapping_sub(mean(near.left, above_mean(near.corner, near.above, near.right)) as u16),
            ),
        }
    }
}

/// How the samples of a block are told apart and predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model {
    /// The smallest sample: all are counted from it.
    pub(crate) base: u16,
    /// Below this level it is dark.
    pub(crate) dark: u16,
    /// Above this activity it is busy.
    pub(crate) busy: u32,
    /// The predictor of each kind.
    pub(crate) predictors: [Predictor; KINDS],
}

/// What of both predictions is used: all bits or none of each.
#[derive(Clone, Copy, Default)]
struct Masks {
    median: i32,
    mean: i32,
    folded: u16,
}

impl Model {
    /// Length of what [`Self::to_bytes`] gives.
    pub(crate) const LENGTH: usize = 2 + 2 + 4 + KINDS;

    /// BE16(base) ‖ BE16(dark) ‖ BE32(busy) ‖ the number of each predictor.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        bytes.extend(self.base.to_be_bytes());
        bytes.extend(self.dark.to_be_bytes());
        bytes.extend(self.busy.to_be_bytes());
        bytes.extend(self.predictors.map(Predictor::number));
        bytes
    }

    /// The model that is written so; `None` when none is.
    pub(crate) fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Option<Self> {
        let [b0, b1, d0, d1, a0, a1, a2, a3, dark, even, busy] = *bytes;
        Some(Self {
            base: u16::from_be_bytes([b0, b1]),
            dark: u16::from_be_bytes([d0, d1]),
            busy: u32::from_be_bytes([a0, a1, a2, a3]),
            predictors: [Predictor::of(dark)?, Predictor::of(even)?, Predictor::of(busy)?],
        })
    }

    fn masks(&self) -> [Masks; 4] {
        let mut all = [Masks::default(); 4];
        for (masks, predictor) in all.iter_mut().zip(self.predictors) {
            *masks = Masks {
                median: if predictor == Predictor::Median { -1 } else { 0 },
                mean: if predictor == Predictor::Mean { -1 } else { 0 },
                folded: if predictor == Predictor::Nothing {
                    0
                } else {
                    u16::MAX
                },
            };
        }
        all
    }
}

/// The differences of one kind, in the order in which the samples lie.
#[derive(Debug, Default)]
pub(crate) struct Plane {
    pub(crate) low: Vec<u8>,
    pub(crate) high: Vec<u8>,
}

/// The neighbours of a sample.
struct Near {
    left: i32,
    above: i32,
    corner: i32,
    right: i32,
}

/// What [`mean`] takes of the row above.
const fn above_mean(corner: i32, above: i32, right: i32) -> i32 {
    2 * above + 2 * right + corner + 4
}

/// `above`: twice the one above and the one to its right, the one to its left, and 4 to round.
const fn mean(left: i32, above: i32) -> i32 {
    (3 * left + above) >> 3
}

/// How bright it is around a sample, by the row above: from the left, above, from the right.
const fn level(corner: i32, above: i32, right: i32) -> i32 {
    (2 * above + corner + right) >> 2
}

/// How much happens around a sample, by the rows above.
const fn activity(corner: i32, above: i32, right: i32, above_that: i32) -> i32 {
    (corner - above).abs() + (above - right).abs() + (above - above_that).abs()
}

/// Rows of samples with one more on either side, which is like its neighbour.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    this: Vec<u16>,
    above: Vec<u16>,
    before: Vec<u16>,
    kinds: Vec<u8>,
    differences: Vec<u16>,
}

impl Rows {
    fn begin(&mut self, columns: usize) {
        for row in [&mut self.this, &mut self.above, &mut self.before] {
            row.clear();
            row.resize(columns + 2, 0);
        }
        self.kinds.clear();
        self.kinds.resize(columns, 0);
        self.differences.clear();
        self.differences.resize(columns, 0);
    }

    /// This row is complete: it is the one above now.
    fn next(&mut self) {
        edge(&mut self.this);
        std::mem::swap(&mut self.before, &mut self.above);
        std::mem::swap(&mut self.above, &mut self.this);
    }

    /// Says of every sample of this row of which kind it is, by the rows above; of the first row, all are busy.
    fn sort(&mut self, model: &Model, first: bool) {
        if first {
            self.kinds.fill(BUSY);
            return;
        }
        let (dark, busy) = (
            i32::from(model.dark),
            i32::try_from(model.busy).unwrap_or(i32::MAX),
        );
        let before = &self.before[1..];
        let above = three(&self.above);
        for ((kind, ((corner, above), right)), that) in self.kinds.iter_mut().zip(above).zip(before) {
            let (corner, above, right) = (i32::from(*corner), i32::from(*above), i32::from(*right));
            let is_busy = u8::from(activity(corner, above, right, i32::from(*that)) > busy);
            let is_dark = level(corner, above, right) < dark;
            *kind = if is_dark { DARK } else { EVEN + is_busy };
        }
    }
}

/// What stands to the left, above and to the right of each sample in the row above.
fn three(above: &[u16]) -> impl Iterator<Item = ((&u16, &u16), &u16)> {
    let columns = above.len() - 2;
    above[..columns].iter().zip(&above[1..=columns]).zip(&above[2..])
}

/// Beyond the ends of a row stands what stands at them.
fn edge(row: &mut [u16]) {
    if let [before, first, ..] = row {
        *before = *first;
    }
    if let [.., last, after] = row {
        *after = *last;
    }
}

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
    let mut total = 0.0;
    for (kind, predictor) in (0_u8..).zip(&mut model.predictors) {
        let mut counts = vec![[[0_u32; 256]; 2]; Predictor::ALL.len()];
        for one in seen.iter() {
            let is_busy = u8::from(one.activity > i32::try_from(model.busy).unwrap_or(i32::MAX));
            let of = if one.level < i32::from(model.dark) {
                DARK
            } else {
                EVEN + is_busy
            };
            if of != kind {
                continue;
            }
            for (counts, difference) in counts.iter_mut().zip(one.differences) {
                for (counts, byte) in counts.iter_mut().zip(difference.to_le_bytes()) {
                    counts[usize::from(byte)] += 1;
                }
            }
        }
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

/// Sorts the samples of whole rows of `row` bytes in `block` into `planes`, as differences.
pub(crate) fn forward(
    model: &Model,
    flip: u16,
    row: usize,
    block: &[u8],
    rows: &mut Rows,
    planes: &mut [Plane; KINDS],
) {
    for plane in planes.iter_mut() {
        plane.low.clear();
        plane.high.clear();
    }
    let [dark, even, busy] = planes;
    let masks = model.masks();
    rows.begin(row / 2);
    for (number, source) in block.chunks_exact(row).enumerate() {
        rows.sort(model, number == 0);
        let Rows {
            this,
            above,
            kinds,
            differences,
            ..
        } = &mut *rows;
        for (value, pair) in this[1..].iter_mut().zip(source.as_chunks::<2>().0) {
            *value = (u16::from_le_bytes(*pair) ^ flip).wrapping_sub(model.base);
        }
        this[0] = above[1];
        let values = this[..kinds.len()].iter().zip(&this[1..]);
        let all = values.zip(three(above)).zip(&*kinds).zip(&mut *differences);
        for ((((left, value), ((corner, above), right)), kind), difference) in all {
            let (left, above, corner, right) = (
                i32::from(*left),
                i32::from(*above),
                i32::from(*corner),
                i32::from(*right),
            );
            let masks = &masks[usize::from(kind & 3)];
            let predicted = (median(left, above, corner) & masks.median)
                | (mean(left, above_mean(corner, above, right)) & masks.mean);
            let plain = value.wrapping_sub(predicted as u16);
            *difference = (fold(plain) & masks.folded) | (plain & !masks.folded);
        }
        for (difference, kind) in differences.iter().zip(&*kinds) {
            let [low, high] = difference.to_le_bytes();
            let plane = match *kind {
                DARK => &mut *dark,
                EVEN => &mut *even,
                _ => &mut *busy,
            };
            plane.low.push(low);
            plane.high.push(high);
        }
        rows.next();
    }
}

/// The samples of which `planes` are the differences, into `block`; `None` when they are not as many of each kind as the
/// samples are that came out of them.
pub(crate) fn inverse(
    model: &Model,
    flip: u16,
    row: usize,
    planes: &[Plane; KINDS],
    rows: &mut Rows,
    block: &mut [u8],
) -> Option<()> {
    let [mut dark, mut even, mut busy] = planes.each_ref().map(|plane| plane.low.iter().zip(&plane.high));
    let masks = model.masks();
    rows.begin(row / 2);
    for (number, target) in block.chunks_exact_mut(row).enumerate() {
        rows.sort(model, number == 0);
        let Rows {
            this,
            above,
            kinds,
            differences,
            ..
        } = &mut *rows;
        for (difference, kind) in differences.iter_mut().zip(&*kinds) {
            let (low, high) = match *kind {
                DARK => dark.next(),
                EVEN => even.next(),
                _ => busy.next(),
            }?;
            *difference = u16::from_le_bytes([*low, *high]);
        }
        let mut left = i32::from(above[1]);
        let targets = this[1..].iter_mut().zip(target.as_chunks_mut::<2>().0);
        let all = targets.zip(three(above)).zip(differences.iter().zip(&*kinds));
        for (((value, pair), ((corner, above), right)), (difference, kind)) in all {
            let (above, corner, right) = (i32::from(*above), i32::from(*corner), i32::from(*right));
            let masks = &masks[usize::from(kind & 3)];
            let predicted = (median(left, above, corner) & masks.median)
                | (mean(left, above_mean(corner, above, right)) & masks.mean);
            let plain = (unfold(*difference) & masks.folded) | (difference & !masks.folded);
            *value = (predicted as u16).wrapping_add(plain);
            left = (*value).into();
            *pair = (value.wrapping_add(model.base) ^ flip).to_le_bytes();
        }
        rows.next();
    }
    // More than was used would be something hidden.
    let rest = [dark.next(), even.next(), busy.next()];
    rest.iter().all(Option::is_none).then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(flip: u16, row: usize, block: &[u8]) -> (Model, [usize; KINDS]) {
        let model = choose(flip, row, block);
        let (mut rows, mut planes) = (Rows::default(), Default::default());
        forward(&model, flip, row, block, &mut rows, &mut planes);
        let mut back = vec![0; block.len()];
        inverse(&model, flip, row, &planes, &mut rows, &mut back).unwrap();
        assert_eq!(back, block);
        (model, planes.each_ref().map(|plane| plane.low.len()))
    }

    /// Air on the left, noise around 1000 on the right of a sharp edge, and never the same twice.
    fn half_air() -> Vec<u8> {
        let mut state = 7_u32;
        let mut noise = || {
            let mut sum = -150_i32;
            for _ in 0..4 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                sum += (state >> 24) as i32 * 75 / 255;
            }
            sum
        };
        let sample = |at: i32| (if at % 200 < 80 { noise() } else { 1000 + noise() }).max(0) as u16;
        (0..200 * 200).map(sample).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn air_tissue_and_edges_are_told_apart() {
        let (model, [dark, even, busy]) = there_and_back(0, 400, &half_air());
        assert_eq!(model.predictors[0], Predictor::Nothing);
        assert_eq!(model.predictors[1], Predictor::Mean);
        assert!((15_000..17_500).contains(&dark), "{dark}");
        assert!(even > 20_000 && busy < 3_000, "{even} and {busy}");
    }

    #[test]
    fn a_model_is_read_as_it_was_written_and_an_unknown_predictor_is_none() {
        let model = choose(0, 400, &half_air());
        let mut bytes: [u8; Model::LENGTH] = model.to_bytes().try_into().unwrap();
        assert_eq!(Model::from_bytes(&bytes), Some(model));
        bytes[Model::LENGTH - 1] = 3;
        assert_eq!(Model::from_bytes(&bytes), None);
    }

    #[test]
    fn r24_too_few_or_too_many_of_a_kind_are_refused() {
        let block = half_air();
        let model = choose(0, 400, &block);
        let (mut rows, mut planes) = (Rows::default(), Default::default());
        forward(&model, 0, 400, &block, &mut rows, &mut planes);
        let mut back = vec![0; block.len()];
        planes[1].low.push(0);
        planes[1].high.push(0);
        assert!(inverse(&model, 0, 400, &planes, &mut rows, &mut back).is_none());
        planes[1].low.truncate(100);
        assert!(inverse(&model, 0, 400, &planes, &mut rows, &mut back).is_none());
    }

    proptest! {
        #[test]
        fn any_samples_come_back(
            (row, block) in (1..40_usize, 0..40_usize).prop_flat_map(|(columns, rows)| {
                (Just(columns * 2), prop::collection::vec(any::<u8>(), columns * 2 * rows))
            }),
            flip in prop::sample::select(vec![0, 0x8000_u16])
        ) {
            there_and_back(flip, row, &block);
        }
    }
}
