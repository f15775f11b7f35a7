//! Profiles and the directory through the API, between two nodes on loopback.

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dokuei_node::service::status::Meeting;
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::gate::{Answer, Gate};
use crate::support::registry::{ITO, SATO, TANAKA};

/// A PNG of one black pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

struct Pair {
    clinic: Gate,
    hospital: Gate,
    tanaka: String,
    sato: String,
}

impl Pair {
    /// A clinic with a dentist and a hospital with two specialists, one of whom is signed in.
    async fn new() -> Self {
        let clinic = Gate::with(&[TANAKA]);
        let hospital = Gate::of(
            clinic
                .home
                .of_another("関東歯科大学病院", "1398765432", &[SATO, ITO]),
        );
        let (tanaka, sato) = (clinic.sign_in(&TANAKA).await, hospital.sign_in(&SATO).await);
        Self {
            clinic,
            hospital,
            tanaka,
            sato,
        }
    }

    async fn meet(&self) {
        let listen = Meeting {
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
            ..Meeting::default()
        };
        self.hospital.node.join(listen.clone()).await.unwrap();
        let address = eventually("the hospital listens", || async {
            let status = self.hospital.node.status().await.unwrap();
            let address = status["listening"][0].as_str()?.to_owned();
            let peer = status["peer_id"].as_str()?.to_owned();
            Some(format!("{}/p2p/{peer}", address.split("/p2p/").next()?))
        })
        .await;
        let meeting = Meeting {
            peers: vec![address.parse().unwrap()],
            ..listen
        };
        self.clinic.node.join(meeting).await.unwrap();
    }

    /// What the clinic finds.
    async fn found(&self, question: &str) -> Vec<Value> {
        let answer = self
            .clinic
            .get(&format!("/api/v1/directory{question}"), &self.tanaka)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{question}: {:?}", answer.body);
        let people = answer.json().as_array().unwrap().clone();
        assert_eq!(answer.header("x-total-count"), people.len().to_string());
        people
    }
}

async fn say(gate: &Gate, token: &str, form: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    gate.call(
        Method::PUT,
        "/api/v1/me/profile",
        &[("authorization", &bearer)],
        Some(form),
    )
    .await
}

fn form() -> Value {
    json!({
        "about": {
            "kana": "さとう いちろう",
            "regions": ["13"],
            "modalities": ["cone-beam-ct"],
            "interests": ["temporomandibular"],
            "languages": ["ja", "en"],
            "turnaround": {"usual": 24, "urgent": 3},
            "availability": {"accepting": true, "until": null},
            "urgent_phone": "03-1234-5678",
            "introduction": {"japanese": "よろしくお願いします。", "english": null},
        },
        "photo": PIXEL,
    })
}

