//! What the network asks of this node: who we are, whom to admit, what to take and what to serve.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use dokuei_consultation::entry::{EntryType, SignedEntry};
use dokuei_consultation::id::{CaseId, PackageId as DomainPackageId};
use dokuei_consultation::refusal::Refusal as EntryRefusal;
use dokuei_identity::cbor;
use dokuei_identity::chain::{Chain, ChainError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes, EntryId, RefusedEntry};
use dokuei_net::wire::hello::{CrlState, Hello, MAX_PRACTITIONERS};
use dokuei_net::wire::package::{ChunkRange, MAX_SLICE_BYTES, PackageId, Slice};
use dokuei_net::{
    Admitted, Ban, Host, Meeting, Misdeed, OwnHello, PackageSource, PeerId, Refusal, RefusalCode, Verdict,
    peer_id_of,
};
use dokuei_package::tree::{self, Holding, TreeId};
use dokuei_store::NodeRow;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::heads::MAX_LOGS;
use super::people::UNKNOWN_CERTIFICATE;
use crate::clock;

/// The most entries offered in one message.
pub(super) const MAX_ENTRIES: usize = 256;

/// The node as the network sees it.
pub(super) struct NodeHost {
    node: Node,
    /// Certificates of the peers that were admitted.
    peers: Mutex<HashMap<PeerId, Fingerprint>>,
}

impl NodeHost {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node,
            peers: Mutex::default(),
        }
    }

    fn certificate_of(&self, peer: &PeerId) -> Option<Fingerprint> {
        self.peers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(peer)
            .copied()
    }
}

