//! Of what somebody is told.

use serde::{Deserialize, Serialize};

/// What a person chooses by: she wants to hear of a group or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Group {
    /// Somebody is asked to read, or to consent.
    Request,
    /// A report has come, or a version of it.
    Report,
    /// A doubt, or the answer to one.
    Query,
    /// An urgent finding, or its acknowledgement (R9).
    Urgent,
    /// Something is due, or beyond its time (R7, R9, R10).
    Overdue,
    /// A certificate ends.
    Credential,
    /// Images have arrived whole, or will not.
    Transfer,
    /// How else a consultation goes on: accepted, declined, closed, taken back.
    Progress,
}

impl Group {
    /// All, in the order in which a person is asked about them.
    pub const ALL: [Self; 8] = [
        Self::Urgent,
        Self::Overdue,
        Self::Request,
        Self::Report,
        Self::Query,
        Self::Transfer,
        Self::Progress,
        Self::Credential,
    ];
}

macro_rules! matters {
    ($($name:ident = $word:literal, $group:ident, $ja:literal, $en:literal;)+) => {
        /// Of what somebody is told. The list only grows: its words are stored and sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Matter {
            $(#[doc = $en] $name,)+
        }

        impl Matter {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable word, as it is stored and sent to webhooks.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The group by which people choose.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $(Self::$name => Group::$group,)+ }
            }

            /// The sentence in Japanese and in English.
            pub(crate) const fn sentences(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($ja, $en),)+ }
            }
        }
    };
}

