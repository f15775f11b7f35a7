//! What is asked and answered about the register, between nodes, bootstraps and the registry
//! (`/dokuei/register/1`).
//!
//! An [`Answer`] may also be sent unasked: a node that has exactly the entries before `from` is brought up to date by
//! it, and any other judges its checkpoint and asks. Whoever has no register yet answers with an empty message.

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointError, MAX_NOTE};
use super::entry::{KeyId, MAX_ENTRY};
use super::hash::Hash;
use super::proof::Proof;
use crate::cbor::{self, bounded_array, bounded_bytes, decode_list, encode_list};
use crate::chain::Chain;
use crate::revocation::MAX_LIST;

/// The most entries in one answer.
pub const MAX_ENTRIES: usize = 4096;
/// The most bytes of entries in one answer.
pub const MAX_ENTRY_BYTES: usize = 2 << 20;
/// The largest question, bytes.
pub const MAX_ASK: usize = 1024;
/// The largest answer, bytes: entries, revocation lists of together at most [`MAX_LIST`], and the rest.
pub const MAX_ANSWER: usize = MAX_ENTRY_BYTES + MAX_LIST + MAX_SUCCESSIONS + 64 * 1024;
/// The most bytes of successions in one answer.
pub const MAX_SUCCESSIONS: usize = 64 * 1024;

/// The most issuing authorities whose lists are spoken of.
const MAX_LISTS: u64 = 16;

/// Why a question or answer was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WireError {
    /// Too large, not of the form, or more than a limit allows.
    #[error("this is not a message about the register: {0}")]
    Malformed(String),
    /// Its checkpoint is not one.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A revocation list that the asker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct HeldList {
    /// The key identifier of the authority that signed it.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub issuer: KeyId,
    /// Its number.
    #[n(1)]
    pub number: u64,
}

/// "What came after entry `from`?"
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Ask {
    /// How many entries the asker has.
    #[n(0)]
    pub from: u64,
    /// The size of the newest checkpoint whose entries it all has; 0 when none. The answer shows its [`Link`] to it.
    #[n(1)]
    pub checkpoint_size: u64,
    /// The revocation lists it has; absent when it wants none. Lists with a higher number, and those of other
    /// authorities, are sent.
    #[n(2)]
    #[cbor(with = "held_lists")]
    pub lists: Option<Vec<HeldList>>,
}

/// The root that the answerer's register has at the asker's size, with its proof: it shows a split view to whoever
/// has another root there.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Link {
    /// The asker's size.
    #[n(0)]
    pub size: u64,
    /// The answerer's root at that size.
    #[n(1)]
    pub root: Hash,
    /// From there to the answer's checkpoint.
    #[n(2)]
    pub proof: Proof,
}

/// The newest checkpoint and the entries that come next.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// The newest checkpoint, as signed.
    #[n(0)]
    #[cbor(with = "note")]
    pub checkpoint: Vec<u8>,
    /// The registry's certificate, whose key signed it, and its issuing authority's.
    #[n(1)]
    pub registry: Chain,
    /// The number of the first entry.
    #[n(2)]
    pub from: u64,
    /// Entries, byte for byte.
    #[n(3)]
    #[cbor(with = "entries")]
    pub entries: Vec<Vec<u8>>,
    /// When these are not all: that they lead to the checkpoint (a consistency proof from `from` + their number).
    #[n(4)]
    pub proof: Option<Proof>,
    /// How the checkpoint follows the asker's.
    #[n(5)]
    pub link: Option<Link>,
    /// Revocation lists, DER.
    #[n(6)]
    #[cbor(with = "lists")]
    pub lists: Vec<Vec<u8>>,
    /// Every entry by which a root or the register's key followed another, wherever it stands in the register: for
    /// judging who signed the checkpoint. Each is proven by itself.
    #[n(7)]
    #[cbor(with = "successions")]
    pub successions: Vec<Vec<u8>>,
}

impl Ask {
    /// Its one encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Parses a question from outside.
    ///
    /// # Errors
    /// [`WireError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        cbor::decode_within(bytes, MAX_ASK).map_err(|error| WireError::Malformed(error.to_string()))
    }
}

