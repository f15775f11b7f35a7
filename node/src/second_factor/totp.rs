//! Time-based one-time passwords (RFC 6238).

use std::sync::Arc;

use dokuei_identity::time::Timestamp;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder, Secret, Totp as Generator};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Enrolment, Kind, Response, SecondFactor, UnreadableFactor, WrongResponse};
use crate::recovery::qr_svg;

/// The stable word of this kind.
pub const TOTP: &str = "totp";
/// The version of what is kept: the secret, 20 bytes.
pub(crate) const VERSION: u8 = 1;
/// Digits of a code.
const DIGITS: u8 = 6;
/// How long a code is shown, seconds.
const STEP: u64 = 30;
/// How many codes before and after the present one are taken, for clocks that differ.
const SKEW: u16 = 1;

/// The secret of one-time passwords.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Totp {
    secret: [u8; 20],
}

impl std::fmt::Debug for Totp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Totp(redacted)")
    }
}

impl Totp {
    /// A fresh secret (160 bits, RFC 4226 section 4).
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = [0; 20];
        rng.fill_bytes(&mut secret);
        Self { secret }
    }

    /// This secret.
    #[must_use]
    pub const fn of_secret(secret: [u8; 20]) -> Self {
        Self { secret }
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
}

impl SecondFactor for Totp {
    fn kind(&self) -> &'static str {
        TOTP
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

    fn keep(&self) -> (u8, Zeroizing<Vec<u8>>) {
        (VERSION, Zeroizing::new(self.secret.to_vec()))
    }
}

/// The kind.
#[derive(Debug, Clone, Copy)]
pub struct OneTimePasswords;

/// A secret that waits for its first code.
struct Offered {
    totp: Totp,
    id: String,
}

impl Kind for OneTimePasswords {
    fn name(&self) -> &'static str {
        TOTP
    }

    fn begin(&self, id: &str, rng: &mut dyn CryptoRng) -> Arc<dyn Enrolment> {
        Arc::new(Offered {
            totp: Totp::generate(rng),
            id: id.to_owned(),
        })
    }

    fn read(&self, version: u8, kept: &[u8]) -> Result<Box<dyn SecondFactor>, UnreadableFactor> {
        match (version, kept.try_into()) {
            (VERSION, Ok(secret)) => Ok(Box::new(Totp::of_secret(secret))),
            _ => Err(UnreadableFactor),
        }
    }
}

impl Enrolment for Offered {
    /// `otpauth://…`, the secret to be typed where nothing can be scanned, and the address as QR code (SVG).
    fn offer(&self) -> Value {
        let uri = self.totp.uri(&self.id);
        let drawn = Zeroizing::new(qr_svg(&uri).unwrap_or_default());
        json!({"uri": *uri, "secret": *self.totp.secret_text(), "qr_svg": *drawn})
    }

    fn confirm(&self, answer: &str, now: Timestamp) -> Result<(Box<dyn SecondFactor>, u64), WrongResponse> {
        let response = Response {
            answer,
            challenge: None,
            now,
        };
        let step = self.totp.verify(&response, None)?;
        Ok((Box::new(self.totp.clone()), step))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of_rfc() -> Totp {
        Totp::of_secret(*b"12345678901234567890")
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
        }
        for typed in ["", "28708", "2870822", "abcdef", "28708\u{661}"] {
            assert!(of_rfc().verify(&at(typed, 59), None).is_err(), "{typed}");
        }
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
