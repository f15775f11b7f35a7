//! Applications for a credential and the evidence that comes with them.

#[path = "../identity/world.rs"]
#[allow(dead_code, reason = "shared with the tests of certificates")]
mod world;

mod application;
mod authority;
mod collect;
mod hpki;
mod provisional;
mod sealing;
