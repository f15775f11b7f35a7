//! The chain of a node's attestations, and what is in force by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use thiserror::Error;

use crate::attestation::{self, AttestationError, Attested, RecordId};
use crate::day::Day;
use crate::display::{Display, DisplayCheck};
use crate::duty::{Assignment, Duty, Role};
use crate::incident::{Incident, Response, Step};
use crate::inspection::{Inspection, Review};
use crate::policy::{Pledge, Policy, PolicyKind, Training};
use crate::retention::{Hold, Release};
use crate::statement::Statement;

/// Why the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A record is not what was signed.
    #[error("record {number}: {why}")]
    Record {
        /// Which.
        number: u64,
        /// Why.
        why: AttestationError,
    },
    /// One was taken out, put in, or moved.
    #[error("record {number} does not follow the one before")]
    Broken {
        /// The first that does not.
        number: u64,
    },
    /// Its signer is somebody else than the one whom it names.
    #[error("record {number} is not signed by the person whom it names")]
    Stranger {
        /// Which.
        number: u64,
    },
}

/// A record with the statement that is asked for.
#[derive(Debug)]
pub struct Of<'a, T> {
    /// The record.
    pub record: &'a Attested,
    /// What it states.
    pub what: &'a T,
}

impl<T> Of<'_, T> {
    /// The day on which it was signed.
    #[must_use]
    pub fn day(&self) -> Day {
        Day::at(self.record.attestation.at)
    }
}

/// The chain, verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    records: Vec<Arc<Attested>>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $variant:ident($kind:ty),)+) => {
        $($(#[$doc])*
        pub fn $name(&self) -> impl DoubleEndedIterator<Item = Of<'_, $kind>> {
            self.records.iter().map(Arc::as_ref).filter_map(|record| match &record.attestation.statement {
                Statement::$variant(what) => {
                    let what: &$kind = what;
                    Some(Of { record, what })
                }
                _ => None,
            })
        })+
    };
}

