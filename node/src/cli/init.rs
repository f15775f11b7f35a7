//! `dokuei init` and `dokuei identity …`: what is done before the node can run.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::network::NetworkName;
use dokuei_identity::policy::Start;
use dokuei_identity::request;
use dokuei_store::Store;
use serde_json::{Value, json};

use super::args::{Identity, Init, NodePassphrase};
use super::error::{CliError, Failure, Outcome};
use super::{apply, output, passphrase};
use crate::clock;
use crate::config::{Config, Institution};
use crate::credentials::{self, Credentials, Delivery, Installed};
use crate::data_dir::{DataDir, write_durably};
use crate::keys::{self, NodeSecrets};
use crate::practitioners::{PractitionerError, Practitioners};
use crate::service::storage_key;

/// `dokuei init`.
///
/// # Errors
/// When there is a node already, the passphrase is too short, or the directory cannot be written.
pub(crate) fn init(dir: &DataDir, command: &Init, as_json: bool) -> Outcome {
    refuse_ended(dir)?;
    if dir.node_key().exists() {
        return Err(CliError::refused(
            "already_initialised",
            format!("there is a node in {} already", dir.root().display()),
            "use it, or name another directory with --data-dir",
        ));
    }
    let (phrase, _) = passphrase::of_node(&command.passphrase, true)?;
    let known = [command.institution.as_str(), command.institution_code.as_str()];
    passphrase::may_choose(&phrase, &known)?;
    let mut rng = rand::rng();
    let secrets = NodeSecrets::generate(&mut rng);
    let sealed = secrets.seal(&phrase, keys::tuned(), &mut rng).map_err(|error| {
        CliError::refused("bad_passphrase", error.to_string(), "choose another passphrase")
    })?;
    dir.create().map_err(|error| cannot_write(dir.root(), &error))?;
    let device_class = command
        .device_class
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned());
    let institution = Institution {
        name: command.institution.clone(),
        code: command.institution_code.clone(),
        device_class,
    };
    let mut config = Config::new(institution);
    config.governance.practice = command.practice;
    config.write(dir).map_err(|error| storage(&error))?;
    Store::create(dir.root(), &storage_key(&secrets)).map_err(|error| storage(&error))?;
    let public = hex::encode(secrets.node.public().as_bytes());
    write_durably(&dir.node_public_key(), public.as_bytes())
        .map_err(|error| cannot_write(&dir.node_public_key(), &error))?;
    // The key last: its presence says that the node is whole.
    write_durably(&dir.node_key(), &sealed).map_err(|error| cannot_write(&dir.node_key(), &error))?;
    let peer_id = dokuei_net::peer_id_of(&secrets.node.public()).to_string();
    if as_json {
        output::json(&json!({"data_dir": dir.root(), "peer_id": peer_id}));
    } else {
        println!(
            "a node was made in {}\nits PeerId is {peer_id}",
            dir.root().display()
        );
        println!("next: dokuei identity trust ROOT.pem, dokuei run, and dokuei identity apply node");
    }
    Ok(())
}

/// Unlocks the node's secrets.
///
/// # Errors
/// When there is no node, or the passphrase is wrong.
pub(crate) fn unlock(dir: &DataDir, from: &NodePassphrase) -> Outcome<NodeSecrets> {
    unlock_to_run(dir, from).map(|(secrets, _)| secrets)
}

/// As [`unlock`]; gives too whether a person did it.
///
/// # Errors
/// As [`unlock`].
pub(crate) fn unlock_to_run(dir: &DataDir, from: &NodePassphrase) -> Outcome<(NodeSecrets, Start)> {
    refuse_ended(dir)?;
    let sealed = fs::read(dir.node_key()).map_err(|_| {
        CliError::refused(
            "not_initialised",
            format!("there is no node in {}", dir.root().display()),
            "make one with `dokuei init`, or name its directory with --data-dir",
        )
    })?;
    let (phrase, start) = passphrase::of_node(from, false)?;
    let secrets = NodeSecrets::open(&sealed, &phrase).map_err(|error| {
        CliError::refused(
            "wrong_passphrase",
            format!("the node's keys cannot be unlocked: {error}"),
            "give the passphrase that was chosen at `dokuei init`",
        )
    })?;
    Ok((secrets, start))
}

/// Refuses to work with a node that has come to its end: revoked and wiped, or moved to another machine.
fn refuse_ended(dir: &DataDir) -> Outcome {
    if dir.wiped().exists() {
        return Err(CliError::refused(
            "wiped",
            format!(
                "the node in {} was revoked by the registry and has destroyed its keys",
                dir.root().display()
            ),
            "make a new node in another directory with `dokuei init --data-dir DIR`",
        ));
    }
    if dir.moved_out().exists() {
        return Err(CliError::refused(
            "moved_out",
            format!(
                "the node in {} was moved to another machine",
                dir.root().display()
            ),
            "work there, and ask the registry operator to revoke the certificate of this one",
        ));
    }
    Ok(())
}

