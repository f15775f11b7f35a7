//! The study index, asked as QIDO-RS asks it (PS3.18 10.6): by attributes of every level, a page at a time.
//!
//! Every answer has what the tables hold; no blob is opened for one. Names are looked for in `study_terms`, which has
//! the groups of each name as they are written and the keys by which [`StudyRecord::name_keys`] says it is found.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use crate::listing::{INSTANCE_COLUMNS, SERIES_COLUMNS, instance_of, series_of, study_of};
use crate::records::{InstanceRecord, SeriesRecord, StudyRecord};
use crate::text::unsigned;
use crate::{Store, StoreError};

/// An attribute that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as in PS3.6")]
pub enum Field {
    StudyInstanceUid,
    PatientName,
    PatientId,
    IssuerOfPatientId,
    PatientBirthDate,
    PatientSex,
    StudyDate,
    StudyTime,
    AccessionNumber,
    StudyId,
    StudyDescription,
    ReferringPhysicianName,
    InstitutionName,
    ModalitiesInStudy,
    SeriesInstanceUid,
    Modality,
    SeriesNumber,
    SeriesDescription,
    BodyPartExamined,
    SopInstanceUid,
    SopClassUid,
    InstanceNumber,
}

/// What is listed; the order is that of the levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Studies.
    Study,
    /// Series.
    Series,
    /// Instances.
    Instance,
}

impl Field {
    /// The level that the attribute is of.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::SeriesInstanceUid
            | Self::Modality
            | Self::SeriesNumber
            | Self::SeriesDescription
            | Self::BodyPartExamined => Level::Series,
            Self::SopInstanceUid | Self::SopClassUid | Self::InstanceNumber => Level::Instance,
            _ => Level::Study,
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::StudyInstanceUid | Self::PatientName | Self::ModalitiesInStudy => {
                "studies.study_instance_uid"
            }
            Self::PatientId => "studies.patient_id",
            Self::IssuerOfPatientId => "studies.id_issuer",
            Self::PatientBirthDate => "studies.birth_date",
            Self::PatientSex => "studies.sex",
            Self::StudyDate => "studies.study_date",
            Self::StudyTime => "studies.study_time",
            Self::AccessionNumber => "studies.accession_number",
            Self::StudyId => "studies.study_id",
            Self::StudyDescription => "studies.description",
            Self::ReferringPhysicianName => "studies.referring_physician",
            Self::InstitutionName => "studies.institution",
            Self::SeriesInstanceUid => "series.series_instance_uid",
            Self::Modality => "series.modality",
            Self::SeriesNumber => "series.number",
            Self::SeriesDescription => "series.description",
            Self::BodyPartExamined => "series.body_part",
            Self::SopInstanceUid => "instances.sop_instance_uid",
            Self::SopClassUid => "instances.sop_class_uid",
            Self::InstanceNumber => "instances.number",
        }
    }
}

/// How a value must be (PS3.4 C.2.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these.
    AnyOf(Vec<String>),
    /// As this, in which `*` is any characters and `?` is one. Letters of a name match whether small or large.
    Like(String),
    /// Not before the one and not after the other.
    Between(Option<String>, Option<String>),
    /// Of a name only: for each element, it has a key that begins with one of these.
    Words(Vec<Vec<String>>),
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// All of these must hold; those of a deeper level than what is listed are not looked at.
    pub tests: Vec<(Field, Test)>,
    /// Of the received studies, only these are listed. What was imported is listed always.
    pub received: Vec<String>,
    /// How many at most.
    pub limit: u32,
    /// How many are left out before them.
    pub offset: u32,
}

/// A study that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundStudy {
    /// The study.
    pub study: StudyRecord,
    /// Its modalities, sorted, each once.
    pub modalities: Vec<String>,
    /// Number of series.
    pub series: u64,
    /// Number of instances.
    pub instances: u64,
}

/// A series that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSeries {
    /// Its study.
    pub study: StudyRecord,
    /// The series.
    pub series: SeriesRecord,
    /// Number of instances.
    pub instances: u64,
}

/// An instance that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundInstance {
    /// Its study.
    pub study: StudyRecord,
    /// Its series.
    pub series: SeriesRecord,
    /// The instance.
    pub instance: InstanceRecord,
}

