//! What a practitioner says of herself: signed with the key of her certificate, numbered, bounded.
//!
//! A profile claims nothing that anybody must rely on. Licence and qualifications stand in the certificate; the profile
//! only says how to work with somebody. Still nobody else may write it, an old one must not come back, and of two
//! with one number at most one is honest: the rules are those of a device list.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind, SignedError};
use dokuei_identity::time::Timestamp;

use crate::absence::{self, Absences};
use crate::bounded::Bounded;
use crate::hours::Week;
use crate::interest::Interest;
use crate::language::Language;
use crate::modality::Modality;
use crate::photo::Photo;
use crate::region::Region;
use crate::roster::{self, Roster};
use crate::terms::{Availability, Turnaround};
use crate::text::Text;

/// The largest signed profile, bytes.
pub const MAX_PROFILE: usize = 256 * 1024;
/// How far ahead of ours the clock of a profile's author may be, seconds.
pub const CLOCK_TOLERANCE: u64 = 300;

/// A text in both languages, either of which may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(default, deny_unknown_fields)]
pub struct Introduction {
    /// In Japanese.
    #[n(0)]
    pub japanese: Option<Text<1000, true>>,
    /// In English.
    #[n(1)]
    pub english: Option<Text<2000, true>>,
}

/// Everything that a practitioner says of herself, without her photo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(default, deny_unknown_fields)]
pub struct About {
    /// Her name in kana, family name first, with a space between, for example たなか はなこ.
    #[n(0)]
    pub kana: Option<Text<64>>,
    /// Where she works or can be called to.
    #[n(1)]
    pub regions: Bounded<Region, 47>,
    /// What she reads.
    #[n(2)]
    pub modalities: Bounded<Modality, 32>,
    /// What she knows particularly well.
    #[n(3)]
    pub interests: Bounded<Interest, 32>,
    /// The same in her own words.
    #[n(4)]
    pub other_interests: Bounded<Text<60>, 8>,
    /// In which languages she reads, writes and speaks, the best first.
    #[n(5)]
    pub languages: Bounded<Language, 16>,
    /// Her usual hours.
    #[n(6)]
    pub hours: Week,
    /// How long a reading takes.
    #[n(7)]
    pub turnaround: Option<Turnaround>,
    /// Whether she accepts cases; nothing when she does not say.
    #[n(8)]
    pub availability: Option<Availability>,
    /// Where she can be reached about an urgent finding.
    #[n(9)]
    pub urgent_phone: Option<Text<24>>,
    /// A few words.
    #[n(10)]
    pub introduction: Introduction,
    /// When she is away, and who stands in. Left out when there is none, so that a profile without is encoded as ever.
    #[n(11)]
    pub absences: Option<Absences>,
    /// Whose turn it is in the group for which she stands.
    #[n(12)]
    pub roster: Option<Roster>,
}

impl About {
    /// Whether she is away at `now`.
    #[must_use]
    pub fn is_away(&self, now: Timestamp) -> bool {
        let absences = self.absences.as_deref().unwrap_or_default();
        absences.iter().any(|absence| absence.contains(now))
    }
}

/// A practitioner's profile.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Profile {
    /// The practitioner's certificate.
    #[n(0)]
    pub practitioner: Fingerprint,
    /// Grows with each profile; the first is 1.
    #[n(1)]
    pub seq: u64,
    /// When it was made, by its author's clock.
    #[n(2)]
    pub issued_at: Timestamp,
    /// What it says.
    #[n(3)]
    pub about: About,
    /// A portrait.
    #[n(4)]
    pub photo: Option<Photo>,
}

/// Why a profile was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// More than [`MAX_PROFILE`] bytes.
    #[error("the profile is larger than {} KiB", MAX_PROFILE / 1024)]
    TooLarge,
    /// Not a signed document of ours, or not signed by the practitioner.
    #[error("the profile is not signed by its practitioner: {0}")]
    Signature(#[from] SignedError),
    /// The payload is not a profile, or one of its parts is not acceptable.
    #[error("the profile cannot be read: {0}")]
    Payload(#[from] CborError),
    /// It names another practitioner than the one whose profile was asked for.
    #[error("the profile belongs to another practitioner")]
    AnotherPractitioner,
    /// Readable, but its parts do not make sense.
    #[error("the profile is not well formed: {0}")]
    Form(&'static str),
    /// It was made at a time that has not come.
    #[error(
        "the profile was made in the future: set the clock of the computer that made it, then sign in there again; if that clock is right, set this computer's"
    )]
    FromTheFuture,
    /// Its number is lower than that of a profile already known.
    #[error("the profile has number {got}, but number {known} is already known")]
    RolledBack {
        /// The number of the newest known.
        known: u64,
        /// Its number.
        got: u64,
    },
    /// Two different profiles with one number.
    #[error("there are two different profiles with number {seq}; ask their owner which is hers")]
    Equivocation {
        /// The number.
        seq: u64,
    },
}

/// A profile whose signature and form were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProfile {
    profile: Profile,
    bytes: Vec<u8>,
}

