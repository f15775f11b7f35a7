//! Who is known: verified chains, device lists, nodes, and the revocation list. What is newer never gives way to what
//! is older.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction};
use serde::Serialize;

use crate::text::{signed, stored_as_text, unsigned};
use crate::{Id32, Store, StoreError};

/// Whose chain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainKind {
    /// A person's.
    Practitioner,
    /// A machine's.
    Node,
}
stored_as_text!(ChainKind { Practitioner => "practitioner", Node => "node" });

/// A practitioner's newest device list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceListRow {
    /// Whose.
    pub practitioner: Fingerprint,
    /// Its number.
    pub seq: u64,
    /// The signed bytes.
    pub list: Vec<u8>,
    /// When it was stored.
    pub seen_at: Timestamp,
}

/// A node that was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeRow {
    /// Of its certificate.
    pub fingerprint: Fingerprint,
    /// The text of its `PeerId`.
    pub peer_id: String,
    /// Name of the institution in its certificate.
    pub institution: String,
    /// Where it was last reached, as multiaddresses.
    pub addresses: Vec<String>,
    /// When it was last met.
    pub last_seen: Timestamp,
}

impl Store {
    /// Keeps a verified chain (opaque bytes); a newer chain of the same certificate replaces it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_chain(
        &self,
        fingerprint: &Fingerprint,
        kind: ChainKind,
        chain: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO chains VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET chain = excluded.chain, seen_at = excluded.seen_at",
                )?
                .execute((fingerprint.as_bytes(), kind, chain, signed(now.0)))?;
            Ok(())
        })
    }

    /// The chain of a certificate, if known.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn chain(&self, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT chain FROM chains WHERE fingerprint = ?1")?
                .query_row([fingerprint.as_bytes()], |row| row.get(0))
                .optional()?)
        })
    }

    /// All chains of a kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn chains(&self, kind: ChainKind) -> Result<Vec<(Fingerprint, Vec<u8>)>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT fingerprint, chain FROM chains WHERE kind = ?1 ORDER BY fingerprint")?
                .query_map([kind], |row| {
                    Ok((Fingerprint::from_bytes(row.get(0)?), row.get(1)?))
                })?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Keeps a verified device list. Says whether it is new (`false`: the same one is there already).
    ///
    /// # Errors
    /// [`StoreError::Outdated`] for a lower number, [`StoreError::Equivocation`] for the same number with other bytes.
    pub fn put_device_list(
        &self,
        practitioner: &Fingerprint,
        seq: u64,
        list: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let stored = transaction
                .prepare_cached("SELECT seq, list FROM device_lists WHERE practitioner = ?1")?
                .query_row([practitioner.as_bytes()], |row| {
                    Ok((unsigned(row, "seq")?, row.get("list")?))
                })
                .optional()?;
            if !is_newer("device list", stored, seq, list)? {
                return Ok(false);
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO device_lists VALUES (?1, ?2, ?3, ?4)")?
                .execute((practitioner.as_bytes(), signed(seq), list, signed(now.0)))?;
            Ok(true)
        })
    }

    /// A practitioner's newest device list.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn device_list(&self, practitioner: &Fingerprint) -> Result<Option<DeviceListRow>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM device_lists WHERE practitioner = ?1")?
                .query_row([practitioner.as_bytes()], device_list)
                .optional()?)
        })
    }

    /// All device lists.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn device_lists(&self) -> Result<Vec<DeviceListRow>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM device_lists ORDER BY practitioner")?;
            Ok(statement.query_map([], device_list)?.collect::<Result<_, _>>()?)
        })
    }

    /// Notes a node that was met. A `PeerId` that comes with a new certificate replaces the old one.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_node(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.write(|transaction| replace_node(transaction, node))
    }

    /// The node with this `PeerId`, if known.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn node_by_peer(&self, peer_id: &str) -> Result<Option<NodeRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM nodes WHERE peer_id = ?1")?;
            Ok(statement.query_row([peer_id], node).optional()?)
        })
    }

    /// The node with this certificate, if known.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn node(&self, fingerprint: &Fingerprint) -> Result<Option<NodeRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM nodes WHERE fingerprint = ?1")?;
            Ok(statement.query_row([fingerprint.as_bytes()], node).optional()?)
        })
    }

    /// All nodes, last met first.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn nodes(&self) -> Result<Vec<NodeRow>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM nodes ORDER BY last_seen DESC, peer_id")?;
            Ok(statement.query_map([], node)?.collect::<Result<_, _>>()?)
        })
    }
}

/// The rule of all numbered lists: up, or the very same.
pub(crate) fn is_newer(
    what: &'static str,
    stored: Option<(u64, Vec<u8>)>,
    number: u64,
    bytes: &[u8],
) -> Result<bool, StoreError> {
    match stored {
        Some((stored, _)) if number < stored => Err(StoreError::Outdated {
            what,
            stored,
            got: number,
        }),
        Some((stored, old)) if number == stored && old != bytes => {
            Err(StoreError::Equivocation { what, number })
        }
        Some((stored, _)) => Ok(number > stored),
        None => Ok(true),
    }
}

fn replace_node(transaction: &Transaction<'_>, node: &NodeRow) -> Result<(), StoreError> {
    // A multiaddress holds no line break.
    transaction
        .prepare_cached("INSERT OR REPLACE INTO nodes VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((
            node.fingerprint.as_bytes(),
            &node.peer_id,
            &node.institution,
            node.addresses.join("\n"),
            signed(node.last_seen.0),
        ))?;
    Ok(())
}

fn device_list(row: &Row<'_>) -> rusqlite::Result<DeviceListRow> {
    Ok(DeviceListRow {
        practitioner: Fingerprint::from_bytes(row.get::<_, Id32>("practitioner")?),
        seq: unsigned(row, "seq")?,
        list: row.get("list")?,
        seen_at: Timestamp(unsigned(row, "seen_at")?),
    })
}

fn node(row: &Row<'_>) -> rusqlite::Result<NodeRow> {
    Ok(NodeRow {
        fingerprint: Fingerprint::from_bytes(row.get::<_, Id32>("fingerprint")?),
        peer_id: row.get("peer_id")?,
        institution: row.get("institution")?,
        addresses: row
            .get::<_, String>("addresses")?
            .lines()
            .map(str::to_owned)
            .collect(),
        last_seen: Timestamp(unsigned(row, "last_seen")?),
    })
}