impl Store {
    /// The studies that match, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn find_studies(&self, query: &Query) -> Result<Vec<FoundStudy>, StoreError> {
        let order = "studies.study_date DESC, studies.added_at DESC, studies.study_instance_uid DESC";
        let page = Page::of(query, Level::Study, "studies.rowid", "studies", order);
        let sql = format!(
            "SELECT studies.*,
                (SELECT group_concat(modality) FROM (SELECT DISTINCT modality FROM series
                    WHERE series.study_instance_uid = studies.study_instance_uid ORDER BY modality)) AS modalities,
                (SELECT count(*) FROM series
                    WHERE series.study_instance_uid = studies.study_instance_uid) AS series_count,
                (SELECT coalesce(sum(series.instances), 0) FROM series
                    WHERE series.study_instance_uid = studies.study_instance_uid) AS instance_count
             FROM ({}) AS page JOIN studies ON studies.rowid = page.id ORDER BY {order}",
            page.sql
        );
        self.page(&sql, page.values, |row| {
            let modalities: Option<String> = row.get("modalities")?;
            Ok(FoundStudy {
                study: study_of(row)?,
                modalities: modalities
                    .iter()
                    .flat_map(|all| all.split(','))
                    .map(str::to_owned)
                    .collect(),
                series: unsigned(row, "series_count")?,
                instances: unsigned(row, "instance_count")?,
            })
        })
    }

    /// The series that match: those of a named study by number, else as they came.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn find_series(&self, query: &Query) -> Result<Vec<FoundSeries>, StoreError> {
        let order = if query.names(&[Field::StudyInstanceUid]) {
            "series.number, series.series_instance_uid"
        } else {
            "series.rowid"
        };
        let tables = "series JOIN studies USING (study_instance_uid)";
        let page = Page::of(query, Level::Series, "series.rowid", tables, order);
        let sql = format!(
            "SELECT studies.*, {SERIES_COLUMNS}, series.instances AS instance_count
             FROM ({}) AS page JOIN series ON series.rowid = page.id JOIN studies USING (study_instance_uid)
             ORDER BY {order}",
            page.sql
        );
        self.page(&sql, page.values, |row| {
            Ok(FoundSeries {
                study: study_of(row)?,
                series: series_of(row)?,
                instances: unsigned(row, "instance_count")?,
            })
        })
    }

    /// The instances that match: those of a named study or series by number, else as they came.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn find_instances(&self, query: &Query) -> Result<Vec<FoundInstance>, StoreError> {
        let order = if query.names(&[Field::StudyInstanceUid, Field::SeriesInstanceUid]) {
            "series.number, series.series_instance_uid, instances.number, instances.sop_instance_uid"
        } else {
            "instances.rowid"
        };
        let tables =
            "instances JOIN series USING (series_instance_uid) JOIN studies USING (study_instance_uid)";
        let page = Page::of(query, Level::Instance, "instances.rowid", tables, order);
        let sql = format!(
            "SELECT studies.*, {SERIES_COLUMNS}, {INSTANCE_COLUMNS}
             FROM ({}) AS page JOIN instances ON instances.rowid = page.id JOIN series USING (series_instance_uid)
                JOIN studies USING (study_instance_uid)
             ORDER BY {order}",
            page.sql
        );
        self.page(&sql, page.values, |row| {
            Ok(FoundInstance {
                study: study_of(row)?,
                series: series_of(row)?,
                instance: instance_of(row)?,
            })
        })
    }

    /// The received studies, each with the case that it came with.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn received_studies(&self) -> Result<Vec<(String, Option<crate::Id16>)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT study_instance_uid, case_id FROM studies WHERE origin = 'received'";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?)
        })
    }

    fn page<T>(
        &self,
        sql: &str,
        values: Vec<Value>,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(sql)?
                .query_map(params_from_iter(values), read)?
                .collect::<Result<_, _>>()?)
        })
    }
}

impl Query {
    /// Whether one of these attributes must have one of some values.
    fn names(&self, fields: &[Field]) -> bool {
        let exact = |test: &Test| matches!(test, Test::AnyOf(_));
        self.tests
            .iter()
            .any(|(field, test)| fields.contains(field) && exact(test))
    }
}

/// The row ids of a page, as a statement and its values.
struct Page {
    sql: String,
    values: Vec<Value>,
}

