//! The work list of a reader whom many ask: its order, pages, what is looked for, and how long it takes.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::http::StatusCode;
use dokuei_consultation::body::{Request, Urgency};
use dokuei_node::clock;
use serde_json::{Value, json};

use super::duties::{done, opened};
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
    crowded(pair, count, change).await
}

/// The hospital of these two, with so many further requests.
async fn crowded(pair: Pair, count: usize, change: impl Fn(usize, &mut Request)) -> (Gate, String) {
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

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

/// Thirty requests by number: one in ten is an emergency, one in ten urgent; some are panoramic radiographs, some are due.
fn mixed(number: usize, request: &mut Request) {
    request.urgency = match number % 10 {
        3 => Urgency::Emergency,
        6 => Urgency::Urgent,
        _ => Urgency::Routine,
    };
    if number.is_multiple_of(5) {
        request.modalities = vec!["PX".to_owned()];
    }
    if number.is_multiple_of(6) {
        request.due = Some(clock::now().plus(MINUTE * (30 + 10 * (number as u64 / 6))));
    }
}

/// R9, R10: what cannot wait is on top of all cases, however long the list is and however old the case; what is urgent, due or
/// to be followed up is found among all.
#[tokio::test(flavor = "multi_thread")]
async fn r9_r10_an_alarm_is_on_top_of_all_cases_and_what_presses_is_found() {
    let pair = Pair::new().await;
    let path = opened(&pair).await;
    let urgent = json!({"category": "minutes", "finding": "気道狭窄", "advice": "救急へ", "contact": "03-1"});
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    done(hospital, sato, &format!("{path}/urgent"), urgent).await;
    let incidental = json!({"finding": "上顎洞粘膜肥厚", "advice": "耳鼻咽喉科へ紹介",
        "due": clock::rfc3339(clock::now().plus(40 * DAY))});
    done(hospital, sato, &format!("{path}/incidental"), incidental).await;
    // It is the oldest of them, and nobody called it urgent.
    let alarmed = path.rsplit('/').next().unwrap().to_owned();
    let (gate, sato) = crowded(pair, 30, mixed).await;

    let all = ask(&gate, &sato, "").await;
    let rows: Vec<Value> = serde_json::from_slice(&all.body).unwrap();
    assert_eq!(rows[0]["case_id"], alarmed.as_str());
    assert_eq!(rows[0]["alarm"], true);
    let urgencies: Vec<_> = rows[1..8]
        .iter()
        .map(|row| row["urgency"].as_str().unwrap())
        .collect();
    let expected = [["emergency"; 3].as_slice(), &["urgent"; 3], &["routine"]].concat();
    assert_eq!(urgencies, expected);
    let times: Vec<_> = rows[7..]
        .iter()
        .map(|row| row["requested_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");

    let until = |minutes: u64| {
        let at = clock::rfc3339(clock::now().plus(minutes * MINUTE));
        format!("?due_until={}", at.replace('+', "%2B"))
    };
    for (query, expected) in [
        ("?urgent=true".to_owned(), 7),
        ("?urgent=false".to_owned(), 24),
        ("?incidental=true".to_owned(), 1),
        ("?modality=PX".to_owned(), 6),
        ("?modality=PX,CT".to_owned(), 31),
        ("?modality=MR".to_owned(), 0),
        ("?modality=PX&urgent=true".to_owned(), 0),
        // Emergencies and the urgent finding are answered in a quarter of an hour, what is urgent in two hours.
        (until(1), 0),
        (until(20), 4),
        (until(35), 5),
        (until(55), 7),
        (until(75), 9),
        (until(125), 11),
        (until(50 * 24 * 60), 31),
    ] {
        let found = ask(&gate, &sato, &query).await;
        assert_eq!(ids(&found).len(), expected, "{query}");
        assert_eq!(found.header("x-total-count"), expected.to_string(), "{query}");
    }
}

/// R11: a page goes on where the one before ended although cases have moved meanwhile, and one can jump.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_page_goes_on_where_the_one_before_ended_while_cases_move() {
    let (gate, sato) = hospital(30, mixed).await;
    let whole = ids(&ask(&gate, &sato, "").await);
    let first = ask(&gate, &sato, "?limit=3").await;
    let mark = first.header("x-next-after").to_owned();
    assert_eq!(ids(&first), whole[..3]);
    // The emergency at the end of the page is declined, and with that no emergency any more.
    let declined = format!("/api/v1/cases/{}/decline", whole[2]);
    done(&gate, &sato, &declined, json!({"reason": "対象外の部位です"})).await;
    let second = ids(&ask(&gate, &sato, &format!("?limit=10&after={mark}")).await);
    assert_eq!(second, whole[3..13], "nothing is skipped and nothing comes twice");
    let by_number = ids(&ask(&gate, &sato, &format!("?limit=10&after={}", whole[2])).await);
    assert_ne!(by_number, second, "it stands elsewhere now");

    let now = ids(&ask(&gate, &sato, "").await);
    for (offset, length) in [(0, 10), (7, 10), (25, 6), (31, 0), (usize::MAX, 0)] {
        let page = ask(&gate, &sato, &format!("?limit=10&offset={offset}")).await;
        let begin = offset.min(now.len());
        assert_eq!(ids(&page), now[begin..begin + length], "{offset}");
        assert_eq!(page.header("x-total-count"), "31");
    }
    for refused in [
        format!("?after={mark}&offset=1"),
        "?after=9.1.00".to_owned(),
        "?offset=-1".to_owned(),
        "?modality=ct".to_owned(),
        "?due_until=today".to_owned(),
        "?urgent=yes".to_owned(),
    ] {
        let answer = ask(&gate, &sato, &refused).await;
        assert!(answer.status.is_client_error(), "{refused}: {}", answer.status);
        answer.problem();
    }
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
    let late = format!("?limit=100&offset={}", count * 9 / 10);
    let page = ask(&gate, &sato, &late).await;
    let after = format!("?limit=100&after={}", page.header("x-next-after"));
    for query in [
        "?limit=100",
        &late,
        &after,
        "?limit=100&text=yamada",
        "?limit=100&urgent=true",
        "?limit=100&state=open",
    ] {
        measured(&gate, &sato, &format!("/api/v1/cases{query}")).await;
    }
    for path in ["studies", "agreements", "status", "session"] {
        measured(&gate, &sato, &format!("/api/v1/{path}")).await;
    }
}