matters! {
    Requested = "requested", Request, "新しい読影依頼が届いています。", "A request for a reading has come.";
    ConsentAsked = "consent_asked", Request, "ほかの読影医への依頼について、同意を求められています。", "A reader asks for your consent to a further reader.";
    PreliminaryReport = "preliminary_report", Report, "中間の読影報告書が届いています。", "A preliminary report has come.";
    FinalReport = "final_report", Report, "読影報告書が届いています。", "A final report has come.";
    AmendedReport = "amended_report", Report, "読影報告書が訂正または追記されました。", "A report has been amended or added to.";
    ReportRead = "report_read", Progress, "お送りになった読影報告書が確認されました。", "Your report has been read.";
    Queried = "queried", Query, "疑義照会が届いています。", "You are asked about a doubt.";
    Answered = "answered", Query, "疑義照会に回答がありました。", "A query has been answered.";
    UrgentFinding = "urgent_finding", Urgent, "緊急所見の連絡が届いています。すぐに確認してください。", "An urgent finding was told to you: look at it at once.";
    UrgentAcknowledged = "urgent_acknowledged", Urgent, "お知らせになった緊急所見が確認されました。", "Your urgent finding has been acknowledged.";
    IncidentalFinding = "incidental_finding", Report, "偶発所見の対応を求められています。", "An incidental finding is to be followed up.";
    IncidentalResolved = "incidental_resolved", Progress, "偶発所見への対応が記録されました。", "An incidental finding has been seen to.";
    PatientInformed = "patient_informed", Progress, "患者さんへの説明が記録されました。", "The result has been explained to the patient.";
    Delivered = "delivered", Transfer, "画像がすべて相手に届きました。", "The images have arrived, whole.";
    TransferCancelled = "transfer_cancelled", Transfer, "画像の送信が取り消されました。", "A transfer of images has been cancelled.";
    TransferRefused = "transfer_refused", Transfer, "受け取った画像に問題があり、開けませんでした。", "Images that came could not be opened.";
    Accepted = "accepted", Progress, "読影依頼が引き受けられました。", "A request of yours has been taken on.";
    Declined = "declined", Progress, "読影依頼が辞退されました。ほかの読影医に依頼できます。", "A request of yours has been declined; another reader can be asked.";
    TakenByAnother = "taken_by_another", Progress, "ほかの読影医が引き受けました。", "Another reader has taken a case on.";
    Closed = "closed", Progress, "コンサルテーションが終了しました。", "A consultation has been closed.";
    Withdrawn = "withdrawn", Progress, "読影依頼が取り下げられました。", "A request has been taken back.";
    ForwardConsented = "forward_consented", Progress, "ほかの読影医への依頼に同意が得られました。", "The further reader whom you proposed is consented to.";
    ForwardEnded = "forward_ended", Progress, "追加の読影依頼が取り下げられました。", "A further reading is no longer wanted.";
    BlindCommitted = "blind_committed", Progress, "独立読影の報告が確定されました。", "A blind reader has committed herself to her report.";
    ReconciliationProposed = "reconciliation_proposed", Report, "二つの報告書の統合見解に、連署または異見を求められています。", "A reconciled opinion waits for your signature or dissent.";
    CoSigned = "co_signed", Report, "報告書または統合見解に連署がありました。", "A report or a reconciled opinion has been co-signed.";
    Dissented = "dissented", Report, "報告書または統合見解に異なる見解が述べられました。", "A reader dissents from a report or a reconciled opinion.";
    GrantRevoked = "grant_revoked", Transfer, "画像を見る許可が取り消されました。", "The right to open images has been taken back.";
    EraseAsked = "erase_asked", Request, "送付した画像の写しの消去を求められています。", "You are asked to erase your copy of images.";
    EraseAnswered = "erase_answered", Progress, "画像の写しの消去について、返事がありました。", "There is an answer about the erasure of copies of images.";
    Forked = "forked", Urgent, "記録に食い違いが見つかり、症例が凍結されました。", "A log contradicts itself, and its case is frozen.";
    DueAnswer = "due_answer", Overdue, "読影依頼への返事が期限を迎えています。", "The answer to a request is due.";
    DueReport = "due_report", Overdue, "読影報告書の作成が期限を迎えています。", "A report is due.";
    DueRead = "due_read", Overdue, "読影報告書の確認が期限を迎えています。", "A report has not been read and is due.";
    DueExplain = "due_explain", Overdue, "患者さんへの説明が期限を迎えています。", "The explanation to a patient is due.";
    DueReply = "due_reply", Overdue, "疑義照会への回答が期限を迎えています。", "The answer to a query is due.";
    DueConsent = "due_consent", Overdue, "ほかの読影医への依頼に対する同意が期限を迎えています。", "A decision on a further reader is due.";
    DueSeeTo = "due_see_to", Overdue, "偶発所見への対応が期限を迎えています。", "An incidental finding is due to be seen to.";
    DueAcknowledge = "due_acknowledge", Urgent, "緊急所見がまだ確認されていません。電話でも連絡してください。", "An urgent finding has not been acknowledged: telephone as well.";
    CredentialEnding = "credential_ending", Credential, "証明書の有効期限が近づいています。更新を申請してください。", "A certificate ends soon: apply for its renewal.";
    CredentialEnded = "credential_ended", Credential, "証明書の有効期限が切れました。", "A certificate has ended.";
    NoSuccessor = "no_successor", Overdue, "次に依頼する予定だった読影医に依頼できませんでした。別の読影医を選んでください。", "None of those who were to be asked next can be asked: choose another reader.";
    ReaderLost = "reader_lost", Overdue, "読影医の資格が停止または失効しました。次の読影医を選んでください。", "A reader has lost her credential: choose the next reader.";
    RequesterLost = "requester_lost", Overdue, "依頼者の資格が停止または失効しました。依頼元に電話で確かめてください。", "A requester has lost her credential: telephone the clinic and ask who takes over.";
    HandingOver = "handing_over", Request, "依頼元の医院が引き継がれます。新しい依頼者との取り決めが必要です。", "A practice passes to a new owner: an agreement with her is needed.";
    ToTakeOver = "to_take_over", Request, "相談の引き継ぎを待っています。症例一覧で確かめて署名してください。", "Consultations wait for you to take them over: look at your work list.";
    TakenOver = "taken_over", Progress, "相談が新しい依頼者に引き継がれました。", "A new requester has taken a consultation over.";
    Test = "test", Progress, "これは通知の試験です。", "This is a test of the notices.";
}

impl Matter {
    /// The matter of a stored word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// Whether it breaks through quiet hours: only what cannot wait until the morning (R9).
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::UrgentFinding | Self::DueAcknowledge | Self::Forked)
    }
}
