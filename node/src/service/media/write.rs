//! Writes a case on a medium: all of its entries sealed to the other side's devices, and its study while nobody has
//! signed that she has it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dokuei_consultation::id::PackageId;
use dokuei_consultation::machine::Case;
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_media::capacity::Capacity;
use dokuei_media::check;
use dokuei_media::index::{self, Disc, FORMAT, Index, Package};
use dokuei_media::letter;
use dokuei_media::names::SetId;
use dokuei_media::plan;
use dokuei_media::source::{Medium, disc_folder};
use dokuei_media::writing::{Payload, Set, folder, image};
use dokuei_package::envelope::Envelope;
use dokuei_package::stream::StreamKey;
use dokuei_store::{Direction, PackageRow};
use serde_json::{Value, json};

use super::{MediaError, NewMedium};
use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::jobs::Job;
use crate::service::session::Session;

/// What the index takes at most beside the list of parts, for the plan.
const INDEX_LENGTH: u64 = 256 << 10;
/// How an image is told from a folder.
const IMAGE: &str = "iso";

/// What is written to where.
struct Order {
    case: Case,
    to: Fingerprint,
    path: PathBuf,
    capacity: Option<Capacity>,
}

impl Node {
    /// Writes a case on a medium for its other side, in the background, and reads it back.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] when nothing may leave this machine by a medium, [`ServiceError::Unknown`] for a case in
    /// which the practitioner has no part, [`ServiceError::NoDevice`] when there is nobody to seal it to.
    pub fn start_media_write(
        &self,
        session: &Arc<Session>,
        wanted: NewMedium,
    ) -> Result<Arc<Job>, ServiceError> {
        let case = self.my_case(session, &wanted.case_id)?;
        let me = self.me(session);
        let own = case.requester() == Some(me);
        let relation = if own { Relation::Own } else { Relation::Party };
        self.permit(session, Action::ExportMedia, Object::new(Data::Images, relation))?;
        self.require_thawed()?;
        let to = case.parties().into_iter().find(|party| *party != me);
        let to = to.ok_or(ServiceError::Unknown("recipient"))?;
        self.people().standing_now(&to)?;
        if self.people().nodes_of(&to, self.now())?.is_empty() {
            return Err(ServiceError::NoDevice);
        }
        if !wanted.path.is_absolute() {
            return Err(ServiceError::field("path", "it is not absolute"));
        }
        let capacity = wanted.capacity.as_deref().map(str::parse).transpose();
        let order = Order {
            case,
            to,
            path: wanted.path,
            capacity: capacity.map_err(MediaError::from)?,
        };
        let (node, session) = (self.clone(), Arc::clone(session));
        Ok(self.0.jobs.start("media_write", &self.0.events, move |job| {
            let _alone = node.media_lock();
            let written = node.media_write(job, &session, &order);
            let outcome = written.as_ref().map_or_else(ServiceError::code, |_| "success");
            node.audit(&session.id, "media_write", &order.case.id().to_string(), outcome)?;
            written
        }))
    }

    fn media_write(&self, job: &Job, session: &Session, order: &Order) -> Result<Value, ServiceError> {
        let me = session.certificate.fingerprint;
        let id = SetId::of(order.case.id().as_bytes(), &me, &order.to);
        // Written down before the first byte leaves: who, what, for whom, and what stands on the medium.
        let for_whom = format!("begun: set {} for {}", id.folder(), order.to);
        self.audit(
            &session.id,
            "media_write",
            &order.case.id().to_string(),
            &for_whom,
        )?;
        let key = StreamKey::generate(&mut rand::rng());
        let letter = self.letter_about(session, &id, &order.case)?;
        let letter = letter.seal(&key, &mut rand::rng()).map_err(MediaError::from)?;
        let packages = self.to_be_brought(&order.case)?;
        let payloads = packages.iter().map(|row| {
            let (ciphertext, tree) = self.store().package_files(&row.package.package_id)?;
            Ok(Payload { ciphertext, tree })
        });
        let payloads: Vec<Payload> = payloads.collect::<Result<_, ServiceError>>()?;
        let index = self.media_index(session, order, &id, (&key, &letter), &packages)?;
        let chain = self
            .people()
            .chain_of(&me)
            .ok_or(ServiceError::NoPractitionerCertificate)?;
        let signed = index
            .sign(&session.secrets.signing, &me, cbor::encode(&chain.0))
            .map_err(MediaError::from)?;
        let set = Set {
            index: &index,
            signed: &signed,
            letter: &letter,
            payloads: &payloads,
            institution: &self.own()?.certificate.institution,
            written_at: &clock::rfc3339(index.written_at),
        };
        let (paths, kept) = self.write_discs(job, &set, &order.path)?;
        let bytes: u64 = packages.iter().map(|row| row.package.length).sum();
        Ok(json!({
            "case_id": order.case.id(),
            "for": self.party(&order.to),
            "set": id.folder().to_string(),
            "media": paths,
            "study": !packages.is_empty(),
            "bytes": bytes,
            "kept": kept,
        }))
    }

