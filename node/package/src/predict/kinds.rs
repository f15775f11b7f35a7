//! The filter of 16-bit samples before the compressor: sorted by what surrounds them, each kind predicted in its own way.
//!
//! A sample's surroundings are known from the two rows above it before it is decoded itself. They say of which
//! [kind](KINDS) it is: *dark*, as the air around a patient; *busy*, as at an edge; or *even*. Every kind has the
//! predictor that suits it best ([`Predictor`]), and its differences lie together, so that the compressor has a code for
//! each: the noise of an even region is coded as noise, and the air, which is mostly one value, with a bit or two. Thresholds and
//! predictors are chosen for each block from a sixteenth of its rows. Nothing outside of the block is used.

mod choosing;

pub(crate) use choosing::choose;

use super::{fold, median, unfold};

/// Dark, even, busy.
pub(crate) const KINDS: usize = 3;
const DARK: u8 = 0;
const EVEN: u8 = 1;
const BUSY: u8 = 2;

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
    median: u16,
    mean: u16,
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

    /// Of each kind.
    fn masks(&self) -> [Masks; KINDS] {
        self.predictors.map(|predictor| Masks {
            median: if predictor == Predictor::Median {
                u16::MAX
            } else {
                0
            },
            mean: if predictor == Predictor::Mean { u16::MAX } else { 0 },
            folded: if predictor == Predictor::Nothing {
                0
            } else {
                u16::MAX
            },
        })
    }
}

impl Masks {
    /// Those of this kind, chosen without a jump.
    fn of([dark, even, busy]: [Self; KINDS], kind: u8) -> Self {
        let choose = |dark, even, busy| match kind {
            DARK => dark,
            EVEN => even,
            _ => busy,
        };
        Self {
            median: choose(dark.median, even.median, busy.median),
            mean: choose(dark.mean, even.mean, busy.mean),
            folded: choose(dark.folded, even.folded, busy.folded),
        }
    }

    /// What is predicted from the neighbours.
    fn predict(self, left: u16, near: (u16, u16, u16)) -> u16 {
        let (corner, above, right) = near;
        (middle(left, above, corner) & self.median) | (mean16(left, above, corner, right) & self.mean)
    }
}

/// [`median`] in 16 bits: where the third is not beyond the first two, their sum less it lies between them.
fn middle(left: u16, above: u16, corner: u16) -> u16 {
    let (least, most) = (left.min(above), left.max(above));
    let plane = left.wrapping_add(above).wrapping_sub(corner);
    if corner >= most {
        least
    } else if corner <= least {
        most
    } else {
        plane
    }
}

/// [`mean`] in 16 bits: eighths and what is left of each are added apart.
fn mean16(left: u16, above: u16, corner: u16, right: u16) -> u16 {
    let whole = 3 * (left >> 3) + 2 * (above >> 3) + 2 * (right >> 3) + (corner >> 3);
    let rest = 3 * (left & 7) + 2 * (above & 7) + 2 * (right & 7) + (corner & 7) + 4;
    whole + (rest >> 3)
}

/// [`level`] in 16 bits, likewise.
fn level16(corner: u16, above: u16, right: u16) -> u16 {
    let whole = 2 * (above >> 2) + (corner >> 2) + (right >> 2);
    let rest = 2 * (above & 3) + (corner & 3) + (right & 3);
    whole + (rest >> 2)
}

