//! The dental arch, found on the axial maximum intensity projection.
//!
//! As in the published methods (Sa-ing, Wangkaoom and Thongvigitmanee, EMBC 2013; Luo et al., PLoS ONE 11, 2016): the
//! MIP of the slices with the teeth is thresholded and cleaned morphologically, and a low polynomial is fitted through
//! the middle of what is left. It is fitted in polar coordinates, because an arch turns by more than a half circle. The
//! threshold needs no calibrated grey values, which a cone-beam CT does not have: the densest ten cubic centimetres of
//! a jaw are teeth.

use std::ops::Range;

use super::volume::Volume;

/// The densest part of a volume, mm³, and its largest share of one.
const DENSEST: (f32, f32) = (10_000.0, 0.03);
/// Half the height of the slab with the teeth, millimetres.
const SLAB: f32 = 10.0;
/// Gaps between teeth that are closed, and specks that are removed, millimetres.
const CLOSED: f32 = 2.5;
const SPECK: f32 = 0.6;
/// Directions looked into, from the patient's right over the front to the left, by 3°.
const BINS: usize = 61;
const DEGREE: usize = 4;
/// What an arch of teeth measures, millimetres: between its ends, and along it.
const WIDTH: Range<f32> = 22.0..100.0;
const LENGTH: Range<f32> = 55.0..230.0;
/// The jaw goes on behind the last teeth, millimetres.
const BEHIND: f32 = 12.0;

/// A place on the arch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    /// To the patient's left, millimetres from the first voxel.
    pub(super) x: f32,
    /// To the back, millimetres.
    pub(super) y: f32,
    /// Across the arch, away from the tongue, of length 1.
    pub(super) outward: [f32; 2],
}

/// The arch from the patient's right to the left, at even distances of a voxel.
#[derive(Debug)]
pub(super) struct Arch {
    pub(super) stations: Vec<Station>,
    /// Those of them at which there are teeth.
    pub(super) teeth: Range<usize>,
}

impl Arch {
    /// Finds the arch; `None` when there is none that is plausible.
    pub(super) fn find(volume: &Volume) -> Option<Self> {
        let share = (DENSEST.0 / volume.cubic_mm()).min(DENSEST.1);
        let dense = volume.densest(share);
        let (mip, _) = volume.mip(slab(volume, dense));
        let mask = Mask::of(volume, &mip, f32::from(dense))
            .closed(CLOSED)
            .opened(SPECK)
            .largest()?;
        let (centre, radii) = mask.polar(&mip, f32::from(dense))?;
        let (curve, ends) = fit(&radii)?;
        let at = |angle: f32| {
            let radius = polynomial(&curve, angle);
            [centre[0] + radius * angle.sin(), centre[1] - radius * angle.cos()]
        };
        let steps = 400;
        let line: Vec<[f32; 2]> = (0..=steps)
            .map(|step| at(ends.start + (ends.end - ends.start) * step as f32 / steps as f32))
            .collect();
        Self::along(&line, volume.mm[0])
    }

    /// Stations at distances of `step` along a line, which is lengthened behind the last teeth.
    fn along(line: &[[f32; 2]], step: f32) -> Option<Self> {
        let (first, last) = (*line.first()?, *line.last()?);
        let length: f32 = line.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
        if !WIDTH.contains(&distance(first, last)) || !LENGTH.contains(&length) {
            return None;
        }
        // The direction at an end is that of the last tenth, so that a turn of the polynomial there is not followed.
        let tenth = line.len() / 10;
        let behind = |end: [f32; 2], before: [f32; 2]| {
            let away = BEHIND / distance(end, before).max(f32::EPSILON);
            [
                end[0] + (end[0] - before[0]) * away,
                end[1] + (end[1] - before[1]) * away,
            ]
        };
        let before = behind(first, *line.get(tenth)?);
        let after = behind(last, *line.get(line.len() - 1 - tenth)?);
        let whole: Vec<[f32; 2]> = std::iter::once(before)
            .chain(line.iter().copied())
            .chain(std::iter::once(after))
            .collect();
        let places = even(&whole, step);
        let stations = (0..places.len()).filter_map(|at| {
            // Over some steps, so that the sections do not flutter.
            let (a, b) = (
                places.get(at.saturating_sub(4))?,
                places.get((at + 4).min(places.len() - 1))?,
            );
            let run = distance(*a, *b).max(f32::EPSILON);
            let along = [(b[0] - a[0]) / run, (b[1] - a[1]) / run];
            let [x, y] = *places.get(at)?;
            // From right to left over the front, outward is to the left hand of who walks along.
            Some(Station {
                x,
                y,
                outward: [along[1], -along[0]],
            })
        });
        let stations: Vec<Station> = stations.collect();
        let margin = ((BEHIND / step) as usize).min(stations.len() / 4);
        let teeth = margin..stations.len() - margin;
        Some(Self { stations, teeth })
    }
}

