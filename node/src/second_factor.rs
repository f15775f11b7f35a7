//! The second factor at sign-in: an interface, and time-based one-time passwords (RFC 6238) as the one that is built.
//!
//! A factor's secret lies in the practitioner's sealed file. It is asked for by the node: it keeps out whoever saw or
//! guessed a passphrase and stands before the running node. It does not protect a disk that was taken away, where the
//! passphrase alone opens the file: that is the work of Argon2id and of the node's own passphrase.

use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use totp_rs::{Algorithm, Builder, Secret, Totp as Generator};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Digits of a code.
const DIGITS: u8 = 6;
/// How long a code is shown, seconds.
const STEP: u64 = 30;
/// How many codes before and after the present one are taken, for clocks that differ.
const SKEW: u16 = 1;
/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// What somebody answers when asked for the second factor.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// What was typed, or what a device answered.
    pub answer: &'a str,
    /// What the device was asked to answer; a one-time password has none.
    pub challenge: Option<&'a [u8]>,
    /// When.
    pub now: Timestamp,
}

/// The answer is not right, or was used before. Which of them is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the code is not right, or was used before")]
pub struct WrongResponse;

/// Something that the practitioner has, beside the passphrase that she knows.
pub trait SecondFactor {
    /// A stable word, e.g. `totp`.
    fn kind(&self) -> &'static str;

    /// Judges an answer. Gives its mark (the step of a one-time password, the signature counter of a FIDO2 device),
    /// which must be on disk before anybody is let in: the next one has to be greater than `last`.
    ///
    /// # Errors
    /// [`WrongResponse`].
    fn verify(&self, response: &Response<'_>, last: Option<u64>) -> Result<u64, WrongResponse>;
}

/// SHA-256 of a recovery code, which is random enough not to need more.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Zeroize)]
#[cbor(transparent)]
struct CodeHash(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

/// Time-based one-time passwords, with the recovery codes that stand in when the telephone is lost.
#[derive(Clone, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct Totp {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    secret: [u8; 20],
    #[n(1)]
    recovery: Vec<CodeHash>,
}

impl std::fmt::Debug for Totp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Totp(redacted)")
    }
}

impl Totp {
    /// A fresh secret (160 bits, RFC 4226 section 4), without recovery codes yet.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = [0; 20];
        rng.fill_bytes(&mut secret);
        Self {
            secret,
            recovery: Vec::new(),
        }
    }

    fn generator(&self) -> Generator {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP)
            .with_secret(self.secret.to_vec())
            .build_noncompliant()
    }

    /// The secret as a person can type it into an authenticator.
    #[must_use]
    pub fn secret_text(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::from(self.secret.to_vec()).to_base32())
    }

    /// What an authenticator reads from the QR code. A sign-in name needs no escaping in a URI.
    #[must_use]
    pub fn uri(&self, id: &str) -> Zeroizing<String> {
        let secret = self.secret_text();
        Zeroizing::new(format!(
            "otpauth://totp/Dokuei:{id}?secret={}&issuer=Dokuei&algorithm=SHA1&digits={DIGITS}&period={STEP}",
            *secret
        ))
    }

    /// The code of a moment; for tests, which have no telephone.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        self.generator().generate(now.0).to_string()
    }

    /// Makes new recovery codes in the place of the old ones; they are given once and kept as hashes.
    pub fn make_recovery_codes<R: CryptoRng + ?Sized>(&mut self, rng: &mut R) -> Vec<Zeroizing<String>> {
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(rng)).collect();
        self.recovery = codes.iter().map(|code| hash_of(code)).collect();
        codes
    }

    /// How many recovery codes are left.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery.len()
    }

    /// Uses a recovery code up; whether it was one.
    pub fn use_recovery_code(&mut self, typed: &str) -> bool {
        let wanted = hash_of(typed);
        let before = self.recovery.len();
        // Every hash is compared, in constant time.
        self.recovery.retain(|hash| !bool::from(hash.0.ct_eq(&wanted.0)));
        self.recovery.len() < before
    }
}