impl Ledger {
    /// Reads the chain from its beginning. `key_of` gives the key of a certificate.
    ///
    /// # Errors
    /// [`LedgerError`] names the first record that does not hold.
    pub fn read<'a>(
        signed: impl IntoIterator<Item = &'a [u8]>,
        key_of: impl Fn(&Fingerprint) -> Option<PublicKey>,
    ) -> Result<Self, LedgerError> {
        let (ledger, broken) = Self::read_as_far(signed, key_of, |_| true);
        broken.map_or(Ok(ledger), Err)
    }

    /// Reads the chain as far as it holds, and says why it does not go on. `is_hers` judges whether the certificate that
    /// signed is of the person whom the record names.
    pub fn read_as_far<'a>(
        signed: impl IntoIterator<Item = &'a [u8]>,
        key_of: impl Fn(&Fingerprint) -> Option<PublicKey>,
        is_hers: impl Fn(&Attested) -> bool,
    ) -> (Self, Option<LedgerError>) {
        let mut ledger = Self::default();
        for bytes in signed {
            let number = ledger.next().0;
            let taken = attestation::verify(bytes, &key_of)
                .map_err(|why| LedgerError::Record { number, why })
                .and_then(|record| {
                    let hers = is_hers(&record);
                    hers.then_some(record).ok_or(LedgerError::Stranger { number })
                })
                .and_then(|record| ledger.append(record));
            if let Err(broken) = taken {
                return (ledger, Some(broken));
            }
        }
        (ledger, None)
    }

    /// The number of the next record, and the id of the newest.
    #[must_use]
    pub fn next(&self) -> (u64, RecordId) {
        let last = self.records.last().map_or(RecordId::NONE, |last| last.id);
        (self.records.len() as u64 + 1, last)
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] when it is not the next.
    pub fn append(&mut self, record: Attested) -> Result<(), LedgerError> {
        let (number, previous) = self.next();
        if record.attestation.number != number || record.attestation.previous != previous {
            return Err(LedgerError::Broken { number });
        }
        self.records.push(Arc::new(record));
        Ok(())
    }

    /// All, the oldest first.
    #[must_use]
    pub fn records(&self) -> &[Arc<Attested>] {
        &self.records
    }

    /// One by its id.
    #[must_use]
    pub fn find(&self, id: &RecordId) -> Option<&Attested> {
        self.records()
            .iter()
            .map(Arc::as_ref)
            .find(|record| record.id == *id)
    }

    kinds! {
        /// All versions of all documents, the oldest first; so with all that follow.
        policies: Policy(Policy),
        /// Roles that were given.
        assignments: Assignment(Assignment),
        /// Pledges.
        pledges: Pledge(Pledge),
        /// Trainings.
        trainings: Training(Training),
        /// Self-inspections.
        inspections: Inspection(Inspection),
        /// Yearly reviews.
        reviews: Review(Review),
        /// Displays as they were found.
        display_records: Display(Display),
        /// Looks at test patterns.
        display_checks: DisplayCheck(DisplayCheck),
        /// Incidents.
        incidents: Incident(Incident),
        /// What was done about them.
        responses: Response(Response),
        /// Legal holds.
        holds: Hold(Hold),
        /// What ended them.
        releases: Release(Release),
    }

    /// The newest version of a document.
    #[must_use]
    pub fn newest(&self, kind: PolicyKind) -> Option<Of<'_, Policy>> {
        self.policies().rev().find(|one| one.what.kind == kind)
    }

    /// The version that is in force.
    #[must_use]
    pub fn in_force(&self, kind: PolicyKind, today: Day) -> Option<Of<'_, Policy>> {
        let mut versions = self.policies().rev().filter(|one| one.what.kind == kind);
        // A new version that begins later leaves the old one in force; when it begins, only it counts.
        let current = versions.find(|one| one.what.from <= today)?;
        (today <= current.what.until).then_some(current)
    }

    /// When somebody acknowledged this version.
    #[must_use]
    pub fn acknowledged(&self, policy: &RecordId, who: &str) -> Option<&Attested> {
        // Whoever signs a document has read it.
        if let Some(record) = self
            .find(policy)
            .filter(|record| record.attestation.by.as_str() == who)
        {
            return Some(record);
        }
        self.records.iter().map(Arc::as_ref).find(|record| {
            record.attestation.by.as_str() == who
                && matches!(&record.attestation.statement, Statement::Acknowledgement(one) if one.policy == *policy)
        })
    }

    /// What each person is here, by her key, as the newest record of her says.
    #[must_use]
    pub fn roles(&self) -> BTreeMap<&str, Of<'_, Assignment>> {
        self.assignments()
            .map(|one| (one.what.person.key(), one))
            .collect()
    }

    /// Who administers the node on this day.
    #[must_use]
    pub fn administrators(&self, today: Day) -> Vec<Of<'_, Assignment>> {
        let all = self.roles().into_values();
        all.filter(|one| one.what.role == Role::Administrator && one.what.holds(today))
            .collect()
    }

    /// Whether an administrator was ever named.
    #[must_use]
    pub fn is_administered(&self) -> bool {
        self.assignments().any(|one| one.what.role == Role::Administrator)
    }

    /// Whether somebody has a duty. Until an administrator is named for the first time, everybody who can sign in has them
    /// all; whoever was given no role has that of a practitioner.
    #[must_use]
    pub fn has(&self, who: &str, duty: Duty, today: Day) -> bool {
        if !self.is_administered() {
            return true;
        }
        match self.roles().get(who) {
            Some(one) => one.what.holds(today) && one.what.has(duty),
            None => Role::Practitioner.duties().contains(&duty),
        }
    }

    /// Somebody's newest pledge.
    #[must_use]
    pub fn pledge(&self, who: &str) -> Option<Of<'_, Pledge>> {
        self.pledges().rev().find(|one| one.what.person.key() == who)
    }

    /// The training of somebody that lasts longest.
    #[must_use]
    pub fn training(&self, who: &str) -> Option<Of<'_, Training>> {
        self.trainings()
            .filter(|one| one.what.person.key() == who)
            .max_by_key(|one| one.what.until)
    }

    /// Whether a finding was remedied.
    #[must_use]
    pub fn remedied(&self, inspection: &RecordId, item: &str) -> Option<&Attested> {
        self.records.iter().map(Arc::as_ref).find(|record| {
            matches!(&record.attestation.statement,
                Statement::Remedy(one) if one.inspection == *inspection && one.item.as_str() == item)
        })
    }

    /// The displays that are in use, by their names, as the newest record of each says.
    #[must_use]
    pub fn displays(&self) -> BTreeMap<&str, Of<'_, Display>> {
        let mut all: BTreeMap<_, _> = self
            .display_records()
            .map(|one| (one.what.name.as_str(), one))
            .collect();
        all.retain(|_, one| !one.what.retired);
        all
    }

    /// The newest look at a display's test pattern.
    #[must_use]
    pub fn checked(&self, display: &str) -> Option<Of<'_, DisplayCheck>> {
        self.display_checks()
            .rev()
            .find(|one| one.what.name.as_str() == display)
    }

    /// The incidents that are not over.
    pub fn open_incidents(&self) -> impl Iterator<Item = Of<'_, Incident>> {
        self.incidents()
            .filter(|one| !self.took(&one.record.id, Step::End))
    }

    /// Whether a step of the response to an incident was taken.
    #[must_use]
    pub fn took(&self, incident: &RecordId, step: Step) -> bool {
        self.responses()
            .any(|one| one.what.incident == *incident && one.what.step == step)
    }
}
