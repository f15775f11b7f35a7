//! A consultation as FHIR R4: by the letter, and as a validator of others reads it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test says where")]

use std::path::{Path, PathBuf};
use std::process::Command;

use dokuei_fhir::{
    CoSignature, Consultation, Facility, Licence, Opinion, OpinionStatus, Patient, Practitioner, Report,
    ReportStatus, RequestState, Signature, Study, Succession, ToothFinding, Urgency, to_bundle,
};
use serde_json::{Value, json};

fn facility(name: &str, code: &str) -> Facility {
    Facility {
        name: name.to_owned(),
        code: code.to_owned(),
    }
}

fn practitioner(name: &str, mark: &str, facility: &Facility) -> Practitioner {
    Practitioner {
        fingerprint: mark.repeat(32),
        name: name.to_owned(),
        name_latin: "Sato Ichiro".to_owned(),
        licence: Some(Licence::Dentist),
        licence_number: "123456".to_owned(),
        facility: facility.clone(),
    }
}

fn report(entry: &str, predecessor: Option<&str>) -> Report {
    Report {
        entry: entry.repeat(32),
        predecessor: predecessor.map(|one| one.repeat(32)),
        status: ReportStatus::Final,
        reason: None,
        author: 1,
        signed_at: 1_764_000_000,
        technique: "CBCT".to_owned(),
        findings: "根尖は<下顎管>に接する & 圧迫".to_owned(),
        teeth: vec![
            ToothFinding {
                tooth: 48,
                supernumerary: false,
                words: "水平埋伏".to_owned(),
            },
            ToothFinding {
                tooth: 11,
                supernumerary: true,
                words: "逆生".to_owned(),
            },
        ],
        impression: "埋伏智歯".to_owned(),
        recommendations: String::new(),
        guideline: "指針".to_owned(),
        pdf: Some(b"%PDF-1.7".to_vec()),
        signature: Signature {
            cose: vec![0xd2, 0x84],
            device: "dd".repeat(32),
        },
    }
}

fn full() -> Consultation {
    let clinic = facility("さくら歯科", "1312345670");
    let hospital = facility("大学病院", "1398765432");
    Consultation {
        case: "0123456789abcdef0123456789abcdef".to_owned(),
        patient: Patient {
            id: "K-00123".to_owned(),
            ideographic: "山田^太郎".to_owned(),
            phonetic: "やまだ^たろう".to_owned(),
            alphabetic: "Yamada^Tarou".to_owned(),
            birth_date: "19800102".to_owned(),
            sex: "M".to_owned(),
        },
        practitioners: vec![
            practitioner("田中 花子", "aa", &clinic),
            practitioner("佐藤 一郎", "bb", &hospital),
        ],
        clinic,
        successions: Vec::new(),
        asked: vec![1],
        study: Study {
            uid: "1.2.392.200036.9116.2".to_owned(),
            date: "20261120".to_owned(),
            description: "CBCT".to_owned(),
            accession_number: "A-7781".to_owned(),
            modalities: vec!["CT".to_owned()],
            series: Some(1),
            instances: Some(400),
        },
        requested_at: 1_763_900_000,
        due: Some(1_764_100_000),
        state: RequestState::Completed,
        urgency: Urgency::Emergency,
        region: "48".to_owned(),
        question: "下顎管との関係".to_owned(),
        history: "痛み".to_owned(),
        justification: "二次元では判断できない".to_owned(),
        reports: vec![
            report("01", None),
            Report {
                status: ReportStatus::Amended,
                reason: Some("左右の誤記".to_owned()),
                ..report("02", Some("01"))
            },
        ],
        opinions: Vec::new(),
        co_signatures: Vec::new(),
        changed_at: 1_764_000_001,
    }
}

fn co_signature(entry: &str, of: &str, signer: usize, agrees: bool) -> CoSignature {
    CoSignature {
        entry: entry.repeat(32),
        of: of.repeat(32),
        signer,
        agrees,
        words: if agrees {
            String::new()
        } else {
            "囊胞壁を<認めない>".to_owned()
        },
        signed_at: 1_764_000_500,
        signature: Signature {
            cose: vec![0xd2, 0x85],
            device: "ee".repeat(32),
        },
    }
}

