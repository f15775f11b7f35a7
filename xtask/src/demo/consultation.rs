//! The consultation, step by step, as dentist and specialist live it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dokuei_tests::api::Client;
use dokuei_tests::{consult, digest, fixtures};
use serde_json::Value;

use super::Options;
use super::record::Record;
use super::scene::Scene;
use crate::console::advance;

/// One study that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// Its Study Instance UID.
    pub(crate) study: String,
    /// The case in which it was sent.
    pub(crate) case: String,
    /// The size of its files.
    pub(crate) bytes: u64,
}

/// What was sent and written.
#[derive(Debug)]
pub(crate) struct Told {
    /// The folder with the plain DICOM files that the clinic imported.
    pub(crate) source: PathBuf,
    /// Whether the folder is the user's own.
    pub(crate) own: bool,
    /// All studies that were sent, the largest first.
    pub(crate) sent: Vec<Sent>,
    /// The report as PDF, as the clinic wrote it.
    pub(crate) pdf: PathBuf,
    /// The report as DICOM SR.
    pub(crate) sr: PathBuf,
}

/// Tells it all.
///
/// # Errors
/// The failed step's.
pub(crate) fn tell(scene: &mut Scene, options: &Options, record: &mut Record) -> Result<Told> {
    let folder = scene.pair.lab.folder().to_owned();
    let source = gather(scene, options, record, &folder)?;
    record.step("clinic imports the studies", |bar| {
        consult::import(&scene.session.clinic, &source, |job| {
            advance(bar, job.done, job.total)
        })?;
        Ok(digest::size(&source))
    })?;
    let studies = studies(&scene.session.clinic)?;
    let (main, others) = studies.split_first().context("nothing was imported")?;
    let case = send(scene, record, main)?;
    let mut sent = vec![Sent {
        case: case.clone(),
        ..main.clone()
    }];
    if options.study.is_none() {
        sent.extend(send_others(scene, record, others)?);
    }
    for done in sent.iter().take(2) {
        answer(scene, record, done)?;
    }
    let (pdf, sr) = (folder.join("report.pdf"), folder.join("report.dcm"));
    record.step("clinic writes the report as PDF and DICOM SR", |_| {
        std::fs::write(
            &pdf,
            scene.session.clinic.bytes(&format!("/cases/{case}/report.pdf"))?,
        )?;
        std::fs::write(
            &sr,
            scene.session.clinic.bytes(&format!("/cases/{case}/report.dcm"))?,
        )?;
        Ok(pdf.metadata()?.len() + sr.metadata()?.len())
    })?;
    Ok(Told {
        source,
        own: options.study.is_some(),
        sent,
        pdf,
        sr,
    })
}

/// Brings the studies together that the clinic will import.
fn gather(scene: &Scene, options: &Options, record: &mut Record, folder: &Path) -> Result<PathBuf> {
    if let Some(own) = &options.study {
        return std::path::absolute(own).context("the folder of your study cannot be named");
    }
    let source = folder.join("source");
    record.step("real DICOM files from pydicom", |_| {
        fixtures::real_studies(&source.join("real"))?;
        Ok(digest::size(&source.join("real")))
    })?;
    record.step(
        &format!("a cone-beam CT of {} slices with a Japanese name", options.slices),
        |_| {
            fixtures::phantom(&scene.pair.clinic, &source.join("cbct"), options.slices)?;
            Ok(digest::size(&source.join("cbct")))
        },
    )?;
    Ok(source)
}

/// The studies at the clinic, the largest first.
fn studies(clinic: &Client) -> Result<Vec<Sent>> {
    let listed: Vec<Value> = clinic.get("/studies")?;
    let mut studies = Vec::new();
    for one in listed {
        let study = one["study_instance_uid"]
            .as_str()
            .context("a study without UID")?
            .to_owned();
        studies.push(Sent {
            study,
            case: String::new(),
            bytes: one["bytes"].as_u64().unwrap_or(0),
        });
    }
    studies.sort_by_key(|study| std::cmp::Reverse(study.bytes));
    Ok(studies)
}

/// The largest study, in steps that show each speed.
fn send(scene: &Scene, record: &mut Record, main: &Sent) -> Result<String> {
    let (clinic, specialist) = (&scene.session.clinic, &scene.session.specialist);
    let mut case = String::new();
    record.step("dentist sends the request; her node seals the study", |bar| {
        case = consult::request(clinic, &main.study, &scene.reader, |job| {
            advance(bar, job.done, job.total)
        })?;
        Ok(main.bytes)
    })?;
    record.step(
        "specialist accepts; the study goes from node to node, is verified and opened",
        |bar| {
            consult::accept(specialist, &case)?;
            consult::wait_opened(specialist, &case, |done, total| advance(bar, done, total))?;
            Ok(main.bytes)
        },
    )?;
    record.step(
        "clinic holds the receipt that the specialist's node signed",
        |_| {
            consult::wait_delivered(clinic, &case)?;
            Ok(0)
        },
    )?;
    Ok(case)
}

/// The other studies, in one step.
fn send_others(scene: &Scene, record: &mut Record, others: &[Sent]) -> Result<Vec<Sent>> {
    let mut sent: Vec<Sent> = others.to_vec();
    record.step(
        &format!(
            "{} more studies in other transfer syntaxes, sent and opened",
            others.len()
        ),
        |bar| {
            for (number, one) in sent.iter_mut().enumerate() {
                advance(bar, number as u64, others.len() as u64);
                one.case = consult::request(&scene.session.clinic, &one.study, &scene.reader, |_| ())?;
                consult::accept(&scene.session.specialist, &one.case)?;
            }
            for one in &sent {
                consult::wait_opened(&scene.session.specialist, &one.case, |_, _| ())?;
                consult::wait_delivered(&scene.session.clinic, &one.case)?;
            }
            Ok(others.iter().map(|one| one.bytes).sum())
        },
    )?;
    Ok(sent)
}

/// Report, reading, and close.
fn answer(scene: &Scene, record: &mut Record, sent: &Sent) -> Result<()> {
    let (clinic, specialist) = (&scene.session.clinic, &scene.session.specialist);
    record.step(
        "specialist signs the report; it is verified at the clinic",
        |_| {
            consult::report(specialist, &sent.case)?;
            consult::wait_state(clinic, &sent.case, "reported")?;
            Ok(0)
        },
    )?;
    record.step(
        "dentist reads it, explains it to the patient, and closes the case",
        |_| {
            consult::read_and_close(clinic, specialist, &sent.case)?;
            Ok(0)
        },
    )
}
