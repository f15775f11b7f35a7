//! The people who work at this node: a sealed key, a description and, once issued, a certificate chain for each.
//!
//! Files in `practitioners/`: `<id>.key` (sealed), `<id>.toml` (what may be known before signing in), `<id>.pem`, and
//! `<id>.recovery`, a copy of her keys that her recovery kit opens.

use std::fs;
use std::io;
use std::path::PathBuf;

use dokuei_identity::chain::Chain;
use dokuei_identity::key::PublicKey;
use dokuei_identity::keystore::{self, KdfParams, KeystoreError, SealingKey};
use dokuei_identity::passphrase::{self, PassphraseError, Rule};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clock;
use crate::config::Config;
use crate::data_dir::{DataDir, destroy_secret, replace_secret, write_durably};
use crate::practitioner_keys::PractitionerSecrets;
use crate::recovery::RecoveryKey;

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
    /// The passphrase may not be chosen.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// There is no recovery kit of hers, or it is a newer one.
    #[error("this recovery kit is not the present one of {0} on this node")]
    NoKit(String),
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

/// A practitioner's secrets, and the key with which they are sealed again when they change.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// Her secrets.
    pub secrets: PractitionerSecrets,
    /// The key of her file.
    pub key: SealingKey,
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
        params: KdfParams,
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
        self.may_enrol(id, names, passphrase)?;
        let secrets = PractitionerSecrets::generate(clock::now(), rng);
        let sealed = secrets.seal(passphrase, params, rng)?;
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

    /// Whether a passphrase may be chosen by somebody of whom this is known.
    fn check(&self, phrase: &str, rule: Rule, of_her: &[&str]) -> Result<(), PassphraseError> {
        let institution =
            Config::read(&self.0).map_or_else(|_| String::new(), |config| config.institution.name);
        passphrase::check(phrase, rule, &[of_her, &[institution.as_str()]].concat())
    }

    /// Whether somebody who has no keys here yet may choose this passphrase for them.
    ///
    /// # Errors
    /// [`PractitionerError::Passphrase`] when not.
    pub fn may_enrol(
        &self,
        id: &str,
        names: (&str, &str),
        passphrase: &str,
    ) -> Result<(), PractitionerError> {
        Ok(self.check(passphrase, Rule::Alone, &[id, names.0, names.1])?)
    }

    fn named(&self, id: &str) -> Result<Practitioner, PractitionerError> {
        // Found in the list and never by its file name: what was typed is not a path.
        self.list()?
            .into_iter()
            .find(|practitioner| practitioner.id == id)
            .ok_or_else(|| PractitionerError::Unknown(id.to_owned()))
    }

    /// Opens a practitioner's keys. Takes the time that Argon2id takes.
    ///
    /// # Errors
    /// [`PractitionerError::Unknown`] or [`KeystoreError::WrongPassphrase`].
    pub fn open(&self, id: &str, passphrase: &str) -> Result<PractitionerSecrets, PractitionerError> {
        Ok(self.unlock(id, passphrase)?.secrets)
    }

    /// Opens a practitioner's keys, to be changed later. Takes the time that Argon2id takes, as long for somebody who
    /// is not known here.
    ///
    /// # Errors
    /// [`PractitionerError::Unknown`] or [`KeystoreError::WrongPassphrase`].
    pub fn unlock(&self, id: &str, passphrase: &str) -> Result<Unlocked, PractitionerError> {
        let known = self.named(id);
        if let Err(error @ PractitionerError::Unknown(_)) = known {
            keystore::spend(passphrase, self.usual_params()?)?;
            return Err(error);
        }
        let sealed = fs::read(self.file(&known?.id, "key"))?;
        let (secrets, key) = PractitionerSecrets::unlock(&sealed, passphrase)?;
        Ok(Unlocked { secrets, key })
    }

    /// What opening costs here.
    fn usual_params(&self) -> Result<KdfParams, PractitionerError> {
        let Some(first) = self.list()?.into_iter().next() else {
            return Ok(KdfParams::RECOMMENDED);
        };
        Ok(keystore::params_of(&fs::read(self.file(&first.id, "key"))?)?)
    }

    /// Opens her file with its key: as it is now, which may be newer than what a session holds.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when her passphrase was changed since.
    pub fn reopen(&self, id: &str, key: &SealingKey) -> Result<PractitionerSecrets, PractitionerError> {
        let sealed = fs::read(self.file(&self.named(id)?.id, "key"))?;
        Ok(PractitionerSecrets::open_with(&sealed, key)?)
    }

    /// Seals changed secrets again, and the copy for the recovery kit when there is one. What was in the files before
    /// is overwritten.
    ///
    /// # Errors
    /// [`PractitionerError::File`].
    pub fn keep<R: CryptoRng>(
        &self,
        id: &str,
        unlocked: &Unlocked,
        rng: &mut R,
    ) -> Result<(), PractitionerError> {
        let sealed = unlocked.secrets.seal_again(&unlocked.key, rng)?;
        // Her own file first: a crash in between must not leave her with neither.
        replace_secret(&self.file(id, "key"), &sealed)?;
        self.keep_copy(id, &unlocked.secrets, rng)
    }

    fn keep_copy<R: CryptoRng>(
        &self,
        id: &str,
        secrets: &PractitionerSecrets,
        rng: &mut R,
    ) -> Result<(), PractitionerError> {
        let path = self.file(id, "recovery");
        match &secrets.recovery {
            Some(kit) => Ok(replace_secret(&path, &secrets.seal_for_recovery(kit, rng)?)?),
            None => Ok(destroy_secret(&path)?),
        }
    }

    /// Puts another passphrase in the place of hers.
    ///
    /// # Errors
    /// [`PractitionerError::Passphrase`] when it may not be chosen.
    pub fn change_passphrase<R: CryptoRng>(
        &self,
        id: &str,
        secrets: PractitionerSecrets,
        passphrase: &str,
        params: KdfParams,
        rng: &mut R,
    ) -> Result<(), PractitionerError> {
        let rule = if secrets.second_factor.is_some() {
            Rule::WithSecondFactor
        } else {
            Rule::Alone
        };
        self.may_choose(id, passphrase, rule)?;
        let key = SealingKey::new(passphrase, params, rng)?;
        self.keep(id, &Unlocked { secrets, key }, rng)
    }

    /// Whether she may choose this passphrase.
    ///
    /// # Errors
    /// [`PractitionerError::Passphrase`] when not.
    pub fn may_choose(&self, id: &str, passphrase: &str, rule: Rule) -> Result<(), PractitionerError> {
        let person = self.named(id)?;
        Ok(self.check(passphrase, rule, &[id, &person.name_ja, &person.name_latin])?)
    }

    /// Opens the copy of her keys that her recovery kit opens.
    ///
    /// # Errors
    /// [`PractitionerError::NoKit`] when there is none, or the kit is an older one.
    pub fn open_with_kit(
        &self,
        id: &str,
        kit: &RecoveryKey,
    ) -> Result<PractitionerSecrets, PractitionerError> {
        let no_kit = || PractitionerError::NoKit(id.to_owned());
        let person = self.named(id).map_err(|_| no_kit())?;
        let sealed = fs::read(self.file(&person.id, "recovery")).map_err(|_| no_kit())?;
        PractitionerSecrets::open_with_kit(&sealed, kit).map_err(|error| match error {
            KeystoreError::WrongPassphrase => no_kit(),
            other => other.into(),
        })
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
                "correct horse 1 battery",
                KdfParams::LEAST,
                &mut rng,
            )
            .unwrap();
        people
            .enrol(
                "sato",
                ("佐藤 一郎", "Sato Ichiro"),
                "correct horse 2 staple",
                KdfParams::LEAST,
                &mut rng,
            )
            .unwrap();
        assert_eq!(people.list().unwrap().len(), 2);
        assert_eq!(
            people.with_key(&tanaka.signing.public()).unwrap().unwrap().id,
            "tanaka"
        );
        assert!(people.open("tanaka", "correct horse 1 battery").is_ok());
        assert!(matches!(
            people.open("tanaka", "correct horse 2 staple"),
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
            .enrol(
                "tanaka",
                ("田中", "Tanaka"),
                "correct horse 1 battery",
                KdfParams::LEAST,
                &mut rng,
            )
            .unwrap();
        for id in ["tanaka", "", "../x", "Tanaka", "a/b"] {
            assert!(
                people
                    .enrol(
                        id,
                        ("x", "x"),
                        "correct horse 1 battery",
                        KdfParams::LEAST,
                        &mut rng
                    )
                    .is_err(),
                "{id}"
            );
        }
    }

    #[test]
    fn r6_an_easy_passphrase_is_refused_and_nothing_is_left_behind() {
        let (_directory, people) = people();
        for easy in ["short 1", "tanaka hanako 1", "correcthorsebattery"] {
            let refused = people.enrol(
                "tanaka",
                ("田中 花子", "Tanaka Hanako"),
                easy,
                KdfParams::LEAST,
                &mut rand::rng(),
            );
            assert!(matches!(refused, Err(PractitionerError::Passphrase(_))), "{easy}");
        }
        assert_eq!(fs::read_dir(people.0.practitioners()).unwrap().count(), 0);
    }

    #[test]
    fn r6_after_a_change_the_old_passphrase_opens_nothing() {
        let (_directory, people) = people();
        let mut rng = rand::rng();
        let (old, new) = ("correct horse 1 battery", "seven herons, 1 pond");
        people
            .enrol("tanaka", ("田中", "Tanaka"), old, KdfParams::LEAST, &mut rng)
            .unwrap();
        let unlocked = people.unlock("tanaka", old).unwrap();
        let secrets = unlocked.secrets.clone();
        people
            .change_passphrase("tanaka", secrets, new, KdfParams::LEAST, &mut rng)
            .unwrap();
        assert!(people.open("tanaka", old).is_err());
        assert!(people.open("tanaka", new).is_ok());
        assert!(
            people.reopen("tanaka", &unlocked.key).is_err(),
            "a session from before"
        );
    }
}
