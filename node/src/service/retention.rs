//! Until when what a case left here is kept, and the holds that stop its deletion (R24).
//!
//! The years are judged by [`dokuei_governance::retention`]; completion is the newest entry of a case that has ended. Nothing
//! is deleted because it is due: this only says so.

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_governance::day::Day;
use dokuei_governance::ledger::Ledger;
use dokuei_governance::retention::{Kept, Until};
use dokuei_governance::statement::Statement;
use dokuei_store::LogKind;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use crate::clock;

impl Node {
    /// Every case that is kept here, those first that are due soonest: until when, by which rule, and what holds it. It
    /// names no patient.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`] when the records of the house do not hold.
    pub fn retention(&self) -> Result<Value, ServiceError> {
        let (ledger, today) = (self.ledger()?, self.today());
        let mut unreadable = 0_u32;
        let mut rows = Vec::new();
        for row in self.store().logs(Some(LogKind::Case))? {
            // What cannot be read is kept, and nothing is said to be due of it.
            let Ok(case) = self.kept_case(CaseId::from_bytes(row.log_id)) else {
                unreadable += 1;
                continue;
            };
            let completed = completed(&case);
            rows.push((completed, view(&case, completed, &ledger, today)));
        }
        rows.sort_by_key(|(completed, _)| (completed.is_none(), *completed));
        let cases: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
        Ok(json!({"today": today, "cases": cases, "unreadable": unreadable}))
    }

    /// Whether somebody holds a case, so that nothing of it is deleted.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`]: whether it is held is not known, and nothing is deleted.
    pub(super) fn is_held(&self, case: &CaseId) -> Result<bool, ServiceError> {
        Ok(self.ledger()?.is_held(&case.to_string()))
    }

    /// Refuses to hold a case that is not here: it would protect nothing.
    pub(super) fn known_to_hold(&self, statement: &Statement) -> Result<(), ServiceError> {
        let Statement::Hold(hold) = statement else {
            return Ok(());
        };
        let unknown = || ServiceError::Unknown("case");
        let id: CaseId = hold.case.as_str().parse().map_err(|_| unknown())?;
        // As it is written everywhere else, so that it is found again.
        if id.to_string() != hold.case.as_str() {
            return Err(unknown());
        }
        self.kept_case(id).map(drop)
    }
}

/// The day on which a case was completed: that of its newest entry, when it has ended.
pub(super) fn completed(case: &Case) -> Option<Day> {
    let ended = matches!(
        case.state(),
        State::Closed { .. } | State::Declined { .. } | State::Withdrawn { .. }
    );
    let entries = case.log().ordered();
    let newest = entries.iter().map(|entry| entry.header().time).max();
    newest.filter(|_| ended).map(Day::at)
}

fn view(case: &Case, completed: Option<Day>, ledger: &Ledger, today: Day) -> Value {
    let id = case.id().to_string();
    let until = |kept: Kept| completed.map(|day| kept.until(day, ledger.house_years(kept, today)));
    let hold = ledger.open_holds().find(|one| one.what.case.as_str() == id);
    let hold = hold.map(|one| {
        let by = &one.record.attestation;
        json!({"id": one.record.id, "by": by.by, "name": by.name, "at": clock::rfc3339(by.at), "why": one.what.why})
    });
    let (records, images) = (until(Kept::Records), until(Kept::Images));
    let over = |until: &Option<Until>| until.is_some_and(|until| until.day < today) && hold.is_none();
    json!({
        "case_id": id,
        "completed": completed,
        "records": records,
        "images": images,
        "records_due": over(&records),
        "images_due": over(&images),
        "hold": hold,
    })
}
