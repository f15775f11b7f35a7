//! Why an entry is not signed, or not accepted: a stable code, one sentence in English and in Japanese, and what to
//! do next. No refusal shows what a patient or practitioner wrote.

use dokuei_identity::fingerprint::Fingerprint;
use thiserror::Error;

use crate::body::Incomplete;
use crate::entry::EntryType;
use crate::open::OpenKind;
use crate::standing::Denied;

/// Why an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The peer sent what is not an entry of ours.
    #[error("the entry is not of the form that the protocol prescribes")]
    Malformed,
    /// The entry is of a type of a later version: nobody's fault, and good once this node is updated.
    #[error("the entry is of a type ({0}) that this version of Dokuei does not know yet")]
    Newer(u16),
    /// The signature is not by the certificate that is named.
    #[error("the signature does not belong to the certificate that the entry names")]
    BadSignature,
    /// The body is not the one that was signed (R6).
    #[error("the content of the entry is not the one that was signed")]
    BodyAltered,
    /// The certificate of the signer is not known here.
    #[error("the certificate {0} that signs the entry is not known here")]
    UnknownSigner(Fingerprint),
    /// A machine signed what only a person may sign (R5).
    #[error("the entry is signed by a machine where a practitioner must sign")]
    NotAPerson,
    /// The signer's certificate is revoked or suspended.
    #[error("the certificate {0} that signs the entry is revoked or suspended")]
    Revoked(Fingerprint),
    /// The entry claims a time that is still to come.
    #[error("the entry claims a time {ahead} seconds in the future")]
    FromTheFuture {
        /// How far, seconds.
        ahead: u64,
    },
    /// The entry claims a time before that of what it follows.
    #[error("the entry claims a time {behind} seconds before that of an entry that its author had seen")]
    Backdated {
        /// How far, seconds.
        behind: u64,
    },
    /// The entry was drafted too long ago to be new now.
    #[error("the entry was drafted {age} seconds ago and is no longer current")]
    Outdated {
        /// How long ago, seconds.
        age: u64,
    },
    /// Something is missing, too long or not of the required form (R7).
    #[error("the entry cannot be made or accepted because {0}")]
    Incomplete(#[from] Incomplete),
    /// The entry belongs to another log.
    #[error("the entry belongs to another log")]
    OtherLog,
    /// The author's own chain does not continue here.
    #[error("the entry does not continue the chain of the device that signs it")]
    BrokenChain,
    /// The logical clock is not one more than the parents'.
    #[error("the logical clock of the entry does not follow its parents")]
    BadClock,
    /// Somebody signed two entries for one place: see the fork proof.
    #[error("the log is frozen because two different entries were signed for the same place in it")]
    Frozen,
    /// The log, or what waits for it, has reached its limit.
    #[error("the log holds as many entries as are allowed ({limit})")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// The log has begun with another entry, or this one may not begin it.
    #[error("a {0:?} entry cannot stand at the beginning of this log")]
    Beginning(EntryType),
    /// An entry of this type is not for this kind of log.
    #[error("a {0:?} entry does not belong in this kind of log")]
    WrongKind(EntryType),
    /// There is no agreement with this id, or it is not countersigned (R8).
    #[error("there is no countersigned agreement between the two parties")]
    NoAgreement,
    /// The agreement is not in force at that time (R8).
    #[error("the agreement between the two parties is not in force at this time")]
    AgreementNotInForce,
    /// The agreement is between others, or its entries are not those named (R8).
    #[error("the agreement named is not the one between these two parties")]
    OtherAgreement,
    /// The countersignature is not of the text that was proposed.
    #[error("the countersigned text is not the one that was proposed")]
    OtherTerms,
    /// Requester and consultant are of one facility, or one person.
    #[error("the two parties belong to the same facility")]
    SameFacility,
    /// The credential does not allow this (R3, R4).
    #[error("{}", .0.en)]
    Denied(Denied),
    /// Only the consultant may do this.
    #[error("only the consultant named in the request may sign a {0:?} entry")]
    NotTheConsultant(EntryType),
    /// Only the requester may do this.
    #[error("only the requester may sign a {0:?} entry")]
    NotTheRequester(EntryType),
    /// Only the party to whom the agreement was proposed may countersign it.
    #[error("only the party named in the proposal may sign this")]
    NotAParty,
    /// The entry may not be made in this state.
    #[error("a {entry:?} entry cannot be made while the consultation is {state}")]
    NotNow {
        /// The entry.
        entry: EntryType,
        /// The state, as [`crate::state::State::name`] gives it.
        state: &'static str,
    },
    /// The entry names a request, package or report that is not before it in the log.
    #[error("the entry names something that is not before it in the log")]
    UnknownReference,
    /// The receipt is not for the package that was offered.
    #[error("the receipt does not match the package that was offered")]
    OtherPackage,
    /// The node that signs the receipt holds no grant.
    #[error("the node that signs the receipt was not granted the package")]
    NotGranted,
    /// A report rests on the images.
    #[error("a report rests on these images: they belong to the record and are not erased")]
    Kept,
    /// The report does not replace the newest version (R6).
    #[error("the report does not continue from the newest version")]
    NotTheNewestVersion,
    /// An addendum changes what was said (R6).
    #[error("an addendum adds to the report and leaves what was said as it was")]
    NotAnAddendum,
    /// The consultation cannot end: something is open (R7, R9, R10).
    #[error("the consultation cannot end because {}", .0.en())]
    StillOpen(OpenKind),
    /// A blind reader has seen another report already.
    #[error("the commitment to a blind reading comes after another report was seen")]
    NotBlind,
    /// A blind reader works at a node at which another reader of the case does.
    #[error("a blind reader cannot work at a node at which another reader of the consultation works")]
    NotApart,
    /// Somebody takes over what was not offered to her, or from whom she may not.
    #[error("only the practitioner to whom the requester hands the consultation over may take it over")]
    NotTheSuccessor,
    /// A colleague takes over alone, and the requester's certificate holds as far as is known here.
    #[error("the certificate {0} of the requester is neither revoked nor expired as far as is known here")]
    StillHolds(Fingerprint),
    /// A blind reader shows another report than the one that she had committed herself to.
    #[error("the report is not the one that was committed to before the blind reading was opened")]
    OtherThanCommitted,
}