/// The slices around the one with the most dense voxels.
fn slab(volume: &Volume, dense: i16) -> Range<usize> {
    let counts: Vec<usize> = (0..volume.nz)
        .map(|z| volume.slice(z).iter().filter(|value| **value > dense).count())
        .collect();
    let half = ((SLAB / volume.mm[2]) as usize).max(1);
    let around = |z: usize| z.saturating_sub(half)..(z + half + 1).min(volume.nz);
    let in_slab = |z: &usize| counts.get(around(*z)).unwrap_or_default().iter().sum::<usize>();
    (0..volume.nz).max_by_key(in_slab).map_or(0..volume.nz, around)
}

/// Which pixels of the MIP are teeth.
struct Mask {
    columns: usize,
    rows: usize,
    mm: [f32; 2],
    set: Vec<bool>,
}

impl Mask {
    fn of(volume: &Volume, mip: &[f32], above: f32) -> Self {
        Self {
            columns: volume.nx,
            rows: volume.ny,
            mm: [volume.mm[0], volume.mm[1]],
            set: mip.iter().map(|value| *value > above).collect(),
        }
    }

    fn closed(self, mm: f32) -> Self {
        self.grown(mm, true).grown(mm, false)
    }

    fn opened(self, mm: f32) -> Self {
        self.grown(mm, false).grown(mm, true)
    }

    /// Dilation (or erosion, which is the dilation of what is not set) by a square.
    fn grown(mut self, mm: f32, to: bool) -> Self {
        let reach = self.mm.map(|edge| (mm / edge).round() as usize);
        let (columns, rows) = (self.columns, self.rows);
        let spread = |set: &[bool],
                      length: usize,
                      reach: usize,
                      place: &dyn Fn(usize, usize) -> usize,
                      lines: usize| {
            let mut grown = set.to_vec();
            for line in 0..lines {
                for at in (0..length).filter(|at| set.get(place(line, *at)) == Some(&to)) {
                    for near in at.saturating_sub(reach)..(at + reach + 1).min(length) {
                        if let Some(pixel) = grown.get_mut(place(line, near)) {
                            *pixel = to;
                        }
                    }
                }
            }
            grown
        };
        let along = spread(
            &self.set,
            columns,
            reach[0],
            &|row, column| row * columns + column,
            rows,
        );
        self.set = spread(
            &along,
            rows,
            reach[1],
            &|column, row| row * columns + column,
            columns,
        );
        self
    }

    /// The largest connected part alone.
    fn largest(mut self) -> Option<Self> {
        let mut part = vec![0_u32; self.set.len()];
        let mut sizes = vec![0_usize];
        for start in 0..self.set.len() {
            if self.set.get(start) != Some(&true) || part.get(start) != Some(&0) {
                continue;
            }
            let (number, mut size, mut waiting) = (sizes.len() as u32, 0, vec![start]);
            while let Some(at) = waiting.pop() {
                let free = self.set.get(at) == Some(&true) && part.get(at) == Some(&0);
                if !free {
                    continue;
                }
                if let Some(part) = part.get_mut(at) {
                    *part = number;
                }
                size += 1;
                let column = at % self.columns;
                waiting.extend((column > 0).then(|| at - 1));
                waiting.extend((column + 1 < self.columns).then_some(at + 1));
                waiting.extend(at.checked_sub(self.columns));
                waiting.push(at + self.columns);
            }
            sizes.push(size);
        }
        let largest = (1..sizes.len()).max_by_key(|number| sizes.get(*number))? as u32;
        for (set, part) in self.set.iter_mut().zip(part) {
            *set = part == largest;
        }
        Some(self)
    }

    fn pixels(&self) -> impl Iterator<Item = (usize, [f32; 2])> {
        let set = self.set.iter().enumerate().filter(|(_, set)| **set);
        set.map(|(at, _)| {
            let (column, row) = (at % self.columns, at / self.columns);
            (at, [column as f32 * self.mm[0], row as f32 * self.mm[1]])
        })
    }

