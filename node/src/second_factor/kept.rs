//! A second factor as it lies in a practitioner's sealed file, the same for every kind.

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{RecoveryCodes, SecondFactor};

/// A factor of whatever kind, with the recovery codes that stand in when the device is lost: `[kind, version, body,
/// recovery codes]`. A node that does not know the kind keeps it as it is, and still takes the codes.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct KeptFactor {
    #[n(0)]
    kind: String,
    #[n(1)]
    version: u8,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    body: Vec<u8>,
    #[n(3)]
    recovery: RecoveryCodes,
}

impl std::fmt::Debug for KeptFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeptFactor({}, redacted)", self.kind)
    }
}

impl KeptFactor {
    /// A factor that was just enrolled, with fresh recovery codes, which are told once.
    pub fn enrol<R: CryptoRng + ?Sized>(
        factor: &dyn SecondFactor,
        rng: &mut R,
    ) -> (Self, Vec<Zeroizing<String>>) {
        let (recovery, codes) = RecoveryCodes::generate(rng);
        (Self::of(factor, recovery), codes)
    }

    /// A factor with recovery codes that were made before.
    pub(crate) fn of(factor: &dyn SecondFactor, recovery: RecoveryCodes) -> Self {
        let (version, body) = factor.keep();
        Self {
            kind: factor.kind().to_owned(),
            version,
            body: body.to_vec(),
            recovery,
        }
    }

    /// The stable word of its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The version of its body.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// What its kind reads.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// How many recovery codes are left.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery.left()
    }

    /// Uses a recovery code up; whether it was one.
    pub fn use_recovery_code(&mut self, typed: &str) -> bool {
        self.recovery.use_up(typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::{Kinds, Totp, UnreadableFactor};
    use dokuei_identity::cbor;

    fn kept() -> KeptFactor {
        KeptFactor::of(&Totp::of_secret([7; 20]), RecoveryCodes::of_hashes(&[[9; 32]]))
    }

    /// What is stored, byte for byte: a changed one means a decision about versions.
    #[test]
    fn r6_what_is_stored_of_a_factor() {
        let bytes = cbor::encode(&kept());
        // ["totp", 1, 20 bytes, [32 bytes]]
        let expected = [
            "84",
            "64746f7470",
            "01",
            "54",
            &"07".repeat(20),
            "81",
            "5820",
            &"09".repeat(32),
        ];
        assert_eq!(hex::encode(&bytes), expected.concat());
        assert_eq!(cbor::decode::<KeptFactor>(&bytes).unwrap(), kept());
    }

    #[test]
    fn r6_a_kind_or_version_of_a_later_node_is_kept_and_not_taken_for_none() {
        let mut later = kept();
        later.kind = "fido2".to_owned();
        assert!(matches!(Kinds::default().read(&later), Err(UnreadableFactor)));
        let again: KeptFactor = cbor::decode(&cbor::encode(&later)).unwrap();
        assert_eq!(again, later);
        let mut newer = kept();
        newer.version = 2;
        assert!(Kinds::default().read(&newer).is_err());
        let mut damaged = kept();
        damaged.body.pop();
        assert!(Kinds::default().read(&damaged).is_err());
    }
}
