//! One attempt to bring a dispatch to its archive.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use dokuei_dicom::Uid;
use dokuei_dicom::convert::{self, ConvertError};
use dokuei_dicom::network::{CallError, Calling, MAX_CONTEXTS, Role, Transport, Wanted};
use dokuei_dicom::report::WrittenObject;
use dokuei_store::{DispatchRow, DispatchState, Dispatched, DispatchedInstance, InstanceState, StoreError};

use thiserror::Error;

use super::documents::Documents;
use super::{House, Node, PATROL, pause};
use crate::config::Archive;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;

/// How often what was sent is written down: a node that is killed sends this much again, at most.
const NOTE_EVERY: Duration = Duration::from_secs(1);
const NOTE_AFTER: usize = 64;
/// One context is left for storage commitment.
const CONTEXTS: usize = MAX_CONTEXTS - 1;

/// Why an attempt ended before its end.
#[derive(Debug, Error)]
pub(super) enum Stuck {
    /// The archive, or the way to it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It will take it later.
    #[error("it takes nothing now (status {0:04X})")]
    NotNow(u16),
    /// It was cancelled meanwhile, or the node is leaving.
    #[error("nobody wants it sent now")]
    Unwanted,
    /// Something here.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Stuck {
    /// What the audit log has of it: nothing that the archive wrote, which may be about a patient.
    fn audited(&self) -> String {
        match self {
            Self::Call(CallError::Answered(answer)) => {
                format!("it answers with status {:04X}", answer.status)
            }
            Self::Service(error) => error.code().to_owned(),
            other => other.to_string(),
        }
    }
}

impl From<StoreError> for Stuck {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// Where the bytes of an instance come from.
enum Source {
    /// The store.
    Kept { transfer_syntax: String },
    /// They were made for this.
    Made(WrittenObject),
}

impl Source {
    fn transfer_syntax(&self) -> &str {
        match self {
            Self::Kept { transfer_syntax } => transfer_syntax,
            Self::Made(_) => "1.2.840.10008.1.2.1",
        }
    }
}

/// An instance on its way.
struct Pending {
    position: u32,
    class: Uid,
    instance: Uid,
    source: Source,
}

impl Pending {
    /// How it could be given, the best first.
    fn ways(&self) -> impl Iterator<Item = &str> {
        let kept = self.source.transfer_syntax();
        std::iter::once(kept).chain(convert::offers(kept).iter().copied())
    }
}

type Outcomes = Vec<(u32, InstanceState, Option<String>)>;

impl Node {
    /// Tries to bring a dispatch to its archive, and writes down how that went.
    pub(super) fn try_to_send(&self, house: &House, archive: &Archive, row: &DispatchRow) {
        let outcome = match row.what {
            Dispatched::Commitment => self.tell_outcome(house, archive, row),
            Dispatched::Study | Dispatched::Report => self.send_instances(house, archive, row),
        };
        if let Err(error) = self.note_attempt(row, outcome) {
            tracing::error!(
                code = error.code(),
                "what became of a dispatch could not be written down"
            );
            // It is still due, as the store has it: without this it would be tried again at once, for ever.
            self.0.archives.rest(&row.peer, self.now().plus(PATROL));
        }
        if !row.study_instance_uid.is_empty() {
            self.0.events.publish(EventKind::Study, &row.study_instance_uid);
        }
    }

