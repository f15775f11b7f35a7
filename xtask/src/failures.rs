//! Why tests failed, told once more at the very end: whoever keeps a long log often keeps no more than its end.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

/// The most lines of a test's own words, and characters of each.
const LINES: usize = 5;
const COLUMNS: usize = 300;

/// The most failures that are told; more have one cause.
const AT_MOST: usize = 20;

/// The most lines of what stood on a page, or at the end of a program's log.
const EVIDENCE: usize = 10;

/// What failed so far, in order.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Vec<String>>);

impl Failures {
    /// Keeps that a test failed and why, of all that it said.
    pub(crate) fn add(&self, test: &str, said: &str) {
        self.keep(std::iter::once(format!("✗ {}", cut(test))).chain(why(said)));
    }

    /// Keeps the failures in a report of vitest, and what the tests in a browser wrote of them into the folder `evidence`.
    pub(crate) fn add_vitest(&self, report: &Path, evidence: &Path) {
        match std::fs::read(report).map(|bytes| serde_json::from_slice::<Report>(&bytes)) {
            Ok(Ok(report)) => {
                for file in report.test_results {
                    file.tell(self);
                }
            }
            Ok(Err(error)) => self.add("vitest", &format!("its report cannot be read: {error}")),
            Err(error) => self.add("vitest", &format!("it ended without a report: {error}")),
        }
        let Ok(files) = std::fs::read_dir(evidence) else {
            return;
        };
        let mut texts: Vec<_> = files.flatten().map(|file| file.path()).collect();
        texts.retain(|path| path.extension().is_some_and(|kind| kind == "txt"));
        texts.sort();
        for text in texts.iter().filter_map(|path| std::fs::read_to_string(path).ok()) {
            self.keep(sections(&text).into_iter());
        }
    }

    /// Whether nothing failed.
    pub(crate) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    fn keep(&self, lines: impl Iterator<Item = String>) {
        self.all().push(lines.collect::<Vec<_>>().join("\n    "));
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.all();
        write!(out, "── what failed, in its own words")?;
        for failure in all.iter().take(AT_MOST) {
            write!(out, "\n{failure}")?;
        }
        match all.len().saturating_sub(AT_MOST) {
            0 => Ok(()),
            more => write!(out, "\nand {more} more"),
        }
    }
}

/// What the tests of a libtest program that failed said, by their names.
pub(crate) fn of_libtest(said: &str) -> BTreeMap<&str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = None;
    for line in said.lines() {
        let begins = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if begins.is_some() || line == "failures:" {
            current = begins;
        } else if let Some(name) = current {
            let words = found.entry(name).or_default();
            words.push_str(line);
            words.push('\n');
        }
    }
    found
}

/// The lines that tell why: from the panic or error on, else the last.
fn why(said: &str) -> Vec<String> {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE"))
        .collect();
    let from = lines
        .iter()
        .position(|line| line.contains(" panicked at ") || line.starts_with("Error:"))
        .unwrap_or(lines.len().saturating_sub(LINES));
    lines
        .iter()
        .skip(from)
        .take(LINES)
        .map(|line| cut(line))
        .collect()
}

/// Of each section, which begins with a dot, its name and its last lines.
fn sections(text: &str) -> Vec<String> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        if line.starts_with("· ") {
            all.push(Vec::new());
        }
        if let Some(section) = all.last_mut() {
            section.push(line);
        }
    }
    let told = all.iter().filter_map(|section| {
        let (name, lines) = section.split_first()?;
        let last = lines.iter().skip(lines.len().saturating_sub(EVIDENCE));
        Some(std::iter::once(name).chain(last).map(|line| cut(line)))
    });
    told.flatten().collect()
}

/// No more of a line than a reader takes in.
fn cut(line: &str) -> String {
    line.chars().take(COLUMNS).collect()
}

/// What vitest's JSON reporter writes, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    test_results: Vec<FileResult>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileResult {
    name: String,
    status: String,
    /// Why the file failed apart from its tests.
    #[serde(default)]
    message: String,
    assertion_results: Vec<TestResult>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestResult {
    full_name: String,
    status: String,
    #[serde(default)]
    failure_messages: Vec<String>,
}

