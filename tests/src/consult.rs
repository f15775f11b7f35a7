//! The steps of a consultation over the API, shared by the tests, the demonstration and the measurements.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::api::{Client, Job};
use crate::wait;

/// What the specialist writes. A report that a test can look for in the PDF.
pub const FINDINGS: &str =
    "左側下顎第三大臼歯は水平埋伏。歯根尖と下顎管は接しており、皮質骨の連続性は保たれる。";
/// Her conclusion.
pub const IMPRESSION: &str = "左側下顎水平埋伏智歯。下顎管との近接あり。";
/// What she recommends.
pub const RECOMMENDATIONS: &str = "抜歯に際しては下歯槽神経の走行に注意されたい。";

/// How long an entry of a case may take from one node to the other.
const ENTRY: Duration = Duration::from_secs(60);
/// How long import, sealing or transfer of a large study may take.
const BULK: Duration = Duration::from_secs(900);
/// How long a node may take to compare received images with what their sender signed.
const COMPARED: Duration = Duration::from_secs(120);

/// Imports a folder or file and gives the job as it ended.
///
/// # Errors
/// When the import fails, with the node's sentence.
pub fn import(client: &Client, path: &Path, progress: impl FnMut(&Job)) -> Result<Job> {
    let answer: Value = client.post("/studies/import", &json!({ "path": path }))?;
    client
        .job(&answer, BULK, progress)
        .with_context(|| format!("cannot import {}", path.display()))
}

/// Imports one study and gives its UID.
///
/// # Errors
/// When the import fails, or there is none that was not there before.
pub fn import_one(client: &Client, path: &Path) -> Result<String> {
    let before = studies(client)?;
    import(client, path, |_| ())?;
    let new = studies(client)?.into_iter().find(|uid| !before.contains(uid));
    new.context("nothing new was imported")
}

/// The UIDs of the studies that are at a node.
///
/// # Errors
/// When the node refuses.
pub fn studies(client: &Client) -> Result<Vec<String>> {
    let studies: Vec<Value> = client.get("/studies")?;
    let uid = |study: &Value| study["study_instance_uid"].as_str().map(str::to_owned);
    Ok(studies.iter().filter_map(uid).collect())
}

/// The SOP Instance UIDs of the images of a study's first series that a node shows, in the order of the volume.
///
/// # Errors
/// When nothing of the study is there.
pub fn images(client: &Client, study: &str) -> Result<Vec<String>> {
    let whole: Value = client.get(&format!("/studies/{study}"))?;
    let images = whole["series"][0]["instances"].as_array();
    let uid = |image: &Value| image["sop_instance_uid"].as_str().map(str::to_owned);
    Ok(images
        .context("a study without images")?
        .iter()
        .filter_map(uid)
        .collect())
}

/// Writes a study as plain DICOM files into `folder`.
///
/// # Errors
/// When the export fails, with the node's sentence.
pub fn export(client: &Client, study: &str, folder: &Path, progress: impl FnMut(&Job)) -> Result<Job> {
    let answer: Value = client.post(&format!("/studies/{study}/export"), &json!({ "path": folder }))?;
    client
        .job(&answer, BULK, progress)
        .with_context(|| format!("cannot export the study to {}", folder.display()))
}

/// The body of a request for a study.
///
/// # Errors
/// When the time cannot be told.
pub fn request_body(study: &str, with: &str) -> Result<Value> {
    Ok(json!({
        "study_instance_uid": study,
        "with": with,
        "question": "左側下顎埋伏智歯と下顎管の位置関係について読影をお願いします。",
        "history": "左側下顎部の違和感。",
        "region": "mandible-left",
        "justification": "抜歯術前に下顎管との三次元的位置関係の把握が必要なため。",
        "consent": {
            "explained_by": "田中 花子",
            "explained_at": now()?,
            "scope": "遠隔画像診断のための画像および臨床情報の提供",
        },
        "urgency": "routine",
    }))
}

/// What the node would have looked at before this is sent, as whoever sends it acknowledges it: files made for tests
/// lack slices, and their patients are called alike.
///
/// # Errors
/// When the node refuses.
pub fn looked_at(clinic: &Client, body: &Value) -> Result<Value> {
    let checked: Value = clinic.post("/cases/check", body)?;
    let findings = checked["findings"].as_array().into_iter().flatten();
    Ok(findings.map(|one| one["acknowledge"].clone()).collect())
}

/// Sends the request and waits until its study is sealed; gives the case's id.
///
/// # Errors
/// When the node refuses or sealing fails.
pub fn request(clinic: &Client, study: &str, with: &str, progress: impl FnMut(&Job)) -> Result<String> {
    let mut body = request_body(study, with)?;
    body["acknowledged"] = looked_at(clinic, &body)?;
    let answer: Value = clinic.post("/cases", &body)?;
    let case = answer["case_id"]
        .as_str()
        .context("the answer names no case")?
        .to_owned();
    if !answer["job"].is_null() {
        clinic
            .job(&answer, BULK, progress)
            .context("the study could not be sealed")?;
    }
    Ok(case)
}

/// Accepts a case as soon as it has arrived.
///
/// # Errors
/// When it does not arrive or cannot be accepted.
pub fn accept(specialist: &Client, case: &str) -> Result<()> {
    wait::until("the request at the specialist", ENTRY, || {
        let cases: Vec<Value> = specialist.get("/cases")?;
        Ok(cases.iter().any(|one| one["case_id"] == case).then_some(()))
    })?;
    act(specialist, case, "accept", &json!({}))
}

