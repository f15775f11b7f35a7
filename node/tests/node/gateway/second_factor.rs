//! Second factors of whatever kind: here a device that signs challenges and counts, as FIDO2 devices do; and one-time
//! passwords that were enrolled before there were kinds.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::keystore::{self, KdfParams};
use dokuei_identity::time::Timestamp;
use dokuei_node::second_factor::{
    CHALLENGE, Enrolment, Kind, Kinds, Response, SecondFactor, Totp, UnreadableFactor, WrongResponse,
};
use minicbor::Encoder;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::registry::{Person, SATO, TANAKA};
use crate::support::turned::Turned;

/// A device on a key ring: a key, and a counter that every signature raises.
#[derive(Clone)]
struct KeyRing {
    key: SecretKey,
    counter: u64,
}

/// What the device signs: for what, the challenge, the counter.
fn signed_bytes(purpose: &str, challenge: &[u8], counter: u64) -> Vec<u8> {
    [purpose.as_bytes(), challenge, &counter.to_be_bytes()].concat()
}

impl KeyRing {
    fn new(seed: u8) -> Self {
        Self {
            key: SecretKey::from_seed(&[seed; 32]),
            counter: 0,
        }
    }

    /// Signs a challenge as it came through the API.
    fn sign(&mut self, purpose: &str, challenge: &Value) -> String {
        let challenge = BASE64.decode(challenge.as_str().unwrap()).unwrap();
        self.counter += 1;
        let signature = self.key.sign(&signed_bytes(purpose, &challenge, self.counter));
        json!({
            "key": BASE64.encode(self.key.public().as_bytes()),
            "counter": self.counter,
            "signature": BASE64.encode(signature),
        })
        .to_string()
    }
}

/// A device's answer whose signature is good; gives its key and counter.
fn read(purpose: &str, challenge: &[u8], answer: &str) -> Option<(PublicKey, u64)> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let bytes = |name: &str| BASE64.decode(answer[name].as_str()?).ok();
    let key = PublicKey::from_bytes(bytes("key")?.try_into().ok()?).ok()?;
    let counter = answer["counter"].as_u64()?;
    let signature: [u8; 64] = bytes("signature")?.try_into().ok()?;
    key.verify(&signed_bytes(purpose, challenge, counter), &signature)
        .ok()?;
    Some((key, counter))
}

/// The kind, as a node would know it.
struct KeyRings;

struct Enrolled(PublicKey);

struct Offered([u8; CHALLENGE]);

impl Kind for KeyRings {
    fn name(&self) -> &'static str {
        "key-ring"
    }

    fn begin(&self, _: &str, rng: &mut dyn CryptoRng) -> Arc<dyn Enrolment> {
        let mut challenge = [0; CHALLENGE];
        rng.fill_bytes(&mut challenge);
        Arc::new(Offered(challenge))
    }

    fn read(&self, version: u8, kept: &[u8]) -> Result<Box<dyn SecondFactor>, UnreadableFactor> {
        let key = kept.try_into().ok().filter(|_| version == 3);
        let key = key.and_then(|bytes| PublicKey::from_bytes(bytes).ok());
        Ok(Box::new(Enrolled(key.ok_or(UnreadableFactor)?)))
    }
}

impl Enrolment for Offered {
    fn offer(&self) -> Value {
        json!({"challenge": BASE64.encode(self.0)})
    }

    fn confirm(&self, answer: &str, _: Timestamp) -> Result<(Box<dyn SecondFactor>, u64), WrongResponse> {
        let (key, counter) = read("enrol", &self.0, answer).ok_or(WrongResponse)?;
        Ok((Box::new(Enrolled(key)), counter))
    }
}

impl SecondFactor for Enrolled {
    fn kind(&self) -> &'static str {
        "key-ring"
    }

    fn answers_challenges(&self) -> bool {
        true
    }

    fn options(&self) -> Value {
        json!({"key": BASE64.encode(self.0.as_bytes())})
    }

    fn verify(&self, response: &Response<'_>, last: Option<u64>) -> Result<u64, WrongResponse> {
        let challenge = response.challenge.ok_or(WrongResponse)?;
        let (key, counter) = read("sign in", challenge, response.answer).ok_or(WrongResponse)?;
        if key != self.0 || last.is_some_and(|last| counter <= last) {
            return Err(WrongResponse);
        }
        Ok(counter)
    }

    fn keep(&self) -> (u8, Zeroizing<Vec<u8>>) {
        (3, Zeroizing::new(self.0.as_bytes().to_vec()))
    }
}

