//! A consultation as evidence: OpenSSL and sha256sum verify it, and nothing in it can be altered unnoticed.

use std::fs;

use axum::http::StatusCode;
use dokuei_node::service::evidence::VERIFY_SH;

use super::reported;
use crate::support::registry::ITO;
use crate::support::unpacked::{Unpacked, with_flipped};

/// The script without the check of all hashes, so that what stands behind it is tried by itself.
fn without_sums() -> String {
    let (before, rest) = VERIFY_SH.split_once("# 2. ").unwrap();
    let (_, after) = rest.split_once("# 3. ").unwrap();
    format!("{before}signed_by=$(head -n 1 certificates.txt | cut -d ' ' -f 1)\n# 3. {after}")
}

/// R6, R11: an outsider checks a whole consultation with OpenSSL and sha256sum, and every file that was altered by one bit
/// is refused, those of the signed record also without the list of hashes.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r11_outsiders_verify_a_consultation_with_openssl_and_every_altered_file_is_refused() {
    let (pair, case) = reported().await;
    let path = format!("/api/v1/cases/{case}/evidence.zip");
    let answer = pair.clinic.get(&path, &pair.tanaka).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert_eq!(answer.header("content-type"), "application/zip");
    let unpacked = Unpacked::of(&answer.body);
    let all = unpacked.files();
    for needed in [
        "VERIFY.md",
        "verify.sh",
        "SHA256SUMS",
        "B3SUMS",
        "certificates/root.pem",
        "entries/001/signed",
        "reports/report-1.pdf",
        "reports/report-1.dcm",
        "audit.csv",
        "consultation.json",
    ] {
        assert!(all.contains_key(needed), "{needed} is not in {:?}", all.keys());
    }
    assert!(
        fs::read(&all["reports/report-1.pdf"])
            .unwrap()
            .starts_with(b"%PDF")
    );

    let root = pair.clinic.home.beside("root.pem");
    fs::write(&root, pair.clinic.home.registry().root_pem()).unwrap();
    let root = root.to_str().unwrap();
    let good = unpacked.verified_by(VERIFY_SH, &["--root", root, "--without-register"]);
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(
        good.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&good.stderr)
    );
    assert!(said.contains("OK 合格"), "{said}");
    assert!(
        !unpacked.verified_by(VERIFY_SH, &[]).status.success(),
        "no register is not passed over"
    );
    let deeper = without_sums();
    let good = unpacked.verified_by(&deeper, &["--without-register"]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));

    for (name, file) in &all {
        let refused = with_flipped(file, || unpacked.verified_by(VERIFY_SH, &["--without-register"]));
        assert!(!refused.status.success(), "{name} was altered unnoticed");
        assert!(
            String::from_utf8_lossy(&refused.stderr).contains("REFUSED 不合格"),
            "{name}"
        );
    }
    let row = all.keys().find(|name| name.ends_with(".row")).unwrap().clone();
    let issuers = all
        .keys()
        .find(|name| name.ends_with(".issuers.pem"))
        .unwrap()
        .clone();
    let certificate = issuers.replace(".issuers", "");
    let of_entry =
        ["entry.cose", "signed", "signature", "body", "salt"].map(|name| format!("entries/002/{name}"));
    let kinds = [
        row,
        issuers,
        certificate,
        "certificates/root.pem".into(),
        "entries.txt".into(),
        "audit.txt".into(),
    ];
    for name in kinds.iter().chain(&of_entry) {
        let refused = with_flipped(&all[name], || {
            unpacked.verified_by(&deeper, &["--without-register"])
        });
        assert!(
            !refused.status.success(),
            "{name} was altered unnoticed by whoever signs the hashes"
        );
    }

    // A file that was added or taken away, and another network's root.
    fs::write(unpacked.path().join("reports/report-2.pdf"), b"%PDF").unwrap();
    assert!(
        !unpacked
            .verified_by(VERIFY_SH, &["--without-register"])
            .status
            .success()
    );
    fs::remove_file(unpacked.path().join("reports/report-2.pdf")).unwrap();
    fs::write(root, crate::support::home::Home::bare().registry().root_pem()).unwrap();
    assert!(
        !unpacked
            .verified_by(VERIFY_SH, &["--root", root, "--without-register"])
            .status
            .success()
    );
    fs::remove_file(unpacked.path().join("entries/003/body")).unwrap();
    assert!(
        !unpacked
            .verified_by(VERIFY_SH, &["--without-register"])
            .status
            .success()
    );
}

/// R12: evidence of a consultation is for those who have a part in it; that it was exported is written down.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r23_nobody_else_exports_evidence_and_who_does_leaves_rows() {
    let (pair, case) = reported().await;
    let path = format!("/api/v1/cases/{case}/evidence.zip");
    let colleague = pair.hospital.sign_in(&ITO).await;
    let refused = pair.hospital.get(&path, &colleague).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let given = pair.hospital.get(&path, &pair.sato).await;
    assert_eq!(given.status, StatusCode::OK, "the reader has a part in it");
    let rows = pair
        .hospital
        .get("/api/v1/audit?event=evidence", &pair.sato)
        .await
        .json();
    let ends: Vec<&str> = super::rows(&rows)
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(ends, ["success", "begun"]);
}
