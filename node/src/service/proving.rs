//! Compares received images with what their sender signed, beside everything else. They are kept as they came, which was
//! proven against the signed root and authenticated; what is proven here is that they decode to the files whose hashes the
//! list of contents names. Whoever looks at an image before it was its turn has it compared first (`node/store`), so that
//! nothing is ever seen of one that is not what it should be.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, TryLockError};

use dokuei_consultation::id::CaseId;
use dokuei_store::{Direction, NewPackage, PackageState, StoreError, Unproven};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;

/// Compared between two transactions.
const AT_ONCE: u32 = 64;

/// The comparing, which one does at a time.
#[derive(Default)]
pub(super) struct Proving {
    /// Held by who does it: the blobs that it told could not be read.
    one: Mutex<BTreeSet<[u8; 16]>>,
    /// There may be more to compare than when it was begun.
    again: AtomicBool,
}

impl Node {
    /// Compares what was not compared yet. Blocking; one at a time: who comes while another does it has it look again, and
    /// waits for nothing.
    pub(super) fn prove_received(&self) {
        let proving = &self.0.proving;
        proving.again.store(true, Ordering::SeqCst);
        while proving.again.load(Ordering::SeqCst) {
            let mut told = match proving.one.try_lock() {
                Ok(told) => told,
                Err(TryLockError::Poisoned(told)) => told.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while proving.again.swap(false, Ordering::SeqCst) {
                if let Err(error) = self.try_prove_received(&mut told) {
                    tracing::warn!(code = error.code(), %error, "received images could not all be compared yet");
                }
            }
        }
    }

    fn try_prove_received(&self, told: &mut BTreeSet<[u8; 16]>) -> Result<(), ServiceError> {
        let mut after = [0; 16];
        loop {
            let some = self.store().unproven(&after, AT_ONCE)?;
            let Some(last) = some.last() else {
                return Ok(());
            };
            after = last.blob;
            let mut studies = BTreeSet::new();
            let mut compared = Ok(());
            for one in some {
                let outcome = match self.store().prove(&one.sop_instance_uid) {
                    Err(StoreError::Differs) => self.refuse_image(&one),
                    proven => proven.map_err(ServiceError::from),
                };
                match outcome {
                    Ok(()) => drop(studies.insert(one.study_instance_uid)),
                    // Erased meanwhile.
                    Err(ServiceError::Store(StoreError::NotFound(_))) => {}
                    Err(error @ ServiceError::Store(StoreError::NoSpace)) => {
                        compared = Err(error);
                        break;
                    }
                    // This disk's fault, and of this image only.
                    Err(error) => {
                        tracing::error!(code = error.code(), %error, "a received image cannot be compared");
                        let damaged = matches!(error, ServiceError::Store(StoreError::Damaged(_)));
                        if damaged && told.insert(one.blob) {
                            self.audit("node", "compare", &one.study_instance_uid, "damaged")?;
                        }
                    }
                }
            }
            self.store().note_proven()?;
            for study in studies {
                self.events().publish(EventKind::Study, study);
            }
            compared?;
        }
    }

    /// An image is not what its sender signed: it goes, and with it the good name of every package that it may have come in.
    /// Of one that is not opened yet all is opened anew, so that it cannot count as opened without this image.
    fn refuse_image(&self, image: &Unproven) -> Result<(), ServiceError> {
        let error =
            ServiceError::BadPackage("an image is not the one that its list of contents names".to_owned());
        tracing::error!(code = error.code(), %error, "a received image is refused");
        let study = &image.study_instance_uid;
        // Nothing is opened meanwhile.
        let mut openings = self.openings();
        let known = self.store().study(study)?.study.case_id;
        let mut cases = BTreeSet::new();
        for row in self.store().packages(None)? {
            let package = &row.package;
            if package.direction != Direction::Incoming || !self.may_bring(package, study, known.as_ref()) {
                continue;
            }
            match row.state {
                // Before the image goes: whatever happens in between, the package does not count as opened without it.
                PackageState::Opened => self
                    .store()
                    .set_package_state(&package.package_id, PackageState::Refused)?,
                PackageState::Refused => {}
                _ => drop(openings.insert(package.package_id, None)),
            }
            cases.insert(package.case_id);
        }
        let objects: Vec<String> = cases
            .into_iter()
            .map(|case| CaseId::from_bytes(case).to_string())
            .collect();
        for object in if objects.is_empty() {
            std::slice::from_ref(study)
        } else {
            &objects
        } {
            self.audit("node", "compare", object, error.code())?;
        }
        self.store().reject(image)?;
        drop(openings);
        for case in objects {
            self.events().publish(EventKind::Case, case);
        }
        self.events().publish(EventKind::Study, study);
        Ok(())
    }

    /// Whether a package may have brought images of a study: that of its case's request, or of the case that the study is
    /// known to be of.
    pub(super) fn may_bring(&self, package: &NewPackage, study: &str, known: Option<&[u8; 16]>) -> bool {
        if known == Some(&package.case_id) {
            return true;
        }
        let case = self.case_log(CaseId::from_bytes(package.case_id));
        case.is_ok_and(|case| {
            let request = case.request();
            request.is_some_and(|(_, request)| request.study_instance_uid == study)
        })
    }
}
