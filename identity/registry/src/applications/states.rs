//! How applications stand: what the journal says counts more than the record.

use std::collections::{HashMap, HashSet};

use dokuei_identity::application::ApplicationId;
use dokuei_identity::fingerprint::Fingerprint;

use super::record::{Decision, Record, State};
use crate::failure::Failure;
use crate::operators::pending;
use crate::registry::Registry;

/// What journal and waiting acts say, looked up once for many applications.
pub(super) struct States {
    issued: HashMap<String, Fingerprint>,
    waiting: HashSet<String>,
}

impl States {
    pub(super) fn of(registry: &Registry) -> Result<Self, Failure> {
        let mut issued = HashMap::new();
        for credential in &registry.register().credentials {
            if let Some(application) = &credential.application {
                issued
                    .entry(application.clone())
                    .or_insert(credential.fingerprint);
            }
        }
        let waiting = pending::list(registry.layout())?
            .into_iter()
            .map(|one| one.id)
            .collect();
        Ok(Self { issued, waiting })
    }

    pub(super) fn state(&self, id: ApplicationId, record: &Record) -> State {
        if self.credential(id).is_some() {
            return State::Issued;
        }
        match &record.decision {
            Some(Decision::Refused { .. }) => State::Refused,
            Some(Decision::Approved {
                pending: Some(pending),
                ..
            }) if self.waiting.contains(pending) => State::Approved,
            Some(Decision::Approved { .. }) | None => State::Received,
        }
    }

    /// What was issued for it.
    pub(super) fn credential(&self, id: ApplicationId) -> Option<Fingerprint> {
        self.issued.get(&id.to_string()).copied()
    }
}
