//! Deleting for good what need not be kept any longer, with a certificate (guideline 6(3), 6(4); docs/retention.md).
//!
//! A practitioner who answers for it signs an order, a second person too where the house wants it. The order is on disk
//! before anything is destroyed; then keys, images, packages and the log go, then the certificate is made. A node that is
//! killed in between goes on at its next start ([`Node::finish_deletions`]).

mod certificate;
mod plan;
mod view;

use dokuei_consultation::id::CaseId;
use dokuei_document::Fonts;
use dokuei_governance::day::Day;
use dokuei_governance::deletion::{self, DeletionError, Order, Reason, Signer, Why, Wish};
use dokuei_governance::duty::Duty;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_identity::signed::{self, Kind};
use dokuei_store::{DeletionRow, Destruction, Id32, NewDeletion, StoreError};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::plan::Plan;
use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::proofs::Proven;
use super::session::Session;
use crate::clock;

pub use self::certificate::VERIFY_SH;

/// How many characters at the end of an identifier are typed to confirm.
const TYPED: usize = 6;

/// What is to be deleted, as the app and the command line send it: a case or a study.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = NewDeletion)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A case, with everything that belongs to it.
    #[serde(default)]
    pub case_id: Option<String>,
    /// A study: its images.
    #[serde(default)]
    pub study_instance_uid: Option<String>,
    /// `kept_long_enough`, `patient_request`, `wrongly_received`, `wrong_patient`, `duplicate`, `trial` or
    /// `sender_request`.
    #[schema(value_type = String)]
    pub reason: Reason,
    /// The same in words, without any patient's data: at most 500 characters.
    pub why: String,
    /// Whether it is meant to be deleted before its time.
    #[serde(default)]
    pub early: bool,
    /// The last six characters of the identifier, typed.
    pub confirm: String,
    /// That it is she who is signed in, of `POST /security/proof`.
    pub proof: String,
    /// That a second person agrees, likewise.
    #[serde(default)]
    pub second_proof: Option<String>,
}

/// SHA-256 of an identifier as it is written.
pub(super) fn subject(identifier: &str) -> Id32 {
    Sha256::digest(identifier).into()
}

impl Node {
    /// Deletes a case or a study for good. What came of it is in the list of deletions; the certificate is there too.
    ///
    /// # Errors
    /// [`ServiceError::Deletion`] with what stands against it, [`ServiceError::Rule`] without the duty,
    /// [`ServiceError::ProofNeeded`] without a proof that holds, [`ServiceError::Unknown`] or [`ServiceError::Deleted`] when it
    /// is not here.
    pub fn delete_kept(&self, session: &Session, wanted: &Wanted) -> Result<Value, ServiceError> {
        self.require_duty(&session.id, Duty::Privacy)?;
        self.permit(session, Action::Erase, Object::new(Data::Case, Relation::Local))?;
        let why = Why::new(&wanted.why).map_err(|error| ServiceError::field("why", error))?;
        // Without one there would be no certificate in the end.
        Fonts::find(self.config().document.font.as_deref())?;
        let object = wanted.object()?;
        if wanted.reason == Reason::SenderRequest {
            self.require_sender_asked(wanted)?;
        }
        let outcome = self.try_to_delete(session, wanted, why);
        if let Err(ServiceError::Deletion(refused)) = &outcome {
            self.audit(
                &session.id,
                "delete",
                object,
                &format!("refused: {}", refused.code()),
            )?;
        }
        let number = outcome?;
        // It is destroyed; should its certificate fail, it is made at the next start.
        if let Err(error) = self.certify(number) {
            tracing::error!(code = error.code(), %error, "the certificate of a deletion could not be made yet");
        }
        Ok(view::deletion_view(&self.store().deletion(number)?))
    }

