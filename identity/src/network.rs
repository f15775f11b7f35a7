//! The name of a network: derived from its root, so that two registries never share one by accident.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::chain::TrustAnchor;

/// The first 8 bytes of the SHA-256 of the root certificate, shown as 16 hexadecimal digits. It stands in protocol
/// names and rendezvous namespaces; it separates networks, it does not protect them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkName([u8; 8]);

impl NetworkName {
    /// The network of this root.
    #[must_use]
    pub fn of(anchor: &TrustAnchor) -> Self {
        let mut name = [0; 8];
        name.copy_from_slice(&anchor.fingerprint().as_bytes()[..8]);
        Self(name)
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for NetworkName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
