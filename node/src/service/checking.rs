//! What is looked at before a study is sent: mix-ups, sides and teeth, missing slices. What is found must be acknowledged
//! by whoever sends it.

use std::collections::{BTreeMap, BTreeSet};

use dokuei_dicom::deid::{self, Options, Warning, Words};
use dokuei_dicom::safety::{
    Asked, Expected, Facts, Finding, PatientField, compare, compare_expected, gaps, read_facts, speech,
};
use dokuei_dicom::{Patient, PersonName};
use dokuei_store::{SeriesRecord, StudyRecord, StudySummary};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Node;
use super::cases::NewRequest;
use super::error::ServiceError;
use super::session::Session;

/// The patient as the one who asks has it before her, as the app sends it; what is left out is not compared.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeantPatient {
    /// Name in any writing.
    pub name: String,
    /// Her number.
    pub id: String,
    /// Date of birth.
    pub birth_date: String,
    /// `M`, `F`, `O`.
    pub sex: String,
}

/// A name stays out of logs.
impl std::fmt::Debug for MeantPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MeantPatient(redacted)")
    }
}

/// What was found of a study, worst first as far as that can be said.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Found>);

/// A finding, and the word by which it is acknowledged.
#[derive(Debug, Clone, Serialize)]
struct Found {
    #[serde(flatten)]
    finding: Finding,
    /// Holds for this finding of this study and this text only: who has looked at one has not looked at another.
    acknowledge: String,
}

impl Findings {
    fn of(found: BTreeSet<Finding>, wanted: &NewRequest) -> Self {
        let found = found.into_iter().map(|finding| Found {
            acknowledge: word(&finding, wanted),
            finding,
        });
        Self(found.collect())
    }

    /// For people.
    pub(super) fn japanese(&self) -> String {
        self.0.iter().map(|one| one.finding.ja()).collect()
    }

    /// Whether all of it was acknowledged, and nothing of it forbids to send.
    fn are_settled(&self, acknowledged: &[String]) -> bool {
        let mut found = self.0.iter();
        found.all(|one| acknowledged.contains(&one.acknowledge) && !one.finding.is_final())
    }
}

/// The finding's code, and a digest of what was found in what.
fn word(finding: &Finding, wanted: &NewRequest) -> String {
    let parts = [
        wanted.study_instance_uid.as_str(),
        if wanted.pseudonymise.is_some() {
            "pseudonym"
        } else {
            ""
        },
        &finding.en(),
        &wanted.region,
        &wanted.question,
        &wanted.history,
        &wanted.justification,
        &wanted.consent.scope,
    ];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = hex::encode(digest.finalize());
    format!("{}:{}", finding.code(), digest.get(..16).unwrap_or_default())
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<String> = self.0.iter().map(|one| one.finding.en()).collect();
        write!(f, "before this is sent, look at it: {}", all.join("; "))
    }
}

impl Node {
    /// What whoever sends this should look at first.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a study that she may not see.
    pub fn check_request(&self, session: &Session, wanted: &NewRequest) -> Result<Value, ServiceError> {
        let study = self.seen_study(&self.me(session), &wanted.study_instance_uid)?;
        self.require_finished(&wanted.study_instance_uid)?;
        Ok(json!({"findings": self.findings(&study, wanted)?.0}))
    }

    /// Refuses what has findings that were not acknowledged.
    pub(super) fn require_settled(
        &self,
        study: &StudySummary,
        wanted: &NewRequest,
    ) -> Result<(), ServiceError> {
        let findings = self.findings(study, wanted)?;
        if findings.are_settled(&wanted.acknowledged) {
            Ok(())
        } else {
            Err(ServiceError::ToAcknowledge(Box::new(findings)))
        }
    }

    fn findings(&self, study: &StudySummary, wanted: &NewRequest) -> Result<Findings, ServiceError> {
        let series = self.facts_of(&study.study.study_instance_uid)?;
        let all: Vec<&Facts> = series.iter().flat_map(|(_, facts)| facts).collect();
        let patient = patient_of(&study.study);
        let mut found = BTreeSet::new();
        for facts in &all {
            let fields = compare(&patient, &facts.header.patient);
            found.extend(fields.into_iter().map(Finding::PatientsDiffer));
        }
        found.extend(self.against_others(study, &patient)?);
        if let Some(meant) = &wanted.patient {
            found.extend(compare_expected(
                &patient,
                &Expected {
                    name: meant.name.clone(),
                    id: meant.id.clone(),
                    birth_date: meant.birth_date.clone(),
                    sex: meant.sex.clone(),
                },
            ));
        }
        let lateralities: Vec<String> = all.iter().map(|facts| facts.laterality.clone()).collect();
        found.extend(speech(&Asked {
            region: &wanted.region,
            question: &wanted.question,
            lateralities: &lateralities,
            age: age(&study.study),
        }));
        for (record, facts) in &series {
            let facts: Vec<&Facts> = facts.iter().collect();
            found.extend(gaps(&named(record), &facts));
        }
        if let Some(options) = &wanted.pseudonymise {
            found.extend(under_a_pseudonym(&patient, &all, wanted, options));
        } else if let Some(record) = self.pseudonym_of(&study.study.study_instance_uid) {
            let real = self.store().study(&record.original_uid)?;
            let options = serde_json::from_str(&record.options).unwrap_or_default();
            let patient = patient_of(&real.study);
            found.extend(under_a_pseudonym(&patient, &all, wanted, &options));
        }
        Ok(Findings::of(found, wanted))
    }

