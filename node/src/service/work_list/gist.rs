//! What follows from the log of a case and is asked of all cases at once: who takes part, what is due, what is still to be
//! fetched, and the case's row in the work list of whoever works here. A few kilobytes, kept for every case; the logs
//! themselves, which take several times that, are kept for some ([`crate::service::replays`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_consultation::body::{Body, Patient, Request, Requester, Urgency};
use dokuei_consultation::deadline::{Deadline, Stage};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_directory::names;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use super::super::Node;
use super::super::error::ServiceError;
use super::super::fetch::Wanted;
use super::super::handing_over::Passing;
use super::super::reporting::reading_of;
use super::super::transfer_view::Course;
use super::wanted::Letters;

/// See the module.
pub(in crate::service) struct Gist {
    /// The case.
    pub(in crate::service) case: CaseId,
    /// Everybody who takes part.
    pub(in crate::service) parties: Vec<Fingerprint>,
    /// The Study Instance UID that the request names; empty before it is here.
    pub(in crate::service) study: String,
    /// What is not done, the earliest first.
    pub(in crate::service) deadlines: Arc<Vec<Deadline>>,
    /// Whether an urgent finding was ever told in it.
    pub(in crate::service) urgent: bool,
    /// Packages that this node is still to fetch.
    pub(in crate::service) outstanding: Vec<Wanted>,
    /// How it stands between two requesters.
    pub(in crate::service) passing: Passing,
    rows: Mutex<Vec<(Fingerprint, Arc<Row>)>>,
}

