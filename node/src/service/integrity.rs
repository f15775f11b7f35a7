//! What other hands have done to what is stored here: found when it is read, told, and mended where there is a good copy:
//! in the entry's own signature, or at somebody else who has a part in the log.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use dokuei_consultation::entry::{SignedEntry, VerifiedEntry};
use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::PeerId;
use dokuei_store::{LogKind, StoreError, StoredEntry};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::logs::{signed, stored};

/// The part of a damaged log that hangs together.
#[derive(Debug, Default)]
pub(super) struct SoundPart {
    /// Its heads.
    pub(super) heads: Vec<[u8; 32]>,
    /// Who is known to have a part in it.
    pub(super) parties: Vec<Fingerprint>,
}

impl Node {
    fn damaged(&self) -> MutexGuard<'_, BTreeSet<[u8; 16]>> {
        // Names only.
        self.0.damaged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether entries of this log were altered or removed here, and no good copies have come yet.
    pub(super) fn is_damaged(&self, log: &[u8; 16]) -> bool {
        self.damaged().contains(log)
    }

    /// The entries of a log. What was altered is told, and mended as far as that is possible here.
    ///
    /// # Errors
    /// [`ServiceError::DamagedLog`] while good copies are lacking.
    pub(super) fn sound_entries(
        &self,
        kind: LogKind,
        log: &[u8; 16],
    ) -> Result<Vec<SignedEntry>, ServiceError> {
        match stored(self.store(), kind, log) {
            Err(StoreError::Altered(_)) => self.mend(log)?,
            read => return Ok(read?),
        }
        match stored(self.store(), kind, log) {
            Err(StoreError::Altered(_)) => Err(ServiceError::DamagedLog),
            read => Ok(read?),
        }
    }

    /// Tells what is wrong with a log, once; puts right what the entries' own signatures show; and asks the others for the
    /// rest as soon as they are there.
    fn mend(&self, log: &[u8; 16]) -> Result<(), ServiceError> {
        let damage = self.store().log_damage(log)?;
        if self.damaged().insert(*log) {
            let (altered, missing) = (damage.altered.len(), damage.missing.len());
            tracing::error!(
                altered,
                missing,
                "entries of a log were altered by other hands; see `dokuei doctor`"
            );
            let told = format!("{altered} altered, {missing} not as they were signed");
            self.audit("node", "damage", &hex::encode(log), &told)?;
            self.0.heads.compare_soon();
            self.ring();
        }
        for row in &damage.altered {
            let entry = signed(row.clone());
            if let Some(entry) = self.belongs(log, &damage.missing, entry) {
                self.put_back("node", &entry, row.received_at, row.kind)?;
            }
        }
        Ok(())
    }

    /// An entry that verifies, and is one of those that were here.
    fn belongs(&self, log: &[u8; 16], missing: &[[u8; 32]], entry: SignedEntry) -> Option<VerifiedEntry> {
        let entry = VerifiedEntry::open(entry, self.people()).ok()?;
        let fits = entry.header().log.as_bytes() == log && missing.contains(entry.id().as_bytes());
        fits.then_some(entry)
    }

    /// Takes an entry from a peer, when it was here before and is not as it was. It was judged when it first came: its id
    /// is the hash of what was signed.
    pub(super) fn take_back(
        &self,
        peer: &PeerId,
        log: &[u8; 16],
        entry: &SignedEntry,
    ) -> Result<bool, ServiceError> {
        let id = *entry.id().as_bytes();
        if !self.store().is_missing(&id)? {
            return Ok(false);
        }
        let Some(entry) = self.belongs(log, &[id], entry.clone()) else {
            return Ok(false);
        };
        let kind = self.store().log(log)?.kind;
        self.put_back(&peer.to_string(), &entry, self.now(), kind)?;
        Ok(true)
    }

