//! What an entry says in one line, for a timeline: in Japanese and in English, without anything clinical.

use crate::body::{
    AmendmentKind, Body, Close, EraseOutcome, ForwardKind, Ground, Outcome, ReportStatus, Stance, Urgency,
};

impl Body {
    /// Why, in the words of whoever signed it; for entries that end something. They may be clinical.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::EraseNotice(body) => Some(&body.reason),
            Self::Decline(body) => Some(&body.reason),
            Self::Withdraw(body) => Some(&body.reason),
            Self::GrantRevoke(body) => Some(&body.reason),
            Self::Amendment(body) => Some(&body.reason),
            Self::HandOver(body) => Some(&body.reason),
            Self::EraseRequest(body) => Some(&body.reason),
            Self::EraseAnswer(body) => match &body.outcome {
                EraseOutcome::Kept(kept) => Some(&kept.reason),
                EraseOutcome::Erased(_) => None,
            },
            Self::Close(Close {
                outcome: Outcome::NotInformed { reason },
            }) => Some(reason),
            _ => None,
        }
    }

    /// One line in Japanese and one in English.
    #[must_use]
    pub fn summary(&self) -> (String, String) {
        let (ja, en) = match self {
            Self::Agreement(body) if body.countersigns.is_some() => {
                ("取り決めに署名しました", "countersigned the agreement")
            }
            Self::Agreement(_) => ("取り決めを提案しました", "proposed an agreement"),
            Self::Request(body) => match body.urgency {
                Urgency::Routine => ("読影を依頼しました", "asked for a reading"),
                Urgency::Urgent => ("至急の読影を依頼しました", "asked for an urgent reading"),
                Urgency::Emergency => ("緊急の読影を依頼しました", "asked for an emergency reading"),
            },
            Self::Accept(_) => ("依頼を受諾しました", "accepted the request"),
            Self::Decline(_) => ("依頼を辞退しました", "declined the request"),
            Self::PackageOffered(_) => (
                "画像を暗号化して送付の準備をしました",
                "sealed the study for sending",
            ),
            Self::Grant(_) => ("画像の鍵を渡しました", "granted the key of the study"),
            Self::Received(_) => (
                "画像をすべて受信し検証しました",
                "received and verified the whole study",
            ),
            Self::Report(body) => match (body.status, body.predecessor) {
                (ReportStatus::Preliminary, _) => ("仮報告書に署名しました", "signed a preliminary report"),
                (ReportStatus::Final, None) => ("最終報告書に署名しました", "signed the final report"),
                (ReportStatus::Final, Some(_)) => (
                    "報告書の新しい版に署名しました",
                    "signed a new version of the report",
                ),
            },
            Self::ReportRead(_) => ("報告書と画像を確認しました", "read the report and the images"),
            Self::Close(body) => match body.outcome {
                Outcome::PatientInformed { .. } => (
                    "患者に説明し終了しました",
                    "closed the consultation; the patient was informed",
                ),
                Outcome::NotInformed { .. } => (
                    "患者への説明なしで終了しました",
                    "closed the consultation; the patient was not informed",
                ),
            },
            Self::EraseNotice(_) => (
                "画像の送付を取り消し、消去しました",
                "cancelled the transfer of the study and had it erased",
            ),
            Self::Withdraw(_) => ("依頼を取り下げました", "withdrew the request"),
            _ => self.summary_of_duties(),
        };
        (ja.to_owned(), en.to_owned())
    }

    /// The same, for what accompanies request and report.
    const fn summary_of_duties(&self) -> (&'static str, &'static str) {
        match self {
            Self::GrantRevoke(_) => ("画像の閲覧許可を取り消しました", "took back a grant of the study"),
            Self::Query(_) => ("疑義を照会しました", "asked about a doubt"),
            Self::Answer(_) => ("照会に回答しました", "answered a query"),
            Self::Amendment(body) => match body.kind {
                AmendmentKind::Addendum => ("報告書に追記しました", "signed an addendum to the report"),
                AmendmentKind::Amended => ("報告書を訂正しました", "amended the report"),
            },
            Self::UrgentFinding(_) => ("緊急所見を報告しました", "reported an urgent finding"),
            Self::UrgentAck(_) => ("緊急所見を確認しました", "acknowledged an urgent finding"),
            Self::IncidentalFinding(_) => ("偶発所見を報告しました", "reported an incidental finding"),
            Self::IncidentalResolved(_) => (
                "偶発所見の転帰を記録しました",
                "recorded the outcome of an incidental finding",
            ),
            Self::PatientInformed(_) => ("患者に結果を説明しました", "explained the result to the patient"),
            Self::Forward(body) => match body.kind {
                ForwardKind::SecondOpinion => {
                    ("セカンドオピニオンを依頼しました", "asked for a second opinion")
                }
                ForwardKind::Alternative => ("別の読影医にも依頼しました", "asked another reader as well"),
                ForwardKind::Blind => ("盲検の第二読影を依頼しました", "asked for a blind second reading"),
            },
            Self::Reconciliation(_) => (
                "二つの報告書の統合見解に署名しました",
                "signed a reconciled opinion on both reports",
            ),
            Self::EraseRequest(_) => (
                "画像の写しの消去を求めました",
                "asked the others to erase their copies of the images",
            ),
            Self::EraseAnswer(body) if body.is_erased() => (
                "画像の写しを消去し、証明書を送りました",
                "erased the copy of the images, and sent the certificate of it",
            ),
            Self::EraseAnswer(_) => (
                "画像の写しを保存し続ける理由を伝えました",
                "said why the copy of the images is kept",
            ),
            Self::CoSignature(body) => match body.stance {
                Stance::Agrees => ("連署しました", "co-signed"),
                Stance::Dissents => ("異なる見解を述べました", "stated a dissent"),
            },
            Self::Release(_) => (
                "資格を失った読影医の担当を解きました",
                "let a reader go who has lost her credential",
            ),
            Self::HandOver(_) => (
                "医院の引き継ぎを申し出ました",
                "offered the consultation to a new owner",
            ),
            Self::TakeOver(body) => match body.ground {
                Ground::HandedOver { .. } => (
                    "相談を引き継ぎ、依頼者となりました",
                    "took the consultation over as its requester",
                ),
                Ground::Lost { .. } => (
                    "資格を失った依頼者に代わり、単独で引き継ぎました",
                    "took over alone from a requester who has lost her credential",
                ),
            },
            Self::ForwardConsent(_) => ("追加の読影に同意しました", "consented to a further reader"),
            _ => ("盲検読影の結果を確定しました", "committed to a blind reading"),
        }
    }
}
