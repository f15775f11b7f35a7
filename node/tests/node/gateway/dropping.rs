//! People who drop out of a consultation: what the register says of them is noticed at once, whoever waits is told, and
//! somebody else goes on. Three nodes in one process, and a register that is carried to each.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::revocation::RevocationReason;
use dokuei_node::clock::Clock;
use dokuei_node::service::status::Meeting;
use serde_json::{Value, json};

use super::duties::{done, opened, refused, report, until};
use super::forwarding::consent;
use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::pair::{Pair, address_of};
use crate::support::registry::{ITO, KATO, Register, SATO, SUZUKI, TANAKA};
use crate::support::turned::Turned;

const HOUR: i64 = 3_600;

/// A clinic and a hospital that have met, a third facility that has met nobody yet, and the register of all of them.
pub(super) struct World {
    pub(super) pair: Pair,
    third: Option<Home>,
    register: Register,
    sato: Fingerprint,
}

/// The third facility's node, met by the clinic, with whom it has an agreement.
pub(super) struct Third {
    pub(super) gate: Gate,
    pub(super) kato: String,
    pub(super) fingerprint: String,
}

async fn import(gate: &Gate, register: &Register) {
    let path = gate.home.beside("register.file");
    std::fs::write(&path, register.file(0)).unwrap();
    let body = json!({"path": path});
    let answer = gate.post("/api/v1/register/import", &gate.operator, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

impl World {
    pub(super) async fn new() -> Self {
        let pair = Pair::new().await;
        let home = pair
            .clinic
            .home
            .of_another("画像診断研究所", "1390001111", &[KATO]);
        let mut register = pair.clinic.home.registry().register();
        let (clinic, hospital) = (&pair.clinic.home, &pair.hospital.home);
        for chain in [clinic.node_chain(), hospital.node_chain(), home.node_chain()] {
            register.issue(&chain);
        }
        let staff = [
            (clinic, TANAKA),
            (clinic, SUZUKI),
            (hospital, SATO),
            (hospital, ITO),
            (&home, KATO),
        ];
        let chains: Vec<Chain> = staff.map(|(home, who)| home.practitioner_chain(&who)).into();
        chains.iter().for_each(|chain| register.issue(chain));
        register.enter(0..0);
        let sato = hospital.practitioner_chain(&SATO).fingerprint();
        let world = Self {
            pair,
            third: Some(home),
            register,
            sato,
        };
        world.tell().await;
        world
    }

    /// The register as it is now comes to clinic and hospital.
    async fn tell(&self) {
        import(&self.pair.clinic, &self.register).await;
        import(&self.pair.hospital, &self.register).await;
    }

    /// The registry acts, later than all that was signed so far.
    pub(super) async fn act(&mut self, act: impl FnOnce(&mut Register, Fingerprint)) {
        tokio::time::sleep(Duration::from_secs(2)).await;
        act(&mut self.register, self.sato);
        self.tell().await;
    }

    /// The third facility meets the clinic, and them only, and they agree.
    async fn third(&mut self) -> Third {
        let gate = Gate::of(self.third.take().unwrap());
        import(&gate, &self.register).await;
        meet_third(&self.pair, gate, &self.pair.tanaka).await
    }

    /// The same, and the other dentist of the clinic agrees with them.
    pub(super) async fn third_of_suzuki(&mut self) -> Third {
        let gate = Gate::of(self.third.take().unwrap());
        import(&gate, &self.register).await;
        meet_third(&self.pair, gate, &self.pair.suzuki).await
    }
}

async fn meet_third(pair: &Pair, gate: Gate, asker: &str) -> Third {
    let kato = gate.sign_in(&KATO).await;
    let meeting = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        peers: vec![address_of(&pair.clinic).await.parse().unwrap()],
        ..Meeting::default()
    };
    gate.node.join(meeting).await.unwrap();
    let me = gate.get("/api/v1/session", &kato).await.json();
    let fingerprint = me["fingerprint"].as_str().unwrap().to_owned();
    let (clinic, tanaka) = (&pair.clinic, asker);
    until(clinic, tanaka, "/api/v1/directory", "she is known", |people| {
        let mut people = people.as_array().unwrap().iter();
        people.any(|one| one["name_ja"] == KATO.japanese)
    })
    .await;
    let proposed = done(clinic, tanaka, "/api/v1/agreements", json!({"with": fingerprint})).await;
    let accept = format!("/api/v1/agreements/{}/accept", proposed["id"].as_str().unwrap());
    eventually("the proposal arrives", || async {
        let accepted = gate.post(&accept, &kato, &json!({})).await;
        (accepted.status == StatusCode::OK).then_some(())
    })
    .await;
    until(clinic, tanaka, "/api/v1/agreements", "it is in force", |all| {
        let mut all = all.as_array().unwrap().iter();
        all.any(|one| one["id"] == proposed["id"] && one["state"] == "in_force")
    })
    .await;
    Third {
        gate,
        kato,
        fingerprint,
    }
}

impl Third {
    pub(super) async fn accept_and_open(&self, path: &str) {
        eventually("the forward arrives and is accepted", || async {
            let accepted = self
                .gate
                .post(&format!("{path}/accept"), &self.kato, &json!({}))
                .await;
            (accepted.status == StatusCode::OK).then_some(())
        })
        .await;
        until(&self.gate, &self.kato, path, "the images are open", |case| {
            case["transfer"]["state"] == "opened"
        })
        .await;
    }

    fn instead(&self) -> Value {
        json!({"kind": "alternative", "with": self.fingerprint, "question": "続きの読影", "consent": consent()})
    }
}

fn preliminary() -> Value {
    let mut preliminary = report();
    preliminary["status"] = "preliminary".into();
    preliminary
}

/// What the clinic has to see to because somebody dropped out.
async fn to_replace(world: &World) -> Vec<Value> {
    let (clinic, tanaka) = (&world.pair.clinic, &world.pair.tanaka);
    let due = clinic.get("/api/v1/duties", tanaka).await.json();
    let due = due.as_array().unwrap().iter();
    due.filter(|one| one["duty"] == "replace_reader")
        .cloned()
        .collect()
}

pub(super) async fn notices(gate: &Gate, token: &str, matter: &str) -> usize {
    let all = gate.get("/api/v1/me/notices/new", token).await.json();
    all.as_array()
        .unwrap()
        .iter()
        .filter(|one| one["matter"] == matter)
        .count()
}

/// R2, R3, R5, R6, R16: a reader is suspended: her session ends, her side refuses her with one sentence, the clinic is told once
/// and shown the way on; it is lifted: she goes on with her draft. She is revoked: another specialist, whose node never met
/// her, gets the case with all that she had signed, marked as signed before, and finishes it.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r3_r5_r6_a_reader_is_suspended_goes_on_is_revoked_and_another_finishes() {
    let mut world = World::new().await;
    world.pair.clinic.node.tell_outside();
    let path = opened(&world.pair).await;
    let draft = json!({"revision": 0, "content": {"findings": "書きかけ"}});
    {
        let (hospital, sato) = (&world.pair.hospital, &world.pair.sato);
        done(
            hospital,
            sato,
            &format!("{path}/report"),
            SATO.confirmed(preliminary()),
        )
        .await;
        let kept = hospital.put(&format!("{path}/draft"), sato, &draft).await;
        assert!(kept.status.is_success(), "{:?}", kept.body);
        let clinic = &world.pair.clinic;
        until(clinic, &world.pair.tanaka, &path, "her report", |case| {
            case["state"] == "reported"
        })
        .await;
        done(clinic, &world.pair.tanaka, &format!("{path}/read"), json!({})).await;
    }
    assert_eq!(to_replace(&world).await, [] as [Value; 0]);

    world.act(|register, who| register.suspend(who)).await;
    let (clinic, tanaka) = (&world.pair.clinic, &world.pair.tanaka);
    let shown = clinic.get(&path, tanaka).await.json();
    let lost = &shown["lost"][0];
    assert_eq!(
        (&lost["part"], &lost["state"]),
        (&json!("reader"), &json!("suspended"))
    );
    assert_eq!(lost["reason"], "certificateHold");
    assert_eq!(lost["who"]["name_ja"], SATO.japanese);
    let hers = shown["timeline"].as_array().unwrap().iter();
    let marked: Vec<_> = hers.filter(|one| one["by"] == SATO.japanese).collect();
    assert!(marked.len() >= 2, "{marked:?}");
    assert!(marked.iter().all(|one| {
        one["credential"]["state"] == "suspended" && one["credential"]["signed_before"] == true
    }));
    assert_eq!(shown["reports"][0]["credential"]["signed_before"], true);
    let due = to_replace(&world).await;
    assert_eq!((due.len(), &due[0]["mine"]), (1, &json!(true)), "{due:?}");
    let told = eventually("the clinic is told", || async {
        let told = notices(clinic, tanaka, "reader_lost").await;
        (told > 0).then_some(told)
    })
    .await;
    assert_eq!(told, 1);
    // Her session has ended, and she is told in one sentence what to do.
    let hospital = &world.pair.hospital;
    let ended = hospital.get(&path, &world.pair.sato).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    let sign_in = json!({"id": SATO.id, "passphrase": SATO.passphrase});
    let answer = hospital
        .post("/api/v1/session", &hospital.operator, &sign_in)
        .await;
    assert_eq!(answer.problem(), "certificate_refused");
    let next = answer.json()["next"].as_str().unwrap().to_owned();
    assert!(
        next.contains("telephone whoever waits") && next.contains("drafts"),
        "{next}"
    );
    // Whoever runs a node is told without anything of the patient.
    let lapses = clinic.get("/api/v1/lapses", &clinic.operator).await.json();
    assert_eq!(
        (&lapses[0]["part"], &lapses[0]["state"]),
        (&json!("reader"), &json!("suspended"))
    );
    let patient = shown["patient_name"].as_str().unwrap();
    assert!(!lapses.to_string().contains(patient));

    world.act(|register, who| register.reinstate(who)).await;
    let (clinic, hospital) = (&world.pair.clinic, &world.pair.hospital);
    let shown = clinic.get(&path, &world.pair.tanaka).await.json();
    assert_eq!(shown["lost"], json!([]));
    assert_eq!(shown["reports"][0]["credential"], Value::Null);
    assert_eq!(to_replace(&world).await, [] as [Value; 0]);
    let sato = hospital.sign_in(&SATO).await;
    let kept = hospital.get(&format!("{path}/draft"), &sato).await.json();
    assert_eq!(kept["draft"]["content"], draft["content"], "her draft is hers");
    done(
        hospital,
        &sato,
        &format!("{path}/report"),
        SATO.confirmed(preliminary()),
    )
    .await;
    until(clinic, &world.pair.tanaka, &path, "she goes on", |case| {
        case["reports"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    done(clinic, &world.pair.tanaka, &format!("{path}/read"), json!({})).await;
    // Nobody is let go whose certificate holds.
    let entry = clinic.get(&path, &world.pair.tanaka).await.json()["readers"][0]["entry_id"].clone();
    let release = format!("{path}/readers/{}/release", entry.as_str().unwrap());
    assert_eq!(
        refused(clinic, &world.pair.tanaka, &release, json!({})).await,
        "bad_field"
    );

    let reason = RevocationReason::PrivilegeWithdrawn;
    world.act(|register, who| register.revoke(who, reason)).await;
    let third = world.third().await;
    let (clinic, tanaka) = (&world.pair.clinic, &world.pair.tanaka);
    let shown = clinic.get(&path, tanaka).await.json();
    assert_eq!(
        (&shown["lost"][0]["state"], &shown["lost"][0]["reason"]),
        (&json!("revoked"), &json!(reason.as_str()))
    );
    done(clinic, tanaka, &format!("{path}/forward"), third.instead()).await;
    let shown = clinic.get(&path, tanaka).await.json();
    assert_eq!(
        (&shown["lost"], &shown["state"]),
        (&json!([]), &json!("awaiting_acceptance"))
    );
    assert_eq!(
        (&shown["readers"][0]["released"], &shown["readers"][0]["accepted"]),
        (&json!(true), &json!(false))
    );
    third.accept_and_open(&path).await;
    // All that the first had signed came to a node that she never met, and is marked.
    let there = third.gate.get(&path, &third.kato).await.json();
    assert_eq!(there["reports"].as_array().unwrap().len(), 2, "{there}");
    assert_eq!(there["reports"][0]["author"], SATO.japanese);
    assert_eq!(there["reports"][0]["credential"]["state"], "revoked");
    assert_eq!(there["reports"][0]["credential"]["signed_before"], true);
    done(
        &third.gate,
        &third.kato,
        &format!("{path}/report"),
        KATO.confirmed(report()),
    )
    .await;
    until(clinic, tanaka, &path, "the final report", |case| {
        case["state"] == "reported"
    })
    .await;
    done(clinic, tanaka, &format!("{path}/read"), json!({})).await;
    done(
        clinic,
        tanaka,
        &format!("{path}/close"),
        json!({"patient_informed_by": "田中 花子"}),
    )
    .await;
    until(&third.gate, &third.kato, &path, "the end", |case| {
        case["state"] == "closed"
    })
    .await;
    let trail = clinic
        .get(&format!("/api/v1/audit?case={}", &path[14..]), tanaka)
        .await
        .json();
    for word in ["lapse", "release", "forward"] {
        assert!(trail.to_string().contains(word), "{word}: {trail}");
    }
}

/// The sealed packages that lie at a node.
fn sealed(gate: &Gate) -> usize {
    let folder = gate.home.dir.root().join("packages");
    std::fs::read_dir(folder).map_or(0, |all| {
        let names = all.filter_map(|one| one.ok()?.file_name().into_string().ok());
        names.filter(|name| name.ends_with(".pkg")).count()
    })
}

/// R12, R17, R19: while she is only suspended, what waits for her waits; when she is revoked it is destroyed with its key, and
/// sealed anew for whoever reads instead.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r17_r19_a_package_on_its_way_to_a_revoked_reader_is_destroyed() {
    let mut world = World::new().await;
    world.pair.agree().await;
    let case = world.pair.request().await;
    world.pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    assert_eq!(sealed(&world.pair.clinic), 1);
    world.act(|register, who| register.suspend(who)).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(sealed(&world.pair.clinic), 1, "a suspension may be lifted");
    world
        .act(|register, who| register.revoke(who, RevocationReason::KeyCompromise))
        .await;
    eventually("it is destroyed", || async {
        (sealed(&world.pair.clinic) == 0).then_some(())
    })
    .await;
    let third = world.third().await;
    let (clinic, tanaka) = (&world.pair.clinic, &world.pair.tanaka);
    done(clinic, tanaka, &format!("{path}/forward"), third.instead()).await;
    third.accept_and_open(&path).await;
    done(
        &third.gate,
        &third.kato,
        &format!("{path}/report"),
        KATO.confirmed(report()),
    )
    .await;
    until(clinic, tanaka, &path, "the report", |case| {
        case["state"] == "reported"
    })
    .await;
}

/// R3, R5: the requester drops out: the reader is told to telephone, is shown whom, and can end nothing in her name.
#[tokio::test(flavor = "multi_thread")]
async fn r3_r5_a_reader_is_told_that_the_requester_has_lost_her_credential() {
    let mut world = World::new().await;
    world.pair.hospital.node.tell_outside();
    let path = opened(&world.pair).await;
    let tanaka = world.pair.clinic.home.practitioner_chain(&TANAKA).fingerprint();
    world.act(|register, _| register.suspend(tanaka)).await;
    let (hospital, sato) = (&world.pair.hospital, &world.pair.sato);
    let shown = hospital.get(&path, sato).await.json();
    assert_eq!(
        (&shown["lost"][0]["part"], &shown["lost"][0]["state"]),
        (&json!("requester"), &json!("suspended"))
    );
    let due = hospital.get("/api/v1/duties", sato).await.json();
    let due = due
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["duty"] == "replace_requester");
    assert_eq!(due.unwrap()["mine"], false);
    eventually("the reader is told", || async {
        (notices(hospital, sato, "requester_lost").await == 1).then_some(())
    })
    .await;
    // What she signs is kept for whoever takes over, and what she has to tell at once is never held back (R9).
    done(
        hospital,
        sato,
        &format!("{path}/report"),
        SATO.confirmed(preliminary()),
    )
    .await;
}

/// R2, R5, R7: nobody answers within the time: who asked is told, and the reader whom she had chosen before is asked by itself.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r5_r7_when_the_time_for_an_answer_is_over_the_next_reader_is_asked_and_the_clinic_told() {
    let clock = Turned::now();
    let pair = Pair::by(&clock).await;
    pair.agree().await;
    let case = pair.request().await;
    pair.arrived(&case).await;
    let path = format!("/api/v1/cases/{case}");
    let home = pair
        .clinic
        .home
        .of_another("画像診断研究所", "1390001111", &[KATO]);
    let mut config = dokuei_node::config::Config::read(&home.dir).unwrap();
    (config.register.full_hours, config.register.running_hours) = (9000, 9000);
    config.write(&home.dir).unwrap();
    let at: Clock = clock.clock();
    let third = meet_third(&pair, Gate::by(home, at), &pair.tanaka).await;
    let clinic = &pair.clinic;
    clinic.node.follow_successions();
    clinic.node.tell_outside();
    let wanted = json!({"readers": [third.fingerprint], "consent": consent()});
    let kept = clinic
        .put(&format!("{path}/successors"), &pair.tanaka, &wanted)
        .await;
    assert_eq!(kept.status, StatusCode::OK, "{:?}", kept.body);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let shown = clinic.get(&path, &pair.tanaka).await.json();
    assert_eq!(
        shown["readers"].as_array().unwrap().len(),
        1,
        "she still has time"
    );

    clock.turn(25 * HOUR);
    let tanaka = clinic.sign_in(&TANAKA).await;
    let shown = until(clinic, &tanaka, &path, "the next is asked", |case| {
        case["readers"].as_array().is_some_and(|all| all.len() == 2) && case["successors"] == json!([])
    })
    .await;
    assert_eq!(shown["readers"][1]["kind"], "alternative");
    eventually("the clinic is told that the answer is due", || async {
        (notices(clinic, &tanaka, "due_answer").await >= 1).then_some(())
    })
    .await;
    let kato = third.gate.sign_in(&KATO).await;
    let third = Third { kato, ..third };
    third.accept_and_open(&path).await;
}

