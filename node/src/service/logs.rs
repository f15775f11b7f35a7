//! The one place where logs are read, judged and written: what the machine says is to be persisted is on disk before
//! anything else that it says is done.

use std::collections::BTreeSet;
use std::sync::Arc;

use dokuei_consultation::author::Author;
use dokuei_consultation::body::Body;
use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::{EntryType, SignedEntry};
use dokuei_consultation::event::Event;
use dokuei_consultation::fork::ForkProof;
use dokuei_consultation::id::{AgreementId, CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::peer_id_of;
use dokuei_net::wire::case::{CaseReply, EntryBytes, EntryId as WireEntryId, MAX_ENTRIES_BYTES};
use dokuei_store::{Along, LogKind, Queued, Store, StoreError, StoredEntry};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::forks::may_be_shown;
use super::session::Session;
use super::vouching::Excusing;

/// What became of entries that were offered.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// On disk, now or before.
    pub(super) stored: Vec<EntryId>,
    /// Parents that are not here.
    pub(super) missing: Vec<EntryId>,
    /// Somebody was found to have signed two entries for one place.
    pub(super) forked: bool,
}

/// The last type of entry that this version shows to its users. The log knows further ones; what nobody would be shown is
/// not acknowledged either, and waits at its sender.
const LAST_SERVED: EntryType = EntryType::EraseAnswer;

/// Entries that are withheld from a blind reader when they are another's.
pub(super) const REPORTS: [EntryType; 8] = [
    EntryType::Report,
    EntryType::Amendment,
    EntryType::IllustratedReport,
    EntryType::IllustratedAmendment,
    EntryType::StructuredReport,
    EntryType::StructuredAmendment,
    EntryType::Reconciliation,
    EntryType::CoSignature,
];

/// Entries after which further readers are to be acquainted with a case.
const BRING_SOMEBODY_IN: [EntryType; 3] =
    [EntryType::Forward, EntryType::ForwardConsent, EntryType::TakeOver];

/// Entries after which something may be to erase: a package, or what somebody was writing.
const ENDS_A_TRANSFER: [EntryType; 5] = [
    EntryType::EraseNotice,
    EntryType::Withdraw,
    EntryType::Decline,
    EntryType::Close,
    EntryType::Release,
];

/// The entries of a log as they were signed, parents first.
pub(super) fn stored(store: &Store, kind: LogKind, log: &[u8; 16]) -> Result<Vec<SignedEntry>, StoreError> {
    let rows = store.entries(log)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.kind == kind)
        .map(signed)
        .collect())
}

/// What is wrong with our own copy of a log is not the fault of the entry that was offered.
fn ours(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Refused(_) => ServiceError::DamagedLog,
        other => other,
    }
}

/// Whether this version serves entries of this type.
fn served(entry_type: EntryType) -> Result<(), Refusal> {
    let number = entry_type.number();
    (number <= LAST_SERVED.number())
        .then_some(())
        .ok_or(Refusal::Newer(number))
}

/// An entry as it was signed.
pub(super) fn signed(row: StoredEntry) -> SignedEntry {
    SignedEntry {
        header: row.header,
        body: row.body,
        salt: row.salt,
    }
}

impl Node {
    /// A case as it is on disk, to write to.
    ///
    /// # Errors
    /// As [`Self::kept_case`].
    pub(super) fn case_log(&self, id: CaseId) -> Result<Case, ServiceError> {
        Ok(Arc::unwrap_or_clone(self.kept_case(id)?))
    }

    /// A case as it is on disk. Every signature and rule was verified (R6) when it was read for the first time since
    /// this node was started, and since something was last written to it.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`], or [`ServiceError::Refused`] when the case on the disk does not verify.
    pub(super) fn kept_case(&self, id: CaseId) -> Result<Arc<Case>, ServiceError> {
        let here = self.here()?;
        if let Some(case) = self.0.replays.case(id.as_bytes(), &here) {
            return Ok(case);
        }
        let begun = self.0.replays.begin();
        let case = Arc::new(self.replayed_case(id, here)?);
        self.0.replays.keep_case(begun, here, &case);
        Ok(case)
    }