impl Host for NodeHost {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        let node = self.node.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || node.own_hello())
                .await
                .ok()?
                .ok()
        })
    }

    fn enrolled(&self) -> bool {
        self.node.own().is_ok()
    }

    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        let node = self.node.clone();
        Box::pin(async move {
            let admitted = tokio::task::spawn_blocking(move || node.judge(&peer, &hello))
                .await
                .map_err(|_| Refusal::new(RefusalCode::Internal, "the node is stopping"))??;
            self.peers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(peer, admitted.node);
            Ok(admitted)
        })
    }

    fn on_admitted(&self, peer: PeerId) {
        tracing::info!(%peer, "admitted a peer");
        self.node.0.clock_apart.store(false, Ordering::Relaxed);
        self.node.0.reach.problem(peer, None);
        self.node.met().insert(peer);
        self.node.0.renewals.soon();
        if let Some(node) = self.certificate_of(&peer) {
            self.node.0.heads.met(peer, node);
        }
        self.node.to_introduce().insert(peer);
        self.node.events().publish(EventKind::Peer, peer);
        self.node.ring();
        let node = self.node.clone();
        tokio::task::spawn_blocking(move || node.live_found(&peer));
    }

    fn on_gone(&self, peer: PeerId) {
        tracing::info!(%peer, "a peer is gone");
        self.node.met().remove(&peer);
        self.node.0.heads.gone(&peer);
        self.node.events().publish(EventKind::Peer, peer);
        let node = self.node.clone();
        tokio::task::spawn_blocking(move || node.live_lost(&peer));
    }

    fn on_refused(&self, peer: PeerId, refusal: Refusal, by_us: bool) {
        let outcome = if by_us { "refused" } else { "refused by the peer" };
        tracing::warn!(%peer, code = %refusal.code, by_us, "an admission was refused");
        if refusal.code == RefusalCode::Clock {
            self.node.0.clock_apart.store(true, Ordering::Relaxed);
            self.node.events().publish(EventKind::Peer, peer);
        }
        let problem = if by_us { "we_refuse" } else { "peer_refuses" };
        let node = self.node.clone();
        tokio::task::spawn_blocking(move || {
            let (name, outcome) = (peer.to_string(), format!("{outcome}: {}", refusal.code));
            let written = node.is_certified(&peer).and_then(|certified| {
                if !certified {
                    return node.audit_stranger(&name, "admission", &outcome);
                }
                node.0.reach.problem(peer, Some(problem));
                node.audit(&name, "admission", "node", &outcome)
            });
            told(written);
        });
    }

    fn on_banned(&self, ban: Ban) {
        let node = self.node.clone();
        tokio::task::spawn_blocking(move || told(node.note_ban(&ban)));
    }

    fn on_ban_over(&self, ban: Ban) {
        let node = self.node.clone();
        tokio::task::spawn_blocking(move || told(node.note_ban_over(&ban)));
    }

    fn judge_register(&self, _: PeerId, checkpoint: Vec<u8>) -> BoxFuture<'_, Meeting> {
        let node = self.node.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || node.judge_register(&checkpoint))
                .await
                .unwrap_or_else(|_| {
                    Meeting::Refused(Refusal::new(RefusalCode::Internal, "the node is stopping"))
                })
        })
    }

    fn catch_up(&self, peer: PeerId) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            match self.node.network() {
                Some(network) => self.node.catch_up(network, Some(peer)).await,
                None => false,
            }
        })
    }

    fn register_answer(&self, _: PeerId, ask: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, RefusalCode>> {
        let node = self.node.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || node.answer_register(&ask))
                .await
                .unwrap_or(Err(RefusalCode::Internal))
        })
    }

    fn on_checkpoint(&self, checkpoint: Vec<u8>, from: PeerId) -> BoxFuture<'_, Verdict> {
        let node = self.node.clone();
        Box::pin(async move {
            let judged = tokio::task::spawn_blocking(move || node.hear_checkpoint(&checkpoint, from)).await;
            let verdict = judged.unwrap_or(Verdict::Ignore);
            if matches!(verdict, Verdict::Accept) {
                self.node.catch_up_soon(Some(from));
            }
            verdict
        })
    }

    fn on_register_source(&self, peer: PeerId) {
        self.node.catch_up_soon(Some(peer));
    }

    fn barred(&self, peer: PeerId) -> Option<RefusalCode> {
        self.node.register().barred(&peer)
    }

    fn case_message(&self, peer: PeerId, message: CaseMessage) -> BoxFuture<'_, CaseReply> {
        let (node, from) = (self.node.clone(), self.certificate_of(&peer));
        Box::pin(async move {
            let Some(from) = from else {
                return refused(RefusalCode::NotAdmitted);
            };
            let answer = tokio::task::spawn_blocking(move || node.answer(peer, &from, message)).await;
            match answer {
                Ok(Ok(reply)) => reply,
                Ok(Err(error)) => {
                    tracing::error!(code = error.code(), "a case message could not be answered");
                    refused(RefusalCode::Internal)
                }
                Err(_) => refused(RefusalCode::Internal),
            }
        })
    }

    fn live_frame(&self, peer: PeerId, frame: Vec<u8>) -> BoxFuture<'_, Result<(), Refusal>> {
        let node = self.node.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || node.take_live(peer, &frame))
                .await
                .map_err(|_| Refusal::new(RefusalCode::Internal, "the node is stopping"))?
        })
    }

    fn open_package(&self, peer: PeerId, package: PackageId) -> BoxFuture<'_, Opened> {
        let (node, from) = (self.node.clone(), self.certificate_of(&peer));
        Box::pin(async move {
            let from = from.ok_or_else(|| Refusal::new(RefusalCode::NotAdmitted, "not admitted"))?;
            tokio::task::spawn_blocking(move || node.serve(peer, &from, package))
                .await
                .map_err(|_| Refusal::new(RefusalCode::Internal, "the node is stopping"))?
        })
    }
}

