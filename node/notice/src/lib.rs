//! What people are told outside the app: of what, when, by which way and in which words.
//!
//! A notice says that something waits, and never whose or what: its words come from a fixed table, and nothing that stands
//! in a request, a report or a name can get into them. Pure: the time comes in as an argument, and sending is others' work.

mod choice;
mod matter;
mod quiet;
mod retry;
mod settings;
mod webhook;
mod words;

pub use choice::{Channel, Choice, choose};
pub use matter::{Group, Matter};
pub use quiet::{Local, Quiet, QuietError};
pub use retry::{MAX_ATTEMPTS, next_try};
pub use settings::{Email, Language, Settings, SettingsError, Webhook};
pub use webhook::{Told, body, signature};
pub use words::{Letter, letter, sentence};
