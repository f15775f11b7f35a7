//! The request: who asks whom what about which study of which patient, why, and with whose consent (R7).

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{
    Incomplete, MAX_LINE, MAX_LIST, MAX_NAME, MAX_TEXT, date, form, optional, required, some, uid,
};
use super::redacted;
use crate::id::{AgreementId, EntryId};

/// A patient's name in the three groups of DICOM (PS3.5 §6.2.1); any may be empty, not all.
#[derive(Clone, PartialEq, Eq, Default, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct PersonName {
    /// Latin letters, components separated by `^`.
    #[n(0)]
    pub alphabetic: String,
    /// Kanji.
    #[n(1)]
    pub ideographic: String,
    /// Kana.
    #[n(2)]
    pub phonetic: String,
}

/// The patient's sex as DICOM codes it (0010,0040).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
pub enum Sex {
    /// F
    #[n(0)]
    #[serde(rename = "F")]
    Female,
    /// M
    #[n(1)]
    #[serde(rename = "M")]
    Male,
    /// O
    #[n(2)]
    #[serde(rename = "O")]
    Other,
    /// Not recorded.
    #[n(3)]
    #[serde(rename = "")]
    Unknown,
}

/// The patient.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Patient {
    /// The name.
    #[n(0)]
    pub name: PersonName,
    /// The patient's number at the requesting institution (0010,0020).
    #[n(1)]
    pub id: String,
    /// The date of birth as DICOM writes it, `YYYYMMDD`; none when it is not recorded.
    #[n(2)]
    pub birth_date: Option<String>,
    /// The sex.
    #[n(3)]
    pub sex: Sex,
}

/// How soon the report is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within the turnaround agreed upon.
    #[n(0)]
    Routine,
    /// The same day.
    #[n(1)]
    Urgent,
    /// At once; the requester is also to be reached by the emergency contact.
    #[n(2)]
    Emergency,
}

/// Who explained the consultation to the patient, when, and what the patient agreed to.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Consent {
    /// The name of the person who explained.
    #[n(0)]
    pub explained_by: String,
    /// When.
    #[n(1)]
    pub explained_at: Timestamp,
    /// What the consent covers.
    #[n(2)]
    pub scope: String,
}

/// The agreement under which the consultation is asked for, with both its signed halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct AgreementReference {
    /// The agreement.
    #[n(0)]
    pub id: AgreementId,
    /// The entry that proposed it.
    #[n(1)]
    pub proposal: EntryId,
    /// The entry that countersigned it.
    #[n(2)]
    pub countersignature: EntryId,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Requester {
    /// The certificate; the one that signs the request.
    #[n(0)]
    pub practitioner: Fingerprint,
    /// The name.
    #[n(1)]
    pub name: String,
    /// The institution.
    #[n(2)]
    pub institution: String,
}

/// Asks for a consultation. The first entry of a case log.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Request {
    /// The agreement in force (R8).
    #[n(0)]
    pub agreement: AgreementReference,
    /// Who asks.
    #[n(1)]
    pub requester: Requester,
    /// The certificate of the practitioner who is asked.
    #[n(2)]
    pub consultant: Fingerprint,
    /// The patient.
    #[n(3)]
    pub patient: Patient,
    /// Study Instance UID (0020,000D).
    #[n(4)]
    pub study_instance_uid: String,
    /// Modalities in the study (0008,0061), each at most 16 characters.
    #[n(5)]
    pub modalities: Vec<String>,
    /// The region to be read, for example `右下第三大臼歯`.
    #[n(6)]
    pub region: String,
    /// The clinical question.
    #[n(7)]
    pub question: String,
    /// History and findings so far; may be empty.
    #[n(8)]
    pub history: String,
    /// How soon.
    #[n(9)]
    pub urgency: Urgency,
    /// By when the report is asked for.
    #[n(10)]
    pub due: Option<Timestamp>,
    /// Why the examination was justified (R7).
    #[n(11)]
    pub justification: String,
    /// The patient's consent (R7).
    #[n(12)]
    pub consent: Consent,
}

impl Request {
    /// R7: a request without patient, question, region, justification or consent is no request.
    ///
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("requester.name", &self.requester.name, MAX_NAME)?;
        required("requester.institution", &self.requester.institution, MAX_NAME)?;
        self.patient.validate()?;
        uid("study_instance_uid", &self.study_instance_uid)?;
        some("modalities", self.modalities.len(), MAX_LIST)?;
        for modality in &self.modalities {
            required("modalities", modality, 16)?;
        }
        required("region", &self.region, MAX_LINE)?;
        required("question", &self.question, MAX_TEXT)?;
        optional("history", &self.history, MAX_TEXT)?;
        required("justification", &self.justification, MAX_TEXT)?;
        self.consent.validate()
    }
}

impl Consent {
    /// A consent names who explained, when, and what it covers.
    pub(super) fn validate(&self) -> Result<(), Incomplete> {
        required("consent.explained_by", &self.explained_by, MAX_NAME)?;
        form("consent.explained_at", self.explained_at.0 > 0)?;
        required("consent.scope", &self.scope, MAX_LINE)
    }
}

impl Patient {
    /// A patient has a number and a name in at least one writing.
    fn validate(&self) -> Result<(), Incomplete> {
        let PersonName {
            alphabetic,
            ideographic,
            phonetic,
        } = &self.name;
        required("patient.id", &self.id, MAX_NAME)?;
        required(
            "patient.name",
            &format!("{alphabetic}{ideographic}{phonetic}"),
            3 * MAX_NAME,
        )?;
        self.birth_date
            .as_deref()
            .map_or(Ok(()), |text| date("patient.birth_date", text))
    }

    /// The name as it is shown: kanji where there are any, else Latin letters, else kana.
    #[must_use]
    pub fn display_name(&self) -> String {
        let PersonName {
            alphabetic,
            ideographic,
            phonetic,
        } = &self.name;
        let name = [ideographic, alphabetic, phonetic]
            .into_iter()
            .find(|name| !name.trim().is_empty());
        name.map(|name| name.replace('^', " ").trim().to_owned())
            .unwrap_or_default()
    }
}

redacted!(PersonName, Patient, Consent, Request);
