//! Nodes that meet compare what they have of the logs that they share.

use std::path::Path;

use axum::http::StatusCode;
use dokuei_consultation::entry::{SignedEntry, commitment};
use dokuei_identity::key::SecretKey;
use dokuei_net::wire::case::{CaseMessage, CaseReply, LogHeads, LogId};
use dokuei_node::service::evidence::VERIFY_SH;
use dokuei_node::service::status::Meeting;
use dokuei_store::{LogKind, StoredEntry};
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::hostile::{Hostile, Lie};
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{ITO, SATO, TANAKA};
use crate::support::unpacked::{Unpacked, with_flipped};

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn meet(one: &Gate, other: &Gate) {
    let meeting = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        peers: vec![address_of(other).await.parse().unwrap()],
        ..Meeting::default()
    };
    one.node.join(meeting).await.unwrap();
}

/// The entries of a case, as a practitioner sees them.
async fn entries(gate: &Gate, token: &str, path: &str) -> Vec<Value> {
    let answer = gate.get(path, token).await;
    if answer.status != StatusCode::OK {
        return Vec::new();
    }
    let timeline = answer.json()["timeline"].as_array().unwrap().clone();
    let mut ids: Vec<Value> = timeline.iter().map(|item| item["entry_id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    ids
}

async fn act(gate: &Gate, token: &str, path: &str, body: Value) {
    eventually(path, || async {
        let answer = gate.post(path, token, &body).await;
        (answer.status == StatusCode::OK).then_some(())
    })
    .await;
}

/// R6, R7: a hospital whose machine was put back from a copy has the case as it is, its own entries and the clinic's, as
/// soon as the two nodes meet; nothing waits for it anywhere, and nothing is signed twice.
#[tokio::test(flavor = "multi_thread")]
async fn r7_a_node_that_was_put_back_from_a_copy_gets_what_it_missed() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let Pair {
        clinic,
        hospital,
        tanaka,
        ..
    } = pair;
    let path = format!("/api/v1/cases/{case}");
    hospital.node.leave().await;
    let home = hospital.close();
    drop(home.store());
    let kept = home.beside("copy");
    copy(home.dir.root(), &kept);

    let hospital = Gate::of(home);
    let sato = hospital.sign_in(&SATO).await;
    meet(&hospital, &clinic).await;
    act(&hospital, &sato, &format!("{path}/accept"), json!({})).await;
    let report = SATO.confirmed(json!({"status": "final", "findings": "所見", "impression": "印象"}));
    act(&hospital, &sato, &format!("{path}/report"), report).await;
    act(&clinic, &tanaka, &format!("{path}/read"), json!({})).await;
    let all = entries(&clinic, &tanaka, &path).await;
    eventually("both have all of it", || async {
        (entries(&hospital, &sato, &path).await == all).then_some(())
    })
    .await;
    hospital.node.leave().await;
    let home = hospital.close();
    drop(home.store());
    std::fs::remove_dir_all(home.dir.root()).unwrap();
    copy(&kept, home.dir.root());

    let hospital = Gate::of(home);
    let sato = hospital.sign_in(&SATO).await;
    assert!(entries(&hospital, &sato, &path).await.len() < all.len());
    meet(&hospital, &clinic).await;
    eventually("it is as it was", || async {
        (entries(&hospital, &sato, &path).await == all).then_some(())
    })
    .await;
    let seen = hospital.get(&path, &sato).await.json();
    let asked = clinic.get(&path, &tanaka).await.json();
    assert_eq!(seen["state"], asked["state"]);
    for field in ["entry_id", "findings", "impression", "signed_at", "read_at"] {
        assert_eq!(seen["reports"][0][field], asked["reports"][0][field], "{field}");
    }
    let log = case_bytes(&case);
    for gate in [clinic, hospital] {
        gate.node.leave().await;
        let store = gate.close().store();
        assert!(store.forks(&log).unwrap().is_empty(), "somebody signed twice");
        assert!(store.outbox(None).unwrap().is_empty(), "something waits");
    }
}

/// R2, R7: a specialist who begins to work at a second machine has her old cases there, entries of others too, though who
/// asked her is off and was never met there.
#[tokio::test(flavor = "multi_thread")]
async fn r7_a_second_machine_of_a_specialist_gets_her_old_cases() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    act(hospital, sato, &format!("{path}/accept"), json!({})).await;
    pair.clinic.node.leave().await;

    let second = Gate::of(hospital.home.second(&SATO));
    meet(&second, hospital).await;
    // Her list is known there before she adds to it.
    eventually("the machines have met", || async {
        let status = second.node.status().await.unwrap();
        let there = status["peers"][0]["practitioners"].as_array()?.clone();
        there.contains(&SATO.japanese.into()).then_some(())
    })
    .await;
    let there = second.sign_in(&SATO).await;
    eventually("her case is there", || async {
        let all = entries(hospital, sato, &path).await;
        (entries(&second, &there, &path).await == all).then_some(())
    })
    .await;
    second.node.leave().await;
    let store = second.close().store();
    assert!(store.forks(&case_bytes(&case)).unwrap().is_empty());
}

