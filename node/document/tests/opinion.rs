//! The opinion of two readers as a person sees it: through poppler, a PDF program that is not ours.

// Helpers of tests are tests too; clippy exempts only the functions that are marked.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use dokuei_document::{
    ComparedLine, DocumentError, Fonts, OpinionDocument, PatientBlock, RequestBlock, SignerBlock, Signing,
    StudyBlock, render_opinion,
};

fn signing(role: &str, name: &str, at: i64) -> Signing {
    Signing {
        role: role.into(),
        signer: SignerBlock {
            name: name.into(),
            licence: "歯科医籍 第123456号".into(),
            qualifications: vec!["歯科放射線専門医".into()],
            signed_at: at,
            ..SignerBlock::default()
        },
    }
}

fn opinion() -> OpinionDocument {
    OpinionDocument {
        standing: "両者署名 signed by both".into(),
        requesting_institution: "さくら歯科クリニック".into(),
        patient: PatientBlock {
            name: "山田 太郎".into(),
            id: "K-00123".into(),
            ..PatientBlock::default()
        },
        study: StudyBlock {
            date: "20261120".into(),
            ..StudyBlock::default()
        },
        request: RequestBlock {
            question: "36の根尖部透過像の鑑別".into(),
            ..RequestBlock::default()
        },
        readers: [
            "佐藤 一郎（関東歯科大学病院）".into(),
            "加藤 みどり（画像診断研究所）".into(),
        ],
        reports: ["ab".repeat(32), "cd".repeat(32)],
        compared: vec![ComparedLine {
            of: "診断 Impression".into(),
            first: "根尖性歯周炎".into(),
            second: "歯根嚢胞の疑い".into(),
            agreement: "相違 differs".into(),
        }],
        opinion: "両者とも歯根嚢胞と判断する。".into(),
        recommendations: "摘出を勧める。".into(),
        dissents: Vec::new(),
        signatures: vec![
            signing("作成 Author", "佐藤 一郎", 1_764_000_000),
            signing("連署 Co-signed", "加藤 みどり", 1_764_003_600),
        ],
        entry_id: "ef".repeat(32),
        case_id: "0123456789abcdef0123456789abcdef".into(),
    }
}

fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("opinion.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext").arg(&path).arg("-").output().ok()?;
    assert!(output.status.success());
    Some(
        String::from_utf8_lossy(&output.stdout)
            .split_whitespace()
            .collect(),
    )
}

/// R6, R15: the opinion, what each reader found, and both readers with licence and time of signing are on the paper as text;
/// the same opinion gives the same bytes.
#[test]
fn r6_r15_the_opinion_and_both_readers_are_on_the_paper() {
    let Ok(fonts) = Fonts::find(None) else { return };
    let pdf = render_opinion(&opinion(), &fonts).unwrap();
    assert_eq!(pdf, render_opinion(&opinion(), &fonts).unwrap());
    let xmp = String::from_utf8_lossy(&pdf).into_owned();
    assert!(xmp.contains("pdfaid:part"), "it says that it is PDF/A");
    let Some(text) = text_of(&pdf) else { return };
    for expected in [
        "統合見解書",
        "両者とも歯根嚢胞と判断する。",
        "摘出を勧める。",
        "佐藤一郎",
        "加藤みどり",
        "画像診断研究所",
        "根尖性歯周炎",
        "歯根嚢胞の疑い",
        "相違differs",
        "両者署名",
        "2025年11月25日01:00:00",
        "2025年11月25日02:00:00",
        "山田太郎",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert!(!text.contains("異見Dissent"));
}

/// R6: a dissent is on the paper, and who dissents has no signature under it.
#[test]
fn r6_a_dissent_is_printed_and_is_no_signature() {
    let Ok(fonts) = Fonts::find(None) else { return };
    let mut dissented = opinion();
    dissented.signatures.truncate(1);
    dissented.dissents = vec!["加藤 みどり 2025-11-25 囊胞壁を認めない".into()];
    let Some(text) = text_of(&render_opinion(&dissented, &fonts).unwrap()) else {
        return;
    };
    assert!(
        text.contains("異見Dissent") && text.contains("囊胞壁を認めない"),
        "{text}"
    );
    assert_eq!(text.matches("署名日時").count(), 1, "{text}");
    dissented.signatures.clear();
    let unsigned = render_opinion(&dissented, &fonts);
    assert!(matches!(unsigned, Err(DocumentError::BadTime)));
}
