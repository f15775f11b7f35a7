//! Deleting what need not be kept any longer, and what is certified of it (guideline 6(3): the day, what it was, and who
//! did it are recorded).
//!
//! An [`Order`] is what a practitioner signs before anything is destroyed; it names no patient. What is destroyed stands in
//! a list of hashes beside it, and a [`Completion`] says when the machine was done.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::day::Day;
use crate::ledger::Ledger;
use crate::policy::PolicyKind;
use crate::retention::{CaseName, Until};
use crate::text::Text;

/// How an order says what it is.
pub const ORDER: &str = "dokuei-deletion-order/1";
/// How a completion says what it is.
pub const COMPLETION: &str = "dokuei-deletion/1";

/// Why, in somebody's own words, without any patient's data.
pub type Why = Text<500>;

/// Why something is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The time for which it must be kept is over.
    KeptLongEnough,
    /// The patient asked for it.
    PatientRequest,
    /// It was sent here by mistake.
    WronglyReceived,
    /// It was recorded for another patient than the one whom it shows.
    WrongPatient,
    /// The same is kept elsewhere in this house.
    Duplicate,
    /// It is of nobody: made to try the system.
    Trial,
    /// Whoever sent it asks for it: the house that made it keeps it.
    SenderRequest,
}

impl Reason {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::KeptLongEnough,
        Self::PatientRequest,
        Self::WronglyReceived,
        Self::WrongPatient,
        Self::Duplicate,
        Self::Trial,
        Self::SenderRequest,
    ];

    /// Whether it is one for which something may be deleted before its time.
    #[must_use]
    pub const fn is_early(self) -> bool {
        !matches!(self, Self::KeptLongEnough)
    }

    /// As it is written in orders and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::KeptLongEnough => "kept_long_enough",
            Self::PatientRequest => "patient_request",
            Self::WronglyReceived => "wrongly_received",
            Self::WrongPatient => "wrong_patient",
            Self::Duplicate => "duplicate",
            Self::Trial => "trial",
            Self::SenderRequest => "sender_request",
        }
    }

    /// In English and Japanese.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::KeptLongEnough => ("kept long enough", "保存期間の満了"),
            Self::PatientRequest => ("the patient's request", "患者の求め"),
            Self::WronglyReceived => ("received by mistake", "誤送信・誤受信"),
            Self::WrongPatient => ("recorded for another patient", "患者の取り違え"),
            Self::Duplicate => ("kept twice", "重複"),
            Self::Trial => ("made for a trial", "試験用データ"),
            Self::SenderRequest => ("the sender's request", "送付元の求め"),
        }
    }
}

/// How something that is to be deleted is kept now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// A consultation about it has not ended.
    pub open: bool,
    /// Somebody holds it.
    pub held: bool,
    /// Until when it must be kept; none while that is not known.
    pub until: Option<Until>,
}

/// A wish to delete something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// Why.
    pub reason: Reason,
    /// Whether it is meant to be deleted before its time.
    pub early: bool,
    /// Who wants it, by sign-in name.
    pub by: &'a str,
    /// Who signs it too, by sign-in name.
    pub second: Option<&'a str>,
}

/// Why something is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeletionError {
    /// Somebody holds it.
    #[error("this is on legal hold: nothing of it is deleted")]
    Held,
    /// A consultation about it goes on.
    #[error("a consultation about this has not ended: nothing of it is deleted")]
    Open,
    /// Its time is not over.
    #[error("this must be kept through {0}")]
    TooEarly(Day),
    /// Nothing is deleted early for this reason.
    #[error("nothing is deleted before its time for this reason")]
    NoReason,
    /// The house lets two persons sign a deletion.
    #[error("by the rules of this house two persons sign a deletion")]
    SecondNeeded,
    /// The second person is the first.
    #[error("the second person who signs a deletion is another than the first")]
    Same,
}

