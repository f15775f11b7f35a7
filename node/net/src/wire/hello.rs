//! `/dokuei/admission/1`: the documents of an admission.

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};

/// The largest frame of an admission, bytes.
pub const MAX_ADMISSION_FRAME: usize = 64 * 1024;

/// The one suite of this version: Ed25519, SHA-256, X-Wing, ChaCha20-Poly1305, BLAKE3.
pub const SUITE: u16 = 1;

/// The most practitioners that a hello may name.
pub const MAX_PRACTITIONERS: usize = 16;

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Hello {
    /// Suites that this node speaks.
    #[n(0)]
    pub suites: Vec<u16>,
    /// 32 random bytes, used once.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The sender's clock; may differ from ours by 5 minutes.
    #[n(2)]
    pub at: Timestamp,
    /// 16 random bytes, the same as long as the process runs: a peer that comes back with others was restarted, and
    /// its old connections are dead.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub instance: [u8; 16],
    /// The node's chain, encoded by identity.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub node_chain: Vec<u8>,
    /// The practitioners who work at this node.
    #[n(5)]
    pub practitioners: Vec<PractitionerCard>,
    /// The revocation list that this node has.
    #[n(6)]
    pub crl: CrlState,
    /// The newest checkpoint of the register that this node has accepted, a signed note; empty when there is none.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub checkpoint: Vec<u8>,
}

/// A practitioner with the devices on which she works.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PractitionerCard {
    /// Her chain, encoded by identity.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub chain: Vec<u8>,
    /// Her signed device list.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub device_list: Vec<u8>,
}

/// Which revocation list a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CrlState {
    /// cRLNumber (RFC 5280 §5.2.3); 0 when there is none.
    #[n(0)]
    pub number: u64,
    /// SHA-256 of the list in DER; zeros when there is none.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

/// One step of an admission. A verdict other than 0 may come at any point and ends it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[non_exhaustive]
pub enum Step {
    /// An encoded [`Hello`]; the proofs sign the hash of exactly these bytes.
    #[n(0)]
    Hello {
        /// The encoding.
        #[cbor(n(0), with = "minicbor::bytes")]
        hello: Vec<u8>,
    },
    /// A COSE_Sign1 of kind `Admission` over [`crate::admission::statement`].
    #[n(1)]
    Proof {
        /// The encoding.
        #[cbor(n(0), with = "minicbor::bytes")]
        proof: Vec<u8>,
    },
    /// How the sender judges: 0 admitted, else a [`crate::RefusalCode`].
    #[n(2)]
    Verdict {
        /// The code.
        #[n(0)]
        code: u8,
    },
}
