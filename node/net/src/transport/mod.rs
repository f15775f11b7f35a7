//! Transports of our own: QUIC, whose congestion control does not mistake a lossy line for a full one.

pub(crate) mod congestion;
pub(crate) mod quic;
