//! The register of credentials as this node holds it: who is in force, who is revoked, and how fresh that knowledge is.
//!
//! - [`intake`]: what others answer is verified and kept;
//! - [`consequences`]: what follows from it here, at once;
//! - [`file`]: the same from a file, without a network;
//! - [`evidence`]: what is kept when the registry showed two registers;
//! - [`freshness`]: what may be done on knowledge of its age;
//! - [`sync`]: asking others, and what others ask and tell.

mod consequences;
mod evidence;
mod file;
mod freshness;
mod intake;
mod proofs;
mod sync;

pub(super) use proofs::{RegisterProof, RegisterProofs};
pub(super) use sync::ASK_EVERY;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use dokuei_identity::cbor;
use dokuei_identity::chain::{Chain, ChainError, TrustAnchors};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Checkpoint, CheckpointError, Judgement, RegisterError, Replica, Standing, Standings, VerifiedCheckpoint,
};
use dokuei_identity::revocation::{RevocationList, RevocationReason};
use dokuei_identity::time::Timestamp;
use dokuei_net::{PeerId, RefusalCode, peer_id_of};
use dokuei_store::{RegisterStore, Store};

use super::error::ServiceError;
use crate::credentials::Credentials;

/// A certificate younger than this need not be in the register yet, seconds: what was issued a moment ago may be
/// shown before the register has travelled.
const NEW: u64 = 300;

/// How long between two questions about a key that is not known here, seconds: anybody may claim to have one.
const ASK_ABOUT_KEY: u64 = 30;

/// The registry's verified certificate.
#[derive(Debug, Clone)]
struct Signer {
    chain: Chain,
    key: PublicKey,
}

/// This node's copy of the register.
pub(super) struct Register {
    replica: Mutex<Replica<RegisterStore>>,
    /// The registry's certificate, whose key signs checkpoints.
    signer: Mutex<Option<Signer>>,
    /// Chains of the certificates that signed what was taken here, the newest first: for evidence.
    signers: Mutex<Vec<Chain>>,
    /// Peers with whom nothing is to be had, with the code that they are told. Read without waiting for the replica.
    barred: RwLock<HashMap<PeerId, RefusalCode>>,
    /// One catches up at a time.
    catching_up: tokio::sync::Mutex<()>,
    /// When somebody was last asked because of a checkpoint by a key that is not known here, or is to be asked.
    asked_about_key: Mutex<Option<Timestamp>>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register").finish_non_exhaustive()
    }
}

impl Register {
    /// Opens what the store keeps.
    ///
    /// # Errors
    /// [`ServiceError::Register`] when it is damaged.
    pub(super) fn open(
        store: &Store,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        let replica = Replica::open(RegisterStore::new(store.clone()))?;
        let signers: Vec<Chain> = store
            .register_signers()?
            .and_then(|bytes| cbor::decode(&bytes).ok())
            .unwrap_or_default();
        let kept = signers.first().cloned();
        // One that has expired meanwhile is replaced by that of the next answer.
        let signer = kept.zip(credentials).and_then(|(chain, credentials)| {
            let mut credentials = credentials.clone();
            replica.standings().teach(&mut credentials.anchors);
            let certificate = credentials.registry(&chain, now).ok()?;
            Some(Signer {
                chain,
                key: certificate.key,
            })
        });
        let register = Self {
            replica: Mutex::new(replica),
            signer: Mutex::new(signer),
            signers: Mutex::new(signers),
            barred: RwLock::default(),
            catching_up: tokio::sync::Mutex::default(),
            asked_about_key: Mutex::default(),
        };
        register.bar();
        Ok(register)
    }

