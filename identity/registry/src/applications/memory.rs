//! What an opened registry remembers of its applications, so that a question does not unseal all of them again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_identity::application::{ApplicationId, ApplicationSecretKey, Claims, SignedApplication};
use dokuei_identity::key::PublicKey;
use dokuei_identity::time::Timestamp;

use super::record::Record;

/// Shared by everything that works on one opened registry, and gone with it. Only that registry writes into the folder
/// of applications, so what is remembered stays true.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Remembered>>);

#[derive(Default)]
struct Remembered {
    key: Option<Arc<ApplicationSecretKey>>,
    briefs: BTreeMap<ApplicationId, Arc<Brief>>,
}

/// An application without its attachments.
#[derive(Clone)]
pub(super) struct Brief {
    pub(super) claims: Claims,
    pub(super) made_at: Timestamp,
    /// The applicant's key.
    pub(super) key: PublicKey,
    /// How many attachments there are.
    pub(super) evidence: usize,
    pub(super) countersigned: bool,
    pub(super) record: Record,
}

impl Brief {
    pub(super) fn of(application: &SignedApplication, record: Record) -> Self {
        let said = application.application();
        Self {
            claims: said.claims.clone(),
            made_at: said.made_at,
            key: application.request().key,
            evidence: said.evidence.len(),
            countersigned: application.countersignature().is_some(),
            record,
        }
    }
}

impl Memory {
    pub(super) fn key(&self) -> Option<Arc<ApplicationSecretKey>> {
        self.lock().key.clone()
    }

    /// Deriving what the key is sealed with takes long on purpose: once is enough.
    pub(super) fn keep_key(&self, key: ApplicationSecretKey) -> Arc<ApplicationSecretKey> {
        let key = Arc::new(key);
        self.lock().key = Some(Arc::clone(&key));
        key
    }

    pub(super) fn brief(&self, id: ApplicationId) -> Option<Arc<Brief>> {
        self.lock().briefs.get(&id).cloned()
    }

    pub(super) fn keep_brief(&self, id: ApplicationId, brief: Brief) -> Arc<Brief> {
        let brief = Arc::new(brief);
        self.lock().briefs.insert(id, Arc::clone(&brief));
        brief
    }

    /// After a decision: what was known of the application is read again when it is next asked for.
    pub(super) fn forget(&self, id: ApplicationId) {
        self.lock().briefs.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
