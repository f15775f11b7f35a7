//! Deleting with a certificate: what stands against it, what is left of a patient, and who verifies it.

use std::fs;

use axum::http::StatusCode;
use dokuei_node::service::deletion::VERIFY_SH;
use dokuei_node::service::storage_key;
use dokuei_store::as_an_insider;
use serde_json::{Value, json};

use super::{draft, sign, try_to_sign};
use crate::support::eventually;
use crate::support::factor::{Codes, enrol, prove, try_to_prove};
use crate::support::gate::{Answer, Gate};
use crate::support::home::Home;
use crate::support::pair::Pair;
use crate::support::registry::{ITO, Person, SATO, SUZUKI, TANAKA};
use crate::support::unpacked::{Unpacked, with_flipped};
use crate::trail::reported;

pub(super) const DELETIONS: &str = "/api/v1/retention/deletions";

async fn kept(gate: &Gate, token: &str) -> Value {
    let view = gate.get("/api/v1/retention", token).await;
    assert_eq!(view.status, StatusCode::OK, "{:?}", view.body);
    view.json()
}

/// A wish to delete; `of` is `case_id` or `study_instance_uid`.
pub(super) fn wish(of: &str, identifier: &str, reason: &str, early: bool, proof: &str) -> Value {
    let mut body = json!({
        "reason": reason,
        "why": "依頼元の取り違えによる受信",
        "early": early,
        "confirm": &identifier[identifier.len() - 6..],
        "proof": proof,
    });
    body[of] = identifier.into();
    body
}

/// Everything that rows of a node hold, in plain, as an insider with its key reads it.
fn in_plain(home: &Home) -> Vec<u8> {
    let plain = home.beside("plain.db");
    // An insider's connection makes no files: an empty one is an empty database.
    fs::write(&plain, b"").unwrap();
    let sql = format!(
        "ATTACH DATABASE '{}' AS plain KEY ''; SELECT sqlcipher_export('plain'); DETACH DATABASE plain;",
        plain.display()
    );
    as_an_insider(home.dir.root(), &storage_key(home.secrets()), &sql).unwrap();
    let bytes = fs::read(&plain).unwrap();
    fs::remove_file(plain).unwrap();
    bytes
}

fn holds(bytes: &[u8], what: &str) -> bool {
    memchr::memmem::find(bytes, what.as_bytes()).is_some()
}

async fn certificate(gate: &Gate, token: &str, number: u64) -> Unpacked {
    let answer = gate
        .get(&format!("{DELETIONS}/{number}/certificate"), token)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    assert_eq!(answer.header("content-type"), "application/zip");
    Unpacked::of(&answer.body)
}

