//! `dokuei hand-over …`: a practice passes to a new owner.

use serde_json::{Value, json};

use super::args::HandOverCommand;
use super::client::Client;
use super::consult::entries;
use super::error::Outcome;
use super::output;
use super::session::confirmed;
use crate::data_dir::DataDir;

/// Where it is.
const HAND_OVER: &str = "/hand-over";

/// Runs one `hand-over` command.
///
/// # Errors
/// What the node refuses.
pub(crate) fn run(dir: &DataDir, command: HandOverCommand, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    let view = match command {
        HandOverCommand::Show { to: None } => client.get(HAND_OVER)?,
        HandOverCommand::Show { to: Some(to) } => client.get(&format!("{HAND_OVER}?to={to}"))?,
        HandOverCommand::Offer { to, why, proof } => {
            let body = json!({"to": to, "reason": why});
            confirmed(&proof, body, |body| client.post(HAND_OVER, &body))?
        }
        HandOverCommand::Take { from, proof } => {
            let body = json!({"from": from});
            confirmed(&proof, body, |body| {
                client.post(&format!("{HAND_OVER}/taken"), &body)
            })?
        }
        HandOverCommand::End { with, why } => {
            let body = json!({"with": with, "reason": why});
            client.post(&format!("{HAND_OVER}/ended"), &body)?
        }
    };
    if as_json {
        output::json(&view);
        return Ok(());
    }
    let mine = &view["mine"];
    let to = match mine["to"].is_null() {
        true => String::new(),
        false => format!(", to {}", output::text(mine, "/to/name_ja")),
    };
    println!("yours: {}{to}", counted(mine));
    hinders(mine);
    for one in entries(&view["for_me"]) {
        let how = if one["lost"].is_null() {
            "offered to you by"
        } else {
            "left, since her certificate is lost, by"
        };
        let who = format!(
            "{} ({})",
            output::text(one, "/from/name_ja"),
            output::text(one, "/from/fingerprint")
        );
        println!("{how} {who}: {}", counted(one));
        hinders(one);
    }
    for one in entries(&view["candidates"]) {
        let column = |pointer| output::text(one, pointer);
        println!(
            "could take over: {} ({})",
            column("/name_ja"),
            column("/fingerprint")
        );
    }
    Ok(())
}

fn counted(count: &Value) -> String {
    format!(
        "{} open, {} ended, {} of them offered",
        count["open"], count["ended"], count["offered"]
    )
}

fn hinders(count: &Value) {
    for one in entries(&count["lacking"]) {
        let reader = output::text(one, "/reader/name_ja");
        println!("  an agreement with {reader} is needed ({})", one["cases"]);
    }
    for (which, why) in [
        ("barred", "stay: the new owner reads in them"),
        ("frozen", "stay: they are frozen"),
    ] {
        if count[which] != 0 {
            println!("  {} {why}", count[which]);
        }
    }
}
