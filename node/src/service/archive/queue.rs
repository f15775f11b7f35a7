//! What is to be sent to archives: put into the queue, shown, cancelled, tried again.

use dokuei_consultation::id::CaseId;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_store::{DispatchRow, DispatchState, Dispatched, Id16, InstanceState, NewDispatch};
use serde_json::{Value, json};

use super::Node;
use crate::clock;
use crate::service::documents::newest_seen;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::session::Session;

/// Reasons of refused instances that are shown.
const SHOWN: usize = 20;

impl Node {
    /// Queues a study for an archive: it leaves the sealed store, as at an export.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], or [`ServiceError::Unknown`] for study and archive.
    pub fn send_study(&self, session: &Session, uid: &str, archive: &str) -> Result<Value, ServiceError> {
        self.permit(
            session,
            Action::ExportPlain,
            Object::new(Data::Images, Relation::Own),
        )?;
        self.require_thawed()?;
        let archive = self.archive_to_send(archive)?;
        self.seen_study(&self.me(session), uid)?;
        self.refuse_practice(uid)?;
        let mut instances = Vec::new();
        for series in self.store().series_of(uid)? {
            for instance in self.store().instances_of(&series.series_instance_uid)? {
                instances.push((instance.sop_class_uid, instance.sop_instance_uid));
            }
        }
        let id = self.queue(NewDispatch {
            dispatch_id: rand::random(),
            peer: archive.aet.to_string(),
            what: Dispatched::Study,
            study_instance_uid: uid.to_owned(),
            report: None,
            body: None,
            asked_by: session.id.clone(),
            instances,
        })?;
        self.dispatch_view(&self.store().dispatch(&id)?)
    }

    /// Queues the newest report of a case for an archive: as SR and as PDF, with what it shows and measures. What of the case
    /// more than one reader has signed is queued with it. Gives the dispatch of the report.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], [`ServiceError::NoReport`], or [`ServiceError::Unknown`] for case and archive.
    pub fn send_report(&self, session: &Session, case: &str, archive: &str) -> Result<Value, ServiceError> {
        self.permit(
            session,
            Action::ExportPlain,
            Object::new(Data::Report, Relation::Own),
        )?;
        self.require_thawed()?;
        let archive = self.archive_to_send(archive)?;
        let case = self.my_case(session, case)?;
        let entry = newest_seen(&case, &self.me(session))?;
        let (_, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let report = (*case.id().as_bytes(), *entry.as_bytes());
        let (name, study) = (archive.aet.as_str(), self.real_study(&request.study_instance_uid));
        let id = self.queue_report(name, report, &study, &session.id)?;
        let seen = case.seen_by(&self.me(session));
        for (entry, document) in self.attested(&seen) {
            self.queue_attested(name, (report.0, entry), &study, (&session.id, &document))?;
        }
        self.dispatch_view(&self.store().dispatch(&id)?)
    }

    pub(super) fn queue(&self, dispatch: NewDispatch) -> Result<Id16, ServiceError> {
        if dispatch.what != Dispatched::Commitment {
            let outcome = format!("{} for dicom:{}", dispatch.what.as_str(), dispatch.peer);
            let (by, study) = (&dispatch.asked_by, &dispatch.study_instance_uid);
            // Written down before the first byte leaves.
            self.audit(by, "dicom_send", study, &outcome)?;
        }
        self.store().put_dispatch(&dispatch, self.now())?;
        self.0
            .events
            .publish(EventKind::Study, &dispatch.study_instance_uid);
        self.0.archives.bell.notify_one();
        Ok(dispatch.dispatch_id)
    }

    /// What is to be sent to archives and what became of it, the newest first: no names of patients.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn dispatches(&self) -> Result<Value, ServiceError> {
        let rows = self.store().dispatches()?;
        rows.iter().map(|row| self.dispatch_view(row)).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn dispatch(&self, id: &str) -> Result<Value, ServiceError> {
        self.dispatch_view(&self.store().dispatch(&parse(id)?)?)
    }

    /// Sends it no further. What has arrived stays there.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn cancel_dispatch(&self, by: &str, id: &str) -> Result<Value, ServiceError> {
        let id = parse(id)?;
        let row = self.store().dispatch(&id)?;
        let ended = self
            .store()
            .end_dispatch(&id, DispatchState::Cancelled, None, self.now())?;
        if ended {
            let outcome = format!("cancelled for dicom:{}", row.peer);
            self.audit(by, "dicom_send", &row.study_instance_uid, &outcome)?;
        }
        if let Some(one) = self.0.archives.under_way().get(&row.peer)
            && one.dispatch == id
        {
            one.break_off();
        }
        self.dispatch_view(&self.store().dispatch(&id)?)
    }

    /// Sends what did not arrive, at once.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn renew_dispatch(&self, by: &str, id: &str) -> Result<Value, ServiceError> {
        let id = parse(id)?;
        let row = self.store().dispatch(&id)?;
        self.archive_to_send(&row.peer)?;
        if row.what == Dispatched::Commitment && self.store().dispatch_body(&id)?.is_none() {
            return Err(ServiceError::field(
                "id",
                "this outcome was told, and is not kept",
            ));
        }
        let outcome = format!("again for dicom:{}", row.peer);
        self.audit(by, "dicom_send", &row.study_instance_uid, &outcome)?;
        self.store().renew_dispatch(&id, self.now())?;
        self.0.archives.bell.notify_one();
        self.dispatch_view(&self.store().dispatch(&id)?)
    }

    fn dispatch_view(&self, row: &DispatchRow) -> Result<Value, ServiceError> {
        let sending = self
            .0
            .archives
            .under_way()
            .get(&row.peer)
            .filter(|one| one.dispatch == row.dispatch_id && row.state == DispatchState::Waiting)
            .map(|one| one.sent);
        let waits = row.state == DispatchState::Waiting && sending.is_none();
        let state = match (row.state, sending) {
            (DispatchState::Waiting, Some(_)) => "sending",
            (DispatchState::Waiting, None) => "queued",
            (state, _) => state.as_str(),
        };
        let mut refused = Vec::new();
        if row.refused > 0 {
            let instances = self.store().dispatched_instances(&row.dispatch_id)?;
            let some = instances
                .into_iter()
                .filter(|one| one.state == InstanceState::Refused)
                .take(SHOWN);
            refused
                .extend(some.map(|one| json!({"sop_instance_uid": one.sop_instance_uid, "why": one.reason})));
        }
        Ok(json!({
            "id": hex::encode(row.dispatch_id),
            "archive": row.peer,
            "what": row.what.as_str(),
            "study_instance_uid": row.study_instance_uid,
            "case_id": row.report.map(|(case, _)| CaseId::from_bytes(case).to_string()),
            "state": state,
            "instances": row.instances,
            "sent": sending.unwrap_or(row.sent).max(row.sent),
            "refused": row.refused,
            "reasons": refused,
            "why": row.reason,
            "attempts": row.attempts,
            "next_try": waits.then(|| clock::rfc3339(row.next_try)),
            "commitment": row.commitment.map(|one| one.as_str()),
            "asked_by": row.asked_by,
            "queued": clock::rfc3339(row.queued_at),
            "changed": clock::rfc3339(row.changed_at),
        }))
    }
}

fn parse(id: &str) -> Result<Id16, ServiceError> {
    let mut bytes = [0; 16];
    match hex::decode_to_slice(id, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(ServiceError::Unknown("dispatch")),
    }
}
