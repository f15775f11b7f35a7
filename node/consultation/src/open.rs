//! What must be settled before a consultation may end (R7, R9, R10).

use dokuei_identity::fingerprint::Fingerprint;

use crate::id::EntryId;

/// What kind of thing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OpenKind {
    /// An urgent finding that nobody has acknowledged (R9).
    UrgentFinding,
    /// A version of a report that the requester has not read (R7).
    UnreadReport,
    /// An incidental finding without an outcome (R10).
    IncidentalFinding,
    /// A query without an answer (R7).
    Query,
    /// A further reader who has neither declined nor reported.
    Forward,
}

impl OpenKind {
    /// The stable name, as in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UrgentFinding => "urgent_finding",
            Self::UnreadReport => "unread_report",
            Self::IncidentalFinding => "incidental_finding",
            Self::Query => "query",
            Self::Forward => "forward",
        }
    }

    pub(crate) const fn en(self) -> &'static str {
        match self {
            Self::UrgentFinding => "an urgent finding is not acknowledged",
            Self::UnreadReport => "a version of the report is not read",
            Self::IncidentalFinding => "an incidental finding has no outcome",
            Self::Query => "a query is not answered",
            Self::Forward => "a further reader has neither declined nor reported",
        }
    }

    pub(crate) const fn ja(self) -> &'static str {
        match self {
            Self::UrgentFinding => "緊急所見が未確認です。",
            Self::UnreadReport => "未読の報告書があります。",
            Self::IncidentalFinding => "偶発所見の転帰が記録されていません。",
            Self::Query => "疑義照会に回答がありません。",
            Self::Forward => "追加の読影医の辞退も報告書もありません。",
        }
    }
}

/// One thing that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// What it is.
    pub kind: OpenKind,
    /// The entry that opened it.
    pub entry: EntryId,
    /// The practitioner who is to see to it.
    pub owner: Fingerprint,
}
