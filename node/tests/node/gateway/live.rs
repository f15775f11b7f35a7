//! The live consult: two nodes that share a view of one case, and who has no part in it.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use dokuei_live::{CaseKey, Frame, Look};
use dokuei_net::RefusalCode;
use serde_json::{Value, json};

use super::duties::{done, opened, refused, report, until};
use super::forwarding::{Third, consent};
use crate::support::eventually;
use crate::support::gate::{Gate, Listened};
use crate::support::hostile::{Hostile, Lie};
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{ITO, KATO, SATO, TANAKA};

/// How soon the other sees what one does.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A look at the study's first image.
async fn look(gate: &Gate, token: &str, study: &str) -> Value {
    let study_path = format!("/api/v1/studies/{study}");
    let shown = gate.get(&study_path, token).await.json();
    let series = &shown["series"][0];
    json!({
        "study": study,
        "series": series["series_instance_uid"],
        "instance": series["instances"][0]["sop_instance_uid"],
        "frame": 0, "view": "stack", "window": {"center": 1200.0, "width": 3500.0}, "invert": false, "zoom": 1.25,
        "pan": [10.0, -4.0], "rotation": 0.0, "flip": false, "point": null, "cursor": [0.5, 0.25],
        "strokes": [{"points": [[0.1, 0.2], [0.3, 0.4]]}],
    })
}

async fn put(gate: &Gate, token: &str, path: &str, look: Value) -> Value {
    let body = json!({"sharing": !look.is_null(), "look": look});
    let answer = gate.put(path, token, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    answer.json()
}

async fn delete(gate: &Gate, token: &str, path: &str) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let answer = gate.call(Method::DELETE, path, &headers, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// The next state that is as it should be, and how long it took.
async fn hears(listened: &mut Listened, good: impl Fn(&Value) -> bool) -> (Value, Duration) {
    let begun = Instant::now();
    loop {
        let (name, state) = listened.next().await.expect("the stream goes on");
        assert_eq!(name, "live");
        if good(&state) {
            return (state, begun.elapsed());
        }
    }
}

fn of<'a>(state: &'a Value, name: &str) -> &'a Value {
    let people = state["participants"].as_array().unwrap();
    people
        .iter()
        .find(|one| one["name"] == name)
        .unwrap_or(&Value::Null)
}

