//! Why a use case refused or failed: a stable code, one sentence, and what to do next.

mod blame;

use std::io;
use std::path::PathBuf;

use dokuei_consultation::refusal::Refusal;
use dokuei_dicom::deid::DeidError;
use dokuei_dicom::files::FilesError;
use dokuei_dicom::header::HeaderError;
use dokuei_dicom::render::RenderError;
use dokuei_dicom::report::ReportError;
use dokuei_dicom::wrap::WrapError;
use dokuei_document::DocumentError;
use dokuei_governance::day::Day;
use dokuei_governance::deletion::DeletionError;
use dokuei_governance::rules::RuleError;
use dokuei_identity::application::{ApplicationError, SealError as ApplicationSealError};
use dokuei_identity::chain::ChainError;
use dokuei_identity::passphrase::PassphraseError;
use dokuei_identity::policy::{self, Denial};
use dokuei_identity::register::{FileError, RegisterError};
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;
use dokuei_package::grant::GrantError;
use dokuei_package::open::OpenError;
use dokuei_package::seal::SealError;
use dokuei_store::StoreError;
use thiserror::Error;

use super::archive::ArchiveError;
use super::checking::Findings;
use super::codes::Code;
use super::live::LiveError;
use super::media::MediaError;
use crate::credentials::CredentialError;
use crate::practitioners::PractitionerError;
use crate::recovery::KitError;
use crate::second_factor::Asked;

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The caller asked for something that cannot be done.
    Caller,
    /// What was named is not here.
    Unknown,
    /// Nobody is signed in, or the wrong passphrase was given.
    NotSignedIn,
    /// The one who asks may not do this.
    NotAllowed,
    /// It contradicts what is here.
    Conflict,
    /// Too often; later again.
    TooMany,
    /// The storage refused.
    Storage,
    /// This node failed.
    Node,
}

