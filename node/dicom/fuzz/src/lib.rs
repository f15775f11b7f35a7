//! What the fuzz targets do, and their first inputs. The bodies in `targets` are taken in by the tests of the crate too, so
//! that they cannot rot.

pub mod multipart;
pub mod targets;