/// Another entry for the place of this one, signed with this key.
pub(crate) fn rival(stands: StoredEntry, key: &SecretKey) -> StoredEntry {
    let signed = SignedEntry {
        header: stands.header.clone(),
        body: stands.body.clone(),
        salt: stands.salt,
    };
    let mut header = signed.unverified_header().unwrap();
    let salt = [9; 32];
    header.body_commit = commitment(&salt, &stands.body);
    let rival = SignedEntry::sign(&header, stands.body.clone(), salt, key);
    StoredEntry {
        entry_id: *rival.id().as_bytes(),
        header: rival.header.clone(),
        salt,
        kind: LogKind::Case,
        ..stands
    }
}

/// R6, R17: who was shown one of two entries for one place is brought the other when the nodes meet: both freeze the log.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_fork_that_one_node_knows_freezes_the_log_at_the_other() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let Pair { clinic, hospital, .. } = pair;
    clinic.node.leave().await;
    hospital.node.leave().await;
    let (clinic, hospital, log) = (clinic.close(), hospital.close(), case_bytes(&case));
    let store = clinic.store();
    // Her key signs another entry for the place of one that the hospital has.
    let stands = store.entries(&log).unwrap().pop().unwrap();
    store
        .append_entry(&rival(stands, &clinic.secrets_of(&TANAKA).signing), &[])
        .unwrap();
    assert_eq!(store.forks(&log).unwrap().len(), 1);
    drop(store);

    let (clinic, hospital) = (Gate::of(clinic), Gate::of(hospital));
    let listen = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        ..Meeting::default()
    };
    clinic.node.join(listen).await.unwrap();
    meet(&hospital, &clinic).await;
    let sato = hospital.sign_in(&SATO).await;
    let accept = format!("/api/v1/cases/{case}/accept");
    eventually("the log is frozen at the hospital", || async {
        let answer = hospital.post(&accept, &sato, &json!({})).await;
        (answer.status.is_client_error() && answer.problem() == "frozen").then_some(())
    })
    .await;
    // Both are told who it was and what was signed twice, and an outsider verifies it.
    let path = format!("/api/v1/cases/{case}");
    let shown = hospital.get(&path, &sato).await.json();
    let fork = &shown["forks"][0];
    assert_eq!(fork["who"]["name_ja"], TANAKA.japanese, "{fork}");
    assert_ne!(fork["entries"][0]["entry_id"], fork["entries"][1]["entry_id"]);
    let archive = hospital.get(&format!("{path}/evidence.zip"), &sato).await;
    let unpacked = Unpacked::of(&archive.body);
    let root = hospital.home.beside("root.pem");
    std::fs::write(&root, hospital.home.registry().root_pem()).unwrap();
    let verify = || {
        let more = ["--root", root.to_str().unwrap(), "--without-register"];
        unpacked.verified_by(VERIFY_SH, &more)
    };
    let said = verify();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.status.success() && text.contains("FORK"),
        "{text}{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let files = unpacked.files();
    for altered in ["forks/1/a/entry.cose", "forks/1/b/body", "forks.txt"] {
        let refused = with_flipped(&files[altered], verify);
        assert!(!refused.status.success(), "{altered}");
    }
    hospital.node.leave().await;
    assert_eq!(hospital.close().store().forks(&log).unwrap().len(), 1);
}

/// R12, R17: a peer with a good certificate that has no part in a case hears of it neither unasked nor when it names the
/// case, and is given nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r17_who_has_no_part_in_a_case_learns_nothing_of_it() {
    let pair = Pair::new().await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let address = address_of(&pair.clinic).await;
    let (at, peer) = address.rsplit_once("/p2p/").unwrap();
    let home = pair.clinic.home.of_another("うその歯科", "1399999999", &[ITO]);
    let victim = (peer.parse().unwrap(), at.parse().unwrap());
    let stranger = Hostile::join(home, &ITO, victim, Lie::default()).await;
    let victim = peer.parse().unwrap();
    eventually("the stranger is admitted", || async {
        stranger.network.is_admitted(&victim).then_some(())
    })
    .await;
    let log = LogId(case_bytes(&case));
    let heads = CaseMessage::Heads {
        logs: vec![LogHeads {
            log,
            heads: Vec::new(),
        }],
    };
    let reply = stranger.network.call_case(victim, heads).await.unwrap();
    assert_eq!(reply, CaseReply::Heads { logs: Vec::new() });
    let want = CaseMessage::Want {
        log,
        have: Vec::new(),
    };
    let reply = stranger.network.call_case(victim, want).await.unwrap();
    let nothing = CaseReply::Entries {
        entries: Vec::new(),
        more: false,
    };
    assert_eq!(reply, nothing);
    assert_eq!(stranger.heads_told(), Vec::new(), "it was told of a log");
}

pub(crate) fn case_bytes(case: &str) -> [u8; 16] {
    hex::decode(case).unwrap().try_into().unwrap()
}
