//! `[governance]`: how strictly the house holds itself to what was signed.

use serde::{Deserialize, Serialize};

/// What follows when something that should be signed is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// It is told.
    #[default]
    Warn,
    /// It is refused.
    Require,
}

/// How strictly the house holds itself to what was signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Governance {
    /// Without the three documents in force no consultation is begun.
    pub policies: Rule,
    /// Without a pledge and a training that are valid nobody works with patients' data.
    pub people: Rule,
    /// The node is for practice, with no real patient on it: nothing is required.
    pub practice: bool,
}

impl Governance {
    /// Whether consultations need the documents.
    #[must_use]
    pub fn requires_policies(&self) -> bool {
        !self.practice && self.policies == Rule::Require
    }

    /// Whether people need pledge and training.
    #[must_use]
    pub fn requires_people(&self) -> bool {
        !self.practice && self.people == Rule::Require
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_r25_what_is_required_is_a_matter_of_two_lines() {
        let plain = Governance::default();
        assert!(!plain.requires_policies() && !plain.requires_people());
        let strict: Governance = toml::from_str("policies='require'\npeople='require'\n").unwrap();
        assert!(strict.requires_policies() && strict.requires_people());
        let practice = Governance {
            practice: true,
            ..strict
        };
        assert!(!practice.requires_policies() && !practice.requires_people());
        assert!(toml::from_str::<Governance>("policies='maybe'\n").is_err());
    }
}
