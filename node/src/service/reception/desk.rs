//! What one association brings: sealed, kept, counted and written to the audit log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::IpAddr;

use dokuei_dicom::header::read_instance;
use dokuei_dicom::network::{
    Caller, CommitmentRequest, CommitmentResult, Committing, Failure, Received, Reception, Refused,
    Rejection, Stored,
};
use dokuei_store::{BlobWriter, Inserted, Origin, StoreError};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Counts, Last, LastRefused};
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::import::Copied;
use crate::service::sealing::find_samples;

/// How often the room on the disk is looked at, bytes.
const LOOK_EVERY: u64 = 4 << 20;
/// Different reasons of refusals that one association may bring to the audit log.
const MAX_REASONS: usize = 16;

/// What one association brought.
pub(super) struct Desk {
    node: Node,
    seat: u64,
    brought: RefCell<Brought>,
}

#[derive(Default)]
struct Brought {
    caller: Option<String>,
    studies: BTreeMap<String, Counts>,
    reasons: BTreeMap<String, u64>,
}

/// Why an instance is not kept.
#[derive(Debug, Error)]
pub(in crate::service) enum NotKept {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("the data set is of another SOP class or instance than its command says")]
    Mismatch,
    #[error("another object with this SOP Instance UID is stored here")]
    Conflict,
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl From<NotKept> for Refused {
    fn from(why: NotKept) -> Self {
        let failure = match &why {
            NotKept::Mismatch => Failure::Mismatch,
            NotKept::Conflict
            | NotKept::Service(
                ServiceError::Header(_)
                | ServiceError::Store(
                    StoreError::InstanceConflict | StoreError::SeriesConflict | StoreError::PatientConflict,
                ),
            ) => Failure::CannotUnderstand,
            NotKept::Service(_) => Failure::OutOfResources,
        };
        Self::new(failure, why)
    }
}

impl Desk {
    pub(super) fn new(node: Node, seat: u64) -> Self {
        Self {
            node,
            seat,
            brought: RefCell::default(),
        }
    }

    fn reception(&self) -> &super::Reception {
        &self.node.0.reception
    }

    fn keep(&self, actor: &str, instance: &mut Received<'_>) -> Result<Stored, NotKept> {
        let study = instance.study_instance_uid.to_string();
        let stored = self.node.take_in(instance)?;
        if !self.brought.borrow().studies.contains_key(&study) {
            // Before the sender hears of it: what is here never came untold.
            self.node.audit(actor, "import", &study, "success")?;
            self.node.0.events.publish(EventKind::Study, &study);
        }
        let mut brought = self.brought.borrow_mut();
        let counts = brought.studies.entry(study).or_default();
        match stored {
            Stored::New => counts.new += 1,
            Stored::AlreadyHere => counts.already_here += 1,
        }
        Ok(stored)
    }
}

impl Reception for Desk {
    fn opened(&self, caller: &Caller) -> bool {
        let most = self.node.config().dicom.associations;
        self.brought.borrow_mut().caller = Some(actor(caller));
        self.reception().open(self.seat, caller.aet.as_str(), most)
    }

    fn rejected(&self, address: IpAddr, calling: &str, why: Rejection) {
        // The audit log tells it, within bounds; the program's own log has none.
        tracing::debug!(%address, calling, %why, "a DICOM association was rejected");
        let (actor, why) = (format!("dicom:{calling} {address}"), why.to_string());
        if let Err(error) = self.node.audit_stranger(&actor, "refused", &why) {
            tracing::error!(code = error.code(), "the audit log cannot be written");
        }
        let mut state = self.reception().state();
        state.rejected += 1;
        state.last_refused = Some(LastRefused {
            at: self.node.now(),
            aet: calling.to_owned(),
            why,
        });
    }

    fn store(&self, caller: &Caller, instance: &mut Received<'_>) -> Result<Stored, Refused> {
        let stored = self.keep(&actor(caller), instance)?;
        self.reception().count(self.seat, |counts| match stored {
            Stored::New => counts.new += 1,
            Stored::AlreadyHere => counts.already_here += 1,
        });
        self.reception().state().last = Some(Last {
            at: self.node.now(),
            aet: caller.aet.to_string(),
            study: instance.study_instance_uid.to_string(),
        });
        Ok(stored)
    }

    fn commit(&self, caller: &Caller, request: &CommitmentRequest) -> Result<Committing, Refused> {
        self.node.outcome_of(caller, request)
    }

