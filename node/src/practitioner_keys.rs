//! The secrets of a practitioner on one node: her signing key, the keys that studies are sealed to, her second factor.
//!
//! The key encapsulation key (X-Wing) lives for 30 days. In its last ten days a sign-in makes the next one; the old
//! private half is kept while a grant to it may still be on its way, and then destroyed, so that what was sealed to it
//! can never be opened again by whoever takes the machine (protocol, "Erase").

use dokuei_identity::cbor;
use dokuei_identity::device_list::CLOCK_TOLERANCE;
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{self, KdfParams, KeystoreError, SealingKey};
use dokuei_identity::time::Timestamp;
use dokuei_package::kem::{KEY_LIFE, KemSecretKey, Kid};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::recovery::RecoveryKey;
use crate::second_factor::{KeptFactor, RecoveryCodes, Totp};

/// Bound into the sealed file of a practitioner.
const PURPOSE: &str = "practitioner-key";
/// Bound into the copy that a recovery kit opens.
const RECOVERY_PURPOSE: &str = "practitioner-recovery";
/// The layout of what is sealed. The one before it, and one without a number before that, are still read.
const FORMAT: u8 = 3;
/// The layout in which a second factor could only be a one-time password.
const FORMAT_OF_TOTP: u8 = 2;
/// A key that will have lived its life within this time is replaced at sign-in, seconds (10 days).
pub const RENEW_BEFORE: u64 = 10 * 86_400;
/// The most private halves that are kept.
const MAX_HALVES: usize = 16;

/// One private half of a key encapsulation key.
#[derive(Clone)]
pub struct KemHalf {
    /// The seed (X-Wing, 32 bytes).
    pub seed: Zeroizing<[u8; 32]>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the next one took its place.
    pub retired_at: Option<Timestamp>,
}

impl KemHalf {
    fn generate<R: CryptoRng + ?Sized>(now: Timestamp, rng: &mut R) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self {
            seed,
            made_at: now,
            retired_at: None,
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> KemSecretKey {
        KemSecretKey::from_seed(self.seed.clone())
    }

    /// Until when others may seal to it.
    #[must_use]
    pub const fn valid_until(&self) -> Timestamp {
        self.made_at.plus(KEY_LIFE)
    }
}

/// The secrets of a practitioner on this node, unlocked when she signs in.
#[derive(Clone)]
pub struct PractitionerSecrets {
    /// Signs her entries.
    pub signing: SecretKey,
    /// What is sealed to now.
    pub kem: KemHalf,
    /// What was sealed to before, newest first.
    pub retired: Vec<KemHalf>,
    /// Her second factor, when she has enrolled one.
    pub second_factor: Option<KeptFactor>,
    /// What her recovery kit says, so that the copy for it can be brought up to date.
    pub recovery: Option<RecoveryKey>,
}

impl std::fmt::Debug for PractitionerSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PractitionerSecrets(redacted)")
    }
}

#[derive(Clone, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct KeptHalf {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    seed: [u8; 32],
    #[n(1)]
    made_at: u64,
    #[n(2)]
    retired_at: Option<u64>,
}

#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct Kept {
    #[n(0)]
    format: u8,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    signing: [u8; 32],
    #[n(2)]
    kem: KeptHalf,
    #[n(3)]
    retired: Vec<KeptHalf>,
    #[n(4)]
    second_factor: Option<KeptFactor>,
    #[n(5)]
    recovery: Option<RecoveryKey>,
}

/// A one-time password as it was kept in [`FORMAT_OF_TOTP`].
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct TotpBefore {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    secret: [u8; 20],
    #[n(1)]
    recovery: RecoveryCodes,
}

/// What was sealed in [`FORMAT_OF_TOTP`].
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct KeptWithTotp {
    #[n(0)]
    format: u8,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    signing: [u8; 32],
    #[n(2)]
    kem: KeptHalf,
    #[n(3)]
    retired: Vec<KeptHalf>,
    #[n(4)]
    second_factor: Option<TotpBefore>,
    #[n(5)]
    recovery: Option<RecoveryKey>,
}

