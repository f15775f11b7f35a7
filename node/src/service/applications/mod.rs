//! Applying for certificates: made and signed here, sealed to the registry, given out as a file or left at a bootstrap
//! host. What is issued arrives by the register ([`super::register`]); a refusal arrives where the application was left.
//!
//! - [`draft`]: what is being filled in;
//! - [`form`]: what was filled in;
//! - [`sending`]: how it reaches the registry, and how an answer comes back;
//! - here: making it, and how it stands.

mod draft;
mod form;
mod sending;

use dokuei_identity::application::{ApplicationId, ApplicationSecretKey, Draft, SignedApplication};
use dokuei_identity::certificate::PersonName;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::register::Standing;
use dokuei_identity::time::Timestamp;
use dokuei_store::{ApplicationRow, NewApplication, StoreError};
use serde_json::{Value, json};

pub use self::draft::DraftChange;
pub use self::form::{Applicant, ApplicationForm, PractitionerForm};
pub(super) use self::sending::ASK_ANSWERS;
use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use crate::clock;
use crate::keys;
use crate::practitioners::PractitionerError;

/// The most undecided applications of one node.
const MOST: usize = 32;

impl Node {
    /// Makes and signs an application, and keeps it. A practitioner's keys are made when there are none yet.
    ///
    /// # Errors
    /// [`ServiceError::Field`] or [`ServiceError::Application`] when something is not acceptable, or what unlocking
    /// refuses.
    pub fn apply(&self, form: &ApplicationForm) -> Result<Value, ServiceError> {
        let root = self.trust()?.credentials.anchors.first().fingerprint();
        if self.store().applications()?.iter().filter(|row| row.open).count() >= MOST {
            return Err(ServiceError::TooManyApplications);
        }
        let reply = ApplicationSecretKey::generate(&mut rand::rng());
        let draft = |claims| -> Result<Draft, ServiceError> {
            let draft = Draft {
                root,
                made_at: self.now(),
                claims,
                contact: form.contact(),
                evidence: form.evidence()?,
                reply: Some(reply.public().kem().clone()),
            };
            // Before keys are made or a passphrase is tried.
            draft.check()?;
            Ok(draft)
        };
        let institution = &self.config().institution;
        let (made, practitioner) = match &form.applicant {
            Applicant::Node { device_class, owner } => {
                let claims = form::node_claims(institution, device_class.as_deref(), owner.as_deref())?;
                let draft = draft(claims)?;
                (SignedApplication::make(&self.0.secrets.node, draft)?, None)
            }
            Applicant::Practitioner(person) => {
                let draft = draft(person.claims(self.name_of(person)?, institution)?)?;
                let key = self.signing_key(person)?;
                (SignedApplication::make(&key, draft)?, Some(person.id.as_str()))
            }
        };
        self.keep_application(&made, practitioner, &reply)?;
        self.one_application(&made.id().to_string())
    }

    fn keep_application(
        &self,
        made: &SignedApplication,
        practitioner: Option<&str>,
        reply: &ApplicationSecretKey,
    ) -> Result<(), ServiceError> {
        let body = made.to_bytes();
        self.require_room(body.len() as u64)?;
        self.store().put_application(&NewApplication {
            id: *made.id().as_bytes(),
            made_at: made.application().made_at,
            practitioner,
            subject: &made.application().claims.subject(),
            key: made.request().key,
            entries: self.register().size(),
            reply: reply.seed(),
            body: &body,
        })?;
        self.changed_application(made.id(), practitioner.unwrap_or("operator"), "made")
    }

    /// The name under which she is known here, or that she gives.
    fn name_of(&self, person: &PractitionerForm) -> Result<PersonName, ServiceError> {
        let known = self.practitioners()?.into_iter().find(|one| one.id == person.id);
        if let Some(known) = known {
            return Ok(PersonName {
                japanese: known.name_ja,
                latin: known.name_latin,
            });
        }
        let given = |field, name: &Option<String>| {
            name.clone().ok_or_else(|| {
                ServiceError::field(
                    field,
                    "nobody has this sign-in name yet, and her keys cannot be made without",
                )
            })
        };
        Ok(PersonName {
            japanese: given("name_ja", &person.name_ja)?,
            latin: given("name_latin", &person.name_latin)?,
        })
    }

