//! The operator log: every act, tamper-evident.
//!
//! `operator-log.jsonl` has a row for each act, signed by its operator; `operator-log.checkpoint` is a C2SP checkpoint
//! over all rows, signed by the register's key. A row that was edited, dropped or put elsewhere does not fit the
//! checkpoint. Rows are made durable before their checkpoint; rows that a crash left without one are covered by the
//! next, provided that each is signed.

mod row;
mod tree;
mod verify;

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::network::NetworkName;
use dokuei_identity::time::Timestamp;

use crate::failure::Failure;
use crate::files;
use crate::operators::Actor;
use crate::registry::layout::Layout;
pub(crate) use row::{Outcome, Row};
use tree::Tree;
pub(crate) use verify::{Checked, check};

/// The log of an opened registry.
pub(crate) struct OperatorLog {
    layout: Layout,
    network: NetworkName,
    key: SecretKey,
    rows: Vec<Row>,
    tree: Tree,
    /// Bytes of whole rows in the file.
    length: u64,
}

/// What is to become a row.
pub(crate) struct Draft {
    pub(crate) act: &'static str,
    pub(crate) about: Option<String>,
    pub(crate) detail: serde_json::Value,
    pub(crate) outcome: Outcome,
    pub(crate) journal: u64,
}

impl OperatorLog {
    /// Opens the log, or begins one, and checks all of it. `former` are the registry's keys before `key`, the oldest first.
    pub(crate) fn open(
        layout: &Layout,
        network: NetworkName,
        key: SecretKey,
        former: &[PublicKey],
    ) -> Result<Self, Failure> {
        let path = layout.operator_log();
        if !path.exists() {
            files::write(&path, b"", true)?;
        }
        let Checked {
            rows, tree, length, ..
        } = check(layout, &network, &[former, &[key.public()]].concat())?;
        let mut log = Self {
            layout: layout.clone(),
            network,
            key,
            rows,
            tree,
            length,
        };
        log.seal(Timestamp(0))?;
        Ok(log)
    }

    /// Covers the rows with another key from now on.
    pub(crate) fn change_key(&mut self, key: SecretKey) {
        self.key = key;
    }

    /// The rows, the first first.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Appends rows, durable when this returns.
    pub(crate) fn append(&mut self, actor: &Actor, at: Timestamp, drafts: Vec<Draft>) -> Result<(), Failure> {
        let mut text = String::new();
        let mut added = Vec::with_capacity(drafts.len());
        for (number, draft) in (self.tree.size()..).zip(drafts) {
            let row = Row {
                number,
                at,
                operator: actor.name.clone(),
                act: draft.act.to_owned(),
                about: draft.about,
                detail: draft.detail,
                outcome: draft.outcome,
                journal: draft.journal,
                signature: String::new(),
            }
            .sign(actor);
            let line = row.to_line();
            text.push_str(&line);
            text.push('\n');
            added.push((row, line));
        }
        write_at(&self.layout.operator_log(), self.length, text.as_bytes())?;
        self.length += text.len() as u64;
        for (row, line) in added {
            self.tree.push(&line).map_err(|_| broken())?;
            self.rows.push(row);
        }
        self.seal(at)
    }

    /// Signs a checkpoint over all rows.
    fn seal(&mut self, at: Timestamp) -> Result<(), Failure> {
        let at = at.max(self.rows.last().map_or(Timestamp(0), |row| row.at));
        let root = self.tree.root(self.tree.size()).map_err(|_| broken())?;
        let note = tree::sign(&self.key, &self.network, self.tree.size(), root, at).ok_or_else(broken)?;
        let path = self.layout.operator_checkpoint();
        if fs::read(&path).is_ok_and(|old| old == note) {
            return Ok(());
        }
        files::write(&path, &note, false)
    }
}

fn write_at(path: &Path, place: u64, content: &[u8]) -> Result<(), Failure> {
    let failed = |source| Failure::storage("written", path, source);
    let mut file = File::options().write(true).open(path).map_err(failed)?;
    // What a crash left half-written goes.
    file.set_len(place)
        .and_then(|()| file.seek(SeekFrom::Start(place)))
        .and_then(|_| file.write_all(content))
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

fn broken() -> Failure {
    Failure::OperatorLog("its tree cannot be computed; restore it from a backup".to_owned())
}
