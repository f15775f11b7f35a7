//! Searching the index (PS3.18 10.6), and keeping it.

use dokuei_dicom::InstanceHeader;
use dokuei_directory::names;
use dokuei_store::{Field, FoundInstance, FoundSeries, FoundStudy, Level, Query, StudyRecord, Test};

use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::session::Session;

/// Studies that are taken into the index at a time.
const AT_A_TIME: u32 = 64;

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// What is listed.
    pub level: Level,
    /// What must hold.
    pub tests: Vec<(Field, Test)>,
    /// How many at most.
    pub limit: u32,
    /// How many are left out before them.
    pub offset: u32,
}

/// What was found, of the level that was asked for.
#[derive(Debug, Clone)]
pub enum Found {
    /// Studies, newest first.
    Studies(Vec<FoundStudy>),
    /// Series.
    Series(Vec<FoundSeries>),
    /// Instances.
    Instances(Vec<FoundInstance>),
}

impl Found {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Studies(found) => found.len(),
            Self::Series(found) => found.len(),
            Self::Instances(found) => found.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first so many of them.
    pub fn truncate(&mut self, most: usize) {
        match self {
            Self::Studies(found) => found.truncate(most),
            Self::Series(found) => found.truncate(most),
            Self::Instances(found) => found.truncate(most),
        }
    }
}

impl Node {
    /// Searches what the practitioner may see.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn search(&self, session: &Session, search: Search) -> Result<Found, ServiceError> {
        let query = Query {
            tests: search.tests,
            received: self.received_seen_by(&self.me(session))?,
            limit: search.limit,
            offset: search.offset,
        };
        Ok(match search.level {
            Level::Study => Found::Studies(self.store().find_studies(&query)?),
            Level::Series => Found::Series(self.store().find_series(&query)?),
            Level::Instance => Found::Instances(self.store().find_instances(&query)?),
        })
    }

    /// Takes into the index what was stored before there was one.
    pub(in crate::service) fn complete_index(&self) -> Result<(), ServiceError> {
        loop {
            let waiting = self.store().studies_to_index(AT_A_TIME)?;
            if waiting.is_empty() {
                return Ok(());
            }
            let studies: Vec<StudyRecord> = waiting
                .into_iter()
                .map(|(mut study, instance)| {
                    // What cannot be read any more is found by what its row has.
                    let read = instance.and_then(|uid| self.store().blob_reader(&uid).ok());
                    let header =
                        read.and_then(|blob| dokuei_dicom::read_header(std::io::BufReader::new(blob)).ok());
                    if let Some(header) = header {
                        describe(&mut study, &header);
                    }
                    study.name_keys = keys_of(&study);
                    study
                })
                .collect();
            self.store().index_studies(&studies)?;
        }
    }
}

/// What the index has of a study beyond what the list of studies shows.
pub(in crate::service) fn describe(study: &mut StudyRecord, header: &InstanceHeader) {
    study.study_time.clone_from(&header.study_time);
    study.study_id.clone_from(&header.study_id);
    study.id_issuer.clone_from(&header.patient.id_issuer);
    study.referring_physician = header.referring_physician.to_groups();
    study.institution.clone_from(&header.institution_name);
    study.notes = header.notes.iter().filter_map(word).collect();
    study.name_keys = keys_of(study);
}

fn keys_of(study: &StudyRecord) -> std::collections::BTreeSet<String> {
    let name = &study.patient_name;
    names::keys(&[&name.alphabetic, &name.ideographic, &name.phonetic])
}

/// What was odd about the text, as one word.
fn word(note: &dokuei_dicom::header::HeaderNote) -> Option<String> {
    match note {
        dokuei_dicom::header::HeaderNote::Charset(note) => {
            let word = serde_json::to_value(note).ok()?;
            word.as_str().map(str::to_owned)
        }
        _ => None,
    }
}
