//! The power fails in the middle of a transfer.
//!
//! Shows R6 and R17: what is stored stays whole, and no receipt is signed for what is not.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::Path;
use std::time::Duration;

use dokuei_tests::api::Problem;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::pair::Pair;
use dokuei_tests::people::{Person, SUZUKI, TANAKA};
use dokuei_tests::{consult, wait};
use serde_json::{Value, json};

/// R6, R17: the receiver is killed in mid-transfer and started again; the transfer completes with equal hashes, and
/// until then the sender never sees "delivered".
#[test]
fn r6_r17_a_killed_receiver_goes_on_where_it_was() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (study, case) = pair.accepted(&session, 300, SIZE).unwrap();
    consult::wait_begun(&session.specialist, &case).unwrap();
    pair.specialist.kill();
    let at_the_sender: Value = session.clinic.get(&format!("/cases/{case}")).unwrap();
    println!("killed while the sender saw {}", at_the_sender["transfer"]);

    pair.specialist.start(&pair.bootstrap_addresses()).unwrap();
    let specialist = pair.specialist.sign_in(&SUZUKI).unwrap();
    consult::wait_opened(&specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    consult::ensure_same(&session.clinic, &specialist, &study).unwrap();
    r23_a_killed_export_leaves_nothing_that_passes_for_a_medium(&mut pair, &study);
    asked_once(&mut pair, &case);
}

/// R6: the specialist's node is killed while she asks something, at one moment or another; what she asks again with the
/// same key is in the case once, whether the kill came before it was signed or after.
fn asked_once(pair: &mut Pair, case: &str) {
    let path = format!("/cases/{case}/queries");
    for (number, millis) in [2, 8, 20].into_iter().enumerate() {
        let (key, doubt) = (
            format!("doubt-{number}"),
            json!({"question": format!("質問 {number}")}),
        );
        let before = pair.specialist.sign_in(&SUZUKI).unwrap();
        let asking = {
            let (path, key, doubt) = (path.clone(), key.clone(), doubt.clone());
            std::thread::spawn(move || before.post_once::<Value>(&path, &key, &doubt).is_ok())
        };
        std::thread::sleep(Duration::from_millis(millis));
        pair.specialist.kill();
        let answered = asking.join().unwrap();
        pair.specialist.start(&pair.bootstrap_addresses()).unwrap();
        let after = pair.specialist.sign_in(&SUZUKI).unwrap();
        let again = after.post_once::<Value>(&path, &key, &doubt);
        if let Err(refused) = &again {
            let refused: &Problem = refused.downcast_ref().unwrap();
            assert_eq!(
                (refused.code.as_str(), answered),
                ("already_done", false),
                "{refused}"
            );
        }
        println!(
            "killed after {millis} ms: answered {answered}, then {}",
            again.map_or_else(|refused| refused.to_string(), |_| "answered".to_owned())
        );
        let shown: Value = after.get(&format!("/cases/{case}")).unwrap();
        let asked = shown["queries"].as_array().unwrap().iter();
        assert_eq!(
            asked.filter(|one| one["question"] == doubt["question"]).count(),
            1
        );
    }
}

/// R6, R23: a clinic that is killed while it makes a medium leaves neither an image nor a DICOMDIR, and after its restart
/// no plain files of the image; the same path is free for the next try.
fn r23_a_killed_export_leaves_nothing_that_passes_for_a_medium(pair: &mut Pair, study: &str) {
    let place = tempfile::tempdir().unwrap();
    let image = place.path().join("study.iso");
    let stage = place.path().join(".study.iso.dokuei-files");
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let path = format!("/studies/{study}/export");
    let wanted = serde_json::json!({"path": image, "dicomdir": true});
    let _job: Value = clinic.post(&path, &wanted).unwrap();
    wait::until("plain files beside the image", AGAIN, || {
        Ok((plain_files(&stage) >= 3).then_some(()))
    })
    .unwrap();
    pair.clinic.kill();
    let left = plain_files(&stage);
    assert!(!image.exists() && left > 0, "killed with {left} files written");
    assert!(
        !stage.join("discs/DICOMDIR").exists(),
        "{left} of 300 files are no medium"
    );

    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    wait::until("the plain files to be gone", AGAIN, || {
        Ok((!stage.exists()).then_some(()))
    })
    .unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    let job: Value = clinic.post(&path, &wanted).unwrap();
    clinic.job(&job, AGAIN, |_| ()).unwrap();
    assert!(image.exists() && !stage.exists());
}

