//! People who drop out of a consultation: the register suspends or revokes somebody's certificate, or its time ends, while a
//! case of hers is open. Her node and those of the others notice it when the register comes, and look again every minute for
//! what only time does: whoever waits for her is told once and shown the way on (R2, R3, R5), nothing more goes to her
//! (R12, R17), and what she had signed before stays and is marked so (R6).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dokuei_consultation::Reading;
use dokuei_consultation::body::{Body, Loss, Release};
use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::ChainError;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::Standing;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use dokuei_store::{Direction, PackageRow};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::people::People;
use super::reporting::entry_id;
use super::session::Session;
use crate::clock;

/// How often it is looked for certificates whose time has ended.
const AGAIN: Duration = Duration::from_secs(60);

/// Why somebody's certificate does not hold, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lapse {
    pub(super) loss: Loss,
    pub(super) since: Timestamp,
    /// The registry's reason, for one that it has taken back.
    pub(super) reason: Option<RevocationReason>,
}

/// Somebody of an open case who has lost her credential.
pub(super) struct Lost {
    pub(super) who: Fingerprint,
    /// The request or forward by which she was asked; of the requester her request.
    pub(super) entry: EntryId,
    pub(super) part: Part,
    pub(super) lapse: Lapse,
}

/// What she was in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Requester,
    /// Her report is the one that was asked for.
    Reader,
    FurtherReader,
    /// Her final report is signed: nobody has to go on in her place.
    Reported,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Reader => "reader",
            Self::FurtherReader => "further_reader",
            Self::Reported => "reported",
        }
    }

    /// What somebody has to see to, as a duty.
    const fn duty(self) -> Option<&'static str> {
        match self {
            Self::Requester => Some("replace_requester"),
            Self::Reader | Self::FurtherReader => Some("replace_reader"),
            Self::Reported => None,
        }
    }
}

/// In which cases somebody has dropped out, as it was looked for last; forgotten with the process.
#[derive(Debug, Default)]
pub(super) struct Lapses(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    looked: Option<Instant>,
    concerned: BTreeSet<CaseId>,
    /// Cases of which no images are given out.
    stopped: BTreeSet<CaseId>,
}

impl Lapses {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody of this case has lost her credential and is to be replaced.
    pub(super) fn concern(&self, case: &CaseId) -> bool {
        self.lock().concerned.contains(case)
    }

    /// Whether everybody for whom the images of this case are has lost her credential.
    pub(super) fn stop(&self, case: &CaseId) -> bool {
        self.lock().stopped.contains(case)
    }

    /// Something new came from the register: it is looked at once.
    pub(super) fn look_now(&self) {
        self.lock().looked = None;
    }

    fn is_time(&self) -> bool {
        let mut inner = self.lock();
        let due = inner.looked.is_none_or(|at| at.elapsed() >= AGAIN);
        if due {
            inner.looked = Some(Instant::now());
        }
        due
    }

    /// Keeps what was found; gives the cases in which that is new, or over.
    fn keep(&self, concerned: BTreeSet<CaseId>, stopped: BTreeSet<CaseId>) -> Vec<CaseId> {
        let mut inner = self.lock();
        let changed = inner
            .concerned
            .symmetric_difference(&concerned)
            .copied()
            .collect();
        (inner.concerned, inner.stopped) = (concerned, stopped);
        changed
    }
}

/// Why a certificate does not hold at `now`, by what the register and the revocation list say, and by its own dates.
fn lapse_of(
    standing: Option<Standing>,
    listed: Option<(RevocationReason, Timestamp)>,
    validity: Validity,
    now: Timestamp,
) -> Option<Lapse> {
    let taken_back = |reason, since| {
        let loss = if reason == RevocationReason::CertificateHold {
            Loss::Suspended
        } else {
            Loss::Revoked
        };
        let reason = Some(reason);
        Lapse { loss, since, reason }
    };
    let entered = match standing {
        Some(Standing::Suspended { since }) => Some(taken_back(RevocationReason::CertificateHold, since)),
        Some(Standing::Revoked { since, reason }) => Some(taken_back(reason, since)),
        Some(Standing::Superseded { since, .. }) => Some(taken_back(RevocationReason::Superseded, since)),
        _ => None,
    };
    let listed = listed.map(|(reason, since)| taken_back(reason, since));
    let ended = (now > validity.not_after).then_some(Lapse {
        loss: Loss::Expired,
        since: validity.not_after,
        reason: None,
    });
    let lasting = |one: &Lapse| one.loss == Loss::Revoked;
    entered
        .filter(lasting)
        .or_else(|| listed.filter(lasting))
        .or(entered)
        .or(listed)
        .or(ended)
}

