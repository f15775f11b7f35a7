//! Two specialists read one case blind by the command line, say together what follows from both reports, and co-sign it.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::time::Duration;

use dokuei_tests::fixtures::SIZE;
use dokuei_tests::lab::Lab;
use dokuei_tests::node::Node;
use dokuei_tests::pair::{Pair, Session, find_online};
use dokuei_tests::people::{Institution, Person, SUZUKI, TANAKA};
use dokuei_tests::{consult, foreign, wait};
use serde_json::{Value, json};

/// The second specialist, who reads at an institute of her own.
const KATO: Person = Person {
    id: "kato",
    name_ja: "加藤 みどり",
    name_latin: "Kato Midori",
    licence: "dentist",
    number: "456789",
    qualifications: &["oral-radiology"],
    passphrase: "aoi tori to 7 tsu no hoshi",
};

const INSTITUTE: Institution = Institution {
    role: "institute",
    name: "画像診断研究所",
    code: "1367890",
    passphrase: "kenkyujo node 2026 kagi",
};

const OPINION: &str = "両者とも歯根嚢胞と判断する。";
const LIMIT: Duration = Duration::from_secs(90);

/// What a command with `--json` prints.
fn told(node: &Node, words: &[&str]) -> anyhow::Result<Value> {
    let said = node.cli(&[&["--json"], words].concat())?;
    Ok(serde_json::from_str(&said)?)
}

/// Waits until a command's answer is as it should be; gives it.
fn until(node: &Node, words: &[&str], what: &str, good: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, LIMIT, || {
        let answer = told(node, words).unwrap_or_default();
        Ok(good(&answer).then_some(answer))
    })
    .unwrap()
}

fn sign_in(node: &Node, person: &Person) -> String {
    let secret = node
        .secret(&format!("{}.passphrase", person.id), person.passphrase)
        .unwrap();
    node.cli(&["sign-in", "--id", person.id, "--passphrase-file", &secret])
        .unwrap();
    secret
}

/// A third node with the second specialist, with whom the clinic's dentist has an agreement.
fn institute(pair: &Pair, session: &Session) -> Node {
    let mut node = pair.lab.node(&INSTITUTE).unwrap();
    node.enrol(&pair.registry).unwrap();
    node.enrol_practitioner(&pair.registry, &KATO).unwrap();
    node.start(&pair.bootstrap_addresses()).unwrap();
    let kato = node.sign_in(&KATO).unwrap();
    for (client, name) in [
        (&kato, TANAKA.name_latin),
        (&session.clinic, KATO.name_latin),
        (&session.specialist, KATO.name_latin),
        (&kato, SUZUKI.name_latin),
    ] {
        find_online(client, name).unwrap();
    }
    pair.clinic
        .cli(&["agreement", "propose", "--with", KATO.name_ja])
        .unwrap();
    let open = |all: &Value| {
        let mut all = all.as_array().into_iter().flatten();
        all.any(|one| one["state"] == "proposed")
    };
    sign_in(&node, &KATO);
    let all = until(&node, &["agreement", "list"], "the proposal arrives", open);
    let id = all[0]["id"].as_str().unwrap();
    node.cli(&["agreement", "accept", id]).unwrap();
    let in_force = |all: &Value| {
        let mut all = all.as_array().into_iter().flatten();
        all.any(|one| one["id"] == id && one["state"] == "in_force")
    };
    until(
        &pair.clinic,
        &["agreement", "list"],
        "the agreement is in force",
        in_force,
    );
    node
}

/// R2, R6, R15: the command line from beginning to end: a blind second reader is brought in, both report, both see the
/// reports side by side, one signs what both mean and the other co-signs, each with her passphrase anew; the clinic has it as
/// PDF, as SR and in the evidence, in which an outsider finds out an altered opinion.
#[test]
fn r2_r6_r15_two_specialists_read_blind_reconcile_and_co_sign_by_the_command_line() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let (clinic, hospital) = (&pair.clinic, &pair.specialist);
    sign_in(clinic, &TANAKA);
    let suzuki = sign_in(hospital, &SUZUKI);
    let institute = institute(&pair, &session);
    let (_, case) = pair.accepted(&session, 2, SIZE).unwrap();
    consult::wait_opened(&session.specialist, &case, |_, _| ()).unwrap();
    let case = case.as_str();

    clinic
        .cli(&[
            "consult",
            "forward",
            case,
            "--kind",
            "blind",
            "--with",
            KATO.name_ja,
            "--question",
            "独立した読影",
            "--consent-by",
            "田中 花子",
        ])
        .unwrap();
    wait::until_ok("the blind reading is accepted", LIMIT, || {
        institute.cli(&["consult", "accept", case])
    })
    .unwrap();
    // It is accepted once; the images may be waited for again.
    wait::until_ok("the images are at the institute", LIMIT, || {
        institute.cli(&["consult", "fetch", case])
    })
    .unwrap();
    report(hospital, case, &suzuki, "根尖性歯周炎");
    let kato = institute.secret("kato.passphrase", KATO.passphrase).unwrap();
    report(&institute, case, &kato, "歯根嚢胞");
    let both = |answer: &Value| answer["comparisons"].as_array().is_some_and(|all| all.len() == 1);
    let compare = ["consult", "compare", case];
    for node in [hospital, &institute, clinic] {
        until(node, &compare, "both reports side by side", both);
    }
    let said = hospital.cli(&compare).unwrap();
    assert!(
        said.contains("differ") && said.contains("歯根嚢胞") && said.contains("根尖性歯周炎"),
        "{said}"
    );

    sign(hospital, &suzuki, &institute, case);
    let agreed = until(clinic, &compare, "it is the opinion of both", |answer| {
        answer["reconciliations"][0]["standing"] == "agreed"
    });
    assert_eq!(agreed["reconciliations"][0]["opinion"], OPINION);
    assert_eq!(agreed["co_signatures"][0]["by"]["name_ja"], KATO.name_ja);
    let told = clinic.cli(&compare).unwrap();
    assert!(told.contains("agreed") && told.contains(OPINION), "{told}");
    papers(&pair, case);
    outsider(&pair, case);
}

