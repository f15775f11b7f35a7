//! `dokuei study …`

use std::path::Path;

use serde_json::{Value, json};

use super::args::{Attach, Study};
use super::client::Client;
use super::error::{CliError, Outcome};
use super::retention::{self, DELETED};
use super::{archive, job, output};
use crate::data_dir::DataDir;

/// Runs one `study` command.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn run(dir: &DataDir, command: Study, as_json: bool) -> Outcome {
    match command {
        Study::Import { paths } => import(&Client::connect(dir)?, &paths, as_json),
        Study::Attach(attach) => attach_files(&Client::connect(dir)?, &attach, as_json),
        Study::Pseudonymise { study, how } => {
            pseudonymise(&Client::connect(dir)?, &study, &how.options(), as_json)
        }
        Study::List => list(&Client::connect(dir)?, as_json),
        Study::Show { study } => show(&Client::connect(dir)?, &study, as_json),
        Study::Export {
            study,
            out,
            dicomdir,
            capacity,
        } => {
            let wanted = json!({"path": absolute(&out)?, "dicomdir": dicomdir, "capacity": capacity});
            export(&Client::connect(dir)?, &study, &wanted, as_json)
        }
        Study::Send { study, to, wait } => {
            archive::send(&Client::connect(dir)?, (&study, &to), wait, as_json)
        }
        Study::Practice { delete } => practice(&Client::connect(dir)?, delete, as_json),
        Study::Sample {
            out,
            slices,
            size,
            seed,
        } => sample(&out, (slices, size), seed.unwrap_or_else(rand::random), as_json),
    }
}

fn import(client: &Client, paths: &[std::path::PathBuf], as_json: bool) -> Outcome {
    let mut failed = false;
    let mut all = Vec::new();
    for path in paths {
        let path = absolute(path)?;
        let started = client.post("/studies/import", &json!({"path": path}))?;
        let result = job::wait(client, &started, "importing")?;
        let refused = result["refused"].as_array().map_or(0, Vec::len);
        failed |= refused > 0 && result["imported"] == 0 && result["duplicates"] == 0;
        all.push(result);
    }
    if as_json {
        output::json(&json!({"ok": !failed, "imports": all}));
    } else {
        all.iter().for_each(describe_import);
    }
    if failed && !as_json {
        return Err(CliError::refused(
            "nothing_imported",
            "nothing could be imported",
            "see the reasons above",
        ));
    }
    if failed { Err(silent()) } else { Ok(()) }
}

fn attach_files(client: &Client, wanted: &Attach, as_json: bool) -> Outcome {
    let patient = wanted.patient_id.as_ref().map(|id| {
        json!({
            "id": id,
            "name": wanted.patient_name,
            "birth_date": wanted.patient_born,
            "sex": wanted.patient_sex,
        })
    });
    let mut all = Vec::new();
    for file in &wanted.files {
        let body = json!({
            "path": absolute(file)?,
            "study_instance_uid": wanted.study,
            "patient": patient,
            "date": wanted.date,
            "description": wanted.description,
            "kind": wanted.kind.as_str(),
            "modality": wanted.modality,
        });
        let started = client.post("/studies/attach", &body)?;
        let result = job::wait(client, &started, "attaching")?;
        if !as_json {
            let notes = output::text(&result, "/notes").replace(['[', ']', '"'], "");
            println!(
                "{}: {} in study {}{}",
                file.display(),
                output::text(&result, "/outcome").replace('_', " "),
                output::text(&result, "/study_instance_uid"),
                if notes.is_empty() {
                    notes
                } else {
                    format!(" ({notes})")
                }
            );
        }
        all.push(result);
    }
    if as_json {
        output::json(&json!({"ok": true, "attached": all}));
    }
    Ok(())
}

fn pseudonymise(client: &Client, study: &str, options: &Value, as_json: bool) -> Outcome {
    let started = client.post(&format!("/studies/{study}/pseudonymise"), options)?;
    let result = job::wait(client, &started, "writing anew")?;
    if as_json {
        output::json(&result);
        return Ok(());
    }
    println!(
        "{} images as study {} of patient {}",
        result["instances"],
        output::text(&result, "/study_instance_uid"),
        output::text(&result, "/code")
    );
    if result["left_out"] != 0 {
        println!(
            "{} documents or reports stay: they name the patient freely",
            result["left_out"]
        );
    }
    for warning in result["warnings"].as_array().into_iter().flatten() {
        println!(
            "look at the images: {}",
            warning.as_str().unwrap_or_default().replace('_', " ")
        );
    }
    Ok(())
}

/// The result was printed already; only the exit code is left to tell.
fn silent() -> CliError {
    CliError::refused("", "", "")
}

fn describe_import(result: &Value) {
    println!(
        "imported {} instances ({} bytes) in {} studies; {} were here already",
        result["imported"],
        result["bytes"],
        result["studies"].as_array().map_or(0, Vec::len),
        result["duplicates"],
    );
    for refused in result["refused"].as_array().into_iter().flatten() {
        eprintln!(
            "refused {}: {}",
            output::text(refused, "/file"),
            output::text(refused, "/reason")
        );
    }
}

