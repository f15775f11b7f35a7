//! The root's ceremonies, away from the registry's computer: make the root, split its key among people, recover it.
//!
//! Daily work needs the issuing authority's key and the register's key only. The root's key is needed to make an
//! issuing authority and to certify the root that follows; between those days it lies split in several safes.

pub(crate) mod make;
mod page;
pub(crate) mod recover;
mod share;
pub(crate) mod split;
