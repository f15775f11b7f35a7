//! What was measured in an image: where, what, in which unit, and what a millimetre of that image means.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize};

use super::illustration::ImageReference;
use super::limits::{Incomplete, MAX_LINE, form, optional};
use super::redacted;
use super::thousandths::Thousandths;

/// What was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// From one point to another.
    #[n(0)]
    Line,
    /// Three points; the second is the vertex.
    #[n(1)]
    Angle,
    /// The ends of its longer axis, then of its shorter one (PS3.3 C.18.6.1.2).
    #[n(2)]
    Ellipse,
    /// Its corners, around.
    #[n(3)]
    Rectangle,
    /// One point.
    #[n(4)]
    Point,
}

impl Shape {
    const fn points(self) -> usize {
        match self {
            Self::Line => 2,
            Self::Angle => 3,
            Self::Ellipse | Self::Rectangle => 4,
            Self::Point => 1,
        }
    }

    const fn gives(self, what: QuantityKind) -> bool {
        match self {
            Self::Line => matches!(what, QuantityKind::Length),
            Self::Angle => matches!(what, QuantityKind::Angle),
            Self::Point => matches!(what, QuantityKind::Value),
            Self::Ellipse | Self::Rectangle => !matches!(
                what,
                QuantityKind::Length | QuantityKind::Angle | QuantityKind::Value
            ),
        }
    }

    /// Whether it has an inside.
    #[must_use]
    pub const fn is_region(self) -> bool {
        matches!(self, Self::Ellipse | Self::Rectangle)
    }
}

/// Where it was drawn.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Column and row in the image, pixels; the upper left corner of the first pixel is 0, 0 (PS3.3 C.18.6).
    #[n(0)]
    Image(#[n(0)] Vec<[Thousandths; 2]>),
    /// In the frame of reference of the image, mm (PS3.3 C.18.9): drawn in a section that no image is.
    #[n(1)]
    Space(#[n(0)] Vec<[Thousandths; 3]>),
}

impl Points {
    fn are(&self, count: usize) -> bool {
        match self {
            Self::Image(points) => points.len() == count && points.iter().flatten().all(|one| one.is_small()),
            Self::Space(points) => points.len() == count && points.iter().flatten().all(|one| one.is_small()),
        }
    }
}

/// What a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum QuantityKind {
    /// Between two points.
    #[n(0)]
    Length,
    /// At the second of three points.
    #[n(1)]
    Angle,
    /// Of a region.
    #[n(2)]
    Area,
    /// Of the values in a region.
    #[n(3)]
    Mean,
    /// Of the values in a region.
    #[n(4)]
    StandardDeviation,
    /// Of the values in a region.
    #[n(5)]
    Minimum,
    /// Of the values in a region.
    #[n(6)]
    Maximum,
    /// At a point.
    #[n(7)]
    Value,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
pub enum Unit {
    /// Of a length.
    #[n(0)]
    #[serde(rename = "mm")]
    Millimetre,
    /// Of an area.
    #[n(1)]
    #[serde(rename = "mm2")]
    SquareMillimetre,
    /// Of an angle.
    #[n(2)]
    #[serde(rename = "deg")]
    Degree,
    /// Of values in a CT.
    #[n(3)]
    #[serde(rename = "HU")]
    Hounsfield,
    /// Of a length where nothing says how large a pixel is.
    #[n(4)]
    #[serde(rename = "px")]
    Pixel,
    /// Of an area where nothing says how large a pixel is.
    #[n(5)]
    #[serde(rename = "px2")]
    SquarePixel,
    /// Of values that are not calibrated, as those of a cone-beam CT usually are not.
    #[n(6)]
    #[serde(rename = "1")]
    Stored,
}

impl Unit {
    /// As the Unified Code for Units of Measure writes it.
    #[must_use]
    pub const fn ucum(self) -> &'static str {
        match self {
            Self::Millimetre => "mm",
            Self::SquareMillimetre => "mm2",
            Self::Degree => "deg",
            Self::Hounsfield => "[hnsf'U]",
            // UCUM has no pixels: they are an annotation of the number one.
            Self::Pixel | Self::SquarePixel => "{pixels}",
            Self::Stored => "1",
        }
    }

    /// As people write it beside a number.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Millimetre => " mm",
            Self::SquareMillimetre => " mm²",
            Self::Degree => "°",
            Self::Hounsfield => " HU",
            Self::Pixel => " px",
            Self::SquarePixel => " px²",
            Self::Stored => "",
        }
    }
}

