//! Tests of the consultation from outside, in one program because linking is what costs time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod agreements;
mod amendments;
mod authenticity;
mod blind;
mod bodies;
mod concurrency;
mod crowd;
mod crowd_acts;
mod crowd_invariant;
mod deadlines;
mod duties;
mod erasing;
mod forks;
mod further;
mod handed_over;
mod illustrations;
mod limits;
mod newer;
mod order;
mod packages;
mod reconciliation;
mod refusals;
mod released;
mod renewed;
mod reports;
mod requests;
mod story;
mod teeth;
mod times;
mod usual;
mod wire;
mod world;
