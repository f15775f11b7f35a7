//! Every code by which this node refuses. The app switches on them and has words for each in Japanese and English: see
//! `app/ui/src/backend/problemCodes.ts`, which a test holds to this list.
//!
//! Entries of a consultation and passphrases are refused with codes of their own, and with their own words in both
//! languages, which go to the app with them.

macro_rules! codes {
    ($($name:ident = $word:literal,)+) => {
        /// A stable word for scripts and the app.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $word] $name,)+
            /// Of an entry or a passphrase, which bring their own words in both languages.
            OfItsOwn(&'static str),
        }

        impl Code {
            /// All for which the app has words.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is written.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                    Self::OfItsOwn(word) => word,
                }
            }
        }
    };
}

codes! {
    NotFound = "not_found",
    WrongPassphrase = "wrong_passphrase",
    LockedOut = "locked_out",
    SecondFactorRequired = "second_factor_required",
    SecondFactorWrong = "second_factor_wrong",
    AlreadyEnrolled = "already_enrolled",
    NoSecondFactor = "no_second_factor",
    NotEnrolling = "not_enrolling",
    RecoveryKitUnreadable = "recovery_kit_unreadable",
    RecoveryKitRefused = "recovery_kit_refused",
    NoPractitionerCertificate = "no_practitioner_certificate",
    NoRoot = "no_root",
    RootRefused = "root_refused",
    CannotListen = "cannot_listen",
    NoNodeCertificate = "no_node_certificate",
    CertificateRefused = "certificate_refused",
    NotInRegister = "not_in_register",
    RegisterSplit = "register_split",
    RegisterRefused = "register_refused",
    RegisterFile = "register_file",
    RegisterOlder = "register_older",
    RegisterGap = "register_gap",
    RegisterStale = "register_stale",
    ClockApart = "clock_apart",
    Wiped = "wiped",
    PractitionerFiles = "practitioner_files",
    NotQualified = "not_qualified",
    NotPermitted = "not_permitted",
    BadField = "bad_field",
    PracticeOnly = "practice_only",
    NoAgreement = "no_agreement",
    NoDevice = "no_device",
    NotOpened = "not_opened",
    DamagedLog = "damaged_log",
    NoReport = "no_report",
    DraftChanged = "draft_changed",
    DraftUnreadable = "draft_unreadable",
    NotEmpty = "not_empty",
    FileUnusable = "file_unusable",
    FilesUnreadable = "files_unreadable",
    DicomRefused = "dicom_refused",
    NotAttached = "not_attached",
    NotPseudonymised = "not_pseudonymised",
    ToAcknowledge = "to_acknowledge",
    Conflict = "conflict",
    DiskFull = "disk_full",
    StorageFailed = "storage_failed",
    ImageDamaged = "image_damaged",
    NotSealed = "not_sealed",
    PackageRefused = "package_refused",
    NotRendered = "not_rendered",
    MediaType = "media_type",
    ReportNotWritten = "report_not_written",
    ApplicationRefused = "application_refused",
    ApplicationNotSealed = "application_not_sealed",
    NoApplicationKey = "no_application_key",
    ApplicationSealed = "application_sealed",
    ApplicationDecided = "application_decided",
    TooManyApplications = "too_many_applications",
    AnswerRefused = "answer_refused",
    NotDeposited = "not_deposited",
    NoMailServer = "no_mail_server",
    NoticeNotSent = "notice_not_sent",
    TestedLately = "tested_lately",
    Stopping = "stopping",
    NoMedium = "no_medium",
    MediumUnreadable = "medium_unreadable",
    MediumRefused = "medium_refused",
    MediumOfAnotherNetwork = "medium_of_another_network",
    MediumNotForYou = "medium_not_for_you",
    MediumOfYourOwn = "medium_of_your_own",
    MediumUnfinished = "medium_unfinished",
    MediumDamaged = "medium_damaged",
    TooManyMedia = "too_many_media",
    MediumTooSmall = "medium_too_small",
    MediumFull = "medium_full",
    NoXorriso = "no_xorriso",
    MediumNotWritten = "medium_not_written",
    MediumNotVerified = "medium_not_verified",
    RecordsDamaged = "records_damaged",
    NoDuty = "no_duty",
    RecordRefused = "record_refused",
    PolicyMissing = "policy_missing",
    NodeFrozen = "node_frozen",
    NotTrained = "not_trained",
    OnHold = "on_hold",
    ArchiveNotReached = "archive_not_reached",
    ArchiveRefuses = "archive_refuses",
    ArchiveGivesNothing = "archive_gives_nothing",
    FetchCancelled = "fetch_cancelled",
    LiveBlind = "live_blind",
    LiveNotJoined = "live_not_joined",
    LiveFull = "live_full",
    NotSignedIn = "not_signed_in",
    ForeignHost = "foreign_host",
    ForeignOrigin = "foreign_origin",
    IntentMissing = "intent_missing",
    BodyTooLarge = "body_too_large",
    NotJson = "not_json",
    BadBody = "bad_body",
    BadQuery = "bad_query",
    UnknownPath = "unknown_path",
    WrongMethod = "wrong_method",
    BadKey = "bad_key",
    KeyReused = "key_reused",
    UnderWay = "under_way",
    AlreadyDone = "already_done",
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Code;

    fn document() -> String {
        let words: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("  \"{}\",\n", code.word()))
            .collect();
        format!(
            "/** Every code by which the node refuses, written from its own list. Each has words in both languages. */\n\
             export const PROBLEM_CODES = [\n{}] as const;\n",
            words.concat()
        )
    }

    #[test]
    fn the_app_knows_every_code() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/ui/src/backend/problemCodes.ts");
        let written = document();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &written).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == written,
            "{} is not what the list says; run: UPDATE=1 cargo test -p dokuei-node --lib the_app_knows_every_code",
            path.display()
        );
    }
}
