//! The bodies of the fuzz targets. Each takes bytes from outside and says whether something good came of them; it panics when
//! a promise of the crate does not hold.

#[path = "targets/dataset.rs"]
mod dataset;
#[path = "targets/dicomdir.rs"]
mod dicomdir;
#[path = "targets/pdu.rs"]
pub mod pdu;
#[path = "targets/zip.rs"]
pub mod zip;

/// A body.
pub type Body = fn(&[u8]) -> bool;

/// Every target that is of this crate.
pub const ALL: [(&str, Body); 4] = [
    ("dataset", dataset::run),
    ("dicomdir", dicomdir::run),
    ("pdu", pdu::run),
    ("zip", zip::run),
];

/// Runs the target of this name.
///
/// # Panics
/// When there is none, or a promise of the crate does not hold.
pub fn run(target: &str, data: &[u8]) -> bool {
    let body = ALL.iter().find(|(name, _)| *name == target);
    body.expect("there is a target of this name").1(data)
}
