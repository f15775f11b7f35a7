//! The secret from which pseudonyms follow.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Options;
use crate::uid::Uid;

/// Letters and digits that are not mistaken for each other (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a pseudonym: 50 bits.
const LENGTH: usize = 10;
/// Dates are moved back by 1 to this many days.
const MOST_DAYS: u64 = 365;

/// The secret of one node. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// What a patient is called instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonym {
    /// Name and number at once, such as `P-7K3M9QX2TA`.
    pub code: String,
    /// By how many days dates are moved back.
    pub days_back: u32,
}

impl Key {
    /// From 32 random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The pseudonym of the patient with this number.
    #[must_use]
    pub fn pseudonym(&self, patient_id: &str) -> Pseudonym {
        let mac = self.mac("patient", patient_id.trim().as_bytes());
        let code: String = mac
            .iter()
            .take(LENGTH)
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let days = self.mac("days", patient_id.trim().as_bytes());
        let number = u64::from_be_bytes([
            days[0], days[1], days[2], days[3], days[4], days[5], days[6], days[7],
        ]);
        Pseudonym {
            code: format!("P-{code}"),
            days_back: u32::try_from(1 + number % MOST_DAYS).unwrap_or(1),
        }
    }

    /// The UID in place of this one. Under other options another one: they make another object of the same instance.
    #[must_use]
    pub fn uid(&self, uid: &str, options: &Options) -> Uid {
        let codes: Vec<&str> = options.codes().into_iter().map(|(code, _)| code).collect();
        let purpose = format!("uid {}", codes.join(" "));
        let mac = self.mac(&purpose, uid.as_bytes());
        let mut uuid = [0_u8; 16];
        uuid.copy_from_slice(&mac[..16]);
        Uid::of_uuid(uuid)
    }

    fn mac(&self, purpose: &str, what: &[u8]) -> [u8; 32] {
        // A key of any length will do.
        let Ok(mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        mac.chain_update(b"dokuei pseudonym 1\0")
            .chain_update(purpose.as_bytes())
            .chain_update([0])
            .chain_update(what)
            .finalize()
            .into_bytes()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_a_pseudonym_repeats_for_its_patient_and_differs_by_patient_and_key() {
        let (key, other) = (Key::from_bytes([1; 32]), Key::from_bytes([2; 32]));
        let one = key.pseudonym("1234");
        assert_eq!(one, key.pseudonym(" 1234 "));
        assert_ne!(one.code, key.pseudonym("1235").code);
        assert_ne!(one.code, other.pseudonym("1234").code);
        assert!((1..=365).contains(&one.days_back));
        assert!(one.code.len() == 12 && one.code.starts_with("P-"));
        let options = Options::default();
        let uid = key.uid("1.2.3", &options);
        assert_eq!(uid, key.uid("1.2.3", &options));
        assert!(uid.as_str().starts_with("2.25.") && uid.as_str().parse::<Uid>().is_ok());
        assert_ne!(
            uid,
            key.uid(
                "1.2.3",
                &Options {
                    device: true,
                    ..options
                }
            )
        );
        assert!(!format!("{key:?}").contains('1'));
    }
}