/// How many files lie in the folders below a stage.
fn plain_files(stage: &Path) -> usize {
    let Ok(series) = std::fs::read_dir(stage.join("discs")) else {
        return 0;
    };
    let files = series
        .flatten()
        .filter_map(|one| std::fs::read_dir(one.path()).ok());
    files.map(Iterator::count).sum()
}

/// R6: a sender that is killed with a request under way has lost nothing after its restart. R9: nor has a reader an urgent
/// finding. The clinic is off for a day: the reader is warned once, though she is killed twice, and sees whom to call. When
/// the clinic is back it alarms until a person has taken note, and she learns of that.
#[test]
fn r6_r9_what_was_signed_survives_every_kill_and_an_urgent_finding_alarms_after_a_day() {
    let (mut pair, session) = Lab::consultation_pair().unwrap();
    let (_, case) = pair.requested(&session, 10, SIZE).unwrap();
    pair.clinic.kill();
    pair.clinic.start(&pair.bootstrap_addresses()).unwrap();
    let clinic = pair.clinic.sign_in(&TANAKA).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&clinic, &case).unwrap();

    pair.clinic.kill();
    let number = "03-0000-1111";
    sign_in(&pair.specialist, &SUZUKI);
    let told = [
        "urgent",
        "report",
        &case,
        "--finding",
        "下顎骨骨髄炎の疑い",
        "--advice",
        "直ちに口腔外科へ",
    ];
    pair.specialist
        .cli(&[&told[..], &["--contact", number]].concat())
        .unwrap();
    pair.specialist.kill();
    let escalated = |pair: &Pair| {
        wait::until("the reader to be told", AGAIN, || {
            let duties: Value = listed(&pair.specialist, &["duties"])?;
            let mut all = duties.as_array().into_iter().flatten();
            Ok(all
                .find(|one| {
                    one["duty"] == "acknowledge" && one["stage"] == "escalate" && one["told_at"].is_string()
                })
                .cloned())
        })
        .unwrap()
    };
    let bootstraps = pair.bootstrap_addresses();
    a_day_later(&mut pair.specialist);
    pair.specialist.start(&bootstraps).unwrap();
    sign_in(&pair.specialist, &SUZUKI);
    let first = escalated(&pair);
    assert!(first["contacts"].to_string().contains(number), "{first}");
    pair.specialist.kill();
    pair.specialist.start(&bootstraps).unwrap();
    sign_in(&pair.specialist, &SUZUKI);
    assert_eq!(escalated(&pair)["told_at"], first["told_at"], "told once");

    a_day_later(&mut pair.clinic);
    pair.clinic.start(&bootstraps).unwrap();
    sign_in(&pair.clinic, &TANAKA);
    wait::until("the alarm at the clinic", AGAIN, || {
        let urgent: Value = listed(&pair.clinic, &["urgent", "list"])?;
        Ok((urgent[0]["acknowledged"].is_null() && urgent[0]["contact"] == number).then_some(()))
    })
    .unwrap();
    let taken_note = [
        "urgent",
        "acknowledge",
        &case,
        "--by",
        "受付 山本",
        "--channel",
        "telephone",
    ];
    pair.clinic.cli(&taken_note).unwrap();
    assert!(
        !pair.clinic.try_cli(&taken_note).unwrap().status.success(),
        "once"
    );
    wait::until("the acknowledgement at the reader", AGAIN, || {
        let urgent: Value = listed(&pair.specialist, &["urgent", "list"])?;
        Ok((urgent[0]["acknowledged"]["by"] == "受付 山本").then_some(()))
    })
    .unwrap();
}

/// How long a way may take to be found again after a kill.
const AGAIN: Duration = Duration::from_secs(120);

fn sign_in(node: &Node, person: &Person) {
    let secret = node.secret("session.passphrase", person.passphrase).unwrap();
    node.cli(&["sign-in", "--id", person.id, "--passphrase-file", &secret])
        .unwrap();
}

fn listed(node: &Node, words: &[&str]) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&node.cli(&[&["--json"], words].concat())?)?)
}

/// From its next start on the node's clock shows a day more.
fn a_day_later(node: &mut Node) {
    let library = "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    node.wrap(&["env", library, "FAKETIME=+24h", "FAKETIME_DONT_FAKE_MONOTONIC=1"]);
}
