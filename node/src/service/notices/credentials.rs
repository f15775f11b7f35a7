//! Certificates that end are told of in time: those of the people who work here to each, this node's to all.

use dokuei_identity::time::Timestamp;
use dokuei_notice::Matter;

use super::super::Node;
use super::super::error::ServiceError;
use super::gathering::Telling;

/// Days before the end on which people are told, the last first.
const DAYS: [u64; 6] = [0, 1, 7, 14, 30, 60];

impl Node {
    pub(super) fn queue_what_ends(&self) -> Result<(), ServiceError> {
        let (now, mut tellings) = (self.now(), Vec::new());
        let people = self.practitioners()?;
        for person in &people {
            let Some(chain) = self.practitioner_files().chain(&person.id)? else {
                continue;
            };
            // A certificate that has ended verifies no longer, and is known from before.
            let known = self.people().certificate(&chain.fingerprint());
            if let Some(certificate) = known {
                let about = certificate.fingerprint.to_string();
                tellings.extend(telling(&person.id, &about, certificate.validity.not_after, now));
            }
        }
        if let Ok(own) = self.own() {
            let about = own.certificate.fingerprint.to_string();
            let ends = own.certificate.validity.not_after;
            tellings.extend(
                people
                    .iter()
                    .filter_map(|person| telling(&person.id, &about, ends, now)),
            );
        }
        self.queue_tellings(&tellings, &[])
    }
}

fn telling(who: &str, certificate: &str, ends: Timestamp, now: Timestamp) -> Option<Telling> {
    let left = ends.since(now).div_ceil(86_400);
    let days = DAYS.into_iter().find(|days| left <= *days)?;
    let matter = if days == 0 {
        Matter::CredentialEnded
    } else {
        Matter::CredentialEnding
    };
    Some(Telling {
        who: who.to_owned(),
        matter,
        about: format!("credential:{certificate}:{days}"),
        case: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_of_sixty_days_ahead_and_then_ever_more_often() {
        let ends = Timestamp(1_800_000_000);
        let told = |days: u64| telling("tanaka", "ab", ends, ends.minus(days * 86_400)).map(|one| one.about);
        assert_eq!(told(61), None);
        assert_eq!(told(60).as_deref(), Some("credential:ab:60"));
        assert_eq!(told(31).as_deref(), Some("credential:ab:60"));
        assert_eq!(told(30).as_deref(), Some("credential:ab:30"));
        assert_eq!(told(7).as_deref(), Some("credential:ab:7"));
        assert_eq!(told(1).as_deref(), Some("credential:ab:1"));
        let ended = telling("tanaka", "ab", ends, ends.plus(5)).unwrap();
        assert_eq!(
            (ended.matter, ended.about.as_str()),
            (Matter::CredentialEnded, "credential:ab:0")
        );
    }
}