/// Bytes of the study of a case that are verified at the specialist's, as this node shows it, and all.
///
/// # Errors
/// When the node refuses.
pub fn progress(client: &Client, case: &str) -> Result<(u64, u64)> {
    let one: Value = client.get(&format!("/cases/{case}"))?;
    let bytes = |name: &str| one["transfer"][name].as_u64().unwrap_or(0);
    Ok((bytes("done"), bytes("total")))
}

/// Waits until the first of these bytes are there.
///
/// # Errors
/// When none comes in time.
pub fn wait_begun(specialist: &Client, case: &str) -> Result<()> {
    wait::until("the first chunks", BULK, || {
        Ok((progress(specialist, case)?.0 > 0).then_some(()))
    })
}

/// Waits until the specialist's node has opened the study; `heard` hears the bytes there and the total.
///
/// # Errors
/// When it is not opened in time.
pub fn wait_opened(specialist: &Client, case: &str, mut heard: impl FnMut(u64, u64)) -> Result<()> {
    wait::until("the study to arrive and be opened", BULK, || {
        let one: Value = specialist.get(&format!("/cases/{case}"))?;
        let transfer = &one["transfer"];
        heard(
            transfer["done"].as_u64().unwrap_or(0),
            transfer["total"].as_u64().unwrap_or(0),
        );
        Ok((transfer["state"] == "opened").then_some(()))
    })
}

/// Waits until the sender holds the signed receipt.
///
/// # Errors
/// When none comes.
pub fn wait_delivered(clinic: &Client, case: &str) -> Result<()> {
    wait::until("the signed receipt at the clinic", ENTRY, || {
        let one: Value = clinic.get(&format!("/cases/{case}"))?;
        Ok(matches!(one["transfer"]["state"].as_str(), Some("delivered" | "opened")).then_some(()))
    })
}

/// Waits for a state of the case at one side and gives the case.
///
/// # Errors
/// When it does not come.
pub fn wait_state(client: &Client, case: &str, state: &str) -> Result<Value> {
    wait::until(&format!("the case in the state {state}"), ENTRY, || {
        let one: Value = client.get(&format!("/cases/{case}"))?;
        Ok((one["state"] == state).then_some(one))
    })
}

/// The specialist signs her final report.
///
/// # Errors
/// When her node refuses.
pub fn report(specialist: &Client, case: &str) -> Result<()> {
    act(specialist, case, "report", &specialist.confirmed(report_body()))
}

/// The body of the final report; whoever signs it confirms that.
#[must_use]
pub fn report_body() -> Value {
    json!({
        "status": "final",
        "findings": FINDINGS,
        "impression": IMPRESSION,
        "recommendations": RECOMMENDATIONS,
    })
}

/// The dentist has read the report, explained it to the patient, and closes the case.
///
/// # Errors
/// When a step is refused.
pub fn read_and_close(clinic: &Client, specialist: &Client, case: &str) -> Result<()> {
    act(clinic, case, "read", &json!({}))?;
    wait_state(specialist, case, "read")?;
    act(
        clinic,
        case,
        "close",
        &json!({ "patient_informed_by": "田中 花子" }),
    )?;
    wait_state(specialist, case, "closed")?;
    wait_state(clinic, case, "closed").map(drop)
}

/// One step of a case.
///
/// # Errors
/// When the node refuses.
pub fn act(client: &Client, case: &str, step: &str, body: &Value) -> Result<()> {
    let _: Value = client.post(&format!("/cases/{case}/{step}"), body)?;
    Ok(())
}

/// Fails when two nodes do not hold a study with the same SHA-256 of every instance.
///
/// # Errors
/// When they do not, or one of them has it not.
pub fn ensure_same(one: &Client, other: &Client, study: &str) -> Result<()> {
    ensure!(
        hashes(one, study)? == hashes(other, study)?,
        "the study {study} is not the same on both sides"
    );
    Ok(())
}

/// The SHA-256 of every instance of a study as a node's index holds it, by SOP Instance UID. Of a received image it is
/// known once it was compared with what its sender signed: that is waited for.
///
/// # Errors
/// When the study is not there or its answer has another shape.
pub fn hashes(client: &Client, study: &str) -> Result<std::collections::BTreeMap<String, String>> {
    wait::until_ok("all images to be compared", COMPARED, || {
        hashes_now(client, study)
    })
}

fn hashes_now(client: &Client, study: &str) -> Result<std::collections::BTreeMap<String, String>> {
    let mut hashes = std::collections::BTreeMap::new();
    let whole: Value = client.get(&format!("/studies/{study}"))?;
    for series in whole["series"].as_array().context("a study without series")? {
        for instance in series["instances"]
            .as_array()
            .context("a series without instances")?
        {
            let (uid, hash) = (instance["sop_instance_uid"].as_str(), instance["sha256"].as_str());
            hashes.insert(
                uid.context("no UID")?.to_owned(),
                hash.context("no SHA-256")?.to_owned(),
            );
        }
    }
    if hashes.is_empty() {
        bail!("the study {study} has no instances");
    }
    Ok(hashes)
}

/// The present time as RFC 3339 in UTC.
fn now() -> Result<String> {
    let said = crate::process::output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]))?;
    Ok(String::from_utf8_lossy(said.trim_ascii()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R7: a request names its justification and the patient's consent.
    #[test]
    fn r7_a_request_has_justification_and_consent() {
        let body = request_body("1.2.3", "ab").unwrap();
        assert!(!body["justification"].as_str().unwrap().is_empty());
        let explained = body["consent"]["explained_at"].as_str().unwrap();
        assert_eq!((explained.len(), explained.ends_with('Z')), (20, true));
    }
}
