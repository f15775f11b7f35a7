//! What a report shows and measures, as its objects need it: codes are chosen where the objects are written.

use std::fmt;
use std::io::Read;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EvidenceInstance;
use crate::header::HeaderError;
use crate::json::metadata;
use crate::uid::Uid;

/// What must be known of an image to show it as the reader did. Numbers are decimal strings, as DICOM has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// (0028,0010), pixels.
    pub rows: u16,
    /// (0028,0011), pixels.
    pub columns: u16,
    /// (0028,0008).
    pub frames: u32,
    /// (0028,0004).
    pub photometric: String,
    /// (0028,1053), (0028,1052) and (0028,1054), when there are any.
    pub rescale: Option<[String; 3]>,
    /// The image's own first window: (0028,1050) and (0028,1051).
    pub window: Option<[String; 2]>,
    /// Distances of rows and of columns, mm.
    pub pixel_spacing: Option<[String; 2]>,
    /// (0020,0052).
    pub frame_of_reference: Option<Uid>,
    /// (0018,0015), or empty.
    pub body_part: String,
    /// (0020,0060) or (0020,0062): `R`, `L` or empty.
    pub laterality: String,
    /// Whether it has a colour profile of its own (0028,2000).
    #[serde(default)]
    pub has_profile: bool,
}

impl ImageFacts {
    /// Reads them of frame `frame`, from 1, of the Part 10 file in `reader`.
    ///
    /// # Errors
    /// As [`crate::read_header`].
    pub fn read<R: Read>(reader: R, frame: u32) -> Result<Self, HeaderError> {
        let Value::Object(root) = Value::from(metadata(reader, "")?) else {
            return Ok(Self::default());
        };
        let scopes = Scopes::of(&root, frame);
        let numbers = |tag: &str| -> Vec<f64> {
            let values = scopes.values(tag).iter();
            values
                .filter_map(Value::as_f64)
                .filter(|one| one.is_finite())
                .collect()
        };
        let decimals = |tag: &str| numbers(tag).into_iter().map(decimal).collect::<Vec<_>>();
        let text = |tag: &str| {
            scopes
                .values(tag)
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let extent = |tag: &str| {
            let value = scopes.values(tag).first().and_then(Value::as_u64);
            value.and_then(|value| u16::try_from(value).ok()).unwrap_or(0)
        };
        let first = |tag: &str| decimals(tag).into_iter().next();
        let rescale = first("00281053").zip(first("00281052"));
        let width = numbers("00281051").first().copied().filter(|width| *width >= 1.0);
        Ok(Self {
            rows: extent("00280010"),
            columns: extent("00280011"),
            frames: numbers("00280008")
                .first()
                .map_or(1, |frames| *frames as u32)
                .max(1),
            photometric: text("00280004").to_owned(),
            rescale: rescale.map(|(slope, intercept)| {
                // A CT that says nothing has Hounsfield units (PS3.3 C.8.2.1).
                let usual = if text("00080060") == "CT" { "HU" } else { "US" };
                let kind = Some(text("00281054")).filter(|kind| !kind.is_empty());
                [slope, intercept, kind.unwrap_or(usual).to_owned()]
            }),
            window: first("00281050")
                .zip(width)
                .map(|(center, width)| [center, decimal(width)]),
            pixel_spacing: decimals("00280030").try_into().ok(),
            frame_of_reference: text("00200052").parse().ok(),
            body_part: text("00180015").to_owned(),
            laterality: ["00200062", "00200060"]
                .map(text)
                .into_iter()
                .find(|side| matches!(*side, "R" | "L"))
                .unwrap_or_default()
                .to_owned(),
            has_profile: root.contains_key("00282000"),
        })
    }

    /// Whether values are colours as cameras mean them that say nothing else: what a colour presentation state is for.
    pub(super) fn is_plain_colour(&self) -> bool {
        let colour = self.photometric == "RGB"
            || self.photometric == "PALETTE COLOR"
            || self.photometric.starts_with("YBR_");
        colour && !self.has_profile && self.rows > 0 && self.columns > 0
    }

    /// Whether values are grey: what a grayscale presentation state is for.
    pub(super) fn is_grey(&self) -> bool {
        self.photometric.starts_with("MONOCHROME") && self.rows > 0 && self.columns > 0
    }
}

/// Groups of attributes that apply to a frame, the nearest first (PS3.3 C.7.6.16).
struct Scopes<'a>(Vec<&'a Map<String, Value>>);