impl DeletionError {
    /// A stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Held => "on_hold",
            Self::Open => "deletion_open",
            Self::TooEarly(_) => "deletion_too_early",
            Self::NoReason => "deletion_no_reason",
            Self::SecondNeeded => "deletion_needs_second",
            Self::Same => "deletion_same_person",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Held => "保全措置（リーガルホールド）の対象のため、廃棄できません。".to_owned(),
            Self::Open => "終了していない症例に関わるため、廃棄できません。".to_owned(),
            Self::TooEarly(day) => format!("{}まで保存しなければなりません。", day.japanese()),
            Self::NoReason => "この理由では、保存期間の満了前に廃棄できません。".to_owned(),
            Self::SecondNeeded => "この施設の規程では、廃棄に二人の署名が必要です。".to_owned(),
            Self::Same => "二人目の署名者は、一人目とは別の者でなければなりません。".to_owned(),
        }
    }

    /// What to do next, in English and Japanese.
    #[must_use]
    pub const fn next(&self) -> (&'static str, &'static str) {
        match self {
            Self::Held => (
                "see who holds it and why (`dokuei retention list`); it can be deleted when the hold is released",
                "保存と廃棄の一覧で、誰がなぜ保全しているかを確認してください。",
            ),
            Self::Open => (
                "close or withdraw the consultation first",
                "先に症例を終了または取り下げてください。",
            ),
            Self::TooEarly(_) => (
                "wait, or delete it early for a reason of those that are listed (`--early --reason patient_request`)",
                "満了を待つか、定められた理由による満了前の廃棄を選んでください。",
            ),
            Self::NoReason => (
                "choose the reason for which it is deleted before its time",
                "満了前に廃棄する理由を選んでください。",
            ),
            Self::SecondNeeded | Self::Same => (
                "have a colleague prove herself as well (`--second NAME`)",
                "別の利用者にも本人確認をしてもらってください。",
            ),
        }
    }
}

/// Whether something may be deleted now. `two` says whether the house lets two persons sign every deletion.
///
/// # Errors
/// [`DeletionError`]: the first that stands against it.
pub fn may_delete(keeping: &Keeping, wish: &Wish<'_>, two: bool, today: Day) -> Result<(), DeletionError> {
    if keeping.held {
        return Err(DeletionError::Held);
    }
    let until = keeping
        .until
        .filter(|_| !keeping.open)
        .ok_or(DeletionError::Open)?;
    // It is kept through the last day.
    if until.day >= today {
        if !wish.early {
            return Err(DeletionError::TooEarly(until.day));
        }
        if !wish.reason.is_early() {
            return Err(DeletionError::NoReason);
        }
    }
    match wish.second {
        Some(second) if second == wish.by => Err(DeletionError::Same),
        None if two => Err(DeletionError::SecondNeeded),
        _ => Ok(()),
    }
}

/// What is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A consultation with everything that belongs to it.
    Case {
        /// Its identifier.
        case_id: CaseName,
    },
    /// The images of a study.
    Study {
        /// SHA-256 of its Study Instance UID, hexadecimal: whoever knows the UID finds it, and nobody else.
        study_sha256: String,
    },
}

/// Somebody who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Sign-in name.
    pub id: String,
    /// Name.
    pub name: String,
    /// SHA-256 of her certificate, hexadecimal.
    pub certificate: String,
}

/// How much is destroyed. Each of it stands in a list, a line each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// Images, in studies that are here.
    pub images: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Entries of the signed log.
    pub entries: u64,
    /// Sealed packages, with their keys.
    pub packages: u64,
    /// Reports that somebody was writing.
    pub drafts: u64,
    /// SHA-256 of the list, hexadecimal.
    pub list_sha256: String,
}

/// What a practitioner signs before anything is destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// [`ORDER`].
    pub format: &'static str,
    /// The certificate's number at this node, from 1.
    pub certificate: u64,
    /// The institution.
    pub institution: String,
    /// Its code.
    pub institution_code: String,
    /// What.
    pub what: What,
    /// Why.
    pub reason: Reason,
    /// The same in her words.
    pub why: Why,
    /// Whether it is before its time.
    pub early: bool,
    /// Until when it had to be kept.
    pub kept_until: Option<Until>,
    /// When it was signed, RFC 3339.
    pub ordered_at: String,
    /// By whom.
    pub ordered_by: Signer,
    /// Who signed it too.
    pub second: Option<Signer>,
    /// How much.
    pub destroyed: Destroyed,
    /// SHA-256 of the signed order of the certificate before, hexadecimal; none for the first.
    pub previous: Option<String>,
}

/// What the machine says when nothing of it is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// [`COMPLETION`].
    pub format: &'static str,
    /// The certificate's number.
    pub certificate: u64,
    /// SHA-256 of the signed order, hexadecimal.
    pub order_sha256: String,
    /// When nothing was left, RFC 3339.
    pub completed_at: String,
    /// SHA-256 of the machine's certificate, hexadecimal.
    pub node: String,
}

