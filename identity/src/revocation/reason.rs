//! The reasons of RFC 5280 §5.3.1.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use x509_cert::ext::pkix::CrlReason;

use crate::certificate::UnknownWord;

/// Why a certificate no longer holds (RFC 5280 §5.3.1), without the reasons that only authorities have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RevocationReason {
    /// Not said.
    Unspecified,
    /// The key came, or may have come, into other hands; also a lost device.
    KeyCompromise,
    /// The holder left the institution.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The holder ceased to practise, or the node was taken out of service.
    CessationOfOperation,
    /// Suspended for now.
    CertificateHold,
    /// The licence or a qualification was withdrawn.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason, with the word of RFC 5280.
    pub(super) const TABLE: [(Self, &'static str, CrlReason); 7] = [
        (Self::Unspecified, "unspecified", CrlReason::Unspecified),
        (Self::KeyCompromise, "keyCompromise", CrlReason::KeyCompromise),
        (
            Self::AffiliationChanged,
            "affiliationChanged",
            CrlReason::AffiliationChanged,
        ),
        (Self::Superseded, "superseded", CrlReason::Superseded),
        (
            Self::CessationOfOperation,
            "cessationOfOperation",
            CrlReason::CessationOfOperation,
        ),
        (
            Self::CertificateHold,
            "certificateHold",
            CrlReason::CertificateHold,
        ),
        (
            Self::PrivilegeWithdrawn,
            "privilegeWithdrawn",
            CrlReason::PrivilegeWithdrawn,
        ),
    ];

    /// The word of RFC 5280, for example `keyCompromise`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .map_or("unspecified", |row| row.1)
    }

    /// Its name in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Unspecified => "理由の記載なし",
            Self::KeyCompromise => "鍵の危殆化",
            Self::AffiliationChanged => "所属の変更",
            Self::Superseded => "証明書の更新",
            Self::CessationOfOperation => "利用の終了",
            Self::CertificateHold => "一時停止",
            Self::PrivilegeWithdrawn => "資格の取消し",
        }
    }

    pub(super) fn code(self) -> CrlReason {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .map_or(CrlReason::Unspecified, |row| row.2)
    }
}

impl FromStr for RevocationReason {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::TABLE
            .iter()
            .find(|row| row.1 == text)
            .map(|row| row.0)
            .ok_or_else(|| UnknownWord {
                given: text.to_owned(),
                known: "unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, \
                    certificateHold, privilegeWithdrawn",
            })
    }
}
