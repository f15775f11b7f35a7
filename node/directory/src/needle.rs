//! A search text, made ready to be looked for.

use dokuei_identity::fingerprint::Fingerprint;
use memchr::memmem::Finder;

use crate::fold::{self, Script};
use crate::haystack::{EDGE, Field, Folded, Haystack};
use crate::query::{MAX_TEXT, MAX_WORDS};

/// A whole word was found.
const EXACT: u32 = 8;
/// The beginning of a word was found.
const PREFIX: u32 = 5;
/// It was found somewhere in a word.
const INSIDE: u32 = 2;
/// The most places in one text at which a word is looked at.
const MAX_PLACES: usize = 64;

/// One way of writing a word.
#[derive(Debug)]
struct Needle {
    finder: Finder<'static>,
    by_sound: bool,
    /// Whether it is long enough to mean something in the middle of a word.
    inside: bool,
}

impl Needle {
    fn new(word: &str, by_sound: bool) -> Self {
        let letters = word.chars().count();
        let inside = match word.chars().next().map(fold::script) {
            _ if by_sound => letters >= 3,
            Some(Script::Latin) => letters >= 3,
            Some(Script::Kana) => letters >= 2,
            _ => true,
        };
        // What counts at the beginning of a word only is looked for with the edge before it.
        let sought = if inside {
            word.to_owned()
        } else {
            format!("{EDGE}{word}")
        };
        Self {
            finder: Finder::new(sought.as_bytes()).into_owned(),
            by_sound,
            inside,
        }
    }

    /// How good its best match is; 0 for none.
    fn score(&self, folded: &Folded, only: Option<Field>) -> u32 {
        let haystack = if self.by_sound {
            &folded.sound
        } else {
            &folded.plain
        };
        let length = self.finder.needle().len();
        let mut best = 0;
        for place in self.finder.find_iter(haystack.as_bytes()).take(MAX_PLACES) {
            let start = if self.inside {
                place
            } else {
                place + EDGE.len_utf8()
            };
            let field = haystack.field_at(start);
            if only.is_none_or(|only| only == field) {
                best = best.max(field.weight() * quality(haystack, field, start, place + length));
            }
        }
        // In quarters: what is spelled as it was typed comes before what only sounds so.
        best * if self.by_sound { 3 } else { 4 }
    }
}

/// How well the bytes from `start` to `end` cover the word that they are in.
fn quality(haystack: &Haystack, field: Field, start: usize, end: usize) -> u32 {
    let bytes = haystack.as_bytes();
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|&byte| u32::from(byte) == u32::from(EDGE));
    let begins = is_edge(start.checked_sub(1).and_then(|before| bytes.get(before)));
    match (begins, is_edge(bytes.get(end))) {
        (true, true) => EXACT,
        (true, false) => PREFIX,
        (false, _) if field == Field::Joined => 0,
        (false, _) => INSIDE,
    }
}

/// A word in all ways of writing it: one of them has to be found.
#[derive(Debug)]
struct Word(Vec<Needle>);

impl Word {
    fn new(plain: &str) -> Self {
        let mut needles = vec![Needle::new(plain, false)];
        let mut sounds = fold::sounds(plain);
        for sound in fold::unfinished(plain) {
            if !sounds.contains(&sound) {
                sounds.push(sound);
            }
        }
        needles.extend(sounds.iter().map(|sound| Needle::new(sound, true)));
        Self(needles)
    }

    fn score(&self, folded: &Folded, only: Option<Field>) -> u32 {
        let scores = self.0.iter().map(|needle| needle.score(folded, only));
        scores.max().unwrap_or_default()
    }
}

/// One word of the search text; when it is of several scripts (田中はなこ), its pieces do as well.
#[derive(Debug)]
struct Term {
    whole: Word,
    pieces: Vec<Word>,
}

impl Term {
    fn score(&self, folded: &Folded, only: Option<Field>) -> u32 {
        let whole = self.whole.score(folded, only);
        if whole > 0 || self.pieces.is_empty() {
            return whole;
        }
        let worst = self.pieces.iter().map(|piece| piece.score(folded, only)).min();
        worst.unwrap_or_default()
    }
}

/// A search text.
#[derive(Debug)]
pub(crate) struct Search {
    terms: Vec<Term>,
    only: Option<Field>,
    /// The beginning of a fingerprint, when the text may be one.
    fingerprint: Option<String>,
}

/// The fewest digits that are taken for the beginning of a fingerprint.
const FINGERPRINT_DIGITS: usize = 8;

impl Search {
    /// Prepares a text; with `only`, it is looked for in that field.
    pub(crate) fn new(text: &str, only: Option<Field>) -> Self {
        let short: String = text.chars().take(MAX_TEXT).collect();
        let words = fold::words(&short);
        let terms = words.iter().take(MAX_WORDS).map(|word| {
            let runs = fold::runs(word);
            let several = runs.len() > 1;
            Term {
                whole: Word::new(word),
                pieces: runs.into_iter().filter(|_| several).map(Word::new).collect(),
            }
        });
        Self {
            terms: terms.collect(),
            only,
            fingerprint: Some(short.trim().to_ascii_lowercase()).filter(|text| {
                text.len() >= FINGERPRINT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
        }
    }

    /// How well everything is found of the person with this certificate, or nothing when a word is not found at all.
    pub(crate) fn score(&self, folded: &Folded, certificate: &Fingerprint) -> Option<u32> {
        let named = self.fingerprint.as_ref();
        if named.is_some_and(|start| certificate.to_string().starts_with(start.as_str())) {
            return Some(Field::Name.weight() * EXACT);
        }
        self.words(folded)
    }

    /// Whether every word is found.
    pub(crate) fn found(&self, folded: &Folded) -> bool {
        self.words(folded).is_some()
    }

    fn words(&self, folded: &Folded) -> Option<u32> {
        let mut sum = 0;
        for term in &self.terms {
            match term.score(folded, self.only) {
                0 => return None,
                score => sum += score,
            }
        }
        Some(sum)
    }
}
