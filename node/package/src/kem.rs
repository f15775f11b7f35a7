//! The keys of devices to which packages are granted: one pair per device, replaced after 30 days.

pub use dokuei_identity::kem::{KemPublicKey, KemSecretKey, Kid, NotAKemKey};

/// How long a key may be granted to, seconds (30 days): after it the sender grants again to the next key.
pub const KEY_LIFE: u64 = 30 * 24 * 3600;