/// R2: what a specialist says of herself reaches the clinic, which finds her by it; what she changes arrives as well.
#[tokio::test]
async fn r2_a_profile_travels_and_is_found() {
    let pair = Pair::new().await;
    let said = say(&pair.hospital, &pair.sato, &form()).await;
    assert_eq!(said.status, StatusCode::OK, "{:?}", said.body);
    assert_eq!(said.json()["seq"], 1);
    pair.meet().await;
    let person = eventually("the profile arrives", || async {
        pair.found("?q=%E3%81%84%E3%81%A1%E3%82%8D%E3%81%86&region=13")
            .await
            .pop()
    })
    .await;
    assert_eq!(person["name_ja"], SATO.japanese);
    assert_eq!(person["reads_by"], json!(["oral-radiology"]));
    let profile = &person["profile"];
    assert_eq!(
        (&profile["accepting"], &profile["turnaround"]["usual"]),
        (&json!(true), &json!(24))
    );
    assert_eq!(profile["regions"][0]["ja"], "東京都");
    for (question, script) in [
        ("?q=%E4%BD%90%E8%97%A4", "佐藤"),
        (
            "?q=%E4%BD%90%E8%97%A4%E4%B8%80%E9%83%8E",
            "佐藤一郎, without the space",
        ),
        ("?q=%E3%81%95%E3%81%A8%E3%81%86", "さとう"),
        ("?q=%E3%82%B5%E3%83%88%E3%82%A6", "サトウ"),
        ("?q=sato", "Sato, as in her certificate"),
        ("?q=satou", "satou, as one types it"),
    ] {
        assert_eq!(pair.found(question).await.len(), 1, "{script}");
    }
    for question in [
        "?q=satou+ichirou&readers=true",
        "?qualification=oral-radiology&modality=cone-beam-ct,mr&language=en&accepting=true&turnaround=24",
        "?dicom_modality=CT&institution=%E9%96%A2%E6%9D%B1&sort=turnaround",
        &format!("?q={}", &person["fingerprint"].as_str().unwrap()[..16]),
    ] {
        let found = pair.found(question).await;
        // The institution of her certificate is the hospital's, too.
        assert_eq!(found.len(), 1, "{question}");
        assert_eq!(found[0]["fingerprint"], person["fingerprint"]);
    }
    for question in [
        "?region=27",
        "?accepting=false",
        "?turnaround=23",
        "?language=fr",
        "?q=suzuki",
        "?qualification=equivalent",
    ] {
        assert_eq!(pair.found(question).await, [] as [Value; 0], "{question}");
    }
    let photo = profile["photo"].as_str().unwrap();
    let photo = pair.clinic.get(photo, &pair.tanaka).await;
    assert_eq!(photo.header("content-type"), "image/png");
    assert_eq!(photo.body, BASE64.decode(PIXEL).unwrap());

    let mut changed = form();
    changed["about"]["availability"]["accepting"] = false.into();
    changed.as_object_mut().unwrap().remove("photo");
    assert_eq!(say(&pair.hospital, &pair.sato, &changed).await.json()["seq"], 2);
    let person = eventually("the change arrives", || async {
        pair.found("?accepting=false&readers=true").await.pop()
    })
    .await;
    assert_eq!(person["profile"]["seq"], 2);
    assert!(person["profile"]["photo"].is_string());
}

/// R3: a dentist who is no specialist can say what she likes; whoever asks for readers is not offered her.
#[tokio::test]
async fn r3_a_profile_makes_nobody_a_reader() {
    let pair = Pair::new().await;
    let boast = json!({"about": {"other_interests": ["歯科放射線専門医"], "modalities": ["ct"]}});
    assert_eq!(
        say(&pair.clinic, &pair.tanaka, &boast).await.status,
        StatusCode::OK
    );
    pair.meet().await;
    let at_hospital = |question: &'static str| async {
        let answer = pair.hospital.get(question, &pair.sato).await;
        answer.json().as_array().unwrap().clone()
    };
    let found = eventually("the profile arrives", || async {
        at_hospital("/api/v1/directory?modality=ct").await.pop()
    })
    .await;
    assert_eq!(
        (&found["name_ja"], &found["reads_by"]),
        (&json!(TANAKA.japanese), &json!([]))
    );
    assert_eq!(
        at_hospital("/api/v1/directory?modality=ct&readers=true").await,
        [] as [Value; 0]
    );
}

/// R17: what is not acceptable is refused with a reason, and nothing is published.
#[tokio::test]
async fn r17_an_unacceptable_profile_is_refused() {
    let gate = Gate::with(&[TANAKA]);
    let token = gate.sign_in(&TANAKA).await;
    for (form, status, code) in [
        (json!({"about": {"kana": "Tanaka"}}), 422, "bad_field"),
        (json!({"about": {"kana": "たな\u{202E}か"}}), 422, "bad_body"),
        (json!({"about": {"licence": "999999"}}), 422, "bad_body"),
        (json!({"about": {}, "photo": "AAAA"}), 422, "bad_field"),
        (json!({"about": {}, "photo": "?"}), 422, "bad_field"),
        (json!({}), 422, "bad_body"),
    ] {
        let answer = say(&gate, &token, &form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (status, code),
            "{form}"
        );
    }
    let own = gate.get("/api/v1/me/profile", &token).await.json();
    assert_eq!((&own["seq"], &own["photo"]), (&json!(0), &Value::Null));
    for (path, status, code) in [
        ("/api/v1/directory?region=99", 422, "bad_field"),
        ("/api/v1/directory?limit=-1", 400, "bad_query"),
        ("/api/v1/directory?wish=1", 400, "bad_query"),
        ("/api/v1/directory/xyz", 404, "not_found"),
        ("/api/v1/directory/xyz/photo", 404, "not_found"),
    ] {
        let answer = gate.get(path, &token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (status, code),
            "{path}"
        );
    }
}
