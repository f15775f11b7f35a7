//! Applications, from the sealed file to the certificate or the refusal.

use dokuei_identity::application::{
    ApplicationKey, ApplicationSecretKey, ClaimedQualification, Claims, Contact, Decision, Draft, Evidence,
    EvidenceKind, PractitionerClaims, SignedApplication, open_answer, seal,
};
use dokuei_identity::certificate::{Licence, LicenceKind, PersonName, QualificationCode};
use dokuei_identity::kem::KemPublicKey;
use dokuei_identity::key::SecretKey;

use crate::desk::{Desk, Serving, now};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// What answers to the application with this key seed are sealed to.
fn reply(seed: u8) -> ApplicationSecretKey {
    ApplicationSecretKey::from_seed([seed; 32].into())
}

/// A dentist with this key seed and licence applies; the sealed application lies in a file of this name.
fn apply(desk: &Desk, file: &str, seed: u8, licence: &str) {
    send(desk, file, &signed(desk, seed, licence));
}

/// The application of a dentist with this key seed and licence.
pub(crate) fn signed(desk: &Desk, seed: u8, licence: &str) -> SignedApplication {
    let root = desk.anchor().fingerprint();
    let draft = Draft {
        root,
        made_at: now(),
        claims: Claims::Practitioner(PractitionerClaims {
            name: PersonName {
                japanese: "鈴木 一郎".to_owned(),
                latin: "Suzuki Ichiro".to_owned(),
            },
            licence: Licence {
                jurisdiction: "JP".to_owned(),
                kind: LicenceKind::Dentist,
                number: licence.to_owned(),
                registered_on: None,
            },
            qualifications: vec![ClaimedQualification {
                code: QualificationCode::OralRadiology,
                number: Some("第77号".to_owned()),
                valid_to: Some(now().plus(300 * 86_400)),
                ground: None,
            }],
            institution: Some("みなと大学病院".to_owned()),
        }),
        contact: Contact {
            email: Some("suzuki@example.jp".to_owned()),
            ..Contact::default()
        },
        evidence: vec![Evidence {
            kind: EvidenceKind::Licence,
            name: "免許証.png".to_owned(),
            content: PNG.to_vec(),
        }],
        reply: Some(reply(seed).public().kem().clone()),
    };
    SignedApplication::make(&SecretKey::from_seed(&[seed; 32]), draft).unwrap()
}

/// Seals an application to the registry, in a file of this name.
pub(crate) fn send(desk: &Desk, file: &str, made: &SignedApplication) {
    let kem = hex::decode(desk.done(&["application", "key"]).trim()).unwrap();
    let to = ApplicationKey::new(KemPublicKey::from_bytes(kem.try_into().unwrap())).unwrap();
    let root = desk.anchor().fingerprint();
    let sealed = seal(&made.to_bytes(), &to, &root, &mut rand::rng()).unwrap();
    std::fs::write(desk.path(file), sealed).unwrap();
}

