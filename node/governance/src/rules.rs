//! Who may sign which statement, and what makes sense beside what was signed before.

use thiserror::Error;

use crate::attestation::RecordId;
use crate::checklist;
use crate::day::Day;
use crate::display::{Display, Grade};
use crate::duty::{Assignment, Duty, Role};
use crate::incident::{Response, Step};
use crate::inspection::{Answer, Inspection, Outcome, Remedy};
use crate::ledger::Ledger;
use crate::policy::{Pledge, Policy};
use crate::retention::Release;
use crate::statement::Statement;

/// The longest that anything is valid before it is signed anew, days (three years and a day).
pub const LONGEST: u32 = 3 * 365 + 2;

/// The most records of a node: of every day of many years. So many more may be signed about incidents.
pub const MOST: usize = 20_000;
/// Kept free for incidents.
const SPARE: usize = 1_000;
/// The most that one person signs on one day; about incidents twice as many.
pub const A_DAY: usize = 200;

/// Why a statement is not signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Whoever asks has not the duty.
    #[error("this is for whoever has the duty \u{201c}{}\u{201d} at this node", .0.words().0)]
    NotYourDuty(Duty),
    /// It is for somebody else to state.
    #[error("this can be stated only by the person herself")]
    NotYours,
    /// It names a record that is not here.
    #[error("it names a record that is not here: {0}")]
    UnknownRecord(RecordId),
    /// It would leave the node without anybody who answers for it.
    #[error(
        "this would leave the node without an administrator who signs in here and is named without a last day"
    )]
    LastAdministrator,
    /// No more is signed by her today, or at this node.
    #[error("no more than {0} records are signed, by one person on one day or at one node at all")]
    TooMany(usize),
    /// Something in it does not make sense.
    #[error("the record does not make sense: {0}")]
    Form(&'static str),
    /// A document's version is not the next.
    #[error("the next version of this document is {0}")]
    Version(u32),
    /// The figures of a display do not allow the grade.
    #[error("by these figures the display is not of the grade that is claimed for it{}",
        best.map_or("", |grade| match grade { Grade::OneA => "; it is 1A", Grade::OneB => "; it is 1B", Grade::Two => "; it is 2" }))]
    Grade {
        /// The grade that they allow.
        best: Option<Grade>,
    },
}

/// Whether `who` (a sign-in name) may state this on this day; `here` are the sign-in names that exist at this node.
///
/// # Errors
/// [`RuleError`].
pub fn may_state(
    ledger: &Ledger,
    (who, here): (&str, &[&str]),
    statement: &Statement,
    today: Day,
) -> Result<(), RuleError> {
    if let Some(duty) = needed(statement)
        && !ledger.has(who, duty, today)
    {
        return Err(RuleError::NotYourDuty(duty));
    }
    within_limits(ledger, who, statement, today)?;
    match statement {
        Statement::Policy(policy) => sound_policy(ledger, policy, today),
        Statement::Acknowledgement(one) => match named(ledger, &one.policy) {
            Some(Statement::Policy(_)) if ledger.acknowledged(&one.policy, who).is_some() => {
                Err(RuleError::Form("you have acknowledged this version already"))
            }
            Some(Statement::Policy(_)) => Ok(()),
            _ => Err(RuleError::UnknownRecord(one.policy)),
        },
        Statement::Assignment(one) => sound_assignment(ledger, one, here, today),
        Statement::Pledge(one) => sound_pledge(one, who, today),
        Statement::Training(one) if one.on > today => {
            Err(RuleError::Form("the training has not been held yet"))
        }
        Statement::Training(one) => lasting(one.on, one.until),
        Statement::Inspection(one) => sound_inspection(one, today),
        Statement::Remedy(one) => sound_remedy(ledger, one),
        Statement::Review(one) if one.to < one.from || one.to > today => Err(RuleError::Form(
            "the period of the review ends before it begins, or has not ended",
        )),
        Statement::Review(one) => lasting(today, one.next),
        Statement::Display(one) => sound_display(one, today),
        Statement::DisplayCheck(one) if !ledger.displays().contains_key(one.name.as_str()) => {
            Err(RuleError::Form("there is no display of this name"))
        }
        Statement::DisplayCheck(_) => Ok(()),
        Statement::Incident(one) if one.noticed > today => Err(RuleError::Form(
            "the incident was noticed on a day that has not come",
        )),
        Statement::Incident(_) => Ok(()),
        Statement::Response(one) => sound_response(ledger, one),
        Statement::Hold(one) if ledger.is_held(one.case.as_str()) => {
            Err(RuleError::Form("this case is on hold already"))
        }
        Statement::Hold(_) => Ok(()),
        Statement::Release(one) => sound_release(ledger, one, (who, here), today),
    }
}