/// How a refused entry is answered: with [`RefusalCode::Stale`] the peer keeps it and offers it again, because what is
/// missing here now (a certificate, an agreement, the right time) may be here later.
pub(super) fn lasting(refusal: &EntryRefusal) -> RefusalCode {
    match refusal {
        EntryRefusal::Denied(denied) if denied.rule == UNKNOWN_CERTIFICATE => RefusalCode::Stale,
        EntryRefusal::UnknownSigner(_)
        | EntryRefusal::NoAgreement
        | EntryRefusal::StillHolds(_)
        | EntryRefusal::FromTheFuture { .. }
        | EntryRefusal::Revoked(_)
        | EntryRefusal::Newer(_) => RefusalCode::Stale,
        EntryRefusal::Malformed => RefusalCode::Malformed,
        _ => RefusalCode::Policy,
    }
}

/// What is held against whoever sends an entry that is refused so: only what an honest node would have found itself.
pub(super) const fn misdeed(refusal: &EntryRefusal) -> Option<Misdeed> {
    match refusal {
        EntryRefusal::Malformed => Some(Misdeed::Garbage),
        EntryRefusal::BadSignature | EntryRefusal::BodyAltered => Some(Misdeed::Forged),
        _ => None,
    }
}

/// What was to be written down.
fn told(written: Result<(), ServiceError>) {
    if let Err(error) = written {
        tracing::error!(%error, "the audit log cannot be written");
    }
}

pub(super) const fn refused(code: RefusalCode) -> CaseReply {
    CaseReply::Refused { code: code as u8 }
}

impl Node {
    /// What we say of ourselves.
    fn own_hello(&self) -> Result<OwnHello, ServiceError> {
        self.may_work()?;
        let (held, own) = (self.trust()?, self.own()?);
        let crl = held.own_list().map_or(
            CrlState {
                number: 0,
                hash: [0; 32],
            },
            |list| CrlState {
                number: list.number(),
                hash: Sha256::digest(list.der()).into(),
            },
        );
        // Those beyond the bound of a hello are introduced afterwards.
        let mut practitioners = self.own_cards()?;
        practitioners.truncate(MAX_PRACTITIONERS);
        Ok(OwnHello {
            node: own.certificate.fingerprint,
            node_chain: cbor::encode(&own.chain),
            practitioners,
            crl,
            checkpoint: self.register().checkpoint(),
        })
    }

    /// Verifies a peer and everybody who works there, and remembers them.
    fn judge(&self, peer: &PeerId, hello: &Hello) -> Result<Admitted, Refusal> {
        let not_enrolled = |_| Refusal::new(RefusalCode::NotEnrolled, "no certificate installed");
        self.own().map_err(not_enrolled)?;
        let (held, now) = (self.trust().map_err(not_enrolled)?, self.now());
        let chain: Chain = decoded(&hello.node_chain)?;
        let certificate = held.node(&chain, now).map_err(|error| not_standing(&error))?;
        // Our own side first: with an old view of the register there are no sessions.
        self.permit_node(policy::Action::Admit, policy::Object::REGISTER)
            .map_err(|error| {
                let code = match error {
                    ServiceError::Denied(_) => RefusalCode::NotEnrolled,
                    _ => RefusalCode::Stale,
                };
                Refusal::new(code, error.to_string())
            })?;
        // Before anything is remembered: a peer may show another node's chain, which is public.
        if peer_id_of(&certificate.key) != *peer {
            let why = "the node certificate is not that of the connection";
            return Err(Refusal::new(RefusalCode::Key, why));
        }
        policy::may_take_part(&certificate, now)
            .map_err(|denial| Refusal::new(RefusalCode::Policy, denial.rule.id))?;
        self.people()
            .remember_node(&chain, &certificate, now)
            .map_err(|error| internal(&error))?;
        self.learn_practitioners(&hello.practitioners);
        let known = self
            .store()
            .node(&certificate.fingerprint)
            .map_err(|error| internal(&error.into()))?;
        let row = NodeRow {
            fingerprint: certificate.fingerprint,
            peer_id: peer.to_string(),
            institution: certificate.institution.clone(),
            addresses: known.map(|row| row.addresses).unwrap_or_default(),
            last_seen: now,
        };
        self.store()
            .put_node(&row)
            .map_err(|error| internal(&error.into()))?;
        Ok(Admitted {
            node: certificate.fingerprint,
            key: certificate.key,
        })
    }