    /// The middle between the ends of the arch, and the mean distance of the teeth from it in each direction (`None`
    /// where there are none), weighted by how dense they are.
    fn polar(&self, mip: &[f32], dense: f32) -> Option<([f32; 2], Vec<Option<f32>>)> {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for (_, [x, y]) in self.pixels() {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        }
        let centre = [f32::midpoint(low[0], high[0]), high[1] - 0.1 * (high[1] - low[1])];
        let mut sums = vec![(0.0, 0.0); BINS];
        for (at, [x, y]) in self.pixels() {
            let (dx, dy) = (x - centre[0], y - centre[1]);
            let place = (dx.atan2(-dy) / std::f32::consts::PI + 0.5) * (BINS - 1) as f32;
            let weight = mip.get(at).map_or(0.0, |value| (value - dense).max(0.0)) + 1.0;
            let place = place.round();
            if (0.0..BINS as f32).contains(&place) {
                for (sum, weights) in sums.iter_mut().skip(place as usize).take(1) {
                    *sum += weight * dx.hypot(dy);
                    *weights += weight;
                }
            }
        }
        let means = sums
            .into_iter()
            .map(|(sum, weights)| (weights > 0.0).then(|| sum / weights));
        (low[0] < high[0]).then(|| (centre, means.collect()))
    }
}

/// A polynomial of the angle (0 is the front) through the radii, without those that lie far off, and its ends.
fn fit(radii: &[Option<f32>]) -> Option<(Vec<f64>, Range<f32>)> {
    let angle = |bin: usize| (bin as f32 / (BINS - 1) as f32 - 0.5) * std::f32::consts::PI;
    let mut points: Vec<(f32, f32)> = radii
        .iter()
        .enumerate()
        .filter_map(|(bin, radius)| Some((angle(bin), (*radius)?)))
        .collect();
    let mut curve = least_squares(&points)?;
    for _ in 0..3 {
        let off = |point: &(f32, f32)| (polynomial(&curve, point.0) - point.1).abs();
        let mean = points.iter().map(off).sum::<f32>() / points.len() as f32;
        let near: Vec<_> = points
            .iter()
            .copied()
            .filter(|point| off(point) <= (3.0 * mean).max(1.0))
            .collect();
        points = near;
        curve = least_squares(&points)?;
    }
    let (first, last) = (points.first()?.0, points.last()?.0);
    // Teeth all round, on both sides and in front: else it is a part of an arch, or something else.
    let covered = points.len() * 3 >= BINS * 2;
    let wide = first < -1.0 && last > 1.0;
    (covered && wide).then_some((curve, first..last))
}

fn polynomial(curve: &[f64], angle: f32) -> f32 {
    curve
        .iter()
        .rev()
        .fold(0.0, |sum, factor| sum * f64::from(angle) + factor) as f32
}

/// The polynomial of [`DEGREE`] nearest to the points: the normal equations, solved by elimination with pivots.
fn least_squares(points: &[(f32, f32)]) -> Option<Vec<f64>> {
    const N: usize = DEGREE + 1;
    if points.len() < 2 * N {
        return None;
    }
    let mut system = [[0.0_f64; N + 1]; N];
    for (x, y) in points {
        let powers: Vec<f64> = (0..2 * N).map(|power| f64::from(*x).powi(power as i32)).collect();
        for (row, line) in system.iter_mut().enumerate() {
            for (cell, power) in line.iter_mut().take(N).zip(powers.get(row..)?) {
                *cell += power;
            }
            *line.last_mut()? += powers.get(row)? * f64::from(*y);
        }
    }
    for column in 0..N {
        let pivot =
            (column..N).max_by(|a, b| system[*a][column].abs().total_cmp(&system[*b][column].abs()))?;
        system.swap(column, pivot);
        let line = system[column];
        if line[column].abs() < 1e-12 {
            return None;
        }
        for (row, other) in system.iter_mut().enumerate().filter(|(row, _)| *row != column) {
            let _ = row;
            let factor = other[column] / line[column];
            other
                .iter_mut()
                .zip(line)
                .for_each(|(cell, value)| *cell -= factor * value);
        }
    }
    Some((0..N).map(|row| system[row][N] / system[row][row]).collect())
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Places at even distances along a line.
fn even(line: &[[f32; 2]], step: f32) -> Vec<[f32; 2]> {
    let mut places = Vec::new();
    let mut to_go = 0.0;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = distance(a, b);
        while to_go < length {
            let share = to_go / length;
            places.push([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]);
            to_go += step;
        }
        to_go -= length;
    }
    places
}
