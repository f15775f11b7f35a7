//! What more than one reader has signed goes to the archive of the clinic.

use serde_json::{Value, json};

use super::Both;
use crate::archive::set;
use crate::gateway::duties::{done, until};
use crate::support::eventually;
use crate::support::orthanc::{Orthanc, free_port};
use crate::support::pair::Pair;
use crate::support::registry::KATO;

/// R6, R15: the opinion goes to the clinic's archive by itself once both readers have signed it, and not before, verified by
/// both and following both reports; and so does a report that another reader has co-signed. Each goes once, under the
/// clinic's own study; what the author alone signed stays what it was.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r15_what_two_readers_signed_goes_to_the_archive_by_itself() {
    let listen = free_port();
    let orthanc = Orthanc::start(listen);
    let pair = Pair::with_clinic(|home| set(home, listen, orthanc.dicom)).await;
    pair.clinic.node.receive().await.unwrap();
    let both = Both::of(pair).await;
    let (clinic, tanaka) = (&both.pair.clinic, &both.pair.tanaka);
    let documents = async |count: usize| {
        eventually("the documents are at the archive", || async {
            let there = orthanc.instances();
            assert!(there.len() <= count, "{there:?}");
            (there.len() == count).then_some(there)
        })
        .await
    };
    let reports = documents(4).await;
    both.said().await;
    until(clinic, tanaka, &both.path, "the proposal", |case| {
        case["reconciliations"][0]["standing"] == "proposed"
    })
    .await;
    let of = json!(both.pair.clinic.get(&both.path, tanaka).await.json()["reconciliations"][0]["entry_id"]);
    documents(4).await;

    let (gate, kato, signing) = (&both.third.gate, &both.third.kato, both.at("co-signatures"));
    let agrees = |of: &Value| KATO.confirmed(json!({"of": of, "stance": "agrees"}));
    done(gate, kato, &signing, agrees(&of)).await;
    let there = documents(5).await;
    let opinion = there.iter().find(|one| !reports.contains(one)).unwrap();
    assert_eq!(opinion["StudyInstanceUID"], both.pair.study.as_str(), "{opinion}");
    assert_eq!(
        (&opinion["VerificationFlag"], &opinion["CompletionFlag"]),
        (&json!("VERIFIED"), &json!("COMPLETE")),
        "{opinion}"
    );
    let listed = |sequence: &Value| sequence.as_array().map_or(0, Vec::len);
    assert_eq!(listed(&opinion["VerifyingObserverSequence"]), 2, "{opinion}");
    let follows = &opinion["PredecessorDocumentsSequence"][0]["ReferencedSeriesSequence"];
    assert_eq!(listed(follows), 2, "{opinion}");

    let shown = gate.get(&both.path, kato).await.json();
    let mut all = shown["reports"].as_array().unwrap().iter();
    let first = all.find(|one| one["mine"] == false).unwrap()["entry_id"].clone();
    done(gate, kato, &signing, agrees(&first)).await;
    let there = documents(6).await;
    let co_signed = there
        .iter()
        .filter(|one| one["Modality"] == "SR" && listed(&one["VerifyingObserverSequence"]) == 2);
    assert_eq!(co_signed.count(), 2, "the opinion, and the co-signed report");

    let queued = eventually("all of it is delivered", || async {
        let all = clinic.get("/api/v1/dispatches", &clinic.operator).await.json();
        let all = all.as_array()?.clone();
        all.iter().all(|one| one["state"] == "delivered").then_some(all)
    })
    .await;
    assert_eq!(queued.len(), 4, "each once: {queued:?}");

    // Sent by hand, all of it goes again, and is there once.
    let by_hand = format!("{}/send-report", both.path);
    done(clinic, tanaka, &by_hand, json!({"to": "PACS"})).await;
    eventually("it is delivered again", || async {
        let all = clinic.get("/api/v1/dispatches", &clinic.operator).await.json();
        let all = all.as_array()?.clone();
        (all.len() == 7 && all.iter().all(|one| one["state"] == "delivered")).then_some(())
    })
    .await;
    assert_eq!(documents(6).await.len(), 6);
    both.pair.clinic.node.leave().await;
    both.pair.hospital.node.leave().await;
}
