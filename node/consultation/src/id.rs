//! Names of things: fixed-length byte strings, shown as lower-case hexadecimal.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Defines a fixed-length identifier: CBOR byte string on the wire, hexadecimal for people and JSON.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(
            #[n(0)]
            #[cbor(with = "minicbor::bytes")]
            [u8; $length],
        );

        impl $name {
            /// The length in bytes.
            pub const LENGTH: usize = $length;

            /// An identifier that was drawn, stored or received.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = hex::FromHexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; $length];
                hex::decode_to_slice(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier!(
    /// One consultation, 16 random bytes drawn by the requester.
    CaseId,
    16
);
identifier!(
    /// One agreement between two practitioners, 16 random bytes drawn by the proposer.
    AgreementId,
    16
);
identifier!(
    /// One sealed study package, 16 random bytes drawn by the sender.
    PackageId,
    16
);
identifier!(
    /// A log of entries: the bytes of its [`CaseId`] or [`AgreementId`].
    LogId,
    16
);
identifier!(
    /// One entry: SHA-256 of its signed header, 32 bytes.
    EntryId,
    32
);
identifier!(
    /// SHA-256 of a text or document, 32 bytes.
    Sha256Hash,
    32
);

impl EntryId {
    /// The id of the entry with this signed header.
    #[must_use]
    pub fn of(signed_header: &[u8]) -> Self {
        Self(Sha256::digest(signed_header).into())
    }
}

impl Sha256Hash {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl From<CaseId> for LogId {
    fn from(id: CaseId) -> Self {
        Self(id.0)
    }
}

impl From<AgreementId> for LogId {
    fn from(id: AgreementId) -> Self {
        Self(id.0)
    }
}

impl From<LogId> for CaseId {
    fn from(id: LogId) -> Self {
        Self(id.0)
    }
}

impl From<LogId> for AgreementId {
    fn from(id: LogId) -> Self {
        Self(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_what_it_shows() {
        let id = CaseId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse::<CaseId>().unwrap(), id);
        assert!("abc".parse::<CaseId>().is_err());
        assert!("ab".repeat(17).parse::<CaseId>().is_err());
    }
}
