//! Bearer tokens: 256 random bits, compared in constant time, never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret that lets its bearer in.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// A fresh token.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::rng().fill_bytes(&mut *bytes);
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
    }

    /// A token as somebody presented it.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The token as its bearer sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `presented` is this token; takes the same time for every wrong one of the right length.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_matches() {
        let token = Token::generate();
        assert!(token.matches(token.expose()));
        assert!(!token.matches(Token::generate().expose()));
        assert!(!token.matches(""));
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
