//! The statement that an applicant signs, and the document that carries it with its evidence.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::claims::{Claims, Contact};
use super::error::ApplicationError;
use super::evidence::{
    Evidence, EvidenceLabel, MAX_EVIDENCE, MAX_EVIDENCE_PIECES, check_contents, check_labels,
};
use crate::cbor;
use crate::fingerprint::Fingerprint;
use crate::kem::KemPublicKey;
use crate::key::SecretKey;
use crate::request::{self, Request};
use crate::signed::{self, Kind};
use crate::time::Timestamp;

/// The version of the statement that is written and read.
const FORMAT: u8 = 1;
/// The largest statement with its signature, bytes.
pub const MAX_STATEMENT: usize = 64 << 10;
/// The largest HPKI countersignature, bytes of DER.
pub const MAX_COUNTERSIGNATURE: usize = 64 << 10;
/// The largest application, bytes.
pub const MAX_APPLICATION: usize = super::padding::MOST;

/// The name of an application: the first 16 bytes of the SHA-256 of its statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct ApplicationId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 16],
);

impl ApplicationId {
    fn of(statement: &[u8]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(statement)[..16]);
        Self(id)
    }

    /// A name that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationId({self})")
    }
}

impl FromStr for ApplicationId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id)?;
        Ok(Self(id))
    }
}

impl Serialize for ApplicationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct Application {
    #[n(0)]
    format: u8,
    /// The root of the network that it is for: one made for another network's registry says nothing here.
    #[n(1)]
    pub root: Fingerprint,
    /// When it was made, by the applicant's clock.
    #[n(2)]
    pub made_at: Timestamp,
    /// The PKCS#10 request, PEM.
    #[n(3)]
    pub request: String,
    /// What is claimed.
    #[n(4)]
    pub claims: Claims,
    /// How to reach the applicant.
    #[n(5)]
    pub contact: Contact,
    /// The attachments, by their hashes.
    #[n(6)]
    pub evidence: Vec<EvidenceLabel>,
    /// What an answer is sealed to ([`super::Answer`]): an X-Wing key that was made for this application.
    #[n(7)]
    #[serde(skip)]
    pub reply: Option<KemPublicKey>,
}

/// What an application is made from.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The network's root.
    pub root: Fingerprint,
    /// Now.
    pub made_at: Timestamp,
    /// What is claimed.
    pub claims: Claims,
    /// How to reach the applicant.
    pub contact: Contact,
    /// The attachments.
    pub evidence: Vec<Evidence>,
    /// What an answer is to be sealed to.
    pub reply: Option<KemPublicKey>,
}

impl Draft {
    /// Whether an application can be made of it, before any key is touched.
    ///
    /// # Errors
    /// [`ApplicationError`], telling which claim or attachment is not acceptable.
    pub fn check(&self) -> Result<(), ApplicationError> {
        self.claims.check()?;
        self.contact.check()?;
        check_labels(&self.labels()?)
    }

    fn labels(&self) -> Result<Vec<EvidenceLabel>, ApplicationError> {
        self.evidence.iter().map(EvidenceLabel::of).collect()
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Envelope {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signed: Vec<u8>,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    countersignature: Option<Vec<u8>>,
    #[n(2)]
    #[cbor(with = "pieces")]
    contents: Vec<Vec<u8>>,
}

/// The attachments.
mod pieces {
    use minicbor::decode::{self, Decoder};
    use minicbor::encode::{self, Encoder, Write};

    use super::{MAX_EVIDENCE, MAX_EVIDENCE_PIECES};
    use crate::cbor::{decode_list, encode_list};

    pub(super) fn encode<C, W: Write>(
        pieces: &[Vec<u8>],
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        encode_list(pieces, encoder)
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, decode::Error> {
        decode_list(decoder, MAX_EVIDENCE_PIECES as u64, MAX_EVIDENCE)
    }
}

/// An application that its applicant signed, with a request that shows her key to be held and with the very evidence
/// that she named. What it claims is still only claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedApplication {
    application: Application,
    request: Request,
    statement: Vec<u8>,
    signed: Vec<u8>,
    countersignature: Option<Vec<u8>>,
    contents: Vec<Vec<u8>>,
}

impl fmt::Debug for SignedApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its content is personal data.
        write!(f, "SignedApplication({})", self.id())
    }
}

