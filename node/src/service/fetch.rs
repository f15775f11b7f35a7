//! Fetches granted packages: pulls what the bitmap lacks from whoever holds it, verifies every slice before it is
//! kept, and signs the receipt only when every byte is verified and on disk.

use std::collections::HashSet;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dokuei_consultation::body::{Body, PackageOffered, Received};
use dokuei_consultation::effect::Effect;
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_net::wire::package::PackageId as WirePackageId;
use dokuei_net::{Fault, Misdeed, Network, PeerId, PullError, PullProgress, PullRequest, peer_id_of};
use dokuei_package::bitmap::Bitmap;
use dokuei_package::core::{UnverifiedCore, VerifiedCore};
use dokuei_package::tree::TreeId;
use dokuei_package::verifier::Verifier;
use dokuei_store::{Along, Direction, NewPackage, PackageState, StoreError};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::events::EventKind;
use super::receiving::{Receiving, Shared, verified_bytes};
use super::transfers::TELL;

/// The most holders of which one package is fetched at once.
const HOLDERS: usize = 4;

/// For how long a holder who has not said that it holds our acceptance is not asked, seconds: an honest one says so at once.
const TOLD_WITHIN: u64 = 5;

/// Between two looks at what may be opened of a study on its way, when somebody is there to open it for.
const PAUSE: Duration = Duration::from_millis(20);

/// One package that this node is to fetch.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) case: CaseId,
    pub(super) from: Fingerprint,
    pub(super) offer: PackageOffered,
}

/// How far pulling came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulled {
    /// All of it is here and proven.
    All,
    /// It is not wanted any more.
    Stopped,
    /// The holders give no more now, for this reason.
    Stands(&'static str),
}

impl Node {
    /// Starts fetching every outstanding package that is not being fetched already.
    pub(super) async fn fetch_outstanding(&self, network: &Network) {
        if self.is_frozen() {
            return;
        }
        let reader = self.clone();
        match blocking(move || reader.outstanding()).await {
            Ok(all) => all.into_iter().for_each(|wanted| self.fetch(network, wanted)),
            Err(ServiceError::NoNodeCertificate) => {}
            Err(error) => tracing::error!(code = error.code(), "the cases could not be read"),
        }
    }

    fn outstanding(&self) -> Result<Vec<Wanted>, ServiceError> {
        let mut all = Vec::new();
        for gist in self.gists()? {
            // The receipt may be among what is just being asked for: a second one would fork the log.
            if !gist.outstanding.is_empty() && !self.may_be_behind(gist.case.as_bytes())? {
                all.extend(gist.outstanding.iter().cloned());
            }
        }
        Ok(all)
    }

    /// Whether the package is still to be received: it may have come while this was waiting.
    fn is_outstanding(&self, wanted: &Wanted) -> Result<bool, ServiceError> {
        let outstanding = self.kept_case(wanted.case)?.outstanding();
        Ok(outstanding.iter().any(
            |effect| matches!(effect, Effect::FetchPackage { offer, .. } if offer.package == wanted.offer.package),
        ))
    }

    fn fetch(&self, network: &Network, wanted: Wanted) {
        let package = *wanted.offer.package.as_bytes();
        let Some(stop) = self.0.transfers.begin(wanted.case, package) else {
            return;
        };
        let (node, network) = (self.clone(), network.clone());
        tokio::spawn(async move {
            let untold = node.untold(wanted.case).await;
            match node.fetch_one(&network, &wanted, &untold, &stop).await {
                Ok(()) => {}
                Err(error @ ServiceError::BadPackage(_)) => node.refuse_offer(&wanted, &error).await,
                Err(error) => {
                    node.0.transfers.stuck(wanted.case, error.code(), node.now());
                    tracing::warn!(code = error.code(), %error, "a study could not be fetched yet");
                }
            }
            node.0.transfers.end(wanted.case, package);
            node.events().publish(EventKind::Case, wanted.case);
            if !untold.is_empty() && node.untold(wanted.case).await.is_empty() {
                // They were told meanwhile, when this was still under way and nothing else could begin.
                node.ring();
            }
            if stop.is_cancelled() {
                // What there is of it is erased now that nobody writes to it any more.
                node.sweep_soon();
            }
        });
    }