/// A node that knows the kind, by a clock that the test turns.
fn gate(home: Home, clock: &Turned) -> Gate {
    Gate::knowing(home, clock.clock(), Kinds::default().with(Arc::new(KeyRings)))
}

async fn sign_in(gate: &Gate, passphrase: &str, factor: Value) -> Answer {
    let body = json!({"id": TANAKA.id, "passphrase": passphrase, "second_factor": factor});
    gate.call(Method::POST, "/api/v1/session", &[], Some(&body)).await
}

/// The challenge that whoever has the passphrase is given.
async fn asked(gate: &Gate, passphrase: &str) -> Value {
    let refused = sign_in(gate, passphrase, Value::Null).await;
    assert_eq!(refused.problem(), "second_factor_required");
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    refused.json()["second_factor"].clone()
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// What the device answers to a fresh challenge.
async fn answered(gate: &Gate, passphrase: &str, device: &mut KeyRing) -> Value {
    let challenge = asked(gate, passphrase).await["challenge"].clone();
    json!({"answer": device.sign("sign in", &challenge), "challenge": challenge})
}

/// Enrols the device; gives the recovery codes.
async fn enrol(gate: &Gate, session: &str, device: &mut KeyRing) -> Vec<Value> {
    let (path, body) = (
        "/api/v1/security/second-factor",
        json!({"kind": "key-ring", "passphrase": TANAKA.passphrase}),
    );
    let begun = gate.post(path, session, &body).await.json();
    assert_eq!(begun["kind"], "key-ring");
    let confirm = "/api/v1/security/second-factor/confirm";
    let forged = KeyRing::new(99).sign("sign in", &begun["challenge"]);
    let refused = gate.post(confirm, session, &json!({"answer": forged})).await;
    assert_eq!(
        refused.problem(),
        "second_factor_wrong",
        "signed for something else"
    );
    let first = device.sign("enrol", &begun["challenge"]);
    let confirmed = gate.post(confirm, session, &json!({"answer": first})).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{:?}", confirmed.body);
    confirmed.json()["recovery_codes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn r6_a_device_that_signs_challenges_is_enrolled_signs_in_and_outlives_a_restart() {
    let clock = Turned::now();
    let gate = gate(Home::with(&[TANAKA, SATO]), &clock);
    let session = token(&sign_in(&gate, TANAKA.passphrase, Value::Null).await);
    let mut device = KeyRing::new(5);
    let codes = enrol(&gate, &session, &mut device).await;
    let seen = gate.get("/api/v1/security", &session).await.json();
    assert_eq!(
        seen["second_factor"],
        json!({"kind": "key-ring", "recovery_codes_left": 10})
    );
    // Who has only the passphrase is told what the device is asked; with a wrong one, nothing.
    let told = asked(&gate, TANAKA.passphrase).await;
    assert_eq!(told["kind"], "key-ring");
    assert_eq!(
        told["options"]["key"],
        BASE64.encode(device.key.public().as_bytes())
    );
    assert_ne!(
        told["challenge"],
        asked(&gate, TANAKA.passphrase).await["challenge"]
    );
    let wrong = sign_in(&gate, "not her passphrase", Value::Null).await;
    assert_eq!(wrong.problem(), "wrong_passphrase");
    assert!(wrong.json()["second_factor"].is_null());

    let good = answered(&gate, TANAKA.passphrase, &mut device).await;
    token(&sign_in(&gate, TANAKA.passphrase, good).await);
    let waiting = answered(&gate, TANAKA.passphrase, &mut device).await;

    // After a restart the device is still asked; what was asked before it is void.
    let gate = self::gate(gate.close(), &clock);
    let void = sign_in(&gate, TANAKA.passphrase, waiting).await;
    assert_eq!(void.problem(), "second_factor_wrong");
    let good = answered(&gate, TANAKA.passphrase, &mut device).await;
    let session = token(&sign_in(&gate, TANAKA.passphrase, good).await);

    // The ministry's rule for a passphrase beside a second factor: eight characters.
    let path = "/api/v1/security/passphrase";
    let short = "h3ron pond!"; // 11: too short to stand alone
    let body = json!({"passphrase": TANAKA.passphrase, "new_passphrase": short});
    let refused = gate.post(path, &session, &body).await;
    assert_eq!(refused.problem(), "second_factor_required");
    let challenge = refused.json()["second_factor"]["challenge"].clone();
    let factor = json!({"answer": device.sign("sign in", &challenge), "challenge": challenge});
    let body = json!({"passphrase": TANAKA.passphrase, "new_passphrase": short, "second_factor": factor});
    let changed = gate.post(path, &session, &body).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{:?}", changed.body);
    let good = answered(&gate, short, &mut device).await;
    let session = token(&sign_in(&gate, short, good).await);

    // Removed only with passphrase and device, and only when the passphrase may stand alone.
    let remove = "/api/v1/security/second-factor/remove";
    let factor = answered(&gate, short, &mut device).await;
    let body = json!({"passphrase": short, "second_factor": factor});
    let refused = gate.post(remove, &session, &body).await;
    assert_eq!(refused.problem(), "passphrase_too_short");

    // A node that does not know the kind keeps the factor, and takes a recovery code for it.
    let gate = Gate::by(gate.close(), clock.clock());
    let told = asked(&gate, short).await;
    assert_eq!(
        (told["kind"].as_str(), told["challenge"].is_null()),
        (Some("key-ring"), true)
    );
    let answer = json!({"answer": "{}", "challenge": null});
    assert_eq!(
        sign_in(&gate, short, answer).await.problem(),
        "second_factor_wrong"
    );
    token(&sign_in(&gate, short, json!({"answer": codes[0]})).await);
    let gate = self::gate(gate.close(), &clock);
    let good = answered(&gate, short, &mut device).await;
    token(&sign_in(&gate, short, good).await);
}

#[tokio::test]
async fn r6_a_replayed_answer_and_a_counter_that_went_back_are_refused() {
    let clock = Turned::now();
    let gate = gate(Home::with(&[TANAKA]), &clock);
    let session = token(&sign_in(&gate, TANAKA.passphrase, Value::Null).await);
    let mut device = KeyRing::new(5);
    enrol(&gate, &session, &mut device).await;
    let mut copied = device.clone();
    let refused = async |factor: Value, why: &str| {
        let answer = sign_in(&gate, TANAKA.passphrase, factor).await;
        assert_eq!(answer.problem(), "second_factor_wrong", "{why}");
    };

    let used = answered(&gate, TANAKA.passphrase, &mut device).await;
    token(&sign_in(&gate, TANAKA.passphrase, used.clone()).await);
    refused(used.clone(), "the same once more").await;
    let challenge = asked(&gate, TANAKA.passphrase).await["challenge"].clone();
    refused(
        json!({"answer": used["answer"], "challenge": challenge}),
        "an old signature for a new challenge",
    )
    .await;
    let good = answered(&gate, TANAKA.passphrase, &mut device).await;
    token(&sign_in(&gate, TANAKA.passphrase, good).await);

    // The copy counts from where the device was when it was copied.
    let behind = answered(&gate, TANAKA.passphrase, &mut copied).await;
    refused(behind, "the counter went back").await;
    let (answer, challenge) = {
        let challenge = asked(&gate, TANAKA.passphrase).await["challenge"].clone();
        (device.sign("sign in", &challenge), challenge)
    };
    refused(json!({"answer": answer}), "no challenge named").await;
    refused(
        json!({"answer": answer, "challenge": BASE64.encode([0; CHALLENGE])}),
        "one that was never given",
    )
    .await;
    // Three wrong ones in a row: the right one ends the count.
    let late = json!({"answer": answer, "challenge": challenge});
    token(&sign_in(&gate, TANAKA.passphrase, late).await);

    let waited = answered(&gate, TANAKA.passphrase, &mut device).await;
    clock.turn(121);
    refused(waited, "two minutes later").await;
    let mut stranger = KeyRing::new(6);
    stranger.counter = 1000;
    let other = answered(&gate, TANAKA.passphrase, &mut stranger).await;
    refused(other, "another device").await;
    // Whoever has the passphrase and guesses answers is locked out, as with codes.
    for _ in 0..3 {
        refused(json!({"answer": "?"}), "a guess").await;
    }
    let locked = sign_in(&gate, TANAKA.passphrase, Value::Null).await;
    assert_eq!(locked.problem(), "locked_out");
    clock.turn(30);
    let good = answered(&gate, TANAKA.passphrase, &mut device).await;
    token(&sign_in(&gate, TANAKA.passphrase, good).await);
}

/// Her sealed file as it was written before there were kinds of second factor: `[2, signing, [seed, made_at], [],
/// [secret, [recovery code…]]]`; what is absent at the end of an array is left out.
fn file_of_before(home: &Home, person: &Person, secret: &[u8; 20], code: &str) -> Vec<u8> {
    let hers = home.secrets_of(person);
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = Sha256::new()
        .chain_update(b"dokuei/recovery-code/1")
        .chain_update(typed)
        .finalize();
    let mut plain = Encoder::new(Vec::new());
    plain.array(5).unwrap().u8(2).unwrap();
    plain.bytes(&*hers.signing.seed()).unwrap();
    plain.array(2).unwrap().bytes(&*hers.kem.seed).unwrap();
    plain.u64(hers.kem.made_at.0).unwrap();
    plain.array(0).unwrap();
    plain.array(2).unwrap().bytes(secret).unwrap();
    plain.array(1).unwrap().bytes(&hash).unwrap();
    keystore::seal(
        plain.writer(),
        person.passphrase,
        KdfParams::LEAST,
        "practitioner-key",
        &mut rand::rng(),
    )
    .unwrap()
}

/// R6, R21: nobody who enrolled a one-time password before is locked out, nor let in without it.
#[tokio::test]
async fn r6_a_one_time_password_of_the_form_before_is_asked_for_and_taken() {
    let clock = Turned::now();
    let home = Home::with(&[TANAKA]);
    let (secret, code) = ([42; 20], "ABCD-EFGH-IJKL-MNOP");
    let path = home.dir.practitioners().join("tanaka.key");
    std::fs::write(&path, file_of_before(&home, &TANAKA, &secret, code)).unwrap();
    // The last step that was taken lay in the database under this name.
    let used = clock.at().0 / 30;
    home.store()
        .set_setting("second_factor.step.tanaka", &used.to_string())
        .unwrap();

    let gate = Gate::by(home, clock.clock());
    let phone = Totp::of_secret(secret);
    let told = asked(&gate, TANAKA.passphrase).await;
    assert_eq!(told, json!({"kind": "totp", "challenge": null, "options": null}));
    let now = phone.code_at(clock.at());
    let refused = sign_in(&gate, TANAKA.passphrase, json!({"answer": now})).await;
    assert_eq!(
        refused.problem(),
        "second_factor_wrong",
        "it was used before the update"
    );
    clock.turn(30);
    let next = phone.code_at(clock.at());
    let session = token(&sign_in(&gate, TANAKA.passphrase, json!({"answer": next})).await);
    let seen = gate.get("/api/v1/security", &session).await.json();
    assert_eq!(
        seen["second_factor"],
        json!({"kind": "totp", "recovery_codes_left": 1})
    );
    // A recovery code changes the file, which is then of the new form.
    token(&sign_in(&gate, TANAKA.passphrase, json!({"answer": code})).await);
    let gate = Gate::by(gate.close(), clock.clock());
    let seen = gate.home.secrets_of(&TANAKA).second_factor.unwrap();
    assert_eq!((seen.kind(), seen.recovery_codes_left()), ("totp", 0));
    assert_eq!(seen.body(), secret);
    clock.turn(30);
    let next = phone.code_at(clock.at());
    token(&sign_in(&gate, TANAKA.passphrase, json!({"answer": next})).await);
}
