//! What is kept here and until when, and what was deleted.

use std::collections::BTreeMap;

use dokuei_consultation::id::CaseId;
use dokuei_governance::day::Day;
use dokuei_governance::duty::Duty;
use dokuei_governance::ledger::Ledger;
use dokuei_governance::retention::Kept;
use dokuei_identity::signed;
use dokuei_store::{DeletionRow, LogKind, Origin};
use serde_json::{Value, json};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::retention::completed;
use super::super::session::Session;
use super::plan::until;
use crate::clock;

/// The most studies that are listed: those first that are due soonest.
const MOST: usize = 2_000;

/// What is known of the cases that are about a study.
#[derive(Default)]
struct About {
    cases: Vec<String>,
    open: bool,
    held: bool,
    last: Option<Day>,
}

impl Node {
    /// Every case and study that is kept here, those first that are due soonest, and what was deleted. It names no patient.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`] when the records of the house do not hold.
    pub fn keeping(&self, session: &Session) -> Result<Value, ServiceError> {
        let (mut view, ledger, today) = (self.retention()?, self.ledger()?, self.today());
        let may = ledger.has(&session.id, Duty::Privacy, today);
        let studies = self.kept_studies(&ledger, today, Some((session, may)))?;
        view["studies_total"] = studies.len().into();
        view["studies"] = studies.into_iter().take(MOST).map(|(_, one)| one).collect();
        view["two_persons"] = ledger.deletes_by_two(today).into();
        view["may_delete"] = may.into();
        let rows = self.store().deletions()?;
        view["deletions"] = rows.iter().rev().map(deletion_view).collect();
        Ok(view)
    }

    /// How many cases and studies are past the time for which they must be kept.
    ///
    /// # Errors
    /// As [`Self::keeping`].
    pub fn past_keeping(&self) -> Result<Value, ServiceError> {
        let (view, ledger, today) = (self.retention()?, self.ledger()?, self.today());
        let cases = view["cases"].as_array().map_or(&[][..], Vec::as_slice);
        let cases = cases.iter().filter(|one| one["records_due"] == true);
        let studies = self.kept_studies(&ledger, today, None)?;
        let studies = studies.iter().filter(|(_, one)| one["due"] == true);
        Ok(json!({"cases": cases.count(), "studies": studies.count()}))
    }

    /// The studies that are here, with the last day on which each must be kept: for whoever may see them, or may delete.
    fn kept_studies(
        &self,
        ledger: &Ledger,
        today: Day,
        seen_by: Option<(&Session, bool)>,
    ) -> Result<Vec<(Day, Value)>, ServiceError> {
        let about = self.about_studies(ledger)?;
        let mut rows = Vec::new();
        for (uid, origin, added) in self.store().studies_added()? {
            if let Some((session, false)) = seen_by
                && origin == Origin::Received
                && self.require_seen(&self.me(session), &uid).is_err()
            {
                continue;
            }
            let none = About::default();
            let about = about.get(&uid).unwrap_or(&none);
            let added = Day::at(added);
            let last = about.last.map_or(added, |last| last.max(added));
            let until = until(Kept::Images, last, ledger, today);
            let due = until.day < today && !about.open && !about.held;
            let row = json!({
                "study_instance_uid": uid,
                "origin": origin,
                "added": added,
                "images": until,
                "open": about.open,
                "held": about.held,
                "due": due,
                "cases": about.cases,
            });
            rows.push((until.day, row));
        }
        rows.sort_by_key(|(day, _)| *day);
        Ok(rows)
    }

    /// What the cases that can be read say of the studies that they are about.
    fn about_studies(&self, ledger: &Ledger) -> Result<BTreeMap<String, About>, ServiceError> {
        let mut all: BTreeMap<String, About> = BTreeMap::new();
        for id in self.store().log_ids(LogKind::Case)? {
            // What cannot be read is told in the list of cases; its study is not deleted either.
            let Ok(case) = self.kept_case(CaseId::from_bytes(id)) else {
                continue;
            };
            let Some((_, request)) = case.request() else {
                continue;
            };
            let (name, end) = (case.id().to_string(), completed(&case));
            // A copy under a pseudonym goes with what it was made of.
            let mut studies = vec![request.study_instance_uid.clone()];
            let real = self.real_study(&request.study_instance_uid);
            if real != request.study_instance_uid {
                studies.push(real);
            }
            for study in studies {
                let about = all.entry(study).or_default();
                about.open |= end.is_none();
                about.held |= ledger.is_held(&name);
                about.last = about.last.max(end);
                about.cases.push(name.clone());
            }
        }
        Ok(all)
    }
}

/// What an order says. It is of this node's own store, and whoever wants to verify it has the certificate.
pub(super) fn order_of(row: &DeletionRow) -> Value {
    let order = signed::parse(&row.order).ok();
    let order = order.and_then(|order| serde_json::from_slice(order.unverified_payload()).ok());
    order.unwrap_or_default()
}

/// A deletion as it is listed.
pub(super) fn deletion_view(row: &DeletionRow) -> Value {
    let order = order_of(row);
    let state = match (&row.work, row.certified) {
        (Some(_), _) => "destroying",
        (None, false) => "destroyed",
        (None, true) => "certified",
    };
    let person = |who: &Value| match who {
        Value::Null => Value::Null,
        who => json!({"id": who["id"], "name": who["name"]}),
    };
    json!({
        "number": row.number,
        "kind": order["what"]["kind"],
        "case_id": order["what"]["case_id"],
        "study_sha256": order["what"]["study_sha256"],
        "reason": order["reason"],
        "why": order["why"],
        "early": order["early"],
        "ordered_at": clock::rfc3339(row.ordered_at),
        "ordered_by": person(&order["ordered_by"]),
        "second": person(&order["second"]),
        "images": order["destroyed"]["images"],
        "entries": order["destroyed"]["entries"],
        "completed_at": row.completed_at.map(clock::rfc3339),
        "state": state,
    })
}