/// The duty that a statement needs; none where anybody may make it, for herself or in an emergency.
fn needed(statement: &Statement) -> Option<Duty> {
    match statement {
        Statement::Policy(_) => Some(Duty::Policies),
        Statement::Assignment(_) => Some(Duty::Roles),
        Statement::Pledge(one) if one.on_paper => Some(Duty::Training),
        Statement::Training(_) => Some(Duty::Training),
        Statement::Inspection(_) | Statement::Remedy(_) | Statement::Review(_) => Some(Duty::Inspection),
        Statement::Display(_) => Some(Duty::Displays),
        Statement::Response(_) => Some(Duty::Incidents),
        Statement::Hold(_) => Some(Duty::Evidence),
        Statement::Release(_) => Some(Duty::Privacy),
        Statement::Pledge(_)
        | Statement::Acknowledgement(_)
        | Statement::DisplayCheck(_)
        | Statement::Incident(_) => None,
    }
}

fn named<'a>(ledger: &'a Ledger, id: &RecordId) -> Option<&'a Statement> {
    ledger.find(id).map(|record| &record.attestation.statement)
}

/// What anybody may sign is bounded, so that nobody fills the memory of the node.
fn within_limits(ledger: &Ledger, who: &str, statement: &Statement, today: Day) -> Result<(), RuleError> {
    let urgent = matches!(statement, Statement::Incident(_) | Statement::Response(_));
    let (most, a_day) = if urgent {
        (MOST + SPARE, 2 * A_DAY)
    } else {
        (MOST, A_DAY)
    };
    if ledger.records().len() >= most {
        return Err(RuleError::TooMany(most));
    }
    let of_today = ledger.records().iter().rev();
    let of_today = of_today.take_while(|record| Day::at(record.attestation.at) >= today);
    let hers = of_today.filter(|record| record.attestation.by.as_str() == who);
    if hers.count() >= a_day {
        return Err(RuleError::TooMany(a_day));
    }
    Ok(())
}

/// From the first administrator on there is always one who can sign in and whose days do not run out.
fn sound_assignment(ledger: &Ledger, one: &Assignment, here: &[&str], today: Day) -> Result<(), RuleError> {
    let names = one.role == Role::Administrator;
    if names
        && !one
            .person
            .id
            .as_ref()
            .is_some_and(|id| here.contains(&id.as_str()))
    {
        return Err(RuleError::Form(
            "an administrator must be somebody who signs in at this node: check the sign-in name",
        ));
    }
    if (names && one.until.is_none()) || !(names || ledger.is_administered()) {
        return Ok(());
    }
    let administrators = ledger.administrators(today);
    let stays = administrators.iter().any(|other| {
        let key = other.what.person.key();
        other.what.until.is_none() && key != one.person.key() && here.contains(&key)
    });
    stays.then_some(()).ok_or(RuleError::LastAdministrator)
}

fn sound_pledge(one: &Pledge, who: &str, today: Day) -> Result<(), RuleError> {
    let own = one.person.id.as_ref().is_some_and(|id| id.as_str() == who);
    match (own, one.on_paper) {
        (true, true) => Err(RuleError::Form("your own pledge is signed here, not on paper")),
        (false, false) => Err(RuleError::NotYours),
        _ => lasting(today, one.until),
    }
}

fn sound_remedy(ledger: &Ledger, one: &Remedy) -> Result<(), RuleError> {
    let Some(Statement::Inspection(inspection)) = named(ledger, &one.inspection) else {
        return Err(RuleError::UnknownRecord(one.inspection));
    };
    let found = |answer: &Answer| answer.item == one.item && answer.outcome == Outcome::Finding;
    if inspection.answers.iter().any(found) {
        Ok(())
    } else {
        Err(RuleError::Form("that inspection has no such finding"))
    }
}