    /// The study that is on offer, when it was sealed here and nobody has signed that all of it arrived.
    fn to_be_brought(&self, case: &Case) -> Result<Vec<PackageRow>, ServiceError> {
        let Some(offered) = case.offered().filter(|_| !case.state().is_ended()) else {
            return Ok(Vec::new());
        };
        let sealed_only = case.holders(&offered).len() <= 1;
        let rows = self.store().packages(Some(case.id().as_bytes()))?;
        let brought = |row: &PackageRow| {
            sealed_only
                && row.package.direction == Direction::Outgoing
                && PackageId::from_bytes(row.package.package_id) == offered
        };
        Ok(rows.into_iter().filter(brought).collect())
    }

    fn media_index(
        &self,
        session: &Session,
        order: &Order,
        id: &SetId,
        (key, letter): (&StreamKey, &[u8]),
        packages: &[PackageRow],
    ) -> Result<Index, ServiceError> {
        let (me, now) = (session.certificate.fingerprint, self.now());
        let context = letter::context(id, &me, &order.to);
        let devices = self.people().nodes_of(&order.to, now)?;
        let envelopes = devices
            .iter()
            .map(|device| Envelope::seal(key, &device.kem, &context, &mut rand::rng()));
        let envelopes: Result<Vec<_>, _> = envelopes.collect();
        let listed = packages.iter().map(|row| Package {
            id: row.package.package_id,
            root: row.package.root,
            length: row.package.length,
        });
        let listed: Vec<Package> = listed.collect();
        let trees = listed.iter().map(|package| package.tree().outboard_length());
        let overhead = plan::overhead(trees.chain([letter.len() as u64, INDEX_LENGTH]));
        let chunks: Vec<u32> = listed
            .iter()
            .filter_map(|package| package.tree().chunks())
            .collect();
        let discs = plan::divide(&chunks, order.capacity, overhead).map_err(MediaError::from)?;
        Ok(Index {
            format: FORMAT,
            network: self.network_root()?,
            set: id.0,
            written_at: now,
            node: self.here()?,
            envelopes: envelopes.map_err(|error| ServiceError::field("device list", error))?,
            letter: index::hash(letter),
            packages: listed,
            discs: discs.into_iter().map(|parts| Disc { parts }).collect(),
        })
    }

    /// The fingerprint of the root that spans the network.
    pub(super) fn network_root(&self) -> Result<Fingerprint, ServiceError> {
        Ok(self.trust()?.credentials.anchors.first().fingerprint())
    }

    /// Writes every disc and reads it back; gives where they are, and how many bytes lay there already.
    fn write_discs(
        &self,
        job: &Job,
        set: &Set<'_>,
        path: &Path,
    ) -> Result<(Vec<PathBuf>, u64), ServiceError> {
        let of = set.index.discs.len();
        // Written once, read back once.
        job.expect(2 * (0..of).map(|disc| set.bytes_on(disc)).sum::<u64>());
        let is_image = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case(IMAGE));
        let (mut paths, mut kept) = (Vec::new(), 0);
        for disc in 0..of {
            let place = if is_image {
                self.write_image(job, set, disc, path)?
            } else {
                let place = if of == 1 {
                    path.to_owned()
                } else {
                    disc_folder(path, disc + 1)
                };
                let written = folder::write(set, disc, &place, |bytes| job.advance(bytes));
                kept += written.map_err(MediaError::from)?.kept;
                read_back(job, set, disc, &place)?;
                place
            };
            paths.push(place);
        }
        Ok((paths, kept))
    }

    fn write_image(
        &self,
        job: &Job,
        set: &Set<'_>,
        disc: usize,
        path: &Path,
    ) -> Result<PathBuf, ServiceError> {
        let path = image::image_path(path, disc, set.index.discs.len());
        // Sealed files only, and removed with this value; one that a crash left is replaced.
        let stage = Stage::new(self.0.dir.root().join("media-stage"))?;
        let mut seen = 0;
        let part = image::write(set, disc, &path, &stage.0, |length| {
            job.advance(length.saturating_sub(seen));
            seen = length.max(seen);
        });
        let part = part.map_err(MediaError::from)?;
        let checked = read_back(job, set, disc, &part);
        if checked.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        checked?;
        image::finish(&part, &path).map_err(MediaError::from)?;
        Ok(path)
    }
}

fn read_back(job: &Job, set: &Set<'_>, disc: usize, place: &Path) -> Result<(), MediaError> {
    let medium = Medium::open(place)?;
    let written = (set.index, set.signed);
    Ok(check::disc(&medium, set.folder(), written, disc, |bytes| {
        job.advance(bytes)
    })?)
}

/// A folder of our own that is empty at first and goes away; nobody else sees what is in it.
pub(in crate::service) struct Stage(pub(in crate::service) PathBuf);

impl Stage {
    pub(in crate::service) fn new(path: PathBuf) -> Result<Self, ServiceError> {
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(ServiceError::file(path)(error));
            }
            _ => {}
        }
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path).map_err(ServiceError::file(&path))?;
        Ok(Self(path))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
