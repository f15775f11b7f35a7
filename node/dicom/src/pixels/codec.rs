//! From a compressed frame to its samples, by transfer syntax.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use charls::CharLS;
use flate2::read::DeflateDecoder;
use jxl_oxide::{AllocTracker, JxlImage};

use super::description::{Description, Word};
use super::frame::{Frame, Layout};
use super::{jpeg, jpeg2000, rle};
use crate::render::RenderError;

/// What decoding JPEG XL may take, bytes: for a pixel, and besides.
const MAX_JXL_PIXEL: usize = 128;
const MIN_JXL: usize = 64 << 20;
/// And never more.
const MAX_JXL: usize = 1 << 30;

/// Frames of more samples are decoded one at a time: several at once would take the memory of everything else.
const LARGE: usize = 16 << 20;
static LARGE_FRAME: Mutex<()> = Mutex::new(());

/// A family of coders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    /// A frame as it would be without compression.
    Plain,
    /// The same, deflated.
    Deflated,
    Rle,
    Jpeg,
    JpegLs,
    Jpeg2000,
    JpegXl,
}

impl Codec {
    /// PS3.5 annex A, PS3.6 annex A.
    fn of(transfer_syntax: &str) -> Option<Self> {
        Some(match transfer_syntax.strip_prefix("1.2.840.10008.1.2.")? {
            "1.98" => Self::Plain,
            "8.1" => Self::Deflated,
            "5" => Self::Rle,
            // Baseline, extended, and the retired ones of T.81 that are no more than another order of scans; lossless.
            "4.50" | "4.51" | "4.53" | "4.55" | "4.57" | "4.70" => Self::Jpeg,
            "4.80" | "4.81" => Self::JpegLs,
            // Of part 2 only what part 1 has as well; a codestream that needs more is refused by the codec.
            "4.90" | "4.91" | "4.92" | "4.93" | "4.201" | "4.202" | "4.203" => Self::Jpeg2000,
            "4.110" | "4.111" | "4.112" => Self::JpegXl,
            _ => return None,
        })
    }
}

/// Decompresses one frame.
///
/// # Errors
/// [`RenderError::Unsupported`] for a transfer syntax that nothing here decodes; [`RenderError::Undecodable`].
pub(super) fn decode(
    described: &Description,
    transfer_syntax: &str,
    stream: &[u8],
) -> Result<Frame, RenderError> {
    let codec = Codec::of(transfer_syntax).ok_or_else(|| RenderError::Unsupported {
        transfer_syntax: transfer_syntax.to_owned(),
    })?;
    if !matches!(codec, Codec::Plain | Codec::Deflated) && !matches!(described.word, Word::Integer(_)) {
        return Err(RenderError::Undecodable);
    }
    let large = described.pixels().saturating_mul(described.samples.into()) > LARGE;
    let _alone = large.then(|| LARGE_FRAME.lock().unwrap_or_else(PoisonError::into_inner));
    // The decoders are other people's and meet bytes of strangers here: one that panics (openjp2 0.6 does, on an
    // overflow) makes this picture undecodable, not the node stop.
    catch_unwind(AssertUnwindSafe(|| match codec {
        Codec::Plain => Frame::native(described, stream.to_vec()),
        Codec::Deflated => inflate(described, stream),
        Codec::Rle => rle::decode(described, stream),
        Codec::Jpeg => jpeg::decode(described, stream),
        Codec::JpegLs => jpeg_ls(described, stream),
        Codec::Jpeg2000 => jpeg2000::decode(described, stream),
        Codec::JpegXl => jpeg_xl(described, stream),
    }))
    .map_err(|_| RenderError::Undecodable)?
}

fn inflate(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(stream)
        .take(described.size() as u64)
        .read_to_end(&mut bytes)
        .map_err(|_| RenderError::Undecodable)?;
    Frame::native(described, bytes)
}