/// Closes a case on which there is a report.
pub(super) async fn close(pair: &Pair, case: &str) {
    for (step, body) in [
        ("read", json!({})),
        ("close", json!({"patient_informed_by": "田中 花子"})),
    ] {
        let path = format!("/api/v1/cases/{case}/{step}");
        let answer = pair.clinic.post(&path, &pair.tanaka, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{step}: {:?}", answer.body);
    }
    let path = format!("/api/v1/cases/{case}");
    eventually("the hospital knows that it is closed", || async {
        let seen = pair.hospital.get(&path, &pair.sato).await.json();
        (seen["state"] == "closed").then_some(())
    })
    .await;
}

/// Tries to delete a case at the hospital, with a proof of its own.
async fn attempt(pair: &Pair, codes: &mut Codes, case: &str, reason: &str, early: bool) -> Answer {
    let proof = prove(&pair.hospital, &pair.sato, &SATO, codes).await;
    let body = wish("case_id", case, reason, early, &proof);
    pair.hospital.post(DELETIONS, &pair.sato, &body).await
}

/// R24: a received case is deleted by whoever has proved herself, when it is closed, nobody holds it, and its time is over
/// or there is a listed reason. Nothing of the patient is left in any row or file; who did it, when and why stays.
#[tokio::test(flavor = "multi_thread")]
async fn r19_r24_a_case_is_deleted_for_good_and_nothing_of_the_patient_is_left() {
    let (pair, case) = reported().await;
    let (hospital, sato) = (&pair.hospital, &pair.sato);
    assert_eq!(
        try_to_prove(hospital, sato, &SATO, None).await.problem(),
        "no_second_factor",
        "nobody deletes without a second factor"
    );
    let mut codes = enrol(hospital, sato, &SATO).await;
    assert_eq!(
        try_to_prove(hospital, sato, &SATO, None).await.problem(),
        "second_factor_required"
    );
    let open = attempt(&pair, &mut codes, &case, "patient_request", true).await;
    assert_eq!(open.problem(), "deletion_open");
    close(&pair, &case).await;

    let early = attempt(&pair, &mut codes, &case, "kept_long_enough", false).await;
    assert_eq!(
        (early.status, early.problem().as_str()),
        (StatusCode::CONFLICT, "deletion_too_early")
    );
    let no_reason = attempt(&pair, &mut codes, &case, "kept_long_enough", true).await;
    assert_eq!(no_reason.problem(), "deletion_no_reason");
    let forged = wish("case_id", &case, "wrongly_received", true, "no proof");
    assert_eq!(
        hospital.post(DELETIONS, sato, &forged).await.problem(),
        "proof_needed"
    );
    let mut mistyped = wish("case_id", &case, "wrongly_received", true, "no proof");
    mistyped["confirm"] = "abcdef!".into();
    assert_eq!(
        hospital.post(DELETIONS, sato, &mistyped).await.problem(),
        "bad_field"
    );
    let hold = json!({"record": "hold", "case": case, "why": "照会"});
    let hold = sign(hospital, sato, &hold).await;
    let held = attempt(&pair, &mut codes, &case, "wrongly_received", true).await;
    assert_eq!(held.problem(), "on_hold");
    let ito = hospital.sign_in(&ITO).await;
    let release = json!({"record": "release", "hold": hold["id"], "why": "回答済"});
    assert_eq!(
        try_to_sign(hospital, &ito, &release).await.status,
        StatusCode::CREATED
    );

    let images = hospital
        .get(&format!("/api/v1/studies/{}", pair.study), sato)
        .await
        .json();
    let sop = images["series"][0]["instances"][0]["sop_instance_uid"]
        .as_str()
        .unwrap()
        .to_owned();
    let patient = images["patient"]["name"]["ideographic"]
        .as_str()
        .unwrap()
        .to_owned();
    let words = [
        patient.as_str(),
        sop.as_str(),
        "右下顎に透過像",
        "下顎右側の透過像の評価",
        "歯根嚢胞",
    ];
    let before = in_plain(&hospital.home);
    for one in words {
        assert!(holds(&before, one), "the search is blind for {one}");
    }
    let vault = hospital.home.dir.root().join("vault");
    assert!(!crate::support::files(&vault).is_empty());

    let deleted = attempt(&pair, &mut codes, &case, "wrongly_received", true).await;
    assert_eq!(deleted.status, StatusCode::CREATED, "{:?}", deleted.body);
    let deleted = deleted.json();
    assert_eq!(
        (&deleted["number"], &deleted["state"]),
        (&json!(1), &json!("certified"))
    );
    let after = in_plain(&hospital.home);
    for one in words {
        assert!(!holds(&after, one), "{one} is still there");
    }
    for folder in ["vault", "packages"] {
        let left = crate::support::files(&hospital.home.dir.root().join(folder));
        assert!(left.is_empty(), "{left:?}");
    }

    for path in [
        format!("/api/v1/cases/{case}"),
        format!("/api/v1/studies/{}", pair.study),
    ] {
        let gone = hospital.get(&path, sato).await;
        assert_eq!(
            (gone.status, gone.problem().as_str()),
            (StatusCode::NOT_FOUND, "deleted"),
            "{path}"
        );
        let told = gone.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            told.contains(SATO.japanese) && told.contains("certificate no. 1"),
            "{told}"
        );
    }
    let listed = kept(hospital, sato).await;
    assert_eq!((&listed["cases"], &listed["studies"]), (&json!([]), &json!([])));
    assert_eq!(listed["deletions"][0]["why"], "依頼元の取り違えによる受信");
    outsiders_verify(&pair, &words).await;
    stays_away(&pair, &case).await;
}

