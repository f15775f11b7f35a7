//! Reads media: what is sealed to whoever is signed in joins what is here, and nothing else is kept.
//!
//! Everything on a medium is hostile until it is proven, in this order: it is of this network; an envelope is for a key
//! of hers; whoever is named signed the index, and stands now; the letter opens; its logs stand by themselves and are
//! between the two. Each entry is then taken as from a peer, and of a study that is still wanted every slice that the root
//! proves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dokuei_consultation::effect::Effect;
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_consultation::state::State;
use dokuei_identity::cbor;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::chain::Chain;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_media::check::slices;
use dokuei_media::index::{Index, Package, UnverifiedIndex};
use dokuei_media::letter::{self, Letter};
use dokuei_media::names::{LETTER, SetFolder, tree};
use dokuei_media::source::{Medium, MediumFile, Placed, SourceError, media_below};
use dokuei_net::peer_id_of;
use dokuei_package::stream::StreamKey;
use dokuei_package::tree::{ChunkRange, Holding, TreeError};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::letter::Joined;
use super::{Media, MediaError};
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::events::EventKind;
use crate::service::fetch::Wanted;
use crate::service::jobs::Job;
use crate::service::receiving::Receiving;
use crate::service::session::Session;

/// Media that are read in one turn.
const MAX_MEDIA: usize = 999;
/// After so many bytes, or so much time, what was read is made durable.
const CHECKPOINT: u64 = 64 << 20;
const CHECKPOINT_TIME: Duration = Duration::from_secs(5);

/// A set that is for her, all of it verified.
struct Found {
    index: Index,
    from: PractitionerCertificate,
    letter: Letter,
}

/// What became of a case.
#[derive(Debug, Default)]
struct Taken {
    joined: Joined,
    study: &'static str,
    done: u64,
    total: u64,
    missing: Vec<usize>,
}

impl Node {
    /// Reads media in the background: folders, ISO images, drives; the discs of one set in any order and in any number
    /// of turns.
    ///
    /// # Errors
    /// [`ServiceError::Denied`], or [`ServiceError::Media`] when the paths name nothing. What is wrong with a medium is
    /// how the job ends.
    pub fn start_media_read(&self, session: &Arc<Session>, media: Media) -> Result<Arc<Job>, ServiceError> {
        let object = Object::new(Data::Images, Relation::Party);
        self.permit(session, Action::Import, object)?;
        self.require_thawed()?;
        self.own()?;
        if media.paths.iter().any(|path| !path.is_absolute()) {
            return Err(ServiceError::field("paths", "they are not all absolute"));
        }
        let paths: Vec<PathBuf> = media.paths.iter().flat_map(|path| media_below(path)).collect();
        match paths.len() {
            0 => return Err(MediaError::NoMedium.into()),
            1..=MAX_MEDIA => {}
            _ => return Err(MediaError::TooMany.into()),
        }
        let (node, session) = (self.clone(), Arc::clone(session));
        Ok(self.0.jobs.start("media_read", &self.0.events, move |job| {
            let _alone = node.media_lock();
            node.media_read(job, &session, &paths)
        }))
    }

    /// Everything that can be taken is taken; then the first thing that was wrong is told.
    fn media_read(&self, job: &Job, session: &Session, paths: &[PathBuf]) -> Result<Value, ServiceError> {
        let mut cases: BTreeMap<CaseId, Taken> = BTreeMap::new();
        let (mut wrong, mut passed_over) = (None, None);
        for path in paths {
            let sets = Medium::open(path).and_then(|medium| Ok((medium.sets()?, medium)));
            let (sets, medium) = match sets {
                Ok(found) => found,
                Err(error) => {
                    wrong.get_or_insert(MediaError::from(error).into());
                    continue;
                }
            };
            if sets.is_empty() {
                wrong.get_or_insert(MediaError::Source(SourceError::NotAMedium).into());
            }
            for set in sets {
                match self.read_set(job, session, &medium, set, &mut cases) {
                    Ok(case) => self.audit(&session.id, "media_read", &case.to_string(), "success")?,
                    Err(error) => {
                        self.audit(&session.id, "media_read", &set.to_string(), error.code())?;
                        // Another recipient's, or what she wrote herself, may lie beside what is hers.
                        let slot = match error {
                            ServiceError::Media(MediaError::NotForYou | MediaError::YourOwn) => {
                                &mut passed_over
                            }
                            _ => &mut wrong,
                        };
                        slot.get_or_insert(error);
                    }
                }
            }
        }
        if !cases.is_empty() {
            self.open_arrived();
            self.ring();
        }
        let wrong = wrong.or_else(|| passed_over.filter(|_| cases.is_empty()));
        match wrong {
            Some(error) => Err(error),
            None => Ok(json!({"media": paths.len(), "cases": cases.iter().map(view).collect::<Vec<_>>()})),
        }
    }

