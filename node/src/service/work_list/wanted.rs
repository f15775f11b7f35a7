//! What of a work list is wanted: whose part, in which state, with which words in it, and how much at once.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use dokuei_consultation::id::CaseId;
use dokuei_directory::names;
use serde::Deserialize;

use super::super::error::ServiceError;
use super::beside::Beside;
use super::gist::Row;

/// Cases of a page, at most.
const MOST: usize = 500;

/// Characters of a text that is looked for, and its words, at most.
const MAX_TEXT: usize = 200;
const MAX_WORDS: usize = 8;

/// The states that may be asked for, as the API names them; `open` stands for all in which something is awaited.
const STATES: [&str; 9] = [
    "open",
    "awaiting_acceptance",
    "accepted",
    "delivered",
    "reported",
    "read",
    "closed",
    "declined",
    "withdrawn",
];

/// On which side a practitioner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// She asked.
    Requesting,
    /// She is asked.
    Consulting,
}

/// What of the work list is wanted; with nothing set, all of it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CaseQuery {
    /// Only cases in which she has this part.
    #[param(value_type = Option<crate::gateway::shapes::cases::Role>)]
    pub role: Option<Role>,
    /// Only cases in one of these states, comma separated; `open` stands for all that are not ended.
    pub state: Option<String>,
    /// Only cases in which the next move is hers.
    pub unread: Option<bool>,
    /// Words that must all be found in the names of the patient or of one of the two sides (in any script), the patient's
    /// number, region, question, institution or the number of the case.
    pub text: Option<String>,
    /// Cases of a page, at most 500; unset: all.
    pub limit: Option<usize>,
    /// The number of the last case of the page before.
    pub after: Option<String>,
}

impl CaseQuery {
    pub(super) fn after(&self) -> Result<Option<CaseId>, ServiceError> {
        let after = self.after.as_deref().map(str::parse).transpose();
        after.map_err(|_| ServiceError::field("after", "it is not the number of a case"))
    }
}

/// The same, understood.
#[derive(Debug)]
pub(super) struct Sought {
    role: Option<Role>,
    states: Vec<String>,
    unread: Option<bool>,
    words: Vec<Word>,
    pub(super) limit: usize,
}

/// A word that is looked for.
#[derive(Debug)]
struct Word {
    letters: String,
    /// Of each piece, the ways in which a name's key may begin.
    names: Vec<Vec<String>>,
}

impl TryFrom<&CaseQuery> for Sought {
    type Error = ServiceError;

    fn try_from(query: &CaseQuery) -> Result<Self, ServiceError> {
        let states = query.state.as_deref().unwrap_or_default().split(',');
        let states: Vec<String> = states
            .map(str::trim)
            .filter(|state| !state.is_empty())
            .map(str::to_owned)
            .collect();
        if states.iter().any(|state| !STATES.contains(&state.as_str())) {
            let why = format!("a case is in one of these states: {}", STATES.join(", "));
            return Err(ServiceError::field("state", why));
        }
        let limit = query.limit.unwrap_or(usize::MAX);
        if query.limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
            return Err(ServiceError::field(
                "limit",
                format!("a page has between 1 and {MOST} cases"),
            ));
        }
        let text: String = query
            .text
            .as_deref()
            .unwrap_or_default()
            .chars()
            .take(MAX_TEXT)
            .collect();
        let words = text.split_whitespace().take(MAX_WORDS).map(|word| Word {
            letters: word.to_lowercase(),
            names: names::lookups(word),
        });
        Ok(Self {
            role: query.role,
            states,
            unread: query.unread,
            words: words.collect(),
            limit,
        })
    }
}

/// What a case is found by.
#[derive(Default)]
pub(super) struct Letters {
    /// Keys of the names of the people in it.
    names: BTreeSet<String>,
    /// What else is found by its letters, in small ones.
    words: String,
}

impl Letters {
    pub(super) fn new(names: BTreeSet<String>, words: &[&str]) -> Self {
        Self {
            names,
            words: words.join("\n").to_lowercase(),
        }
    }
}

