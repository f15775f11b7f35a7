//! The words of a notice: from the table of matters and nowhere else, so that nothing of a patient can be in them.

use crate::matter::Matter;
use crate::settings::Language;

/// The most lines of a letter: more of one matter is a number.
const MAX_LINES: usize = 24;

/// What is sent as e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text, lines ended by `\n`.
    pub text: String,
}

/// The sentence of a matter.
#[must_use]
pub const fn sentence(matter: Matter, language: Language) -> &'static str {
    let (ja, en) = matter.sentences();
    match language {
        Language::Ja => ja,
        Language::En => en,
    }
}

/// One letter of all that waits: each matter once, with how often; what is urgent first.
#[must_use]
pub fn letter(matters: &[Matter], language: Language) -> Letter {
    let mut lines: Vec<(Matter, usize)> = Vec::new();
    for matter in matters {
        match lines.iter_mut().find(|(one, _)| one == matter) {
            Some((_, count)) => *count += 1,
            None => lines.push((*matter, 1)),
        }
    }
    lines.sort_by_key(|(matter, _)| (!matter.is_urgent(), *matter));
    let urgent = lines.iter().any(|(matter, _)| matter.is_urgent());
    let body: Vec<String> = lines
        .iter()
        .take(MAX_LINES)
        .map(|(matter, count)| line(*matter, *count, language))
        .collect();
    Letter {
        subject: subject(urgent, language).to_owned(),
        text: format!("{}\n\n{}", body.join("\n"), foot(language)),
    }
}

fn line(matter: Matter, count: usize, language: Language) -> String {
    let text = sentence(matter, language);
    match (language, count) {
        (_, 1) => format!("- {text}"),
        (Language::Ja, count) => format!("- {text}（{count}件）"),
        (Language::En, count) => format!("- {text} ({count})"),
    }
}

const fn subject(urgent: bool, language: Language) -> &'static str {
    match (language, urgent) {
        (Language::Ja, true) => "【至急】Dokueiからのお知らせ",
        (Language::Ja, false) => "Dokueiからのお知らせ",
        (Language::En, true) => "URGENT: notice from Dokuei",
        (Language::En, false) => "Notice from Dokuei",
    }
}

const fn foot(language: Language) -> &'static str {
    match language {
        Language::Ja => {
            "内容はDokueiを開いて確認してください。\nこのメールには患者さんの情報は含まれていません。返信はできません。\n"
        }
        Language::En => {
            "Open Dokuei to see what it is about.\nThis message holds nothing of a patient. It cannot be answered.\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_together_is_one_letter_with_the_urgent_first() {
        let matters = [
            Matter::FinalReport,
            Matter::Requested,
            Matter::FinalReport,
            Matter::UrgentFinding,
        ];
        let ja = letter(&matters, Language::Ja);
        let en = letter(&matters, Language::En);
        insta::assert_snapshot!(format!(
            "{}\n\n{}\n---\n{}\n\n{}",
            ja.subject, ja.text, en.subject, en.text
        ));
    }

    #[test]
    fn a_letter_is_bounded_whatever_waits() {
        let matters: Vec<Matter> = (0..10_000).map(|n| Matter::ALL[n % Matter::ALL.len()]).collect();
        let letter = letter(&matters, Language::Ja);
        assert!(letter.text.lines().count() <= MAX_LINES + 4);
        assert!(letter.text.len() < 8_192);
    }

    #[test]
    fn every_matter_has_a_word_of_its_own() {
        for (index, matter) in Matter::ALL.iter().enumerate() {
            assert_eq!(Matter::named(matter.name()), Some(*matter));
            assert!(
                Matter::ALL[..index]
                    .iter()
                    .all(|other| other.name() != matter.name())
            );
        }
    }
}
