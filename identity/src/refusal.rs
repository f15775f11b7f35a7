//! Why a chain is refused, with a stable word and a sentence in both languages.

use thiserror::Error;

use crate::anchor::MAX_ROOTS;
use crate::fault::{Fault, Position, Utc};
use crate::pem::PemError;
use crate::revocation::RevocationReason;
use crate::time::Timestamp;

/// Why a chain was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Not PEM, or of another kind.
    #[error("the certificates cannot be read: {0}")]
    Pem(#[from] PemError),
    /// Not one end certificate and one issuing authority's; or, for a root, not one certificate.
    #[error("the chain has {got} certificates; it needs the end certificate and its issuing authority's")]
    Length {
        /// How many there are.
        got: usize,
    },
    /// A certificate of the chain is not acceptable.
    #[error("the {at} certificate is refused: {fault}")]
    Refused {
        /// Which one.
        at: Position,
        /// Why.
        fault: Fault,
    },
    /// The end certificate was revoked, or is suspended ([`RevocationReason::CertificateHold`]).
    #[error("{}; ask the registry", revoked(*reason, *since))]
    Revoked {
        /// Why.
        reason: RevocationReason,
        /// Since when.
        since: Timestamp,
    },
    /// The revocation list that was given is of another authority, so it says nothing about this certificate.
    #[error("the revocation list was issued by another authority than the certificate")]
    AnothersRevocationList,
    /// More successors of a root than are kept.
    #[error("more than {MAX_ROOTS} roots were announced for this network; ask its registry")]
    TooManyRoots,
}

/// That it was revoked, or is suspended, which may end.
fn revoked(reason: RevocationReason, since: Timestamp) -> String {
    match reason {
        RevocationReason::CertificateHold => format!("the certificate is suspended since {}", Utc(since)),
        reason => format!(
            "the certificate was revoked ({}) at {}",
            reason.as_str(),
            Utc(since)
        ),
    }
}

impl ChainError {
    /// A stable word for programs, kebab-case. A fault of another certificate than the end certificate has its place
    /// before it, for example `issuing-expired`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pem(error) => error.code(),
            Self::Length { .. } => "chain-length",
            Self::Refused { at, fault } => fault.code_at(*at),
            Self::Revoked {
                reason: RevocationReason::CertificateHold,
                ..
            } => "on-hold",
            Self::Revoked { .. } => "revoked",
            Self::AnothersRevocationList => "crl-of-another-authority",
            Self::TooManyRoots => "too-many-roots",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Pem(error) => format!("証明書を読み取れません:{}", error.japanese()),
            Self::Length { got } => {
                format!("証明書の連なりが{got}枚です。利用者証明書と発行認証局の証明書の2枚が必要です")
            }
            Self::Refused { at, fault } => {
                format!("{}を受け付けられません:{}", at.japanese(), fault.japanese())
            }
            Self::Revoked {
                reason: RevocationReason::CertificateHold,
                since,
            } => format!(
                "この証明書は{}から一時停止されています。登録機関に問い合わせてください",
                Utc(*since)
            ),
            Self::Revoked { reason, since } => format!(
                "この証明書は{}に失効しました({})。登録機関に問い合わせてください",
                Utc(*since),
                reason.japanese()
            ),
            Self::AnothersRevocationList => {
                "失効リストがこの証明書の発行認証局のものではありません".to_owned()
            }
            Self::TooManyRoots => {
                format!(
                    "このネットワークのルートが{MAX_ROOTS}個を超えて告知されました。登録機関に問い合わせてください"
                )
            }
        }
    }
}
