//! Where on the page a report says what.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};
use krilla::metadata::DateTime;

use crate::DocumentError;
use crate::content::{
    Illustration, PatientBlock, ReportDocument, ReportStatus, RequestBlock, SignerBlock, StudyBlock,
};
use crate::draw::{ACCENT, GREY, INK};
use crate::fonts::Fonts;
use crate::layout::{BODY, Layout};
use crate::pdf::{About, write};

/// The report as PDF/A-2u.
///
/// # Errors
/// [`DocumentError::BadTime`] or [`DocumentError::Pdf`].
pub fn render_report(report: &ReportDocument, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let signed_at = japanese_time(report.signer.signed_at)?;
    let mut layout = Layout::new(fonts.typesetter());
    head(&mut layout, report);
    request(&mut layout, &report.request);
    section(
        &mut layout,
        "撮影と読影の限界 Technique and limits",
        &report.technique,
        true,
    );
    section(&mut layout, "所見 Findings", &report.findings, false);
    teeth(&mut layout, &report.teeth);
    section(&mut layout, "診断 Impression", &report.impression, false);
    section(&mut layout, "推奨 Recommendations", &report.recommendations, true);
    if !report.measurements.is_empty() {
        layout.heading("計測 Measurements");
        for line in &report.measurements {
            layout.paragraph(line, BODY, INK);
        }
    }
    key_images(&mut layout, &report.key_images);
    basis(&mut layout, &report.basis);
    if report.draft {
        not_signed(&mut layout, report);
        layout.watermark("下書き DRAFT");
    } else {
        signature(&mut layout, report, &signed_at);
    }
    let patient = &report.patient;
    let header = format!(
        "画像診断報告書　{}　ID {}",
        or_dash(&patient.name),
        or_dash(&patient.id)
    );
    let entry = if report.draft {
        "下書き・未署名 Draft, not signed".to_owned()
    } else {
        format!("エントリー Entry {}", report.entry_id)
    };
    let footer = [entry, format!("症例 Case {}", report.case_id)];
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
    let draft = if report.draft {
        "（下書き・未署名 draft, not signed）"
    } else {
        ""
    };
    layout.title(
        &format!(
            "{japanese} 第{}版 ({english}, version {0}){draft}",
            report.version
        ),
        BODY,
        INK,
    );
    layout.gap(8.0);
    layout.rule();
    layout.table(&[
        vec![("依頼元 Requested by", or_dash(&report.requesting_institution))],
        vec![("読影 Read at", or_dash(&report.reading_institution))],
    ]);
    whose(layout, &report.patient, &report.study);
}

/// Of which patient and which study.
pub(crate) fn whose(layout: &mut Layout<'_>, patient: &PatientBlock, study: &StudyBlock) {
    let name = [patient.name.as_str(), patient.reading.as_str()].join("\n");
    layout.table(&[
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

pub(crate) fn request(layout: &mut Layout<'_>, request: &RequestBlock) {
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

/// A heading with its text; left out when there is nothing to say and nothing needs to be.
pub(crate) fn section(layout: &mut Layout<'_>, heading: &str, text: &str, optional: bool) {
    if !(optional && text.trim().is_empty()) {
        layout.heading(heading);
        layout.paragraph(&or_dash(text), BODY, INK);
    }
}

/// Tooth by tooth, in the order in which the reader put them.
fn teeth(layout: &mut Layout<'_>, teeth: &[(String, String)]) {
    if teeth.is_empty() {
        return;
    }
    layout.heading("歯別所見 Findings by tooth (ISO 3950)");
    for (tooth, words) in teeth {
        layout.table(&[vec![(tooth.as_str(), or_dash(words))]]);
    }
}

/// On what the report rests; small, because it is looked up and not read.
fn basis(layout: &mut Layout<'_>, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    layout.heading("読影の根拠 Basis");
    for line in lines {
        layout.paragraph(line, 8.0, GREY);
    }
}

/// What stands in the place of the signature while there is none.
fn not_signed(layout: &mut Layout<'_>, report: &ReportDocument) {
    layout.gap(12.0);
    layout.keep_together(60.0);
    layout.heading("未署名 Not signed");
    let name = or_dash(&report.signer.name);
    layout.paragraph(
        &format!("{name} が作成中の下書きです。署名されるまで報告書ではありません。"),
        BODY,
        INK,
    );
    layout.paragraph(
        "A draft. It is no report until it is signed, and must not be used for treatment.",
        8.0,
        GREY,
    );
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
    signer(layout, &report.signer, signed_at);
    copy(layout);
}

/// Who signed, with what licence, and when.
pub(crate) fn signer(layout: &mut Layout<'_>, signer: &SignerBlock, signed_at: &ZonedDateTime) {
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
}

/// That the paper is a copy of what counts.
pub(crate) fn copy(layout: &mut Layout<'_>) {
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

pub(crate) fn or_dash(text: &str) -> String {
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
pub(crate) fn japanese_time(seconds: i64) -> Result<ZonedDateTime, DocumentError> {
    let at = Timestamp::from_second(seconds).map_err(|_| DocumentError::BadTime)?;
    Ok(at.to_zoned_datetime(TimeZone::fixed(Offset::constant(9))))
}

pub(crate) fn pdf_time(at: &ZonedDateTime) -> DateTime {
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
