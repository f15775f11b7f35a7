//! Who acts: a named operator with a key of her own, or the registry when it has only one operator.

use std::fmt;

use dokuei_identity::key::SecretKey;

/// The name in the log of whoever acts while no operator is named.
pub(crate) const UNNAMED: &str = "registry";

/// Who acts now. The key signs her rows of the operator log.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) name: String,
    pub(crate) key: SecretKey,
}

impl Actor {
    /// Whether she is a named operator.
    pub(crate) fn named(&self) -> bool {
        self.name != UNNAMED
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({})", self.name)
    }
}
