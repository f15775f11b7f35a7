//! Our DICOM and PDF, judged by DCMTK and poppler; other people's DICOM, taken in by us.
//!
//! Shows R1 and R15 with programs and files that are not ours.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::{consult, digest, fixtures, foreign};

/// R15: DCMTK reads the structured report and names its SOP class; poppler finds the Japanese text in the PDF.
#[test]
fn r15_dcmtk_and_poppler_read_the_report() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.accepted(&session, 2, SIZE).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::report(&session.specialist, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();

    let (pdf, sr) = (
        pair.lab.folder().join("report.pdf"),
        pair.lab.folder().join("report.dcm"),
    );
    std::fs::write(
        &pdf,
        session
            .clinic
            .bytes(&format!("/cases/{case}/report.pdf"))
            .unwrap(),
    )
    .unwrap();
    std::fs::write(
        &sr,
        session
            .clinic
            .bytes(&format!("/cases/{case}/report.dcm"))
            .unwrap(),
    )
    .unwrap();
    let dump = foreign::dcm_dump(&sr).unwrap();
    assert!(
        dump.contains("SRStorage") || dump.contains("StructuredReport"),
        "{dump}"
    );
    assert!(dump.contains(&study), "the report is not in the study");
    let read: String = foreign::sr_dump(&sr).unwrap().split_whitespace().collect();
    assert!(read.contains(consult::FINDINGS), "{read}");
    let text: String = foreign::pdf_text(&pdf).unwrap().split_whitespace().collect();
    for part in [consult::FINDINGS, consult::IMPRESSION, consult::RECOMMENDATIONS] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// R1: the generated cone-beam CT is valid for DCMTK and has its name in ISO 2022 IR 87.
#[test]
fn r1_dcmtk_reads_the_generated_ct() {
    let lab = Lab::new().unwrap();
    let node = lab.node(&dokuei_tests::people::CLINIC).unwrap();
    let out = lab.folder().join("sample");
    fixtures::phantom(&node, &out, 2).unwrap();
    let dump = foreign::dcm_dump(&digest::files_below(&out)[0]).unwrap();
    assert!(dump.contains("CTImageStorage"), "{dump}");
    assert!(
        dump.contains("ISO 2022 IR 87") || dump.contains("ISO_IR 192"),
        "{dump}"
    );
}

/// R1: of all files that pydicom ships, each one is taken or refused in words; none stops the node.
#[test]
fn r1_every_file_of_pydicom_is_taken_or_refused_in_words() {
    let mut pair = dokuei_tests::pair::Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_nodes().unwrap();
    let clinic = pair.clinic.sign_in(&dokuei_tests::people::TANAKA).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for file in digest::files_below(&fixtures::pydicom_files().unwrap()) {
        match consult::import(&clinic, &file, |_| ()) {
            Ok(_) => taken += 1,
            Err(error) => {
                refused += 1;
                assert!(
                    !format!("{error:#}").contains("panic"),
                    "{}: {error:#}",
                    file.display()
                );
            }
        }
        pair.clinic.process().unwrap().check_running().unwrap();
    }
    println!("{taken} taken, {refused} refused in words");
    assert!(taken > 100, "only {taken} files were taken");
}
