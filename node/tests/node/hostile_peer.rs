//! What a peer with a good certificate cannot do (R17): it speaks the real protocol and keeps to no rule.

use std::time::Duration;

use axum::http::StatusCode;
use dokuei_consultation::body::{AgreementReference, Body, Grant, Party};
use dokuei_consultation::entry::{EntryType, SignedEntry};
use dokuei_consultation::id::{AgreementId, EntryId, PackageId};
use dokuei_identity::cbor;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes, EntryId as WireEntryId, LogId};
use dokuei_net::wire::hello::PractitionerCard;
use dokuei_net::{Multiaddr, PeerId, RefusalCode};
use dokuei_node::credentials::CredentialError;
use dokuei_node::service::events::EventKind;
use dokuei_node::service::status::Meeting;
use dokuei_node::service::storage_key;
use dokuei_package::chunk::CHUNK;
use dokuei_store::{PackageState, as_an_insider};
use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::hostile::{Hostile, Lie};
use crate::support::pair::Pair;
use crate::support::program::{Running, dokuei, passphrase_file};
use crate::support::registry::{ITO, SATO, SUZUKI, TANAKA};
use crate::support::{NODE_PASSPHRASE, eventually};

/// A listening node with a dentist and a specialist.
struct Victim {
    gate: Gate,
    peer: PeerId,
    address: Multiaddr,
    sato: String,
    specialist: Party,
}

impl Victim {
    async fn new() -> Self {
        let gate = Gate::with(&[TANAKA, SATO]);
        let listen = Meeting {
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
            ..Meeting::default()
        };
        let sato = gate.sign_in(&SATO).await;
        gate.node.join(listen).await.unwrap();
        let (peer, address) = eventually("the node listens", || async {
            let status = gate.node.status().await.unwrap();
            let address: Multiaddr = status["listening"][0].as_str()?.parse().ok()?;
            Some((status["peer_id"].as_str()?.parse().ok()?, address))
        })
        .await;
        let me = gate.get("/api/v1/session", &sato).await.json();
        Self {
            specialist: Party {
                practitioner: me["fingerprint"].as_str().unwrap().parse().unwrap(),
                name: SATO.japanese.to_owned(),
                institution: "山田歯科医院".to_owned(),
            },
            gate,
            peer,
            address,
            sato,
        }
    }

    async fn meet(&self, lie: Lie) -> Hostile {
        let home = self.gate.home.of_another("うその歯科", "1399999999", &[ITO]);
        Hostile::join(home, &ITO, (self.peer, self.address.clone()), lie).await
    }

    async fn admitted(&self, lie: Lie) -> Hostile {
        let hostile = self.meet(lie).await;
        eventually("the peer is admitted", || async {
            hostile.network.is_admitted(&self.peer).then_some(())
        })
        .await;
        hostile
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.gate.get(path, &self.sato).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
        answer.json().as_array().unwrap().clone()
    }

    async fn knows(&self, name: &str) -> bool {
        let people = self.list("/api/v1/directory").await;
        people.iter().any(|one| one["name_ja"] == name)
    }
}

/// R17, impersonation: another node's chain is public, and showing it makes nobody that node.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_hello_with_another_nodes_chain_is_refused_and_nothing_is_remembered() {
    let victim = Victim::new().await;
    let other = victim.gate.home.of_another("ほかの歯科", "1388888888", &[]);
    let lie = Lie {
        chain: Some(other.node_chain()),
        ..Lie::default()
    };
    let hostile = victim.meet(lie).await;
    // Long enough for several admissions; whether it is told a code depends on who hangs up first.
    tokio::time::sleep(Duration::from_secs(8)).await;
    for code in hostile.refusals() {
        assert!(matches!(code, RefusalCode::Key | RefusalCode::Proof), "{code:?}");
    }
    assert!(!hostile.network.is_admitted(&victim.peer));
    assert!(
        !victim.knows(ITO.japanese).await,
        "her card was taken all the same"
    );
}

/// R17, obstruction: a card that does not stand costs only its practitioner.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_bad_card_blocks_neither_the_node_nor_its_colleagues() {
    let victim = Victim::new().await;
    let bad = PractitionerCard {
        chain: vec![0x82, 0x41, 0x00, 0x80],
        device_list: vec![0xff; 40],
    };
    let _hostile = victim
        .admitted(Lie {
            cards: vec![bad],
            ..Lie::default()
        })
        .await;
    eventually("the good card is taken", || async {
        victim.knows(ITO.japanese).await.then_some(())
    })
    .await;
}