/// R5, R6, R12: a reader is suspended while she writes, and let go; another takes her place, and the images are erased where she
/// works. Her draft is not lost: when the suspension is lifted she, and nobody else at her node, is shown it, and throws it away
/// herself.
#[tokio::test(flavor = "multi_thread")]
async fn r5_r6_r12_the_draft_of_a_reader_who_was_let_go_stays_hers() {
    let mut world = World::new().await;
    let path = opened(&world.pair).await;
    let draft = json!({"revision": 0, "content": {"findings": "書きかけ"}});
    let (hospital, sato) = (&world.pair.hospital, &world.pair.sato);
    let kept = hospital.put(&format!("{path}/draft"), sato, &draft).await;
    assert!(kept.status.is_success(), "{:?}", kept.body);
    let none = hospital.get("/api/v1/me/left-drafts", sato).await.json();
    assert_eq!(none, json!([]), "she is writing it");

    world.act(|register, who| register.suspend(who)).await;
    let third = world.third().await;
    let (clinic, tanaka) = (&world.pair.clinic, &world.pair.tanaka);
    done(clinic, tanaka, &format!("{path}/forward"), third.instead()).await;
    third.accept_and_open(&path).await;
    world.act(|register, who| register.reinstate(who)).await;
    let hospital = &world.pair.hospital;
    let sato = hospital.sign_in(&SATO).await;
    let left = until(
        hospital,
        &sato,
        "/api/v1/me/left-drafts",
        "she is let go",
        |left| left.as_array().is_some_and(|all| all.len() == 1),
    )
    .await;
    assert_eq!(left[0]["content"], draft["content"], "{left}");
    assert_eq!(
        (&left[0]["of"], &left[0]["case_id"]),
        (&json!("report"), &json!(path.rsplit('/').next().unwrap()))
    );
    let read = hospital.get(&format!("{path}/draft"), &sato).await.json();
    assert_eq!(read["draft"]["content"], draft["content"]);
    let more = json!({"revision": left[0]["revision"], "content": {"findings": "続き"}});
    let more = hospital.put(&format!("{path}/draft"), &sato, &more).await;
    assert!(more.status.is_client_error(), "nothing more is written there");
    let ito = hospital.sign_in(&ITO).await;
    let hers = hospital.get("/api/v1/me/left-drafts", &ito).await.json();
    assert_eq!(hers, json!([]));
    assert_eq!(
        hospital.get(&format!("{path}/draft"), &ito).await.status,
        StatusCode::NOT_FOUND
    );
    let bearer = format!("Bearer {sato}");
    let headers = [("authorization", bearer.as_str())];
    let thrown = hospital
        .call(Method::DELETE, &format!("{path}/draft"), &headers, None)
        .await;
    assert_eq!(thrown.status, StatusCode::NO_CONTENT);
    let gone = hospital.get("/api/v1/me/left-drafts", &sato).await.json();
    assert_eq!(gone, json!([]));
}
