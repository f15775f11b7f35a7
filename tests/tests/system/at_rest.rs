//! What a thief of a disk, or a host of a bootstrap node, finds: nothing of the patient.
//!
//! Shows R16, R17 and R19 on the raw data directories of the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use dokuei_tests::canary::Canaries;
use dokuei_tests::capture::{Capture, is_root};
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::{consult, fixtures, foreign};

/// R16, R17, R19: a consultation is done, then everything that was written and sent is searched.
#[test]
fn r16_r17_r19_no_disk_log_or_wire_holds_the_patient() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    let can_listen = is_root() && foreign::find("tcpdump").is_some();
    let capture = can_listen.then(|| Capture::start(pair.lab.folder(), &pair.ports).unwrap());
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let session = pair.sign_in().unwrap();
    let reader = session.meet().unwrap();
    session.agree().unwrap();
    let source = tempfile::tempdir().unwrap();
    fixtures::phantom(&pair.clinic, &source.path().join("cbct"), 20).unwrap();
    let study = consult::import_one(&session.clinic, source.path()).unwrap();
    let case = consult::request(&session.clinic, &study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::report(&session.specialist, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();

    let canaries = Canaries::of_studies(&session.clinic, source.path()).unwrap();
    let searcher = canaries.searcher().unwrap();
    assert!(
        !searcher.in_folder(source.path()).unwrap().0.is_empty(),
        "the search is blind"
    );
    let captured = capture.map(|capture| capture.finish().unwrap());
    if captured.is_none() {
        println!("the wire was not searched: needs root and tcpdump");
    }
    // The laboratory's folder holds all data directories, all logs and the capture, but not the source.
    let (found, bytes) = searcher.in_folder(pair.lab.folder()).unwrap();
    assert!(found.is_empty(), "{found:#?}");
    assert!(bytes > 1_000_000, "only {bytes} bytes were searched");
}

/// R19: the report's words are sealed too.
#[test]
fn r19_the_reports_text_is_on_no_disk() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let source = tempfile::tempdir().unwrap();
    fixtures::phantom(&pair.clinic, &source.path().join("cbct"), 2).unwrap();
    let study = consult::import_one(&session.clinic, source.path()).unwrap();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, &study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::report(&session.specialist, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();
    let mut words = Canaries::new();
    for text in [consult::FINDINGS, consult::IMPRESSION, consult::RECOMMENDATIONS] {
        words.name(text);
    }
    let (found, _) = words.searcher().unwrap().in_folder(pair.lab.folder()).unwrap();
    assert!(found.is_empty(), "{found:#?}");
}
