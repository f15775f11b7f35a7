//! Tests of the register from outside, in one program because linking is what costs time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod evidence;
mod file;
mod hostile;
mod proofs;
mod properties;
mod replica;
mod size;
mod standing;
mod static_files;
mod stored;
mod succession;
mod world;
