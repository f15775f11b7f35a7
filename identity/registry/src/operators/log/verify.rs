//! Checks the operator log from its first row to its checkpoint.

use std::collections::BTreeMap;
use std::fs;

use dokuei_identity::key::PublicKey;
use dokuei_identity::network::NetworkName;

use super::row::{Outcome, Row};
use super::tree::{self, Tree};
use crate::failure::Failure;
use crate::operators::actor::UNNAMED;
use crate::registry::layout::Layout;

/// A log that is whole.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) rows: Vec<Row>,
    pub(crate) tree: Tree,
    /// How many rows the checkpoint covers; after a crash the last few may not be.
    pub(crate) covered: u64,
    /// Bytes of whole rows in the file.
    pub(crate) length: u64,
}

/// Reads the log and checks it; `registry` are the keys that signed the checkpoint and the rows of nobody in particular
/// one after the other, the one that signs now last.
///
/// # Errors
/// [`Failure::OperatorLog`] with the first row that is not what it was.
pub(crate) fn check(
    layout: &Layout,
    network: &NetworkName,
    registry: &[PublicKey],
) -> Result<Checked, Failure> {
    let path = layout.operator_log();
    let text = fs::read_to_string(&path).map_err(|source| Failure::storage("read", &path, source))?;
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut keys = Keys {
        operators: BTreeMap::new(),
        registry,
    };
    let (mut rows, mut tree) = (Vec::new(), Tree::default());
    for line in whole.lines() {
        let row = read_row(line, tree.size(), &mut keys)?;
        tree.push(line)
            .map_err(|_| refused("its tree cannot be computed"))?;
        learn(&row, &mut keys.operators);
        rows.push(row);
    }
    let covered = check_checkpoint(layout, network, registry, &tree)?;
    Ok(Checked {
        rows,
        tree,
        covered,
        length: whole.len() as u64,
    })
}

/// Whose signature a row must have.
struct Keys<'a> {
    operators: BTreeMap<String, PublicKey>,
    /// Those of nobody in particular that may still sign: once a later one has signed, an earlier one does no more.
    registry: &'a [PublicKey],
}

impl Keys<'_> {
    /// Whether its operator signed a row; `None` when there was no such operator.
    fn signed(&mut self, row: &Row) -> Option<bool> {
        if row.operator != UNNAMED {
            return Some(row.is_signed_by(self.operators.get(&row.operator)?));
        }
        let signer = self.registry.iter().position(|key| row.is_signed_by(key));
        self.registry = self
            .registry
            .get(signer.unwrap_or_default()..)
            .unwrap_or_default();
        Some(signer.is_some())
    }
}

fn read_row(line: &str, number: u64, keys: &mut Keys<'_>) -> Result<Row, Failure> {
    let wrong = |why: &str| refused(&format!("row {number} {why}"));
    let row: Row = serde_json::from_str(line).map_err(|_| wrong("is not a row"))?;
    if row.to_line() != line {
        return Err(wrong("was rewritten"));
    }
    if row.number != number {
        return Err(wrong(&format!(
            "has the number {}: a row was dropped or put elsewhere",
            row.number
        )));
    }
    let signed = keys
        .signed(&row)
        .ok_or_else(|| wrong(&format!("is of {}, who was no operator then", row.operator)))?;
    if !signed {
        return Err(wrong(&format!(
            "was edited: it is not what {} signed",
            row.operator
        )));
    }
    Ok(row)
}

/// Operators come and go by acts that are themselves in the log.
fn learn(row: &Row, keys: &mut BTreeMap<String, PublicKey>) {
    let (Some(name), Outcome::Done) = (&row.about, row.outcome) else {
        return;
    };
    match row.act.as_str() {
        "operator_add" => {
            if let Some(key) = row.detail["key"].as_str().and_then(read_key) {
                keys.insert(name.clone(), key);
            }
        }
        "operator_remove" => {
            keys.remove(name);
        }
        _ => {}
    }
}

/// A public key in hexadecimal.
pub(crate) fn read_key(text: &str) -> Option<PublicKey> {
    let bytes = <[u8; 32]>::try_from(hex::decode(text).ok()?).ok()?;
    PublicKey::from_bytes(bytes).ok()
}

fn check_checkpoint(
    layout: &Layout,
    network: &NetworkName,
    registry: &[PublicKey],
    tree: &Tree,
) -> Result<u64, Failure> {
    let path = layout.operator_checkpoint();
    if !path.exists() {
        // Only the very first row can lack it: the crash came between the two.
        return if tree.size() <= 1 {
            Ok(0)
        } else {
            Err(refused("its checkpoint is gone"))
        };
    }
    let note = fs::read(&path).map_err(|source| Failure::storage("read", &path, source))?;
    let mut last = "no key of the registry is known".to_owned();
    // After a crash in the middle of a change the former key's is still there.
    let read = registry
        .iter()
        .rev()
        .find_map(|key| tree::read(&note, key, network).map_err(|why| last = why).ok());
    let (size, root) = read
        .ok_or(last)
        .map_err(|why| refused(&format!("its checkpoint is not good: {why}")))?;
    if size > tree.size() {
        return Err(refused(&format!(
            "{} rows are missing at its end: the checkpoint covers {size}, there are {}",
            size - tree.size(),
            tree.size()
        )));
    }
    let same = tree.root(size).is_ok_and(|ours| ours == root);
    if !same {
        return Err(refused(&format!(
            "its first {size} rows are not those that the checkpoint covers"
        )));
    }
    Ok(size)
}

fn refused(why: &str) -> Failure {
    Failure::OperatorLog(format!(
        "{why}; keep a copy as evidence and compare with a backup"
    ))
}
