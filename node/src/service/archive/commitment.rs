//! Storage commitment, both ways: an archive is asked whether it keeps what it was sent, and whoever stored here may ask
//! the same.

use std::time::Duration;

use dokuei_dicom::Uid;
use dokuei_dicom::network::{
    CallError, Caller, Calling, CommitmentRequest, CommitmentResult, Committing, Failure, FailureReason,
    Reference, Refused, Role, Transport, Wanted,
};
use dokuei_store::{Commitment, DispatchRow, Dispatched, InstanceState, NewDispatch, StoreError};

use super::sending::Stuck;
use super::{House, Node};
use crate::config::Archive;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;

/// How long an archive may take to tell the outcome on the association on which it was asked. Later it opens its own.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Outcomes that may wait to be told.
const MAX_UNTOLD: u64 = 256;
/// How an outcome is kept until it is told.
const KEPT_AS: &str = "1.2.840.10008.1.2";

impl Node {
    /// Asks the archive to commit itself to everything of this dispatch that it has.
    pub(super) fn ask_outcome(
        &self,
        association: &mut Calling<Box<dyn Transport>>,
        row: &DispatchRow,
    ) -> Result<(), Stuck> {
        let id = &row.dispatch_id;
        let wanted = Wanted::commitment();
        if !association.takes(&wanted.abstract_syntax, &wanted.transfer_syntax) {
            self.store().note_commitment(id, Commitment::NotOffered)?;
            return Ok(());
        }
        let sent = self.store().dispatched_instances(id)?;
        let sent = sent.iter().filter(|one| one.state == InstanceState::Sent);
        let instances: Vec<Reference> = sent
            .filter_map(|one| {
                Some(Reference {
                    sop_class_uid: one.sop_class_uid.parse().ok()?,
                    sop_instance_uid: one.sop_instance_uid.parse().ok()?,
                })
            })
            .collect();
        if instances.is_empty() {
            return Ok(());
        }
        let request = CommitmentRequest {
            transaction_uid: Uid::derived("dokuei commitment", &rand::random::<[u8; 16]>()),
            instances,
        };
        // Before it is asked: the outcome may come on another association at once. That it was asked is written down
        // when it has answered: it is asked again when the association breaks before.
        let transaction = request.transaction_uid.as_str();
        self.store().begin_commitment(id, transaction)?;
        let answer = association.ask_commitment(&request)?;
        if answer.is_transient() {
            return Err(Stuck::NotNow(answer.status));
        }
        if !answer.is_success() {
            tracing::warn!(archive = %row.peer, status = answer.status, "an archive refuses to be asked for storage commitment");
            self.store().note_commitment(id, Commitment::Refused)?;
            return Ok(());
        }
        self.store().note_commitment(id, Commitment::Asked)?;
        association.await_commitment(AT_ONCE, |result| self.told(&row.peer, result))?;
        Ok(())
    }

    /// Writes down what an archive says of what it was sent; whether it was asked.
    fn settle(&self, archive: &str, result: &CommitmentResult) -> Result<bool, ServiceError> {
        let failed: Vec<(String, String)> = result
            .failed
            .iter()
            .map(|(one, why)| {
                let why = format!("the archive does not keep it: {}", why.words());
                (one.sop_instance_uid.to_string(), why)
            })
            .collect();
        let safe = result.safe.iter().map(|one| one.sop_instance_uid.to_string());
        let safe: Vec<String> = safe.collect();
        let transaction = result.transaction_uid.as_str();
        let settled = self
            .store()
            .settle_commitment(archive, transaction, (&safe, &failed), self.now())?;
        let Some(id) = settled else {
            return Ok(false);
        };
        let row = self.store().dispatch(&id)?;
        let outcome = format!("{} safe, {} not", result.safe.len(), failed.len());
        let actor = format!("dicom:{archive}");
        self.audit(&actor, "dicom_commitment", &row.study_instance_uid, &outcome)?;
        self.0.events.publish(EventKind::Study, &row.study_instance_uid);
        Ok(true)
    }

