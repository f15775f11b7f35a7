//! What two applications may have in common, kept so that looking at one does not open all of them.
//!
//! A line for each application holds a keyed hash of the applicant's key, and one of the licence when there is one. Who
//! has not the key that applications are sealed to learns from the file at most which lines are alike. It follows from
//! the applications: a line that is lacking or damaged is made again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use dokuei_identity::application::{ApplicationId, ApplicationSecretKey, Claims};
use dokuei_identity::certificate::LicenceKind;
use dokuei_identity::key::PublicKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// What the hashes are keyed for.
const CONTEXT: &str = "dokuei-registry 2026 what applications have in common";

/// What another application has in common with the one that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alike {
    /// The applicant's key.
    Key,
    /// The licence, under another key.
    Licence,
}

/// The hashes of one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    id: String,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    licence: Option<String>,
}

impl Mark {
    pub(super) fn alike(&self, other: &Self) -> Option<Alike> {
        if self.key == other.key {
            Some(Alike::Key)
        } else if self.licence.is_some() && self.licence == other.licence {
            Some(Alike::Licence)
        } else {
            None
        }
    }
}

/// Makes marks; its secret follows from the key that applications are sealed to.
pub(super) struct Marker(Zeroizing<[u8; 32]>);

impl Marker {
    pub(super) fn of(key: &ApplicationSecretKey) -> Self {
        Self(Zeroizing::new(blake3::derive_key(CONTEXT, key.seed())))
    }

    pub(super) fn mark(&self, id: ApplicationId, key: &PublicKey, claims: &Claims) -> Mark {
        let licence = match claims {
            Claims::Practitioner(claims) => Some(&claims.licence),
            _ => None,
        };
        let licence = licence.map(|licence| {
            let kind = match licence.kind {
                LicenceKind::Dentist => "dentist",
                LicenceKind::Physician => "physician",
            };
            self.hash(&[
                licence.jurisdiction.as_bytes(),
                kind.as_bytes(),
                licence.number.as_bytes(),
            ])
        });
        Mark {
            id: id.to_string(),
            key: self.hash(&[key.as_bytes()]),
            licence,
        }
    }

    fn hash(&self, parts: &[&[u8]]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// The marks of a file that can be read, by the name of the application.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Mark>, Failure> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(Failure::storage("read", path, source)),
    };
    let marks = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Mark>(line).ok());
    Ok(marks.map(|mark| (mark.id.clone(), mark)).collect())
}

/// Adds marks to a file. It is not flushed: what a crash takes is made again.
pub(super) fn append(path: &Path, marks: &[Mark]) -> Result<(), Failure> {
    // Begun anew, so that a torn line takes none with it.
    let mut text = String::from("\n");
    for mark in marks {
        let line = serde_json::to_string(mark)
            .map_err(|error| Failure::Damaged(format!("the mark cannot be written: {error}")))?;
        text.push_str(&line);
        text.push('\n');
    }
    let failed = |source| Failure::storage("written", path, source);
    let file = File::options().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: &str, key: &str) -> Mark {
        Mark {
            id: id.to_owned(),
            key: key.to_owned(),
            licence: None,
        }
    }

    #[test]
    fn r24_a_torn_line_takes_no_other_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks");
        assert!(read(&path).unwrap().is_empty());
        append(&path, &[mark("a", "1"), mark("b", "2")]).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 5]).unwrap();
        append(&path, &[mark("c", "3")]).unwrap();
        let names: Vec<_> = read(&path).unwrap().into_keys().collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn r19_a_hash_says_nothing_without_the_key() {
        let marker = |seed: u8| Marker::of(&ApplicationSecretKey::from_seed([seed; 32].into()));
        let of = |seed: u8, parts: &[&[u8]]| marker(seed).hash(parts);
        assert_eq!(of(1, &[b"JP", b"12"]), of(1, &[b"JP", b"12"]));
        assert_ne!(of(1, &[b"JP", b"12"]), of(2, &[b"JP", b"12"]));
        assert_ne!(
            of(1, &[b"JP", b"12"]),
            of(1, &[b"JP1", b"2"]),
            "parts do not run together"
        );
    }
}
