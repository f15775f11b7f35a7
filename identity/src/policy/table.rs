//! The table: every rule, in the order in which they are asked. The first that refuses is the answer.

use super::action::{Action, Actions};
use super::condition::Condition;
use super::rule::*;
use super::{Row, Rule};

/// How one gets a new certificate: open even when the present one does not hold.
const RENEWAL: &[Action] = &[Action::FollowRegister, Action::ManageCredentials];

/// What stays within the node, so that a machine whose certificate ran out still opens what is on it.
const STILL_OPEN: &[Action] = &[
    Action::Observe,
    Action::View,
    Action::Import,
    Action::Schedule,
    Action::Compose,
    Action::Print,
    Action::Erase,
    Action::FollowRegister,
    Action::ManageCredentials,
];

/// What is no part of diagnosis or treatment, which the Acts reserve, nor helps somebody else to it.
const OBSERVER: &[Action] = &[
    Action::Observe,
    Action::View,
    Action::ViewOffline,
    Action::Import,
    Action::Schedule,
    Action::FinishTransfer,
    Action::Admit,
    Action::FollowRegister,
    Action::ManageCredentials,
];

/// What begins something new with others.
const NEW: &[Action] = &[
    Action::Agree,
    Action::Request,
    Action::Grant,
    Action::Send,
    Action::Forward,
    Action::ExportMedia,
];

/// What is done with others at all.
const WITH_OTHERS: &[Action] = &[
    Action::Agree,
    Action::Request,
    Action::Consult,
    Action::Correspond,
    Action::SignPreliminary,
    Action::SignFinal,
    Action::SignAddendum,
    Action::SignAmendment,
    Action::CoSign,
    Action::Grant,
    Action::Send,
    Action::FinishTransfer,
    Action::Forward,
    Action::Admit,
    Action::ExportMedia,
];

/// Reading images for others.
const READING: &[Action] = &[
    Action::Consult,
    Action::SignPreliminary,
    Action::SignFinal,
    Action::SignAddendum,
    Action::SignAmendment,
    Action::CoSign,
];

const fn row(rule: Rule, actions: Actions, condition: Condition) -> Row {
    Row {
        rule,
        actions,
        condition,
    }
}

/// Every rule with the actions that it is about and the condition on which it refuses.
pub const TABLE: [Row; 28] = [
    row(
        CERTIFICATE_IN_FORCE,
        Actions::Except(RENEWAL),
        Condition::OutsideValidity,
    ),
    row(
        CERTIFICATE_REVOKED,
        Actions::Except(&[Action::FollowRegister]),
        Condition::Revoked,
    ),
    row(
        CERTIFICATE_SUSPENDED,
        Actions::Except(RENEWAL),
        Condition::Suspended,
    ),
    row(
        CERTIFICATE_SUPERSEDED,
        Actions::Except(RENEWAL),
        Condition::Superseded,
    ),
    row(
        CERTIFICATE_LOGGED,
        Actions::Except(STILL_OPEN),
        Condition::Unlogged,
    ),
    row(
        NODE_CERTIFICATE_REVOKED,
        Actions::Except(&[Action::FollowRegister]),
        Condition::NodeRevoked,
    ),
    row(
        NODE_CERTIFICATE_SUSPENDED,
        Actions::Except(&[Action::FollowRegister]),
        Condition::NodeSuspended,
    ),
    row(
        NODE_CERTIFICATE_IN_FORCE,
        Actions::Except(STILL_OPEN),
        Condition::NodeOutsideValidity,
    ),
    row(
        NODE_CERTIFICATE_LOGGED,
        Actions::Except(STILL_OPEN),
        Condition::NodeUnlogged,
    ),
    row(NO_PRIVATE_DEVICE, Actions::All, Condition::PrivateDevice),
    row(
        PORTABLE_PASSPHRASE,
        Actions::Except(&[Action::FollowRegister]),
        Condition::PortableUnattended,
    ),
    row(
        PORTABLE_CACHE,
        Actions::Only(&[Action::ViewOffline]),
        Condition::PortableStale,
    ),
    row(
        PORTABLE_NO_PLAIN_EXPORT,
        Actions::Only(&[Action::ExportPlain]),
        Condition::Portable,
    ),
    row(
        VIRTUAL_DESKTOP_KEEPS,
        Actions::Only(&[Action::ExportMedia, Action::ExportPlain, Action::ViewOffline]),
        Condition::VirtualDesktop,
    ),
    row(
        PRIVATE_NO_PRINT,
        Actions::Only(&[Action::Print]),
        Condition::PrivatelyOwned,
    ),
    row(
        RESPONSIBLE_PRACTITIONER,
        Actions::Except(&[
            Action::Admit,
            Action::FollowRegister,
            Action::Import,
            Action::FinishTransfer,
            Action::Erase,
        ]),
        Condition::NobodyActs,
    ),
    row(
        STAFF_NOT_MEDICAL,
        Actions::Except(&[
            Action::Observe,
            Action::Import,
            Action::Schedule,
            Action::Admit,
            Action::FollowRegister,
            Action::FinishTransfer,
            Action::ManageCredentials,
        ]),
        Condition::Staff,
    ),
    row(
        STAFF_CONFIDENTIAL,
        Actions::Only(&[Action::Observe]),
        Condition::StaffOnConfidential,
    ),
    row(
        JAPANESE_DENTAL_LICENCE,
        Actions::Except(OBSERVER),
        Condition::ForeignDentist,
    ),
    row(
        JAPANESE_MEDICAL_LICENCE,
        Actions::Except(OBSERVER),
        Condition::ForeignPhysician,
    ),
    row(
        READING_QUALIFICATION_DENTIST,
        Actions::Only(READING),
        Condition::UnqualifiedDentist,
    ),
    row(
        READING_QUALIFICATION_PHYSICIAN,
        Actions::Only(READING),
        Condition::UnqualifiedPhysician,
    ),
    row(
        PROVISIONAL_SIGNS_NOT_ALONE,
        Actions::Only(&[
            Action::SignFinal,
            Action::SignAddendum,
            Action::SignAmendment,
            Action::CoSign,
        ]),
        Condition::Provisional,
    ),
    row(NOT_A_PARTY, Actions::All, Condition::Outsider),
    row(
        SENDER_GRANTS,
        Actions::Only(&[Action::Grant, Action::Forward]),
        Condition::NotTheSender,
    ),
    row(
        AUDIT_KEPT,
        Actions::Only(&[Action::Erase, Action::Compose, Action::Send, Action::Forward]),
        Condition::AuditTrail,
    ),
    row(
        REGISTER_VIEW_STALE,
        Actions::Only(WITH_OTHERS),
        Condition::NotRunning,
    ),
    row(REGISTER_VIEW_AGEING, Actions::Only(NEW), Condition::NotCurrent),
];
