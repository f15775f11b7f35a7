//! Named operators: each has her own passphrase, and with it her own key and the registry's.

use std::fs;
use std::io::ErrorKind;

use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::keystore::{self, KdfParams};
use dokuei_identity::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Actor;
use super::actor::UNNAMED;
use super::log::Row;
use crate::failure::Failure;
use crate::files;
use crate::registry::layout::{Layout, make_private};

/// What an operator's sealed file is for.
const PURPOSE: &str = "registry-operator";

/// An operator as everybody sees her.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Ed25519, hexadecimal.
    pub(crate) key: String,
    pub(crate) since: Timestamp,
}

/// Makes an operator's sealed file: her new key, and the passphrase of the registry's own keys.
pub(crate) fn seal(name: &str, own: &str, registry: &str) -> Result<(PublicKey, Vec<u8>), Failure> {
    check_name(name)?;
    let key = SecretKey::generate(&mut rand::rng());
    let sealed = seal_key(name, &key, own, registry)?;
    Ok((key.public(), sealed))
}

/// An operator's sealed file, of the key that she has.
pub(crate) fn seal_key(name: &str, key: &SecretKey, own: &str, registry: &str) -> Result<Vec<u8>, Failure> {
    let mut secret = Zeroizing::new(key.seed().to_vec());
    secret.extend_from_slice(registry.as_bytes());
    Ok(keystore::seal(
        &secret,
        own,
        KdfParams::RECOMMENDED,
        &purpose(name),
        &mut rand::rng(),
    )?)
}

/// Opens an operator's sealed file: who acts, and the passphrase of the registry's keys.
pub(crate) fn open(layout: &Layout, name: &str, own: &str) -> Result<(Actor, Zeroizing<String>), Failure> {
    check_name(name)?;
    let path = file(layout, name);
    if !path.exists() {
        return Err(Failure::UnknownOperator(name.to_owned()));
    }
    let secret = keystore::open(&files::read(&path)?, own, &purpose(name))?;
    let damaged = || Failure::Damaged(format!("{} is damaged; restore it from a backup", path.display()));
    let (seed, registry) = secret.split_at_checked(32).ok_or_else(damaged)?;
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| damaged())?);
    let registry = Zeroizing::new(String::from_utf8(registry.to_vec()).map_err(|_| damaged())?);
    let actor = Actor {
        name: name.to_owned(),
        key: SecretKey::from_seed(&seed),
    };
    Ok((actor, registry))
}

/// Whether there is an operator of this name; false for what is no name.
pub(crate) fn is_known(layout: &Layout, name: &str) -> bool {
    check_name(name).is_ok() && file(layout, name).exists()
}

/// Whether any operator's sealed file is here. Who is named, the operator log tells: a crash can leave a file without its
/// row.
pub(crate) fn any(layout: &Layout) -> bool {
    fs::read_dir(layout.operators()).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|end| end == "key"))
    })
}

/// Puts an operator's sealed file in its place.
pub(crate) fn install(layout: &Layout, name: &str, sealed: &[u8]) -> Result<(), Failure> {
    make_private(&layout.operators())?;
    files::write(&file(layout, name), sealed, true)
}

/// Takes an operator's sealed file away; a crash can have come between that and the row that tells it.
pub(crate) fn remove(layout: &Layout, name: &str) -> Result<(), Failure> {
    let path = file(layout, name);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(Failure::storage("removed", &path, source))
        }
        _ => Ok(()),
    }
}

/// The operators, as the operator log tells.
pub(crate) fn list(rows: &[Row]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for row in rows.iter().filter(|row| row.outcome == super::log::Outcome::Done) {
        let Some(name) = &row.about else { continue };
        match row.act.as_str() {
            "operator_add" => {
                members.retain(|member| member.name != *name);
                members.push(Member {
                    name: name.clone(),
                    key: row.detail["key"].as_str().unwrap_or_default().to_owned(),
                    since: row.at,
                });
            }
            "operator_remove" => members.retain(|member| member.name != *name),
            _ => {}
        }
    }
    members
}

/// A name that is also a safe file name.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let good = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if name.is_empty() || name.len() > 32 || !name.bytes().all(good) || name == UNNAMED {
        return Err(Failure::Usage(format!(
            "{name:?} is no name for an operator: use 1 to 32 of a-z, 0-9 and -, and not {UNNAMED:?}"
        )));
    }
    Ok(())
}

fn file(layout: &Layout, name: &str) -> std::path::PathBuf {
    layout.operators().join(format!("{name}.key"))
}

fn purpose(name: &str) -> String {
    format!("{PURPOSE}/{name}")
}
