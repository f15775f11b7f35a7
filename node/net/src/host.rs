//! What the network asks of the program around it: who we are, whom to admit, what to serve.

use std::fmt;
use std::io;

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::time::Timestamp;
use futures::future::{BoxFuture, FutureExt as _};
use libp2p::PeerId;

use crate::conduct::{Ban, Misdeed};
use crate::error::SinkError;
use crate::wire::case::{CaseMessage, CaseReply};
use crate::wire::hello::{CrlState, Hello, PractitionerCard};
use crate::wire::package::{ChunkRange, PackageId, Slice};

/// The program around the network. Methods that return a future may take their time (they run in a task of their
/// own, under a time limit); the others must return at once.
pub trait Host: Send + Sync + 'static {
    /// The clock, for the ±5 minutes of an admission.
    fn now(&self) -> Timestamp;

    /// What we say of ourselves in an admission, or `None` while this node has no certificate (nobody is admitted
    /// then). Asked anew for every admission.
    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>>;

    /// Whether this node has a certificate now. Until then it keeps to its bootstraps: it reads the register there and
    /// leaves its application, and is neither announced to others nor does it look for them. Asked a few times a
    /// second.
    fn enrolled(&self) -> bool {
        true
    }

    /// Judges a peer: verifies chains, standing and device lists in `hello` and stores what it teaches. Called only
    /// after the peer has proved by signature that the hello is its own and fresh. The network then checks that the
    /// returned key and fingerprint are those of the connection and of the signature.
    ///
    /// # Errors
    /// [`Refusal`]: the peer is told the code, disconnected and held off.
    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>>;

    /// Both sides have admitted each other: what waits for this peer can be sent now.
    fn on_admitted(&self, peer: PeerId);

    /// The last connection with an admitted peer ended.
    fn on_gone(&self, peer: PeerId);

    /// A peer was refused by us (`by_us`) or refused us; for the audit log. Nothing by default.
    fn on_refused(&self, peer: PeerId, refusal: Refusal, by_us: bool) {
        let _ = (peer, refusal, by_us);
    }

    /// Somebody does not keep to the rules and is banned for a time; for the audit log. Nothing by default.
    fn on_banned(&self, ban: Ban) {
        let _ = ban;
    }

    /// A ban is over. Nothing by default.
    fn on_ban_over(&self, ban: Ban) {
        let _ = ban;
    }

    /// Judges the newest checkpoint of a peer (a signed note, empty when it has none) against our own, before
    /// [`Self::admit`] is asked: nobody is admitted on an old register, neither by us nor we by others.
    fn judge_register(&self, peer: PeerId, checkpoint: Vec<u8>) -> BoxFuture<'_, Meeting> {
        let _ = (peer, checkpoint);
        async { Meeting::Even }.boxed()
    }

    /// Our register is older than that of `peer`: fetch what is missing, from it or from any other of
    /// [`crate::Network::register_sources`], and say whether it is here now. The admission is then begun anew.
    fn catch_up(&self, peer: PeerId) -> BoxFuture<'_, bool> {
        let _ = peer;
        async { false }.boxed()
    }

    /// Answers a question about the public register, of a peer that need not be admitted. Both are the bytes of
    /// [`crate::wire::register`].
    ///
    /// # Errors
    /// The code that the peer is told.
    fn register_answer(&self, peer: PeerId, ask: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, RefusalCode>> {
        let _ = (peer, ask);
        async { Err(RefusalCode::NotFound) }.boxed()
    }

    /// A checkpoint that came by gossip, through `from` (who need not be its author). It is passed on only after
    /// [`Verdict::Accept`], so judge by its signature alone and fetch the entries afterwards.
    fn on_checkpoint(&self, checkpoint: Vec<u8>, from: PeerId) -> BoxFuture<'_, Verdict> {
        let _ = (checkpoint, from);
        async { Verdict::Ignore }.boxed()
    }

    /// A peer that can be asked about the register is there: a bootstrap with a mirror, or an admitted node. What it
    /// has may be newer than what we have.
    fn on_register_source(&self, peer: PeerId) {
        let _ = peer;
    }

    /// Whether nothing at all is to be had with `peer`, and why (its certificate is revoked). Asked before every
    /// admission and every dial; the peer is told the code.
    fn barred(&self, peer: PeerId) -> Option<RefusalCode> {
        let _ = peer;
        None
    }

    /// Answers a case message of an admitted peer. `CaseReply::Stored` may name an entry only after it has been
    /// committed to disk.
    fn case_message(&self, peer: PeerId, message: CaseMessage) -> BoxFuture<'_, CaseReply>;

    /// Takes a live frame of an admitted peer: bytes that are not looked into here. Nothing is answered; what a refusal
    /// holds against the peer is counted, and ends the stream. Nothing is taken by default.
    ///
    /// # Errors
    /// [`Refusal`].
    fn live_frame(&self, peer: PeerId, frame: Vec<u8>) -> BoxFuture<'_, Result<(), Refusal>> {
        let _ = (peer, frame);
        async {
            Err(Refusal::new(
                RefusalCode::NotFound,
                "live frames are not taken here",
            ))
        }
        .boxed()
    }

    /// Opens a package for an admitted peer, if that peer may have it.
    ///
    /// # Errors
    /// [`Refusal`], whose code the peer is told.
    fn open_package(
        &self,
        peer: PeerId,
        package: PackageId,
    ) -> BoxFuture<'_, Result<Box<dyn PackageSource>, Refusal>>;
}

