//! A small volume, gathered slice by slice.

use std::ops::Range;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::{MAX_EDGE, PreviewError, Previews};
use crate::pixels::Image;
use crate::render::measured;
use crate::scan::{Scanned, scan};

/// The most pixels of a slice: above any cone-beam CT.
const MAX_PIXELS: u32 = 1_600 * 1_600;
/// The fewest slices that are a volume.
const MIN_SLICES: usize = 16;

const WANTED: [Tag; 3] = [
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::PIXEL_SPACING,
];

/// Voxels in the patient's directions (PS3.3 C.7.6.2.1.1): x to the left, y to the back, z to the head.
pub(super) struct Volume {
    pub(super) nx: usize,
    pub(super) ny: usize,
    pub(super) nz: usize,
    /// Edges of a voxel along x, y, z, millimetres.
    pub(super) mm: [f32; 3],
    /// Values after the modality LUT, x fastest.
    values: Vec<i16>,
}

impl Volume {
    /// The value at a place in voxels, linear within the slice; outside the nearest.
    pub(super) fn at(&self, x: f32, y: f32, z: usize) -> f32 {
        let (x, y) = (
            x.clamp(0.0, self.nx as f32 - 1.0),
            y.clamp(0.0, self.ny as f32 - 1.0),
        );
        let (left, top) = (x as usize, y as usize);
        let (u, v) = (x - left as f32, y - top as f32);
        let value = |x: usize, y: usize| f32::from(self.voxel(x, y, z));
        let above = value(left, top) * (1.0 - u) + value(left + 1, top) * u;
        let below = value(left, top + 1) * (1.0 - u) + value(left + 1, top + 1) * u;
        above * (1.0 - v) + below * v
    }

    fn voxel(&self, x: usize, y: usize, z: usize) -> i16 {
        let (x, y, z) = (x.min(self.nx - 1), y.min(self.ny - 1), z.min(self.nz - 1));
        self.values
            .get((z * self.ny + y) * self.nx + x)
            .copied()
            .unwrap_or(i16::MIN)
    }

    /// The slice at `z`.
    pub(super) fn slice(&self, z: usize) -> &[i16] {
        let size = self.nx * self.ny;
        self.values.get(z * size..(z + 1) * size).unwrap_or_default()
    }

    /// The largest values along z, and how many columns they have.
    pub(super) fn mip(&self, slices: Range<usize>) -> (Vec<f32>, usize) {
        let mut largest = vec![i16::MIN; self.nx * self.ny];
        for z in slices {
            for (largest, value) in largest.iter_mut().zip(self.slice(z)) {
                *largest = (*largest).max(*value);
            }
        }
        (largest.into_iter().map(f32::from).collect(), self.nx)
    }

    /// The value above which lie the densest `share` of all voxels.
    pub(super) fn densest(&self, share: f32) -> i16 {
        let mut histogram = vec![0_u32; 1 << 16];
        for value in &self.values {
            let place = (i32::from(*value) - i32::from(i16::MIN)) as usize;
            histogram
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|count| *count += 1);
        }
        let mut above = (self.values.len() as f32 * share) as u32;
        let places = histogram.iter().enumerate().rev();
        for (place, count) in places {
            match above.checked_sub(*count) {
                Some(rest) => above = rest,
                None => return (place as i32 + i32::from(i16::MIN)) as i16,
            }
        }
        i16::MIN
    }

    pub(super) fn cubic_mm(&self) -> f32 {
        self.mm.iter().product::<f32>() * self.values.len() as f32
    }
}

/// What all slices of a volume share.
#[derive(Clone, Copy, PartialEq)]
struct Plane {
    rows: u16,
    columns: u16,
    /// Between columns and between rows, millimetres.
    spacing: [f32; 2],
}

/// Takes the slices one after the other and keeps a small volume of them.
pub struct VolumeBuilder {
    slices: usize,
    plane: Option<Plane>,
    /// Pixels of a slice that become one voxel, along both directions.
    factor: usize,
    /// z of each slice, millimetres.
    heights: Vec<f32>,
    values: Vec<i16>,
}

impl VolumeBuilder {
    /// For so many slices, evenly spaced, in the order of their places or against it.
    ///
    /// # Errors
    /// [`PreviewError::NotAVolume`] for fewer than 16 or more than [`MAX_EDGE`]: then take every second or third.
    pub fn new(slices: usize) -> Result<Self, PreviewError> {
        if !(MIN_SLICES..=MAX_EDGE).contains(&slices) {
            return Err(PreviewError::NotAVolume("there are too few slices, or too many"));
        }
        Ok(Self {
            slices,
            plane: None,
            factor: 1,
            heights: Vec::with_capacity(slices),
            values: Vec::new(),
        })
    }

