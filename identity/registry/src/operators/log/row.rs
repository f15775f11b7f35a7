//! A row of the operator log: who did what, when, to which credential, and how it ended; signed by who did it.

use dokuei_identity::key::PublicKey;
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operators::Actor;

/// What a signature over a row begins with, so that it is good for nothing else.
const DOMAIN: &[u8] = b"dokuei/operator-log/1\n";

/// One act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// Its number, from 0.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    /// Who did it, or asked for it.
    pub(crate) operator: String,
    /// A stable word: issue, revoke, approve …
    pub(crate) act: String,
    /// The fingerprint of the credential, or another name of what it is about.
    #[serde(default)]
    pub(crate) about: Option<String>,
    /// More, depending on the act; never a secret.
    #[serde(default)]
    pub(crate) detail: Value,
    pub(crate) outcome: Outcome,
    /// How many lines the journal had afterwards: ties the two together.
    pub(crate) journal: u64,
    /// Ed25519 by the operator over all of this, hexadecimal.
    #[serde(default)]
    pub(crate) signature: String,
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Done,
    Refused,
    /// Waits for a second operator.
    Pending,
}

impl Row {
    pub(crate) fn sign(mut self, actor: &Actor) -> Self {
        self.signature = hex::encode(actor.key.sign(&self.message()));
        self
    }

    /// Whether the holder of `key` wrote exactly this.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        hex::decode(&self.signature)
            .ok()
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
            .is_some_and(|signature| key.verify(&self.message(), &signature).is_ok())
    }

    /// The line in the file, without its end.
    pub(crate) fn to_line(&self) -> String {
        // Only strings, numbers and JSON that was JSON before: it always encodes.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn message(&self) -> Vec<u8> {
        let unsigned = Self {
            signature: String::new(),
            ..self.clone()
        };
        [DOMAIN, unsigned.to_line().as_bytes()].concat()
    }
}
