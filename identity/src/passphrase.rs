//! Which passphrases may be chosen.
//!
//! The rule is that of the Japanese ministry of health's guideline for the safe management of medical information
//! systems, version 6.0: 13 characters or more, letters, digits and symbols mixed; or 8 or more where a second factor
//! is asked for as well. Length says little of a passphrase that everybody tries first, so its strength is also
//! estimated by zxcvbn, which is told what anybody knows of its owner. What was chosen before still opens: the rule
//! is applied when a passphrase is set or changed.

use thiserror::Error;
use zxcvbn::{Score, zxcvbn};

use crate::keystore::MAX_PASSPHRASE;

/// The fewest characters (not bytes) of a passphrase that stands alone.
pub const ALONE: usize = 13;
/// The fewest characters of a passphrase beside which a second factor is asked for.
pub const WITH_SECOND_FACTOR: usize = 8;
/// How many characters are looked at to estimate the strength: the estimate takes longer than linear time.
const ESTIMATED: usize = 72;

/// What a passphrase protects together with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing else is asked for.
    Alone,
    /// A second factor is asked for as well.
    WithSecondFactor,
}

impl Rule {
    /// The fewest characters.
    #[must_use]
    pub const fn least(self) -> usize {
        match self {
            Self::Alone => ALONE,
            Self::WithSecondFactor => WITH_SECOND_FACTOR,
        }
    }
}

/// Why a passphrase may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// Fewer characters than the rule asks for.
    #[error(
        "the passphrase is too short: choose one of at least {least} characters, for example four words and a number"
    )]
    TooShort {
        /// The fewest characters.
        least: usize,
    },
    /// More than [`MAX_PASSPHRASE`] bytes.
    #[error("the passphrase is too long: choose one of at most {MAX_PASSPHRASE} bytes")]
    TooLong,
    /// Not all of letters, digits, and symbols or spaces.
    #[error("the passphrase is not mixed: use letters, at least one digit, and at least one symbol or space")]
    NotMixed,
    /// It is among those that are guessed first.
    #[error(
        "the passphrase is easy to guess: use words that do not belong together, and none of your name, sign-in name or institution"
    )]
    EasyToGuess,
}

impl PassphraseError {
    /// Stable word for scripts and the app.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "passphrase_too_short",
            Self::TooLong => "passphrase_too_long",
            Self::NotMixed => "passphrase_not_mixed",
            Self::EasyToGuess => "passphrase_easy_to_guess",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::TooShort { least } => {
                format!("パスフレーズが短すぎます。{least}文字以上にしてください（例：関連のない単語4つと数字）。")
            }
            Self::TooLong => {
                format!("パスフレーズが長すぎます。{MAX_PASSPHRASE}バイト以内にしてください。")
            }
            Self::NotMixed => "英字（かな漢字も可）・数字・記号（空白も可）をすべて混ぜてください。".to_owned(),
            Self::EasyToGuess => {
                "推測されやすいパスフレーズです。互いに関係のない単語を組み合わせ、氏名・ID・施設名は使わないでください。"
                    .to_owned()
            }
        }
    }
}

/// Whether a passphrase may be chosen. `known` is what anybody knows of its owner: names, sign-in name, institution.
///
/// # Errors
/// [`PassphraseError`], which says what to do.
pub fn check(passphrase: &str, rule: Rule, known: &[&str]) -> Result<(), PassphraseError> {
    if passphrase.len() > MAX_PASSPHRASE {
        return Err(PassphraseError::TooLong);
    }
    if passphrase.chars().count() < rule.least() {
        return Err(PassphraseError::TooShort { least: rule.least() });
    }
    let letter = passphrase.chars().any(char::is_alphabetic);
    let digit = passphrase.chars().any(char::is_numeric);
    let symbol = passphrase.chars().any(|c| !c.is_alphanumeric());
    if !(letter && digit && symbol) {
        return Err(PassphraseError::NotMixed);
    }
    let words: Vec<&str> = known
        .iter()
        .flat_map(|text| std::iter::once(*text).chain(text.split_whitespace()))
        .collect();
    let looked_at: String = passphrase.chars().take(ESTIMATED).collect();
    if zxcvbn(&looked_at, &words).score() < Score::Three {
        return Err(PassphraseError::EasyToGuess);
    }
    Ok(())
}
