//! The schema in numbered steps, each applied once, in a transaction, and counted in `user_version`.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// Step n brings schema n-1 to n. Steps that were released are never edited.
pub(crate) const STEPS: &[&str] = &[
    include_str!("../migrations/0001_studies.sql"),
    include_str!("../migrations/0002_consultations.sql"),
    include_str!("../migrations/0003_directory.sql"),
    include_str!("../migrations/0004_audit.sql"),
    include_str!("../migrations/0005_register.sql"),
    include_str!("../migrations/0006_profiles.sql"),
    include_str!("../migrations/0007_applications.sql"),
    include_str!("../migrations/0008_refused_entries.sql"),
    include_str!("../migrations/0009_package_form.sql"),
    include_str!("../migrations/0010_dispatches.sql"),
    include_str!("../migrations/0011_study_index.sql"),
    include_str!("../migrations/0012_pseudonyms.sql"),
    include_str!("../migrations/0013_series_previews.sql"),
    include_str!("../migrations/0014_unproven.sql"),
    include_str!("../migrations/0015_told_deadlines.sql"),
    include_str!("../migrations/0016_seals.sql"),
    include_str!("../migrations/0017_work_list.sql"),
    include_str!("../migrations/0019_repeats.sql"),
    include_str!("../migrations/0020_attestations.sql"),
    include_str!("../migrations/0022_notices.sql"),
    include_str!("../migrations/0023_reports_in_progress.sql"),
    include_str!("../migrations/0024_successors.sql"),
    include_str!("../migrations/0025_deletions.sql"),
    include_str!("../migrations/0026_co_signed.sql"),
    include_str!("../migrations/0027_image_scan.sql"),
];

/// Brings the database to the schema of the last of `steps`.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > steps.len() {
        return Err(StoreError::NewerSchema {
            found: count(found),
            known: count(steps.len()),
        });
    }
    for (done, step) in steps.iter().enumerate().skip(found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", count(done + 1))?;
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version as usize)
}

fn count(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(connection: &Connection) -> String {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join(";\n\n")
    }

    /// Changing this snapshot means adding a migration, never editing one.
    #[test]
    fn schema_snapshot() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, STEPS).unwrap();
        insta::assert_snapshot!(schema(&connection));
    }

    #[test]
    fn each_older_schema_reaches_the_same_newest_one() {
        let mut fresh = Connection::open_in_memory().unwrap();
        migrate(&mut fresh, STEPS).unwrap();
        for old in 1..STEPS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, &STEPS[..old]).unwrap();
            migrate(&mut connection, STEPS).unwrap();
            assert_eq!(schema(&connection), schema(&fresh));
            assert_eq!(version(&connection).unwrap(), STEPS.len());
        }
    }

    #[test]
    fn a_failing_step_leaves_the_previous_schema() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x);"];
        assert!(migrate(&mut connection, &steps).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        assert_eq!(schema(&connection), "CREATE TABLE a (x)");
    }

    #[test]
    fn a_newer_schema_is_refused_and_untouched() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, STEPS).unwrap();
        let error = migrate(&mut connection, &STEPS[..2]).unwrap_err();
        assert!(matches!(error, StoreError::NewerSchema { found, known: 2 } if found == count(STEPS.len())));
        assert_eq!(version(&connection).unwrap(), STEPS.len());
    }
}