/// What a node says of itself when it meets another.
#[derive(Debug, Clone)]
pub struct OwnHello {
    /// Fingerprint of the node certificate; it names the signer of the admission.
    pub node: Fingerprint,
    /// The node's chain, encoded by identity.
    pub node_chain: Vec<u8>,
    /// The practitioners who work at this node.
    pub practitioners: Vec<PractitionerCard>,
    /// The revocation list that we have.
    pub crl: CrlState,
    /// The newest checkpoint that we have accepted, as it was received; empty when there is none.
    pub checkpoint: Vec<u8>,
}

/// How the registers of two nodes compare that meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meeting {
    /// Both have the same entries.
    Even,
    /// The peer's is older: it is told so and has to come again.
    PeerIsBehind,
    /// Ours is older: [`Host::catch_up`] is asked before anything else.
    WeAreBehind,
    /// The checkpoint is not to be believed.
    Refused(Refusal),
}

/// What becomes of a checkpoint that came by gossip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Good and news: pass it on.
    Accept,
    /// Good but nothing new, or not to be judged now: keep it, without blame.
    Ignore,
    /// Forged or broken: keep it, and think less of who sent it.
    Reject,
}

/// A verified node: what [`Host::admit`] found in the node's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// Fingerprint of the verified node certificate.
    pub node: Fingerprint,
    /// The key that it certifies.
    pub key: PublicKey,
}

/// Reads a package for a peer. Blocking: it is called on a thread for blocking work.
pub trait PackageSource: Send {
    /// Number of chunks in all.
    fn chunks(&self) -> u64;

    /// The receiver says how many chunks it has verified: only to be shown, for it may say what it likes.
    fn asked(&mut self, held: u64) {
        let _ = held;
    }

    /// The chunks of `range` (at most [`crate::wire::package::MAX_SLICE_CHUNKS`]) with their proof, as
    /// `dokuei_package::tree` defines them.
    ///
    /// # Errors
    /// Any I/O error; the stream is ended.
    fn read(&mut self, range: ChunkRange) -> io::Result<Slice>;
}

/// Takes what is received. Blocking: it is called on a thread for blocking work.
pub trait PackageSink: Send {
    /// Verifies the slice against the package's root and stores it.
    ///
    /// # Errors
    /// [`SinkError`]; the transfer is ended.
    fn accept(&mut self, slice: Slice) -> Result<(), SinkError>;

    /// The stream has ended, well or not: make durable what was accepted.
    ///
    /// # Errors
    /// [`SinkError::Storage`].
    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Why something was refused: the code goes to the peer, the detail stays here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// What the peer is told.
    pub code: RefusalCode,
    /// What our log says; no patient data.
    pub detail: String,
    /// What is held against the peer for it, if anything: most are refused for what is no fault of theirs.
    pub misdeed: Option<Misdeed>,
}

