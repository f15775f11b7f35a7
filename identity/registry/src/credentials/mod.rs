//! Credentials: what is issued, and what becomes of it.

pub(crate) mod act;
pub(crate) mod issue;
pub(crate) mod perform;
mod rules;
pub(crate) mod show;
