//! What is missing, overdue, or soon to be: for the administrator, for whoever signs in, and for `dokuei doctor`.

use serde::Serialize;

use crate::checklist;
use crate::day::Day;
use crate::display::DisplayCheck;
use crate::duty::Role;
use crate::incident::{FINAL_REPORT, FINAL_REPORT_MALICE, FIRST_REPORT, FIRST_REPORT_LATEST, Step};
use crate::inspection::Outcome;
use crate::ledger::{Ledger, Of};
use crate::policy::PolicyKind;

/// What ends within so many days is told before.
pub const SOON: u32 = 30;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An incident is open: the node is frozen.
    Incident,
    /// The first report of a leak to the commission.
    FirstReport,
    /// The final one.
    FinalReport,
    /// A document of the house is signed and in force.
    Policy,
    /// A person has read it.
    Acknowledgement,
    /// Somebody administers the node.
    Administrator,
    /// A person's pledge of confidentiality.
    Pledge,
    /// A person's training.
    Training,
    /// A self-inspection.
    Inspection,
    /// The remedy of a finding.
    Finding,
    /// The yearly review.
    Review,
    /// The day's look at a display's test pattern.
    DisplayCheck,
    /// The constancy of a display.
    Constancy,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    Missing,
    /// Its day is over.
    Overdue,
    /// Its day comes soon.
    Soon,
    /// It was found wanting.
    Failed,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// What.
    pub what: What,
    /// How it stands.
    pub state: State,
    /// Of what or whom: a document's word, a person's key, a display's name, a point of the checklist.
    pub about: String,
    /// As people call it.
    pub name: String,
    /// Its day.
    pub day: Option<Day>,
}

impl Due {
    /// The requirement that it belongs to.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        match self.what {
            What::Policy | What::Acknowledgement | What::Incident | What::FirstReport | What::FinalReport => {
                "R11"
            }
            What::Administrator | What::Inspection | What::Finding => "R22",
            What::Pledge | What::Training => "R25",
            What::Review => "R21",
            What::DisplayCheck | What::Constancy => "R18",
        }
    }

    /// Whether it stands against the node now, and not only soon.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.state != State::Soon
    }

    /// One sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match self.what {
            What::Incident => "the incident of",
            What::FirstReport => {
                "the first report to the Personal Information Protection Commission about the incident of"
            }
            What::FinalReport => {
                "the final report to the Personal Information Protection Commission about the incident of"
            }
            What::Policy => "the document",
            What::Acknowledgement => "the documents of the house were not all read by",
            What::Administrator => "nobody is named as administrator of this node",
            What::Pledge => "the pledge of confidentiality of",
            What::Training => "the training of",
            What::Inspection => "the self-inspection",
            What::Finding => "the remedy of the finding",
            What::Review => "the yearly review",
            What::DisplayCheck => "today's look at the test pattern of display",
            What::Constancy => "the constancy of display",
        };
        if matches!(self.what, What::Administrator) {
            return what.to_owned();
        }
        if matches!(self.what, What::Acknowledgement) {
            return format!("{what} {}", self.name);
        }
        let named = if self.name.is_empty() {
            what.to_owned()
        } else {
            format!("{what} {}", self.name)
        };
        match (self.state, self.day) {
            (State::Missing, Some(day)) => format!("{named} is due by {day}"),
            (State::Missing, None) if self.what == What::Incident => {
                format!("{named} is not over: nothing is sent or received")
            }
            (State::Missing, None) => format!("{named} is missing"),
            (State::Overdue, Some(day)) => format!("{named} was due on {day}"),
            (State::Overdue, None) => format!("{named} is overdue"),
            (State::Soon, Some(day)) => format!("{named} ends on {day}"),
            (State::Soon, None) => format!("{named} ends soon"),
            (State::Failed, _) => format!("{named} was found wanting"),
        }
    }
}

/// A person who can sign in here.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Her sign-in name.
    pub id: &'a str,
    /// Her name.
    pub name: &'a str,
}

