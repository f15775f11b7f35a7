//! One frame's samples.

use super::description::{Description, Word};
use crate::render::RenderError;

/// How the samples of a pixel follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Pixel by pixel.
    Pixels,
    /// One colour after the other.
    Planes,
    /// Two pixels share their colour: Y Y Cb Cr (PS3.3 C.7.6.3.1.2, YBR_FULL_422).
    Halved,
}

/// The samples of one frame, uncompressed, in little endian; single bits one in a byte.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    /// 1 or 3.
    pub(crate) samples: u16,
    /// Of these samples: a codec may have undone what the file names.
    pub(crate) photometric: String,
    word: Word,
    stored: u16,
    shift: u16,
    signed: bool,
    layout: Layout,
    data: Vec<u8>,
}

impl Frame {
    /// Of a frame that is written uncompressed.
    pub(super) fn native(described: &Description, bytes: Vec<u8>) -> Result<Self, RenderError> {
        let halved = described.photometric.ends_with("_422");
        let layout = match (halved, described.by_plane) {
            (true, _) => Layout::Halved,
            (false, true) => Layout::Planes,
            (false, false) => Layout::Pixels,
        };
        let data = if described.word == Word::Bit {
            let bits = bytes
                .iter()
                .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
            bits.take(described.pixels()).collect()
        } else {
            bytes
        };
        let size = if halved {
            described.size() / 3 * 2
        } else {
            described.size()
        };
        Self::of(described, layout, data, size)
    }

    /// Of samples as a codec gave them, each in as many bytes as in an uncompressed image, the stored bits lowest.
    pub(super) fn decoded(
        described: &Description,
        layout: Layout,
        data: Vec<u8>,
    ) -> Result<Self, RenderError> {
        let mut frame = Self::of(described, layout, data, described.size())?;
        frame.shift = 0;
        Ok(frame)
    }

    /// Of samples whose words are those of an uncompressed image, whatever lies beside their stored bits.
    pub(super) fn coded(described: &Description, layout: Layout, data: Vec<u8>) -> Result<Self, RenderError> {
        Self::of(described, layout, data, described.size())
    }

    fn of(
        described: &Description,
        layout: Layout,
        mut data: Vec<u8>,
        size: usize,
    ) -> Result<Self, RenderError> {
        if data.len() < size {
            return Err(RenderError::Undecodable);
        }
        data.truncate(size);
        Ok(Self {
            rows: described.rows,
            columns: described.columns,
            samples: described.samples,
            photometric: described.photometric.clone(),
            word: described.word,
            stored: described.stored,
            shift: described.shift,
            signed: described.signed,
            layout,
            data,
        })
    }

    /// Another colour space than the file names.
    pub(super) fn with_photometric(mut self, photometric: &str) -> Self {
        photometric.clone_into(&mut self.photometric);
        self
    }

    /// Bits of a sample of an uncompressed image.
    pub(crate) const fn allocated(&self) -> u16 {
        match self.word {
            Word::Bit => 1,
            _ => self.word.bytes() as u16 * 8,
        }
    }

    /// How many bits lie below the stored ones.
    pub(crate) const fn shift(&self) -> u16 {
        self.shift
    }

    /// Bits of a sample that carry its value.
    pub(crate) const fn stored(&self) -> u16 {
        self.stored
    }

