//! Reports as a reader sees them: through poppler, a PDF program that is not ours.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use dokuei_document::{
    Fonts, Illustration, PatientBlock, ReportDocument, ReportStatus, RequestBlock, SignerBlock, StudyBlock,
    render_report,
};

fn report() -> ReportDocument {
    ReportDocument {
        requesting_institution: "さくら歯科クリニック".into(),
        reading_institution: "東都大学歯学部附属病院 歯科放射線科".into(),
        patient: PatientBlock {
            name: "山田 太郎".into(),
            reading: "やまだ たろう / Yamada Tarou".into(),
            id: "K-00123".into(),
            birth_date: "19800102".into(),
            sex: "M".into(),
        },
        study: StudyBlock {
            date: "20261120".into(),
            modality: "CT".into(),
            description: "歯科用コーンビームCT 下顎左側".into(),
            accession_number: "A-7781".into(),
        },
        request: RequestBlock {
            requester: "田中 花子".into(),
            question: "36の根尖部透過像の鑑別と、下顎管との位置関係についてご教示ください。".into(),
            history: "3か月前に根管治療。打診痛が続いている。".into(),
            region: "36".into(),
        },
        technique: "歯科用コーンビームCT。上顎は撮影範囲外で評価していない。".into(),
        findings: "下顎左側第一大臼歯の近心根根尖部に、境界明瞭な類円形の透過像（約5×4×6 mm）を認める。\n\n\
                   Periapical radiolucency at the mesial root of 36, 2.1 mm from the mandibular canal."
            .into(),
        impression: "歯根嚢胞の疑い。".into(),
        recommendations: "外科的歯内療法の適応をご検討ください。".into(),
        teeth: vec![
            ("36".into(), "近心根尖に透過像".into()),
            ("11 過剰歯".into(), "逆生埋伏".into()),
        ],
        basis: vec!["画像 3枚・1シリーズ Images: 3 in 1 series".into()],
        draft: false,
        measurements: Vec::new(),
        key_images: Vec::new(),
        status: ReportStatus::Final,
        version: 1,
        signer: SignerBlock {
            name: "佐藤 一郎".into(),
            name_latin: "Sato Ichiro".into(),
            licence: "歯科医籍 第123456号".into(),
            qualifications: vec!["歯科放射線専門医".into()],
            signed_at: 1_764_000_000,
        },
        entry_id: "ab".repeat(32),
        case_id: "0123456789abcdef0123456789abcdef".into(),
    }
}

/// Without a Japanese font or poppler there is nothing to see; the test command installs both.
fn fonts() -> Option<Fonts> {
    Fonts::find(None).ok()
}

fn text_of(pdf: &[u8], directory: &Path) -> Option<String> {
    let path = directory.join("report.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-layout"])
        .arg(&path)
        .arg("-")
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

/// R15: what was written is on the paper, as text that can be searched and copied.
#[test]
fn r15_every_value_can_be_read_back() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let pdf = render_report(&report(), &fonts).unwrap();
    let Some(text) = text_of(&pdf, directory.path()) else {
        return;
    };
    let text: String = text.split_whitespace().collect();
    for expected in [
        "さくら歯科クリニック",
        "東都大学歯学部附属病院歯科放射線科",
        "山田太郎",
        "K-00123",
        "1980年1月2日",
        "男Male",
        "2026年11月20日",
        "36の根尖部透過像の鑑別",
        "境界明瞭な類円形の透過像",
        "Periapicalradiolucencyatthemesialrootof36",
        "歯根嚢胞の疑い。",
        "上顎は撮影範囲外",
        "歯別所見",
        "11過剰歯",
        "逆生埋伏",
        "画像3枚・1シリーズ",
        "外科的歯内療法の適応",
        "最終報告第1版",
        "佐藤一郎",
        "歯科医籍第123456号",
        "歯科放射線専門医",
        "2025年11月25日01:00:00",
        "本書は署名済み電子報告書の写しです",
        &"ab".repeat(32),
        "1/2",
    ] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
}

/// R6: what is not signed says so on every page, and nothing on it can be taken for a signature.
#[test]
fn r6_a_draft_cannot_be_taken_for_a_report() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut draft = report();
    draft.draft = true;
    draft.findings = draft.findings.repeat(40);
    let Some(text) = text_of(&render_report(&draft, &fonts).unwrap(), directory.path()) else {
        return;
    };
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    assert!(pages.len() >= 3);
    for page in pages {
        let page: String = page.split_whitespace().collect();
        assert!(page.matches("下書きDRAFT").count() >= 3, "{page}");
        assert!(page.contains("下書き・未署名") && !page.contains(&draft.entry_id));
        assert!(!page.contains("署名日時") && !page.contains("Signedby"));
    }
}

/// R15: a long report turns the page; every page names patient, entry and its own number.
#[test]
fn r15_long_reports_have_several_complete_pages() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut long = report();
    long.findings = long.findings.repeat(40);
    let pdf = render_report(&long, &fonts).unwrap();
    let Some(text) = text_of(&pdf, directory.path()) else {
        return;
    };
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    assert!(pages.len() >= 3, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        let text: String = page.split_whitespace().collect();
        assert!(
            text.contains(&format!("{}/{}", index + 1, pages.len())),
            "page {}",
            index + 1
        );
        assert!(text.contains("K-00123") && text.contains(&long.entry_id));
    }
}

/// R6: the same report is the same file, so that two copies can be compared.
#[test]
fn r6_the_same_report_is_the_same_file() {
    let Some(fonts) = fonts() else { return };
    assert_eq!(
        render_report(&report(), &fonts).unwrap(),
        render_report(&report(), &fonts).unwrap()
    );
    let mut other = report();
    other.version = 2;
    assert_ne!(
        render_report(&report(), &fonts).unwrap(),
        render_report(&other, &fonts).unwrap()
    );
}