    /// Answers a case message of the node with this certificate.
    fn answer(
        &self,
        peer: PeerId,
        from: &Fingerprint,
        message: CaseMessage,
    ) -> Result<CaseReply, ServiceError> {
        let too_many = || {
            self.blame(peer, Misdeed::Oversized);
            Ok(refused(RefusalCode::Malformed))
        };
        match message {
            CaseMessage::Entries { entries } if entries.len() > MAX_ENTRIES => too_many(),
            CaseMessage::Entries { entries } => self.take_entries(peer, from, entries),
            CaseMessage::Heads { logs } if logs.len() > MAX_LOGS => too_many(),
            CaseMessage::Heads { logs } => self.answer_heads(peer, from, logs),
            CaseMessage::Want { log, have } => self.answer_want(peer, from, log, &have),
            CaseMessage::Introduce { practitioners } => Ok(self.note_practitioners(&practitioners)),
            CaseMessage::OfferProfiles { offers } => self.want_profiles(&offers),
            CaseMessage::Profile { profile } => self.take_profile(&profile),
            _ => Ok(refused(RefusalCode::Malformed)),
        }
    }

    /// Takes what stands. Whoever sends what no honest node sends answers for it: each verifies what it passes on.
    fn take_entries(
        &self,
        peer: PeerId,
        from: &Fingerprint,
        entries: Vec<EntryBytes>,
    ) -> Result<CaseReply, ServiceError> {
        let (mut stored, mut refused, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        let mut granted = false;
        let vouched = self.vouched(&entries);
        for bytes in entries {
            let Ok(entry) = cbor::decode::<SignedEntry>(&bytes.0) else {
                self.blame(peer, Misdeed::Garbage);
                continue;
            };
            let id = EntryId(*entry.id().as_bytes());
            let header = entry.unverified_header().ok();
            let is_of = |kind| header.as_ref().is_some_and(|header| header.entry_type == kind);
            granted |= is_of(EntryType::Grant);
            let its_own = header.as_ref().is_some_and(|header| header.device == *from);
            let hers = vouched.contains(&entry.id());
            match self.take_for(entry, hers, |_| true) {
                Ok(taken) => {
                    if taken.forked && its_own {
                        self.blame(peer, Misdeed::Fork);
                    }
                    stored.extend(taken.stored.iter().map(|id| EntryId(*id.as_bytes())));
                    missing.extend(taken.missing.iter().map(|id| EntryId(*id.as_bytes())));
                }
                Err(ServiceError::Refused(refusal)) => {
                    tracing::warn!(code = refusal.code(), "an entry was refused");
                    if let Some(misdeed) = misdeed(&refusal) {
                        self.blame(peer, misdeed);
                    }
                    let code = lasting(&refusal);
                    if code != RefusalCode::Stale {
                        self.audit("peer", "entry", &hex::encode(id.0), refusal.code())?;
                    }
                    let code = code as u8;
                    refused.push(RefusedEntry { entry: id, code });
                }
                // What is here of this log was altered: it is asked for, and this is sent again. Others do not wait for it.
                Err(ServiceError::DamagedLog) => {
                    let code = RefusalCode::Stale as u8;
                    refused.push(RefusedEntry { entry: id, code });
                }
                // The disk, not the peer: it will send the entry again.
                Err(error) => return Err(error),
            }
        }
        if granted {
            // A study that is here already may have waited for this key.
            self.open_arrived();
        }
        self.ring();
        Ok(CaseReply::Stored {
            stored,
            refused,
            missing,
        })
    }

    /// Opens a package for a peer that may have it.
    fn serve(&self, peer: PeerId, from: &Fingerprint, package: PackageId) -> Opened {
        let not_found = |_| Refusal::new(RefusalCode::NotFound, "no such package");
        if self.is_frozen() {
            return Err(Refusal::new(
                RefusalCode::Busy,
                "an incident is open at this node",
            ));
        }
        let row = self.store().package(&package.0).map_err(not_found)?;
        let row = row.package;
        let case = self
            .case_log(CaseId::from_bytes(row.case_id))
            .map_err(|error| internal(&error))?;
        if !case.may_fetch(from, &DomainPackageId::from_bytes(package.0)) {
            return Err(Refusal::new(
                RefusalCode::NotParty,
                "not granted to this node, or not accepted yet",
            ));
        }
        let mut readers = case
            .granted_at(from, &DomainPackageId::from_bytes(package.0))
            .into_iter();
        if !readers.any(|reader| self.people().standing_now(&reader).is_ok()) {
            let why = "the consulting specialist's certificate does not stand now";
            return Err(Refusal::new(RefusalCode::Revoked, why));
        }
        let (payload, outboard) = self
            .store()
            .package_files(&package.0)
            .map_err(|error| internal(&error.into()))?;
        let open =
            |path| File::open(path).map_err(|_| Refusal::new(RefusalCode::NotFound, "no such package"));
        let id = TreeId::new(row.root, row.length);
        Ok(Box::new(Served {
            holding: Holding::new(id, open(payload)?, open(outboard)?),
            node: self.clone(),
            peer,
            case: case.id(),
            package: package.0,
            asked: false,
        }))
    }
}

type Opened = Result<Box<dyn PackageSource>, Refusal>;

/// A package that is read for a peer.
struct Served {
    holding: Holding<File, File>,
    node: Node,
    peer: PeerId,
    case: CaseId,
    package: [u8; 16],
    asked: bool,
}

impl PackageSource for Served {
    fn chunks(&self) -> u64 {
        self.holding.id().chunks().map_or(0, u64::from)
    }