    fn replayed_case(&self, id: CaseId, here: Fingerprint) -> Result<Case, ServiceError> {
        let entries = self.sound_entries(LogKind::Case, id.as_bytes())?;
        if entries.is_empty() {
            return Err(ServiceError::Unknown("case"));
        }
        let mut case = Case::replay(id, here, entries, self.people())?;
        for proof in self.fork_proofs(id.as_bytes())? {
            // Frozen before, and frozen again: what is to be done about it was done when it was found.
            // Neither is an urgent finding that is one of the two held back.
            case.handle(Event::ForkShown(proof), self.people(), self.now())?;
        }
        Ok(case)
    }

    /// Evidence that somebody signed two entries for one place in a log.
    pub(super) fn fork_proofs(&self, log: &[u8; 16]) -> Result<Vec<ForkProof>, ServiceError> {
        let mut proofs = Vec::new();
        for fork in self.store().forks(log)? {
            let Some(stands) = self.stored_entry(&fork.rival_of)? else {
                continue;
            };
            let rival = SignedEntry {
                header: fork.header,
                body: fork.body,
                salt: fork.salt,
            };
            let (first, second) = if stands.id() < rival.id() {
                (stands, rival)
            } else {
                (rival, stands)
            };
            proofs.push(ForkProof { first, second });
        }
        Ok(proofs)
    }

    /// Who writes an entry of this practitioner's here.
    pub(super) fn author(&self, session: &Session) -> Result<Author, ServiceError> {
        Ok(Author {
            signer: session.certificate.fingerprint,
            device: self.here()?,
            crl_number: self.crl_number(),
        })
    }

    /// Writes the practitioner's next entry in a case. The caller holds the write lock.
    pub(super) fn author_case(
        &self,
        session: &Session,
        case: &mut Case,
        body: Body,
    ) -> Result<EntryId, ServiceError> {
        let now = self.now();
        let draft = case.draft(&self.author(session)?, body, self.people(), now)?;
        let entry = draft.sign(&session.secrets.signing, &mut rand::rng());
        let id = entry.id();
        let effects = case.handle(Event::Authored(entry), self.people(), now)?;
        self.perform(LogKind::Case, *case.id().as_bytes(), effects)?;
        Ok(id)
    }

    /// Signs a receipt with the node's own key, and writes with it how far the package is and that it was received: after a
    /// crash none is there without the others. The caller holds the write lock.
    pub(super) fn author_receipt(
        &self,
        id: CaseId,
        body: Body,
        along: Along<'_>,
    ) -> Result<(), ServiceError> {
        let (now, here) = (self.now(), self.here()?);
        let mut case = self.case_log(id)?;
        let author = Author {
            signer: here,
            device: here,
            crl_number: self.crl_number(),
        };
        let draft = case.draft(&author, body, self.people(), now)?;
        let entry = draft.sign(&self.0.secrets.node, &mut rand::rng());
        let effects = case.handle(Event::Authored(entry), self.people(), now)?;
        self.perform_with(LogKind::Case, *id.as_bytes(), effects, along)?;
        Ok(())
    }

    /// Takes an entry that came from another node.
    pub(super) fn take(&self, entry: SignedEntry) -> Result<Taken, ServiceError> {
        self.take_for(entry, false, |_| true)
    }

    /// The same, if it belongs to a log of these parties: `wanted` says of which. One that is `vouched` for is taken also when
    /// its signer has lost her credential since ([`Self::vouched`]).
    pub(super) fn take_for(
        &self,
        entry: SignedEntry,
        vouched: bool,
        wanted: impl Fn(&[Fingerprint]) -> bool,
    ) -> Result<Taken, ServiceError> {
        let signer = entry.unverified_header()?.signer;
        self.try_take_for(entry, vouched, wanted)
            .map_err(|error| match error {
                ServiceError::Refused(
                    Refusal::NotAParty
                    | Refusal::NotTheRequester(_)
                    | Refusal::NotTheConsultant(_)
                    | Refusal::OtherAgreement,
                ) if self.is_not_entered_yet(&signer) => Refusal::UnknownSigner(signer).into(),
                other => other,
            })
    }