/// The first says what both mean, the second co-signs it; whoever sits at an open session is asked who she is.
fn sign(hospital: &Node, suzuki: &str, institute: &Node, case: &str) {
    let compare = ["consult", "compare", case];
    let kato = institute.secret("kato.passphrase", KATO.passphrase).unwrap();
    let reconcile = [
        "consult",
        "reconcile",
        case,
        "--opinion",
        OPINION,
        "--passphrase-file",
    ];
    let wrong = hospital
        .secret("wrong.passphrase", "somebody else sits here")
        .unwrap();
    let refused = hospital.try_cli(&[&reconcile[..], &[&wrong]].concat()).unwrap();
    assert!(
        !refused.status.success(),
        "whoever sits at an open session is asked"
    );
    hospital.cli(&[&reconcile[..], &[suzuki]].concat()).unwrap();
    until(institute, &compare, "it waits for her", |answer| {
        answer["reconciliations"][0]["for_me"] == true
    });
    institute
        .cli(&["consult", "co-sign", case, "--passphrase-file", &kato])
        .unwrap();
}

fn report(node: &Node, case: &str, passphrase: &str, impression: &str) {
    let words = [
        "--findings",
        "下顎右側第一大臼歯根尖に透過像",
        "--impression",
        impression,
        "--passphrase-file",
        passphrase,
    ];
    node.cli(&[&["consult", "report", case], &words[..]].concat())
        .unwrap();
}

/// The opinion as PDF and as SR.
fn papers(pair: &Pair, case: &str) {
    let [pdf, sr] = ["opinion.pdf", "opinion.dcm"].map(|name| pair.lab.folder().join(name));
    for to in [&pdf, &sr] {
        pair.clinic
            .cli(&["consult", "opinion", case, "--to", to.to_str().unwrap()])
            .unwrap();
    }
    let text: String = foreign::pdf_text(&pdf).unwrap().split_whitespace().collect();
    for expected in [OPINION, "鈴木一郎", "加藤みどり", "両者署名"] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    let shown = foreign::sr_dump(&sr).unwrap();
    for expected in [OPINION, "Suzuki^Ichiro", "Kato^Midori"] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
}

/// Whoever has the registry's root, OpenSSL and sha256sum verifies the opinion, and finds out that it was altered.
fn outsider(pair: &Pair, case: &str) {
    let [archive, folder] = ["evidence.zip", "evidence"].map(|name| pair.lab.folder().join(name));
    pair.clinic
        .cli(&["case", "export", case, "--to", archive.to_str().unwrap()])
        .unwrap();
    let mut unpack = foreign::command("python3").unwrap();
    unpack.args(["-m", "zipfile", "-e"]).arg(&archive).arg(&folder);
    foreign::text(&mut unpack).unwrap();
    let told: Value =
        serde_json::from_slice(&std::fs::read(folder.join("consultation.json")).unwrap()).unwrap();
    let of = told["reconciliations"][0]["entry_id"].as_str().unwrap();
    assert_eq!(told["co_signatures"][0]["of"], json!(of));
    let entries = std::fs::read_to_string(folder.join("entries.txt")).unwrap();
    let line = entries.lines().find(|line| line.contains(of)).unwrap();
    let body = format!("entries/{}/body", line.split(' ').next().unwrap());
    let verify = || {
        let mut shell = foreign::command("sh").unwrap();
        shell
            .arg(folder.join("verify.sh"))
            .arg("--root")
            .arg(pair.registry.root());
        foreign::text(&mut shell)
    };
    assert!(verify().unwrap().contains("OK 合格"));
    for path in [body.as_str(), "reports/opinion-1.pdf", "reports/opinion-1.dcm"] {
        dokuei_tests::tamper::flip(&folder.join(path), 80).unwrap();
        assert!(verify().is_err(), "{path} was altered unnoticed");
        dokuei_tests::tamper::flip(&folder.join(path), 80).unwrap();
    }
    verify().unwrap();
}
