//! What the words of the trail are in the standard's vocabulary: event ids of CID 400, types of CID 401 (PS3.16), and
//! how an event ended.

use serde::Serialize;

/// A family of events (CID 400).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Application Activity.
    Activity,
    /// Audit Log Used.
    LogUsed,
    /// DICOM Instances Accessed.
    Accessed,
    /// DICOM Instances Transferred.
    Transferred,
    /// DICOM Study Deleted.
    Deleted,
    /// Export.
    Export,
    /// Import.
    Import,
    /// Order Record: what was asked of whom, and how it stands.
    Order,
    /// Procedure Record: what was found.
    Procedure,
    /// Query.
    Query,
    /// Security Alert.
    Alert,
    /// User Authentication.
    Authentication,
}

impl Family {
    /// Code and meaning of CID 400.
    #[must_use]
    pub const fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::Activity => ("110100", "Application Activity"),
            Self::LogUsed => ("110101", "Audit Log Used"),
            Self::Accessed => ("110103", "DICOM Instances Accessed"),
            Self::Transferred => ("110104", "DICOM Instances Transferred"),
            Self::Deleted => ("110105", "DICOM Study Deleted"),
            Self::Export => ("110106", "Export"),
            Self::Import => ("110107", "Import"),
            Self::Order => ("110109", "Order Record"),
            Self::Procedure => ("110111", "Procedure Record"),
            Self::Query => ("110112", "Query"),
            Self::Alert => ("110113", "Security Alert"),
            Self::Authentication => ("110114", "User Authentication"),
        }
    }

    /// The family of a code or of a word as [`Serialize`] writes it.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let word = |one: &Self| serde_json::to_value(one).is_ok_and(|word| word == *text);
        ALL.into_iter().find(|one| one.code().0 == text || word(one))
    }
}

const ALL: [Family; 12] = [
    Family::Activity,
    Family::LogUsed,
    Family::Accessed,
    Family::Transferred,
    Family::Deleted,
    Family::Export,
    Family::Import,
    Family::Order,
    Family::Procedure,
    Family::Query,
    Family::Alert,
    Family::Authentication,
];

/// What was done to the object (RFC 3881 EventActionCode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventAction {
    /// Something was made.
    Create,
    /// It was looked at.
    Read,
    /// It was changed.
    Update,
    /// It was removed.
    Delete,
    /// A function of the program was used.
    Execute,
}

impl EventAction {
    /// Its letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Create => "C",
            Self::Read => "R",
            Self::Update => "U",
            Self::Delete => "D",
            Self::Execute => "E",
        }
    }
}

/// What a word of the trail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// Its family.
    pub family: Family,
    /// What was done to the object.
    pub action: EventAction,
    /// Its type by CID 401, where one fits.
    pub kind: Option<(&'static str, &'static str)>,
    /// Whether data of a patient came before somebody's eyes, or left.
    pub discloses: bool,
    /// In English and Japanese.
    pub words: (&'static str, &'static str),
}

const LOGIN: (&str, &str) = ("110122", "Login");
const LOGOUT: (&str, &str) = ("110123", "Logout");
const NODE: (&str, &str) = ("110126", "Node Authentication");
const NETWORK: (&str, &str) = ("110128", "Network Configuration");
const SECURITY: (&str, &str) = ("110129", "Security Configuration");
const USER_ATTRIBUTES: (&str, &str) = ("110137", "User security Attributes Changed");
const OBJECT_ATTRIBUTES: (&str, &str) = ("110135", "Object Security Attributes Changed");

type Row = (
    &'static str,
    Family,
    EventAction,
    Option<(&'static str, &'static str)>,
    bool,
    (&'static str, &'static str),
);

