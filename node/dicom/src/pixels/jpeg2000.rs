//! JPEG 2000 and its high-throughput form (ITU-T T.800, T.814).

use jpeg2k::{DecodeParameters, Image};

use super::codec::{declared, pack};
use super::description::Description;
use super::frame::{Frame, Layout};
use crate::render::RenderError;

/// Start of a codestream, and its size marker.
const CODESTREAM: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
/// Start of a JP2 file, which has no place in DICOM and is found there.
const JP2: [u8; 8] = [0, 0, 0, 12, b'j', b'P', b' ', b' '];

pub(super) fn decode(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    let stream = codestream(stream).ok_or(RenderError::Undecodable)?;
    // The codec allocates what the stream declares before it reads on.
    if size(stream) != Some(declared(described)) {
        return Err(RenderError::Undecodable);
    }
    let image = Image::from_bytes_with(stream, DecodeParameters::new().strict(true))
        .map_err(|_| RenderError::Undecodable)?;
    let components = image.components();
    let first = components.first().ok_or(RenderError::Undecodable)?;
    let alike = components.len() == usize::from(described.samples)
        && components.iter().all(|component| {
            component.precision() == first.precision() && component.data().len() == described.pixels()
        });
    if !alike {
        return Err(RenderError::Undecodable);
    }
    let samples = components
        .iter()
        .flat_map(|component| component.data().iter().copied());
    let data = pack(described, first.precision(), samples)?;
    let layout = if described.samples == 1 {
        Layout::Pixels
    } else {
        Layout::Planes
    };
    let frame = Frame::decoded(described, layout, data)?;
    Ok(match described.photometric.as_str() {
        // The codec undoes the transform that the stream names.
        "YBR_RCT" | "YBR_ICT" => frame.with_photometric("RGB"),
        "YBR_FULL_422" => frame.with_photometric("YBR_FULL"),
        _ => frame,
    })
}

/// The codestream, without the boxes of a file around it (ITU-T T.800 I.4).
fn codestream(stream: &[u8]) -> Option<&[u8]> {
    if !stream.starts_with(&JP2) {
        return Some(stream);
    }
    let mut rest = stream;
    loop {
        let (head, _) = rest.split_at_checked(8)?;
        let (length, kind) = head.split_at(4);
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        if kind == b"jp2c" {
            // A length of 0: up to the end.
            return rest.get(8..if length == 0 { rest.len() } else { length });
        }
        rest = rest.get(length.max(8)..)?;
    }
}

/// Width, height and number of components (ITU-T T.800 A.5.1); `None` for what is no codestream.
fn size(stream: &[u8]) -> Option<(u32, u32, i64)> {
    let size = stream.strip_prefix(&CODESTREAM)?;
    let number = |at: usize| Some(u32::from_be_bytes(size.get(at..at + 4)?.try_into().ok()?));
    let components = u16::from_be_bytes(size.get(36..38)?.try_into().ok()?);
    Some((
        number(4)?.checked_sub(number(12)?)?,
        number(8)?.checked_sub(number(16)?)?,
        components.into(),
    ))
}
