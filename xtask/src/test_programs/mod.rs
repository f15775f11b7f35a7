//! All Rust tests, several test programs beside each other, and the failed tests once more.
//!
//! Most tests wait for programs that they started, so that two test programs together take hardly longer than one; `cargo
//! test` runs one after the other. The tests start real programs on real sockets, on machines that do other work too. A test that
//! fails in the whole run and holds when only the failed ones run is named as unsteady, for somebody to mend; one that
//! fails twice fails the run, and so does a test program that ends without saying which of its tests failed.

mod found;
mod heard;

use std::collections::VecDeque;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};

pub(crate) use self::found::TestProgram;
use self::heard::Heard;
use crate::console::{say, seconds};
use crate::failures::Failures;
use crate::project;

/// How many test programs run at once.
const LANES: usize = 2;

/// More failures than this are no coincidence.
const AT_MOST: usize = 5;

/// The options that choose what is built, everywhere the same.
const SELECTION: [&str; 3] = ["test", "--workspace", "--locked"];

/// Builds all tests with the cargo commands that `cargo` makes and lists them, examples in documentation last.
///
/// # Errors
/// When they do not build.
pub(crate) fn build(cargo: impl Fn(&[&str]) -> Command) -> Result<Vec<TestProgram>> {
    let words = [
        &SELECTION[..],
        &["--no-run", "--message-format", "json-render-diagnostics"],
    ]
    .concat();
    let mut programs = found::programs(&mut cargo(&words))?;
    let documentation = [&SELECTION[..], &["--doc", "--no-fail-fast", "--"]].concat();
    let path = cargo(&[]).get_program().to_owned();
    programs.push(TestProgram::new(
        "examples in documentation",
        &project::root(),
        path.as_ref(),
        &documentation,
    ));
    Ok(programs)
}

/// Runs the tests in all `programs`, and those that failed a second time by themselves; `prepare` sets what each
/// command needs from its surroundings, `kept` is told what failed and why.
///
/// # Errors
/// When a test fails twice, or a test program dies.
pub(crate) fn run(
    programs: &[TestProgram],
    prepare: impl Fn(&mut Command) + Sync,
    kept: &Failures,
) -> Result<()> {
    let failures = first(programs, &prepare, kept)?;
    let names: Vec<&str> = failures.iter().flat_map(|(_, heard)| heard.names()).collect();
    if let Some((program, _)) = failures.iter().find(|(_, heard)| !heard.is_told()) {
        bail!("{} ended without telling which of its tests failed", program.name);
    }
    if names.len() > AT_MOST {
        bail!("{} tests failed: {}", names.len(), names.join(", "));
    }
    for (program, heard) in &failures {
        let names: Vec<&str> = heard.names().collect();
        say!("\n── once more: {}", names.join(", "));
        if !one(program, &names, &prepare, kept)?.held(names.len()) {
            bail!("failed twice, one of: {}", names.join(", "));
        }
    }
    if !names.is_empty() {
        say!("\nUNSTEADY: failed once and held alone: {}", names.join(", "));
    }
    Ok(())
}

/// Runs all, and gives those with failures.
fn first(
    programs: &[TestProgram],
    prepare: &(impl Fn(&mut Command) + Sync),
    kept: &Failures,
) -> Result<Vec<(TestProgram, Heard)>> {
    let waiting: Mutex<VecDeque<&TestProgram>> = Mutex::new(programs.iter().collect());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let lane = || -> Result<Vec<(TestProgram, Heard)>> {
        let mut failures = Vec::new();
        while let Some(program) = next() {
            let heard = one(program, &[], prepare, kept)?;
            if !heard.succeeded {
                failures.push((program.clone(), heard));
            }
        }
        Ok(failures)
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        let mut failures = Vec::new();
        for lane in lanes {
            match lane.join() {
                Ok(found) => failures.extend(found?),
                Err(_) => bail!("a lane of tests ended early"),
            }
        }
        Ok(failures)
    })
}

/// Runs one program, or only these tests of it, and shows in one piece what it said.
fn one(
    program: &TestProgram,
    only: &[&str],
    prepare: &impl Fn(&mut Command),
    kept: &Failures,
) -> Result<Heard> {
    let start = Instant::now();
    let mut command = program.command(only);
    prepare(&mut command);
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", program.name))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let heard = Heard::new(output.status.success(), &said);
    let time = seconds(start.elapsed());
    let errors = if heard.succeeded { "" } else { errors.trim_end() };
    say!("\n── {} ({time})\n{}\n{errors}", program.name, said.trim());
    for (test, words) in heard.failed() {
        kept.add(&format!("{}: {test}", program.name), words);
    }
    if !heard.is_told() {
        let end = format!("{}\n{errors}", said.trim());
        kept.add(&format!("{} ({})", program.name, output.status), &end);
    }
    Ok(heard)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FAILS: &str =
        "echo 'test x ... FAILED'; echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'; exit 101";
    const HOLDS: &str = "echo 'test result: ok. 1 passed; 0 failed; 0 ignored'";

    fn shell(first: &str, again: &str) -> TestProgram {
        let script = format!("case \"$*\" in *--exact*) {again};; *) {first};; esac");
        TestProgram::new(
            "a shell",
            Path::new("/"),
            Path::new("/bin/sh"),
            &["-c", &script, "sh"],
        )
    }

    #[test]
    fn what_fails_once_is_told_and_what_fails_twice_or_dies_fails() {
        let tried = |first: &str, again: &str| {
            let programs = [shell("true", "false"), shell(first, again)];
            run(&programs, |_| (), &Failures::default())
        };
        tried("true", "false").unwrap();
        tried(FAILS, HOLDS).unwrap();
        // The second run found no test of that name.
        assert!(tried(FAILS, "true").is_err());
        assert!(tried(FAILS, "false").is_err());
        // A program that was killed names no test.
        assert!(tried("exit 101", "true").is_err());
        assert!(tried("echo 'test x ... FAILED'; exit 101", "true").is_err());
    }

    #[test]
    fn programs_run_beside_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().display();
        // Each waits for the other.
        let script = |mine: &str, other: &str| {
            format!(
                "touch {folder}/{mine}; for i in $(seq 300); do test -e {folder}/{other} && exit 0; sleep 0.1; done; exit 1"
            )
        };
        run(
            &[shell(&script("a", "b"), ""), shell(&script("b", "a"), "")],
            |_| (),
            &Failures::default(),
        )
        .unwrap();
    }
}
