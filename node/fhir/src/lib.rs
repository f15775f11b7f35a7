//! A consultation as FHIR R4 (hl7.org/fhir/R4) has it, for systems of the house that read FHIR and not DICOM: one Bundle
//! with Patient, Organization, Practitioner, ServiceRequest, ImagingStudy, and for each version of a report
//! DiagnosticReport, Observation (a finding of a tooth) and Provenance (the signature). What two readers say together is a
//! DiagnosticReport too, whose Provenance names both reports as its sources; each second signature is a Provenance.
//!
//! Identifiers are those of JP Core where it has them. Ids follow from the identifiers of the consultation, so that the same
//! consultation is the same resources wherever it is written. Pure: what is known comes in as [`Consultation`].

mod bundle;
mod facts;
mod opinion;
mod parties;
mod provenance;
mod report;
mod request;

pub use bundle::to_bundle;
pub use facts::{
    CoSignature, Consultation, Facility, Licence, Opinion, OpinionStatus, Patient, Practitioner, Report,
    ReportStatus, RequestState, Signature, Study, Succession, ToothFinding, Urgency,
};
