//! The mirror of a network's register: a copy that was verified to the root, kept on the disk, answered from.
//!
//! Nobody has to trust a bootstrap: every node verifies what it is told. But an honest one spreads no rubbish, so
//! nothing enters the mirror that the registry did not sign, and a register that contradicts an earlier one is kept as
//! evidence and not served.

mod files;
pub(crate) mod follow;
mod source;
mod tiles;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use anyhow::{Context as _, Result};

use dokuei_identity::application::{Collect, read_collect_request};
use dokuei_identity::chain::{self, Chain, TrustAnchors};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::PublicKey;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Answer, Ask, Checkpoint, CheckpointError, Entry, Evidence, EvidenceFile, HeldList, Judgement, KeyId,
    RegisterError, Replica, Signed, Standing, VerifiedCheckpoint, layout,
};
use dokuei_identity::revocation::RevocationList;
use dokuei_identity::time::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::disk::write_whole;
use files::FileStore;

/// What a stranger's checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Signed by the registry, and not known here: to be passed on and followed.
    News,
    /// Nothing new, or not to be judged at the moment.
    Nothing,
    /// By a key that is not known here, of a register larger or younger than ours: the registry may have changed its
    /// key, which whoever sent this can show.
    Stranger,
    /// Not of the registry.
    Forged,
}

/// The mirror. Shared by everything that reads or follows it.
pub(crate) struct Mirror {
    dir: PathBuf,
    network: NetworkName,
    inner: RwLock<Inner>,
    newest: watch::Sender<Option<Vec<u8>>>,
}

struct Inner {
    replica: Replica<FileStore>,
    anchors: TrustAnchors,
    registry: Option<(Chain, PublicKey)>,
    lists: Vec<RevocationList>,
}

impl Mirror {
    /// Opens the mirror in `dir`. A damaged one is set aside and fetched again.
    pub(crate) fn open(dir: &Path, anchors: TrustAnchors, now: Timestamp) -> Result<Self> {
        let open = || Replica::open(FileStore::open(dir).map_err(RegisterError::Store)?);
        let replica = match open() {
            Err(error @ RegisterError::Damaged(_)) => {
                tracing::error!(%error, "the mirror of the register is damaged and is begun anew");
                let aside = dir.with_extension(format!("damaged-{}", now.0));
                std::fs::rename(dir, &aside)
                    .with_context(|| format!("cannot move {} away", dir.display()))?;
                open()
            }
            opened => opened,
        };
        let replica = replica.with_context(|| format!("cannot open the mirror in {}", dir.display()))?;
        let network = NetworkName::of(anchors.first());
        let newest = replica.checkpoint().map(|checkpoint| checkpoint.note().to_vec());
        let mut inner = Inner {
            replica,
            anchors,
            registry: None,
            lists: Vec::new(),
        };
        inner.learn_roots();
        // A certificate that has expired meanwhile is not served; the next answer brings another.
        let pem = std::fs::read_to_string(dir.join(layout::REGISTRY)).ok();
        if let Some(chain) = pem.and_then(|pem| Chain::from_pem(&pem).ok()) {
            inner.registry = inner.verify_registry(&chain, now).ok().map(|key| (chain, key));
        }
        let mirror = Self {
            dir: dir.to_owned(),
            network,
            inner: RwLock::new(inner),
            newest: watch::Sender::new(newest),
        };
        mirror.read_lists(now);
        Ok(mirror)
    }

    fn inner(&self) -> RwLockReadGuard<'_, Inner> {
        // A replica changes only after its store did, so a poisoned lock guards sound data.
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest complete checkpoint, as it changes.
    pub(crate) fn newest(&self) -> watch::Receiver<Option<Vec<u8>>> {
        self.newest.subscribe()
    }

    /// How many entries there are, and when the newest checkpoint was signed.
    pub(crate) fn size_and_time(&self) -> (u64, Option<Timestamp>) {
        let inner = self.inner();
        (
            inner.replica.size(),
            inner.replica.checkpoint().map(VerifiedCheckpoint::time),
        )
    }

    /// What to ask others.
    pub(crate) fn ask(&self) -> Ask {
        let inner = self.inner();
        let held = inner.lists.iter().map(|list| HeldList {
            issuer: list.issuer_key_id(),
            number: list.number(),
        });
        inner.replica.ask(Some(held.collect()))
    }

