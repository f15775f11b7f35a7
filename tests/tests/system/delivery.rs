//! What moves between two nodes, and what people may do about it: limit it, cancel it, have it sent again.
//!
//! Shows R9, R12 and R17 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::link::{Link, Links, Wire};
use dokuei_tests::node::Node;
use dokuei_tests::pair::{Pair, Session};
use dokuei_tests::people::SUZUKI;
use dokuei_tests::site::Site;
use dokuei_tests::{consult, digest, fixtures, wait};
use serde_json::{Value, json};

/// How long something may take that has no reason to wait.
const SOON: Duration = Duration::from_secs(120);

/// A pair on two hosts with one line between them; the bootstrap nodes are at the hospital's end.
fn pair_on(line: Link) -> (Pair, Session, Wire, Links) {
    let mut links = Links::new().unwrap();
    let (clinic, hospital) = (links.host("clinic").unwrap(), links.host("hospital").unwrap());
    let wire = links.link(&clinic, &hospital, line).unwrap();
    let (near, far) = (Site::on(&clinic, wire.near()), Site::on(&hospital, wire.far()));
    let (pair, session) = Lab::consultation_pair_at(&near, &far, &far).unwrap();
    (pair, session, wire, links)
}

/// By which line, as it was known, the form was chosen in which the study of a case is sealed: word, and bytes in a second.
fn line_of(session: &Session, case: &str) -> (Value, Value) {
    let one: Value = session.clinic.get(&format!("/cases/{case}")).unwrap();
    let sealed = &one["transfer"]["sealed"];
    (sealed["line"].clone(), sealed["line_rate"].clone())
}

/// The same request as always, with another urgency.
fn request(session: &Session, study: &str, urgency: &str) -> String {
    let reader = session.meet().unwrap();
    let mut body = consult::request_body(study, &reader).unwrap();
    body["urgency"] = urgency.into();
    let answer: Value = session.clinic.post("/cases", &body).unwrap();
    session.clinic.job(&answer, SOON, |_| ()).unwrap();
    answer["case_id"].as_str().unwrap().to_owned()
}

fn transfer(client: &Client, case: &str) -> Value {
    let one: Value = client.get(&format!("/cases/{case}")).unwrap();
    one["transfer"].clone()
}

/// Bytes that are verified at the reader's, and all.
fn progress(client: &Client, case: &str) -> (u64, u64) {
    consult::progress(client, case).unwrap()
}

fn wait_word(client: &Client, case: &str, word: &str) {
    let what = format!("a transfer that is {word}");
    wait::until(&what, SOON, || {
        Ok((transfer(client, case)["state"] == word).then_some(()))
    })
    .unwrap();
}

/// How many files of images and packages a node has.
fn kept(node: &Node) -> usize {
    let folders = ["vault", "packages"].map(|folder| node.data_dir().join(folder));
    folders
        .iter()
        .map(|folder| digest::files_below(folder).len())
        .sum()
}

/// R12, R17: the dentist takes a study back while it is on its way. The reader's node erases the key, what came and what
/// was opened of it; her own study stays. Sent again, in the same case, it arrives whole.
#[test]
fn r12_r17_a_cancelled_transfer_is_erased_at_the_reader_and_can_be_sent_again() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    pair.clinic.cli(&["bandwidth", "set", "--up", "4"]).unwrap();
    let study = pair.phantom(&session.clinic, 60, SIZE).unwrap();
    let before = consult::hashes(&session.clinic, &study).unwrap();
    let case = request(&session, &study, "routine");
    assert_eq!(line_of(&session, &case), ("limit".into(), 500_000.into()));
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_begun(&session.specialist, &case).unwrap();
    assert!(
        kept(&pair.specialist) > 0,
        "where images and packages lie has changed"
    );

    consult::act(
        &session.clinic,
        &case,
        "cancel-transfer",
        &json!({ "reason": "別の患者の画像でした。" }),
    )
    .unwrap();
    wait_word(&session.clinic, &case, "cancelled");
    wait_word(&session.specialist, &case, "cancelled");
    wait::until("an empty vault at the reader's", SOON, || {
        Ok((kept(&pair.specialist) == 0).then_some(()))
    })
    .unwrap();
    let there: Vec<Value> = session.specialist.get("/studies").unwrap();
    assert_eq!(there, Vec::<Value>::new());
    assert_eq!(consult::hashes(&session.clinic, &study).unwrap(), before);

    pair.clinic.cli(&["bandwidth", "reset"]).unwrap();
    let again: Value = session
        .clinic
        .post(&format!("/cases/{case}/send-again"), &json!({}))
        .unwrap();
    session.clinic.job(&again, SOON, |_| ()).unwrap();
    assert_eq!(line_of(&session, &case).0, "same_network");
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    assert_eq!(consult::hashes(&session.specialist, &study).unwrap(), before);
}

