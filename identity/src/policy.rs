//! Who may do what: one pure function over one table of rules, each with the clause it comes from.
//!
//! The guideline (遠隔画像診断に関するガイドライン, Japanese Society for Oral and Maxillofacial Radiology) and the two
//! Acts decide; the rules are in [`TABLE`], written out in `docs/policy.md`. The first row that is about the action and
//! whose condition is met refuses; where no row refuses, it is allowed. Times are the caller's.
//!
//! - [`may`] judges what somebody is about to do. It is given everything that is known: who, at which machine, what the
//!   register says about both, and how fresh that is.
//! - [`may_have`] judges what was signed in the past, at the time it took effect. How fresh the signer's view of the
//!   register was then is nothing that others can know, so it is not asked.
//! - [`entitled`] is the shorter question whether a certificate alone entitles its holder, for directories and
//!   displays, and for entries whose signer is all that is known of them.
//!
//! Limits that belong to a consultation (whose turn it is, an agreement in force, a report's predecessor) are the
//! consultation's to judge; whose key signed is for whoever verifies the signature.

mod action;
mod condition;
mod object;
mod rule;
mod subject;
mod table;

use serde::Serialize;

use crate::certificate::{DeviceClass, DeviceOwner, LicenceKind, NodeCertificate, PractitionerCertificate};
use crate::freshness::Freshness;
use crate::time::Timestamp;

pub use action::{Action, Actions};
pub use condition::Condition;
pub(crate) use condition::fits;
pub use object::{Data, Object, Relation};
pub use rule::*;
pub use subject::{Start, Subject};
pub use table::TABLE;

/// A rule of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable name.
    pub id: &'static str,
    /// The requirements that it serves, for the documentation.
    #[serde(skip)]
    pub requirements: &'static str,
    /// Where it comes from.
    pub clause: &'static str,
    /// The refusal in Japanese, one sentence.
    pub japanese: &'static str,
    /// The refusal in English, one sentence.
    pub english: &'static str,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it says.
    pub rule: Rule,
    /// The actions that it is about.
    pub actions: Actions,
    /// When it refuses them.
    pub condition: Condition,
}

/// A refusal: the first rule that forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} ({})", rule.english, rule.clause)]
pub struct Denial {
    /// The rule.
    pub rule: Rule,
}

impl Denial {
    /// Stable name of the rule.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.rule.id
    }

    /// The clause of Act or guideline.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        self.rule.clause
    }

    /// The refusal in Japanese.
    #[must_use]
    pub const fn japanese(&self) -> &'static str {
        self.rule.japanese
    }
}

/// Whether `subject` may do `action` to `object` now, on a view of the register that is so fresh.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn may(
    subject: &Subject<'_>,
    action: Action,
    object: Object,
    now: Timestamp,
    freshness: Freshness,
) -> Result<(), Denial> {
    judge(subject, action, object, now, Some(freshness))
}

/// Whether `subject` was allowed to do `action` to `object` at the time `at`: for signed entries, with their effective
/// time. Suspension and revocation count from the time that the register names. Whether `at` can be believed is the
/// caller's question.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn may_have(subject: &Subject<'_>, action: Action, object: Object, at: Timestamp) -> Result<(), Denial> {
    judge(subject, action, object, at, None)
}

/// Whether `certificate` by itself entitles its holder to `action` at `at`, in a case of her own.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn entitled(certificate: &PractitionerCertificate, action: Action, at: Timestamp) -> Result<(), Denial> {
    may_have(&Subject::practitioner(certificate), action, Object::OWN_CASE, at)
}

fn judge(
    subject: &Subject<'_>,
    action: Action,
    object: Object,
    now: Timestamp,
    freshness: Option<Freshness>,
) -> Result<(), Denial> {
    let question = condition::Question {
        subject,
        object,
        now,
        freshness,
    };
    TABLE
        .iter()
        .find(|row| row.actions.contain(action) && question.meets(row.condition))
        .map_or(Ok(()), |row| Err(Denial { rule: row.rule }))
}

/// Whether a device of this class and owner may be a node.
///
/// # Errors
/// [`NO_PRIVATE_DEVICE`].
pub fn may_be_node(class: DeviceClass, owner: DeviceOwner) -> Result<(), Denial> {
    if condition::is_refused_device(class, owner) {
        Err(Denial {
            rule: NO_PRIVATE_DEVICE,
        })
    } else {
        Ok(())
    }
}

/// Whether a node's certificate by itself entitles it to take part at `at`.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn may_take_part(node: &NodeCertificate, at: Timestamp) -> Result<(), Denial> {
    may_have(&Subject::node(node), Action::Admit, Object::REGISTER, at)
}

/// The rule that reserves diagnosis to holders of a Japanese licence of this kind.
pub(crate) const fn licence_rule(kind: LicenceKind) -> Rule {
    match kind {
        LicenceKind::Dentist => JAPANESE_DENTAL_LICENCE,
        LicenceKind::Physician => JAPANESE_MEDICAL_LICENCE,
    }
}

/// The rule that reserves reading to the qualified of this kind.
pub(crate) const fn qualification_rule(kind: LicenceKind) -> Rule {
    match kind {
        LicenceKind::Dentist => READING_QUALIFICATION_DENTIST,
        LicenceKind::Physician => READING_QUALIFICATION_PHYSICIAN,
    }
}
