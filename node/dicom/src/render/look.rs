//! What a file says about how its samples are looked at: modality and VOI tables and windows, palettes, padding; of all
//! frames, or in functional groups of each (PS3.3 C.7.6.16).

use std::ops::RangeInclusive;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::lut::{Curve, Function, Table};
use crate::header::HeaderError;
use crate::pixels::Image;
use crate::scan::tree::{Content, Element, read_short};

/// From stored values to what they measure (PS3.3 C.11.1).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Modality {
    Rescale { slope: f64, intercept: f64 },
    Table(Table),
}

/// From what they measure to grey (PS3.3 C.11.2).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Voi {
    Curve(Curve),
    Table(Table),
}

/// How the samples of a frame are looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Look {
    pub(super) modality: Modality,
    /// The file's own first one.
    pub(super) voi: Option<Voi>,
    /// Red, green and blue of a palette.
    pub(super) palette: Option<[Table; 3]>,
    /// Stored values that are no image (0028,0120).
    pub(super) padding: Option<RangeInclusive<f64>>,
}

impl Look {
    /// Of this frame, counted from 0.
    pub(super) fn of(image: &Image<'_>, frame: u32) -> Result<Self, HeaderError> {
        let file = image.file();
        let tree = read_short(file)?;
        let signed = image.description().signed;
        let reading = Reading {
            file,
            big_endian: tree.encoding.big_endian,
            signed,
        };
        let whole = tree.elements.as_slice();
        let of_frame = items(whole, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).nth(frame as usize);
        let shared = items(whole, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next();
        // What a functional group says comes before what the whole says.
        let group = |macro_sequence| {
            let of_groups = [of_frame, shared].into_iter().flatten();
            let mut found = of_groups.filter_map(|group| items(group, macro_sequence).next());
            found.next().unwrap_or(whole)
        };
        Ok(Self {
            modality: reading.modality(group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)),
            voi: reading.voi(group(tags::FRAME_VOILUT_SEQUENCE)),
            palette: reading.palette(whole),
            padding: reading.padding(whole),
        })
    }
}

/// The items of a sequence.
fn items(nodes: &[Element], tag: Tag) -> impl Iterator<Item = &[Element]> {
    let held = nodes.iter().find(|node| node.tag == tag).map(|node| &node.value);
    let items = match held {
        Some(Content::Items(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().map(Vec::as_slice)
}

struct Reading<'a> {
    file: &'a [u8],
    big_endian: bool,
    /// Whether stored values are.
    signed: bool,
}

impl<'a> Reading<'a> {
    fn bytes<'n>(&self, nodes: &'n [Element], tag: Tag) -> Option<&'n [u8]>
    where
        'a: 'n,
    {
        match &nodes.iter().find(|node| node.tag == tag)?.value {
            Content::Bytes(bytes) => Some(bytes),
            Content::Elsewhere {
                at: Some(at),
                length: Some(length),
            } => {
                let at = usize::try_from(*at).ok()?;
                self.file.get(at..at.checked_add(*length as usize)?)
            }
            _ => None,
        }
    }

    fn decimal(&self, nodes: &[Element], tag: Tag) -> Option<f64> {
        let text = String::from_utf8_lossy(self.bytes(nodes, tag)?).into_owned();
        let first = text.split('\\').next()?.trim_matches([' ', '\0']);
        first.parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn words<const N: usize>(&self, nodes: &[Element], tag: Tag) -> Option<[u16; N]> {
        let mut words = [0; N];
        let bytes = self.bytes(nodes, tag)?;
        for (word, pair) in words.iter_mut().zip(bytes.get(..2 * N)?.chunks_exact(2)) {
            let pair: [u8; 2] = pair.try_into().ok()?;
            *word = if self.big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            };
        }
        Some(words)
    }

    fn table(&self, item: &[Element], signed: bool) -> Option<Table> {
        let descriptor = self.words(item, tags::LUT_DESCRIPTOR)?;
        let data = self.bytes(item, tags::LUT_DATA)?;
        Table::of(descriptor, signed, data, self.big_endian)
    }

    fn modality(&self, nodes: &[Element]) -> Modality {
        let table = items(nodes, tags::MODALITY_LUT_SEQUENCE)
            .next()
            .and_then(|item| self.table(item, self.signed));
        table.map_or_else(
            || Modality::Rescale {
                slope: self.decimal(nodes, tags::RESCALE_SLOPE).unwrap_or(1.0),
                intercept: self.decimal(nodes, tags::RESCALE_INTERCEPT).unwrap_or(0.0),
            },
            Modality::Table,
        )
    }

    fn voi(&self, nodes: &[Element]) -> Option<Voi> {
        let function = self.bytes(nodes, tags::VOILUT_FUNCTION).unwrap_or_default();
        let function = match function.trim_ascii() {
            b"LINEAR_EXACT" => Function::LinearExact,
            b"SIGMOID" => Function::Sigmoid,
            _ => Function::Linear,
        };
        let window = self
            .decimal(nodes, tags::WINDOW_CENTER)
            .zip(self.decimal(nodes, tags::WINDOW_WIDTH))
            .map(|(center, width)| Curve {
                center,
                width,
                function,
            })
            .filter(Curve::is_sound);
        // After a rescale they may be signed where samples are not (C.11.2.1.1).
        let signed = self.signed
            || self
                .decimal(nodes, tags::RESCALE_INTERCEPT)
                .is_some_and(|intercept| intercept < 0.0);
        window.map(Voi::Curve).or_else(|| {
            let item = items(nodes, tags::VOILUT_SEQUENCE).next()?;
            self.table(item, signed).map(Voi::Table)
        })
    }

    fn palette(&self, nodes: &[Element]) -> Option<[Table; 3]> {
        let colour = |descriptor, data, segments| {
            let descriptor = self.words(nodes, descriptor)?;
            match self.bytes(nodes, data) {
                Some(data) => Table::of(descriptor, self.signed, data, self.big_endian),
                None => Table::of_segments(descriptor, self.bytes(nodes, segments)?, self.big_endian),
            }
        };
        Some([
            colour(
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            )?,
            colour(
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            )?,
            colour(
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            )?,
        ])
    }

    fn padding(&self, nodes: &[Element]) -> Option<RangeInclusive<f64>> {
        let value = |tag| {
            let [word] = self.words(nodes, tag)?;
            Some(if self.signed {
                f64::from(word.cast_signed())
            } else {
                f64::from(word)
            })
        };
        let one = value(tags::PIXEL_PADDING_VALUE)?;
        let other = value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(one);
        Some(one.min(other)..=one.max(other))
    }
}