/// R6: OpenSSL and sha256sum verify the certificate, and no file of it is altered unnoticed; it names no patient.
async fn outsiders_verify(pair: &Pair, words: &[&str]) {
    let unpacked = certificate(&pair.hospital, &pair.sato, 1).await;
    let all = unpacked.files();
    for needed in [
        "VERIFY.md",
        "verify.sh",
        "order.json",
        "order.cose",
        "completion.json",
        "destroyed.txt",
        "certificate.pdf",
    ] {
        assert!(all.contains_key(needed), "{needed} is not in {:?}", all.keys());
    }
    assert!(fs::read(&all["certificate.pdf"]).unwrap().starts_with(b"%PDF"));
    for file in all.values() {
        let bytes = fs::read(file).unwrap();
        for one in words {
            assert!(!holds(&bytes, one), "{one} is in {}", file.display());
        }
        assert!(!holds(&bytes, &pair.study), "the study is in {}", file.display());
    }
    let root = pair.hospital.home.beside("root.pem");
    fs::write(&root, pair.hospital.home.registry().root_pem()).unwrap();
    let good = unpacked.verified_by(
        VERIFY_SH,
        &["--root", root.to_str().unwrap(), "--without-register"],
    );
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(
        good.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&good.stderr)
    );
    assert!(said.contains("OK 合格: certificate no. 1"), "{said}");
    let deeper = without_sums();
    assert!(
        unpacked
            .verified_by(&deeper, &["--without-register"])
            .status
            .success()
    );
    for (name, file) in &all {
        let refused = with_flipped(file, || unpacked.verified_by(VERIFY_SH, &["--without-register"]));
        assert!(!refused.status.success(), "{name} was altered unnoticed");
    }
    // The machine that signs the hashes alters nothing that the practitioner signed either.
    for name in [
        "order.json",
        "order.cose",
        "order.signed",
        "order.signature",
        "destroyed.txt",
    ] {
        let refused = with_flipped(&all[name], || {
            unpacked.verified_by(&deeper, &["--without-register"])
        });
        assert!(
            !refused.status.success(),
            "{name} was altered unnoticed by the machine"
        );
    }
    let mut completion = fs::read_to_string(&all["completion.json"]).unwrap();
    completion = completion.replace("\"certificate\": 1", "\"certificate\": 2");
    fs::write(&all["completion.json"], completion).unwrap();
    assert!(
        !unpacked
            .verified_by(&deeper, &["--without-register"])
            .status
            .success()
    );
}

/// The script without the check of all hashes: the machine is the last in the list that is no person's.
fn without_sums() -> String {
    let (before, rest) = VERIFY_SH.split_once("# 2. ").unwrap();
    let (_, after) = rest.split_once("# 3. ").unwrap();
    let machine = "signed_by=$(sed -n 's/.*\"node\": \"\\([0-9a-f]*\\)\".*/\\1/p' completion.json)";
    format!("{before}{machine}\n# 3. {after}")
}

/// R6: what the other side sends of it later is not taken, so that nothing comes back.
async fn stays_away(pair: &Pair, case: &str) {
    let path = format!("/api/v1/cases/{case}/queries");
    let asked = pair
        .clinic
        .post(&path, &pair.tanaka, &json!({"question": "経過はいかがですか"}))
        .await;
    assert_eq!(asked.status, StatusCode::CREATED, "{:?}", asked.body);
    eventually("the hospital refuses it", || async {
        let rows = pair
            .hospital
            .get("/api/v1/audit?event=entry", &pair.sato)
            .await
            .json();
        rows.to_string().contains("not_a_party").then_some(())
    })
    .await;
    let gone = pair
        .hospital
        .get(&format!("/api/v1/cases/{case}"), &pair.sato)
        .await;
    assert_eq!(gone.problem(), "deleted");
    assert!(!holds(&in_plain(&pair.hospital.home), "経過はいかがですか"));
}

/// A clinic whose study was taken in six years ago.
async fn old_study() -> (Gate, String) {
    let gate = Gate::with(&[TANAKA, SUZUKI]);
    let folder = gate.home.beside("cbct");
    let study = crate::support::sample_study(&folder, 3);
    assert_eq!(gate.import(&folder).await["result"]["imported"], 3);
    let home = gate.close();
    drop(home.store());
    let sql = format!("UPDATE studies SET added_at = added_at - {}", 6 * 366 * 86_400);
    as_an_insider(home.dir.root(), &storage_key(home.secrets()), &sql).unwrap();
    (Gate::of(home), study)
}

