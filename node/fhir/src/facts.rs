//! What is known of a consultation. Times are seconds since 1970-01-01 UTC; what is not known is empty.

/// The patient, as the requesting clinic knows her.
#[derive(Clone, Default)]
pub struct Patient {
    /// The clinic's number.
    pub id: String,
    /// Kanji: `山田^太郎`.
    pub ideographic: String,
    /// Kana: `やまだ^たろう`.
    pub phonetic: String,
    /// Latin letters: `Yamada^Tarou`.
    pub alphabetic: String,
    /// YYYYMMDD.
    pub birth_date: String,
    /// As DICOM (0010,0040): M, F or O.
    pub sex: String,
}

/// A clinic or hospital.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facility {
    /// Its name.
    pub name: String,
    /// 保険医療機関コード, ten digits.
    pub code: String,
}

/// Which licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Licence {
    /// 歯科医師.
    Dentist,
    /// 医師.
    Physician,
}

/// Who asks or reads.
#[derive(Clone)]
pub struct Practitioner {
    /// The certificate's fingerprint, hexadecimal.
    pub fingerprint: String,
    /// Japanese name.
    pub name: String,
    /// Latin name.
    pub name_latin: String,
    /// Of what she is licensed; none when her certificate is not known.
    pub licence: Option<Licence>,
    /// Number of the licence.
    pub licence_number: String,
    /// Where she works.
    pub facility: Facility,
}

/// The study.
#[derive(Clone, Default)]
pub struct Study {
    /// Study Instance UID.
    pub uid: String,
    /// YYYYMMDD.
    pub date: String,
    /// What was examined.
    pub description: String,
    /// The clinic's number of the order.
    pub accession_number: String,
    /// As (0008,0061).
    pub modalities: Vec<String>,
    /// How many series; none when they are not known here.
    pub series: Option<u32>,
    /// How many instances.
    pub instances: Option<u32>,
}

/// How soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// In its turn.
    Routine,
    /// Before others.
    Urgent,
    /// At once.
    Emergency,
}

/// Where the request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// Asked, or read.
    Active,
    /// Answered by a final report.
    Completed,
    /// Declined or taken back.
    Revoked,
}

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStatus {
    /// A first word.
    Preliminary,
    /// The report.
    Final,
    /// Changed after it was final.
    Amended,
    /// Added to after it was final.
    Appended,
}

/// What is seen at a tooth.
#[derive(Clone)]
pub struct ToothFinding {
    /// Number after ISO 3950.
    pub tooth: u8,
    /// A tooth too many beside that one.
    pub supernumerary: bool,
    /// What is seen.
    pub words: String,
}

/// The signature of an entry, as it stands in the case log.
#[derive(Clone)]
pub struct Signature {
    /// The `COSE_Sign1`.
    pub cose: Vec<u8>,
    /// Fingerprint of the certificate of the node at which it was signed, hexadecimal.
    pub device: String,
}

/// A version of a report.
#[derive(Clone)]
pub struct Report {
    /// The entry, hexadecimal.
    pub entry: String,
    /// The entry of the version that it replaces.
    pub predecessor: Option<String>,
    /// Its standing.
    pub status: ReportStatus,
    /// Why it was made, of a change.
    pub reason: Option<String>,
    /// Place of its author among [`Consultation::practitioners`].
    pub author: usize,
    /// When it was signed.
    pub signed_at: i64,
    /// Technique and limits.
    pub technique: String,
    /// Findings.
    pub findings: String,
    /// Findings by tooth.
    pub teeth: Vec<ToothFinding>,
    /// Impression.
    pub impression: String,
    /// Recommendations.
    pub recommendations: String,
    /// The guideline that it was made under.
    pub guideline: String,
    /// The report as PDF, when it can be made.
    pub pdf: Option<Vec<u8>>,
    /// Its signature.
    pub signature: Signature,
}

/// How far an opinion of two readers has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpinionStatus {
    /// One has signed it; it waits for the other, or she has dissented.
    OfOne,
    /// Both have signed it.
    OfBoth,
}

/// What two readers say together over their two reports.
#[derive(Clone)]
pub struct Opinion {
    /// The entry, hexadecimal.
    pub entry: String,
    /// The entries of the two reports, its author's first.
    pub reports: [String; 2],
    /// Its standing.
    pub status: OpinionStatus,
    /// Places of its author and of the other reader among [`Consultation::practitioners`].
    pub readers: [usize; 2],
    /// When its author signed it.
    pub signed_at: i64,
    /// What both mean.
    pub opinion: String,
    /// What both recommend; may be empty.
    pub recommendations: String,
    /// The opinion as PDF, when it can be made.
    pub pdf: Option<Vec<u8>>,
    /// Its author's signature.
    pub signature: Signature,
}

/// A second signature under an opinion or a report, or a dissent.
#[derive(Clone)]
pub struct CoSignature {
    /// The entry, hexadecimal.
    pub entry: String,
    /// The entry of the opinion or of the version of a report, hexadecimal.
    pub of: String,
    /// Place of who signed it among [`Consultation::practitioners`].
    pub signer: usize,
    /// Whether she answers for it as well; else she says why not.
    pub agrees: bool,
    /// In words; may be empty.
    pub words: String,
    /// When she signed it.
    pub signed_at: i64,
    /// Her signature.
    pub signature: Signature,
}

/// Somebody took the consultation over and is the requester since.
#[derive(Clone)]
pub struct Succession {
    /// Her place among [`Consultation::practitioners`].
    pub by: usize,
    /// When.
    pub at: i64,
    /// Whether she signed it alone, since the requester before her had lost her credential.
    pub alone: bool,
}

/// A consultation.
#[derive(Clone)]
pub struct Consultation {
    /// The case, hexadecimal.
    pub case: String,
    /// The patient.
    pub patient: Patient,
    /// The clinic that asks, and that knows the patient by her number.
    pub clinic: Facility,
    /// Everybody who takes part; the requester first.
    pub practitioners: Vec<Practitioner>,
    /// Who has taken it over since it was asked for, oldest first.
    pub successions: Vec<Succession>,
    /// Places of those who were asked, among them.
    pub asked: Vec<usize>,
    /// The study.
    pub study: Study,
    /// When it was asked for.
    pub requested_at: i64,
    /// By when it is asked for.
    pub due: Option<i64>,
    /// Where it is.
    pub state: RequestState,
    /// How soon.
    pub urgency: Urgency,
    /// Region or teeth.
    pub region: String,
    /// The question.
    pub question: String,
    /// History.
    pub history: String,
    /// Why the examination was made.
    pub justification: String,
    /// All versions of all reports that may be given out, oldest first.
    pub reports: Vec<Report>,
    /// What two readers say together, oldest first.
    pub opinions: Vec<Opinion>,
    /// Second signatures and dissents, oldest first.
    pub co_signatures: Vec<CoSignature>,
    /// The last change of the case.
    pub changed_at: i64,
}

/// Nothing of a patient is printed by accident.
macro_rules! redacted {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })+
    };
}
redacted!(
    Patient,
    Facility,
    Practitioner,
    Study,
    ToothFinding,
    Signature,
    Report,
    Opinion,
    CoSignature,
    Consultation
);
