//! Tests of the identity crate from outside, in one program because linking is what costs time.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod device_list;
mod forge;
#[path = "../../fuzz/src/targets/mod.rs"]
#[allow(unreachable_pub, reason = "public in the fuzz package")]
mod fuzz_targets;
mod fuzzing;
mod hostile;
mod issuing;
mod keystore;
mod openssl;
mod openssl_made;
mod passphrase;
mod policy;
mod policy_document;
mod policy_less;
mod policy_people;
mod policy_table;
mod remembered;
mod requests;
mod revocation;
mod rollover;
mod stored;
mod vectors;
mod world;