fn sound_display(one: &Display, today: Day) -> Result<(), RuleError> {
    if one.retired {
        return Ok(());
    }
    let best = Grade::of(one.maximum, one.minimum, one.deviation);
    if best.is_none_or(|best| one.grade < best) {
        return Err(RuleError::Grade { best });
    }
    lasting(today, one.next)
}

fn sound_response(ledger: &Ledger, one: &Response) -> Result<(), RuleError> {
    let Some(Statement::Incident(incident)) = named(ledger, &one.incident) else {
        return Err(RuleError::UnknownRecord(one.incident));
    };
    let reports = matches!(one.step, Step::FirstReport | Step::FinalReport);
    if reports && (incident.drill || !incident.personal_data) {
        return Err(RuleError::Form(
            "nothing is reported to the commission of a drill, or where no personal data are concerned",
        ));
    }
    // A report to the commission may be due after the incident is over.
    if one.step == Step::End && ledger.took(&one.incident, Step::End) {
        return Err(RuleError::Form("this incident is over already"));
    }
    Ok(())
}

/// Four eyes: whoever placed a hold does not release it where somebody else could.
fn sound_release(
    ledger: &Ledger,
    one: &Release,
    (who, here): (&str, &[&str]),
    today: Day,
) -> Result<(), RuleError> {
    let hold = ledger.find(&one.hold);
    let Some(hold) = hold.filter(|hold| matches!(hold.attestation.statement, Statement::Hold(_))) else {
        return Err(RuleError::UnknownRecord(one.hold));
    };
    if ledger.is_released(&one.hold) {
        return Err(RuleError::Form("this hold was released already"));
    }
    let could = |other: &&str| *other != who && ledger.has(other, Duty::Privacy, today);
    if hold.attestation.by.as_str() == who && here.iter().any(could) {
        return Err(RuleError::Form(
            "a hold is released by somebody else than whoever placed it: ask another who has the duty \u{201c}privacy\u{201d}",
        ));
    }
    Ok(())
}

fn lasting(from: Day, until: Day) -> Result<(), RuleError> {
    if until < from {
        return Err(RuleError::Form("it ends before it begins"));
    }
    if until.since(from) > LONGEST {
        return Err(RuleError::Form("it would be valid for more than three years"));
    }
    Ok(())
}

fn sound_policy(ledger: &Ledger, policy: &Policy, today: Day) -> Result<(), RuleError> {
    let next = ledger
        .newest(policy.kind)
        .map_or(1, |newest| newest.what.version.saturating_add(1));
    if policy.version != next {
        return Err(RuleError::Version(next));
    }
    if policy.until < today {
        return Err(RuleError::Form("the document's last day is over"));
    }
    if policy.text.as_str().contains(crate::template::OPEN) {
        return Err(RuleError::Form(
            "something is not filled in yet: look for \u{ff3f}\u{ff3f}",
        ));
    }
    lasting(policy.from, policy.until)
}

fn sound_inspection(inspection: &Inspection, today: Day) -> Result<(), RuleError> {
    if inspection.checklist != checklist::EDITION {
        return Err(RuleError::Form("the checklist is of another edition"));
    }
    for item in checklist::ITEMS {
        let mut answers = inspection
            .answers
            .iter()
            .filter(|one| one.item.as_str() == item.word);
        match (answers.next(), answers.next()) {
            (Some(_), None) => {}
            _ => return Err(RuleError::Form("each point of the checklist is answered once")),
        }
    }
    if inspection.answers.len() != checklist::ITEMS.len() {
        return Err(RuleError::Form(
            "there are answers to points that the checklist does not have",
        ));
    }
    let loose = |one: &Answer| one.outcome == Outcome::Finding && (one.remedy.is_none() || one.due.is_none());
    if inspection.answers.iter().any(loose) {
        return Err(RuleError::Form("a finding needs a remedy and a day"));
    }
    lasting(today, inspection.next)
}
