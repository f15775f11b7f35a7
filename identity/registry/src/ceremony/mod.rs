//! The root's ceremonies: make the root, split its key among people, recover it; by command, away from the registry's
//! computer, or in the console, in memory only.
//!
//! Daily work needs the issuing authority's key and the register's key only. The root's key is needed to make an
//! issuing authority and to certify the root that follows; between those days it lies split in several safes.

pub(crate) mod hand;
mod held;
pub(crate) mod make;
mod page;
pub(crate) mod recover;
pub(crate) mod routes;
mod share;
pub(crate) mod split;
