//! The second factor at sign-in: what every kind of it has in common. One-time passwords ([`totp`]) are built; a FIDO2
//! device would be another [`Kind`].
//!
//! A factor lies in the practitioner's sealed file as [`KeptFactor`], which every kind shares. It is asked for by the node:
//! it keeps out whoever saw or guessed a passphrase and stands before the running node. It does not protect a disk that was
//! taken away, where the passphrase alone opens the file: that is the work of Argon2id and of the node's own passphrase.

mod kept;
mod recovery_codes;
pub mod totp;

use std::fmt;
use std::sync::Arc;

use dokuei_identity::time::Timestamp;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use zeroize::Zeroizing;

pub use kept::KeptFactor;
pub use recovery_codes::{RECOVERY_CODES, RecoveryCodes};
pub use totp::Totp;

/// Bytes of a challenge: random, for one answer.
pub const CHALLENGE: usize = 32;

/// What somebody proves her second factor with, as the app and the command line send it.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[schema(as = FactorAnswer)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// A code that was typed, what a device answered (each kind says in which form), or a recovery code.
    pub answer: String,
    /// The challenge that it answers, as it was given; a one-time password answers none.
    #[serde(default)]
    pub challenge: Option<String>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(redacted)")
    }
}

/// What is asked of whoever gave the right passphrase and no second factor yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The kind of factor that she has enrolled.
    pub kind: String,
    /// What her device is to answer, Base64 for URLs; none for a kind that answers no challenge.
    pub challenge: Option<String>,
    /// What else her device must be told, as its kind defines; null when there is nothing.
    pub options: Value,
}

/// An answer on its way to the factor that judges it.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// What was typed, or what a device answered.
    pub answer: &'a str,
    /// The challenge that was given out for this answer and for no other; present exactly when the factor
    /// [answers challenges](SecondFactor::answers_challenges).
    pub challenge: Option<&'a [u8; CHALLENGE]>,
    /// When.
    pub now: Timestamp,
}

/// The answer is not right, or was used before. Which of them is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the answer is not right, or was used before")]
pub struct WrongResponse;

/// What is kept of a factor cannot be read: a newer version of the node wrote it, or it is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this version of the node cannot read the second factor that is enrolled")]
pub struct UnreadableFactor;

/// Something that the practitioner has, beside the passphrase that she knows.
pub trait SecondFactor: Send + Sync {
    /// The stable word of its [`Kind`].
    fn kind(&self) -> &'static str;

    /// Whether it answers a challenge. Then the node gives out a random one for each answer, takes it once and for a
    /// short time only, and judges no answer without.
    fn answers_challenges(&self) -> bool {
        false
    }

    /// What the device must be told besides the challenge: for FIDO2 the credentials that may answer.
    fn options(&self) -> Value {
        Value::Null
    }

    /// Judges an answer. Gives its mark (the step of a one-time password, the signature counter of a device), which is on
    /// disk before anybody is let in. `last` is the mark of the answer before it: one that does not come after it was
    /// used before, or is of a device that was copied.
    ///
    /// # Errors
    /// [`WrongResponse`].
    fn verify(&self, response: &Response<'_>, last: Option<u64>) -> Result<u64, WrongResponse>;

    /// The version and the bytes of what is kept of it; [`Kind::read`] takes them back.
    fn keep(&self) -> (u8, Zeroizing<Vec<u8>>);
}

/// An enrolment that waits for the first answer of the device.
pub trait Enrolment: Send + Sync {
    /// What the device, or the person, is told: a JSON object.
    fn offer(&self) -> Value;

    /// Judges the first answer, which shows that the device works. Gives the factor and the answer's mark.
    ///
    /// # Errors
    /// [`WrongResponse`]; another answer may be tried.
    fn confirm(&self, answer: &str, now: Timestamp) -> Result<(Box<dyn SecondFactor>, u64), WrongResponse>;
}

/// A kind of second factor.
pub trait Kind: Send + Sync {
    /// Its stable word: `totp`. It is stored.
    fn name(&self) -> &'static str;

    /// First step of an enrolment, for whoever signs in by the name `id`.
    fn begin(&self, id: &str, rng: &mut dyn CryptoRng) -> Arc<dyn Enrolment>;

    /// Takes back what [`SecondFactor::keep`] gave.
    ///
    /// # Errors
    /// [`UnreadableFactor`] for another version, or damaged bytes.
    fn read(&self, version: u8, kept: &[u8]) -> Result<Box<dyn SecondFactor>, UnreadableFactor>;
}

/// The kinds that a node knows.
#[derive(Clone)]
pub struct Kinds(Vec<Arc<dyn Kind>>);

impl Default for Kinds {
    fn default() -> Self {
        Self(vec![Arc::new(totp::OneTimePasswords)])
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|kind| kind.name()))
            .finish()
    }
}

impl Kinds {
    /// These and another one.
    #[must_use]
    pub fn with(mut self, kind: Arc<dyn Kind>) -> Self {
        self.0.push(kind);
        self
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&dyn Kind> {
        self.0.iter().find(|kind| kind.name() == name).map(AsRef::as_ref)
    }

    /// Reads what lies in a practitioner's file.
    ///
    /// # Errors
    /// [`UnreadableFactor`], also for a kind that is not known here.
    pub fn read(&self, kept: &KeptFactor) -> Result<Box<dyn SecondFactor>, UnreadableFactor> {
        let kind = self.named(kept.kind()).ok_or(UnreadableFactor)?;
        kind.read(kept.version(), kept.body())
    }
}