/// [`activity`] in 16 bits: what is more than these hold is the most that they hold.
fn activity16(corner: u16, above: u16, right: u16, above_that: u16) -> u16 {
    let beside = corner.abs_diff(above).saturating_add(above.abs_diff(right));
    beside.saturating_add(above.abs_diff(above_that))
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
        let before = &self.before[1..];
        let places = self.kinds.iter_mut().zip(three(&self.above)).zip(before);
        match u16::try_from(model.busy) {
            // What 16 bits cannot hold is above any of these thresholds.
            Ok(busy) if busy < u16::MAX => {
                for ((kind, ((corner, above), right)), that) in places {
                    let is_busy = activity16(*corner, *above, *right, *that) > busy;
                    let is_dark = level16(*corner, *above, *right) < model.dark;
                    // The dark is nought; without a choice many are done at once.
                    *kind = (EVEN + u8::from(is_busy)) * u8::from(!is_dark);
                }
            }
            _ => {
                let busy = i32::try_from(model.busy).unwrap_or(i32::MAX);
                for ((kind, ((corner, above), right)), that) in places {
                    let is_dark = level16(*corner, *above, *right) < model.dark;
                    let [corner, above, right, that] = [*corner, *above, *right, *that].map(i32::from);
                    let is_busy = activity(corner, above, right, that) > busy;
                    *kind = (EVEN + u8::from(is_busy)) * u8::from(!is_dark);
                }
            }
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

/// How far each plane is filled, or read.
#[derive(Clone, Copy, Default)]
struct Cursors {
    dark: usize,
    even: usize,
    busy: usize,
}

/// How many of the next samples are dark, or are not, as the first of them is.
fn run(kinds: &[u8]) -> (bool, usize) {
    let dark = kinds.first() == Some(&DARK);
    let end = kinds.iter().position(|kind| (*kind == DARK) != dark);
    (dark, end.unwrap_or(kinds.len()))
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
    // Each could be of one kind only.
    for plane in planes.iter_mut() {
        plane.low.resize(block.len() / 2, 0);
        plane.high.resize(block.len() / 2, 0);
    }
    let masks = model.masks();
    let mut at = Cursors::default();
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
            let masks = Masks::of(masks, *kind);
            let plain = value.wrapping_sub(masks.predict(*left, (*corner, *above, *right)));
            *difference = (fold(plain) & masks.folded) | (plain & !masks.folded);
        }
        sort_out(kinds, differences, planes, &mut at);
        rows.next();
    }
    for (plane, filled) in planes.iter_mut().zip([at.dark, at.even, at.busy]) {
        plane.low.truncate(filled);
        plane.high.truncate(filled);
    }
}

/// Puts the differences of a row into the planes of their kinds. The dark lies together and goes so; of the rest nobody can
/// foretell of which kind the next one is, so each is written to both and stays in one.
fn sort_out(kinds: &[u8], differences: &[u16], planes: &mut [Plane; KINDS], at: &mut Cursors) {
    let [dark, even, busy] = planes;
    let (mut kinds, mut differences) = (kinds, differences);
    while !kinds.is_empty() {
        let (is_dark, length) = run(kinds);
        let (these, after) = differences.split_at(length);
        if is_dark {
            let here = at.dark..at.dark + length;
            for (low, difference) in dark.low[here.clone()].iter_mut().zip(these) {
                *low = difference.to_le_bytes()[0];
            }
            for (high, difference) in dark.high[here].iter_mut().zip(these) {
                *high = difference.to_le_bytes()[1];
            }
            at.dark += length;
        } else {
            for (difference, kind) in these.iter().zip(kinds) {
                let [low, high] = difference.to_le_bytes();
                (even.low[at.even], even.high[at.even]) = (low, high);
                (busy.low[at.busy], busy.high[at.busy]) = (low, high);
                let is_busy = usize::from(*kind == BUSY);
                at.busy += is_busy;
                at.even += 1 - is_busy;
            }
        }
        (kinds, differences) = (&kinds[length..], after);
    }
}

/// The differences of one kind that are not used yet.
struct Left<'p> {
    low: &'p [u8],
    high: &'p [u8],
    predictor: Predictor,
}

impl<'p> Left<'p> {
    fn new(plane: &'p Plane, predictor: Predictor) -> Self {
        Self {
            low: &plane.low,
            high: &plane.high,
            predictor,
        }
    }

    /// The next sample, whose neighbours are these.
    fn next(&mut self, left: u16, (corner, above, right): (u16, u16, u16)) -> Option<u16> {
        let ((low, lows), (high, highs)) = (self.low.split_first()?, self.high.split_first()?);
        (self.low, self.high) = (lows, highs);
        let difference = u16::from_le_bytes([*low, *high]);
        let (left, corner, above) = (i32::from(left), i32::from(corner), i32::from(above));
        Some(match self.predictor {
            Predictor::Nothing => difference,
            Predictor::Median => unfold(difference).wrapping_add(median(left, above, corner) as u16),
            Predictor::Mean => {
                let predicted = mean(left, above_mean(corner, above, right.into()));
                unfold(difference).wrapping_add(predicted as u16)
            }
        })
    }

