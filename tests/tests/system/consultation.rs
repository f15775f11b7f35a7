//! The whole path of a consultation between separate programs.
//!
//! Shows R1, R3, R7, R8, R15 and R16 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use dokuei_tests::api::Client;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{HOSPITAL, SATO, SUZUKI, TANAKA};
use dokuei_tests::{consult, digest, fixtures, foreign};
use serde_json::{Value, json};

fn state(client: &Client, case: &str) -> Value {
    client.get(&format!("/cases/{case}")).unwrap()
}

/// R1, R7, R15: every real study and a Japanese cone-beam CT go to the specialist bit for bit, the report comes back,
/// is read and the case closed; PDF and SR hold the report.
#[test]
fn r1_r7_r15_a_study_goes_and_a_signed_report_comes_back() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let source = pair.lab.folder().join("source");
    fixtures::real_studies(&source.join("real")).unwrap();
    fixtures::phantom(&pair.clinic, &source.join("cbct"), 40).unwrap();
    consult::import(&session.clinic, &source, |_| ()).unwrap();
    let reader = session.meet().unwrap();
    let mut cases = Vec::new();
    for study in consult::studies(&session.clinic).unwrap() {
        let case = consult::request(&session.clinic, &study, &reader, |_| ()).unwrap();
        consult::accept(&session.specialist, &case).unwrap();
        cases.push((study, case));
    }
    let back = pair.lab.folder().join("back");
    for (number, (study, case)) in cases.iter().enumerate() {
        consult::wait_opened(&session.specialist, case, |_, _| ()).unwrap();
        consult::wait_delivered(&session.clinic, case).unwrap();
        let (here, there) = (
            consult::hashes(&session.clinic, study),
            consult::hashes(&session.specialist, study),
        );
        assert_eq!(here.unwrap(), there.unwrap());
        consult::export(&session.specialist, study, &back.join(number.to_string()), |_| ()).unwrap();
    }
    assert_eq!(digest::folder(&source).unwrap(), digest::folder(&back).unwrap());

    let case = &cases[0].1;
    consult::report(&session.specialist, case).unwrap();
    let reported = consult::wait_state(&session.clinic, case, "reported").unwrap();
    assert_eq!(reported["reports"][0]["findings"], consult::FINDINGS);
    let entries = reported["timeline"].as_array().unwrap();
    assert!(
        entries.iter().all(|entry| entry["verified"] == true),
        "{entries:?}"
    );
    consult::read_and_close(&session.clinic, &session.specialist, case).unwrap();

    let pdf = pair.lab.folder().join("report.pdf");
    std::fs::write(
        &pdf,
        session
            .clinic
            .bytes(&format!("/cases/{case}/report.pdf"))
            .unwrap(),
    )
    .unwrap();
    let text: String = foreign::pdf_text(&pdf).unwrap().split_whitespace().collect();
    assert!(text.contains(consult::IMPRESSION), "{text}");
    verified_by_an_outsider(&pair, case);
}

/// R6, R11: the evidence of the consultation holds for whoever has the registry's root, OpenSSL and sha256sum, and shows that
/// each certificate stands in the public register.
fn verified_by_an_outsider(pair: &Pair, case: &str) {
    let (archive, folder) = (
        pair.lab.folder().join("evidence.zip"),
        pair.lab.folder().join("evidence"),
    );
    let clinic = &pair.clinic;
    let secret = clinic.secret("session.passphrase", TANAKA.passphrase).unwrap();
    clinic
        .cli(&["sign-in", "--id", TANAKA.id, "--passphrase-file", &secret])
        .unwrap();
    clinic
        .cli(&["case", "export", case, "--to", archive.to_str().unwrap()])
        .unwrap();
    // R12, R24: the trail by command line, for people and for programs, and what the patient may ask for.
    let found = clinic
        .cli(&["--json", "audit", "search", "--case", case, "--event", "evidence"])
        .unwrap();
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["rows"][0]["outcome"], "success", "{found}");
    let patient = found["rows"][0]["patient"]["id"].as_str().unwrap().to_owned();
    let told = clinic
        .cli(&["audit", "disclosures", "--patient", &patient])
        .unwrap();
    assert!(
        told.contains("個人情報の開示・閲覧の記録") && told.contains(HOSPITAL.name),
        "{told}"
    );
    let trail = clinic
        .cli(&["audit", "export", "--format", "atna", "--case", case])
        .unwrap();
    assert!(trail.lines().all(|line| line.contains("<AuditMessage>")) && trail.lines().count() > 3);
    let mut unpack = foreign::command("python3").unwrap();
    unpack.args(["-m", "zipfile", "-e"]).arg(&archive).arg(&folder);
    foreign::text(&mut unpack).unwrap();
    let verify = || {
        let mut shell = foreign::command("sh").unwrap();
        shell
            .arg(folder.join("verify.sh"))
            .arg("--root")
            .arg(pair.registry.root());
        foreign::text(&mut shell)
    };
    let said = verify().unwrap();
    assert!(
        said.contains("OK 合格") && !said.contains(" 0 register proofs"),
        "{said}"
    );
    for path in ["register/checkpoint", "register.txt", "entries/002/signature"] {
        dokuei_tests::tamper::flip(&folder.join(path), 20).unwrap();
        assert!(verify().is_err(), "{path} was altered unnoticed");
        dokuei_tests::tamper::flip(&folder.join(path), 20).unwrap();
    }
    verify().unwrap();
}

