//! What the registry tells an applicant: that, and why, it does not certify.

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use serde::Serialize;
use thiserror::Error;

use super::error::SealError;
use super::seal::{ApplicationKey, ApplicationSecretKey, open_as, seal_as};
use super::statement::ApplicationId;
use crate::cbor::{self, CborError};
use crate::chain::{Anchors, Chain, ChainError, verify_registry};
use crate::fingerprint::Fingerprint;
use crate::kem::KemPublicKey;
use crate::key::SecretKey;
use crate::revocation::RevocationList;
use crate::signed::{self, Kind, SignedError};
use crate::time::Timestamp;

/// The longest reason, characters.
pub const LONGEST_REASON: usize = 1000;

/// What is sealed: an answer.
const LABEL: &[u8] = b"dokuei/answer-seal/1";

/// An answer to one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// To which.
    #[n(0)]
    pub application: ApplicationId,
    /// When it was decided.
    #[n(1)]
    pub at: Timestamp,
    /// What was decided.
    #[n(2)]
    pub decision: Decision,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Nothing is issued for it; another application may be made.
    #[n(0)]
    Refused {
        /// Why, for the applicant; 1 to [`LONGEST_REASON`] characters.
        #[n(0)]
        reason: String,
    },
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SignedAnswer {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signed: Vec<u8>,
    #[n(1)]
    chain: Chain,
}

/// Why an answer was not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It does not open: altered, or for another application.
    #[error("the answer does not open with the key of this application: {0}")]
    Seal(#[from] SealError),
    /// Not of the published form.
    #[error("this is not an answer: {0}")]
    Form(#[from] CborError),
    /// The registry's certificate is not good.
    #[error("whoever answers is not this network's registry: {0}")]
    Chain(#[from] ChainError),
    /// The signature is not the registry's.
    #[error("the answer is not signed by the registry: {0}")]
    Signature(#[from] SignedError),
    /// Signed with another certificate than the one that is shown.
    #[error("the answer is signed in the name of another certificate than the one that comes with it")]
    AnotherSigner,
    /// Its reason is empty or too long.
    #[error("the reason in the answer is empty or longer than {LONGEST_REASON} characters")]
    Reason,
}

/// Signs an answer with the key that signs the register (`chain` is that certificate's), and seals it to the key that
/// the application named. Every answer has the same length.
///
/// # Errors
/// [`SealError`] when the applicant's key is not a good one.
pub fn seal_answer<R: CryptoRng + ?Sized>(
    answer: &Answer,
    (key, chain): (&SecretKey, &Chain),
    to: &KemPublicKey,
    root: &Fingerprint,
    rng: &mut R,
) -> Result<Vec<u8>, SealError> {
    let signed = signed::sign(Kind::Answer, key, &chain.fingerprint(), cbor::encode(answer));
    let content = cbor::encode(&SignedAnswer {
        signed,
        chain: chain.clone(),
    });
    seal_as(LABEL, &content, &ApplicationKey::new(to.clone())?, root, rng)
}

/// Opens an answer with the key that was made for the application, and verifies it to the root.
///
/// # Errors
/// [`AnswerError`], telling why it is not believed.
pub fn open_answer<A: Anchors + ?Sized>(
    sealed: &[u8],
    key: &ApplicationSecretKey,
    root: &Fingerprint,
    anchors: &A,
    now: Timestamp,
    revoked: impl FnOnce(&Chain) -> Option<RevocationList>,
) -> Result<Answer, AnswerError> {
    let opened = open_as(LABEL, sealed, root, |kid| {
        (key.public().kid() == kid).then_some(key)
    })?;
    let SignedAnswer { signed, chain } = cbor::decode(&opened)?;
    let registry = verify_registry(&chain, anchors, now, revoked(&chain).as_ref())?;
    let parsed = signed::parse(&signed)?;
    if parsed.signer() != registry.fingerprint {
        return Err(AnswerError::AnotherSigner);
    }
    let answer: Answer = cbor::decode(&parsed.verify(Kind::Answer, &registry.key)?)?;
    let Decision::Refused { reason } = &answer.decision;
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(AnswerError::Reason);
    }
    Ok(answer)
}