    fn note_attempt(&self, row: &DispatchRow, outcome: Result<(), Stuck>) -> Result<(), ServiceError> {
        let (id, now) = (&row.dispatch_id, self.now());
        let after = self.store().dispatch(id)?;
        let actor = format!("dicom:{}", row.peer);
        match outcome {
            Ok(()) if after.refused > 0 => {
                let instances = self.store().dispatched_instances(id)?;
                let first = instances.iter().find_map(|one| one.reason.clone());
                let told = format!("{} of {} instances are not taken", after.refused, after.instances);
                let why = format!("{told}: {}", first.unwrap_or_default());
                if self
                    .store()
                    .end_dispatch(id, DispatchState::Failed, Some(&why), now)?
                {
                    self.audit(&actor, "dicom_send", object(row), &format!("failed: {told}"))?;
                }
            }
            Ok(()) => {
                if self
                    .store()
                    .end_dispatch(id, DispatchState::Delivered, None, now)?
                {
                    let told = match row.what {
                        Dispatched::Commitment => "the outcome is told".to_owned(),
                        _ => format!("delivered: {} instances", after.instances),
                    };
                    self.audit(&actor, "dicom_send", object(row), &told)?;
                }
            }
            // Whoever ended it has written down what there was to write; what was left waits for the next start.
            Err(_) if self.0.archives.stop.is_cancelled() || self.is_frozen() => {}
            Err(Stuck::Unwanted) => {}
            Err(stuck) => {
                let got_on = after.sent + after.refused > row.sent + row.refused;
                let failures = if got_on { 1 } else { row.attempts.saturating_add(1) };
                let why = stuck.to_string();
                if row.reason.as_ref() != Some(&why) {
                    tracing::warn!(archive = %row.peer, %why, "an archive could not be sent to; it is tried again");
                    self.audit(
                        &actor,
                        "dicom_send",
                        object(row),
                        &format!("not yet: {}", stuck.audited()),
                    )?;
                }
                let next = now.plus(pause(failures));
                self.store().postpone_dispatch(id, &why, failures, (next, now))?;
            }
        }
        Ok(())
    }

    fn send_instances(&self, house: &House, archive: &Archive, row: &DispatchRow) -> Result<(), Stuck> {
        self.may_work()?;
        let made = self.documents_of(row)?;
        loop {
            let waiting: Vec<DispatchedInstance> = self
                .store()
                .dispatched_instances(&row.dispatch_id)?
                .into_iter()
                .filter(|one| one.state == InstanceState::Waiting)
                .collect();
            if waiting.is_empty() {
                break;
            }
            let (pending, gone) = self.sources_of(waiting, &made)?;
            self.store()
                .note_dispatched(&row.dispatch_id, &gone, self.now())?;
            if pending.is_empty() {
                continue;
            }
            let (wanted, now) = contexts(&pending);
            let mut association = self.call((house, archive, &row.dispatch_id), &wanted, Role::User)?;
            let usable = self.send_over(&mut association, row, &now)?;
            if usable && now.len() == pending.len() && archive.commitment {
                self.ask_outcome(&mut association, row)?;
            }
            if usable {
                association.release();
            }
        }
        let settled = self.store().dispatch(&row.dispatch_id)?;
        if archive.commitment && settled.sent > 0 && settled.commitment.is_none() {
            // All had arrived when the node was stopped, but this was not asked yet.
            let to = (house, archive, &row.dispatch_id);
            let mut association = self.call(to, &[Wanted::commitment()], Role::User)?;
            self.ask_outcome(&mut association, row)?;
            association.release();
        }
        Ok(())
    }

    /// What is to be sent, with where it comes from; and what is here no more.
    fn sources_of(
        &self,
        waiting: Vec<DispatchedInstance>,
        made: &Documents,
    ) -> Result<(Vec<Pending>, Outcomes), Stuck> {
        let (mut pending, mut gone) = (Vec::new(), Vec::new());
        for one in waiting {
            let source = match made.get(&one.sop_instance_uid) {
                Some(Ok(object)) => Ok(Source::Made(object.clone())),
                Some(Err(why)) => Err(why.clone()),
                None => match self.store().instance(&one.sop_instance_uid) {
                    Ok(record) => Ok(Source::Kept {
                        transfer_syntax: record.transfer_syntax_uid,
                    }),
                    Err(StoreError::NotFound(_)) => Err("it is not on this node any more".to_owned()),
                    Err(error) => return Err(error.into()),
                },
            };
            let names = (one.sop_class_uid.parse(), one.sop_instance_uid.parse());
            match (source, names) {
                (Ok(source), (Ok(class), Ok(instance))) => pending.push(Pending {
                    position: one.position,
                    class,
                    instance,
                    source,
                }),
                (Err(why), _) => gone.push((one.position, InstanceState::Refused, Some(why))),
                _ => {
                    let why = Some("its UIDs are damaged".to_owned());
                    gone.push((one.position, InstanceState::Refused, why));
                }
            }
        }
        Ok((pending, gone))
    }

