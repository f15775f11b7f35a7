//! `cargo xtask test`: every check and test, in the order in which a mistake shows soonest.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use dokuei_tests::people::{SATO, SUZUKI, TANAKA};
use dokuei_tests::process::Process;
use dokuei_tests::{fixtures, wait};
use serde_json::json;

use crate::console::{Table, say, seconds};
use crate::failures::Failures;
use crate::packages::{self, BENCH, BUILD, DEMO, WINDOWS};
use crate::{check, project, test_programs};

/// The version of the window's driver; the registry's newest is for another major version of Tauri.
const TAURI_DRIVER: &str = "2.1.0";

/// How many tests of one program run at once: most wait for the programs that they started, and not for a processor.
const TEST_THREADS: &str = "4";

/// Options of the whole test.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Leave out the demonstration and the tests in browser and window
    #[arg(long)]
    no_windows: bool,
}

/// The stages that were gone through, with their times.
#[derive(Debug, Default)]
struct Stages {
    done: Vec<(&'static str, Duration)>,
}

/// Runs all stages up to the first that fails.
///
/// # Errors
/// The failed stage's, after the table of those that were gone through.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut stages = Stages::default();
    let failures = Failures::default();
    let outcome = all(&mut stages, options, &failures);
    say!("\n{}", stages.table());
    if !failures.is_empty() {
        say!("{failures}");
    }
    outcome.inspect(|()| say!("everything holds"))
}

fn all(stages: &mut Stages, options: &Options, failures: &Failures) -> Result<()> {
    stages.stage("Debian packages", || {
        packages::install(&[BUILD, DEMO, WINDOWS, BENCH].concat(), options.yes)
    })?;
    stages.stage("architecture, layers, house rules", check::run)?;
    stages.stage("formatting", || cargo(&["fmt", "--all", "--check"]))?;
    stages.stage("user interface", || user_interface(failures))?;
    // One selection of packages and targets everywhere: another would compile the dependencies anew.
    stages.stage("build with lints", || {
        project::run(&mut linted(&[
            "build",
            "--workspace",
            "--all-targets",
            "--locked",
        ]))
    })?;
    stages.stage("Rust tests, whole-system tests", || {
        let files = fixtures::pydicom_files()?;
        let data = files.parent().context("pydicom's files lie in no folder")?;
        let programs = test_programs::build(linted)?;
        let prepare = |command: &mut Command| {
            lint(command);
            command
                .env(fixtures::PYDICOM_FILES, data)
                .env("RUST_TEST_THREADS", TEST_THREADS);
        };
        test_programs::run(&programs, prepare, failures)
    })?;
    if options.no_windows {
        return Ok(());
    }
    stages.stage("the registry's console in a browser", || {
        twice("the registry's console in a browser", |_| console(failures))
    })?;
    stages.stage("driver of the window test", install_driver)?;
    let folder = fixtures::target_dir().join("xtask");
    std::fs::create_dir_all(&folder)?;
    let mut demo = stages.value("demonstration", || Demo::start(&folder))?;
    for (name, script) in [
        ("test in a browser", "e2e:browser"),
        ("test in a window", "e2e:window"),
    ] {
        stages.stage(name, || {
            twice(name, |is_again| {
                if is_again {
                    demo.process.stop();
                    demo = Demo::start(&folder)?;
                }
                end_to_end(script, &demo, failures)
            })
        })?;
    }
    demo.process.stop();
    Ok(())
}

/// Does what failed once more, from its beginning, as single tests of Rust's are ([`test_programs`]): what holds then is named as
/// unsteady, for somebody to mend. `work` is told whether it is done again.
fn twice(name: &str, mut work: impl FnMut(bool) -> Result<()>) -> Result<()> {
    let Err(error) = work(false) else {
        return Ok(());
    };
    say!("\n{name}: {error:#}; once more from the beginning");
    work(true)?;
    say!("\nUNSTEADY: “{name}” failed once and held from its beginning; what it said stands above");
    Ok(())
}

impl Stages {
    fn stage(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        self.value(name, work)
    }

    fn value<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        say!("\n── {name}");
        let start = Instant::now();
        let value = work().with_context(|| format!("the stage “{name}” failed"));
        self.done.push((name, start.elapsed()));
        value
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&["stage", "time"]);
        for (name, time) in &self.done {
            table.row(&[name, &seconds(*time)]);
        }
        let whole = self.done.iter().map(|(_, time)| *time).sum();
        table.row(&["all", &seconds(whole)]);
        table
    }
}

/// Cargo with clippy's compiler for the workspace's own packages, and every warning an error.
///
/// `cargo clippy` compiles all dependencies for itself, and a build cannot use them. Its driver makes programs too, so
/// that one pass lints and builds. It is hooked in as `cargo clippy` does it: by `RUSTC_WORKSPACE_WRAPPER`, with the
/// arguments in `CLIPPY_ARGS`, each followed by a mark.
fn linted(words: &[&str]) -> Command {
    let mut command = project::cargo(words);
    lint(&mut command);
    command
}

fn lint(command: &mut Command) {
    command
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
}

fn cargo(words: &[&str]) -> Result<()> {
    project::run(&mut project::cargo(words))
}

fn user_interface(failures: &Failures) -> Result<()> {
    project::run(&mut project::npm(&["ci", "--silent"]))?;
    project::run(&mut project::npm(&["run", "check"]))?;
    vitest("test", failures, |_| ())?;
    project::run(&mut project::npm(&["run", "build"]))
}