fn only_id(desk: &Desk, state: &str) -> String {
    let all = desk.json(&["application", "list"]);
    let all = all.as_array().unwrap();
    let one = all.iter().find(|one| one["state"] == state).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

/// R3, R24: what is claimed is shown with its evidence, and issued only after an operator approved it.
#[test]
fn r3_r24_an_application_is_looked_at_and_approved() {
    let desk = Desk::new();
    apply(&desk, "suzuki.sealed", 21, "234567");
    desk.done(&["application", "receive", "suzuki.sealed"]);
    let id = only_id(&desk, "received");
    let shown = desk.done(&["application", "show", &id, "--json"]);
    assert!(shown.contains("鈴木 一郎") && shown.contains("第77号"), "{shown}");
    desk.done(&["application", "evidence", &id, "--out", "evidence"]);
    let written: Vec<_> = std::fs::read_dir(desk.path("evidence"))
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert_eq!(written, [PNG.to_vec()]);
    assert_eq!(desk.json(&["list"]).as_array().unwrap().len(), 0);
    desk.done(&["application", "approve", &id, "--out", "suzuki.pem"]);
    only_id(&desk, "issued");
    desk.done(&["verify", "--root", "registry/root.pem", "suzuki.pem"]);
    let again = desk.run(&["application", "approve", &id]);
    assert!(!again.status.success(), "approved twice");
}

/// R4: a refusal has its reason, and the same licence under another key is pointed out.
#[test]
fn r4_a_refusal_has_a_reason_and_a_second_key_is_pointed_out() {
    let desk = Desk::new();
    apply(&desk, "first.sealed", 31, "345678");
    desk.done(&["application", "receive", "first.sealed"]);
    let first = only_id(&desk, "received");
    desk.done(&["application", "approve", &first, "--out", "first.pem"]);
    apply(&desk, "second.sealed", 32, "345678");
    desk.done(&["application", "receive", "second.sealed"]);
    let second = only_id(&desk, "received");
    let shown = desk.done(&["application", "show", &second, "--json"]);
    let fingerprint = desk.json(&["list"])[0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        shown.contains(&fingerprint[..16]),
        "the other holder is not named: {shown}"
    );
    desk.done(&[
        "application",
        "refuse",
        &second,
        "--reason",
        "the licence has a holder",
    ]);
    only_id(&desk, "refused");
    assert_eq!(desk.json(&["list"]).as_array().unwrap().len(), 1);
}

/// R4, R24: looking at one application opens no other, and what it has in common with others is told all the same, also
/// when the file that keeps it was lost.
#[test]
fn r4_r24_looking_at_one_application_opens_no_other() {
    let desk = Desk::new();
    for (file, seed, licence) in [
        ("one", 61, "111111"),
        ("two", 62, "111111"),
        ("three", 61, "333333"),
    ] {
        apply(&desk, file, seed, licence);
        desk.done(&["application", "receive", file]);
    }
    let all = desk.json(&["application", "list"]);
    let ids = all.as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|one| one["id"].as_str().unwrap()).collect();
    let findings = |id: &str| {
        let shown = desk.json(&["application", "show", id]);
        let codes = shown["findings"].as_array().unwrap().iter();
        let codes = codes.map(|finding| finding["code"].as_str().unwrap().to_owned());
        let mut codes: Vec<_> = codes.filter(|code| code.ends_with("-applied")).collect();
        codes.sort();
        codes
    };
    let mut told: Vec<_> = ids.iter().map(|id| findings(id)).collect();
    std::fs::remove_file(desk.path("registry/applications/marks.jsonl")).unwrap();
    assert_eq!(ids.iter().map(|id| findings(id)).collect::<Vec<_>>(), told);
    let (first, others) = ids.split_first().unwrap();
    let before = findings(first);
    for other in others {
        desk.write(
            &format!("registry/applications/{other}.sealed"),
            "cannot be opened",
        );
    }
    assert_eq!(findings(first), before, "the others were not needed");
    told.sort();
    assert_eq!(
        told,
        [
            vec!["same-key-applied"],
            vec!["same-key-applied", "same-licence-applied"],
            vec!["same-licence-applied"]
        ]
    );
}

/// R17: the applicant reads why she was refused, and nobody else; there is no answer before, and none to what is issued.
#[test]
fn r17_the_reason_of_a_refusal_is_for_the_applicant_alone() {
    let desk = Desk::new();
    apply(&desk, "suzuki.sealed", 51, "567890");
    desk.done(&["application", "receive", "suzuki.sealed"]);
    let id = only_id(&desk, "received");
    let (_, sentence) = desk.refused(&["application", "answer", &id, "--out", "answer"]);
    assert!(sentence.contains("was not refused"), "{sentence}");
    let reason = "免許証の写しが読めません";
    desk.done(&["application", "refuse", &id, "--reason", reason]);
    desk.done(&["application", "answer", &id, "--out", "answer"]);
    let sealed = std::fs::read(desk.path("answer")).unwrap();
    let anchor = desk.anchor();
    let open = |seed| {
        open_answer(
            &sealed,
            &reply(seed),
            &anchor.fingerprint(),
            &anchor,
            now(),
            |_| None,
        )
    };
    let answer = open(51).unwrap();
    assert_eq!(answer.application.to_string(), id);
    assert_eq!(
        answer.decision,
        Decision::Refused {
            reason: reason.to_owned()
        }
    );
    assert!(open(52).is_err());
}