    fn try_to_delete(&self, session: &Session, wanted: &Wanted, why: Why) -> Result<u64, ServiceError> {
        // Held to the end: nothing is opened from a package, and no entry is taken, while it is destroyed.
        let mut openings = self.openings();
        let _writing = self.write_lock();
        let plan = self.plan(wanted)?;
        let (ledger, today) = (self.ledger()?, self.today());
        let second = wanted.second_proof.as_deref();
        let second = second.map(|word| self.proven(session, word)).transpose()?;
        let wish = Wish {
            reason: wanted.reason,
            early: wanted.early,
            by: &session.id,
            second: second.as_ref().map(|one| one.id.as_str()),
        };
        deletion::may_delete(&plan.keeping, &wish, ledger.deletes_by_two(today), today)?;
        let first = self.proven(session, &wanted.proof)?;
        if first.id != session.id {
            return Err(ServiceError::ProofNeeded);
        }
        for package in &plan.work.packages {
            if plan.cases.iter().any(|case| self.is_coming(case, package)) {
                return Err(ServiceError::UnderTransfer);
            }
            openings.remove(package);
        }
        let number = self.write_order(&plan, wanted, why, (&first, second.as_ref()))?;
        self.carry_out(number, &plan.work)?;
        Ok(number)
    }

    /// That the sender asked is no pretext: her signed request is here.
    fn require_sender_asked(&self, wanted: &Wanted) -> Result<(), ServiceError> {
        let asked = match &wanted.study_instance_uid {
            Some(study) => self.is_asked_to_erase(study)?,
            None => false,
        };
        asked.then_some(()).ok_or_else(|| {
            let why =
                "whoever sent it has not asked for it: there is no such request in a case about this study";
            ServiceError::field("reason", why)
        })
    }

    fn proven(&self, session: &Session, word: &str) -> Result<Proven, ServiceError> {
        let proven = self.0.proofs.take(word, &session.id, self.now());
        proven.ok_or(ServiceError::ProofNeeded)
    }

    /// Writes the signed order down: from here on it is carried out, whatever happens.
    fn write_order(
        &self,
        plan: &Plan,
        wanted: &Wanted,
        why: Why,
        (first, second): (&Proven, Option<&Proven>),
    ) -> Result<u64, ServiceError> {
        let (before, now) = (self.store().deletions()?, self.now());
        let last = before.last();
        let number = last.map_or(0, |one| one.number) + 1;
        let institution = &self.config().institution;
        let order = Order {
            format: deletion::ORDER,
            certificate: number,
            institution: institution.name.clone(),
            institution_code: institution.code.clone(),
            what: plan.what.clone(),
            reason: wanted.reason,
            why,
            early: plan.is_early(self.today()),
            kept_until: plan.keeping.until,
            ordered_at: clock::rfc3339(now),
            ordered_by: signer(first),
            second: second.map(signer),
            destroyed: plan.destroyed.clone(),
            previous: last.map(|one| hex::encode(Sha256::digest(&one.order))),
        };
        let text =
            serde_json::to_string_pretty(&order).map_err(|error| ServiceError::field("order", error))?;
        let payload = format!("{text}\n").into_bytes();
        let sign = |who: &Proven| {
            let (key, print) = (&who.secrets.signing, &who.certificate.fingerprint);
            signed::sign(Kind::DeletionOrder, key, print, payload.clone())
        };
        let new = NewDeletion {
            number,
            ordered_at: now,
            order: sign(first),
            countersigned: second.map(sign),
            list: plan.list.clone(),
            work: plan.work.clone(),
            subjects: plan.subjects.clone(),
        };
        let begun = format!("begun: certificate {number}");
        let event = self.audited(&first.id, "delete", &plan.object, &begun);
        self.store().begin_deletion(&new, &event)?;
        Ok(number)
    }

    /// Destroys what an order names. The caller holds the locks of openings and of writing, or nobody works here yet.
    fn carry_out(&self, number: u64, work: &Destruction) -> Result<(), ServiceError> {
        if let Some(case) = work.case {
            // Those of opinions lie beside the case, where the store does not look for them.
            self.forget_drafts_in(CaseId::from_bytes(case))?;
        }
        self.store().destroy(work)?;
        self.store().complete_deletion(number, self.now())?;
        tracing::info!(certificate = number, "what was to be deleted is destroyed");
        if let Some(case) = &work.case {
            self.0.replays.changed(case);
            self.0.heads.changed(case);
            self.events().publish(EventKind::Case, hex::encode(case));
        }
        self.0.looks.forget();
        for study in &work.studies {
            self.0.pseudonyms.forget(study);
            self.events().publish(EventKind::Study, study);
        }
        Ok(())
    }

