//! Codes on paper that stand in for a lost device, each once.

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use totp_rs::Secret;
use zeroize::{Zeroize, Zeroizing};

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// SHA-256 of a recovery code, which is random enough not to need more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Zeroize)]
#[cbor(transparent)]
struct CodeHash(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

/// The codes that are left, as hashes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Zeroize)]
#[cbor(transparent)]
pub struct RecoveryCodes(#[n(0)] Vec<CodeHash>);

impl RecoveryCodes {
    /// Fresh ones, with the codes themselves, which are given once and kept as hashes.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> (Self, Vec<Zeroizing<String>>) {
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(rng)).collect();
        (Self(codes.iter().map(|code| hash_of(code)).collect()), codes)
    }

    #[cfg(test)]
    pub(crate) fn of_hashes(hashes: &[[u8; 32]]) -> Self {
        Self(hashes.iter().copied().map(CodeHash).collect())
    }

    /// How many are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
    }

    /// Uses one up; whether it was one.
    pub fn use_up(&mut self, typed: &str) -> bool {
        let wanted = hash_of(typed);
        let before = self.0.len();
        // Every hash is compared, in constant time.
        self.0.retain(|hash| !bool::from(hash.0.ct_eq(&wanted.0)));
        self.0.len() < before
    }
}

/// 80 random bits: `ABCD-EFGH-IJKL-MNOP`.
fn recovery_code<R: CryptoRng + ?Sized>(rng: &mut R) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 10]);
    rng.fill_bytes(&mut *bytes);
    let text = Zeroizing::new(Secret::from(bytes.to_vec()).to_base32());
    let groups: Vec<&str> = [0, 4, 8, 12]
        .iter()
        .filter_map(|at| text.get(*at..at + 4))
        .collect();
    Zeroizing::new(groups.join("-"))
}

fn hash_of(code: &str) -> CodeHash {
    let typed: Zeroizing<String> = Zeroizing::new(
        code.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .take(64)
            .collect(),
    );
    let digest = Sha256::new()
        .chain_update(b"dokuei/recovery-code/1")
        .chain_update(typed.as_bytes())
        .finalize();
    CodeHash(digest.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_a_recovery_code_is_used_up_and_kept_as_a_hash() {
        let (mut left, codes) = RecoveryCodes::generate(&mut rand::rng());
        assert_eq!(codes.len(), 10);
        assert_eq!(codes[0].len(), 19);
        assert!(!format!("{left:?}").contains(&codes[0][..4]));
        assert!(left.use_up(&codes[3].to_lowercase().replace('-', " ")));
        assert!(!left.use_up(&codes[3]), "once");
        assert!(!left.use_up(""));
        assert_eq!(left.left(), 9);
    }
}
