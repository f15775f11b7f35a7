//! Why an application was refused, before anybody looked at it.

use thiserror::Error;

use super::evidence::{MAX_EVIDENCE, MAX_EVIDENCE_PIECES};
use crate::cbor::CborError;
use crate::request::RequestError;
use crate::signed::SignedError;

/// Why an application was not made or not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// Larger than it may be.
    #[error("the {part} of {got} bytes is larger than the {limit} that are accepted")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// Its length, bytes.
        got: usize,
        /// The most, bytes.
        limit: usize,
    },
    /// Not of the published form.
    #[error("this is not an application: {0}")]
    Form(#[from] CborError),
    /// Written by a newer program.
    #[error("the application has format {0}, which this program does not know; use a newer program")]
    Format(u8),
    /// The signature on it is not good.
    #[error("the application is not signed as it must be: {0}")]
    Signature(#[from] SignedError),
    /// The request in it is not good.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Signed in the name of another request.
    #[error("the signature on the application names another request than the one in it")]
    AnotherRequest,
    /// A claim is empty, too long or of the wrong form.
    #[error("the {field} is not acceptable: {why}")]
    Claim {
        /// Which one.
        field: &'static str,
        /// Why.
        why: &'static str,
    },
    /// More attachments than it may have.
    #[error("an application has at most {MAX_EVIDENCE_PIECES} attachments of together {MAX_EVIDENCE} bytes")]
    TooMuchEvidence,
    /// The content of an attachment is none of the kinds that are accepted.
    #[error("{name:?} is neither PNG, JPEG nor PDF by its first bytes; attach it as one of these")]
    MediaType {
        /// The attachment.
        name: String,
    },
    /// An attachment is not the one that was signed.
    #[error("attachment {index} is not the one that the applicant signed")]
    EvidenceAltered {
        /// Which one, from 0.
        index: usize,
    },
}

impl ApplicationError {
    /// A stable word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "application-too-large",
            Self::Form(_) => "application-form",
            Self::Format(_) => "application-format",
            Self::Signature(_) => "application-signature",
            Self::Request(_) => "application-request",
            Self::AnotherRequest => "application-another-request",
            Self::Claim { .. } => "application-claim",
            Self::TooMuchEvidence => "application-too-much-evidence",
            Self::MediaType { .. } => "application-media-type",
            Self::EvidenceAltered { .. } => "application-evidence-altered",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::TooLarge { got, limit, .. } => {
                format!("{got}バイトあり、受け付ける上限の{limit}バイトを超えています")
            }
            Self::Form(_) => "申請書の形式ではありません".to_owned(),
            Self::Format(format) => {
                format!("申請書の形式{format}はこのプログラムでは読めません。新しい版を使ってください")
            }
            Self::Signature(_) => "申請書の署名が正しくありません".to_owned(),
            Self::Request(_) => "申請書に含まれる証明書要求が正しくありません".to_owned(),
            Self::AnotherRequest => "申請書の署名が別の証明書要求を指しています".to_owned(),
            Self::Claim { field, .. } => format!("申請事項({field})が受け付けられない内容です"),
            Self::TooMuchEvidence => {
                format!("添付は{MAX_EVIDENCE_PIECES}点まで、合計{MAX_EVIDENCE}バイトまでです")
            }
            Self::MediaType { name } => {
                format!("{name}はPNG・JPEG・PDFのいずれでもありません。いずれかの形式で添付してください")
            }
            Self::EvidenceAltered { index } => {
                format!("添付{}が申請者の署名したものと異なります", index + 1)
            }
        }
    }
}

/// Why an application was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The registry's key is not an X-Wing public key, or its identifier is another key's.
    #[error("the registry's application key is not a good one; get the newest register")]
    NotAKey,
    /// Larger than it may be.
    #[error("{got} bytes are more than the {limit} of an application")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
        /// The most, bytes.
        limit: usize,
    },
    /// Not a sealed application.
    #[error("this is not a sealed application: {0}")]
    Malformed(#[from] CborError),
    /// Sealed to a key that is not here. Which keys there are is public.
    #[error("it is sealed to another registry's key, or to one that was destroyed; have it sealed again")]
    NoSuchKey,
    /// Anything else, without telling what.
    #[error("the sealed application cannot be opened: it was altered or made for another registry")]
    DoesNotOpen,
}

impl SealError {
    /// A stable word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAKey => "sealed-bad-key",
            Self::TooLarge { .. } => "sealed-too-large",
            Self::Malformed(_) => "sealed-malformed",
            Self::NoSuchKey => "sealed-no-such-key",
            Self::DoesNotOpen => "sealed-does-not-open",
        }
    }
}
