//! Evidence that somebody signed two different entries for one place in a log.

use minicbor::{Decode, Encode};

use crate::entry::{EntryHeader, SignedEntry, VerifiedEntry};
use crate::id::{EntryId, LogId};
use crate::refusal::Refusal;
use crate::standing::Standing;

/// Two signed entries of one log, signer, device and sequence number, with different ids. Anyone who knows the
/// signer's certificate can verify it; nobody else can make one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ForkProof {
    /// The entry with the smaller id.
    #[n(0)]
    pub first: SignedEntry,
    /// The entry with the larger id.
    #[n(1)]
    pub second: SignedEntry,
}

impl ForkProof {
    /// The proof of these two entries, in the one order.
    #[must_use]
    pub(crate) fn of(one: &VerifiedEntry, other: &VerifiedEntry) -> Self {
        let (first, second) = if one.id() < other.id() {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            first: first.signed().clone(),
            second: second.signed().clone(),
        }
    }

    /// The ids of both entries.
    #[must_use]
    pub fn ids(&self) -> [EntryId; 2] {
        [self.first.id(), self.second.id()]
    }

    /// Verifies the proof: both entries are good and stand for the same place. Gives the log that is forked.
    ///
    /// # Errors
    /// The [`Refusal`] of the entry that is not good, or [`Refusal::Malformed`] when there is no fork.
    pub fn verify(&self, standing: &dyn Standing) -> Result<LogId, Refusal> {
        let first = VerifiedEntry::open(self.first.clone(), standing)?;
        let second = VerifiedEntry::open(self.second.clone(), standing)?;
        let forked = first.id() < second.id() && place(first.header()) == place(second.header());
        if forked {
            Ok(first.header().log)
        } else {
            Err(Refusal::Malformed)
        }
    }
}

/// What must be unique: (log, signer, device, seq).
fn place(header: &EntryHeader) -> impl PartialEq + use<> {
    (header.log, header.signer, header.device, header.seq)
}
