//! Tests of the directory from outside, in one program because linking is what costs time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]
#![allow(
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "the generator of people is shared with the bench"
)]

mod filters;
mod parts;
mod people;
mod profiles;
mod searches;
