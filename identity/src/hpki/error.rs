//! Why a countersignature shows nothing.

use thiserror::Error;

use crate::time::Timestamp;

/// Why a countersignature was not accepted as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HpkiError {
    /// No HPKI root is configured.
    #[error("no HPKI root is configured, so no countersignature can be checked")]
    NoRoots,
    /// What the operator configured cannot be used.
    #[error("the configured trust in HPKI cannot be used: {0}")]
    Configuration(String),
    /// Not a CMS SignedData of the accepted form.
    #[error("this is not a CMS signature that is understood: {0}")]
    Malformed(&'static str),
    /// There must be exactly one signer.
    #[error("the signature has {0} signers, and must have one")]
    Signers(usize),
    /// An algorithm that is not accepted, SHA-1 for example.
    #[error(
        "the algorithm {0} is not accepted: SHA-256, 384 or 512 with RSA of 2048 to 4096 bits, P-256 or P-384"
    )]
    Algorithm(String),
    /// The signer's certificate is not in it.
    #[error("the signer's certificate is neither in the signature nor configured")]
    NoCertificate,
    /// A signed attribute that must be there is not, or stands there twice.
    #[error("the signed attribute {0} is missing or stands there twice")]
    Attribute(&'static str),
    /// Signed is something else than this application.
    #[error("the signature is over another content than this application")]
    AnotherContent,
    /// The attributes name another certificate as the signer's.
    #[error("the signature names another certificate as its signer's")]
    AnotherCertificate,
    /// The signature is not by the signer's key.
    #[error("the signature is not by the key of its certificate")]
    Signature,
    /// The chain does not lead to a configured root.
    #[error("the certificate of {0} does not lead to a configured HPKI root")]
    Untrusted(String),
    /// A certificate of the chain is not good for its place.
    #[error("the certificate of {subject} is not acceptable: {why}")]
    Certificate {
        /// Whose.
        subject: String,
        /// Why.
        why: &'static str,
    },
    /// A certificate's time is over or has not come.
    #[error("the certificate of {0} is expired or not yet valid")]
    Time(String),
    /// A certificate is revoked.
    #[error("the certificate of {subject} is revoked")]
    Revoked {
        /// Whose.
        subject: String,
        /// Since when.
        since: Timestamp,
    },
    /// The newest revocation list is too old.
    #[error("the revocation list of {0} is out of date; fetch the newest")]
    StaleList(String),
    /// No `hcRole` in the certificate.
    #[error("the certificate has no hcRole, so it attests no profession")]
    NoRole,
    /// `hcRole` is another profession than the claimed licence.
    #[error("the certificate's hcRole is {0:?}, and another licence is claimed")]
    AnotherRole(String),
}

impl HpkiError {
    /// A stable word for programs, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRoots => "hpki-no-roots",
            Self::Configuration(_) => "hpki-configuration",
            Self::Malformed(_) => "hpki-malformed",
            Self::Signers(_) => "hpki-signers",
            Self::Algorithm(_) => "hpki-algorithm",
            Self::NoCertificate => "hpki-no-certificate",
            Self::Attribute(_) => "hpki-attribute",
            Self::AnotherContent => "hpki-another-content",
            Self::AnotherCertificate => "hpki-another-certificate",
            Self::Signature => "hpki-signature",
            Self::Untrusted(_) => "hpki-untrusted",
            Self::Certificate { .. } => "hpki-certificate",
            Self::Time(_) => "hpki-time",
            Self::Revoked { .. } => "hpki-revoked",
            Self::StaleList(_) => "hpki-stale-list",
            Self::NoRole => "hpki-no-role",
            Self::AnotherRole(_) => "hpki-another-role",
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::NoRoots => "HPKIのルート証明書が設定されていないため、副署を検証できません".to_owned(),
            Self::Configuration(why) => format!("HPKIの設定を使えません({why})"),
            Self::Malformed(_) => "理解できるCMS署名ではありません".to_owned(),
            Self::Signers(count) => format!("署名者が{count}名います。1名でなければなりません"),
            Self::Algorithm(which) => format!("署名方式{which}は受け付けられません"),
            Self::NoCertificate => "署名者の証明書がありません".to_owned(),
            Self::Attribute(which) => format!("署名属性{which}がないか、重複しています"),
            Self::AnotherContent => "この申請書とは別の内容への署名です".to_owned(),
            Self::AnotherCertificate => "署名が別の証明書を署名者として指しています".to_owned(),
            Self::Signature => "署名が証明書の鍵によるものではありません".to_owned(),
            Self::Untrusted(subject) => {
                format!("{subject}の証明書は設定されたHPKIのルートにつながりません")
            }
            Self::Certificate { subject, .. } => format!("{subject}の証明書は受け付けられません"),
            Self::Time(subject) => format!("{subject}の証明書は有効期間外です"),
            Self::Revoked { subject, .. } => format!("{subject}の証明書は失効しています"),
            Self::StaleList(issuer) => {
                format!("{issuer}の失効リストが古くなっています。最新のものを取得してください")
            }
            Self::NoRole => "証明書にhcRoleがなく、資格を示していません".to_owned(),
            Self::AnotherRole(role) => {
                format!("証明書のhcRoleは{role}で、申請された免許と異なります")
            }
        }
    }
}
