//! `cargo xtask demo`: a consultation between separate programs, and proofs of what is claimed about it.

mod consultation;
mod proofs;
mod record;
mod scene;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;
use dokuei_tests::programs::Programs;

use crate::console::{complain, say};
use crate::packages::{self, BUILD, DEMO};
use crate::project;
use record::Record;

/// Options of the demonstration.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Write the steps, the checks and the programs' addresses to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Leave everything running and print the addresses for a browser; Ctrl-C ends it
    #[arg(long)]
    pub(crate) keep: bool,
    /// Send your own study: a folder of DICOM files. It stays on this machine
    #[arg(long, value_name = "DIR")]
    pub(crate) study: Option<PathBuf>,
    /// The number of slices of the generated cone-beam CT
    #[arg(long, default_value_t = 400, value_name = "N")]
    pub(crate) slices: u32,
    /// Use the programs as they are built; build nothing
    #[arg(long)]
    pub(crate) built: bool,
}

/// Shows the consultation. Fails when a step fails or a claim does not hold.
///
/// # Errors
/// With the failed step's own words, or the number of claims that do not hold.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut record = Record::default();
    let shown = show(options, &mut record);
    crate::wait_if_stopped();
    if let Err(error) = &shown {
        record.check(
            "the consultation runs to its end",
            Err(anyhow::anyhow!("{error:#}")),
        );
    }
    say!("\n{}", record.table());
    if let Some(file) = options.json.as_ref().filter(|_| shown.is_err() || !options.keep) {
        record.write(file)?;
    }
    shown?;
    match record.failed() {
        0 => Ok(()),
        failed => bail!("{failed} of the claims above do not hold"),
    }
}

fn show(options: &Options, record: &mut Record) -> Result<()> {
    if let Some(own) = &options.study {
        ensure!(
            own.is_dir(),
            "there is no folder {}: --study takes a folder with DICOM files",
            own.display()
        );
    }
    packages::install(&[BUILD, DEMO].concat(), options.yes)?;
    if !options.built {
        build(record)?;
    }
    let programs = Programs::in_dir(&project::bin_dir("debug"))?;
    let mut scene = scene::Scene::set(programs, record)?;
    let acted = consultation::tell(&mut scene, options, record)
        .and_then(|told| proofs::prove(&mut scene, &told, record));
    if acted.is_err() || record.failed() > 0 {
        keep_logs(&scene);
    }
    acted?;
    record.nodes = scene.nodes()?;
    if options.keep {
        stay(&scene, options, record)?;
    }
    Ok(())
}

/// Builds the programs and the UI.
fn build(record: &mut Record) -> Result<()> {
    record.step("build the programs", |_| {
        let packages = [
            "-p",
            "dokuei-node",
            "-p",
            "dokuei-registry",
            "-p",
            "dokuei-bootstrap",
        ];
        project::run(&mut project::cargo(
            &[&["build", "--locked"][..], &packages].concat(),
        ))?;
        Ok(0)
    })?;
    record.step("build the user interface", |_| {
        if !project::ui().join("node_modules").is_dir() {
            project::run(&mut project::npm(&["ci", "--silent"]))?;
        }
        project::run(&mut project::npm(&["run", "--silent", "build"]))?;
        Ok(0)
    })
}

/// Leaves all running until a signal comes.
fn stay(scene: &scene::Scene, options: &Options, record: &Record) -> Result<()> {
    say!("\n{}", record.table());
    say!("{}", scene.invitation()?);
    if let Some(file) = &options.json {
        record.write(file)?;
    }
    if record.failed() > 0 {
        complain!("{} of the claims above do not hold", record.failed());
    }
    say!("everything stays running; Ctrl-C ends it");
    loop {
        std::thread::park();
    }
}

/// Copies the programs' logs to where they outlive the scene, since something went wrong.
fn keep_logs(scene: &scene::Scene) {
    let to = dokuei_tests::fixtures::target_dir().join("demo-logs");
    let _ = std::fs::create_dir_all(&to);
    for file in dokuei_tests::digest::files_below(scene.pair.lab.folder()) {
        if file.extension().is_some_and(|kind| kind == "log") {
            let folder = file
                .parent()
                .and_then(std::path::Path::file_name)
                .unwrap_or_default();
            let name = file.file_name().unwrap_or_default();
            let name = format!("{}-{}", folder.to_string_lossy(), name.to_string_lossy());
            let _ = std::fs::copy(&file, to.join(name));
        }
    }
    complain!("the programs' logs are in {}", to.display());
}