    /// Whether the register here does not reach to somebody's certificate yet: whose place it took is not known.
    fn is_not_entered_yet(&self, signer: &Fingerprint) -> bool {
        let register = self.register();
        let entered = register.with_standings(|standings| {
            let member = standings.member(signer);
            member.is_some_and(|member| member.entry.is_some())
        });
        register.size() > 0 && !entered && self.people().certificate(signer).is_some()
    }

    fn try_take_for(
        &self,
        entry: SignedEntry,
        vouched: bool,
        wanted: impl Fn(&[Fingerprint]) -> bool,
    ) -> Result<Taken, ServiceError> {
        let header = entry.unverified_header()?;
        served(header.entry_type)?;
        let log: [u8; 16] = *header.log.as_bytes();
        let (event, now) = (Event::Arrived(entry), self.now());
        let people = Excusing {
            people: self.people(),
            excused: vouched.then_some(header.signer),
        };
        let _writing = self.write_lock();
        if self.is_deleted_case(&log)? {
            // What was deleted here does not come back: the house has no part in it any more.
            return Err(Refusal::NotAParty.into());
        }
        let agreement = header.entry_type == EntryType::Agreement;
        let kind = if agreement {
            LogKind::Agreement
        } else {
            LogKind::Case
        };
        match self.store().log(&log) {
            // The sender chooses both the log and the type: an agreement must not get into a case, nor the reverse.
            Ok(row) if row.kind != kind => return Err(Refusal::WrongKind(header.entry_type).into()),
            Ok(_) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        if agreement {
            let id = AgreementId::from_bytes(log);
            let mut agreement = self.agreement_log(id).map_err(ours)?;
            let effects = agreement.handle(event, &people, now)?;
            if !wanted(&agreement.parties()) {
                return Err(Refusal::NotAParty.into());
            }
            return self.perform(LogKind::Agreement, log, effects);
        }
        let id = CaseId::from_bytes(log);
        let mut case = match self.case_log(id) {
            Ok(case) => case,
            Err(ServiceError::Unknown(_)) => Case::new(id, self.here()?),
            Err(error) => return Err(ours(error)),
        };
        let effects = case.handle(event, &people, now)?;
        if !wanted(&case.parties()) {
            return Err(Refusal::NotAParty.into());
        }
        self.perform(LogKind::Case, log, effects)
    }

    /// All cases that can be read. One that cannot (it was altered on this disk) is told and does not hide the others.
    pub(super) fn readable_cases(&self) -> Result<Vec<Arc<Case>>, ServiceError> {
        let mut cases = Vec::new();
        for row in self.store().logs(Some(LogKind::Case))? {
            match self.kept_case(CaseId::from_bytes(row.log_id)) {
                Ok(case) => cases.push(case),
                Err(ServiceError::Refused(refusal)) => {
                    tracing::error!(
                        code = refusal.code(),
                        "a stored case does not verify; see `dokuei doctor`"
                    );
                }
                // It was told when it was found.
                Err(ServiceError::DamagedLog) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cases)
    }

    /// Does what the machine says. Entries and their places in the outbox are written in one transaction, so that
    /// after a crash an entry is either unknown or on its way.
    pub(super) fn perform(
        &self,
        kind: LogKind,
        log: [u8; 16],
        effects: Vec<Effect>,
    ) -> Result<Taken, ServiceError> {
        self.perform_with(kind, log, effects, Along::default())
    }

    /// The same, and in the same transaction writes what goes along.
    fn perform_with(
        &self,
        kind: LogKind,
        log: [u8; 16],
        effects: Vec<Effect>,
        along: Along<'_>,
    ) -> Result<Taken, ServiceError> {
        let (mut rows, mut sends, mut taken) = (Vec::new(), Vec::new(), Taken::default());
        let (mut stopped, mut ends_a_transfer, mut alarmed) = (Vec::new(), false, false);
        for effect in effects {
            match effect {
                Effect::Persist(entry) => {
                    let row = self.stored_row(kind, log, entry)?;
                    ends_a_transfer |= ENDS_A_TRANSFER.iter().any(|one| one.name() == row.entry_type);
                    rows.push(row);
                }
                Effect::StopFetching(package) => stopped.push(package),
                Effect::Send { to, entries } => sends.push((to, entries)),
                Effect::Alarm { .. } | Effect::EndAlarm { .. } => alarmed = true,
                Effect::Acknowledge(id) => taken.stored.push(id),
                Effect::Ask { missing } => taken.missing.extend(missing),
                Effect::Reject { entry, refusal } => {
                    self.audit("peer", "entry", &entry.to_string(), refusal.code())?;
                }
                Effect::PersistForkProof(proof) => {
                    let [first, second] = proof.ids();
                    taken.forked = true;
                    tracing::error!("a log is forked: it is frozen, both entries are kept as evidence");
                    self.audit("node", "fork", &hex::encode(log), &format!("{first} {second}"))?;
                    rows.push(self.stored_row(kind, log, proof.first)?);
                    rows.push(self.stored_row(kind, log, proof.second)?);
                }
                // Fetching begins from what is on disk (see `fetch`); notices are what the events below tell.
                _ => {}
            }
        }
        let queue = self.to_queue(&log, &sends)?;
        let appended = self.store().append_with(&rows, &queue, along, self.now());
        // Whatever became of it.
        self.0.replays.changed(&log);
        appended?;
        self.0.heads.changed(&log);
        let came = |types: &[EntryType]| {
            let named = |row: &StoredEntry| types.iter().any(|one| one.name() == row.entry_type);
            rows.iter().any(named)
        };
        if came(&[EntryType::Report, EntryType::Amendment, EntryType::CoSignature]) {
            self.0.archives.report_came();
        }
        if came(&BRING_SOMEBODY_IN) {
            // The entry is on disk and is not refused any more; what is left is done when they are met again.
            if let Err(error) = self.bring_in(&log, &queue) {
                tracing::warn!(code = error.code(), %error, "further readers could not be acquainted with a case yet");
            }
        }
        for package in stopped {
            self.0.transfers.stop(CaseId::from_bytes(log), package.as_bytes());
        }
        if ends_a_transfer {
            self.sweep_soon();
        }
        let event = if kind == LogKind::Case {
            EventKind::Case
        } else {
            EventKind::Agreement
        };
        self.events().publish(event, hex::encode(log));
        if alarmed {
            self.events().publish(EventKind::Alarm, hex::encode(log));
        }
        Ok(taken)
    }

    /// What goes to which peers: to each only what it may be given.
    fn to_queue(
        &self,
        log: &[u8; 16],
        sends: &[(Vec<Fingerprint>, Vec<EntryId>)],
    ) -> Result<Vec<Queued>, ServiceError> {
        let mut queue = Vec::new();
        for (to, entries) in sends {
            for peer in self.peers_of(to)? {
                queue.extend(entries.iter().map(|entry| Queued {
                    peer: peer.clone(),
                    log_id: *log,
                    entry_id: *entry.as_bytes(),
                }));
            }
        }
        Ok(queue)
    }

    /// After somebody was brought in: her nodes, and those of all others, must know what she was brought in by; and she is
    /// to get the key.
    fn bring_in(&self, log: &[u8; 16], queue: &[Queued]) -> Result<(), ServiceError> {
        let case = self.kept_case(CaseId::from_bytes(*log))?;
        let peers: BTreeSet<_> = queue.iter().filter_map(|one| one.peer.parse().ok()).collect();
        self.acquaint(&case, &peers, true)?;
        if tokio::runtime::Handle::try_current().is_ok() {
            let node = self.clone();
            tokio::task::spawn_blocking(move || node.grant_again());
        }
        Ok(())
    }

    /// The other nodes on which these practitioners work.
    fn peers_of(&self, practitioners: &[Fingerprint]) -> Result<Vec<String>, ServiceError> {
        let here = self.here()?;
        let mut peers = Vec::new();
        for practitioner in practitioners {
            for device in self.people().all_nodes_of(practitioner)? {
                let peer = peer_id_of(&device.node_key).to_string();
                if device.node != here && !peers.contains(&peer) {
                    peers.push(peer);
                }
            }
        }
        Ok(peers)
    }

    fn stored_row(&self, kind: LogKind, log: [u8; 16], entry: SignedEntry) -> Result<StoredEntry, Refusal> {
        let header = entry.unverified_header()?;
        Ok(StoredEntry {
            log_id: log,
            kind,
            entry_id: *entry.id().as_bytes(),
            entry_type: header.entry_type.name().to_owned(),
            signer: header.signer,
            device: header.device,
            seq: header.seq,
            lamport: header.lamport,
            header: entry.header,
            body: entry.body,
            salt: entry.salt,
            received_at: self.now(),
        })
    }

    /// One entry, as it was signed.
    pub(super) fn stored_entry(&self, id: &[u8; 32]) -> Result<Option<SignedEntry>, ServiceError> {
        match self.store().entry(id) {
            Ok(row) => Ok(Some(signed(row))),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What a node with these heads lacks of a log, and may be given: nothing that somebody who works there must not see yet.
    pub(super) fn give(
        &self,
        log: [u8; 16],
        to: &Fingerprint,
        have: &[WireEntryId],
    ) -> Result<CaseReply, ServiceError> {
        let heads: Vec<EntryId> = have.iter().map(|id| EntryId::from_bytes(id.0)).collect();
        // The second of two entries for one place, by which the other freezes its log as well.
        let mut proofs = self.fork_proofs(&log)?;
        let mut lacking: Vec<SignedEntry> = match self.store().log(&log)?.kind {
            LogKind::Case => {
                let case = self.kept_case(CaseId::from_bytes(log))?;
                let mut lacking: Vec<&SignedEntry> = case.log().entries_since(&heads);
                for who in case.parties() {
                    let hidden = case.withheld_from(&who);
                    if !hidden.is_empty() && self.works_at(&who, to) {
                        lacking.retain(|entry| !hidden.contains(&entry.id()));
                    }
                }
                if !proofs.is_empty() {
                    let blind = case.readings().into_iter();
                    let blind = blind.filter(|one| one.is_blind() && !one.committed && one.is_asked());
                    for one in blind.filter(|one| self.works_at(&one.who, to)) {
                        let seen = case.seen_by(&one.who);
                        proofs.retain(|proof| may_be_shown(self.people(), proof, &seen, &one.who));
                    }
                }
                lacking.into_iter().cloned().collect()
            }
            LogKind::Agreement => {
                let agreement = self.agreement_log(AgreementId::from_bytes(log))?;
                agreement
                    .log()
                    .entries_since(&heads)
                    .into_iter()
                    .cloned()
                    .collect()
            }
        };
        lacking.extend(proofs.into_iter().flat_map(|proof| [proof.first, proof.second]));
        let (mut entries, mut room, mut more) = (Vec::new(), MAX_ENTRIES_BYTES, false);
        for entry in lacking {
            let bytes = cbor::encode(&entry);
            let Some(left) = room.checked_sub(bytes.len()) else {
                more = true;
                break;
            };
            room = left;
            entries.push(EntryBytes(bytes));
        }
        Ok(CaseReply::Entries { entries, more })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R6, R9: what this version shows to its users is taken; an entry of a later version is not, as if it had been.
    #[test]
    fn r6_r9_what_nobody_would_be_shown_is_not_acknowledged() {
        for entry_type in EntryType::KNOWN {
            assert!(served(*entry_type).is_ok(), "{}", entry_type.name());
        }
        let later = LAST_SERVED.number() + 1;
        assert_eq!(served(EntryType::of(later)), Err(Refusal::Newer(later)));
    }
}
