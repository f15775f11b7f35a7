//! Identity certificates, credential policy, keystore and device lists of Dokuei.
//!
//! This crate says *who may speak*. It is pure: no I/O, no clock, no randomness of its own; time comes in as
//! [`time::Timestamp`] and randomness as a `CryptoRng`. Every certificate is X.509 v3 with Ed25519 (RFC 8410), so
//! that any X.509 tool can check what is claimed here.
//!
//! A [`certificate::PractitionerCertificate`], [`certificate::NodeCertificate`] or
//! [`certificate::RegistryCertificate`] only comes into being through [`chain::verify_practitioner`],
//! [`chain::verify_node`] and [`chain::verify_registry`]: whoever holds one need not ask again whether it is good
//! at the time it was verified for. What its holder may do is the question of [`policy::may`].

mod anchor;
pub mod application;
pub mod cbor;
pub mod certificate;
pub mod chain;
pub mod day;
pub mod device_list;
mod extension;
mod fault;
mod fault_words;
pub mod fingerprint;
pub mod freshness;
pub mod hpki;
pub mod issue;
mod issuer;
pub mod kem;
pub mod key;
pub mod keystore;
mod kind;
pub mod network;
pub mod passphrase;
mod path;
pub mod pem;
pub mod policy;
mod profile;
mod refusal;
pub mod register;
pub mod request;
pub mod revocation;
pub mod serial;
pub mod signed;
pub mod text;
pub mod time;
mod x509;
