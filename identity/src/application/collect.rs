//! How the registry takes what waits for it at a bootstrap node: a request that only the registry can make, and its
//! answer.

use minicbor::{Decode, Encode};
use thiserror::Error;

use super::seal::MAX_SEALED;
use crate::cbor::{self, CborError};
use crate::certificate::RegistryCertificate;
use crate::chain::{Anchors, Chain, ChainError, verify_registry};
use crate::key::SecretKey;
use crate::revocation::RevocationList;
use crate::signed::{self, Kind, SignedError};
use crate::time::Timestamp;

/// The most answers that are left with one request.
pub const MAX_ANSWERS: usize = 8;
/// The largest request, bytes: a signed question with its answers, and a chain.
pub const MAX_COLLECT_REQUEST: usize = (16 << 10) + MAX_ANSWERS * (20 << 10);
/// The largest answer, bytes.
pub const MAX_COLLECTED: usize = 8 << 20;
/// How far the clocks of registry and bootstrap may be apart, seconds; a request that is older is not answered.
const WINDOW: u64 = 300;
/// The most deposits of one answer.
const MAX_DEPOSITS: usize = 256;

/// The question, which the registry signs with the key that signs its register.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Collect {
    /// Whom it asks: the bytes of the bootstrap's peer id, so that nobody can ask another with it.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub bootstrap: Vec<u8>,
    /// When it asks.
    #[n(1)]
    pub at: Timestamp,
    /// Deposits up to this number are safe with the registry and may be deleted; it asks for what comes after.
    #[n(2)]
    pub after: u64,
    /// What the registry leaves for applicants; at most [`MAX_ANSWERS`].
    #[n(3)]
    pub answers: Vec<LeftAnswer>,
}

/// A sealed answer ([`super::Answer`]) that waits at a bootstrap until its applicant asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LeftAnswer {
    /// SHA-256 of the deposit that it answers: only who left that, or kept it, can know it.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub deposit: [u8; 32],
    /// The sealed answer.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SignedCollect {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signed: Vec<u8>,
    #[n(1)]
    chain: Chain,
}

/// A deposit as it waited.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Deposit {
    /// Its number at this bootstrap; they grow.
    #[n(0)]
    pub number: u64,
    /// When it was left, by the bootstrap's clock.
    #[n(1)]
    pub at: Timestamp,
    /// The sealed application, or whatever was left in its place.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Collected {
    /// What waits, by number.
    #[n(0)]
    pub deposits: Vec<Deposit>,
    /// Whether more waits: ask again after the last number.
    #[n(1)]
    pub more: bool,
}

/// Why a request or an answer was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CollectError {
    /// Not of the published form, or too large.
    #[error("the collection cannot be read: {0}")]
    Form(#[from] CborError),
    /// More than is accepted.
    #[error("the collection is larger than is accepted")]
    TooLarge,
    /// The registry's certificate is not good.
    #[error("whoever asks is not this network's registry: {0}")]
    Chain(#[from] ChainError),
    /// The signature is not the registry's.
    #[error("the request is not signed by the registry: {0}")]
    Signature(#[from] SignedError),
    /// Signed with another certificate than the one that is shown.
    #[error("the request is signed in the name of another certificate than the one that comes with it")]
    AnotherSigner,
    /// Meant for another bootstrap.
    #[error("the request is for another bootstrap node")]
    AnotherBootstrap,
    /// Made too long ago, or by a clock that is ahead.
    #[error("the request was made more than {WINDOW} seconds from now; check both clocks")]
    Time,
}

/// Signs a request; `chain` is the one of the registry's certificate.
#[must_use]
pub fn collect_request(collect: &Collect, key: &SecretKey, chain: &Chain) -> Vec<u8> {
    let signed = signed::sign(Kind::Collect, key, &chain.fingerprint(), cbor::encode(collect));
    cbor::encode(&SignedCollect {
        signed,
        chain: chain.clone(),
    })
}

/// Reads a request that came to the bootstrap named `me` (the bytes of its peer id), and verifies it to the root.
///
/// # Errors
/// [`CollectError`], telling why it is not answered.
pub fn read_collect_request<A: Anchors + ?Sized>(
    bytes: &[u8],
    me: &[u8],
    anchors: &A,
    now: Timestamp,
    revoked: Option<&RevocationList>,
) -> Result<(Collect, RegistryCertificate), CollectError> {
    let request: SignedCollect = cbor::decode_within(bytes, MAX_COLLECT_REQUEST)?;
    let registry = verify_registry(&request.chain, anchors, now, revoked)?;
    let parsed = signed::parse(&request.signed)?;
    if parsed.signer() != registry.fingerprint {
        return Err(CollectError::AnotherSigner);
    }
    let collect: Collect = cbor::decode(&parsed.verify(Kind::Collect, &registry.key)?)?;
    if collect.bootstrap != me {
        return Err(CollectError::AnotherBootstrap);
    }
    if collect.answers.len() > MAX_ANSWERS {
        return Err(CollectError::TooLarge);
    }
    if now.since(collect.at) > WINDOW || collect.at.since(now) > WINDOW {
        return Err(CollectError::Time);
    }
    Ok((collect, registry))
}

impl Collected {
    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads an answer to a request with this `after`.
    ///
    /// # Errors
    /// [`CollectError::Form`] or [`CollectError::TooLarge`] when it is not one.
    pub fn read(bytes: &[u8], after: u64) -> Result<Self, CollectError> {
        let collected: Self = cbor::decode_within(bytes, MAX_COLLECTED)?;
        let too_much = collected.deposits.len() > MAX_DEPOSITS
            || collected
                .deposits
                .iter()
                .any(|deposit| deposit.sealed.len() > MAX_DEPOSIT);
        if too_much {
            return Err(CollectError::TooLarge);
        }
        let grows = collected.deposits.iter().try_fold(after, |last, deposit| {
            (deposit.number > last).then_some(deposit.number)
        });
        if grows.is_none() || (collected.more && collected.deposits.is_empty()) {
            return Err(CollectError::Form(CborError::Malformed(
                "the numbers do not grow".to_owned(),
            )));
        }
        Ok(collected)
    }
}

/// A drop box takes up to this, bytes: somewhat more than an application can have.
const MAX_DEPOSIT: usize = 3 << 20;
const _: () = assert!(MAX_SEALED < MAX_DEPOSIT);