/// Runs a script of the UI's that is vitest, and keeps why tests failed.
fn vitest(script: &str, failures: &Failures, prepare: impl FnOnce(&mut Command)) -> Result<()> {
    let report = fixtures::target_dir().join("xtask/vitest.json");
    let evidence = screenshots().join("failed");
    let _ = std::fs::remove_file(&report);
    let _ = std::fs::remove_dir_all(&evidence);
    let file = format!("--outputFile.json={}", report.display());
    let reporters = ["--reporter=default", "--reporter=json", &file];
    let mut run = project::npm(&[&["run", script, "--"][..], &reporters].concat());
    prepare(&mut run);
    let outcome = project::run(&mut run);
    if outcome.is_err() {
        failures.add_vitest(&report, &evidence);
    }
    outcome
}

/// Where the tests in browser and window put their screenshots.
fn screenshots() -> PathBuf {
    fixtures::target_dir().join("screenshots")
}

/// Builds the driver of the window test into `target/tools` once.
fn install_driver() -> Result<()> {
    let root = fixtures::target_dir().join("tools");
    if root.join("bin/tauri-driver").is_file() {
        return Ok(());
    }
    let mut install = project::cargo(&[
        "install",
        "--locked",
        "--quiet",
        "--version",
        TAURI_DRIVER,
        "--root",
    ]);
    install
        .arg(&root)
        .arg("tauri-driver")
        .env("CARGO_TARGET_DIR", root.join("build"));
    project::run(&mut install)
}

/// The demonstration, kept running for the tests in browser and window.
struct Demo {
    process: Process,
    record: PathBuf,
    credentials: PathBuf,
}

impl Demo {
    /// Starts it, shows what it says, and waits until it has proven everything.
    fn start(folder: &Path) -> Result<Self> {
        let (record, log) = (folder.join("demo.json"), folder.join("demo.log"));
        let _ = std::fs::remove_file(&record);
        let _ = std::fs::remove_file(&log);
        // Not the path of this process: the stage “build” may have put a new file in its place.
        let mut command = Command::new(project::bin_dir("debug").join("xtask"));
        command
            .args(["demo", "--yes", "--built", "--keep", "--json"])
            .arg(&record)
            .current_dir(project::root());
        let mut process = Process::start("the demonstration", command, &log)?;
        wait::until(
            "the demonstration to prove everything",
            Duration::from_secs(900),
            || {
                if record.is_file() {
                    return Ok(Some(()));
                }
                process.check_running()?;
                Ok(None)
            },
        )?;
        say!("{}", process.last_lines(60));
        let told: serde_json::Value = serde_json::from_slice(&std::fs::read(&record)?)?;
        ensure!(
            told["ok"] == true,
            "a claim of the demonstration does not hold; see {}",
            log.display()
        );
        let credentials = folder.join("credentials.json");
        let people = [
            ("clinic", &TANAKA),
            ("specialist", &SUZUKI),
            ("specialist", &SATO),
        ];
        let people = people.map(|(role, person)| {
            json!({"role": role, "practitioner": person.id, "passphrase": person.passphrase})
        });
        std::fs::write(&credentials, json!(people).to_string())?;
        Ok(Self {
            process,
            record,
            credentials,
        })
    }
}

/// Works at the operator's console with a registry and a mirror of its own.
fn console(failures: &Failures) -> Result<()> {
    vitest("e2e:registry", failures, |run| {
        run.env("DOKUEI_PROGRAMS", project::bin_dir("debug"));
        run.env("DOKUEI_SCREENSHOTS", screenshots());
    })
}

/// Runs one of the UI's scripts against the running demonstration.
fn end_to_end(script: &str, demo: &Demo, failures: &Failures) -> Result<()> {
    let app = project::bin_dir("debug").join("dokuei-app");
    if script == "e2e:window" && !app.is_file() {
        bail!("the window {} is not built", app.display());
    }
    vitest(script, failures, |run| {
        run.env("DOKUEI_DEMO_JSON", &demo.record);
        run.env("DOKUEI_DEMO_CREDENTIALS", &demo.credentials);
        run.env("DOKUEI_PROGRAMS", project::bin_dir("debug"));
        run.env("DOKUEI_APP", app);
        run.env(
            "TAURI_DRIVER",
            fixtures::target_dir().join("tools/bin/tauri-driver"),
        );
        run.env("DOKUEI_SCREENSHOTS", screenshots());
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_once_is_done_again_from_its_beginning_and_what_fails_twice_fails() {
        let tried = |fails: &dyn Fn(bool) -> bool| {
            let mut told = Vec::new();
            let outcome = twice("a stage", |is_again| {
                told.push(is_again);
                ensure!(!fails(is_again), "it failed");
                Ok(())
            });
            (outcome.is_ok(), told)
        };
        assert_eq!(tried(&|_| false), (true, vec![false]));
        assert_eq!(tried(&|is_again| !is_again), (true, vec![false, true]));
        assert_eq!(tried(&|_| true), (false, vec![false, true]));
    }

    #[test]
    fn a_failed_stage_is_named_and_stands_in_the_table() {
        let mut stages = Stages::default();
        stages.stage("first", || Ok(())).unwrap();
        let error = stages.stage("second", || bail!("no disk")).unwrap_err();
        assert_eq!(format!("{error:#}"), "the stage “second” failed: no disk");
        let table = stages.table().to_string();
        assert!(
            table.contains("first") && table.contains("second") && table.contains("all"),
            "{table}"
        );
    }
}