/// R17: a limit on what images may take of the line holds, whoever sets it: the sender here.
#[test]
fn r17_a_bandwidth_limit_holds() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    // 8 Mbit/s are 1 MB in a second.
    let shown = pair.clinic.cli(&["bandwidth", "set", "--up", "8"]).unwrap();
    assert!(shown.contains("8"), "{shown}");
    let study = pair.phantom(&session.clinic, 40, SIZE).unwrap();
    let case = request(&session, &study, "routine");
    let begun = Instant::now();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    let (time, (_, total)) = (begun.elapsed(), progress(&session.specialist, &case));
    println!("{total} bytes in {:.1} s", time.as_secs_f64());
    assert!(total > 4_000_000, "too little to measure: {total}");
    // A quarter of a second is the burst after a pause, and the last piece goes before its time is over.
    let least = (total as f64 - 500_000.0) / 1e6;
    assert!(time.as_secs_f64() >= least, "{total} bytes in {time:?}");
}

/// R9, R17: on a narrow line that images fill, a report arrives, and the answer that it was read overtakes the images in
/// their own direction.
#[test]
fn r9_r17_a_report_and_its_answer_overtake_images_on_a_narrow_line() {
    let narrow = Link {
        rate: 4_000_000,
        loss: 0.0,
        ..Link::METRO
    };
    let (pair, session, _wire, _links) = pair_on(narrow);
    let small = fixtures::pydicom_files().unwrap().join("CT_small.dcm");
    let small = consult::import_one(&session.clinic, &small).unwrap();
    let large = pair.phantom(&session.clinic, 150, SIZE).unwrap();
    let urgent = request(&session, &small, "urgent");
    consult::accept(&session.specialist, &urgent).unwrap();
    consult::wait_opened(&session.specialist, &urgent, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &urgent).unwrap();
    let routine = request(&session, &large, "routine");
    consult::accept(&session.specialist, &routine).unwrap();
    consult::wait_begun(&session.specialist, &routine).unwrap();

    let begun = Instant::now();
    consult::report(&session.specialist, &urgent).unwrap();
    consult::wait_state(&session.clinic, &urgent, "reported").unwrap();
    let reported = begun.elapsed();
    consult::act(&session.clinic, &urgent, "read", &json!({})).unwrap();
    consult::wait_state(&session.specialist, &urgent, "read").unwrap();
    let (done, total) = progress(&session.specialist, &routine);
    println!(
        "report after {reported:?}, answer after {:?}; {done} of {total} bytes of images were there",
        begun.elapsed()
    );
    assert!(
        done > 0 && done < total,
        "nothing was overtaken: {done} of {total}"
    );
}

/// R6, R17: the reader's node is killed in mid-transfer. Started again, it is served by itself, without anybody signed in,
/// and what it had verified does not come again.
#[test]
fn r6_r17_after_kill_9_it_is_served_by_itself_and_nothing_verified_comes_again() {
    let line = Link {
        rate: 40_000_000,
        loss: 0.0,
        ..Link::METRO
    };
    let (mut pair, session, wire, _links) = pair_on(line);
    let study = pair.phantom(&session.clinic, 200, SIZE).unwrap();
    let case = request(&session, &study, "routine");
    consult::accept(&session.specialist, &case).unwrap();
    let (done, total) = wait::until("more than half of the study", SOON, || {
        let (done, total) = progress(&session.specialist, &case);
        Ok((total > 0 && done >= total / 5 * 3).then_some((done, total)))
    })
    .unwrap();
    assert!(done < total, "it was killed too late: {done} of {total}");
    pair.specialist.kill();
    let before = wire.counts()[0].bytes;
    pair.specialist.start(&pair.bootstrap_addresses()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    let (missing, sent) = (total - done, wire.counts()[0].bytes - before);
    println!("{done} of {total} before the kill; {sent} bytes for the {missing} that were missing");
    // Headers of packets, what the line's queue dropped, slices that two streams asked for, the rest of the conversation.
    let allowed = missing + missing / 8 + (4 << 20);
    assert!(allowed < total, "it would show nothing: {allowed} of {total}");
    assert!(sent < allowed, "{sent} bytes for {missing}");
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    assert_eq!(
        consult::hashes(&session.clinic, &study).unwrap(),
        consult::hashes(&specialist, &study).unwrap()
    );
}