    /// Her signing key: unlocked, or made when nobody has her sign-in name yet.
    fn signing_key(&self, person: &PractitionerForm) -> Result<SecretKey, ServiceError> {
        let id = person.id.as_str();
        if self.practitioners()?.iter().any(|known| known.id == id) {
            let unlocked = self.unlock(id, &person.passphrase, person.second_factor.as_ref())?;
            return Ok(unlocked.secrets.signing.clone());
        }
        let name = self.name_of(person)?;
        let secrets = self
            .practitioner_files()
            .enrol(
                id,
                (&name.japanese, &name.latin),
                &person.passphrase,
                keys::tuned(),
                &mut rand::rng(),
            )
            .map_err(|error| match error {
                error @ (PractitionerError::BadId | PractitionerError::Taken(_)) => {
                    ServiceError::field("id", error)
                }
                error => error.into(),
            })?;
        self.audit("operator", "enrol", id, "success")?;
        Ok(secrets.signing.clone())
    }

    /// Whether somebody of this name may protect her new keys with this passphrase, and else why not.
    ///
    /// # Errors
    /// [`ServiceError::Practitioner`].
    pub fn judge_passphrase(
        &self,
        id: &str,
        names: (&str, &str),
        passphrase: &str,
    ) -> Result<Value, ServiceError> {
        match self.practitioner_files().may_enrol(id, names, passphrase) {
            Ok(()) => Ok(json!({"acceptable": true})),
            Err(PractitionerError::Passphrase(error)) => Ok(json!({
                "acceptable": false,
                "code": error.code(),
                "detail": error.to_string(),
                "detail_ja": error.japanese(),
            })),
            Err(error) => Err(error.into()),
        }
    }

