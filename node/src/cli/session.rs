//! `dokuei status`, `dokuei sign-in`, `dokuei sign-out`.

use std::fs;
use std::io::IsTerminal;

use serde_json::{Value, json};

use super::args::{Proof, SignIn};
use super::client::Client;
use super::error::{CliError, Failure, Outcome};
use super::{output, passphrase};
use crate::data_dir::{DataDir, write_durably};

/// Signs in; the session's token is kept in the data directory until sign-out.
///
/// # Errors
/// The node's refusal.
pub(crate) fn sign_in(dir: &DataDir, command: &SignIn, as_json: bool) -> Outcome {
    let client = Client::as_operator(dir)?;
    let phrase = passphrase::of_practitioner(command.passphrase.passphrase_file.as_deref(), false)?;
    let session = answered(command.factor.body(), |factor| {
        client.post(
            "/session",
            &json!({"id": command.id, "passphrase": *phrase, "second_factor": factor}),
        )
    })?;
    let token = session["token"].as_str().unwrap_or_default();
    write_durably(&dir.session_token(), token.as_bytes()).map_err(|error| {
        CliError::new(
            Failure::Storage,
            "cannot_write",
            format!("the session cannot be kept: {error}"),
            "",
        )
    })?;
    if as_json {
        output::json(&json!({"practitioner": session["practitioner"], "expires_at": session["expires_at"]}));
    } else {
        println!("signed in as {}", output::text(&session, "/practitioner/name_ja"));
    }
    Ok(())
}

/// Does what needs a second factor, with what was given on the command line; on a terminal asks for it when it is needed.
pub(super) fn answered(given: Value, ask: impl Fn(Value) -> Outcome<Value>) -> Outcome<Value> {
    match ask(given) {
        Err(CliError {
            second_factor: Some(asked),
            ..
        }) if std::io::stdin().is_terminal() => {
            let challenge = &asked["challenge"];
            if let Some(challenge) = challenge.as_str() {
                println!(
                    "the second factor ({}) is asked: {challenge}",
                    output::text(&asked, "/kind")
                );
            }
            let code = passphrase::code()?;
            ask(json!({"answer": *code, "challenge": challenge}))
        }
        outcome => outcome,
    }
}

/// Signs something that is confirmed by passphrase and second factor in its own right.
///
/// # Errors
/// The node's refusal.
pub(crate) fn confirmed(proof: &Proof, body: Value, act: impl Fn(Value) -> Outcome<Value>) -> Outcome<Value> {
    let phrase = passphrase::of_practitioner(proof.passphrase.passphrase_file.as_deref(), false)?;
    answered(proof.factor.body(), |factor| {
        let mut body = body.clone();
        body["passphrase"] = phrase.as_str().into();
        body["second_factor"] = factor;
        act(body)
    })
}

/// Signs out and forgets the token.
///
/// # Errors
/// When the token cannot be removed.
pub(crate) fn sign_out(dir: &DataDir, as_json: bool) -> Outcome {
    if dir.session_token().exists() {
        // A node that is not running has forgotten the session already.
        let _ = Client::connect(dir).and_then(|client| client.delete("/session"));
        fs::remove_file(dir.session_token()).map_err(|error| {
            CliError::new(
                Failure::Storage,
                "cannot_write",
                format!("the session cannot be removed: {error}"),
                "",
            )
        })?;
    }
    if as_json {
        output::json(&json!({"signed_in": false}));
    } else {
        println!("signed out");
    }
    Ok(())
}