#[rustfmt::skip]
const ACTS: &[Row] = &[
    ("sign_in", Family::Authentication, EventAction::Execute, Some(LOGIN), false, ("signed in", "サインイン")),
    ("sign_out", Family::Authentication, EventAction::Execute, Some(LOGOUT), false, ("signed out", "サインアウト")),
    ("lock", Family::Authentication, EventAction::Execute, Some(LOGOUT), false, ("locked the session", "画面ロック")),
    ("auto_lock", Family::Authentication, EventAction::Execute, Some(LOGOUT), false, ("was locked for want of use", "自動ロック")),
    ("lock_out", Family::Alert, EventAction::Execute, Some(LOGIN), false, ("was locked out after wrong answers", "認証失敗による締め出し")),
    ("admission", Family::Authentication, EventAction::Execute, Some(NODE), false, ("admission of a node", "ノードの認証")),
    ("attest", Family::Activity, EventAction::Create, None, false, ("signed a record of the house", "運用記録への署名")),
    ("duty", Family::Alert, EventAction::Execute, Some(SECURITY), false, ("acted without the duty", "割り当てのない職務の拒否")),
    ("governance", Family::Alert, EventAction::Execute, Some(SECURITY), false, ("began what the house's rules stop", "運用規則による停止")),
    ("governance_export", Family::Export, EventAction::Read, None, false, ("exported the records of the house", "運用記録の書き出し")),
    ("passphrase", Family::Alert, EventAction::Update, Some(USER_ATTRIBUTES), false, ("changed a passphrase", "パスフレーズ変更")),
    ("second_factor", Family::Alert, EventAction::Update, Some(USER_ATTRIBUTES), false, ("changed the second factor", "第二要素の変更")),
    ("recovery_kit", Family::Alert, EventAction::Update, Some(USER_ATTRIBUTES), false, ("recovery kit", "復旧キット")),
    ("kem_key", Family::Alert, EventAction::Update, Some(USER_ATTRIBUTES), false, ("turned an encryption key", "暗号鍵の更新")),
    ("enrol", Family::Alert, EventAction::Create, Some(USER_ATTRIBUTES), false, ("enrolled a practitioner", "利用者の登録")),
    ("application", Family::Alert, EventAction::Update, Some(SECURITY), false, ("application for a certificate", "証明書の申請")),
    ("trust", Family::Alert, EventAction::Create, Some(SECURITY), false, ("trusted a registry's root", "登録局の信頼")),
    ("install", Family::Alert, EventAction::Create, Some(SECURITY), false, ("installed a certificate", "証明書の導入")),
    ("begin_anew", Family::Alert, EventAction::Delete, Some(SECURITY), false, ("began the register anew", "登録簿の作り直し")),
    ("two_lists", Family::Alert, EventAction::Read, Some(SECURITY), false, ("two lists of one number", "失効リストの矛盾")),
    ("split_view", Family::Alert, EventAction::Read, Some(SECURITY), false, ("two registers were shown", "登録簿の矛盾")),
    ("wipe", Family::Alert, EventAction::Delete, Some(SECURITY), false, ("destroyed the keys of this machine", "鍵の消去")),
    ("entry", Family::Alert, EventAction::Create, Some(OBJECT_ATTRIBUTES), false, ("an entry was refused", "記録の拒否")),
    ("fork", Family::Alert, EventAction::Create, Some(OBJECT_ATTRIBUTES), false, ("two entries for one place", "記録の分岐")),
    ("damage", Family::Alert, EventAction::Update, Some(OBJECT_ATTRIBUTES), false, ("something stored was altered", "保存内容の改変")),
    ("compare", Family::Alert, EventAction::Read, Some(OBJECT_ATTRIBUTES), false, ("an image is not what its hash names", "画像の照合の不一致")),
    ("mend", Family::Alert, EventAction::Update, Some(OBJECT_ATTRIBUTES), false, ("a good copy took the place of what was altered", "改変の修復")),
    ("ban", Family::Alert, EventAction::Execute, Some(NETWORK), false, ("banned a node or address", "接続禁止")),
    ("ban_end", Family::Alert, EventAction::Execute, Some(NETWORK), false, ("ended a ban", "接続禁止の解除")),
    ("refused", Family::Alert, EventAction::Execute, Some(NETWORK), false, ("strangers were refused", "未知の接続の拒否")),
    ("bandwidth", Family::Activity, EventAction::Update, None, false, ("changed the bandwidth", "帯域の設定")),
    ("notice", Family::Activity, EventAction::Execute, None, false, ("told somebody outside the app", "アプリ外への通知")),
    ("replayed", Family::Activity, EventAction::Read, None, false, ("was answered again as before", "同じ操作への再応答")),
    ("notice_settings", Family::Activity, EventAction::Update, None, false, ("chose what to be told", "通知の設定")),
    ("practice", Family::Activity, EventAction::Update, None, false, ("what there is to practise with", "練習用の検査")),
    ("notice_outlets", Family::Activity, EventAction::Update, Some(NETWORK), false, ("set the mail server of notices", "通知用メールサーバーの設定")),
    ("profile", Family::Activity, EventAction::Update, None, false, ("profile in the directory", "名簿の掲載内容")),
    ("audit_export", Family::LogUsed, EventAction::Read, None, false, ("exported the audit trail", "監査記録の書き出し")),
    ("audit_search", Family::LogUsed, EventAction::Read, None, false, ("searched the audit trail", "監査記録の検索")),
    ("disclosures", Family::LogUsed, EventAction::Read, None, false, ("listed disclosures of a patient", "開示記録の作成")),
    ("view", Family::Accessed, EventAction::Read, None, true, ("looked at", "閲覧")),
    ("live_begin", Family::Accessed, EventAction::Read, None, false, ("began to look together", "同時閲覧の開始")),
    ("live_end", Family::Accessed, EventAction::Read, None, false, ("ended to look together", "同時閲覧の終了")),
    ("open", Family::Accessed, EventAction::Read, None, true, ("opened the images", "画像の開封")),
    ("retrieve", Family::Accessed, EventAction::Read, None, true, ("retrieved images into a viewer", "画像の取得")),
    ("pseudonymise", Family::Accessed, EventAction::Create, None, false, ("made a copy under a pseudonym", "仮名化")),
    ("import", Family::Import, EventAction::Create, None, false, ("took in", "取り込み")),
    ("attach", Family::Import, EventAction::Create, None, false, ("attached a document or picture", "資料の添付")),
    ("media_read", Family::Import, EventAction::Create, None, false, ("read from a medium", "媒体からの読み込み")),
    ("export", Family::Export, EventAction::Read, None, true, ("exported unsealed", "平文での書き出し")),
    ("media_write", Family::Export, EventAction::Read, None, true, ("wrote sealed on a medium", "媒体への書き出し")),
    ("fhir", Family::Export, EventAction::Read, None, true, ("exported a consultation as FHIR", "FHIR での書き出し")),
    ("evidence", Family::Export, EventAction::Read, None, true, ("exported the evidence of a consultation", "証拠一式の書き出し")),
    ("dicom_send", Family::Transferred, EventAction::Read, None, true, ("sent to an archive of the house", "院内 PACS への送信")),
    ("dicom_commitment", Family::Transferred, EventAction::Read, None, false, ("storage commitment", "保管確約")),
    ("dicom_query", Family::Query, EventAction::Execute, None, false, ("searched an archive of the house", "院内 PACS の検索")),
    ("dicom_retrieve", Family::Transferred, EventAction::Create, None, false, ("fetched from an archive of the house", "院内 PACS からの取得")),
    ("received", Family::Transferred, EventAction::Create, None, true, ("received the sealed study", "検査の受信")),
    ("fetch", Family::Transferred, EventAction::Create, None, false, ("fetches the sealed study", "検査の取得")),
    ("serve", Family::Transferred, EventAction::Read, None, false, ("serves the sealed study", "検査の送出")),
    ("send_again", Family::Transferred, EventAction::Read, None, true, ("sent again", "再送")),
    ("grant", Family::Transferred, EventAction::Update, None, true, ("gave a device the key", "鍵の付与")),
    ("proof", Family::Authentication, EventAction::Execute, Some(LOGIN), false, ("proved herself once more", "再度の本人確認")),
    ("delete", Family::Deleted, EventAction::Delete, None, false, ("deleted for good, with a certificate", "廃棄（証明書）")),
    ("readmit", Family::Activity, EventAction::Update, None, false, ("let what was deleted come in again", "廃棄したものの再取り込みの許可")),
    ("erase", Family::Deleted, EventAction::Delete, None, false, ("erased", "消去")),
    ("agree", Family::Order, EventAction::Create, None, false, ("agreement", "取り決め")),
    ("request", Family::Order, EventAction::Create, None, true, ("asked for a consultation", "診断依頼")),
    ("report", Family::Procedure, EventAction::Create, None, false, ("signed a report", "レポート署名")),
    ("amend", Family::Procedure, EventAction::Update, None, false, ("signed an amended report", "レポート訂正")),
    ("reconcile", Family::Procedure, EventAction::Create, None, false, ("signed a reconciled opinion", "統合見解の署名")),
    ("co_sign", Family::Procedure, EventAction::Create, None, false, ("co-signed or dissented", "連署・異見")),
    ("report_pdf", Family::Procedure, EventAction::Read, None, true, ("read the report (PDF)", "レポート閲覧 (PDF)")),
    ("report_preview", Family::Procedure, EventAction::Read, None, true, ("looked at a draft of a report (PDF)", "レポート下書きの表示 (PDF)")),
    ("report_sr", Family::Procedure, EventAction::Read, None, true, ("read the report (SR)", "レポート閲覧 (SR)")),
    ("read", Family::Procedure, EventAction::Read, None, true, ("confirmed that it was read", "既読確認")),
    ("forward", Family::Order, EventAction::Create, None, true, ("forwarded to a further reader", "他の専門医への転送")),
    ("accept", Family::Order, EventAction::Update, None, false, ("accepted the request", "受諾")),
    ("decline", Family::Order, EventAction::Update, None, false, ("declined the request", "辞退")),
    ("withdraw", Family::Order, EventAction::Update, None, false, ("withdrew", "取り下げ")),
    ("cancel_sending", Family::Order, EventAction::Update, None, false, ("ended the transfer", "送信の中止")),
    ("consent", Family::Order, EventAction::Update, None, false, ("consented to a further reader", "転送への同意")),
    ("query", Family::Order, EventAction::Update, None, false, ("asked back", "疑義照会")),
    ("answer", Family::Order, EventAction::Update, None, false, ("answered", "照会への回答")),
    ("urgent", Family::Order, EventAction::Update, None, false, ("told an urgent finding", "緊急所見の連絡")),
    ("acknowledge", Family::Order, EventAction::Update, None, false, ("acknowledged an urgent finding", "緊急所見の確認")),
    ("incidental", Family::Order, EventAction::Update, None, false, ("told an incidental finding", "偶発所見の連絡")),
    ("resolve", Family::Order, EventAction::Update, None, false, ("dealt with an incidental finding", "偶発所見への対応")),
    ("informed", Family::Order, EventAction::Update, None, false, ("informed the patient", "患者への説明")),
    ("succession", Family::Order, EventAction::Update, None, false, ("chose who is asked next", "次の読影医の指定")),
    ("release", Family::Order, EventAction::Update, None, false, ("let a reader go who lost her credential", "資格を失った読影医の担当解除")),
    ("hand_over", Family::Order, EventAction::Update, None, false, ("offered to a new owner", "新しい依頼者への引き継ぎの申し出")),
    ("take_over", Family::Order, EventAction::Update, None, false, ("taken over by a new owner", "新しい依頼者による引き継ぎ")),
    ("end_hand_over", Family::Order, EventAction::Update, None, false, ("declined or took back a handing over", "引き継ぎの取りやめ")),
    ("ask_erase", Family::Order, EventAction::Update, None, false, ("asked the others to erase their copies", "写しの消去の依頼")),
    ("answer_erase", Family::Order, EventAction::Update, None, false, ("answered a request to erase", "消去の依頼への返答")),
    ("erase_certificate", Family::Order, EventAction::Read, None, false, ("took the certificate of an erasure", "消去証明書の取得")),
    ("lapse", Family::Order, EventAction::Execute, None, false, ("somebody of a case lost her credential", "関係者の資格の喪失")),
    ("deadline", Family::Order, EventAction::Execute, None, false, ("something became due", "期限の到来")),
    ("close", Family::Order, EventAction::Update, None, false, ("closed", "終了")),
];