    /// What an HPKI card signs: the statement of an application that was not sealed yet.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn application_statement(&self, id: &str) -> Result<Vec<u8>, ServiceError> {
        Ok(self.application_made(id)?.bytes_to_sign().to_vec())
    }

    /// Adds the signature of an HPKI card (CMS, DER) over [`Self::application_statement`]. The registry verifies it.
    ///
    /// # Errors
    /// [`ServiceError::ApplicationSealed`] when it was sealed already.
    pub fn countersign_application(&self, id: &str, cms: Vec<u8>) -> Result<Value, ServiceError> {
        let made = self.application_made(id)?.with_countersignature(cms)?;
        let id = made.id();
        self.store()
            .replace_application(id.as_bytes(), &made.to_bytes())
            .map_err(|error| match error {
                StoreError::NotFound(_) => ServiceError::ApplicationSealed,
                error => error.into(),
            })?;
        self.changed_application(id, "operator", "countersigned")?;
        self.one_application(&id.to_string())
    }

    /// Removes an application from this node. What has reached the registry stays there.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn forget_application(&self, id: &str) -> Result<(), ServiceError> {
        let row = self.application_row(id)?;
        self.store().forget_application(&row.id)?;
        self.changed_application(ApplicationId::from_bytes(row.id), "operator", "forgotten")
    }

    /// Every application of this node, the newest first, and how it stands.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn list_applications(&self) -> Result<Value, ServiceError> {
        let rows = self.store().applications()?;
        Ok(rows.iter().map(|row| self.application_view(row)).collect())
    }

    /// One of them, by its name or the beginning of it.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn one_application(&self, id: &str) -> Result<Value, ServiceError> {
        Ok(self.application_view(&self.application_row(id)?))
    }

    fn application_view(&self, row: &ApplicationRow) -> Value {
        // The registry decides once about an application: what its key has after a refusal, another one brought.
        let fingerprint = self.issued_for(row).filter(|_| row.refused.is_none());
        let state = match row {
            _ if fingerprint.is_some() => "issued",
            row if row.refused.is_some() => "refused",
            row if row.deposited.is_some() => "deposited",
            row if row.written_at.is_some() => "written",
            _ => "made",
        };
        let time = |at: &Timestamp| clock::rfc3339(*at);
        json!({
            "id": ApplicationId::from_bytes(row.id),
            "kind": if row.practitioner.is_some() { "practitioner" } else { "node" },
            "practitioner": row.practitioner,
            "subject": row.subject,
            "state": state,
            "made_at": time(&row.made_at),
            "written_at": row.written_at.as_ref().map(time),
            "deposited_at": row.deposited.as_ref().map(|(at, _)| time(at)),
            "bootstrap": row.deposited.as_ref().map(|(_, bootstrap)| bootstrap),
            "refused_at": row.refused.as_ref().map(|(at, _)| time(at)),
            "reason": row.refused.as_ref().map(|(_, reason)| reason),
            "fingerprint": fingerprint,
        })
    }

    /// The certificate that the register has for this key and did not have when the application was made.
    fn issued_for(&self, row: &ApplicationRow) -> Option<Fingerprint> {
        let key = PublicKey::from_bytes(row.key).ok()?;
        self.register().with_standings(|standings| {
            standings
                .of_key(key)
                .filter(|member| member.standing == Standing::InForce)
                .filter(|member| member.entry.is_some_and(|entry| entry >= row.entries))
                .max_by_key(|member| member.entry)
                .map(|member| member.fingerprint)
        })
    }

    /// Identity documents are not kept longer than they are needed: when something was issued they go. What was typed stays
    /// while something that was refused is still to be corrected.
    pub(super) fn settle_applications(&self) -> Result<(), ServiceError> {
        let (mut settled, mut undecided) = (false, false);
        let rows = self.store().applications()?;
        for row in &rows {
            if row.open && self.issued_for(row).is_some() {
                self.store().settle_application(&row.id)?;
                self.changed_application(ApplicationId::from_bytes(row.id), "registry", "issued")?;
                settled = true;
            } else {
                undecided |= row.open || awaits_correction(row, &rows);
            }
        }
        if settled && !undecided && self.draft_was_sent()? {
            self.drop_application_draft()?;
        }
        Ok(())
    }

    fn application_row(&self, id: &str) -> Result<ApplicationRow, ServiceError> {
        let id = id.to_lowercase();
        let named = |row: &ApplicationRow| !id.is_empty() && hex::encode(row.id).starts_with(&id);
        let mut fitting = self.store().applications()?.into_iter().filter(named);
        match (fitting.next(), fitting.next()) {
            (Some(row), None) => Ok(row),
            _ => Err(ServiceError::Unknown("application")),
        }
    }

    /// The application itself; that it is decided means that it is not here any more.
    fn application_made(&self, id: &str) -> Result<SignedApplication, ServiceError> {
        let row = self.application_row(id)?;
        if !row.open {
            return Err(ServiceError::ApplicationDecided);
        }
        Ok(SignedApplication::read(&self.store().application_body(&row.id)?)?)
    }

    fn changed_application(&self, id: ApplicationId, actor: &str, outcome: &str) -> Result<(), ServiceError> {
        self.audit(actor, "application", &id.to_string(), outcome)?;
        self.events().publish(EventKind::Credential, id);
        Ok(())
    }
}

/// Whether it was refused and nothing was made anew in its place.
fn awaits_correction(row: &ApplicationRow, all: &[ApplicationRow]) -> bool {
    let follows =
        |later: &ApplicationRow| later.practitioner == row.practitioner && later.made_at > row.made_at;
    row.refused.is_some() && !all.iter().any(follows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(made_at: u64, practitioner: Option<&str>, refused: bool) -> ApplicationRow {
        ApplicationRow {
            id: [0; 16],
            made_at: Timestamp(made_at),
            practitioner: practitioner.map(str::to_owned),
            subject: String::new(),
            key: [0; 32],
            entries: 0,
            open: !refused,
            digest: None,
            written_at: None,
            deposited: None,
            refused: refused.then(|| (Timestamp(made_at + 1), "unreadable".to_owned())),
        }
    }

    /// R4: the refusal of the node may come before the certificate of the person: what she typed is not lost then.
    #[test]
    fn r4_what_was_refused_is_to_be_corrected_until_it_is_made_anew() {
        let (node, person) = (row(1, None, true), row(2, Some("tanaka"), false));
        let first = [person, node];
        assert!(awaits_correction(&first[1], &first));
        assert!(!awaits_correction(&first[0], &first));
        let [person, node] = first;
        let all = [row(3, None, false), person, node];
        assert!(!awaits_correction(&all[2], &all));
    }
}
