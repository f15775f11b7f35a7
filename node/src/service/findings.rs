//! Findings that must not wait for the report or be lost in it: urgent ones, which alarm until a person has taken note (R9),
//! and incidental ones, each with an owner, a day and an outcome (R10).
//!
//! Nothing holds an urgent finding back, nor its acknowledgement: no second factor, no age of the register, no fork of the log.

use dokuei_consultation::body::{
    Body, Category, Channel, IncidentalFinding, IncidentalResolved, Resolution, UrgentAck, UrgentFinding,
};
use dokuei_consultation::deadline::Duty;
use dokuei_consultation::entry::VerifiedEntry;
use dokuei_consultation::id::{EntryId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::asking::fingerprint;
use super::error::ServiceError;
use super::reporting::{entry_id, reading_of};
use super::session::Session;
use crate::clock;

/// How long an acknowledged finding is listed among the urgent ones, seconds (30 days).
const RECENT: u64 = 30 * 86_400;

/// An urgent finding, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewUrgent {
    /// How soon somebody must know.
    #[schema(value_type = crate::gateway::shapes::conversation::Category)]
    pub category: Category,
    /// What is seen.
    pub finding: String,
    /// What is to be done.
    pub advice: String,
    /// Where the reader can be reached.
    pub contact: String,
    /// When it was seen, RFC 3339; unset: now.
    #[serde(default)]
    pub identified_at: Option<String>,
}

/// That a person has taken note, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Acknowledging {
    /// The name of that person.
    pub by: String,
    /// How she was reached.
    #[schema(value_type = crate::gateway::shapes::conversation::Channel)]
    pub channel: Channel,
    /// What is done about it.
    #[serde(default)]
    pub note: String,
    /// When, RFC 3339; unset: now.
    #[serde(default)]
    pub at: Option<String>,
}

/// An incidental finding, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewIncidental {
    /// What is seen.
    pub finding: String,
    /// What is to be done.
    pub advice: String,
    /// By when, RFC 3339.
    pub due: String,
    /// Fingerprint of whoever sees to it; unset: the requester.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What became of an incidental finding, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Resolving {
    /// What became of it.
    #[schema(value_type = crate::gateway::shapes::conversation::Resolution)]
    pub resolution: Resolution,
    /// In words.
    pub note: String,
}

impl Node {
    /// Tells the requester what she must know at once, with or without a report.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, [`ServiceError::NotOpened`] while there are no images.
    pub fn tell_urgent(&self, session: &Session, id: &str, urgent: NewUrgent) -> Result<Value, ServiceError> {
        let identified_at = self.said_at("identified_at", urgent.identified_at.as_deref())?;
        let me = self.me(session);
        self.act(session, id, "urgent", |case| {
            let (request, package) = self.read_in(case, &me)?;
            Ok(Body::UrgentFinding(UrgentFinding {
                request,
                package,
                category: urgent.category,
                finding: urgent.finding,
                advice: urgent.advice,
                identified_at,
                contact: urgent.contact,
            }))
        })
    }