/// Code, Japanese sentence, what to do next in English and Japanese.
type Wording = (&'static str, &'static str, &'static str, &'static str);

const REPORT_IT: (&str, &str) = (
    "Do not use it; tell the sender by telephone and keep the log for the administrator.",
    "使用せず、送信元に電話で連絡し、管理者のためにログを保存してください。",
);

impl Refusal {
    /// A stable name in snake_case, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.wording().0
    }

    /// One sentence in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Denied(denied) => denied.ja.clone(),
            Self::StillOpen(kind) => format!("{}{}", self.wording().1, kind.ja()),
            Self::Incomplete(incomplete) => format!("{}（項目：{}）", self.wording().1, incomplete.field),
            _ => self.wording().1.to_owned(),
        }
    }

    /// One sentence in English.
    #[must_use]
    pub fn en(&self) -> String {
        self.to_string()
    }

    /// What to do next, in English.
    #[must_use]
    pub fn next_en(&self) -> &'static str {
        self.wording().2
    }

    /// What to do next, in Japanese.
    #[must_use]
    pub fn next_ja(&self) -> &'static str {
        self.wording().3
    }

    fn wording(&self) -> Wording {
        match self {
            Self::Malformed | Self::BadSignature | Self::BodyAltered | Self::NotAPerson => {
                self.authenticity()
            }
            Self::Newer(_)
            | Self::UnknownSigner(_)
            | Self::Revoked(_)
            | Self::FromTheFuture { .. }
            | Self::Backdated { .. }
            | Self::Outdated { .. } => self.signer(),
            Self::NoAgreement
            | Self::AgreementNotInForce
            | Self::OtherAgreement
            | Self::OtherTerms
            | Self::SameFacility => self.agreement(),
            Self::OtherLog
            | Self::BrokenChain
            | Self::BadClock
            | Self::Frozen
            | Self::Full { .. }
            | Self::Beginning(_)
            | Self::WrongKind(_) => self.place(),
            _ => self.rules(),
        }
    }

    fn authenticity(&self) -> Wording {
        let (code, ja) = match self {
            Self::BadSignature => ("bad_signature", "署名が、記載された証明書のものではありません。"),
            Self::BodyAltered => (
                "body_altered",
                "内容が署名時のものと異なります（改ざんのおそれ）。",
            ),
            Self::NotAPerson => (
                "not_a_person",
                "歯科医師・医師の署名が必要な記録に、機器の署名が付いています。",
            ),
            _ => ("malformed", "記録の形式が規約に合いません。"),
        };
        (code, ja, REPORT_IT.0, REPORT_IT.1)
    }

    fn signer(&self) -> Wording {
        match self {
            Self::Newer(_) => (
                "newer_entry",
                "この版のDokueiがまだ知らない種類の記録です。",
                "Update Dokuei on this computer; the entry is taken in then.",
                "この端末のDokueiを更新してください。更新後に取り込まれます。",
            ),
            Self::UnknownSigner(_) => (
                "signer_unknown",
                "署名者の証明書がこの端末に登録されていません。",
                "Connect to the sender so that the certificate is exchanged, then try again.",
                "送信元に接続して証明書を受け取り、もう一度お試しください。",
            ),
            Self::Outdated { .. } => (
                "draft_outdated",
                "下書きから署名までに時間がたちすぎています。",
                "Look at it again and sign it anew.",
                "内容を確認し、署名し直してください。",
            ),
            Self::FromTheFuture { .. } => (
                "from_the_future",
                "記録の日時が現在より先になっています。",
                "Check the clocks of both computers, then try again.",
                "双方の端末の時計を確認し、もう一度お試しください。",
            ),
            Self::Backdated { .. } => (
                "backdated",
                "記録の日時が、先行する記録より前になっています。",
                "Check the clocks of both computers, then try again.",
                "双方の端末の時計を確認し、もう一度お試しください。",
            ),
            _ => (
                "signer_revoked",
                "署名者の証明書は失効または停止されています。",
                "Contact the practitioner and the registry.",
                "署名者と登録局に確認してください。",
            ),
        }
    }

    fn agreement(&self) -> Wording {
        let (code, ja) = match self {
            Self::AgreementNotInForce => ("agreement_not_in_force", "取決めの有効期間外です。"),
            Self::OtherAgreement => (
                "other_agreement",
                "記載された取決めは、この両者の間のものではありません。",
            ),
            Self::OtherTerms => ("other_terms", "副署された文面が、提案された文面と異なります。"),
            Self::SameFacility => {
                return (
                    "same_facility",
                    "依頼側と読影側が同一施設です。遠隔画像診断は施設間で行うものです。",
                    "Choose a consultant of another facility.",
                    "他施設の読影医を選んでください。",
                );
            }
            _ => (
                "no_agreement",
                "両者の間に副署済みの取決め（責任分担）がありません。",
            ),
        };
        (
            code,
            ja,
            "Propose an agreement to the other party and have it countersigned, then send the request.",
            "相手方に取決めを提案し、副署を得てから依頼してください。",
        )
    }

    fn place(&self) -> Wording {
        let (code, ja) = match self {
            Self::OtherLog => ("other_log", "別の記録簿に属する記録です。"),
            Self::BrokenChain => ("broken_chain", "端末ごとの記録の連鎖が続いていません。"),
            Self::BadClock => ("bad_clock", "論理時計が前の記録に続いていません。"),
            Self::Frozen => (
                "frozen",
                "同じ位置に異なる二つの署名記録があるため、記録簿を凍結しました。",
            ),
            Self::Full { .. } => ("full", "記録簿の件数が上限に達しました。"),
            Self::WrongKind(_) => ("wrong_kind", "この種類の記録簿には置けない記録です。"),
            _ => ("wrong_beginning", "この記録簿の最初に置けない記録です。"),
        };
        (code, ja, REPORT_IT.0, REPORT_IT.1)
    }

    fn rules(&self) -> Wording {
        match self {
            Self::Incomplete(_) => (
                "incomplete",
                "必要な項目が記入されていないか、形式が正しくありません。",
                "Fill in the field that is named, then try again.",
                "示された項目を記入し、もう一度お試しください。",
            ),
            Self::Denied(_) => (
                "not_qualified",
                "資格により認められません。",
                "Have it done by a practitioner who is qualified for it.",
                "資格のある歯科医師・医師が行ってください。",
            ),
            Self::NotTheConsultant(_) => (
                "not_the_consultant",
                "依頼で指名された読影医だけが署名できます。",
                "Sign in as the consultant named in the request.",
                "指名された読影医としてサインインしてください。",
            ),
            Self::NotTheRequester(_) => (
                "not_the_requester",
                "依頼した医師だけが署名できます。",
                "Sign in as the practitioner who made the request.",
                "依頼した医師としてサインインしてください。",
            ),
            Self::NotAParty => (
                "not_a_party",
                "提案で指名された当事者だけが署名できます。",
                "Sign in as the party named in the proposal.",
                "提案で指名された当事者としてサインインしてください。",
            ),
            Self::NotNow { .. } => (
                "not_now",
                "現在の状態では行えません。",
                "Look at the timeline of the consultation to see what it waits for.",
                "経過を開き、何を待っている状態か確認してください。",
            ),
            Self::Kept => (
                "kept",
                "報告書の根拠となった画像は診療記録の一部であり、消去できません。",
                "Leave them; a correction of the report is signed as a new version.",
                "そのまま保存してください。報告書の訂正は新しい版として署名します。",
            ),
            Self::NotTheNewestVersion => (
                "not_the_newest_version",
                "最新版の報告書に続くものではありません。",
                "Open the newest version and correct that one.",
                "最新版を開いて修正してください。",
            ),
            Self::NotAnAddendum => (
                "not_an_addendum",
                "追記は、既に書かれた内容を変えてはなりません。",
                "Write below what is there, or sign it as an amendment.",
                "既存の記載の後に書き足すか、訂正として署名してください。",
            ),
            Self::StillOpen(_) => (
                "still_open",
                "未了の事項があるため終了できません。",
                "Settle what is open first; the consultation lists it.",
                "一覧の未了事項を先に処理してください。",
            ),
            Self::NotBlind => (
                "not_blind",
                "他の報告書を見た後では、盲検読影として確定できません。",
                "Sign it as a second opinion.",
                "セカンドオピニオンとして署名してください。",
            ),
            Self::NotApart => (
                "not_apart",
                "盲検読影は、同じ相談の他の読影医が使う端末では行えません。",
                "Ask somebody at another facility for it, or ask for a second opinion.",
                "別の施設の読影医に依頼するか、セカンドオピニオンとして依頼してください。",
            ),
            Self::NotTheSuccessor | Self::StillHolds(_) => self.succession(),
            Self::OtherThanCommitted => (
                "other_than_committed",
                "盲検読影で確定した報告書と異なります。",
                "Sign the report as it was committed to; change it afterwards by an amendment.",
                "確定したとおりの報告書に署名し、変更は後から訂正として行ってください。",
            ),
            _ => self.package(),
        }
    }

    const fn succession(&self) -> Wording {
        match self {
            Self::StillHolds(_) => (
                "still_holds",
                "依頼者の証明書は、この端末が知る限り失効していません。",
                "Let the requester hand the consultation over; alone it is taken over only when her certificate is revoked or expired.",
                "依頼者に引き継ぎの操作を求めてください。単独での引き継ぎは、証明書が失効した場合に限られます。",
            ),
            _ => (
                "not_the_successor",
                "引き継ぎの相手として指定された医師だけが引き継げます。",
                "Have the requester hand the consultation over to you first.",
                "先に依頼者から引き継ぎの指定を受けてください。",
            ),
        }
    }

    fn package(&self) -> Wording {
        let (code, ja) = match self {
            Self::OtherPackage => ("other_package", "受領証が、提供された画像一式と一致しません。"),
            Self::NotGranted => (
                "not_granted",
                "受領証に署名した端末は、閲覧を許可されていません。",
            ),
            _ => (
                "unknown_reference",
                "記録簿にない依頼・画像・報告書を指しています。",
            ),
        };
        (code, ja, REPORT_IT.0, REPORT_IT.1)
    }
}