/// Two readers have reported, one has said what both mean and the other has signed it; the second has co-signed the first
/// one's report too.
fn read_by_two() -> Consultation {
    let mut told = full();
    let institute = facility("画像診断研究所", "1390001111");
    told.practitioners
        .push(practitioner("加藤 みどり", "cc", &institute));
    told.asked = vec![1, 2];
    told.reports = vec![
        report("01", None),
        Report {
            author: 2,
            impression: "歯根嚢胞".to_owned(),
            ..report("03", None)
        },
    ];
    told.opinions = vec![Opinion {
        entry: "04".repeat(32),
        reports: ["01".repeat(32), "03".repeat(32)],
        status: OpinionStatus::OfBoth,
        readers: [1, 2],
        signed_at: 1_764_000_400,
        opinion: "両者とも歯根嚢胞と判断する".to_owned(),
        recommendations: "摘出".to_owned(),
        pdf: Some(b"%PDF-1.7".to_vec()),
        signature: Signature {
            cose: vec![0xd2, 0x86],
            device: "dd".repeat(32),
        },
    }];
    told.co_signatures = vec![
        co_signature("05", "04", 2, true),
        co_signature("06", "01", 2, true),
    ];
    told
}

/// What little a request may be.
fn bare() -> Consultation {
    let clinic = facility("さくら歯科", "");
    Consultation {
        patient: Patient::default(),
        practitioners: vec![practitioner("田中 花子", "aa", &clinic)],
        clinic,
        successions: Vec::new(),
        asked: Vec::new(),
        study: Study {
            uid: "1.2".to_owned(),
            date: "2026".to_owned(),
            ..Study::default()
        },
        due: None,
        state: RequestState::Active,
        urgency: Urgency::Routine,
        history: String::new(),
        reports: Vec::new(),
        ..full()
    }
}

fn of<'a>(bundle: &'a Value, kind: &'a str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    let resources = entries.map(|entry| &entry["resource"]);
    resources.filter(|one| one["resourceType"] == kind).collect()
}

/// R6, R15: each version is a report with its signature, and says which it replaces and why.
#[test]
fn r6_r15_every_version_is_there_with_its_signature() {
    let bundle = to_bundle(&full(), Vec::new());
    let reports = of(&bundle, "DiagnosticReport");
    let standing: Vec<_> = reports
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect();
    assert_eq!(standing, ["final", "amended"]);
    assert_eq!(reports[0]["presentedForm"][0]["data"], "JVBERi0xLjc=");
    let text = reports[0]["text"]["div"].as_str().unwrap();
    assert!(text.contains("&lt;下顎管&gt;に接する &amp; 圧迫"), "{text}");
    let signatures = of(&bundle, "Provenance");
    assert_eq!(signatures[1]["reason"][0]["text"], "左右の誤記");
    assert_eq!(signatures[1]["signature"][0]["data"], "0oQ=");
    let before = format!(
        "urn:dokuei:DiagnosticReport/{}",
        reports[0]["id"].as_str().unwrap()
    );
    assert_eq!(signatures[1]["entity"][0]["what"]["reference"], before.as_str());
    let teeth = of(&bundle, "Observation");
    assert_eq!(teeth.len(), 4);
    assert_eq!(teeth[0]["bodySite"]["coding"][0]["code"], "48");
}

/// R5, R6: the requester stays who asked; who has taken the consultation over since is noted, and that she did so alone.
#[test]
fn r5_r6_who_has_taken_it_over_is_noted() {
    let mut told = full();
    let asked = of(&to_bundle(&told, Vec::new()), "ServiceRequest")[0].clone();
    let by = told.practitioners.len() - 1;
    told.successions = [false, true]
        .map(|alone| Succession {
            by,
            at: 1_800_000_000,
            alone,
        })
        .into();
    let bundle = to_bundle(&told, Vec::new());
    let request = of(&bundle, "ServiceRequest")[0];
    assert_eq!(request["requester"], asked["requester"]);
    let before = asked["note"].as_array().unwrap().len();
    let notes = &request["note"].as_array().unwrap()[before..];
    assert_eq!(notes.len(), 2);
    assert!(!notes[0]["text"].as_str().unwrap().contains("alone"));
    assert!(notes[1]["text"].as_str().unwrap().contains("alone"));
    assert!(notes[1]["authorReference"]["reference"].is_string() && notes[1]["time"].is_string());
}

