//! The checklist of the self-inspection: what note 3 of the guideline asks for, by its four kinds of measures.

use serde::Serialize;

/// The edition; an inspection names the one that was used.
pub const EDITION: u32 = 1;

/// A kind of measures (note 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// 組織的安全管理措置.
    Organisational,
    /// 物理的安全管理措置.
    Physical,
    /// 技術的安全管理措置.
    Technical,
    /// 人的安全管理措置.
    Human,
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its stable word.
    pub word: &'static str,
    /// Its kind.
    pub area: Area,
    /// What is looked at, in Japanese.
    pub ja: &'static str,
    /// The same in English.
    pub en: &'static str,
}

const fn item(word: &'static str, area: Area, ja: &'static str, en: &'static str) -> Item {
    Item { word, area, ja, en }
}

use Area::{Human, Organisational, Physical, Technical};

/// All points, in the order in which they are gone through.
pub const ITEMS: &[Item] = &[
    item(
        "administrator",
        Organisational,
        "システム管理者が指名され、不在時の代行者と連絡先を全員が知っている",
        "An administrator is named; everybody knows who stands in and how to reach them",
    ),
    item(
        "roles",
        Organisational,
        "役割と職務の割り当てが実際の業務と一致し、退職・異動した人の権限が残っていない",
        "Roles and duties are as the work really is; nobody who left has any",
    ),
    item(
        "rules_current",
        Organisational,
        "運用管理規程・情報セキュリティ方針・インシデント対応手順が有効期限内で、すぐ見られる場所にある",
        "The three documents of the house are in force and at hand",
    ),
    item(
        "agreements",
        Organisational,
        "読影を依頼する相手・引き受ける相手すべてと、責任分担の合意が有効である",
        "Agreements on responsibilities with all partners are in force",
    ),
    item(
        "duties_followed",
        Organisational,
        "未読の報告書、未対応の緊急所見・偶発所見が放置されていない",
        "No report is unread, no urgent or incidental finding is left",
    ),
    item(
        "audit_reviewed",
        Organisational,
        "監査ログを定期的に確認し、覚えのない閲覧・持ち出しがない",
        "The audit trail was looked through; nothing in it is unexplained",
    ),
    item(
        "drill",
        Organisational,
        "この一年にインシデント対応の訓練を行い、結果を記録した",
        "An incident was rehearsed and recorded within the last year",
    ),
    item(
        "room",
        Physical,
        "端末のある区画に患者や部外者が入れず、無人になるときは施錠している",
        "Patients and strangers cannot get to the machines; rooms are locked when empty",
    ),
    item(
        "screen",
        Physical,
        "画面が患者や通行人から見えない",
        "Screens cannot be seen by passers-by",
    ),
    item(
        "inventory",
        Physical,
        "端末とモニタの台帳が現物と一致している",
        "The list of machines and displays is what is really there",
    ),
    item(
        "portable",
        Physical,
        "持ち運ぶ端末は起動時パスフレーズを使い、所在が分かり、私物の端末は使っていない",
        "Portable machines start with a passphrase, are accounted for, and none is private",
    ),
    item(
        "media",
        Physical,
        "CD・USBメモリの持ち出しが記録され、返却または廃棄が確認されている",
        "Media that left are recorded, and returned or destroyed",
    ),
    item(
        "disposal",
        Physical,
        "廃棄した機器・媒体は復元できないように処理し、記録した",
        "What was discarded cannot be restored, and is recorded",
    ),
    item(
        "accounts",
        Technical,
        "一人一アカウントで、共用していない。二要素認証を使っている",
        "One account a person, none shared; second factors are in use",
    ),
    item(
        "autolock",
        Technical,
        "離席時にロックし、自動ロックの時間が適切である",
        "Sessions are locked when left, and lock themselves soon enough",
    ),
    item(
        "updates",
        Technical,
        "OSと本ソフトウェアが最新で、マルウェア対策が動いている",
        "System and program are up to date; there is protection against malware",
    ),
    item(
        "network",
        Technical,
        "ルータ・無線LANの設定と暗号化を確認し、不要な遠隔接続がない",
        "Router and wireless network are set up safely; no remote access is open needlessly",
    ),
    item(
        "backup",
        Technical,
        "バックアップが別の場所にあり、戻せることを確かめた",
        "Backups lie elsewhere and were restored as a test",
    ),
    item(
        "clock",
        Technical,
        "端末の時刻が標準時に同期している",
        "Clocks are synchronised",
    ),
    item(
        "doctor",
        Technical,
        "`dokuei doctor` の警告がすべて説明できる",
        "Every warning of `dokuei doctor` is explained",
    ),
    item(
        "display_quality",
        Technical,
        "読影に使うモニタの日常点検と不変性試験が期限内である",
        "Displays for reading were checked and measured in time",
    ),
    item(
        "pledges",
        Human,
        "全員の守秘誓約が有効で、退職後も守ることを含む",
        "Everybody's pledge of confidentiality is valid and goes on after leaving",
    ),
    item(
        "training",
        Human,
        "全員が期限内に研修を受け、記録がある",
        "Everybody was trained in time",
    ),
    item(
        "sanctions",
        Human,
        "違反したときの扱いが就業規則等に定められ、周知されている",
        "What follows a breach is laid down and known",
    ),
    item(
        "patients",
        Human,
        "患者からの開示請求・苦情の窓口が掲示され、対応が記録されている",
        "Patients know whom to ask; what they asked is recorded",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// R22: all four kinds of measures of note 3 are gone through, each point by a word of its own.
    #[test]
    fn r22_the_checklist_has_all_four_kinds_of_measures() {
        for area in [Organisational, Physical, Technical, Human] {
            assert!(
                ITEMS.iter().filter(|item| item.area == area).count() >= 4,
                "{area:?}"
            );
        }
        for (index, item) in ITEMS.iter().enumerate() {
            assert!(
                !ITEMS[..index].iter().any(|other| other.word == item.word),
                "{}",
                item.word
            );
            assert!(item.word.len() <= 32);
        }
        assert!(ITEMS.len() <= 64, "as many answers as an inspection may have");
    }
}