    /// Takes what a source says, if the registry signed it. Whether all entries are here then.
    pub(crate) fn take(&self, answer: &Answer, now: Timestamp) -> Result<bool> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let signed = inner.verify(answer, &self.network, now)?;
        if signed.void {
            tracing::warn!(
                "what is mirrored was signed with a stolen key, as the root says; the mirror is begun anew"
            );
            inner.replica.begin_anew()?;
            return Ok(false);
        }
        let key = signed.registry.key;
        let accepted = inner.replica.accept(&signed.checkpoint, answer, now);
        if let Err(RegisterError::SplitView(evidence)) = &accepted {
            self.keep_evidence(&inner.evidence_file(evidence, Some(&answer.registry)))?;
        }
        let accepted = accepted?;
        if accepted.newer {
            inner.learn_roots();
        }
        let another = inner.registry.as_ref().map(|(chain, _)| chain) != Some(&answer.registry);
        if another && (accepted.newer || inner.registry.is_none()) {
            write_whole(
                &self.dir.join(layout::REGISTRY),
                answer.registry.to_pem().as_bytes(),
            )?;
            inner.registry = Some((answer.registry.clone(), key));
        }
        for list in &answer.lists {
            self.take_list(&mut inner, list, now)?;
        }
        let newest = inner
            .replica
            .checkpoint()
            .map(|checkpoint| checkpoint.note().to_vec());
        drop(inner);
        self.newest.send_if_modified(|known| {
            let changed = *known != newest;
            *known = newest;
            changed
        });
        Ok(accepted.complete)
    }

    /// Verifies the checkpoint of an answer that need not have anything else yet.
    pub(crate) fn verify(&self, answer: &Answer, now: Timestamp) -> Result<VerifiedCheckpoint> {
        Ok(self.inner().verify(answer, &self.network, now)?.checkpoint)
    }

    /// The issuing authorities of which the register names a newer revocation list than is here.
    pub(crate) fn missing_lists(&self) -> Vec<KeyId> {
        let inner = self.inner();
        let here = |issuer: &KeyId, number| {
            let mut lists = inner.lists.iter();
            lists.any(|list| list.issuer_key_id() == *issuer && list.number() >= number)
        };
        let named = inner.replica.standings().lists();
        named
            .filter(|(issuer, note)| !here(issuer, note.number))
            .map(|(issuer, _)| *issuer)
            .collect()
    }

    /// Takes revocation lists, as far as an issuing authority of the register signed them.
    pub(crate) fn take_lists(&self, lists: &[Vec<u8>], now: Timestamp) -> Result<()> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        lists
            .iter()
            .try_for_each(|list| self.take_list(&mut inner, list, now))
    }

    /// Keeps a revocation list that an issuing authority of the register signed and that is newer than ours.
    fn take_list(&self, inner: &mut Inner, der: &[u8], now: Timestamp) -> Result<()> {
        let Some(list) = inner.verify_list(der, now) else {
            tracing::warn!("a revocation list that nobody of this register signed was left out");
            return Ok(());
        };
        let issuer = list.issuer_key_id();
        let known = inner
            .lists
            .iter()
            .position(|known| known.issuer_key_id() == issuer);
        if known.is_some_and(|at| inner.lists[at].number() >= list.number()) {
            return Ok(());
        }
        let path = self.dir.join(layout::list_path(&issuer));
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        write_whole(&path, der)?;
        match known {
            Some(at) => inner.lists[at] = list,
            None => inner.lists.push(list),
        }
        Ok(())
    }

    /// The lists that were kept before a restart.
    fn read_lists(&self, now: Timestamp) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let issuers: Vec<_> = inner
            .replica
            .standings()
            .lists()
            .map(|(issuer, _)| *issuer)
            .collect();
        for issuer in issuers {
            let der = std::fs::read(self.dir.join(layout::list_path(&issuer)));
            let list = der.ok().and_then(|der| inner.verify_list(&der, now));
            inner.lists.extend(list);
        }
    }

    fn keep_evidence(&self, file: &EvidenceFile) -> Result<()> {
        let dir = self.dir.join("evidence");
        tracing::error!(
            dir = %dir.display(),
            "the registry signed two registers that contradict each other; the evidence is kept: \
             `dokuei-registry register evidence FILE` verifies it"
        );
        let bytes = file.to_bytes();
        std::fs::create_dir_all(&dir)?;
        let name = hex::encode(Sha256::digest(&bytes));
        Ok(write_whole(&dir.join(format!("{name}.cbor")), &bytes)?)
    }

    /// Answers a question, or gives nothing while there is nothing to say.
    pub(crate) fn answer(&self, ask: &Ask) -> Result<Option<Vec<u8>>> {
        let inner = self.inner();
        let Some((registry, _)) = &inner.registry else {
            return Ok(None);
        };
        let answer = inner.replica.answer(ask, registry, &inner.lists)?;
        Ok(answer.map(|answer| answer.to_bytes()))
    }

    /// Judges a checkpoint that came by gossip. Never waits: while the mirror grows, nothing is judged.
    pub(crate) fn hear(&self, note: &[u8], now: Timestamp) -> Heard {
        let Ok(inner) = self.inner.try_read() else {
            return Heard::Nothing;
        };
        let Some((_, key)) = &inner.registry else {
            return Heard::Nothing;
        };
        let schedule = inner.replica.schedule(&inner.anchors);
        let Ok(parsed) = Checkpoint::parse(note) else {
            return Heard::Forged;
        };
        let checkpoint = match schedule.verify(&parsed, Some(key), &self.network) {
            Ok(checkpoint) => checkpoint,
            Err(CheckpointError::UnknownKey) => {
                let known = inner.replica.checkpoint();
                let news =
                    known.is_none_or(|known| known.size() < parsed.size() || known.time() < parsed.time());
                return if news { Heard::Stranger } else { Heard::Nothing };
            }
            Err(_) => return Heard::Forged,
        };
        if checkpoint.check_clock(now).is_err() {
            return Heard::Nothing;
        }
        let newer = inner
            .replica
            .checkpoint()
            .is_none_or(|known| known.time() < checkpoint.time());
        match inner.replica.judge(&checkpoint) {
            Ok(Judgement::Ahead) => Heard::News,
            Ok(Judgement::Same) if newer => Heard::News,
            Ok(Judgement::SplitView(evidence)) => {
                let file = inner.evidence_file(&evidence, None);
                drop(inner);
                if let Err(error) = self.keep_evidence(&file) {
                    tracing::error!(%error, "the evidence could not be kept");
                }
                // Others shall see it too.
                Heard::News
            }
            Ok(_) | Err(_) => Heard::Nothing,
        }
    }

    /// One of the files that a static mirror has, by its path.
    pub(crate) fn file(&self, path: &str) -> Option<Vec<u8>> {
        let inner = self.inner();
        let (registry, _) = inner.registry.as_ref()?;
        let checkpoint = inner.replica.checkpoint()?;
        match path {
            layout::CHECKPOINT => Some(checkpoint.note().to_vec()),
            layout::REGISTRY => Some(registry.to_pem().into_bytes()),
            layout::SUCCESSIONS => inner.successions(),
            _ if path.starts_with("crl/") => inner
                .lists
                .iter()
                .find(|list| layout::list_path(&list.issuer_key_id()) == path)
                .map(|list| list.der().to_vec()),
            _ => tiles::read(inner.replica.store(), checkpoint.size(), path),
        }
    }

    /// Reads a request of the registry to collect from the drop box of the bootstrap named `me`.
    pub(crate) fn read_collect(&self, request: &[u8], me: &[u8], now: Timestamp) -> Result<Collect> {
        let inner = self.inner();
        let (collect, registry) = read_collect_request(request, me, &inner.anchors, now, None)?;
        inner.check_standing(&registry.fingerprint)?;
        Ok(collect)
    }
}

