//! What others are given of it: as paper, DICOM, FHIR and evidence.

use std::fs;
use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use dokuei_node::service::evidence::VERIFY_SH;
use serde_json::{Value, json};

use super::{Both, OPINION};
use crate::gateway::duties::done;
use crate::support::registry::{KATO, SATO};
use crate::support::unpacked::{Unpacked, with_flipped};

fn printed(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opinion.pdf");
    fs::write(&file, pdf).unwrap();
    let output = Command::new("pdftotext").arg(&file).arg("-").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.split_whitespace().collect())
}

fn dumped(object: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opinion.dcm");
    fs::write(&file, object).unwrap();
    let output = Command::new("/usr/bin/dsrdump")
        .args(["+Pl"])
        .arg(&file)
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// R6, R15: the opinion comes back to the clinic as PDF and as DICOM SR that both readers have verified and that follows the
/// documents of both reports; as FHIR it is a report that both interpret, with both signatures.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r15_the_opinion_of_both_comes_back_as_pdf_dicom_and_fhir() {
    let both = Both::read().await;
    let of = both.agreed().await;
    let (clinic, tanaka) = (&both.pair.clinic, &both.pair.tanaka);
    let of = of.as_str().unwrap();
    let pdf = clinic
        .get(&both.at(&format!("reconciliations/{of}/opinion.pdf")), tanaka)
        .await;
    assert_eq!(pdf.status, StatusCode::OK, "{:?}", pdf.body);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    if let Some(text) = printed(&pdf.body) {
        for expected in [
            OPINION,
            SATO.japanese,
            KATO.japanese,
            "歯根嚢胞",
            "根尖性歯周炎",
            "両者署名",
            "連署Co-signed",
        ] {
            let expected: String = expected.split_whitespace().collect();
            assert!(text.contains(&expected), "{expected} is not in {text}");
        }
    }
    let path = both.at(&format!("reconciliations/{of}/opinion.dcm"));
    let here = clinic.get(&path, tanaka).await;
    assert_eq!(here.header("content-type"), "application/dicom");
    if let Some(shown) = dumped(&here.body) {
        assert!(shown.contains("Verification Flag   : VERIFIED"), "{shown}");
        assert!(shown.contains("Predecessor Docs    : 2"), "{shown}");
        for expected in [
            OPINION,
            &SATO.japanese.replace(' ', "^"),
            &KATO.japanese.replace(' ', "^"),
        ] {
            assert!(shown.contains(expected), "{expected} is not in {shown}");
        }
    }
    let unknown = clinic
        .get(
            &both.at(&format!("reconciliations/{}/opinion.pdf", "00".repeat(32))),
            tanaka,
        )
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    interpreted_by_both(&clinic.get(&both.at("fhir"), tanaka).await.json());
}

/// The Bundle has the opinion as a report of its own, with the signatures of both.
fn interpreted_by_both(bundle: &Value) {
    let of_kind = |kind: &str| -> Vec<Value> {
        let entries = bundle["entry"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["resource"].clone())
            .filter(|one| one["resourceType"] == kind)
            .collect()
    };
    let reports = of_kind("DiagnosticReport");
    let opinion = reports.iter().find(|one| one["conclusion"] == OPINION).unwrap();
    assert_eq!((reports.len(), &opinion["status"]), (3, &json!("final")));
    assert_eq!(opinion["resultsInterpreter"].as_array().unwrap().len(), 2);
    assert!(
        opinion["presentedForm"][0]["data"]
            .as_str()
            .is_some_and(|data| data.starts_with("JVBER"))
    );
    let purposes: Vec<Value> = of_kind("Provenance")
        .iter()
        .map(|one| one["signature"][0]["type"][0]["display"].clone())
        .collect();
    assert!(purposes.contains(&json!("Coauthor's Signature")), "{purposes:?}");
}

/// The script without the check of all hashes, so that what stands behind it is tried by itself.
fn without_sums() -> String {
    let (before, rest) = VERIFY_SH.split_once("# 2. ").unwrap();
    let (_, after) = rest.split_once("# 3. ").unwrap();
    format!("{before}signed_by=$(head -n 1 certificates.txt | cut -d ' ' -f 1)\n# 3. {after}")
}

