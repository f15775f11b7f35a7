//! Signatures made anew.

use coset::{CborSerializable, CoseSign1};
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::Kind;

/// The first value inside a DER SEQUENCE, header and all: the signed part of a certificate, list or request.
fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let content = der.get(header(der)?..)?;
    let length = header(content)? + length(content)?;
    content.get(..length)
}

/// The same signed part, signed by `key`.
pub(crate) fn der(der: &[u8], key: &SecretKey) -> Option<Vec<u8>> {
    const ED25519: [u8; 7] = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    der_by(der, &ED25519, |body| key.sign(body).to_vec())
}

/// The same signed part with a signature of at most 126 bytes by this algorithm (DER).
pub(crate) fn der_by(der: &[u8], algorithm: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let body = signed_part(der)?;
    let signature = sign(body);
    let bits = [3, u8::try_from(signature.len() + 1).ok()?, 0];
    let tail = [algorithm, &bits[..], &signature].concat();
    let length = u16::try_from(body.len() + tail.len()).ok()?;
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..=0x7f => vec![0x30, low],
        0x80..=0xff => vec![0x30, 0x81, low],
        _ => vec![0x30, 0x82, high, low],
    };
    Some([&head[..], body, &tail].concat())
}

/// A COSE_Sign1 with whatever headers it has, signed by `key`.
pub(crate) fn cose(data: &[u8], kind: Kind, key: &SecretKey) -> Option<Vec<u8>> {
    let mut envelope = CoseSign1::from_slice(data).ok()?;
    envelope.payload.as_ref()?;
    envelope.signature = key.sign(&envelope.tbs_data(kind.aad())).to_vec();
    envelope.to_vec().ok()
}

fn header(der: &[u8]) -> Option<usize> {
    match *der.get(1)? {
        0..=0x7f => Some(2),
        0x81 => Some(3),
        0x82 => Some(4),
        _ => None,
    }
}

fn length(der: &[u8]) -> Option<usize> {
    match *der.get(1)? {
        short @ 0..=0x7f => Some(usize::from(short)),
        0x81 => Some(usize::from(*der.get(2)?)),
        0x82 => Some(usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?]))),
        _ => None,
    }
}
