//! What happened: steps with time and bytes, checks with their evidence, and the programs' addresses.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::console::{self, Table, say};

/// The most characters of evidence in the table.
const EVIDENCE: usize = 96;

/// The record of a demonstration. Its JSON form is a contract with scripts: add to it, change nothing.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Record {
    /// Whether every step and every check succeeded.
    pub(crate) ok: bool,
    steps: Vec<Step>,
    checks: Vec<Check>,
    /// The running programs.
    pub(crate) nodes: Vec<Running>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: String,
    seconds: f64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Check {
    name: String,
    ok: bool,
    detail: String,
}

/// One running program.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Running {
    /// `registry`, `bootstrap`, `clinic` or `specialist`.
    pub(crate) role: String,
    /// The address of its API, when it has one.
    pub(crate) api: Option<String>,
    /// The file with its API's token.
    pub(crate) token_file: Option<String>,
    /// Its data directory.
    pub(crate) data_dir: String,
    /// The port on which it takes DICOM associations, when it does.
    pub(crate) dicom_port: Option<u16>,
    /// The port at which it looks for the archive of its house, when it knows one; nothing need listen there.
    pub(crate) archive_port: Option<u16>,
    /// The address of its user interface, when it serves one.
    pub(crate) ui: Option<String>,
}

impl Record {
    /// Does a step, shows it, and keeps its time and the bytes that it says it moved.
    ///
    /// # Errors
    /// The step's own.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce(&ProgressBar) -> Result<u64>) -> Result<()> {
        let bar = console::bar();
        bar.set_message(name.to_owned());
        let start = Instant::now();
        let done = work(&bar);
        bar.finish_and_clear();
        let time = start.elapsed();
        let bytes = done.with_context(|| format!("the step “{name}” failed"))?;
        say!("✓ {name}{}", figures(time, bytes));
        self.steps.push(Step {
            name: name.to_owned(),
            seconds: time.as_secs_f64(),
            bytes,
        });
        Ok(())
    }

    /// Keeps a check: its evidence, or why it does not hold.
    pub(crate) fn check(&mut self, name: &str, outcome: Result<String>) {
        let (ok, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(error) => (false, format!("{error:#}")),
        };
        say!("{} {name}", if ok { "✓" } else { "✗" });
        self.checks.push(Check {
            name: name.to_owned(),
            ok,
            detail,
        });
        self.ok = self.failed() == 0;
    }

    /// The number of checks that do not hold.
    pub(crate) fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.ok).count()
    }

    /// The closing table.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new(&["", "claim", "evidence"]);
        for check in &self.checks {
            table.row(&[
                if check.ok { "✓" } else { "✗" },
                &check.name,
                &shortened(&check.detail),
            ]);
        }
        table
    }

    /// Writes the record as JSON, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let temporary = file.with_extension("part");
        std::fs::write(&temporary, serde_json::to_vec_pretty(self)?)
            .and_then(|()| std::fs::rename(&temporary, file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// The beginning of a long evidence; the JSON form holds all of it.
fn shortened(detail: &str) -> String {
    let line = detail.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EVIDENCE) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

fn figures(time: Duration, bytes: u64) -> String {
    let mut text = format!("  {}", console::seconds(time));
    if bytes > 0 {
        text.push_str(&format!(", {}", console::bytes(bytes)));
    }
    let rate = console::rate(bytes, time);
    if !rate.is_empty() {
        text.push_str(&format!(", {rate}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scripts read this: a change of shape is a change of contract.
    #[test]
    fn the_json_contract() {
        let mut record = Record::default();
        record.step("seal", |_| Ok(7)).unwrap();
        record.steps[0].seconds = 0.5;
        record.check("hashes equal", Ok("400 files".into()));
        record.nodes.push(Running {
            role: "clinic".into(),
            api: Some("http://127.0.0.1:1".into()),
            token_file: Some("/t/api.token".into()),
            data_dir: "/t".into(),
            dicom_port: None,
            archive_port: None,
            ui: Some("http://127.0.0.1:1/".into()),
        });
        let expected = concat!(
            r#"{"ok":true,"steps":[{"name":"seal","seconds":0.5,"bytes":7}],"#,
            r#""checks":[{"name":"hashes equal","ok":true,"detail":"400 files"}],"#,
            r#""nodes":[{"role":"clinic","api":"http://127.0.0.1:1","token_file":"/t/api.token","#,
            r#""data_dir":"/t","dicom_port":null,"archive_port":null,"ui":"http://127.0.0.1:1/"}]}"#
        );
        assert_eq!(serde_json::to_string(&record).unwrap(), expected);
    }

    #[test]
    fn a_check_that_does_not_hold_makes_the_record_not_ok() {
        let mut record = Record::default();
        record.check("one", Ok(String::new()));
        record.check("two", Err(anyhow::anyhow!("because")));
        assert_eq!((record.ok, record.failed()), (false, 1));
        assert!(record.table().to_string().contains("✗  two    because"));
    }

    #[test]
    fn a_long_evidence_is_shortened_in_the_table_only() {
        assert_eq!(shortened("a\n b"), "a b");
        let short = shortened(&"証".repeat(200));
        assert_eq!(short.chars().count(), EVIDENCE + 2);
    }

    #[test]
    fn a_failed_step_names_itself() {
        let error = Record::default()
            .step("seal", |_| anyhow::bail!("no disk"))
            .unwrap_err();
        assert_eq!(format!("{error:#}"), "the step “seal” failed: no disk");
    }
}
