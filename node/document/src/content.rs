//! What a report says on paper.

/// Whether the report may still change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportStatus {
    /// 暫定: a first answer.
    Preliminary,
    /// 最終.
    #[default]
    Final,
    /// 訂正: replaces an earlier version, which stays readable.
    Amended,
}

/// The patient. Dates are as DICOM has them (YYYYMMDD); what is unknown is empty and shown as 「—」.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatientBlock {
    /// As the clinic writes it: 山田 太郎.
    pub name: String,
    /// In kana or Latin letters.
    pub reading: String,
    /// The clinic's number.
    pub id: String,
    /// YYYYMMDD.
    pub birth_date: String,
    /// M, F or O.
    pub sex: String,
}

/// The study.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StudyBlock {
    /// YYYYMMDD.
    pub date: String,
    /// CT, DX …
    pub modality: String,
    /// What was examined.
    pub description: String,
    /// The clinic's number of the order.
    pub accession_number: String,
}

/// What was asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestBlock {
    /// Who asked.
    pub requester: String,
    /// The question.
    pub question: String,
    /// History, if given.
    pub history: String,
    /// Teeth or region.
    pub region: String,
}

/// Who signed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SignerBlock {
    /// Japanese name.
    pub name: String,
    /// Latin name.
    pub name_latin: String,
    /// Licence with its number: 歯科医籍 第123456号.
    pub licence: String,
    /// Qualifications: 歯科放射線専門医.
    pub qualifications: Vec<String>,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub signed_at: i64,
}

/// A key image as it is printed: a copy, not for diagnosis.
#[derive(Clone, Default, PartialEq)]
pub struct Illustration {
    /// Which it is, and what is to be seen in it.
    pub caption: String,
    /// PNG; the caption stands alone without one, or when it cannot be read.
    pub picture: Option<Vec<u8>>,
    /// What is drawn in it, each as a line through these points: shares of its width and height.
    pub drawn: Vec<Vec<(f32, f32)>>,
}

/// A signed report as it is printed.
#[derive(Clone, Default, PartialEq)]
pub struct ReportDocument {
    /// Name of the institution that asked.
    pub requesting_institution: String,
    /// Name of the institution that answers.
    pub reading_institution: String,
    /// The patient.
    pub patient: PatientBlock,
    /// The study.
    pub study: StudyBlock,
    /// What was asked.
    pub request: RequestBlock,
    /// 撮影と読影の限界; the section is left out when empty.
    pub technique: String,
    /// 所見.
    pub findings: String,
    /// 歯別所見: tooth and what is seen; the section is left out when there is none.
    pub teeth: Vec<(String, String)>,
    /// 診断.
    pub impression: String,
    /// 推奨; the section is left out when empty.
    pub recommendations: String,
    /// 計測, a line each; the section is left out when there is none.
    pub measurements: Vec<String>,
    /// キー画像; the section is left out when there is none.
    pub key_images: Vec<Illustration>,
    /// What the report rests on (images, terms, guideline), a line each; printed small.
    pub basis: Vec<String>,
    /// Not signed yet: every page says so, and nothing looks like a signature.
    pub draft: bool,
    /// Whether it may still change.
    pub status: ReportStatus,
    /// Counts from 1.
    pub version: u32,
    /// Who signed.
    pub signer: SignerBlock,
    /// Id of the signed entry, hexadecimal.
    pub entry_id: String,
    /// Id of the case, hexadecimal.
    pub case_id: String,
}

/// Nothing of a patient is printed by accident.
impl std::fmt::Debug for ReportDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportDocument")
            .field("entry_id", &self.entry_id)
            .finish_non_exhaustive()
    }
}
