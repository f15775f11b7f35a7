//! Templates of the documents and of the pledge, filled in with what is known of the house.

use crate::day::Day;
use crate::policy::{Facts, Language, PolicyKind};
use crate::text::Text;

/// What stands where something is to be filled in still; no document is signed with it.
pub const OPEN: &str = "＿＿＿＿";

/// Years that records are kept when nothing else is said: 歯科医師法23条, 療担規則9条, from completion.
pub const RECORD_YEARS: u8 = 5;
/// Years that images are kept when nothing else is said; 医療法施行規則20条 asks for 2.
pub const IMAGE_YEARS: u8 = 5;

/// The text of a document for this house: what is not known of it stays open.
#[must_use]
pub fn policy(kind: PolicyKind, language: Language, facts: &Facts, version: u32, from: Day) -> String {
    let template = match (kind, language) {
        (PolicyKind::Management, Language::Japanese) => include_str!("../templates/management.ja.md"),
        (PolicyKind::Management, Language::English) => include_str!("../templates/management.en.md"),
        (PolicyKind::Security, Language::Japanese) => include_str!("../templates/security.ja.md"),
        (PolicyKind::Security, Language::English) => include_str!("../templates/security.en.md"),
        (PolicyKind::Incident, Language::Japanese) => include_str!("../templates/incident.ja.md"),
        (PolicyKind::Incident, Language::English) => include_str!("../templates/incident.en.md"),
    };
    filled(template, language, facts, version, from)
}

/// The text of the pledge of confidentiality for this house.
#[must_use]
pub fn pledge(language: Language, facts: &Facts, from: Day) -> String {
    let template = match language {
        Language::Japanese => include_str!("../templates/pledge.ja.md"),
        Language::English => include_str!("../templates/pledge.en.md"),
    };
    filled(template, language, facts, 1, from)
}

fn filled(template: &str, language: Language, facts: &Facts, version: u32, from: Day) -> String {
    fn known<const MAX: usize, const LINES: bool>(text: Option<&Text<MAX, LINES>>) -> String {
        text.map_or(OPEN, Text::as_str).to_owned()
    }
    let day = match language {
        Language::Japanese => from.japanese(),
        Language::English => from.to_string(),
    };
    let values = [
        ("{institution}", known(facts.institution.as_ref())),
        ("{manager}", known(facts.manager.as_ref())),
        ("{administrator}", known(facts.administrator.as_ref())),
        ("{contact}", known(facts.contact.as_ref())),
        ("{devices}", known(facts.devices.as_ref())),
        (
            "{record_years}",
            facts.record_years.unwrap_or(RECORD_YEARS).to_string(),
        ),
        (
            "{image_years}",
            facts.image_years.unwrap_or(IMAGE_YEARS).to_string(),
        ),
        ("{by_two}", by_two(language, facts).to_owned()),
        ("{version}", version.to_string()),
        ("{from}", day),
    ];
    // One pass: what was filled in is not looked through for places again.
    let mut text = String::with_capacity(template.len() + 512);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match values.iter().find(|(place, _)| rest.starts_with(place)) {
            Some((place, value)) => {
                text.push_str(value);
                rest = &rest[place.len()..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// A further item where two persons sign every deletion.
fn by_two(language: Language, facts: &Facts) -> &'static str {
    match (facts.deletion_by_two, language) {
        (Some(true), Language::Japanese) => "\n- 廃棄には、二人の署名を必要とする。",
        (Some(true), Language::English) => "\n- Two persons sign every deletion.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            institution: Some(Text::new("山田歯科医院").unwrap()),
            manager: Some(Text::new("山田 一郎").unwrap()),
            administrator: Some(Text::new("田中 花子").unwrap()),
            contact: Some(Text::new("03-1234-5678").unwrap()),
            devices: Some(Text::new("診察室のパソコン1台").unwrap()),
            record_years: Some(10),
            image_years: None,
            deletion_by_two: Some(true),
        }
    }

    /// R11: every document is real prose of some pages, in both languages, and nothing in it stays open once the facts are known.
    #[test]
    fn r11_the_documents_are_filled_in_with_the_facts_of_the_house() {
        let from = "2026-12-01".parse().unwrap();
        for kind in PolicyKind::ALL {
            for (language, least) in [(Language::Japanese, 1_500), (Language::English, 3_500)] {
                let text = policy(kind, language, &facts(), 3, from);
                let characters = text.chars().count();
                assert!(characters > least, "{kind:?} {language:?}: {characters}");
                assert!(Text::<20_000, true>::new(&text).is_ok());
                assert!(
                    !text.contains(OPEN) && !text.contains('{'),
                    "{kind:?} {language:?}"
                );
                for fact in ["山田歯科医院", "田中 花子", "03-1234-5678"] {
                    assert!(text.contains(fact), "{kind:?} {language:?} lacks {fact}");
                }
                assert!(
                    text.starts_with("# ") && text.matches("\n## ").count() >= 6,
                    "{kind:?}"
                );
                assert!(policy(kind, language, &Facts::default(), 1, from).contains(OPEN));
            }
        }
        let rules = policy(PolicyKind::Management, Language::Japanese, &facts(), 3, from);
        assert!(
            rules.contains("10年") && rules.contains("2026年12月1日") && rules.contains("二人の署名"),
            "{rules}"
        );
    }

    /// R25: the pledge names the house, and goes on after leaving.
    #[test]
    fn r25_the_pledge_names_the_house_and_outlasts_it() {
        let text = pledge(Language::Japanese, &facts(), "2026-12-01".parse().unwrap());
        assert!(text.contains("山田歯科医院") && text.contains("退職後"), "{text}");
        assert!(Text::<4_000, true>::new(&text).is_ok());
    }

    #[test]
    fn what_was_filled_in_is_not_read_as_a_place() {
        let mut facts = facts();
        facts.manager = Some(Text::new("{contact}").unwrap());
        let text = filled(
            "{manager} {x}",
            Language::Japanese,
            &facts,
            1,
            Day::at(dokuei_identity::time::Timestamp(0)),
        );
        assert_eq!(text, "{contact} {x}");
    }
}
