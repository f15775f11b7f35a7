//! Names of folders and files on a medium: eight letters and three, so that every file system can hold them, and made
//! of numbers only, so that nothing that is read can name a path.

use std::fmt;

use dokuei_identity::fingerprint::Fingerprint;

/// The folder in the root of a medium.
pub const FOLDER: &str = "DOKUEI";
/// What a person reads, in [`FOLDER`].
pub const README: &str = "README.TXT";
/// The signed index of a set, written last.
pub const INDEX: &str = "INDEX.DKM";
/// The sealed letter of a set.
pub const LETTER: &str = "LETTER.DKM";
/// What a file that is being written is called.
pub const UNFINISHED: &str = "WRITING.TMP";

/// Names a set: everything that was written together, on one disc or several. It is derived from what the set is about,
/// so that writing it again finds what lies there, and tells nobody what that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub [u8; 16]);

impl SetId {
    /// The set about this case, from this practitioner to that one.
    #[must_use]
    pub fn of(case: &[u8; 16], from: &Fingerprint, to: &Fingerprint) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("dokuei 2026 media set");
        hasher.update(case).update(from.as_bytes()).update(to.as_bytes());
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        Self(id)
    }

    /// The folder that holds it on a medium.
    #[must_use]
    pub fn folder(&self) -> SetFolder {
        let [a, b, c, d, ..] = self.0;
        SetFolder(u32::from_be_bytes([a, b, c, d]))
    }
}

/// The folder of a set: eight hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetFolder(u32);

impl SetFolder {
    /// Reads a name; `None` when it is no such name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let digits = name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits
            .then(|| u32::from_str_radix(name, 16).ok().map(Self))
            .flatten()
    }
}

impl fmt::Display for SetFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

/// The name of the payload part `number` (from 1) of package `package` (from 0).
#[must_use]
pub fn part(package: u16, number: u32) -> String {
    format!("P{:02}{number:05}.DKM", package % 100)
}

/// The name of the tree of package `package` (from 0).
#[must_use]
pub fn tree(package: u16) -> String {
    format!("T{:02}00000.DKM", package % 100)
}

/// Whether a file of this name is one that a set may hold beside its index and its letter.
#[must_use]
pub fn is_payload(name: &str) -> bool {
    let digits = |rest: &str| rest.len() == 7 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let stem = name
        .strip_suffix(".DKM")
        .and_then(|stem| stem.strip_prefix(['P', 'T']));
    stem.is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_a_name_that_is_read_is_eight_hexadecimal_digits_or_none() {
        assert_eq!(
            SetFolder::parse("3fa9c01b").map(|name| name.to_string()),
            Some("3FA9C01B".to_owned())
        );
        for name in ["", "..", "3FA9C01", "3FA9C01B1", "3FA9C0/B", "+FA9C01B", "３FA9C"] {
            assert_eq!(SetFolder::parse(name), None, "{name}");
        }
    }

    #[test]
    fn the_same_set_has_the_same_name_and_another_has_another() {
        let (me, her) = (Fingerprint::from_bytes([1; 32]), Fingerprint::from_bytes([2; 32]));
        let set = SetId::of(&[7; 16], &me, &her);
        assert_eq!(set, SetId::of(&[7; 16], &me, &her));
        assert_ne!(set, SetId::of(&[7; 16], &her, &me));
        assert_ne!(set, SetId::of(&[8; 16], &me, &her));
        insta::assert_snapshot!(hex::encode(set.0), @"bb1773ca8b5491aef0f8a0cb5fa389be");
    }

    #[test]
    fn names_fit_eight_letters_and_three() {
        for name in [
            README,
            INDEX,
            LETTER,
            UNFINISHED,
            &part(99, 99_999),
            &part(0, 1),
            &tree(99),
        ] {
            let (stem, extension) = name.split_once('.').unwrap();
            assert!(stem.len() <= 8 && extension.len() == 3, "{name}");
        }
        assert!(is_payload(&part(3, 12)) && is_payload(&tree(0)));
        for name in [
            INDEX,
            LETTER,
            "P0000001.TXT",
            "P00000011.DKM",
            "X0000001.DKM",
            "P000000é.DKM",
        ] {
            assert!(!is_payload(name), "{name}");
        }
    }
}