impl From<KeptWithTotp> for Kept {
    fn from(mut before: KeptWithTotp) -> Self {
        let factor = before.second_factor.as_ref();
        Self {
            format: FORMAT,
            signing: before.signing,
            second_factor: factor
                .map(|totp| KeptFactor::of(&Totp::of_secret(totp.secret), totp.recovery.clone())),
            recovery: before.recovery.clone(),
            retired: std::mem::take(&mut before.retired),
            kem: before.kem.clone(),
        }
    }
}

/// What was sealed before there was a format number: two seeds.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
struct KeptBefore {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signing: [u8; 32],
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    kem_seed: [u8; 32],
}

/// The number of the layout; none for the one that had none.
fn format_of(bytes: &[u8]) -> Option<u8> {
    let mut decoder = minicbor::Decoder::new(bytes);
    decoder.array().ok()?;
    decoder.u8().ok()
}

impl From<&KemHalf> for KeptHalf {
    fn from(half: &KemHalf) -> Self {
        Self {
            seed: *half.seed,
            made_at: half.made_at.0,
            retired_at: half.retired_at.map(|time| time.0),
        }
    }
}

impl From<&KeptHalf> for KemHalf {
    fn from(kept: &KeptHalf) -> Self {
        Self {
            seed: Zeroizing::new(kept.seed),
            made_at: Timestamp(kept.made_at),
            retired_at: kept.retired_at.map(Timestamp),
        }
    }
}

