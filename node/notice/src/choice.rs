//! Whether, by which ways and when somebody is told of a matter.

use dokuei_identity::time::Timestamp;

use crate::matter::Matter;
use crate::quiet::Local;
use crate::settings::Settings;

/// A way by which somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// On the desktop, by the app.
    Desktop,
    /// By e-mail.
    Email,
    /// By a webhook of the house.
    Webhook,
}

impl Channel {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::Desktop, Self::Email, Self::Webhook];

    /// The stable word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }

    /// The way of a stored word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A way and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// By which way.
    pub channel: Channel,
    /// Not before.
    pub at: Timestamp,
}

/// By which ways somebody is told of a matter, and when: quiet hours hold back what is not urgent. A program of the house
/// sleeps at no hour and is told at once.
#[must_use]
pub fn choose(settings: &Settings, matter: Matter, (now, local): (Timestamp, Local)) -> Vec<Choice> {
    let group = matter.group();
    let quiet = settings.quiet.as_ref().filter(|_| !matter.is_urgent());
    let left = quiet.map_or(0, |quiet| quiet.minutes_left(local));
    let wanted = |channel| match channel {
        Channel::Desktop => settings.desktop.contains(&group),
        Channel::Email => settings
            .email
            .as_ref()
            .is_some_and(|one| one.groups.contains(&group)),
        Channel::Webhook => settings
            .webhook
            .as_ref()
            .is_some_and(|one| one.groups.contains(&group)),
    };
    let at = |channel| match channel {
        Channel::Webhook => now,
        // From the beginning of the minute in which they end.
        _ if left > 0 => now.plus(u64::from(left) * 60).minus(now.0 % 60),
        _ => now,
    };
    Channel::ALL
        .into_iter()
        .filter(|channel| wanted(*channel))
        .map(|channel| Choice {
            channel,
            at: at(channel),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::matter::Group;
    use crate::quiet::Quiet;
    use crate::settings::{Email, Webhook};

    fn settings() -> Settings {
        let groups = BTreeSet::from([Group::Urgent, Group::Report]);
        Settings {
            quiet: Some(Quiet {
                from: "21:00".to_owned(),
                until: "07:00".to_owned(),
                days: Vec::new(),
            }),
            desktop: BTreeSet::new(),
            email: Some(Email {
                address: "a@example.jp".to_owned(),
                groups: groups.clone(),
            }),
            webhook: Some(Webhook {
                url: "https://house.example/".to_owned(),
                groups,
            }),
            ..Settings::default()
        }
    }

    /// R9: an urgent finding breaks through quiet hours; a report waits for the morning; what nobody chose is not told.
    #[test]
    fn r9_what_is_urgent_breaks_through_quiet_hours() {
        let now = Timestamp(1_000_000_020);
        let night = (
            now,
            Local {
                day: 2,
                minute: 23 * 60,
            },
        );
        let told = |matter| choose(&settings(), matter, night);
        let email = |matter| {
            told(matter)
                .iter()
                .find(|one| one.channel == Channel::Email)
                .map(|one| one.at)
        };
        assert_eq!(email(Matter::UrgentFinding), Some(now));
        assert_eq!(email(Matter::DueAcknowledge), Some(now));
        assert_eq!(
            email(Matter::FinalReport),
            Some(now.minus(now.0 % 60).plus(8 * 3_600))
        );
        assert_eq!(email(Matter::Requested), None);
        let webhook = told(Matter::FinalReport)
            .into_iter()
            .find(|one| one.channel == Channel::Webhook);
        assert_eq!(webhook.map(|one| one.at), Some(now));
        let day = (
            now,
            Local {
                day: 2,
                minute: 12 * 60,
            },
        );
        assert!(
            choose(&settings(), Matter::FinalReport, day)
                .iter()
                .all(|one| one.at == now)
        );
    }
}
