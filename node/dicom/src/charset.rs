//! Text in DICOM's character sets (PS3.3 C.12.1.1.2, PS3.5 section 6.1): what Japanese equipment writes.
//!
//! dicom-rs 0.10 honours only the first value of (0008,0005); with the usual Japanese `\ISO 2022 IR 87` its text
//! keeps raw escape sequences and values split inside of kanji. So text is decoded here, from the bytes: escape
//! sequences first, delimiters after them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name::PersonName;

mod encode;
mod iso2022;
mod repair;
mod term;

pub use encode::{NotInJisX0208, encode_name};
use iso2022::Delimiters;
use term::Term;

/// (0008,0005) as the encoder of this crate writes it: Latin letters first, then JIS X 0208.
pub const JAPANESE: &str = r"\ISO 2022 IR 87";

/// What was odd about the character set of some text, and how it was read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CharsetNote {
    /// No or the wrong character set is declared; the bytes are valid UTF-8 and were read so.
    ReadAsUtf8,
    /// No or the wrong character set is declared; the bytes are Shift_JIS and were read so.
    ReadAsShiftJis,
    /// No or the wrong character set is declared; the bytes are EUC-JP and were read so.
    ReadAsEucJp,
    /// Escape sequences of a character set that isn't declared were followed.
    UndeclaredEscape,
    /// (0008,0005) names a character set that is not a defined term of PS3.3.
    UnknownTerm,
    /// Some characters could not be read and are shown as U+FFFD.
    Replaced,
}

/// The character sets of a data set, from its (0008,0005).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharacterSet {
    /// The set before any escape sequence.
    first: Term,
    /// The sets that escape sequences may switch to.
    others: Vec<Term>,
    /// A value that is no defined term.
    unknown: bool,
}

/// Text that was decoded, and how.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Decoded<T> {
    /// The text.
    pub value: T,
    /// What was odd.
    pub notes: Vec<CharsetNote>,
}

/// Decoded text is patient data more often than not, so it isn't shown.
impl<T> fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

impl CharacterSet {
    /// From the value of (0008,0005): values divided by `\`, any of them may be empty.
    ///
    /// An unknown term isn't an error yet: most text is plain ASCII; [`CharsetNote::UnknownTerm`] comes with text
    /// that depends on it.
    pub fn from_value(value: &str) -> Self {
        let terms: Vec<Option<Term>> = value.split('\\').map(Term::parse).collect();
        let unknown = terms.contains(&None);
        let first = terms.first().copied().flatten().unwrap_or(Term::Ascii);
        let others = terms.into_iter().skip(1).flatten().collect();
        Self {
            first,
            others,
            unknown,
        }
    }

    /// Decodes a value of LT, ST or UT: one text, in which `\` is only a character.
    pub fn text(&self, bytes: &[u8]) -> Decoded<String> {
        self.decode(bytes, Delimiters::None)
    }

    /// Decodes a value of SH, LO or UC into its values, split after decoding (a kanji may hold a 0x5C).
    pub fn values(&self, bytes: &[u8]) -> Decoded<Vec<String>> {
        let Decoded { value, notes } = self.decode(bytes, Delimiters::Values);
        Decoded {
            value: value
                .split('\\')
                .map(|text| text.trim_matches(PADDING).to_owned())
                .collect(),
            notes,
        }
    }

    /// Decodes the first value of PN into its groups; the state falls back at `\`, `=` and `^` (PS3.5 6.1.2.5.3).
    pub fn name(&self, bytes: &[u8]) -> Decoded<PersonName> {
        let Decoded { value, notes } = self.decode(bytes, Delimiters::Names);
        let first = value.split('\\').next().unwrap_or_default();
        Decoded {
            value: PersonName::from_groups(first.trim_matches(PADDING)),
            notes,
        }
    }

    /// Decodes all values of PN into their groups.
    pub fn names(&self, bytes: &[u8]) -> Decoded<Vec<PersonName>> {
        let Decoded { value, notes } = self.decode(bytes, Delimiters::Names);
        Decoded {
            value: value
                .split('\\')
                .map(|name| PersonName::from_groups(name.trim_matches(PADDING)))
                .collect(),
            notes,
        }
    }

    fn decode(&self, bytes: &[u8], delimiters: Delimiters) -> Decoded<String> {
        let end = bytes
            .iter()
            .rposition(|byte| ![0, b' '].contains(byte))
            .map_or(0, |last| last + 1);
        let bytes = &bytes[..end];
        if bytes.iter().all(|byte| (0x20..0x80).contains(byte)) && self.first != Term::JisX0201 {
            return Decoded {
                value: bytes.iter().map(|byte| char::from(*byte)).collect(),
                notes: Vec::new(),
            };
        }
        let read = match self.first.whole_encoding() {
            Some(encoding) => iso2022::decode_whole(encoding, bytes),
            None => iso2022::decode(self.first, &self.others, bytes, delimiters),
        };
        let mut notes = Vec::new();
        if read.undeclared {
            notes.push(CharsetNote::UndeclaredEscape);
        }
        if self.unknown {
            notes.push(CharsetNote::UnknownTerm);
        }
        let single_byte = self.first.whole_encoding().is_none();
        let wrong = read.bad || (single_byte && repair::is_surely_utf8(bytes));
        if let Some((text, note)) = wrong.then(|| repair::repair(bytes)).flatten() {
            notes.push(note);
            return Decoded { value: text, notes };
        }
        if read.bad {
            notes.push(CharsetNote::Replaced);
        }
        Decoded {
            value: read.text,
            notes,
        }
    }
}

/// Padding at either end of a value (PS3.5 6.2).
const PADDING: [char; 2] = [' ', '\0'];

#[cfg(test)]
mod tests;