/// A case in a practitioner's work list, as far as its log says it. Neither what it waits for nor an alarm tells a blind
/// reader of another's report.
pub(in crate::service) struct Row {
    pub(super) requesting: bool,
    pub(super) state: &'static str,
    pub(super) ended: bool,
    pub(super) unread: bool,
    pub(super) alarm: bool,
    pub(super) frozen: bool,
    /// Kind, entry, and whether it is hers to see to.
    pub(super) open: Vec<(&'static str, EntryId, bool)>,
    /// When duties that are not done are beyond their time.
    pub(super) overdue: Vec<Timestamp>,
    pub(super) patient: Patient,
    pub(super) study: String,
    pub(super) modalities: Vec<String>,
    pub(super) requester: Requester,
    /// The practitioner on the other side.
    pub(super) other: Fingerprint,
    pub(super) question: String,
    pub(super) region: String,
    pub(super) urgency: Urgency,
    pub(super) requested_at: Option<Timestamp>,
    pub(super) due: Option<Timestamp>,
    /// Status of the newest version of the report, and how many there are.
    pub(super) report: Option<(&'static str, usize)>,
    /// What of it the transfer's state follows from.
    pub(super) course: Course,
    /// What it is found by, as far as its log says it; the rest is asked for when something is looked for ([`super::beside`]).
    pub(super) letters: Letters,
}

impl Gist {
    /// The row of this practitioner, when it was made.
    fn row(&self, me: &Fingerprint) -> Option<Arc<Row>> {
        let rows = self.rows();
        let found = rows.iter().find(|(of, _)| of == me);
        found.map(|(_, row)| Arc::clone(row))
    }

    fn rows(&self) -> MutexGuard<'_, Vec<(Fingerprint, Arc<Row>)>> {
        // Nothing in here can panic half-way.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It names a patient.
impl std::fmt::Debug for Gist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gist")
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

impl Node {
    /// What follows from the log of a case, read anew when something was written to it since.
    pub(in crate::service) fn gist(&self, id: CaseId) -> Result<Arc<Gist>, ServiceError> {
        let here = self.here()?;
        if let Some(gist) = self.0.replays.gist(id.as_bytes(), &here) {
            return Ok(gist);
        }
        let begun = self.0.replays.begin();
        let case = self.kept_case(id)?;
        let gist = Arc::new(self.gist_of(&case));
        self.0.replays.keep_gist(begun, here, &gist);
        Ok(gist)
    }

    fn gist_of(&self, case: &Case) -> Gist {
        let parties = case.parties();
        // Whoever works here will ask for her list; the others are at other nodes.
        let works_here = parties.iter().filter(|party| self.is_one_of_ours(party));
        let rows = works_here.filter_map(|party| Some((*party, Arc::new(self.row_of(case, party)?))));
        let outstanding = case.outstanding().into_iter();
        Gist {
            case: case.id(),
            rows: Mutex::new(rows.collect()),
            study: case
                .request()
                .map(|(_, request)| request.study_instance_uid.clone())
                .unwrap_or_default(),
            deadlines: self.deadlines_of(case),
            urgent: case
                .log()
                .ordered()
                .iter()
                .any(|entry| matches!(entry.body(), Body::UrgentFinding(_))),
            outstanding: outstanding
                .filter_map(|effect| match effect {
                    Effect::FetchPackage { from, offer, .. } => Some(Wanted {
                        case: case.id(),
                        from,
                        offer,
                    }),
                    _ => None,
                })
                .collect(),
            parties,
            passing: Passing::of(case),
        }
    }

    fn is_one_of_ours(&self, who: &Fingerprint) -> bool {
        let here = self.0.secrets.node.public();
        let devices = self.people().all_nodes_of(who).unwrap_or_default();
        devices.iter().any(|device| device.node_key == here)
    }

    /// A practitioner's row of a case in which she takes part; none before its request is here.
    pub(super) fn row_in(&self, gist: &Gist, me: &Fingerprint) -> Result<Option<Arc<Row>>, ServiceError> {
        if let Some(row) = gist.row(me) {
            return Ok(Some(row));
        }
        // She had not begun to work here when the log was read.
        let Some(row) = self.row_of(&*self.kept_case(gist.case)?, me) else {
            return Ok(None);
        };
        let row = Arc::new(row);
        gist.rows().push((*me, Arc::clone(&row)));
        Ok(Some(row))
    }

    /// The row of a case in the list of one who takes part in it.
    pub(super) fn row_of(&self, case: &Case, me: &Fingerprint) -> Option<Row> {
        let overdue = self.overdue_at(case, me);
        let seen = case.seen_by(me);
        let case = &*seen;
        let (id, request) = case.request()?;
        let requesting = case.requester() == Some(*me);
        let other = if requesting {
            case.consultant().unwrap_or(request.consultant)
        } else {
            case.requester().unwrap_or(request.requester.practitioner)
        };
        let (state, reports) = (case.state(), case.versions());
        let asked =
            reading_of(case, me).is_some_and(|one| one.consented && one.accepted.is_none() && one.is_asked());
        let open = case.open().into_iter();
        Some(Row {
            requesting,
            state: state.name(),
            ended: state.is_ended(),
            unread: unread(&state, requesting, asked),
            alarm: !case.alarms().is_empty(),
            frozen: case.log().fork().is_some(),
            open: open
                .map(|one| (one.kind.name(), one.entry, one.owner == *me))
                .collect(),
            overdue,
            patient: request.patient.clone(),
            study: request.study_instance_uid.clone(),
            modalities: request.modalities.clone(),
            requester: answers_for(case, request),
            other,
            question: request.question.clone(),
            region: request.region.clone(),
            urgency: request.urgency,
            requested_at: case.log().get(&id).map(|entry| entry.header().time),
            due: request.due,
            report: reports.last().map(|version| (version.status(), reports.len())),
            course: Course::of(case, self.here().ok().as_ref()),
            letters: letters_of(case.id(), request),
        })
    }

    /// When duties of a case that are not done are beyond their time, as far as this practitioner may see.
    fn overdue_at(&self, case: &Case, me: &Fingerprint) -> Vec<Timestamp> {
        let deadlines = self.deadlines_seen_by(case, me);
        let warned = deadlines.iter().filter(|one| one.stage == Stage::Warn);
        warned.map(|one| one.at).collect()
    }
}

/// Who answers for the patient, as she is shown: whoever asked, or the last who has taken over.
fn answers_for(case: &Case, request: &Request) -> Requester {
    case.taken_over().last().map_or_else(
        || request.requester.clone(),
        |taken| Requester {
            practitioner: taken.by,
            name: taken.body.name.clone(),
            institution: taken.body.institution.clone(),
        },
    )
}

/// What a case is found by: the names of the patient and of whoever asks, in any script; letters of her number, of region and
/// question, of the institution and of its own number.
fn letters_of(case: CaseId, request: &Request) -> Letters {
    let (name, from) = (&request.patient.name, &request.requester);
    let mut names = names::keys(&[&name.alphabetic, &name.ideographic, &name.phonetic]);
    names.extend(names::keys(&[&from.name]));
    let words = [
        request.patient.id.as_str(),
        &request.region,
        &request.question,
        &from.institution,
        &case.to_string(),
    ];
    Letters::new(names, &words)
}

/// Whether the next move is this practitioner's and she has not made it yet.
fn unread(state: &State, requesting: bool, asked: bool) -> bool {
    match state {
        State::AwaitingReading { .. } if requesting => true,
        state => asked && !state.is_ended(),
    }
}
