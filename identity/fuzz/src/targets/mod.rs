//! The bodies of the fuzz targets. Each takes bytes from outside and says whether something good came of them; it
//! panics when a promise of the crate does not hold. What a fuzzer cannot guess, signatures and hashes, is made anew
//! over its bytes, so that what lies behind them is reached.

mod anew;
mod application;
mod certificate;
mod chain;
mod checkpoint;
mod countersignature;
mod request;
mod revocation_list;
pub mod seeds;
mod setting;
mod signed_entry;

/// A body.
pub type Body = fn(&[u8]) -> bool;

/// Every target.
pub const ALL: [(&str, Body); 8] = [
    ("application", application::run),
    ("certificate", certificate::run),
    ("chain", chain::run),
    ("checkpoint", checkpoint::run),
    ("countersignature", countersignature::run),
    ("request", request::run),
    ("revocation_list", revocation_list::run),
    ("signed_entry", signed_entry::run),
];

/// Runs the target of this name.
///
/// # Panics
/// When there is none, or a promise of the crate does not hold.
pub fn run(target: &str, data: &[u8]) -> bool {
    let body = ALL.iter().find(|(name, _)| *name == target);
    body.expect("there is a target of this name").1(data)
}
