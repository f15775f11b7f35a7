//! How the house runs this node: what its people have signed about it, what is due, and what follows from that.
//!
//! The records are people's statements ([`dokuei_governance`]). They are verified when they are read, kept in memory, and
//! appended to on disk, together with the row of the audit trail, before anybody is told.

mod files;
mod gate;
mod view;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_governance::attestation::{self, Attestation, Attested, RecordId};
use dokuei_governance::day::Day;
use dokuei_governance::due::{self, Due, Member};
use dokuei_governance::duty::{Name, SignInName};
use dokuei_governance::ledger::Ledger;
use dokuei_governance::rules;
use dokuei_governance::statement::Statement;
use dokuei_governance::text::TextError;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::chain::TrustAnchors;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_store::{AuditEvent, Store};
use serde_json::Value;
use tokio::sync::Notify;

pub use self::files::PaperFormat;
pub use self::view::Wanted;
use super::Node;
use super::error::ServiceError;
use super::people::People;
use super::session::Session;
use crate::practitioners::Practitioner;

/// For how long records that do not hold are not read again, seconds: whoever waits for a restored store waits no longer.
const DAMAGED_FOR: u64 = 60;

/// The chain as it was verified, until it is read anew.
#[derive(Debug, Default)]
pub(super) struct Governing {
    kept: Mutex<Option<Kept>>,
    /// Whether an incident is open by it.
    frozen: AtomicBool,
    /// Told when one begins.
    froze: Notify,
}

#[derive(Debug)]
enum Kept {
    Whole(Arc<Ledger>),
    /// Why it does not hold, and until when that is not judged again.
    Damaged(String, Timestamp),
}

impl Governing {
    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        // Put in whole, or not at all.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, kept: &mut Option<Kept>, ledger: Ledger) -> Arc<Ledger> {
        self.freeze(ledger.open_incidents().next().is_some());
        let ledger = Arc::new(ledger);
        *kept = Some(Kept::Whole(Arc::clone(&ledger)));
        ledger
    }

    fn freeze(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::Release);
        if frozen {
            self.froze.notify_waiters();
        }
    }

    /// Comes back when an incident is open.
    pub(super) async fn frozen(&self) {
        let told = self.froze.notified();
        tokio::pin!(told);
        // From here on none is missed that begins after the look.
        told.as_mut().enable();
        if !self.frozen.load(Ordering::Acquire) {
            told.await;
        }
    }
}

/// What is due by the records in the store of a node that is not running.
///
/// # Errors
/// [`ServiceError::DamagedRecords`] when the records do not hold.
pub(crate) fn due_in(
    store: &Store,
    anchors: &TrustAnchors,
    people: &[Practitioner],
    now: Timestamp,
) -> Result<Vec<Due>, ServiceError> {
    let (ledger, damage) = read(store, people, |signer| {
        People::certificate_in(store, anchors, signer)
    })?;
    match damage {
        None => Ok(due::all(&ledger, &members(people), Day::at(now))),
        Some(why) => Err(ServiceError::DamagedRecords(why)),
    }
}

fn members(people: &[Practitioner]) -> Vec<Member<'_>> {
    let mut all = Vec::with_capacity(people.len());
    for one in people {
        all.push(Member {
            id: &one.id,
            name: &one.name_ja,
        });
    }
    all
}

/// Reads the chain as far as it holds, and compares its end with what the audit trail names; says what is wrong with it.
fn read(
    store: &Store,
    people: &[Practitioner],
    certificate: impl Fn(&Fingerprint) -> Option<PractitionerCertificate>,
) -> Result<(Ledger, Option<String>), ServiceError> {
    let stored = store.attestations()?;
    let signed = stored.signed.iter().map(Vec::as_slice);
    let (ledger, broken) = Ledger::read_as_far(
        signed,
        |signer| certificate(signer).map(|one| one.key),
        |record| certificate(&record.signer).is_some_and(|one| is_hers(record, &one, people)),
    );
    let newest = ledger.records().last().map(|last| last.id.to_string());
    let damage = match broken {
        Some(why) => Some(why.to_string()),
        None if stored.newest_in_trail != newest => {
            Some("the audit trail names another as the newest: records were cut off".to_owned())
        }
        None => None,
    };
    Ok((ledger, damage))
}

/// Whether the certificate that signed is of the person whom a record names: it has her name, and its key is not that of
/// somebody else who signs in here.
fn is_hers(record: &Attested, certificate: &PractitionerCertificate, people: &[Practitioner]) -> bool {
    let one = &record.attestation;
    let key = hex::encode(certificate.key.as_bytes());
    let others = people.iter().filter(|other| other.id != one.by.as_str());
    certificate.name.japanese == one.name.as_str() && !others.into_iter().any(|other| other.public_key == key)
}

