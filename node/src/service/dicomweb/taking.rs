//! Taking in what a program stores (PS3.18 10.5): the way of C-STORE, an instance after the other.

use std::collections::BTreeMap;
use std::io::{self, Read};

use dokuei_dicom::network::{Failure, Received, Refused, Stored};

use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::reception::Counts;

/// Different reasons of refusals that one delivery may bring to the audit log.
const MAX_REASONS: usize = 16;

/// What became of one part of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Study, SOP class and SOP Instance UID, as far as they could be read.
    pub names: Option<[String; 3]>,
    /// Whether it is on the disk.
    pub outcome: Result<Stored, Refused>,
}

/// Instances that come in one request.
pub struct Delivery {
    node: Node,
    actor: String,
    /// The study that all must be of.
    study: Option<String>,
    most: u64,
    studies: BTreeMap<String, Counts>,
    reasons: BTreeMap<String, u64>,
}

impl Node {
    /// Begins to take in what `actor` stores; when a study is named, of that study only.
    #[must_use]
    pub fn deliver(&self, actor: String, study: Option<String>) -> Delivery {
        Delivery {
            node: self.clone(),
            actor,
            study,
            most: self.config().dicom.max_object_mib.saturating_mul(1 << 20),
            studies: BTreeMap::new(),
            reasons: BTreeMap::new(),
        }
    }
}

impl Delivery {
    /// Takes the Part 10 file in `part`; it is durable when this says that it is stored.
    pub fn take(&mut self, part: &mut dyn Read) -> Delivered {
        let mut part = Bounded {
            from: part,
            left: self.most,
            exceeded: false,
        };
        let mut names = None;
        let mut outcome = self.keep(&mut part, &mut names);
        if part.exceeded {
            let mib = self.most >> 20;
            let why = format!("it is larger than {mib} MiB");
            outcome = Err(Refused::new(Failure::OutOfResources, why));
        }
        if let Err(refused) = &outcome {
            tracing::warn!(actor = %self.actor, status = refused.failure.status(), why = %refused.comment,
                "an instance that came by STOW-RS was refused");
            if self.reasons.len() < MAX_REASONS || self.reasons.contains_key(&refused.comment) {
                *self.reasons.entry(refused.comment.clone()).or_default() += 1;
            }
        }
        Delivered { names, outcome }
    }

    fn keep(&mut self, part: &mut dyn Read, names: &mut Option<[String; 3]>) -> Result<Stored, Refused> {
        let cannot = |why: &dyn ToString| Refused::new(Failure::CannotUnderstand, why.to_string());
        let mut instance = Received::of_file(part).map_err(|error| cannot(&error))?;
        let study = instance.study_instance_uid.to_string();
        *names = Some([
            study.clone(),
            instance.sop_class_uid.to_string(),
            instance.sop_instance_uid.to_string(),
        ]);
        if self.study.as_ref().is_some_and(|only| *only != study) {
            let why = "it is of another study than the one that it was sent to";
            return Err(Refused::new(Failure::Mismatch, why));
        }
        let stored = self.node.take_in(&mut instance)?;
        if !self.studies.contains_key(&study) {
            // Before the sender hears of it: what is here never came untold.
            let told = self.node.audit(&self.actor, "import", &study, "success");
            told.map_err(|error: ServiceError| Refused::new(Failure::OutOfResources, error))?;
            self.node.events().publish(EventKind::Study, &study);
        }
        let counts = self.studies.entry(study).or_default();
        match stored {
            Stored::New => counts.new += 1,
            Stored::AlreadyHere => counts.already_here += 1,
        }
        Ok(stored)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let mut rows = Vec::new();
        for (study, counts) in &self.studies {
            self.node.events().publish(EventKind::Study, study);
            if counts.already_here > 0 {
                let outcome = format!("{} new, {} were here already", counts.new, counts.already_here);
                rows.push((study.as_str(), outcome));
            }
        }
        for (why, times) in &self.reasons {
            rows.push(("instance", format!("refused {times} times: {why}")));
        }
        for (object, outcome) in rows {
            if let Err(error) = self.node.audit(&self.actor, "import", object, &outcome) {
                tracing::error!(code = error.code(), "the audit log cannot be written");
            }
        }
    }
}

/// At most so many bytes; more are an error, not an end.
struct Bounded<'a> {
    from: &'a mut dyn Read,
    left: u64,
    exceeded: bool,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.exceeded = true;
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(read)
    }
}
