//! The offline medium: a consultation, or a part of it, that goes by USB stick or by disc.
//!
//! `DOKUEI/<SET>/` holds a signed [`index`] of everything that belongs together, on however many discs it lies; a sealed
//! [`letter`] with the entries of the case; and the sealed package's payload in parts with its tree. All names are made
//! of numbers ([`names`]), so that nothing that is read can name a path. `docs/media.md` describes the format.
//!
//! - [`plan`] divides payloads among discs of a [`capacity`];
//! - [`writing`] writes them, into a folder or into ISO 9660 images, and [`check`] compares what lies on the medium then;
//! - [`source`] finds and reads a medium: a folder, or an ISO 9660 image that need not be mounted. Everything that it
//!   reads is hostile;
//! - [`readme`] is what a person finds who looks at the medium without a node, and [`plain`] what lies on one of several
//!   discs with plain DICOM files.
//!
//! Nothing here asks a clock or makes randomness of its own, and nothing here knows what a case is: entries and
//! certificates are bytes.

pub mod capacity;
pub mod check;
pub mod index;
pub mod letter;
pub mod names;
pub mod plain;
pub mod plan;
pub mod readme;
pub mod source;
pub mod writing;