/// Runs one `identity` command.
///
/// # Errors
/// What the passphrase rule, the file system or the chain checks refuse.
pub(crate) fn identity(dir: &DataDir, command: Identity, as_json: bool) -> Outcome {
    match command {
        Identity::RequestNode { out, passphrase } => {
            let secrets = unlock(dir, &passphrase)?;
            let config = Config::read(dir).map_err(|error| storage(&error))?;
            deliver(
                &certificate_request(&secrets.node, &config.institution.name)?,
                out,
                as_json,
            )
        }
        Identity::RequestPractitioner {
            id,
            name_ja,
            name_latin,
            out,
            passphrase,
        } => {
            require_node(dir)?;
            let phrase = passphrase::of_practitioner(passphrase.passphrase_file.as_deref(), true)?;
            let secrets = Practitioners::of(dir.clone())
                .enrol(
                    &id,
                    (&name_ja, &name_latin),
                    &phrase,
                    keys::tuned(),
                    &mut rand::rng(),
                )
                .map_err(|error| cannot_enrol(&error))?;
            deliver(&certificate_request(&secrets.signing, &name_latin)?, out, as_json)
        }
        Identity::Apply(command) => apply::apply(dir, &command, as_json),
        Identity::Submit(command) => apply::submit(dir, &command, as_json),
        Identity::Applications => apply::list(dir, as_json),
        Identity::Answer { file } => apply::answer(dir, &file, as_json),
        Identity::Withdraw { application } => apply::withdraw(dir, &application, as_json),
        Identity::Trust { root, fingerprint } => trust(dir, &root, fingerprint, as_json),
        Identity::Install { root, chain, crl } => install(dir, &root, &chain, crl.as_deref(), as_json),
        Identity::Show => show(dir, as_json),
    }
}

fn cannot_enrol(error: &PractitionerError) -> CliError {
    match error {
        PractitionerError::Passphrase(error) => passphrase::refused(*error),
        other => CliError::refused("cannot_enrol", other.to_string(), ""),
    }
}

fn certificate_request(key: &SecretKey, common_name: &str) -> Outcome<String> {
    request::make(key, common_name).map_err(|error| {
        CliError::refused(
            "bad_name",
            format!("no certificate request can be made: {error}"),
            "choose a shorter name",
        )
    })
}

fn public_key(dir: &DataDir) -> Outcome<PublicKey> {
    let text = read(&dir.node_public_key())?;
    let mut bytes = [0; 32];
    let key = hex::decode_to_slice(text.trim(), &mut bytes)
        .ok()
        .and_then(|()| PublicKey::from_bytes(bytes).ok());
    key.ok_or_else(|| {
        CliError::refused(
            "damaged",
            "the file node.pub is damaged",
            "restore it from a backup",
        )
    })
}

fn require_node(dir: &DataDir) -> Outcome {
    if dir.node_key().exists() {
        return Ok(());
    }
    Err(CliError::refused(
        "not_initialised",
        format!("there is no node in {}", dir.root().display()),
        "make one with `dokuei init` first",
    ))
}

fn deliver(pem: &str, out: Option<PathBuf>, as_json: bool) -> Outcome {
    match out {
        Some(path) => {
            fs::write(&path, pem).map_err(|error| cannot_write(&path, &error))?;
            if as_json {
                output::json(&json!({"request": path}));
            } else {
                println!("wrote {}; send it to the registry operator", path.display());
            }
        }
        None if as_json => output::json(&json!({"pem": pem})),
        None => print!("{pem}"),
    }
    Ok(())
}

/// Installs the root that everything is verified to.
fn trust(dir: &DataDir, root: &Path, fingerprint: Option<Fingerprint>, as_json: bool) -> Outcome {
    require_node(dir)?;
    let anchor = credentials::trust(dir, &read(root)?, fingerprint).map_err(|error| {
        CliError::refused(
            "root_refused",
            error.to_string(),
            "get the root certificate from the registry operator again, and compare its fingerprint with the published one",
        )
    })?;
    let (name, fingerprint) = (anchor.common_name(), anchor.fingerprint());
    if as_json {
        output::json(&json!({"root": fingerprint, "name": name, "network": NetworkName::of(&anchor)}));
        return Ok(());
    }
    println!("this node trusts {name}\nfingerprint  {fingerprint}");
    println!("compare it with the one that the registry's operator publishes");
    if dir.api_address().exists() {
        println!("the running node takes it up when it is started again");
    }
    Ok(())
}