/// R17: what is not sealed to this registry, or altered on its way, is not taken in.
#[test]
fn r17_an_altered_application_is_not_taken_in() {
    let desk = Desk::new();
    apply(&desk, "good.sealed", 41, "456789");
    let mut bytes = std::fs::read(desk.path("good.sealed")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(desk.path("bad.sealed"), bytes).unwrap();
    desk.run(&["application", "receive", "bad.sealed"]);
    assert_eq!(desk.json(&["application", "list"]).as_array().unwrap().len(), 0);
}

/// R3, R24: the console takes a sealed file in, tells whether the list has whom it names, and lets it be approved; what
/// is no application, or larger than any, is refused.
#[test]
fn r3_r24_the_console_takes_applications_in() {
    let desk = Desk::new();
    apply(&desk, "suzuki.sealed", 51, "234567");
    let sealed = std::fs::read(desk.path("suzuki.sealed")).unwrap();
    let api = Serving::start(&desk);
    let json = |(status, body): (u16, String)| -> (u16, serde_json::Value) {
        (status, serde_json::from_str(&body).unwrap())
    };
    let (status, said) = json(api.upload("/api/v1/applications", &sealed));
    assert_eq!((status, &said["new"]), (201, &true.into()), "{said}");
    assert_eq!(json(api.upload("/api/v1/applications", &sealed)).0, 200);
    let (status, said) = json(api.upload("/api/v1/applications", b"not at all"));
    assert_eq!((status, &said["code"]), (422, &"sealed-malformed".into()));
    let (status, said) = json(api.upload("/api/v1/applications", &vec![0; 3 << 20]));
    assert_eq!((status, &said["code"]), (413, &"too_large".into()));

    let find = |query: &str| json(api.ask("GET", &format!("/api/v1/applications/search?{query}"), "")).1;
    let found = find("state=received");
    assert_eq!((&found["total"], &found["received"]), (&1.into(), &1.into()));
    assert_eq!(found["items"][0]["qualifications"][0]["verdict"], "no-list");
    let list =
        "licence_number,board,board_number,name,valid_to\n234567,oral-radiology,77,鈴木一郎,2099-03-31\n";
    assert_eq!(
        json(api.upload("/api/v1/specialists", list.as_bytes())).1["imported"],
        1
    );
    let listed = json(api.ask("GET", "/api/v1/specialists/search?q=2345", "")).1;
    assert_eq!(
        (&listed["total"], listed["imported_at"].is_u64()),
        (&1.into(), true)
    );
    let found = find("q=suzuki");
    assert_eq!(found["items"][0]["qualifications"][0]["verdict"], "listed");

    let id = found["items"][0]["id"].as_str().unwrap();
    let shown = json(api.ask("GET", &format!("/api/v1/applications/{id}"), "")).1;
    let about = |finding: &&serde_json::Value| finding["qualification"] == "oral-radiology";
    assert_eq!(
        shown["findings"].as_array().unwrap().iter().find(about).unwrap()["code"],
        "listed"
    );
    let approve = format!("/api/v1/applications/{id}/approve");
    assert_eq!(api.ask("POST", &approve, r#"{"provisional": true}"#).0, 201);
    assert_eq!(find("state=issued")["total"], 1);
    assert_eq!(find("state=received")["total"], 0);
    let (status, said) = json(api.ask("POST", "/api/v1/applications/collect", ""));
    assert_eq!((status, &said["code"]), (422, &"usage".into()));
    assert_eq!(
        json(api.ask("GET", "/api/v1/bootstraps", "")).1,
        serde_json::json!([])
    );
}
