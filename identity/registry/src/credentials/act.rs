//! What an operator can do to credentials, in one form for the command line, the API and what waits for approval.

use serde::{Deserialize, Serialize};

use super::issue::Order;

/// An act. Everything that it needs is in it, so that it can wait on disk for a second operator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    /// Issues a certificate for a request.
    Issue {
        order: Box<Order>,
        /// The application that it answers.
        #[serde(default)]
        application: Option<String>,
    },
    /// Issues a certificate for the same key and with the same content, for a new time.
    Renew {
        credential: String,
        #[serde(default)]
        days: Option<u64>,
    },
    /// Issues a certificate with the same content for a new key; the old one is superseded.
    Rekey {
        credential: String,
        request: String,
        #[serde(default)]
        days: Option<u64>,
    },
    /// Suspends: `certificateHold`.
    Suspend { credential: String },
    /// Ends a suspension: the entry leaves the revocation list.
    Reinstate { credential: String },
    /// Revokes for good.
    Revoke { credential: String, reason: String },
    /// Takes in an operator, whose sealed file is here.
    OperatorAdd {
        name: String,
        key: String,
        sealed: String,
    },
    /// Lets an operator go.
    OperatorRemove { name: String },
    /// Issues for every row of a file of practitioners, which SHA-256 names.
    Import { sha256: String, rows: u64 },
}

impl Act {
    /// The stable word in the operator log.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Issue { .. } => "issue",
            Self::Renew { .. } => "renew",
            Self::Rekey { .. } => "rekey",
            Self::Suspend { .. } => "suspend",
            Self::Reinstate { .. } => "reinstate",
            Self::Revoke { .. } => "revoke",
            Self::OperatorAdd { .. } => "operator_add",
            Self::OperatorRemove { .. } => "operator_remove",
            Self::Import { .. } => "import",
        }
    }

    /// What it is about, before it is done.
    pub(crate) fn about(&self) -> Option<String> {
        match self {
            Self::Issue { order, .. } => Some(order.subject()),
            Self::Renew { credential, .. }
            | Self::Rekey { credential, .. }
            | Self::Suspend { credential }
            | Self::Reinstate { credential }
            | Self::Revoke { credential, .. } => Some(credential.clone()),
            Self::OperatorAdd { name, .. } | Self::OperatorRemove { name } => Some(name.clone()),
            Self::Import { sha256, .. } => Some(sha256.clone()),
        }
    }

    /// Whether the four-eyes rule asks for a second operator. Suspending does not: it must be quick, takes nothing
    /// away for good, and is what one operator does while the second is looked for.
    pub(crate) const fn needs_second(&self) -> bool {
        !matches!(self, Self::Suspend { .. })
    }
}
