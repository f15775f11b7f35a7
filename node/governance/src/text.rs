//! What comes from people and files: bounded before it is kept, and without characters that steer the display.

use std::fmt;
use std::ops::Deref;

use dokuei_identity::text::misleads;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// Why a text or a list was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing but white space.
    #[error("a text is empty")]
    Empty,
    /// Longer than its place allows.
    #[error("a text has more than {most} characters")]
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// A control character, or one that changes how others are shown.
    #[error("a text has a character that is not accepted: U+{code:04X}")]
    Character {
        /// Its code point.
        code: u32,
    },
    /// A list with more items than its place allows.
    #[error("a list has more than the {most} items that are accepted")]
    TooMany {
        /// The most items.
        most: usize,
    },
}

/// A text of 1 to `MAX` characters; with `LINES` it may have line feeds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Text<const MAX: usize, const LINES: bool = false>(#[n(0)] String);

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// Takes a text.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn new(text: &str) -> Result<Self, TextError> {
        // Bytes first, so that a long text is not walked through.
        if text.len() > MAX.saturating_mul(4) || text.chars().count() > MAX {
            return Err(TextError::TooLong { most: MAX });
        }
        if text.trim().is_empty() {
            return Err(TextError::Empty);
        }
        match text.chars().find(|&c| misleads(c) && !(LINES && c == '\n')) {
            Some(c) => Err(TextError::Character { code: c.into() }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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

/// A list of at most `MAX` items.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct List<T, const MAX: usize>(#[n(0)] Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// Takes a list.
    ///
    /// # Errors
    /// [`TextError::TooMany`].
    pub fn new(items: Vec<T>) -> Result<Self, TextError> {
        if items.len() > MAX {
            return Err(TextError::TooMany { most: MAX });
        }
        Ok(Self(items))
    }
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'b, C, T: Decode<'b, C>, const MAX: usize> Decode<'b, C> for List<T, MAX> {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, DecodeError> {
        let told = decoder.array()?.and_then(|length| usize::try_from(length).ok());
        let length = told
            .filter(|&length| length <= MAX)
            .ok_or_else(|| DecodeError::message(TextError::TooMany { most: MAX }.to_string()))?;
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            items.push(T::decode(decoder, context)?);
        }
        Ok(Self(items))
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_texts_are_bounded_and_steer_nothing() {
        assert!(Text::<3>::new("一二三").is_ok());
        assert_eq!(Text::<3>::new("一二三四"), Err(TextError::TooLong { most: 3 }));
        assert_eq!(Text::<3>::new(" \u{3000}"), Err(TextError::Empty));
        assert_eq!(Text::<9>::new("a\nb"), Err(TextError::Character { code: 10 }));
        assert!(Text::<9, true>::new("a\nb").is_ok());
        assert_eq!(
            Text::<9>::new("a\u{202E}b"),
            Err(TextError::Character { code: 0x202E })
        );
        assert!(List::<u8, 2>::new(vec![1, 2, 3]).is_err());
    }
}