impl People {
    /// Why somebody's credential does not hold at `now`: that of the last of her certificates, when none holds. `None` while one
    /// does, or while none is known here.
    pub(super) fn lapse(&self, who: &Fingerprint, now: Timestamp) -> Option<Lapse> {
        let mut last = None;
        for one in self.line(who) {
            last = Some(self.lapse_itself(&one.fingerprint, now)?);
        }
        last
    }

    /// The same of one certificate, whatever took its place.
    pub(super) fn lapse_itself(&self, who: &Fingerprint, now: Timestamp) -> Option<Lapse> {
        let (chain, certificate) = self.attested(who)?;
        let held = self.trust().get()?;
        let listed = match held.credentials.practitioner(&chain, now) {
            Err(ChainError::Revoked { reason, since }) => Some((reason, since)),
            _ => None,
        };
        let standing = self.says(who, certificate.validity.not_before);
        lapse_of(standing, listed, certificate.validity, now)
    }

    /// Whether a certificate is lost for good, so that this colleague may go on: revoked or expired; where another took its
    /// place only for whoever holds that one, since the person is there.
    pub(super) fn is_lost_to(&self, who: &Fingerprint, colleague: &Fingerprint, now: Timestamp) -> bool {
        let line = self.line(who);
        let Some(last) = line.last() else {
            return false;
        };
        if let Some(Standing::Superseded { by, .. }) = self.says(&last.fingerprint, last.validity.not_before)
        {
            return by == *colleague;
        }
        self.lapse(who, now).is_some_and(|lapse| {
            let replaced = lapse.reason == Some(RevocationReason::Superseded);
            lapse.loss != Loss::Suspended && !replaced
        })
    }

    fn says(&self, who: &Fingerprint, issued: Timestamp) -> Option<Standing> {
        self.trust().get()?.register.says(who, issued).flatten()
    }
}

impl Node {
    /// The same, now.
    pub(super) fn lapse(&self, who: &Fingerprint) -> Option<Lapse> {
        self.people().lapse(who, self.now())
    }

    /// Those of an open case who have lost their credentials.
    pub(super) fn lost_in(&self, case: &Case) -> Vec<Lost> {
        let asked = case.request().filter(|_| !case.state().is_ended());
        let (Some((entry, _)), Some(requester)) = (asked, case.requester()) else {
            return Vec::new();
        };
        let mut lost = Vec::new();
        let mut look = |who: Fingerprint, entry, part| {
            if let Some(lapse) = self.lapse(&who) {
                lost.push(Lost {
                    who,
                    entry,
                    part,
                    lapse,
                });
            }
        };
        look(requester, entry, Part::Requester);
        let readings = case.readings();
        let taken_on = readings.iter().any(|one| one.leads() && one.accepted.is_some());
        for one in readings.iter().filter(|one| one.consented && one.is_asked()) {
            let part = match (one.reported, one.leads()) {
                (true, _) => Part::Reported,
                // Another reads in her place.
                (false, true) if taken_on && one.accepted.is_none() => continue,
                (false, true) => Part::Reader,
                (false, false) => Part::FurtherReader,
            };
            look(one.who, one.asked_by, part);
        }
        lost
    }

    /// The same as whoever takes part sees it.
    pub(super) fn lost_view(&self, case: &Case, me: &Fingerprint) -> Value {
        let hidden = case.withheld_from(me);
        let lost = self.lost_in(case).into_iter();
        lost.filter(|one| !hidden.contains(&one.entry))
            .map(|one| {
                json!({
                    "who": self.party(&one.who),
                    "entry_id": one.entry,
                    "part": one.part.name(),
                    "state": one.lapse.loss.name(),
                    "reason": one.lapse.reason.map(RevocationReason::as_str),
                    "since": clock::rfc3339(one.lapse.since),
                })
            })
            .collect()
    }

    /// What it leaves to do: the requester's when a reader has dropped out; the others see it too.
    pub(super) fn lost_duties(
        &self,
        case: &Case,
        me: &Fingerprint,
    ) -> Result<Vec<(Timestamp, Value)>, ServiceError> {
        let Some((_, request)) = case.request() else {
            return Ok(Vec::new());
        };
        let hidden = case.withheld_from(me);
        let requester = case.requester().unwrap_or(request.requester.practitioner);
        let told = self.store().told_deadlines(case.id().as_bytes())?;
        let mut views = Vec::new();
        for one in self.lost_in(case) {
            let Some(duty) = one
                .part
                .duty()
                .filter(|_| one.who != *me && !hidden.contains(&one.entry))
            else {
                continue;
            };
            let stage = stage_of(&one.lapse);
            let told = told.iter().find(|row| {
                (row.entry_id, row.duty.as_str(), row.stage.as_str())
                    == (*one.entry.as_bytes(), duty, &*stage)
            });
            views.push((
                one.lapse.since,
                json!({
                    "case_id": case.id(),
                    "patient_name": self.shown_patient(request).0.display_name(),
                    "duty": duty,
                    "entry": one.entry,
                    "owner": self.party(&requester),
                    "mine": requester == *me,
                    "due_at": clock::rfc3339(one.lapse.since),
                    "stage": "warn",
                    "told_at": told.map(|row| clock::rfc3339(row.told_at)),
                    "contacts": self.contacts(&case.seen_by(me)),
                }),
            ));
        }
        Ok(views)
    }

