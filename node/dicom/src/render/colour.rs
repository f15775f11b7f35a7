//! Colour spaces (PS3.3 C.7.6.3.1.2).

use crate::pixels::Frame;

/// RGB of 8 bits, pixel by pixel.
pub(super) fn rgb(frame: &Frame) -> Vec<u8> {
    let most = most(frame);
    let in_eight = frame.values().into_iter().map(|value| value / most * 255.0);
    let samples: Vec<f64> = in_eight.collect();
    let convert = converter(&frame.photometric);
    samples
        .chunks_exact(3)
        .flat_map(|pixel| convert([pixel[0], pixel[1], pixel[2]], 255.0))
        .map(|level| level.round().clamp(0.0, 255.0) as u8)
        .collect()
}

/// The frame's samples as RGB, as wide as they were, in little endian.
pub(crate) fn rgb_samples(frame: Frame) -> Vec<u8> {
    let most = most(&frame);
    let convert = converter(&frame.photometric);
    let bytes = usize::from(frame.allocated() / 8);
    let values = frame.values();
    values
        .chunks_exact(3)
        .flat_map(|pixel| convert([pixel[0], pixel[1], pixel[2]], most))
        .flat_map(|sample| {
            let word = (sample.round().clamp(0.0, most) as u64).to_le_bytes();
            word.into_iter().take(bytes)
        })
        .collect()
}

/// The largest sample.
fn most(frame: &Frame) -> f64 {
    2_f64.powi(frame.stored().into()) - 1.0
}

type Converter = fn([f64; 3], f64) -> [f64; 3];

/// From this colour space to RGB, of samples up to a largest one.
fn converter(photometric: &str) -> Converter {
    match photometric {
        "YBR_FULL" | "YBR_FULL_422" | "YBR_ICT" => from_full,
        "YBR_PARTIAL_422" | "YBR_PARTIAL_420" => from_partial,
        "YBR_RCT" => from_reversible,
        _ => |pixel, _| pixel,
    }
}

fn from_full([y, b, r]: [f64; 3], most: f64) -> [f64; 3] {
    let middle = ((most + 1.0) / 2.0).floor();
    let (b, r) = (b - middle, r - middle);
    [y + 1.402 * r, y - 0.344_136 * b - 0.714_136 * r, y + 1.772 * b]
}

/// Luminance from 16 to 235, colour from 16 to 240 of 255.
fn from_partial([y, b, r]: [f64; 3], most: f64) -> [f64; 3] {
    let unit = most / 255.0;
    let (y, b, r) = (1.164_4 * (y - 16.0 * unit), b - 128.0 * unit, r - 128.0 * unit);
    [y + 1.596 * r, y - 0.391_7 * b - 0.812_9 * r, y + 2.017_3 * b]
}

/// ITU-T T.800 G.2.2.
fn from_reversible([y, b, r]: [f64; 3], most: f64) -> [f64; 3] {
    let middle = ((most + 1.0) / 2.0).floor();
    let (b, r) = (b - middle, r - middle);
    let green = y - ((b + r) / 4.0).floor();
    [r + green, green, b + green]
}
