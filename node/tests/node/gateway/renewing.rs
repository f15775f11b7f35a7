//! Credentials that end in mid-case and are renewed: whoever renews keeps her part, what she signed before stays valid, and nobody
//! else comes into it. Two nodes in one process, and a register that is carried to each.

use std::time::Duration;

use axum::http::StatusCode;
use dokuei_identity::chain::Chain;
use dokuei_node::service::evidence::VERIFY_SH;
use serde_json::{Value, json};

use super::duties::{done, opened, report, until};
use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{ITO, Register, SATO, SUZUKI, TANAKA};
use crate::support::turned::Turned;
use crate::support::unpacked::Unpacked;

const HOUR: i64 = 3_600;

async fn import(gate: &Gate, register: &Register) {
    let path = gate.home.beside("register.file");
    std::fs::write(&path, register.file(0)).unwrap();
    let body = json!({"path": path});
    let answer = gate.post("/api/v1/register/import", &gate.operator, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// The register of everybody of a pair, told to both.
async fn entered(pair: &Pair) -> Register {
    let (clinic, hospital) = (&pair.clinic.home, &pair.hospital.home);
    let mut register = clinic.registry().register();
    for chain in [clinic.node_chain(), hospital.node_chain()] {
        register.issue(&chain);
    }
    for (home, who) in [
        (clinic, TANAKA),
        (clinic, SUZUKI),
        (hospital, SATO),
        (hospital, ITO),
    ] {
        register.issue(&home.practitioner_chain(&who));
    }
    register.enter(0..0);
    import(&pair.clinic, &register).await;
    import(&pair.hospital, &register).await;
    register
}

async fn renewed(pair: &Pair, register: &mut Register, chain: &Chain, earlier: &Chain) {
    // Later than all that was signed so far.
    tokio::time::sleep(Duration::from_secs(2)).await;
    register.renew(chain, earlier.fingerprint());
    import(&pair.clinic, register).await;
    import(&pair.hospital, register).await;
}

fn preliminary() -> Value {
    let mut preliminary = report();
    preliminary["status"] = "preliminary".into();
    preliminary
}

/// R3, R5, R6: the reader is warned that her certificate ends; it ends in mid-case: she is refused with a sentence that says what
/// to do, and the clinic is told; it is renewed: she goes on with the same case, and an outsider verifies what she signed with
/// either certificate, and that both are hers.
#[tokio::test(flavor = "multi_thread")]
async fn r3_r5_r6_a_credential_ends_in_mid_case_is_renewed_and_the_case_goes_on() {
    let clock = Turned::now();
    let pair = Pair::by_set(&clock, |hospital| {
        hospital.put_chain(&SATO, &hospital.certified_anew(&SATO, (2, "123456")));
    })
    .await;
    let (clinic, hospital) = (&pair.clinic, &pair.hospital);
    let mut register = entered(&pair).await;
    hospital.node.tell_outside();
    let path = opened(&pair).await;
    eventually("she is told that it ends", || async {
        let all = hospital.get("/api/v1/me/notices/new", &pair.sato).await.json();
        let mut all = all.as_array()?.iter();
        all.any(|one| one["matter"] == "credential_ending").then_some(())
    })
    .await;
    done(
        hospital,
        &pair.sato,
        &format!("{path}/report"),
        SATO.confirmed(preliminary()),
    )
    .await;
    until(clinic, &pair.tanaka, &path, "her report", |case| {
        case["state"] == "reported"
    })
    .await;

    clock.turn(25 * HOUR);
    let tanaka = clinic.sign_in(&TANAKA).await;
    let lost = until(clinic, &tanaka, &path, "the clinic knows", |case| {
        case["lost"].as_array().is_some_and(|all| !all.is_empty())
    })
    .await;
    assert_eq!(lost["lost"][0]["state"], "expired");
    assert_eq!(lost["reports"][0]["credential"]["signed_before"], true);
    let refused = hospital.try_sign_in(SATO.id, SATO.passphrase).await;
    assert_eq!(refused.problem(), "certificate_refused");
    let next = refused.json()["next"].as_str().unwrap().to_owned();
    assert!(
        next.contains("renewal") && next.contains("telephone whoever waits"),
        "{next}"
    );

    let (old, new) = (
        hospital.home.practitioner_chain(&SATO),
        hospital.home.certified_anew(&SATO, (200, "123456")),
    );
    renewed(&pair, &mut register, &new, &old).await;
    let sato = hospital.sign_in(&SATO).await;
    let me = hospital.get("/api/v1/session", &sato).await.json();
    assert_eq!(me["fingerprint"], new.fingerprint().to_string());
    let listed = hospital.get("/api/v1/cases", &sato).await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    done(
        hospital,
        &sato,
        &format!("{path}/report"),
        SATO.confirmed(report()),
    )
    .await;
    let shown = until(clinic, &tanaka, &path, "her second version", |case| {
        case["reports"].as_array().is_some_and(|all| all.len() == 2)
    })
    .await;
    assert_eq!(shown["lost"], json!([]));
    assert!(
        shown["reports"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["credential"].is_null())
    );
    let renewal = &shown["renewals"][0];
    assert_eq!(
        (&renewal["earlier"], &renewal["later"]),
        (
            &json!(old.fingerprint().to_string()),
            &json!(new.fingerprint().to_string())
        )
    );
    assert_eq!(renewal["who"]["name_ja"], SATO.japanese);

    let archive = clinic.get(&format!("{path}/evidence.zip"), &tanaka).await;
    let unpacked = Unpacked::of(&archive.body);
    for chain in [&old, &new] {
        let file = format!("certificates/{}.pem", chain.fingerprint());
        assert!(unpacked.files().contains_key(&file), "{file}");
    }
    let root = clinic.home.beside("root.pem");
    std::fs::write(&root, clinic.home.registry().root_pem()).unwrap();
    let said = unpacked.verified_by(VERIFY_SH, &["--root", root.to_str().unwrap()]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// R12, R17: a certificate with another licence takes nobody's part, also when the register says whose place it took; and one
/// that took the place of nobody's does not either.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r17_a_certificate_of_another_licence_takes_nobodys_part() {
    let pair = Pair::new().await;
    let mut register = entered(&pair).await;
    let path = opened(&pair).await;
    let hospital = &pair.hospital;
    let (sato, ito) = (
        hospital.home.practitioner_chain(&SATO),
        hospital.home.certified_anew(&ITO, (200, "999999")),
    );
    renewed(&pair, &mut register, &ito, &sato).await;
    let token = hospital.sign_in(&ITO).await;
    let me = hospital.get("/api/v1/session", &token).await.json();
    assert_eq!(me["fingerprint"], ito.fingerprint().to_string());
    assert_eq!(hospital.get(&path, &token).await.status, StatusCode::NOT_FOUND);
    let listed = hospital.get("/api/v1/cases", &token).await.json();
    assert_eq!(listed, json!([]));
}