    fn read_set(
        &self,
        job: &Job,
        session: &Session,
        medium: &Medium,
        set: SetFolder,
        cases: &mut BTreeMap<CaseId, Taken>,
    ) -> Result<CaseId, ServiceError> {
        let found = self.open_set(session, medium, set)?;
        let (case, joined) = self.join_letter(session, &found.from, &found.letter)?;
        self.note_held(&found)?;
        let taken = cases.entry(case).or_default();
        taken.joined.new += joined.new;
        taken.joined.known = taken.joined.known.max(joined.known);
        if taken.study.is_empty() {
            taken.study = "none";
        }
        for (number, package) in (0_u16..).zip(&found.index.packages) {
            if let Some(wanted) = self.wanted_of(case, package)? {
                self.take_study(job, (medium, set), (&found.index, number), &wanted, taken)?;
                continue;
            }
            let log = self.case_log(case)?;
            let holders = log.holders(&PackageId::from_bytes(package.id));
            if log.state() == State::AwaitingAcceptance {
                taken.study = "accept_first";
            } else if taken.study != "complete" && holders.contains(&self.here()?) {
                // Not by an earlier disc of this turn.
                taken.study = "here";
            }
        }
        Ok(case)
    }

    /// Whether a set is for her, from whom, and what it says; nothing of it is kept yet.
    fn open_set(&self, session: &Session, medium: &Medium, set: SetFolder) -> Result<Found, ServiceError> {
        let me = self.me(session);
        let bytes = medium.index(set).map_err(MediaError::from)?;
        let claimed = UnverifiedIndex::parse(&bytes.ok_or(MediaError::Unfinished)?);
        let claimed = claimed.map_err(MediaError::from)?;
        if claimed.unverified().network != self.network_root()? {
            return Err(MediaError::OtherNetwork.into());
        }
        if self.people().first_of(&claimed.signer()) == me {
            return Err(MediaError::YourOwn.into());
        }
        // Whoever wrote it may not have known of her renewed certificate.
        let key: Option<StreamKey> = [me, session.certificate.fingerprint].iter().find_map(|me| {
            let context = letter::context(&claimed.unverified().set_id(), &claimed.signer(), me);
            let mut envelopes = claimed.unverified().envelopes.iter();
            envelopes.find_map(|envelope| {
                let secret = session.secrets.kem_of(&envelope.kid)?;
                envelope.open(&secret, &context).ok()
            })
        });
        let key = key.ok_or(MediaError::NotForYou)?;
        let chain: Chain = cbor::decode(claimed.chain()).map_err(|error| MediaError::Index(error.into()))?;
        let from = self.trust()?.practitioner(&chain, self.now())?;
        if from.fingerprint != claimed.signer() {
            return Err(MediaError::NotBetweenYou.into());
        }
        let index = claimed.verify(&from.key).map_err(MediaError::from)?;
        if index.set_id().folder() != set {
            return Err(MediaError::Damaged(set.to_string()).into());
        }
        let file = required(medium, set, LETTER)?;
        let sealed = file
            .read_whole(LETTER, letter::MAX_BYTES as u64)
            .map_err(MediaError::from)?;
        if !index.is_letter(&sealed) {
            return Err(MediaError::Damaged(LETTER.to_owned()).into());
        }
        let letter = Letter::open(&sealed, &key, &index.set_id(), &from.fingerprint);
        let letter = letter.map_err(MediaError::from)?;
        // Verified above; what it signed is verified against it below.
        self.people().remember_practitioner(&chain, &from, self.now())?;
        Ok(Found { index, from, letter })
    }

    /// What lies in the letter is held where it was written: it need not be sent there any more. Only for a node at which
    /// the sender works: nobody takes entries out of the outbox for somebody else.
    fn note_held(&self, found: &Found) -> Result<(), ServiceError> {
        let nodes = self.people().all_nodes_of(&found.from.fingerprint)?;
        let Some(device) = nodes.iter().find(|device| device.node == found.index.node) else {
            return Ok(());
        };
        let logs = [&found.letter.agreement, &found.letter.case];
        let entries = logs.into_iter().flat_map(|log| &log.entries);
        let mut held = Vec::new();
        for bytes in entries {
            if let Ok(entry) = cbor::decode::<SignedEntry>(bytes) {
                held.push(*entry.id().as_bytes());
            }
        }
        let peer = peer_id_of(&device.node_key).to_string();
        Ok(self.store().acknowledge(&peer, &held)?)
    }

    /// The package as it is still to be received, when it is the one that was signed in the case.
    fn wanted_of(&self, case: CaseId, package: &Package) -> Result<Option<Wanted>, ServiceError> {
        let outstanding = self.case_log(case)?.outstanding();
        Ok(outstanding.into_iter().find_map(|effect| match effect {
            Effect::FetchPackage { from, offer, .. }
                if *offer.package.as_bytes() == package.id
                    && offer.root == package.root
                    && offer.length == package.length =>
            {
                Some(Wanted { case, from, offer })
            }
            _ => None,
        }))
    }

