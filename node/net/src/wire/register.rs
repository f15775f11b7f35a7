//! `/dokuei/register/1`, the topic of its checkpoints, `/dokuei/drop-box/1` and `/dokuei/drop-box-answer/1`.
//!
//! The register is public, so questions about it are answered to whoever is connected, and the protocol carries the
//! bytes of `dokuei_identity::register::wire` without knowing them: each side believes nothing that does not lead
//! to a checkpoint signed by the registry.
//!
//! ```text
//! asker                                answerer
//!   frame: Ask        ≤ 1 KiB   ──►
//!                               ◄──    one byte: 0, or a RefusalCode and the end
//!                               ◄──    frame: Answer   ≤ 4 MiB
//! ```
//!
//! A deposit is the same with the sealed application (≤ 3 MiB) as its question and a [`Receipt`] as its answer.
//! `/dokuei/drop-box-answer/1` asks with the SHA-256 of a deposit for what the registry answered to it (≤ 20 KiB).
//! Frames have a length of 4 bytes, big endian, in front.

pub use dokuei_identity::register::{MAX_ANSWER, MAX_ASK, MAX_NOTE as MAX_CHECKPOINT};
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};

/// The largest sealed application, bytes.
pub const MAX_DEPOSIT: usize = 3 << 20;

/// The largest answer of the registry to a deposit, bytes.
pub const MAX_DEPOSIT_ANSWER: usize = 20 << 10;

/// The largest receipt, bytes.
pub const MAX_RECEIPT: usize = 128;

/// A bootstrap says that a deposit is on its disk. It is not signed: what counts is that the certificate appears in the
/// register one day, and until then a deposit can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Receipt {
    /// SHA-256 of the deposited bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// The bootstrap's clock.
    #[n(1)]
    pub at: Timestamp,
}
