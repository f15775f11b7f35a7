//! A report on its way to the signature: drafts that survive, templates, findings by tooth, and how it will look on paper.

use std::process::Command;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::{Answer, Gate};
use crate::support::pair::Pair;
use crate::support::registry::{ITO, SATO};

async fn put(gate: &Gate, path: &str, token: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    gate.call(Method::PUT, path, &[("authorization", &bearer)], Some(body))
        .await
}

async fn delete(gate: &Gate, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    gate.call(Method::DELETE, path, &[("authorization", &bearer)], None)
        .await
}

/// The draft, or null.
async fn drafted(gate: &Gate, path: &str, token: &str) -> Value {
    gate.get(path, token).await.json()["draft"].clone()
}

/// A case whose images are at the hospital.
async fn opened(pair: &Pair) -> String {
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let accepted = pair
        .hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
    eventually("the study arrives", || async {
        let seen = pair.hospital.get(&path, &pair.sato).await.json();
        (seen["transfer"]["state"] == "opened").then_some(())
    })
    .await;
    case
}

fn report() -> Value {
    json!({
        "status": "final",
        "technique": "歯科用コーンビームCT。上顎は撮影範囲外である。",
        "findings": "下顎右側第三大臼歯は水平埋伏である。",
        "impression": "埋伏智歯",
        "template": "third_molar",
        "teeth": [
            {"tooth": 48, "words": "歯根は下顎管に接する"},
            {"tooth": 11, "supernumerary": true, "words": "逆生の過剰歯"},
        ],
    })
}

fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new("pdftotext").arg(&file).arg("-").output().ok()?;
    assert!(output.status.success());
    Some(
        String::from_utf8_lossy(&output.stdout)
            .split_whitespace()
            .collect(),
    )
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_r15_a_report_is_drafted_looked_at_and_signed_by_tooth() {
    let pair = Pair::new().await;
    let case = opened(&pair).await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let path = format!("/api/v1/cases/{case}");
    let draft = format!("{path}/draft");

    // Nothing yet; then what was written comes back, and of two windows the second is told.
    assert_eq!(drafted(hospital, &draft, sato).await, Value::Null);
    let first = json!({"revision": 0, "content": report()});
    let revision = put(hospital, &draft, sato, &first).await.json()["revision"].clone();
    assert_ne!(revision, 0);
    let other = put(hospital, &draft, sato, &first).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert_eq!(other.problem(), "draft_changed");
    let kept = drafted(hospital, &draft, sato).await;
    assert_eq!(
        (&kept["revision"], &kept["signed_since"], &kept["content"]),
        (&revision, &json!(false), &report())
    );
    let large = json!({"revision": revision, "content": {"findings": "x".repeat(600_000)}});
    assert_eq!(put(hospital, &draft, sato, &large).await.problem(), "bad_field");
    // R12: neither a colleague at the same node nor the clinic has a part in it.
    let ito = hospital.sign_in(&ITO).await;
    assert_eq!(hospital.get(&draft, &ito).await.status, StatusCode::NOT_FOUND);
    let clinics = put(&pair.clinic, &draft, &pair.tanaka, &first).await;
    assert_eq!(clinics.problem(), "not_the_consultant");

    // As it will be printed, and nothing of a signature.
    let preview = format!("{path}/report/preview");
    let paper = hospital.post(&preview, sato, &report()).await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    if let Some(text) = text_of(&paper.body) {
        assert!(text.contains("下書きDRAFT") && text.contains("未署名") && !text.contains("署名日時"));
        assert!(
            text.contains("歯根は下顎管に接する") && text.contains("11過剰歯"),
            "{text}"
        );
    }
    assert_eq!(
        pair.clinic
            .post(&preview, &pair.tanaka, &report())
            .await
            .problem(),
        "not_the_consultant"
    );

    // A tooth that nobody has is no report; what is one is signed, and the draft is gone.
    let mut wrong = SATO.confirmed(report());
    wrong["teeth"][0]["tooth"] = 49.into();
    let refused = hospital.post(&format!("{path}/report"), sato, &wrong).await;
    assert_eq!(refused.problem(), "bad_body");
    assert_ne!(drafted(hospital, &draft, sato).await, Value::Null);
    let signed = hospital
        .post(&format!("{path}/report"), sato, &SATO.confirmed(report()))
        .await;
    assert_eq!(signed.status, StatusCode::OK, "{:?}", signed.body);
    assert_eq!(drafted(hospital, &draft, sato).await, Value::Null);
    a_window_from_before_is_told(hospital, sato, &draft, &revision).await;
    nothing_is_left_of_what_was_declined(&pair).await;
    arrived_whole(&pair, &path).await;
    told_as_fhir(&pair, &path).await;
    amended_and_restarted(pair, &case).await;
}

