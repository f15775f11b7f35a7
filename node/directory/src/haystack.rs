//! What of somebody can be searched, folded once when she is put into the index.

use dokuei_identity::certificate::PractitionerCertificate;

use crate::fold;
use crate::profile::About;

/// Stands around each word.
pub(crate) const EDGE: char = '\u{1}';

/// Where a match was, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Names and licence number.
    Name,
    /// Names written without a space; found from their beginning only, or 田中花子 would be found by 中花.
    Joined,
    Institution,
    Region,
    /// Qualifications, modalities, interests, languages.
    Skill,
    Introduction,
}

impl Field {
    /// What a match in it is worth.
    pub(crate) const fn weight(self) -> u32 {
        match self {
            Self::Name | Self::Joined => 12,
            Self::Institution => 6,
            Self::Region => 5,
            Self::Skill => 4,
            Self::Introduction => 1,
        }
    }
}

/// Folded words, field after field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Haystack {
    text: String,
    /// The end of each field within the text.
    ends: Vec<(usize, Field)>,
}

impl Haystack {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub(crate) fn field_at(&self, position: usize) -> Field {
        let place = self.ends.partition_point(|&(end, _)| end <= position);
        self.ends
            .get(place)
            .map_or(Field::Introduction, |&(_, field)| field)
    }

    fn add(&mut self, field: Field, words: impl IntoIterator<Item = impl AsRef<str>>) {
        let start = self.text.len();
        for word in words {
            self.text.push(EDGE);
            self.text.push_str(word.as_ref());
        }
        if self.text.len() > start {
            self.text.push(EDGE);
            self.ends.push((self.text.len(), field));
        }
    }
}

/// Both forms of everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    pub(crate) plain: Haystack,
    /// Names, institution and regions only: in prose, sounds would find anything.
    pub(crate) sound: Haystack,
}

impl Folded {
    pub(crate) fn of(certificate: &PractitionerCertificate, about: Option<&About>) -> Self {
        let mut folded = Self::default();
        folded.names(certificate, about);
        folded.plain.add(Field::Name, [&certificate.licence.number]);
        if let Some(institution) = &certificate.institution {
            folded.both(Field::Institution, institution);
        }
        for held in &certificate.qualifications {
            folded.plain.add(Field::Skill, fold::words(held.code.label_ja()));
            folded.plain.add(Field::Skill, fold::words(held.code.label_en()));
        }
        if let Some(about) = about {
            folded.offers(about);
        }
        folded.plain.text.shrink_to_fit();
        folded.sound.text.shrink_to_fit();
        folded
    }

    fn names(&mut self, certificate: &PractitionerCertificate, about: Option<&About>) {
        let kana = about.and_then(|about| about.kana.as_ref());
        let names = [
            Some(certificate.name.japanese.as_str()),
            Some(certificate.name.latin.as_str()),
            kana.map(|kana| kana.as_str()),
        ];
        let mut joined = (Vec::new(), Vec::new());
        for name in names.into_iter().flatten() {
            let words = self.both(Field::Name, name);
            // Both orders: Hanako Tanaka is 田中 花子.
            for whole in [words.concat(), words.iter().rev().map(String::as_str).collect()] {
                if words.len() > 1 {
                    joined.1.extend(fold::sounds(&whole));
                    joined.0.push(whole);
                }
            }
        }
        self.plain.add(Field::Joined, joined.0);
        self.sound.add(Field::Joined, joined.1);
    }

    fn offers(&mut self, about: &About) {
        for region in &about.regions {
            let full = region.japanese();
            self.plain.add(Field::Region, [full]);
            self.both(Field::Region, region.kana());
            self.both(Field::Region, region.english());
        }
        let mut skill = |text: &str| self.plain.add(Field::Skill, fold::words(text));
        for modality in &about.modalities {
            skill(modality.japanese());
            skill(modality.english());
            skill(modality.as_str());
        }
        for interest in &about.interests {
            skill(interest.japanese());
            skill(interest.english());
        }
        for interest in &about.other_interests {
            skill(interest.as_str());
        }
        for language in &about.languages {
            let (japanese, english) = language.names().unwrap_or_default();
            skill(japanese);
            skill(english);
        }
        let introduction = &about.introduction;
        if let Some(text) = &introduction.japanese {
            self.plain.add(Field::Introduction, fold::words(text.as_str()));
        }
        if let Some(text) = &introduction.english {
            self.plain.add(Field::Introduction, fold::words(text.as_str()));
        }
    }

    /// Adds a text in plain form and, as far as it can be sounded, by sound.
    fn both(&mut self, field: Field, text: &str) -> Vec<String> {
        let words = fold::words(text);
        let sounds = words.iter().flat_map(|word| fold::runs(word));
        self.sound.add(field, sounds.flat_map(fold::sounds));
        self.plain.add(field, &words);
        words
    }
}