/// R12, R16, R17: what one shows and writes is at the other within a second, by the stream of events; whoever has not
/// joined learns only who is there; when the last has left it is over, and nothing of it is kept but that it was.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r16_r17_two_nodes_share_a_view_within_a_second_and_keep_nothing_of_it() {
    let pair = Pair::new().await;
    let case_path = opened(&pair).await;
    let path = format!("{case_path}/live");
    let (clinic, tanaka, hospital, sato) = (&pair.clinic, &pair.tanaka, &pair.hospital, &pair.sato);
    let nobody = clinic.get(&path, tanaka).await.json();
    assert_eq!(
        (&nobody["participants"], &nobody["messages"], &nobody["reachable"]),
        (&json!([]), &json!([]), &json!([pair.specialist]))
    );
    let mut told = hospital.node.events().listen();
    let mut stream = hospital.listen(&format!("{path}/events"), sato).await;
    assert_eq!(stream.next().await.unwrap().1["participants"], json!([]));

    let shown = look(clinic, tanaka, &pair.study).await;
    let mine = put(clinic, tanaka, &path, shown.clone()).await;
    assert_eq!(of(&mine, TANAKA.japanese)["mine"], true);
    let (seen, _) = hears(&mut stream, |state| !of(state, TANAKA.japanese).is_null()).await;
    let hers = of(&seen, TANAKA.japanese);
    assert_eq!(
        (&hers["look"], &hers["sharing"], &hers["connected"], &hers["mine"]),
        (&Value::Null, &json!(true), &json!(true), &json!(false)),
        "he has not joined"
    );
    let case = case_path.rsplit('/').next().unwrap();
    let invited = async {
        loop {
            let event = serde_json::to_value(told.recv().await.unwrap()).unwrap();
            if event == json!({"type": "live", "id": case}) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), invited)
        .await
        .expect("the app is told that somebody looks");

    put(hospital, sato, &path, Value::Null).await;
    let (seen, _) = hears(&mut stream, |state| !of(state, TANAKA.japanese)["look"].is_null()).await;
    let hers = &of(&seen, TANAKA.japanese)["look"];
    for field in [
        "study", "series", "instance", "window", "pan", "zoom", "view", "point",
    ] {
        assert_eq!(hers[field], shown[field], "{field}");
    }
    assert!((hers["strokes"][0]["points"][1][0].as_f64().unwrap() - 0.3).abs() < 1e-4);

    // Of several the quickest: others use this machine too.
    let mut quickest = Duration::MAX;
    for zoom in [2.0, 3.0, 4.0] {
        let mut moved = shown.clone();
        moved["zoom"] = json!(zoom);
        put(clinic, tanaka, &path, moved).await;
        let is_there = |state: &Value| of(state, TANAKA.japanese)["look"]["zoom"] == zoom;
        quickest = quickest.min(hears(&mut stream, is_there).await.1);
    }
    assert!(quickest < AT_ONCE, "a look took {quickest:?}");
    let words = "根尖の右、ここです";
    let headers = [
        ("authorization", format!("Bearer {tanaka}")),
        ("idempotency-key", "0123456789abcdef".to_owned()),
    ];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let body = json!({"text": words});
    let sent = clinic
        .call(Method::POST, &format!("{path}/messages"), &headers, Some(&body))
        .await;
    assert_eq!(sent.status, StatusCode::OK, "{:?}", sent.body);
    let (seen, _) = hears(&mut stream, |state| state["messages"][0]["text"] == words).await;
    assert_eq!(
        seen["messages"][0]["practitioner"],
        of(&seen, TANAKA.japanese)["practitioner"]
    );
    assert_eq!(seen["reachable"], json!([]));
    let again = clinic
        .call(Method::POST, &format!("{path}/messages"), &headers, Some(&body))
        .await;
    assert_eq!(
        again.header("idempotency-replayed"),
        "",
        "no answer of it is kept on the disk"
    );

    let mut quickest = Duration::MAX;
    for number in 2..5 {
        let said = format!("{number}");
        done(clinic, tanaka, &format!("{path}/messages"), json!({"text": said})).await;
        let is_there = |state: &Value| state["messages"][number]["text"] == said.as_str();
        quickest = quickest.min(hears(&mut stream, is_there).await.1);
    }
    assert!(quickest < AT_ONCE, "a message took {quickest:?}");

    // Another dentist of the clinic has no part in the case, and another specialist of the hospital neither.
    let ito = hospital.sign_in(&ITO).await;
    for (gate, token) in [(clinic, &pair.suzuki), (hospital, &ito)] {
        assert_eq!(gate.get(&path, token).await.status, StatusCode::NOT_FOUND);
    }
    delete(clinic, tanaka, &path).await;
    hears(&mut stream, |state| of(state, TANAKA.japanese).is_null()).await;
    delete(hospital, sato, &path).await;
    let (last, _) = hears(&mut stream, |state| state["participants"] == json!([])).await;
    assert_eq!(last["messages"], json!([]));
    assert!(stream.next().await.is_none(), "it is over");
    let end = hospital.get("/api/v1/audit", sato).await.json();
    let rows = end["rows"].as_array().unwrap();
    let did = |act: &str, who: &str| {
        let mut rows = rows.iter();
        rows.any(|row| row["action"] == act && row.to_string().contains(who) && row["object"] == case)
    };
    for act in ["live_begin", "live_end"] {
        assert!(did(act, SATO.id) && did(act, "山田歯科医院"), "{act}: {end}");
    }
    let all = end.to_string() + &hospital.get(&case_path, sato).await.json().to_string();
    assert!(!all.contains(words) && all.contains(case));
}

/// R12: who asks for what is not of the case, or writes without having joined, is refused with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn r12_only_what_is_of_the_case_is_shown() {
    let pair = Pair::new().await;
    let path = format!("{}/live", opened(&pair).await);
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let good = look(clinic, tanaka, &pair.study).await;
    let messages = format!("{path}/messages");
    assert_eq!(
        refused(clinic, tanaka, &messages, json!({"text": "?"})).await,
        "live_not_joined"
    );
    for (field, wrong, code) in [
        ("study", json!("1.2.3"), "bad_field"),
        ("series", json!("1.2.3"), "bad_field"),
        ("instance", json!("1.2.3"), "bad_field"),
        ("instance", json!("../../etc/passwd"), "bad_body"),
        ("zoom", json!(-1), "bad_body"),
        ("strokes", json!([{"points": []}]), "bad_body"),
        (
            "strokes",
            json!(vec![json!({"points": [[0, 0]]}); 33]),
            "bad_body",
        ),
    ] {
        let mut look = good.clone();
        look[field] = wrong;
        let answer = clinic
            .put(&path, tanaka, &json!({"sharing": true, "look": look}))
            .await;
        assert_eq!(answer.problem(), code, "{field}");
    }
    assert_eq!(clinic.get(&path, tanaka).await.json()["participants"], json!([]));
    put(clinic, tanaka, &path, Value::Null).await;
    for text in [String::new(), "あ".repeat(1001)] {
        assert_eq!(
            refused(clinic, tanaka, &messages, json!({"text": text})).await,
            "bad_field"
        );
    }
    // Signing out is leaving.
    let bearer = format!("Bearer {tanaka}");
    let headers = [("authorization", bearer.as_str())];
    clinic
        .call(Method::DELETE, "/api/v1/session", &headers, None)
        .await;
    let tanaka = clinic.sign_in(&TANAKA).await;
    eventually("she has left", || async {
        let state = clinic.get(&path, &tanaka).await.json();
        (state["participants"] == json!([])).then_some(())
    })
    .await;
}

