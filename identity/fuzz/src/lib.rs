//! What the fuzz targets do, and their first inputs. The bodies stand in `targets`, which the tests of the crate take
//! in too, so that they cannot rot.

#[path = "../../tests/identity/world.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod world;

pub mod targets;
