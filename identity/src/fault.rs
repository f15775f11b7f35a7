//! Why one certificate of a chain is refused: one reason each, so that whoever reads a log knows what to change.
//!
//! Each reason has a stable word for programs ([`Fault::code`]) and a sentence in English (`Display`) and in Japanese
//! ([`Fault::japanese`]).

use std::fmt;

use der::DateTime;
use thiserror::Error;

use crate::fault_words::codes;
use crate::time::Timestamp;

/// Which certificate of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// The practitioner's, node's or registry's.
    End,
    /// The issuing authority's.
    Issuing,
    /// The root.
    Root,
    /// The certificate by which a root names its successor (RFC 4210 §4.4, `newWithOld`).
    Cross,
}

impl Position {
    /// Its name in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::End => "利用者証明書",
            Self::Issuing => "発行認証局の証明書",
            Self::Root => "ルート証明書",
            Self::Cross => "ルート更新の相互認証証明書",
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "end",
            Self::Issuing => "issuing authority's",
            Self::Root => "root",
            Self::Cross => "root's cross",
        })
    }
}

/// An extension of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// RFC 5280 §4.2.1.9.
    BasicConstraints,
    /// RFC 5280 §4.2.1.3.
    KeyUsage,
    /// RFC 5280 §4.2.1.2.
    SubjectKeyId,
    /// RFC 5280 §4.2.1.1.
    AuthorityKeyId,
    /// RFC 5280 §4.2.1.4.
    Policies,
    /// RFC 5280 §4.2.1.8, with `hcRole`.
    DirectoryAttributes,
    /// RFC 5280 §4.2.1.13.
    RevocationListAddress,
    /// Ours, a practitioner's.
    LicenceInfo,
    /// Ours, a node's.
    DeviceInfo,
}

impl Part {
    /// Its name in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::BasicConstraints => "基本制約",
            Self::KeyUsage => "鍵用途",
            Self::SubjectKeyId => "主体者鍵識別子",
            Self::AuthorityKeyId => "発行者鍵識別子",
            Self::Policies => "証明書ポリシー",
            Self::DirectoryAttributes => "主体者ディレクトリ属性",
            Self::RevocationListAddress => "失効リストの所在",
            Self::LicenceInfo => "免許情報",
            Self::DeviceInfo => "機器情報",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BasicConstraints => "basic constraints",
            Self::KeyUsage => "key usage",
            Self::SubjectKeyId => "subject key identifier",
            Self::AuthorityKeyId => "authority key identifier",
            Self::Policies => "certificate policies",
            Self::DirectoryAttributes => "subject directory attributes",
            Self::RevocationListAddress => "address of the revocation list",
            Self::LicenceInfo => "licence information",
            Self::DeviceInfo => "device information",
        })
    }
}

/// A time as people read it: UTC, RFC 3339.
pub(crate) struct Utc(pub(crate) Timestamp);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_unix_duration(std::time::Duration::from_secs(self.0.0)) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "{} (Unix time)", self.0.0),
        }
    }
}

/// What is wrong with a certificate (RFC 5280 §4 and §6, and the profile of [`crate::issue`]).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Larger than [`crate::chain::MAX_CERTIFICATE`].
    #[error("it has {got} bytes, more than are accepted")]
    TooLarge {
        /// Its length, bytes.
        got: usize,
    },
    /// Not a certificate.
    #[error("it is not an X.509 certificate ({0})")]
    Malformed(String),
    /// Encoding what was read gives other bytes.
    #[error("it is not in DER")]
    NotDer,
    /// Bytes follow what was read.
    #[error("bytes follow it")]
    Trailing,
    /// Not version 3.
    #[error("its version is not 3")]
    Version,
    /// Zero, negative or longer than 20 bytes.
    #[error("its serial number is not a positive number of at most 20 bytes")]
    Serial,
    /// Signed by another algorithm, or the two places that name it differ.
    #[error("its signature algorithm is not Ed25519")]
    Algorithm,
    /// Certifies a key of another kind.
    #[error("its key is not an Ed25519 key")]
    Key,
    /// It ends before it begins.
    #[error("its validity ends before it begins")]
    Validity,
    /// A year up to 2049 not as `UTCTime`, or a later one so (RFC 5280 §4.1.2.5).
    #[error("its validity is not written in the form that RFC 5280 prescribes")]
    TimeForm,
    /// Has an issuer or subject unique identifier, which RFC 5280 §4.1.2.8 forbids.
    #[error("it has a unique identifier, which RFC 5280 forbids")]
    UniqueId,
    /// An extension stands in it twice.
    #[error("the extension {0} stands in it twice")]
    DuplicateExtension(String),
    /// A critical extension that is not known here.
    #[error("the critical extension {0} is unknown")]
    UnknownCritical(String),
    /// An extension that must be there is not.
    #[error("it has no {0}")]
    Missing(Part),
    /// An extension is critical and must not be, or the other way round.
    #[error("the criticality of its {0} is wrong")]
    Criticality(Part),
    /// An extension cannot be read, or its content is not in DER.
    #[error("its {0} cannot be read")]
    Extension(Part),
    /// The key identifier is not that of its key.
    #[error("its subject key identifier does not belong to its key")]
    SubjectKeyId,
    /// Its issuer has another name.
    #[error("it was issued by somebody of another name")]
    IssuerName,
    /// Its issuer has another key.
    #[error("it was issued under another key")]
    AuthorityKeyId,
    /// The signature is not its issuer's.
    #[error("its signature is not its issuer's")]
    Signature,
    /// An authority without the CA bit.
    #[error("it may not issue certificates")]
    NotAnAuthority,
    /// An end certificate with the CA bit.
    #[error("it is an authority's, where a practitioner's or node's belongs")]
    IsAnAuthority,
    /// The path length does not allow this chain.
    #[error("its path length does not fit its place in the chain")]
    PathLength,
    /// The key usage is not the one of its place in the chain.
    #[error("its key usage does not fit its place in the chain")]
    KeyUsage,
    /// It has an extended key usage, which narrows it to purposes that are not ours (RFC 5280 §4.2.1.12).
    #[error("it is restricted to other uses by an extended key usage")]
    ExtendedKeyUsage,
    /// Its time has not come.
    #[error("it is not valid before {}", Utc(*from))]
    NotYetValid {
        /// First second.
        from: Timestamp,
    },
    /// Its time is over.
    #[error("it expired at {}; have the registry renew it", Utc(*since))]
    Expired {
        /// Last second.
        since: Timestamp,
    },
    /// An end certificate that lives longer than a year.
    #[error("it is valid for longer than a year")]
    TooLong,
    /// Not under our policy of its kind; a node's in the place of a practitioner's, for example.
    #[error("it was not issued under the policy for a certificate of this kind")]
    Policy,
    /// Has our extension for another kind of certificate.
    #[error("it has an extension that belongs to certificates of another kind")]
    OtherKind,
    /// The licence extension is not acceptable.
    #[error("its licence information is refused: {0}")]
    Licence(LicenceFault),
    /// The device extension is not acceptable.
    #[error("its device information is refused: {0}")]
    Device(DeviceFault),
    /// No `hcRole`.
    #[error("it has no hcRole")]
    NoRole,
    /// `hcRole` says another profession than the licence, or something that is not known.
    #[error("its hcRole does not agree with its licence")]
    Role,
    /// The subject does not agree with the extensions, or is not of the profile.
    #[error("its subject name does not agree with what it attests")]
    Subject,
}