/// Shows what the running node is doing.
///
/// # Errors
/// When the node is not running.
pub(crate) fn status(dir: &DataDir, as_json: bool) -> Outcome {
    let status = Client::as_operator(dir)?.get("/status")?;
    if as_json {
        output::json(&status);
        return Ok(());
    }
    let field = |pointer| output::text(&status, pointer);
    println!(
        "institution  {}\nPeerId       {}\nnetwork      {}",
        field("/institution"),
        field("/peer_id"),
        field("/network")
    );
    if status["network"].is_null() {
        println!("certificate  none, and no registry is trusted yet (dokuei identity trust)");
    } else if status["node_fingerprint"].is_null() {
        println!("certificate  none yet (dokuei identity applications)");
    }
    if status["refused"].is_object() {
        let (why, next) = (field("/refused/detail"), field("/refused/next"));
        println!(
            "refused      {why}{}{next}",
            if next.is_empty() { "" } else { "; " }
        );
    }
    if let Some(app) = super::client::app_address(dir) {
        println!("app          {app}/");
    }
    for address in status["listening"].as_array().into_iter().flatten() {
        println!("listening    {}", address.as_str().unwrap_or_default());
    }
    for bootstrap in status["bootstraps"].as_array().into_iter().flatten() {
        let state = if bootstrap["connected"] == true {
            "connected"
        } else {
            "not reached"
        };
        println!("bootstrap    {} ({state})", output::text(bootstrap, "/address"));
    }
    for peer in status["peers"].as_array().into_iter().flatten() {
        println!(
            "peer         {} ({})",
            output::text(peer, "/institution"),
            how(peer)
        );
    }
    if status["dicom"].is_object() {
        dicom(&status["dicom"]);
    }
    println!("signed in    {}", field("/signed_in/name_ja"));
    println!(
        "studies      {}\ncases        {}",
        field("/studies"),
        field("/cases")
    );
    println!("images       {}", images(&status["scan"]));
    Ok(())
}

/// How the reading through all stored images stands.
fn images(scan: &Value) -> String {
    let field = |pointer| output::text(scan, pointer);
    let mut told = if scan["running"].is_object() {
        let (begun, read) = (field("/running/begun"), field("/running/images"));
        format!("being read through since {begun}: {read} so far")
    } else if scan["last"].is_object() {
        let (ended, read, bad) = (
            field("/last/ended"),
            field("/last/images"),
            field("/last/damaged"),
        );
        format!("all {read} read through until {ended}: {bad} damaged")
    } else if scan["every_days"] == 0 {
        "never read through ([scan] every_days = 0)".to_owned()
    } else {
        "not read through yet".to_owned()
    };
    if scan["damaged"].as_u64().unwrap_or(0) > 0 {
        told += &format!("; {} damaged now, see dokuei doctor", field("/damaged"));
    }
    if scan["trouble"].is_string() {
        told += &format!("; not all could be read: {}", field("/trouble"));
    }
    told
}

/// What comes by the DICOM network of the house.
fn dicom(view: &Value) {
    let field = |pointer| output::text(view, pointer);
    println!(
        "DICOM        {} as {}{}: {} received, {} were here already, {} refused, {} associations rejected",
        field("/listening"),
        field("/aet"),
        if view["tls"] == true { " inside TLS" } else { "" },
        field("/received"),
        field("/already_here"),
        field("/refused"),
        field("/rejected"),
    );
    for association in view["associations"].as_array().into_iter().flatten() {
        let of = |pointer| output::text(association, pointer);
        println!(
            "  open       {} ({}) since {}: {} instances",
            of("/aet"),
            of("/address"),
            of("/since"),
            of("/instances")
        );
    }
    if view["last"].is_object() {
        let (at, from) = (field("/last/at"), field("/last/aet"));
        println!(
            "  last       {at} from {from}: study {}",
            field("/last/study_instance_uid")
        );
    }
    if view["last_refused"].is_object() {
        let (at, from) = (field("/last_refused/at"), field("/last_refused/aet"));
        println!("  refused    {at} {from}: {}", field("/last_refused/why"));
    }
}

fn how(peer: &Value) -> &'static str {
    match (peer["direct"] == true, peer["relayed"] == true) {
        (true, _) => "direct",
        (false, true) => "relayed",
        (false, false) => "connecting",
    }
}
