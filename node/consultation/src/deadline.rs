//! What must be done by when, and who is told when it is not: a function of the log, so that no timer is lost when a
//! machine stops (R7, R9, R10).
//!
//! A service asks for what is due now and when it should ask again. It remembers only which deadlines it has told of,
//! by entry, duty and stage.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{Category, Urgency};
use crate::facts::Facts;
use crate::id::{AgreementId, EntryId};
use crate::log::Log;
use crate::reader::{Reader, Version};
use crate::standing::Standing;
use crate::state::State;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Between a deadline that was missed and its escalation there is at least this, seconds.
const GRACE: u64 = 15 * MINUTE;

/// Something that somebody is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Duty {
    /// Acknowledge an urgent finding (R9).
    Acknowledge,
    /// See to an incidental finding (R10).
    SeeTo,
    /// Accept or decline a request or a forward.
    Answer,
    /// Sign the final report.
    Report,
    /// Read a version of the report (R7).
    Read,
    /// Explain the result to the patient (R7).
    Explain,
    /// Answer a query (R7).
    Reply,
    /// Consent to a further reader, or refuse her.
    Consent,
}

impl Duty {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::SeeTo => "see_to",
            Self::Answer => "answer",
            Self::Report => "report",
            Self::Read => "read",
            Self::Explain => "explain",
            Self::Reply => "reply",
            Self::Consent => "consent",
        }
    }
}

/// How pressing it has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Three quarters of the time are over: whoever is to do it is reminded.
    Remind,
    /// The time is over: whoever waits for it is warned as well, and shown whom to call.
    Warn,
    /// As much time again is over: everybody who takes part is told, and the second contact.
    Escalate,
}

impl Stage {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Remind => "remind",
            Self::Warn => "warn",
            Self::Escalate => "escalate",
        }
    }
}

/// Whom to tell what at a time, unless it is done by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// What is to be done.
    pub duty: Duty,
    /// The request, forward, version, finding or query that it is about.
    pub entry: EntryId,
    /// How pressing it is then.
    pub stage: Stage,
    /// Who is to do it.
    pub owner: Fingerprint,
    /// Whom to tell, the owner first.
    pub tell: Vec<Fingerprint>,
}

/// What is due, and when to ask again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What is to be told by now, the earliest first.
    pub now: Vec<Deadline>,
    /// When the next deadline comes, if one does.
    pub next: Option<Timestamp>,
}

/// How long one waits, seconds. What a request or an agreement says itself prevails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a word on a request or forward: routine, urgent, emergency.
    pub answer: [u64; 3],
    /// For an urgent or an emergency report. A routine one has the turnaround that was agreed upon.
    pub report: [u64; 2],
    /// For reading a version: routine, urgent, emergency.
    pub read: [u64; 3],
    /// For explaining it to the patient.
    pub explain: u64,
    /// For the answer to a query.
    pub reply: u64,
    /// For the consent to a further reader.
    pub consent: u64,
    /// For the acknowledgement of an urgent finding, by its category.
    pub acknowledge: [u64; 3],
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: [DAY, 2 * HOUR, 15 * MINUTE],
            report: [DAY, 2 * HOUR],
            read: [3 * DAY, DAY, 2 * HOUR],
            explain: 14 * DAY,
            reply: 2 * DAY,
            consent: DAY,
            // ACR: minutes, hours, days.
            acknowledge: [15 * MINUTE, 2 * HOUR, 3 * DAY],
        }
    }
}

/// One thing that waits.
struct Waiting {
    duty: Duty,
    entry: EntryId,
    owner: Fingerprint,
    /// Who waits for it.
    waits: Fingerprint,
    since: Timestamp,
    until: Timestamp,
}

/// All deadlines of what is not done, the earliest first.
pub(crate) fn deadlines(log: &Log, patience: &Patience, standing: &dyn Standing) -> Vec<Deadline> {
    let facts = Facts::of(log);
    let parties = facts.parties();
    let watch = Watch {
        log,
        facts: &facts,
        patience,
        standing,
    };
    let mut deadlines: Vec<_> = watch
        .all()
        .iter()
        .flat_map(|waiting| stages(waiting, &parties))
        .collect();
    deadlines.sort_by_key(|deadline| (deadline.at, deadline.duty, deadline.entry, deadline.stage));
    deadlines
}

fn stages(waiting: &Waiting, parties: &[Fingerprint]) -> [Deadline; 3] {
    let time = waiting.until.since(waiting.since);
    let deadline = |stage, at, others: &[Fingerprint]| {
        let mut tell = vec![waiting.owner];
        for other in others {
            if !tell.contains(other) {
                tell.push(*other);
            }
        }
        Deadline {
            at,
            duty: waiting.duty,
            entry: waiting.entry,
            stage,
            owner: waiting.owner,
            tell,
        }
    };
    let all: Vec<_> = [waiting.waits].iter().chain(parties).copied().collect();
    [
        deadline(Stage::Remind, waiting.until.minus(time / 4), &[]),
        deadline(Stage::Warn, waiting.until, &[waiting.waits]),
        deadline(Stage::Escalate, waiting.until.plus(time.max(GRACE)), &all),
    ]
}

struct Watch<'a> {
    log: &'a Log,
    facts: &'a Facts<'a>,
    patience: &'a Patience,
    standing: &'a dyn Standing,
}

