//! All Rust tests in one run, and the failed ones once more.
//!
//! The tests start real programs on real sockets, on machines that do other work too. A test that fails in the whole
//! run and holds when only the failed ones run is named as unsteady, for somebody to mend; one that fails twice fails
//! the run, and so does a test program that ends without saying which of its tests failed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::console::{complain, say};

/// More failures than this are no coincidence.
const AT_MOST: usize = 5;

/// What a run of `cargo test` said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// The tests that failed, by name.
    failed: BTreeSet<String>,
    /// How many test programs reported failures.
    programs: usize,
    /// How many test programs ended in a way that cargo calls an error.
    errors: usize,
}

/// Runs the tests of the command that `tests` makes, and those that failed a second time.
///
/// # Errors
/// When a test fails twice, or a test program dies.
pub(crate) fn run(tests: impl Fn() -> Command) -> Result<()> {
    let (status, outcome) = listen(tests().arg("--no-fail-fast"))?;
    if status.success() {
        return Ok(());
    }
    let names: Vec<&str> = outcome.failed.iter().map(String::as_str).collect();
    if names.is_empty() || names.len() > AT_MOST || outcome.programs != outcome.errors {
        bail!("{} tests failed: {}", names.len(), names.join(", "));
    }
    say!("\n── once more: {}", names.join(", "));
    let (status, _) = listen(tests().args(["--no-fail-fast", "--", "--exact"]).args(&names))?;
    if !status.success() {
        bail!("failed twice, one of: {}", names.join(", "));
    }
    say!("\nUNSTEADY: failed once and held alone: {}", names.join(", "));
    Ok(())
}

/// Runs the command, shows what it says, and takes down which tests failed.
fn listen(command: &mut Command) -> Result<(ExitStatus, Outcome)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let said = child.stderr.take().context("cargo has no error output")?;
    let errors = std::thread::spawn(move || pass_on(said, |line| complain!("{line}")));
    let output = child.stdout.take().context("cargo has no output")?;
    let mut outcome = pass_on(output, |line| say!("{line}"))?;
    let status = child.wait()?;
    match errors.join() {
        Ok(told) => outcome.errors = told?.errors,
        Err(_) => bail!("the reader of cargo's errors ended early"),
    }
    Ok((status, outcome))
}

fn pass_on(from: impl Read, show: impl Fn(&str)) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for line in BufReader::new(from).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        show(&line);
        outcome.hear(&line);
    }
    Ok(outcome)
}

impl Outcome {
    fn hear(&mut self, line: &str) {
        if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            // libtest writes `NAME - should panic` for tests that must panic.
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            self.failed.insert(name.to_owned());
        } else if line.starts_with("test result: FAILED.") {
            self.programs += 1;
        } else if line.starts_with("error: test failed, to rerun pass")
            || line.starts_with("error: doctest failed, to rerun pass")
        {
            self.errors += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_known_by_name() {
        let mut outcome = Outcome::default();
        for line in [
            "test a::holds ... ok",
            "test a::fails ... FAILED",
            "test b - should panic ... FAILED",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored",
            "error: test failed, to rerun pass `-p a --test b`",
        ] {
            outcome.hear(line);
        }
        assert_eq!(
            outcome,
            Outcome {
                failed: ["a::fails".to_owned(), "b".to_owned()].into(),
                programs: 1,
                errors: 1,
            }
        );
    }

    fn shell(first: &str, again: &str) -> Command {
        let mut command = Command::new("sh");
        let script = format!("case \"$*\" in *--exact*) {again};; *) {first};; esac");
        command.args(["-c", &script, "sh"]);
        command
    }

    const FAILS: &str = "echo 'test x ... FAILED'; echo 'test result: FAILED.'; echo 'error: test failed, to rerun pass' >&2; exit 1";

    #[test]
    fn what_fails_once_is_told_and_what_fails_twice_or_dies_fails() {
        run(|| shell("true", "false")).unwrap();
        run(|| shell(FAILS, "true")).unwrap();
        assert!(run(|| shell(FAILS, "false")).is_err());
        // A program that was killed names no test.
        assert!(run(|| shell("echo 'error: test failed, to rerun pass' >&2; exit 1", "true")).is_err());
    }
}
