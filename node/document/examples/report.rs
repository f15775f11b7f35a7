//! Writes a sample report: `cargo run -p dokuei-document --example report -- report.pdf`.

use dokuei_document::{Fonts, PatientBlock, ReportDocument, SignerBlock, render_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "report.pdf".to_owned());
    let report = ReportDocument {
        requesting_institution: "さくら歯科クリニック".into(),
        reading_institution: "東都大学歯学部附属病院 歯科放射線科".into(),
        patient: PatientBlock {
            name: "山田 太郎".into(),
            reading: "やまだ たろう".into(),
            id: "K-00123".into(),
            birth_date: "19800102".into(),
            sex: "M".into(),
        },
        findings: "下顎左側第一大臼歯の近心根根尖部に、境界明瞭な類円形の透過像（約5×4×6 mm）を認める。歯根膜腔との連続性があり、\
                   皮質骨の膨隆・菲薄化は認めない。下顎管との距離は最短部で2.1 mmである。\n\
                   Periapical radiolucency at the mesial root of 36; no expansion of the cortical bone."
            .repeat(4),
        impression: "歯根嚢胞の疑い。鑑別として歯根肉芽腫。".into(),
        recommendations: "外科的歯内療法の適応をご検討ください。".into(),
        version: 1,
        signer: SignerBlock {
            name: "佐藤 一郎".into(),
            name_latin: "Sato Ichiro".into(),
            licence: "歯科医籍 第123456号".into(),
            qualifications: vec!["歯科放射線専門医".into()],
            signed_at: 1_764_000_000,
        },
        entry_id: "5e".repeat(32),
        case_id: "0123456789abcdef0123456789abcdef".into(),
        ..ReportDocument::default()
    };
    std::fs::write(&path, render_report(&report, &Fonts::find(None)?)?)?;
    println!("{path}");
    Ok(())
}