impl Refusal {
    /// A refusal with its reason for our own log.
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            misdeed: code.misdeed(),
        }
    }

    /// The same for this misdeed.
    #[must_use]
    pub const fn being(mut self, misdeed: Misdeed) -> Self {
        self.misdeed = Some(misdeed);
        self
    }
}

/// The short reason that a refused peer is told. One byte on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum RefusalCode {
    /// Not of the protocol, or larger than allowed.
    Malformed = 1,
    /// No suite in common.
    Suite = 2,
    /// The clocks are more than 5 minutes apart.
    Clock = 3,
    /// A chain does not lead to our root, or is not valid now.
    Chain = 4,
    /// A certificate has been revoked or suspended.
    Revoked = 5,
    /// The certificate is not that of the connection.
    Key = 6,
    /// The signature of the admission is not good.
    Proof = 7,
    /// A device list is older than, or contradicts, one that is known.
    DeviceList = 8,
    /// The revocation list (theirs or ours) is too old to open sessions.
    Stale = 9,
    /// This side has no certificate yet.
    NotEnrolled = 10,
    /// This side has not admitted the peer.
    NotAdmitted = 11,
    /// Too much at once; try again later.
    Busy = 12,
    /// The peer is no party to what it asks for.
    NotParty = 13,
    /// What it asks for is not here.
    NotFound = 14,
    /// By the rules of this node (device class, ban list).
    Policy = 15,
    /// Something failed on this side.
    Internal = 16,
    /// The register of who is told is older than that of who says so: catch up and come again.
    Behind = 17,
    /// The register of who says so is older: it catches up and comes again by itself.
    CatchingUp = 18,
    /// The store of who says so is full.
    Full = 19,
    /// A code that this version does not know.
    Other = 255,
}

impl RefusalCode {
    /// What is held against somebody who is refused with this code. A clock, a certificate or a register that is not good
    /// now is nobody's misdeed.
    const fn misdeed(self) -> Option<Misdeed> {
        match self {
            Self::Malformed => Some(Misdeed::Garbage),
            Self::Suite => Some(Misdeed::Downgrade),
            Self::Key | Self::Proof => Some(Misdeed::Forged),
            _ => None,
        }
    }

    /// The code for a byte from the wire; unknown ones become [`Self::Other`].
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Malformed,
            2 => Self::Suite,
            3 => Self::Clock,
            4 => Self::Chain,
            5 => Self::Revoked,
            6 => Self::Key,
            7 => Self::Proof,
            8 => Self::DeviceList,
            9 => Self::Stale,
            10 => Self::NotEnrolled,
            11 => Self::NotAdmitted,
            12 => Self::Busy,
            13 => Self::NotParty,
            14 => Self::NotFound,
            15 => Self::Policy,
            16 => Self::Internal,
            17 => Self::Behind,
            18 => Self::CatchingUp,
            19 => Self::Full,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the message is not of the protocol",
            Self::Suite => "there is no cryptographic suite in common",
            Self::Clock => "the clocks are more than five minutes apart",
            Self::Chain => "a certificate does not lead to this network's root or is not valid now",
            Self::Revoked => "a certificate has been revoked or suspended",
            Self::Key => "the certificate is not that of the connection",
            Self::Proof => "the signature of the admission is not good",
            Self::DeviceList => "a device list is older than, or contradicts, one that is known",
            Self::Stale => "the revocation list is too old to open sessions",
            Self::NotEnrolled => "the node has no certificate yet",
            Self::NotAdmitted => "the peer has not been admitted",
            Self::Busy => "too much is being asked at once",
            Self::NotParty => "the peer is no party to what it asks for",
            Self::NotFound => "what was asked for is not there",
            Self::Policy => "the rules of the node do not allow it",
            Self::Internal => "something failed on the refusing side",
            Self::Behind => "the register of the refused node is older; it must catch up first",
            Self::CatchingUp => "the register of the refusing node is older; it catches up first",
            Self::Full => "there is no room left",
            Self::Other => "for a reason that this version does not know",
        })
    }
}
