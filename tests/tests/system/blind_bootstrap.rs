//! What the host of a bootstrap node could find after it has relayed a whole consultation: nothing of the patient.
//!
//! Shows R1, R16 and R17 on the real programs, with clinic and hospital on hosts that have no way to each other.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use dokuei_tests::api::Client;
use dokuei_tests::canary::{Canaries, Searcher};
use dokuei_tests::lab::Lab;
use dokuei_tests::link::{Link, Links};
use dokuei_tests::pair::Pair;
use dokuei_tests::site::Site;
use dokuei_tests::{consult, digest, fixtures, memory, wait};
use serde_json::Value;

/// The bootstrap's address: of RFC 2544's network, and of no link.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(198, 19, 255, 1);

/// A pair that can meet by the bootstrap only, which relays so slowly (24 Mbit/s) that it can be looked into meanwhile.
fn apart(links: &mut Links) -> Pair {
    let [clinic, public, hospital] = ["clinic", "public", "hospital"].map(|name| links.host(name).unwrap());
    let near = links.link(&clinic, &public, Link::LAN).unwrap();
    let far = links.link(&public, &hospital, Link::LAN).unwrap();
    let host = format!("{PUBLIC}/32");
    public.ip(&["address", "add", &host, "dev", "lo"]).unwrap();
    clinic.route(&host, near.far()).unwrap();
    hospital.route(&host, far.near()).unwrap();
    let mut pair = Pair::enrolled(Lab::new().unwrap()).unwrap();
    pair.spread(
        &Site::on(&clinic, near.near()),
        &Site::on(&hospital, far.far()),
        &Site::on(&public, IpAddr::V4(PUBLIC)),
    );
    pair.start_bootstrap(&["--relay-mbit", "24"]).unwrap();
    pair.start_nodes().unwrap();
    pair
}

/// Says so when the only peer is relayed, as the app shows it.
fn is_relayed(client: &Client) -> bool {
    let status: Value = client.get("/status").unwrap();
    let peers = status["peers"].as_array().unwrap();
    peers.len() == 1 && peers[0]["relayed"] == true && peers[0]["direct"] == false
}

/// What a bootstrap has in any case: what it was started with, and who is connected.
fn known(pair: &Pair) -> Searcher {
    let mut known = Canaries::new();
    let folder = pair.bootstraps[0].data_dir().display().to_string();
    known.identifier("its folder", &folder);
    let status: Value = pair.clinic.operator().unwrap().get("/status").unwrap();
    let peer = bs58::decode(status["peer_id"].as_str().unwrap())
        .into_vec()
        .unwrap();
    // The last 32 bytes of an Ed25519 PeerId are the key.
    known.bytes("the clinic's key", &peer[peer.len() - 32..]);
    known.searcher().unwrap()
}

/// Looks into the bootstrap's memory, disk and log.
fn look(pair: &mut Pair, patient: &Searcher, known: &Searcher, when: &str) {
    let process = pair.bootstraps[0].process().id();
    let (found, bytes) = memory::search(known, process).unwrap();
    for what in ["its folder", "the clinic's key"] {
        let seen = found.iter().any(|one| one.what.starts_with(what));
        assert!(seen, "the search is blind to {what} in {bytes} bytes, {when}");
    }
    let (found, bytes) = memory::search(patient, process).unwrap();
    assert!(found.is_empty(), "{when}: {found:#?}");
    println!("{when}: {bytes} bytes of memory were searched");
    let (found, _) = patient.in_folder(pair.bootstraps[0].data_dir()).unwrap();
    assert!(found.is_empty(), "{when}: {found:#?}");
    let log = pair.bootstraps[0].process().log().to_owned();
    assert!(patient.in_file(&log).unwrap().is_empty(), "{when}: the log");
}

/// R1, R16, R17: a cone-beam CT goes bit for bit through a relay to a hospital that the clinic cannot reach, and the
/// report comes back; both are told that they are relayed. While the study is under way and when all is done, the
/// relay's memory, disk and log hold no name, no UID, no pixels, no question and no report.
#[test]
fn r1_r16_r17_a_bootstrap_that_relayed_a_consultation_holds_nothing_of_it() {
    let mut links = Links::new().unwrap();
    let mut pair = apart(&mut links);
    let session = pair.sign_in().unwrap();
    let reader = session.meet().unwrap();
    session.agree().unwrap();
    assert!(is_relayed(&session.clinic) && is_relayed(&session.specialist));

    let source = tempfile::tempdir().unwrap();
    fixtures::phantom(&pair.clinic, &source.path().join("cbct"), 120).unwrap();
    let study = &consult::import_one(&session.clinic, source.path()).unwrap();
    let mut patient = Canaries::of_studies(&session.clinic, source.path()).unwrap();
    let body = consult::request_body(study, &reader).unwrap();
    for words in ["question", "history", "justification"] {
        patient.name(body[words].as_str().unwrap());
    }
    for words in [consult::FINDINGS, consult::IMPRESSION, consult::RECOMMENDATIONS] {
        patient.name(words);
    }
    let (patient, known) = (patient.searcher().unwrap(), known(&pair));
    assert!(!patient.in_folder(source.path()).unwrap().0.is_empty());

    let case = consult::request(&session.clinic, study, &reader, |_| ()).unwrap();
    consult::accept(&session.specialist, &case).unwrap();
    let path = format!("/cases/{case}");
    let done = wait::until("the first bytes", Duration::from_secs(60), || {
        let one: Value = session.specialist.get(&path)?;
        Ok(one["transfer"]["done"].as_u64().filter(|done| *done > 0))
    })
    .unwrap();
    look(&mut pair, &patient, &known, "while the study is under way");
    let one: Value = session.specialist.get(&path).unwrap();
    let total = one["transfer"]["total"].as_u64().unwrap();
    assert!(done < total, "it was under way");

    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::report(&session.specialist, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();
    look(&mut pair, &patient, &known, "when all is done");
    assert!(is_relayed(&session.clinic), "nothing went another way");
    let back = tempfile::tempdir().unwrap();
    consult::export(&session.specialist, study, back.path(), |_| ()).unwrap();
    assert_eq!(
        digest::folder(source.path()).unwrap(),
        digest::folder(back.path()).unwrap()
    );
}
