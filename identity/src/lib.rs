//! Identity certificates, credential policy, keystore and device lists of Dokuei.
//!
//! This crate says *who may speak*. It is pure: no I/O, no clock, no randomness of its own; time comes in as
//! [`time::Timestamp`] and randomness as a `CryptoRng`. Every certificate is X.509 v3 with Ed25519 (RFC 8410), so
//! that any X.509 tool can check what is claimed here.

pub mod cbor;
pub mod fingerprint;
pub mod key;
pub mod signed;
pub mod time;
