//! The people who work at this node: a sealed key, a description and, once issued, a certificate chain for each.
//!
//! Files in `practitioners/`: `<id>.key` (sealed), `<id>.toml` (what may be known before signing in), `<id>.pem`.

use std::fs;
use std::io;
use std::path::PathBuf;

use dokuei_identity::chain::Chain;
use dokuei_identity::key::PublicKey;
use dokuei_identity::keystore::{KdfParams, KeystoreError};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::data_dir::{DataDir, write_durably};
use crate::keys::PractitionerSecrets;

/// Why a practitioner could not be enrolled or found.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PractitionerError {
    /// The sign-in name has other characters or is too long.
    #[error("a sign-in name has 1 to 32 of the characters a–z, 0–9, '-' and '_'")]
    BadId,
    /// The name is taken.
    #[error("there is a practitioner {0} on this node already")]
    Taken(String),
    /// There is none.
    #[error("there is no practitioner {0} on this node")]
    Unknown(String),
    /// Sealing or opening failed.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// A file cannot be read or written.
    #[error("the practitioner's files cannot be used: {0}")]
    File(#[from] io::Error),
    /// A file is not what it should be.
    #[error("the practitioner's file {0} is damaged; restore it from a backup")]
    Damaged(PathBuf),
}

/// What may be known of a practitioner before she signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practitioner {
    /// Sign-in name.
    pub id: String,
    /// Name in Japanese.
    pub name_ja: String,
    /// Name in Latin letters.
    pub name_latin: String,
    /// Her public signing key, hexadecimal.
    pub public_key: String,
}

/// The practitioners of one node.
#[derive(Debug, Clone)]
pub struct Practitioners(DataDir);

impl Practitioners {
    /// Those in `dir`.
    #[must_use]
    pub const fn of(dir: DataDir) -> Self {
        Self(dir)
    }

    fn file(&self, id: &str, extension: &str) -> PathBuf {
        self.0.practitioners().join(format!("{id}.{extension}"))
    }

    /// Makes a practitioner's keys and seals them under her passphrase.
    ///
    /// # Errors
    /// [`PractitionerError`]; nothing is left behind then.
    pub fn enrol<R: CryptoRng>(
        &self,
        id: &str,
        names: (&str, &str),
        passphrase: &str,
        rng: &mut R,
    ) -> Result<PractitionerSecrets, PractitionerError> {
        let good = !id.is_empty()
            && id.len() <= 32
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
        if !good {
            return Err(PractitionerError::BadId);
        }
        if self.file(id, "key").exists() {
            return Err(PractitionerError::Taken(id.to_owned()));
        }
        let secrets = PractitionerSecrets::generate(rng);
        let sealed = secrets.seal(passphrase, KdfParams::RECOMMENDED, rng)?;
        let description = Practitioner {
            id: id.to_owned(),
            name_ja: names.0.to_owned(),
            name_latin: names.1.to_owned(),
            public_key: hex::encode(secrets.signing.public().as_bytes()),
        };
        let text = toml::to_string_pretty(&description).map_err(io::Error::other)?;
        write_durably(&self.file(id, "toml"), text.as_bytes())?;
        // The key last: its presence says that the practitioner exists.
        write_durably(&self.file(id, "key"), &sealed)?;
        Ok(secrets)
    }

    /// Opens a practitioner's keys. Takes the time that Argon2id takes.
    ///
    /// # Errors
    /// [`PractitionerError::Unknown`] or [`KeystoreError::WrongPassphrase`].
    pub fn open(&self, id: &str, passphrase: &str) -> Result<PractitionerSecrets, PractitionerError> {
        let known = self.list()?.into_iter().any(|practitioner| practitioner.id == id);
        if !known {
            return Err(PractitionerError::Unknown(id.to_owned()));
        }
        let sealed = fs::read(self.file(id, "key"))?;
        Ok(PractitionerSecrets::open(&sealed, passphrase)?)
    }

    /// All of them, by sign-in name.
    ///
    /// # Errors
    /// [`PractitionerError`] when a file is unreadable or damaged.
    pub fn list(&self) -> Result<Vec<Practitioner>, PractitionerError> {
        let mut found = Vec::new();
        for file in fs::read_dir(self.0.practitioners())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "key") {
                let path = path.with_extension("toml");
                let text = fs::read_to_string(&path)?;
                found.push(
                    toml::from_str::<Practitioner>(&text).map_err(|_| PractitionerError::Damaged(path))?,
                );
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// The practitioner with this public key.
    ///
    /// # Errors
    /// [`PractitionerError`] when a file is unreadable or damaged.
    pub fn with_key(&self, key: &PublicKey) -> Result<Option<Practitioner>, PractitionerError> {
        let wanted = hex::encode(key.as_bytes());
        Ok(self
            .list()?
            .into_iter()
            .find(|practitioner| practitioner.public_key == wanted))
    }

    /// Her certificate chain, once it is installed.
    ///
    /// # Errors
    /// [`PractitionerError::Damaged`].
    pub fn chain(&self, id: &str) -> Result<Option<Chain>, PractitionerError> {
        let path = self.file(id, "pem");
        match fs::read_to_string(&path) {
            Ok(pem) => Chain::from_pem(&pem)
                .map(Some)
                .map_err(|_| PractitionerError::Damaged(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Installs a chain that was verified.
    ///
    /// # Errors
    /// [`PractitionerError::File`].
    pub fn install(&self, id: &str, chain: &Chain) -> Result<(), PractitionerError> {
        Ok(write_durably(&self.file(id, "pem"), chain.to_pem().as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> (tempfile::TempDir, Practitioners) {
        let directory = tempfile::tempdir().unwrap();
        let dir = DataDir::at(directory.path().to_owned());
        dir.create().unwrap();
        (directory, Practitioners::of(dir))
    }

    #[test]
    fn r6_each_person_has_keys_of_her_own() {
        let (_directory, people) = people();
        let mut rng = rand::rng();
        let tanaka = people
            .enrol(
                "tanaka",
                ("田中 花子", "Tanaka Hanako"),
                "correct horse 1",
                &mut rng,
            )
            .unwrap();
        people
            .enrol("sato", ("佐藤 一郎", "Sato Ichiro"), "correct horse 2", &mut rng)
            .unwrap();
        assert_eq!(people.list().unwrap().len(), 2);
        assert_eq!(
            people.with_key(&tanaka.signing.public()).unwrap().unwrap().id,
            "tanaka"
        );
        assert!(people.open("tanaka", "correct horse 1").is_ok());
        assert!(matches!(
            people.open("tanaka", "correct horse 2"),
            Err(PractitionerError::Keystore(KeystoreError::WrongPassphrase))
        ));
        assert!(matches!(
            people.open("../node", "x"),
            Err(PractitionerError::Unknown(_))
        ));
    }

    #[test]
    fn a_taken_or_strange_sign_in_name_is_refused() {
        let (_directory, people) = people();
        let mut rng = rand::rng();
        people
            .enrol("tanaka", ("田中", "Tanaka"), "correct horse 1", &mut rng)
            .unwrap();
        for id in ["tanaka", "", "../x", "Tanaka", "a/b"] {
            assert!(
                people.enrol(id, ("x", "x"), "correct horse 1", &mut rng).is_err(),
                "{id}"
            );
        }
    }
}