/// What a distance in the image means (PS3.3 10.7.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// A section through the patient: true size.
    #[n(0)]
    Object,
    /// A projection whose magnification was corrected, in one plane.
    #[n(1)]
    Corrected,
    /// As on the face of the detector: magnified.
    #[n(2)]
    Detector,
    /// Pixels only.
    #[n(3)]
    None,
}

/// A number with what it says and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Quantity {
    /// What it says.
    #[n(0)]
    pub kind: QuantityKind,
    /// The number.
    #[n(1)]
    pub value: Thousandths,
    /// Its unit.
    #[n(2)]
    pub unit: Unit,
}

impl Quantity {
    fn is_good(&self, calibration: Calibration) -> bool {
        let pixels = calibration == Calibration::None;
        let unit = match self.kind {
            QuantityKind::Length if pixels => self.unit == Unit::Pixel,
            QuantityKind::Length => self.unit == Unit::Millimetre,
            QuantityKind::Area if pixels => self.unit == Unit::SquarePixel,
            QuantityKind::Area => self.unit == Unit::SquareMillimetre,
            QuantityKind::Angle => self.unit == Unit::Degree,
            _ => matches!(self.unit, Unit::Hounsfield | Unit::Stored),
        };
        let size = match self.kind {
            QuantityKind::Length | QuantityKind::Area | QuantityKind::StandardDeviation => {
                self.value.thousandths() >= 0
            }
            QuantityKind::Angle => (0..=360_000).contains(&self.value.thousandths()),
            _ => true,
        };
        unit && size && self.value.is_small()
    }
}

/// A tooth by its number after ISO 3950 (FDI): permanent 11 to 48, deciduous 51 to 85.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Tooth(#[n(0)] u8);

impl Tooth {
    /// The tooth of this number; none for a number that no tooth has.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        let tooth = Self(number);
        if tooth.exists() { Some(tooth) } else { None }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    const fn exists(self) -> bool {
        let place = self.0 % 10;
        match self.0 / 10 {
            1..=4 => place >= 1 && place <= 8,
            5..=8 => place >= 1 && place <= 5,
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Tooth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| serde::de::Error::custom("no tooth has this number (ISO 3950)"))
    }
}

/// Something that was measured.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Measurement {
    /// The image in which it was measured; of a section through many, the nearest.
    #[n(0)]
    pub image: ImageReference,
    /// What was drawn.
    #[n(1)]
    pub shape: Shape,
    /// Where.
    #[n(2)]
    pub points: Points,
    /// What came of it; each kind once, in the order of the kinds.
    #[n(3)]
    pub quantities: Vec<Quantity>,
    /// What a distance means here.
    #[n(4)]
    pub calibration: Calibration,
    /// The tooth, if it is of one.
    #[n(5)]
    #[serde(default)]
    pub tooth: Option<Tooth>,
    /// What was measured, in words; may be empty.
    #[n(6)]
    #[serde(default)]
    pub words: String,
}

impl Measurement {
    pub(super) fn validate(&self) -> Result<(), Incomplete> {
        self.image.validate("measurements.image")?;
        form("measurements.points", self.points.are(self.shape.points()))?;
        let sectioned = matches!(self.points, Points::Space(_));
        form(
            "measurements.calibration",
            !sectioned || self.calibration == Calibration::Object,
        )?;
        let ascending = self.quantities.windows(2).all(|pair| pair[0].kind < pair[1].kind);
        let good = |one: &Quantity| self.shape.gives(one.kind) && one.is_good(self.calibration);
        form(
            "measurements.quantities",
            !self.quantities.is_empty() && ascending && self.quantities.iter().all(good),
        )?;
        form("measurements.tooth", self.tooth.is_none_or(Tooth::exists))?;
        optional("measurements.words", &self.words, MAX_LINE)
    }
}

redacted!(Points, Measurement);
