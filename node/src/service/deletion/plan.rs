//! What goes when a case or a study is deleted, and what stands against it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_governance::day::Day;
use dokuei_governance::deletion::{Destroyed, Keeping, What};
use dokuei_governance::ledger::Ledger;
use dokuei_governance::retention::{CaseName, Kept, Until};
use dokuei_store::{Destruction, Id32, LogKind, Origin, StoreError};
use sha2::{Digest, Sha256};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::retention::completed;
use super::{Wanted, subject};

/// What is to be done.
pub(super) struct Plan {
    /// What it is.
    pub(super) what: What,
    /// Its identifier, for the audit trail.
    pub(super) object: String,
    /// How it is kept.
    pub(super) keeping: Keeping,
    /// The cases of which something goes.
    pub(super) cases: Vec<CaseId>,
    /// What is destroyed.
    pub(super) work: Destruction,
    /// SHA-256 of the identifiers of what goes.
    pub(super) subjects: Vec<Id32>,
    /// How much it is.
    pub(super) destroyed: Destroyed,
    /// Hashes of it, a line each.
    pub(super) list: String,
}

impl Plan {
    /// Whether it goes before its time.
    pub(super) fn is_early(&self, today: Day) -> bool {
        self.keeping.until.is_some_and(|until| until.day >= today)
    }
}

/// Until when a case keeps its records and its images.
pub(super) fn until(kept: Kept, completed: Day, ledger: &Ledger, today: Day) -> Until {
    kept.until(completed, ledger.house_years(kept, today))
}

impl Node {
    pub(super) fn plan(&self, wanted: &Wanted) -> Result<Plan, ServiceError> {
        match (&wanted.case_id, &wanted.study_instance_uid) {
            (Some(case), _) => self.plan_case(case),
            (None, Some(study)) => self.plan_study(study),
            (None, None) => Err(ServiceError::Unknown("case")),
        }
    }

    fn plan_case(&self, name: &str) -> Result<Plan, ServiceError> {
        let id: CaseId = name.parse().map_err(|_| ServiceError::Unknown("case"))?;
        let name = id.to_string();
        let case = match self.kept_case(id) {
            Err(ServiceError::Unknown(_)) => return Err(self.gone("case", &name)),
            case => case?,
        };
        let (ledger, today, completed) = (self.ledger()?, self.today(), completed(&case));
        // Both are of the case: what is kept longer counts.
        let both = [Kept::Records, Kept::Images].into_iter();
        let until = completed.and_then(|day| {
            both.map(|kept| until(kept, day, &ledger, today))
                .max_by_key(|one| one.day)
        });
        let keeping = Keeping {
            open: completed.is_none(),
            held: ledger.is_held(&name),
            until,
        };
        let text = |error| ServiceError::field("case_id", error);
        let mut plan = Plan {
            what: What::Case {
                case_id: CaseName::new(&name).map_err(text)?,
            },
            object: name.clone(),
            keeping,
            cases: vec![id],
            work: Destruction {
                case: Some(*id.as_bytes()),
                studies: self.received_for(&case)?,
                ..Destruction::default()
            },
            subjects: vec![subject(&name)],
            destroyed: Destroyed::default(),
            list: String::new(),
        };
        for entry in case.log().ordered() {
            plan.line(format_args!("entry sha256 {}", entry.id()));
            plan.destroyed.entries += 1;
        }
        for fork in self.store().forks(id.as_bytes())? {
            plan.line(format_args!("entry sha256 {}", hex::encode(fork.entry_id)));
            plan.destroyed.entries += 1;
        }
        plan.destroyed.drafts = self.count_drafts_in(id)?;
        self.complete(plan)
    }