    /// What was offered cannot be right, so that asking for it again cannot help: it is told and not asked for any more.
    async fn refuse_offer(&self, wanted: &Wanted, error: &ServiceError) {
        tracing::error!(code = error.code(), %error, case = %wanted.case, "an offered study is refused");
        self.0.transfers.refuse(wanted.case);
        let (node, case, code) = (self.clone(), wanted.case, error.code());
        let package = *wanted.offer.package.as_bytes();
        let told = blocking(move || {
            node.audit("node", "fetch", &case.to_string(), code)?;
            node.queue_refused_images(case, &package)
        });
        if let Err(error) = told.await {
            tracing::error!(%error, "nobody could be told of it");
        }
    }

    async fn fetch_one(
        &self,
        network: &Network,
        wanted: &Wanted,
        untold: &HashSet<String>,
        stop: &CancellationToken,
    ) -> Result<(), ServiceError> {
        let mut holders = self.holders(network, wanted).await?;
        holders.retain(|peer| !untold.contains(&peer.to_string()));
        if holders.is_empty() {
            return Ok(());
        }
        let (node, asked) = (self.clone(), wanted.clone());
        let sink = blocking(move || node.begin_receiving(&asked)).await?;
        let sink = Arc::new(Mutex::new(sink));
        match self.pull_missing(network, wanted, &holders, &sink, stop).await? {
            Pulled::All => {}
            Pulled::Stopped => return Ok(()),
            Pulled::Stands(why) => {
                self.0.transfers.stuck(wanted.case, why, self.now());
                return Ok(());
            }
        }
        // What is not opened yet is opened while the receipt is written and signed.
        let (opener, package, here) = (self.clone(), *wanted.offer.package.as_bytes(), held_by(&sink));
        let opening = tokio::task::spawn_blocking(move || opener.open_arriving(&package, &here));
        let (node, wanted) = (self.clone(), wanted.clone());
        let finished = blocking(move || node.finish_receiving(&wanted, &sink)).await;
        let _ = opening.await;
        finished
    }

    /// Pulls what is missing from these holders, until all of it is here or they give no more.
    pub(super) async fn pull_missing(
        &self,
        network: &Network,
        wanted: &Wanted,
        holders: &[PeerId],
        sink: &Arc<Mutex<Receiving>>,
        stop: &CancellationToken,
    ) -> Result<Pulled, ServiceError> {
        loop {
            self.require_thawed()?;
            let (ranges, held) = {
                let receiving = sink.lock().unwrap_or_else(PoisonError::into_inner);
                (receiving.missing(), receiving.here().count())
            };
            if ranges.is_empty() {
                return Ok(Pulled::All);
            }
            let (progress, _watching) = self.watch_progress(wanted, sink);
            let (faults, blamed) = mpsc::channel(2 * HOLDERS);
            let request = PullRequest {
                package: WirePackageId(*wanted.offer.package.as_bytes()),
                ranges,
                held: held.into(),
                progress: Some(progress),
                faults: Some(faults),
            };
            let before = verified_bytes(sink);
            let pull = network.pull_package(holders, request, Box::new(Shared(Arc::clone(sink))));
            let pulled = tokio::select! {
                pulled = pull => pulled,
                () = stop.cancelled() => return Ok(Pulled::Stopped),
                // It goes on from what was verified when the incident is over.
                () = self.0.governing.frozen() => return Err(ServiceError::Frozen),
            };
            self.note_faults(wanted, blamed).await?;
            if let Err(error) = pulled {
                tracing::info!(%error, "a transfer was interrupted; it goes on from what was verified");
                // What came is verified already: it is kept, so that it need not come again after a restart.
                let kept = Arc::clone(sink);
                blocking(move || kept.lock().unwrap_or_else(PoisonError::into_inner).checkpoint()).await?;
                // One of two connections ended, as a relayed one does when a direct one was found: the other is used.
                let came = verified_bytes(sink) > before;
                let there = holders.iter().any(|peer| network.is_admitted(peer));
                if !(came && there && matches!(error, PullError::Lost(_))) {
                    return Ok(Pulled::Stands(reason(&error)));
                }
            }
        }
    }

