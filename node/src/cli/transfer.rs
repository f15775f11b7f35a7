//! `dokuei outbox` and `dokuei bandwidth …`, and how a transfer is told in one line.

use std::io::{BufRead as _, IsTerminal as _};

use serde_json::{Value, json};

use super::args::{Bandwidth, SetBandwidth};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::DataDir;

/// Shows what waits for other nodes.
///
/// # Errors
/// When the node is not running.
pub(crate) fn outbox(dir: &DataDir, as_json: bool) -> Outcome {
    let waiting = Client::as_operator(dir)?.get("/outbox")?;
    if as_json {
        output::json(&waiting);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = waiting
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let column = |pointer| output::text(one, pointer);
            vec![
                column("/institution"),
                column("/type"),
                column("/state"),
                why(one),
                column("/since"),
                column("/next_try"),
                column("/log"),
            ]
        })
        .collect();
    if rows.is_empty() {
        println!("nothing waits for another node");
        return Ok(());
    }
    let headings = ["For", "What", "State", "Why", "Since", "Next try", "Case"];
    output::table(&headings, &rows);
    Ok(())
}

/// Shows or sets how much of the line images may take.
///
/// # Errors
/// When a limit makes no sense, or the node is not running.
pub(crate) fn bandwidth(dir: &DataDir, command: Bandwidth, as_json: bool) -> Outcome {
    let client = Client::as_operator(dir)?;
    let view = match command {
        Bandwidth::Show => client.get("/bandwidth")?,
        Bandwidth::Set(set) => client.put("/bandwidth", &limits(&set)?)?,
        Bandwidth::Reset => {
            client.delete("/bandwidth")?;
            client.get("/bandwidth")?
        }
    };
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let rate = |pointer| match view.pointer(pointer) {
        Some(Value::Number(mbit)) => format!("{mbit} Mbit/s"),
        _ => "no limit".to_owned(),
    };
    let (up, down) = (rate("/now/up_mbit"), rate("/now/down_mbit"));
    println!("now: to others {up}, from others {down}; reports and messages are never limited");
    let windows = view.pointer("/limits/schedule").and_then(Value::as_array);
    if windows.is_some_and(|windows| !windows.is_empty()) {
        let (up, down) = (rate("/limits/up_mbit"), rate("/limits/down_mbit"));
        println!("at other hours than these: to others {up}, from others {down}");
    }
    for window in windows.into_iter().flatten() {
        let of = |key: &str| match &window[key] {
            Value::Number(mbit) => format!("{mbit} Mbit/s"),
            _ => "no limit".to_owned(),
        };
        let days: Vec<&str> = window["days"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        println!(
            "{} to {} ({}): to others {}, from others {}",
            output::text(window, "/from"),
            output::text(window, "/until"),
            if days.is_empty() {
                "every day".to_owned()
            } else {
                days.join(", ")
            },
            of("up_mbit"),
            of("down_mbit"),
        );
    }
    println!(
        "{}",
        match view["from"].as_str() {
            Some("set") => "set here; `dokuei bandwidth reset` goes back to the settings file",
            _ => "as the settings file says; `dokuei bandwidth set` prevails over it",
        }
    );
    Ok(())
}

fn limits(set: &SetBandwidth) -> Outcome<Value> {
    let rates = json!({"up_mbit": set.up, "down_mbit": set.down});
    let Some(between) = &set.between else {
        return Ok(rates);
    };
    let Some((from, until)) = between.split_once('-') else {
        return Err(CliError::refused(
            "bad_hours",
            format!("{between} is not a span of hours"),
            "write it like 08:30-18:00",
        ));
    };
    let mut window = rates;
    window["from"] = from.into();
    window["until"] = until.into();
    window["days"] = set.days.clone().into();
    Ok(json!({"schedule": [window]}))
}

/// A transfer in one line: state, how far, how fast, and what is in the way.
#[must_use]
pub(crate) fn line(transfer: &Value) -> String {
    let number = |key: &str| transfer[key].as_u64();
    let mut line = output::text(transfer, "/state");
    if let (Some(done), Some(total)) = (number("done"), number("total").filter(|total| *total > 0))
        && (line == "transferring" || line == "connecting")
    {
        let percent = done.saturating_mul(100) / total;
        line += &format!(", {percent} % of {} MB", total.div_ceil(1_000_000));
    }
    if let Some(rate) = number("rate") {
        line += &format!(", {:.1} MB/s", rate as f64 / 1e6);
    }
    if let Some(left) = number("seconds_left") {
        line += &format!(", {} left", time(left));
    }
    line + &stuck(transfer)
}

/// Why something stands still, since when, and when it is tried again; empty when it does not.
#[must_use]
pub(crate) fn stuck(view: &Value) -> String {
    let mut line = String::new();
    let why = why(view);
    if !why.is_empty() {
        line += &format!(": {why}");
    }
    for (key, word) in [("/since", "since"), ("/next_try", "next try")] {
        let at = output::text(view, key);
        if !at.is_empty() {
            line += &format!(", {word} {at}");
        }
    }
    line
}

/// The reason in words; the code itself when it is one that other commands explain.
fn why(view: &Value) -> String {
    let code = output::text(view, "/reason");
    match code.as_str() {
        "no_network" => "this node is not on the network",
        "unknown_address" => "nobody has told yet where the other node is",
        "unreachable" => "the other node is switched off, or no path leads to it",
        "we_refuse" => "this node does not admit the other (its certificate, or the register)",
        "we_ban" => {
            "the other node does not keep to the rules and is banned for a time (`dokuei peers bans`)"
        }
        "peer_refuses" => "the other node does not admit this one (its certificate, or the register)",
        "not_taken_yet" => "the other node cannot take it yet; it is offered again",
        "peer_refuses_entry" => "the other node refuses it for good",
        "peer_misbehaves" => "the other node broke the protocol",
        "no_answer" => "the other node does not answer in time",
        "interrupted" => "the connection was lost; it goes on by itself",
        "stalled" => "nothing came for a while; it is tried again",
        "holder_refuses" => "the other node does not give the study yet",
        "bad_slice" => "what came is not what was signed, and was thrown away",
        "storage_failed" => "this disk could not store it",
        "disk_full" => "this disk is full",
        "not_accepted" => "waits until the request is accepted",
        "erased_here" => "it was declined at one device and erased here; cancel it, then send it again",
        _ => return code,
    }
    .to_owned()
}

fn time(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{seconds} s"),
        91..=5_400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{:.1} h", seconds as f64 / 3600.0),
    }
}

