//! A clinic and a hospital that consult each other.

use axum::http::StatusCode;
use dokuei_node::config::Config;
use dokuei_node::service::status::Meeting;
use serde_json::{Value, json};

use super::gate::Gate;
use super::home::Home;
use super::registry::{ITO, SATO, SUZUKI, TANAKA};
use super::turned::Turned;
use super::{eventually, sample_study};

/// A clinic with two dentists and a study, a hospital with a specialist; all are signed in and the nodes have met.
pub(crate) struct Pair {
    pub(crate) clinic: Gate,
    pub(crate) hospital: Gate,
    pub(crate) tanaka: String,
    pub(crate) suzuki: String,
    pub(crate) sato: String,
    pub(crate) specialist: String,
    pub(crate) study: String,
}

impl Pair {
    pub(crate) async fn new() -> Self {
        let (clinic, hospital) = Self::homes();
        Self::of(Gate::of(clinic), Gate::of(hospital)).await
    }

    /// The same with other settings of the clinic's node.
    pub(crate) async fn with_clinic(set: impl FnOnce(&Home)) -> Self {
        let (clinic, hospital) = Self::homes();
        set(&clinic);
        Self::of(Gate::of(clinic), Gate::of(hospital)).await
    }

    /// The same by a clock that can be turned by months: the register counts as current all the while.
    pub(crate) async fn by(clock: &Turned) -> Self {
        Self::by_set(clock, |_| ()).await
    }

    /// The same after something was done at the hospital.
    pub(crate) async fn by_set(clock: &Turned, set: impl FnOnce(&Home)) -> Self {
        let (clinic, hospital) = Self::homes();
        set(&hospital);
        for home in [&clinic, &hospital] {
            let mut config = Config::read(&home.dir).unwrap();
            (config.register.full_hours, config.register.running_hours) = (9000, 9000);
            config.write(&home.dir).unwrap();
        }
        let gate = |home| Gate::by(home, clock.clock());
        Self::of(gate(clinic), gate(hospital)).await
    }

    fn homes() -> (Home, Home) {
        let clinic = Home::with(&[TANAKA, SUZUKI]);
        let hospital = clinic.of_another("関東歯科大学病院", "1398765432", &[SATO, ITO]);
        (clinic, hospital)
    }

    async fn of(clinic: Gate, hospital: Gate) -> Self {
        let folder = clinic.home.beside("cbct");
        let study = sample_study(&folder, 3);
        clinic.import(&folder).await;
        let (tanaka, suzuki, sato) = (
            clinic.sign_in(&TANAKA).await,
            clinic.sign_in(&SUZUKI).await,
            hospital.sign_in(&SATO).await,
        );
        let me = hospital.get("/api/v1/session", &sato).await.json();
        let pair = Self {
            specialist: me["fingerprint"].as_str().unwrap().to_owned(),
            clinic,
            hospital,
            tanaka,
            suzuki,
            sato,
            study,
        };
        pair.meet().await;
        pair
    }

    pub(crate) async fn meet(&self) {
        let listen = Meeting {
            listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
            ..Meeting::default()
        };
        self.hospital.node.join(listen.clone()).await.unwrap();
        let address = address_of(&self.hospital).await;
        let meeting = Meeting {
            peers: vec![address.parse().unwrap()],
            ..listen
        };
        self.clinic.node.join(meeting).await.unwrap();
        for (gate, token, who) in [
            (&self.clinic, &self.tanaka, SATO.japanese),
            (&self.hospital, &self.sato, TANAKA.japanese),
        ] {
            eventually("they know each other", || async {
                let people = gate.get("/api/v1/directory", token).await.json();
                let mut people = people.as_array()?.iter();
                people.find(|one| one["name_ja"] == who).map(drop)
            })
            .await;
        }
    }

    pub(crate) fn wanted(&self) -> Value {
        json!({
            "study_instance_uid": self.study,
            "with": self.specialist,
            "question": "下顎右側の透過像の評価",
            "region": "46",
            "justification": "根尖病変の範囲を二次元画像で判断できない",
            "consent": {
                "explained_by": "田中 花子",
                "explained_at": "2026-04-01T10:00:00+09:00",
                "scope": "画像診断の依頼と画像の送付",
            },
            "urgency": "routine",
        })
    }

    pub(crate) async fn agree(&self) -> String {
        let proposed = self
            .clinic
            .post(
                "/api/v1/agreements",
                &self.tanaka,
                &json!({"with": self.specialist}),
            )
            .await;
        assert_eq!(proposed.status, StatusCode::CREATED, "{:?}", proposed.body);
        let id = proposed.json()["id"].as_str().unwrap().to_owned();
        let accept = format!("/api/v1/agreements/{id}/accept");
        eventually("the proposal arrives", || async {
            let accepted = self.hospital.post(&accept, &self.sato, &json!({})).await;
            (accepted.status == StatusCode::OK).then_some(())
        })
        .await;
        eventually("the countersignature arrives", || async {
            let agreements = self.clinic.get("/api/v1/agreements", &self.tanaka).await.json();
            (agreements[0]["state"] == "in_force").then_some(())
        })
        .await;
        id
    }

    pub(crate) async fn request(&self) -> String {
        let started = self
            .clinic
            .post("/api/v1/cases", &self.tanaka, &self.wanted())
            .await;
        let job = self.clinic.job(&started).await;
        assert_eq!(job["state"], "done", "{job}");
        started.json()["case_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn arrived(&self, case: &str) {
        eventually("the request arrives", || async {
            let path = format!("/api/v1/cases/{case}");
            let seen = self.hospital.get(&path, &self.sato).await;
            (seen.status == StatusCode::OK).then_some(())
        })
        .await;
    }
}

/// Where the node of this gate listens, with its PeerId.
pub(crate) async fn address_of(gate: &Gate) -> String {
    eventually("it listens", || async {
        let status = gate.node.status().await.unwrap();
        let address = status["listening"][0].as_str()?.to_owned();
        let peer = status["peer_id"].as_str()?.to_owned();
        Some(format!("{}/p2p/{peer}", address.split("/p2p/").next()?))
    })
    .await
}
