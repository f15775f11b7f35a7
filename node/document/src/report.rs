//! What a report says, and where on the page.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};
use krilla::metadata::DateTime;

use crate::DocumentError;
use crate::draw::{ACCENT, GREY, INK};
use crate::fonts::Fonts;
use crate::layout::{BODY, Layout};
use crate::pdf::{About, write};

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
    /// 所見.
    pub findings: String,
    /// 診断.
    pub impression: String,
    /// 推奨; the section is left out when empty.
    pub recommendations: String,
    /// 計測, a line each; the section is left out when there is none.
    pub measurements: Vec<String>,
    /// キー画像; the section is left out when there is none.
    pub key_images: Vec<Illustration>,
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

/// The report as PDF/A-2u.
///
/// # Errors
/// [`DocumentError::BadTime`] or [`DocumentError::Pdf`].
pub fn render_report(report: &ReportDocument, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let signed_at = japanese_time(report.signer.signed_at)?;
    let mut layout = Layout::new(fonts.typesetter());
    head(&mut layout, report);
    request(&mut layout, &report.request);
    for (heading, text, optional) in [
        ("所見 Findings", &report.findings, false),
        ("診断 Impression", &report.impression, false),
        ("推奨 Recommendations", &report.recommendations, true),
    ] {
        if !(optional && text.trim().is_empty()) {
            layout.heading(heading);
            layout.paragraph(&or_dash(text), BODY, INK);
        }
    }
    if !report.measurements.is_empty() {
        layout.heading("計測 Measurements");
        for line in &report.measurements {
            layout.paragraph(line, BODY, INK);
        }
    }
    key_images(&mut layout, &report.key_images);
    signature(&mut layout, report, &signed_at);
    let patient = &report.patient;
    let header = format!(
        "画像診断報告書　{}　ID {}",
        or_dash(&patient.name),
        or_dash(&patient.id)
    );
    let footer = [
        format!("エントリー Entry {}", report.entry_id),
        format!("症例 Case {}", report.case_id),
    ];
    let about = About {
        title: "画像診断報告書".to_owned(),
        author: report.signer.name.clone(),
        id: report.entry_id.clone(),
        created: pdf_time(&signed_at),
    };
    write(&layout.finish(&header, &footer), about, fonts)
}

fn head(layout: &mut Layout<'_>, report: &ReportDocument) {
    layout.title("画像診断報告書", 20.0, ACCENT);
    layout.title("Diagnostic Imaging Report", 9.0, GREY);
    let (japanese, english) = match report.status {
        ReportStatus::Preliminary => ("暫定報告", "preliminary"),
        ReportStatus::Final => ("最終報告", "final"),
        ReportStatus::Amended => ("訂正報告", "amended"),
    };
    layout.title(
        &format!("{japanese} 第{}版 ({english}, version {0})", report.version),
        BODY,
        INK,
    );
    layout.gap(8.0);
    layout.rule();
    let (patient, study) = (&report.patient, &report.study);
    let name = [patient.name.as_str(), patient.reading.as_str()].join("\n");
    layout.table(&[
        vec![("依頼元 Requested by", or_dash(&report.requesting_institution))],
        vec![("読影 Read at", or_dash(&report.reading_institution))],
        vec![
            ("氏名 Patient", or_dash(name.trim())),
            ("患者ID Patient ID", or_dash(&patient.id)),
        ],
        vec![
            ("生年月日 Birth date", date(&patient.birth_date)),
            ("性別 Sex", sex(&patient.sex)),
        ],
        vec![
            ("検査日 Study date", date(&study.date)),
            ("モダリティ Modality", or_dash(&study.modality)),
        ],
        vec![
            ("検査 Study", or_dash(&study.description)),
            ("受付番号 Accession", or_dash(&study.accession_number)),
        ],
    ]);
}

fn request(layout: &mut Layout<'_>, request: &RequestBlock) {
    layout.heading("依頼内容 Request");
    let mut rows = vec![
        vec![
            ("依頼者 Requester", or_dash(&request.requester)),
            ("部位 Region", or_dash(&request.region)),
        ],
        vec![("質問 Question", or_dash(&request.question))],
    ];
    if !request.history.trim().is_empty() {
        rows.push(vec![("経過 History", request.history.clone())]);
    }
    layout.table(&rows);
}