/// R15: the file says that it is PDF/A, and poppler agrees that it is a whole PDF with its fonts inside.
#[test]
fn r15_it_is_pdf_a_with_embedded_fonts() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.pdf");
    let pdf = render_report(&report(), &fonts).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("<pdfaid:part>2</pdfaid:part>") && text.contains("pdfaid:conformance>U<"));
    assert!(
        pdf.len() < 400_000,
        "{} bytes: whole fonts were embedded",
        pdf.len()
    );
    std::fs::write(&path, &pdf).unwrap();
    let Ok(output) = Command::new("pdffonts").arg(&path).output() else {
        return;
    };
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let fonts: Vec<&str> = listed.lines().skip(2).collect();
    assert!(output.status.success() && !fonts.is_empty(), "{listed}");
    for font in fonts {
        // Columns from the right: object (2), unicode, subset, embedded.
        let columns: Vec<&str> = font.split_whitespace().rev().collect();
        assert_eq!(columns[2..5], ["yes", "yes", "yes"], "{font}");
    }
}

/// Whatever people paste in, a report comes out.
#[test]
fn odd_text_does_not_stop_a_report() {
    let Some(fonts) = fonts() else { return };
    for odd in [
        "",
        "\n\n\n",
        "\u{0}\u{1}\u{feff}\u{fffe}\u{ffff}",
        "\u{e000}\u{10ffff}",
        "か\u{3099}é e\u{301} 🦷 العربية",
        "\u{200b}\u{2028}\u{2029}\u{202e}x",
        &"長".repeat(5_000),
        &"W".repeat(5_000),
        "髙﨑 𠮷野 ①㈱",
    ] {
        let mut document = report();
        for field in [
            &mut document.findings,
            &mut document.patient.name,
            &mut document.study.accession_number,
        ] {
            odd.clone_into(field);
        }
        render_report(&document, &fonts).unwrap_or_else(|error| panic!("{odd:.20?}: {error}"));
    }
}

/// R15: measurements and key images are on the paper, the images as copies that say so; one that cannot be read leaves its
/// caption.
#[test]
fn r15_what_was_shown_and_measured_is_printed_as_a_copy() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let shown = |picture: Option<&[u8]>, caption: &str| Illustration {
        caption: caption.into(),
        picture: picture.map(<[u8]>::to_vec),
        drawn: vec![vec![(0.1, 0.1), (0.9, 0.5)], vec![], vec![(f32::NAN, 7.0)]],
    };
    let mut illustrated = report();
    illustrated.measurements = vec!["計測1 歯 36 長さ 2.10 mm（実寸）画像 12：下顎管まで".into()];
    illustrated.key_images = vec![
        shown(Some(PICTURE), "1. 画像 12：近心根"),
        shown(Some(b"no picture"), "2. 画像 13"),
        shown(None, "3. 画像 14"),
    ];
    let pdf = render_report(&illustrated, &fonts).unwrap();
    let Some(text) = text_of(&pdf, directory.path()) else {
        return;
    };
    let text: String = text.split_whitespace().collect();
    for expected in [
        "計測1歯36長さ2.10mm（実寸）画像12：下顎管まで",
        "1.画像12：近心根",
        "2.画像13",
        "3.画像14",
        "縮小した写しであり、診断には使用できません",
    ] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    assert_eq!(text.matches("写しCopy").count(), 1, "{text}");
    let listed = Command::new("pdfimages")
        .arg("-list")
        .arg(directory.path().join("report.pdf"))
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.lines().skip(2).count(), 1, "{listed}");
}

/// Eight pixels by four, grey.
const PICTURE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x08\x00\x00\x00\x04\x08\x00\x00\x00\x00\x96\xa6\x21\x2c\x00\x00\x00\x2d\x49\x44\x41\x54\x78\xda\x63\x60\x90\xb3\x89\xaa\x98\xb6\xe5\x12\x03\xbb\xaa\x73\x62\xfd\xdc\xdd\x37\x19\xf8\x74\xbc\x32\xda\x96\x1c\x7a\xc0\x20\x6a\x1c\x98\xdf\xbb\xfa\xe4\x73\x00\xe6\x7c\x0e\x71\x02\x4c\x28\x57\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

/// R11: a document of the house is on paper as it was signed, over several pages, and says that it is a statement.
#[test]
fn r11_a_paper_of_the_house_can_be_read_back() {
    let Some(fonts) = fonts() else { return };
    let directory = tempfile::tempdir().unwrap();
    let text = "# 運用管理規程\n\n山田歯科医院は、次のとおり定める。\n\n## 第1条 目的\n\n".to_owned()
        + &"- 席を離れるときは画面をロックする。\n".repeat(60);
    let paper = dokuei_document::PaperDocument {
        title: "運用管理規程".into(),
        subtitle: "第3版".into(),
        blocks: dokuei_document::blocks(&text),
        signer: "山田 一郎".into(),
        signed_at: 1_764_000_000,
        record_id: "cd".repeat(32),
    };
    let pdf = dokuei_document::render_paper(&paper, &fonts).unwrap();
    assert_eq!(pdf, dokuei_document::render_paper(&paper, &fonts).unwrap());
    let Some(read) = text_of(&pdf, directory.path()) else {
        return;
    };
    let read: String = read.split_whitespace().collect();
    assert_eq!(read.matches("席を離れるときは画面をロックする").count(), 60);
    for expected in [
        "第1条目的",
        "第3版",
        "山田一郎",
        "署名者本人の申告",
        &"cd".repeat(32),
    ] {
        assert!(read.contains(expected), "{expected} is not on the paper");
    }
}