    /// Takes the next slice, a whole Part 10 file.
    ///
    /// # Errors
    /// [`PreviewError`], when it can't be decoded or is no slice of the same volume.
    pub fn add(&mut self, file: &[u8]) -> Result<(), PreviewError> {
        let (plane, height) = place(file)?;
        match self.plane {
            None => self.begin(plane)?,
            Some(first) if first == plane => {}
            Some(_) => return Err(PreviewError::NotAVolume("their sizes differ")),
        }
        if self.heights.len() == self.slices {
            return Err(PreviewError::NotAVolume("there are more than was said"));
        }
        let image = Image::open(file)?;
        let frame = image.frame(0)?;
        if frame.samples != 1 || (frame.rows, frame.columns) != (plane.rows, plane.columns) {
            return Err(PreviewError::NotAVolume("they are in colour"));
        }
        self.heights.push(height);
        let (columns, factor) = (usize::from(plane.columns), self.factor);
        let values = measured(&image, &frame, 0)?;
        let pixels = (factor * factor) as f64;
        for rows in values.chunks_exact(columns * factor) {
            let whole = columns / factor * factor;
            self.values.extend((0..whole).step_by(factor).map(|left| {
                let of_row = |row: &[f64]| row.iter().skip(left).take(factor).sum::<f64>();
                let sum: f64 = rows.chunks_exact(columns).map(of_row).sum();
                (sum / pixels).clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
            }));
        }
        Ok(())
    }

    fn begin(&mut self, plane: Plane) -> Result<(), PreviewError> {
        if u32::from(plane.rows) * u32::from(plane.columns) > MAX_PIXELS {
            return Err(PreviewError::NotAVolume("the slices are too large"));
        }
        self.factor = usize::from(plane.rows.max(plane.columns)).div_ceil(MAX_EDGE);
        let (nx, ny) = self.size(plane);
        if nx < 16 || ny < 16 {
            return Err(PreviewError::NotAVolume("the slices are too small"));
        }
        self.values.reserve_exact(nx * ny * self.slices);
        self.plane = Some(plane);
        Ok(())
    }

    const fn size(&self, plane: Plane) -> (usize, usize) {
        (
            plane.columns as usize / self.factor,
            plane.rows as usize / self.factor,
        )
    }

    /// Makes the pictures of what was taken.
    ///
    /// # Errors
    /// [`PreviewError::NotAVolume`] when slices are missing or lie anyhow; [`PreviewError::Png`].
    pub fn finish(self) -> Result<Previews, PreviewError> {
        self.volume()?.previews()
    }

    pub(super) fn volume(mut self) -> Result<Volume, PreviewError> {
        let plane = self
            .plane
            .filter(|_| self.heights.len() == self.slices)
            .ok_or(PreviewError::NotAVolume("slices are missing"))?;
        let (nx, ny) = self.size(plane);
        let steps = || self.heights.windows(2).map(|pair| pair[1] - pair[0]);
        let (least, most) = steps().fold((f32::MAX, f32::MIN), |(a, b), step| (a.min(step), b.max(step)));
        // Positions are written with few digits, and of a chosen part of the slices the gaps may differ by one.
        let even = least * most > 0.0 && least.abs().max(most.abs()) < 3.0 * least.abs().min(most.abs());
        if !even {
            return Err(PreviewError::NotAVolume("they are not evenly spaced"));
        }
        if most < 0.0 {
            let size = nx * ny;
            let turned: Vec<i16> = self.values.chunks_exact(size).rev().flatten().copied().collect();
            self.values = turned;
        }
        let factor = self.factor as f32;
        let mean = steps().sum::<f32>().abs() / (self.slices - 1) as f32;
        Ok(Volume {
            nx,
            ny,
            nz: self.slices,
            mm: [plane.spacing[0] * factor, plane.spacing[1] * factor, mean],
            values: self.values,
        })
    }
}

/// Where a slice lies: only axial ones, with rows to the patient's left and columns to the back.
fn place(file: &[u8]) -> Result<(Plane, f32), PreviewError> {
    let wanted = |tag| WANTED.contains(&tag) || tag == tags::ROWS || tag == tags::COLUMNS;
    let scanned = scan(file, wanted)?;
    let orientation = decimals::<6>(&scanned, tags::IMAGE_ORIENTATION_PATIENT);
    let axial = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let is_axial = orientation.is_some_and(|found| found.iter().zip(axial).all(|(a, b)| (a - b).abs() < 0.1));
    if !is_axial {
        return Err(PreviewError::NotAVolume("they are not axial"));
    }
    let [_, _, height] = decimals::<3>(&scanned, tags::IMAGE_POSITION_PATIENT)
        .ok_or(PreviewError::NotAVolume("they have no position"))?;
    let [between_rows, between_columns] = decimals::<2>(&scanned, tags::PIXEL_SPACING)
        .filter(|spacing| spacing.iter().all(|mm| (0.01..10.0).contains(mm)))
        .ok_or(PreviewError::NotAVolume("they have no pixel spacing"))?;
    let number = |tag| {
        scanned
            .u16(tag)
            .ok_or(PreviewError::NotAVolume("they have no size"))
    };
    let plane = Plane {
        rows: number(tags::ROWS)?,
        columns: number(tags::COLUMNS)?,
        spacing: [between_columns, between_rows],
    };
    Ok((plane, height))
}

/// The values of an element of VR DS, when they are as many and finite.
fn decimals<const N: usize>(scanned: &Scanned, tag: Tag) -> Option<[f32; N]> {
    let text = String::from_utf8_lossy(scanned.bytes(tag)).into_owned();
    let values: Vec<f32> = text
        .split('\\')
        .map(|value| value.trim_matches([' ', '\0']).parse().ok())
        .collect::<Option<_>>()?;
    let values: [f32; N] = values.try_into().ok()?;
    values.iter().all(|value| value.is_finite()).then_some(values)
}
