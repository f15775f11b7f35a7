//! Applications for credentials: received by file or from a drop box, looked at, approved or refused.
//!
//! What was received stays sealed on the disk, as it came: `applications/ID.sealed`. What was decided about it lies
//! beside it, `ID.record`, sealed to the same key, because reasons speak of people. Whether something was issued for an
//! application is not kept twice: the journal says so.

mod answer;
mod checks;
pub(crate) mod cli;
mod collect;
mod decide;
mod hpki;
mod inbox;
mod key;
mod marks;
mod memory;
mod receive;
mod record;
pub(crate) mod routes;
mod show;
mod specialists;
mod states;
mod text;

pub(crate) use memory::Memory;

use crate::failure::Failure;
use crate::registry::Registry;

/// Makes and announces the key that applications are sealed to, when there is none yet.
pub(crate) fn prepare(registry: &mut Registry) -> Result<(), Failure> {
    key::open(registry).map(drop)
}