impl Page {
    fn of(query: &Query, level: Level, id: &str, tables: &str, order: &str) -> Self {
        let mut page = Self {
            sql: String::new(),
            values: Vec::new(),
        };
        let mut conditions = vec![page.seen(&query.received)];
        for (field, test) in query.tests.iter().filter(|(field, _)| field.level() <= level) {
            conditions.push(page.condition(*field, test));
        }
        let limit = page.bind(i64::from(query.limit));
        let offset = page.bind(i64::from(query.offset));
        page.sql = format!(
            "SELECT {id} AS id FROM {tables} WHERE {} ORDER BY {order} LIMIT {limit} OFFSET {offset}",
            conditions.join(" AND ")
        );
        page
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn seen(&mut self, received: &[String]) -> String {
        if received.is_empty() {
            return "studies.origin = 'imported'".to_owned();
        }
        // As one value, however many they are. What is no UID would break out of the list and is in none.
        let is_uid = |uid: &&String| uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let listed: Vec<String> = received
            .iter()
            .filter(is_uid)
            .map(|uid| format!("\"{uid}\""))
            .collect();
        let listed = self.bind(format!("[{}]", listed.join(",")));
        format!(
            "(studies.origin = 'imported' OR studies.study_instance_uid IN (SELECT value FROM json_each({listed})))"
        )
    }

    fn condition(&mut self, field: Field, test: &Test) -> String {
        let column = field.column();
        match (field, test) {
            (Field::PatientName, test) => self.name(test),
            (Field::ModalitiesInStudy, test) => {
                let inner = self.condition(Field::Modality, test);
                format!("{column} IN (SELECT series.study_instance_uid FROM series WHERE {inner})")
            }
            (_, Test::AnyOf(values)) => {
                let values: Vec<String> = values.iter().map(|value| self.bind(value.clone())).collect();
                format!("{column} IN ({})", values.join(", "))
            }
            (Field::ReferringPhysicianName, Test::Like(pattern)) => {
                format!(
                    "lower({column}) GLOB {}",
                    self.bind(glob(&pattern.to_ascii_lowercase()))
                )
            }
            (_, Test::Like(pattern)) => format!("{column} GLOB {}", self.bind(glob(pattern))),
            (_, Test::Between(from, to)) => {
                // What has no value is in no range.
                let mut all = vec![format!("{column} <> ''")];
                if let Some(from) = from {
                    all.push(format!("{column} >= {}", self.bind(from.clone())));
                }
                if let Some(to) = to {
                    all.push(format!("{column} <= {}", self.bind(to.clone())));
                }
                format!("({})", all.join(" AND "))
            }
            (_, Test::Words(_)) => "FALSE".to_owned(),
        }
    }

    /// The studies of whose patients' names this holds.
    fn name(&mut self, test: &Test) -> String {
        let one_of = |terms: Vec<String>| {
            format!(
                "studies.study_instance_uid IN (SELECT study_instance_uid FROM study_terms WHERE {})",
                terms.join(" OR ")
            )
        };
        match test {
            Test::Words(words) => {
                let conditions: Vec<String> = words
                    .iter()
                    .map(|ways| {
                        let terms = ways.iter().map(|way| {
                            // The last character of all: no key has it.
                            let (from, to) = (way.clone(), format!("{way}\u{10ffff}"));
                            format!("(term >= {} AND term < {})", self.bind(from), self.bind(to))
                        });
                        one_of(terms.collect())
                    })
                    .collect();
                if conditions.is_empty() {
                    "FALSE".to_owned()
                } else {
                    conditions.join(" AND ")
                }
            }
            Test::Like(pattern) => {
                // Groups that are named must all be there, in whatever group they are kept.
                let groups = pattern.split('=').filter(|group| !group.is_empty());
                let conditions: Vec<String> = groups
                    .map(|group| {
                        let pattern = format!("{WRITTEN}{}", glob(&group.to_lowercase()));
                        one_of(vec![format!("term GLOB {}", self.bind(pattern))])
                    })
                    .collect();
                if conditions.is_empty() {
                    "TRUE".to_owned()
                } else {
                    conditions.join(" AND ")
                }
            }
            Test::AnyOf(_) | Test::Between(..) => "FALSE".to_owned(),
        }
    }
}

/// Begins the term that is a group of a name as it is written.
pub(crate) const WRITTEN: char = 'n';

/// A pattern of PS3.4 C.2.2.2.4 as one of SQLite's GLOB, which has `*` and `?` too, and sets in brackets besides.
fn glob(pattern: &str) -> String {
    pattern.replace('[', "[[]")
}

#[cfg(test)]
mod tests;
