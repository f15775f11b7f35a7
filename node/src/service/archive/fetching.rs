//! Studies come from an archive of the house: on the association on which they are asked for (C-GET), or sent to our own
//! listener (C-MOVE) where the archive does not offer that or does not give everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dokuei_dicom::Uid;
use dokuei_dicom::network::{
    CallError, Calling, Failure, FoundInstance, Keeping, Received, Refused, Retrieved, Role, Stored,
    Suboperations, Transport, Wanted,
};
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_store::StoreError;
use serde_json::{Value, json};

use super::asking::ArchiveError;
use super::{House, Node, connect};
use crate::config::Archive;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::jobs::Job;
use crate::service::session::Session;

/// Different reasons of refusals that are told of one study.
const MAX_REASONS: usize = 16;

/// What is fetched now, by its job.
#[derive(Debug)]
pub(super) struct Fetch {
    /// Who asked for it.
    who: String,
    study: String,
    /// Nobody wants it any more.
    cancelled: bool,
    /// To end it by.
    stream: Option<std::net::TcpStream>,
}

impl Fetch {
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        if let Some(stream) = &self.stream {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

impl Node {
    /// Fetches a study from an archive, in the background.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], [`ServiceError::Unknown`] for the archive, or [`ServiceError::Field`].
    pub fn start_fetch(&self, session: &Session, name: &str, study: &str) -> Result<Arc<Job>, ServiceError> {
        self.permit(session, Action::Import, Object::new(Data::Images, Relation::Own))?;
        self.require_thawed()?;
        let archive = self.archive_to_fetch(name)?;
        let house = self.house_of(&archive)?;
        let study: Uid = study
            .parse()
            .map_err(|error| ServiceError::field("study_instance_uid", error))?;
        self.audit(
            &session.id,
            "dicom_retrieve",
            study.as_str(),
            &format!("begun from dicom:{name}"),
        )?;
        let (node, actor) = (self.clone(), session.id.clone());
        Ok(self.0.jobs.start("fetch", &self.0.events, move |job| {
            let fetching = Fetching {
                node: &node,
                job,
                house: &house,
                archive: &archive,
                study: &study,
            };
            let outcome = fetching.run(&actor);
            let told = match &outcome {
                Ok(result) => format!(
                    "from dicom:{}: {} new, {} were here already, {} refused, {} did not come, complete: {}",
                    archive.aet,
                    result["new"],
                    result["already_here"],
                    result["refused"],
                    result["missing"],
                    result["complete"]
                ),
                Err(ServiceError::Archive(error)) => {
                    format!("from dicom:{}: {}", archive.aet, error.audited())
                }
                Err(error) => format!("from dicom:{}: {}", archive.aet, error.code()),
            };
            node.audit(&actor, "dicom_retrieve", study.as_str(), &told)?;
            outcome
        }))
    }

    /// Ends a fetch of her own; what has come stays.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when it is over, or she has none of this job.
    pub fn cancel_fetch(&self, session: &Session, job: &str) -> Result<(), ServiceError> {
        let of_hers = |fetch: &&mut Fetch| fetch.who == session.id;
        let study = {
            let mut fetches = self.0.archives.fetches();
            let fetch = fetches.get_mut(job).filter(of_hers);
            fetch.map(|fetch| fetch.study.clone())
        };
        let study = study.ok_or(ServiceError::Unknown("fetch"))?;
        self.audit(&session.id, "dicom_retrieve", &study, "cancelled")?;
        let mut fetches = self.0.archives.fetches();
        // It may have come to its end meanwhile.
        let fetch = fetches.get_mut(job).ok_or(ServiceError::Unknown("fetch"))?;
        fetch.cancel();
        Ok(())
    }
}

/// One study on its way.
struct Fetching<'a> {
    node: &'a Node,
    job: &'a Job,
    house: &'a House,
    archive: &'a Archive,
    study: &'a Uid,
}

/// Leaves the list of what is fetched, however it ends.
struct Leaving<'a>(&'a Fetching<'a>);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.node.0.archives.fetches().remove(self.0.job.id());
    }
}

