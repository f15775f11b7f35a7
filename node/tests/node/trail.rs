//! What was done here and evidence of it: the audit trail as others read it, what a patient may ask for, a consultation as
//! outsiders verify it, and what becomes of what other hands have altered.

mod evidence;
mod forwarding;
mod mending;

use axum::http::StatusCode;
use dokuei_identity::time::Timestamp;
use dokuei_store::AuditEvent;
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::pair::Pair;
use crate::support::registry::{ITO, SATO, TANAKA};

/// A clinic and a hospital with a consultation on which a report was signed; gives it.
pub(crate) async fn reported() -> (Pair, String) {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let accept = pair
        .hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    assert_eq!(accept.status, StatusCode::OK, "{:?}", accept.body);
    eventually("it is opened", || async {
        let seen = pair.hospital.get(&path, &pair.sato).await.json();
        (seen["transfer"]["state"] == "opened").then_some(())
    })
    .await;
    let report = json!({"status": "final", "findings": "右下顎に透過像", "impression": "歯根嚢胞"});
    let report = SATO.confirmed(report);
    let signed = pair
        .hospital
        .post(&format!("{path}/report"), &pair.sato, &report)
        .await;
    assert_eq!(signed.status, StatusCode::OK, "{:?}", signed.body);
    eventually("the report arrives", || async {
        let seen = pair.clinic.get(&path, &pair.tanaka).await.json();
        (seen["reports"].as_array()?.len() == 1).then_some(())
    })
    .await;
    (pair, case)
}

/// What pdftotext, a program of others, reads on a paper; none where it is not installed.
fn printed(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = std::process::Command::new("pdftotext")
        .arg(&file)
        .arg("-")
        .output()
        .ok()?;
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.split_whitespace().collect())
}

fn rows(view: &Value) -> &[Value] {
    view["rows"].as_array().unwrap()
}

/// R12, R24: the trail tells who did what with whose images to those who may see them, and the same without the patient to
/// others; each row is a message of the standards.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r24_the_trail_is_searched_and_exported_and_names_a_patient_only_to_those_who_may_see_her() {
    let (pair, case) = reported().await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let seen = clinic
        .get(&format!("/api/v1/audit?case={case}"), &pair.tanaka)
        .await
        .json();
    let request = rows(&seen).iter().find(|row| row["action"] == "request").unwrap();
    assert_eq!(request["event"]["code"], "110109", "{request}");
    assert_eq!(request["actor"]["name"], "田中 花子");
    let patient = request["patient"]["id"].as_str().unwrap().to_owned();
    assert!(!patient.is_empty());

    let of_patient = clinic
        .get(
            &format!("/api/v1/audit?patient={patient}&event=import"),
            &pair.tanaka,
        )
        .await
        .json();
    assert!(
        rows(&of_patient)[0]["study"]["classes"][0]["instances"] == 3,
        "{of_patient}"
    );

    // A colleague who has no part in it finds the rows and no patient; whoever merely runs the node finds nothing.
    let colleague = hospital.sign_in(&ITO).await;
    let view = hospital
        .get(&format!("/api/v1/audit?case={case}"), &colleague)
        .await
        .json();
    assert!(!rows(&view).is_empty());
    assert!(rows(&view).iter().all(|row| row["patient"].is_null()), "{view}");
    assert_eq!(
        clinic.get("/api/v1/audit", &clinic.operator).await.problem(),
        "not_signed_in"
    );
    let none = hospital
        .get(&format!("/api/v1/audit?patient={patient}"), &colleague)
        .await
        .json();
    assert_eq!(rows(&none).len(), 0, "{none}");

    let whole = clinic.node.forwarding_view().unwrap();
    let (whole, tanaka) = (whole["rows"].as_u64().unwrap(), &pair.tanaka);
    let exported = |format: &'static str| async move {
        let path = format!("/api/v1/audit/export/{format}");
        clinic.get(&path, tanaka).await
    };
    let atna = exported("atna").await;
    let text = String::from_utf8(atna.body.to_vec()).unwrap();
    assert!(text.lines().all(|line| line.contains("<AuditMessage>")));
    assert!(text.lines().count() as u64 >= whole, "each row is a message");
    let fhir = exported("fhir").await;
    assert_eq!(fhir.header("content-type"), "application/fhir+ndjson");
    for line in std::str::from_utf8(&fhir.body).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["resourceType"], "AuditEvent");
    }
    let csv = exported("csv").await;
    assert!(csv.body.starts_with(b"seq,time,event,actor"));
    let used = clinic
        .get("/api/v1/audit?event=log_used", &pair.tanaka)
        .await
        .json();
    assert!(
        rows(&used).len() >= 3,
        "using the trail is itself written down: {used}"
    );
    for wrong in [
        "/api/v1/audit?since=yesterday",
        "/api/v1/audit?sicne=x",
        "/api/v1/audit/export/pdf",
    ] {
        assert!(
            clinic.get(wrong, &pair.tanaka).await.status.is_client_error(),
            "{wrong}"
        );
    }
}