    /// The peers that were sent our acceptance just now and have not said yet that they hold it: until then they give
    /// nothing out.
    async fn untold(&self, case: CaseId) -> HashSet<String> {
        let (store, now) = (self.store().clone(), self.now());
        let waiting = blocking(move || Ok(store.outbox(None)?))
            .await
            .unwrap_or_default();
        waiting
            .into_iter()
            .filter(|row| {
                row.log_id == *case.as_bytes() && row.entry_type == "accept" && row.refused.is_none()
            })
            .filter(|row| now.since(row.queued_at) < TOLD_WITHIN)
            .map(|row| row.peer)
            .collect()
    }

    /// Writes down which holders sent what they should not.
    async fn note_faults(
        &self,
        wanted: &Wanted,
        mut blamed: mpsc::Receiver<Fault>,
    ) -> Result<(), ServiceError> {
        while let Ok(Fault { peer, why }) = blamed.try_recv() {
            tracing::warn!(%peer, why, case = %wanted.case, "a holder is not asked for this study any more");
            self.blame(peer, Misdeed::Forged);
            let (node, case) = (self.clone(), wanted.case.to_string());
            blocking(move || node.audit(&peer.to_string(), "serve", &case, "bad slice: dropped")).await?;
        }
        Ok(())
    }

    /// Whom we are connected with of those that hold the package: the node at which it was sealed, every other that has
    /// signed that it holds all of it, and the sender's nodes of today. Those that are not there are looked for.
    pub(super) async fn holders(
        &self,
        network: &Network,
        wanted: &Wanted,
    ) -> Result<Vec<PeerId>, ServiceError> {
        let (node, wanted) = (self.clone(), wanted.clone());
        let peers = blocking(move || node.known_holders(&wanted)).await?;
        let (mut there, away): (Vec<_>, Vec<_>) =
            peers.into_iter().partition(|peer| network.is_admitted(peer));
        there.truncate(HOLDERS);
        for peer in away {
            let _ = network.want(peer, Vec::new()).await;
        }
        Ok(there)
    }

    fn known_holders(&self, wanted: &Wanted) -> Result<Vec<PeerId>, ServiceError> {
        let here = self.here()?;
        let named = self.kept_case(wanted.case)?.holders(&wanted.offer.package);
        let named = named
            .iter()
            .filter(|node| **node != here)
            .filter_map(|node| self.people().node_certificate(node))
            .map(|certificate| certificate.key);
        let devices = self.people().all_nodes_of(&wanted.from)?;
        let keys = named.chain(devices.into_iter().map(|device| device.node_key));
        let mut peers: Vec<PeerId> = Vec::new();
        for peer in keys.map(|key| peer_id_of(&key)) {
            if !peers.contains(&peer) {
                peers.push(peer);
            }
        }
        Ok(peers)
    }

