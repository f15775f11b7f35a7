//! What somebody wants to be told, by which ways: kept as JSON with a version, bounded, and without secrets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::matter::Group;
use crate::quiet::{Quiet, QuietError};

/// The longest address of a mailbox (RFC 5321 §4.5.3.1.3 leaves 254).
const MAX_ADDRESS: usize = 254;
/// The longest address of a webhook.
const MAX_URL: usize = 1_000;

/// What is wrong with settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// An unknown version.
    #[error("settings of version {0} are not understood by this version of the program")]
    Version(u32),
    /// Quiet hours.
    #[error(transparent)]
    Quiet(#[from] QuietError),
    /// Not an address of a mailbox.
    #[error("this is not an e-mail address")]
    Address,
    /// Not an address of a webhook.
    #[error("a webhook's address begins with https:// and names a host; it has no name or password in it")]
    Url,
}

impl SettingsError {
    /// The field that is wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Version(_) => "version",
            Self::Quiet(_) => "quiet",
            Self::Address => "email.address",
            Self::Url => "webhook.url",
        }
    }
}

/// In which language notices are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Its address.
    pub address: String,
    /// Of what.
    pub groups: BTreeSet<Group>,
}

/// A program of the house that is told by HTTPS. What its messages are signed with is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// Of what.
    pub groups: BTreeSet<Group>,
}

/// What somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// 1.
    pub version: u32,
    /// In which language.
    #[serde(default)]
    pub language: Language,
    /// When nothing but what is urgent is told.
    #[serde(default)]
    pub quiet: Option<Quiet>,
    /// Of what on the desktop, while the app is open.
    pub desktop: BTreeSet<Group>,
    /// By e-mail.
    #[serde(default)]
    pub email: Option<Email>,
    /// By a webhook.
    #[serde(default)]
    pub webhook: Option<Webhook>,
    /// Whether an urgent finding is heard too while the app is open. It is seen in any case, until it is acknowledged.
    #[serde(default = "heard", skip_serializing_if = "is_heard")]
    pub alarm_sound: bool,
}

const fn heard() -> bool {
    true
}

/// What holds by itself is not written down: programs of before read it.
const fn is_heard(sound: &bool) -> bool {
    *sound
}

impl Default for Settings {
    /// What holds until somebody chooses: everything on the desktop, nothing outside this machine.
    fn default() -> Self {
        Self {
            version: 1,
            language: Language::Ja,
            quiet: None,
            desktop: Group::ALL.into_iter().collect(),
            email: None,
            webhook: None,
            alarm_sound: true,
        }
    }
}

impl Settings {
    /// Whether all of it makes sense.
    ///
    /// # Errors
    /// [`SettingsError`], the first that does not.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.version != 1 {
            return Err(SettingsError::Version(self.version));
        }
        if let Some(quiet) = &self.quiet {
            quiet.check()?;
        }
        if self
            .email
            .as_ref()
            .is_some_and(|email| !is_address(&email.address))
        {
            return Err(SettingsError::Address);
        }
        if self.webhook.as_ref().is_some_and(|webhook| !is_url(&webhook.url)) {
            return Err(SettingsError::Url);
        }
        Ok(())
    }
}

/// Enough to be sure that one mailbox is named, and that nothing gets into a header with it; the mail server knows the rest.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"<>(),;:\\\"[]@".contains(c))
    };
    text.len() <= MAX_ADDRESS
        && plain(local)
        && plain(domain)
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    text.len() <= MAX_URL && plain && !host.is_empty() && !host.contains('@') && !rest.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_email(address: &str) -> Settings {
        Settings {
            email: Some(Email {
                address: address.to_owned(),
                groups: BTreeSet::from([Group::Urgent]),
            }),
            ..Settings::default()
        }
    }

    fn with_url(url: &str) -> Settings {
        Settings {
            webhook: Some(Webhook {
                url: url.to_owned(),
                groups: BTreeSet::from([Group::Report]),
            }),
            ..Settings::default()
        }
    }

    #[test]
    fn an_address_names_one_mailbox_and_brings_no_header() {
        assert_eq!(with_email("dr.yamada@example.jp").check(), Ok(()));
        for wrong in [
            "",
            "yamada",
            "@example.jp",
            "a@b@c",
            "a b@example.jp",
            "a@example.jp\r\nBcc: x@y",
            "a@.jp",
        ] {
            assert_eq!(
                with_email(wrong).check(),
                Err(SettingsError::Address),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_webhook_is_told_by_https_only() {
        assert_eq!(with_url("https://house.example/notices?x=1").check(), Ok(()));
        for wrong in [
            "http://house.example/",
            "https://",
            "https:///a",
            "https://a:b@house.example/",
            "ftp://a",
            "https://a b/",
        ] {
            assert_eq!(with_url(wrong).check(), Err(SettingsError::Url), "{wrong:?}");
        }
    }

    /// R9: what was stored before there was a choice is heard, and silence is kept.
    #[test]
    fn r9_an_alarm_is_heard_until_somebody_says_otherwise() {
        let before = serde_json::to_string(&Settings::default()).unwrap();
        assert!(!before.contains("alarm_sound"));
        assert!(serde_json::from_str::<Settings>(&before).unwrap().alarm_sound);
        let silent = Settings {
            alarm_sound: false,
            ..Settings::default()
        };
        let kept: Settings = serde_json::from_str(&serde_json::to_string(&silent).unwrap()).unwrap();
        assert_eq!(kept, silent);
    }

    /// What is stored: a changed snapshot is a decision about versions.
    #[test]
    fn stored_form() {
        let settings = Settings {
            language: Language::En,
            quiet: Some(Quiet {
                from: "21:00".to_owned(),
                until: "07:00".to_owned(),
                days: vec![6],
            }),
            email: with_email("dr.yamada@example.jp").email,
            webhook: with_url("https://house.example/notices").webhook,
            ..Settings::default()
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&settings).unwrap());
        assert!(serde_json::from_str::<Settings>(r#"{"version":1,"desktop":[],"sms":"090"}"#).is_err());
    }
}
