//! Everything in Dokuei that knows DICOM.
//!
//! - [`header`]: what a file says about itself, read without its pixels and without trust;
//! - [`charset`]: text in the character sets that Japanese equipment writes (ISO 2022);
//! - [`native`]: where uncompressed samples lie in a file, for a lossless encoder;
//! - [`render`]: one frame as a PNG for lists and reports (not for diagnosis);
//! - [`preview`]: a cone-beam CT at a glance: MIP, panoramic, cross-sections (not for diagnosis);
//! - [`report`]: a signed report as Basic Text SR and as Encapsulated PDF;
//! - [`phantom`]: a synthetic dental CBCT to practise and to measure with;
//! - [`frames`]: where the frames of an image lie, as they are stored;
//! - [`json`]: data sets in the DICOM JSON Model;
//! - [`files`]: which files of a folder are worth importing;
//! - [`zipped`]: those of a ZIP archive;
//! - [`dicomdir`]: those that the directory of a medium lists;
//! - [`wrap`]: photographs, documents and models made into DICOM objects;
//! - [`deid`]: instances under a pseudonym (PS3.15 annex E);
//! - [`safety`]: what should make the sender of a study stop and look;
//! - [`network`]: associations with devices and archives, which send instances and are sent them;
//! - [`directory`]: the DICOMDIR of a medium that is written;
//! - [`medium`]: how instances lie on such a medium, and which profiles it meets;
//! - [`convert`]: an instance in another transfer syntax, where nothing is lost by it.
//!
//! Nothing here changes an imported file: the bytes received are the bytes kept (PS3.10 files are
//! stored and sent bit for bit; what is written here are new objects of our own).

pub mod bare;
pub mod charset;
pub mod convert;
pub mod deid;
pub mod dicomdir;
pub mod directory;
pub mod files;
pub mod frames;
pub mod header;
pub mod json;
pub mod medium;
pub mod name;
pub mod native;
pub mod network;
pub mod phantom;
mod pixels;
pub mod preview;
pub mod render;
pub mod report;
pub mod safety;
mod scan;
pub mod uid;
pub mod wrap;
pub mod zipped;

pub use header::{HeaderError, InstanceHeader, Patient, read_header, read_header_file};
pub use name::PersonName;
pub use native::{NativeSample, NativeSamples, native_samples};
pub use render::{RenderError, RenderRequest, Window, render_png};
pub use report::{ReportContent, ReportError, to_attested_sr, to_encapsulated_pdf, to_sr};
pub use uid::{BadUid, Uid};