/// R6: a window that knew the draft before this one, which was signed, does not overwrite it.
async fn a_window_from_before_is_told(hospital: &Gate, sato: &str, draft: &str, before: &Value) {
    let anew = json!({"revision": 0, "content": {"findings": "新しい下書き"}});
    assert_eq!(put(hospital, draft, sato, &anew).await.status, StatusCode::OK);
    let stale = json!({"revision": before, "content": {"findings": "前の下書き"}});
    assert_eq!(
        put(hospital, draft, sato, &stale).await.problem(),
        "draft_changed"
    );
    let kept = drafted(hospital, draft, sato).await;
    assert_eq!(kept["content"]["findings"], "新しい下書き");
    delete(hospital, draft, sato).await;
}

/// R12: a draft does not outlive its case, and none is begun after it.
async fn nothing_is_left_of_what_was_declined(pair: &Pair) {
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let draft = format!("{path}/draft");
    let words = json!({"revision": 0, "content": {"findings": "書きかけ"}});
    assert_eq!(put(hospital, &draft, sato, &words).await.status, StatusCode::OK);
    let reason = json!({"reason": "学会で不在のため"});
    let declined = hospital.post(&format!("{path}/decline"), sato, &reason).await;
    assert_eq!(declined.status, StatusCode::OK, "{:?}", declined.body);
    eventually("the draft is forgotten", || async {
        drafted(hospital, &draft, sato).await.is_null().then_some(())
    })
    .await;
    let late = put(hospital, &draft, sato, &words).await;
    assert_eq!(late.problem(), "not_now");
}

/// What the clinic has: by tooth in the case, in the PDF and, with codes, in the structured report (R15), with the terms,
/// the guideline and the images on which it rests.
async fn arrived_whole(pair: &Pair, path: &str) {
    let clinic = &pair.clinic;
    let here = eventually("the report arrives", || async {
        let here = clinic.get(path, &pair.tanaka).await.json();
        (here["reports"].as_array()?.len() == 1).then(|| here["reports"][0].clone())
    })
    .await;
    assert_eq!(here["template"], "third_molar");
    assert_eq!(
        here["teeth"],
        json!([
            {"tooth": 48, "supernumerary": false, "words": "歯根は下顎管に接する"},
            {"tooth": 11, "supernumerary": true, "words": "逆生の過剰歯"},
        ])
    );
    assert_eq!(here["technique"], report()["technique"]);
    assert_eq!(here["images"]["instances"], 3);
    assert!(!here["guideline"].as_str().unwrap().is_empty() && here["terms"].as_str().unwrap().len() == 64);
    let sr = clinic.get(&format!("{path}/report.dcm"), &pair.tanaka).await.body;
    for coded in [
        "38994002",
        "367534004",
        "48: 歯根は下顎管に接する",
        "上顎は撮影範囲外",
    ] {
        assert!(holds(&sr, coded), "{coded}");
    }
    let pdf = clinic.get(&format!("{path}/report.pdf"), &pair.tanaka).await.body;
    if let Some(text) = text_of(&pdf) {
        for said in [
            "歯別所見",
            "歯根は下顎管に接する",
            "署名日時",
            "指針",
            "読影した画像",
        ] {
            assert!(text.contains(said), "{said}");
        }
        assert!(!text.contains("下書き"));
    }
}

/// For other systems of the house: what was asked and answered, with the signature, and who looked at it. Nobody else's.
async fn told_as_fhir(pair: &Pair, path: &str) {
    let answer = pair.clinic.get(&format!("{path}/fhir"), &pair.tanaka).await;
    assert_eq!(answer.header("content-type"), "application/fhir+json");
    let bundle: Value = serde_json::from_slice(&answer.body).unwrap();
    let resources = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["resource"]);
    let of = |kind: &str| -> Vec<&Value> {
        let all = resources.clone();
        all.filter(|one| one["resourceType"] == kind).collect()
    };
    assert_eq!(of("Patient")[0]["name"][0]["text"], "山田 太郎");
    assert_eq!(of("ServiceRequest")[0]["status"], "completed");
    assert_eq!(of("ImagingStudy")[0]["numberOfInstances"], 3);
    let report = of("DiagnosticReport")[0];
    assert_eq!(
        (&report["status"], &report["conclusion"]),
        (&json!("final"), &json!("埋伏智歯"))
    );
    assert_eq!(report["presentedForm"][0]["contentType"], "application/pdf");
    assert_eq!(of("Observation")[0]["bodySite"]["coding"][0]["code"], "48");
    assert_eq!(of("Provenance").len(), 1);
    let trail = of("AuditEvent");
    let exported = trail.iter().flat_map(|one| one["subtype"].as_array().unwrap());
    assert!(
        exported.clone().any(|one| one["code"] == "fhir"),
        "the export is in it"
    );
    if let Some(file) = std::env::var_os("DOKUEI_FHIR_OUT") {
        std::fs::write(file, &answer.body).unwrap();
    }
    let suzuki = pair.clinic.get(&format!("{path}/fhir"), &pair.suzuki).await;
    assert_eq!(suzuki.status, StatusCode::NOT_FOUND);
}