    /// Goes on with deletions that were begun when the node was ended, before anybody works here. What cannot be done yet
    /// is told and tried again at the next start.
    pub(super) fn finish_deletions(&self) {
        let rows = match self.store().unfinished_deletions() {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "whether a deletion was begun is not known");
                return;
            }
        };
        for row in rows {
            if let Err(error) = self.finish(&row) {
                tracing::error!(code = error.code(), %error, certificate = row.number, "a deletion is not finished");
            }
        }
    }

    fn finish(&self, row: &DeletionRow) -> Result<(), ServiceError> {
        if let Some(work) = &row.work {
            tracing::warn!(
                certificate = row.number,
                "a deletion that was begun is carried out"
            );
            self.carry_out(row.number, work)?;
        }
        self.certify(row.number)
    }

    /// Lets what was deleted be taken in again, for a reason: without this nothing of it comes in, whichever way.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when it was not deleted here, [`ServiceError::Rule`] without the duty.
    pub fn readmit(&self, session: &Session, identifier: &str, why: &str) -> Result<Value, ServiceError> {
        self.require_duty(&session.id, Duty::Privacy)?;
        let why = Why::new(why).map_err(|error| ServiceError::field("why", error))?;
        let deleted = self.store().deleted(&subject(identifier))?;
        let number = deleted.ok_or(ServiceError::Unknown("deletion"))?.number;
        let outcome = format!("success: certificate {number}: {why}");
        let event = self.audited(&session.id, "readmit", identifier, &outcome);
        self.store().readmit(number, &event)?;
        Ok(view::deletion_view(&self.store().deletion(number)?))
    }

    /// What is said of something that is not here: that it was deleted, or that there is none.
    pub(super) fn gone(&self, what: &'static str, identifier: &str) -> ServiceError {
        match self.deletion_of(identifier) {
            Ok(Some(error)) | Err(error) => error,
            Ok(None) => ServiceError::Unknown(what),
        }
    }

    /// Whether a case was deleted here: nothing of it is taken any more.
    pub(super) fn is_deleted_case(&self, case: &[u8; 16]) -> Result<bool, ServiceError> {
        let name = CaseId::from_bytes(*case).to_string();
        Ok(self.store().deleted(&subject(&name))?.is_some())
    }

    /// Refuses images of a study that was deleted here and is not to come in again.
    pub(super) fn refuse_deleted(&self, study: &str) -> Result<(), ServiceError> {
        let Some(deleted) = self.store().deleted(&subject(study))? else {
            return Ok(());
        };
        // It came again knowingly, and this is more of it.
        let is_here = match self.store().study_record(study) {
            Ok(_) => true,
            Err(StoreError::NotFound(_)) => false,
            Err(error) => return Err(error.into()),
        };
        if deleted.readmitted || is_here {
            return Ok(());
        }
        Err(self.gone("study", study))
    }

    fn deletion_of(&self, identifier: &str) -> Result<Option<ServiceError>, ServiceError> {
        let Some(deleted) = self.store().deleted(&subject(identifier))? else {
            return Ok(None);
        };
        let row = self.store().deletion(deleted.number)?;
        let by = view::order_of(&row)
            .pointer("/ordered_by/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok(Some(ServiceError::Deleted {
            on: Day::at(row.ordered_at),
            by,
            number: deleted.number,
        }))
    }
}

fn signer(who: &Proven) -> Signer {
    Signer {
        id: who.id.clone(),
        name: who.certificate.name.japanese.clone(),
        certificate: who.certificate.fingerprint.to_string(),
    }
}

impl Wanted {
    /// Which of the two it is; that it was typed is checked.
    fn object(&self) -> Result<&str, ServiceError> {
        let ((Some(identifier), None) | (None, Some(identifier))) =
            (self.case_id.as_deref(), self.study_instance_uid.as_deref())
        else {
            return Err(ServiceError::field(
                "case_id",
                "name a case or a study, and not both",
            ));
        };
        let from = identifier
            .char_indices()
            .rev()
            .nth(TYPED - 1)
            .map_or(0, |(at, _)| at);
        if self.confirm != identifier[from..] {
            let why = "it must be the last six characters of the identifier";
            return Err(ServiceError::field("confirm", why));
        }
        Ok(identifier)
    }
}

impl From<DeletionError> for ServiceError {
    fn from(error: DeletionError) -> Self {
        Self::Deletion(error)
    }
}
