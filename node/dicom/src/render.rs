//! One frame as a PNG for lists, previews and reports. Not for diagnosis: grey levels are reduced to 8 bits.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};

use crate::pixels::{Frame, Image};

pub(crate) mod colour;
mod look;
mod lut;

use look::{Look, Modality, Voi};
use lut::{Curve, Function};

/// A linear window (PS3.3 C.11.2.1.2.1), in output units of the modality LUT (for CT: HU).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Centre.
    pub center: f64,
    /// Width, at least 1.
    pub width: f64,
}

/// Which picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RenderRequest {
    /// Frame, counted from 0.
    pub frame: u32,
    /// Window; without one the file's first is used, then its first VOI LUT, else its smallest to its largest value.
    pub window: Option<Window>,
    /// Largest width of the result, pixels; the picture is never enlarged.
    pub max_width: u32,
    /// Largest height of the result, pixels.
    pub max_height: u32,
}

impl Default for RenderRequest {
    fn default() -> Self {
        Self {
            frame: 0,
            window: None,
            max_width: 4096,
            max_height: 4096,
        }
    }
}

/// No picture can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The file itself can't be read.
    #[error(transparent)]
    Header(#[from] crate::header::HeaderError),
    /// The object has no pixels (a report, a document).
    #[error("this DICOM object holds no image")]
    NoPixels,
    /// There is no such frame.
    #[error("frame {frame} does not exist: the image has {frames}")]
    NoSuchFrame {
        /// The frame asked for, from 0.
        frame: u32,
        /// How many there are.
        frames: u32,
    },
    /// Larger than the bound on pixels.
    #[error("this image is too large to preview")]
    TooLarge,
    /// Nothing here decodes this transfer syntax.
    #[error("images compressed as {transfer_syntax} can't be previewed; the file itself is intact")]
    Unsupported {
        /// (0002,0010).
        transfer_syntax: String,
    },
    /// Samples or colours of a kind that nothing here shows (retired ones, CMYK, samples packed beyond bytes).
    #[error(
        "images of this kind can't be previewed ({photometric}, {bits} bits a sample); the file itself is intact"
    )]
    Kind {
        /// (0028,0004).
        photometric: String,
        /// (0028,0100).
        bits: u16,
    },
    /// The pixels are not what the header says.
    #[error(
        "the pixels of this image are damaged: they are not what its header says; the file itself is kept"
    )]
    Undecodable,
    /// Window of width below 1, or a size of 0.
    #[error("the picture asked for has no extent: window width and size must be at least 1")]
    BadRequest,
    /// The PNG could not be written.
    #[error("the picture can't be written as PNG")]
    Png,
}

/// Renders one frame of the Part 10 file in `file` to PNG bytes (8-bit grey or RGB).
///
/// Uncompressed samples, RLE, JPEG (baseline, extended, lossless), JPEG-LS, JPEG 2000, HTJ2K and JPEG XL are decoded;
/// what the file says about modality and VOI tables, windows, palettes and padding is followed (PS3.3 C.11, C.7.6.3).
/// Bounded by the number of pixels and the length of `file`.
///
/// # Errors
/// [`RenderError`] says what hinders it; nothing is guessed.
pub fn render_png(file: &[u8], request: &RenderRequest) -> Result<Vec<u8>, RenderError> {
    let window = request.window.map(|window| Curve {
        center: window.center,
        width: window.width,
        function: Function::Linear,
    });
    if !window.is_none_or(|window| window.is_sound()) || request.max_width == 0 || request.max_height == 0 {
        return Err(RenderError::BadRequest);
    }
    let image = Image::open(file)?;
    let frame = image.frame(request.frame)?;
    let picture = match (frame.samples, frame.photometric.as_str()) {
        (1, "PALETTE COLOR") => palette(&frame, &Look::of(&image, request.frame)?)?,
        (1, _) => grey(&frame, &Look::of(&image, request.frame)?, window)?,
        _ => RgbImage::from_raw(frame.columns.into(), frame.rows.into(), colour::rgb(&frame))
            .ok_or(RenderError::Undecodable)?
            .into(),
    };
    encode(fit(picture, request.max_width, request.max_height))
}