    /// Signs that a person has taken note of an urgent finding: nothing else ends its alarm.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn acknowledge_urgent(
        &self,
        session: &Session,
        id: &str,
        finding: &str,
        note: Acknowledging,
    ) -> Result<Value, ServiceError> {
        let (finding, at) = (entry_id(finding)?, self.said_at("at", note.at.as_deref())?);
        self.act(session, id, "acknowledge", |_| {
            Ok(Body::UrgentAck(UrgentAck {
                finding,
                by: note.by,
                at,
                channel: note.channel,
                note: note.note,
            }))
        })
    }

    /// Makes an item of something that was not asked for and must be followed up.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn tell_incidental(
        &self,
        session: &Session,
        id: &str,
        incidental: NewIncidental,
    ) -> Result<Value, ServiceError> {
        let me = self.me(session);
        let owner = incidental.owner.as_deref().map(fingerprint).transpose()?;
        let due = clock::parse(&incidental.due)
            .ok_or_else(|| ServiceError::field("due", "it is not a time as RFC 3339 writes it"))?;
        self.act(session, id, "incidental", |case| {
            let (request, package) = self.read_in(case, &me)?;
            let requester = case.requester().ok_or(ServiceError::Unknown("request"))?;
            Ok(Body::IncidentalFinding(IncidentalFinding {
                request,
                package,
                finding: incidental.finding,
                advice: incidental.advice,
                owner: owner.unwrap_or(requester),
                due,
            }))
        })
    }

    /// Records what became of an incidental finding.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule.
    pub fn resolve_incidental(
        &self,
        session: &Session,
        id: &str,
        finding: &str,
        outcome: Resolving,
    ) -> Result<Value, ServiceError> {
        let finding = entry_id(finding)?;
        self.act(session, id, "resolve", |_| {
            Ok(Body::IncidentalResolved(IncidentalResolved {
                finding,
                resolution: outcome.resolution,
                note: outcome.note,
            }))
        })
    }

    /// Urgent findings of all cases in which the practitioner has a part: those that nobody has acknowledged first, then
    /// those of the last days.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn urgent_findings(&self, session: &Session) -> Result<Value, ServiceError> {
        let (me, now) = (self.me(session), self.now());
        let mut all = Vec::new();
        for gist in self.gists()? {
            if !gist.urgent || !gist.parties.contains(&me) {
                continue;
            }
            let case = self.kept_case(gist.case)?;
            let Some((_, request)) = case.request() else {
                continue;
            };
            let deadlines = self.deadlines_of(&case);
            for (entry, mut view) in self.urgent_of(&case, &me)? {
                let open = view["acknowledged"].is_null();
                if !open && now.since(entry.header().time) > RECENT {
                    continue;
                }
                let of_it = deadlines
                    .iter()
                    .filter(|one| (one.duty, one.entry) == (Duty::Acknowledge, entry.id()));
                let (due, stage) = super::duties::due_and_stage(of_it, now);
                view["case_id"] = case.id().to_string().into();
                view["patient_name"] = self.shown_patient(request).0.display_name().into();
                view["role"] = role(case.requester() == Some(me)).into();
                view["due_at"] = due.map(clock::rfc3339).into();
                view["stage"] = stage.map(dokuei_consultation::deadline::Stage::name).into();
                all.push((open, entry.header().time, view));
            }
        }
        all.sort_by_key(|(open, at, _)| (!open, std::cmp::Reverse(*at)));
        Ok(all.into_iter().map(|(_, _, view)| view).collect())
    }

    /// The urgent findings of a case, each with the entry that tells it.
    pub(super) fn urgent_of(
        &self,
        case: &Case,
        me: &Fingerprint,
    ) -> Result<Vec<(VerifiedEntry, Value)>, ServiceError> {
        let hidden = case.withheld_from(me);
        let told = |entry: &&VerifiedEntry| matches!(entry.body(), Body::UrgentFinding(_));
        let ordered = case.log().ordered();
        let findings = ordered.iter().copied().filter(told);
        let findings: Vec<_> = findings.filter(|entry| !hidden.contains(&entry.id())).collect();
        if findings.is_empty() {
            return Ok(Vec::new());
        }
        let deliveries = self.deliveries(case)?;
        let acknowledged = |finding: EntryId| {
            let mut entries = ordered.iter();
            entries.find_map(|entry| match entry.body() {
                Body::UrgentAck(ack) if ack.finding == finding => Some(json!({
                    "entry_id": entry.id(),
                    "by": ack.by,
                    "at": clock::rfc3339(ack.at),
                    "channel": ack.channel,
                    "note": ack.note,
                })),
                _ => None,
            })
        };
        let view = |entry: &VerifiedEntry| {
            let Body::UrgentFinding(finding) = entry.body() else {
                return Value::Null;
            };
            let by = entry.author();
            json!({
                "entry_id": entry.id(),
                "category": finding.category,
                "finding": finding.finding,
                "advice": finding.advice,
                "contact": finding.contact,
                "identified_at": clock::rfc3339(finding.identified_at),
                "signed_at": clock::rfc3339(entry.header().time),
                "by": self.party(&by),
                "mine": by == *me,
                "delivery": deliveries.get(&entry.id()),
                "acknowledged": acknowledged(entry.id()),
                "contacts": self.contacts(&case.seen_by(me)),
            })
        };
        Ok(findings
            .into_iter()
            .map(|entry| (entry.clone(), view(entry)))
            .collect())
    }

    /// The incidental findings of a case.
    pub(super) fn incidental_of(&self, case: &Case, me: &Fingerprint) -> Value {
        let (hidden, now) = (case.withheld_from(me), self.now());
        let ordered = case.log().ordered();
        let resolved = |finding: EntryId| {
            let mut entries = ordered.iter();
            entries.find_map(|entry| match entry.body() {
                Body::IncidentalResolved(one) if one.finding == finding => Some(json!({
                    "resolution": one.resolution,
                    "note": one.note,
                    "at": clock::rfc3339(entry.header().time),
                    "by": self.party(&entry.author()),
                })),
                _ => None,
            })
        };
        let view = |entry: &&VerifiedEntry| {
            let Body::IncidentalFinding(item) = entry.body() else {
                return None;
            };
            let outcome = resolved(entry.id());
            Some(json!({
                "entry_id": entry.id(),
                "finding": item.finding,
                "advice": item.advice,
                "owner": self.party(&item.owner),
                "mine": item.owner == *me,
                "due_at": clock::rfc3339(item.due),
                "overdue": outcome.is_none() && item.due <= now,
                "signed_at": clock::rfc3339(entry.header().time),
                "by": self.party(&entry.author()),
                "resolved": outcome,
            }))
        };
        let seen = ordered.iter().filter(|entry| !hidden.contains(&entry.id()));
        seen.filter_map(view).collect()
    }

    /// Whom to telephone about a case: whoever told of something urgent, and what was agreed.
    pub(super) fn contacts(&self, case: &Case) -> Value {
        let mut contacts: Vec<Value> = Vec::new();
        let mut add = |kind: &str, name: &str, text: &str| {
            let one = json!({"kind": kind, "name": name, "text": text});
            if !contacts.contains(&one) {
                contacts.push(one);
            }
        };
        for entry in case.log().ordered() {
            if let Body::UrgentFinding(finding) = entry.body() {
                let certificate = self.people().certificate(&entry.header().signer);
                let name = certificate.map(|one| one.name.japanese).unwrap_or_default();
                add("reader", &name, &finding.contact);
            }
        }
        for agreement in case.agreements() {
            if let Some(agreement) = self.people_agreement(&agreement.id) {
                let agreed = agreement.agreement();
                add(
                    "emergency",
                    &agreed.proposer.institution,
                    &agreed.emergency_contact,
                );
            }
        }
        contacts.into()
    }

    /// What the practitioner reads: for which request or forward, in which package.
    fn read_in(&self, case: &Case, me: &Fingerprint) -> Result<(EntryId, PackageId), ServiceError> {
        let (request, _) = case.request().ok_or(ServiceError::Unknown("request"))?;
        let asked_by = reading_of(case, me).map_or(request, |reading| reading.asked_by);
        // Before the images are open here too: the rules ask whether they are whole.
        let package = match self.package_of(&case.id())? {
            Some(package) => package,
            None => case.offered().ok_or(ServiceError::NotOpened)?,
        };
        Ok((asked_by, package))
    }
}

/// As the API names it.
pub(super) const fn role(requesting: bool) -> &'static str {
    if requesting { "requesting" } else { "consulting" }
}
