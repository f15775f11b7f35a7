//! Evidence: images and PDF, recognised by their first bytes and never run.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ApplicationError;
use crate::certificate::UnknownWord;
use crate::text::misleads;

/// The most evidence of one application, bytes.
pub const MAX_EVIDENCE: usize = 2 << 20;
/// The most attachments of one application.
pub const MAX_EVIDENCE_PIECES: usize = 16;
/// The longest name of an attachment, characters.
const LONGEST_NAME: usize = 128;

/// What an attachment is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// The licence to practise (免許証).
    #[n(0)]
    Licence,
    /// A specialist's certificate (専門医認定証).
    #[n(1)]
    Qualification,
    /// An identity document with a photograph.
    #[n(2)]
    Identity,
    /// That the applicant works for the institution, or that it is one.
    #[n(3)]
    Institution,
    /// Anything else.
    #[n(4)]
    Other,
}

impl EvidenceKind {
    /// The word on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Qualification => "qualification",
            Self::Identity => "identity",
            Self::Institution => "institution",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EvidenceKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [
            Self::Licence,
            Self::Qualification,
            Self::Identity,
            Self::Institution,
            Self::Other,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| UnknownWord {
            given: text.to_owned(),
            known: "licence, qualification, identity, institution, other",
        })
    }
}

/// What kinds of file are accepted. Found out from the content, never believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum MediaType {
    /// Portable Network Graphics.
    #[n(0)]
    #[serde(rename = "image/png")]
    Png,
    /// JPEG File Interchange Format or Exif.
    #[n(1)]
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// Portable Document Format.
    #[n(2)]
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// The kind of file that these bytes begin (PNG §5.2, JFIF start of image, ISO 32000 §7.5.2).
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        if content.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if content.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if content.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// The registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }

    /// The usual end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Pdf => "pdf",
        }
    }
}

/// One attachment.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is to show.
    pub kind: EvidenceKind,
    /// Its file's name, for people.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Evidence({}, {} bytes)", self.kind, self.content.len())
    }
}

/// An attachment as the signed statement names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Encode, Decode)]
#[cbor(array)]
pub struct EvidenceLabel {
    /// What it is to show.
    #[n(0)]
    pub kind: EvidenceKind,
    /// Its file's name, for people; never used as a path.
    #[n(1)]
    pub name: String,
    /// What its first bytes say.
    #[n(2)]
    pub media_type: MediaType,
    /// Its length, bytes.
    #[n(3)]
    pub length: u64,
    /// SHA-256 of it.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "hexadecimal")]
    pub sha256: [u8; 32],
}

fn hexadecimal<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

impl EvidenceLabel {
    /// The label of an attachment.
    ///
    /// # Errors
    /// [`ApplicationError`] when its name or its content is not acceptable.
    pub fn of(evidence: &Evidence) -> Result<Self, ApplicationError> {
        let media_type = MediaType::of(&evidence.content).ok_or_else(|| ApplicationError::MediaType {
            name: evidence.name.clone(),
        })?;
        let label = Self {
            kind: evidence.kind,
            name: evidence.name.clone(),
            media_type,
            length: evidence.content.len() as u64,
            sha256: Sha256::digest(&evidence.content).into(),
        };
        label.check()?;
        Ok(label)
    }

    fn check(&self) -> Result<(), ApplicationError> {
        let refused = |why| {
            Err(ApplicationError::Claim {
                field: "attachment's name",
                why,
            })
        };
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            return refused("it has 1 to 128 characters");
        }
        if self.name.chars().any(|c| misleads(c) || matches!(c, '/' | '\\')) {
            return refused("it is a file's name, not a path");
        }
        Ok(())
    }

    /// Whether `content` is what was signed.
    fn names(&self, content: &[u8]) -> bool {
        self.length == content.len() as u64
            && <[u8; 32]>::from(Sha256::digest(content)) == self.sha256
            && MediaType::of(content) == Some(self.media_type)
    }
}

/// Checks what the labels alone tell.
pub(super) fn check_labels(labels: &[EvidenceLabel]) -> Result<(), ApplicationError> {
    let total: u64 = labels
        .iter()
        .map(|label| label.length)
        .fold(0, u64::saturating_add);
    if labels.len() > MAX_EVIDENCE_PIECES || total > MAX_EVIDENCE as u64 {
        return Err(ApplicationError::TooMuchEvidence);
    }
    labels.iter().try_for_each(EvidenceLabel::check)
}

/// Checks that the attachments are the ones that the labels name, in their order.
pub(super) fn check_contents(labels: &[EvidenceLabel], contents: &[Vec<u8>]) -> Result<(), ApplicationError> {
    if labels.len() != contents.len() {
        return Err(ApplicationError::EvidenceAltered {
            index: labels.len().min(contents.len()),
        });
    }
    match labels
        .iter()
        .zip(contents)
        .position(|(label, content)| !label.names(content))
    {
        Some(index) => Err(ApplicationError::EvidenceAltered { index }),
        None => Ok(()),
    }
}