fn list(client: &Client, as_json: bool) -> Outcome {
    let studies = client.get("/studies")?;
    if as_json {
        output::json(&studies);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = studies
        .as_array()
        .into_iter()
        .flatten()
        .map(|study| {
            vec![
                name(study),
                output::text(study, "/patient/id"),
                output::text(study, "/study_date"),
                output::text(study, "/modalities").replace(['[', ']', '"'], ""),
                output::text(study, "/instances"),
                output::text(study, "/origin"),
                output::text(study, "/study_instance_uid"),
            ]
        })
        .collect();
    output::table(
        &[
            "Patient",
            "ID",
            "Date",
            "Modality",
            "Images",
            "Origin",
            "Study Instance UID",
        ],
        &rows,
    );
    Ok(())
}

/// The ideographic name when there is one, else the alphabetic.
fn name(study: &Value) -> String {
    let ideographic = output::text(study, "/patient/name/ideographic");
    if ideographic.is_empty() {
        output::text(study, "/patient/name/alphabetic")
    } else {
        ideographic
    }
}

fn show(client: &Client, study: &str, as_json: bool) -> Outcome {
    let study = match client.get(&format!("/studies/{study}")) {
        Err(error) if error.code == DELETED => return retention::told(&error, as_json),
        study => study?,
    };
    if as_json {
        output::json(&study);
        return Ok(());
    }
    println!(
        "{}  {}  {}",
        name(&study),
        output::text(&study, "/study_date"),
        output::text(&study, "/description")
    );
    for series in study["series"].as_array().into_iter().flatten() {
        println!(
            "  series {} {} {}: {} instances",
            output::text(series, "/number"),
            output::text(series, "/modality"),
            output::text(series, "/description"),
            series["instances"].as_array().map_or(0, Vec::len)
        );
    }
    Ok(())
}

fn export(client: &Client, study: &str, wanted: &Value, as_json: bool) -> Outcome {
    let started = client.post(&format!("/studies/{study}/export"), wanted)?;
    let result = job::wait(client, &started, "exporting")?;
    if as_json {
        output::json(&result);
    } else {
        describe_export(&result);
    }
    Ok(())
}

fn describe_export(result: &Value) {
    println!(
        "wrote {} files to {}",
        result["files"],
        output::text(result, "/path")
    );
    let number = |name: &str| result[name].as_u64().unwrap_or_default();
    if number("discs") > 1 {
        println!(
            "they lie on {} discs, each with a DICOMDIR and a README of its own: burn them all",
            number("discs")
        );
    }
    if number("compressed") > 0 {
        println!(
            "{} of them stay compressed, because something would be lost: viewers of the general purpose profile \
             (STD-GEN-CD) need not read these",
            number("compressed")
        );
    }
    if number("completed") > 0 {
        println!(
            "{} radiographs got empty attributes that the dental profile (STD-DEN-CD) asks for; nothing else in them \
             was changed",
            number("completed")
        );
    }
    for profile in result["profiles"].as_array().into_iter().flatten() {
        println!(
            "it is a medium of the profile {}",
            profile.as_str().unwrap_or_default()
        );
    }
    for one in result["unlisted"].as_array().into_iter().flatten() {
        println!(
            "{} is on the medium and could not be listed in its DICOMDIR: {}",
            output::text(one, "/file"),
            output::text(one, "/why")
        );
    }
    if number("unconverted") > 0 {
        println!(
            "{} of these could not be decompressed at all and are as they were imported: look at them before you \
             hand the medium out",
            number("unconverted")
        );
    }
}

fn practice(client: &Client, delete: bool, as_json: bool) -> Outcome {
    let made = if delete {
        client.delete("/practice")?;
        json!({"deleted": true})
    } else {
        let started = client.post("/practice", &json!({}))?;
        job::wait(client, &started, "making")?
    };
    if as_json {
        output::json(&made);
    } else if delete {
        println!("the practice study is deleted");
    } else {
        println!(
            "practice study {} is here; it is nobody's, and is sent to nobody",
            made["study_instance_uid"].as_str().unwrap_or_default()
        );
    }
    Ok(())
}

fn sample(out: &Path, (slices, size): (u32, u16), seed: u64, as_json: bool) -> Outcome {
    let written = crate::service::sample::write(out, slices, size, seed).map_err(|error| {
        CliError::refused(
            "sample_failed",
            error.to_string(),
            "choose a new or empty folder with enough room",
        )
    })?;
    if as_json {
        output::json(
            &json!({"study_instance_uid": written.study_instance_uid, "files": written.files, "bytes": written.bytes, "seed": seed}),
        );
    } else {
        println!(
            "wrote {} slices of study {} to {}; import them with `dokuei study import`",
            written.files,
            written.study_instance_uid,
            out.display()
        );
    }
    Ok(())
}

/// The node has another working directory than this command: hand it an absolute path.
pub(super) fn absolute(path: &Path) -> Outcome<std::path::PathBuf> {
    std::path::absolute(path).map_err(|error| {
        CliError::refused(
            "bad_path",
            format!("{} is not a usable path: {error}", path.display()),
            "",
        )
    })
}
