//! Waits for a job of the node and shows how far it is.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::client::Client;
use super::error::{CliError, Outcome};

/// How often the node is asked.
const POLL: Duration = Duration::from_millis(100);

/// Waits until the job that `started` names has ended, with a progress bar on a terminal; gives its result.
///
/// # Errors
/// The job's own failure.
pub(crate) fn wait(client: &Client, started: &Value, what: &'static str) -> Outcome<Value> {
    follow(client, started, &progress_bar(what))
}

/// The same of a job that counts things.
///
/// # Errors
/// The job's own failure.
pub(super) fn wait_of(client: &Client, started: &Value, what: &'static str, things: &str) -> Outcome<Value> {
    follow(client, started, &progress_bar_of(what, things))
}

fn follow(client: &Client, started: &Value, bar: &ProgressBar) -> Outcome<Value> {
    let Some(id) = started["job"].as_str() else {
        return Ok(started.clone());
    };
    loop {
        let job = client.get(&format!("/jobs/{id}"))?;
        bar.set_length(job["total"].as_u64().unwrap_or(0));
        bar.set_position(job["done"].as_u64().unwrap_or(0));
        match job["state"].as_str() {
            Some("done") => {
                bar.finish_and_clear();
                return Ok(job["result"].clone());
            }
            Some("failed") => {
                bar.abandon();
                let problem = &job["error"];
                return Err(CliError::refused(
                    problem["code"].as_str().unwrap_or("job_failed"),
                    problem["detail"].as_str().unwrap_or("the work failed"),
                    problem["next"].as_str().unwrap_or(""),
                ));
            }
            _ => std::thread::sleep(POLL),
        }
    }
}

/// A bar of so many things; hidden unless a person looks at it.
pub(super) fn progress_bar_of(what: &'static str, things: &str) -> ProgressBar {
    let bar = progress_bar(what);
    if let Ok(style) =
        ProgressStyle::with_template(&format!("{{msg:14}} {{wide_bar}} {{pos}}/{{len}} {things}"))
    {
        bar.set_style(style);
    }
    bar
}

/// A bar of bytes; hidden unless a person looks at it.
pub(super) fn progress_bar(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{msg:14} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
    {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