impl Inner {
    /// Verifies who signed what somebody says.
    fn verify(
        &self,
        answer: &Answer,
        network: &NetworkName,
        now: Timestamp,
    ) -> Result<Signed, RegisterError> {
        let mut lists = self.lists.iter();
        let list = lists.find(|list| list.is_of(&answer.registry));
        self.replica.verify(answer, &self.anchors, list, network, now)
    }

    /// Evidence with all that a stranger needs to verify it.
    fn evidence_file(&self, evidence: &Evidence, chain: Option<&Chain>) -> EvidenceFile {
        let known = self.registry.as_ref().map(|(chain, _)| chain);
        let chains = known
            .into_iter()
            .chain(chain.filter(|chain| Some(*chain) != known));
        let entered = self.replica.standings().successions();
        let successions = entered.iter().map(Entry::to_bytes).collect();
        EvidenceFile::of(evidence, chains.cloned().collect(), successions)
    }

    /// The file of the successions; nothing while there are none.
    fn successions(&self) -> Option<Vec<u8>> {
        let entries = self.replica.standings().successions();
        let entries: Vec<_> = entries.iter().map(Entry::to_bytes).collect();
        let bundle = layout::encode_bundle(&entries).ok()?;
        (!entries.is_empty()).then_some(bundle)
    }

    /// The key of a registry's certificate that leads to the root and was not revoked.
    fn verify_registry(&self, chain: &Chain, now: Timestamp) -> Result<PublicKey> {
        let certificate = chain::verify_registry(chain, &self.anchors, now, None)?;
        self.check_standing(&certificate.fingerprint)?;
        Ok(certificate.key)
    }

    fn check_standing(&self, registry: &Fingerprint) -> Result<()> {
        let standing = self.replica.standing(registry);
        anyhow::ensure!(
            !matches!(
                standing,
                Some(Standing::Suspended { .. } | Standing::Revoked { .. })
            ),
            "the registry's certificate is suspended or revoked; ask the registry's operator for the newest"
        );
        Ok(())
    }

    /// Roots that the register says came after the configured one, each proven by the one before; and the issuing authorities
    /// that they signed.
    fn learn_roots(&mut self) {
        for error in self.replica.standings().teach(&mut self.anchors) {
            tracing::warn!(%error, "a successor of the root is not believed");
        }
    }

    fn verify_list(&self, der: &[u8], now: Timestamp) -> Option<RevocationList> {
        let authorities = self.replica.standings().issuing_authorities();
        let of_registry = self.registry.iter().flat_map(|(chain, _)| &chain.intermediates);
        let candidates = authorities.chain(of_registry.map(Vec::as_slice));
        candidates
            .map(|issuing| Chain {
                end: Vec::new(),
                intermediates: vec![issuing.to_vec()],
            })
            .find_map(|chain| RevocationList::verify(der, &chain, &self.anchors, now).ok())
    }
}

#[cfg(test)]
mod tests;
