//! What of a work list is wanted: whose part, in which state, with which words in it, and how much at once.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use dokuei_consultation::body::Urgency;
use dokuei_consultation::open::OpenKind;
use dokuei_directory::names;
use dokuei_identity::time::Timestamp;
use serde::Deserialize;

use super::super::error::ServiceError;
use super::beside::Beside;
use super::gist::Row;
use super::place::After;
use crate::clock;

/// Cases of a page, at most.
const MOST: usize = 500;

/// Characters of a text that is looked for, and its words, at most.
const MAX_TEXT: usize = 200;
const MAX_WORDS: usize = 8;

/// Modalities that are asked for at once, at most, and the letters of one: a code string (PS3.5, VR CS).
const MAX_MODALITIES: usize = 16;
const MAX_CODE: usize = 16;

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
    /// Only cases that are asked for as urgent or as an emergency, or have an urgent finding that nobody has acknowledged;
    /// `false`: only the others.
    pub urgent: Option<bool>,
    /// Only cases with an incidental finding of which nobody has said what became of it; `false`: only the others.
    pub incidental: Option<bool>,
    /// Only cases whose study has one of these modalities (DICOM `Modality`), comma separated.
    pub modality: Option<String>,
    /// Only cases in which something is to be done until then and is not: the report, or a duty. RFC 3339; what is beyond
    /// its time is among them.
    pub due_until: Option<String>,
    /// Cases of a page, at most 500; unset: all.
    pub limit: Option<usize>,
    /// What the page before gave as `x-next-after`, which stays right while cases move; or the number of its last case.
    pub after: Option<String>,
    /// How many cases to leave out from the beginning, for whoever jumps; not together with `after`.
    pub offset: Option<usize>,
}

impl CaseQuery {
    pub(super) fn after(&self) -> Result<Option<After>, ServiceError> {
        if self.after.is_some() && self.offset.is_some() {
            return Err(ServiceError::field(
                "offset",
                "a page begins by `after` or by `offset`",
            ));
        }
        self.after.as_deref().map(str::parse).transpose()
    }

    fn states(&self) -> Result<Vec<String>, ServiceError> {
        let states = listed(self.state.as_deref());
        if states.iter().any(|state| !STATES.contains(&state.as_str())) {
            let why = format!("a case is in one of these states: {}", STATES.join(", "));
            return Err(ServiceError::field("state", why));
        }
        Ok(states)
    }

    fn modalities(&self) -> Result<Vec<String>, ServiceError> {
        let codes = listed(self.modality.as_deref());
        let is_code = |code: &String| {
            let mut letters = code.bytes();
            code.len() <= MAX_CODE && letters.all(|one| one.is_ascii_uppercase() || one.is_ascii_digit())
        };
        if codes.len() > MAX_MODALITIES || !codes.iter().all(is_code) {
            let why = format!("at most {MAX_MODALITIES} modalities as DICOM names them: CT,PX,IO");
            return Err(ServiceError::field("modality", why));
        }
        Ok(codes)
    }

    fn due_until(&self) -> Result<Option<Timestamp>, ServiceError> {
        let until = self.due_until.as_deref().map(|text| {
            let why = "it is no time as in 2026-04-01T23:59:59+09:00";
            clock::parse(text).ok_or_else(|| ServiceError::field("due_until", why))
        });
        until.transpose()
    }
}

/// The same, understood.
#[derive(Debug)]
pub(super) struct Sought {
    role: Option<Role>,
    states: Vec<String>,
    unread: Option<bool>,
    urgent: Option<bool>,
    incidental: Option<bool>,
    modalities: Vec<String>,
    due_until: Option<Timestamp>,
    words: Vec<Word>,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

/// What stands between commas.
fn listed(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
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
            states: query.states()?,
            unread: query.unread,
            urgent: query.urgent,
            incidental: query.incidental,
            modalities: query.modalities()?,
            due_until: query.due_until()?,
            words: words.collect(),
            limit,
            offset: query.offset.unwrap_or(0),
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
        let is_of = |code: &String| row.modalities.contains(code);
        let role = if row.requesting {
            Role::Requesting
        } else {
            Role::Consulting
        };
        let in_state = |state: &String| state == row.state || (state == "open" && !row.ended);
        self.role.is_none_or(|wanted| wanted == role)
            && (self.states.is_empty() || self.states.iter().any(in_state))
            && self.unread.is_none_or(|wanted| wanted == row.unread)
            && self.urgent.is_none_or(|wanted| wanted == is_urgent(row))
            && self.incidental.is_none_or(|wanted| wanted == is_incidental(row))
            && (self.modalities.is_empty() || self.modalities.iter().any(is_of))
            && self.due_until.is_none_or(|until| is_due(row, until))
            && (self.words.is_empty() || self.spells(&row.letters, &beside.of(row)))
    }

    /// Whether each word is found in one of these.
    fn spells(&self, own: &Letters, beside: &[Arc<Letters>]) -> bool {
        let mut words = self.words.iter();
        words.all(|word| word.is_in(own) || beside.iter().any(|letters| word.is_in(letters)))
    }
}

fn is_urgent(row: &Row) -> bool {
    row.alarm || row.urgency != Urgency::Routine
}

fn is_incidental(row: &Row) -> bool {
    let kind = OpenKind::IncidentalFinding.name();
    row.open.iter().any(|(open, ..)| *open == kind)
}

/// Whether something is to be done until then and is not: the report that was asked for by a day, or a duty.
fn is_due(row: &Row, until: Timestamp) -> bool {
    let report = row.due.filter(|_| !row.ended && row.report.is_none());
    report.iter().chain(&row.overdue).any(|at| *at <= until)
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
        for modality in ["ct", "CT,P X", "CT;PX", "ABCDEFGHIJKLMNOPQ"] {
            assert!(bad(CaseQuery {
                modality: Some(modality.to_owned()),
                ..query()
            }));
        }
        assert!(bad(CaseQuery {
            due_until: Some("tomorrow".to_owned()),
            ..query()
        }));
        assert!(bad(CaseQuery {
            after: Some("7".to_owned()),
            ..query()
        }));
        assert!(bad(CaseQuery {
            after: Some("ab".repeat(16)),
            offset: Some(7),
            ..query()
        }));
    }
}
