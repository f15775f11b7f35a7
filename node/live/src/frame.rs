//! What one node says to another in a live consult: one frame each, in deterministic CBOR.

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

use crate::look::Look;
use crate::value::Text;

/// The largest frame, bytes: a look with 32 full strokes, and some messages of full length.
pub const MAX_FRAME: usize = 40 * 1024;

/// The most messages in one frame.
pub const MAX_NOTES: usize = 64;

/// What the messages of one frame may have together, bytes, so that it fits.
const NOTES: usize = MAX_FRAME - 1024;

/// Names a case: the 16 bytes of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct CaseKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// Names a node by its public key, which stays when its certificate is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey(pub [u8; 32]);

/// A message of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Note {
    /// Ascending among hers.
    #[n(0)]
    pub number: u64,
    /// When she wrote it, as her node says.
    #[n(1)]
    pub at: Timestamp,
    /// What she wrote.
    #[n(2)]
    pub text: Text,
}

/// At most [`MAX_NOTES`] messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Shares messages out to as few as fit a frame each.
    pub(crate) fn shared_out(notes: impl IntoIterator<Item = Note>) -> Vec<Self> {
        let (mut all, mut bytes) = (Vec::<Self>::new(), 0);
        for note in notes {
            let needs = cbor::encode(&note).len();
            match all.last_mut() {
                Some(last) if last.0.len() < MAX_NOTES && bytes + needs <= NOTES => {
                    bytes += needs;
                    last.0.push(note);
                }
                _ => {
                    bytes = needs;
                    all.push(Self(vec![note]));
                }
            }
        }
        all
    }

    pub(crate) fn into_inner(self) -> Vec<Note> {
        self.0
    }
}

impl<C> Encode<C> for Notes {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        encoder.array(self.0.len() as u64)?;
        self.0.iter().try_for_each(|one| one.encode(encoder, ctx))
    }
}

impl<'b, C> Decode<'b, C> for Notes {
    fn decode(decoder: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let length = decoder.array()?.unwrap_or(u64::MAX);
        if length > MAX_NOTES as u64 {
            return Err(decode::Error::message("there are too many messages in one frame"));
        }
        (0..length)
            .map(|_| Note::decode(decoder, ctx))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// What one node says to another. The node that sends it vouches for who it is about: it is not signed.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Frame {
    /// She takes part, and this is what she shows.
    #[n(0)]
    Here {
        /// In which case.
        #[n(0)]
        case: CaseKey,
        /// Who: her certificate.
        #[n(1)]
        who: Fingerprint,
        /// Ascending: of two the one with the larger number is newer.
        #[n(2)]
        number: u64,
        /// Since when, as her node says; another one when she has come anew.
        #[n(3)]
        since: Timestamp,
        /// Whether she shows what she looks at.
        #[n(4)]
        sharing: bool,
        /// What she looks at; none when she shows nothing, and for whoever has not joined.
        #[n(5)]
        look: Option<Box<Look>>,
    },
    /// She has left.
    #[n(1)]
    Gone {
        /// Which case.
        #[n(0)]
        case: CaseKey,
        /// Who.
        #[n(1)]
        who: Fingerprint,
    },
    /// She has written something.
    #[n(2)]
    Said {
        /// In which case.
        #[n(0)]
        case: CaseKey,
        /// Who.
        #[n(1)]
        who: Fingerprint,
        /// What, the oldest first.
        #[n(2)]
        notes: Notes,
    },
}

impl Frame {
    /// As it goes on the wire.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads one from outside.
    ///
    /// # Errors
    /// [`CborError`]: too large, not of this form, out of bounds, or not in the one deterministic encoding.
    pub fn decoded(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::decode_within(bytes, MAX_FRAME)
    }

    /// The case.
    #[must_use]
    pub const fn case(&self) -> CaseKey {
        match self {
            Self::Here { case, .. } | Self::Gone { case, .. } | Self::Said { case, .. } => *case,
        }
    }

    /// Who it is about.
    #[must_use]
    pub const fn who(&self) -> Fingerprint {
        match self {
            Self::Here { who, .. } | Self::Gone { who, .. } | Self::Said { who, .. } => *who,
        }
    }

    /// Whether a newer one of the same case and person takes its place while it waits to be sent.
    #[must_use]
    pub const fn is_replaced(&self) -> bool {
        matches!(self, Self::Here { .. } | Self::Gone { .. })
    }
}
