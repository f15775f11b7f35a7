//! The built program, driven from outside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod address;
mod applications;
mod basics;
mod ceremony;
mod console;
mod desk;
mod hpki;
mod import;
mod keys;
mod killed;
mod lifecycle;
mod operators;
mod register;