    /// How an entry of somebody whose certificate does not hold any more is marked; null while it holds, or another of hers
    /// has taken its place.
    pub(super) fn mark_of(&self, signer: &Fingerprint, signed: Timestamp) -> Value {
        let renewed = |lapse: &Lapse| {
            let replaced = matches!(lapse.reason, None | Some(RevocationReason::Superseded));
            replaced && signed < lapse.since && self.lapse(signer).is_none()
        };
        let lapse = self
            .people()
            .lapse_itself(signer, self.now())
            .filter(|lapse| !renewed(lapse));
        lapse.map_or(Value::Null, |lapse| {
            json!({
                "state": lapse.loss.name(),
                "reason": lapse.reason.map(RevocationReason::as_str),
                "since": clock::rfc3339(lapse.since),
                "signed_before": signed < lapse.since,
            })
        })
    }

    /// Looks, when it is time, in which open cases somebody has dropped out or come back: tells whoever works here, once, and
    /// stops what is on its way to her.
    pub(super) fn look_for_lapses(&self) -> Result<(), ServiceError> {
        if !self.0.lapses.is_time() {
            return Ok(());
        }
        let mut people: HashMap<Fingerprint, bool> = HashMap::new();
        let (mut concerned, mut stopped, mut new) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for gist in self.gists()? {
            let mut parties = gist.parties.iter();
            if !parties.any(|who| *people.entry(*who).or_insert_with(|| self.lapse(who).is_some())) {
                continue;
            }
            let case = self.kept_case(gist.case)?;
            for one in self.lost_in(&case) {
                if one.part.duty().is_some() {
                    if self.tell_lapse(&case, &one)? {
                        new.insert(gist.case);
                    }
                    concerned.insert(gist.case);
                }
            }
            if !self.awaited_readers(&case, |_| true).is_empty()
                && self.awaited_readers(&case, |lapse| lapse.is_none()).is_empty()
            {
                stopped.insert(gist.case);
            }
        }
        // What is on its way to somebody is destroyed also when a suspension has become a revocation.
        let something = !concerned.is_empty();
        new.extend(self.0.lapses.keep(concerned, stopped));
        for case in &new {
            self.events().publish(EventKind::Case, case);
            self.events().publish(EventKind::Duty, case);
        }
        if something {
            self.sweep_soon();
        }
        Ok(())
    }

    /// Tells whoever works here; whether it is for the first time.
    fn tell_lapse(&self, case: &Case, one: &Lost) -> Result<bool, ServiceError> {
        let Some(duty) = one.part.duty() else {
            return Ok(false);
        };
        let stage = stage_of(&one.lapse);
        // Before it is noted that people were told: each is queued once, whatever happens in between.
        self.queue_lapse(case, &one.who, one.part == Part::Requester, &stage)?;
        if one.part == Part::Requester {
            let colleagues = self.colleagues_of(&one.who)?;
            self.queue_to_take_over(&colleagues, &format!("{}:{stage}", one.who))?;
        }
        let (log, entry) = (*case.id().as_bytes(), one.entry);
        let first = self
            .store()
            .tell_deadline(&log, entry.as_bytes(), (duty, &stage), self.now())?;
        if first {
            let outcome = format!("{} {}: {}", one.part.name(), one.lapse.loss.name(), one.who);
            self.audit("registry", "lapse", &case.id().to_string(), &outcome)?;
        }
        Ok(first)
    }

