//! A reader who has lost her credential is let go, so that somebody else can read in her place (R2, R3, R5).

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, form};
use crate::id::EntryId;

/// How a credential was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It does not hold for now.
    #[n(0)]
    Suspended,
    /// It holds no more.
    #[n(1)]
    Revoked,
    /// Its time is over.
    #[n(2)]
    Expired,
}

impl Loss {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// The requester lets a reader go who can sign no report any more, as the register says. What she has signed stays; the
/// case goes on as if she had never taken it on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Release {
    /// The request or forward by which she was asked.
    #[n(0)]
    pub request: EntryId,
    /// What became of her certificate.
    #[n(1)]
    pub loss: Loss,
    /// Since when.
    #[n(2)]
    pub since: Timestamp,
}

impl Release {
    /// # Errors
    /// [`Incomplete`] when no time is named.
    pub fn validate(&self) -> Result<(), Incomplete> {
        form("since", self.since.0 > 0)
    }
}
