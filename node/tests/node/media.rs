//! Consultations by medium between two nodes that no network joins: there and back, and what somebody else may have made
//! of the medium on its way.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_media::index::{Disc, FORMAT, Index, UnverifiedIndex, hash};
use dokuei_media::letter::{self, Letter, LogCopy};
use dokuei_media::names::{INDEX, LETTER, SetId};
use dokuei_media::writing::{Set, folder};
use dokuei_package::envelope::Envelope;
use dokuei_package::stream::StreamKey;
use serde_json::{Value, json};

use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::pair::Pair;
use crate::support::registry::{ITO, Person, SATO, SUZUKI, TANAKA};
use crate::support::turned::Turned;
use crate::support::{eventually, files};

/// Two who have met and agreed; since then no network joins them. A case was requested.
struct Apart {
    pair: Pair,
    case: String,
}

impl Apart {
    async fn new() -> Self {
        Self::with_study(|pair| pair.study.clone()).await
    }

    async fn with_study(study: impl FnOnce(&Pair) -> String) -> Self {
        let mut pair = Pair::new().await;
        pair.agree().await;
        pair.clinic.node.leave().await;
        pair.hospital.node.leave().await;
        let study = study(&pair);
        if study != pair.study {
            let folder = pair.clinic.home.beside("large");
            assert_eq!(pair.clinic.import(&folder).await["state"], "done");
            pair.study = study;
        }
        let case = pair.request().await;
        Self { pair, case }
    }

    fn path(&self) -> String {
        format!("/api/v1/cases/{}", self.case)
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.pair.clinic.home.beside(name)
    }

    async fn write(&self, to: &Path) -> Value {
        let body = json!({"case_id": self.case, "path": to});
        done(write(&self.pair.clinic, &self.pair.tanaka, &body).await)
    }

    async fn read(&self, medium: &Path) -> Value {
        done(read(&self.pair.hospital, &self.pair.sato, &[medium]).await)
    }

    async fn refused(&self, medium: &Path) -> String {
        refusal(&read(&self.pair.hospital, &self.pair.sato, &[medium]).await)
    }

    /// What the clinic and the hospital say of the case.
    async fn seen(&self) -> (Value, Value) {
        let (path, pair) = (self.path(), &self.pair);
        let clinic = pair.clinic.get(&path, &pair.tanaka).await.json();
        (clinic, pair.hospital.get(&path, &pair.sato).await.json())
    }

    async fn accept(&self) {
        let path = format!("{}/accept", self.path());
        ok(&self.pair.hospital.post(&path, &self.pair.sato, &json!({})).await);
    }

    async fn opened(&self) {
        eventually("the study is opened", || async {
            (self.seen().await.1["transfer"]["state"] == "opened").then_some(())
        })
        .await;
    }

    /// SHA-256 of every image at one side.
    async fn images(&self, gate: &Gate, token: &str) -> Vec<Value> {
        let study = gate
            .get(&format!("/api/v1/studies/{}", self.pair.study), token)
            .await
            .json();
        let series = study["series"].as_array().unwrap().clone();
        let instances = series.iter().flat_map(|one| one["instances"].as_array().unwrap());
        let mut all: Vec<Value> = instances.map(|one| one["sha256"].clone()).collect();
        all.sort_by_key(Value::to_string);
        all
    }

    /// There is nothing of a case at the hospital.
    async fn nothing_came(&self) {
        let cases = self
            .pair
            .hospital
            .get("/api/v1/cases", &self.pair.sato)
            .await
            .json();
        assert_eq!(cases, json!([]));
    }
}

async fn write(gate: &Gate, token: &str, body: &Value) -> Value {
    gate.job(&gate.post("/api/v1/media/write", token, body).await)
        .await
}

async fn read(gate: &Gate, token: &str, media: &[&Path]) -> Value {
    gate.job(
        &gate
            .post("/api/v1/media/read", token, &json!({"paths": media}))
            .await,
    )
    .await
}

fn done(job: Value) -> Value {
    assert_eq!(job["state"], "done", "{job}");
    job["result"].clone()
}

fn refusal(job: &Value) -> String {
    assert_eq!(job["state"], "failed", "{job}");
    assert_ne!(job["error"]["next"], "", "{job}");
    job["error"]["code"].as_str().unwrap().to_owned()
}

fn ok(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
}

