//! Failures as the operator sees them: one sentence, an exit code, a stable word for scripts.

use std::process::ExitCode;

use dokuei_identity::application::{ApplicationError, SealError};
use dokuei_identity::certificate::UnknownWord;
use dokuei_identity::chain::ChainError;
use dokuei_identity::issue::IssueError;
use dokuei_identity::keystore::KeystoreError;
use dokuei_identity::passphrase::PassphraseError;
use dokuei_identity::request::RequestError;
use dokuei_identity::revocation::RevocationError;
use thiserror::Error;

use crate::journal::State;

/// Why a command did not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum Failure {
    /// The command line or configuration does not make sense.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("{path} cannot be {what}: {source}")]
    Storage {
        what: &'static str,
        path: String,
        source: std::io::Error,
    },
    /// There is no registry here.
    #[error("there is no registry in {0}; make one with `dokuei-registry init`")]
    NoRegistry(String),
    /// There already is one.
    #[error("there already is a registry in {0}; nothing was changed")]
    Exists(String),
    /// Another process is at work in the data directory.
    #[error("another dokuei-registry is working in {0}; let it finish, or use its `serve` API")]
    Busy(String),
    /// A file of the registry is not what it was.
    #[error("{0}")]
    Damaged(String),
    /// No certificate of this name.
    #[error(
        "no certificate with fingerprint or serial number {0} was issued here; see `dokuei-registry list`"
    )]
    Unknown(String),
    /// It is revoked already.
    #[error("the certificate {0} is revoked already; nothing was changed")]
    AlreadyRevoked(String),
    /// The state of the credential does not allow it.
    #[error("the certificate {fingerprint} is {}, so it cannot be {step}; {next}", state.as_str().replace('_', " "))]
    NotInThisState {
        fingerprint: String,
        state: State,
        step: &'static str,
        next: &'static str,
    },
    /// A new key was asked for, and the request is for the old one.
    #[error("the request is for the key that the certificate {0} has already; renew it, or make a new key")]
    SameKey(String),
    /// Named operators work here, and nobody said who acts.
    #[error("this needs a named operator: say who you are with --operator NAME")]
    OperatorNeeded,
    /// No such operator.
    #[error("there is no operator {0} here; see `dokuei-registry operator list`")]
    UnknownOperator(String),
    /// There is one of this name.
    #[error("there already is an operator {0}; nothing was changed")]
    OperatorThere(String),
    /// Nobody else would be left.
    #[error("{0} is the last operator, and cannot be let go; name another one first")]
    LastOperator(String),
    /// The four-eyes rule.
    #[error("{0} asked for this, so somebody else must confirm it")]
    SamePerson(String),
    /// Evidence that convicts nobody.
    #[error("the evidence does not hold: {0}")]
    NoEvidence(String),
    /// No such act waits.
    #[error("nothing with the id {0} is waiting; see `dokuei-registry pending list`")]
    NothingPending(String),
    /// The operator log is not what was written.
    #[error("the operator log is not whole: {0}")]
    OperatorLog(String),
    /// Some rows of an import were not issued.
    #[error("{0} rows were not issued; the report says which and why")]
    NotAll(u64),
    /// A share of the root key, or all of them together, cannot be used.
    #[error("{0}")]
    Share(String),
    /// The root's key is needed and was not found.
    #[error("the root's key is needed: {0}")]
    RootKey(String),
    /// An authority that is in service.
    #[error("{0} is in service already; nothing was changed")]
    InService(String),
    /// A certificate for another key, or for none.
    #[error(
        "this certificate is not for the request that waits here; make a request (`authority request`), and let the root \
         certify that one"
    )]
    NotRequested,
    /// An issuing authority that no root of ours certified, or not now.
    #[error("this is no issuing authority under this registry's root: {0}")]
    ForeignAuthority(String),
    /// Nothing to go on with.
    #[error("no root is being made here, or it was given up after two hours; begin the ceremony again")]
    NoCeremony,
    /// Another operator's, which is not destroyed behind her back.
    #[error(
        "another operator is making a root here; ask her to finish it or to give it up, or wait: after two hours it is \
         given up by itself"
    )]
    CeremonyHeld,
    /// No such application.
    #[error("no application {0} is here, or several begin so; see `dokuei-registry application list`")]
    UnknownApplication(String),
    /// Somebody decided already.
    #[error("the application {id} is {state} already; nothing was changed")]
    ApplicationDecided { id: String, state: &'static str },
    /// What was found forbids it.
    #[error("the application cannot be approved: {0}")]
    NotApprovable(String),
    /// It names another root.
    #[error("the application is for another network's registry")]
    OtherNetwork,
    /// There is no room for another.
    #[error("there are {0} applications here, as many as are kept; archive the folder `applications`")]
    InboxFull(usize),
    /// No such import.
    #[error("there is no import {0} here; choose its file again")]
    UnknownImport(String),
    /// One at a time.
    #[error("another import is being carried out; wait until it ends, or stop it")]
    ImportRuns,
    /// A bootstrap node does not answer as it should.
    #[error("{0}")]
    Bootstrap(String),
    #[error(transparent)]
    Application(#[from] ApplicationError),
    #[error(transparent)]
    Sealed(#[from] SealError),
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The passphrase may not be chosen.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Revocation(#[from] RevocationError),
    #[error(transparent)]
    Word(#[from] UnknownWord),
}

impl Failure {
    pub(crate) fn storage(what: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Storage {
            what,
            path: path.display().to_string(),
            source,
        }
    }

    /// A stable word for scripts and the API.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Storage { .. } => "storage",
            Self::NoRegistry(_) => "no_registry",
            Self::Exists(_) => "exists",
            Self::Busy(_) => "busy",
            Self::Damaged(_) => "damaged",
            Self::Unknown(_) => "unknown_certificate",
            Self::AlreadyRevoked(_) => "already_revoked",
            Self::NotInThisState { .. } => "not_in_this_state",
            Self::SameKey(_) => "same_key",
            Self::OperatorNeeded => "operator_needed",
            Self::UnknownOperator(_) => "unknown_operator",
            Self::OperatorThere(_) => "operator_exists",
            Self::LastOperator(_) => "last_operator",
            Self::SamePerson(_) => "same_person",
            Self::NoEvidence(_) => "no_evidence",
            Self::NothingPending(_) => "nothing_pending",
            Self::OperatorLog(_) => "operator_log",
            Self::NotAll(_) => "not_all",
            Self::Share(_) => "share",
            Self::RootKey(_) => "root_key",
            Self::InService(_) => "in_service",
            Self::NotRequested => "not_requested",
            Self::ForeignAuthority(_) => "foreign_authority",
            Self::NoCeremony => "no_ceremony",
            Self::CeremonyHeld => "ceremony_held",
            Self::UnknownApplication(_) => "unknown_application",
            Self::ApplicationDecided { .. } => "application_decided",
            Self::NotApprovable(_) => "not_approvable",
            Self::OtherNetwork => "other_network",
            Self::InboxFull(_) => "inbox_full",
            Self::UnknownImport(_) => "unknown_import",
            Self::ImportRuns => "import_runs",
            Self::Bootstrap(_) => "bootstrap",
            Self::Application(error) => error.code(),
            Self::Sealed(error) => error.code(),
            Self::Keystore(KeystoreError::WrongPassphrase) => "wrong_passphrase",
            Self::Keystore(_) => "keystore",
            Self::Passphrase(error) => error.code(),
            Self::Request(_) => "bad_request_file",
            Self::Issue(IssueError::Denied(_)) => "forbidden_by_policy",
            Self::Issue(_) => "not_issued",
            Self::Chain(_) => "chain",
            Self::Revocation(_) => "revocation",
            Self::Word(_) => "unknown_word",
        }
    }

    const fn exit(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Word(_) => 2,
            Self::Storage { .. } | Self::Damaged(_) | Self::OperatorLog(_) => 5,
            _ => 1,
        }
    }

    /// Prints the failure and gives the exit code: 1 refused or failed, 2 usage, 5 storage.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if json {
            let object = serde_json::json!({"error": {"code": self.code(), "detail": self.to_string()}});
            eprintln!("{object}");
        } else {
            eprintln!("dokuei-registry: {self}");
        }
        ExitCode::from(self.exit())
    }
}
