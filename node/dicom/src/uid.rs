//! Unique identifiers (PS3.5 section 9): parsed once, valid from then on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest UID that PS3.5 9.1 allows, in characters.
pub const MAX_LENGTH: usize = 64;

/// Who made these objects (PS3.7 D.3.3.2): a random UUID, made once.
pub(crate) const IMPLEMENTATION_CLASS_UID: &str = "2.25.239431417991051827348306362356021816500";
pub(crate) const IMPLEMENTATION_VERSION: &str = "DOKUEI_1";

/// A UID of valid syntax: digits and dots, at most 64 characters, no empty component.
///
/// Components with leading zeros break PS3.5 9.1 too but exist in the field; they are accepted
/// (and kept as they are: an identifier is never repaired), see [`Uid::has_leading_zero`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uid(String);

/// The text is not a UID (PS3.5 9.1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a DICOM UID: it must be digits and dots, at most 64 characters, without empty parts")]
pub struct BadUid;

impl Uid {
    /// The UID as text, without padding.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a component starts with a needless zero (against PS3.5 9.1, harmless).
    pub fn has_leading_zero(&self) -> bool {
        self.0
            .split('.')
            .any(|part| part.len() > 1 && part.starts_with('0'))
    }

    /// A UUID-derived UID (PS3.5 B.2, root `2.25`) that depends only on `purpose` and `seed`, so that
    /// making an object again from the same entry gives the same object.
    pub fn derived(purpose: &str, seed: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(seed)
            .finalize();
        let mut uuid = [0u8; 16];
        uuid.copy_from_slice(&digest[..16]);
        Self::of_uuid(uuid)
    }

    /// The UID of a UUID (PS3.5 B.2), whose version and variant are set here.
    pub(crate) fn of_uuid(mut uuid: [u8; 16]) -> Self {
        // RFC 9562: version 8 (own derivation), variant 10.
        uuid[6] = (uuid[6] & 0x0f) | 0x80;
        uuid[8] = (uuid[8] & 0x3f) | 0x80;
        Self(format!("2.25.{}", u128::from_be_bytes(uuid)))
    }
}

impl FromStr for Uid {
    type Err = BadUid;

    fn from_str(text: &str) -> Result<Self, BadUid> {
        let text = text.trim_end_matches(['\0', ' ']);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if text.len() > MAX_LENGTH || !text.split('.').all(digits) {
            return Err(BadUid);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Uid {
    type Error = BadUid;

    fn try_from(text: String) -> Result<Self, BadUid> {
        text.parse()
    }
}

impl From<Uid> for String {
    fn from(uid: Uid) -> Self {
        uid.0
    }
}

impl AsRef<str> for Uid {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_only_uids_of_valid_syntax_parse() {
        for good in [
            "1.2.840.10008.1.2.1",
            "2.25.1",
            "1.2.840.10008.1.2\0",
            &"1".repeat(64),
        ] {
            assert!(good.parse::<Uid>().is_ok(), "{good:?}");
        }
        for bad in [
            "",
            ".",
            "1..2",
            "1.2.",
            ".1",
            "1.2/../../etc",
            "1.2 .3",
            "１.2",
            &"1".repeat(65),
        ] {
            assert_eq!(bad.parse::<Uid>(), Err(BadUid), "{bad:?}");
        }
        assert!("1.02".parse::<Uid>().is_ok_and(|uid| uid.has_leading_zero()));
        assert!("1.0.20".parse::<Uid>().is_ok_and(|uid| !uid.has_leading_zero()));
    }

    #[test]
    fn a_derived_uid_repeats_and_differs_by_purpose() {
        let uid = Uid::derived("sr", b"entry");
        assert_eq!(uid, Uid::derived("sr", b"entry"));
        assert_ne!(uid, Uid::derived("pdf", b"entry"));
        assert!(uid.as_str().starts_with("2.25.") && uid.as_str().parse::<Uid>().as_ref() == Ok(&uid));
    }
}
