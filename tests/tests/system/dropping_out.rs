//! Somebody drops out of a consultation: suspended, back again, revoked, and another specialist finishes. With the real
//! registry, its register over the bootstraps, and three nodes.
//!
//! Shows R2, R3, R5, R6 and R17 on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::{Duration, Instant};

use dokuei_tests::api::Client;
use dokuei_tests::consult;
use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::{find_online, known};
use dokuei_tests::people::{Institution, Person, SUZUKI};
use dokuei_tests::registry::Registry;
use dokuei_tests::wait;
use serde_json::{Value, json};

/// How long anything here may take on a busy machine; what it took is printed.
const SOON: Duration = Duration::from_secs(120);

/// A third facility.
const INSTITUTE: Institution = Institution {
    role: "institute",
    name: "中央画像診断センター",
    code: "1313131",
    passphrase: "institute node 2026 kagi",
};

/// The specialist who works there.
const KATO: Person = Person {
    id: "kato",
    name_ja: "加藤 真理",
    name_latin: "Kato Mari",
    licence: "dentist",
    number: "456789",
    qualifications: &["oral-radiology"],
    passphrase: "sumire to 5 hon no senro",
};

fn fingerprint(registry: &Registry, subject: &str) -> String {
    let listed = registry.list().unwrap();
    let mut listed = listed.as_array().unwrap().iter();
    let one = listed
        .find(|one| one["subject"].as_str().unwrap().contains(subject))
        .unwrap();
    one["fingerprint"].as_str().unwrap().to_owned()
}

fn lost(client: &Client, case: &str) -> anyhow::Result<Option<Value>> {
    let shown: Value = client.get(&format!("/cases/{case}"))?;
    Ok(Some(shown["lost"][0].clone()).filter(|one| !one.is_null()))
}

/// The requester and a further specialist sign an agreement.
fn agree(clinic: &Client, with: &str, other: &Client) {
    let proposed: Value = clinic.post("/agreements", &json!({ "with": with })).unwrap();
    let accept = format!("/agreements/{}/accept", proposed["id"].as_str().unwrap());
    wait::until_ok("the proposal to arrive and be countersigned", SOON, || {
        other.post::<Value>(&accept, &json!({}))
    })
    .unwrap();
    wait::until("the agreement in force", SOON, || {
        let all: Vec<Value> = clinic.get("/agreements")?;
        let is = |one: &Value| one["id"] == proposed["id"] && one["state"] == "in_force";
        Ok(all.iter().any(is).then_some(()))
    })
    .unwrap();
}

/// R2, R3, R5, R6, R17: the registry suspends the specialist in mid-case: the clinic is told, she is refused; it is lifted and she
/// goes on; she is revoked: a specialist of a third facility, who never met her, takes over and finishes.
#[test]
fn r2_r3_r5_r6_r17_a_specialist_drops_out_and_another_finishes() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let (_, case) = pair.accepted(&session, 3, SIZE).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    consult::wait_delivered(&session.clinic, &case).unwrap();
    let mut preliminary = session.specialist.confirmed(consult::report_body());
    preliminary["status"] = "preliminary".into();
    consult::act(&session.specialist, &case, "report", &preliminary).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();
    consult::act(&session.clinic, &case, "read", &json!({})).unwrap();
    std::thread::sleep(Duration::from_secs(2));

    let hers = fingerprint(&pair.registry, SUZUKI.name_latin);
    pair.registry.json(&format!("suspend {hers}")).unwrap();
    let since = Instant::now();
    let told = wait::until("the clinic to notice", SOON, || lost(&session.clinic, &case)).unwrap();
    println!("noticed after {:.1} s", since.elapsed().as_secs_f64());
    assert_eq!(
        (&told["part"], &told["state"]),
        (&json!("reader"), &json!("suspended"))
    );
    wait::until("her session to end", SOON, || {
        Ok(session.specialist.get::<Value>("/cases").err().map(drop))
    })
    .unwrap();
    let refused = format!("{:#}", pair.specialist.sign_in(&SUZUKI).unwrap_err());
    assert!(refused.contains("certificate_refused"), "{refused}");
    let duties: Vec<Value> = session.clinic.get("/duties").unwrap();
    assert!(
        duties
            .iter()
            .any(|one| one["duty"] == "replace_reader" && one["mine"] == true)
    );
    let secret = pair
        .clinic
        .secret("node.passphrase", pair.clinic.institution().passphrase)
        .unwrap();
    let doctor = pair
        .clinic
        .try_cli(&["doctor", "--json", "--passphrase-file", &secret])
        .unwrap();
    let mut said = serde_json::Deserializer::from_slice(&doctor.stdout).into_iter::<Value>();
    let checks = said.next().unwrap().unwrap();
    let checks = checks["checks"].as_array().unwrap().iter();
    let mut told =
        checks.filter(|one| one["name"] == "credentials in open consultations" && one["ok"] == false);
    assert!(told.any(|one| {
        one["detail"]
            .as_str()
            .is_some_and(|text| text.contains("next reader"))
    }));

    pair.registry.json(&format!("reinstate {hers}")).unwrap();
    wait::until("the clinic to notice that it is lifted", SOON, || {
        Ok(lost(&session.clinic, &case)?.is_none().then_some(()))
    })
    .unwrap();
    let specialist =
        wait::until_ok("her to sign in again", SOON, || pair.specialist.sign_in(&SUZUKI)).unwrap();
    consult::act(&specialist, &case, "report", &preliminary).unwrap();
    wait::until("her second version", SOON, || {
        let shown: Value = session.clinic.get(&format!("/cases/{case}"))?;
        Ok((shown["reports"].as_array().map_or(0, Vec::len) == 2).then_some(()))
    })
    .unwrap();
    consult::act(&session.clinic, &case, "read", &json!({})).unwrap();
    std::thread::sleep(Duration::from_secs(2));

    pair.registry
        .json(&format!("revoke {hers} --reason privilegeWithdrawn"))
        .unwrap();
    wait::until("the clinic to notice", SOON, || {
        Ok(lost(&session.clinic, &case)?.filter(|one| one["state"] == "revoked"))
    })
    .unwrap();
    let mut institute = pair.lab.node(&INSTITUTE).unwrap();
    institute.enrol(&pair.registry).unwrap();
    institute.enrol_practitioner(&pair.registry, &KATO).unwrap();
    institute.start(&pair.bootstrap_addresses()).unwrap();
    let kato = institute.sign_in(&KATO).unwrap();
    let with = find_online(&session.clinic, KATO.name_latin).unwrap();
    known(&kato, &fingerprint(&pair.registry, "Tanaka")).unwrap();
    agree(&session.clinic, &with, &kato);
    let instead = json!({"kind": "alternative", "with": with, "question": "続きの読影をお願いします。",
        "consent": {"explained_by": "田中 花子", "explained_at": "2026-04-02T09:00:00+09:00",
            "scope": "別の読影医への画像と報告書の提供"}});
    let _: Value = session
        .clinic
        .post(&format!("/cases/{case}/forward"), &instead)
        .unwrap();
    consult::accept(&kato, &case).unwrap();
    consult::wait_opened(&kato, &case, |_, _| ()).unwrap();
    let there: Value = kato.get(&format!("/cases/{case}")).unwrap();
    let mark = &there["reports"][0]["credential"];
    assert_eq!(
        (&mark["state"], &mark["signed_before"]),
        (&json!("revoked"), &json!(true))
    );
    consult::report(&kato, &case).unwrap();
    consult::wait_state(&session.clinic, &case, "reported").unwrap();
    consult::read_and_close(&session.clinic, &kato, &case).unwrap();
}
