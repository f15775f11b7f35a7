//! What other hands have altered in the database is told, and a good copy comes from the other side.

use axum::http::StatusCode;
use dokuei_node::service::storage_key;
use dokuei_store::as_an_insider;

use super::reported;
use crate::support::eventually;

/// R6, R11, R24: an entry that was altered or removed at one side is told by the doctor's question and at the next read, and
/// comes back from the other side without anybody doing anything.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r11_an_entry_that_was_altered_or_removed_is_told_and_comes_back_from_the_other_side() {
    let (pair, case) = reported().await;
    let (gate, token) = (&pair.clinic, &pair.tanaka);
    let path = format!("/api/v1/cases/{case}");
    let before = gate.get(&path, token).await.json()["timeline"].clone();
    let whole = gate.get("/api/v1/integrity", &gate.operator).await.json();
    assert_eq!(whole["ok"], true, "{whole}");
    let (dir, key) = (gate.home.dir.root(), storage_key(gate.home.secrets()));
    for (number, sql) in [
        "UPDATE entries SET body = CAST(x'00' || substr(body, 2) AS BLOB) WHERE type = 'report'",
        "DELETE FROM entries WHERE type = 'report'",
        // The last one, on which nothing hangs, and one that its own signature puts right.
        "DELETE FROM entries WHERE lamport = (SELECT max(lamport) FROM entries)",
        "UPDATE entries SET lamport = 999 WHERE type = 'accept'",
    ]
    .into_iter()
    .enumerate()
    {
        as_an_insider(dir, &key, sql).unwrap();
        let told = gate.get("/api/v1/integrity", &gate.operator).await.json();
        assert_eq!(told["ok"], false, "{sql}: {told}");
        assert_eq!(told["altered"][0]["what"], "entry", "{sql}: {told}");
        eventually("it is whole again", || async {
            let now = gate.get("/api/v1/integrity", &gate.operator).await.json();
            (now["ok"] == true).then_some(())
        })
        .await;
        let after = gate.get(&path, token).await;
        assert_eq!(after.status, StatusCode::OK, "{sql}");
        let (after, entries) = (after.json(), before.as_array().unwrap());
        let ids = |list: &[serde_json::Value]| -> Vec<String> {
            list.iter().map(|one| one["entry_id"].to_string()).collect()
        };
        assert_eq!(ids(after["timeline"].as_array().unwrap()), ids(entries), "{sql}");
        let now = gate.get("/api/v1/integrity", &gate.operator).await.json();
        assert_eq!(now["mended"], number + 1, "{now}");
    }
    let rows = gate.get("/api/v1/audit?event=damage", token).await.json();
    assert!(super::rows(&rows).len() >= 3, "{rows}");
    assert_eq!(super::rows(&rows)[0]["indicator"], "8");
}

/// R24: a row of the trail that was altered is told by whoever asks, and nothing is read over it.
#[tokio::test(flavor = "multi_thread")]
async fn r24_an_altered_row_of_the_trail_is_told_to_whoever_reads_it() {
    let (pair, _) = reported().await;
    let (gate, token) = (&pair.clinic, &pair.tanaka);
    let (dir, key) = (gate.home.dir.root(), storage_key(gate.home.secrets()));
    let sql = "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'ito' WHERE seq = 3";
    as_an_insider(dir, &key, sql).unwrap();
    let told = gate.get("/api/v1/integrity", &gate.operator).await.json();
    let words = told["audit"]["broken"].as_str().unwrap();
    assert!(words.contains("row 3"), "{words}");
    for path in ["/api/v1/audit", "/api/v1/audit/export/csv"] {
        let refused = gate.get(path, token).await;
        assert!(refused.status.is_server_error(), "{path}: {}", refused.status);
        assert!(refused.json()["detail"].as_str().unwrap().contains("row 3"));
    }
}
