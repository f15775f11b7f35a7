//! Fetches granted packages: pulls what the bitmap lacks from whoever holds it, verifies every slice before it is
//! kept, and signs the receipt only when every byte is verified and on disk.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dokuei_consultation::body::{Body, PackageOffered, Received};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::wire::package::{ChunkRange, PackageId as WirePackageId, Slice};
use dokuei_net::{Network, PackageSink, PeerId, PullProgress, PullRequest, SinkError, peer_id_of};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::core::{UnverifiedCore, VerifiedCore};
use dokuei_package::tree::TreeId;
use dokuei_package::verifier::Verifier;
use dokuei_store::{Direction, NewPackage, PackageState, Store, StoreError};
use tokio::sync::watch;

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::events::EventKind;
use super::host::package_range;

/// After so many bytes what was received is made durable and the bitmap with it.
const CHECKPOINT: u64 = 64 << 20;
/// Ranges asked for in one pull.
const RANGES: usize = 512;
/// How often progress is told to the app.
const TELL: Duration = Duration::from_millis(250);

/// Packages that are being fetched at this moment, and those that are not fetched any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Fetching(Arc<Mutex<Progress>>);

#[derive(Debug, Default)]
struct Progress {
    /// How far each is, bytes. The name of a package is the sender's choice, and two cases may have one.
    running: HashMap<(CaseId, [u8; 16]), u64>,
    /// Cases whose offer contradicts what is here or what was signed: asked for again after the next start.
    refused: HashSet<CaseId>,
}

impl Fetching {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        // What is in here is only told; the disk is asked before anything is done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, wanted: &Wanted) -> bool {
        let mut progress = self.lock();
        let one = (wanted.case, *wanted.offer.package.as_bytes());
        if progress.running.contains_key(&one) || progress.refused.contains(&wanted.case) {
            return false;
        }
        progress.running.insert(one, 0);
        true
    }

    fn reached(&self, case: CaseId, package: [u8; 16], bytes: u64) {
        if let Some(reached) = self.lock().running.get_mut(&(case, package)) {
            *reached = bytes;
        }
    }

    fn end(&self, case: CaseId, package: [u8; 16]) {
        self.lock().running.remove(&(case, package));
    }

    fn refuse(&self, case: CaseId) {
        self.lock().refused.insert(case);
    }

    /// Bytes that came so far, while the package is being fetched.
    pub(super) fn progress(&self, case: &CaseId, package: &[u8; 16]) -> Option<u64> {
        self.lock().running.get(&(*case, *package)).copied()
    }

    /// Whether what was offered in this case is refused.
    pub(super) fn is_refused(&self, case: &CaseId) -> bool {
        self.lock().refused.contains(case)
    }
}

/// One package that this node is to fetch.
#[derive(Debug, Clone)]
struct Wanted {
    case: CaseId,
    from: Fingerprint,
    offer: PackageOffered,
}

impl Node {
    /// Starts fetching every outstanding package that is not being fetched already.
    pub(super) async fn fetch_outstanding(&self, network: &Network) {
        let reader = self.clone();
        match blocking(move || reader.outstanding()).await {
            Ok(all) => all.into_iter().for_each(|wanted| self.fetch(network, wanted)),
            Err(ServiceError::NoNodeCertificate) => {}
            Err(error) => tracing::error!(code = error.code(), "the cases could not be read"),
        }
    }

    fn outstanding(&self) -> Result<Vec<Wanted>, ServiceError> {
        let mut all = Vec::new();
        for case in self.readable_cases()? {
            for effect in case.outstanding() {
                if let Effect::FetchPackage { from, offer, .. } = effect {
                    all.push(Wanted {
                        case: case.id(),
                        from,
                        offer,
                    });
                }
            }
        }
        Ok(all)
    }

    /// Whether the package is still to be received: it may have come while this was waiting.
    fn is_outstanding(&self, wanted: &Wanted) -> Result<bool, ServiceError> {
        let outstanding = self.case_log(wanted.case)?.outstanding();
        Ok(outstanding.iter().any(
            |effect| matches!(effect, Effect::FetchPackage { offer, .. } if offer.package == wanted.offer.package),
        ))
    }