    fn plan_study(&self, uid: &str) -> Result<Plan, ServiceError> {
        let added = match self.store().study_added(uid) {
            Err(StoreError::NotFound(_)) => return Err(self.gone("study", uid)),
            added => Day::at(added?),
        };
        let (ledger, today) = (self.ledger()?, self.today());
        // Copies under a pseudonym show the same patient: they go with what they were made of.
        let mut studies = vec![uid.to_owned()];
        studies.extend(self.copies_of(uid)?);
        let about = self.cases_about(&studies.iter().cloned().collect())?;
        let ends: Vec<Option<Day>> = about.iter().map(|case| completed(case)).collect();
        let last = ends
            .iter()
            .flatten()
            .copied()
            .chain([added])
            .max()
            .unwrap_or(added);
        let keeping = Keeping {
            open: ends.iter().any(Option::is_none),
            held: about.iter().any(|case| ledger.is_held(&case.id().to_string())),
            until: Some(until(Kept::Images, last, &ledger, today)),
        };
        self.complete(Plan {
            what: What::Study {
                study_sha256: hex::encode(subject(uid)),
            },
            object: uid.to_owned(),
            keeping,
            cases: about.iter().map(|case| case.id()).collect(),
            work: Destruction {
                studies,
                ..Destruction::default()
            },
            subjects: Vec::new(),
            destroyed: Destroyed::default(),
            list: String::new(),
        })
    }

    /// Adds what follows from the cases and studies of a plan: packages, images, hashes.
    fn complete(&self, mut plan: Plan) -> Result<Plan, ServiceError> {
        for case in plan.cases.clone() {
            for row in self.store().packages(Some(case.as_bytes()))? {
                plan.line(format_args!(
                    "package core {}",
                    hex::encode(row.package.core_hash)
                ));
                plan.work.packages.push(row.package.package_id);
            }
        }
        plan.destroyed.packages = plan.work.packages.len() as u64;
        for study in plan.work.studies.clone() {
            plan.subjects.push(subject(&study));
            for series in self.store().series_of(&study)? {
                for image in self.store().instances_of(&series.series_instance_uid)? {
                    // An image that nobody has decoded yet is known by the hash of its sealed form alone.
                    match image.sha256 {
                        Some(hash) => {
                            plan.line(format_args!("image sha256 {} {}", hex::encode(hash), image.bytes));
                        }
                        None => plan.line(format_args!(
                            "image blake3 {} {}",
                            hex::encode(image.blake3),
                            image.bytes
                        )),
                    }
                    plan.destroyed.images += 1;
                    plan.destroyed.bytes += image.bytes;
                }
            }
        }
        plan.destroyed.list_sha256 = hex::encode(Sha256::digest(&plan.list));
        Ok(plan)
    }

    /// The received study of a case, when no other case rests on it. What the house imported is its own record, and is
    /// deleted by itself.
    fn received_for(&self, case: &Case) -> Result<Vec<String>, ServiceError> {
        let Some((_, request)) = case.request() else {
            return Ok(Vec::new());
        };
        let uid = &request.study_instance_uid;
        let origin = match self.store().study_record(uid) {
            Ok(study) => study.origin,
            Err(StoreError::NotFound(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let about = self.cases_about(&BTreeSet::from([uid.clone()]))?;
        let alone = about.iter().all(|other| other.id() == case.id());
        Ok(if origin == Origin::Received && alone {
            vec![uid.clone()]
        } else {
            Vec::new()
        })
    }

    /// The copies of a study under a pseudonym that are here.
    fn copies_of(&self, uid: &str) -> Result<Vec<String>, ServiceError> {
        let mut copies = Vec::new();
        for record in self.store().pseudonyms()? {
            if record.original_uid != uid || record.study_instance_uid == uid {
                continue;
            }
            match self.store().study_added(&record.study_instance_uid) {
                Ok(_) => copies.push(record.study_instance_uid),
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(copies)
    }

    /// The cases that are about one of these studies. One that cannot be read may be: then nothing is deleted.
    fn cases_about(&self, studies: &BTreeSet<String>) -> Result<Vec<Arc<Case>>, ServiceError> {
        let mut about = Vec::new();
        for id in self.store().log_ids(LogKind::Case)? {
            let case = self.kept_case(CaseId::from_bytes(id))?;
            if case
                .request()
                .is_some_and(|(_, request)| studies.contains(&request.study_instance_uid))
            {
                about.push(case);
            }
        }
        Ok(about)
    }
}

impl Plan {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = writeln!(self.list, "{line}");
    }
}