/// What is wrong with the licence extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LicenceFault {
    /// Not of the published form.
    #[error("it is not of the published form")]
    Form,
    /// Not in DER.
    #[error("it is not in DER")]
    NotDer,
    /// Not two capital letters.
    #[error("the jurisdiction is not two capital letters")]
    Jurisdiction,
    /// No number.
    #[error("the number is empty")]
    Number,
    /// A name is empty.
    #[error("a name is empty")]
    Name,
    /// More specialties than a certificate may have.
    #[error("there are too many specialties")]
    TooMany,
    /// A specialty that is not known.
    #[error("a specialty is unknown")]
    Unknown,
    /// Equivalence without a ground.
    #[error("equivalence is claimed without a ground")]
    NoGround,
    /// A qualification to read together with a foreign licence (歯科医師法17条, 医師法17条).
    #[error("a foreign licence cannot carry a qualification to read")]
    Foreign,
    /// The same specialty more than once.
    #[error("a specialty stands in it twice")]
    Twice,
    /// Registered after the certificate begins.
    #[error("the licence was registered later than the certificate begins")]
    Later,
    /// A provisional credential that lasts longer than [`crate::issue::LONGEST_PROVISIONAL`].
    #[error("it is provisional and valid for longer than 120 days")]
    ProvisionalTooLong,
}

impl LicenceFault {
    pub(crate) const fn codes(self) -> [&'static str; 4] {
        match self {
            Self::Form => codes!("licence-form"),
            Self::NotDer => codes!("licence-not-der"),
            Self::Jurisdiction => codes!("licence-jurisdiction"),
            Self::Number => codes!("licence-number-empty"),
            Self::Name => codes!("licence-name-empty"),
            Self::TooMany => codes!("licence-too-many-specialties"),
            Self::Unknown => codes!("licence-unknown-specialty"),
            Self::NoGround => codes!("licence-no-ground"),
            Self::Foreign => codes!("licence-foreign-qualification"),
            Self::Twice => codes!("licence-duplicate-specialty"),
            Self::Later => codes!("licence-registered-later"),
            Self::ProvisionalTooLong => codes!("licence-provisional-too-long"),
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Form => "公開された形式ではありません",
            Self::NotDer => "DER形式ではありません",
            Self::Jurisdiction => "国の符号が大文字2字ではありません",
            Self::Number => "登録番号が空です",
            Self::Name => "氏名が空です",
            Self::TooMany => "専門資格が多すぎます",
            Self::Unknown => "未知の専門資格があります",
            Self::NoGround => "同等能力の根拠が書かれていません",
            Self::Foreign => "外国の免許に読影の資格は付けられません",
            Self::Twice => "同じ専門資格が2回現れます",
            Self::Later => "免許の登録日が証明書の始まりより後です",
            Self::ProvisionalTooLong => "暫定の資格証明書なのに有効期間が120日を超えています",
        }
    }
}

/// What is wrong with the device extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeviceFault {
    /// Not of the published form.
    #[error("it is not of the published form")]
    Form,
    /// Not in DER.
    #[error("it is not in DER")]
    NotDer,
    /// No code of the institution.
    #[error("the institution's code is empty")]
    Code,
    /// A private device that is no virtual desktop (guideline §6(4)).
    #[error("it is a private device and no virtual desktop")]
    Private,
}

impl DeviceFault {
    pub(crate) const fn codes(self) -> [&'static str; 4] {
        match self {
            Self::Form => codes!("device-form"),
            Self::NotDer => codes!("device-not-der"),
            Self::Code => codes!("device-institution-code-empty"),
            Self::Private => codes!("device-private"),
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Form => "公開された形式ではありません",
            Self::NotDer => "DER形式ではありません",
            Self::Code => "医療機関コードが空です",
            Self::Private => "私物の機器であり、仮想デスクトップでもありません",
        }
    }
}