/// Asks before something is erased; a script says `--yes`.
///
/// # Errors
/// `not_confirmed`.
pub(crate) fn confirm(question: &str, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    let refused = || {
        CliError::refused(
            "not_confirmed",
            "nothing was done: it was not confirmed",
            "answer with y, or give --yes",
        )
    };
    if !std::io::stdin().is_terminal() {
        return Err(refused());
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(refused())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command};

    #[test]
    fn no_limit_is_set_only_by_that_word() {
        let set = |words: &[&str]| {
            let line = [&["dokuei", "bandwidth", "set"][..], words].concat();
            match Cli::try_parse_from(line).map(|cli| cli.command) {
                Ok(Command::Bandwidth(Bandwidth::Set(set))) => Ok(limits(&set).unwrap()),
                other => Err(format!("{other:?}")),
            }
        };
        assert!(set(&[]).is_err());
        assert!(set(&["--between", "08:30-18:00"]).is_err());
        assert!(set(&["--unlimited", "--down", "5"]).is_err());
        let none = json!({"up_mbit": null, "down_mbit": null});
        assert_eq!(set(&["--unlimited"]), Ok(none));
        let one = json!({"up_mbit": 10.0, "down_mbit": null});
        assert_eq!(set(&["--up", "10"]), Ok(one));
    }

    #[test]
    fn a_transfer_is_told_in_one_line() {
        let moving = json!({"state": "transferring", "done": 250, "total": 1_000_000_000u64, "rate": 2_500_000,
            "seconds_left": 400, "reason": null, "since": null, "next_try": null});
        assert_eq!(
            line(&moving),
            "transferring, 0 % of 1000 MB, 2.5 MB/s, 7 min left"
        );
        let stuck = json!({"state": "connecting", "done": 0, "total": 0, "reason": "unreachable",
            "since": "2026-11-24T14:17:29Z", "next_try": "2026-11-24T14:17:33Z"});
        assert_eq!(
            line(&stuck),
            "connecting: the other node is switched off, or no path leads to it, since 2026-11-24T14:17:29Z, next try 2026-11-24T14:17:33Z"
        );
    }
}