impl Answer {
    /// Its one encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Parses an answer from outside; limits are checked before anything is allocated. What it says is believed only
    /// by [`super::Replica::accept`].
    ///
    /// # Errors
    /// [`WireError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        cbor::decode_within(bytes, MAX_ANSWER).map_err(|error| WireError::Malformed(error.to_string()))
    }

    /// Its checkpoint, not yet verified.
    ///
    /// # Errors
    /// [`WireError::Checkpoint`].
    pub fn parse_checkpoint(&self) -> Result<Checkpoint, WireError> {
        Ok(Checkpoint::parse(&self.checkpoint)?)
    }

    /// Whether there are more entries than these; `false` when the checkpoint cannot be read.
    #[must_use]
    pub fn more(&self) -> bool {
        let end = self.from.saturating_add(self.entries.len() as u64);
        Checkpoint::parse(&self.checkpoint).is_ok_and(|checkpoint| checkpoint.size() > end)
    }
}

mod note {
    use super::{Decoder, Encoder, MAX_NOTE, Write, bounded_bytes, decode, encode};

    pub(super) fn encode<C, W: Write>(
        note: &[u8],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.bytes(note)?.ok()
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<u8>, decode::Error> {
        bounded_bytes(decoder, MAX_NOTE)
    }
}

mod entries {
    use super::{
        Decoder, Encoder, MAX_ENTRIES, MAX_ENTRY, MAX_ENTRY_BYTES, Write, decode, decode_list, encode,
        encode_list,
    };

    pub(super) fn encode<C, W: Write>(
        list: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encode_list(list, encoder)
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, decode::Error> {
        let list = decode_list(decoder, MAX_ENTRIES as u64, MAX_ENTRY)?;
        if list.iter().map(Vec::len).sum::<usize>() > MAX_ENTRY_BYTES {
            return Err(decode::Error::message("the entries are too large together"));
        }
        Ok(list)
    }
}

mod lists {
    use super::{Decoder, Encoder, MAX_LIST, MAX_LISTS, Write, decode, decode_list, encode, encode_list};

    pub(super) fn encode<C, W: Write>(
        list: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encode_list(list, encoder)
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, decode::Error> {
        let list = decode_list(decoder, MAX_LISTS, MAX_LIST)?;
        if list.iter().map(Vec::len).sum::<usize>() > MAX_LIST {
            return Err(decode::Error::message(
                "the revocation lists are too large together",
            ));
        }
        Ok(list)
    }
}

pub(super) mod bounded_chains {
    use minicbor::{Decode as _, Encode as _};

    use super::{Chain, Decoder, Encoder, Write, bounded_array, decode, encode};

    /// The most chains.
    const MOST: u64 = 16;

    pub(in super::super) fn encode<C, W: Write>(
        chains: &[Chain],
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.array(chains.len() as u64)?;
        chains.iter().try_for_each(|chain| chain.encode(encoder, context))
    }

    pub(in super::super) fn decode<C>(
        decoder: &mut Decoder<'_>,
        context: &mut C,
    ) -> Result<Vec<Chain>, decode::Error> {
        let length = bounded_array(decoder, MOST)?;
        (0..length).map(|_| Chain::decode(decoder, context)).collect()
    }
}

pub(super) mod successions {
    use super::{
        Decoder, Encoder, MAX_ENTRY, MAX_SUCCESSIONS, Write, decode, decode_list, encode, encode_list,
    };

    /// None is smaller than this, bytes.
    const LEAST: usize = 64;

    pub(in super::super) fn encode<C, W: Write>(
        list: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encode_list(list, encoder)
    }

    pub(in super::super) fn decode<C>(
        decoder: &mut Decoder<'_>,
        _: &mut C,
    ) -> Result<Vec<Vec<u8>>, decode::Error> {
        let list = decode_list(decoder, (MAX_SUCCESSIONS / LEAST) as u64, MAX_ENTRY)?;
        if list.iter().map(Vec::len).sum::<usize>() > MAX_SUCCESSIONS {
            return Err(decode::Error::message("the successions are too large together"));
        }
        Ok(list)
    }
}

mod held_lists {
    use super::{
        Decode, Decoder, Encode, Encoder, HeldList, MAX_LISTS, Write, bounded_array, decode, encode,
    };

    pub(super) fn encode<C, W: Write>(
        lists: &Option<Vec<HeldList>>,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        lists.encode(encoder, context)
    }

    pub(super) fn decode<C>(
        decoder: &mut Decoder<'_>,
        context: &mut C,
    ) -> Result<Option<Vec<HeldList>>, decode::Error> {
        if decoder.datatype()? == minicbor::data::Type::Null {
            decoder.null()?;
            return Ok(None);
        }
        let length = bounded_array(decoder, MAX_LISTS)?;
        let lists = (0..length).map(|_| HeldList::decode(decoder, context));
        Ok(Some(lists.collect::<Result<_, _>>()?))
    }
}
