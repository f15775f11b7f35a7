//! Values to 8-bit grey, and grey to PNG.

use image::GrayImage;

use super::{PreviewError, WARNING};

/// Shares of the values that become black and white.
const WINDOW: (f32, f32) = (0.02, 0.998);

/// A picture of `columns` columns, windowed by its own values.
pub(super) fn grey(values: &[f32], columns: usize) -> GrayImage {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| {
        let place = (sorted.len() as f32 * share) as usize;
        sorted
            .get(place.min(sorted.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    let (black, white) = (at(WINDOW.0), at(WINDOW.1));
    let scale = 255.0 / (white - black).max(1.0);
    let pixels = values
        .iter()
        .map(|value| ((value - black) * scale).clamp(0.0, 255.0) as u8);
    let columns = columns.max(1);
    // Never larger than the volume's edges and the arch's length, some hundreds.
    let (width, height) = (columns as u32, (values.len() / columns) as u32);
    GrayImage::from_raw(width, height, pixels.collect()).unwrap_or_default()
}

/// The PNG, with what it is not for written into it.
pub(super) fn png(picture: &GrayImage) -> Result<Vec<u8>, PreviewError> {
    let mut bytes = Vec::new();
    let info = png::Info::with_size(picture.width(), picture.height());
    let mut encoder = png::Encoder::with_info(&mut bytes, info).map_err(|_| PreviewError::Png)?;
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let write = |mut encoder: png::Encoder<'_, &mut Vec<u8>>| {
        encoder.add_itxt_chunk("Warning".to_owned(), WARNING.to_owned())?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(picture.as_raw())?;
        writer.finish()
    };
    write(encoder).map_err(|_| PreviewError::Png)?;
    Ok(bytes)
}
