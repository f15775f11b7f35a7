//! Cancelling a transfer, and crypto-erase: the key of a package, its ciphertext, and the images that were opened from it
//! are destroyed here as soon as the log says that nothing is to be kept of it, whoever said so: it was taken back or given
//! up, or its request was withdrawn or declined. Each request has a package of its own, under a key of its own, so that no
//! other request for the same study loses anything.
//!
//! Nothing is erased of a case that somebody holds, whoever asks for it: what was asked is done when the hold is released.
//!
//! The log is written first. A node that is killed in between erases at its next start.

use std::sync::atomic::Ordering;

use dokuei_consultation::body::{Body, EraseNotice};
use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_store::{Direction, Origin, PackageRow, StoreError};
use serde_json::Value;

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::session::Session;

impl Node {
    /// Takes a package back (its sender) or gives it up (its reader): the other side is told, both erase what there is
    /// of it, and it may be sent again. What a report rests on is kept.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, [`ServiceError::Held`] while a hold is open, [`ServiceError::Unknown`] when
    /// there is nothing to cancel.
    pub fn cancel_transfer(
        &self,
        session: &Session,
        id: &str,
        reason: String,
    ) -> Result<Value, ServiceError> {
        let case = self.my_case(session, id)?;
        if self.is_held(&case.id())? {
            self.audit(&session.id, "erase", id, "refused")?;
            return Err(ServiceError::Held);
        }
        let me = self.me(session);
        let requesting = case.requester() == Some(me);
        let verb = if requesting {
            "cancel_sending"
        } else {
            "cancel_receiving"
        };
        self.act(session, id, verb, |case| {
            let package = case.offered().ok_or(ServiceError::Unknown("package"))?;
            Ok(Body::EraseNotice(EraseNotice { package, reason }))
        })?;
        self.erase_cancelled()?;
        let case = self.my_case(session, id)?;
        self.row(&case, &me)
    }

    /// Something may be to erase: it is looked for soon.
    pub(super) fn sweep_soon(&self) {
        self.0.to_erase.store(true, Ordering::Release);
        self.ring();
    }

    /// Erases every package of which a log says that nothing is to be kept. One that is just being written to is left
    /// for the next time.
    pub(super) fn erase_cancelled(&self) -> Result<(), ServiceError> {
        if !self.0.to_erase.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let erased = self.try_erase_cancelled();
        if erased.is_err() {
            self.0.to_erase.store(true, Ordering::Release);
        }
        erased
    }

    fn try_erase_cancelled(&self) -> Result<(), ServiceError> {
        self.forget_drafts_of_ended()?;
        for row in self.store().packages(None)? {
            let Ok(case) = self.kept_case(CaseId::from_bytes(row.package.case_id)) else {
                // What cannot be read is kept.
                continue;
            };
            let gone = case.to_erase();
            let named = gone
                .iter()
                .any(|package| *package.as_bytes() == row.package.package_id);
            if !named && !self.goes_to_nobody(&case, &row) {
                continue;
            }
            if self.is_coming(&case.id(), &row.package.package_id) {
                self.0.transfers.stop(case.id(), &row.package.package_id);
                continue;
            }
            self.erase(&case, &row)?;
        }
        Ok(())
    }

    fn erase(&self, case: &Case, row: &PackageRow) -> Result<(), ServiceError> {
        let package = &row.package;
        // Held to the end: nothing is opened from a package while it is erased.
        let mut openings = self.openings();
        // Asked last: a hold that was signed a moment ago counts. Whoever releases it lets this be looked for again.
        if self.is_held(&case.id())? {
            return Ok(());
        }
        openings.remove(&package.package_id);
        let mut what = "key and ciphertext";
        // The row of the package goes last: as long as it is there, this is begun again after a crash.
        if package.direction == Direction::Incoming
            && let Some(study) = self.study_to_erase(case, &package.package_id)?
        {
            self.store().erase_study(&study)?;
            self.events().publish(EventKind::Study, study);
            what = "key, ciphertext and opened images";
        }
        if package.direction == Direction::Incoming {
            // What was being written of images that are gone goes with them.
            self.forget_drafts_of_erased(case)?;
        }
        self.store().erase_package(&package.package_id)?;
        drop(openings);
        tracing::info!(case = %case.id(), "a package was erased");
        self.audit("node", "erase", &case.id().to_string(), what)?;
        self.events().publish(EventKind::Case, case.id());
        Ok(())
    }

    /// The study that was opened from a package, when nothing else rests on it: no other case of which a package of the
    /// same study is here.
    fn study_to_erase(&self, case: &Case, package: &[u8; 16]) -> Result<Option<String>, ServiceError> {
        let Some((_, request)) = case.request() else {
            return Ok(None);
        };
        let uid = &request.study_instance_uid;
        let held = match self.store().study(uid) {
            Ok(held) => held.study,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // No case: the node was killed after the first images were opened and before that was noted.
        let of_this_case = held.case_id.is_none_or(|of| of == *case.id().as_bytes());
        if held.origin != Origin::Received || !of_this_case {
            return Ok(None);
        }
        for other in self.store().packages(None)? {
            if other.package.package_id == *package {
                continue;
            }
            let Ok(of) = self.kept_case(CaseId::from_bytes(other.package.case_id)) else {
                return Ok(None);
            };
            if of
                .request()
                .is_some_and(|(_, request)| request.study_instance_uid == *uid)
            {
                return Ok(None);
            }
        }
        Ok(Some(uid.clone()))
    }
}