    /// Readers for whom the images are and who have not reported, with what became of their certificates as is wanted.
    fn awaited_readers(&self, case: &Case, wanted: impl Fn(Option<Lapse>) -> bool) -> Vec<Fingerprint> {
        let readings = case.readings();
        let taken_on = readings.iter().any(|one| one.leads() && one.accepted.is_some());
        let awaited = |one: &&Reading<'_>| {
            let hers = one.consented && one.is_asked() && !one.reported;
            hers && (!one.leads() || !taken_on || one.accepted.is_some())
        };
        let all = readings.iter().filter(awaited).map(|one| one.who);
        all.filter(|who| wanted(self.lapse(who))).collect()
    }

    /// Whether a package that was sealed here goes to nobody: no reader has received it, and all for whom it was sealed have
    /// lost their credentials for good. A suspension may be lifted: then it goes on.
    pub(super) fn goes_to_nobody(&self, case: &Case, row: &PackageRow) -> bool {
        let package = PackageId::from_bytes(row.package.package_id);
        let on_its_way = row.package.direction == Direction::Outgoing
            && !case.state().is_ended()
            && case.offered() == Some(package)
            && case.holders(&package).len() <= 1;
        let lasting = |lapse: Option<Lapse>| lapse.is_some_and(|lapse| lapse.loss != Loss::Suspended);
        let all = || self.awaited_readers(case, |_| true).len();
        on_its_way && all() > 0 && self.awaited_readers(case, lasting).len() == all()
    }

    /// Lets a reader go who has lost her credential: the case goes on as if she had never taken it on.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule; [`ServiceError::Field`] for one whose certificate holds.
    pub fn release_reader(&self, session: &Session, id: &str, asked_by: &str) -> Result<Value, ServiceError> {
        let entry = entry_id(asked_by)?;
        self.act(session, id, "release", |case| {
            let lost = self.lost_in(case).into_iter().find(|one| one.entry == entry);
            let lost = lost.filter(|one| matches!(one.part, Part::Reader | Part::FurtherReader));
            let one = lost.ok_or_else(|| {
                ServiceError::field("entry", "only a reader who has lost her credential is let go")
            })?;
            Ok(Body::Release(Release {
                request: one.entry,
                loss: one.lapse.loss,
                since: one.lapse.since,
            }))
        })
    }

    /// Before somebody else is asked in their place, readers who have lost their credentials are let go.
    pub(super) fn release_lost(&self, session: &Session, case: &Case) -> Result<(), ServiceError> {
        let lost = self.lost_in(case).into_iter();
        for one in lost.filter(|one| one.part == Part::Reader) {
            self.release_reader(session, &case.id().to_string(), &one.entry.to_string())?;
        }
        Ok(())
    }

    /// Open consultations in which somebody has lost her credential, for whoever runs this node: nothing of a patient.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn lapses(&self) -> Result<Value, ServiceError> {
        let mut all = Vec::new();
        for gist in self.gists()? {
            if !gist.parties.iter().any(|who| self.lapse(who).is_some()) {
                continue;
            }
            for one in self.lost_in(&*self.kept_case(gist.case)?) {
                all.push(json!({
                    "case_id": gist.case,
                    "who": self.party(&one.who),
                    "part": one.part.name(),
                    "state": one.lapse.loss.name(),
                    "reason": one.lapse.reason.map(RevocationReason::as_str),
                    "since": clock::rfc3339(one.lapse.since),
                }));
            }
        }
        Ok(all.into())
    }
}

/// Under what it is noted that people were told of it: once for each time that it happens.
fn stage_of(lapse: &Lapse) -> String {
    format!("{}:{}", lapse.loss.name(), lapse.since.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Timestamp = Timestamp(1_800_000_000);

    /// R3, R5: what the register says prevails over the list, what lasts over what may be lifted, and time comes last.
    #[test]
    fn r3_r5_why_a_certificate_does_not_hold() {
        let validity = Validity {
            not_before: FROM,
            not_after: FROM.plus(1_000),
        };
        let of = |standing, listed, seconds| lapse_of(standing, listed, validity, FROM.plus(seconds));
        let since = FROM.plus(10);
        let held = Some((RevocationReason::CertificateHold, since));
        let taken = Some((RevocationReason::KeyCompromise, since));
        assert_eq!(of(None, None, 1_000), None, "its last second is within");
        assert_eq!(of(Some(Standing::InForce), None, 20), None);
        let ended = of(Some(Standing::InForce), None, 1_001).unwrap();
        assert_eq!((ended.loss, ended.since), (Loss::Expired, validity.not_after));
        let suspended = of(Some(Standing::Suspended { since }), None, 20).unwrap();
        assert_eq!((suspended.loss, suspended.since), (Loss::Suspended, since));
        assert_eq!(of(None, held, 20).unwrap().loss, Loss::Suspended);
        let revoked = of(Some(Standing::Suspended { since: FROM }), taken, 20).unwrap();
        assert_eq!(
            (revoked.loss, revoked.reason),
            (Loss::Revoked, Some(RevocationReason::KeyCompromise))
        );
        let reason = RevocationReason::PrivilegeWithdrawn;
        let revoked = of(Some(Standing::Revoked { since, reason }), held, 2_000).unwrap();
        assert_eq!((revoked.loss, revoked.since), (Loss::Revoked, since));
        assert_eq!(revoked.reason, Some(reason));
    }
}
