//! `dokuei notices …`: what the signed-in practitioner is told outside the app, and the mail server of the house.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::args::{Notices, Secured, Server, SetNotices, SetServer, TestBy, Tongue};
use super::client::Client;
use super::consult::entries;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::DataDir;

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Runs one `notices` command.
///
/// # Errors
/// What the node refuses, or a file that cannot be read.
pub(crate) fn run(dir: &DataDir, command: Notices, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        Notices::Show => show(&client.get("/me/notices")?, as_json),
        Notices::Set(set) => {
            let kept = client.get("/me/notices")?;
            let body = json!({
                "settings": changed(&kept, &set)?,
                "new_secret": set.new_secret,
            });
            show(&client.put("/me/notices", &body)?, as_json);
        }
        Notices::Test { by } => {
            let by = match by {
                TestBy::Email => "email",
                TestBy::Webhook => "webhook",
            };
            client.post("/me/notices/test", &json!({"channel": by}))?;
            if as_json {
                output::json(&json!({"sent": by}));
            } else {
                println!("sent");
            }
        }
        Notices::Server(server) => {
            let shown = match server {
                Server::Show => client.get("/notices/outlets")?,
                Server::Set(set) => client.put("/notices/outlets", &outlets(&set)?)?,
                Server::Remove => {
                    let kept = client.get("/notices/outlets")?;
                    let body = json!({"smtp": null, "webhook_authorities": kept["webhook_authorities"]});
                    client.put("/notices/outlets", &body)?
                }
            };
            show_server(&shown, as_json);
        }
    }
    Ok(())
}

/// What is kept, with what was named in its place.
fn changed(kept: &Value, set: &SetNotices) -> Outcome<Value> {
    let mut settings = kept["settings"].clone();
    let groups = |named: &[String], before: &Value| match named {
        [] if before.is_array() => before.clone(),
        [] => kept["groups"].clone(),
        [none] if none == "none" => json!([]),
        named => json!(named),
    };
    for (way, field, address, named) in [
        ("email", "address", &set.email, &set.email_groups),
        ("webhook", "url", &set.webhook, &set.webhook_groups),
    ] {
        let groups = groups(named, &settings[way]["groups"]);
        match address.as_deref() {
            Some("off") => settings[way] = Value::Null,
            Some(address) => settings[way] = json!({field: address, "groups": groups}),
            None if settings[way].is_object() => settings[way]["groups"] = groups,
            None => {}
        }
    }
    if !set.desktop.is_empty() {
        settings["desktop"] = groups(&set.desktop, &Value::Null);
    }
    match set.quiet.as_deref() {
        Some("off") => settings["quiet"] = Value::Null,
        Some(hours) => {
            let (from, until) = hours.split_once('-').ok_or_else(|| wrong_hours(hours))?;
            settings["quiet"] = json!({"from": from, "until": until, "days": days(&set.quiet_days)?});
        }
        None => {}
    }
    if let Some(language) = set.language {
        settings["language"] = json!(match language {
            Tongue::Ja => "ja",
            Tongue::En => "en",
        });
    }
    Ok(settings)
}

fn wrong_hours(hours: &str) -> CliError {
    CliError::refused(
        "bad_hours",
        format!("{hours} are no hours"),
        "write them like 21:00-07:00",
    )
}

fn days(names: &[String]) -> Outcome<Vec<usize>> {
    let day = |name: &String| {
        let known = DAYS.iter().position(|day| day == name);
        known.ok_or_else(|| {
            CliError::refused(
                "bad_day",
                format!("{name} is no day of the week"),
                "write it like monday",
            )
        })
    };
    names.iter().map(day).collect()
}

fn outlets(set: &SetServer) -> Outcome<Value> {
    let password = set.password_file.as_deref().map(first_line).transpose()?;
    let port = set.port.unwrap_or(match set.security {
        Secured::Tls => 465,
        Secured::Starttls => 587,
    });
    Ok(json!({
        "smtp": {
            "host": set.host,
            "port": port,
            "security": if set.security == Secured::Tls { "tls" } else { "starttls" },
            "from": set.from,
            "user": set.user,
            "password": password.as_deref(),
            "authorities": set.authorities.as_deref().map(text).transpose()?,
        },
        "webhook_authorities": set.webhook_authorities.as_deref().map(text).transpose()?,
    }))
}