    /// The stored values, in the order in which they are pixel by pixel; of single bits 0 and 1.
    pub(crate) fn values(&self) -> Vec<f64> {
        let integer = |bytes: &[u8]| {
            let mut word = [0; 8];
            if let Some(low) = word.get_mut(..bytes.len()) {
                low.copy_from_slice(bytes);
            }
            self.value(u64::from_le_bytes(word))
        };
        let data = self.by_pixel();
        match self.word {
            Word::Bit => data.iter().map(|bit| f64::from(*bit)).collect(),
            Word::Integer(1) => {
                // A table: there are only so many.
                let values: Vec<f64> = (0..=255).map(|byte| self.value(byte)).collect();
                let value = |byte: &u8| values.get(usize::from(*byte)).copied().unwrap_or_default();
                data.iter().map(value).collect()
            }
            // Most images: in words of 16 bits many are done at once.
            Word::Integer(2) if (1..=16).contains(&self.stored) && self.shift < 16 => self.words(&data),
            Word::Integer(bytes) => data.chunks_exact(bytes.into()).map(integer).collect(),
            Word::Float => data
                .chunks_exact(4)
                .map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap_or_default())))
                .collect(),
            Word::Double => data
                .chunks_exact(8)
                .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap_or_default()))
                .collect(),
        }
    }

    /// The values of words of 16 bits; as [`Self::value`] has each.
    fn words(&self, data: &[u8]) -> Vec<f64> {
        let (shift, unused) = (self.shift, 16 - self.stored);
        let words = data.as_chunks::<2>().0.iter();
        let high = words.map(|bytes| (u16::from_le_bytes(*bytes) >> shift) << unused);
        if self.signed {
            high.map(|high| f64::from((high as i16) >> unused)).collect()
        } else {
            high.map(|high| f64::from(high >> unused)).collect()
        }
    }

    /// The value of a word: what lies above and below its stored bits may be anything (an overlay, once).
    fn value(&self, word: u64) -> f64 {
        let unused = 64 - u32::from(self.stored);
        let high = (word >> self.shift) << unused;
        if self.signed {
            ((high as i64) >> unused) as f64
        } else {
            (high >> unused) as f64
        }
    }

    /// The samples as they are in an uncompressed image of little endian (PS3.5 8.2), colour by pixel.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        match (self.word, self.layout) {
            (Word::Bit, _) => {
                let byte = |bits: &[u8]| {
                    let placed = bits.iter().enumerate();
                    placed.fold(0, |byte, (place, bit)| byte | (bit << place))
                };
                self.data.chunks(8).map(byte).collect()
            }
            // Halved samples are uncompressed ones, and stay as they are.
            (_, Layout::Pixels | Layout::Halved) => self.data,
            (_, Layout::Planes) => self.by_pixel().into_owned(),
        }
    }

    /// All samples of each pixel, one pixel after the other.
    fn by_pixel(&self) -> std::borrow::Cow<'_, [u8]> {
        let bytes = self.word.bytes();
        match self.layout {
            Layout::Pixels => self.data.as_slice().into(),
            Layout::Planes => {
                let plane = self.data.len() / usize::from(self.samples.max(1));
                let mut pixels = Vec::with_capacity(self.data.len());
                for at in (0..plane).step_by(bytes) {
                    for colour in 0..usize::from(self.samples) {
                        let from = colour * plane + at;
                        pixels.extend_from_slice(self.data.get(from..from + bytes).unwrap_or_default());
                    }
                }
                pixels.into()
            }
            Layout::Halved => {
                let both = |four: &[u8]| match *four {
                    [first, second, blue, red] => [first, blue, red, second, blue, red],
                    _ => [0; 6],
                };
                self.data.chunks(4).flat_map(both).collect::<Vec<u8>>().into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1: of words of 16 bits each value is what the general rule says, wherever its bits lie and whatever lies beside them.
    #[test]
    fn r1_words_of_16_bits_have_the_values_that_the_rule_says() {
        let words: Vec<u16> = (0..=u16::MAX)
            .step_by(37)
            .chain([0x7fff, 0x8000, u16::MAX])
            .collect();
        let data: Vec<u8> = words.iter().copied().flat_map(u16::to_le_bytes).collect();
        for stored in 1..=16 {
            for shift in 0..=16 - stored {
                for signed in [false, true] {
                    let frame = Frame {
                        rows: 1,
                        columns: words.len() as u16,
                        samples: 1,
                        photometric: "MONOCHROME2".to_owned(),
                        word: Word::Integer(2),
                        stored,
                        shift,
                        signed,
                        layout: Layout::Pixels,
                        data: data.clone(),
                    };
                    let expected: Vec<f64> = words.iter().map(|word| frame.value((*word).into())).collect();
                    assert_eq!(frame.values(), expected, "{stored} {shift} {signed}");
                }
            }
        }
    }
}