/// What a word of the trail is. One that is not known here is a step in a consultation when it is about one, else an
/// activity of the program.
#[must_use]
pub fn act(word: &str, in_a_case: bool) -> Act {
    let known = ACTS.iter().find(|row| row.0 == word);
    let Some(&(_, family, action, kind, discloses, words)) = known else {
        let family = if in_a_case {
            Family::Order
        } else {
            Family::Activity
        };
        return Act {
            family,
            action: if in_a_case {
                EventAction::Update
            } else {
                EventAction::Execute
            },
            kind: None,
            discloses: false,
            words: ("other", "その他"),
        };
    };
    Act {
        family,
        action,
        kind,
        discloses,
        words,
    }
}

/// How an event ended (RFC 3881 EventOutcomeIndicator).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it was meant.
    Success,
    /// It was refused or failed, and can be tried again.
    Minor,
    /// It was ended for good: an alarm.
    Serious,
}

impl Outcome {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Success => "0",
            Self::Minor => "4",
            Self::Serious => "8",
        }
    }
}

/// Acts whose outcome is the code of a refusal unless it says that all went well.
const CODED: [&str; 8] = [
    "open",
    "entry",
    "media_read",
    "fetch",
    "serve",
    "admission",
    "import",
    "profile",
];
/// How words begin that say that all went well.
const WELL: [&str; 6] = ["success", "ok", "admitted", "begun", "set", "made"];
/// How words begin that say that it did not.
const ILL: [&str; 6] = ["failure", "failed", "refused", "denied", "not yet", "bad "];
/// What somebody has to look into.
const ALARMS: [&str; 8] = [
    "lock_out",
    "wipe",
    "split_view",
    "two_lists",
    "fork",
    "damage",
    "compare",
    "begin_anew",
];