/// R6, R17: the sender chooses the log, so an entry of one kind must not get into a log of the other: it would make
/// every list of this node unreadable.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r17_an_entry_is_refused_in_a_log_of_the_other_kind() {
    let victim = Victim::new().await;
    let hostile = victim.admitted(Lie::default()).await;
    let log = [0x11; 16];
    let proposal = hostile.proposal(log, victim.specialist.clone());
    assert_eq!(hostile.offer(victim.peer, &proposal).await, None);
    assert_eq!(victim.list("/api/v1/agreements").await.len(), 1);
    for entry_type in [EntryType::Request, EntryType::Accept, EntryType::Report] {
        let stray = hostile.stray(log, entry_type);
        let code = hostile.offer(victim.peer, &stray).await;
        assert_eq!(code, Some(RefusalCode::Policy), "{entry_type:?}");
    }
    // The second offer of the same bytes is no second entry, and all lists still open.
    assert_eq!(hostile.offer(victim.peer, &proposal).await, None);
    assert_eq!(victim.list("/api/v1/agreements").await.len(), 1);
    assert_eq!(victim.list("/api/v1/cases").await.len(), 0);
}

/// R17: what cannot be judged *yet* is not refused for good: the sender keeps it and offers it again.
#[tokio::test(flavor = "multi_thread")]
async fn r17_an_entry_of_somebody_not_known_yet_is_taken_when_she_is() {
    let victim = Victim::new().await;
    let hostile = victim
        .admitted(Lie {
            silent: true,
            ..Lie::default()
        })
        .await;
    let proposal = hostile.proposal([0x22; 16], victim.specialist.clone());
    let code = hostile.offer(victim.peer, &proposal).await;
    assert_eq!(code, Some(RefusalCode::Stale));
    assert!(victim.list("/api/v1/agreements").await.is_empty());
    let introduce = CaseMessage::Introduce {
        practitioners: vec![hostile.card(&ITO)],
    };
    let reply = hostile.network.call_case(victim.peer, introduce).await.unwrap();
    assert_eq!(reply, CaseReply::Noted);
    assert_eq!(hostile.offer(victim.peer, &proposal).await, None);
    assert_eq!(victim.list("/api/v1/agreements").await.len(), 1);
}

/// R8: two clicks are one countersignature.
#[tokio::test(flavor = "multi_thread")]
async fn r8_countersigning_twice_signs_once() {
    let victim = Victim::new().await;
    let hostile = victim.admitted(Lie::default()).await;
    let proposal = hostile.proposal([0x33; 16], victim.specialist.clone());
    assert_eq!(hostile.offer(victim.peer, &proposal).await, None);
    let id = hex::encode([0x33; 16]);
    let accept = format!("/api/v1/agreements/{id}/accept");
    let body = json!({});
    let (first, second) = tokio::join!(
        victim.gate.post(&accept, &victim.sato, &body),
        victim.gate.post(&accept, &victim.sato, &body)
    );
    for answer in [first, second] {
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        assert_eq!(answer.json()["state"], "in_force");
    }
    let want = CaseMessage::Want {
        log: LogId([0x33; 16]),
        have: Vec::new(),
    };
    let CaseReply::Entries { entries, .. } = hostile.network.call_case(victim.peer, want).await.unwrap()
    else {
        panic!("not an answer to a want");
    };
    assert_eq!(entries.len(), 2, "a proposal and one countersignature");
}

/// R17, tampering: the sender chooses a package's name, so a second study under the name of the first is refused, told,
/// and asked for no more; the first is not touched.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_package_under_the_name_of_another_is_refused_and_told() {
    let victim = Victim::new().await;
    let hostile = victim.admitted(Lie::default()).await;
    let log = [0x44; 16];
    let proposal = hostile.proposal(log, victim.specialist.clone());
    assert_eq!(hostile.offer(victim.peer, &proposal).await, None);
    let accept = format!("/api/v1/agreements/{}/accept", hex::encode(log));
    let accepted = victim.gate.post(&accept, &victim.sato, &json!({})).await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
    let agreement = AgreementReference {
        id: AgreementId::from_bytes(log),
        proposal: proposal.id(),
        countersignature: countersignature(&hostile, victim.peer, log, &proposal).await,
    };
    let here = victim.gate.home.node_chain().fingerprint();
    let name = PackageId::from_bytes([0x55; 16]);
    let mut paths = Vec::new();
    for mark in [1, 2] {
        let request = hostile.request(victim.specialist.practitioner, agreement);
        let request = hostile.entry([mark; 16], Body::Request(Box::new(request)));
        let offer = hostile.offer_of(name, &request, mark);
        let offer = hostile.after(&request, Body::PackageOffered(offer));
        let grant = Grant {
            package: name,
            recipient: victim.specialist.practitioner,
            node: here,
            kid: [mark; 16],
            sealed: vec![mark; 100],
        };
        let grant = hostile.after(&offer, Body::Grant(grant));
        for entry in [&request, &offer, &grant] {
            assert_eq!(hostile.offer(victim.peer, entry).await, None, "{mark}");
        }
        let path = format!("/api/v1/cases/{}", hex::encode([mark; 16]));
        let accepted = victim
            .gate
            .post(&format!("{path}/accept"), &victim.sato, &json!({}))
            .await;
        assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
        let word = if mark == 1 { "connecting" } else { "refused" };
        eventually(word, || async {
            let case = victim.gate.get(&path, &victim.sato).await.json();
            let whole = case["transfer"]["total"] == CHUNK as u64 || mark == 2;
            (case["transfer"]["state"] == word && whole).then_some(())
        })
        .await;
        paths.push(path);
    }
    let first = victim.gate.get(&paths[0], &victim.sato).await.json();
    // It is asked for now and then: connecting at one moment, transferring at the next.
    assert_ne!(first["transfer"]["state"], "refused", "{first}");
    victim.gate.node.leave().await;
    let rows = victim.gate.close().store().audit_rows(1, 300).unwrap();
    let refused = rows.iter().filter(|row| row.event.action == "fetch").count();
    assert_eq!(refused, 1, "asked for again and again");
}

