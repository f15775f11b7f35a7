//! Where the register is published, as certificates say it.
//!
//! Every certificate then tells whoever knows nothing of Dokuei where its revocation list lies (RFC 5280 §4.2.1.13).
//! Our own nodes never fetch from an address that stands in a certificate: the register brings them the lists.

use dokuei_identity::register::{KeyId, layout};

use crate::failure::Failure;

/// The longest address, characters: it stands in every certificate.
const LONGEST: usize = 200;

/// The address of the published register's folder, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegisterUrl(String);

impl RegisterUrl {
    /// # Errors
    /// [`Failure::Usage`] with what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let refused = |why: &str| {
            Failure::Usage(format!(
                "the register's address {text:?} cannot stand in certificates: {why}; give the address of the published \
                 folder, for example http://registry.example.org/register"
            ))
        };
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| refused("it begins with neither http:// nor https://"))?;
        if rest.trim_end_matches('/').is_empty() {
            return Err(refused("it names no host"));
        }
        if text.len() > LONGEST {
            return Err(refused("it is longer than 200 characters"));
        }
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~:/%[]".contains(letter);
        if !rest.chars().all(plain) {
            return Err(refused("it has letters that an address of a folder has not"));
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Where the revocation list of an issuing authority lies.
    pub(crate) fn list(&self, issuer: &KeyId) -> String {
        format!("{}/{}", self.0, layout::list_path(issuer))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_a_folder() {
        let address = RegisterUrl::parse("http://registry.example.org/register/").unwrap();
        let list = "http://registry.example.org/register/crl/abababababababababababababababababababab.crl";
        assert_eq!(address.list(&[0xab; 20]), list);
        for wrong in [
            "",
            "registry.example.org",
            "ftp://registry.example.org",
            "http://",
            "http:///",
            "http://registry.example.org/?q",
            "http://registry.example.org/a b",
            "http://登録.example.org",
            &format!("http://{}", "a".repeat(200)),
        ] {
            let sentence = RegisterUrl::parse(wrong).unwrap_err().to_string();
            assert!(sentence.contains("for example http://"), "{sentence}");
        }
    }
}