    /// The facts of all instances of a study, by series.
    fn facts_of(&self, study: &str) -> Result<Vec<(SeriesRecord, Vec<Facts>)>, ServiceError> {
        let mut instances = Vec::new();
        let mut all = Vec::new();
        for series in self.store().series_of(study)? {
            let own = self.store().instances_of(&series.series_instance_uid)?;
            all.push((series, Vec::with_capacity(own.len()), own.len()));
            instances.extend(own);
        }
        let looks = self.look_into(&instances)?;
        let mut seen = instances.iter().zip(looks);
        for (_, facts, count) in &mut all {
            for (instance, look) in seen.by_ref().take(*count) {
                facts.push(match &look.facts {
                    Some(facts) => facts.clone(),
                    // What is wrong with it is told by looking again.
                    None => read_facts(self.store().blob_reader(&instance.sop_instance_uid)?)?,
                });
            }
        }
        Ok(all
            .into_iter()
            .map(|(series, facts, _)| (series, facts))
            .collect())
    }

    /// Against what else is here of this patient, and of others of her name.
    fn against_others(
        &self,
        study: &StudySummary,
        patient: &Patient,
    ) -> Result<BTreeSet<Finding>, ServiceError> {
        let mut found = BTreeSet::new();
        for other in self.store().studies()? {
            let own = other.study.study_instance_uid == study.study.study_instance_uid;
            if own || other.study.origin != study.study.origin {
                continue;
            }
            let fields = compare(patient, &patient_of(&other.study));
            if !fields.contains(&PatientField::Id) {
                let same_id = !patient.id.is_empty() && patient.id == other.study.patient_id;
                if same_id {
                    found.extend(fields.into_iter().map(Finding::DiffersFromEarlier));
                }
            } else if same_name(&study.study, &other.study) {
                let dates = [&study.study.birth_date, &other.study.birth_date];
                if dates.iter().all(|date| !date.is_empty()) {
                    found.insert(if dates[0] == dates[1] {
                        Finding::SecondId
                    } else {
                        Finding::Namesake
                    });
                }
            }
        }
        Ok(found)
    }
}

/// What a pseudonym does not hide.
fn under_a_pseudonym(
    patient: &Patient,
    all: &[&Facts],
    wanted: &NewRequest,
    options: &Options,
) -> BTreeSet<Finding> {
    let mut found = BTreeSet::new();
    let stays = |facts: &&&Facts| deid::stays(facts.header.sop_class_uid.as_str(), options);
    let goes: Vec<&&Facts> = all.iter().filter(|facts| !stays(facts)).collect();
    if goes
        .iter()
        .any(|facts| deid::is_document(facts.header.sop_class_uid.as_str()))
    {
        found.insert(Finding::FreeText);
    }
    for warning in goes.iter().flat_map(|facts| &facts.warnings) {
        found.insert(match warning {
            Warning::BurnedInAnnotation => Finding::BurnedIn,
            Warning::RecognisableFace => Finding::Face,
            // Whatever else there will be is for a person to look at, too.
            _ => Finding::PerhapsBurnedIn,
        });
    }
    let documents = all.iter().filter(stays).count();
    if documents > 0 {
        found.insert(Finding::DocumentsStay(
            u32::try_from(documents).unwrap_or(u32::MAX),
        ));
    }
    let mut words = Words::default();
    words.add_name(&patient.name);
    words.add(&patient.id);
    let texts = [
        &wanted.question,
        &wanted.history,
        &wanted.region,
        &wanted.justification,
        &wanted.consent.scope,
    ];
    if texts.iter().any(|text| words.are_in(text)) {
        found.insert(Finding::NamedInText);
    }
    found
}

pub(super) fn patient_of(study: &StudyRecord) -> Patient {
    let name = &study.patient_name;
    Patient {
        name: PersonName {
            alphabetic: name.alphabetic.clone(),
            ideographic: name.ideographic.clone(),
            phonetic: name.phonetic.clone(),
        },
        id: study.patient_id.clone(),
        id_issuer: String::new(),
        birth_date: study.birth_date.clone(),
        sex: study.sex.clone(),
    }
}

/// In kanji, else in kana, else in Latin letters.
fn same_name(one: &StudyRecord, other: &StudyRecord) -> bool {
    let (one, other) = (&one.patient_name, &other.patient_name);
    let pairs: BTreeMap<u8, (&str, &str)> = [
        (0, (one.ideographic.as_str(), other.ideographic.as_str())),
        (1, (one.phonetic.as_str(), other.phonetic.as_str())),
        (2, (one.alphabetic.as_str(), other.alphabetic.as_str())),
    ]
    .into();
    let first = pairs
        .into_values()
        .find(|(one, other)| !one.is_empty() && !other.is_empty());
    first.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// In whole years, when the images were made.
fn age(study: &StudyRecord) -> Option<u32> {
    let number = |date: &str| {
        let digits: String = date.chars().filter(char::is_ascii_digit).collect();
        (digits.len() == 8).then(|| digits.parse::<u32>().ok()).flatten()
    };
    Some(number(&study.study_date)?.checked_sub(number(&study.birth_date)?)? / 10_000)
}

/// How people know a series.
fn named(series: &SeriesRecord) -> String {
    match (series.number, series.description.as_str()) {
        (Some(number), "") => number.to_string(),
        (Some(number), description) => format!("{number} {description}"),
        (None, description) => description.to_owned(),
    }
}