    fn watch_progress(
        &self,
        wanted: &Wanted,
        sink: &Arc<Mutex<Receiving>>,
    ) -> (watch::Sender<PullProgress>, AbortOnDrop) {
        let (sender, mut receiver) = watch::channel(PullProgress::default());
        let (node, case, package) = (self.clone(), wanted.case, *wanted.offer.package.as_bytes());
        let before = verified_bytes(sink);
        let sink = Arc::clone(sink);
        let task = tokio::spawn(async move {
            let mut told = None;
            while receiver.changed().await.is_ok() {
                let bytes = receiver.borrow_and_update().bytes;
                node.0.transfers.reached(case, package, before + bytes);
                let (opener, sink) = (node.clone(), Arc::clone(&sink));
                let opened =
                    tokio::task::spawn_blocking(move || opener.open_arriving(&package, &held_by(&sink)));
                let can_open = opened.await.unwrap_or(false);
                if told.is_none_or(|told: Instant| told.elapsed() >= TELL) {
                    told = Some(Instant::now());
                    node.events().publish(EventKind::Case, case);
                }
                // While they can be opened there is no time to lose: the rest would be opened when everything is here.
                tokio::time::sleep(if can_open { PAUSE } else { TELL }).await;
            }
        });
        (sender, AbortOnDrop(task))
    }

    /// Verifies the core and opens, or opens again, the file that receives the package.
    pub(super) fn begin_receiving(&self, wanted: &Wanted) -> Result<Receiving, ServiceError> {
        let core = self.verified_core(wanted)?;
        let id = core.core().tree();
        let package = *wanted.offer.package.as_bytes();
        let mut begun = true;
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
                begun = false;
                Verifier::new(id)
            }
            Err(error) => return Err(error.into()),
        };
        let verifier = verifier.ok_or_else(|| bad("no package has this length"))?;
        let mut receiving = self.filling(package, verifier)?;
        if begun {
            let found = receiving.recover()?;
            tracing::info!(found, case = %wanted.case, "a transfer goes on; chunks that were written and not noted are here");
        }
        Ok(receiving)
    }

    /// The file of a package that is here, to be filled with what the verifier lacks.
    pub(super) fn filling(&self, package: [u8; 16], verifier: Verifier) -> Result<Receiving, ServiceError> {
        let (payload, outboard) = self.store().package_files(&package)?;
        let open = |path: &std::path::Path| {
            File::options()
                .read(true)
                .write(true)
                .open(path)
                .map_err(ServiceError::file(path))
        };
        Ok(Receiving {
            store: self.store().clone(),
            package,
            verifier,
            payload: open(&payload)?,
            outboard: open(&outboard)?,
            undurable: 0,
            durable_at: Instant::now(),
            saving: None,
            failed: false,
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
        // Whoever grants it, it was sealed by whoever asked, or has taken over from her.
        let case = self.kept_case(wanted.case)?;
        let agrees = signed.package == wanted.offer.package
            && signed.case == wanted.case
            && case.has_requested(&signed.sender)
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
    pub(super) fn finish_receiving(
        &self,
        wanted: &Wanted,
        sink: &Mutex<Receiving>,
    ) -> Result<(), ServiceError> {
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
            let complete = matches!(state, PackageState::Queued | PackageState::Transferring)
                .then_some((&package, PackageState::Complete));
            let told = self.audited("node", "received", &wanted.case.to_string(), "success");
            let along = Along {
                package: complete,
                told: Some(&told),
            };
            self.author_receipt(wanted.case, Body::Received(receipt), along)?;
        }
        // Nobody waits for what is only written down.
        self.ring();
        self.open_arrived();
        Ok(())
    }
}

/// Which chunks are here and proven.
fn held_by(sink: &Mutex<Receiving>) -> Bitmap {
    sink.lock().unwrap_or_else(PoisonError::into_inner).here()
}

/// Why a transfer stands still, as it is told.
const fn reason(error: &PullError) -> &'static str {
    match error {
        PullError::NotAdmitted | PullError::Lost(_) => "interrupted",
        PullError::Stalled => "stalled",
        PullError::Refused(_) => "holder_refuses",
        PullError::Misbehaved(_) => "bad_slice",
        PullError::Storage(_) => "storage_failed",
        _ => "interrupted",
    }
}

fn bad(why: &str) -> ServiceError {
    ServiceError::BadPackage(why.to_owned())
}

/// Ends a task when what it watches is over.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