impl SignedApplication {
    /// Makes an application for `key`, and signs it with that key.
    ///
    /// # Errors
    /// [`ApplicationError`], telling which claim or attachment is not acceptable.
    pub fn make(key: &SecretKey, draft: Draft) -> Result<Self, ApplicationError> {
        let application = Application {
            format: FORMAT,
            root: draft.root,
            made_at: draft.made_at,
            request: request::make(key, draft.claims.common_name())?,
            evidence: draft.labels()?,
            claims: draft.claims,
            contact: draft.contact,
            reply: draft.reply,
        };
        application.check()?;
        let statement = cbor::encode(&application);
        let signed = signed::sign(Kind::Application, key, &application.signer(), statement.clone());
        within("statement", signed.len(), MAX_STATEMENT)?;
        Ok(Self {
            request: request::read(&application.request)?,
            application,
            statement,
            signed,
            countersignature: None,
            contents: draft
                .evidence
                .into_iter()
                .map(|evidence| evidence.content)
                .collect(),
        })
    }

    /// Reads an application from outside: bounded, signed with the key that its request shows to be held, with the
    /// evidence that it names. A countersignature is not looked at here: that takes HPKI's roots ([`crate::hpki`]).
    ///
    /// # Errors
    /// [`ApplicationError`], telling what is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, ApplicationError> {
        within("application", bytes.len(), MAX_APPLICATION)?;
        let envelope: Envelope = cbor::decode_within(bytes, MAX_APPLICATION)?;
        within("statement", envelope.signed.len(), MAX_STATEMENT)?;
        check_countersignature(envelope.countersignature.as_deref())?;
        let parsed = signed::parse(&envelope.signed)?;
        let application: Application = cbor::decode(parsed.unverified_payload())?;
        if application.format != FORMAT {
            return Err(ApplicationError::Format(application.format));
        }
        let request = request::read(&application.request)?;
        if parsed.signer() != application.signer() {
            return Err(ApplicationError::AnotherRequest);
        }
        let statement = parsed.verify(Kind::Application, &request.key)?;
        application.check()?;
        check_contents(&application.evidence, &envelope.contents)?;
        Ok(Self {
            application,
            request,
            statement,
            signed: envelope.signed,
            countersignature: envelope.countersignature,
            contents: envelope.contents,
        })
    }

    /// The encoding, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(&Envelope {
            signed: self.signed.clone(),
            countersignature: self.countersignature.clone(),
            contents: self.contents.clone(),
        })
    }

    /// With the CMS signature (RFC 5652, DER) of an HPKI card over [`Self::bytes_to_sign`].
    ///
    /// # Errors
    /// [`ApplicationError::TooLarge`].
    pub fn with_countersignature(mut self, cms: Vec<u8>) -> Result<Self, ApplicationError> {
        check_countersignature(Some(&cms))?;
        self.countersignature = Some(cms);
        Ok(self)
    }

    /// What an HPKI card signs: the statement, which names the evidence by its hashes.
    #[must_use]
    pub fn bytes_to_sign(&self) -> &[u8] {
        &self.statement
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> ApplicationId {
        ApplicationId::of(&self.statement)
    }

    /// What it says.
    #[must_use]
    pub const fn application(&self) -> &Application {
        &self.application
    }

    /// The request, whose key signed it.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The HPKI countersignature, not verified.
    #[must_use]
    pub fn countersignature(&self) -> Option<&[u8]> {
        self.countersignature.as_deref()
    }

    /// An attachment with its label.
    #[must_use]
    pub fn evidence(&self, index: usize) -> Option<(&EvidenceLabel, &[u8])> {
        Some((self.application.evidence.get(index)?, self.contents.get(index)?))
    }
}

impl Application {
    /// There is no certificate yet that could name the signer: the hash of the request does.
    fn signer(&self) -> Fingerprint {
        Fingerprint::of(self.request.as_bytes())
    }

    fn check(&self) -> Result<(), ApplicationError> {
        self.claims.check()?;
        self.contact.check()?;
        check_labels(&self.evidence)
    }
}

fn check_countersignature(cms: Option<&[u8]>) -> Result<(), ApplicationError> {
    within(
        "countersignature",
        cms.map_or(0, <[u8]>::len),
        MAX_COUNTERSIGNATURE,
    )
}

fn within(part: &'static str, got: usize, limit: usize) -> Result<(), ApplicationError> {
    if got > limit {
        return Err(ApplicationError::TooLarge { part, got, limit });
    }
    Ok(())
}

// The largest of everything fits into the largest size.
const _: () = assert!(MAX_EVIDENCE + MAX_STATEMENT + MAX_COUNTERSIGNATURE + 256 <= MAX_APPLICATION);