impl Ledger {
    /// Whether the house lets two persons sign every deletion, by the newest of its 運用管理規程 that is in force, or was last.
    #[must_use]
    pub fn deletes_by_two(&self, today: Day) -> bool {
        let newest = self
            .policies()
            .rev()
            .find(|one| one.what.kind == PolicyKind::Management && one.what.from <= today);
        newest.is_some_and(|one| one.what.facts.deletion_by_two == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::Kept;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn kept(completed: &str, house: Option<u8>) -> Keeping {
        Keeping {
            open: false,
            held: false,
            until: Some(Kept::Records.until(day(completed), house)),
        }
    }

    const WISH: Wish<'_> = Wish {
        reason: Reason::KeptLongEnough,
        early: false,
        by: "tanaka",
        second: None,
    };

    fn judged(keeping: &Keeping, wish: &Wish<'_>, today: &str) -> Result<(), DeletionError> {
        may_delete(keeping, wish, false, day(today))
    }

    /// R24: records are kept through the last day of the law's or the house's time, and deleted from the next one on.
    #[test]
    fn r24_nothing_is_deleted_before_its_time_is_over() {
        let last = day("2031-03-31");
        assert_eq!(
            judged(&kept("2026-03-31", None), &WISH, "2031-03-31"),
            Err(DeletionError::TooEarly(last))
        );
        assert_eq!(judged(&kept("2026-03-31", None), &WISH, "2031-04-01"), Ok(()));
        assert_eq!(
            judged(&kept("2026-03-31", Some(10)), &WISH, "2031-04-01"),
            Err(DeletionError::TooEarly(day("2036-03-31"))),
            "the house keeps it longer"
        );
        assert_eq!(
            judged(&kept("2026-03-31", Some(2)), &WISH, "2030-01-01"),
            Err(DeletionError::TooEarly(last)),
            "the house cannot keep it shorter"
        );
    }

    /// R24: before its time only for a reason of the listed ones that is meant so.
    #[test]
    fn r24_before_its_time_something_is_deleted_for_a_listed_reason_only() {
        let keeping = kept("2026-03-31", None);
        let early = Wish { early: true, ..WISH };
        assert_eq!(
            judged(&keeping, &early, "2027-01-01"),
            Err(DeletionError::NoReason)
        );
        for reason in Reason::ALL.into_iter().filter(|one| one.is_early()) {
            let meant = Wish { reason, ..early };
            assert_eq!(judged(&keeping, &meant, "2027-01-01"), Ok(()), "{reason:?}");
            let not_meant = Wish { reason, ..WISH };
            assert!(judged(&keeping, &not_meant, "2027-01-01").is_err(), "{reason:?}");
        }
    }

    /// R24: a hold, an open consultation and an unknown end stand against every deletion, whatever the reason.
    #[test]
    fn r24_what_is_held_or_open_is_not_deleted_for_any_reason() {
        let meant = Wish {
            reason: Reason::PatientRequest,
            early: true,
            ..WISH
        };
        let over = kept("2000-01-01", None);
        for (keeping, why) in [
            (Keeping { held: true, ..over }, DeletionError::Held),
            (Keeping { open: true, ..over }, DeletionError::Open),
            (Keeping { until: None, ..over }, DeletionError::Open),
        ] {
            assert_eq!(judged(&keeping, &meant, "2026-12-01"), Err(why.clone()));
            assert!(!why.japanese().is_empty() && !why.next().0.is_empty());
        }
    }

    /// R22: where the house wants two persons, one alone does not delete, nor the same twice.
    #[test]
    fn r22_two_persons_sign_where_the_house_wants_it() {
        let over = kept("2000-01-01", None);
        let by = |second| Wish { second, ..WISH };
        let judged = |second, two| may_delete(&over, &by(second), two, day("2026-12-01"));
        assert_eq!(judged(None, false), Ok(()));
        assert_eq!(judged(None, true), Err(DeletionError::SecondNeeded));
        assert_eq!(judged(Some("tanaka"), true), Err(DeletionError::Same));
        assert_eq!(judged(Some("tanaka"), false), Err(DeletionError::Same));
        assert_eq!(judged(Some("suzuki"), true), Ok(()));
    }

    #[test]
    fn a_reason_is_read_by_its_word() {
        for reason in Reason::ALL {
            let read: Reason = serde_json::from_value(reason.word().into()).unwrap();
            assert_eq!(read, reason);
        }
    }
}