/// R2, R6, R15: what two readers say together is a report over the results of both, which both interpret; its signatures
/// say who wrote and who co-signed it, and from which two reports it follows.
#[test]
fn r2_r6_r15_the_opinion_of_two_is_a_report_with_the_signatures_of_both() {
    let bundle = to_bundle(&read_by_two(), Vec::new());
    let reports = of(&bundle, "DiagnosticReport");
    let opinion = reports[2];
    assert_eq!(
        (&opinion["status"], &opinion["conclusion"]),
        (&json!("final"), &json!("両者とも歯根嚢胞と判断する"))
    );
    let interpreters = |one: &Value| one["resultsInterpreter"].as_array().unwrap().len();
    assert_eq!(interpreters(opinion), 2);
    assert_eq!(
        (interpreters(reports[0]), interpreters(reports[1])),
        (2, 1),
        "the first is co-signed"
    );
    assert_eq!(
        opinion["result"].as_array().unwrap().len(),
        4,
        "the teeth of both"
    );
    assert!(
        opinion["basedOn"][0]["reference"]
            .as_str()
            .unwrap()
            .contains("ServiceRequest")
    );
    let signatures = of(&bundle, "Provenance");
    assert_eq!(signatures.len(), 5);
    let sources = signatures[2]["entity"].as_array().unwrap();
    let target = |report: &Value| format!("urn:dokuei:DiagnosticReport/{}", report["id"].as_str().unwrap());
    for (source, report) in sources.iter().zip(&reports) {
        assert_eq!(source["role"], "source");
        assert_eq!(source["what"]["reference"], target(report).as_str());
    }
    let purpose = |one: &Value| one["signature"][0]["type"][0]["display"].clone();
    assert_eq!(purpose(signatures[3]), "Coauthor's Signature");
    assert_eq!(signatures[3]["signature"][0]["data"], "0oU=");
    assert_eq!(signatures[3]["target"][0]["reference"], target(opinion).as_str());
    assert_eq!(purpose(signatures[4]), "Verification Signature");
    assert_eq!(
        signatures[4]["target"][0]["reference"],
        target(reports[0]).as_str()
    );
}

/// R6: an opinion from which the other reader dissents is that of one, and the dissent stands in it.
#[test]
fn r6_a_dissent_makes_nobody_answer_for_the_opinion() {
    let mut told = read_by_two();
    told.opinions[0].status = OpinionStatus::OfOne;
    told.co_signatures = vec![co_signature("05", "04", 2, false)];
    let bundle = to_bundle(&told, Vec::new());
    let opinion = of(&bundle, "DiagnosticReport")[2];
    assert_eq!(opinion["status"], "preliminary");
    assert_eq!(opinion["resultsInterpreter"].as_array().unwrap().len(), 1);
    let text = opinion["text"]["div"].as_str().unwrap();
    assert!(
        text.contains("異見 Dissent: 加藤 みどり 囊胞壁を&lt;認めない&gt;"),
        "{text}"
    );
    let dissent = of(&bundle, "Provenance")[3];
    assert_eq!(dissent["signature"][0]["type"][0]["display"], "Review Signature");
    assert_eq!(dissent["reason"][0]["text"], "囊胞壁を<認めない>");
}

