//! CBOR helpers of the register: lists of byte strings with a limit that is checked before anything is allocated.

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// Why bytes were not accepted as a document of the register.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub(super) enum CodecError {
    #[error("a document of {got} bytes is larger than the {limit} that are accepted")]
    TooLarge { got: usize, limit: usize },
    #[error("it is not of the expected form: {0}")]
    Malformed(String),
    #[error("it is not in deterministic encoding (RFC 8949 §4.2)")]
    NotDeterministic,
}

/// As [`crate::cbor::decode`], with a limit of the caller's.
pub(super) fn decode<T>(bytes: &[u8], limit: usize) -> Result<T, CodecError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    if bytes.len() > limit {
        return Err(CodecError::TooLarge {
            got: bytes.len(),
            limit,
        });
    }
    let value: T = minicbor::decode(bytes).map_err(|error| CodecError::Malformed(error.to_string()))?;
    if crate::cbor::encode(&value) == bytes {
        Ok(value)
    } else {
        Err(CodecError::NotDeterministic)
    }
}

pub(super) fn encode_list<W: Write>(
    list: &[Vec<u8>],
    encoder: &mut Encoder<W>,
) -> Result<(), encode::Error<W::Error>> {
    encoder.array(list.len() as u64)?;
    for item in list {
        encoder.bytes(item)?;
    }
    Ok(())
}

/// At most `count` byte strings of at most `each` bytes.
pub(super) fn decode_list(
    decoder: &mut Decoder<'_>,
    count: u64,
    each: usize,
) -> Result<Vec<Vec<u8>>, decode::Error> {
    let length = bounded_array(decoder, count)?;
    let mut list = Vec::new();
    for _ in 0..length {
        let item = decoder.bytes()?;
        if item.len() > each {
            return Err(decode::Error::message("a byte string is too long"));
        }
        list.push(item.to_vec());
    }
    Ok(list)
}

/// The length of an array that may have at most `count` items.
pub(super) fn bounded_array(decoder: &mut Decoder<'_>, count: u64) -> Result<u64, decode::Error> {
    let length = decoder
        .array()?
        .ok_or_else(|| decode::Error::message("an array without a length"))?;
    if length > count {
        return Err(decode::Error::message("an array is too long"));
    }
    Ok(length)
}