impl<'a> Scopes<'a> {
    fn of(root: &'a Map<String, Value>, frame: u32) -> Self {
        let at = frame.saturating_sub(1) as usize;
        let mut scopes = Vec::new();
        for group in [items(root, "52009230").get(at), items(root, "52009229").first()] {
            let Some(Value::Object(group)) = group else {
                continue;
            };
            let sequences = group.keys().flat_map(|tag| items(group, tag));
            scopes.extend(sequences.filter_map(Value::as_object));
        }
        scopes.push(root);
        Self(scopes)
    }

    fn values(&self, tag: &str) -> &'a [Value] {
        let found = self.0.iter().map(|scope| items(scope, tag));
        found
            .into_iter()
            .find(|values| !values.is_empty())
            .unwrap_or_default()
    }
}

fn items<'a>(data_set: &'a Map<String, Value>, tag: &str) -> &'a [Value] {
    let values = data_set.get(tag).and_then(|element| element.get("Value"));
    values
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// As VR DS has it: at most 16 characters.
pub(super) fn decimal(number: f64) -> String {
    let shortest = number.to_string();
    if shortest.len() <= 16 {
        return shortest;
    }
    let rounded = (0..=10).rev().map(|digits| format!("{number:.digits$}"));
    rounded
        .into_iter()
        .find(|text| text.len() <= 16)
        .unwrap_or_else(|| format!("{number:.8e}"))
}

/// A frame of an image that is shown or measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownFrame {
    /// The image.
    pub instance: EvidenceInstance,
    /// From 1.
    pub frame: u32,
    /// What is known of it.
    pub facts: ImageFacts,
}

impl ShownFrame {
    /// Its number, where an image has more than one frame.
    pub(super) fn number(&self) -> Option<u32> {
        (self.facts.frames > 1).then_some(self.frame)
    }
}

/// An image that shows what the report says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyImage {
    /// Which.
    pub image: ShownFrame,
    /// Why: code value (scheme DCM) and code meaning of CID 7010.
    pub title: (String, String),
    /// What is to be seen in it, or empty.
    pub words: String,
    /// Centre and width of the reader's window, decimal.
    pub window: Option<[String; 2]>,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Two points.
    Line,
    /// Three points; the second is the vertex.
    Angle,
    /// The ends of the longer axis, then of the shorter one.
    Ellipse,
    /// Four corners, around.
    Rectangle,
    /// One point.
    Point,
}

/// Where it was drawn, in thousandths.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Column and row, pixels; the upper left corner of the first pixel is 0, 0.
    Image(Vec<[i64; 2]>),
    /// In the image's frame of reference, mm.
    Space(Vec<[i64; 3]>),
}

/// What a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuantityKind {
    /// Of a line.
    Length,
    /// Of three points.
    Angle,
    /// Of a region.
    Area,
    /// Of the values in a region.
    Mean,
    /// Of the values in a region.
    StandardDeviation,
    /// Of the values in a region.
    Minimum,
    /// Of the values in a region.
    Maximum,
    /// Of the value at a point.
    Value,
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// What it says.
    pub kind: QuantityKind,
    /// The number, decimal, at most 16 characters.
    pub value: String,
    /// The unit after UCUM.
    pub unit: String,
}

/// Something that was measured.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// The image; of a section through many, the nearest.
    pub image: ShownFrame,
    /// What was drawn.
    pub shape: Shape,
    /// Where.
    pub points: Points,
    /// What came of it.
    pub quantities: Vec<Quantity>,
    /// The tooth after ISO 3950.
    pub tooth: Option<u8>,
    /// What was measured and what a millimetre means there, in a line for people.
    pub words: String,
    /// What stands beside the graphic.
    pub label: String,
}

/// Key images and measurements of a report.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Illustrations {
    /// Key images.
    pub key_images: Vec<KeyImage>,
    /// Measurements.
    pub measurements: Vec<Measurement>,
}

impl Illustrations {
    /// In which coordinates it was measured; none when nothing was.
    #[must_use]
    pub fn measured_in(&self) -> Option<Coordinates> {
        let in_space = |one: &Measurement| matches!(one.points, Points::Space(_));
        match self.measurements.as_slice() {
            [] => None,
            some if some.iter().any(in_space) => Some(Coordinates::Space),
            _ => Some(Coordinates::Image),
        }
    }
}

/// In which coordinates something was measured; decides the SOP class of the report that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coordinates {
    /// All in images.
    Image,
    /// Some in the patient.
    Space,
}

/// `Debug` that shows the type's name only: words are clinical.
macro_rules! redacted {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })+
    };
}
redacted!(KeyImage, Points, Measurement, Illustrations);
