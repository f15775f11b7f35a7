//! The journal: an append-only file of what was issued, suspended and revoked, one JSON object a line.
//!
//! It is the registry's own record and the first thing that is made durable. Revocation lists, the published
//! register and the operator log follow it, and are brought up to it again when a crash came between.

mod credential;
mod file;
mod line;
mod register;

pub(crate) use credential::{Credential, Standing, State};
pub(crate) use file::{append, read};
pub(crate) use line::{IssuedLine, Kind, Line, RegisterKeyLine, Replaces, RetiredCertificate, SignedList};
pub(crate) use register::Register;
