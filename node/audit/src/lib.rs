//! The audit trail as others read it: a row of it, with what is known of its object, becomes an audit message of
//! DICOM PS3.15 A.5 (what IHE ATNA sends), a FHIR R4 `AuditEvent`, or a line of CSV, and a syslog message that carries
//! it.
//!
//! Pure: what is known of people, patients and studies comes in with the row ([`Audited`]).

mod atna;
mod fhir;
mod message;
mod syslog;
mod table;
mod vocabulary;

pub use atna::to_xml;
pub use fhir::to_fhir;
pub use message::{Audited, Node, Patient, Person, SopClass, Study};
pub use syslog::{Header, frame, to_syslog};
pub use table::{HEADINGS, to_csv};
pub use vocabulary::{Act, EventAction, Family, Outcome, act, outcome};
