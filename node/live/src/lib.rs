//! The live consult: people who take part in a case share one view while each looks at her own copy of the images.
//!
//! - [`Look`] says what is looked at and how, and what was drawn over it: numbers and identifiers, never a pixel.
//! - [`Text`] is a message of such a consult.
//! - [`Frame`] is what one node says to another, in deterministic CBOR within [`MAX_FRAME`].
//! - [`Session`] is one live consult as a node knows it: [`Session::handle`] takes an event and the time, and gives
//!   effects that others perform.
//!
//! Nothing of it is kept: a session lives in memory and ends when the last has left. Pure: it knows no network, no clock
//! and no case log; whether somebody may take part is asked before an event is handed in.

mod event;
mod frame;
mod look;
mod session;
mod strokes;
mod value;

pub use event::{Effect, Event, Place, Refusal, To};
pub use frame::{CaseKey, Frame, MAX_FRAME, MAX_NOTES, NodeKey, Note, Notes};
pub use look::{Look, View, Window};
pub use session::{GONE_AFTER, KEEP_ALIVE, LEFT_AFTER, MAX_PEOPLE, MAX_SAID, Participant, Said, Session};
pub use strokes::{MAX_POINTS, MAX_STROKES, Stroke, Strokes};
pub use value::{Fraction, MAX_TEXT, Number, Text, Uid, Unusable, Zoom};
