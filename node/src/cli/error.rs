//! How a command fails: one sentence, what to do next, and an exit code that a script can tell apart.

use std::fmt;
use std::process::ExitCode;

use serde_json::Value;

/// Why a command failed; decides its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Refused or failed: 1.
    Refused,
    /// The node is not running: 3.
    NotRunning,
    /// Nobody is signed in: 4.
    NotSignedIn,
    /// The storage cannot be used: 5.
    Storage,
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused => 1,
            Self::NotRunning => 3,
            Self::NotSignedIn => 4,
            Self::Storage => 5,
        })
    }
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct CliError {
    /// Which kind of failure.
    pub(crate) failure: Failure,
    /// Stable word for a script.
    pub(crate) code: String,
    /// What and why, one sentence.
    pub(crate) message: String,
    /// What to do next; may be empty.
    pub(crate) next: String,
    /// What the second factor is asked, when an answer of it is what is missing.
    pub(crate) second_factor: Option<Box<Value>>,
}

impl CliError {
    /// A failure with a stable code, a sentence and the next step.
    #[must_use]
    pub(crate) fn new(
        failure: Failure,
        code: &str,
        message: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            failure,
            code: code.to_owned(),
            message: message.into(),
            next: next.into(),
            second_factor: None,
        }
    }

    /// A refusal.
    #[must_use]
    pub(crate) fn refused(code: &str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Failure::Refused, code, message, next)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if self.next.is_empty() {
            Ok(())
        } else {
            write!(f, "\n  → {}", self.next)
        }
    }
}

impl std::error::Error for CliError {}

/// What a command gives.
pub(crate) type Outcome<T = ()> = Result<T, CliError>;
