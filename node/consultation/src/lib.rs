//! The consultation itself: a hash-linked case log and its pure state machine.
//!
//! A consultation is a log of signed entries that both sides hold whole. Each entry names the entries its author had
//! seen; it is judged by those alone, so that every node comes to the same judgement and, from the same entries, to
//! the same [`state::State`]. Nothing is rewritten: a correction is a new entry.
//!
//! - [`body`]: what entries say; [`entry`]: how they are signed; [`log`]: how they are linked.
//! - [`agreement`]: the agreement that must be in force before the first request.
//! - [`machine`]: [`machine::Case`], event in, effects out.
//! - [`reconciled`]: what two readers say together, and their reports compared.
//! - [`open`]: what must be settled before the end; [`deadline`]: what is due when, and who is told.
//! - [`author`]: the next entry, drafted and signed.
//!
//! No I/O, no clock, no randomness of its own.

pub mod agreement;
mod audience;
pub mod author;
pub mod body;
pub mod deadline;
pub mod effect;
pub mod entry;
mod entry_type;
pub mod event;
mod facts;
pub mod fork;
pub mod id;
mod ledger;
pub mod log;
pub mod machine;
mod notice;
pub mod open;
mod reader;
pub mod reconciled;
pub mod refusal;
mod rules;
pub mod standing;
pub mod state;
mod succession;
mod summary;
pub mod template;

pub use facts::{AnsweredErasing, AskedToErase};
pub use ledger::CLOCK_TOLERANCE;
pub use reader::{Reading, Version};
pub use succession::{Offered, Taken};