/// Each with its caption below; that they are copies is said before.
fn key_images(layout: &mut Layout<'_>, images: &[Illustration]) {
    if images.is_empty() {
        return;
    }
    if images.first().is_some_and(|one| one.picture.is_some()) {
        // The heading stands above its first picture.
        layout.keep_together(360.0);
    }
    layout.heading("キー画像 Key images");
    layout.paragraph(
        "以下の画像は縮小した写しであり、診断には使用できません。 Reduced copies, not for diagnosis.",
        8.0,
        GREY,
    );
    layout.gap(4.0);
    for one in images {
        let picture = one.picture.as_ref();
        if picture.is_some_and(|picture| layout.picture(picture, &one.drawn)) {
            layout.paragraph("写し Copy", 7.0, GREY);
        }
        layout.paragraph(&one.caption, BODY, INK);
        layout.gap(6.0);
    }
}

/// Kept on one page: a signature torn from its note could be put under another text.
fn signature(layout: &mut Layout<'_>, report: &ReportDocument, signed_at: &ZonedDateTime) {
    layout.gap(12.0);
    layout.keep_together(150.0);
    layout.heading("署名 Signature");
    let signer = &report.signer;
    let name = [signer.name.as_str(), signer.name_latin.as_str()].join("　");
    layout.table(&[
        vec![
            ("署名者 Signed by", or_dash(name.trim())),
            ("免許 Licence", or_dash(&signer.licence)),
        ],
        vec![("資格 Qualification", or_dash(&signer.qualifications.join("、")))],
        vec![(
            "署名日時 Signed at",
            signed_at.strftime("%Y年%-m月%-d日 %H:%M:%S (UTC+9)").to_string(),
        )],
    ]);
    layout.gap(8.0);
    layout.paragraph(
        "本書は署名済み電子報告書の写しです。原本は下記エントリーの電子署名付き記録であり、真正性はDokueiで検証できます。",
        8.0,
        GREY,
    );
    layout.paragraph(
        "This is a copy of an electronically signed report. The signed entry named below is the original; verify it in Dokuei.",
        8.0,
        GREY,
    );
}

fn or_dash(text: &str) -> String {
    if text.trim().is_empty() {
        "—".to_owned()
    } else {
        text.to_owned()
    }
}

/// YYYYMMDD as a person writes it; anything else as it came.
fn date(text: &str) -> String {
    match text.parse::<jiff::civil::Date>() {
        Ok(date) => date.strftime("%Y年%-m月%-d日").to_string(),
        Err(_) => or_dash(text),
    }
}

fn sex(text: &str) -> String {
    match text {
        "M" => "男 Male".to_owned(),
        "F" => "女 Female".to_owned(),
        "O" => "その他 Other".to_owned(),
        _ => or_dash(text),
    }
}

/// Japan has one time zone and no summer time.
fn japanese_time(seconds: i64) -> Result<ZonedDateTime, DocumentError> {
    let at = Timestamp::from_second(seconds).map_err(|_| DocumentError::BadTime)?;
    Ok(at.to_zoned_datetime(TimeZone::fixed(Offset::constant(9))))
}

fn pdf_time(at: &ZonedDateTime) -> DateTime {
    let small = |value: i8| u8::try_from(value).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(9)
        .utc_offset_minute(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_sexes_read_well_and_odd_ones_stay() {
        assert_eq!(date("19800102"), "1980年1月2日");
        assert_eq!(date("1980"), "1980");
        assert_eq!(date(""), "—");
        assert_eq!(sex("F"), "女 Female");
        assert_eq!(sex("X"), "X");
    }

    #[test]
    fn times_are_shown_in_japan_and_impossible_ones_refused() {
        assert_eq!(
            japanese_time(0).unwrap().strftime("%Y-%m-%d %H:%M").to_string(),
            "1970-01-01 09:00"
        );
        assert!(matches!(japanese_time(i64::MAX), Err(DocumentError::BadTime)));
    }
}