    fn fetch(&self, network: &Network, wanted: Wanted) {
        let package = *wanted.offer.package.as_bytes();
        if !self.0.fetching.begin(&wanted) {
            return;
        }
        let (node, network) = (self.clone(), network.clone());
        tokio::spawn(async move {
            match node.fetch_one(&network, &wanted).await {
                Ok(()) => {}
                Err(error @ ServiceError::BadPackage(_)) => node.refuse_offer(&wanted, &error).await,
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, "a study could not be fetched yet");
                }
            }
            node.0.fetching.end(wanted.case, package);
            node.events().publish(EventKind::Case, wanted.case);
        });
    }

    /// What was offered cannot be right, so that asking for it again cannot help: it is told and not asked for any more.
    async fn refuse_offer(&self, wanted: &Wanted, error: &ServiceError) {
        tracing::error!(code = error.code(), %error, case = %wanted.case, "an offered study is refused");
        self.0.fetching.refuse(wanted.case);
        let (node, case, code) = (self.clone(), wanted.case, error.code());
        if let Err(error) = blocking(move || node.audit("node", "fetch", &case.to_string(), code)).await {
            tracing::error!(%error, "the audit log cannot be written");
        }
    }

    async fn fetch_one(&self, network: &Network, wanted: &Wanted) -> Result<(), ServiceError> {
        let Some(peer) = self.holder(network, &wanted.from).await? else {
            return Ok(());
        };
        let (node, asked) = (self.clone(), wanted.clone());
        let sink = blocking(move || node.begin_receiving(&asked)).await?;
        let sink = Arc::new(Mutex::new(sink));
        loop {
            let ranges = sink.lock().unwrap_or_else(PoisonError::into_inner).missing();
            if ranges.is_empty() {
                break;
            }
            let (progress, _watching) = self.watch_progress(wanted, &sink);
            let request = PullRequest {
                package: WirePackageId(*wanted.offer.package.as_bytes()),
                ranges,
                progress: Some(progress),
            };
            if let Err(error) = network
                .pull_package(peer, request, Box::new(Shared(Arc::clone(&sink))))
                .await
            {
                tracing::info!(%peer, %error, "a transfer was interrupted; it goes on from what was verified");
                // What came is verified already: it is kept, so that it need not come again after a restart.
                return blocking(move || sink.lock().unwrap_or_else(PoisonError::into_inner).checkpoint())
                    .await;
            }
        }
        let (node, wanted) = (self.clone(), wanted.clone());
        blocking(move || node.finish_receiving(&wanted, &sink)).await
    }

    /// A node of the sender with which we are connected; when there is none, all are wanted.
    async fn holder(&self, network: &Network, from: &Fingerprint) -> Result<Option<PeerId>, ServiceError> {
        let (node, from) = (self.clone(), *from);
        let devices = blocking(move || node.people().all_nodes_of(&from, node.now())).await?;
        let peers: Vec<PeerId> = devices
            .iter()
            .map(|device| peer_id_of(&device.node_key))
            .collect();
        if let Some(peer) = peers.iter().find(|peer| network.is_admitted(peer)) {
            return Ok(Some(*peer));
        }
        for peer in peers {
            let _ = network.want(peer, Vec::new()).await;
        }
        Ok(None)
    }

    fn watch_progress(
        &self,
        wanted: &Wanted,
        sink: &Arc<Mutex<Receiving>>,
    ) -> (watch::Sender<PullProgress>, AbortOnDrop) {
        let (sender, mut receiver) = watch::channel(PullProgress::default());
        let (node, case, package) = (self.clone(), wanted.case, *wanted.offer.package.as_bytes());
        let before = sink
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .verified_bytes();
        let sink = Arc::clone(sink);
        let task = tokio::spawn(async move {
            while receiver.changed().await.is_ok() {
                let bytes = receiver.borrow_and_update().bytes;
                node.0.fetching.reached(case, package, before + bytes);
                let (opener, sink) = (node.clone(), Arc::clone(&sink));
                let opened = tokio::task::spawn_blocking(move || {
                    let here = sink.lock().unwrap_or_else(PoisonError::into_inner).here();
                    opener.open_arriving(&package, &here);
                });
                let _ = opened.await;
                node.events().publish(EventKind::Case, case);
                tokio::time::sleep(TELL).await;
            }
        });
        (sender, AbortOnDrop(task))
    }

    /// Verifies the core and opens, or opens again, the file that receives the package.
    fn begin_receiving(&self, wanted: &Wanted) -> Result<Receiving, ServiceError> {
        let core = self.verified_core(wanted)?;
        let id = core.core().tree();
        let package = *wanted.offer.package.as_bytes();
        let verifier = match self.store().package(&package) {
            Ok(row) => {
                let held = &row.package;
                let same = held.direction == Direction::Incoming
                    && held.case_id == *wanted.case.as_bytes()
                    && held.core_hash == *core.hash()
                    && held.root == *id.root()
                    && held.length == id.length();
                if !same {
                    return Err(bad("its identifier belongs to another package"));
                }
                let bitmap = Bitmap::from_bytes(&held.verified).ok();
                bitmap
                    .and_then(|bitmap| Verifier::resume(id, bitmap))
                    .or_else(|| Verifier::new(id))
            }
            Err(StoreError::NotFound(_)) => {
                self.create_incoming(wanted, &core, id)?;
                Verifier::new(id)
            }
            Err(error) => return Err(error.into()),
        };
        let verifier = verifier.ok_or_else(|| bad("no package has this length"))?;
        let (payload, outboard) = self.store().package_files(&package)?;
        let open = |path: &std::path::Path| {
            File::options()
                .read(true)
                .write(true)
                .open(path)
                .map_err(ServiceError::file(path))
        };
        let (payload, outboard) = (open(&payload)?, open(&outboard)?);
        Ok(Receiving {
            store: self.store().clone(),
            package,
            verifier,
            payload,
            outboard,
            undurable: 0,
        })
    }

    fn create_incoming(&self, wanted: &Wanted, core: &VerifiedCore, id: TreeId) -> Result<(), ServiceError> {
        // Once for the sealed package, once for the instances that will be opened from it.
        self.require_room(id.length().saturating_add(wanted.offer.original_bytes))?;
        let file = self.store().new_package_file()?;
        let lengths = [
            (file.payload(), id.length()),
            (file.outboard(), id.outboard_length()),
        ];
        for (path, length) in lengths {
            let opened = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path);
            opened
                .and_then(|file| file.set_len(length))
                .map_err(ServiceError::file(path))?;
        }
        let package = NewPackage {
            package_id: *wanted.offer.package.as_bytes(),
            case_id: *wanted.case.as_bytes(),
            direction: Direction::Incoming,
            core: core.bytes().to_vec(),
            core_hash: *core.hash(),
            root: *id.root(),
            length: id.length(),
            verified: Vec::new(),
        };
        Ok(self.store().add_package(&package, file, None, self.now())?)
    }

    /// The order of the protocol: signature, then addressee and what was signed in the case log.
    fn verified_core(&self, wanted: &Wanted) -> Result<VerifiedCore, ServiceError> {
        let parsed = UnverifiedCore::parse(&wanted.offer.core).map_err(|error| bad(&error.to_string()))?;
        let sender = self
            .people()
            .certificate(&parsed.signer())
            .ok_or_else(|| bad("its signer is not known"))?;
        let core = parsed
            .verify(&sender.key)
            .map_err(|error| bad(&error.to_string()))?;
        let signed = core.core();
        let agrees = signed.package == wanted.offer.package
            && signed.case == wanted.case
            && signed.sender == wanted.from
            && signed.root == wanted.offer.root
            && signed.ciphertext_length == wanted.offer.length;
        if !agrees {
            return Err(bad("its signed core is not the one of this case"));
        }
        if signed.expires_at < self.now() {
            return Err(bad("it has expired"));
        }
        Ok(core)
    }

    /// Everything is verified and on disk: sign the receipt.
    fn finish_receiving(&self, wanted: &Wanted, sink: &Mutex<Receiving>) -> Result<(), ServiceError> {
        sink.lock().unwrap_or_else(PoisonError::into_inner).checkpoint()?;
        let package = *wanted.offer.package.as_bytes();
        let receipt = Received {
            package: PackageId::from_bytes(package),
            root: wanted.offer.root,
            length: wanted.offer.length,
        };
        {
            let _writing = self.write_lock();
            if !self.is_outstanding(wanted)? {
                return Ok(());
            }
            // A node that was moved may hold, and have opened, what its successor is granted again.
            let state = self.store().package(&package)?.state;
            if matches!(state, PackageState::Queued | PackageState::Transferring) {
                self.store().set_package_state(&package, PackageState::Complete)?;
            }
            self.author_receipt(wanted.case, Body::Received(receipt))?;
        }
        self.audit("node", "received", &wanted.case.to_string(), "success")?;
        self.ring();
        self.open_arrived();
        Ok(())
    }
}