/// R19, R17: an image that is not what its sender signed is seen by nobody: it goes, the package that it came in is refused,
/// and both are told.
#[tokio::test(flavor = "multi_thread")]
async fn r19_an_image_that_is_not_what_was_signed_goes_and_its_package_is_refused() {
    let pair = Pair::new().await;
    pair.agree().await;
    let home = &pair.clinic.home;
    // The sender lists a hash that one of its images does not have.
    let lie = "UPDATE instances SET blake3 = zeroblob(32)
        WHERE number = (SELECT min(number) FROM instances)";
    as_an_insider(home.dir.root(), &storage_key(home.secrets()), lie).unwrap();
    let case = pair.request().await;
    pair.arrived(&case).await;
    let mut events = pair.hospital.node.events().listen();
    let path = format!("/api/v1/cases/{case}");
    let accepted = pair
        .hospital
        .post(&format!("{path}/accept"), &pair.sato, &json!({}))
        .await;
    assert_eq!(accepted.status, StatusCode::OK, "{:?}", accepted.body);
    // After the image went, its case is told and then its study.
    let mut case_told = false;
    loop {
        let waited = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
        let event = waited.unwrap().unwrap();
        case_told |= event.kind == EventKind::Case && event.id == case;
        let refused = pair.hospital.get(&path, &pair.sato).await.json();
        if case_told && refused["transfer"]["state"] == "refused" && event.kind == EventKind::Study {
            assert_eq!(event.id, pair.study);
            break;
        }
    }
    pair.hospital.node.leave().await;
    let store = pair.hospital.close().store();
    let rows = store.audit_rows(1, 300).unwrap();
    let mut compared = rows.iter().filter(|row| row.event.action == "compare");
    let row = compared.next().unwrap();
    assert_eq!(
        (&row.event.object, &*row.event.outcome),
        (&case, "package_refused")
    );
    assert!(compared.next().is_none(), "it is told once");
    assert!(store.unproven(&[0; 16], 10).unwrap().is_empty());
    assert_eq!(
        store.study(&pair.study).unwrap().instances,
        2,
        "what is right stays"
    );
    let packages = store.packages(None).unwrap();
    assert_eq!(packages.len(), 1);
    assert_eq!(packages[0].state, PackageState::Refused);
}

