//! RLE Lossless (PS3.5 annex G).

use super::description::Description;
use super::frame::{Frame, Layout};
use crate::render::RenderError;

/// The header: a number of segments and fifteen offsets.
const HEADER: usize = 64;

pub(super) fn decode(described: &Description, stream: &[u8]) -> Result<Frame, RenderError> {
    let bytes = described.word.bytes();
    let segments = bytes * usize::from(described.samples);
    let number = |index: usize| {
        let four = stream.get(index * 4..index * 4 + 4)?;
        Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
    };
    if stream.len() < HEADER || number(0) != Some(segments) || segments > 15 {
        return Err(RenderError::Undecodable);
    }
    let pixels = described.pixels();
    let mut data = vec![0; pixels * segments];
    for segment in 0..segments {
        let begin = number(segment + 1).ok_or(RenderError::Undecodable)?;
        let end = if segment + 1 < segments {
            number(segment + 2).ok_or(RenderError::Undecodable)?
        } else {
            stream.len()
        };
        let coded = stream
            .get(begin.max(HEADER)..end)
            .ok_or(RenderError::Undecodable)?;
        // One byte of each sample is a segment, the highest first (G.2); samples lie plane by plane then.
        let (plane, byte) = (segment / bytes, bytes - 1 - segment % bytes);
        let places = data.iter_mut().skip(plane * pixels * bytes + byte).step_by(bytes);
        unpack(coded, &mut places.take(pixels))?;
    }
    let layout = if described.samples == 1 {
        Layout::Pixels
    } else {
        Layout::Planes
    };
    let frame = Frame::coded(described, layout, data)?;
    Ok(match described.photometric.as_str() {
        "YBR_FULL_422" => frame.with_photometric("YBR_FULL"),
        _ => frame,
    })
}

/// PackBits (G.3.2) until all places are filled.
fn unpack<'a>(coded: &[u8], places: &mut impl Iterator<Item = &'a mut u8>) -> Result<(), RenderError> {
    let mut rest = coded;
    let mut next = places.next();
    while next.is_some() {
        let Some((head, tail)) = rest.split_first() else {
            return Err(RenderError::Undecodable);
        };
        rest = tail;
        let length = usize::from(*head);
        let (run, width) = match head {
            0..=127 => (rest.get(..=length), length + 1),
            128 => continue,
            129..=255 => (rest.get(..1), 257 - length),
        };
        let run = run.ok_or(RenderError::Undecodable)?;
        rest = rest.get(run.len()..).unwrap_or_default();
        for byte in run.iter().cycle().take(width) {
            // Some encoders fill up to an even length with a run that is too long.
            let Some(place) = next else { break };
            *place = *byte;
            next = places.next();
        }
    }
    Ok(())
}
