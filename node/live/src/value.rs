//! The values of which looks and messages are made, each within its bounds: who holds one need not look again.

use std::fmt;

use dokuei_identity::text::misleads_in_lines;
use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most characters of a message.
pub const MAX_TEXT: usize = 1000;

/// The longest UID, characters (PS3.5, 9.1).
const MAX_UID: usize = 64;

/// The largest number, either sign: beyond every pixel, millimetre and Hounsfield unit.
const MAX_NUMBER: f64 = 1e9;

/// The largest zoom.
const MAX_ZOOM: f64 = 1e6;

/// Why a value is not taken. Names the value's kind and bound, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Not digits and dots, or of a length that no UID has.
    #[error("a UID is 1 to 64 digits and dots (DICOM PS3.5, 9.1)")]
    Uid,
    /// Not finite, or too large.
    #[error("a number is finite and at most 1e9, either sign")]
    Number,
    /// Not above zero, or too large.
    #[error("a zoom is above 0 and at most 1e6")]
    Zoom,
    /// Outside of the image.
    #[error("a place in an image is given in fractions of its width and height, 0 to 1")]
    Fraction,
    /// A stroke without a point, or with too many.
    #[error("a stroke has 1 to 256 points")]
    Points,
    /// Too many strokes.
    #[error("there are at most 32 strokes")]
    Strokes,
    /// Empty, too long, or with control characters.
    #[error("a message has 1 to 1,000 characters, and no control characters but tabs and line ends")]
    Text,
}

pub(crate) fn refused(why: Unusable) -> decode::Error {
    decode::Error::message(why.to_string())
}

/// A DICOM UID. Its `Debug` does not show it: it may lead to a patient.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uid(String);

impl Uid {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_one(text: &str) -> bool {
        let length = (1..=MAX_UID).contains(&text.len());
        length && text.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
    }
}

impl TryFrom<String> for Uid {
    type Error = Unusable;

    fn try_from(text: String) -> Result<Self, Unusable> {
        if Self::is_one(&text) {
            Ok(Self(text))
        } else {
            Err(Unusable::Uid)
        }
    }
}

impl From<Uid> for String {
    fn from(uid: Uid) -> Self {
        uid.0
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uid(…)")
    }
}

impl<C> Encode<C> for Uid {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Uid {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let text = decoder.str()?;
        if Self::is_one(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused(Unusable::Uid))
        }
    }
}

/// A finite number of at most 1e9, either sign; always eight bytes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Number(f64);

impl Number {
    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Number {
    type Error = Unusable;

    fn try_from(number: f64) -> Result<Self, Unusable> {
        // No comparison holds for what is not a number.
        if number.abs() <= MAX_NUMBER {
            Ok(Self(number))
        } else {
            Err(Unusable::Number)
        }
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl<C> Encode<C> for Number {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.f64(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Number {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::try_from(decoder.f64()?).map_err(refused)
    }
}

/// How much an image is enlarged, above 0 and at most 1e6; what 1 is, the pages agree on.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Zoom(f64);

impl TryFrom<f64> for Zoom {
    type Error = Unusable;

    fn try_from(zoom: f64) -> Result<Self, Unusable> {
        if zoom > 0.0 && zoom <= MAX_ZOOM {
            Ok(Self(zoom))
        } else {
            Err(Unusable::Zoom)
        }
    }
}

impl From<Zoom> for f64 {
    fn from(zoom: Zoom) -> Self {
        zoom.0
    }
}

impl<C> Encode<C> for Zoom {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.f64(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Zoom {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::try_from(decoder.f64()?).map_err(refused)
    }
}

/// A part of an image's width or height, kept in steps of 1/65535: finer than a pixel of any image of the mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(try_from = "f64", into = "f64")]
pub struct Fraction(#[n(0)] u16);

impl Fraction {
    /// The bytes in which a stroke keeps it.
    pub(crate) const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    pub(crate) const fn of_bytes(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }
}

impl TryFrom<f64> for Fraction {
    type Error = Unusable;

    fn try_from(fraction: f64) -> Result<Self, Unusable> {
        if !(0.0..=1.0).contains(&fraction) {
            return Err(Unusable::Fraction);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1 times 65535, rounded, is 0 to 65535"
        )]
        let steps = (fraction * f64::from(u16::MAX)).round() as u16;
        Ok(Self(steps))
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        Self::from(fraction.0) / Self::from(u16::MAX)
    }
}

/// A message: 1 to 1,000 characters, not only blanks, and none that hides or reorders others. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_one(text: &str) -> bool {
        // The number of bytes first: it needs no look at them.
        text.len() <= MAX_TEXT * 4
            && text.chars().count() <= MAX_TEXT
            && !text.chars().any(misleads_in_lines)
            && !text.trim().is_empty()
    }
}

impl TryFrom<String> for Text {
    type Error = Unusable;

    fn try_from(text: String) -> Result<Self, Unusable> {
        if Self::is_one(&text) {
            Ok(Self(text))
        } else {
            Err(Unusable::Text)
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl<C> Encode<C> for Text {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Text {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let text = decoder.str()?;
        if Self::is_one(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(refused(Unusable::Text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R24: what is not finite, too large or outside of the image is refused.
    #[test]
    fn r24_numbers_have_bounds() {
        for number in [f64::NAN, f64::INFINITY, -f64::INFINITY, 1.1e9, -1.1e9] {
            assert_eq!(Number::try_from(number), Err(Unusable::Number), "{number}");
        }
        for zoom in [0.0, -1.0, f64::NAN, 1e7] {
            assert_eq!(Zoom::try_from(zoom), Err(Unusable::Zoom), "{zoom}");
        }
        for fraction in [-0.001, 1.001, f64::NAN] {
            assert_eq!(
                Fraction::try_from(fraction),
                Err(Unusable::Fraction),
                "{fraction}"
            );
        }
        let half = f64::from(Fraction::try_from(0.5).unwrap());
        assert!((half - 0.5).abs() < 1.0 / 65_535.0);
    }

    #[test]
    fn uids_and_messages_have_their_forms() {
        for text in ["", "1.2.x", "１.２", &"1".repeat(65), "1.2\n"] {
            assert_eq!(Uid::try_from(text.to_owned()), Err(Unusable::Uid), "{text}");
        }
        for text in [
            "",
            " \n",
            "a\u{0}b",
            "\u{1b}[31m",
            "a\u{202e}b",
            &"あ".repeat(1001),
        ] {
            assert_eq!(Text::try_from(text.to_owned()), Err(Unusable::Text), "{text}");
        }
        assert!(Text::try_from("あ".repeat(1000)).is_ok());
    }

    /// R16: neither what was written nor whose images they are gets into a log by way of `Debug`.
    #[test]
    fn r16_nothing_is_shown_by_debug() {
        let shown = format!(
            "{:?} {:?}",
            Text::try_from("Yamada".to_owned()).unwrap(),
            Uid::try_from("1.2.392.9".to_owned()).unwrap()
        );
        assert_eq!(shown, "Text(6 bytes) Uid(…)");
    }
}