    /// An archive tells the outcome on an association of its own.
    pub(in crate::service) fn outcome_told(
        &self,
        caller: &Caller,
        result: &CommitmentResult,
    ) -> Result<(), Refused> {
        self.told(caller.aet.as_str(), result)
    }

    /// Takes the outcome that an archive tells: it is durable when this returns `Ok`.
    fn told(&self, archive: &str, result: &CommitmentResult) -> Result<(), Refused> {
        match self.settle(archive, result) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused::new(
                Failure::CannotUnderstand,
                "nobody here asked for a commitment under this transaction",
            )),
            Err(error) => Err(Refused::new(Failure::OutOfResources, error)),
        }
    }

    /// Somebody who stored here asks whether it is safe. What has a row is: it was durable before it was answered.
    pub(in crate::service) fn outcome_of(
        &self,
        caller: &Caller,
        request: &CommitmentRequest,
    ) -> Result<Committing, Refused> {
        let busy = |error: ServiceError| Refused::new(Failure::OutOfResources, error);
        self.may_work().map_err(busy)?;
        let mut result = CommitmentResult {
            transaction_uid: request.transaction_uid.clone(),
            safe: Vec::new(),
            failed: Vec::new(),
        };
        for one in &request.instances {
            match self.store().instance(one.sop_instance_uid.as_str()) {
                Ok(kept) if kept.sop_class_uid == one.sop_class_uid.as_str() => result.safe.push(one.clone()),
                Ok(_) => result.failed.push((one.clone(), FailureReason::CLASS_CONFLICT)),
                Err(StoreError::NotFound(_)) => {
                    result.failed.push((one.clone(), FailureReason::NO_SUCH_INSTANCE));
                }
                Err(_) => result.failed.push((one.clone(), FailureReason::PROCESSING)),
            }
        }
        let (name, transaction) = (caller.aet.as_str(), request.transaction_uid.as_str());
        let outcome = format!("{} safe, {} not", result.safe.len(), result.failed.len());
        let actor = format!("dicom:{name}");
        self.audit(&actor, "dicom_commitment", transaction, &outcome)
            .map_err(busy)?;
        if self.archive_to_send(name).is_err() {
            return Ok(Committing::Now(result));
        }
        let untold = self.store().waiting_dispatches(Dispatched::Commitment);
        if untold.map_err(|error| busy(error.into()))? >= MAX_UNTOLD {
            return Err(Refused::new(
                Failure::OutOfResources,
                "too many outcomes wait to be told",
            ));
        }
        let queued = self.queue(NewDispatch {
            dispatch_id: rand::random(),
            peer: name.to_owned(),
            what: Dispatched::Commitment,
            study_instance_uid: String::new(),
            report: None,
            body: Some(result.encode(KEPT_AS)),
            asked_by: actor,
            instances: Vec::new(),
        });
        queued.map(|_| Committing::Later).map_err(busy)
    }

    /// Tells an outcome to who asked.
    pub(super) fn tell_outcome(
        &self,
        house: &House,
        archive: &Archive,
        row: &DispatchRow,
    ) -> Result<(), Stuck> {
        let body = self.store().dispatch_body(&row.dispatch_id)?.unwrap_or_default();
        let result = CommitmentResult::parse(&body, KEPT_AS);
        let result = result.ok_or(StoreError::Damaged("outcome of a commitment"))?;
        let wanted = [Wanted::commitment()];
        let to = (house, archive, &row.dispatch_id);
        let mut association = self.call(to, &wanted, Role::Provider)?;
        let answer = association.tell_commitment(&result)?;
        association.release();
        if answer.is_success() {
            return Ok(());
        }
        Err(CallError::Broken(format!(
            "it does not take the outcome of a commitment: status {:04X}",
            answer.status
        ))
        .into())
    }
}
