//! JPEG (ITU-T T.81): baseline, extended with 8 and 12 bits, lossless.

use std::borrow::Cow;

use oxiarc_jpeg::{DecodeLimits, DecodeOptions, Decoder};

use super::codec::{declared, pack};
use super::description::Description;
use super::frame::{Frame, Layout};
use crate::render::RenderError;

pub(super) fn decode(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    let stream = repaired(stream);
    let options = DecodeOptions {
        limits: DecodeLimits {
            max_width: described.columns.into(),
            max_height: described.rows.into(),
            max_pixels: described.pixels() as u64,
            max_components: u8::try_from(described.samples).unwrap_or(1),
            ..DecodeLimits::strict()
        },
        // Which colour space it is, DICOM says.
        ..DecodeOptions::raw()
    };
    let mut decoder = Decoder::with_options(&*stream, options);
    let info = decoder.read_info().map_err(|_| RenderError::Undecodable)?;
    let found = (
        u32::from(info.width),
        u32::from(info.height),
        i64::from(info.num_components),
    );
    if found != declared(described) {
        return Err(RenderError::Undecodable);
    }
    let samples = decoder.decode_u16().map_err(|_| RenderError::Undecodable)?;
    let data = pack(
        described,
        info.precision.into(),
        samples.into_iter().map(i32::from),
    )?;
    let frame = Frame::decoded(described, Layout::Pixels, data)?;
    if described.samples == 1 {
        return Ok(frame);
    }
    // The stream may know better than the header: components named R, G, B are no luminance (as in pydicom and DCMTK);
    // JFIF, and Adobe with transform 1, are YCbCr.
    let ids: Vec<u8> = info.components().iter().map(|component| component.id).collect();
    let adobe = decoder.adobe().map(|header| header.transform);
    let told = described.photometric.as_str();
    Ok(if ids == *b"RGB" || ids == *b"rgb" {
        frame.with_photometric("RGB")
    } else if told == "RGB" && (decoder.jfif().is_some() || adobe == Some(1)) || told.starts_with("YBR_") {
        // Two pixels that shared their colour have it twice now.
        frame.with_photometric("YBR_FULL")
    } else {
        frame
    })
}

/// Some encoders write the end of the spectrum of a sequential scan as 0; it is 63 (B.2.3, table B.3), and other readers
/// pass over it.
fn repaired(stream: &[u8]) -> Cow<'_, [u8]> {
    let place = || {
        segment(stream, |marker| matches!(marker, 0xc0 | 0xc1))?;
        let scan = segment(stream, |marker| marker == 0xda)?;
        let components = usize::from(*scan.get(4)?);
        // Marker, length, number of components, two bytes for each of them, start and end of the spectrum.
        let at = 6 + 2 * components;
        let wrong = *scan.get(at - 1)? == 0 && *scan.get(at)? != 63;
        wrong.then_some(stream.len() - scan.len() + at)
    };
    let Some(place) = place() else {
        return Cow::Borrowed(stream);
    };
    let mut stream = stream.to_vec();
    if let Some(end) = stream.get_mut(place) {
        *end = 63;
    }
    Cow::Owned(stream)
}

/// Whether a JPEG-LS stream has its components one after the other (ITU-T T.87 C.2.3: ILV of the first scan is 0).
pub(super) fn scan_by_plane(stream: &[u8]) -> bool {
    let interleave = || {
        let scan = segment(stream, |marker| marker == 0xda)?;
        let components = usize::from(*scan.get(4)?);
        // Marker, length, number of components, two bytes for each of them, NEAR, ILV.
        scan.get(6 + 2 * components).copied()
    };
    interleave() == Some(0)
}

/// A JPEG stream from the first marker segment of this kind on, its marker included; none behind the first scan is found.
fn segment(stream: &[u8], wanted: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let mut rest = stream.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (marker, length) = match rest {
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, a, b, ..] => (*marker, usize::from(u16::from_be_bytes([*a, *b]))),
            _ => return None,
        };
        if wanted(marker) {
            return Some(rest);
        }
        rest = rest.get(2 + length..)?;
    }
}
