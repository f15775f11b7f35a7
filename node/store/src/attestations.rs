//! What people have attested about the house: signed bytes in their order, which are only ever appended to.
//!
//! Each is stored together with the row of the audit trail that names it, so that whoever cuts records off at the end has to
//! cut the trail as well, whose head is sealed.

use rusqlite::OptionalExtension;

use crate::text::signed;
use crate::{AuditEvent, Id32, Store, StoreError, audit, repeats};

/// All attestations of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptAttestations {
    /// The signed bytes, in order.
    pub signed: Vec<Vec<u8>>,
    /// The id of the newest that the audit trail names, hexadecimal.
    pub newest_in_trail: Option<String>,
}

impl Store {
    /// Appends an attestation and the row of the audit trail about it; both are durable when this returns. The row's object is
    /// the attestation's id, its action `attest`.
    ///
    /// # Errors
    /// When the number or the id is there already, or the database refuses.
    pub fn append_attestation(
        &self,
        number: u64,
        id: &Id32,
        bytes: &[u8],
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT INTO attestations VALUES (?1, ?2, ?3, ?4)")?
                .execute((signed(number), id, bytes, signed(event.at.0)))?;
            audit::append(transaction, self.seal_key(), event)?;
            repeats::note(transaction)
        })
    }

    /// All attestations, and which one the audit trail names last.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn attestations(&self) -> Result<KeptAttestations, StoreError> {
        self.read(|connection| {
            let kept = connection
                .prepare_cached("SELECT signed FROM attestations ORDER BY number")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let newest = connection
                .prepare_cached(
                    "SELECT object FROM audit WHERE action = 'attest' AND outcome = 'success' ORDER BY seq DESC LIMIT 1",
                )?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(KeptAttestations {
                signed: kept,
                newest_in_trail: newest,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use dokuei_identity::time::Timestamp;

    use super::*;
    use crate::StoreKey;

    fn event(object: &str) -> AuditEvent {
        AuditEvent {
            at: Timestamp(7),
            actor: "tanaka".into(),
            action: "attest".into(),
            object: object.into(),
            outcome: "success".into(),
        }
    }

    #[test]
    fn r11_attestations_are_only_ever_appended_to_and_stand_in_the_trail() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(directory.path(), &StoreKey::from_bytes([3; 32])).unwrap();
        assert_eq!(store.attestations().unwrap(), KeptAttestations::default());
        store
            .append_attestation(1, &[1; 32], b"one", &event("01"))
            .unwrap();
        store
            .append_attestation(2, &[2; 32], b"two", &event("02"))
            .unwrap();
        let again = store.append_attestation(2, &[3; 32], b"other", &event("03"));
        assert!(again.is_err(), "a number is given once");
        let kept = store.attestations().unwrap();
        assert_eq!(kept.signed, [b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(
            kept.newest_in_trail.as_deref(),
            Some("02"),
            "the refused one left no row"
        );
        assert_eq!(store.verify_audit().unwrap().seq, 2);
        for sql in [
            "UPDATE attestations SET signed = x'00'",
            "DELETE FROM attestations",
        ] {
            let refused = store.write(|transaction| Ok(transaction.execute_batch(sql)?));
            assert!(refused.is_err(), "{sql}");
        }
    }
}
