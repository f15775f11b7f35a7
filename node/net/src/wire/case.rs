//! `/dokuei/case/1`: one message and its reply on one stream.
//!
//! Sync is: `Heads` tells what one has and learns what the other has; `Entries` pushes what the other lacks and is
//! answered with what is *durably* stored; `Want` asks for what follows the given heads.

use std::fmt;

use dokuei_identity::fingerprint::Fingerprint;
use minicbor::{Decode, Encode};

use super::hello::PractitionerCard;

/// The largest message or reply, bytes.
pub const MAX_CASE_FRAME: usize = 1 << 20;

/// The most bytes that the entries of one message may have together, so that the message fits its frame.
pub const MAX_ENTRIES_BYTES: usize = MAX_CASE_FRAME - 64 * 1024;

/// The most profiles that one message offers.
pub const MAX_PROFILES: usize = 1024;

/// Names a log (a case's or an agreement's): 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct LogId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// Names an entry: SHA-256 of its signed header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct EntryId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

/// An entry as stored: opaque here.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct EntryBytes(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub Vec<u8>,
);

/// The newest entries of a log: those that no other entry names as parent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogHeads {
    /// Which log.
    #[n(0)]
    pub log: LogId,
    /// Its heads, sorted, and with them the second of two entries for one place; empty when the log is unknown.
    #[n(1)]
    pub heads: Vec<EntryId>,
}

/// An entry that was not taken, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RefusedEntry {
    /// Which.
    #[n(0)]
    pub entry: EntryId,
    /// A [`crate::RefusalCode`].
    #[n(1)]
    pub code: u8,
}

/// What one node says to another about case logs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[non_exhaustive]
pub enum CaseMessage {
    /// These are my heads of the logs that we share; tell me yours.
    #[n(0)]
    Heads {
        /// Log by log.
        #[n(0)]
        logs: Vec<LogHeads>,
    },
    /// Take these entries, parents first.
    #[n(1)]
    Entries {
        /// At most [`MAX_ENTRIES_BYTES`] in all.
        #[n(0)]
        entries: Vec<EntryBytes>,
    },
    /// Give me what I lack of this log.
    #[n(2)]
    Want {
        /// Which log.
        #[n(0)]
        log: LogId,
        /// The heads that I have: entries that are these or their ancestors need not be sent.
        #[n(1)]
        have: Vec<EntryId>,
    },
    /// These practitioners work at my node now: somebody signed in for the first time, or renewed her device list,
    /// after we had met.
    #[n(3)]
    Introduce {
        /// At most [`super::hello::MAX_PRACTITIONERS`].
        #[n(0)]
        practitioners: Vec<PractitionerCard>,
    },
    /// I have these signed profiles of practitioners: tell me which you want. They may have photos, so nobody is sent
    /// one that she has.
    #[n(4)]
    OfferProfiles {
        /// At most [`MAX_PROFILES`].
        #[n(0)]
        offers: Vec<ProfileOffer>,
    },
    /// Take this signed profile.
    #[n(5)]
    Profile {
        /// As its practitioner signed it.
        #[cbor(n(0), with = "minicbor::bytes")]
        profile: Vec<u8>,
    },
}

/// A profile that somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ProfileOffer {
    /// Whose: the fingerprint of her certificate.
    #[n(0)]
    pub practitioner: Fingerprint,
    /// Its number.
    #[n(1)]
    pub seq: u64,
}

/// What the other answers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[non_exhaustive]
pub enum CaseReply {
    /// To `Heads`: mine, of the logs that you may see.
    #[n(0)]
    Heads {
        /// Log by log.
        #[n(0)]
        logs: Vec<LogHeads>,
    },
    /// To `Entries`: what is on my disk now.
    #[n(1)]
    Stored {
        /// Committed (now or before).
        #[n(0)]
        stored: Vec<EntryId>,
        /// Not taken.
        #[n(1)]
        refused: Vec<RefusedEntry>,
        /// Parents that I lack: send these too.
        #[n(2)]
        missing: Vec<EntryId>,
    },
    /// To `Want`.
    #[n(2)]
    Entries {
        /// Parents first; at most [`MAX_ENTRIES_BYTES`] in all.
        #[n(0)]
        entries: Vec<EntryBytes>,
        /// Whether more follow: ask again with the new heads.
        #[n(1)]
        more: bool,
    },
    /// To `Introduce` and `Profile`: verified and noted.
    #[n(4)]
    Noted,
    /// To `OfferProfiles`: I know these people, and not these profiles.
    #[n(5)]
    WantProfiles {
        /// Of those offered.
        #[n(0)]
        practitioners: Vec<Fingerprint>,
    },
    /// To any: refused as a whole.
    #[n(3)]
    Refused {
        /// A [`crate::RefusalCode`].
        #[n(0)]
        code: u8,
    },
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogId({})", hex::encode(self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({})", hex::encode(self.0))
    }
}

/// Shows the length only: an entry may hold patient data.
impl fmt::Debug for EntryBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryBytes({} bytes)", self.0.len())
    }
}
