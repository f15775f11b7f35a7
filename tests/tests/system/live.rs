//! The live consult between the real programs: what is shown and written reaches the other within a second, and is found
//! neither on the line nor on a disk nor in a log.
//!
//! Shows R16, R17 and R19 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::canary::Canaries;
use dokuei_tests::capture::{Capture, is_root};
use dokuei_tests::lab::Lab;
use dokuei_tests::{consult, fixtures, foreign, wait};
use serde_json::{Value, json};

/// What nobody may find afterwards.
const WORDS: [&str; 2] = ["左下の根尖、この透過像です", "皮質骨は残って見えます"];

/// How long something may take to be seen by the other.
const AT_ONCE: Duration = Duration::from_secs(1);

/// R16, R17, R19: two people look together and write to each other; it is quick, and when they have left, neither what they
/// wrote nor where they looked is anywhere.
#[test]
fn r16_r17_r19_a_live_consult_is_quick_and_is_found_nowhere() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    // Beside the laboratory's folder, all of which is searched.
    let source = tempfile::tempdir().unwrap();
    fixtures::phantom(&pair.clinic, &source.path().join("cbct"), 3).unwrap();
    let study = consult::import_one(&session.clinic, source.path()).unwrap();
    let reader = session.meet().unwrap();
    let case = consult::request(&session.clinic, &study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    let can_listen = is_root() && foreign::find("tcpdump").is_some();
    let capture = can_listen.then(|| Capture::start(pair.lab.folder(), &pair.ports).unwrap());

    let whole: Value = session.clinic.get(&format!("/studies/{study}")).unwrap();
    let series = &whole["series"][0];
    // A number that nothing else has, as it goes on the wire.
    let (zoom, path) = (1.618_033_988_749_895_f64, format!("/cases/{case}/live"));
    let look = json!({
        "study": study,
        "series": series["series_instance_uid"],
        "instance": series["instances"][0]["sop_instance_uid"],
        "frame": 0, "view": "axial", "window": null, "invert": false, "zoom": zoom, "pan": [0, 0],
        "rotation": 0, "flip": false, "point": [1.5, -20.25, 33.0], "cursor": [0.5, 0.5], "strokes": [],
    });
    let joins = json!({"sharing": false, "look": null});
    let _: Value = session.specialist.put(&path, &joins).unwrap();
    let shows = json!({"sharing": true, "look": look});
    let _: Value = session.clinic.put(&path, &shows).unwrap();
    let seen = |client: &Client, what: &str, good: &dyn Fn(&Value) -> bool| {
        let begun = Instant::now();
        wait::until(what, Duration::from_secs(20), || {
            let state: Value = client.get(&path)?;
            Ok(good(&state).then_some(()))
        })
        .unwrap();
        begun.elapsed()
    };
    let shown = |state: &Value, zoom: f64| {
        let mut people = state["participants"].as_array().unwrap().iter();
        people.any(|one| one["mine"] == false && one["look"]["zoom"] == zoom)
    };
    seen(&session.specialist, "her look", &|state| shown(state, zoom));
    // Of several the quickest: others use this machine too.
    let mut quickest = Duration::MAX;
    for further in [2.0, 3.0, 4.0] {
        let mut moved = shows.clone();
        moved["look"]["zoom"] = further.into();
        let _: Value = session.clinic.put(&path, &moved).unwrap();
        let took = seen(&session.specialist, "her next look", &|state| {
            shown(state, further)
        });
        quickest = quickest.min(took);
    }
    assert!(quickest < AT_ONCE, "a look took {quickest:?}");
    let messages = format!("{path}/messages");
    let (clinic, specialist) = (&session.clinic, &session.specialist);
    let mut quickest = Duration::MAX;
    for (number, (from, to)) in [(clinic, specialist), (specialist, clinic)]
        .into_iter()
        .enumerate()
    {
        // With a key, as the app sends what may be sent again.
        let body = json!({"text": WORDS[number]});
        let _: Value = from
            .post_once(&messages, &format!("live-{number}"), &body)
            .unwrap();
        let took = seen(to, "a message", &|state| {
            state["messages"][number]["text"] == WORDS[number]
        });
        quickest = quickest.min(took);
    }
    assert!(quickest < AT_ONCE, "a message took {quickest:?}");
    for client in [&session.clinic, &session.specialist] {
        let _: Value = client.delete(&path).unwrap();
    }
    seen(&session.clinic, "that all have left", &|state| {
        state["participants"] == json!([]) && state["messages"] == json!([])
    });

    let mut canaries = Canaries::new();
    WORDS.iter().for_each(|words| canaries.name(words));
    canaries.identifier("study", &study);
    canaries.bytes("her zoom", &zoom.to_be_bytes());
    let searcher = canaries.searcher().unwrap();
    let captured = capture.map(|capture| capture.finish().unwrap());
    match captured {
        Some(captured) => assert!(captured.bytes > 1000 && captured.dropped == 0, "{captured:?}"),
        None => println!("the wire was not searched: needs root and tcpdump"),
    }
    // The laboratory's folder holds all data directories, all logs and the capture, but not the source.
    let (found, bytes) = searcher.in_folder(pair.lab.folder()).unwrap();
    assert!(found.is_empty(), "{found:#?}");
    assert!(bytes > 100_000, "only {bytes} bytes were searched");
}
