//! Person names (VR PN, PS3.5 6.2.1): up to three groups that write the same name differently.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A person's name as its three groups, each still in DICOM's order `family^given^middle^prefix^suffix`.
///
/// `Debug` says only which groups are there: names are patient data and must not reach logs.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonName {
    /// Latin letters (or half-width katakana), as in `YAMADA^TARO`.
    pub alphabetic: String,
    /// As the person writes it, as in `山田^太郎`; empty when absent.
    pub ideographic: String,
    /// How it is read, as in `やまだ^たろう`; empty when absent.
    pub phonetic: String,
}

impl PersonName {
    /// A name of the alphabetic group alone, with its components divided by `^`.
    pub fn alphabetic(name: impl Into<String>) -> Self {
        Self {
            alphabetic: name.into(),
            ..Self::default()
        }
    }

    /// From the three groups divided by `=` (text that is decoded already).
    pub fn from_groups(text: &str) -> Self {
        let mut groups = text
            .splitn(3, '=')
            .map(|group| group.trim_end_matches([' ', '\0', '^']).to_owned());
        let mut next = || groups.next().unwrap_or_default();
        Self {
            alphabetic: next(),
            ideographic: next(),
            phonetic: next(),
        }
    }

    /// The groups joined by `=`, without trailing empty ones: the value as PN text.
    pub fn to_groups(&self) -> String {
        let text = format!("{}={}={}", self.alphabetic, self.ideographic, self.phonetic);
        text.trim_end_matches('=').to_owned()
    }

    /// For people: the ideographic group, else the alphabetic, else the phonetic, with spaces for `^`.
    pub fn readable(&self) -> String {
        let group = [&self.ideographic, &self.alphabetic, &self.phonetic];
        let text = group
            .into_iter()
            .find(|group| !group.is_empty())
            .map(String::as_str)
            .unwrap_or_default();
        let parts: Vec<&str> = text
            .split('^')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(" ")
    }

    /// Whether no group holds anything.
    pub fn is_empty(&self) -> bool {
        self.alphabetic.is_empty() && self.ideographic.is_empty() && self.phonetic.is_empty()
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |group: &str| if group.is_empty() { "none" } else { "redacted" };
        f.debug_struct("PersonName")
            .field("alphabetic", &format_args!("{}", mark(&self.alphabetic)))
            .field("ideographic", &format_args!("{}", mark(&self.ideographic)))
            .field("phonetic", &format_args!("{}", mark(&self.phonetic)))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_apart_and_together_again() {
        let name = PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう");
        assert_eq!(name.readable(), "山田 太郎");
        assert_eq!(name.to_groups(), "YAMADA^TARO=山田^太郎=やまだ^たろう");
        assert_eq!(
            PersonName::from_groups("YAMADA^TARO^^^ ").to_groups(),
            "YAMADA^TARO"
        );
        assert_eq!(PersonName::from_groups("=山田^太郎").to_groups(), "=山田^太郎");
        assert!(PersonName::from_groups("==").is_empty());
    }

    #[test]
    fn r24_a_name_does_not_reach_a_log_through_debug() {
        let shown = format!("{:?}", PersonName::from_groups("YAMADA^TARO=山田^太郎"));
        assert!(!shown.contains("YAMADA") && !shown.contains("山田"), "{shown}");
    }
}
