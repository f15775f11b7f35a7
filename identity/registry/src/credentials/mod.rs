//! Credentials: what is issued, and what becomes of it.

pub(crate) mod issue;
pub(crate) mod revoke;
