//! One case as whoever takes part in it sees it: its timeline, its reports, what was asked and answered, found and seen to,
//! and who reads it. What a blind reader may not see yet is not in it.

use dokuei_consultation::body::Body;
use dokuei_consultation::entry::VerifiedEntry;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;
use dokuei_identity::fingerprint::Fingerprint;
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::forwarding::is_requester;
use super::session::Session;
use crate::clock;

impl Node {
    /// One case with its timeline and reports, its doubts, findings and readers; looking at it is audited.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case that is not here or in which the practitioner has no part.
    pub fn case(&self, session: &Session, id: &str) -> Result<Value, ServiceError> {
        let case = self.my_case(session, id)?;
        let me = self.me(session);
        let mut view = self.row(&case, &me)?;
        if let Some((_, request)) = case.request() {
            view["history"] = request.history.clone().into();
            view["justification"] = request.justification.clone().into();
            view["consent"] = json!({
                "explained_by": request.consent.explained_by,
                "explained_at": clock::rfc3339(request.consent.explained_at),
                "scope": request.consent.scope,
            });
        }
        let (deliveries, seen) = (self.deliveries(&case)?, case.seen_by(&me));
        let ordered = seen.log().ordered();
        view["timeline"] = ordered
            .iter()
            .map(|entry| {
                let mut item = self.timeline_item(entry);
                item["delivery"] = deliveries.get(&entry.id()).cloned().unwrap_or_default();
                item
            })
            .collect();
        view["reports"] = self.reports(&case, &me);
        view["comparisons"] = self.comparisons(&seen, &me);
        view["reconciliations"] = self.reconciliations(&seen, &me);
        view["co_signatures"] = self.co_signatures(&seen, &me);
        view["queries"] = self.queries_of(&case, &me);
        let urgent = self.urgent_of(&case, &me)?;
        view["urgent"] = urgent.into_iter().map(|(_, view)| view).collect();
        view["incidental"] = self.incidental_of(&case, &me);
        view["informed"] = ordered.iter().filter_map(|entry| informed(entry)).collect();
        view["readers"] = self.readers_view(&case, &me);
        view["contacts"] = self.contacts(&seen);
        view["absence"] = self.absence_in(&case, &me)?;
        view["lost"] = self.lost_view(&case, &me);
        view["erasures"] = self.erasures_view(&case, &me)?;
        view["forks"] = self.forks_view(&case, &me)?;
        view["renewals"] = self.renewals_in(&case);
        (view["hand_over"], view["taken_over"]) = self.passing_view(&case, &me)?;
        view["successors"] = self.succession_view(&case, &me)?;
        let duties = self.duties_of(&case, &me)?;
        view["duties"] = duties.into_iter().map(|(_, view)| view).collect();
        self.audit(&session.id, "view", id, "success")?;
        Ok(view)
    }

    /// To the requester whose request nobody has taken on: when the consultant is away, and who stands in (R2, R5).
    fn absence_in(&self, case: &Case, me: &Fingerprint) -> Result<Value, ServiceError> {
        let waits = is_requester(case, me) && case.state() == State::AwaitingAcceptance;
        let readings = case.readings();
        let mut others = readings.iter().filter(|one| one.forward.is_some());
        // Somebody is asked in her place already.
        let settled = others.any(|one| one.leads() && one.is_asked());
        match case.consultant().filter(|_| waits && !settled) {
            Some(consultant) => self.absence_of(&consultant),
            None => Ok(Value::Null),
        }
    }

    fn timeline_item(&self, entry: &VerifiedEntry) -> Value {
        let header = entry.header();
        let (ja, en) = entry.body().summary();
        let person = self
            .people()
            .certificate(&header.signer)
            .map(|one| one.name.japanese);
        let by = person.or_else(|| {
            self.people()
                .node_certificate(&header.signer)
                .map(|one| one.institution)
        });
        json!({
            "entry_id": entry.id(),
            "type": header.entry_type,
            "by": by,
            "at": clock::rfc3339(header.time),
            // Replaying the log has just verified signature, commitment and place of every entry.
            "verified": true,
            "credential": self.mark_of(&header.signer, header.time),
            "summary_ja": ja,
            "summary_en": en,
            "reason": entry.body().reason(),
        })
    }

    /// Doubts and their answers, oldest first.
    fn queries_of(&self, case: &Case, me: &Fingerprint) -> Value {
        let hidden = case.withheld_from(me);
        let ordered = case.log().ordered();
        let answer = |query: EntryId| {
            let mut entries = ordered.iter();
            entries.find_map(|entry| match entry.body() {
                Body::Answer(one) if one.query == query => Some(json!({
                    "entry_id": entry.id(),
                    "text": one.answer,
                    "by": self.party(&entry.author()),
                    "at": clock::rfc3339(entry.header().time),
                })),
                _ => None,
            })
        };
        let view = |entry: &&VerifiedEntry| {
            let Body::Query(query) = entry.body() else {
                return None;
            };
            let from = entry.author();
            Some(json!({
                "entry_id": entry.id(),
                "from": self.party(&from),
                "to": self.party(&query.to),
                "about": query.about,
                "question": query.question,
                "asked_at": clock::rfc3339(entry.header().time),
                "mine": from == *me,
                "for_me": query.to == *me,
                "answer": answer(entry.id()),
            }))
        };
        let seen = ordered.iter().filter(|entry| !hidden.contains(&entry.id()));
        seen.filter_map(view).collect()
    }
}

/// What was explained to the patient, by whom and when.
fn informed(entry: &VerifiedEntry) -> Option<Value> {
    let Body::PatientInformed(told) = entry.body() else {
        return None;
    };
    Some(json!({
        "entry_id": entry.id(),
        "about": told.about,
        "by": told.by,
        "at": clock::rfc3339(told.at),
        "note": told.note,
    }))
}