/// How an event ended, by its word and what the row says of the end.
#[must_use]
pub fn outcome(word: &str, end: &str) -> Outcome {
    let begins = |words: &[&str]| words.iter().any(|one| end.starts_with(one));
    let counted = end.starts_with(|first: char| first.is_ascii_digit());
    if ALARMS.contains(&word) {
        Outcome::Serious
    } else if begins(&ILL) || (CODED.contains(&word) && !begins(&WELL) && !counted) {
        Outcome::Minor
    } else {
        Outcome::Success
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_word_stands_once() {
        let words: BTreeSet<&str> = ACTS.iter().map(|row| row.0).collect();
        assert_eq!(words.len(), ACTS.len());
    }

    #[test]
    fn what_is_not_known_is_a_step_in_its_case_or_an_activity() {
        assert_eq!(act("query", true).family, Family::Order);
        assert_eq!(act("tidy_up", false).family, Family::Activity);
    }

    #[test]
    fn an_end_is_told_by_the_standards_number() {
        for (word, end, number) in [
            ("sign_in", "success", "0"),
            ("sign_in", "failure", "4"),
            ("lock_out", "30 s", "8"),
            ("open", "not_sealed", "4"),
            ("open", "success", "0"),
            ("import", "3 new, 4 were here already", "0"),
            ("import", "refused 2 times: no DICOM", "4"),
            ("media_write", "begun: set A for B", "0"),
            ("second_factor", "recovery code used", "0"),
        ] {
            assert_eq!(outcome(word, end).number(), number, "{word} {end}");
        }
    }

    #[test]
    fn a_family_is_found_by_code_and_word() {
        assert_eq!(Family::named("110114"), Some(Family::Authentication));
        assert_eq!(Family::named("authentication"), Some(Family::Authentication));
        assert_eq!(Family::named("110199"), None);
    }
}
