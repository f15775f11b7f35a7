//! Reconciled opinions and co-signatures as they stand, and two reports compared (R2, R6).

use std::collections::BTreeSet;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{CoSignature, Reconciliation, Report, Stance, ToothFinding};
use crate::facts::Facts;
use crate::id::EntryId;
use crate::machine::Case;
use crate::reader::Version;

/// How far a reconciled opinion has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits for the signature of the other reader.
    Proposed,
    /// Both have signed it: it is the opinion of both.
    Agreed,
    /// The other reader has said why she does not sign it.
    Dissented,
    /// One of the two reports has a newer version.
    Outdated,
}

impl Standing {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::Dissented => "dissented",
            Self::Outdated => "outdated",
        }
    }
}

/// A reconciled opinion, who signed it and when.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The entry.
    pub id: EntryId,
    /// Who signed it.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// What it says.
    pub body: &'a Reconciliation,
}

/// A co-signature, by whom and when.
#[derive(Debug, Clone, Copy)]
pub struct CoSigned<'a> {
    /// The entry.
    pub id: EntryId,
    /// Who signed it.
    pub by: Fingerprint,
    /// When, as she says.
    pub at: Timestamp,
    /// What it says.
    pub body: &'a CoSignature,
}

impl Case {
    /// What two readers have said together, oldest first, and how far each has come (R2, R6).
    #[must_use]
    pub fn reconciled(&self) -> Vec<(Said<'_>, Standing)> {
        let facts = Facts::of(self.log());
        let all = facts.reconciled.iter();
        all.map(|said| (*said, facts.stands(said))).collect()
    }

    /// All co-signatures and dissents, oldest first (R6).
    #[must_use]
    pub fn co_signed(&self) -> Vec<CoSigned<'_>> {
        Facts::of(self.log()).co_signed
    }

    /// The newest final versions of every two readers, the older first, and what they say of each thing (R2).
    #[must_use]
    pub fn compared(&self) -> Vec<(Version<'_>, Version<'_>, Vec<Compared>)> {
        let facts = Facts::of(self.log());
        let newest: Vec<_> = facts
            .newest_versions()
            .filter(|one| one.is_final())
            .copied()
            .collect();
        let mut pairs = Vec::new();
        for (index, first) in newest.iter().enumerate() {
            for second in newest.iter().skip(index + 1).filter(|one| one.by != first.by) {
                let lines = compare(first.report, second.report);
                pairs.push((*first, *second, lines));
            }
        }
        pairs
    }
}

impl Facts<'_> {
    /// How far a reconciled opinion has come. Of two answers that were signed at once at two devices a dissent counts:
    /// what is called the opinion of both must be beyond doubt.
    pub(crate) fn stands(&self, said: &Said<'_>) -> Standing {
        let newest: BTreeSet<_> = self.newest_versions().map(|one| one.id).collect();
        if !newest.contains(&said.body.own) || !newest.contains(&said.body.other) {
            return Standing::Outdated;
        }
        let answers = self.co_signed.iter().filter(|one| one.body.of == said.id);
        let stances: Vec<_> = answers.map(|one| one.body.stance).collect();
        if stances.contains(&Stance::Dissents) {
            Standing::Dissented
        } else if stances.contains(&Stance::Agrees) {
            Standing::Agreed
        } else {
            Standing::Proposed
        }
    }
}

/// Whether two readers say the same of something. Words are compared, not meanings: spaces, line ends and the full stop
/// at the end aside, the same is said in the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Both say the same.
    Agree,
    /// Both speak of it, in different words.
    Differ,
    /// Only the first speaks of it.
    OnlyFirst,
    /// Only the second does.
    OnlySecond,
}

impl Agreement {
    fn of(first: Option<&str>, second: Option<&str>) -> Option<Self> {
        let said = |words: Option<&str>| words.map(folded).filter(|words| !words.is_empty());
        match (said(first), said(second)) {
            (None, None) => None,
            (Some(_), None) => Some(Self::OnlyFirst),
            (None, Some(_)) => Some(Self::OnlySecond),
            (Some(first), Some(second)) if first == second => Some(Self::Agree),
            _ => Some(Self::Differ),
        }
    }

    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Differ => "differ",
            Self::OnlyFirst => "only_first",
            Self::OnlySecond => "only_second",
        }
    }
}

/// Of what two reports speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A part of the report, by its name in JSON.
    Part(&'static str),
    /// A tooth, by its number (ISO 3950), or the one too many beside it.
    Tooth {
        /// The number.
        number: u8,
        /// A tooth too many beside that one.
        supernumerary: bool,
    },
}

/// What two reports say of one thing.
#[derive(Clone, PartialEq, Eq)]
pub struct Compared {
    /// Of what.
    pub subject: Subject,
    /// What the first says, empty when nothing.
    pub first: String,
    /// What the second says, empty when nothing.
    pub second: String,
    /// Whether it is the same.
    pub agreement: Agreement,
}

/// Two reports side by side: the parts first, then every tooth of which either speaks, by its number.
#[must_use]
pub fn compare(first: &Report, second: &Report) -> Vec<Compared> {
    let parts = [
        ("findings", &first.findings, &second.findings),
        ("impression", &first.impression, &second.impression),
        ("recommendations", &first.recommendations, &second.recommendations),
    ];
    let line = |subject, first: Option<&str>, second: Option<&str>| {
        Agreement::of(first, second).map(|agreement| Compared {
            subject,
            first: first.unwrap_or_default().to_owned(),
            second: second.unwrap_or_default().to_owned(),
            agreement,
        })
    };
    let places: BTreeSet<_> = teeth(first).iter().chain(teeth(second)).map(place).collect();
    let by_tooth = places.into_iter().filter_map(|(number, supernumerary)| {
        let subject = Subject::Tooth {
            number,
            supernumerary,
        };
        let of = |report| words_of(report, (number, supernumerary));
        line(subject, of(first), of(second))
    });
    let by_part = parts
        .into_iter()
        .filter_map(|(part, first, second)| line(Subject::Part(part), Some(first), Some(second)));
    by_part.chain(by_tooth).collect()
}

fn teeth(report: &Report) -> &[ToothFinding] {
    report
        .structure
        .as_ref()
        .map_or(&[], |structure| &structure.teeth)
}

const fn place(finding: &ToothFinding) -> (u8, bool) {
    (finding.tooth.number(), finding.supernumerary)
}

fn words_of(report: &Report, which: (u8, bool)) -> Option<&str> {
    let mut found = teeth(report).iter();
    found
        .find(|one| place(one) == which)
        .map(|one| one.words.as_str())
}

/// Without spaces and line ends, and without the full stop at the end.
fn folded(words: &str) -> String {
    let dense: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    dense.trim_end_matches(['。', '．', '.']).to_owned()
}
