//! Ours: from a stored study at the clinic's node to a stored one at the specialist's, by way of a request, its
//! acceptance, and a signed receipt. New nodes each time, so that nothing is there already.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use dokuei_tests::api::Client;
use dokuei_tests::consult;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::Pair;
use dokuei_tests::programs::Programs;
use serde_json::Value;

use super::{Peer, Run, Scene};
use crate::bench::transfer::measure::{self, TooSlow};
use crate::project;

/// Ours.
pub(super) struct Dokuei {
    programs: PathBuf,
}

impl Dokuei {
    pub(super) fn new(profile: &str) -> Self {
        Self {
            programs: project::bin_dir(profile),
        }
    }
}

impl Peer for Dokuei {
    fn name(&self) -> &'static str {
        super::super::OURS
    }

    fn what(&self) -> &'static str {
        "sealed, proven against what was signed, opened, sealed again at rest, durable, receipt signed"
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let lab = Lab::staying_in(&scene.fresh()?, Programs::in_dir(&self.programs)?)?;
        let mut pair = Pair::enrolled(lab)?;
        pair.place(&scene.near, &scene.far);
        pair.start_bootstraps()?;
        pair.start_nodes()?;
        let session = pair.sign_in()?;
        let reader = session.meet()?;
        session.agree()?;
        consult::import(&session.clinic, &scene.study.folder, |_| ())?;
        let studies: Vec<Value> = session.clinic.get("/studies")?;
        let study = studies.first().and_then(|one| one["study_instance_uid"].as_str());
        let study = study.context("nothing was imported")?;

        let nodes = [pair.clinic.pid()?, pair.specialist.pid()?];
        let before = [measure::cpu_of(nodes[0])?, measure::cpu_of(nodes[1])?];
        let start = Instant::now();
        let (case, sealed_bytes) = request(&session.clinic, study, &reader, scene.patience)?;
        let sealed = start.elapsed();
        soon(scene.patience, || {
            let cases: Vec<Value> = session.specialist.get("/cases")?;
            Ok(cases.iter().any(|one| one["case_id"] == case.as_str()))
        })?;
        consult::accept(&session.specialist, &case)?;
        soon(scene.patience, || {
            let one: Value = session.specialist.get(&format!("/cases/{case}"))?;
            Ok(one["transfer"]["state"] == "opened")
        })?;
        let seconds = start.elapsed().as_secs_f64();
        let opened = measure::cpu_of(nodes[1])?;
        let mut compared = None;
        soon(scene.patience, || {
            let one: Value = session.specialist.get(&format!("/cases/{case}"))?;
            let left = one["transfer"]["to_compare"].as_u64().unwrap_or(0);
            if left == 0 {
                compared = Some([
                    start.elapsed().as_secs_f64() - seconds,
                    measure::cpu_of(nodes[1])? - opened,
                ]);
            }
            Ok(left == 0)
        })?;
        consult::wait_delivered(&session.clinic, &case)?;
        let after = [measure::cpu_of(nodes[0])?, opened];
        let same = consult::hashes(&session.clinic, study)? == consult::hashes(&session.specialist, study)?;
        if !same {
            bail!("what was stored is not what was sent");
        }
        Ok(Run {
            seconds,
            cpu_seconds: [after[0] - before[0], after[1] - before[1]],
            peak_rss_bytes: [measure::peak_of(nodes[0])?, measure::peak_of(nodes[1])?],
            before_seconds: sealed.as_secs_f64(),
            sealed_bytes,
            compared_after: compared,
        })
    }
}

/// Between two looks: short beside a transfer, long beside what a look costs the node that is measured. The steps of the
/// tests would be a part of what is measured.
const LOOK: Duration = Duration::from_millis(10);

/// Sends the request and waits until its study is sealed; gives the case's id and the sealed length, bytes.
fn request(clinic: &Client, study: &str, reader: &str, patience: Duration) -> Result<(String, Option<u64>)> {
    let answer: Value = clinic.post("/cases", &consult::request_body(study, reader)?)?;
    let word = |name: &str| answer[name].as_str().map(str::to_owned);
    let case = word("case_id").context("the answer names no case")?;
    let mut sealed = None;
    if let Some(job) = word("job") {
        soon(patience, || {
            let job: Value = clinic.get(&format!("/jobs/{job}"))?;
            match job["state"].as_str() {
                Some("done") => {
                    sealed = job["result"]["sealed_bytes"].as_u64();
                    Ok(true)
                }
                Some("failed") => bail!("the study could not be sealed: {}", job["error"]),
                _ => Ok(false),
            }
        })?;
    }
    Ok((case, sealed))
}

/// Waits for something in short steps.
fn soon(patience: Duration, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is_so()? {
        if start.elapsed() > patience {
            return Err(TooSlow(patience).into());
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}
