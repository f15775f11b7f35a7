//! The live consult.

use serde::Serialize;
use utoipa::ToSchema;

/// Which kind of view it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LookView {
    /// The images as they were taken.
    Stack,
    /// Across the body.
    Axial,
    /// From front to back.
    Sagittal,
    /// From side to side.
    Coronal,
    /// Along the dental arch.
    Panoramic,
    /// Across the dental arch.
    Section,
}

/// Which values are shown as black to white.
#[derive(Serialize, ToSchema)]
pub struct LookWindow {
    center: f64,
    width: f64,
}

/// A line that somebody draws.
#[derive(Serialize, ToSchema)]
pub struct LookStroke {
    /// 1 to 256 points, in fractions of the image's width and height.
    points: Vec<[f64; 2]>,
}

/// What somebody looks at, and how.
#[derive(Serialize, ToSchema)]
pub struct Look {
    /// The Study Instance UID that the case names.
    study: String,
    /// Series Instance UID.
    series: String,
    /// SOP Instance UID.
    instance: String,
    frame: u32,
    view: LookView,
    window: Option<LookWindow>,
    invert: bool,
    /// Above 0.
    zoom: f64,
    pan: [f64; 2],
    /// Degrees.
    rotation: f64,
    flip: bool,
    /// Where planes cross, mm, in DICOM's patient coordinates.
    point: Option<[f64; 3]>,
    /// The pointer, in fractions of the image's width and height.
    cursor: Option<[f64; 2]>,
    /// At most 32.
    strokes: Vec<LookStroke>,
}

/// Somebody who takes part in a live consult.
#[derive(Serialize, ToSchema)]
pub struct LiveParticipant {
    /// The fingerprint of her certificate.
    practitioner: String,
    name: String,
    /// Whether it is the one who asks.
    mine: bool,
    /// Whether her node is there, and something came within half a minute.
    connected: bool,
    /// Whether she shows what she looks at.
    sharing: bool,
    since: String,
    /// Null when she shows nothing, and for who has not joined.
    look: Option<Look>,
}

/// A message of a live consult.
#[derive(Serialize, ToSchema)]
pub struct LiveMessage {
    /// Counted by this node.
    number: u64,
    practitioner: String,
    at: String,
    text: String,
}

/// A live consult, as the one sees it who asks. Nothing of it is kept.
#[derive(Serialize, ToSchema)]
pub struct LiveState {
    participants: Vec<LiveParticipant>,
    /// The newest 200; none for who has not joined.
    messages: Vec<LiveMessage>,
    /// Who could be asked to join: fingerprints of those who may take part and are connected.
    reachable: Vec<String>,
}