    fn replica(&self) -> MutexGuard<'_, Replica<RegisterStore>> {
        // The replica changes in memory only after the store has kept what changed.
        self.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signer(&self) -> MutexGuard<'_, Option<Signer>> {
        self.signer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chains of the certificates that signed what was taken here, the newest first.
    fn signers(&self) -> Vec<Chain> {
        self.signers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_signers(&self, signers: Vec<Chain>) {
        *self.signers.lock().unwrap_or_else(PoisonError::into_inner) = signers;
    }

    /// How many entries are here.
    pub(super) fn size(&self) -> u64 {
        self.replica().size()
    }

    /// When the newest checkpoint was signed whose entries are all here.
    pub(super) fn time(&self) -> Option<Timestamp> {
        self.replica().checkpoint().map(VerifiedCheckpoint::time)
    }

    /// The newest checkpoint whose entries are all here.
    fn newest(&self) -> Option<VerifiedCheckpoint> {
        self.replica().checkpoint().cloned()
    }

    /// The newest checkpoint, as signed; empty when there is none.
    pub(super) fn checkpoint(&self) -> Vec<u8> {
        let replica = self.replica();
        replica
            .checkpoint()
            .map_or_else(Vec::new, |checkpoint| checkpoint.note().to_vec())
    }

    /// Looks at what the entries amount to.
    pub(super) fn with_standings<T>(&self, look: impl FnOnce(&Standings) -> T) -> T {
        look(self.replica().standings())
    }

    /// The chain of a certificate that was entered.
    pub(super) fn chain(&self, fingerprint: &Fingerprint) -> Result<Option<Chain>, ServiceError> {
        Ok(self.replica().chain(fingerprint)?)
    }

    /// Whether the register lets a certificate stand that was otherwise verified. While no register is here only the
    /// revocation lists speak.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] when it is suspended, revoked or replaced; [`ServiceError::Unlogged`] when it was
    /// never entered: somebody issued it behind the register's back.
    pub(super) fn require(
        &self,
        fingerprint: &Fingerprint,
        not_before: Timestamp,
    ) -> Result<(), ServiceError> {
        let revoked = |reason, since| Err(ChainError::Revoked { reason, since }.into());
        match self.says(fingerprint, not_before) {
            None | Some(Some(Standing::InForce)) => Ok(()),
            Some(Some(Standing::Suspended { since })) => revoked(RevocationReason::CertificateHold, since),
            Some(Some(Standing::Revoked { since, reason })) => revoked(reason, since),
            Some(Some(Standing::Superseded { since, .. })) => revoked(RevocationReason::Superseded, since),
            Some(_) => Err(ServiceError::Unlogged),
        }
    }

    /// What the register says about a certificate; `None` while it need not know it: no register is here yet, or the
    /// certificate is younger than what is here. A renewal for the same key leaves the earlier certificate in force.
    pub(super) fn says(&self, fingerprint: &Fingerprint, not_before: Timestamp) -> Option<Option<Standing>> {
        let replica = self.replica();
        match replica.standing(fingerprint) {
            Some(Standing::Superseded { by, .. }) if same_key(replica.standings(), fingerprint, &by) => {
                Some(Some(Standing::InForce))
            }
            Some(standing) => Some(Some(standing)),
            None => match replica.checkpoint() {
                Some(newest) if not_before.plus(NEW) < newest.time() => Some(None),
                _ => None,
            },
        }
    }

    /// Whether nothing is to be had with a peer.
    pub(super) fn barred(&self, peer: &PeerId) -> Option<RefusalCode> {
        self.barred
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(peer)
            .copied()
    }

    /// Reads from the entries which nodes are shut out; gives those that were not before. A node that has another
    /// certificate in force for its key is not.
    fn bar(&self) -> Vec<PeerId> {
        let mut shut_out = HashMap::new();
        self.with_standings(|standings| {
            for member in standings.members() {
                let (Some(key), false) = (member.key, member.standing == Standing::InForce) else {
                    continue;
                };
                if standings
                    .of_key(key)
                    .all(|other| !matches!(other.standing, Standing::InForce))
                {
                    shut_out.insert(peer_id_of(&key), RefusalCode::Revoked);
                }
            }
        });
        let mut barred = self.barred.write().unwrap_or_else(PoisonError::into_inner);
        let new = shut_out
            .keys()
            .filter(|peer| !barred.contains_key(*peer))
            .copied()
            .collect();
        *barred = shut_out;
        new
    }

    /// Verifies a checkpoint with the keys of the registry that are known here, each within its time.
    fn verify(&self, note: &[u8], anchors: &TrustAnchors) -> Result<VerifiedCheckpoint, CheckpointError> {
        let parsed = Checkpoint::parse(note)?;
        let known = self.signer().as_ref().map(|signer| signer.key);
        let schedule = self.replica().schedule(anchors);
        schedule.verify(&parsed, known.as_ref(), &NetworkName::of(anchors.first()))
    }

    /// After how many seconds the sender of a checkpoint by a key that is not known here is to be asked about it: at
    /// once, or when half a minute has passed since the last such question, so that a second change of the key soon
    /// after the first is not missed. `None` when it claims to be no newer than ours, or a question is planned already.
    fn ask_about_key_in(&self, note: &[u8], now: Timestamp) -> Option<u64> {
        let claimed = Checkpoint::parse(note).ok()?;
        let newer = {
            let replica = self.replica();
            let known = replica.checkpoint();
            known.is_none_or(|known| known.size() < claimed.size() || known.time() < claimed.time())
        };
        let mut asked = self
            .asked_about_key
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // What lies further ahead was noted before the clock was set back.
        let last = asked.filter(|asked| asked.since(now) <= ASK_ABOUT_KEY);
        let due = last.map_or(now, |asked| asked.plus(ASK_ABOUT_KEY).max(now));
        let planned = last.is_some_and(|asked| asked > now);
        (newer && !planned).then(|| {
            *asked = Some(due);
            due.since(now)
        })
    }

    /// What a verified checkpoint is to this copy.
    fn judge(&self, checkpoint: &VerifiedCheckpoint) -> Result<Judgement, RegisterError> {
        self.replica().judge(checkpoint)
    }

    /// A list says which authority signed it only by its signature: each that is known is tried, `more` first.
    pub(super) fn verified_list(
        &self,
        credentials: &Credentials,
        more: &[Chain],
        der: &[u8],
        now: Timestamp,
    ) -> Option<RevocationList> {
        let entered: Vec<Chain> = self.with_standings(|standings| {
            let below = |authority: &[u8]| Chain {
                end: Vec::new(),
                intermediates: vec![authority.to_vec()],
            };
            standings.issuing_authorities().map(below).collect()
        });
        more.iter()
            .chain(&entered)
            .find_map(|chain| RevocationList::verify(der, chain, &credentials.anchors, now).ok())
    }
}

fn same_key(standings: &Standings, one: &Fingerprint, other: &Fingerprint) -> bool {
    let key = |one: &Fingerprint| standings.member(one).and_then(|member| member.key);
    key(one).is_some() && key(one) == key(other)
}