/// R17: a node that keeps to no rule is banned by the program as it is run; others are served meanwhile; an administrator
/// sees it, a restart does not end it, she lifts it, and all of that is in the audit log.
#[tokio::test(flavor = "multi_thread")]
async fn r17_a_node_that_breaks_the_rules_is_banned_told_and_forgiven() {
    let home = Home::with(&[TANAKA, SATO]);
    let root = home.dir.root().to_owned();
    let phrase = passphrase_file(&root, NODE_PASSPHRASE);
    let node = Running::start(&root, &phrase);
    let victim = where_it_is(&root);
    let liar = home.of_another("うその歯科", "1399999999", &[ITO]);
    let liar = Hostile::join(liar, &ITO, victim.clone(), Lie::default()).await;
    let other = home.of_another("ほかの歯科", "1388888888", &[SUZUKI]);
    let other = Hostile::join(other, &SUZUKI, victim.clone(), Lie::default()).await;
    for one in [&liar, &other] {
        eventually("both are admitted", || async {
            one.network.is_admitted(&victim.0).then_some(())
        })
        .await;
    }
    // Large, and of nothing: more of it than is read before the fourth is found out.
    let junk = |byte| CaseMessage::Entries {
        entries: vec![EntryBytes(vec![byte; 1_000_000])],
    };
    let ask = || CaseMessage::Want {
        log: LogId([9; 16]),
        have: Vec::new(),
    };
    let who = liar.network.peer_id().to_string();
    let banned = |what: &'static str| {
        eventually(what, || async {
            let bans = dokuei(&root, &["peers", "bans", "--json"]).json();
            (bans[0]["who"] == who).then(|| bans[0].clone())
        })
    };
    // A busy machine may lose the connection before the fourth is read: it comes again.
    let flood = eventually("its junk was too much", || async {
        let calls = (0..16).map(|byte| liar.network.call_case(victim.0, junk(byte)));
        futures::future::join_all(calls).await;
        let bans = dokuei(&root, &["peers", "bans", "--json"]).json();
        (bans != json!([])).then_some(())
    });
    let ((), served) = tokio::join!(flood, other.network.call_case(victim.0, ask()));
    served.unwrap();
    let ban = banned("it is banned").await;
    assert_eq!((&ban["misdeed"], &ban["times"]), (&json!("garbage"), &json!(1)));
    assert_eq!(ban["institution"], "うその歯科");
    assert!(!liar.network.is_admitted(&victim.0));
    other.network.call_case(victim.0, ask()).await.unwrap();
    let peak = peak_of(node.id());
    assert!(peak < 300_000_000, "it took {peak} bytes");

    assert!(node.terminate().success());
    let node = Running::start(&root, &phrase);
    assert_eq!(
        banned("the ban is still in force").await["misdeed"],
        ban["misdeed"]
    );
    let (peer, address) = where_it_is(&root);
    assert_eq!(dokuei(&root, &["peers", "forgive", "nobody"]).code, Some(1));
    assert_eq!(dokuei(&root, &["peers", "forgive", &who]).code, Some(0));
    assert_eq!(dokuei(&root, &["peers", "bans", "--json"]).json(), json!([]));
    assert_eq!(dokuei(&root, &["peers", "forgive", &who]).code, Some(1));
    liar.network.want(peer, vec![address]).await.unwrap();
    eventually("it may come again", || async {
        liar.network.is_admitted(&peer).then_some(())
    })
    .await;
    // Two entries of its own for one place in a log, and in another: that is told of it too.
    let sato = Party {
        practitioner: home.practitioner_chain(&SATO).fingerprint(),
        name: SATO.japanese.to_owned(),
        institution: "山田歯科医院".to_owned(),
    };
    for log in [[0x66; 16], [0x67; 16]] {
        for contact in ["電話 03-0000-0000", "電話 03-1111-1111"] {
            let proposal = liar.proposal_with(log, sato.clone(), contact);
            let entries = vec![EntryBytes(cbor::encode(&proposal))];
            // The last one ends the connection.
            let _ = liar
                .network
                .call_case(peer, CaseMessage::Entries { entries })
                .await;
        }
    }
    let ban = banned("it is banned for its forks").await;
    assert_eq!((&ban["misdeed"], &ban["times"]), (&json!("fork"), &json!(1)));
    assert!(node.terminate().success());
    let rows = home.store().audit_rows(1, 300).unwrap();
    let of = |action: &str| {
        let rows = rows.iter().filter(|row| row.event.action == action);
        rows.map(|row| row.event.outcome.clone()).collect::<Vec<_>>()
    };
    assert!(
        of("ban")[0].starts_with("garbage: ") && of("ban")[1].starts_with("fork: "),
        "{rows:?}"
    );
    assert_eq!(of("ban_end"), ["forgiven"]);
}

/// A running node's id and address.
fn where_it_is(root: &std::path::Path) -> (PeerId, Multiaddr) {
    let status = dokuei(root, &["status", "--json"]).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&status["peer_id"]).parse().unwrap(),
        text(&status["listening"][0]).parse().unwrap(),
    )
}

/// The most memory that a process ever had, bytes.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    1024 * peak.split_whitespace().next().unwrap().parse::<u64>().unwrap()
}

/// The other half of an agreement, as the victim signed it.
async fn countersignature(
    hostile: &Hostile,
    victim: PeerId,
    log: [u8; 16],
    proposal: &SignedEntry,
) -> EntryId {
    let want = CaseMessage::Want {
        log: LogId(log),
        have: vec![WireEntryId(*proposal.id().as_bytes())],
    };
    let CaseReply::Entries { entries, .. } = hostile.network.call_case(victim, want).await.unwrap() else {
        panic!("not an answer to a want");
    };
    let entries = entries
        .iter()
        .map(|entry| cbor::decode::<SignedEntry>(&entry.0).unwrap());
    let mut others = entries.filter(|entry| entry.id() != proposal.id());
    others.next().unwrap().id()
}

/// R4, R17: a node never goes back to an older revocation list; it would forget who was revoked.
#[test]
fn r17_an_older_revocation_list_is_refused() {
    let home = Home::with(&[]);
    home.install_list(7).unwrap();
    assert!(matches!(
        home.install_list(6),
        Err(CredentialError::OlderList { known: 7, got: 6 })
    ));
    home.install_list(8).unwrap();
}
