//! Pictures along and across the arch.

use image::GrayImage;

use super::arch::{Arch, Station};
use super::picture;
use super::volume::Volume;

/// Half the thickness of what a panoramic picture shows, millimetres: the focal trough of a panoramic machine.
const TROUGH: f32 = 6.0;
/// Half the width of a cross-section, millimetres.
const SECTION: f32 = 15.0;

/// The mean through the focal trough along the arch, half of it the largest value: so teeth stand out from what is
/// before and behind them.
pub(super) fn panoramic(volume: &Volume, arch: &Arch) -> GrayImage {
    let pixel = volume.mm[0];
    let depths = depths(TROUGH, pixel);
    let values: Vec<f32> = rows(volume, pixel)
        .flat_map(|z| arch.stations.iter().map(move |station| (z, station)))
        .map(|(z, station)| {
            let (mut sum, mut largest) = (0.0, f32::MIN);
            for depth in &depths {
                let value = sample(volume, station, *depth, z);
                sum += value;
                largest = largest.max(value);
            }
            f32::midpoint(sum / depths.len().max(1) as f32, largest)
        })
        .collect();
    picture::grey(&values, arch.stations.len())
}

/// `count` sections across the arch, evenly spaced, the outer side at the left.
pub(super) fn cross_sections(volume: &Volume, arch: &Arch, count: usize) -> Vec<GrayImage> {
    let pixel = volume.mm[0];
    let depths = depths(SECTION, pixel);
    let teeth = arch.stations.get(arch.teeth.clone()).unwrap_or_default();
    let stations = (0..count).filter_map(|number| teeth.get((2 * number + 1) * teeth.len() / (2 * count)));
    let section = |station: &Station| {
        let values: Vec<f32> = rows(volume, pixel)
            .flat_map(|z| depths.iter().rev().map(move |depth| (z, *depth)))
            .map(|(z, depth)| sample(volume, station, depth, z))
            .collect();
        picture::grey(&values, depths.len())
    };
    stations.map(section).collect()
}

fn sample(volume: &Volume, station: &Station, depth: f32, z: usize) -> f32 {
    let x = (station.x + station.outward[0] * depth) / volume.mm[0];
    let y = (station.y + station.outward[1] * depth) / volume.mm[1];
    volume.at(x, y, z)
}

/// From the inner to the outer side, millimetres.
fn depths(half: f32, step: f32) -> Vec<f32> {
    let steps = (half / step) as i32;
    (-steps..=steps).map(|number| number as f32 * step).collect()
}

/// The slices of square pixels of a picture, the head at the top.
fn rows(volume: &Volume, pixel: f32) -> impl Iterator<Item = usize> {
    let (nz, dz) = (volume.nz, volume.mm[2]);
    let count = ((nz as f32 * dz / pixel) as usize).clamp(1, 1024);
    (0..count).map(move |row| (((count - 1 - row) as f32 + 0.5) * pixel / dz) as usize)
}
