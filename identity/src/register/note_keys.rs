//! Who may have signed a note (`c2sp.org/signed-note`): Ed25519 keys, each under the name of its log.

use signed_note::{VerificationError, Verifier, Verifiers};

use crate::key::PublicKey;

/// The algorithm byte of Ed25519 in `c2sp.org/signed-note`.
const ED25519: u8 = 1;

/// What a note calls `key` under `name`: the first four bytes of SHA-256(name ‖ 0x0A ‖ 1 ‖ key).
#[must_use]
pub fn note_key_id(name: &str, key: &PublicKey) -> u32 {
    signed_note::key_id(name, &[&[ED25519], key.as_bytes().as_slice()].concat())
}

/// One key under its log's name.
#[derive(Debug)]
struct Known {
    name: String,
    id: u32,
    key: PublicKey,
}

impl Verifier for Known {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    /// Strictly, as everywhere in this crate, which is why the verifier of `signed_note` is not used.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature
            .try_into()
            .is_ok_and(|signature: &[u8; 64]| self.key.verify(message, signature).is_ok())
    }
}

/// The keys of one log, any of which may have signed.
#[derive(Debug)]
pub struct NoteKeys(Vec<Known>);

impl NoteKeys {
    /// The keys of the log called `name`.
    #[must_use]
    pub fn new(name: &str, keys: &[PublicKey]) -> Self {
        let known = |key: &PublicKey| Known {
            name: name.to_owned(),
            id: note_key_id(name, key),
            key: *key,
        };
        Self(keys.iter().map(known).collect())
    }
}

impl Verifiers for NoteKeys {
    fn verifier(&self, name: &str, id: u32) -> Result<&dyn Verifier, VerificationError> {
        let found = self.0.iter().find(|known| known.name == name && known.id == id);
        found
            .map(|known| known as &dyn Verifier)
            .ok_or_else(|| VerificationError::UnknownKey {
                name: name.to_owned(),
                id,
            })
    }
}