impl SecondFactor for Totp {
    fn kind(&self) -> &'static str {
        "totp"
    }

    fn verify(&self, response: &Response<'_>, last: Option<u64>) -> Result<u64, WrongResponse> {
        let step = self
            .generator()
            .check(&digits_of(response.answer), response.now.0)
            .ok_or(WrongResponse)?;
        if last.is_some_and(|last| step <= last) {
            return Err(WrongResponse);
        }
        Ok(step)
    }
}

/// Whether it looks like a one-time password and not like a recovery code.
#[must_use]
pub fn looks_like_digits(typed: &str) -> bool {
    digits_of(typed).len() == usize::from(DIGITS)
}

/// The digits that were typed: with spaces between them, or in full width as a Japanese keyboard gives them.
fn digits_of(typed: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        other => other,
    };
    let digits: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(narrow)
        .take(64)
        .collect();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits
    } else {
        String::new()
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

    fn of_rfc() -> Totp {
        Totp {
            secret: *b"12345678901234567890",
            recovery: Vec::new(),
        }
    }

    fn at(answer: &str, now: u64) -> Response<'_> {
        Response {
            answer,
            challenge: None,
            now: Timestamp(now),
        }
    }

    /// R6: the values of RFC 6238 appendix B (SHA-1), of which six digits are shown.
    #[test]
    fn r6_the_codes_are_those_of_the_standard() {
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(of_rfc().code_at(Timestamp(time)), code);
            assert_eq!(of_rfc().verify(&at(code, time), None), Ok(time / 30));
        }
    }

    #[test]
    fn r6_one_step_of_difference_is_taken_and_no_more() {
        let now = 1_111_111_111;
        let code = of_rfc().code_at(Timestamp(now));
        for (shift, taken) in [(-60_i64, false), (-30, true), (0, true), (30, true), (60, false)] {
            let then = u64::try_from(now as i64 + shift).unwrap();
            assert_eq!(of_rfc().verify(&at(&code, then), None).is_ok(), taken, "{shift}");
        }
    }

    #[test]
    fn r6_a_step_is_taken_once() {
        let now = 1_111_111_111;
        let code = of_rfc().code_at(Timestamp(now));
        let step = of_rfc().verify(&at(&code, now), None).unwrap();
        assert_eq!(of_rfc().verify(&at(&code, now), Some(step)), Err(WrongResponse));
        let before = of_rfc().code_at(Timestamp(now - 30));
        assert_eq!(
            of_rfc().verify(&at(&before, now), Some(step)),
            Err(WrongResponse),
            "an older one"
        );
        let next = of_rfc().code_at(Timestamp(now + 30));
        assert_eq!(of_rfc().verify(&at(&next, now + 30), Some(step)), Ok(step + 1));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["287082", "287 082", "２８７０８２", " 287-082 "] {
            assert!(of_rfc().verify(&at(typed, 59), None).is_ok(), "{typed}");
            assert!(looks_like_digits(typed));
        }
        for typed in ["", "28708", "2870822", "abcdef", "28708\u{661}"] {
            assert!(of_rfc().verify(&at(typed, 59), None).is_err(), "{typed}");
        }
    }

    #[test]
    fn r6_a_recovery_code_is_used_up_and_kept_as_a_hash() {
        let mut rng = rand::rng();
        let mut factor = Totp::generate(&mut rng);
        let codes = factor.make_recovery_codes(&mut rng);
        assert_eq!(codes.len(), 10);
        assert_eq!(codes[0].len(), 19);
        assert!(!format!("{factor:?}").contains(&codes[0][..4]));
        assert!(factor.use_recovery_code(&codes[3].to_lowercase().replace('-', " ")));
        assert!(!factor.use_recovery_code(&codes[3]), "once");
        assert!(!factor.use_recovery_code(""));
        assert_eq!(factor.recovery_codes_left(), 9);
    }

    #[test]
    fn the_uri_is_what_authenticators_read() {
        let uri = of_rfc().uri("tanaka");
        assert_eq!(
            *uri,
            "otpauth://totp/Dokuei:tanaka?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Dokuei&algorithm=SHA1&digits=6&period=30"
        );
    }
}