/// R12: a patient may ask who saw or received what of hers, when and why.
#[tokio::test(flavor = "multi_thread")]
async fn r12_a_patient_is_told_who_saw_or_received_what_when_and_why() {
    let (pair, case) = reported().await;
    let path = format!("/api/v1/cases/{case}");
    pair.clinic.get(&format!("{path}/report.pdf"), &pair.tanaka).await;
    let shown = pair.clinic.get(&path, &pair.tanaka).await.json();
    let patient = shown["patient"]["id"].as_str().unwrap();
    let told = pair
        .clinic
        .get(
            &format!("/api/v1/audit/disclosures?patient={patient}"),
            &pair.tanaka,
        )
        .await
        .json();
    let one = &told["consultations"][0];
    assert_eq!(one["with"][0]["institution"], "関東歯科大学病院", "{told}");
    assert_eq!(one["received"][0]["institution"], "関東歯科大学病院", "{told}");
    assert_eq!(one["consent"]["explained_by"], "田中 花子");
    assert_eq!(one["why"], "下顎右側の透過像の評価");
    let did = |action: &str| {
        told["disclosures"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["action"] == action)
    };
    assert!(did("view") && did("request") && did("report_pdf"), "{told}");
    assert!(!did("sign_in") && !did("import"));
    let paper = pair
        .clinic
        .get(
            &format!("/api/v1/audit/disclosures.pdf?patient={patient}"),
            &pair.tanaka,
        )
        .await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    let marked = b"pdfaid:part";
    let is_marked = paper.body.windows(marked.len()).any(|some| some == marked);
    assert!(is_marked, "it says that it is PDF/A");
    if let Some(text) = printed(&paper.body) {
        for said in [
            "個人情報の開示・閲覧の記録",
            "関東歯科大学病院",
            "下顎右側の透過像の評価",
            "田中花子",
            "受領Received",
        ] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
    }
    let unknown = pair
        .clinic
        .get("/api/v1/audit/disclosures?patient=nobody", &pair.tanaka)
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    // A colleague of the reader who has no part in it is told of nothing.
    let colleague = pair.hospital.sign_in(&ITO).await;
    let path = format!("/api/v1/audit/disclosures?patient={patient}");
    assert_eq!(
        pair.hospital.get(&path, &colleague).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(pair.hospital.get(&path, &pair.sato).await.status, StatusCode::OK);
}

/// R24: the trail is read by pages, and no row is told twice or left out.
#[tokio::test(flavor = "multi_thread")]
async fn r24_more_rows_than_are_read_at_once_are_each_told_once() {
    let home = Home::with(&[TANAKA]);
    let store = home.store();
    let event = AuditEvent {
        at: Timestamp(1_764_000_000),
        actor: "operator".to_owned(),
        action: "import".to_owned(),
        object: "1.2.3".to_owned(),
        outcome: "success".to_owned(),
    };
    for _ in 0..620 {
        store.audit(&event).unwrap();
    }
    drop(store);
    let gate = Gate::of(home);
    let token = gate.sign_in(&TANAKA).await;
    let view = gate.get("/api/v1/audit?limit=1000", &token).await.json();
    let numbers: Vec<u64> = rows(&view)
        .iter()
        .map(|row| row["seq"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).rev().collect();
    assert_eq!(numbers, expected);
    assert!(numbers.len() > 620);
    let page = gate
        .get("/api/v1/audit?limit=100&before=400", &token)
        .await
        .json();
    assert_eq!(rows(&page)[0]["seq"], 399);
    assert_eq!(
        gate.get("/api/v1/audit/disclosures?patient=", &token)
            .await
            .problem(),
        "bad_field"
    );
}
