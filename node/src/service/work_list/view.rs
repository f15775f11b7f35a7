//! Rows of the work list as the app gets them: what the log says, with what is here and under way at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_store::{CaseHoldings, OutboxRow};
use serde_json::{Value, json};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::findings::role;
use super::gist::Row;
use crate::clock;

/// What was read once for all rows.
#[derive(Default)]
struct Around {
    /// What waits for other nodes, by log.
    waiting: HashMap<[u8; 16], Vec<OutboxRow>>,
    /// How the other sides are named.
    parties: HashMap<Fingerprint, Value>,
}

impl Node {
    /// A case as the work list of this practitioner shows it; null before its request is here.
    pub(in crate::service) fn row(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let Some(row) = self.row_of(case, me) else {
            return Ok(Value::Null);
        };
        let mut shown = self.shown_rows(&[(case.id(), Arc::new(row))])?;
        Ok(shown.pop().unwrap_or_default())
    }

    /// Rows as the app gets them, in their order.
    pub(super) fn shown_rows(&self, rows: &[(CaseId, Arc<Row>)]) -> Result<Vec<Value>, ServiceError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        // Once for all: with hundreds of cases, asking for each would be hundreds of questions.
        let mut around = Around::default();
        for waiting in self.store().outbox(None)? {
            around.waiting.entry(waiting.log_id).or_default().push(waiting);
        }
        let studies: Vec<String> = rows.iter().map(|(_, row)| self.real_study(&row.study)).collect();
        let asked: Vec<_> = rows
            .iter()
            .zip(&studies)
            .map(|((case, _), study)| (*case.as_bytes(), study.as_str()))
            .collect();
        let held = self.store().holdings_of(&asked)?;
        let mut views = Vec::with_capacity(rows.len());
        for ((case, row), held) in rows.iter().zip(&held) {
            views.push(self.shown_row(*case, row, held, &mut around)?);
        }
        Ok(views)
    }

    fn shown_row(
        &self,
        case: CaseId,
        row: &Row,
        held: &CaseHoldings,
        around: &mut Around,
    ) -> Result<Value, ServiceError> {
        let now = self.now();
        let open: Vec<Value> = row
            .open
            .iter()
            .map(|(kind, entry, mine)| json!({"kind": kind, "entry": entry, "mine": mine}))
            .collect();
        let (patient, pseudonym) = self.known_patient(&row.study, &row.patient);
        let told = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let (date, description) = held.study.as_ref().map_or((None, None), |(date, description)| {
            (told(date), told(description))
        });
        let parties = &mut around.parties;
        let with = parties.entry(row.other).or_insert_with(|| self.party(&row.other));
        let waiting = around.waiting.get(case.as_bytes()).map_or(&[][..], Vec::as_slice);
        Ok(json!({
            "case_id": case,
            "role": role(row.requesting),
            "state": row.state,
            "unread": row.unread,
            "alarm": row.alarm,
            "frozen": row.frozen,
            "open": open,
            "overdue": row.overdue.iter().filter(|at| **at <= now).count(),
            "patient_name": patient.display_name(),
            "patient": patient,
            "pseudonym": pseudonym,
            "study_instance_uid": row.study,
            "modalities": row.modalities,
            "study_date": date,
            "study_description": description,
            "requester": {
                "name": row.requester.name,
                "institution": row.requester.institution,
            },
            "with": with,
            "question": row.question,
            "region": row.region,
            "urgency": row.urgency,
            "requested_at": row.requested_at.map(clock::rfc3339),
            "due_at": row.due.map(clock::rfc3339),
            "transfer": self.transfer(&case, &row.course, held, row.requesting)?,
            "waiting": self.waiting_in(waiting),
            "report": row.report.map(|(status, version)| json!({"status": status, "version": version})),
        }))
    }
}