impl Node {
    /// What people have attested here, verified.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`] when the chain does not hold.
    pub(super) fn ledger(&self) -> Result<Arc<Ledger>, ServiceError> {
        let (governing, now) = (&self.0.governing, self.now());
        let mut kept = governing.kept();
        match kept.as_ref() {
            Some(Kept::Whole(ledger)) => return Ok(Arc::clone(ledger)),
            Some(Kept::Damaged(why, until)) if now < *until => {
                return Err(ServiceError::DamagedRecords(why.clone()));
            }
            _ => {}
        }
        // A person's file that cannot be read is told where she signs in; an incident is open all the same.
        let people = self.practitioners().unwrap_or_default();
        let (ledger, damage) = read(self.store(), &people, |signer| self.people().certificate(signer))?;
        let Some(why) = damage else {
            return Ok(governing.keep(&mut kept, ledger));
        };
        // An incident that began in what still holds is not over because something after it does not.
        governing.freeze(self.is_frozen() || ledger.open_incidents().next().is_some());
        *kept = Some(Kept::Damaged(why.clone(), now.plus(DAMAGED_FOR)));
        Err(ServiceError::DamagedRecords(why))
    }

    /// Reads the records when the node is opened: whether an incident is open is asked for from then on without waiting.
    pub(super) fn read_records(&self) {
        if let Err(error) = self.ledger() {
            tracing::error!(code = error.code(), %error, "the records of the house cannot be read");
            if !matches!(error, ServiceError::DamagedRecords(_)) {
                // Whether an incident is open is not known: as if one were, until they can be read.
                self.0.governing.freeze(true);
            }
        }
    }

    /// Today in Japan.
    pub(super) fn today(&self) -> Day {
        Day::at(self.now())
    }

    /// Signs a statement with the key of whoever is signed in, and gives the record as it is shown.
    ///
    /// # Errors
    /// [`ServiceError::Rule`] when it is not hers to state or does not make sense.
    pub fn attest(&self, session: &Session, statement: Statement) -> Result<Value, ServiceError> {
        let word = statement.word();
        let outcome = self.try_attest(session, statement);
        if let Err(ServiceError::Rule(_)) = &outcome {
            self.audit(&session.id, "attest", word, "refused")?;
        }
        let id = outcome?;
        self.record_view(&id)
    }

    fn try_attest(&self, session: &Session, statement: Statement) -> Result<RecordId, ServiceError> {
        self.known_to_hold(&statement)?;
        let releases = matches!(statement, Statement::Release(_));
        let _writing = self.write_lock();
        let ledger = self.ledger()?;
        let people = self.practitioners()?;
        let here: Vec<&str> = people.iter().map(|one| one.id.as_str()).collect();
        rules::may_state(&ledger, (&session.id, &here), &statement, self.today())?;
        let (number, previous) = ledger.next();
        let text = |error: TextError| ServiceError::field("name", error);
        let signed_at = self.now();
        let attestation = Attestation {
            number,
            previous,
            at: signed_at,
            by: SignInName::new(&session.id).map_err(text)?,
            name: Name::new(&session.certificate.name.japanese).map_err(text)?,
            statement,
        };
        let me = &session.certificate;
        let refused = |error| ServiceError::field("record", error);
        let bytes =
            attestation::sign(&attestation, &session.secrets.signing, &me.fingerprint).map_err(refused)?;
        // What is stored is what others will read: verified as they would.
        let record = attestation::verify(&bytes, |signer| (*signer == me.fingerprint).then_some(me.key))
            .map_err(refused)?;
        let id = record.id;
        let event = AuditEvent {
            at: signed_at,
            actor: session.id.clone(),
            action: "attest".to_owned(),
            object: id.to_string(),
            outcome: "success".to_owned(),
        };
        self.store()
            .append_attestation(number, id.as_bytes(), &bytes, &event)?;
        let mut next = Ledger::clone(&ledger);
        next.append(record)
            .map_err(|why| ServiceError::DamagedRecords(why.to_string()))?;
        let was_frozen = self.is_frozen();
        let governing = &self.0.governing;
        governing.keep(&mut governing.kept(), next);
        if releases {
            // What was asked to be erased meanwhile is erased now.
            self.sweep_soon();
        }
        match (was_frozen, self.is_frozen()) {
            (false, true) => self.0.archives.halt(),
            (true, false) => {
                self.0.archives.go_on();
                self.ring();
            }
            _ => {}
        }
        Ok(id)
    }
}