    /// Sends over one association; whether it can be used on.
    fn send_over(
        &self,
        association: &mut Calling<Box<dyn Transport>>,
        row: &DispatchRow,
        pending: &[&Pending],
    ) -> Result<bool, Stuck> {
        let (mut outcomes, mut noted): (Outcomes, _) = (Vec::new(), Instant::now());
        let mut send = || -> Result<bool, Stuck> {
            for one in pending {
                let sent = self.send_one(association, one)?;
                outcomes.push((one.position, sent.state, sent.why));
                if !sent.usable {
                    return Ok(false);
                }
                if outcomes.len() >= NOTE_AFTER || noted.elapsed() >= NOTE_EVERY {
                    self.note(row, &mut outcomes)?;
                    noted = Instant::now();
                }
            }
            Ok(true)
        };
        let ended = send();
        let noted = self.note(row, &mut outcomes);
        ended.and_then(|usable| noted.map(|()| usable))
    }

    fn note(&self, row: &DispatchRow, outcomes: &mut Outcomes) -> Result<(), Stuck> {
        let sent = outcomes
            .iter()
            .filter(|(_, state, _)| *state == InstanceState::Sent);
        let sent = sent.count() as u64;
        self.store()
            .note_dispatched(&row.dispatch_id, outcomes, self.now())?;
        outcomes.clear();
        if let Some(one) = self.0.archives.under_way().get_mut(&row.peer) {
            one.sent += sent;
        }
        self.still_wanted(&row.dispatch_id)
    }

    fn send_one(
        &self,
        association: &mut Calling<Box<dyn Transport>>,
        one: &Pending,
    ) -> Result<SentOne, Stuck> {
        let way = one
            .ways()
            .find(|syntax| association.takes(one.class.as_str(), syntax));
        let Some(way) = way else {
            return Ok(SentOne::refused(format!(
                "the archive does not take SOP class {} in transfer syntax {}, nor in one to which it can be \
                 converted without loss",
                one.class,
                one.source.transfer_syntax()
            )));
        };
        let sent = association.store((&one.class, &one.instance), way, |into| {
            self.write(one, way, into).map_err(io::Error::other)
        });
        let answer = match sent {
            Ok(answer) => answer,
            // The association ended in the middle of it; the others go over the next one.
            Err(CallError::Unreadable(why)) => {
                return Ok(SentOne {
                    usable: false,
                    ..SentOne::refused(format!("it cannot be read or converted here: {why}"))
                });
            }
            Err(error) => return Err(error.into()),
        };
        if answer.is_success() {
            return Ok(SentOne {
                state: InstanceState::Sent,
                why: None,
                usable: true,
            });
        }
        if answer.is_transient() {
            return Err(Stuck::NotNow(answer.status));
        }
        let comment = match answer.comment.as_str() {
            "" => String::new(),
            comment => format!(": {comment}"),
        };
        Ok(SentOne::refused(format!(
            "the archive answers with status {:04X}{comment}",
            answer.status
        )))
    }

    fn write(&self, one: &Pending, way: &str, into: &mut dyn Write) -> Result<(), ConvertError> {
        match &one.source {
            Source::Made(object) => convert::write_data_set(object.bytes.as_slice(), way, into),
            Source::Kept { .. } => {
                let blob = self.store().blob_reader(one.instance.as_str());
                let blob = blob.map_err(|error| ConvertError::Io(io::Error::other(error)))?;
                convert::write_data_set(blob, way, into)
            }
        }
    }
}

/// What became of one instance.
struct SentOne {
    state: InstanceState,
    why: Option<String>,
    /// Whether the association can be used on.
    usable: bool,
}

impl SentOne {
    fn refused(why: String) -> Self {
        Self {
            state: InstanceState::Refused,
            why: Some(why),
            usable: true,
        }
    }
}

/// What is to be said for as many of these as one association has room for.
fn contexts(pending: &[Pending]) -> (Vec<Wanted>, Vec<&Pending>) {
    let (mut wanted, mut now) = (BTreeSet::new(), Vec::new());
    for one in pending {
        let ways = one.ways().map(|syntax| Wanted::new(one.class.as_str(), syntax));
        let new: Vec<Wanted> = ways.filter(|way| !wanted.contains(way)).collect();
        if wanted.len() + new.len() <= CONTEXTS {
            wanted.extend(new);
            now.push(one);
        }
    }
    let mut wanted: Vec<Wanted> = wanted.into_iter().collect();
    wanted.push(Wanted::commitment());
    (wanted, now)
}

/// What the audit log names.
fn object(row: &DispatchRow) -> &str {
    if row.study_instance_uid.is_empty() {
        "commitment"
    } else {
        &row.study_instance_uid
    }
}