/// R1: a cone-beam CT crosses in fewer bytes than it has, comes back bit for bit, and is preceded by previews that both
/// sides see and nobody takes for the images.
#[test]
fn r1_a_volume_crosses_in_fewer_bytes_and_its_previews_first() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.requested(&session, 48, SIZE).unwrap();
    let previews = format!("/cases/{case}/previews");
    let sealed: Vec<Value> = session.clinic.get(&previews).unwrap();
    let kinds: Vec<_> = sealed.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[..2], ["axial_mip", "panoramic"]);
    assert!(kinds[2..].iter().all(|kind| *kind == "cross_section") && kinds.len() > 10);

    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    assert_eq!(session.specialist.get::<Vec<Value>>(&previews).unwrap(), sealed);
    for index in 0..sealed.len() {
        let path = format!("{previews}/{index}");
        let (here, there) = (session.clinic.bytes(&path), session.specialist.bytes(&path));
        let png = there.unwrap();
        assert_eq!(here.unwrap(), png);
        assert!(png.starts_with(b"\x89PNG"));
        let text = String::from_utf8_lossy(&png).into_owned();
        assert!(
            text.contains("診断には使えません"),
            "the picture says what it is not for"
        );
    }
    let total = state(&session.specialist, &case)["transfer"]["total"]
        .as_u64()
        .unwrap();
    let source = pair.lab.folder().join("source");
    let original = digest::size(&source);
    assert!(total * 10 < original * 6, "{total} bytes crossed for {original}");
    let back = pair.lab.folder().join("back");
    consult::export(&session.specialist, &study, &back, |_| ()).unwrap();
    assert_eq!(digest::folder(&source).unwrap(), digest::folder(&back).unwrap());
}

/// R8: without an agreement in force no request goes out. R7: nor without justification or the patient's consent.
#[test]
fn r7_r8_a_request_needs_agreement_justification_and_consent() {
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.start_bootstraps().unwrap();
    pair.start_nodes().unwrap();
    let session = pair.sign_in().unwrap();
    let reader = session.meet().unwrap();
    let study = pair.phantom(&session.clinic, 2, SIZE).unwrap();
    let whole = consult::request_body(&study, &reader).unwrap();
    let refused = session.clinic.refused("/cases", &whole).unwrap();
    assert!(refused.code.contains("agreement"), "{refused}");

    session.agree().unwrap();
    for field in ["justification", "consent"] {
        let mut without = whole.clone();
        without[field] = if field == "consent" {
            Value::Null
        } else {
            json!("")
        };
        let refused = session.clinic.refused("/cases", &without).unwrap();
        assert!((400..500).contains(&refused.status), "without {field}: {refused}");
    }
    assert_eq!(session.clinic.get::<Vec<Value>>("/cases").unwrap().len(), 0);
}

/// R3, R4: a dentist without the qualification can be asked for nothing and can sign no report. R15: the specialist
/// who may read, can.
#[test]
fn r3_r4_only_a_qualified_reader_reports() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.accepted(&session, 2, SIZE).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();

    let sato = pair.specialist.sign_in(&SATO).unwrap();
    let profile: Value = sato.get("/session").unwrap();
    assert_eq!(profile["may_read"], false);
    let body = consult::request_body(&study, profile["fingerprint"].as_str().unwrap()).unwrap();
    let asked = session.clinic.refused("/cases", &body).unwrap();
    let signed = sato
        .refused(
            &format!("/cases/{case}/report"),
            &sato.confirmed(consult::report_body()),
        )
        .unwrap();
    assert!(
        !asked.detail.is_empty() && !signed.detail.is_empty(),
        "{asked}; {signed}"
    );
    let suzuki = pair.specialist.sign_in(&SUZUKI).unwrap();
    consult::report(&suzuki, &case).unwrap();
    assert_eq!(
        consult::wait_state(&session.clinic, &case, "reported").unwrap()["case_id"],
        case
    );
    assert_eq!(state(&suzuki, &case)["reports"].as_array().unwrap().len(), 1);
}
