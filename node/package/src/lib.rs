//! The sealed study package: one study for one case, encrypted, committed and verifiable by range.
//!
//! A package is one file of ciphertext and a few small signed or public things beside it:
//!
//! - [`core`]: the signed statement of which package this is, for which case and request, from whom, until when, with
//!   the root of the tree over the ciphertext and the commitment to the key;
//! - the *payload*: a manifest, previews, the instances, and padding, sealed in chunks of 64 KiB ([`seal`], [`open`]);
//!   an instance lies there as it is, or *predicted* ([`block`]), which is about half as long;
//! - the *outboard*: the BLAKE3 tree over the payload, 0.1 % of its size ([`tree`], [`verifier`]). With it anybody
//!   who holds the payload can serve any range, and the receiver checks it without a key, in any order;
//! - [`grant`]s: the content-encryption key, wrapped for one device of one recipient.
//!
//! The receiver's order is: signature → addressee → status (the caller's) → unwrap → commitment → tree → AEAD →
//! release. [`core::UnverifiedCore::verify`], [`grant::open_grant`] and [`open::PackageReader`] each need what the
//! step before gives, so the order cannot be taken differently.
//!
//! [`stream`] seals blobs of the vault in the same chunks under a key of this device, and [`stored`] is the form in which
//! images lie in them, which is that of packages; [`envelope`] wraps such a key for
//! a device of somebody else, for what goes to her on a medium.
//!
//! Nothing here asks a clock or makes randomness of its own; files come in as [`tree::ReadAt`], `Read` and `Write`.

mod ahead;
pub mod bitmap;
pub mod block;
pub mod chunk;
pub mod core;
pub mod encoding;
pub mod envelope;
pub mod grant;
pub mod kem;
pub mod lanes;
pub mod manifest;
pub mod open;
pub mod order;
mod plaintext;
mod predict;
pub mod samples;
pub mod schedule;
pub mod seal;
pub mod stored;
pub mod stream;
pub mod tree;
pub mod verifier;

#[cfg(test)]
mod tests;