fn bad(why: &str) -> ServiceError {
    ServiceError::BadPackage(why.to_owned())
}

/// A package file that is being filled.
struct Receiving {
    store: Store,
    package: [u8; 16],
    verifier: Verifier,
    payload: File,
    outboard: File,
    undurable: u64,
}

impl Receiving {
    fn verified_bytes(&self) -> u64 {
        u64::from(self.verifier.bitmap().count()) * dokuei_package::chunk::CHUNK as u64
    }

    /// Which chunks are here and proven.
    fn here(&self) -> Bitmap {
        self.verifier.bitmap().clone()
    }

    /// What is still to come, in pieces of one slice, joined where they touch.
    fn missing(&self) -> Vec<ChunkRange> {
        let mut ranges: Vec<ChunkRange> = Vec::new();
        let mut from = 0;
        while let Some(next) = self.verifier.next_missing(from) {
            from = next.end;
            let count = u64::from(next.end - next.start);
            let full = ranges.len() == RANGES;
            match ranges.last_mut() {
                Some(last) if last.first + last.count == u64::from(next.start) => last.count += count,
                _ if full => break,
                _ => ranges.push(ChunkRange {
                    first: next.start.into(),
                    count,
                }),
            }
        }
        ranges
    }

    fn take(&mut self, slice: &Slice) -> Result<(), SinkError> {
        let range = package_range(slice.range).ok_or_else(|| SinkError::Forged("out of range".to_owned()))?;
        let whole = [slice.bytes.as_slice(), slice.proof.as_slice()].concat();
        self.verifier
            .accept(range, &whole, &mut self.payload, &mut self.outboard)
            .map_err(|error| match error {
                dokuei_package::tree::TreeError::Io(error) => SinkError::Storage(error.to_string()),
                other => SinkError::Forged(other.to_string()),
            })?;
        self.undurable += slice.bytes.len() as u64;
        if self.undurable >= CHECKPOINT {
            self.checkpoint()
                .map_err(|error| SinkError::Storage(error.to_string()))?;
        }
        Ok(())
    }

    /// First the data, then the bitmap that says it is there: the store does both, in this order.
    fn checkpoint(&mut self) -> Result<(), ServiceError> {
        let bitmap = self.verifier.bitmap().to_bytes();
        self.store.set_verified(&self.package, &bitmap)?;
        self.undurable = 0;
        Ok(())
    }
}

/// The sink that the network fills.
struct Shared(Arc<Mutex<Receiving>>);

impl PackageSink for Shared {
    fn accept(&mut self, slice: Slice) -> Result<(), SinkError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&slice)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let mut receiving = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receiving
            .checkpoint()
            .map_err(|error| SinkError::Storage(error.to_string()))
    }
}

/// Ends a task when what it watches is over.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