impl PractitionerSecrets {
    /// Fresh secrets.
    pub fn generate<R: CryptoRng>(now: Timestamp, rng: &mut R) -> Self {
        Self {
            signing: SecretKey::generate(rng),
            kem: KemHalf::generate(now, rng),
            retired: Vec::new(),
            second_factor: None,
            recovery: None,
        }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(cbor::encode(&Kept {
            format: FORMAT,
            signing: *self.signing.seed(),
            kem: (&self.kem).into(),
            retired: self.retired.iter().map(KeptHalf::from).collect(),
            second_factor: self.second_factor.clone(),
            recovery: self.recovery.clone(),
        }))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, KeystoreError> {
        let malformed = |error: cbor::CborError| KeystoreError::Malformed(error.to_string());
        let kept: Kept = match format_of(bytes) {
            Some(FORMAT) => cbor::decode(bytes).map_err(malformed)?,
            Some(FORMAT_OF_TOTP) => cbor::decode::<KeptWithTotp>(bytes).map_err(malformed)?.into(),
            Some(other) => return Err(KeystoreError::UnknownFormat(other)),
            None => {
                let kept: KeptBefore = cbor::decode(bytes).map_err(malformed)?;
                return Ok(Self {
                    signing: SecretKey::from_seed(&kept.signing),
                    // Nobody wrote down when it was made: it is replaced at the next sign-in.
                    kem: KemHalf {
                        seed: Zeroizing::new(kept.kem_seed),
                        made_at: Timestamp(0),
                        retired_at: None,
                    },
                    retired: Vec::new(),
                    second_factor: None,
                    recovery: None,
                });
            }
        };
        Ok(Self {
            signing: SecretKey::from_seed(&kept.signing),
            kem: (&kept.kem).into(),
            retired: kept.retired.iter().map(KemHalf::from).collect(),
            second_factor: kept.second_factor.clone(),
            recovery: kept.recovery.clone(),
        })
    }

    /// Seals them under her passphrase.
    ///
    /// # Errors
    /// [`KeystoreError`] when passphrase or parameters are out of bounds.
    pub fn seal<R: CryptoRng>(
        &self,
        passphrase: &str,
        params: KdfParams,
        rng: &mut R,
    ) -> Result<Vec<u8>, KeystoreError> {
        keystore::seal(&self.to_bytes(), passphrase, params, PURPOSE, rng)
    }

    /// Seals them again under the key of her file.
    ///
    /// # Errors
    /// [`KeystoreError::SecretLength`].
    pub fn seal_again<R: CryptoRng>(&self, key: &SealingKey, rng: &mut R) -> Result<Vec<u8>, KeystoreError> {
        key.seal(&self.to_bytes(), PURPOSE, rng)
    }

    /// Opens them; gives the key of the file too.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`], or the file is not a practitioner's.
    pub fn unlock(file: &[u8], passphrase: &str) -> Result<(Self, SealingKey), KeystoreError> {
        let (bytes, key) = keystore::unlock(file, passphrase, PURPOSE)?;
        Ok((Self::from_bytes(&bytes)?, key))
    }

    /// Opens them with the key of the file.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when the passphrase was changed since.
    pub fn open_with(file: &[u8], key: &SealingKey) -> Result<Self, KeystoreError> {
        Self::from_bytes(&key.open(file, PURPOSE)?)
    }

    /// Seals the copy that her recovery kit opens: keys, but neither second factor nor kit.
    ///
    /// # Errors
    /// [`KeystoreError`].
    pub fn seal_for_recovery<R: CryptoRng>(
        &self,
        kit: &RecoveryKey,
        rng: &mut R,
    ) -> Result<Vec<u8>, KeystoreError> {
        let copy = Self {
            second_factor: None,
            recovery: None,
            ..self.clone()
        };
        // The kit's key is random: stretching it would add nothing.
        keystore::seal(
            &copy.to_bytes(),
            &kit.as_passphrase(),
            KdfParams::LEAST,
            RECOVERY_PURPOSE,
            rng,
        )
    }

    /// Opens the copy that a recovery kit opens.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when it is the copy of another kit.
    pub fn open_with_kit(file: &[u8], kit: &RecoveryKey) -> Result<Self, KeystoreError> {
        Self::from_bytes(&keystore::open(file, &kit.as_passphrase(), RECOVERY_PURPOSE)?)
    }

    /// Whether the present key encapsulation key is to be replaced: in its last days, or when it was made by a clock that
    /// was ahead, for others would list it for longer than its life.
    #[must_use]
    pub fn kem_is_due(&self, now: Timestamp) -> bool {
        let ahead = self.kem.made_at > now.plus(CLOCK_TOLERANCE);
        ahead || now.plus(RENEW_BEFORE) >= self.kem.valid_until()
    }

    /// Puts a fresh key encapsulation key in the place of the present one, which is kept for now.
    pub fn rotate_kem<R: CryptoRng + ?Sized>(&mut self, now: Timestamp, rng: &mut R) {
        let mut old = std::mem::replace(&mut self.kem, KemHalf::generate(now, rng));
        old.retired_at = Some(now);
        self.retired.insert(0, old);
        self.retired.truncate(MAX_HALVES);
    }

    /// Drops old private halves: those that no grant can still name (a grant is made within the life of the key, and
    /// lives no longer), unless something that has arrived waits to be opened with them. Gives how many.
    pub fn destroy_old_kem(&mut self, now: Timestamp, needed: impl Fn(&Kid) -> bool) -> usize {
        let before = self.retired.len();
        self.retired.retain(|half| {
            let retired = half.retired_at.unwrap_or(half.made_at);
            now.since(retired) < KEY_LIFE || needed(&half.key().public().kid())
        });
        before - self.retired.len()
    }

    /// The private key of this name, present or retired.
    #[must_use]
    pub fn kem_of(&self, kid: &Kid) -> Option<KemSecretKey> {
        std::iter::once(&self.kem)
            .chain(&self.retired)
            .map(KemHalf::key)
            .find(|key| key.public().kid() == *kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000);
    const DAY: u64 = 86_400;

    fn fresh() -> PractitionerSecrets {
        PractitionerSecrets::generate(NOW, &mut rand::rng())
    }

    fn kid(half: &KemHalf) -> Kid {
        half.key().public().kid()
    }

    #[test]
    fn r6_secrets_open_with_their_own_passphrase_only() {
        let mut rng = rand::rng();
        let secrets = fresh();
        let file = secrets.seal("correct horse", KdfParams::LEAST, &mut rng).unwrap();
        let (opened, key) = PractitionerSecrets::unlock(&file, "correct horse").unwrap();
        assert_eq!(opened.signing.public(), secrets.signing.public());
        assert_eq!(opened.kem.seed, secrets.kem.seed);
        assert!(PractitionerSecrets::unlock(&file, "wrong horse").is_err());
        let again = opened.seal_again(&key, &mut rng).unwrap();
        assert!(PractitionerSecrets::open_with(&again, &key).is_ok());
    }

    /// A file that a node wrote before there were kinds of second factor, and what such files hold: with a factor and
    /// recovery codes, with a recovery kit beside, with neither.
    #[test]
    fn r6_a_one_time_password_of_the_format_before_is_still_asked_for() {
        let file = concat!(
            "8601831920000101501d3165a1ac6c5003b0909bad844b20d45820ca7b6bb9509a932b6765bdefd8b299aa566c06ba1d211a",
            "b34a132c24f81784b64c15dd6af54636dc94c9daa94e58b808d870dd37cc51ea299accf1d0815b5813f4ece86779db6da400",
            "3caa1cd885e728100533be2fce6ab7eeb7768e4bdb2cea184e1be3ca538b17328e93947e69ce288fb669688e0166a4795a31",
            "1c539e853500bf786b8eafe0c886625a2e21b2da241464ef627acaf6bda955adf9497fda6f6aa108541f0c1d9cdc5f770972",
            "5f6d4dbc867c619c2507ee44e205a2769f3a914b39a819633ab63d620f1204cdda6462025efe1498ec0b281017e53886fb62",
            "ab0aef80ee292cdb",
        );
        let file = hex::decode(file).unwrap();
        let (opened, _) = PractitionerSecrets::unlock(&file, "correct horse").unwrap();
        let plain = concat!(
            "86025820",
            "0707070707070707070707070707070707070707070707070707070707070707",
            "825820",
            "0909090909090909090909090909090909090909090909090909090909090909",
            "1a6afd86c0",
            "81835820",
            "0808080808080808080808080808080808080808080808080808080808080808",
            "1a6afd86c01a6afd86c1",
        );
        let factor = concat!(
            "8254",
            "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a",
            "825820",
            "1111111111111111111111111111111111111111111111111111111111111111",
            "5820",
            "2222222222222222222222222222222222222222222222222222222222222222",
        );
        let kit = "540505050505050505050505050505050505050505";
        let read = |factor: &str| {
            let bytes = hex::decode([plain, factor, kit].concat()).unwrap();
            PractitionerSecrets::from_bytes(&bytes).unwrap()
        };
        let (with, without) = (read(factor), read("f6"));
        assert!(without.second_factor.is_none() && without.recovery.is_some());
        assert_eq!(without.retired.len(), 1);
        for opened in [opened, with] {
            assert_eq!(*opened.signing.seed(), [7; 32]);
            assert_eq!(*opened.kem.seed, [9; 32]);
            assert_eq!(opened.kem.made_at, Timestamp(1_795_000_000));
            let kept = opened.second_factor.clone().unwrap();
            assert_eq!(
                (kept.kind(), kept.version(), kept.recovery_codes_left()),
                ("totp", 1, 2)
            );
            assert_eq!(kept.body(), [42; 20]);
            // Sealed again it is of the present form, and the same.
            let again = PractitionerSecrets::from_bytes(&opened.to_bytes()).unwrap();
            assert_eq!(again.second_factor, opened.second_factor);
        }
    }

    /// What is sealed, byte for byte: a changed one means a decision about formats.
    #[test]
    fn r6_what_is_sealed() {
        let secrets = PractitionerSecrets {
            signing: SecretKey::from_seed(&[7; 32]),
            kem: KemHalf {
                seed: Zeroizing::new([9; 32]),
                made_at: Timestamp(1_795_000_000),
                retired_at: None,
            },
            retired: Vec::new(),
            second_factor: Some(KeptFactor::of(
                &Totp::of_secret([42; 20]),
                RecoveryCodes::of_hashes(&[]),
            )),
            recovery: None,
        };
        let expected = [
            "85035820",
            &"07".repeat(32),
            "825820",
            &"09".repeat(32),
            "1a6afd86c0",
            "80",
            "8464746f74700154",
            &"2a".repeat(20),
            "80",
        ];
        assert_eq!(hex::encode(&*secrets.to_bytes()), expected.concat());
        let newer = hex::decode(expected.concat().replacen("8503", "8504", 1)).unwrap();
        assert!(matches!(
            PractitionerSecrets::from_bytes(&newer),
            Err(KeystoreError::UnknownFormat(4))
        ));
    }

    #[test]
    fn r19_a_file_of_the_format_before_still_opens() {
        let before = cbor::encode(&KeptBefore {
            signing: [7; 32],
            kem_seed: [9; 32],
        });
        let file = keystore::seal(
            &before,
            "correct horse",
            KdfParams::LEAST,
            PURPOSE,
            &mut rand::rng(),
        )
        .unwrap();
        let (opened, _) = PractitionerSecrets::unlock(&file, "correct horse").unwrap();
        assert_eq!(*opened.signing.seed(), [7; 32]);
        assert_eq!(*opened.kem.seed, [9; 32]);
        assert!(opened.kem_is_due(NOW), "its age is not known");
    }

    #[test]
    fn r19_a_key_is_replaced_in_its_last_ten_days_and_kept_while_a_grant_may_name_it() {
        let mut secrets = fresh();
        assert!(!secrets.kem_is_due(NOW.plus(20 * DAY - 1)));
        let later = NOW.plus(20 * DAY);
        assert!(secrets.kem_is_due(later));
        let old = kid(&secrets.kem);
        secrets.rotate_kem(later, &mut rand::rng());
        assert_ne!(kid(&secrets.kem), old);
        assert!(secrets.kem_of(&old).is_some(), "a package on its way still opens");

        assert_eq!(secrets.destroy_old_kem(later.plus(30 * DAY - 1), |_| false), 0);
        assert_eq!(
            secrets.destroy_old_kem(later.plus(30 * DAY), |kid| *kid == old),
            0,
            "needed"
        );
        assert_eq!(secrets.destroy_old_kem(later.plus(30 * DAY), |_| false), 1);
        assert!(secrets.kem_of(&old).is_none());
    }

    #[test]
    fn r19_whatever_the_times_of_sign_in_no_key_is_listed_longer_than_its_life() {
        let mut rng = rand::rng();
        // Sign-ins at uneven distances over two years.
        let mut secrets = fresh();
        let mut now = NOW;
        for step in 0..200_u64 {
            now = now.plus((step * step * 7919) % (9 * DAY));
            if secrets.kem_is_due(now) {
                secrets.rotate_kem(now, &mut rng);
            }
            secrets.destroy_old_kem(now, |_| false);
            assert!(secrets.kem.valid_until() > now.plus(RENEW_BEFORE));
            assert!(secrets.kem.valid_until() <= now.plus(KEY_LIFE));
            assert!(
                secrets
                    .retired
                    .iter()
                    .all(|half| now.since(half.retired_at.unwrap()) < KEY_LIFE)
            );
            assert!(secrets.retired.len() <= 2);
        }
    }

    #[test]
    fn r19_the_copy_for_the_kit_has_neither_second_factor_nor_kit() {
        let mut rng = rand::rng();
        let mut secrets = fresh();
        let kit = RecoveryKey::generate(&mut rng);
        secrets.second_factor = Some(KeptFactor::enrol(&Totp::generate(&mut rng), &mut rng).0);
        secrets.recovery = Some(kit.clone());
        let file = secrets.seal_for_recovery(&kit, &mut rng).unwrap();
        let opened = PractitionerSecrets::open_with_kit(&file, &kit).unwrap();
        assert_eq!(opened.signing.public(), secrets.signing.public());
        assert!(opened.second_factor.is_none() && opened.recovery.is_none());
        assert!(PractitionerSecrets::open_with_kit(&file, &RecoveryKey::generate(&mut rng)).is_err());
    }
}
