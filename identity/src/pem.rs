//! PEM (RFC 7468), bounded.

use der::pem::{LineEnding, decode_vec, encode_string};
use thiserror::Error;

/// The longest text that is read where nothing longer is expected, bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// Label of a certificate.
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
/// Label of a revocation list.
pub(crate) const REVOCATION_LIST: &str = "X509 CRL";
/// Label of a request.
pub(crate) const REQUEST: &str = "CERTIFICATE REQUEST";

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// Why a text was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PemError {
    /// Longer than a text of its kind may be.
    #[error("the text has {got} bytes, more than the {limit} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
        /// The most, bytes.
        limit: usize,
    },
    /// No block, or one that does not end or is not Base64.
    #[error("the text is not PEM: it needs a block of -----BEGIN {expected}-----")]
    Malformed {
        /// The label that was expected.
        expected: &'static str,
    },
    /// A block of another kind, for example a private key.
    #[error("the text holds a {got:?} where {expected:?} belongs")]
    Label {
        /// The label that was expected.
        expected: &'static str,
        /// The label that stands there.
        got: String,
    },
}

impl PemError {
    /// A stable word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "pem-too-large",
            Self::Malformed { .. } => "pem-malformed",
            Self::Label { .. } => "pem-label",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::TooLarge { got, limit } => {
                format!("文書が{got}バイトあり、受け付ける上限の{limit}バイトを超えています")
            }
            Self::Malformed { expected } => {
                format!("PEM形式ではありません。-----BEGIN {expected}-----で始まる部分が必要です")
            }
            Self::Label { expected, got } => format!("{expected}があるべきところに{got}があります"),
        }
    }
}

/// The longest text, bytes, that a block of this many bytes of DER may need: lines of 64 letters that end as Windows
/// ends them, and some words around the block.
pub(crate) const fn room_for(der: usize) -> usize {
    der.div_ceil(48) * 66 + 4096
}

/// Every block of the text, which must all have this label. Lines around the blocks are skipped.
pub(crate) fn all(text: &str, expected: &'static str) -> Result<Vec<Vec<u8>>, PemError> {
    all_within(text, expected, MAX_TEXT)
}

fn all_within(text: &str, expected: &'static str, limit: usize) -> Result<Vec<Vec<u8>>, PemError> {
    if text.len() > limit {
        let got = text.len();
        return Err(PemError::TooLarge { got, limit });
    }
    let malformed = || PemError::Malformed { expected };
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let block = &rest[start..];
        let end = block.find(END).ok_or_else(malformed)?;
        let line = block[end..].find('\n').unwrap_or(block.len() - end);
        let (label, bytes) =
            decode_vec(block[..end + line].trim_end().as_bytes()).map_err(|_| malformed())?;
        if label != expected {
            return Err(PemError::Label {
                expected,
                got: label.to_owned(),
            });
        }
        blocks.push(bytes);
        rest = &block[end + line..];
    }
    if blocks.is_empty() {
        Err(malformed())
    } else {
        Ok(blocks)
    }
}

/// The only block of the text.
pub(crate) fn one(text: &str, expected: &'static str) -> Result<Vec<u8>, PemError> {
    one_within(text, expected, MAX_TEXT)
}

/// The only block of a text that may have up to `limit` bytes ([`room_for`]).
pub(crate) fn one_within(text: &str, expected: &'static str, limit: usize) -> Result<Vec<u8>, PemError> {
    let mut blocks = all_within(text, expected, limit)?;
    match (blocks.pop(), blocks.is_empty()) {
        (Some(block), true) => Ok(block),
        _ => Err(PemError::Malformed { expected }),
    }
}

/// Prints one block.
pub(crate) fn print(label: &str, der: &[u8]) -> String {
    match encode_string(label, LineEnding::LF, der) {
        Ok(text) => text,
        // The labels are ours, and a text in memory has room.
        Err(error) => unreachable!("printing PEM failed: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_around_the_blocks_is_skipped_and_line_ends_may_be_either() {
        let text = format!(
            "subject=CN=x\n{}\r\nmore\n{}",
            print(CERTIFICATE, b"one"),
            print(CERTIFICATE, b"two")
        );
        assert_eq!(
            all(&text, CERTIFICATE).unwrap(),
            [b"one".to_vec(), b"two".to_vec()]
        );
        assert_eq!(all(&text.replace('\n', "\r\n"), CERTIFICATE).unwrap().len(), 2);
    }

    #[test]
    fn a_private_key_in_the_place_of_a_certificate_is_told_by_its_name() {
        let refused = all(&print("PRIVATE KEY", b"secret"), CERTIFICATE);
        assert_eq!(
            refused,
            Err(PemError::Label {
                expected: CERTIFICATE,
                got: "PRIVATE KEY".to_owned()
            })
        );
    }

    #[test]
    fn there_is_room_for_what_is_printed() {
        for length in [1, 47, 48, 49, 1 << 20] {
            let text = print(REVOCATION_LIST, &vec![7; length]).replace('\n', "\r\n");
            let read = one_within(&text, REVOCATION_LIST, room_for(length));
            assert_eq!(read.map(|der| der.len()), Ok(length));
        }
    }

    #[test]
    fn nothing_half_a_block_and_too_much_are_refused() {
        assert_eq!(
            all("", CERTIFICATE),
            Err(PemError::Malformed {
                expected: CERTIFICATE
            })
        );
        let whole = print(CERTIFICATE, b"one");
        assert!(all(&whole[..whole.len() - 20], CERTIFICATE).is_err());
        let got = MAX_TEXT + 1;
        assert_eq!(
            all(&" ".repeat(got), CERTIFICATE),
            Err(PemError::TooLarge { got, limit: MAX_TEXT })
        );
        assert!(one(&format!("{whole}{whole}"), CERTIFICATE).is_err());
    }
}
