//! R19: an invisible salamander (Dodis, Grubbs, Ristenpart and Woodage, 2018): one ciphertext that ChaCha20-Poly1305
//! opens under two keys, so that two recipients would see two studies in one signed package. The commitment refuses it.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use zeroize::Zeroizing;

use super::fixture::{FixedRng, recipient, ship};
use crate::chunk::ChunkCipher;
use crate::grant::{GrantError, grant, open_grant};
use crate::schedule::{Cek, NotCommitted, PackageKey, expand_bytes};

/// A number modulo 2¹³⁰ − 5, in limbs of 26 bits, always fully reduced.
#[derive(Clone, Copy, PartialEq)]
struct Field([u64; 5]);

const MASK: u64 = (1 << 26) - 1;
const P: [u64; 5] = [MASK - 4, MASK, MASK, MASK, MASK];

impl Field {
    fn reduce(mut t: [u128; 5]) -> Self {
        for _ in 0..4 {
            let mut carry = 0;
            for limb in &mut t {
                *limb += carry;
                carry = *limb >> 26;
                *limb &= u128::from(MASK);
            }
            t[0] += carry * 5;
        }
        let limbs = t.map(|limb| limb as u64);
        let is_over = limbs[1..] == P[1..] && limbs[0] >= P[0];
        if is_over {
            Self([limbs[0] - P[0], 0, 0, 0, 0])
        } else {
            Self(limbs)
        }
    }

    fn of(low: u128, bit_128: bool) -> Self {
        let limb = |index: u32| low.checked_shr(26 * index).unwrap_or(0) as u64 & MASK;
        let mut limbs = [limb(0), limb(1), limb(2), limb(3), (low >> 104) as u64];
        limbs[4] += u64::from(bit_128) << 24;
        Self(limbs)
    }

    fn mul(self, other: Self) -> Self {
        let mut t = [0; 5];
        for (i, a) in self.0.into_iter().enumerate() {
            for (j, b) in other.0.into_iter().enumerate() {
                let fold = if i + j < 5 { 1 } else { 5 };
                t[(i + j) % 5] += u128::from(a) * u128::from(b) * fold;
            }
        }
        Self::reduce(t)
    }

    fn add(self, other: Self) -> Self {
        Self::reduce(std::array::from_fn(|i| {
            u128::from(self.0[i]) + u128::from(other.0[i])
        }))
    }

    fn sub(self, other: Self) -> Self {
        Self::reduce(std::array::from_fn(|i| {
            u128::from(self.0[i]) + u128::from(P[i]) - u128::from(other.0[i])
        }))
    }

    /// By Fermat: the power p − 2 = 2¹³⁰ − 7.
    fn inverse(self) -> Self {
        let exponent = [P[0] - 2, P[1], P[2], P[3], P[4]];
        let mut result = Self::of(1, false);
        for bit in (0..130).rev() {
            result = result.mul(result);
            if exponent[bit / 26] >> (bit % 26) & 1 == 1 {
                result = result.mul(self);
            }
        }
        result
    }

    /// The low 128 bits.
    fn low(self) -> u128 {
        (0..5).fold(0, |sum, i| {
            sum | u128::from(self.0[i]).wrapping_shl(26 * i as u32)
        })
    }
}

/// The one-time key (r, s) of Poly1305 (RFC 8439 §2.6) for the last chunk 0.
fn one_time_key(material: &[u8; 71]) -> (Field, u128) {
    let mut nonce = [0; 12];
    nonce[..7].copy_from_slice(&material[32..39]);
    nonce[11] = 1;
    let mut block = [0; 32];
    ChaCha20::new_from_slices(&material[..32], &nonce)
        .unwrap()
        .apply_keystream(&mut block);
    let half = |at: usize| u128::from_le_bytes(block[at..at + 16].try_into().unwrap());
    (
        Field::of(half(0) & 0x0ffffffc_0ffffffc_0ffffffc_0fffffff, false),
        half(16),
    )
}

/// 32 bytes of ciphertext and a tag that is right under both keys.
fn salamander(one: &[u8; 71], two: &[u8; 71]) -> Vec<u8> {
    let ((r1, s1), (r2, s2)) = (one_time_key(one), one_time_key(two));
    let (square1, square2) = (r1.mul(r1), r2.mul(r2));
    let lengths = Field::of(32 << 64, true);
    let divisor = square1.sub(square2).inverse();
    for first in 0..10_000_u128 {
        // Tag = c1·r³ + c2·r² + lengths·r + s: solve for the c2 that makes both equal.
        let c1 = Field::of(first, true);
        let difference = Field::of(s2.wrapping_sub(s1), false)
            .sub(c1.mul(square1.mul(r1).sub(square2.mul(r2))))
            .sub(lengths.mul(r1.sub(r2)));
        let c2 = difference.mul(divisor);
        // It must be a full block: its bit 128 set, none above.
        if c2.0[4] >> 24 != 1 {
            continue;
        }
        let tag = |r: Field, s: u128| c1.mul(r).add(c2).mul(r).add(lengths).mul(r).low().wrapping_add(s);
        if tag(r1, s1) == tag(r2, s2) {
            return [
                first.to_le_bytes(),
                c2.low().to_le_bytes(),
                tag(r1, s1).to_le_bytes(),
            ]
            .concat();
        }
    }
    panic!("one in about ten first blocks gives a solution");
}

#[test]
fn r19_a_ciphertext_for_two_keys_is_refused_by_the_commitment() {
    let mut shipment = ship(&[10]);
    let other = Cek::from_bytes(Zeroizing::new([0x55; 32]));
    let subject: [u8; 32] = {
        use sha2::{Digest, Sha256};
        let core = shipment.core.core();
        let parts = [
            &core.package.as_bytes()[..],
            core.case.as_bytes(),
            core.request.as_bytes(),
            core.sender.as_bytes(),
        ];
        Sha256::digest(parts.concat()).into()
    };
    let salt = shipment.core.core().salt;
    let material = |cek: &Cek| expand_bytes(cek.as_bytes(), &[b"dokuei/pkg/1", &[0], &salt, &subject]);
    let (one, two) = (material(&shipment.cek), material(&other));
    let ciphertext = salamander(&one, &two);

    // It is a salamander: the cipher alone is content with both keys, and shows two things.
    let open = |material: &[u8; 71]| {
        let (key, prefix) = (
            material[..32].try_into().unwrap(),
            material[32..39].try_into().unwrap(),
        );
        let mut chunk = ciphertext.clone();
        ChunkCipher::new(&key, &prefix)
            .open(0, true, &mut chunk)
            .map(|()| chunk)
    };
    assert_ne!(open(&one).unwrap(), open(&two).unwrap());

    // A sender who signs it commits to one key; the recipient who is granted the other is told that it does not open.
    shipment.payload = ciphertext.clone();
    shipment.resign(|core| {
        core.plaintext_length = 32;
        core.ciphertext_length = 48;
        core.root = *blake3::hash(&ciphertext).as_bytes();
    });
    let (key, me) = recipient();
    let granted = grant(&other, &shipment.core, &me, &key.public(), &mut FixedRng(0)).unwrap();
    let outcome = open_grant(&granted, &shipment.core, &me, |_| Some(&key));
    assert_eq!(outcome.unwrap_err(), GrantError::DoesNotOpen);
    assert_eq!(
        PackageKey::derive(&other, shipment.core.core()).unwrap_err(),
        NotCommitted
    );
    assert!(PackageKey::derive(&shipment.cek, shipment.core.core()).is_ok());
}