impl Sought {
    /// Whether a case is among what is wanted.
    pub(super) fn finds(&self, row: &Row, beside: &mut Beside<'_>) -> bool {
        let role = if row.requesting {
            Role::Requesting
        } else {
            Role::Consulting
        };
        let in_state = |state: &String| state == row.state || (state == "open" && !row.ended);
        self.role.is_none_or(|wanted| wanted == role)
            && (self.states.is_empty() || self.states.iter().any(in_state))
            && self.unread.is_none_or(|wanted| wanted == row.unread)
            && (self.words.is_empty() || self.spells(&row.letters, &beside.of(row)))
    }

    /// Whether each word is found in one of these.
    fn spells(&self, own: &Letters, beside: &[Arc<Letters>]) -> bool {
        let mut words = self.words.iter();
        words.all(|word| word.is_in(own) || beside.iter().any(|letters| word.is_in(letters)))
    }
}

impl Word {
    fn is_in(&self, letters: &Letters) -> bool {
        letters.words.contains(&self.letters) || self.names(&letters.names)
    }

    fn names(&self, keys: &BTreeSet<String>) -> bool {
        let begins = |way: &String| {
            let mut from = keys.range::<str, _>((Bound::Included(way.as_str()), Bound::Unbounded));
            from.next().is_some_and(|key| key.starts_with(way.as_str()))
        };
        !self.names.is_empty() && self.names.iter().all(|ways| ways.iter().any(begins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word {
            letters: text.to_lowercase(),
            names: names::lookups(text),
        }
    }

    /// R11: a patient is found as she is written in kanji, kana or Latin letters, and by the beginning of her name.
    #[test]
    fn r11_a_patient_is_found_in_any_script() {
        let keys = names::keys(&["Yamada^Taro", "山田^太郎", "ヤマダ^タロウ"]);
        for found in ["山田", "やまだ", "ﾔﾏﾀﾞ", "YAMADA", "yama", "太郎", "tarou"] {
            assert!(word(found).names(&keys), "{found}");
        }
        for missed in ["山本", "jiro", "1234", "－"] {
            assert!(!word(missed).names(&keys), "{missed}");
        }
    }

    /// R11, R12: each word may be found elsewhere: in the log, in how the other side is named now, in the patient's own name.
    #[test]
    fn r11_r12_words_are_found_in_the_log_and_beside_it() {
        let letters = |name: &str, word: &str| Letters::new(names::keys(&[name]), &[word]);
        let log = letters("Pseudonym^Case", "DKE-0007");
        let beside = [letters("山田^花子", "P-100"), letters("Sato^Jiro", "大学病院")].map(Arc::new);
        let spells = |text: &str, beside: &[Arc<Letters>]| {
            let query = CaseQuery {
                text: Some(text.to_owned()),
                ..CaseQuery::default()
            };
            Sought::try_from(&query).unwrap().spells(&log, beside)
        };
        for text in ["dke-0007", "山田", "山田 大学", "p-100 sato dke"] {
            assert!(spells(text, &beside), "{text}");
        }
        assert!(!spells("山田 鈴木", &beside));
        assert!(
            !spells("山田", &[]),
            "what was corrected or erased is not found any more"
        );
    }

    /// R11: what has no sense is told and is not taken for "everything".
    #[test]
    fn r11_a_question_without_sense_is_refused() {
        let bad = |query: CaseQuery| Sought::try_from(&query).is_err() || query.after().is_err();
        let query = CaseQuery::default;
        assert!(!bad(query()));
        for limit in [0, MOST + 1] {
            assert!(bad(CaseQuery {
                limit: Some(limit),
                ..query()
            }));
        }
        for state in ["finished", "open,finished"] {
            assert!(bad(CaseQuery {
                state: Some(state.to_owned()),
                ..query()
            }));
        }
        assert!(!bad(CaseQuery {
            state: Some("open, closed".to_owned()),
            ..query()
        }));
        assert!(bad(CaseQuery {
            after: Some("7".to_owned()),
            ..query()
        }));
    }
}
