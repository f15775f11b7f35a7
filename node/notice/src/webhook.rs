//! What a program of the house is told: a small JSON document, and the signature by which it knows whose it is.
//!
//! `Dokuei-Signature: t=SECONDS,v1=HEX`, where HEX is HMAC-SHA256 (RFC 2104) over the seconds in decimal, a full stop
//! and the body, with the secret as the key. The receiver compares in constant time and refuses what is older than five
//! minutes, so that nobody can send it again.

use dokuei_identity::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use crate::matter::{Group, Matter};

/// One notice, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Its number at this node: the same when it is sent again.
    pub id: u64,
    /// The group.
    pub group: Group,
    /// The stable word of the matter.
    pub matter: &'static str,
    /// Whether it is urgent.
    pub urgent: bool,
    /// The case that it is about, a random number; nothing of a patient follows from it.
    pub case_id: Option<String>,
    /// When it came to be told, seconds since 1970.
    pub at: u64,
}

impl Told {
    /// A notice of a matter.
    #[must_use]
    pub const fn new(id: u64, matter: Matter, case_id: Option<String>, at: Timestamp) -> Self {
        Self {
            id,
            group: matter.group(),
            matter: matter.name(),
            urgent: matter.is_urgent(),
            case_id,
            at: at.0,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    notices: &'a [Told],
}

/// The document.
#[must_use]
pub fn body(notices: &[Told]) -> String {
    // Strings, numbers and lists only.
    serde_json::to_string(&Body { version: 1, notices }).unwrap_or_default()
}

/// The value of the header `Dokuei-Signature`.
#[must_use]
pub fn signature(secret: &[u8], now: Timestamp, body: &str) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(now.0.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("t={},v1={}", now.0, hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent: a changed snapshot is a decision about versions.
    #[test]
    fn sent_form() {
        let told = [
            Told::new(
                7,
                Matter::FinalReport,
                Some("00".repeat(16)),
                Timestamp(1_800_000_000),
            ),
            Told::new(8, Matter::CredentialEnding, None, Timestamp(1_800_000_001)),
        ];
        insta::assert_snapshot!(body(&told));
    }

    /// The figure is OpenSSL's: `printf '1800000000.{}' | openssl dgst -sha256 -hmac secret`.
    #[test]
    fn a_signature_is_what_openssl_makes() {
        assert_eq!(
            signature(b"secret", Timestamp(1_800_000_000), "{}"),
            "t=1800000000,v1=bb7079132825ac793cea8c013c1dd24d926b9b02132245b10588d9e5c0df70d7"
        );
        assert_ne!(
            signature(b"secret", Timestamp(1_800_000_001), "{}"),
            signature(b"secret", Timestamp(1_800_000_000), "{}")
        );
    }
}
