//! The register through the API: from a file where no network brings it, and evidence when there are two.

use axum::http::StatusCode;
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::register::EvidenceFile;
use serde_json::{Value, json};

use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::registry::Register;

struct Desk {
    gate: Gate,
    register: Register,
}

impl Desk {
    /// A node without a network, and its registry's register of ten entries.
    fn new() -> Self {
        let home = Home::with(&[]);
        let mut register = home.registry().register();
        register.enter(0..10);
        Self {
            gate: Gate::of(home),
            register,
        }
    }

    async fn import(&self, file: &[u8]) -> Answer {
        let path = self.gate.home.beside("register.file");
        std::fs::write(&path, file).unwrap();
        self.gate
            .post(
                "/api/v1/register/import",
                &self.gate.operator,
                &json!({"path": path}),
            )
            .await
    }

    async fn taken(&self, file: &[u8]) -> Value {
        let answer = self.import(file).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.json()
    }

    async fn refused(&self, file: &[u8]) -> (u16, String) {
        let answer = self.import(file).await;
        let code = answer.problem();
        assert_ne!(answer.json()["next"], "", "{code} says what to do next");
        (answer.status.as_u16(), code)
    }

    async fn view(&self) -> Value {
        self.gate
            .get("/api/v1/register", &self.gate.operator)
            .await
            .json()
    }
}

#[tokio::test]
async fn r17_a_node_without_a_network_takes_the_register_from_a_file() {
    let mut desk = Desk::new();
    let empty = desk.view().await;
    assert_eq!(
        (&empty["entries"], &empty["checkpoint"]),
        (&json!(0), &Value::Null)
    );
    let taken = desk.taken(&desk.register.file(0)).await;
    assert_eq!((&taken["entries"], &taken["new"]), (&json!(10), &json!(10)));
    let early = desk.register.file(0);
    desk.register.enter(10..13);
    let taken = desk.taken(&desk.register.file(10)).await;
    assert_eq!((&taken["entries"], &taken["new"]), (&json!(13), &json!(3)));
    let view = desk.view().await;
    assert_eq!(
        (&view["entries"], &view["freshness"]),
        (&json!(13), &json!("current"))
    );
    assert_eq!(view["evidence"], json!([]));
    assert_eq!(view["checkpoint"]["size"], 13);

    assert_eq!(desk.refused(&early).await, (409, "register_older".to_owned()));
    assert_eq!(
        desk.refused(&desk.register.file(0)).await,
        (409, "register_older".to_owned())
    );
    desk.register.enter(13..20);
    assert_eq!(
        desk.refused(&desk.register.file(15)).await,
        (409, "register_gap".to_owned())
    );
    let good = desk.register.file(13);
    assert_eq!(
        desk.refused(b"-----BEGIN CERTIFICATE-----").await,
        (422, "register_file".to_owned())
    );
    assert_eq!(
        desk.refused(&good[..good.len() - 9]).await,
        (422, "register_file".to_owned())
    );
    let mut foreign = Home::bare().registry().register();
    foreign.enter(0..30);
    assert_eq!(desk.refused(&foreign.file(0)).await.1, "register_refused");
    assert_eq!(desk.view().await["entries"], 13, "nothing was taken of all that");
    desk.taken(&good).await;
    assert_eq!(desk.view().await["entries"], 20);
}

/// R11: two registers are noticed in a file as by the network; the evidence is kept, told, and convinces a stranger.
#[tokio::test]
async fn r11_a_file_of_another_register_is_evidence_for_the_user_to_hand_over() {
    let mut desk = Desk::new();
    let mut larger = desk.register.other_face();
    larger.enter(100..140);
    let mut smaller = desk.register.other_face();
    smaller.enter(200..205);
    desk.register.enter(10..20);
    desk.taken(&desk.register.file(0)).await;
    for (count, other) in [(1, &larger), (2, &smaller)] {
        let refused = desk.refused(&other.file(0)).await;
        assert_eq!(refused, (409, "register_split".to_owned()));
        assert_eq!(desk.view().await["evidence"].as_array().unwrap().len(), count);
    }
    desk.refused(&larger.file(0)).await;
    let view = desk.view().await;
    assert_eq!(view["entries"], 20);
    let evidence = view["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 2, "the same once more is not kept twice");
    let status = desk.gate.get("/api/v1/status", &desk.gate.operator).await.json();
    assert_eq!(status["register"]["split_views"], 2);
    let root = std::fs::read_to_string(desk.gate.home.dir.root_certificate()).unwrap();
    let root = TrustAnchor::from_pem(&root).unwrap();
    for one in evidence {
        assert_eq!(
            (&one["charge"], &one["replaced_key"]),
            (&json!("not-a-prefix"), &json!(false))
        );
        let path = format!("/api/v1/register/evidence/{}", one["id"].as_str().unwrap());
        let file = desk.gate.get(&path, &desk.gate.operator).await;
        assert_eq!(file.header("content-type"), "application/cbor");
        let conviction = EvidenceFile::parse(&file.body).unwrap().verify(&root).unwrap();
        assert_eq!(one["larger"]["root"], conviction.larger.root().to_string());
    }
    let none = desk
        .gate
        .get("/api/v1/register/evidence/00", &desk.gate.operator)
        .await;
    assert_eq!(
        (none.status.as_u16(), none.problem().as_str()),
        (404, "not_found")
    );
    let stranger = desk.gate.get("/api/v1/register", "not a token").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

/// R17: the registry changed the key of its register while the node was off; and a node that had followed a thief returns.
#[tokio::test]
async fn r17_a_changed_key_is_followed_on_the_roots_word_and_a_thief_is_left() {
    let mut desk = Desk::new();
    desk.taken(&desk.register.file(0)).await;
    let mut thief = desk.register.other_face();
    thief.enter(10..40);
    let registry = desk.gate.home.registry();
    desk.register.change_key(&registry, true);
    desk.register.enter(10..12);
    thief.sign_later();
    desk.taken(&thief.file(10)).await;
    assert_eq!(desk.view().await["entries"], 40, "nobody can know yet");
    let taken = desk.taken(&desk.register.file(0)).await;
    assert_eq!(taken["entries"], 13);
    thief.enter(40..50);
    assert_eq!(desk.refused(&thief.file(0)).await.1, "register_refused");
    // Started again, the node knows the key by which it goes on.
    let home = desk.gate.close();
    let gate = Gate::by(home, dokuei_node::clock::Clock::of_system());
    let desk = Desk {
        gate,
        register: desk.register,
    };
    let view = desk.view().await;
    assert_eq!((&view["entries"], view["signer"].is_string()), (&json!(13), true));
}
