//! An application for a credential: what the applicant claims, the evidence for it, and how it reaches the registry.
//!
//! [`Application`] is the statement, a small deterministic document. The applicant signs it with the key that is to be
//! certified; the PKCS#10 request in it shows that the key is held. Evidence is named in it by its hash and travels
//! beside it, so a holder of an HPKI card signs a few kilobytes and yet all of it ([`crate::hpki`]). Together they are
//! a [`SignedApplication`]. It holds identity documents, so it travels only sealed to the registry's
//! [`ApplicationKey`]: whoever keeps a drop box keeps bytes of one of five sizes.
//!
//! A refusal goes back the same way ([`Answer`]): sealed to a key that was made for this one application, left where the
//! application had lain. That something was issued needs no answer: the register says so.
//!
//! Nothing in an application is believed because it is there. The registry's operator decides.

mod answer;
mod claims;
mod collect;
mod error;
mod evidence;
mod padding;
mod seal;
mod statement;

pub use answer::{Answer, AnswerError, Decision, LONGEST_REASON, open_answer, seal_answer};
pub use claims::{ClaimedQualification, Claims, Contact, NodeClaims, PractitionerClaims};
pub use collect::{
    Collect, CollectError, Collected, Deposit, LeftAnswer, MAX_ANSWERS, MAX_COLLECT_REQUEST, MAX_COLLECTED,
    collect_request, read_collect_request,
};
pub use error::{ApplicationError, SealError};
pub use evidence::{Evidence, EvidenceKind, EvidenceLabel, MAX_EVIDENCE, MAX_EVIDENCE_PIECES, MediaType};
pub use seal::{ApplicationKey, ApplicationSecretKey, MAX_SEALED, open, seal, sealed_to};
pub use statement::{
    Application, ApplicationId, Draft, MAX_APPLICATION, MAX_COUNTERSIGNATURE, MAX_STATEMENT,
    SignedApplication,
};
