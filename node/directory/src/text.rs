//! Text from strangers: bounded, and without the characters that make it look like something else.

use std::fmt;
use std::str::FromStr;

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than its place allows.
    #[error("the text has more than {most} characters")]
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// A character that steers the display instead of being read: a control, a direction override, something
    /// invisible, or one without a meaning.
    #[error("the text has a character that is not accepted: U+{code:04X}")]
    Character {
        /// Its code point.
        code: u32,
    },
}

/// A text of at most `MAX` characters; with `LINES` it may have line feeds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Text<const MAX: usize, const LINES: bool = false>(#[n(0)] String);

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// Takes a text.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn new(text: &str) -> Result<Self, TextError> {
        check(text, MAX, LINES)?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> FromStr for Text<MAX, LINES> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Display for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Debug for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'b, C, const MAX: usize, const LINES: bool> Decode<'b, C> for Text<MAX, LINES> {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        Self::new(decoder.str()?).map_err(|error| DecodeError::message(error.to_string()))
    }
}

impl<'de, const MAX: usize, const LINES: bool> Deserialize<'de> for Text<MAX, LINES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Whether `text` may stand in a profile.
pub(crate) fn check(text: &str, most: usize, lines: bool) -> Result<(), TextError> {
    // Bytes first, so that a long text is not walked through.
    if text.len() > most.saturating_mul(4) || text.chars().count() > most {
        return Err(TextError::TooLong { most });
    }
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let refused = text.chars().find(|&c| is_deceptive(c) && !(lines && c == '\n'));
    refused.map_or(Ok(()), |c| Err(TextError::Character { code: c.into() }))
}

/// A text from elsewhere, such as a name in a certificate, as it may be shown: white space as single spaces, and the
/// characters that steer the display left out.
#[must_use]
pub fn plain(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| !is_deceptive(c))
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character is none that a reader sees as itself. Variation selectors are not meant: they choose the form of
/// a kanji in somebody's name.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
            | 0xD800..=0xF8FF | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFF
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
            | 0xE0000..=0xE00FF | 0xE01F0..=0x10_FFFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}