/// ITU-T T.87.
fn jpeg_ls(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    let mut codec = CharLS::default();
    let info = codec
        .get_frame_info(stream)
        .map_err(|_| RenderError::Undecodable)?;
    let precision = u32::try_from(info.bits_per_sample).map_err(|_| RenderError::Undecodable)?;
    let found = (info.width, info.height, i64::from(info.component_count));
    if found != declared(described) || !(2..=16).contains(&precision) {
        return Err(RenderError::Undecodable);
    }
    // CharLS' own interface does not tell the interleaving (C.2.3: ILV of the first scan).
    let layout = if described.samples == 3 && jpeg::scan_by_plane(stream) {
        Layout::Planes
    } else {
        Layout::Pixels
    };
    let samples = CharLS::default()
        .decode(stream)
        .map_err(|_| RenderError::Undecodable)?;
    let data = if precision <= 8 {
        pack(described, precision, samples.iter().map(|byte| i32::from(*byte)))?
    } else {
        let words = samples.chunks_exact(2);
        let words = words.map(|pair| i32::from(u16::from_ne_bytes(pair.try_into().unwrap_or_default())));
        pack(described, precision, words)?
    };
    let frame = Frame::decoded(described, layout, data)?;
    // Two pixels share nothing in this codec.
    Ok(match described.photometric.as_str() {
        "YBR_FULL_422" => frame.with_photometric("YBR_FULL"),
        _ => frame,
    })
}

/// ISO/IEC 18181.
fn jpeg_xl(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    // Its size is known after the stream is read only, and a stream may have more planes than it shows.
    let most = described.pixels().saturating_mul(MAX_JXL_PIXEL);
    let most = most.saturating_add(MIN_JXL).min(MAX_JXL);
    let image = JxlImage::builder()
        .alloc_tracker(AllocTracker::with_limit(most))
        .read(stream)
        .map_err(|_| RenderError::Undecodable)?;
    let channels = image.pixel_format().channels() as i64;
    if (image.width(), image.height(), channels) != declared(described) {
        return Err(RenderError::Undecodable);
    }
    let precision = image.image_header().metadata.bit_depth.bits_per_sample();
    if !(1..=16).contains(&precision) {
        return Err(RenderError::Undecodable);
    }
    let render = image.render_frame(0).map_err(|_| RenderError::Undecodable)?;
    let mut stream = render.stream();
    let mut samples = vec![0_f32; described.pixels() * usize::from(described.samples)];
    if stream.write_to_buffer(&mut samples) != samples.len() {
        return Err(RenderError::Undecodable);
    }
    // Samples are given from 0 to 1; with at most 16 bits each is found again exactly.
    let most = f64::from((1_u32 << precision) - 1);
    let integers = samples
        .into_iter()
        .map(|sample| (f64::from(sample) * most).round().clamp(0.0, most) as i32);
    let data = pack(described, precision, integers)?;
    let frame = Frame::decoded(described, Layout::Pixels, data)?;
    Ok(if described.samples == 3 {
        frame.with_photometric("RGB")
    } else {
        frame
    })
}

/// Width, height and number of components that a compressed stream must have: a decoder allocates what it declares.
pub(super) fn declared(described: &Description) -> (u32, u32, i64) {
    (
        described.columns.into(),
        described.rows.into(),
        described.samples.into(),
    )
}

/// Samples of so many bits as an uncompressed image has them: what the codec took for unsigned may be two's complement,
/// and the other way round, since (0028,0103) decides.
pub(super) fn pack(
    described: &Description,
    precision: u32,
    samples: impl Iterator<Item = i32>,
) -> Result<Vec<u8>, RenderError> {
    let bytes = described.word.bytes();
    if precision == 0 || precision > 32 || precision as usize > 8 * bytes {
        return Err(RenderError::Undecodable);
    }
    let unused = 32 - precision;
    let mut data = Vec::with_capacity(described.size());
    for sample in samples {
        let high = (sample as u32) << unused;
        let word = if described.signed {
            i64::from((high as i32) >> unused) as u64
        } else {
            u64::from(high >> unused)
        };
        data.extend_from_slice(word.to_le_bytes().get(..bytes).unwrap_or_default());
    }
    Ok(data)
}