impl Watch<'_> {
    fn all(&self) -> Vec<Waiting> {
        let Some((_, request)) = self.facts.request else {
            return Vec::new();
        };
        let requester = self.facts.now(&request.requester.practitioner);
        let state = self.facts.state();
        let mut waiting = self.findings(requester);
        let over = matches!(state, State::Withdrawn { .. } | State::Declined { .. });
        if !over {
            waiting.extend(self.readings(requester, request.urgency));
            waiting.extend(self.queries());
        }
        waiting.extend(self.versions(requester, request.urgency, &state));
        waiting
    }

    fn time(&self, entry: &EntryId) -> Timestamp {
        self.log
            .get(entry)
            .map_or(Timestamp(0), |entry| entry.header().time)
    }

    /// Findings wait also when the case has ended otherwise.
    fn findings(&self, requester: Fingerprint) -> Vec<Waiting> {
        let urgent = self.facts.urgent.iter().filter(|item| item.settled.is_none());
        let [minutes, hours, days] = self.patience.acknowledge;
        let acknowledge = urgent.map(|item| {
            let since = self.time(&item.id);
            let time = match item.body.category {
                Category::Minutes => minutes,
                Category::Hours => hours,
                Category::Days => days,
            };
            Waiting {
                duty: Duty::Acknowledge,
                entry: item.id,
                owner: requester,
                waits: item.by,
                since,
                until: since.plus(time),
            }
        });
        let incidental = self.facts.incidental.iter();
        let see_to = incidental
            .filter(|item| item.settled.is_none())
            .map(|item| (item, self.facts.now(&item.body.owner)))
            .map(|(item, owner)| Waiting {
                duty: Duty::SeeTo,
                entry: item.id,
                owner,
                waits: if owner == requester { item.by } else { requester },
                since: self.time(&item.id),
                until: item.body.due,
            });
        acknowledge.chain(see_to).collect()
    }

    fn queries(&self) -> Vec<Waiting> {
        let open = self.facts.queries.iter().filter(|item| item.settled.is_none());
        open.map(|item| {
            let since = self.time(&item.id);
            Waiting {
                duty: Duty::Reply,
                entry: item.id,
                owner: self.facts.now(&item.body.to),
                waits: self.facts.now(&item.by),
                since,
                until: since.plus(self.patience.reply),
            }
        })
        .collect()
    }

    /// What is asked of readers, and of the requester before they may begin.
    fn readings(&self, requester: Fingerprint, urgency: Urgency) -> Vec<Waiting> {
        // Of those who might have read in each other's place, one reads.
        let taken_on = self.facts.leading().find(|reader| reader.accepted.is_some());
        let mut may_lead = self.facts.readers.iter().filter(|reader| reader.leads());
        let done = may_lead.any(|reader| self.facts.has_reported(reader));
        let waits = |reader: &&Reader<'_>| {
            if reader.released.is_some() {
                false
            } else if reader.leads() {
                let hers = taken_on.is_none_or(|first| first.asked_by == reader.asked_by);
                hers && !done && (reader.accepted.is_some() || reader.declined.is_none())
            } else {
                reader.declined.is_none() && !self.facts.has_reported(reader)
            }
        };
        let readers = self.facts.readers.iter().filter(waits);
        readers
            .map(|reader| self.reading(reader, requester, urgency))
            .collect()
    }

    fn reading(&self, reader: &Reader<'_>, requester: Fingerprint, urgency: Urgency) -> Waiting {
        let asked = self.time(&reader.asked_by);
        let (duty, owner, waits, since, until) = match reader.accepted {
            _ if !reader.consented => {
                let until = asked.plus(self.patience.consent);
                (Duty::Consent, requester, reader.by, asked, until)
            }
            None => {
                let until = asked.plus(by_urgency(self.patience.answer, urgency));
                (Duty::Answer, reader.who, reader.by, asked, until)
            }
            Some(accepted) => {
                let since = self.time(&accepted);
                let until = self.report_due(reader, since, urgency);
                (Duty::Report, reader.who, reader.by, since, until)
            }
        };
        Waiting {
            duty,
            entry: reader.asked_by,
            owner,
            waits,
            since,
            until,
        }
    }

    /// The day that the request names, for the one who reads for it; else what its urgency or the agreement says.
    fn report_due(&self, reader: &Reader<'_>, accepted: Timestamp, urgency: Urgency) -> Timestamp {
        let asked_for = self.facts.request.and_then(|(_, request)| request.due);
        if let Some(due) = asked_for.filter(|_| reader.leads()) {
            return due;
        }
        let [urgent, emergency] = self.patience.report;
        accepted.plus(match urgency {
            Urgency::Routine => self.turnaround(&reader.agreement).unwrap_or(urgent),
            Urgency::Urgent => urgent,
            Urgency::Emergency => emergency,
        })
    }

    fn turnaround(&self, agreement: &AgreementId) -> Option<u64> {
        let agreement = self.standing.agreement(agreement)?;
        Some(u64::from(agreement.agreement().turnaround_hours) * HOUR)
    }

    /// What is to be read, and what was read and is to be explained.
    fn versions(&self, requester: Fingerprint, urgency: Urgency, state: &State) -> Vec<Waiting> {
        let closed = matches!(state, State::Closed { .. });
        let waiting = |version: &Version<'_>| {
            let read = self.facts.read.get(&version.id);
            let (duty, since, time) = match read {
                None => (Duty::Read, version.at, by_urgency(self.patience.read, urgency)),
                Some(read) => (Duty::Explain, self.time(read), self.patience.explain),
            };
            let explained = closed || self.facts.explained.contains(&version.id) || !version.is_final();
            (duty == Duty::Read || !explained).then_some(Waiting {
                duty,
                entry: version.id,
                owner: requester,
                waits: version.by,
                since,
                until: since.plus(time),
            })
        };
        self.facts.newest_versions().filter_map(waiting).collect()
    }
}

const fn by_urgency([routine, urgent, emergency]: [u64; 3], urgency: Urgency) -> u64 {
    match urgency {
        Urgency::Routine => routine,
        Urgency::Urgent => urgent,
        Urgency::Emergency => emergency,
    }
}
