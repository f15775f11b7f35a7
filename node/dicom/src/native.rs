//! Where the uncompressed samples of an image lie in its file: what a lossless encoder outside of DICOM must know.

use std::io::Read;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::header::HeaderError;
use crate::scan::scan;

/// How one sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeSample {
    /// One unsigned byte.
    Unsigned8,
    /// Three unsigned bytes a pixel, one after the other (0028,0006 is 0).
    Colour8,
    /// Unsigned, 16 bits, little endian.
    Unsigned16,
    /// Two's complement, 16 bits, little endian.
    Signed16,
}

/// Whole rows of samples of all frames, one after the other (PS3.5 8.1, PS3.3 C.7.6.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeSamples {
    /// Offset of the first in the file.
    pub at: u64,
    /// Their length, bytes, without a padding byte.
    pub length: u64,
    /// Length of a row, bytes.
    pub row: u32,
    /// How one is written.
    pub sample: NativeSample,
}

const WANTED: [Tag; 6] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PLANAR_CONFIGURATION,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::PIXEL_REPRESENTATION,
    tags::PHOTOMETRIC_INTERPRETATION,
];

/// Finds the samples of the Part 10 file in `reader`, which is read up to its pixels. `None` when there are none, when
/// they are compressed already, or when they are written in a way that is not among [`NativeSample`].
///
/// # Errors
/// As [`crate::read_header`].
pub fn native_samples<R: Read>(reader: R) -> Result<Option<NativeSamples>, HeaderError> {
    let scanned = scan(reader, |tag| WANTED.contains(&tag))?;
    let Some((at, declared)) = scanned
        .pixels
        .and_then(|pixels| pixels.value_at.zip(pixels.length))
    else {
        return Ok(None);
    };
    let number = |tag| scanned.u16(tag);
    let samples = number(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    let by_plane = number(tags::PLANAR_CONFIGURATION) == Some(1);
    let signed = number(tags::PIXEL_REPRESENTATION) == Some(1);
    let (sample, pixel) = match (number(tags::BITS_ALLOCATED), samples) {
        (Some(8), 1) => (NativeSample::Unsigned8, 1),
        (Some(8), 3) if by_plane => (NativeSample::Unsigned8, 1),
        // Half the colour is left out (YBR_FULL_422): the pixels are not of three samples.
        (Some(8), 3) if scanned.bytes(tags::PHOTOMETRIC_INTERPRETATION).ends_with(b"422") => return Ok(None),
        (Some(8), 3) => (NativeSample::Colour8, 3),
        (Some(16), 1) if scanned.big_endian => return Ok(None),
        (Some(16), 1) if signed => (NativeSample::Signed16, 2),
        (Some(16), 1) => (NativeSample::Unsigned16, 2),
        _ => return Ok(None),
    };
    let row = u32::from(number(tags::COLUMNS).unwrap_or(0)) * pixel;
    let Some(rows) = declared.checked_div(row).filter(|rows| *rows > 0) else {
        return Ok(None);
    };
    Ok(Some(NativeSamples {
        at,
        length: u64::from(rows) * u64::from(row),
        row,
        sample,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::{PhantomOptions, write_cbct};

    #[test]
    fn the_samples_of_a_slice_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let options = PhantomOptions {
            slices: 1,
            rows: 40,
            columns: 30,
            ..PhantomOptions::default()
        };
        let phantom = write_cbct(dir.path(), &options).unwrap();
        let file = std::fs::read(&phantom.files[0]).unwrap();
        let found = native_samples(file.as_slice()).unwrap().unwrap();
        assert_eq!((found.row, found.length), (60, 2400));
        assert_eq!(found.at + found.length, file.len() as u64);
        assert_eq!(found.sample, NativeSample::Unsigned16);
    }

    #[test]
    fn a_file_that_is_not_dicom_is_an_error() {
        assert!(native_samples(&b"no"[..]).is_err());
    }
}
