//! What must be refused, tried.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use dokuei_tests::people::{Institution, Person, SATO, SUZUKI};
use dokuei_tests::{consult, foreign, pair, tamper, wait};
use serde_json::Value;

use super::super::consultation::Told;
use super::super::record::Record;
use super::super::scene::Scene;

/// How long a tampered copy is given to be accepted wrongly.
const TEMPTATION: Duration = Duration::from_secs(8);

/// Tries what must be refused.
pub(super) fn prove(scene: &mut Scene, told: &Told, record: &mut Record) {
    record.check(
        "a reader without the qualification is refused",
        unqualified(scene, told),
    );
    record.check("an expired certificate is refused", expired(scene));
    record.check(
        "a tampered copy is refused, the true one opened",
        tampered(scene, told),
    );
}

/// The ordinary dentist at the hospital: she may be asked for nothing and sign no report.
fn unqualified(scene: &Scene, told: &Told) -> Result<String> {
    let sato = scene.pair.specialist.sign_in(&SATO)?;
    let profile: Value = sato.get("/session")?;
    ensure!(profile["may_read"] == false, "the node says that she may read");
    let fingerprint = profile["fingerprint"]
        .as_str()
        .context("the session names no certificate")?;
    let sent = told.sent.last().context("nothing was sent")?;
    pair::known(&scene.session.clinic, fingerprint)?;
    let asked = scene
        .session
        .clinic
        .refused("/cases", &consult::request_body(&sent.study, fingerprint)?)?;
    let signed = sato.refused(
        &format!("/cases/{}/report", sent.case),
        &sato.confirmed(consult::report_body()),
    )?;
    ensure!(
        asked.code == "not_qualified",
        "the request was refused for another reason: {asked}"
    );
    ensure!(
        (400..500).contains(&signed.status),
        "the report was not refused in order: {signed}"
    );
    Ok(format!("request: {}; report: {}", asked.code, signed.code))
}

/// A certificate of one day, three days later.
fn expired(scene: &Scene) -> Result<String> {
    let institution = Institution {
        role: "visitor",
        name: "すみれ歯科",
        code: "1399999",
        passphrase: "sumire node 2026 kagi",
    };
    let person = Person {
        id: "visitor",
        ..SATO
    };
    let visitor = scene.pair.lab.node(&institution)?;
    visitor.init()?;
    let request = visitor.request_practitioner(&person)?;
    let chain = scene
        .pair
        .registry
        .issue_practitioner(&person, &institution, &request, 1)?;
    let mut later = foreign::command("faketime")?;
    let plain = visitor.command(&[]);
    later
        .args(["-f", "+3d"])
        .arg(plain.get_program())
        .args(["identity", "install", "--root"]);
    later
        .arg(scene.pair.registry.root())
        .arg("--chain")
        .arg(&chain)
        .env("DOKUEI_DATA_DIR", visitor.data_dir());
    let ended = later.output().context("cannot start faketime")?;
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    ensure!(
        !ended.status.success(),
        "the node installed a certificate that had ended two days before"
    );
    ensure!(
        said.to_lowercase().contains("expired"),
        "the refusal does not say why: {said}"
    );
    visitor
        .install(&scene.pair.registry, &chain)
        .context("the same certificate in its time")?;
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// One bit of a sealed study is changed on the sender's disk while the specialist is away.
fn tampered(scene: &mut Scene, told: &Told) -> Result<String> {
    let study = told.sent.last().context("nothing was sent")?.study.clone();
    let packages = scene.pair.clinic.data_dir().join("packages");
    scene.pair.specialist.stop();
    let before = dokuei_tests::digest::files_below(&packages);
    let case = consult::request(&scene.session.clinic, &study, &scene.reader, |_| ())?;
    let package =
        tamper::largest(tamper::new_files(&packages, &before)).context("the clinic stored no package")?;
    let middle = package.metadata()?.len() / 2;
    tamper::flip(&package, middle)?;
    let bootstraps = scene.pair.bootstrap_addresses();
    scene.pair.specialist.start(&bootstraps)?;
    scene.session.specialist = scene.pair.specialist.sign_in(&SUZUKI)?;
    consult::accept(&scene.session.specialist, &case)?;
    let start = Instant::now();
    while start.elapsed() < TEMPTATION {
        for client in [&scene.session.clinic, &scene.session.specialist] {
            let one: Value = client.get(&format!("/cases/{case}"))?;
            if matches!(one["transfer"]["state"].as_str(), Some("delivered" | "opened")) {
                bail!("the tampered copy was taken for good");
            }
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    tamper::flip(&package, middle)?;
    consult::wait_opened(&scene.session.specialist, &case, |_, _| ()).context("the true copy")?;
    wait::until_ok("the receipt for the true copy", Duration::from_secs(30), || {
        consult::wait_delivered(&scene.session.clinic, &case)
    })?;
    Ok("one bit changed in the sealed file: never opened, never receipted".to_owned())
}
