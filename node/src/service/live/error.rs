//! Why somebody takes no part in a live consult.

use dokuei_live::Refusal;
use thiserror::Error;

use crate::service::codes::Code;
use crate::service::error::{Blame, ServiceError};

/// Why somebody takes no part in a live consult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LiveError {
    /// What others see of a case must not be seen before a blind reading is committed.
    #[error(
        "a second reader reads this case blind here: until she has committed herself to her report nobody at this node takes part in its live consult"
    )]
    Blind,
    /// Whoever writes has joined.
    #[error("only who has joined the live consult writes in it")]
    NotJoined,
    /// Too many consults, or people in one.
    #[error("there are too many live consults at this node, or too many people in this one")]
    Full,
}

impl LiveError {
    pub(in crate::service) const fn code(self) -> Code {
        match self {
            Self::Blind => Code::LiveBlind,
            Self::NotJoined => Code::LiveNotJoined,
            Self::Full => Code::LiveFull,
        }
    }

    pub(in crate::service) const fn next(self) -> &'static str {
        match self {
            Self::Blind => "commit the blind reading with its final report, then join",
            Self::NotJoined => "join it first",
            Self::Full => "end one that is not needed any more, then join",
        }
    }

    pub(in crate::service) const fn blame(self) -> Blame {
        match self {
            Self::Blind => Blame::NotAllowed,
            Self::NotJoined => Blame::Conflict,
            Self::Full => Blame::TooMany,
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        Self::Live(match refusal {
            Refusal::NotJoined => LiveError::NotJoined,
            Refusal::Full => LiveError::Full,
        })
    }
}
