//! The records as the app and the command line show them.

use dokuei_governance::attestation::{Attested, RecordId};
use dokuei_governance::checklist;
use dokuei_governance::due::{self, Due};
use dokuei_governance::duty::{Duty, Role};
use dokuei_governance::policy::{Facts, Language, PolicyKind};
use dokuei_governance::template;
use dokuei_governance::text::Text;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::session::Session;
use super::members;
use crate::clock;

/// A draft that is wanted: what is not said of the house is taken from the newest version, else from the settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Its language.
    pub language: Language,
    /// What is known of the house.
    pub facts: Option<Facts>,
}

impl Node {
    /// What is due on this node, and how it is governed: for whoever runs it or is signed in.
    ///
    /// # Errors
    /// [`ServiceError::DamagedRecords`] when the records do not hold.
    pub fn governance(&self) -> Result<Value, ServiceError> {
        let (ledger, today) = (self.ledger()?, self.today());
        let incident = ledger.open_incidents().next().map(|one| one.record.id);
        let settings = &self.config().governance;
        Ok(json!({
            "today": today,
            "due": self.due()?.iter().map(due_view).collect::<Vec<_>>(),
            "incident": incident,
            "practice": settings.practice,
            "policies_required": settings.requires_policies(),
            "people_required": settings.requires_people(),
            "records": ledger.records().len(),
        }))
    }

    /// Everything that is due.
    ///
    /// # Errors
    /// As [`Self::governance`].
    pub fn due(&self) -> Result<Vec<Due>, ServiceError> {
        let ledger = self.ledger()?;
        let people = self.practitioners()?;
        Ok(due::all(&ledger, &members(&people), self.today()))
    }

    /// What is due of whoever is signed in, and her duties.
    ///
    /// # Errors
    /// As [`Self::governance`].
    pub fn my_governance(&self, session: &Session) -> Result<Value, ServiceError> {
        let (ledger, today) = (self.ledger()?, self.today());
        let due = due::of_person(&ledger, &session.id, &session.certificate.name.japanese, today);
        let duties: Vec<Duty> = Duty::ALL
            .into_iter()
            .filter(|duty| ledger.has(&session.id, *duty, today))
            .collect();
        Ok(json!({
            "id": session.id,
            "name": session.certificate.name.japanese,
            "due": due.iter().map(due_view).collect::<Vec<_>>(),
            "duties": duties,
            "may_work": self.may_work_with_patients(session).is_ok(),
        }))
    }

    /// All records, the newest first.
    ///
    /// # Errors
    /// As [`Self::governance`].
    pub fn records(&self) -> Result<Value, ServiceError> {
        let ledger = self.ledger()?;
        Ok(ledger
            .records()
            .iter()
            .rev()
            .map(|one| record_view(one))
            .collect())
    }

    pub(super) fn record_view(&self, id: &RecordId) -> Result<Value, ServiceError> {
        let ledger = self.ledger()?;
        let record = ledger.find(id).ok_or(ServiceError::Unknown("record"))?;
        Ok(record_view(record))
    }

    /// Who has which role, which duties come with each, and who can sign in.
    ///
    /// # Errors
    /// As [`Self::governance`].
    pub fn roles(&self) -> Result<Value, ServiceError> {
        let (ledger, today) = (self.ledger()?, self.today());
        let roles = [Role::Administrator, Role::Practitioner, Role::Staff];
        let matrix: Vec<Value> = roles
            .into_iter()
            .map(|role| json!({"role": role, "duties": role.duties()}))
            .collect();
        let duties: Vec<Value> = Duty::ALL
            .into_iter()
            .map(|duty| json!({"duty": duty, "en": duty.words().0, "ja": duty.words().1}))
            .collect();
        let people: Vec<Value> = self
            .practitioners()?
            .into_iter()
            .map(|one| {
                let roles = ledger.roles();
                let given = roles.get(one.id.as_str()).map(|role| role.what);
                json!({
                    "id": one.id,
                    "name": one.name_ja,
                    "role": given.map(|given| given.role),
                    "given": given.map(|given| given.duties.to_vec()).unwrap_or_default(),
                    "until": given.and_then(|given| given.until),
                    "duties": Duty::ALL.into_iter().filter(|duty| ledger.has(&one.id, *duty, today)).collect::<Vec<_>>(),
                })
            })
            .collect();
        Ok(
            json!({"matrix": matrix, "duties": duties, "people": people, "administered": ledger.is_administered()}),
        )
    }

    /// The checklist of the self-inspection.
    #[must_use]
    pub fn checklist(&self) -> Value {
        json!({"edition": checklist::EDITION, "items": checklist::ITEMS})
    }

    /// The next version of a document, filled in as far as the house is known: `kind` is `management`, `security`, `incident`,
    /// or `pledge` for the pledge of confidentiality.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there is no such document.
    pub fn draft_paper(&self, kind: &str, wanted: Wanted) -> Result<Value, ServiceError> {
        let (ledger, today) = (self.ledger()?, self.today());
        let known = ledger.policies().next_back().map(|one| one.what.facts.clone());
        let facts = wanted.facts.or(known).unwrap_or_else(|| self.known_facts());
        if kind == "pledge" {
            let text = template::pledge(wanted.language, &facts, today);
            return Ok(json!({"text": text, "facts": facts, "from": today, "until": today.plus(A_YEAR)}));
        }
        let kind = PolicyKind::ALL
            .into_iter()
            .find(|one| one.word() == kind)
            .ok_or(ServiceError::Unknown("document"))?;
        let version = ledger
            .newest(kind)
            .map_or(1, |newest| newest.what.version.saturating_add(1));
        let text = template::policy(kind, wanted.language, &facts, version, today);
        Ok(json!({
            "record": "policy",
            "kind": kind,
            "language": wanted.language,
            "version": version,
            "text": text,
            "facts": facts,
            "from": today,
            "until": today.plus(A_YEAR),
        }))
    }

    /// What the settings say of the house.
    fn known_facts(&self) -> Facts {
        let institution = &self.config().institution;
        Facts {
            institution: Text::new(&institution.name).ok(),
            record_years: Some(template::RECORD_YEARS),
            image_years: Some(template::IMAGE_YEARS),
            ..Facts::default()
        }
    }
}

/// Days for which a document is proposed.
const A_YEAR: u32 = 365;

/// What is due, as it is shown.
pub(super) fn due_view(due: &Due) -> Value {
    let mut view = json!(due);
    if let Value::Object(fields) = &mut view {
        fields.insert("wrong".to_owned(), due.is_wrong().into());
        fields.insert("clause".to_owned(), due.clause().into());
        fields.insert("sentence".to_owned(), due.sentence().into());
    }
    view
}

fn record_view(record: &Attested) -> Value {
    let one = &record.attestation;
    json!({
        "id": record.id,
        "number": one.number,
        "at": clock::rfc3339(one.at),
        "by": one.by,
        "name": one.name,
        "signer": record.signer,
        "statement": one.statement,
    })
}
