//! `dokuei media …`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::Media;
use super::client::Client;
use super::error::Outcome;
use super::study::absolute;
use super::{job, output};
use crate::data_dir::DataDir;

/// Runs one `media` command.
///
/// # Errors
/// What the node or the medium refuses.
pub(crate) fn run(dir: &DataDir, command: Media, as_json: bool) -> Outcome {
    let client = Client::connect(dir)?;
    match command {
        Media::Write { case, to, capacity } => write(&client, &case, &to, capacity.as_deref(), as_json),
        Media::Read { media } => read(&client, &media, as_json),
    }
}

fn write(client: &Client, case: &str, to: &Path, capacity: Option<&str>, as_json: bool) -> Outcome {
    let wanted = json!({"case_id": case, "path": absolute(to)?, "capacity": capacity});
    let started = client.post("/media/write", &wanted)?;
    let written = job::wait(client, &started, "writing")?;
    if as_json {
        output::json(&written);
        return Ok(());
    }
    let media = written["media"].as_array().map_or(&[][..], Vec::as_slice);
    println!(
        "written and read back: {} for {} {}",
        if written["study"] == true {
            "the consultation with its study"
        } else {
            "the consultation"
        },
        output::text(&written, "/for/name_ja"),
        output::text(&written, "/for/institution"),
    );
    for place in media {
        println!("  {}", place.as_str().unwrap_or_default());
    }
    println!("only her own node opens it; there: dokuei media read PATH");
    Ok(())
}

fn read(client: &Client, media: &[PathBuf], as_json: bool) -> Outcome {
    let paths: Vec<PathBuf> = media.iter().map(|path| absolute(path)).collect::<Outcome<_>>()?;
    let started = client.post("/media/read", &json!({"paths": paths}))?;
    let result = job::wait(client, &started, "reading")?;
    if as_json {
        output::json(&result);
        return Ok(());
    }
    for case in result["cases"].as_array().into_iter().flatten() {
        println!("{}", line(case));
    }
    Ok(())
}

/// What became of a case, and what is to be done now.
fn line(case: &Value) -> String {
    let id = output::text(case, "/case_id");
    let study = match case["study"].as_str() {
        Some("accept_first") => {
            format!("accept it (dokuei consult accept {id}), then read the medium again for the images")
        }
        Some("complete") => "the images are here, verified and signed for".to_owned(),
        Some("here") => "the images were here already".to_owned(),
        Some("on_its_way") => "the images come over the network at this moment".to_owned(),
        Some("incomplete") => {
            let discs: Vec<String> = case["missing_discs"]
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string)
                .collect();
            let (done, total) = (
                case["done"].as_u64().unwrap_or(0),
                case["total"].as_u64().unwrap_or(0),
            );
            let percent = (done.saturating_mul(100)).checked_div(total).unwrap_or(0);
            format!(
                "{percent} % of the images are here; still to be read: disc {}",
                discs.join(", ")
            )
        }
        _ => "no images to be taken".to_owned(),
    };
    format!("{id}: {} new entries; {study}", case["entries"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_told_with_what_is_to_be_done() {
        let case = |study: &str| json!({"case_id": "c0ffee", "entries": 3, "study": study, "done": 40, "total": 100, "missing_discs": [2, 3]});
        assert_eq!(
            line(&case("incomplete")),
            "c0ffee: 3 new entries; 40 % of the images are here; still to be read: disc 2, 3"
        );
        assert!(line(&case("accept_first")).contains("dokuei consult accept c0ffee"));
        assert!(line(&case("none")).ends_with("no images to be taken"));
    }
}