    fn asked(&mut self, held: u64) {
        self.asked = true;
        let total = self.holding.id().length();
        self.node.0.transfers.asked(self.case, self.package, held, total);
        self.node.note_link(self.peer, self.package, held);
        self.node.events().publish(EventKind::Case, self.case);
    }

    fn read(&mut self, range: ChunkRange) -> io::Result<Slice> {
        if self.node.is_frozen() {
            return Err(io::Error::other("an incident is open at this node"));
        }
        if self.node.0.lapses.stop(&self.case) {
            return Err(io::Error::other("whoever it is for has lost her credential"));
        }
        let asked = package_range(range).ok_or(io::ErrorKind::InvalidInput)?;
        let mut bytes = self.holding.extract(asked).map_err(io::Error::other)?;
        // The package crate interleaves chunks and hashes; on the wire what is beyond the first MiB travels as "proof".
        let proof = bytes.split_off(bytes.len().min(MAX_SLICE_BYTES));
        if self
            .node
            .0
            .transfers
            .sent(self.case, self.package, bytes.len() as u64)
        {
            self.node.events().publish(EventKind::Case, self.case);
        }
        Ok(Slice { range, bytes, proof })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.asked {
            self.node.0.transfers.left(self.case, self.package);
        }
    }
}

/// The range as the package crate has it.
pub(super) fn package_range(range: ChunkRange) -> Option<tree::ChunkRange> {
    let start = u32::try_from(range.first).ok()?;
    let end = u32::try_from(range.first.checked_add(range.count)?).ok()?;
    Some(tree::ChunkRange { start, end })
}

pub(super) fn decoded(bytes: &[u8]) -> Result<Chain, Refusal> {
    cbor::decode(bytes).map_err(|error| Refusal::new(RefusalCode::Malformed, error.to_string()))
}

pub(super) fn not_standing(error: &ServiceError) -> Refusal {
    let code = match error {
        ServiceError::Certificate(ChainError::Revoked { .. }) => RefusalCode::Revoked,
        ServiceError::Certificate(_) | ServiceError::Unlogged => RefusalCode::Chain,
        _ => RefusalCode::Internal,
    };
    Refusal::new(code, error.to_string())
}

pub(super) fn internal(error: &ServiceError) -> Refusal {
    Refusal::new(RefusalCode::Internal, error.to_string())
}
