//! Waits for the study of a case and shows how far it is. The node fetches by itself, whether somebody waits or not.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::args::Waiting;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::{job, output};

/// What is said when all of it has come.
pub(super) const HERE: &str = "the study is here, every byte verified";

/// How often the node is asked.
const POLL: Duration = Duration::from_millis(200);

/// Waits until the study is here and verified; gives the case.
///
/// # Errors
/// `peer_gone` when nothing came for as long as `waiting` says, `not_accepted` when nothing is to come, `bad_package`
/// when what came is refused.
pub(super) fn wait(client: &Client, case: &str, waiting: Waiting) -> Outcome<Value> {
    let bar = job::progress_bar("receiving");
    let (mut last, mut moved) = (0, Instant::now());
    loop {
        let view = client.get(&format!("/cases/{case}"))?;
        let transfer = &view["transfer"];
        let (done, total) = (
            transfer["done"].as_u64().unwrap_or(0),
            transfer["total"].as_u64().unwrap_or(0),
        );
        bar.set_length(total);
        bar.set_position(done);
        match transfer["state"].as_str() {
            Some("delivered" | "opened") => {
                bar.finish_and_clear();
                return Ok(view);
            }
            Some("refused") => {
                bar.abandon();
                return Err(CliError::refused(
                    "bad_package",
                    "the study was refused: what came is not what the requester signed",
                    "tell the requester; nothing of it is shown here",
                ));
            }
            Some("cancelled") => {
                bar.abandon();
                return Err(CliError::refused(
                    "transfer_cancelled",
                    "the transfer of this study was cancelled, and what came of it is erased",
                    "`dokuei consult show` says by whom; the requester can send it again",
                ));
            }
            Some("none" | "queued") => {
                bar.abandon();
                return Err(CliError::refused(
                    "not_accepted",
                    "no study is under way for this case",
                    "accept the request first: `dokuei consult accept`",
                ));
            }
            _ if done > last => (last, moved) = (done, Instant::now()),
            _ => {}
        }
        if moved.elapsed() >= Duration::from_secs(waiting.patience) {
            bar.abandon();
            return Err(gone(&view, last.max(done), total));
        }
        std::thread::sleep(POLL);
    }
}

/// The other node is gone: what is here, and that nobody need do anything.
fn gone(case: &Value, done: u64, total: u64) -> CliError {
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0);
    let who = output::text(case, "/with/institution");
    CliError::refused(
        "peer_gone",
        format!(
            "nothing comes from the node of {who} any more; {percent} % of the study is here and verified ({} of {} MB)",
            done / 1_000_000,
            total.div_ceil(1_000_000)
        ),
        "nothing is lost: the transfer goes on by itself when that node is back; see `dokuei consult show`",
    )
}