fn install(dir: &DataDir, root: &Path, chain: &Path, crl: Option<&Path>, as_json: bool) -> Outcome {
    require_node(dir)?;
    let root = read(root)?;
    let chain = read(chain)?;
    let crl = crl.map(read).transpose()?;
    let node_key = public_key(dir)?;
    let delivery = Delivery {
        root: &root,
        chain: &chain,
        crl: crl.as_deref(),
    };
    let installed = credentials::install(dir, &node_key, &delivery, clock::now()).map_err(|error| {
        CliError::refused(
            "certificate_refused",
            error.to_string(),
            "compare with what the registry operator sent; ask for a new certificate when it has expired",
        )
    })?;
    if dir.api_address().exists() && !as_json {
        println!("the running node takes it up when it is started again");
    }
    match installed {
        Installed::Node(certificate) if as_json => {
            output::json(&json!({"node": describe_node(&certificate)}))
        }
        Installed::Practitioner(id, certificate) if as_json => {
            output::json(&json!({"practitioner": describe_person(&id, &certificate)}));
        }
        Installed::Node(certificate) => {
            println!(
                "installed the certificate of this node, {}",
                certificate.institution
            );
        }
        Installed::Practitioner(id, certificate) => {
            println!(
                "installed the certificate of {} ({id})",
                certificate.name.japanese
            );
        }
    }
    Ok(())
}

fn show(dir: &DataDir, as_json: bool) -> Outcome {
    require_node(dir)?;
    let now = clock::now();
    let refused = |error: credentials::CredentialError| {
        CliError::refused(
            "certificate_refused",
            error.to_string(),
            "install it again with `dokuei identity install`",
        )
    };
    let Some((credentials, chain)) = Credentials::read(dir, now).map_err(refused)? else {
        return Err(CliError::refused(
            "no_root",
            "this node trusts no registry yet",
            "install the root certificate that its operator publishes with `dokuei identity trust`",
        ));
    };
    let node = chain.map(|chain| credentials.node(&chain, now));
    let people = Practitioners::of(dir.clone());
    let mut persons = Vec::new();
    for person in people
        .list()
        .map_err(|error| CliError::refused("damaged", error.to_string(), ""))?
    {
        let Ok(Some(chain)) = people.chain(&person.id) else {
            continue;
        };
        persons.push(match credentials.practitioner(&chain, now) {
            Ok(certificate) => describe_person(&person.id, &certificate),
            Err(error) => json!({"id": person.id, "refused": error.to_string()}),
        });
    }
    let node = match node {
        None => Value::Null,
        Some(Ok(node)) => describe_node(&node),
        Some(Err(error)) => json!({"refused": error.to_string()}),
    };
    let view =
        json!({"root": credentials.anchors.first().fingerprint(), "node": node, "practitioners": persons});
    if as_json {
        output::json(&view);
    } else {
        println!("root  {}", credentials.anchors.first().fingerprint());
        println!("node  {}", summary(&view["node"], "/institution"));
        for person in &persons {
            println!(
                "{:5} {}",
                output::text(person, "/id"),
                summary(person, "/name_ja")
            );
        }
    }
    Ok(())
}

fn summary(view: &Value, name: &str) -> String {
    if view.is_null() {
        return "no certificate yet; apply for one with `dokuei identity apply`".to_owned();
    }
    match view["refused"].as_str() {
        Some(reason) => format!("refused: {reason}"),
        None => format!(
            "{}, valid until {}",
            output::text(view, name),
            output::text(view, "/valid_until")
        ),
    }
}

fn describe_node(certificate: &NodeCertificate) -> Value {
    json!({
        "fingerprint": certificate.fingerprint,
        "institution": certificate.institution,
        "device_class": certificate.device_class,
        "valid_until": clock::rfc3339(certificate.validity.not_after),
    })
}

fn describe_person(id: &str, certificate: &PractitionerCertificate) -> Value {
    json!({
        "id": id,
        "fingerprint": certificate.fingerprint,
        "name_ja": certificate.name.japanese,
        "name_latin": certificate.name.latin,
        "licence": certificate.licence,
        "qualifications": certificate.qualifications,
        "valid_until": clock::rfc3339(certificate.validity.not_after),
    })
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| {
        CliError::refused(
            "file_unreadable",
            format!("{} cannot be read: {error}", path.display()),
            "check the name",
        )
    })
}

fn cannot_write(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(
        Failure::Storage,
        "cannot_write",
        format!("{} cannot be written: {error}", path.display()),
        "make room, or choose another directory with --data-dir",
    )
}

fn storage(error: &dyn std::error::Error) -> CliError {
    CliError::new(
        Failure::Storage,
        "storage_failed",
        error.to_string(),
        "see `dokuei doctor`",
    )
}
