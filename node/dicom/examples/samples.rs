//! Writes a sample CBCT, its report as SR and PDF, and a picture into a folder, to look at with other tools:
//! `cargo run -p dokuei-dicom --example samples -- DIR [SLICES]`.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;
use std::{env, fs};

use dokuei_dicom::phantom::{PhantomOptions, write_cbct};
use dokuei_dicom::report::{EvidenceInstance, Illustrations, ReportPerson, ReportStatus};
use dokuei_dicom::{
    PersonName, RenderRequest, ReportContent, read_header_file, render_png, to_encapsulated_pdf, to_sr,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let slices = arguments.next().map_or(Ok(400), |count| count.parse())?;
    let start = Instant::now();
    let phantom = write_cbct(
        &dir.join("cbct"),
        &PhantomOptions {
            slices,
            ..PhantomOptions::default()
        },
    )?;
    println!(
        "{} files, {} bytes in {:?}",
        phantom.files.len(),
        phantom.bytes,
        start.elapsed()
    );
    let middle = &phantom.files[phantom.files.len() / 2];
    fs::write(
        dir.join("middle.png"),
        render_png(&fs::read(middle)?, &RenderRequest::default())?,
    )?;
    let header = read_header_file(middle)?;
    let person = |name: &str, institution: &str| ReportPerson {
        name: PersonName::from_groups(name),
        institution: institution.to_owned(),
    };
    let content = ReportContent {
        entry_id: [7; 32],
        previous_entry_id: Some([6; 32]),
        previous_measured_in: None,
        version: 2,
        status: ReportStatus::Amended,
        study: (&header).into(),
        modality: header.modality.clone(),
        evidence: vec![EvidenceInstance {
            series_instance_uid: header.series_instance_uid.clone(),
            sop_class_uid: header.sop_class_uid.clone(),
            sop_instance_uid: header.sop_instance_uid.clone(),
        }],
        requested_by: person("TANAKA^HANAKO=田中^花子", "たなか歯科医院"),
        signed_by: person("SUZUKI^ICHIRO=鈴木^一郎", "大学病院歯科放射線科"),
        signed_at: 1_790_000_000,
        utc_offset_minutes: 540,
        request: "下顎右側埋伏智歯と下顎管の位置関係".into(),
        history: String::new(),
        findings: "48は近心傾斜埋伏。\n根尖は下顎管に接する。".into(),
        impression: "48 埋伏智歯。".into(),
        technique: String::new(),
        teeth: Vec::new(),
        recommendations: "抜歯時に下歯槽神経損傷の危険を説明すること。".into(),
        illustrations: Illustrations::default(),
    };
    fs::write(dir.join("report.dcm"), to_sr(&content)?.bytes)?;
    fs::write(
        dir.join("pdf.dcm"),
        to_encapsulated_pdf(&content, b"%PDF-1.4\n%%EOF\n")?.bytes,
    )?;
    Ok(())
}