impl VerifiedProfile {
    /// The content.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether its author's clock was ahead of ours at `now` when it was made, or ours is behind. The next profile takes its
    /// place by its number, whatever the times.
    #[must_use]
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.profile.issued_at > now.plus(CLOCK_TOLERANCE)
    }

    /// The signed bytes, to store and forward as they are.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Signs a profile with the practitioner's key.
///
/// # Errors
/// [`ProfileError::Form`] or [`ProfileError::TooLarge`], when nobody would accept it.
pub fn sign(profile: &Profile, key: &SecretKey) -> Result<Vec<u8>, ProfileError> {
    check_form(profile)?;
    let bytes = signed::sign(Kind::Profile, key, &profile.practitioner, cbor::encode(profile));
    if bytes.len() > MAX_PROFILE {
        return Err(ProfileError::TooLarge);
    }
    Ok(bytes)
}

/// Verifies a profile that is said to be `practitioner`'s and comes from somebody else.
///
/// # Errors
/// [`ProfileError`], telling what is wrong.
pub fn verify(
    bytes: &[u8],
    practitioner: &PractitionerCertificate,
    now: Timestamp,
) -> Result<VerifiedProfile, ProfileError> {
    let profile = verify_kept(bytes, practitioner)?;
    if profile.is_ahead_of(now) {
        Err(ProfileError::FromTheFuture)
    } else {
        Ok(profile)
    }
}

/// Verifies a profile again that was taken before, all but its time: the clock may have been set since.
///
/// # Errors
/// As [`verify`], but for [`ProfileError::FromTheFuture`].
pub fn verify_kept(
    bytes: &[u8],
    practitioner: &PractitionerCertificate,
) -> Result<VerifiedProfile, ProfileError> {
    if bytes.len() > MAX_PROFILE {
        return Err(ProfileError::TooLarge);
    }
    let document = signed::parse(bytes)?;
    if document.signer() != practitioner.fingerprint {
        return Err(ProfileError::AnotherPractitioner);
    }
    let payload = document.verify(Kind::Profile, &practitioner.key)?;
    let profile: Profile = cbor::decode(&payload)?;
    if profile.practitioner != practitioner.fingerprint {
        return Err(ProfileError::AnotherPractitioner);
    }
    check_form(&profile)?;
    Ok(VerifiedProfile {
        profile,
        bytes: bytes.to_vec(),
    })
}

/// The rule of succession: whether `new` may take the place of `old`, the newest profile known so far.
///
/// # Errors
/// [`ProfileError::RolledBack`] for a lower number, [`ProfileError::Equivocation`] for the same number with other
/// content, [`ProfileError::AnotherPractitioner`] when they are not one practitioner's.
pub fn accept(old: Option<&VerifiedProfile>, new: VerifiedProfile) -> Result<VerifiedProfile, ProfileError> {
    let Some(old) = old else { return Ok(new) };
    if old.profile.practitioner != new.profile.practitioner {
        return Err(ProfileError::AnotherPractitioner);
    }
    let (known, got) = (old.profile.seq, new.profile.seq);
    if got < known {
        return Err(ProfileError::RolledBack { known, got });
    }
    if got == known && old.bytes != new.bytes {
        return Err(ProfileError::Equivocation { seq: got });
    }
    Ok(new)
}

fn check_form(profile: &Profile) -> Result<(), ProfileError> {
    if profile.seq == 0 {
        return Err(ProfileError::Form("its number is 0"));
    }
    let about = &profile.about;
    if has_twice(&about.regions) || has_twice(&about.modalities) || has_twice(&about.interests) {
        return Err(ProfileError::Form("something is listed twice"));
    }
    if has_twice(&about.languages) || has_twice(&about.other_interests) {
        return Err(ProfileError::Form("something is listed twice"));
    }
    if about.kana.as_ref().is_some_and(|name| !is_kana(name.as_str())) {
        return Err(ProfileError::Form(
            "the name in kana has other characters than kana",
        ));
    }
    if about.turnaround.is_some_and(|hours| !hours.is_sound()) {
        return Err(ProfileError::Form(
            "the turnaround is not between 1 hour and 90 days, or longer for urgent cases than for others",
        ));
    }
    if about
        .urgent_phone
        .as_ref()
        .is_some_and(|phone| !is_phone(phone.as_str()))
    {
        return Err(ProfileError::Form("the telephone number is not one"));
    }
    let absences = about.absences.as_deref();
    absences
        .and_then(|absences| absence::fault(absences, &profile.practitioner))
        .or_else(|| about.roster.as_deref().and_then(roster::fault))
        .map_or(Ok(()), |fault| Err(ProfileError::Form(fault)))
}

fn has_twice<T: PartialEq>(items: &[T]) -> bool {
    let mut rest = items.iter().enumerate();
    rest.any(|(index, item)| items[..index].contains(item))
}

/// Hiragana or katakana, and what stands between names.
fn is_kana(name: &str) -> bool {
    name.chars()
        .all(|c| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヶ' | 'ー' | '・' | ' ' | '\u{3000}'))
}

fn is_phone(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let plus = number.rfind('+');
    (7..=15).contains(&digits)
        && plus.is_none_or(|at| at == 0)
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-() ".contains(&byte))
}
