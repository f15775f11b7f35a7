//! How the samples of an image are written (PS3.3 C.7.6.3, PS3.5 8).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::render::RenderError;
use crate::scan::Scanned;

/// Most samples of one frame.
const MAX_SAMPLES: u64 = 64 << 20;

/// What a scan keeps for [`Description::of`] and for [`crate::frames::FrameIndex`].
const WANTED: [Tag; 11] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::PIXEL_DATA,
];

pub(crate) fn is_wanted(tag: Tag) -> bool {
    WANTED.contains(&tag)
}

/// What one sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// One bit, eight in a byte, the lowest first.
    Bit,
    /// An integer of so many bytes: 1, 2, 4 or 8.
    Integer(u8),
    /// IEEE 754, 32 bits (7FE0,0008).
    Float,
    /// IEEE 754, 64 bits (7FE0,0009).
    Double,
}

impl Word {
    /// Bytes of a sample that is in memory.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Bit => 1,
            Self::Integer(bytes) => bytes as usize,
            Self::Float => 4,
            Self::Double => 8,
        }
    }
}

/// How the samples of an image are written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Description {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    /// 1 or 3.
    pub(crate) samples: u16,
    /// (0028,0004) as it is in the file.
    pub(crate) photometric: String,
    pub(crate) word: Word,
    /// (0028,0101).
    pub(crate) stored: u16,
    /// How many bits lie below the stored ones (0028,0102).
    pub(crate) shift: u16,
    /// Two's complement.
    pub(crate) signed: bool,
    /// Colour by plane rather than by pixel (0028,0006).
    pub(crate) by_plane: bool,
    pub(crate) frames: u32,
}

impl Description {
    /// Of a scan that kept what [`is_wanted`].
    ///
    /// # Errors
    /// [`RenderError::NoPixels`], [`RenderError::Kind`] and, for what contradicts itself, [`RenderError::Undecodable`].
    pub(crate) fn of(scanned: &Scanned) -> Result<Self, RenderError> {
        let pixels = scanned.pixels.ok_or(RenderError::NoPixels)?;
        let number = |tag| scanned.u16(tag).ok_or(RenderError::Undecodable);
        let (rows, columns) = (number(tags::ROWS)?, number(tags::COLUMNS)?);
        let samples = scanned.u16(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let allocated = number(tags::BITS_ALLOCATED)?;
        let photometric = text(scanned, tags::PHOTOMETRIC_INTERPRETATION);
        let kind = || RenderError::Kind {
            photometric: photometric.clone(),
            bits: allocated,
        };
        let word = match (pixels.tag, allocated) {
            (tags::FLOAT_PIXEL_DATA, 32) => Word::Float,
            (tags::DOUBLE_FLOAT_PIXEL_DATA, 64) => Word::Double,
            (tags::PIXEL_DATA, 1) => Word::Bit,
            (tags::PIXEL_DATA, 8) => Word::Integer(1),
            (tags::PIXEL_DATA, 16) => Word::Integer(2),
            (tags::PIXEL_DATA, 32) => Word::Integer(4),
            (tags::PIXEL_DATA, 64) => Word::Integer(8),
            _ => return Err(kind()),
        };
        let known = match photometric.as_str() {
            "MONOCHROME1" | "MONOCHROME2" => samples == 1,
            "PALETTE COLOR" => samples == 1 && matches!(word, Word::Integer(1 | 2)),
            "RGB" | "YBR_FULL" | "YBR_ICT" | "YBR_RCT" | "XYB" => {
                samples == 3 && matches!(word, Word::Integer(_))
            }
            "YBR_FULL_422" | "YBR_PARTIAL_422" | "YBR_PARTIAL_420" => {
                samples == 3 && word == Word::Integer(1)
            }
            _ => false,
        };
        if !known {
            return Err(kind());
        }
        let (stored, high) = if matches!(word, Word::Integer(_)) {
            let stored = scanned.u16(tags::BITS_STORED).unwrap_or(allocated);
            (
                stored,
                scanned.u16(tags::HIGH_BIT).unwrap_or(stored.saturating_sub(1)),
            )
        } else {
            (allocated, allocated - 1)
        };
        if rows == 0 || columns == 0 || !(1..=allocated).contains(&stored) || high >= allocated {
            return Err(RenderError::Undecodable);
        }
        if u64::from(rows) * u64::from(columns) * u64::from(samples) > MAX_SAMPLES {
            return Err(RenderError::TooLarge);
        }
        Ok(Self {
            rows,
            columns,
            samples,
            photometric,
            word,
            stored,
            // A high bit below the stored ones contradicts itself: then they are taken to begin at the lowest.
            shift: (high + 1).saturating_sub(stored),
            signed: scanned.u16(tags::PIXEL_REPRESENTATION) == Some(1) && matches!(word, Word::Integer(_)),
            by_plane: samples == 3 && scanned.u16(tags::PLANAR_CONFIGURATION) == Some(1),
            frames: number_of_frames(scanned),
        })
    }

    /// Pixels of a frame.
    pub(crate) fn pixels(&self) -> usize {
        usize::from(self.rows) * usize::from(self.columns)
    }

    /// Bytes of a frame with all samples of every pixel in memory.
    pub(crate) fn size(&self) -> usize {
        self.pixels() * usize::from(self.samples) * self.word.bytes()
    }
}

/// (0028,0008); 1 where it is missing.
pub(crate) fn number_of_frames(scanned: &Scanned) -> u32 {
    text(scanned, tags::NUMBER_OF_FRAMES).parse().unwrap_or(1)
}

/// The first value of a text attribute that is ASCII by its nature (CS, IS, DS).
pub(crate) fn text(scanned: &Scanned, tag: Tag) -> String {
    let text = String::from_utf8_lossy(scanned.bytes(tag));
    text.split('\\')
        .next()
        .unwrap_or_default()
        .trim_matches([' ', '\0', '+'])
        .to_owned()
}
