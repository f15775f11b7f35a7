//! Applications for a credential and the evidence that comes with them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../identity/world.rs"]
#[allow(dead_code, reason = "shared with the tests of certificates")]
mod world;

mod answer;
mod application;
mod authority;
mod collect;
mod hpki;
mod provisional;
mod sealing;
