//! The DICOM network (PS3.7, PS3.8): associations with the devices and archives of the own house. Those that they open
//! echo, store and ask for storage commitment ([`serve`]); those that we open do the same with an archive, look for its
//! studies and fetch them ([`Calling`]).
//!
//! One call of [`serve`] is one association, from its request to its end, on the thread of the caller; nothing of it is
//! shared with another one. What is received is handed on as a stream, a [`Received`], to the [`Reception`] of whoever
//! serves: no instance is ever held whole here, and none is written to a disk. What a stranger may cost is bounded:
//! the length of a protocol data unit before it is allocated, that of an object, and the time that one may take to come.

mod association;
mod caller;
mod command;
mod commitment;
mod negotiation;
mod query;
mod received;
mod retrieve;
mod small;
mod syntaxes;
mod tls;
mod transport;
mod wire;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

pub use association::{Ended, serve};
pub use caller::{Answer, CallError, Calling, MAX_CONTEXTS, Role, Wanted};
pub use command::Suboperations;
pub use commitment::{CommitmentRequest, CommitmentResult, FailureReason, Reference};
pub use query::{BadQuery, FoundInstance, FoundStudy, StudyQuery, Text};
pub(crate) use received::file_meta_of;
pub use received::{Received, data_set_of};
pub use retrieve::{Found, Keeping, Retrieved};
pub use syntaxes::is_storage;
pub use tls::{TlsClient, TlsClientFiles, TlsError, TlsFiles, TlsServer, TlsVersion};
pub use transport::{Plain, Transport};

/// The longest protocol data unit that is taken, bytes (PS3.8 D.1): what DCMTK sends at most.
pub const MAX_PDU: u32 = 131_072;

/// The title of an application entity (PS3.8 9.3.2, VR AE of PS3.5 6.2): 1 to 16 printable characters of ASCII but the
/// backslash, without blanks around.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AeTitle(String);

/// The text is no application entity title.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an AE title: write 1 to 16 letters, digits or signs of ASCII, without a backslash")]
pub struct BadAeTitle(String);

impl AeTitle {
    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for AeTitle {
    type Err = BadAeTitle;

    fn from_str(text: &str) -> Result<Self, BadAeTitle> {
        let title = text.trim_matches(' ');
        let printable = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
        if title.is_empty() || title.len() > 16 || !title.bytes().all(printable) {
            return Err(BadAeTitle(text.to_owned()));
        }
        Ok(Self(title.to_owned()))
    }
}

impl fmt::Display for AeTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One that may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its title.
    pub aet: AeTitle,
    /// Where it must be; `None`: anywhere.
    pub address: Option<IpAddr>,
}

/// Who we are and whom we admit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Our own title.
    pub aet: AeTitle,
    /// Who may call.
    pub peers: Vec<Peer>,
    /// The largest data set that is taken, bytes.
    pub max_object: u64,
    /// How long a protocol data unit may take to come, waiting included; that of the request of an association not
    /// longer than [`REQUEST_TIMEOUT`].
    pub idle: Duration,
}

/// How long the request of an association may take (ARTIM of PS3.8 9.1.5).
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Who calls, once admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its title.
    pub aet: AeTitle,
    /// Where it is.
    pub address: IpAddr,
}

/// Why an association is rejected (PS3.8 9.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Not our title.
    #[error("it called another AE title than this node's")]
    CalledAeTitle,
    /// Not on the list, or not from where it should be.
    #[error("its AE title is not among the peers, or it comes from another address")]
    CallingAeTitle,
    /// Not DICOM's application context.
    #[error("it asked for another application context than DICOM's")]
    ApplicationContext,
    /// Not version 1.
    #[error("it speaks another version of the protocol")]
    ProtocolVersion,
    /// As many as are allowed are open.
    #[error("too many associations are open")]
    Busy,
}

/// What became of an instance that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New,
    /// The same was here before.
    AlreadyHere,
}

/// Why an instance is not taken; the status of its answer (PS3.4 B.2.3, PS3.7 C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No room, no right to work, a fault of ours: it may be sent again later.
    OutOfResources,
    /// The data set is not what its command says.
    Mismatch,
    /// The data set cannot be read, or contradicts what is here.
    CannotUnderstand,
    /// The command asks for a SOP class that was not negotiated.
    SopClassNotSupported,
}

impl Failure {
    /// The status (0000,0900).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::OutOfResources => 0xa700,
            Self::Mismatch => 0xa900,
            Self::CannotUnderstand => 0xc000,
            Self::SopClassNotSupported => 0x0122,
        }
    }

    /// The status of the answer to an N-ACTION or an N-EVENT-REPORT (PS3.7 C).
    #[must_use]
    pub const fn normalized_status(self) -> u16 {
        match self {
            Self::OutOfResources => 0x0213,
            Self::Mismatch => 0x0119,
            Self::CannotUnderstand => 0x0110,
            Self::SopClassNotSupported => 0x0122,
        }
    }
}

/// A refusal with its words: English, ASCII, without anything of a patient; the caller gets 64 characters of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The kind.
    pub failure: Failure,
    /// Why.
    pub comment: String,
}

impl Refused {
    /// A refusal.
    pub fn new(failure: Failure, comment: impl ToString) -> Self {
        Self {
            failure,
            comment: comment.to_string(),
        }
    }
}

/// When the outcome of a commitment is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committing {
    /// On the same association, at once.
    Now(CommitmentResult),
    /// On one that we open.
    Later,
}

/// Who takes what comes.
pub trait Reception {
    /// Whether an association with this caller, who is on the list, may be opened: not when as many as are allowed are.
    fn opened(&self, caller: &Caller) -> bool;

    /// An association was rejected. The title is as the stranger wrote it, made printable.
    fn rejected(&self, address: IpAddr, calling: &str, why: Rejection);

    /// Takes an instance. It must be durable when this returns `Ok`: the caller may delete it then.
    ///
    /// # Errors
    /// [`Refused`] when it is not taken.
    fn store(&self, caller: &Caller, instance: &mut Received<'_>) -> Result<Stored, Refused>;

    /// Somebody asks whether instances are safe here, so that he may delete them.
    ///
    /// # Errors
    /// [`Refused`] when that cannot be said.
    fn commit(&self, caller: &Caller, request: &CommitmentRequest) -> Result<Committing, Refused>;

    /// An archive tells what became of a commitment that we asked for.
    ///
    /// # Errors
    /// [`Refused`] when it was not asked for.
    fn committed(&self, caller: &Caller, result: &CommitmentResult) -> Result<(), Refused>;

    /// Something was refused, here or by one of these.
    fn refused(&self, caller: &Caller, refused: &Refused);
}

#[cfg(test)]
mod tests;