impl FileResult {
    fn tell(&self, failures: &Failures) {
        let file = Path::new(&self.name).file_name().unwrap_or_default().display();
        if self.status == "failed" && !self.message.is_empty() {
            failures.add(&format!("{file}, before or after its tests"), &own(&self.message));
        }
        for test in self
            .assertion_results
            .iter()
            .filter(|test| test.status == "failed")
        {
            let said = own(&test.failure_messages.join("\n"));
            failures.add(&format!("{file}: {}", test.full_name), &said);
        }
    }
}

/// The first lines of an error, and of the places that it went through only one of ours.
fn own(message: &str) -> String {
    let is_place = |line: &&str| line.trim_start().starts_with("at ");
    let words = message.lines().filter(|line| !is_place(line)).take(LINES - 1);
    let place = message
        .lines()
        .filter(is_place)
        .find(|line| line.contains("/app/ui/") && !line.contains("node_modules"));
    words.chain(place).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_rust_test_is_told_with_its_panic_and_no_more_than_five_lines() {
        let said = "running 2 tests\ntest a::b ... FAILED\n\nfailures:\n\n---- a::b stdout ----\nbefore it\n\n\
                    thread 'a::b' (7) panicked at x.rs:1:2:\nassertion failed\n  left: 1\n right: 2\n\
                    note: run with `RUST_BACKTRACE=1`\none\ntwo\n\nfailures:\n    a::b\n\ntest result: FAILED. 0 passed";
        let found = of_libtest(said);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&"a::b"]);
        let failures = Failures::default();
        assert!(failures.is_empty());
        failures.add("a::b", &found["a::b"]);
        assert_eq!(
            failures.to_string(),
            "── what failed, in its own words\n✗ a::b\n    thread 'a::b' (7) panicked at x.rs:1:2:\n    assertion failed\n    \
             left: 1\n    right: 2\n    one"
        );
    }

    #[test]
    fn what_names_no_panic_is_told_by_its_end_and_many_failures_by_their_number() {
        let failures = Failures::default();
        failures.add("a program", "1\n2\n3\n4\n5\n6\n");
        assert!(
            failures
                .to_string()
                .ends_with("✗ a program\n    2\n    3\n    4\n    5\n    6")
        );
        for number in 0..AT_MOST {
            failures.add(&number.to_string(), &"x".repeat(COLUMNS * 2));
        }
        let told = failures.to_string();
        assert!(told.ends_with("\nand 1 more"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= COLUMNS + 4));
    }

    #[test]
    fn a_failed_scene_is_told_with_its_place_and_with_what_stood_on_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("told.json");
        let failures = Failures::default();
        failures.add_vitest(&report, folder.path());
        assert!(failures.to_string().contains("ended without a report"));

        let words = serde_json::json!({"testResults": [{
            "name": "/x/app/ui/e2e/apply.e2e.ts", "status": "failed", "message": "no browser",
            "assertionResults": [
                {"fullName": "r6 holds", "status": "passed", "failureMessages": []},
                {"fullName": "r4 fails", "status": "failed", "failureMessages": [
                    "Error: expected 1 to be 2\n    at new Promise (<anonymous>)\n    at /x/app/ui/e2e/apply.e2e.ts:9:78"]}],
        }]});
        std::fs::write(&report, words.to_string()).unwrap();
        let page: Vec<String> = (0..30).map(|line| format!("line {line}")).collect();
        let seen = format!(
            "── what stood there\n· page.png\n{}\n· node.log\nit ended",
            page.join("\n")
        );
        std::fs::write(folder.path().join("apply.txt"), seen).unwrap();
        let failures = Failures::default();
        failures.add_vitest(&report, folder.path());
        let told = failures.to_string();
        assert!(!told.contains("r6 holds"), "{told}");
        for wanted in [
            "✗ apply.e2e.ts, before or after its tests\n    no browser\n",
            "✗ apply.e2e.ts: r4 fails\n    Error: expected 1 to be 2\n    at /x/app/ui/e2e/apply.e2e.ts:9:78\n",
            "    · page.png\n    line 20\n",
            "    line 29\n    · node.log\n    it ended",
        ] {
            assert!(told.contains(wanted), "{wanted}\n\n{told}");
        }
    }
}