/// R12, R2: whoever reads blind neither sees the live consult nor is seen in it before she has committed herself; then she
/// may join. Whoever has no part in the case does not learn that there is one.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r12_a_blind_reader_is_kept_out_until_she_has_committed_herself() {
    let pair = Pair::new().await;
    let case_path = opened(&pair).await;
    let path = format!("{case_path}/live");
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let third = Third::beside(&pair, clinic, tanaka).await;
    let nothing = json!({"sharing": false, "look": null});
    let tries = async |code: &str| {
        let gate = third.gate();
        let body = (Method::PUT, Some(&nothing));
        let asks = [(Method::GET, None), body, (Method::DELETE, None)];
        for (method, body) in asks {
            let bearer = format!("Bearer {}", third.token());
            let answer = gate
                .call(method, &path, &[("authorization", &bearer)], body)
                .await;
            assert_eq!(answer.problem(), code);
        }
        let bearer = format!("Bearer {}", third.token());
        let events = format!("{path}/events");
        let answer = gate
            .call(Method::GET, &events, &[("authorization", &bearer)], None)
            .await;
        assert_eq!(answer.problem(), code);
        let wrote = refused(
            gate,
            third.token(),
            &format!("{path}/messages"),
            json!({"text": "?"}),
        )
        .await;
        assert_eq!(wrote, code);
    };
    put(clinic, tanaka, &path, Value::Null).await;
    tries("not_found").await;
    let mut told = third.gate().node.events().listen();
    let wanted =
        json!({"kind": "blind", "with": third.fingerprint, "question": "独立した読影", "consent": consent()});
    done(clinic, tanaka, &format!("{case_path}/forward"), wanted).await;
    third.open(&case_path).await;
    tries("live_blind").await;
    put(&pair.hospital, &pair.sato, &path, Value::Null).await;
    let seen = until(clinic, tanaka, &path, "both are there", |state| {
        state["participants"]
            .as_array()
            .is_some_and(|people| people.len() == 2)
    })
    .await;
    assert_eq!(seen["reachable"], json!([]), "she cannot be asked");
    tokio::time::sleep(Duration::from_millis(500)).await;
    while let Ok(event) = told.try_recv() {
        let event = serde_json::to_value(event).unwrap();
        assert_ne!(event["type"], "live", "she is told of it");
    }
    done(
        third.gate(),
        third.token(),
        &format!("{case_path}/report"),
        KATO.confirmed(report()),
    )
    .await;
    // Her commitment may come to the clinic after her first word; the app says every ten seconds that she is there.
    eventually("she is there too", || async {
        put(third.gate(), third.token(), &path, Value::Null).await;
        let state = clinic.get(&path, tanaka).await.json();
        (!of(&state, KATO.japanese).is_null()).then_some(())
    })
    .await;
}

/// R17: a node that is admitted and has no part in the case says nothing in it, whomever it names; what is no frame at all is
/// held against it.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_node_without_part_is_not_heard() {
    let pair = Pair::new().await;
    let case_path = opened(&pair).await;
    let path = format!("{case_path}/live");
    let (clinic, tanaka) = (&pair.clinic, &pair.tanaka);
    let shown = look(clinic, tanaka, &pair.study).await;
    put(clinic, tanaka, &path, shown.clone()).await;
    let home = clinic.home.of_another("うその歯科", "1399999999", &[ITO]);
    let address: dokuei_net::Multiaddr = address_of(clinic).await.parse().unwrap();
    let status = clinic.node.status().await.unwrap();
    let peer: dokuei_net::PeerId = status["peer_id"].as_str().unwrap().parse().unwrap();
    let hostile = Hostile::join(home, &ITO, (peer, address), Lie::default()).await;
    eventually("it is admitted", || async {
        hostile.network.is_admitted(&peer).then_some(())
    })
    .await;
    let case = hex::decode(case_path.rsplit('/').next().unwrap().replace('-', "")).unwrap();
    let look: Look = serde_json::from_value(shown).unwrap();
    for who in [hostile.fingerprint, pair.specialist.parse().unwrap()] {
        let frame = Frame::Here {
            case: CaseKey(case.clone().try_into().unwrap()),
            who,
            number: u64::MAX,
            since: dokuei_identity::time::Timestamp(0),
            sharing: true,
            look: Some(Box::new(look.clone())),
        };
        hostile.network.send_live(peer, None, frame.encoded()).unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let state = clinic.get(&path, tanaka).await.json();
    assert_eq!(state["participants"].as_array().unwrap().len(), 1, "{state}");
    // Nothing of the kind was held against it: an honest node may be behind. This is.
    assert!(hostile.network.is_admitted(&peer));
    for _ in 0..20 {
        let sent = hostile.network.send_live(peer, None, vec![0xff; 10]);
        if sent.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    eventually("it is banned", || async {
        (!hostile.network.is_admitted(&peer)).then_some(())
    })
    .await;
    assert!(!hostile.refusals().contains(&RefusalCode::Internal));
}