async fn with_two(
    gate: &Gate,
    token: &str,
    person: &Person,
    codes: &mut Codes,
    second: Option<&str>,
    study: &str,
) -> Answer {
    let proof = prove(gate, token, person, codes).await;
    let mut body = wish("study_instance_uid", study, "kept_long_enough", false, &proof);
    body["second_proof"] = second.into();
    gate.post(DELETIONS, token, &body).await
}

/// R22, R24: images past their time are told as due, two persons delete them where the house wants it, and the same study
/// comes in again only when somebody says so.
#[tokio::test(flavor = "multi_thread")]
async fn r22_r24_images_past_their_time_are_deleted_by_two_and_come_in_again_only_knowingly() {
    let (gate, study) = old_study().await;
    let (tanaka, suzuki) = (gate.sign_in(&TANAKA).await, gate.sign_in(&SUZUKI).await);
    let mut policy = draft(&gate, &tanaka, "management").await;
    policy["facts"]["deletion_by_two"] = true.into();
    sign(&gate, &tanaka, &policy).await;
    let seen = kept(&gate, &tanaka).await;
    assert_eq!(
        (&seen["studies"][0]["due"], &seen["two_persons"]),
        (&json!(true), &json!(true)),
        "{seen}"
    );
    let past = gate.get("/api/v1/retention/past", &gate.operator).await.json();
    assert_eq!(past, json!({"cases": 0, "studies": 1}));

    let mut hers = enrol(&gate, &tanaka, &TANAKA).await;
    let mut his = enrol(&gate, &suzuki, &SUZUKI).await;
    let alone = with_two(&gate, &tanaka, &TANAKA, &mut hers, None, &study).await;
    assert_eq!(alone.problem(), "deletion_needs_second");
    let twice = prove(&gate, &tanaka, &TANAKA, &mut hers).await;
    let twice = with_two(&gate, &tanaka, &TANAKA, &mut hers, Some(&twice), &study).await;
    assert_eq!(twice.problem(), "deletion_same_person");
    // A proof that he asked for is of no use to her; one that he gives at her page is.
    let stolen = prove(&gate, &suzuki, &SUZUKI, &mut his).await;
    let stolen = with_two(&gate, &tanaka, &TANAKA, &mut hers, Some(&stolen), &study).await;
    assert_eq!(stolen.problem(), "proof_needed");
    let second = prove(&gate, &tanaka, &SUZUKI, &mut his).await;
    let deleted = with_two(&gate, &tanaka, &TANAKA, &mut hers, Some(&second), &study).await;
    assert_eq!(deleted.status, StatusCode::CREATED, "{:?}", deleted.body);
    let deleted = deleted.json();
    assert_eq!(
        (&deleted["early"], &deleted["second"]["id"]),
        (&json!(false), &json!("suzuki"))
    );

    let unpacked = certificate(&gate, &tanaka, 1).await;
    let good = unpacked.verified_by(VERIFY_SH, &["--without-register"]);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let all = unpacked.files();
    let refused = with_flipped(&all["second.signature"], || {
        unpacked.verified_by(&without_sums(), &["--without-register"])
    });
    assert!(
        !refused.status.success(),
        "the second signature was altered unnoticed"
    );

    let folder = gate.home.beside("cbct");
    let again = gate.import(&folder).await;
    assert_eq!(again["result"]["imported"], 0, "{again}");
    assert_eq!(again["result"]["refused"][0]["code"], "deleted", "{again}");
    let body = json!({"study_instance_uid": study, "why": "再診のため前医から再度受領"});
    let readmitted = gate.post("/api/v1/retention/readmissions", &tanaka, &body).await;
    assert_eq!(readmitted.status, StatusCode::CREATED, "{:?}", readmitted.body);
    assert_eq!(gate.import(&folder).await["result"]["imported"], 3);
    assert_eq!(
        gate.get(&format!("/api/v1/studies/{study}"), &tanaka)
            .await
            .status,
        StatusCode::OK
    );
}