fn text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} cannot be read: {error}", path.display()),
            "check the name and the rights on it",
        )
    })
}

fn first_line(path: &Path) -> Outcome<Zeroizing<String>> {
    let all = Zeroizing::new(text(path)?);
    Ok(Zeroizing::new(all.lines().next().unwrap_or_default().to_owned()))
}

fn show(view: &Value, as_json: bool) {
    if as_json {
        output::json(view);
        return;
    }
    let settings = &view["settings"];
    let groups = |list: &Value| {
        let names: Vec<&str> = entries(list).filter_map(Value::as_str).collect();
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }
    };
    println!("on the desktop: {}", groups(&settings["desktop"]));
    for (way, field) in [("email", "address"), ("webhook", "url")] {
        match settings[way][field].as_str() {
            Some(address) => println!("by {way} to {address}: {}", groups(&settings[way]["groups"])),
            None => println!("by {way}: no"),
        }
    }
    if let (Some(from), Some(until)) = (
        settings["quiet"]["from"].as_str(),
        settings["quiet"]["until"].as_str(),
    ) {
        let days: Vec<&str> = entries(&settings["quiet"]["days"])
            .filter_map(|day| DAYS.get(usize::try_from(day.as_u64()?).ok()?).copied())
            .collect();
        println!(
            "only what is urgent from {from} until {until} {}",
            days.join(", ")
        );
    }
    if let Some(secret) = view["secret"].as_str() {
        println!("the secret of the webhook's signatures, shown this once: {secret}");
    }
    let rows: Vec<Vec<String>> = entries(&view["recent"])
        .map(|one| {
            ["queued", "channel", "matter", "state", "why"]
                .map(|name| output::text(one, &format!("/{name}")))
                .to_vec()
        })
        .collect();
    if !rows.is_empty() {
        output::table(&["Queued", "By", "What", "State", "Why"], &rows);
    }
}

fn show_server(view: &Value, as_json: bool) {
    if as_json {
        output::json(view);
        return;
    }
    let smtp = &view["smtp"];
    match smtp["host"].as_str() {
        None => println!("no mail server is set"),
        Some(host) => println!(
            "{host}:{} ({}), letters of {}{}",
            smtp["port"],
            output::text(smtp, "/security"),
            output::text(smtp, "/from"),
            smtp["user"]
                .as_str()
                .map(|user| format!(", as {user}"))
                .unwrap_or_default()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> SetNotices {
        SetNotices {
            email: None,
            email_groups: Vec::new(),
            webhook: None,
            webhook_groups: Vec::new(),
            new_secret: false,
            desktop: Vec::new(),
            quiet: None,
            quiet_days: Vec::new(),
            language: None,
        }
    }

    #[test]
    fn what_is_not_named_stays_as_it_is() {
        let kept = json!({
            "groups": ["urgent", "report"],
            "settings": {"version": 1, "language": "ja", "quiet": null, "desktop": ["report"],
                         "email": {"address": "a@b", "groups": ["urgent"]}, "webhook": null},
        });
        assert_eq!(changed(&kept, &set()).unwrap(), kept["settings"]);
        let more = SetNotices {
            webhook: Some("https://house.example/".to_owned()),
            email: Some("off".to_owned()),
            quiet: Some("21:00-07:00".to_owned()),
            quiet_days: vec!["sunday".to_owned()],
            desktop: vec!["none".to_owned()],
            ..set()
        };
        let changed = changed(&kept, &more).unwrap();
        assert_eq!(changed["email"], Value::Null);
        assert_eq!(
            changed["webhook"],
            json!({"url": "https://house.example/", "groups": ["urgent", "report"]})
        );
        assert_eq!(
            changed["quiet"],
            json!({"from": "21:00", "until": "07:00", "days": [6]})
        );
        assert_eq!(changed["desktop"], json!([]));
    }
}
