//! Who is asked next when a request is declined or not answered in time: a list that the requester chose before, with the
//! patient's consent to each (R2, R5, R8, R12). Her node asks the next by itself while she is signed in, and when she signs
//! in again otherwise: the entry is signed with her key, on her instruction, and stays in the same case.
//!
//! Who can never be asked is passed over, and the requester told when nobody is left; what may pass (an old view of the
//! register, a device list that has not come) is tried again later and costs nobody her place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dokuei_consultation::body::{ForwardKind, Loss};
use dokuei_consultation::deadline::{Duty, Stage};
use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_consultation::state::State;
use dokuei_identity::chain::ChainError;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action};
use dokuei_store::{Id16, Successor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Node;
use super::cases::NewConsent;
use super::error::ServiceError;
use super::events::EventKind;
use super::forwarding::{NewForward, is_requester};
use super::session::Session;

/// The most readers of one list.
const MOST: usize = 5;
/// The most cases with a list.
const MOST_CASES: u32 = 1_000;
/// After the first failure that may pass it is waited so long, after each further one twice as long, at most an hour.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Who is asked next, as the app sends it; nobody: the list is given up.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuccession {
    /// Fingerprints, the next first; at most five.
    pub readers: Vec<String>,
    /// The patient's consent to all of them.
    #[serde(default)]
    pub consent: Option<NewConsent>,
}

/// The patient's consent to one of them, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptConsent {
    version: u32,
    explained_by: String,
    explained_at: String,
    scope: String,
}

/// Held while a list is changed or somebody of one is asked: nobody is asked whom the requester has just taken from it. In
/// it, where asking failed and when it is tried again; forgotten with the process.
#[derive(Debug, Default)]
pub(super) struct Successions(Mutex<HashMap<Id16, Failing>>);

#[derive(Debug, Clone, Copy)]
struct Failing {
    times: u32,
    since: Instant,
}

impl Failing {
    /// How long it is waited after so many failures.
    fn pause(self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.times.saturating_sub(1));
        PAUSE.saturating_mul(doubled).min(LONGEST)
    }
}

