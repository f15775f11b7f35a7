//! Deterministic CBOR (RFC 8949 §4.2): one value has one encoding, and only that one is accepted.

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};
use thiserror::Error;

/// The largest CBOR document that is read from outside, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 20;

/// Why bytes were not accepted as a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CborError {
    /// More than [`MAX_DOCUMENT`] bytes, or the limit that the caller gave.
    #[error("a document of {got} bytes is larger than is accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not CBOR, or not of the expected type.
    #[error("the document is not of the expected form: {0}")]
    Malformed(String),
    /// Decodes, but is not the one deterministic encoding of its value.
    #[error("the document is not in deterministic encoding (RFC 8949 §4.2)")]
    NotDeterministic,
}

/// Encodes `value`. Types derive `Encode` as arrays with fixed field order, which makes the encoding deterministic.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    match minicbor::to_vec(value) {
        Ok(bytes) => bytes,
        // Writing to a Vec cannot fail, and no type of ours has a failing encoder.
        Err(error) => unreachable!("encoding into memory failed: {error}"),
    }
}

/// Decodes a value that came from outside: bounded, of the right type, fully used, and deterministic (encoding it
/// again gives the same bytes).
///
/// # Errors
/// [`CborError`], telling which of these does not hold.
pub fn decode<T>(bytes: &[u8]) -> Result<T, CborError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_within(bytes, MAX_DOCUMENT)
}

/// As [`decode`], with a limit of the caller's, bytes.
///
/// # Errors
/// [`CborError`], telling which of these does not hold.
pub fn decode_within<T>(bytes: &[u8], limit: usize) -> Result<T, CborError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    if bytes.len() > limit {
        return Err(CborError::TooLarge { got: bytes.len() });
    }
    let value: T = minicbor::decode(bytes).map_err(|error| CborError::Malformed(error.to_string()))?;
    if encode(&value) == bytes {
        Ok(value)
    } else {
        Err(CborError::NotDeterministic)
    }
}

/// Writes byte strings as an array.
pub(crate) fn encode_list<W: Write>(
    list: &[Vec<u8>],
    encoder: &mut Encoder<W>,
) -> Result<(), encode::Error<W::Error>> {
    encoder.array(list.len() as u64)?;
    list.iter().try_for_each(|item| encoder.bytes(item).map(drop))
}

/// At most `count` byte strings of at most `each` bytes; the limits are looked at before anything is taken.
pub(crate) fn decode_list(
    decoder: &mut Decoder<'_>,
    count: u64,
    each: usize,
) -> Result<Vec<Vec<u8>>, decode::Error> {
    let length = bounded_array(decoder, count)?;
    (0..length).map(|_| bounded_bytes(decoder, each)).collect()
}

/// A byte string of at most `limit` bytes.
pub(crate) fn bounded_bytes(decoder: &mut Decoder<'_>, limit: usize) -> Result<Vec<u8>, decode::Error> {
    let bytes = decoder.bytes()?;
    if bytes.len() > limit {
        return Err(decode::Error::message("a byte string is too long"));
    }
    Ok(bytes.to_vec())
}

/// The length of an array that may have at most `count` items.
pub(crate) fn bounded_array(decoder: &mut Decoder<'_>, count: u64) -> Result<u64, decode::Error> {
    let length = decoder
        .array()?
        .ok_or_else(|| decode::Error::message("an array without a length"))?;
    if length > count {
        return Err(decode::Error::message("an array is too long"));
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_encoding_of_the_same_number_is_refused() {
        assert_eq!(decode::<u64>(&[0x05]), Ok(5));
        assert_eq!(decode::<u64>(&[0x18, 0x05]), Err(CborError::NotDeterministic));
    }

    #[test]
    fn bytes_after_the_value_are_refused() {
        assert_eq!(decode::<u64>(&[0x05, 0x00]), Err(CborError::NotDeterministic));
    }

    #[test]
    fn an_oversized_document_is_refused_before_it_is_read() {
        let got = MAX_DOCUMENT + 1;
        assert_eq!(decode::<u64>(&vec![0; got]), Err(CborError::TooLarge { got }));
    }
}
