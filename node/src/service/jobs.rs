//! Long work in the background: how far it is, how it ended.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::error::ServiceError;
use super::events::{EventKind, Events};

/// How many ended jobs are remembered.
const REMEMBERED: usize = 256;

/// How a job stands.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Outcome {
    Running,
    Done { result: Value },
    Failed { error: Failure },
}

/// Why a job failed.
#[derive(Debug, Clone, Serialize)]
struct Failure {
    code: String,
    detail: String,
    /// Where the rules that refused have their own words.
    detail_ja: Option<String>,
    next: String,
    next_ja: Option<&'static str>,
}

/// A job: long work that runs in the background.
#[derive(Debug)]
pub struct Job {
    id: String,
    kind: &'static str,
    done: AtomicU64,
    total: AtomicU64,
    outcome: Mutex<Outcome>,
}

impl Job {
    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds to what is done, in bytes.
    pub fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Sets what there is to do, in bytes.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Sets what is done, in bytes.
    pub fn reached(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    /// How the job stands, as the API shows it.
    #[must_use]
    pub fn view(&self) -> Value {
        let outcome = lock(&self.outcome).clone();
        let mut view = serde_json::to_value(outcome).unwrap_or_default();
        if let Value::Object(fields) = &mut view {
            let done = self.done.load(Ordering::Relaxed);
            fields.insert("id".to_owned(), self.id.clone().into());
            fields.insert("kind".to_owned(), self.kind.into());
            fields.insert("done".to_owned(), done.into());
            fields.insert(
                "total".to_owned(),
                self.total.load(Ordering::Relaxed).max(done).into(),
            );
        }
        view
    }
}

/// The jobs of a node.
#[derive(Debug, Clone, Default)]
pub struct Jobs(Arc<Mutex<VecDeque<Arc<Job>>>>);

impl Jobs {
    /// Starts `work` on a thread for blocking work and gives the job at once.
    pub fn start<F>(&self, kind: &'static str, events: &Events, work: F) -> Arc<Job>
    where
        F: FnOnce(&Arc<Job>) -> Result<Value, ServiceError> + Send + 'static,
    {
        let job = Arc::new(Job {
            id: hex::encode(rand::random::<[u8; 8]>()),
            kind,
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            outcome: Mutex::new(Outcome::Running),
        });
        let mut jobs = lock(&self.0);
        jobs.push_back(Arc::clone(&job));
        while jobs.len() > REMEMBERED {
            jobs.pop_front();
        }
        drop(jobs);
        let (running, events) = (Arc::clone(&job), events.clone());
        // It goes on with the request that began it.
        let asked = dokuei_store::asked();
        tokio::task::spawn_blocking(move || {
            let outcome = match dokuei_store::within(asked, || work(&running)) {
                Ok(result) => Outcome::Done { result },
                Err(error) => {
                    tracing::warn!(kind, code = error.code(), "a job failed");
                    Outcome::Failed {
                        error: Failure {
                            code: error.code().to_owned(),
                            detail: error.to_string(),
                            detail_ja: error.japanese(),
                            next: error.next(),
                            next_ja: error.next_japanese(),
                        },
                    }
                }
            };
            *lock(&running.outcome) = outcome;
            events.publish(EventKind::Job, &running.id);
        });
        job
    }

    /// The job with this identifier, while it is remembered.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.0).iter().find(|job| job.id == id).cloned()
    }
}

/// A poisoned lock means that a thread panicked between two assignments; the values are whole all the same.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