/// Why a use case refused or failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// What was named is not here.
    #[error("there is no such {0} on this node")]
    Unknown(&'static str),
    /// Sign-in name or passphrase are wrong; which of them is not told.
    #[error("sign-in name or passphrase are wrong")]
    WrongPassphrase,
    /// The passphrase is right, and an answer of the second factor is asked for as well.
    #[error("an answer of the second factor is needed as well")]
    SecondFactorRequired(Box<Asked>),
    /// The answer is not right, or was used before.
    #[error("the answer of the second factor is not right, or was used before")]
    SecondFactorWrong,
    /// There is a second factor already.
    #[error("a second factor is enrolled already")]
    AlreadyEnrolled,
    /// There is no second factor.
    #[error("no second factor is enrolled")]
    NoSecondFactor,
    /// No enrolment waits for its first answer.
    #[error("no enrolment of a second factor waits for its first answer, or it waited too long")]
    NotEnrolling,
    /// A passphrase that may not be chosen.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A recovery kit that cannot be made or read.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// Not the present recovery kit of this person.
    #[error("this is not the present recovery kit of this practitioner on this node")]
    NoKit,
    /// Too many wrong passphrases or codes.
    #[error("too many wrong passphrases or codes; sign-in is locked for {seconds} seconds")]
    LockedOut {
        /// How long still.
        seconds: u64,
    },
    /// No certificate of this practitioner is installed.
    #[error("no certificate of this practitioner is installed yet")]
    NoPractitionerCertificate,
    /// No root is installed.
    #[error("this node trusts no registry yet")]
    NoRoot,
    /// A root that is not to be trusted.
    #[error("the root certificate is refused: {0}")]
    RootRefused(CredentialError),
    /// The addresses for other nodes are taken.
    #[error("the node cannot listen for other nodes: {0}")]
    CannotListen(String),
    /// No certificate of this node is installed.
    #[error("this node has no certificate yet")]
    NoNodeCertificate,
    /// A certificate does not stand.
    #[error("the certificate is refused: {0}")]
    Certificate(#[from] ChainError),
    /// The installed certificates cannot be used.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The practitioner's files cannot be used.
    #[error(transparent)]
    Practitioner(PractitionerError),
    /// A certificate that the register does not know.
    #[error(
        "the certificate is not in the public register: it was issued behind the registry's back, or in another network"
    )]
    Unlogged,
    /// The register cannot be used or what was answered about it is refused.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What was answered about the register is not an answer.
    #[error("what was answered about the register is refused: {0}")]
    BadRegister(String),
    /// The file is not one of a register.
    #[error(transparent)]
    RegisterFile(#[from] FileError),
    /// The file has nothing that is not here.
    #[error("the file has a register of {got} entries, signed {}; this node has {have} entries, or the same confirmed later", crate::clock::rfc3339(*signed))]
    OlderRegister {
        /// How many entries the file's register has.
        got: u64,
        /// When it was signed.
        signed: Timestamp,
        /// How many are here.
        have: u64,
    },
    /// The file begins after what is here.
    #[error("the file begins after entry {from} of the register, and this node has only {have}")]
    RegisterGap {
        /// Where it begins.
        from: u64,
        /// How many are here.
        have: u64,
    },
    /// The view of the register is too old for this.
    #[error("this node has not heard of the register of credentials for too long (since {}); nothing new is sent on old knowledge", since.map_or_else(|| "it was set up".to_owned(), crate::clock::rfc3339))]
    StaleRegister {
        /// When it last heard.
        since: Option<Timestamp>,
    },
    /// This node was revoked as lost and has destroyed its keys.
    #[error("this node's certificate was revoked as lost or stolen, and its keys were destroyed")]
    Wiped,
    /// The credential does not allow it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The consultation does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A field of the request is not understood.
    #[error("the field {field} is not understood: {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// A draft that was saved elsewhere meanwhile.
    #[error("this draft was saved in another window meanwhile; nothing was overwritten")]
    DraftChanged,
    /// A draft that does not open.
    #[error("the draft of the report cannot be read: it was altered, or is of a key that you have no more")]
    DraftUnreadable,
    /// The study is for practice, and goes to nobody.
    #[error("this study is for practice: it is sent to nobody")]
    PracticeOnly,
    /// There is no agreement in force with this specialist.
    #[error("no agreement on responsibilities is in force with this practitioner")]
    NoAgreement,
    /// The practitioner has no device to which a study could be sealed.
    #[error("this practitioner's node has published no key to seal a study to")]
    NoDevice,
    /// The study has not been opened yet.
    #[error("the study of this consultation has not arrived and been opened yet")]
    NotOpened,
    /// A stored log does not verify any more.
    #[error("a stored consultation does not verify any more: it was altered on this disk")]
    DamagedLog,
    /// There is no report yet.
    #[error("there is no report in this consultation yet")]
    NoReport,
    /// The folder to export to is not empty.
    #[error("the folder {0} is not empty")]
    NotEmpty(PathBuf),
    /// A file cannot be read or written.
    #[error("{path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The paths to import cannot be walked.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// A file is not an acceptable DICOM file.
    #[error(transparent)]
    Header(HeaderError),
    /// A file is no picture, document or model that can be attached.
    #[error(transparent)]
    Attach(#[from] WrapError),
    /// No pseudonym can be given.
    #[error(transparent)]
    Pseudonym(#[from] DeidError),
    /// Something must be looked at, and acknowledged, before a study is sent.
    #[error("{0}")]
    ToAcknowledge(Box<Findings>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A study could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A package could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A grant did not open.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// What was received contradicts what was signed.
    #[error("the study that was received is refused: {0}")]
    BadPackage(String),
    /// No image can be made.
    #[error(transparent)]
    Render(RenderError),
    /// No DICOM report can be made.
    #[error(transparent)]
    DicomReport(#[from] ReportError),
    /// No PDF can be made.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// An application that cannot be made.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// An application that cannot be sealed.
    #[error(transparent)]
    ApplicationKey(#[from] ApplicationSealError),
    /// The registry's application key is not known here.
    #[error(
        "this node does not know yet what applications are sealed to: it has not read the register, or the registry takes none"
    )]
    NoApplicationKey,
    /// It was sealed and may not be changed any more.
    #[error("the application was sealed already and cannot be changed any more")]
    ApplicationSealed,
    /// It was issued or refused.
    #[error("the application is decided, and its documents are not here any more")]
    ApplicationDecided,
    /// Too many undecided ones.
    #[error("there are too many undecided applications on this node")]
    TooManyApplications,
    /// An answer that is not to be believed, or to no application of this node.
    #[error("the registry's answer is refused: {0}")]
    Answer(String),
    /// No bootstrap host took the application.
    #[error("the application was not left anywhere: {0}")]
    NotDeposited(String),
    /// Nobody set a mail server.
    #[error("this node has no mail server, so nothing can be told by e-mail")]
    NoMailServer,
    /// A notice that was not taken.
    #[error("the notice was not taken: {0}")]
    NoticeNotSent(String),
    /// A test of the notices was sent just now.
    #[error("a test of the notices was sent less than a minute ago")]
    TestedLately,
    /// A medium that is not written, or not taken.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// An archive of the house that finds or gives nothing.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Nobody is met, because the clocks disagree.
    #[error("this node meets nobody: its clock and that of the others are more than five minutes apart")]
    ClockApart,
    /// What people attested here does not hold any more.
    #[error("the signed records of this house do not hold: {0}")]
    DamagedRecords(String),
    /// A statement that is not signed.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A document of the house is missing or out of force, and the settings require it.
    #[error("no consultation is begun here without a signed and current document: {0}")]
    NoPolicy(&'static str),
    /// An incident is open.
    #[error(
        "an incident is open on this node: until it is over no study goes to or comes from other houses, archives or media, and no consultation begins"
    )]
    Frozen,
    /// Pledge or training are missing or out of date, and the settings require them.
    #[error("your pledge of confidentiality or your training is missing or out of date")]
    NotTrained,
    /// A live consult in which she takes no part.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// Somebody holds the case.
    #[error("this case is on legal hold: nothing of it is erased")]
    Held,
    /// It was deleted for good.
    #[error("it was deleted on {on} by {by}: certificate no. {number}")]
    Deleted {
        /// When, in Japan.
        on: Day,
        /// By whom.
        by: String,
        /// The number of its certificate.
        number: u64,
    },
    /// It is not deleted.
    #[error("{0}")]
    Deletion(DeletionError),
    /// What cannot be undone needs a proof of who does it.
    #[error("passphrase and second factor of whoever does this are asked for once more")]
    ProofNeeded,
    /// A package of it is on its way.
    #[error("a transfer of this is under way")]
    UnderTransfer,
    /// The node is stopping.
    #[error("the node is stopping")]
    Interrupted,
}

impl ServiceError {
    /// A field that is not understood.
    pub fn field(field: &'static str, why: impl ToString) -> Self {
        Self::Field {
            field,
            why: why.to_string(),
        }
    }

    /// A file that cannot be used.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Stable word for scripts and the app.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.coded().word()
    }

    fn coded(&self) -> Code {
        match self {
            Self::Unknown(_) | Self::Store(StoreError::NotFound(_)) => Code::NotFound,
            Self::WrongPassphrase => Code::WrongPassphrase,
            Self::LockedOut { .. } => Code::LockedOut,
            Self::SecondFactorRequired(_) => Code::SecondFactorRequired,
            Self::SecondFactorWrong => Code::SecondFactorWrong,
            Self::AlreadyEnrolled => Code::AlreadyEnrolled,
            Self::NoSecondFactor => Code::NoSecondFactor,
            Self::NotEnrolling => Code::NotEnrolling,
            Self::Passphrase(error) => Code::OfItsOwn(error.code()),
            Self::Kit(_) => Code::RecoveryKitUnreadable,
            Self::NoKit => Code::RecoveryKitRefused,
            Self::NoPractitionerCertificate => Code::NoPractitionerCertificate,
            Self::NoRoot => Code::NoRoot,
            Self::RootRefused(_) => Code::RootRefused,
            Self::CannotListen(_) => Code::CannotListen,
            Self::NoNodeCertificate => Code::NoNodeCertificate,
            Self::Certificate(_) | Self::Credential(_) => Code::CertificateRefused,
            Self::Unlogged => Code::NotInRegister,
            Self::Register(RegisterError::SplitView(_)) => Code::RegisterSplit,
            Self::Register(_) | Self::BadRegister(_) => Code::RegisterRefused,
            Self::RegisterFile(_) => Code::RegisterFile,
            Self::OlderRegister { .. } => Code::RegisterOlder,
            Self::RegisterGap { .. } => Code::RegisterGap,
            Self::StaleRegister { .. } => Code::RegisterStale,
            Self::ClockApart => Code::ClockApart,
            Self::Wiped => Code::Wiped,
            Self::Practitioner(_) => Code::PractitionerFiles,
            Self::Denied(denial) if is_about_qualification(denial) => Code::NotQualified,
            Self::Denied(_) => Code::NotPermitted,
            Self::Refused(refusal) => Code::OfItsOwn(refusal.code()),
            Self::Field { .. } => Code::BadField,
            Self::DraftChanged => Code::DraftChanged,
            Self::DraftUnreadable => Code::DraftUnreadable,
            Self::PracticeOnly => Code::PracticeOnly,
            Self::NoAgreement => Code::NoAgreement,
            Self::NoDevice => Code::NoDevice,
            Self::NotOpened => Code::NotOpened,
            Self::DamagedLog => Code::DamagedLog,
            Self::NoReport => Code::NoReport,
            Self::NotEmpty(_) => Code::NotEmpty,
            Self::File { .. } => Code::FileUnusable,
            Self::Files(_) => Code::FilesUnreadable,
            Self::Header(_) => Code::DicomRefused,
            Self::Attach(_) => Code::NotAttached,
            Self::Pseudonym(_) => Code::NotPseudonymised,
            Self::ToAcknowledge(_) => Code::ToAcknowledge,
            Self::Store(
                StoreError::InstanceConflict | StoreError::SeriesConflict | StoreError::PatientConflict,
            ) => Code::Conflict,
            Self::Store(StoreError::NoSpace) => Code::DiskFull,
            Self::Store(StoreError::Damaged("image") | StoreError::Differs) => Code::ImageDamaged,
            Self::Store(_) => Code::StorageFailed,
            Self::Seal(_) => Code::NotSealed,
            Self::Open(_) | Self::Grant(_) | Self::BadPackage(_) => Code::PackageRefused,
            Self::Render(_) => Code::NotRendered,
            Self::DicomReport(_) | Self::Document(_) => Code::ReportNotWritten,
            Self::Application(_) => Code::ApplicationRefused,
            Self::ApplicationKey(_) => Code::ApplicationNotSealed,
            Self::NoApplicationKey => Code::NoApplicationKey,
            Self::ApplicationSealed => Code::ApplicationSealed,
            Self::ApplicationDecided => Code::ApplicationDecided,
            Self::TooManyApplications => Code::TooManyApplications,
            Self::Answer(_) => Code::AnswerRefused,
            Self::NotDeposited(_) => Code::NotDeposited,
            Self::NoMailServer => Code::NoMailServer,
            Self::NoticeNotSent(_) => Code::NoticeNotSent,
            Self::TestedLately => Code::TestedLately,
            Self::Media(error) => error.code(),
            Self::Archive(error) => error.code(),
            Self::DamagedRecords(_) => Code::RecordsDamaged,
            Self::Rule(RuleError::NotYourDuty(_)) => Code::NoDuty,
            Self::Rule(_) => Code::RecordRefused,
            Self::NoPolicy(_) => Code::PolicyMissing,
            Self::Frozen => Code::NodeFrozen,
            Self::NotTrained => Code::NotTrained,
            Self::Live(error) => error.code(),
            Self::Held => Code::OnHold,
            Self::Deleted { .. } => Code::OfItsOwn("deleted"),
            Self::Deletion(error) => Code::OfItsOwn(error.code()),
            Self::ProofNeeded => Code::OfItsOwn("proof_needed"),
            Self::UnderTransfer => Code::OfItsOwn("under_transfer"),
            Self::Interrupted => Code::Stopping,
        }
    }

    /// The sentence in Japanese, where the rules that refused have their own words: policy, consultation and passphrases.
    /// For every other refusal the app has words by its [`Code`].
    #[must_use]
    pub fn japanese(&self) -> Option<String> {
        match self {
            Self::Denied(denial) => Some(format!("{}（{}）", denial.japanese(), denial.clause())),
            Self::Refused(refusal) => Some(refusal.ja()),
            Self::ToAcknowledge(findings) => Some(findings.japanese()),
            Self::Passphrase(error) => Some(error.japanese()),
            Self::Deletion(error) => Some(error.japanese()),
            Self::Deleted { on, by, number } => Some(format!(
                "{}に{by}が廃棄しました（廃棄証明書 第{number}号）。",
                on.japanese()
            )),
            Self::ProofNeeded => {
                Some("もう一度、パスフレーズと第二要素による本人確認が必要です。".to_owned())
            }
            Self::UnderTransfer => Some("転送中のため、廃棄できません。".to_owned()),
            _ => None,
        }
    }

    /// What to do next in Japanese, where the rules that refused have their own words.
    #[must_use]
    pub fn next_japanese(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.next_ja()),
            Self::Deletion(error) => Some(error.next().1),
            Self::Deleted { .. } => Some("証明書は、保存と廃棄の画面から取り出せます。"),
            Self::ProofNeeded => Some("本人確認をやり直してください。"),
            Self::UnderTransfer => Some("転送が終わるのを待つか、転送を中止してください。"),
            _ => None,
        }
    }

    /// What to do next; may be empty.
    #[must_use]
    pub fn next(&self) -> String {
        match self {
            Self::Unknown(_) => "check the identifier in the list",
            Self::WrongPassphrase => "check both and try again",
            Self::LockedOut { .. } => "wait that long, then try again",
            Self::SecondFactorRequired(_) => "give the code that the authenticator shows, have the device answer, or give a recovery code",
            Self::SecondFactorWrong => "wait for the next code and try again, or use a recovery code",
            Self::AlreadyEnrolled => "remove it first, with passphrase and second factor",
            Self::NotEnrolling => "begin the enrolment again",
            Self::NoKit => "use the sheets of the newest kit",
            Self::RootRefused(_) => "get the root certificate from the registry operator again, and compare its fingerprint with the published one",
            Self::CannotListen(_) => "stop the program that uses the port, and start the node again",
            Self::NoRoot => "install the root certificate that its operator publishes with `dokuei identity trust`, then start the node again",
            Self::NoPractitionerCertificate | Self::NoNodeCertificate => {
                "apply for one with `dokuei identity apply`; it is installed by itself when the registry has issued it"
            }
            Self::Certificate(ChainError::Revoked { reason: RevocationReason::CertificateHold, .. }) => "ask the registry why, and telephone whoever waits for you; your drafts stay yours, and you go on when it is lifted",
            Self::Certificate(ChainError::Revoked { .. }) => "telephone whoever waits for you, who then chooses who goes on; what you signed before stays valid; ask the registry operator for a new certificate when you practise on",
            Self::Certificate(error) if error.code() == "expired" => "apply to the registry operator for its renewal (`dokuei identity apply`), and telephone whoever waits for you; it is installed by itself, and your cases and drafts go on with it",
            Self::Certificate(_) | Self::Credential(_) => "ask the registry operator for a new certificate and install it",
            Self::ClockApart => "set this machine's clock (`timedatectl set-ntp true`); when it is right, ask the others to set theirs",
            Self::StaleRegister { .. } => "connect the node to the network (a bootstrap host or another node) and try again; what is here can be read all the same",
            Self::Register(RegisterError::SplitView(_)) => "send nothing, telephone the registry, and hand over the evidence (`dokuei register show`)",
            Self::Register(_) | Self::BadRegister(_) => "nothing was taken; ask another node, or the registry operator",
            Self::RegisterFile(_) => "copy the file again, or ask the registry operator for another (`dokuei-registry register export`)",
            Self::OlderRegister { .. } => "nothing was changed; ask the registry operator for a newer file when this one should have been newer",
            Self::RegisterGap { have, .. } => return format!("ask the registry operator for a file that goes on from here (`dokuei-registry register export --from {have}`), or for the whole register"),
            Self::Unlogged => "ask the registry operator what became of it",
            Self::Wiped => "set up a new node with `dokuei init` and restore a backup",
            Self::Refused(refusal) => refusal.next_en(),
            Self::Field { .. } => "correct the field and send again",
            Self::DraftChanged => "load the other version, or save yours in its place",
            Self::DraftUnreadable => "discard it and write the report anew",
            Self::Pseudonym(_) => "choose a study with images, or send it under the patient's name",
            Self::ToAcknowledge(_) => "correct what is wrong, or say that it was looked at (`--acknowledge WORD`, `acknowledged` in the API)",
            Self::PracticeOnly => "choose a patient's study; a request about this one is tried with `POST /practice/request`, or in the app",
            Self::NoAgreement => "propose one (`dokuei agreement propose`) and wait until it is countersigned",
            Self::NoDevice => "ask her to sign in at her node once, then try again",
            Self::NotOpened => "wait until the transfer is complete and sign in as the consulting specialist",
            Self::DamagedLog => "see `dokuei doctor`; what was altered is asked for again from the others of this consultation as soon as they are connected",
            Self::NotEmpty(_) => "choose a new or empty folder",
            Self::File { .. } | Self::Files(_) => "check the name and the rights on it",
            Self::Store(StoreError::NoSpace) => "free some space and try again; what is stored is safe",
            Self::Store(StoreError::Damaged("image") | StoreError::Differs) => "import it again: the good copy takes its place; one that was received is had again from its sender by itself, as soon as that node is there; when more images are damaged, the disk may be failing (`dokuei doctor`)",
            Self::Open(_) | Self::Grant(_) | Self::BadPackage(_) => "keep it as evidence and ask the sender to send the study again",
            Self::Application(_) => "correct it and apply again",
            Self::NoApplicationKey => "wait until a bootstrap host is connected (`dokuei status`), or give the key that the registry's operator exports with `dokuei-registry application key`",
            Self::ApplicationSealed => "make another application, or send this one as it is",
            Self::ApplicationDecided => "make another application",
            Self::TooManyApplications => "wait for the registry, or remove some with `dokuei identity withdraw`",
            Self::Answer(_) => "ask the registry operator for the answer again",
            Self::NotDeposited(_) => "try again later, name another bootstrap host in the settings, or bring it to the registry as a file (--out)",
            Self::NoMailServer => "ask whoever runs this node to set one (`dokuei notices server set`), or choose another way",
            Self::TestedLately => "wait a minute, then test again",
            Self::NoticeNotSent(_) => "correct the address, or ask whoever runs the mail server or the webhook",
            Self::Media(error) => error.next(),
            Self::Archive(error) => error.next(),
            Self::DamagedRecords(_) => "keep a copy of the data directory as evidence, see `dokuei doctor`, and restore a backup",
            Self::Rule(RuleError::NotYourDuty(_)) => "ask an administrator of this node to do it, or to give you the duty",
            Self::Rule(_) => "correct the record and sign it again",
            Self::NoPolicy(_) => "have it signed by whoever answers for it (`dokuei policy sign`, or the app's page on operation)",
            Self::Frozen => "what is here can be read; whoever leads the response ends the incident (`dokuei incident end`)",
            Self::Deleted { .. } => "the certificate: `dokuei retention certificate NUMBER`; to take it in again all the same: `dokuei retention readmit`",
            Self::Deletion(error) => error.next().0,
            Self::ProofNeeded => "prove it again (`POST /security/proof`); a proof is good once, for five minutes",
            Self::UnderTransfer => "wait until it has ended, or cancel it",
            Self::NoSecondFactor => "enrol one first (`dokuei second-factor enrol`, or the app's page on security)",
            Self::Live(error) => error.next(),
            Self::Held => "see who holds it and why (`dokuei retention list`); it can be erased when the hold is released",
            Self::NotTrained => "sign the pledge, and have your training recorded, on the app's page on operation or with `dokuei governance`",
            Self::Interrupted => "start it again with `dokuei run`",
            _ => "",
        }
        .to_owned()
    }
}

/// Whether licence or qualification are what is missing, which only the registry can change.
fn is_about_qualification(denial: &Denial) -> bool {
    let rules = [
        policy::JAPANESE_DENTAL_LICENCE,
        policy::JAPANESE_MEDICAL_LICENCE,
        policy::READING_QUALIFICATION_DENTIST,
        policy::READING_QUALIFICATION_PHYSICIAN,
    ];
    rules.iter().any(|rule| rule.id == denial.rule.id)
}
