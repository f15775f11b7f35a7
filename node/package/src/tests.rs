//! What holds for a package as a whole, and what an attacker may not do.

mod blobs;
pub(crate) mod fixture;
mod grants;
mod hostile;
mod lying_sender;
mod round_trip;
mod salamander;
mod transfer;
mod wire;
