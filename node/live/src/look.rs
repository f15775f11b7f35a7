//! What somebody looks at, and how: enough for another to see the same of her own copy of the images.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::strokes::Strokes;
use crate::value::{Fraction, Number, Uid, Zoom};

/// Which kind of view it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The images as they were taken, one after the other.
    #[n(0)]
    Stack,
    /// A plane of a volume across the body.
    #[n(1)]
    Axial,
    /// From front to back.
    #[n(2)]
    Sagittal,
    /// From side to side.
    #[n(3)]
    Coronal,
    /// Along the dental arch.
    #[n(4)]
    Panoramic,
    /// Across the dental arch.
    #[n(5)]
    Section,
}

/// Which values are shown as black to white (DICOM PS3.3, C.11.2), in the units of the images.
#[derive(Debug, Clone, Copy, PartialEq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Window {
    /// The value in the middle.
    #[n(0)]
    pub center: Number,
    /// From black to white.
    #[n(1)]
    pub width: Number,
}

/// What somebody looks at. Its `Debug` shows the kind of view only.
#[derive(Clone, PartialEq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Look {
    /// Study Instance UID, as the case names it.
    #[n(0)]
    pub study: Uid,
    /// Series Instance UID.
    #[n(1)]
    pub series: Uid,
    /// SOP Instance UID of the image, or of one near the plane that is shown.
    #[n(2)]
    pub instance: Uid,
    /// The frame of it, as the pages count.
    #[n(3)]
    pub frame: u32,
    /// The kind of view.
    #[n(4)]
    pub view: View,
    /// None: as the images say.
    #[n(5)]
    #[serde(default)]
    pub window: Option<Window>,
    /// Black and white exchanged.
    #[n(6)]
    #[serde(default)]
    pub invert: bool,
    /// How much it is enlarged.
    #[n(7)]
    pub zoom: Zoom,
    /// How far it is moved, right and down, as the pages measure it.
    #[n(8)]
    pub pan: [Number; 2],
    /// Turned by so many degrees, clockwise.
    #[n(9)]
    pub rotation: Number,
    /// Left and right exchanged.
    #[n(10)]
    #[serde(default)]
    pub flip: bool,
    /// The place in the patient where planes cross, mm (DICOM's patient coordinates).
    #[n(11)]
    #[serde(default)]
    pub point: Option<[Number; 3]>,
    /// Where the pointer is, in fractions of the image.
    #[n(12)]
    #[serde(default)]
    pub cursor: Option<[Fraction; 2]>,
    /// What was drawn over it.
    #[n(13)]
    #[serde(default)]
    pub strokes: Strokes,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Look({:?})", self.view)
    }
}