/// All that is due on this day; `members` can sign in here.
#[must_use]
pub fn all(ledger: &Ledger, members: &[Member<'_>], today: Day) -> Vec<Due> {
    let mut found = incidents(ledger, today);
    for kind in PolicyKind::ALL {
        let day = ledger.in_force(kind, today).map(|one| one.what.until);
        let before = ledger.newest(kind).map(|one| one.what.until);
        found.extend(lasts(
            What::Policy,
            kind.word(),
            kind.title().1,
            day.or(before),
            today,
        ));
    }
    let administrators = ledger.administrators(today);
    let signs_in = |key: &str| members.iter().any(|member| member.id == key);
    if !administrators.iter().any(|one| signs_in(one.what.person.key())) {
        found.push(due(What::Administrator, State::Missing, "", "", None));
    }
    let here = members.iter().map(|one| (one.id, one.name));
    let roles = ledger.roles();
    let staff = roles.iter().filter(|(key, one)| {
        one.what.role == Role::Staff
            && one.what.holds(today)
            && !members.iter().any(|member| member.id == **key)
    });
    for (key, name) in here.chain(staff.map(|(key, one)| (*key, one.what.person.name.as_str()))) {
        found.extend(of_person(ledger, key, name, today));
    }
    let last = ledger.inspections().next_back().map(|one| one.what.next);
    found.extend(lasts(What::Inspection, "", "", last, today));
    found.extend(findings(ledger, today));
    found.extend(lasts(
        What::Review,
        "",
        "",
        ledger.reviews().next_back().map(|one| one.what.next),
        today,
    ));
    for (name, one) in ledger.displays() {
        found.extend(lasts(What::Constancy, name, name, Some(one.what.next), today));
        found.extend(look(name, ledger.checked(name), today));
    }
    found
}

/// What is due of one person: documents to read, pledge, training.
#[must_use]
pub fn of_person(ledger: &Ledger, key: &str, name: &str, today: Day) -> Vec<Due> {
    let mut found = Vec::new();
    if ledger
        .roles()
        .get(key)
        .is_some_and(|one| one.what.role == Role::Left)
    {
        return found;
    }
    let signs_in = ledger
        .roles()
        .get(key)
        .is_none_or(|one| one.what.person.id.is_some());
    let unread = PolicyKind::ALL
        .into_iter()
        .filter_map(|kind| ledger.in_force(kind, today))
        .any(|one| ledger.acknowledged(&one.record.id, key).is_none());
    if signs_in && unread {
        found.push(due(What::Acknowledgement, State::Missing, key, name, None));
    }
    let pledge = ledger.pledge(key).map(|one| one.what.until);
    found.extend(lasts(What::Pledge, key, name, pledge, today));
    let training = ledger.training(key).map(|one| one.what.until);
    found.extend(lasts(What::Training, key, name, training, today));
    found
}

fn due(what: What, state: State, about: &str, name: &str, day: Option<Day>) -> Due {
    Due {
        what,
        state,
        about: about.to_owned(),
        name: name.to_owned(),
        day,
    }
}

/// Of something that lasts through a day.
fn lasts(what: What, about: &str, name: &str, until: Option<Day>, today: Day) -> Option<Due> {
    let state = match until {
        None => State::Missing,
        Some(day) if day < today => State::Overdue,
        Some(day) if day.since(today) <= SOON => State::Soon,
        Some(_) => return None,
    };
    Some(due(what, state, about, name, until))
}

fn look(name: &str, last: Option<Of<'_, DisplayCheck>>, today: Day) -> Option<Due> {
    match last {
        None => Some(due(What::DisplayCheck, State::Missing, name, name, None)),
        Some(one) if !one.what.passed => Some(due(
            What::DisplayCheck,
            State::Failed,
            name,
            name,
            Some(one.day()),
        )),
        Some(one) if one.day() < today => Some(due(
            What::DisplayCheck,
            State::Overdue,
            name,
            name,
            Some(one.day().plus(1)),
        )),
        Some(_) => None,
    }
}

fn findings(ledger: &Ledger, today: Day) -> Vec<Due> {
    let mut found = Vec::new();
    for inspection in ledger.inspections() {
        for answer in inspection
            .what
            .answers
            .iter()
            .filter(|one| one.outcome == Outcome::Finding)
        {
            let item = answer.item.as_str();
            if ledger.remedied(&inspection.record.id, item).is_none() {
                let words = checklist::ITEMS.iter().find(|one| one.word == item);
                let name = words.map_or(item, |one| one.ja);
                found.extend(lasts(What::Finding, item, name, answer.due, today));
            }
        }
    }
    found
}

fn incidents(ledger: &Ledger, today: Day) -> Vec<Due> {
    let mut found = Vec::new();
    for one in ledger.incidents() {
        let id = one.record.id;
        let about = id.to_string();
        let name = one.what.noticed.to_string();
        if !ledger.took(&id, Step::End) {
            found.push(due(What::Incident, State::Missing, &about, &name, None));
        }
        if !one.what.personal_data || one.what.drill {
            continue;
        }
        let last = if one.what.malice {
            FINAL_REPORT_MALICE
        } else {
            FINAL_REPORT
        };
        let limits = [
            (
                What::FirstReport,
                Step::FirstReport,
                FIRST_REPORT,
                FIRST_REPORT_LATEST,
            ),
            (What::FinalReport, Step::FinalReport, last, last),
        ];
        for (what, step, days, latest) in limits {
            if ledger.took(&id, step) {
                continue;
            }
            let late = today > one.what.noticed.plus(latest);
            let state = if late { State::Overdue } else { State::Missing };
            found.push(due(what, state, &about, &name, Some(one.what.noticed.plus(days))));
        }
    }
    found
}
