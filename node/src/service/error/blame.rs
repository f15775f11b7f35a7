//! Whose move it is when a use case refused or failed.

use dokuei_consultation::refusal::Refusal;
use dokuei_dicom::header::HeaderError;
use dokuei_dicom::render::RenderError;
use dokuei_governance::rules::RuleError;
use dokuei_identity::register::RegisterError;
use dokuei_store::StoreError;

use super::{Blame, ServiceError};

impl ServiceError {
    /// Whose move it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Unknown(_)
            | Self::NoReport
            | Self::Deleted { .. }
            | Self::Store(StoreError::NotFound(_)) => Blame::Unknown,
            Self::ProofNeeded => Blame::NotAllowed,
            Self::Deletion(_) | Self::UnderTransfer => Blame::Conflict,
            Self::WrongPassphrase | Self::SecondFactorRequired(_) | Self::SecondFactorWrong => {
                Blame::NotSignedIn
            }
            Self::Passphrase(_) | Self::Kit(_) | Self::Application(_) | Self::Answer(_) => Blame::Caller,
            Self::NoKit | Self::NotTrained | Self::Rule(RuleError::NotYourDuty(_) | RuleError::NotYours) => {
                Blame::NotAllowed
            }
            Self::Rule(_) => Blame::Caller,
            Self::PracticeOnly | Self::NoPolicy(_) | Self::Frozen | Self::Held | Self::DamagedRecords(_) => {
                Blame::Conflict
            }
            Self::AlreadyEnrolled | Self::NoSecondFactor | Self::NotEnrolling => Blame::Conflict,
            Self::LockedOut { .. } | Self::TestedLately => Blame::TooMany,
            Self::Live(error) => error.blame(),
            Self::Denied(_) => Blame::NotAllowed,
            Self::Refused(Refusal::Denied(_) | Refusal::NotAParty | Refusal::NotAPerson) => Blame::NotAllowed,
            Self::Refused(_) | Self::NoAgreement | Self::NoDevice | Self::NotOpened | Self::NotEmpty(_) => {
                Blame::Conflict
            }
            Self::Store(
                StoreError::InstanceConflict | StoreError::SeriesConflict | StoreError::PatientConflict,
            ) => Blame::Conflict,
            Self::Store(StoreError::Damaged("image") | StoreError::Differs) => Blame::Conflict,
            Self::Store(_) => Blame::Storage,
            Self::ToAcknowledge(_) | Self::DraftChanged | Self::DraftUnreadable => Blame::Conflict,
            Self::Attach(_) | Self::Pseudonym(_) => Blame::Caller,
            Self::Field { .. } | Self::Files(_) | Self::Header(_) | Self::File { .. } | Self::Render(_) => {
                Blame::Caller
            }
            Self::NoPractitionerCertificate
            | Self::NoRoot
            | Self::RootRefused(_)
            | Self::NoNodeCertificate
            | Self::NoApplicationKey
            | Self::ApplicationSealed
            | Self::ApplicationDecided
            | Self::TooManyApplications
            | Self::NotDeposited(_)
            | Self::NoMailServer
            | Self::NoticeNotSent(_)
            | Self::Certificate(_)
            | Self::Unlogged
            | Self::StaleRegister { .. }
            | Self::ClockApart
            | Self::OlderRegister { .. }
            | Self::RegisterGap { .. }
            | Self::Register(RegisterError::SplitView(_))
            | Self::Wiped => Blame::Conflict,
            Self::RegisterFile(_) => Blame::Caller,
            Self::Media(error) => error.blame(),
            Self::Archive(error) => error.blame(),
            _ => Blame::Node,
        }
    }
}

/// What is read may be an image of the store: that it is damaged is not the file's fault, nor the picture's.
impl From<HeaderError> for ServiceError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Io(error) => match StoreError::from(error) {
                StoreError::Io(error) => Self::Header(HeaderError::Io(error)),
                stored => Self::Store(stored),
            },
            other => Self::Header(other),
        }
    }
}

impl From<RenderError> for ServiceError {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Header(error) => match Self::from(error) {
                Self::Header(error) => Self::Render(RenderError::Header(error)),
                stored => stored,
            },
            other => Self::Render(other),
        }
    }
}
