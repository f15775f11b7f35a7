//! Seals a report that is being written with a key that only its author has once she has signed in: the database's key,
//! which everybody at this node shares, does not open it.
//!
//! The key follows from her signing key, so that a change of passphrase leaves drafts readable. A sealed draft opens in its
//! own case, for its own author and as its own revision only.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// What the key is for (BLAKE3 `derive_key`).
const CONTEXT: &str = "dokuei node 2026-11 report draft key";
/// The layout: this byte, a nonce of 24 bytes, ciphertext with its tag.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// Where a draft belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The case.
    pub case: &'a [u8; 16],
    /// The author's certificate.
    pub author: &'a Fingerprint,
    /// How often it was saved, this time included.
    pub revision: u64,
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        let revision = self.revision.to_be_bytes();
        [&[FORMAT], self.case.as_slice(), self.author.as_bytes(), &revision].concat()
    }
}

/// Seals a draft; none when the cipher refuses, which it does for texts of many gigabytes only.
#[must_use]
pub fn seal<R: CryptoRng + ?Sized>(
    key: &SecretKey,
    place: Place<'_>,
    draft: &[u8],
    rng: &mut R,
) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let aad = place.bytes();
    let payload = Payload {
        msg: draft,
        aad: &aad,
    };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).ok()?;
    Some([&[FORMAT], nonce.as_slice(), &sealed].concat())
}

/// Opens a draft; none when it is another's, of another place, or was altered.
#[must_use]
pub fn open(key: &SecretKey, place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (format, rest) = sealed.split_first()?;
    let (nonce, msg) = rest.split_first_chunk::<NONCE>()?;
    if *format != FORMAT {
        return None;
    }
    let aad = place.bytes();
    let payload = Payload { msg, aad: &aad };
    cipher(key)
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

fn cipher(key: &SecretKey) -> XChaCha20Poly1305 {
    let derived = Zeroizing::new(blake3::derive_key(CONTEXT, key.seed().as_slice()));
    XChaCha20Poly1305::new(&(*derived).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r12_a_draft_opens_for_its_author_in_its_place_only() {
        let mut rng = rand::rng();
        let (hers, another) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let (case, author) = ([1; 16], Fingerprint::of(b"author"));
        let place = Place {
            case: &case,
            author: &author,
            revision: 3,
        };
        let sealed = seal(&hers, place, "山田太郎 36".as_bytes(), &mut rng).unwrap();
        assert!(!sealed.windows(3).any(|bytes| bytes == "山".as_bytes()));
        assert_eq!(
            open(&hers, place, &sealed).unwrap().as_slice(),
            "山田太郎 36".as_bytes()
        );
        assert!(open(&another, place, &sealed).is_none());
        let elsewhere = Place {
            case: &[2; 16],
            ..place
        };
        let older = Place { revision: 2, ..place };
        assert!(open(&hers, elsewhere, &sealed).is_none() && open(&hers, older, &sealed).is_none());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(open(&hers, place, &altered).is_none(), "byte {at}");
        }
        for short in 0..25 {
            assert!(open(&hers, place, &sealed[..short]).is_none());
        }
        let again = seal(&hers, place, b"x", &mut rng).unwrap();
        assert_ne!(again, seal(&hers, place, b"x", &mut rng).unwrap());
    }
}
