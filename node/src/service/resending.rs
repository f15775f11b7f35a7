//! Sending a study again, after its transfer was cancelled: sealed anew under a fresh key, in the same case.

use std::sync::Arc;

use dokuei_consultation::body::{Body, Grant};
use dokuei_consultation::entry::EntryType;
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Object};
use dokuei_package::grant::grant;
use dokuei_store::StudySummary;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::forwarding::{is_requester, to_grant};
use super::jobs::Job;
use super::sealing::ToSeal;
use super::session::Session;

/// What is sealed again.
struct Again {
    case: CaseId,
    request: EntryId,
    readers: Vec<Fingerprint>,
    study: StudySummary,
}

impl Node {
    /// Checks at once whether the study of a case may be sent again; then seals and offers it in the background.
    ///
    /// # Errors
    /// [`ServiceError`] for whatever is missing or not allowed; nothing has changed then.
    pub fn send_again(&self, session: &Arc<Session>, id: &str) -> Result<Arc<Job>, ServiceError> {
        let case = self.my_case(session, id)?;
        self.permit(session, Action::Request, Object::OWN_CASE)?;
        self.require_thawed()?;
        let me = self.me(session);
        let (request_id, request) = case.request().ok_or(ServiceError::Unknown("request"))?;
        if !is_requester(&case, &me) {
            return Err(Refusal::NotTheRequester(EntryType::PackageOffered).into());
        }
        nothing_on_offer(&case)?;
        // Whoever may still take it on, or has.
        let readers = to_grant(&case, &me);
        for reader in &readers {
            self.people().standing_now(reader)?;
            if self.people().nodes_of(reader, self.now())?.is_empty() {
                return Err(ServiceError::NoDevice);
            }
        }
        let again = Again {
            case: case.id(),
            request: request_id,
            readers,
            study: self.seen_study(&me, &request.study_instance_uid)?,
        };
        let (node, session) = (self.clone(), Arc::clone(session));
        Ok(self.0.jobs.start("request", &self.0.events, move |job| {
            node.seal_again(job, &session, &again)
        }))
    }

    fn seal_again(&self, job: &Job, session: &Session, again: &Again) -> Result<Value, ServiceError> {
        let now = self.now();
        let what = ToSeal {
            case: again.case,
            request: again.request,
            reader: again.readers.first().copied().ok_or(ServiceError::NoDevice)?,
            study: &again.study,
        };
        let sealed = self.seal(job, session, what, now)?;
        let package = sealed.package;
        let (bytes, sealed_bytes) = (sealed.bytes, sealed.core.core().ciphertext_length);
        let offer = sealed.offer();
        let mut grants = Vec::new();
        for reader in &again.readers {
            for device in self.people().nodes_of(reader, now)? {
                let key = grant(&sealed.cek, &sealed.core, reader, &device.kem, &mut rand::rng())
                    .map_err(|error| ServiceError::field("device list", error))?;
                grants.push(Grant {
                    package,
                    recipient: *reader,
                    node: device.node,
                    kid: device.kid,
                    sealed: key.to_bytes(),
                });
            }
        }
        self.keep_package(again.case, sealed)?;
        let offered = self.offer_again(session, again.case, Body::PackageOffered(offer), grants);
        if let Err(error) = offered {
            // Nobody knows of it.
            self.store().erase_package(package.as_bytes())?;
            return Err(error);
        }
        self.audit(&session.id, "send_again", &again.case.to_string(), "success")?;
        self.ring();
        Ok(json!({"case_id": again.case, "bytes": bytes, "sealed_bytes": sealed_bytes}))
    }

    /// Should the node be killed after the offer and before a grant, the grant is made when the sender next signs in.
    fn offer_again(
        &self,
        session: &Session,
        case: CaseId,
        offer: Body,
        grants: Vec<Grant>,
    ) -> Result<(), ServiceError> {
        let _writing = self.write_lock();
        let mut case = self.case_log(case)?;
        nothing_on_offer(&case)?;
        self.author_case(session, &mut case, offer)?;
        for one in grants {
            if let Err(error) = self.author_case(session, &mut case, Body::Grant(one)) {
                tracing::warn!(code = error.code(), %error, "a key was not granted yet");
            }
        }
        Ok(())
    }
}

/// A case that goes on, and of which no package is on offer.
fn nothing_on_offer(case: &Case) -> Result<(), ServiceError> {
    if case.state().is_ended() || case.offered().is_some() {
        return Err(Refusal::NotNow {
            entry: EntryType::PackageOffered,
            state: case.state().name(),
        }
        .into());
    }
    Ok(())
}