/// JP Core: numbers of patients and institutions have the name spaces that Japan has for them.
#[test]
fn identifiers_are_those_of_japan_where_it_has_them() {
    let bundle = to_bundle(&full(), Vec::new());
    let patient = of(&bundle, "Patient")[0];
    assert_eq!(
        patient["identifier"][0],
        json!({"system": "urn:oid:1.2.392.100495.20.3.51.11312345670", "value": "K-00123"})
    );
    assert_eq!(patient["name"][0]["family"], "山田");
    assert_eq!(patient["name"][1]["extension"][0]["valueCode"], "SYL");
    assert_eq!(patient["birthDate"], "1980-01-02");
    let clinic = of(&bundle, "Organization")[0];
    assert_eq!(clinic["identifier"][0]["value"], "1312345670");
    assert_eq!(of(&bundle, "ServiceRequest")[0]["priority"], "stat");
}

/// What is not known of somebody is left out and never supposed; a facility that was renamed is one.
#[test]
fn r3_nothing_is_supposed_of_somebody_who_is_not_known() {
    let mut told = full();
    told.practitioners[1].facility = facility("大学病院 歯科", "1312345670");
    told.practitioners.push(Practitioner {
        name: String::new(),
        name_latin: String::new(),
        licence: None,
        licence_number: String::new(),
        ..practitioner("", "cc", &Facility::default())
    });
    told.asked = vec![2];
    let bundle = to_bundle(&told, Vec::new());
    let unknown = of(&bundle, "Practitioner")[2];
    assert_eq!(unknown["identifier"].as_array().unwrap().len(), 1, "{unknown}");
    for field in ["name", "qualification"] {
        assert!(unknown.get(field).is_none(), "{unknown}");
    }
    assert!(
        of(&bundle, "ServiceRequest")[0]["performer"][0]
            .get("display")
            .is_none()
    );
    assert_eq!(of(&bundle, "Organization").len(), 1, "one code, one facility");
    let report = of(&bundle, "DiagnosticReport")[0];
    assert_eq!(report["effectiveDateTime"], "2026-11-20");
    assert_ne!(report["issued"], report["effectiveDateTime"]);
}

#[test]
fn the_bundle_snapshot() {
    insta::assert_snapshot!("bundle", format!("{:#}", to_bundle(&full(), Vec::new())));
    insta::assert_snapshot!(
        "bundle_of_two_readers",
        format!("{:#}", to_bundle(&read_by_two(), Vec::new()))
    );
    insta::assert_snapshot!(
        "bundle_of_little",
        format!("{:#}", to_bundle(&bare(), Vec::new()))
    );
}

/// The Python that has fhir.resources, beside pydicom's files.
fn validator() -> Option<PathBuf> {
    let data = PathBuf::from(std::env::var_os("DOKUEI_PYDICOM_FILES")?);
    let venv = data
        .ancestors()
        .find(|folder| folder.join("bin/python").exists())?;
    let there = data.parent()?.parent()?.join("fhir/resources").is_dir();
    there.then(|| venv.join("bin/python"))
}

/// A validator of others accepts it, whole and bare, and every reference leads somewhere in it.
#[test]
fn a_foreign_validator_accepts_it() {
    let Some(python) = validator() else {
        println!("skipped: fhir.resources is not installed beside pydicom");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate.py");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    let judge = |bundle: &Value| {
        std::fs::write(&file, bundle.to_string()).unwrap();
        let output = Command::new(&python).arg(&script).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
            said,
        )
    };
    let (good, told, said) = judge(&to_bundle(&full(), Vec::new()));
    assert!(good, "{said}");
    assert_eq!(
        told,
        "DiagnosticReport 2\nImagingStudy 1\nObservation 4\nOrganization 2\nPatient 1\nPractitioner 2\n\
         Provenance 2\nServiceRequest 1\n"
    );
    let (good, told, said) = judge(&to_bundle(&read_by_two(), Vec::new()));
    assert!(good, "{said}");
    assert!(
        told.contains("DiagnosticReport 3") && told.contains("Provenance 5"),
        "{told}"
    );
    let (good, _, said) = judge(&to_bundle(&bare(), Vec::new()));
    assert!(good, "{said}");
    // It does tell what is wrong.
    let mut wrong = to_bundle(&full(), Vec::new());
    wrong["entry"][0]["resource"]["birthDate"] = "someday".into();
    assert!(!judge(&wrong).0);
}
