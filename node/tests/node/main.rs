//! The node as a whole, through its library, its loopback API and its program; every test has a node of its own in a
//! directory that is deleted afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands, in helpers too"
)]

mod archive;
mod command_line;
mod damaged;
mod dicomweb;
mod exporting;
mod fetching;
mod gateway;
mod governance;
mod hostile_peer;
mod import;
mod lock;
mod media;
mod practice;
mod pseudonym;
mod reception;
mod sources;
mod support;
mod trail;
mod writing;