/// R6, R11: the evidence holds the opinion and its co-signature, an outsider verifies both, and whoever alters one word of
/// the opinion is found out, also when she signs the list of hashes anew.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r11_an_outsider_verifies_the_opinion_and_an_altered_one_is_refused() {
    let both = Both::read().await;
    let of = both.agreed().await;
    let (clinic, tanaka) = (&both.pair.clinic, &both.pair.tanaka);
    let archive = clinic.get(&both.at("evidence.zip"), tanaka).await;
    assert_eq!(archive.status, StatusCode::OK, "{:?}", archive.body);
    let unpacked = Unpacked::of(&archive.body);
    let all = unpacked.files();
    for needed in [
        "reports/opinion-1.pdf",
        "reports/opinion-1.dcm",
        "reports/report-2.pdf",
    ] {
        assert!(all.contains_key(needed), "{needed} is not in {:?}", all.keys());
    }
    let told: Value = serde_json::from_slice(&fs::read(&all["consultation.json"]).unwrap()).unwrap();
    assert_eq!(told["reconciliations"][0]["entry_id"], of);
    assert_eq!(told["reconciliations"][0]["standing"], "agreed");
    assert_eq!(told["co_signatures"][0]["of"], of);
    let words = fs::read_to_string(&all["VERIFY.md"]).unwrap();
    assert!(
        words.contains("統合見解") && words.contains("reconciled opinion"),
        "{words}"
    );
    let verify = |script: &str| {
        let said = unpacked.verified_by(script, &["--without-register"]);
        (
            said.status.success(),
            String::from_utf8_lossy(&said.stderr).into_owned(),
        )
    };
    assert!(verify(VERIFY_SH).0, "{}", verify(VERIFY_SH).1);

    let entries = fs::read_to_string(&all["entries.txt"]).unwrap();
    for entry in [&of, &told["co_signatures"][0]["entry_id"]] {
        let mut lines = entries.lines();
        let line = lines
            .find(|line| line.contains(&format!(" {} ", entry.as_str().unwrap())))
            .unwrap();
        let number = line.split(' ').next().unwrap();
        for part in ["body", "salt", "signed", "signature", "entry.cose"] {
            let file = &all[&format!("entries/{number}/{part}")];
            for script in [VERIFY_SH, &without_sums()] {
                let (good, said) = with_flipped(file, || verify(script));
                assert!(
                    !good && said.contains("REFUSED 不合格"),
                    "{part} of {number}: {said}"
                );
            }
        }
    }
    let line = entries
        .lines()
        .find(|line| line.contains(of.as_str().unwrap()))
        .unwrap();
    let body = &all[&format!("entries/{}/body", line.split(' ').next().unwrap())];
    let (good, said) = with_another_opinion(body, || verify(&without_sums()));
    assert!(!good && said.contains("the body of entry"), "{said}");
    assert!(verify(VERIFY_SH).0);
}

/// Puts another opinion of the same length in its place, runs, and puts it back.
fn with_another_opinion<T>(body: &Path, run: impl FnOnce() -> T) -> T {
    let before = fs::read(body).unwrap();
    let said = "嚢胞と".as_bytes();
    let at = before.windows(said.len()).position(|part| part == said).unwrap();
    let mut altered = before.clone();
    altered[at..at + said.len()].copy_from_slice("腫瘍と".as_bytes());
    fs::write(body, &altered).unwrap();
    let outcome = run();
    fs::write(body, before).unwrap();
    outcome
}

/// R6, R15: a report that another reader has co-signed is a document of its own that names both as verifying observers; the
/// author's stays for the archives, and a dissent stands in the opinion.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r15_a_co_signed_report_names_both_and_a_dissent_is_told() {
    let both = Both::read().await;
    let (gate, kato) = (&both.third.gate, &both.third.kato);
    let (hospital, sato) = (&both.pair.hospital, &both.pair.sato);
    let shown = both.at_hospital().await;
    let newest = shown["reports"].as_array().unwrap().last().unwrap();
    // Which came last is not certain; the other reader co-signs it.
    let (at, token, who) = match newest["mine"] == true {
        true => (gate, kato, &KATO),
        false => (hospital, sato, &SATO),
    };
    let before = at.get(&both.at("report.dcm"), token).await;
    let agrees = json!({"of": newest["entry_id"], "stance": "agrees", "passphrase": who.passphrase});
    done(at, token, &both.at("co-signatures"), agrees).await;
    let after = at.get(&both.at("report.dcm"), token).await;
    assert_ne!(before.body, after.body);
    if let (Some(before), Some(after)) = (dumped(&before.body), dumped(&after.body)) {
        let name = who.japanese.replace(' ', "^");
        assert!(!before.contains(&name), "{before}");
        assert!(after.contains(&name), "{after}");
        assert!(after.contains("Predecessor Docs    : 1"), "{after}");
    }
    if let Some(text) = printed(&at.get(&both.at("report.pdf"), token).await.body) {
        assert!(text.contains("連署Co-signed"), "{text}");
    }
    let of = both.said().await;
    let dissents =
        json!({"of": of, "stance": "dissents", "words": "囊胞壁を認めない", "passphrase": KATO.passphrase});
    done(gate, kato, &both.at("co-signatures"), dissents).await;
    let path = both.at(&format!("reconciliations/{}/opinion", of.as_str().unwrap()));
    let (pdf, sr) = (
        gate.get(&format!("{path}.pdf"), kato).await,
        gate.get(&format!("{path}.dcm"), kato).await,
    );
    if let Some(text) = printed(&pdf.body) {
        assert!(
            text.contains("異見Dissent") && text.contains("囊胞壁を認めない"),
            "{text}"
        );
    }
    if let Some(shown) = dumped(&sr.body) {
        assert!(
            shown.contains("UNVERIFIED") && shown.contains("囊胞壁を認めない"),
            "{shown}"
        );
    }
}
