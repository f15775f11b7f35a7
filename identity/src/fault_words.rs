//! The words and Japanese sentences of [`Fault`].

use crate::fault::{Fault, Part, Position, Utc};

/// A word for each position, in the order of [`index`]: the end certificate's stands alone.
macro_rules! codes {
    (@ $before:literal, $word:literal, $after:literal) => {
        [
            concat!($before, $word, $after),
            concat!("issuing-", $before, $word, $after),
            concat!("root-", $before, $word, $after),
            concat!("cross-", $before, $word, $after),
        ]
    };
    ($word:literal) => {
        [
            $word,
            concat!("issuing-", $word),
            concat!("root-", $word),
            concat!("cross-", $word),
        ]
    };
}
pub(crate) use codes;

/// The same word for each extension.
macro_rules! of_part {
    ($part:expr, $before:literal, $after:literal) => {
        match $part {
            Part::BasicConstraints => codes!(@ $before, "basic-constraints", $after),
            Part::KeyUsage => codes!(@ $before, "key-usage", $after),
            Part::SubjectKeyId => codes!(@ $before, "subject-key-identifier", $after),
            Part::AuthorityKeyId => codes!(@ $before, "authority-key-identifier", $after),
            Part::Policies => codes!(@ $before, "certificate-policies", $after),
            Part::DirectoryAttributes => codes!(@ $before, "directory-attributes", $after),
            Part::RevocationListAddress => codes!(@ $before, "crl-distribution-points", $after),
            Part::LicenceInfo => codes!(@ $before, "licence-information", $after),
            Part::DeviceInfo => codes!(@ $before, "device-information", $after),
        }
    };
}

impl Fault {
    /// A stable word for programs: kebab-case, never changed, never used for another reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code_at(Position::End)
    }

    /// The word with the certificate's place before it, unless it is the end certificate.
    #[must_use]
    pub const fn code_at(&self, at: Position) -> &'static str {
        let [end, issuing, root, cross] = self.codes();
        match at {
            Position::End => end,
            Position::Issuing => issuing,
            Position::Root => root,
            Position::Cross => cross,
        }
    }

    const fn codes(&self) -> [&'static str; 4] {
        match self {
            Self::TooLarge { .. } => codes!("too-large"),
            Self::Malformed(_) => codes!("malformed"),
            Self::NotDer => codes!("not-der"),
            Self::Trailing => codes!("trailing-bytes"),
            Self::Version => codes!("version"),
            Self::Serial => codes!("serial-number"),
            Self::Algorithm => codes!("signature-algorithm"),
            Self::Key => codes!("key-algorithm"),
            Self::Validity => codes!("validity-order"),
            Self::TimeForm => codes!("time-form"),
            Self::UniqueId => codes!("unique-identifier"),
            Self::DuplicateExtension(_) => codes!("duplicate-extension"),
            Self::UnknownCritical(_) => codes!("unknown-critical-extension"),
            Self::Missing(part) => of_part!(part, "missing-", ""),
            Self::Criticality(part) => of_part!(part, "", "-criticality"),
            Self::Extension(part) => of_part!(part, "", "-malformed"),
            Self::SubjectKeyId => codes!("subject-key-identifier-mismatch"),
            Self::IssuerName => codes!("issuer-name"),
            Self::AuthorityKeyId => codes!("authority-key-identifier-mismatch"),
            Self::Signature => codes!("signature"),
            Self::NotAnAuthority => codes!("not-an-authority"),
            Self::IsAnAuthority => codes!("is-an-authority"),
            Self::PathLength => codes!("path-length"),
            Self::KeyUsage => codes!("key-usage"),
            Self::ExtendedKeyUsage => codes!("extended-key-usage"),
            Self::NotYetValid { .. } => codes!("not-yet-valid"),
            Self::Expired { .. } => codes!("expired"),
            Self::TooLong => codes!("valid-too-long"),
            Self::Policy => codes!("policy"),
            Self::OtherKind => codes!("other-kind"),
            Self::Licence(why) => why.codes(),
            Self::Device(why) => why.codes(),
            Self::NoRole => codes!("hc-role-missing"),
            Self::Role => codes!("hc-role"),
            Self::Subject => codes!("subject-name"),
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::TooLarge { got } => format!("大きさが{got}バイトあり、受け付ける上限を超えています"),
            Self::Malformed(what) => format!("X.509証明書として読めません({})", what),
            Self::NotDer => "DER形式ではありません".to_owned(),
            Self::Trailing => "後ろに余分なバイトがあります".to_owned(),
            Self::Version => "版が3ではありません".to_owned(),
            Self::Serial => "シリアル番号が20バイト以下の正の数ではありません".to_owned(),
            Self::Algorithm => "署名アルゴリズムがEd25519ではありません".to_owned(),
            Self::Key => "公開鍵がEd25519の鍵ではありません".to_owned(),
            Self::Validity => "有効期間の終わりが始まりより前です".to_owned(),
            Self::TimeForm => "有効期間の表記がRFC 5280の定める形ではありません".to_owned(),
            Self::UniqueId => "RFC 5280が禁じる固有識別子があります".to_owned(),
            Self::DuplicateExtension(what) => format!("拡張{}が2回現れます", what),
            Self::UnknownCritical(what) => format!("未知の重要(critical)拡張{}があります", what),
            Self::Missing(what) => format!("{}がありません", what.japanese()),
            Self::Criticality(what) => format!("{}の重要度(critical)の指定が誤っています", what.japanese()),
            Self::Extension(what) => format!("{}を読み取れません", what.japanese()),
            Self::SubjectKeyId => "主体者鍵識別子が公開鍵と一致しません".to_owned(),
            Self::IssuerName => "発行者の名前が一致しません".to_owned(),
            Self::AuthorityKeyId => "発行者の鍵が一致しません".to_owned(),
            Self::Signature => "署名が発行者のものではありません".to_owned(),
            Self::NotAnAuthority => "証明書を発行する権限がありません".to_owned(),
            Self::IsAnAuthority => "利用者証明書の位置に認証局の証明書があります".to_owned(),
            Self::PathLength => "パス長の制約が証明書の位置に合いません".to_owned(),
            Self::KeyUsage => "鍵用途が証明書の位置に合いません".to_owned(),
            Self::ExtendedKeyUsage => "拡張鍵用途により別の用途に限られています".to_owned(),
            Self::NotYetValid { from } => format!("{}より前は有効ではありません", Utc(*from)),
            Self::Expired { since } => format!(
                "{}に有効期限が切れました。登録機関で更新してください",
                Utc(*since)
            ),
            Self::TooLong => "有効期間が1年を超えています".to_owned(),
            Self::Policy => "この種類の証明書のポリシーに従って発行されていません".to_owned(),
            Self::OtherKind => "別の種類の証明書の拡張があります".to_owned(),
            Self::Licence(what) => format!("免許情報を受け付けられません:{}", what.japanese()),
            Self::Device(what) => format!("機器情報を受け付けられません:{}", what.japanese()),
            Self::NoRole => "hcRoleがありません".to_owned(),
            Self::Role => "hcRoleが免許と一致しません".to_owned(),
            Self::Subject => "主体者名が証明する内容と一致しません".to_owned(),
        }
    }
}
