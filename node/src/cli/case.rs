//! `dokuei case …`: a consultation for others.

use serde_json::json;

use super::args::CaseCommand;
use super::client::Client;
use super::error::{CliError, Outcome};
use super::output;
use crate::data_dir::{DataDir, write_durably};

/// Runs one `case` command.
///
/// # Errors
/// What the node or the file system refuses.
pub(crate) fn run(dir: &DataDir, command: CaseCommand, as_json: bool) -> Outcome {
    let CaseCommand::Export { case, to, fhir } = command;
    let what = if fhir { "fhir" } else { "evidence.zip" };
    let archive = Client::connect(dir)?.get_bytes(&format!("/cases/{case}/{what}"))?;
    write_durably(&to, &archive).map_err(|error| {
        CliError::refused(
            "file_unusable",
            format!("{} cannot be written: {error}", to.display()),
            "choose another place with --to",
        )
    })?;
    if as_json {
        output::json(&json!({"file": to, "bytes": archive.len()}));
    } else if fhir {
        println!(
            "the consultation is in {} as FHIR R4.\n\
             It names the patient: hand it to nobody who may not know.",
            to.display()
        );
    } else {
        println!(
            "the evidence is in {}; anybody verifies it with OpenSSL and sha256sum: VERIFY.md in it tells how.\n\
             It names the patient: hand it to nobody who may not know.",
            to.display()
        );
    }
    Ok(())
}
