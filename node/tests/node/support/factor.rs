//! A second factor, and proofs with it.

use axum::http::StatusCode;
use dokuei_node::clock;
use serde_json::{Value, json};

use super::gate::{Answer, Gate};
use super::registry::Person;

/// The recovery codes of somebody who has enrolled a second factor: each proves her once, whenever it is.
pub(crate) struct Codes(Vec<String>);

impl Codes {
    /// Takes those that the node gave.
    pub(crate) fn of(confirmed: &Value) -> Self {
        let codes = confirmed["recovery_codes"].as_array().unwrap().iter();
        Self(codes.map(|code| code.as_str().unwrap().to_owned()).collect())
    }

    /// The next.
    pub(crate) fn take(&mut self) -> String {
        self.0.pop().unwrap()
    }
}

/// The code that an authenticator shows for a secret now.
pub(crate) fn shown(secret: &str) -> String {
    totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(totp_rs::Secret::try_from_base32(secret).unwrap())
        .build()
        .unwrap()
        .generate(clock::now().0)
        .to_string()
}

/// Enrols a second factor.
pub(crate) async fn enrol(gate: &Gate, token: &str, person: &Person) -> Codes {
    let path = "/api/v1/security/second-factor";
    let begun = gate
        .post(path, token, &json!({"passphrase": person.passphrase}))
        .await
        .json();
    let code = shown(begun["secret"].as_str().unwrap());
    let confirmed = gate
        .post(&format!("{path}/confirm"), token, &json!({"answer": code}))
        .await;
    assert_eq!(confirmed.status, StatusCode::OK, "{:?}", confirmed.body);
    Codes::of(&confirmed.json())
}

/// Asks for a proof.
pub(crate) async fn try_to_prove(gate: &Gate, token: &str, person: &Person, code: Option<&str>) -> Answer {
    let body = json!({
        "practitioner": person.id,
        "passphrase": person.passphrase,
        "second_factor": code.map(|code| json!({"answer": code})),
    });
    gate.post("/api/v1/security/proof", token, &body).await
}

/// Proves that it is she.
pub(crate) async fn prove(gate: &Gate, token: &str, person: &Person, codes: &mut Codes) -> String {
    let answer = try_to_prove(gate, token, person, Some(&codes.take())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.json()["proof"].as_str().unwrap().to_owned()
}