/// An amendment keeps what it does not name, shows what it changes by tooth, and its draft survives the node.
async fn amended_and_restarted(pair: Pair, case: &str) {
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    let path = format!("/api/v1/cases/{case}");
    let draft = format!("{path}/draft");
    let amended = json!({
        "kind": "amended",
        "reason": "左右の誤記",
        "findings": report()["findings"],
        "technique": report()["technique"],
        "impression": "埋伏智歯（左側）",
        "teeth": [{"tooth": 38, "words": "歯根は下顎管に接する"}],
    });
    let amended = SATO.confirmed(amended);
    let before = json!({"revision": 0, "content": {"findings": "書きかけの訂正"}});
    assert_eq!(put(hospital, &draft, sato, &before).await.status, StatusCode::OK);
    let done = hospital.post(&format!("{path}/amend"), sato, &amended).await;
    assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
    let versions = hospital.get(&path, sato).await.json()["reports"].clone();
    let changed: Vec<&str> = versions[1]["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert_eq!(changed, ["teeth", "impression"]);
    teeth_are_taken_back(hospital, sato, &path).await;
    assert_eq!(put(hospital, &draft, sato, &before).await.status, StatusCode::OK);

    let hospital = pair.hospital;
    hospital.node.leave().await;
    let home = hospital.close();
    {
        let store = home.store();
        let author = home.practitioner_chain(&SATO).fingerprint();
        let id = <[u8; 16]>::try_from(hex::decode(case).unwrap()).unwrap();
        let row = store.report_draft(&id, &author).unwrap().unwrap();
        assert!(
            !holds(&row.sealed, "書きかけ"),
            "sealed within the encrypted database"
        );
    }
    let hospital = Gate::of(home);
    let sato = hospital.sign_in(&SATO).await;
    let kept = drafted(&hospital, &draft, &sato).await;
    assert_eq!(
        (&kept["content"]["findings"], &kept["signed_since"]),
        (&json!("書きかけの訂正"), &json!(false))
    );
    assert_eq!(
        delete(&hospital, &draft, &sato).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(drafted(&hospital, &draft, &sato).await, Value::Null);
}

/// R6: what an amendment leaves out stays, what it sends empty is taken back; an addendum takes nothing back.
async fn teeth_are_taken_back(hospital: &Gate, sato: &str, path: &str) {
    let mut version = json!({
        "kind": "amended",
        "reason": "歯別所見の取り消し",
        "findings": report()["findings"],
        "technique": report()["technique"],
        "impression": "埋伏智歯",
    });
    version = SATO.confirmed(version);
    let amend = format!("{path}/amend");
    let newest = async || {
        let all = hospital.get(path, sato).await.json()["reports"].clone();
        all.as_array().unwrap().last().unwrap().clone()
    };
    let done = hospital.post(&amend, sato, &version).await;
    assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
    assert_eq!(
        newest().await["teeth"][0]["tooth"],
        38,
        "nothing was said of teeth"
    );
    version["teeth"] = json!([]);
    version["kind"] = "addendum".into();
    let refused = hospital.post(&amend, sato, &version).await;
    assert_eq!(refused.problem(), "not_an_addendum");
    version["kind"] = "amended".into();
    let done = hospital.post(&amend, sato, &version).await;
    assert_eq!(done.status, StatusCode::OK, "{:?}", done.body);
    assert_eq!(newest().await["teeth"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn r15_a_reader_keeps_templates_of_her_own() {
    let gate = Gate::with(&[SATO, ITO]);
    let (sato, ito) = (gate.sign_in(&SATO).await, gate.sign_in(&ITO).await);
    let all = "/api/v1/report-templates";
    let there = gate.get(all, &sato).await.json();
    assert_eq!(
        (there["built_in"].as_array().unwrap().len(), &there["own"]),
        (8, &json!([]))
    );
    // Exported, changed, kept under a name of its own; what comes with the program stays.
    let mut mine = gate.get(&format!("{all}/third_molar"), &sato).await.json();
    let refused = put(&gate, &format!("{all}/third_molar"), &sato, &mine).await;
    assert_eq!(refused.problem(), "bad_field");
    mine["id"] = "my-molar".into();
    mine["name"]["ja"] = "智歯（当院）".into();
    let kept = put(&gate, &format!("{all}/my-molar"), &sato, &mine).await;
    assert_eq!((kept.status, kept.json()), (StatusCode::OK, mine.clone()));
    assert_eq!(
        put(&gate, &format!("{all}/other"), &sato, &mine).await.problem(),
        "bad_field"
    );
    mine["sections"] = json!([]);
    assert_eq!(
        put(&gate, &format!("{all}/my-molar"), &sato, &mine)
            .await
            .problem(),
        "bad_field"
    );
    assert_eq!(gate.get(all, &sato).await.json()["own"][0]["id"], "my-molar");
    assert_eq!(gate.get(all, &ito).await.json()["own"], json!([]));
    let path = format!("{all}/my-molar");
    assert_eq!(delete(&gate, &path, &ito).await.status, StatusCode::NOT_FOUND);
    assert_eq!(delete(&gate, &path, &sato).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gate.get(&path, &sato).await.status, StatusCode::NOT_FOUND);
}
