//! What people and nodes do.

use serde::Serialize;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// See lists: what there is, who it is with, how it stands.
    Observe,
    /// Open images, requests and reports on this node.
    View,
    /// Open them on a portable device that is away from the institution.
    ViewOffline,
    /// Take a study or another file into the node.
    Import,
    /// Arrange when something is read, without looking at it.
    Schedule,
    /// Write a draft.
    Compose,
    /// Propose or countersign a consultation agreement.
    Agree,
    /// Request a consultation.
    Request,
    /// Accept a consultation, which promises a reading.
    Consult,
    /// Confirm, ask back and answer within a consultation.
    Correspond,
    /// Sign a preliminary report.
    SignPreliminary,
    /// Sign a final report.
    SignFinal,
    /// Sign an addendum to a report.
    SignAddendum,
    /// Sign an amended version of a report.
    SignAmendment,
    /// Sign, as the one who answers for it, a report that somebody else wrote.
    CoSign,
    /// Grant a recipient's device access to a package.
    Grant,
    /// Send a new package.
    Send,
    /// Finish a transfer that was running.
    FinishTransfer,
    /// Pass a case on to a third party.
    Forward,
    /// Hold a session with another node.
    Admit,
    /// Fetch and pass on the public register.
    FollowRegister,
    /// Write a sealed package to a medium.
    ExportMedia,
    /// Write images or reports unsealed to a file or a medium.
    ExportPlain,
    /// Print.
    Print,
    /// Erase data on this node.
    Erase,
    /// Change passphrase, keys, second factor or device list.
    ManageCredentials,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 26] = [
        Self::Observe,
        Self::View,
        Self::ViewOffline,
        Self::Import,
        Self::Schedule,
        Self::Compose,
        Self::Agree,
        Self::Request,
        Self::Consult,
        Self::Correspond,
        Self::SignPreliminary,
        Self::SignFinal,
        Self::SignAddendum,
        Self::SignAmendment,
        Self::CoSign,
        Self::Grant,
        Self::Send,
        Self::FinishTransfer,
        Self::Forward,
        Self::Admit,
        Self::FollowRegister,
        Self::ExportMedia,
        Self::ExportPlain,
        Self::Print,
        Self::Erase,
        Self::ManageCredentials,
    ];

    /// Its stable name, as in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// What it is called in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        self.words().1
    }

    /// What it is called in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        self.words().2
    }

    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Observe => ("observe", "一覧を見る", "see lists"),
            Self::View => ("view", "画像・レポートを開く", "open images and reports"),
            Self::ViewOffline => (
                "view_offline",
                "施設外で端末内の写しを開く",
                "open them while away",
            ),
            Self::Import => ("import", "取り込む", "take files in"),
            Self::Schedule => ("schedule", "予定を組む", "schedule"),
            Self::Compose => ("compose", "下書きを書く", "write drafts"),
            Self::Agree => ("agree", "取り決めを交わす", "make an agreement"),
            Self::Request => ("request", "診断を依頼する", "request a consultation"),
            Self::Consult => ("consult", "依頼を引き受ける", "accept a consultation"),
            Self::Correspond => ("correspond", "確認・疑義照会・回答", "confirm, ask back, answer"),
            Self::SignPreliminary => ("sign_preliminary", "仮報告に署名", "sign a preliminary report"),
            Self::SignFinal => ("sign_final", "確定報告に署名", "sign a final report"),
            Self::SignAddendum => ("sign_addendum", "追記に署名", "sign an addendum"),
            Self::SignAmendment => ("sign_amendment", "訂正に署名", "sign an amendment"),
            Self::CoSign => ("co_sign", "連署する", "co-sign"),
            Self::Grant => ("grant", "閲覧を許す", "grant access"),
            Self::Send => ("send", "送る", "send a package"),
            Self::FinishTransfer => (
                "finish_transfer",
                "進行中の転送を終える",
                "finish a running transfer",
            ),
            Self::Forward => ("forward", "第三者に回す", "pass on to a third party"),
            Self::Admit => (
                "admit",
                "他のノードと通信する",
                "hold a session with another node",
            ),
            Self::FollowRegister => ("follow_register", "登録簿を取得する", "follow the register"),
            Self::ExportMedia => (
                "export_media",
                "封印して媒体に書き出す",
                "export sealed to a medium",
            ),
            Self::ExportPlain => ("export_plain", "封印せずに書き出す", "export unsealed"),
            Self::Print => ("print", "印刷する", "print"),
            Self::Erase => ("erase", "消去する", "erase"),
            Self::ManageCredentials => (
                "manage_credentials",
                "鍵・認証情報を管理する",
                "manage credentials",
            ),
        }
    }
}

/// The actions that a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actions {
    /// Every one.
    All,
    /// These.
    Only(&'static [Action]),
    /// Every one except these.
    Except(&'static [Action]),
}

impl Actions {
    /// Whether `action` is among them.
    #[must_use]
    pub fn contain(self, action: Action) -> bool {
        match self {
            Self::All => true,
            Self::Only(these) => these.contains(&action),
            Self::Except(these) => !these.contains(&action),
        }
    }
}
