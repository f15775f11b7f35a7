//! What the archives of the house have: studies are looked for, by name, ID, date or modality.

use dokuei_dicom::network::{CallError, Calling, Found, FoundStudy, Role, StudyQuery, Transport, Wanted};
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_store::StoreError;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::{House, Node, connect};
use crate::config::Archive;
use crate::service::codes::Code;
use crate::service::error::{Blame, ServiceError};
use crate::service::session::Session;

/// Studies that are shown of one question.
const MOST: usize = 200;

/// What is looked for, as the app sends it; what is left out or empty says nothing.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StudyQuestion {
    /// A part of the patient's name, in any script; `*` and `?` when it is meant exactly.
    pub patient_name: String,
    /// Patient ID.
    pub patient_id: String,
    /// Accession number.
    pub accession_number: String,
    /// A day as `20260131`, or days as `20260101-20260131`.
    pub study_date: String,
    /// Modality, as `CT`.
    pub modality: String,
}

/// Why nothing is found at an archive, or nothing comes from it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It does not answer, or breaks off.
    #[error("{archive} cannot be asked: {why}")]
    NotReached {
        /// Its AE title.
        archive: String,
        /// What went wrong.
        why: String,
    },
    /// It answers that it will not, or cannot.
    #[error("{archive} refuses: {why}")]
    Refuses {
        /// Its AE title.
        archive: String,
        /// What it said.
        why: String,
        /// The DICOM status that it answered with.
        status: Option<u16>,
    },
    /// It offers neither way.
    #[error("{archive} does not give what it has (C-GET), and cannot send it here (C-MOVE)")]
    GivesNothing {
        /// Its AE title.
        archive: String,
    },
    /// Nothing of the study came.
    #[error("{archive} gave nothing of this study: {why}")]
    NothingCame {
        /// Its AE title.
        archive: String,
        /// What is known of why.
        why: String,
        /// The DICOM status that it answered with.
        status: Option<u16>,
    },
    /// Somebody cancelled it.
    #[error("fetching was cancelled; what had come stays here")]
    Cancelled,
}

impl ArchiveError {
    /// Stable word.
    pub(in crate::service) const fn code(&self) -> Code {
        match self {
            Self::NotReached { .. } => Code::ArchiveNotReached,
            Self::Refuses { .. } => Code::ArchiveRefuses,
            Self::GivesNothing { .. } | Self::NothingCame { .. } => Code::ArchiveGivesNothing,
            Self::Cancelled => Code::FetchCancelled,
        }
    }

    /// What to do next.
    pub(in crate::service) const fn next(&self) -> &'static str {
        match self {
            Self::NotReached { .. } => {
                "check that it is on and reached (`dokuei archive echo`), and compare host, port, AE titles and TLS with its own settings"
            }
            Self::Refuses { .. } => {
                "see in the archive's own settings and log what this node's AE title may do there: it must be allowed to search and to retrieve"
            }
            Self::GivesNothing { .. } => {
                "allow C-GET for this node at the archive; or set listen below [dicom] here, and add this node's AE title, address and port at the archive as a place to send to"
            }
            Self::NothingCame { .. } => {
                "look whether the archive still has the study, and in its log why it does not send it to this node"
            }
            Self::Cancelled => "fetch it again when it is wanted; what is here already is known as such",
        }
    }

    /// Whose move it is.
    pub(in crate::service) const fn blame(&self) -> Blame {
        Blame::Conflict
    }

    /// What the audit log has of it: nothing that the archive wrote, which may be about a patient.
    pub(super) fn audited(&self) -> String {
        match self {
            Self::Refuses {
                status: Some(status), ..
            }
            | Self::NothingCame {
                status: Some(status), ..
            } => format!("{}, status {status:04X}", self.code().word()),
            _ => self.code().word().to_owned(),
        }
    }

    pub(super) fn of(archive: &Archive, error: CallError) -> Self {
        let (archive, why) = (archive.aet.to_string(), error.to_string());
        match error {
            CallError::Rejected(_) | CallError::NotOffered => Self::Refuses {
                archive,
                why,
                status: None,
            },
            CallError::Answered(answer) => Self::Refuses {
                archive,
                why,
                status: Some(answer.status),
            },
            _ => Self::NotReached { archive, why },
        }
    }
}

impl Node {
    /// Looks for studies at an archive.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], [`ServiceError::Unknown`] for the archive, [`ServiceError::Field`], or
    /// [`ServiceError::Archive`].
    pub fn ask_archive(
        &self,
        session: &Session,
        name: &str,
        question: StudyQuestion,
    ) -> Result<Value, ServiceError> {
        self.permit(session, Action::Import, Object::new(Data::Images, Relation::Own))?;
        let archive = self.archive_to_fetch(name)?;
        let trimmed = |text: String| text.trim().to_owned();
        let query = StudyQuery {
            patient_name: trimmed(question.patient_name),
            patient_id: trimmed(question.patient_id),
            accession_number: trimmed(question.accession_number),
            study_date: trimmed(question.study_date),
            modality: trimmed(question.modality),
        };
        query
            .check()
            .map_err(|error| ServiceError::field("question", error))?;
        let house = self.house_of(&archive)?;
        let found = find(&house, &archive, &query).map_err(|error| ArchiveError::of(&archive, error));
        // Who looked where, and how much was shown; never for whom.
        let outcome = match &found {
            Ok(found) => format!("{} studies", found.studies.len()),
            Err(error) => format!("failed: {}", error.audited()),
        };
        self.audit(&session.id, "dicom_query", &format!("dicom:{name}"), &outcome)?;
        let found = found?;
        let who = &self.me(session);
        let studies: Result<Vec<Value>, ServiceError> = found
            .studies
            .iter()
            .map(|study| {
                let here = match self.seen_study(who, study.study_instance_uid.as_str()) {
                    Ok(here) => here.instances,
                    Err(ServiceError::Unknown(_) | ServiceError::Store(StoreError::NotFound(_))) => 0,
                    Err(error) => return Err(error),
                };
                Ok(view(study, here))
            })
            .collect();
        Ok(json!({"archive": name, "studies": studies?, "more": found.more}))
    }
}

/// Asks in one way after the other, until something is found.
fn find(house: &House, archive: &Archive, query: &StudyQuery) -> Result<Found, CallError> {
    let stream = connect(&archive.host, archive.port).map_err(CallError::Broken)?;
    let mut association: Calling<Box<dyn Transport>> =
        house.speak(stream, archive, &[Wanted::finding()], Role::User)?;
    let mut last = Err(CallError::NotOffered);
    for (query, text) in query.ways() {
        last = association.find(&query, text, MOST);
        match &last {
            Ok(found) if found.studies.is_empty() => {}
            // Many archives refuse the other character set instead of finding nothing.
            Err(CallError::Answered(_)) => {}
            _ => break,
        }
    }
    if matches!(last, Ok(_) | Err(CallError::Answered(_))) {
        association.release();
    }
    last
}

fn view(study: &FoundStudy, here: u64) -> Value {
    json!({
        "study_instance_uid": study.study_instance_uid,
        "patient": {
            "id": study.patient_id,
            "name": study.patient_name,
            "birth_date": study.birth_date,
            "sex": study.sex,
        },
        "study_date": study.study_date,
        "study_time": study.study_time,
        "accession_number": study.accession_number,
        "description": study.description,
        "modalities": study.modalities,
        "instances": study.instances,
        "here": here,
    })
}
