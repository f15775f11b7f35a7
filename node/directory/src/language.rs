//! Languages, by their tags (BCP 47).

use std::fmt;
use std::str::FromStr;

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// Not a language tag of the form that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a language tag like `ja`, `en-GB` or `zh-Hant-TW` (BCP 47)")]
pub struct NotALanguage;

/// A language tag: language, optionally script, optionally region (RFC 5646 §2.1), in the usual case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Language(#[n(0)] String);

impl Language {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region, for example `zh`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether somebody who speaks this answers to a wish for `range`: the same tag or a longer one (RFC 4647 §3.3.1).
    #[must_use]
    pub fn answers(&self, range: &Self) -> bool {
        self.0
            .strip_prefix(range.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// What the language is called in Japanese and English, for the most usual ones.
    #[must_use]
    pub fn names(&self) -> Option<(&'static str, &'static str)> {
        let primary = self.primary();
        NAMES
            .iter()
            .find(|(tag, ..)| *tag == primary)
            .map(|&(_, japanese, english)| (japanese, english))
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        if text.len() > 11 {
            return Err(NotALanguage);
        }
        let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let mut parts = text.split('-').peekable();
        let language = parts.next().unwrap_or_default();
        if !matches!(language.len(), 2 | 3) || !letters(language) {
            return Err(NotALanguage);
        }
        let mut tag = language.to_ascii_lowercase();
        if let Some(script) = parts.next_if(|part| part.len() == 4 && letters(part)) {
            let (first, rest) = script.split_at(1);
            tag.extend(["-", &first.to_ascii_uppercase(), &rest.to_ascii_lowercase()]);
        }
        let is_region = |part: &&str| {
            (part.len() == 2 && letters(part))
                || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if let Some(region) = parts.next_if(is_region) {
            tag.extend(["-", &region.to_ascii_uppercase()]);
        }
        parts.next().map_or(Ok(Self(tag)), |_| Err(NotALanguage))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'b, C> Decode<'b, C> for Language {
    /// Only the usual case is accepted, so that one language has one encoding.
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let text = decoder.str()?;
        text.parse()
            .ok()
            .filter(|language: &Self| language.as_str() == text)
            .ok_or_else(|| DecodeError::message(NotALanguage.to_string()))
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Tag, Japanese, English.
const NAMES: [(&str, &str, &str); 20] = [
    ("ja", "日本語", "Japanese"),
    ("en", "英語", "English"),
    ("zh", "中国語", "Chinese"),
    ("ko", "韓国語", "Korean"),
    ("vi", "ベトナム語", "Vietnamese"),
    ("tl", "タガログ語", "Tagalog"),
    ("id", "インドネシア語", "Indonesian"),
    ("th", "タイ語", "Thai"),
    ("my", "ミャンマー語", "Burmese"),
    ("ne", "ネパール語", "Nepali"),
    ("hi", "ヒンディー語", "Hindi"),
    ("pt", "ポルトガル語", "Portuguese"),
    ("es", "スペイン語", "Spanish"),
    ("fr", "フランス語", "French"),
    ("de", "ドイツ語", "German"),
    ("it", "イタリア語", "Italian"),
    ("ru", "ロシア語", "Russian"),
    ("ar", "アラビア語", "Arabic"),
    ("fa", "ペルシア語", "Persian"),
    ("jsl", "日本手話", "Japanese Sign Language"),
];
