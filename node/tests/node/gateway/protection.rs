//! How a practitioner's keys are protected: second factor, lock-out, automatic lock, recovery kit, keys that are replaced.

use axum::http::{Method, StatusCode};
use dokuei_identity::time::Timestamp;
use dokuei_node::practitioner_keys::PractitionerSecrets;
use dokuei_node::second_factor::Totp;
use serde_json::{Value, json};

use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::registry::{Person, SATO, TANAKA};
use crate::support::turned::Turned;

const DAY: u64 = 86_400;

async fn sign_in(gate: &Gate, person: &Person, code: Option<&str>) -> Answer {
    let body = json!({"id": person.id, "passphrase": person.passphrase, "second_factor": code.map(|code| json!({"answer": code}))});
    gate.call(Method::POST, "/api/v1/session", &[], Some(&body)).await
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// The factor that stands in the practitioner's sealed file, as her telephone would hold it.
fn telephone(home: &Home, person: &Person) -> Totp {
    let kept = home.secrets_of(person).second_factor.unwrap();
    assert_eq!((kept.kind(), kept.version()), ("totp", 1));
    Totp::of_secret(kept.body().try_into().unwrap())
}

/// Enrols; gives the recovery codes. The telephone reads the secret from the address.
async fn enrol(gate: &Gate, token: &str, clock: &Turned) -> Vec<String> {
    let begun = gate
        .post(
            "/api/v1/security/second-factor",
            token,
            &json!({"passphrase": TANAKA.passphrase}),
        )
        .await
        .json();
    assert_eq!(begun["kind"], "totp");
    assert!(begun["qr_svg"].as_str().unwrap().contains("<svg"));
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Dokuei:tanaka?secret="), "{uri}");
    let code = code_of(begun["secret"].as_str().unwrap(), clock.at());
    let path = "/api/v1/security/second-factor/confirm";
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = gate.post(path, token, &json!({"answer": wrong})).await;
    assert_eq!(refused.problem(), "second_factor_wrong");
    let confirmed = gate.post(path, token, &json!({"answer": code})).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{:?}", confirmed.body);
    let codes: Vec<Value> = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

/// What another program makes of the secret: RFC 6238 by oathtool's rules, here by the library with its own defaults.
fn code_of(secret: &str, now: Timestamp) -> String {
    totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(totp_rs::Secret::try_from_base32(secret).unwrap())
        .build()
        .unwrap()
        .generate(now.0)
        .to_string()
}

#[tokio::test]
async fn r6_a_second_factor_is_enrolled_asked_for_and_taken_once_also_after_a_restart() {
    let clock = Turned::now();
    let gate = Gate::by(Home::with(&[TANAKA, SATO]), clock.clock());
    let session = token(&sign_in(&gate, &TANAKA, None).await);
    let codes = enrol(&gate, &session, &clock).await;
    assert_eq!(codes.len(), 10);
    let seen = gate.get("/api/v1/security", &session).await.json();
    assert_eq!(
        seen["second_factor"],
        json!({"kind": "totp", "recovery_codes_left": 10})
    );

    // The passphrase alone is not enough, and the code that confirmed the enrolment was used.
    assert_eq!(
        sign_in(&gate, &TANAKA, None).await.problem(),
        "second_factor_required"
    );
    let phone = telephone(&gate.home, &TANAKA);
    let used = phone.code_at(clock.at());
    assert_eq!(
        sign_in(&gate, &TANAKA, Some(&used)).await.problem(),
        "second_factor_wrong"
    );
    clock.turn(30);
    let next = phone.code_at(clock.at());
    token(&sign_in(&gate, &TANAKA, Some(&next)).await);
    // Others are not asked.
    token(&sign_in(&gate, &SATO, None).await);

    // After a restart the code is still used up; a recovery code works once.
    let gate = Gate::by(gate.close(), clock.clock());
    assert_eq!(
        sign_in(&gate, &TANAKA, Some(&next)).await.problem(),
        "second_factor_wrong"
    );
    token(&sign_in(&gate, &TANAKA, Some(&codes[0])).await);
    assert_eq!(
        sign_in(&gate, &TANAKA, Some(&codes[0])).await.problem(),
        "second_factor_wrong"
    );
    clock.turn(30);
    let session = token(&sign_in(&gate, &TANAKA, Some(&phone.code_at(clock.at()))).await);

    // It is removed with passphrase and code only.
    let path = "/api/v1/security/second-factor/remove";
    let body = json!({"passphrase": TANAKA.passphrase});
    assert_eq!(
        gate.post(path, &session, &body).await.problem(),
        "second_factor_required"
    );
    let body = json!({"passphrase": TANAKA.passphrase, "second_factor": {"answer": codes[1]}});
    assert_eq!(
        gate.post(path, &session, &body).await.status,
        StatusCode::NO_CONTENT
    );
    token(&sign_in(&gate, &TANAKA, None).await);
}

#[tokio::test]
async fn r6_codes_are_not_guessed_by_whoever_knows_the_passphrase() {
    let clock = Turned::now();
    let gate = Gate::by(Home::with(&[TANAKA]), clock.clock());
    let session = token(&sign_in(&gate, &TANAKA, None).await);
    enrol(&gate, &session, &clock).await;
    let wrong = if telephone(&gate.home, &TANAKA).code_at(clock.at()) == "123456" {
        "654321"
    } else {
        "123456"
    };
    for _ in 0..5 {
        assert_eq!(
            sign_in(&gate, &TANAKA, Some(wrong)).await.problem(),
            "second_factor_wrong"
        );
        // Asking without a code in between does not start the count anew.
        let half = sign_in(&gate, &TANAKA, None).await.problem();
        assert!(half == "second_factor_required" || half == "locked_out", "{half}");
    }
    assert_eq!(sign_in(&gate, &TANAKA, Some(wrong)).await.problem(), "locked_out");
}

#[tokio::test]
async fn r6_the_lock_out_outlives_a_restart_and_a_clock_that_is_set_back() {
    let clock = Turned::now();
    let gate = Gate::by(Home::with(&[TANAKA]), clock.clock());
    for _ in 0..5 {
        gate.try_sign_in("tanaka", "not her passphrase").await;
    }
    let gate = Gate::by(gate.close(), clock.clock());
    let wait = |answer: &Answer| answer.json()["retry_after"].as_u64().unwrap();
    assert_eq!(wait(&sign_in(&gate, &TANAKA, None).await), 30);
    clock.turn(-DAY.cast_signed());
    assert_eq!(
        wait(&sign_in(&gate, &TANAKA, None).await),
        30,
        "the wait begins anew"
    );
    clock.turn(29);
    assert_eq!(wait(&sign_in(&gate, &TANAKA, None).await), 1);
    clock.turn(1);
    // The next wrong one doubles the wait, the right one ends it.
    gate.try_sign_in("tanaka", "not her passphrase").await;
    assert_eq!(wait(&sign_in(&gate, &TANAKA, None).await), 60);
    clock.turn(60);
    token(&sign_in(&gate, &TANAKA, None).await);
}

#[tokio::test]
async fn r20_a_page_that_refreshes_itself_does_not_keep_a_session_open() {
    let clock = Turned::now();
    let gate = Gate::by(Home::with(&[TANAKA, SATO]), clock.clock());
    let (tanaka, sato) = (
        token(&sign_in(&gate, &TANAKA, None).await),
        token(&sign_in(&gate, &SATO, None).await),
    );
    let bearer = format!("Bearer {tanaka}");
    let background = [("authorization", bearer.as_str()), ("x-dokuei-background", "1")];
    for _ in 0..14 {
        clock.turn(60);
        let refreshed = gate.call(Method::GET, "/api/v1/cases", &background, None).await;
        assert_eq!(refreshed.status, StatusCode::OK);
        assert_eq!(gate.get("/api/v1/cases", &sato).await.status, StatusCode::OK);
    }
    clock.turn(61);
    assert_eq!(
        gate.get("/api/v1/cases", &tanaka).await.problem(),
        "not_signed_in",
        "fifteen minutes without use"
    );
    assert_eq!(
        gate.get("/api/v1/cases", &sato).await.status,
        StatusCode::OK,
        "she works on"
    );
}

#[tokio::test]
async fn r20_locking_by_hand_ends_the_session() {
    let gate = Gate::with(&[TANAKA]);
    let session = gate.sign_in(&TANAKA).await;
    let locked = gate.post("/api/v1/session/lock", &session, &json!({})).await;
    assert_eq!(locked.status, StatusCode::NO_CONTENT);
    assert_eq!(
        gate.get("/api/v1/session", &session).await.problem(),
        "not_signed_in"
    );
}

#[tokio::test]
async fn r6_a_passphrase_is_changed_by_its_owner_and_to_a_good_one_only() {
    let gate = Gate::with(&[TANAKA]);
    let session = gate.sign_in(&TANAKA).await;
    let other = gate.sign_in(&TANAKA).await;
    let path = "/api/v1/security/passphrase";
    let change = |old: &str, new: &str| json!({"passphrase": old, "new_passphrase": new});
    let good = "mint 6 slow violins";
    let refused = gate.post(path, &session, &change("not hers", good)).await;
    assert_eq!(refused.problem(), "wrong_passphrase");
    let refused = gate
        .post(path, &session, &change(TANAKA.passphrase, "tanaka hanako 1"))
        .await;
    assert_eq!(refused.problem(), "passphrase_easy_to_guess");
    let changed = gate.post(path, &session, &change(TANAKA.passphrase, good)).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{:?}", changed.body);
    for token in [session, other] {
        assert_eq!(
            gate.get("/api/v1/session", &token).await.problem(),
            "not_signed_in"
        );
    }
    assert_eq!(
        gate.try_sign_in("tanaka", TANAKA.passphrase).await.problem(),
        "wrong_passphrase"
    );
    assert_eq!(gate.try_sign_in("tanaka", good).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn r6_a_recovery_kit_brings_back_who_lost_passphrase_and_telephone_and_is_void_then() {
    let clock = Turned::now();
    let gate = Gate::by(Home::with(&[TANAKA]), clock.clock());
    let session = token(&sign_in(&gate, &TANAKA, None).await);
    let codes = enrol(&gate, &session, &clock).await;
    let path = "/api/v1/security/recovery-kit";
    let make = |code: &str| json!({"passphrase": TANAKA.passphrase, "second_factor": {"answer": code}, "sheets": 3, "needed": 2});
    let first = gate.post(path, &session, &make(&codes[0])).await.json();
    let kit = gate.post(path, &session, &make(&codes[1])).await.json();
    assert_eq!(kit["sheets"].as_array().unwrap().len(), 3);
    assert!(kit["page"].as_str().unwrap().contains("田中 花子"));

    let new = "mint 6 slow violins";
    let restore = |sheets: &[&Value], new: &str| json!({"id": "tanaka", "sheets": sheets, "passphrase": new});
    let come_back = |body: Value| {
        let gate = &gate;
        async move { gate.post("/api/v1/recovery", &gate.operator, &body).await }
    };
    let (old, sheets) = (&first["sheets"], &kit["sheets"]);
    let refused = come_back(restore(&[&old[0], &old[1]], new)).await;
    assert_eq!(refused.problem(), "recovery_kit_refused", "an older kit");
    let refused = come_back(restore(&[&sheets[0]], new)).await;
    assert_eq!(refused.problem(), "recovery_kit_unreadable", "one sheet of two");
    let refused = come_back(restore(&[&sheets[0], &sheets[2]], "easy")).await;
    assert_eq!(refused.problem(), "passphrase_too_short");
    let before = gate.home.secrets_of(&TANAKA).signing.public();
    let done = come_back(restore(&[&sheets[0], &sheets[2]], new)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{:?}", done.body);
    assert_eq!(
        gate.get("/api/v1/session", &session).await.problem(),
        "not_signed_in"
    );
    assert_eq!(
        gate.try_sign_in("tanaka", new).await.status,
        StatusCode::CREATED,
        "no code is asked"
    );
    let sealed = std::fs::read(gate.home.dir.practitioners().join("tanaka.key")).unwrap();
    let (secrets, _) = PractitionerSecrets::unlock(&sealed, new).unwrap();
    assert_eq!(secrets.signing.public(), before, "her key is the same");
    let void = come_back(restore(&[&sheets[0], &sheets[2]], new)).await;
    assert_eq!(void.problem(), "recovery_kit_refused");
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    assert!(rows.contains("recovery_kit"), "{rows}");
}

#[tokio::test]
async fn r19_the_sealing_key_is_replaced_published_and_destroyed_as_time_goes_by() {
    let clock = Turned::now();
    let mut gate = Gate::by(Home::with(&[TANAKA]), clock.clock());
    let me = gate.home.practitioner_chain(&TANAKA).fingerprint();
    token(&sign_in(&gate, &TANAKA, None).await);
    let first = gate.home.secrets_of(&TANAKA);
    // Signed in again within twenty days: nothing changes.
    clock.turn((15 * DAY).cast_signed());
    token(&sign_in(&gate, &TANAKA, None).await);
    assert_eq!(gate.home.secrets_of(&TANAKA).kem.seed, first.kem.seed);
    // In its last ten days it is replaced, and the old half is kept.
    clock.turn((10 * DAY).cast_signed());
    token(&sign_in(&gate, &TANAKA, None).await);
    let second = gate.home.secrets_of(&TANAKA);
    assert_ne!(second.kem.seed, first.kem.seed);
    assert_eq!(second.retired[0].seed, first.kem.seed);
    let home = gate.close();
    let list = home.store().device_list(&me).unwrap().unwrap();
    assert_eq!(list.seq, 2, "the next list");
    // Thirty days later nothing can name it any more.
    gate = Gate::by(home, clock.clock());
    clock.turn((31 * DAY).cast_signed());
    token(&sign_in(&gate, &TANAKA, None).await);
    let third = gate.home.secrets_of(&TANAKA);
    assert!(
        third.retired.iter().all(|half| half.seed != first.kem.seed),
        "destroyed"
    );
    assert_ne!(third.kem.seed, second.kem.seed);
    let home = gate.close();
    assert_eq!(home.store().device_list(&me).unwrap().unwrap().seq, 3);
    let rows = format!("{:?}", home.store().audit_rows(1, 200).unwrap());
    assert!(rows.contains("kem_key") && rows.contains("destroyed"), "{rows}");
}
