//! What a report shows and measures.

use serde::Serialize;
use utoipa::ToSchema;

/// A frame of an image.
#[derive(Serialize, ToSchema)]
pub struct ImageReference {
    sop_instance_uid: String,
    /// Counted from 1.
    #[schema(minimum = 1)]
    frame: u32,
}

/// Why an image is shown: titles of key object selections (PS3.16 CID 7010).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of CID 7010")]
pub enum KeyImageTitle {
    OfInterest,
    ForReferringProvider,
    ForSurgery,
    ForTherapy,
    ForPatient,
    ForReportAttachment,
}

/// A window of values (PS3.3 C.11.2).
#[derive(Serialize, ToSchema)]
#[schema(as = ValueWindow)]
pub struct Window {
    center: f64,
    width: f64,
}

/// An image that shows what a report says.
#[derive(Serialize, ToSchema)]
pub struct KeyImage {
    image: ImageReference,
    title: KeyImageTitle,
    words: String,
    /// As the reader saw it.
    window: Option<Window>,
}

/// What was drawn.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum Shape {
    Line,
    Angle,
    Ellipse,
    Rectangle,
    Point,
}

/// What is measured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum QuantityKind {
    Length,
    Angle,
    Area,
    Mean,
    StandardDeviation,
    Minimum,
    Maximum,
    Value,
}

/// Units (UCUM).
#[derive(Serialize, ToSchema)]
pub enum Unit {
    /// Millimetres.
    #[serde(rename = "mm")]
    Mm,
    /// Square millimetres.
    #[serde(rename = "mm2")]
    Mm2,
    /// Degrees.
    #[serde(rename = "deg")]
    Deg,
    /// Hounsfield units.
    #[serde(rename = "HU")]
    Hounsfield,
    /// Pixels.
    #[serde(rename = "px")]
    Px,
    /// Square pixels.
    #[serde(rename = "px2")]
    Px2,
    /// As stored, without a unit.
    #[serde(rename = "1")]
    None,
}

/// A number with its unit.
#[derive(Serialize, ToSchema)]
pub struct Quantity {
    kind: QuantityKind,
    value: f64,
    unit: Unit,
}

/// Where it was measured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Column and row in the image.
    Image(Vec<[f64; 2]>),
    /// Places in the patient, mm.
    Space(Vec<[f64; 3]>),
}

/// What a distance means there.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// Measured in the object.
    Object,
    /// Corrected for magnification.
    Corrected,
    /// At the detector.
    Detector,
    /// Nothing is known.
    None,
}

/// Something that was measured.
#[derive(Serialize, ToSchema)]
pub struct Measurement {
    image: ImageReference,
    shape: Shape,
    points: Points,
    quantities: Vec<Quantity>,
    calibration: Calibration,
    /// Its number after ISO 3950.
    tooth: Option<u8>,
    words: String,
}

/// What a report shows and measures.
#[derive(Serialize, ToSchema)]
pub struct Illustrations {
    key_images: Vec<KeyImage>,
    measurements: Vec<Measurement>,
}

/// The same, as it is sent: what is left out is none.
#[derive(Serialize, ToSchema)]
pub struct GivenIllustrations {
    #[schema(nullable = false)]
    key_images: Option<Vec<GivenKeyImage>>,
    #[schema(nullable = false)]
    measurements: Option<Vec<GivenMeasurement>>,
}

/// An image that shows what a report says, as it is sent.
#[derive(Serialize, ToSchema)]
pub struct GivenKeyImage {
    image: ImageReference,
    title: KeyImageTitle,
    words: String,
    window: Option<Window>,
}

/// Something that was measured, as it is sent.
#[derive(Serialize, ToSchema)]
pub struct GivenMeasurement {
    image: ImageReference,
    shape: Shape,
    points: Points,
    quantities: Vec<Quantity>,
    calibration: Calibration,
    tooth: Option<u8>,
    words: String,
}