/// The folder of the set on a medium with one.
fn set_on(medium: &Path) -> PathBuf {
    let mut folders = fs::read_dir(medium.join("DOKUEI"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    folders.find(|path| path.is_dir()).unwrap()
}

fn flip(path: &Path, offset: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, place).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_a_consultation_goes_there_and_back_by_medium_and_joins_without_duplicates() {
    let apart = Apart::new().await;
    let (pair, there) = (&apart.pair, apart.beside("there"));
    let written = apart.write(&there).await;
    assert_eq!((&written["study"], &written["kept"]), (&json!(true), &json!(0)));

    let first = apart.read(&there).await["cases"][0].clone();
    assert_eq!(first["case_id"], apart.case.as_str());
    assert_eq!(
        (&first["study"], &first["known"]),
        (&json!("accept_first"), &json!(2)),
        "the agreement was here"
    );
    assert!(first["entries"].as_u64().unwrap() >= 3, "{first}");
    let again = apart.read(&there).await["cases"][0].clone();
    assert_eq!(again["entries"], 0);
    assert_eq!(
        again["known"].as_u64(),
        Some(2 + first["entries"].as_u64().unwrap())
    );

    apart.accept().await;
    assert_eq!(apart.read(&there).await["cases"][0]["study"], "complete");
    apart.opened().await;
    let clinic = apart.images(&pair.clinic, &pair.tanaka).await;
    assert_eq!(clinic, apart.images(&pair.hospital, &pair.sato).await);
    assert_eq!(apart.read(&there).await["cases"][0]["study"], "here");

    let report = SATO.confirmed(json!({"status": "final", "findings": "f", "impression": "i"}));
    ok(&pair
        .hospital
        .post(&format!("{}/report", apart.path()), &pair.sato, &report)
        .await);
    let back = apart.beside("back");
    let body = json!({"case_id": apart.case, "path": back});
    let written = done(write(&pair.hospital, &pair.sato, &body).await);
    assert_eq!(written["study"], false, "it came from there");
    let home = done(read(&pair.clinic, &pair.tanaka, &[&back]).await)["cases"][0].clone();
    assert_eq!(home["entries"], 3, "accepted, received, reported: {home}");
    let (clinic, hospital) = apart.seen().await;
    assert_eq!(clinic["report"]["status"], "final");
    assert_eq!(clinic["transfer"]["state"], "opened");
    let ids = |seen: &Value| -> Vec<Value> {
        let timeline = seen["timeline"].as_array().unwrap().iter();
        timeline.map(|one| one["entry_id"].clone()).collect()
    };
    assert_eq!(ids(&clinic), ids(&hospital), "both hold the same log");
    // What came back is proof that it arrived: nothing waits at the clinic.
    assert_eq!(
        pair.clinic
            .get("/api/v1/outbox", &pair.clinic.operator)
            .await
            .json(),
        json!([])
    );
    assert_ne!(
        pair.hospital
            .get("/api/v1/outbox", &pair.hospital.operator)
            .await
            .json(),
        json!([])
    );

    // The study is not written again, and its files of before are gone; the medium tells the hospital what arrived.
    ok(&pair
        .clinic
        .post(&format!("{}/read", apart.path()), &pair.tanaka, &json!({}))
        .await);
    assert_eq!(apart.write(&there).await["study"], false);
    let names: Vec<PathBuf> = files(&there)
        .iter()
        .filter_map(|path| path.file_name())
        .map(PathBuf::from)
        .collect();
    assert_eq!(names, [PathBuf::from(INDEX), LETTER.into(), "README.TXT".into()]);
    assert_eq!(apart.read(&there).await["cases"][0]["entries"], 1);
    assert_eq!(
        pair.hospital
            .get("/api/v1/outbox", &pair.hospital.operator)
            .await
            .json(),
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_r24_whoever_it_is_not_sealed_to_is_refused_and_nothing_is_stored() {
    let apart = Apart::new().await;
    let (hospital, medium) = (&apart.pair.hospital, apart.beside("stick"));
    apart.write(&medium).await;
    let before = files(hospital.home.dir.root());
    // Another specialist at the same node.
    let ito = hospital.sign_in(&ITO).await;
    let after_sign_in = files(hospital.home.dir.root());
    assert_eq!(
        refusal(&read(hospital, &ito, &[&medium]).await),
        "medium_not_for_you"
    );
    assert_eq!(files(hospital.home.dir.root()), after_sign_in);
    assert!(before.len() <= after_sign_in.len());
    apart.nothing_came().await;
    // Whoever wrote it, and her colleague.
    let clinic = &apart.pair.clinic;
    let own = read(clinic, &apart.pair.tanaka, &[&medium]).await;
    assert_eq!(refusal(&own), "medium_of_your_own");
    assert_eq!(
        refusal(&read(clinic, &apart.pair.suzuki, &[&medium]).await),
        "medium_not_for_you"
    );
    // Another network.
    let stranger = Gate::of(Home::with(&[SATO]));
    let token = stranger.sign_in(&SATO).await;
    assert_eq!(
        refusal(&read(&stranger, &token, &[&medium]).await),
        "medium_of_another_network"
    );
    assert_eq!(stranger.get("/api/v1/cases", &token).await.json(), json!([]));
    // Nothing of the patient stands on the medium; her family name is the clinic's, too.
    let patient = apart.seen().await.0["patient_name"].to_string();
    assert!(patient.contains("太郎"), "{patient}");
    for file in files(&medium) {
        let bytes = fs::read(&file).unwrap();
        for word in ["太郎", "たろう", "YAMADA^TARO", "下顎右側の透過像の評価"] {
            let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} in {}", file.display());
        }
    }
    // Who may not see the case can neither write it.
    let body = json!({"case_id": apart.case, "path": medium});
    let unknown = clinic
        .post("/api/v1/media/write", &apart.pair.suzuki, &body)
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    // R23: each write and each read has a row.
    let Apart { pair, case } = apart;
    pair.clinic.node.leave().await;
    let rows = format!("{:?}", pair.clinic.close().store().audit_rows(1, 500).unwrap());
    assert!(
        rows.contains("media_write") && rows.contains("begun: set ") && rows.contains(&case),
        "{rows}"
    );
    assert!(
        rows.contains("media_read") && rows.contains("medium_not_for_you"),
        "{rows}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_an_altered_medium_is_refused_and_only_what_is_proven_is_kept() {
    let apart = Apart::with_study(|pair| sample_of(pair, 12)).await;
    let medium = apart.beside("stick");
    apart.write(&medium).await;
    let altered = |name: &str, file: &str, offset: usize| {
        let place = apart.beside(name);
        copy(&medium, &place);
        flip(&set_on(&place).join(file), offset);
        place
    };
    let index = fs::read(set_on(&medium).join(INDEX)).unwrap();
    for (number, at) in [10, index.len() / 2, index.len() - 10].into_iter().enumerate() {
        let code = apart
            .refused(&altered(&format!("index{number}"), INDEX, at))
            .await;
        assert!(
            ["medium_refused", "medium_not_for_you", "certificate_refused"].contains(&code.as_str()),
            "{at}: {code}"
        );
    }
    assert_eq!(
        apart.refused(&altered("letter", LETTER, 900)).await,
        "medium_damaged"
    );
    let unfinished = altered("unfinished", LETTER, 0);
    fs::remove_file(set_on(&unfinished).join(INDEX)).unwrap();
    assert_eq!(apart.refused(&unfinished).await, "medium_unfinished");
    // A set under another set's name.
    let renamed = apart.beside("renamed");
    copy(&medium, &renamed);
    fs::rename(set_on(&renamed), renamed.join("DOKUEI/00000001")).unwrap();
    assert_eq!(apart.refused(&renamed).await, "medium_damaged");
    assert_eq!(apart.refused(&apart.beside("nothing")).await, "medium_unreadable");
    fs::create_dir(apart.beside("empty")).unwrap();
    assert_eq!(apart.refused(&apart.beside("empty")).await, "no_medium");
    apart.nothing_came().await;

    // A chunk that is wrong costs itself only: a good medium brings what is missing.
    apart.read(&medium).await;
    apart.accept().await;
    let part = altered("part", "P0000001.DKM", 70_000);
    assert_eq!(apart.refused(&part).await, "medium_damaged");
    let (_, seen) = apart.seen().await;
    let (have, total) = (
        seen["transfer"]["done"].as_u64().unwrap(),
        seen["transfer"]["total"].as_u64().unwrap(),
    );
    assert!(0 < have && have < total, "{seen}");
    let tree = altered("tree", "T0000000.DKM", 3);
    assert_eq!(apart.refused(&tree).await, "medium_damaged");
    assert_eq!(apart.read(&medium).await["cases"][0]["study"], "complete");
    apart.opened().await;
}

fn sample_of(pair: &Pair, slices: u32) -> String {
    let folder = pair.clinic.home.beside("large");
    let study = dokuei_node::service::sample::write(&folder, slices, 320, 2).unwrap();
    study.study_instance_uid
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_discs_are_read_in_any_order_and_in_several_turns() {
    let apart = Apart::with_study(|pair| sample_of(pair, 30)).await;
    let (pair, folder) = (&apart.pair, apart.beside("discs"));
    let body = json!({"case_id": apart.case, "path": folder, "capacity": "3.5M"});
    let written = done(write(&pair.clinic, &pair.tanaka, &body).await);
    let discs: Vec<PathBuf> = serde_json::from_value(written["media"].clone()).unwrap();
    assert!(discs.len() > 2, "{written}");
    let small = json!({"case_id": apart.case, "path": folder, "capacity": "1M"});
    assert_eq!(
        refusal(&write(&pair.clinic, &pair.tanaka, &small).await),
        "medium_too_small"
    );

    // Any disc brings the request; the images come with each, the last first.
    assert_eq!(apart.read(&discs[1]).await["cases"][0]["study"], "accept_first");
    apart.accept().await;
    let last = apart.read(discs.last().unwrap()).await["cases"][0].clone();
    assert_eq!(last["study"], "incomplete");
    let others: Vec<usize> = (1..discs.len()).collect();
    assert_eq!(last["missing_discs"], json!(others));
    assert_eq!(
        apart.read(&discs[0]).await["cases"][0]["missing_discs"],
        json!(others[1..])
    );
    // The folder names all discs; what was read is not read again.
    assert_eq!(apart.read(&folder).await["cases"][0]["study"], "complete");
    apart.opened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_an_iso_image_brings_a_consultation() {
    let apart = Apart::with_study(|pair| sample_of(pair, 30)).await;
    let (pair, image) = (&apart.pair, apart.beside("study.iso"));
    let body = json!({"case_id": apart.case, "path": image, "capacity": "4M"});
    let written = done(write(&pair.clinic, &pair.tanaka, &body).await);
    let images: Vec<PathBuf> = serde_json::from_value(written["media"].clone()).unwrap();
    assert!(
        images.len() > 1 && images[0].ends_with("study-1.iso"),
        "{written}"
    );
    assert!(
        files(pair.clinic.home.dir.root())
            .iter()
            .all(|file| !file.ends_with("INDEX.DKM"))
    );
    let images: Vec<&Path> = images.iter().map(PathBuf::as_path).collect();
    done(read(&pair.hospital, &pair.sato, &images[..1]).await);
    apart.accept().await;
    // One that is cut off keeps what is whole.
    let whole = fs::read(images[0]).unwrap();
    let cut = apart.beside("cut.iso");
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(apart.refused(&cut).await, "medium_refused");
    let result = done(read(&pair.hospital, &pair.sato, &images).await);
    assert_eq!(result["cases"][0]["study"], "complete", "{result}");
    apart.opened().await;
}

/// What a practitioner of the network can make who has every program: a medium that she signs and seals herself.
struct Forger<'a> {
    apart: &'a Apart,
    who: &'a Person,
}

impl Forger<'_> {
    fn me(&self) -> Fingerprint {
        Fingerprint::of(&self.apart.pair.clinic.home.practitioner_chain(self.who).end)
    }

    /// Writes a letter as she likes it.
    fn write(&self, name: &str, change: impl FnOnce(&mut Letter, &mut Index)) -> PathBuf {
        let home = &self.apart.pair.clinic.home;
        let (me, to) = (self.me(), self.apart.pair.specialist.parse().unwrap());
        let set = SetId::of(&[1; 16], &me, &to);
        let (stream, log) = (StreamKey::generate(&mut rand::rng()), |log| LogCopy {
            log: [log; 16],
            entries: Vec::new(),
        });
        let mut content = Letter {
            set: set.0,
            from: me,
            devices: Vec::new(),
            practitioners: Vec::new(),
            nodes: Vec::new(),
            agreement: log(1),
            case: log(2),
        };
        let device = self.apart.pair.hospital.home.secrets_of(&SATO).kem.key().public();
        let context = letter::context(&set, &me, &to);
        let mut index = Index {
            format: FORMAT,
            network: Fingerprint::from_bytes([0; 32]),
            set: set.0,
            written_at: dokuei_node::clock::now(),
            node: Fingerprint::from_bytes([0; 32]),
            envelopes: vec![Envelope::seal(&stream, &device, &context, &mut rand::rng()).unwrap()],
            letter: [0; 32],
            packages: Vec::new(),
            discs: vec![Disc { parts: Vec::new() }],
        };
        change(&mut content, &mut index);
        let sealed = content.seal(&stream, &mut rand::rng()).unwrap();
        index.letter = hash(&sealed);
        let chain = cbor::encode(&home.practitioner_chain(self.who));
        let signed = index
            .sign(&home.secrets_of(self.who).signing, &me, chain)
            .unwrap();
        let medium = self.apart.beside(name);
        let set = Set {
            index: &index,
            signed: &signed,
            letter: &sealed,
            payloads: &[],
            institution: "",
            written_at: "",
        };
        folder::write(&set, 0, &medium, |_| {}).unwrap();
        medium
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_r12_a_member_of_the_network_cannot_bring_what_is_not_hers_to_bring() {
    let apart = Apart::new().await;
    let medium = apart.beside("stick");
    apart.write(&medium).await;
    let true_one = fs::read(set_on(&medium).join(INDEX)).unwrap();
    let network = UnverifiedIndex::parse(&true_one).unwrap().unverified().network;
    let forger = Forger {
        apart: &apart,
        who: &SUZUKI,
    };
    // A consultation that is nobody's.
    let empty = forger.write("empty", |_, index| index.network = network);
    assert_eq!(apart.refused(&empty).await, "medium_refused");
    // Entries that are none.
    let garbage = forger.write("garbage", |letter, index| {
        index.network = network;
        letter.agreement.entries = vec![vec![0xff; 100]];
    });
    assert_eq!(apart.refused(&garbage).await, "medium_refused");
    // In the name of somebody else: her certificate with another's signature.
    let hers = forger.write("hers", |_, index| index.network = network);
    let place = set_on(&hers).join(INDEX);
    let tanaka = apart.pair.clinic.home.practitioner_chain(&TANAKA);
    let (index, signer) = (fs::read(&place).unwrap(), forger.me());
    let parsed = UnverifiedIndex::parse(&index).unwrap().unverified().clone();
    let key = apart.pair.clinic.home.secrets_of(&SUZUKI).signing;
    fs::write(&place, parsed.sign(&key, &signer, cbor::encode(&tanaka)).unwrap()).unwrap();
    assert_eq!(apart.refused(&hers).await, "medium_refused");
    let other = Fingerprint::of(&tanaka.end);
    fs::write(&place, parsed.sign(&key, &other, cbor::encode(&tanaka)).unwrap()).unwrap();
    assert_eq!(
        apart.refused(&hers).await,
        "medium_not_for_you",
        "an envelope names who sealed it"
    );
    apart.nothing_came().await;
    // The true one is still taken.
    assert_eq!(
        apart.read(&medium).await["cases"][0]["case_id"],
        apart.case.as_str()
    );
}

/// What begins something with others needs fresh knowledge of the register; what is brought can always be read.
#[tokio::test(flavor = "multi_thread")]
async fn r14_old_knowledge_of_the_register_stops_writing_and_never_reading() {
    let apart = Apart::new().await;
    let medium = apart.beside("stick");
    apart.write(&medium).await;
    let Apart { pair, case } = apart;
    let clock = Turned::now();
    clock.turn(20 * 86_400);
    let clinic = Gate::by(pair.clinic.close(), clock.clock());
    let tanaka = clinic.sign_in(&TANAKA).await;
    let body = json!({"case_id": case, "path": medium});
    let stale = clinic.post("/api/v1/media/write", &tanaka, &body).await;
    assert_eq!(stale.problem(), "register_stale");
    let hospital = Gate::by(pair.hospital.close(), clock.clock());
    let sato = hospital.sign_in(&SATO).await;
    let result = done(read(&hospital, &sato, &[&medium]).await);
    assert_eq!(result["cases"][0]["case_id"], case.as_str());
}