impl Fetching<'_> {
    fn run(&self, actor: &str) -> Result<Value, ServiceError> {
        self.node.may_work()?;
        let archives = &self.node.0.archives;
        let fetch = Fetch {
            who: actor.to_owned(),
            study: self.study.to_string(),
            cancelled: false,
            stream: None,
        };
        archives.fetches().insert(self.job.id().to_owned(), fetch);
        let _leaving = Leaving(self);
        // One that began meanwhile found nothing to cancel.
        self.node.require_thawed()?;
        let (listed, whole) = match self.call(&[Wanted::finding()], Role::User) {
            Ok(mut association) => {
                let listed = association.list(self.study);
                if listed.is_ok() {
                    association.release();
                }
                // Without it nothing is known of the study beforehand, and it may come all the same.
                listed.unwrap_or_default()
            }
            Err(CallError::NotOffered) => Default::default(),
            Err(error) => return Err(self.stuck(error)),
        };
        // An archive that names none of what it gives has not told what there is.
        let whole = whole && !listed.is_empty();
        self.job.expect(listed.len() as u64);
        let mut basket = Basket {
            fetching: self,
            actor,
            new: 0,
            already_here: 0,
            refused: 0,
            reasons: BTreeMap::new(),
            audited: false,
            counted: Suboperations::default(),
        };
        let got = self.get(&listed, &mut basket);
        let kept = basket.new + basket.already_here;
        let got = match got {
            // It broke off: what came stays, and the rest comes by fetching again.
            Err(error @ (CallError::Aborted | CallError::Broken(_))) if kept == 0 || self.is_cancelled() => {
                return Err(self.stuck(error));
            }
            got => got,
        };
        let mut way = "get";
        if got.is_ok() {
            basket.ended();
        }
        let mut why = words(got.as_ref());
        let mut status = status_of(got.as_ref());
        let mut missing = self.missing(&listed)?;
        let mut complete = is_complete(
            (whole, missing),
            got.as_ref().ok().filter(|_| basket.refused == 0),
        );
        if !complete && self.node.config().dicom.listen.is_some() && !self.is_cancelled() {
            let before = self.here()?;
            match self.have_it_sent(&mut basket) {
                Ok(moved) => {
                    way = "move";
                    basket.ended();
                    why = words(Ok(&moved));
                    status = status_of(Ok(&moved));
                    missing = self.missing(&listed)?;
                    complete = is_complete((whole, missing), Some(&moved));
                    basket.new += self.here()?.saturating_sub(before);
                }
                Err(error) if self.is_cancelled() => return Err(self.stuck(error)),
                Err(error) => why = why.or_else(|| Some(error.to_string())),
            }
            missing = self.missing(&listed)?;
        }
        if !complete && !whole {
            missing = missing.max(basket.not_given());
        }
        if self.here()? == 0 {
            let archive = self.archive.aet.to_string();
            let offered = !matches!(got, Err(CallError::NotOffered));
            let why = basket.reasons.keys().next().cloned().or(why);
            return Err(match why {
                Some(why) if offered || way == "move" => ArchiveError::NothingCame { archive, why, status },
                _ => ArchiveError::GivesNothing { archive },
            }
            .into());
        }
        if let Err(error) = self.node.pictures_of(self.study.as_str()) {
            tracing::warn!(%error, "previews could not be made yet");
        }
        self.node.0.events.publish(EventKind::Study, self.study.as_str());
        let Basket {
            new,
            already_here,
            refused,
            reasons,
            ..
        } = basket;
        Ok(json!({
            "study_instance_uid": self.study,
            "archive": self.archive.aet.as_str(),
            "way": way,
            "new": new,
            "already_here": already_here,
            "refused": refused,
            "reasons": reasons.keys().collect::<Vec<_>>(),
            "missing": missing,
            "complete": complete,
            "why": why,
        }))
    }

    /// Opens an association that [`Node::cancel_fetch`] can break off.
    fn call(&self, wanted: &[Wanted], role: Role) -> Result<Calling<Box<dyn Transport>>, CallError> {
        let stream = connect(&self.archive.host, self.archive.port).map_err(CallError::Broken)?;
        if let Some(fetch) = self.node.0.archives.fetches().get_mut(self.job.id()) {
            fetch.stream = stream.try_clone().ok();
            if fetch.cancelled {
                return Err(CallError::Aborted);
            }
        }
        self.house.speak(stream, self.archive, wanted, role)
    }

    fn is_cancelled(&self) -> bool {
        let fetches = self.node.0.archives.fetches();
        fetches.get(self.job.id()).is_some_and(|fetch| fetch.cancelled)
    }

    fn stuck(&self, error: CallError) -> ServiceError {
        if self.is_cancelled() {
            return ArchiveError::Cancelled.into();
        }
        ArchiveError::of(self.archive, error).into()
    }

    fn get(&self, listed: &[FoundInstance], basket: &mut Basket<'_>) -> Result<Retrieved, CallError> {
        let classes: BTreeSet<&Uid> = listed
            .iter()
            .filter_map(|one| one.sop_class_uid.as_ref())
            .collect();
        let classes: Vec<Uid> = classes.into_iter().cloned().collect();
        let mut association = self.call(&Wanted::getting(&classes), Role::Keeper)?;
        let most = self.node.config().dicom.max_object_mib.saturating_mul(1 << 20);
        let retrieved = association.get(self.study, most, basket);
        if !matches!(retrieved, Err(CallError::Aborted | CallError::Broken(_))) {
            association.release();
        }
        retrieved
    }

    fn have_it_sent(&self, basket: &mut Basket<'_>) -> Result<Retrieved, CallError> {
        let mut association = self.call(&[Wanted::moving()], Role::User)?;
        let retrieved = association.move_to(self.study, &self.house.ours, basket);
        if !matches!(retrieved, Err(CallError::Aborted | CallError::Broken(_))) {
            association.release();
        }
        retrieved
    }

    /// Instances that the archive lists and that are not here.
    fn missing(&self, listed: &[FoundInstance]) -> Result<u64, ServiceError> {
        let mut missing = 0;
        for one in listed {
            match self.node.store().instance(one.sop_instance_uid.as_str()) {
                Ok(_) => {}
                Err(StoreError::NotFound(_)) => missing += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(missing)
    }

    /// Instances of the study that are here.
    fn here(&self) -> Result<u64, ServiceError> {
        match self.node.store().study(self.study.as_str()) {
            Ok(study) => Ok(study.instances),
            Err(StoreError::NotFound(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

/// What an archive says when it did not give everything; `None` when it says that it did.
fn words(outcome: Result<&Retrieved, &CallError>) -> Option<String> {
    match outcome {
        Ok(retrieved) if retrieved.answer.status == 0 && retrieved.suboperations.failed == 0 => None,
        Ok(retrieved) => Some(format!(
            "it answers with status {:04X}{}, {} failed",
            retrieved.answer.status,
            retrieved.answer.words(),
            retrieved.suboperations.failed
        )),
        Err(error) => Some(error.to_string()),
    }
}

/// Whether everything of a study is here, as far as the archive has told: it listed it as a whole and nothing of that is
/// missing, or it says of the last retrieval that it gave all and had no failure.
fn is_complete((whole, missing): (bool, u64), last: Option<&Retrieved>) -> bool {
    missing == 0 && (whole || last.is_some_and(|last| words(Ok(last)).is_none()))
}

/// The status of the last answer, when there was one that is not success.
fn status_of(outcome: Result<&Retrieved, &CallError>) -> Option<u16> {
    let status = match outcome {
        Ok(retrieved) => retrieved.answer.status,
        Err(CallError::Answered(answer)) => answer.status,
        Err(_) => return None,
    };
    (status != 0).then_some(status)
}

/// Keeps what comes.
struct Basket<'a> {
    fetching: &'a Fetching<'a>,
    actor: &'a str,
    new: u64,
    already_here: u64,
    refused: u64,
    reasons: BTreeMap<String, u64>,
    audited: bool,
    /// How far the archive says that it is.
    counted: Suboperations,
}

impl Basket<'_> {
    /// The last answer came. Nothing is to come after it, and some repeat there what was to come before (pynetdicom 3 does),
    /// which they count among what failed too.
    fn ended(&mut self) {
        if self.counted.failed > 0 {
            self.counted.remaining = None;
        }
    }

    /// Instances that the archive knows of and did not give, by its own count.
    fn not_given(&self) -> u64 {
        u64::from(self.counted.failed) + u64::from(self.counted.remaining.unwrap_or(0))
    }
}

impl Keeping for Basket<'_> {
    fn store(&mut self, instance: &mut Received<'_>) -> Result<Stored, Refused> {
        let (node, study) = (self.fetching.node, self.fetching.study);
        if instance.study_instance_uid != *study {
            return Err(Refused::new(
                Failure::Mismatch,
                "it is of another study than was asked for",
            ));
        }
        let stored = node.take_in(instance)?;
        if !self.audited {
            // As with what is sent here: what is here never came untold.
            let row = node.audit(self.actor, "import", study.as_str(), "success");
            row.map_err(|error| Refused::new(Failure::OutOfResources, error))?;
            self.audited = true;
            node.0.events.publish(EventKind::Study, study.as_str());
        }
        match stored {
            Stored::New => self.new += 1,
            Stored::AlreadyHere => self.already_here += 1,
        }
        self.fetching.job.reached(self.new + self.already_here);
        Ok(stored)
    }

    fn refused(&mut self, refused: &Refused) {
        self.refused += 1;
        if self.reasons.len() < MAX_REASONS || self.reasons.contains_key(&refused.comment) {
            *self.reasons.entry(refused.comment.clone()).or_default() += 1;
        }
    }

    fn progress(&mut self, so_far: &Suboperations) {
        self.counted = *so_far;
        let done = u64::from(so_far.completed) + u64::from(so_far.warned);
        if let Some(remaining) = so_far.remaining {
            let failed = u64::from(so_far.failed);
            self.fetching.job.expect(done + failed + u64::from(remaining));
        }
        self.fetching.job.reached(done.max(self.new + self.already_here));
    }
}

#[cfg(test)]
mod tests {
    use dokuei_dicom::network::Answer;

    use super::*;

    fn ended(status: u16, failed: u16) -> Retrieved {
        Retrieved {
            answer: Answer {
                status,
                comment: String::new(),
            },
            suboperations: Suboperations {
                failed,
                completed: 10,
                ..Suboperations::default()
            },
        }
    }

    #[test]
    fn r13_what_the_archive_has_not_told_to_be_all_is_not_complete() {
        assert!(is_complete((true, 0), None), "all that was listed is here");
        assert!(!is_complete((true, 1), Some(&ended(0, 0))));
        assert!(is_complete((false, 0), Some(&ended(0, 0))));
        assert!(!is_complete((false, 0), Some(&ended(0, 90))));
        assert!(!is_complete((false, 0), Some(&ended(0xb000, 90))));
        assert!(!is_complete((false, 0), None), "it broke off");
    }
}
