//! The work list of a reader whom many ask: pages, what is looked for, and how long it takes.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::http::StatusCode;
use dokuei_consultation::body::{Request, Urgency};
use serde_json::Value;

use crate::support::crowd::request_often;
use crate::support::gate::{Answer, Gate};
use crate::support::pair::Pair;
use crate::support::registry::SATO;

/// A hospital with so many further requests, and the specialist's token.
async fn hospital(count: usize, change: impl Fn(usize, &mut Request)) -> (Gate, String) {
    let pair = Pair::new().await;
    pair.agree().await;
    let first = pair.request().await;
    pair.arrived(&first).await;
    pair.clinic.node.leave().await;
    pair.hospital.node.leave().await;
    let (clinic, hospital) = (pair.clinic.close(), pair.hospital.close());
    request_often((&clinic, &hospital), count, change);
    let gate = Gate::of(hospital);
    let token = gate.sign_in(&SATO).await;
    (gate, token)
}

async fn ask(gate: &Gate, token: &str, query: &str) -> Answer {
    gate.get(&format!("/api/v1/cases{query}"), token).await
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    let cases: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    let ids = cases
        .iter()
        .map(|case| case["case_id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// R2, R11: pages hold every case once, in the order of the whole list, and what is looked for is found among all.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r11_a_long_work_list_comes_in_pages_and_is_searched() {
    let (gate, sato) = hospital(41, |number, request| {
        if number % 10 == 0 {
            request.urgency = Urgency::Emergency;
        }
        if number == 17 {
            request.patient.name.ideographic = "渡邉^さくら".to_owned();
            request.patient.name.phonetic = "ワタナベ^サクラ".to_owned();
            request.patient.name.alphabetic = "Watanabe^Sakura".to_owned();
            request.region = "右側顎関節".to_owned();
        }
    })
    .await;
    let whole = ask(&gate, &sato, "").await;
    assert_eq!(whole.header("x-total-count"), "42");
    let whole = ids(&whole);
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 42);
    let rows: Vec<Value> = serde_json::from_slice(&ask(&gate, &sato, "?limit=6").await.body).unwrap();
    let urgencies: Vec<_> = rows.iter().map(|row| row["urgency"].as_str().unwrap()).collect();
    assert_eq!(
        urgencies,
        [
            "emergency",
            "emergency",
            "emergency",
            "emergency",
            "emergency",
            "routine"
        ]
    );

    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = ask(&gate, &sato, &format!("?limit=10{after}")).await;
        assert_eq!(page.header("x-total-count"), "42");
        let page = ids(&page);
        let Some(last) = page.last() else { break };
        after = format!("&after={last}");
        paged.extend(page);
    }
    assert_eq!(paged, whole);

    for (query, expected) in [
        ("?text=%E6%B8%A1%E8%BE%BA", 1),
        ("?text=sakura%20watanabe", 1),
        ("?text=%E3%82%8F%E3%81%9F%E3%81%AA%E3%81%B9", 1),
        ("?text=%E9%A1%8E%E9%96%A2%E7%AF%80&state=awaiting_acceptance", 1),
        ("?text=sakura&state=closed,reported", 0),
        ("?text=nobody", 0),
        ("?role=consulting&state=open&unread=true&limit=500", 42),
        ("?role=requesting", 0),
    ] {
        let found = ask(&gate, &sato, query).await;
        assert_eq!(ids(&found).len(), expected, "{query}");
        assert_eq!(found.header("x-total-count"), expected.to_string(), "{query}");
    }
    for refused in [
        "?limit=0",
        "?limit=501",
        "?state=done",
        "?after=1",
        "?page=2",
        "?role=both",
    ] {
        let answer = ask(&gate, &sato, refused).await;
        assert!(answer.status.is_client_error(), "{refused}: {}", answer.status);
        answer.problem();
    }
    let stranger = format!("?after={}", "ab".repeat(16));
    assert!(ask(&gate, &sato, &stranger).await.status.is_client_error());
}

/// Processor time of this process so far, ms; the system counts it in hundredths of a second.
fn processor_ms() -> f64 {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = told.rsplit(')').next().unwrap_or_default();
    let fields = after_name.split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}

/// Asks often for the same; tells how long that took, and how much of it the processor worked.
async fn measured(gate: &Gate, token: &str, path: &str) {
    const TIMES: usize = 100;
    let (mut took, worked, mut bytes) = (Vec::new(), processor_ms(), 0);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let answer = gate.get(path, token).await;
        assert_eq!(answer.status, StatusCode::OK);
        took.push(begun.elapsed());
        bytes = answer.body.len();
    }
    let worked = (processor_ms() - worked) / TIMES as f64;
    took.sort_unstable();
    let (usually, at_most) = (took[TIMES / 2], took[TIMES - 1]);
    println!(
        "{path:>40}: {worked:.1} ms of processor time, {usually:.1?} usually, {at_most:.1?} at most, {bytes} bytes"
    );
}

/// Figures, not a test: `cargo test -p dokuei-node --test node work_list -- --ignored --nocapture`; how many cases is read
/// from `CASES`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures"]
async fn how_long_a_long_work_list_takes() {
    let asked = std::env::var("CASES").ok();
    let count = asked.and_then(|count| count.parse().ok()).unwrap_or(200);
    let (gate, sato) = hospital(count, |_, _| ()).await;
    let (begun, worked) = (Instant::now(), processor_ms());
    assert_eq!(ask(&gate, &sato, "?limit=100").await.status, StatusCode::OK);
    let (took, worked) = (begun.elapsed(), processor_ms() - worked);
    println!("{count} cases: the first page after a start in {took:.1?}, {worked:.0} ms of processor time");
    for query in [
        "",
        "?limit=100",
        "?limit=100&text=yamada",
        "?limit=100&state=open",
    ] {
        measured(&gate, &sato, &format!("/api/v1/cases{query}")).await;
    }
    for path in ["studies", "agreements", "status", "session"] {
        measured(&gate, &sato, &format!("/api/v1/{path}")).await;
    }
}
