//! What somebody draws over an image while she talks: lines of points, kept nowhere.

use std::fmt;

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::value::{Fraction, Unusable, refused};

/// The most strokes of a look.
pub const MAX_STROKES: usize = 32;

/// The most points of a stroke.
pub const MAX_POINTS: usize = 256;

/// Bytes of a point on the wire.
const POINT: usize = 4;

/// A line through 1 to 256 points, each in fractions of the image's width and height. On the wire one byte string, four
/// bytes a point, so that 32 full strokes are 32 KiB.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Drawn", into = "Drawn")]
pub struct Stroke(Vec<[Fraction; 2]>);

/// As it is written in JSON.
#[derive(Serialize, Deserialize)]
struct Drawn {
    points: Vec<[Fraction; 2]>,
}

impl TryFrom<Drawn> for Stroke {
    type Error = Unusable;

    fn try_from(drawn: Drawn) -> Result<Self, Unusable> {
        if (1..=MAX_POINTS).contains(&drawn.points.len()) {
            Ok(Self(drawn.points))
        } else {
            Err(Unusable::Points)
        }
    }
}

impl From<Stroke> for Drawn {
    fn from(stroke: Stroke) -> Self {
        Self { points: stroke.0 }
    }
}

impl fmt::Debug for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stroke({} points)", self.0.len())
    }
}

impl<C> Encode<C> for Stroke {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        let bytes: Vec<u8> = self.0.iter().flatten().flat_map(|one| one.to_bytes()).collect();
        encoder.bytes(&bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Stroke {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let bytes = decoder.bytes()?;
        let (points, rest) = bytes.as_chunks::<POINT>();
        if !rest.is_empty() || !(1..=MAX_POINTS).contains(&points.len()) {
            return Err(refused(Unusable::Points));
        }
        let point = |&[a, b, c, d]: &[u8; POINT]| [Fraction::of_bytes([a, b]), Fraction::of_bytes([c, d])];
        Ok(Self(points.iter().map(point).collect()))
    }
}

/// At most 32 strokes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Stroke>", into = "Vec<Stroke>")]
pub struct Strokes(Vec<Stroke>);

impl TryFrom<Vec<Stroke>> for Strokes {
    type Error = Unusable;

    fn try_from(strokes: Vec<Stroke>) -> Result<Self, Unusable> {
        if strokes.len() <= MAX_STROKES {
            Ok(Self(strokes))
        } else {
            Err(Unusable::Strokes)
        }
    }
}

impl From<Strokes> for Vec<Stroke> {
    fn from(strokes: Strokes) -> Self {
        strokes.0
    }
}

impl<C> Encode<C> for Strokes {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.array(self.0.len() as u64)?;
        self.0.iter().try_for_each(|one| one.encode(encoder, ctx))
    }
}

impl<'b, C> Decode<'b, C> for Strokes {
    fn decode(decoder: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let length = decoder.array()?.unwrap_or(u64::MAX);
        // Before anything is taken.
        if length > MAX_STROKES as u64 {
            return Err(refused(Unusable::Strokes));
        }
        (0..length)
            .map(|_| Stroke::decode(decoder, ctx))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
