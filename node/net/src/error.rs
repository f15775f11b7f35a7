//! What can go wrong, named by blame.

use thiserror::Error;

use crate::host::RefusalCode;

/// Why the network did not start or cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NetError {
    /// The operating system gave no listener at any of the addresses.
    #[error("no listener works ({0}); check the listen addresses and that no other program uses their ports")]
    NoListener(String),
    /// An address cannot be used as it is.
    #[error("the address {address} cannot be used: {why}")]
    Address {
        /// The address as given.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// A transport could not be set up.
    #[error("the network transport could not be set up: {0}")]
    Transport(String),
    /// The network has been shut down.
    #[error("the network has been shut down")]
    Closed,
}

/// Why a case call gave no reply.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The peer is not connected or not admitted at the moment: wait for `on_admitted`.
    #[error("the peer is not connected and admitted at the moment")]
    NotAdmitted,
    /// There is no connection with the peer at the moment.
    #[error("the peer is not connected at the moment")]
    NotConnected,
    /// The peer refused the stream or the message.
    #[error("the peer refused: {0}")]
    Refused(RefusalCode),
    /// The peer said something that is not of the protocol.
    #[error("the peer broke the protocol: {0}")]
    Misbehaved(String),
    /// What we wanted to send is larger than the protocol allows.
    #[error(
        "the message of {got} bytes is larger than the {limit} that are allowed; send fewer entries at once"
    )]
    TooLarge {
        /// Its length, bytes.
        got: usize,
        /// The bound, bytes.
        limit: usize,
    },
    /// The connection was lost.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// No reply in time.
    #[error("the peer did not reply in time")]
    Timeout,
}

/// Why a package was not, or not wholly, received. What the sink accepted stays accepted: resume from its bitmap.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PullError {
    /// The peer is not connected or not admitted at the moment: wait for `on_admitted`.
    #[error("the peer is not connected and admitted at the moment")]
    NotAdmitted,
    /// The holder refused.
    #[error("the holder refused: {0}")]
    Refused(RefusalCode),
    /// The holder sent something that is not of the protocol, or bytes that its proof does not cover.
    #[error("the holder broke the protocol: {0}")]
    Misbehaved(String),
    /// Nothing came for as long as `Limits::stall`.
    #[error("the transfer stood still and was ended; it resumes where it stopped")]
    Stalled,
    /// The connection was lost.
    #[error("the connection was lost; the transfer resumes where it stopped: {0}")]
    Lost(String),
    /// Our own side could not store what came.
    #[error("what was received could not be stored: {0}")]
    Storage(String),
    /// More ranges than one request may name, or an empty or overlapping one.
    #[error("the wanted ranges are not usable: {0}")]
    Ranges(&'static str),
}

/// Why a sink did not take a slice.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The proof does not cover the bytes: the holder is to blame.
    #[error("the slice is not what the package's root covers: {0}")]
    Forged(String),
    /// It could not be stored: our side is to blame.
    #[error("the slice could not be stored: {0}")]
    Storage(String),
}

/// The innermost cause: what the operating system said.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
