//! How the registry takes what waits for it at a bootstrap node: a request that only the registry can make, and its
//! answer.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::seal::MAX_SEALED;
use crate::cbor::{self, CborError};
use crate::certificate::RegistryCertificate;
use crate::chain::{Anchors, Chain, ChainError, verify_registry};
use crate::key::{PublicKey, SecretKey};
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
const MAX_DEPOSITS: u64 = 256;

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

/// The answer as it travels: signed by the bootstrap that was asked, for the very question. The registry says with its
/// next question what may be deleted, so nobody else may tell it how far it has come.
#[derive(Encode, Decode)]
#[cbor(array)]
struct SignedAnswer {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signature: [u8; 64],
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    collected: Vec<u8>,
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
    #[cbor(with = "deposits")]
    pub deposits: Vec<Deposit>,
    /// Whether more waits: ask again after the last number.
    #[n(1)]
    pub more: bool,
}

/// Deposits; how many there are is looked at before any is taken.
mod deposits {
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};
    use minicbor::{Decode, Encode};

    use super::{Deposit, MAX_DEPOSITS};
    use crate::cbor::bounded_array;

    pub(super) fn encode<C, W: Write>(
        deposits: &[Deposit],
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        deposits.encode(encoder, context)
    }

    pub(super) fn decode<C>(
        decoder: &mut Decoder<'_>,
        context: &mut C,
    ) -> Result<Vec<Deposit>, decode::Error> {
        let length = bounded_array(decoder, MAX_DEPOSITS)?;
        (0..length).map(|_| Deposit::decode(decoder, context)).collect()
    }
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
    /// The answer was not signed by the bootstrap that was asked, or answers another question.
    #[error(
        "the answer is not of the bootstrap that was asked; check the address, and that nobody stands between"
    )]
    AnotherAnswers,
    /// The peer id has no key in it.
    #[error("the bootstrap's peer id is not that of an Ed25519 key; it must run a program of this network")]
    NoKey,
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
    /// The answer to `request` ([`collect_request`]), signed with the bootstrap's own key.
    #[must_use]
    pub fn answer(&self, request: &[u8], key: &SecretKey) -> Vec<u8> {
        let collected = cbor::encode(self);
        cbor::encode(&SignedAnswer {
            signature: key.sign(&signed_bytes(request, &collected)),
            collected,
        })
    }

    /// Reads the answer to `request`, which asked `question`: signed by the bootstrap that was asked, and with what
    /// comes after what it asked for.
    ///
    /// # Errors
    /// [`CollectError`], telling why it is not believed.
    pub fn read(bytes: &[u8], question: &Collect, request: &[u8]) -> Result<Self, CollectError> {
        let answer: SignedAnswer = cbor::decode_within(bytes, MAX_COLLECTED)?;
        let key = key_of(&question.bootstrap).ok_or(CollectError::NoKey)?;
        key.verify(&signed_bytes(request, &answer.collected), &answer.signature)
            .map_err(|_| CollectError::AnotherAnswers)?;
        let collected: Self = cbor::decode_within(&answer.collected, MAX_COLLECTED)?;
        let too_large = |deposit: &Deposit| deposit.sealed.len() > MAX_DEPOSIT;
        if collected.deposits.iter().any(too_large) {
            return Err(CollectError::TooLarge);
        }
        let grows = collected
            .deposits
            .iter()
            .try_fold(question.after, |last, deposit| {
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

/// "dokuei/collected/1" ‖ SHA-256 of the request ‖ SHA-256 of the answer.
fn signed_bytes(request: &[u8], collected: &[u8]) -> Vec<u8> {
    let (request, collected) = (Sha256::digest(request), Sha256::digest(collected));
    [b"dokuei/collected/1".as_slice(), &request, &collected].concat()
}

/// The key in the bytes of a peer id of the libp2p specification: an identity multihash of an Ed25519 key.
fn key_of(peer_id: &[u8]) -> Option<PublicKey> {
    let key = peer_id.strip_prefix(&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20])?;
    PublicKey::from_bytes(key.try_into().ok()?).ok()
}

/// A drop box takes up to this, bytes: somewhat more than an application can have.
const MAX_DEPOSIT: usize = 3 << 20;
const _: () = assert!(MAX_SEALED < MAX_DEPOSIT);
