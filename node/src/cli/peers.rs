//! `dokuei peers …`: who is banned, and lifting a ban.

use serde_json::json;

use super::args::Peers;
use super::client::Client;
use super::error::Outcome;
use super::output;
use crate::data_dir::DataDir;

/// Shows bans or lifts one.
///
/// # Errors
/// When the node is not running, or nobody of that name is banned.
pub(crate) fn run(dir: &DataDir, command: &Peers, as_json: bool) -> Outcome {
    let client = Client::as_operator(dir)?;
    match command {
        Peers::Bans => {
            let bans = client.get("/bans")?;
            if as_json {
                output::json(&bans);
                return Ok(());
            }
            let columns = ["/who", "/institution", "/misdeed", "/times", "/until"];
            let rows: Vec<Vec<String>> = bans
                .as_array()
                .into_iter()
                .flatten()
                .map(|ban| columns.map(|column| output::text(ban, column)).to_vec())
                .collect();
            if rows.is_empty() {
                println!("nobody is banned");
                return Ok(());
            }
            output::table(&["Who", "Institution", "Why", "Time", "Until"], &rows);
        }
        Peers::Forgive { who } => {
            client.post("/bans/forgive", &json!({"who": who}))?;
            if as_json {
                output::json(&json!({"forgiven": who}));
            } else {
                println!("{who} may come again");
            }
        }
    }
    Ok(())
}
