//! The letter: what of a consultation is written on the medium, sealed. A request names the patient, so entries never lie
//! on a medium as they travel between admitted nodes.
//!
//! It is a [sealed stream](dokuei_package::stream) under a fresh key, which lies in an
//! [envelope](dokuei_package::envelope) for each device of the recipient in the index.

use std::io::{Cursor, Read, Write};

use dokuei_identity::cbor::{self, CborError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_package::stream::{OpeningReader, SealingWriter, StreamError, StreamKey};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use thiserror::Error;

use crate::names::SetId;

/// The longest sealed letter, bytes: a case of thousands of entries is far below.
pub const MAX_BYTES: usize = 16 << 20;
/// The most entries of one log, and the most certificates of one kind.
pub const MAX_ITEMS: usize = 4096;

/// A log as its author holds it: all entries as they were signed, parents first.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogCopy {
    /// Which log.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub log: [u8; 16],
    /// Its entries, as the domain encodes them.
    #[n(1)]
    #[cbor(with = "few")]
    pub entries: Vec<Vec<u8>>,
}

/// What goes to the recipient beside the study.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Letter {
    /// The set that it belongs to.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub set: [u8; 16],
    /// Who signed the index.
    #[n(1)]
    pub from: Fingerprint,
    /// Her signed device list: where she works now, and what is sealed to her.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub devices: Vec<u8>,
    /// Chains of practitioners who signed entries, as identity encodes them.
    #[n(3)]
    #[cbor(with = "few")]
    pub practitioners: Vec<Vec<u8>>,
    /// Chains of nodes at which entries were signed.
    #[n(4)]
    #[cbor(with = "few")]
    pub nodes: Vec<Vec<u8>>,
    /// The agreement that the case names.
    #[n(5)]
    pub agreement: LogCopy,
    /// The case.
    #[n(6)]
    pub case: LogCopy,
}

/// At most [`MAX_ITEMS`] byte strings; looked at before any is taken.
mod few {
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    use super::MAX_ITEMS;

    pub(super) fn encode<C, W: Write>(
        items: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encoder.array(items.len() as u64)?;
        items.iter().try_for_each(|item| encoder.bytes(item).map(drop))
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, decode::Error> {
        let count = decoder.array()?.filter(|count| *count <= MAX_ITEMS as u64);
        let count = count.ok_or_else(|| decode::Error::message("a list is too long"))?;
        (0..count).map(|_| Ok(decoder.bytes()?.to_vec())).collect()
    }
}

/// Why a letter was not written or not read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LetterError {
    /// It does not open, or was altered.
    #[error("the sealed letter on the medium was altered, or is not sealed to this key")]
    Sealed(#[from] StreamError),
    /// What is in it is none.
    #[error("the sealed letter on the medium cannot be read: {0}")]
    Malformed(#[from] CborError),
    /// Of another set or by another sender than the index says.
    #[error("the sealed letter belongs to another medium")]
    Misplaced,
    /// More than is read.
    #[error("the consultation is longer than one letter may be ({} MB)", MAX_BYTES >> 20)]
    TooLong,
}

impl Letter {
    /// Seals it under `key`.
    ///
    /// # Errors
    /// [`LetterError::TooLong`] when no reader would take it.
    pub fn seal<R: CryptoRng + ?Sized>(&self, key: &StreamKey, rng: &mut R) -> Result<Vec<u8>, LetterError> {
        let logs = [
            &self.agreement.entries,
            &self.case.entries,
            &self.practitioners,
            &self.nodes,
        ];
        if logs.iter().any(|items| items.len() > MAX_ITEMS) {
            return Err(LetterError::TooLong);
        }
        let purpose = purpose(&SetId(self.set));
        let mut writer = SealingWriter::new(Vec::new(), key, &purpose, rng).map_err(StreamError::from)?;
        writer.write_all(&cbor::encode(self)).map_err(StreamError::from)?;
        let sealed = writer.finish().map_err(StreamError::from)?;
        if sealed.len() > MAX_BYTES {
            return Err(LetterError::TooLong);
        }
        Ok(sealed)
    }

    /// Opens one of this set and sender. The entries and chains in it are not verified.
    ///
    /// # Errors
    /// [`LetterError`].
    pub fn open(
        sealed: &[u8],
        key: &StreamKey,
        set: &SetId,
        from: &Fingerprint,
    ) -> Result<Self, LetterError> {
        if sealed.len() > MAX_BYTES {
            return Err(LetterError::TooLong);
        }
        let mut reader = OpeningReader::open(Cursor::new(sealed), key, &purpose(set))?;
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(StreamError::from)?;
        let letter: Self = cbor::decode_within(&bytes, MAX_BYTES)?;
        if letter.set != set.0 || letter.from != *from {
            return Err(LetterError::Misplaced);
        }
        Ok(letter)
    }
}

/// What an envelope's key is for: set ‖ sender ‖ recipient, all of fixed length.
#[must_use]
pub fn context(set: &SetId, from: &Fingerprint, to: &Fingerprint) -> Vec<u8> {
    [set.0.as_slice(), from.as_bytes(), to.as_bytes()].concat()
}

fn purpose(set: &SetId) -> Vec<u8> {
    [b"dokuei/media-letter/1".as_slice(), &set.0].concat()
}
