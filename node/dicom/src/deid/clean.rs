//! Whether a text says who the patient is: what the file itself knows of her is looked for in it.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::charset::CharacterSet;
use crate::name::PersonName;
use crate::scan::tree::{Content, Element, Tree};

/// Shorter ones would be found everywhere.
const LEAST_LATIN: usize = 3;
const LEAST_JAPANESE: usize = 2;

/// Most words that are looked for: each text is searched for each of them, and a hostile file would have as many of both as
/// it has room for. People in one study are named by far fewer.
const MAX_WORDS: usize = 1024;

/// What follows a name.
const HONORIFICS: [&str; 9] = ["様", "さん", "さま", "氏", "殿", "先生", "君", "ちゃん", "くん"];

/// Words by which somebody is named in a text.
#[derive(Default)]
pub struct Words {
    /// Found wherever they stand. In lower case, as the short ones.
    long: Vec<String>,
    /// Surnames of one kanji or two letters: names only where a word ends, or an honorific follows.
    short: Vec<String>,
    /// There were too many: what is not looked for may stand anywhere.
    more: bool,
}

impl Words {
    /// The parts of a name in all its writings.
    pub fn add_name(&mut self, name: &PersonName) {
        for group in [&name.alphabetic, &name.ideographic, &name.phonetic] {
            for part in group.split(['^', ' ', '　']) {
                self.add(part);
                let part = part.trim().to_lowercase();
                let least = if part.is_ascii() { 2 } else { 1 };
                if part.chars().count() >= least
                    && !is_long(&part)
                    && self.has_room()
                    && !self.short.contains(&part)
                {
                    self.short.push(part);
                }
            }
            self.add(&group.replace(['^', ' ', '　'], ""));
        }
    }

    /// A number or whatever else is looked for as it is, when it is not too short.
    pub fn add(&mut self, word: &str) {
        let word = word.trim().to_lowercase();
        if is_long(&word) && self.has_room() && !self.long.contains(&word) {
            self.long.push(word);
        }
    }

    /// Whether one more can be taken; when not, there are too many from now on.
    fn has_room(&mut self) -> bool {
        self.more |= self.long.len() + self.short.len() >= MAX_WORDS;
        !self.more
    }

    /// Whether one of them stands in a text; when there were too many to look for, any text may name somebody.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        if self.more {
            return !text.is_empty();
        }
        let text = text.to_lowercase();
        self.long.iter().any(|word| text.contains(word))
            || self.short.iter().any(|word| is_named(word, &text))
    }
}

fn is_long(word: &str) -> bool {
    let least = if word.is_ascii() {
        LEAST_LATIN
    } else {
        LEAST_JAPANESE
    };
    word.chars().count() >= least
}

/// Whether a short name stands in a text as a name does.
fn is_named(name: &str, text: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).unwrap_or_default();
        let ends = after.chars().next().is_none_or(|next| !next.is_alphanumeric())
            || HONORIFICS.iter().any(|honorific| after.starts_with(honorific));
        // Within a Latin word two letters are no name.
        let begins = !name.is_ascii() || before.is_none_or(|before| !before.is_ascii_alphanumeric());
        begins && ends
    })
}

/// What is known of the patient and of those around her.
pub(super) struct Subject {
    /// (0010,0020), or the name where there is none.
    pub(super) id: String,
    words: Words,
}

/// Whose names may stand in a description.
const NAMES: [Tag; 7] = [
    tags::PATIENT_NAME,
    tags::OTHER_PATIENT_NAMES,
    tags::PATIENT_BIRTH_NAME,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::PERFORMING_PHYSICIAN_NAME,
    tags::OPERATORS_NAME,
    tags::REQUESTING_PHYSICIAN,
];
const NUMBERS: [Tag; 5] = [
    tags::PATIENT_ID,
    // Other Patient IDs, retired and met.
    Tag(0x0010, 0x1000),
    tags::ACCESSION_NUMBER,
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::INSTITUTION_NAME,
];

impl Subject {
    pub(super) fn of(tree: &Tree<'_>, charset: &CharacterSet) -> Self {
        let mut words = Words::default();
        for tag in NAMES {
            words.add_name(&charset.name(tree.bytes(tag)).value);
        }
        for tag in NUMBERS {
            for value in charset.values(tree.bytes(tag)).value {
                words.add(&value);
            }
        }
        let born = charset.values(tree.bytes(tags::PATIENT_BIRTH_DATE)).value;
        for date in born.iter().filter(|date| date.len() == 8 && date.is_ascii()) {
            words.add(date);
            let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
            for divider in ["-", "/", "."] {
                words.add(&[year, month, day].join(divider));
            }
        }
        let first = |tag| {
            let values = charset.values(tree.bytes(tag)).value;
            values.into_iter().next().unwrap_or_default()
        };
        let mut id = first(tags::PATIENT_ID);
        if id.is_empty() {
            id = charset.name(tree.bytes(tags::PATIENT_NAME)).value.to_groups();
        }
        Self { id, words }
    }

    /// Takes the names that stand in a document, at whatever depth: of its author, of who verified it, of who was told.
    pub(super) fn add_names(&mut self, elements: &[Element], charset: &CharacterSet) {
        for element in elements {
            match &element.value {
                Content::Items(items) => items.iter().for_each(|item| self.add_names(item, charset)),
                Content::Bytes(name) if element.vr == *b"PN" => {
                    self.words.add_name(&charset.name(name).value);
                }
                _ => {}
            }
        }
    }

    /// Whether a text names her.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        self.words.are_in(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_r24_of_too_many_names_no_more_are_kept_and_every_text_is_taken_for_one_that_names() {
        let name: Vec<String> = (0..5000).map(|number| format!("name{number}")).collect();
        let mut words = Words::default();
        words.add_name(&PersonName::alphabetic(name.join("^")));
        assert_eq!(words.long.len() + words.short.len(), MAX_WORDS);
        assert!(words.are_in("right lower wisdom tooth"));
        assert!(!words.are_in(""));
    }

    #[test]
    fn r12_names_of_one_kanji_or_two_letters_are_found_where_they_are_names() {
        let mut words = Words::default();
        words.add_name(&PersonName::from_groups("LI^JUN=林^淳=はやし^じゅん"));
        for named in [
            "林様 右下",
            "林さん",
            "術前 林",
            "林_術前",
            "Li head",
            "CT LI",
            "林淳",
            "はやし",
        ] {
            assert!(words.are_in(named), "{named}");
        }
        for other in ["森林の", "Limited FOV", "ali", "林檎", "", "右下智歯"] {
            assert!(!words.are_in(other), "{other}");
        }
    }
}
