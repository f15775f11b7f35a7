//! Studies for programs that speak DICOMweb (PS3.18): found by their attributes, read as a whole, in frames or as what
//! they say about themselves, and taken in. Who may see what is as everywhere: what was imported is the institution's
//! staff's, what came with a consultation is for those who have a part in it (R12).

mod finding;
mod reading;
mod taking;

pub(super) use finding::describe;
pub use finding::{Found, Search};
pub use reading::{Resource, Retrievals};
pub use taking::{Delivered, Delivery};