    fn take_study(
        &self,
        job: &Job,
        place: (&Medium, SetFolder),
        (index, number): (&Index, u16),
        wanted: &Wanted,
        taken: &mut Taken,
    ) -> Result<(), ServiceError> {
        let package = *wanted.offer.package.as_bytes();
        let Some(stop) = self.0.transfers.begin(wanted.case, package) else {
            // It comes by the network at this moment.
            taken.study = "on_its_way";
            return Ok(());
        };
        let outcome = self.try_take_study(job, place, (index, number), (wanted, &stop), taken);
        self.0.transfers.end(wanted.case, package);
        self.events().publish(EventKind::Case, wanted.case);
        if stop.is_cancelled() {
            // What there is of it is erased now that nobody writes to it any more.
            self.sweep_soon();
        }
        outcome
    }

    fn try_take_study(
        &self,
        job: &Job,
        (medium, set): (&Medium, SetFolder),
        (index, number): (&Index, u16),
        (wanted, stop): (&Wanted, &CancellationToken),
        taken: &mut Taken,
    ) -> Result<(), ServiceError> {
        let mut receiving = self.begin_receiving(wanted)?;
        let total = wanted.offer.length;
        job.expect(total);
        let mut damaged = None;
        let parts = index.discs.iter().flat_map(|disc| &disc.parts);
        for part in parts.filter(|part| part.package == number) {
            if !lacks(&receiving, part.start, part.end) {
                continue;
            }
            let Some(file) = medium.file(set, &part.name()).map_err(MediaError::from)? else {
                // On another disc.
                continue;
            };
            let tree = required(medium, set, &tree(number))?;
            let holding = Holding::new(receiving.verifier.id(), Placed::new(file, part.offset()), tree);
            for range in slices(part.start, part.end) {
                if stop.is_cancelled() {
                    taken.study = "none";
                    return Ok(());
                }
                if !lacks(&receiving, range.start, range.end) {
                    continue;
                }
                match holding.extract(range) {
                    Ok(slice) => keep(&mut receiving, range, &slice)?,
                    // Damaged or not readable: the rest may be good.
                    Err(_) => {
                        damaged.get_or_insert_with(|| part.name());
                    }
                }
                let bytes = receiving.verified_bytes().min(total);
                job.reached(bytes);
                self.0
                    .transfers
                    .reached(wanted.case, *wanted.offer.package.as_bytes(), bytes);
            }
        }
        receiving.checkpoint()?;
        let discs = (1..).zip(&index.discs).filter(|(_, disc)| {
            let mut parts = disc.parts.iter().filter(|part| part.package == number);
            parts.any(|part| lacks(&receiving, part.start, part.end))
        });
        taken.missing = discs.map(|(number, _)| number).collect();
        (taken.done, taken.total) = (receiving.verified_bytes().min(total), total);
        if let Some(name) = damaged {
            return Err(MediaError::Damaged(name).into());
        }
        taken.study = "incomplete";
        if taken.missing.is_empty() {
            self.finish_receiving(wanted, &Mutex::new(receiving))?;
            taken.study = "complete";
        }
        Ok(())
    }
}

/// Whether one of these chunks is not here yet.
fn lacks(receiving: &Receiving, start: u32, end: u32) -> bool {
    let missing = receiving.verifier.bitmap().first_missing(start);
    missing.is_some_and(|chunk| chunk < end)
}

/// Writes a slice that the root proves, and makes it durable now and then.
fn keep(receiving: &mut Receiving, range: ChunkRange, slice: &[u8]) -> Result<(), ServiceError> {
    let Receiving {
        verifier,
        payload,
        outboard,
        ..
    } = receiving;
    verifier
        .accept(range, slice, payload, outboard)
        .map_err(|error| match error {
            TreeError::Io(error) => ServiceError::Store(error.into()),
            other => ServiceError::BadPackage(other.to_string()),
        })?;
    receiving.undurable += slice.len() as u64;
    if receiving.undurable >= CHECKPOINT || receiving.durable_at.elapsed() >= CHECKPOINT_TIME {
        receiving.checkpoint()?;
    }
    Ok(())
}

fn required(medium: &Medium, set: SetFolder, name: &str) -> Result<MediumFile, ServiceError> {
    let file = medium.file(set, name).map_err(MediaError::from)?;
    Ok(file.ok_or_else(|| MediaError::Damaged(name.to_owned()))?)
}

fn view((case, taken): (&CaseId, &Taken)) -> Value {
    json!({
        "case_id": case,
        "entries": taken.joined.new,
        "known": taken.joined.known,
        "study": taken.study,
        "done": taken.done,
        "total": taken.total,
        "missing_discs": taken.missing,
    })
}
