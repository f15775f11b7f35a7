//! What must be known of the files of a study before it is sent, for the checks and for the sealing: each file is opened
//! once for both, several at a time, and what was seen in it is kept until the study was sealed, another is looked at, or somebody
//! signs out or locks: it names a patient.

use std::collections::HashMap;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use dokuei_dicom::safety::{Facts, read_facts};
use dokuei_package::lanes::threads;
use dokuei_package::samples::Samples;
use dokuei_store::{InstanceRecord, StoreError};

use super::Node;
use super::error::ServiceError;
use super::sealing::samples_in;

/// Read at a time where a file is only looked at.
const HEADER: usize = 16 * 1024;
/// The most threads that look at files.
const LOOKING: usize = 4;
/// Files of which it is kept what was seen; of a larger study the others are looked at twice.
const KEPT: usize = 4096;

/// What was seen in a file.
pub(super) struct Look {
    /// What the checks must know; `None` when its header cannot be read.
    pub(super) facts: Option<Facts>,
    /// Where its uncompressed samples are; `None` too when they were not found, and it is sealed as it is.
    pub(super) samples: Option<Samples>,
    /// Whether it is stored predicted.
    pub(super) stored: bool,
}

/// What was seen, by the BLAKE3 of the file: of other contents it would not be true.
#[derive(Default)]
pub(super) struct Looks(Mutex<HashMap<[u8; 32], Arc<Look>>>);

impl Looks {
    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Look>>> {
        // Whole after each assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The study was sealed, or nobody is here who looks at it soon.
    pub(super) fn forget(&self) {
        *self.lock() = HashMap::new();
    }

    /// Keeps what was seen of these, and nothing of others.
    fn keep(&self, instances: &[InstanceRecord], looks: &[Arc<Look>]) {
        let seen = instances.iter().zip(looks).take(KEPT);
        let seen = seen.map(|(instance, look)| (instance.blake3, Arc::clone(look)));
        *self.lock() = seen.collect();
    }
}

impl Node {
    /// What is seen in these files, all of one study, in their order.
    ///
    /// # Errors
    /// [`ServiceError::Store`] for a file that cannot be opened.
    pub(super) fn look_into(&self, instances: &[InstanceRecord]) -> Result<Vec<Arc<Look>>, ServiceError> {
        let kept = self.0.looks.lock().clone();
        let share = instances.len().div_ceil(threads(LOOKING)).max(1);
        let looks: Vec<Arc<Look>> = thread::scope(|scope| {
            let look = |some: &[InstanceRecord]| -> Result<Vec<_>, ServiceError> {
                let mut looks = Vec::with_capacity(some.len());
                for one in some {
                    looks.push(match kept.get(&one.blake3) {
                        Some(look) => Arc::clone(look),
                        None => Arc::new(self.open_and_look(one)?),
                    });
                }
                Ok(looks)
            };
            let lookers: Vec<_> = instances
                .chunks(share)
                .map(|some| scope.spawn(move || look(some)))
                .collect();
            let mut looks = Vec::with_capacity(instances.len());
            for looker in lookers {
                looks.extend(looker.join().unwrap_or(Err(ServiceError::Interrupted))?);
            }
            Ok::<_, ServiceError>(looks)
        })?;
        self.0.looks.keep(instances, &looks);
        Ok(looks)
    }

    fn open_and_look(&self, instance: &InstanceRecord) -> Result<Look, StoreError> {
        let mut file = self.store().blob_reader(&instance.sop_instance_uid)?;
        let lying = file.samples();
        let facts = read_facts(BufReader::with_capacity(HEADER, file.by_ref())).ok();
        let samples = match lying {
            None if instance.rows > 0 => {
                file.seek(SeekFrom::Start(0))?;
                samples_in(BufReader::with_capacity(HEADER, file))
            }
            lying => lying,
        };
        Ok(Look {
            facts,
            samples,
            stored: lying.is_some(),
        })
    }
}
