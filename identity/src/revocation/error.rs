//! Why a revocation list is refused, with a stable word and a sentence in both languages.

use thiserror::Error;

use crate::chain::ChainError;
use crate::fault::Utc;
use crate::pem::PemError;
use crate::revocation::MAX_LIST;
use crate::time::Timestamp;

/// What is wrong with a revocation list (RFC 5280 §5, and our profile).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListFault {
    /// Not signed with Ed25519.
    #[error("it is not signed with Ed25519")]
    Algorithm,
    /// Not version 2.
    #[error("it is not version 2")]
    Version,
    /// Does not tell when the next one comes (RFC 5280 §5.1.2.5).
    #[error("it does not tell when the next one comes")]
    NoNextUpdate,
    /// Ends before it begins.
    #[error("the next one comes before it")]
    Times,
    /// A time before 2050 as `GeneralizedTime` (RFC 5280 §5.1.2.4 to §5.1.2.6).
    #[error("a time before 2050 is not written as UTCTime")]
    TimeForm,
    /// No number, or one beyond 64 bits.
    #[error("it has no number, or one beyond 64 bits")]
    Number,
    /// Without the issuer's key identifier (RFC 5280 §5.2.1), or with more beside it.
    #[error("it has no authority key identifier that is one key's and nothing more")]
    NoAuthorityKeyId,
    /// An extension stands in it twice.
    #[error("an extension stands in it twice")]
    DuplicateExtension,
    /// An extension that is not known, or a critical one: a delta or partial list must not pass for a whole one.
    #[error("it has an extension that we do not know")]
    UnknownExtension,
    /// An entry without a good serial number.
    #[error("an entry has no good serial number")]
    EntrySerial,
    /// An entry with a reason that end certificates do not have.
    #[error("an entry has a reason that end certificates do not have")]
    EntryReason,
    /// Entries out of order, or one twice.
    #[error("its entries are not in order, or one stands in it twice")]
    EntryOrder,
    /// Encoding what was read gives other bytes.
    #[error("it is not in DER")]
    NotDer,
}

impl ListFault {
    const fn code(self) -> &'static str {
        match self {
            Self::Algorithm => "crl-signature-algorithm",
            Self::Version => "crl-version",
            Self::NoNextUpdate => "crl-next-update-missing",
            Self::Times => "crl-time-order",
            Self::TimeForm => "crl-time-form",
            Self::Number => "crl-number",
            Self::NoAuthorityKeyId => "crl-authority-key-identifier-missing",
            Self::DuplicateExtension => "crl-duplicate-extension",
            Self::UnknownExtension => "crl-unknown-extension",
            Self::EntrySerial => "crl-entry-serial-number",
            Self::EntryReason => "crl-entry-reason",
            Self::EntryOrder => "crl-entry-order",
            Self::NotDer => "crl-not-der",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Algorithm => "Ed25519で署名されていません",
            Self::Version => "版が2ではありません",
            Self::NoNextUpdate => "次回更新日時がありません",
            Self::Times => "次回更新日時が作成日時より前です",
            Self::TimeForm => "2050年より前の日時がUTCTimeで書かれていません",
            Self::Number => "番号がないか、64ビットを超えています",
            Self::NoAuthorityKeyId => "発行者鍵識別子がないか、鍵のほかのものを含んでいます",
            Self::DuplicateExtension => "拡張が2回現れます",
            Self::UnknownExtension => "未知の拡張があります",
            Self::EntrySerial => "項目のシリアル番号が正しくありません",
            Self::EntryReason => "項目の失効理由が利用者証明書のものではありません",
            Self::EntryOrder => "項目が番号順に並んでいないか、重複しています",
            Self::NotDer => "DER形式ではありません",
        }
    }
}

/// Why a revocation list was refused or not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Not PEM.
    #[error("the revocation list cannot be read: {0}")]
    Pem(#[from] PemError),
    /// Larger than [`MAX_LIST`].
    #[error("a revocation list of {got} bytes is larger than the {MAX_LIST} that are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a CRL, or not in DER.
    #[error("this is not a revocation list: {0}")]
    Malformed(String),
    /// Something that our profile needs is missing or of another value.
    #[error("the revocation list is not of our profile: {0}")]
    Profile(ListFault),
    /// The issuer's chain is not good.
    #[error("the issuer of the revocation list is not good: {0}")]
    Issuer(#[from] ChainError),
    /// It was not signed by the issuing authority of the chain.
    #[error("the revocation list was not signed by this issuing authority")]
    Signature,
    /// It was made at a time that has not come.
    #[error("the revocation list was made in the future; check the clock of this computer")]
    FromTheFuture,
    /// Another authority's name or key stands in it.
    #[error("the revocation list was issued by another authority than that of the chain")]
    AnotherIssuer,
    /// The next list was due before `since`; [`RevocationList::check_current`] only.
    #[error("the revocation list was to be replaced by {}; fetch the newest one", Utc(*since))]
    Expired {
        /// When the next was due.
        since: Timestamp,
    },
}

impl RevocationError {
    /// A stable word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pem(PemError::TooLarge { .. }) | Self::TooLarge { .. } => "crl-too-large",
            Self::Pem(PemError::Label { .. }) => "crl-pem-label",
            Self::Pem(_) => "crl-pem-malformed",
            Self::Malformed(_) => "crl-malformed",
            Self::Profile(fault) => fault.code(),
            Self::Issuer(error) => error.code(),
            Self::Signature => "crl-signature",
            Self::FromTheFuture => "crl-from-the-future",
            Self::AnotherIssuer => "crl-of-another-authority",
            Self::Expired { .. } => "crl-expired",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Pem(error) => format!("失効リストを読み取れません:{}", error.japanese()),
            Self::TooLarge { got } => {
                format!("失効リストが{got}バイトあり、受け付ける上限の{MAX_LIST}バイトを超えています")
            }
            Self::Malformed(what) => format!("失効リストとして読めません({what})"),
            Self::Profile(fault) => format!("失効リストが定められた形ではありません:{}", fault.japanese()),
            Self::Issuer(error) => format!("失効リストの発行者に問題があります:{}", error.japanese()),
            Self::Signature => "失効リストの署名が発行認証局のものではありません".to_owned(),
            Self::FromTheFuture => {
                "失効リストの作成日時が未来です。この端末の時計を確かめてください".to_owned()
            }
            Self::AnotherIssuer => "失効リストがこの証明書の発行認証局のものではありません".to_owned(),
            Self::Expired { since } => format!(
                "失効リストの次回更新日時({})を過ぎています。最新のものを取得してください",
                Utc(*since)
            ),
        }
    }
}
