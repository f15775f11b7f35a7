//! Lookup tables (PS3.3 C.11.1, C.11.2, C.7.9) and windows.

/// Most entries of a table (PS3.3 C.11.1.1.1: 0 stands for 65,536).
const MAX_ENTRIES: usize = 1 << 16;
/// Most words of segments: three for each entry when every one is its own segment, and some that are repeated.
const MAX_WORDS: usize = 4 * MAX_ENTRIES;

/// A table from integers to integers; what lies outside takes the nearest entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    first: f64,
    /// Bits of an entry.
    bits: u16,
    entries: Vec<u16>,
}

impl Table {
    /// Of the three values of a descriptor and of the data as they are written.
    pub(super) fn of(
        [entries, first, bits]: [u16; 3],
        signed: bool,
        data: &[u8],
        big_endian: bool,
    ) -> Option<Self> {
        let count = if entries == 0 { MAX_ENTRIES } else { entries.into() };
        let first = if signed {
            f64::from(first.cast_signed())
        } else {
            f64::from(first)
        };
        if !(1..=16).contains(&bits) {
            return None;
        }
        let entries = if data.len() >= 2 * count {
            words(data, big_endian).take(count).collect()
        } else if bits <= 8 && data.len() >= count {
            // Two entries of 8 bits in a word.
            data.iter().take(count).map(|byte| u16::from(*byte)).collect()
        } else {
            return None;
        };
        Some(Self { first, bits, entries })
    }

    /// Of a palette whose data are segments (PS3.3 C.7.9.2).
    pub(super) fn of_segments(
        [entries, first, bits]: [u16; 3],
        data: &[u8],
        big_endian: bool,
    ) -> Option<Self> {
        let count = if entries == 0 { MAX_ENTRIES } else { entries.into() };
        if data.len() > 2 * MAX_WORDS {
            return None;
        }
        let words: Vec<u16> = if bits <= 8 {
            data.iter().map(|byte| u16::from(*byte)).collect()
        } else {
            words(data, big_endian).collect()
        };
        let mut expanded = Vec::new();
        expand(&words, 0, u32::MAX, bits, count, &mut expanded, true)?;
        (expanded.len() >= count).then(|| {
            expanded.truncate(count);
            Self {
                first: first.into(),
                bits,
                entries: expanded,
            }
        })
    }

    /// The entry for a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        let last = self.entries.len().saturating_sub(1);
        let place = (value - self.first).clamp(0.0, last as f64) as usize;
        self.entries.get(place).map_or(0.0, |entry| f64::from(*entry))
    }

    /// The entry for a value, of 0 to 255.
    pub(super) fn level(&self, value: f64) -> f64 {
        self.at(value) / (2_f64.powi(self.bits.into()) - 1.0) * 255.0
    }
}

fn words(data: &[u8], big_endian: bool) -> impl Iterator<Item = u16> {
    data.chunks_exact(2).map(move |pair| {
        let pair = [pair[0], pair[1]];
        if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    })
}

/// Expands segments from a word on, at most so many; `None` for what is not right, as a segment of no entries, which would
/// bring nobody nearer the end. Indirect segments (which repeat others) are not nested.
fn expand(
    words: &[u16],
    from: usize,
    most: u32,
    bits: u16,
    count: usize,
    into: &mut Vec<u16>,
    outer: bool,
) -> Option<()> {
    let mut at = from;
    let mut segments = 0;
    while segments < most && into.len() < count && at < words.len() {
        let (kind, length) = (*words.get(at)?, usize::from(*words.get(at + 1)?));
        at += 2;
        if length == 0 {
            return None;
        }
        match kind {
            0 => {
                into.extend_from_slice(words.get(at..at + length)?);
                at += length;
            }
            1 => {
                let (begin, end) = (f64::from(*into.last()?), f64::from(*words.get(at)?));
                let step = (end - begin) / length as f64;
                into.extend((1..=length).map(|index| (begin + step * index as f64).round() as u16));
                at += 1;
            }
            2 if outer => {
                // The offset is in bytes, in two words or in four bytes, the lower first.
                let parts = words.get(at..at + if bits <= 8 { 4 } else { 2 })?;
                let width = if bits <= 8 { 8 } else { 16 };
                let offset = parts
                    .iter()
                    .rev()
                    .fold(0_usize, |offset, part| offset << width | usize::from(*part));
                let place = if bits <= 8 { offset } else { offset / 2 };
                if place >= words.len() {
                    return None;
                }
                expand(words, place, length as u32, bits, count, into, false)?;
                at += parts.len();
            }
            _ => return None,
        }
        segments += 1;
    }
    Some(())
}

/// How a window is drawn (0028,1056).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Linear,
    LinearExact,
    Sigmoid,
}

/// A part of the values that becomes the whole range of grey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    pub(super) center: f64,
    pub(super) width: f64,
    pub(super) function: Function,
}

impl Curve {
    /// Whether it has a width that its function takes.
    pub(super) fn is_sound(&self) -> bool {
        let least = if self.function == Function::Linear {
            1.0
        } else {
            f64::MIN_POSITIVE
        };
        self.center.is_finite() && self.width.is_finite() && self.width >= least
    }

    /// From the smallest to the largest of these values.
    pub(super) fn over(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = if low > high { (0.0, 0.0) } else { (low, high) };
        Self {
            center: f64::midpoint(low, high),
            width: high - low,
            function: Function::LinearExact,
        }
    }

    /// PS3.3 C.11.2.1.2 and C.11.2.1.3, of 0 to 255.
    pub(super) fn level(&self, value: f64) -> f64 {
        let (center, width) = match self.function {
            Function::Linear => (self.center - 0.5, self.width - 1.0),
            Function::LinearExact | Function::Sigmoid => (self.center, self.width),
        };
        if self.function == Function::Sigmoid {
            return 255.0 / (1.0 + (-4.0 * (value - center) / width).exp());
        }
        if value <= center - width / 2.0 {
            0.0
        } else if value > center + width / 2.0 {
            255.0
        } else {
            ((value - center) / width + 0.5) * 255.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[u16]) -> Option<Table> {
        let data: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        Table::of_segments([0, 0, 16], &data, false)
    }

    #[test]
    fn segments_are_expanded() {
        // One entry, a line to 65,535 over the half, and the line repeated to its own end.
        let table = of(&[0, 1, 0, 1, 32_768, 65_535, 2, 1, 6, 0]).unwrap();
        assert_eq!(table.entries.len(), MAX_ENTRIES);
        assert_eq!(
            (table.at(0.0), table.at(32_768.0), table.at(65_535.0)),
            (0.0, 65_535.0, 65_535.0)
        );
    }

    #[test]
    fn segments_that_bring_nothing_or_are_too_many_are_refused() {
        assert_eq!(of(&[0, 0].repeat(50_000)), None, "nothing, often");
        assert_eq!(of(&[0, 1, 0, 1, 0, 5]), None, "a line of no entries");
        // Each repeats very many segments of nothing.
        let mut repeating = [0, 0].repeat(50_000);
        repeating.splice(..0, [2, 65_535, 0x3880, 1].repeat(10_000));
        assert_eq!(of(&repeating), None);
        assert_eq!(of(&[2, 1, 65_535, 65_535]), None, "what lies behind the end");
        let mut long = vec![7; MAX_ENTRIES + 1];
        long.splice(..2, [0, 65_535]);
        long.extend([0, 1, 7]);
        assert!(of(&long).is_some());
        long.resize(MAX_WORDS + 1, 0);
        assert_eq!(of(&long), None, "too many words");
    }
}
