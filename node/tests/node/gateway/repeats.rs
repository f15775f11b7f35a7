//! A request that is sent again with its idempotency key.

use axum::http::{Method, StatusCode};
use dokuei_node::config::{Config, Governance, Rule};
use serde_json::{Value, json};

use super::duties::opened;
use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::pair::Pair;
use crate::support::registry::{SATO, TANAKA};

async fn send(gate: &Gate, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    gate.call(Method::POST, path, &headers, Some(body)).await
}

/// R6: what was asked for twice with one key is signed once and answered twice; another request with the key is refused,
/// and what was refused may be asked again with it.
#[tokio::test(flavor = "multi_thread")]
async fn r6_what_is_sent_twice_is_signed_once() {
    let pair = Pair::new().await;
    let case = opened(&pair).await;
    let (clinic, tanaka) = (&pair.clinic, pair.tanaka.as_str());
    let path = format!("{case}/queries");
    let doubt = json!({"question": "根尖の透過像は前回からありますか"});
    let key = "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"";

    let (first, second) = tokio::join!(
        send(clinic, tanaka, &path, key, &doubt),
        send(clinic, tanaka, &path, key, &doubt)
    );
    // One of them did it; the other came while it was being done, or after.
    let (done, other) = match first.status {
        StatusCode::CREATED if first.header("idempotency-replayed").is_empty() => (first, second),
        _ => (second, first),
    };
    assert_eq!(done.status, StatusCode::CREATED, "{:?}", done.body);
    match other.status {
        StatusCode::CREATED => assert_eq!(other.header("idempotency-replayed"), "true"),
        _ => assert_eq!(
            (other.status, other.problem().as_str()),
            (StatusCode::CONFLICT, "under_way")
        ),
    }
    let again = send(clinic, tanaka, &path, key.trim_matches('"'), &doubt).await;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &done.body));
    assert_eq!(again.header("idempotency-replayed"), "true");

    let rows = clinic.get("/api/v1/audit?event=replayed", tanaka).await.json();
    let (row, object) = (&rows["rows"][0], path.strip_prefix("/api/v1").unwrap());
    assert_eq!(
        (&row["actor"]["id"], &row["object"]),
        (&json!(TANAKA.id), &json!(object)),
        "{rows}"
    );

    let another = send(clinic, tanaka, &path, key, &json!({"question": "別の質問"})).await;
    assert_eq!(
        (another.status, another.problem().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "key_reused")
    );
    let hers = send(clinic, &pair.suzuki, &path, key, &doubt).await;
    assert_eq!(
        hers.status,
        StatusCode::NOT_FOUND,
        "another's key tells her nothing"
    );
    let shown = clinic.get(&case, tanaka).await.json();
    assert_eq!(shown["queries"].as_array().map(Vec::len), Some(1));

    for _ in 0..2 {
        let refused = send(clinic, tanaka, &path, "refused", &json!({"question": ""})).await;
        assert!(refused.header("idempotency-replayed").is_empty());
        assert!(refused.status.is_client_error());
    }
    let long = "x".repeat(129);
    for key in ["", "\"\"", "with space", long.as_str()] {
        let refused = send(clinic, tanaka, &path, key, &doubt).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::BAD_REQUEST, "bad_key"),
            "{key}"
        );
    }
}

/// R22: what was answered about patients is not shown again to whoever may no longer work with them; what concerns the house
/// is, and a record is signed once.
#[tokio::test(flavor = "multi_thread")]
async fn r22_an_answer_is_shown_again_only_to_whoever_may_still_see_it() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let (folder, records) = ("/api/v1/studies/import", "/api/v1/governance/records");
    let empty = json!({"path": hospital.home.dir.root().join("nothing here")});
    let lamp = json!({"record": "assignment", "person": {"id": SATO.id, "name": "佐藤"}, "role": "administrator", "duties": []});
    let taken = send(&hospital, &sato, folder, "import", &empty).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED);
    let again = send(&hospital, &sato, folder, "import", &empty).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let signed = send(&hospital, &sato, records, "record", &lamp).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{:?}", signed.body);

    let home = strict(hospital.close());
    let hospital = Gate::of(home);
    let sato = hospital.sign_in(&SATO).await;
    let again = send(&hospital, &sato, records, "record", &lamp).await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{:?}", again.body);
    let all = hospital.get(records, &sato).await.json();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    // The user who runs the node may take in images in her place: that answer is given, and not shown again to her.
    let taken = send(&hospital, &sato, folder, "import-anew", &empty).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED, "{:?}", taken.body);
    let again = send(&hospital, &sato, folder, "import-anew", &empty).await;
    assert_eq!(again.problem(), "not_trained");
}

/// R6: what was attached is attached once, also when the node stopped before the one who asked had heard of it: she is told that
/// it is done.
#[tokio::test(flavor = "multi_thread")]
async fn r6_what_was_attached_before_a_crash_is_not_attached_again() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let path = hospital.home.beside("letter.pdf");
    std::fs::write(&path, PDF).unwrap();
    let wanted =
        json!({"path": path, "patient": {"id": "0042", "name": "YAMADA^HANA"}, "description": "紹介状"});
    let attach = "/api/v1/studies/attach";
    let begun = send(&hospital, &sato, attach, "letter", &wanted).await;
    let made = hospital.job(&begun).await;
    assert_eq!(made["result"]["outcome"], "added", "{made}");

    // Another run of the node, which knows nothing of that job.
    let hospital = Gate::of(hospital.close());
    let sato = hospital.sign_in(&SATO).await;
    let again = send(&hospital, &sato, attach, "letter", &wanted).await;
    assert_eq!(
        (again.status, again.problem().as_str()),
        (StatusCode::CONFLICT, "already_done")
    );
    let studies = hospital.get("/api/v1/studies", &sato).await.json();
    assert_eq!(studies.as_array().map(Vec::len), Some(1), "{studies}");
}

/// The smallest document that is one.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// The same node, where nobody works with patients without pledge and training.
fn strict(home: Home) -> Home {
    let mut config = Config::read(&home.dir).unwrap();
    config.governance = Governance {
        people: Rule::Require,
        ..Governance::default()
    };
    config.write(&home.dir).unwrap();
    home
}

/// What only asks is answered anew each time, key or not, and none of it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_asks_takes_no_key() {
    let hospital = Gate::with(&[SATO]);
    let sato = hospital.sign_in(&SATO).await;
    let draft = "/api/v1/governance/drafts/management";
    for facts in [json!({}), json!({}), json!({"language": "en"})] {
        let answer = send(&hospital, &sato, draft, "asks", &facts).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
}