/// The values of a grey frame after the modality LUT: for CT, HU.
///
/// # Errors
/// [`RenderError::Header`] when the file can't be read.
pub(crate) fn measured(image: &Image<'_>, frame: &Frame, index: u32) -> Result<Vec<f64>, RenderError> {
    Ok(Look::of(image, index)?.measured(frame.values()))
}

impl Look {
    fn measured(&self, stored: Vec<f64>) -> Vec<f64> {
        let mut values = stored;
        match &self.modality {
            Modality::Rescale { slope, intercept } => {
                values
                    .iter_mut()
                    .for_each(|value| *value = *value * slope + intercept);
            }
            Modality::Table(table) => values.iter_mut().for_each(|value| *value = table.at(*value)),
        }
        values
    }
}

/// Modality LUT, VOI LUT or window, and the sense of the photometric interpretation (PS3.3 C.7.6.3.1.2, C.11). What is no
/// image is black in either sense, and says nothing about the range.
fn grey(frame: &Frame, look: &Look, window: Option<Curve>) -> Result<DynamicImage, RenderError> {
    let stored = frame.values();
    let padded: Vec<bool> = match &look.padding {
        Some(padding) => stored.iter().map(|value| padding.contains(value)).collect(),
        None => Vec::new(),
    };
    let is_padded = |at: usize| padded.get(at).copied().unwrap_or(false);
    let values = look.measured(stored);
    let voi = window.map(Voi::Curve).or_else(|| look.voi.clone());
    let voi = voi.unwrap_or_else(|| {
        if frame.stored() == 1 {
            // Off and on are what they are where all are on, too.
            return Voi::Curve(Curve::over([0.0, 1.0].into_iter()));
        }
        let image = values.iter().enumerate().filter(|(at, _)| !is_padded(*at));
        Voi::Curve(Curve::over(image.map(|(_, value)| *value)))
    });
    let inverted = frame.photometric == "MONOCHROME1";
    let level = |(at, value): (usize, f64)| {
        if is_padded(at) {
            return 0;
        }
        let level = match &voi {
            Voi::Curve(curve) => curve.level(value),
            Voi::Table(table) => table.level(value),
        };
        let level = level.round().clamp(0.0, 255.0) as u8;
        if inverted { 255 - level } else { level }
    };
    let levels = values.into_iter().enumerate().map(level).collect();
    let image = GrayImage::from_raw(frame.columns.into(), frame.rows.into(), levels);
    image.map(DynamicImage::from).ok_or(RenderError::Undecodable)
}

/// PS3.3 C.7.9.
fn palette(frame: &Frame, look: &Look) -> Result<DynamicImage, RenderError> {
    let tables = look.palette.as_ref().ok_or(RenderError::Undecodable)?;
    let levels = frame.values().into_iter().flat_map(|value| {
        let colour = tables.each_ref().map(|table| table.level(value));
        colour.map(|level| level.round().clamp(0.0, 255.0) as u8)
    });
    let image = RgbImage::from_raw(frame.columns.into(), frame.rows.into(), levels.collect());
    image.map(DynamicImage::from).ok_or(RenderError::Undecodable)
}

/// Scales down to the bounds, keeping the aspect.
fn fit(image: DynamicImage, max_width: u32, max_height: u32) -> DynamicImage {
    if image.width() <= max_width && image.height() <= max_height {
        return image;
    }
    image.thumbnail(max_width, max_height)
}

fn encode(image: DynamicImage) -> Result<Vec<u8>, RenderError> {
    let mut png = Cursor::new(Vec::new());
    image
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|_| RenderError::Png)?;
    Ok(png.into_inner())
}