    /// The next samples, which are compared with nothing: none of them waits for the one before.
    fn plain(&mut self, values: &mut [u16]) -> Option<()> {
        let (lows, low) = self.low.split_at_checked(values.len())?;
        let (highs, high) = self.high.split_at_checked(values.len())?;
        for (value, (low, high)) in values.iter_mut().zip(lows.iter().zip(highs)) {
            *value = u16::from_le_bytes([*low, *high]);
        }
        (self.low, self.high) = (low, high);
        Some(())
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
    let [p0, p1, p2] = planes;
    let [q0, q1, q2] = model.predictors;
    let (mut dark, mut even, mut busy) = (Left::new(p0, q0), Left::new(p1, q1), Left::new(p2, q2));
    rows.begin(row / 2);
    for (number, target) in block.chunks_exact_mut(row).enumerate() {
        rows.sort(model, number == 0);
        let Rows {
            this, above, kinds, ..
        } = &mut *rows;
        this[0] = above[1];
        let mut from = 0;
        while from < kinds.len() {
            let (is_dark, length) = run(&kinds[from..]);
            if is_dark && q0 == Predictor::Nothing {
                dark.plain(&mut this[from + 1..=from + length])?;
            } else {
                let near = three(&above[from..from + length + 2]);
                let mut left = this[from];
                let all = this[from + 1..].iter_mut().zip(near).zip(&kinds[from..]);
                for ((value, ((corner, above), right)), kind) in all.take(length) {
                    // Which it is can be foretold mostly, and what is not worked out is not waited for.
                    let near = (*corner, *above, *right);
                    left = match *kind {
                        DARK => dark.next(left, near),
                        EVEN => even.next(left, near),
                        _ => busy.next(left, near),
                    }?;
                    *value = left;
                }
            }
            from += length;
        }
        for (value, pair) in this[1..].iter().zip(target.as_chunks_mut::<2>().0) {
            *pair = (value.wrapping_add(model.base) ^ flip).to_le_bytes();
        }
        rows.next();
    }
    // More than was used would be something hidden.
    let used = |of: &Left<'_>| of.low.is_empty() && of.high.is_empty();
    (used(&dark) && used(&even) && used(&busy)).then_some(())
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
        /// What is worked out in 16 bits is what the wider sums say, which are the format.
        #[test]
        fn sixteen_bits_do(left: u16, above: u16, corner: u16, right: u16, that: u16) {
            let [l, a, c, r, t] = [left, above, corner, right, that].map(i32::from);
            prop_assert_eq!(i32::from(middle(left, above, corner)), median(l, a, c));
            prop_assert_eq!(i32::from(mean16(left, above, corner, right)), mean(l, above_mean(c, a, r)));
            prop_assert_eq!(i32::from(level16(corner, above, right)), level(c, a, r));
            let most = activity(c, a, r, t).min(u16::MAX.into());
            prop_assert_eq!(i32::from(activity16(corner, above, right, that)), most);
        }

        /// Whatever a stream says of thresholds and predictors.
        #[test]
        fn r24_any_model_tells_samples_apart_in_the_same_way_there_and_back(
            block in prop::collection::vec(any::<u8>(), 32 * 9),
            (dark, busy) in (any::<u16>(), any::<u32>()),
            predictors in prop::array::uniform3(prop::sample::select(Predictor::ALL.to_vec())),
            base: u16
        ) {
            let model = Model { base, dark, busy, predictors };
            let (mut rows, mut planes) = (Rows::default(), Default::default());
            forward(&model, 0, 32, &block, &mut rows, &mut planes);
            let mut back = vec![0; block.len()];
            prop_assert!(inverse(&model, 0, 32, &planes, &mut rows, &mut back).is_some());
            prop_assert_eq!(back, block);
        }

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