impl Successions {
    fn lock(&self) -> MutexGuard<'_, HashMap<Id16, Failing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    /// Chooses who is asked next in a case that nobody has accepted.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case of another, [`ServiceError::NoAgreement`], [`ServiceError::Denied`] for one who may
    /// not read, [`ServiceError::Field`] for a list that makes no sense.
    pub fn set_succession(
        &self,
        session: &Session,
        id: &str,
        wanted: NewSuccession,
    ) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let mut failing = self.0.successions.lock();
        let case = self.my_case(session, id)?;
        if !is_requester(&case, &me) || !self.awaits_a_reader(&case) {
            return Err(ServiceError::field(
                "readers",
                "only the requester chooses, while nobody has accepted",
            ));
        }
        let readers = self.successors_named(&case, &me, &wanted.readers)?;
        let mut kept = Vec::new();
        if !readers.is_empty() {
            let missing =
                || ServiceError::field("consent", "the patient's consent to each of them is needed");
            let consent = wanted.consent.ok_or_else(missing)?;
            self.consent(consent.clone())?;
            let consent = KeptConsent {
                version: 1,
                explained_by: consent.explained_by,
                explained_at: consent.explained_at,
                scope: consent.scope,
            };
            let consent =
                serde_json::to_string(&consent).map_err(|error| ServiceError::field("consent", error))?;
            kept.extend(readers.into_iter().map(|reader| Successor {
                reader,
                consent: consent.clone(),
            }));
        }
        let log = *case.id().as_bytes();
        if !self.store().set_successors(&log, &kept, MOST_CASES)? {
            let why = "there are too many cases with such a list";
            return Err(ServiceError::field("readers", why));
        }
        failing.remove(&log);
        self.audit(&session.id, "succession", id, "success")?;
        self.succession_view(&case, &me)
    }

    /// Those of whom the requester says that they are asked next, each of whom can be asked as it is now.
    fn successors_named(
        &self,
        case: &Case,
        me: &Fingerprint,
        wanted: &[String],
    ) -> Result<Vec<Fingerprint>, ServiceError> {
        if wanted.len() > MOST {
            let why = format!("at most {MOST} are named");
            return Err(ServiceError::field("readers", why));
        }
        let (now, mut readers) = (self.now(), Vec::new());
        for reader in wanted {
            let who: Fingerprint = reader
                .parse()
                .map_err(|error| ServiceError::field("readers", error))?;
            let person = self
                .people()
                .certificate(&who)
                .ok_or(ServiceError::Unknown("practitioner"))?;
            policy::entitled(&person, Action::Consult, now)?;
            if self.agreement_with(me, &who, now)?.is_none() {
                return Err(ServiceError::NoAgreement);
            }
            if readers.contains(&who) || case.readings().iter().any(|one| one.who == who) {
                return Err(ServiceError::field(
                    "readers",
                    "somebody is named twice, or was asked already",
                ));
            }
            readers.push(who);
        }
        Ok(readers)
    }

    /// Who is asked next, to the requester; to others nothing.
    pub(super) fn succession_view(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        if !is_requester(case, me) {
            return Ok(json!([]));
        }
        let kept = self.store().successors(case.id().as_bytes())?;
        Ok(kept
            .iter()
            .map(|one| self.party(&one.reader))
            .filter(|one| !one.is_null())
            .collect())
    }

    /// Asks the next reader wherever nobody of those who were asked will read, while consultations may begin here at all.
    pub(super) fn ask_successors(&self) -> Result<(), ServiceError> {
        let cases = self.store().cases_with_successors()?;
        // During an incident, or without the documents of the house, the lists wait.
        if cases.is_empty() || self.begins().is_err() {
            return Ok(());
        }
        let sessions = self.sessions().all(self.now());
        for log in cases {
            self.ask_in(&log, &sessions)?;
        }
        Ok(())
    }

    fn ask_in(&self, log: &Id16, sessions: &[Arc<Session>]) -> Result<(), ServiceError> {
        let mut failing = self.0.successions.lock();
        if failing
            .get(log)
            .is_some_and(|one| one.since.elapsed() < one.pause())
        {
            return Ok(());
        }
        // A log that was altered here: `dokuei doctor` tells.
        let Ok(case) = self.kept_case(CaseId::from_bytes(*log)) else {
            return Ok(());
        };
        if !self.awaits_a_reader(&case) {
            failing.remove(log);
            self.store().set_successors(log, &[], MOST_CASES)?;
            return Ok(());
        }
        let requester = case.requester();
        let signed_in = sessions.iter().find(|one| Some(self.me(one)) == requester);
        let Some(session) = signed_in.filter(|_| self.somebody_else_is_needed(&case)) else {
            return Ok(());
        };
        if self.may_work_with_patients(session).is_err() {
            return Ok(());
        }
        match self.ask_next(session, log) {
            Ok(()) => {
                failing.remove(log);
                Ok(())
            }
            Err(error @ ServiceError::Store(_)) => Err(error),
            Err(error) => {
                tracing::warn!(
                    code = error.code(),
                    "the next reader could not be asked; it is tried again later"
                );
                let times = failing.get(log).map_or(0, |one| one.times).saturating_add(1);
                let since = Instant::now();
                failing.insert(*log, Failing { times, since });
                Ok(())
            }
        }
    }

    /// Asks the next of a case, or passes over her who can never be asked; an error is what may pass.
    fn ask_next(&self, session: &Arc<Session>, log: &Id16) -> Result<(), ServiceError> {
        let (id, me) = (CaseId::from_bytes(*log).to_string(), self.me(session));
        // As it is now, not as it was when somebody looked last.
        let (case, kept) = (self.my_case(session, &id)?, self.store().successors(log)?);
        let Some(next) = kept.first() else { return Ok(()) };
        let reader = &next.reader;
        // Asked before it is noted: after a kill in between the case itself says that she was, and is not asked twice.
        if !case.readings().iter().any(|one| one.who == *reader) {
            let lasting = match self.why_never(&me, reader)? {
                Some(why) => Some(why),
                None => match self.forward(session, &id, asked(&case, next)?) {
                    Ok(_) => None,
                    Err(error) if is_lasting(&error) => Some(error),
                    Err(error) => return Err(error),
                },
            };
            if let Some(error) = lasting {
                tracing::warn!(
                    code = error.code(),
                    "the next reader can never be asked and is passed over"
                );
                if kept.len() == 1 {
                    self.queue_no_successor(&session.id, case.id(), reader)?;
                }
                self.audit("node", "succession", &id, error.code())?;
                self.events().publish(EventKind::Case, &id);
            }
        }
        Ok(self.store().remove_successor(log, reader)?)
    }

    /// Why a reader cannot be asked now or later: revoked, not entitled (any more), or without an agreement.
    fn why_never(&self, me: &Fingerprint, who: &Fingerprint) -> Result<Option<ServiceError>, ServiceError> {
        let now = self.now();
        let Some(person) = self.people().present(who) else {
            return Err(ServiceError::Unknown("practitioner"));
        };
        if let Err(error @ ServiceError::Certificate(ChainError::Revoked { .. })) =
            self.people().standing_now(who)
        {
            return Ok(Some(error));
        }
        if let Err(denial) = policy::entitled(&person, Action::Consult, now) {
            return Ok(Some(denial.into()));
        }
        let agreed = self.agreement_with(me, who, now)?.is_some();
        Ok((!agreed).then_some(ServiceError::NoAgreement))
    }

    /// Whether nobody of those who were asked has any time left to accept.
    fn somebody_else_is_needed(&self, case: &Case) -> bool {
        let now = self.now();
        let deadlines = self.deadlines_of(case);
        let late = |asked_by| {
            let mut over = deadlines
                .iter()
                .filter(|one| one.stage == Stage::Warn && one.at <= now);
            over.any(|one| one.duty == Duty::Answer && one.entry == asked_by)
        };
        let readings = case.readings();
        let mut asked = readings.iter().filter(|one| one.leads() && one.is_asked());
        asked.all(|one| late(one.asked_by) || self.is_lost_for_good(&one.who))
    }

    /// Whether the register, or time, has taken somebody's credential from her for good; a suspension may be lifted.
    fn is_lost_for_good(&self, who: &Fingerprint) -> bool {
        self.lapse(who).is_some_and(|lapse| lapse.loss != Loss::Suspended)
    }

    /// Whether somebody is still to be found: nobody has accepted, or whoever has can sign no report any more.
    fn awaits_a_reader(&self, case: &Case) -> bool {
        let readings = case.readings();
        let mut taken_on = readings
            .iter()
            .filter(|one| one.leads() && one.accepted.is_some());
        awaits_a_reader(case)
            || taken_on.any(|one| !one.reported && one.is_asked() && self.lapse(&one.who).is_some())
    }
}