    fn committed(&self, caller: &Caller, result: &CommitmentResult) -> Result<(), Refused> {
        self.node.outcome_told(caller, result)
    }

    fn refused(&self, caller: &Caller, refused: &Refused) {
        tracing::warn!(aet = %caller.aet, status = refused.failure.status(), why = %refused.comment,
            "an instance that came by DICOM was refused");
        self.reception().count(self.seat, |counts| counts.refused += 1);
        self.reception().state().last_refused = Some(LastRefused {
            at: self.node.now(),
            aet: caller.aet.to_string(),
            why: refused.comment.clone(),
        });
        let mut brought = self.brought.borrow_mut();
        if brought.reasons.len() < MAX_REASONS || brought.reasons.contains_key(&refused.comment) {
            *brought.reasons.entry(refused.comment.clone()).or_default() += 1;
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.reception().leave(self.seat);
        let brought = self.brought.take();
        let Some(actor) = brought.caller else {
            return;
        };
        let mut rows = Vec::new();
        for (study, counts) in &brought.studies {
            self.node.0.events.publish(EventKind::Study, study);
            if counts.already_here > 0 {
                let outcome = format!("{} new, {} were here already", counts.new, counts.already_here);
                rows.push((study.as_str(), outcome));
            }
        }
        for (why, times) in &brought.reasons {
            rows.push(("instance", format!("refused {times} times: {why}")));
        }
        for (object, outcome) in rows {
            if let Err(error) = self.node.audit(&actor, "import", object, &outcome) {
                tracing::error!(code = error.code(), "the audit log cannot be written");
            }
        }
    }
}

/// How the audit log names a caller.
fn actor(caller: &Caller) -> String {
    format!("dicom:{}", caller.aet)
}

impl Node {
    /// Seals an instance as it comes and keeps it.
    pub(in crate::service) fn take_in(&self, instance: &mut Received<'_>) -> Result<Stored, NotKept> {
        self.may_work()?;
        self.require_room(0)?;
        let mut blob = self
            .store()
            .blob_writer(instance.study_instance_uid.as_str())?
            .finding(find_samples);
        let mut passing = Passing {
            skip: instance.data_set_at,
            from: &mut *instance,
            into: &mut blob,
            node: self,
            data_set: Sha256::new(),
            unlooked: 0,
            fault: None,
        };
        let header = read_instance(&mut passing);
        let Passing { data_set, fault, .. } = passing;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        let header = header.map_err(ServiceError::from)?;
        if header.sop_instance_uid != instance.sop_instance_uid
            || header.sop_class_uid != instance.sop_class_uid
            || header.study_instance_uid != instance.study_instance_uid
        {
            return Err(NotKept::Mismatch);
        }
        let blob = blob.finish()?;
        let data_set: [u8; 32] = data_set.finalize().into();
        let same = || {
            let (instance, syntax) = (&instance.sop_instance_uid, &instance.transfer_syntax_uid);
            self.has_same(instance.as_str(), syntax.as_str(), &data_set)
        };
        match self.keep(Copied { header, blob }, Origin::Imported)? {
            Inserted::Added => Ok(Stored::New),
            Inserted::AlreadyThere => Ok(Stored::AlreadyHere),
            Inserted::Conflict if same()? => Ok(Stored::AlreadyHere),
            Inserted::Conflict => Err(NotKept::Conflict),
        }
    }
}

/// Seals what is read in passing.
struct Passing<'a, 'r> {
    from: &'a mut Received<'r>,
    into: &'a mut BlobWriter,
    node: &'a Node,
    /// Of the file meta information, still to come.
    skip: u64,
    data_set: Sha256,
    /// Since the room on the disk was last looked at.
    unlooked: u64,
    /// Why nothing more can be sealed.
    fault: Option<ServiceError>,
}

impl Passing<'_, '_> {
    fn seal(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.unlooked += bytes.len() as u64;
        if self.unlooked >= LOOK_EVERY {
            self.node.require_room(0)?;
            self.unlooked = 0;
        }
        self.into.write_all(bytes).map_err(StoreError::from)?;
        Ok(())
    }
}

impl Read for Passing<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if let Err(fault) = self.seal(bytes) {
            self.fault = Some(fault);
            return Err(io::Error::other("it cannot be sealed"));
        }
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        self.data_set.update(bytes.get(skipped..).unwrap_or_default());
        Ok(read)
    }
}
