//! What work lists ask of many cases at once: which there are, and what is here for each beside its log.

use rusqlite::OptionalExtension;

use crate::log::LogKind;
use crate::packages::{self, PackageRow, PackageState};
use crate::{Id16, Store, StoreError};

/// What is here for a case beside its log.
#[derive(Debug, Clone, Default)]
pub struct CaseHoldings {
    /// Its packages, oldest first.
    pub packages: Vec<PackageRow>,
    /// Day (DICOM `DA`) and description of its study, each as it is written there; none while the study is not here.
    pub study: Option<(String, String)>,
    /// How many images of its study were not compared yet with what their sender signed; counted once a package is opened.
    pub unproven: u64,
}

impl Store {
    /// The logs of a kind by their ids, newest entry first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn log_ids(&self, kind: LogKind) -> Result<Vec<Id16>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT log_id FROM logs WHERE kind = ?1 ORDER BY updated_at DESC, log_id")?
                .query_map([kind], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// How many logs of a kind there are.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn log_count(&self, kind: LogKind) -> Result<u32, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM logs WHERE kind = ?1")?
                .query_row([kind], |row| row.get(0))?)
        })
    }

    /// What is here for each of these cases, in their order; `asked` names the study of each as well. All of it is read from
    /// one state of the database.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn holdings_of(&self, asked: &[(Id16, &str)]) -> Result<Vec<CaseHoldings>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT * FROM packages WHERE case_id = ?1 ORDER BY created_at, package_id";
            let mut packages = connection.prepare_cached(sql)?;
            let sql = "SELECT study_date, description FROM studies WHERE study_instance_uid = ?1";
            let mut studies = connection.prepare_cached(sql)?;
            let sql = "SELECT count(*) FROM unproven JOIN instances USING (blob_id)
                       JOIN series USING (series_instance_uid) WHERE study_instance_uid = ?1";
            let mut unproven = connection.prepare_cached(sql)?;
            // Usually nothing is left to compare anywhere: then no study need be looked through for it.
            let any: bool =
                connection.query_row("SELECT EXISTS (SELECT 1 FROM unproven)", [], |row| row.get(0))?;
            let mut all = Vec::with_capacity(asked.len());
            for (case, study) in asked {
                let mut held = CaseHoldings {
                    packages: packages
                        .query_map([case], packages::package)?
                        .collect::<Result<_, _>>()?,
                    study: studies
                        .query_row([study], |row| Ok((row.get(0)?, row.get(1)?)))
                        .optional()?,
                    unproven: 0,
                };
                if any && held.packages.iter().any(|row| row.state == PackageState::Opened) {
                    let count: i64 = unproven.query_row([study], |row| row.get(0))?;
                    held.unproven = u64::try_from(count).unwrap_or(0);
                }
                all.push(held);
            }
            Ok(all)
        })
    }
}