/// What the next is asked, with the consent that was given beforehand.
fn asked(case: &Case, next: &Successor) -> Result<NewForward, ServiceError> {
    let consent: KeptConsent =
        serde_json::from_str(&next.consent).map_err(|error| ServiceError::field("consent", error))?;
    Ok(NewForward {
        kind: ForwardKind::Alternative,
        with: next.reader.to_string(),
        question: case
            .request()
            .map(|(_, request)| request.question.clone())
            .unwrap_or_default(),
        consent: Some(NewConsent {
            explained_by: consent.explained_by,
            explained_at: consent.explained_at,
            scope: consent.scope,
        }),
    })
}

/// Whether the rules refuse this reader, whoever asks and whenever.
const fn is_lasting(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::NoAgreement
            | ServiceError::Certificate(ChainError::Revoked { .. })
            | ServiceError::Refused(
                Refusal::NoAgreement
                    | Refusal::AgreementNotInForce
                    | Refusal::OtherAgreement
                    | Refusal::SameFacility
                    | Refusal::NotApart
            )
    )
}

fn awaits_a_reader(case: &Case) -> bool {
    matches!(case.state(), State::AwaitingAcceptance | State::Declined { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is stored: a changed snapshot is a decision about versions.
    #[test]
    fn stored_form() {
        let kept = KeptConsent {
            version: 1,
            explained_by: "田中 花子".to_owned(),
            explained_at: "2026-04-02T09:00:00+09:00".to_owned(),
            scope: "別の読影医への画像の提供".to_owned(),
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&kept).unwrap());
    }

    /// R5: what passes by itself costs no reader her place.
    #[test]
    fn r5_only_what_lasts_passes_a_reader_over() {
        for passing in [
            ServiceError::StaleRegister { since: None },
            ServiceError::NoDevice,
            ServiceError::Frozen,
            ServiceError::Refused(Refusal::Frozen),
            ServiceError::Refused(Refusal::FromTheFuture { ahead: 3 }),
        ] {
            assert!(!is_lasting(&passing), "{passing}");
        }
        for lasting in [ServiceError::NoAgreement, Refusal::NotApart.into()] {
            assert!(is_lasting(&lasting), "{lasting}");
        }
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let pause = |times| {
            let since = Instant::now();
            Failing { times, since }.pause().as_secs()
        };
        assert_eq!(
            [1, 2, 3, 8, 40, u32::MAX].map(pause),
            [30, 60, 120, 3_600, 3_600, 3_600]
        );
    }
}