    fn put_back(
        &self,
        from: &str,
        entry: &VerifiedEntry,
        received_at: dokuei_identity::time::Timestamp,
        kind: LogKind,
    ) -> Result<(), ServiceError> {
        let (
            header,
            SignedEntry {
                header: cose,
                body,
                salt,
            },
        ) = (entry.header(), entry.signed().clone());
        let log = *header.log.as_bytes();
        let row = StoredEntry {
            log_id: log,
            kind,
            entry_id: *entry.id().as_bytes(),
            entry_type: header.entry_type.name().to_owned(),
            signer: header.signer,
            device: header.device,
            seq: header.seq,
            lamport: header.lamport,
            header: cose,
            body,
            salt,
            received_at,
        };
        if !self.store().restore_entry(&row, self.now())? {
            return Ok(());
        }
        self.0.replays.changed(&log);
        self.0.heads.changed(&log);
        self.audit(from, "mend", &entry.id().to_string(), "success")?;
        if self.store().log_damage(&log)?.is_none() {
            self.damaged().remove(&log);
            tracing::warn!("a log that was altered is whole again");
        }
        self.events().publish(EventKind::Case, hex::encode(log));
        Ok(())
    }

    /// What of a damaged log hangs together, so that others can be asked for the rest.
    pub(super) fn sound_part(&self, kind: LogKind, log: &[u8; 16]) -> Result<SoundPart, ServiceError> {
        let damage = self.store().log_damage(log)?;
        let (mut whole, mut followed) = (BTreeSet::new(), BTreeSet::new());
        let (mut part, mut entries) = (SoundPart::default(), Vec::new());
        for row in damage.sound {
            let signer = row.signer;
            let entry = signed(row);
            let Ok(header) = entry.unverified_header() else {
                continue;
            };
            if header.parents.iter().all(|parent| whole.contains(parent)) {
                whole.insert(entry.id());
                followed.extend(header.parents);
                entries.push(entry);
            }
            if !part.parties.contains(&signer) {
                part.parties.push(signer);
            }
        }
        part.heads = whole.difference(&followed).map(|id| *id.as_bytes()).collect();
        if kind == LogKind::Case
            && let Ok(case) = Case::replay(CaseId::from_bytes(*log), self.here()?, entries, self.people())
        {
            let more = case
                .parties()
                .into_iter()
                .filter(|one| !part.parties.contains(one));
            let more: Vec<Fingerprint> = more.collect();
            part.parties.extend(more);
        }
        Ok(part)
    }

    /// Whether what is stored is as it was written: the chain of the audit trail, and every row of logs and packages. What
    /// was altered is mended as far as it can be.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn integrity(&self) -> Result<Value, ServiceError> {
        let altered = self.store().altered_rows()?;
        let mut logs = BTreeSet::new();
        for row in &altered {
            let id = row.log.as_ref().unwrap_or(&row.id);
            let mut log = [0; 16];
            // A rival entry that is kept as evidence, or a package, has no copy elsewhere: it is told.
            if ["entry", "log"].contains(&row.what) && hex::decode_to_slice(id, &mut log).is_ok() {
                logs.insert(log);
            }
        }
        for log in &logs {
            self.0.replays.changed(log);
            self.0.heads.changed(log);
            if self.store().log_damage(log)?.is_none() {
                // Of the log only its line in the list was altered, which follows from its entries.
                self.audit("node", "damage", &hex::encode(log), "its line in the list")?;
                self.store().restore_log_row(log)?;
            } else {
                self.mend(log)?;
            }
        }
        // Two may have mended the same at once.
        let told: Vec<[u8; 16]> = self.damaged().iter().copied().collect();
        for log in told {
            if self.store().log_damage(&log)?.is_none() {
                self.damaged().remove(&log);
            }
        }
        let audit = self.store().verify_audit();
        self.keep_damaged()?;
        let images = self.damaged_view()?;
        let waiting: Vec<String> = self.damaged().iter().map(hex::encode).collect();
        Ok(json!({
            "ok": audit.is_ok() && altered.is_empty() && images.is_empty(),
            "audit": {
                "rows": audit.as_ref().map_or(0, |head| head.seq),
                "broken": audit.err().map(|error| error.to_string()),
            },
            "altered": altered,
            "damaged_images": images,
            "waiting_for_a_copy": waiting,
            "mended": self.store().mended_entries()?,
        }))
    }
}
