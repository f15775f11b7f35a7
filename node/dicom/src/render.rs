//! One frame as a PNG for lists, previews and reports. Not for diagnosis: grey levels are reduced to 8 bits.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};

pub(crate) mod frame;
use frame::Frame;

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
    /// Window; without one the file's first is used, else its smallest to its largest value.
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
    /// The compressed pixels are damaged, or of a kind that the decoder does not know.
    #[error(
        "the pixels of this image are damaged, or of a kind that can't be previewed; the file itself is kept"
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
/// Native pixels, RLE, JPEG baseline, extended (8 bits) and lossless, JPEG-LS and JPEG 2000 are
/// decoded. Bounded by the number of pixels
/// and the length of `file`.
///
/// # Errors
/// [`RenderError`] says what hinders it; nothing is guessed.
pub fn render_png(file: &[u8], request: &RenderRequest) -> Result<Vec<u8>, RenderError> {
    let window_fits = request
        .window
        .is_none_or(|w| w.center.is_finite() && w.width.is_finite() && w.width >= 1.0);
    if !window_fits || request.max_width == 0 || request.max_height == 0 {
        return Err(RenderError::BadRequest);
    }
    let frame = Frame::decode(file, request.frame)?;
    let image = if frame.samples == 1 {
        grey(&frame, request.window)?
    } else {
        colour(&frame)?
    };
    encode(fit(image, request.max_width, request.max_height))
}

/// Modality LUT, window, and the sense of the photometric interpretation (PS3.3 C.7.6.3.1.2, C.11).
fn grey(frame: &Frame, window: Option<Window>) -> Result<DynamicImage, RenderError> {
    let values = frame.values();
    let window = window.or(frame.window).unwrap_or_else(|| full_range(&values));
    let inverted = frame.photometric == "MONOCHROME1";
    let pixels = values.into_iter().map(|value| {
        let level = window.level(value);
        if inverted { 255 - level } else { level }
    });
    let image = GrayImage::from_raw(frame.columns.into(), frame.rows.into(), pixels.collect());
    image.map(DynamicImage::from).ok_or(RenderError::Undecodable)
}

impl Window {
    /// The linear function of PS3.3 C.11.2.1.2.1 to 0–255.
    fn level(&self, value: f64) -> u8 {
        let (middle, half) = (self.center - 0.5, (self.width - 1.0) / 2.0);
        if value <= middle - half {
            0
        } else if value > middle + half {
            255
        } else {
            (((value - middle) / (self.width - 1.0) + 0.5) * 255.0)
                .round()
                .clamp(0.0, 255.0) as u8
        }
    }
}

/// The window from the smallest to the largest value.
fn full_range(values: &[f64]) -> Window {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return Window {
            center: 0.5,
            width: 1.0,
        };
    }
    Window {
        center: (low + high) / 2.0 + 0.5,
        width: high - low + 1.0,
    }
}

/// RGB as it is, YBR_FULL converted (PS3.3 C.7.6.3.1.2).
fn colour(frame: &Frame) -> Result<DynamicImage, RenderError> {
    let mut pixels = frame.interleaved();
    if frame.photometric.starts_with("YBR_FULL") {
        for pixel in pixels.chunks_exact_mut(3) {
            let (y, b, r) = (
                f32::from(pixel[0]),
                f32::from(pixel[1]) - 128.0,
                f32::from(pixel[2]) - 128.0,
            );
            let rgb = [y + 1.402 * r, y - 0.344_136 * b - 0.714_136 * r, y + 1.772 * b];
            pixel.copy_from_slice(&rgb.map(|value| value.round().clamp(0.0, 255.0) as u8));
        }
    }
    let image = RgbImage::from_raw(frame.columns.into(), frame.rows.into(), pixels);
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
