//! Seals a study for one case: what a reader wants first lies first, and images that are not compressed become so.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use dokuei_consultation::body::PackageOffered;
use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_dicom::{NativeSample, native_samples};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_package::core::{Label, Purpose, VerifiedCore};
use dokuei_package::encoding::{Effort, Encoding, Sizes, choose};
use dokuei_package::order::reading_order;
use dokuei_package::samples::{Sample, Samples};
use dokuei_package::schedule::Cek;
use dokuei_package::seal::{Contents, Opened, Progress, Source, seal_package};
use dokuei_store::{BlobReader, InstanceRecord, PackageFile, StoreError, StudySummary};
use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::jobs::Job;
use super::links::Line;
use super::looking::Look;
use super::session::Session;

/// How long a package may be fetched and opened, seconds (90 days).
const PACKAGE_VALIDITY: u64 = 90 * 86_400;
/// After so many bytes of a payload the disk is asked to take them, while more are made.
const DURABLE: usize = 16 << 20;

/// What is sealed, and for whom.
#[derive(Clone, Copy)]
pub(super) struct ToSeal<'a> {
    pub(super) case: CaseId,
    pub(super) request: EntryId,
    pub(super) reader: Fingerprint,
    pub(super) study: &'a StudySummary,
}

/// A sealed payload, not yet referred to by anything.
pub(super) struct SealedStudy {
    pub(super) package: PackageId,
    pub(super) core: VerifiedCore,
    pub(super) cek: Cek,
    pub(super) file: PackageFile,
    pub(super) instances: u32,
    pub(super) bytes: u64,
    /// In which form, and why: for people to see.
    pub(super) form: Value,
}

impl SealedStudy {
    /// The offer of it.
    pub(super) fn offer(&self) -> PackageOffered {
        PackageOffered {
            package: self.package,
            core: self.core.bytes().to_vec(),
            root: self.core.core().root,
            length: self.core.core().ciphertext_length,
            instances: self.instances,
            original_bytes: self.bytes,
        }
    }
}

impl Node {
    /// Seals all instances of a study into a package file, in the order in which a reader wants them.
    pub(super) fn seal(
        &self,
        job: &Job,
        session: &Session,
        what: ToSeal<'_>,
        now: Timestamp,
    ) -> Result<SealedStudy, ServiceError> {
        let ToSeal {
            case,
            request,
            reader,
            study,
        } = what;
        let package = PackageId::from_bytes(rand::random());
        let all = self.in_reading_order(&study.study.study_instance_uid)?;
        let stored = all
            .iter()
            .all(|(source, stored)| *stored || source.samples.is_none());
        let sources: Vec<Source> = all.into_iter().map(|(source, _)| source).collect();
        self.require_room(sources.iter().map(|source| source.length).sum())?;
        let file = self.store().new_package_file()?;
        let payload = File::options()
            .write(true)
            .open(file.payload())
            .map_err(ServiceError::file(file.payload()))?;
        let label = Label {
            package,
            case,
            request,
            sender: session.certificate.fingerprint,
            purpose: Purpose::Consultation,
            expires_at: now.plus(PACKAGE_VALIDITY),
        };
        let previews = self.pictures_of(&study.study.study_instance_uid)?;
        let (encoding, form) = self.form_for(&reader, &sources, stored)?;
        tracing::info!(%case, %form, "a study is sealed");
        let open = |_: usize, source: &Source| {
            self.store()
                .blob_reader(&source.sop_instance_uid)
                .and_then(|blob| opened(blob, encoding, source))
                .map_err(std::io::Error::other)
        };
        let progress = |progress: Progress| {
            job.expect(progress.total);
            job.reached(progress.done);
            ControlFlow::Continue(())
        };
        let contents = Contents {
            previews: &previews,
            instances: &sources,
            encoding,
        };
        let unsettled = Mutex::new(None);
        let sealed = thread::scope(|scope| {
            let payload = Settling::start(scope, &payload, &unsettled)?;
            Ok::<_, ServiceError>(seal_package(
                &label,
                &contents,
                open,
                payload,
                &mut rand::rng(),
                progress,
            )?)
        })?;
        self.0.looks.forget();
        if let Some(error) = lock(&unsettled).take() {
            return Err(StoreError::from(error).into());
        }
        // Both become durable before there is a row that names them (`Store::add_package`).
        fs::write(file.outboard(), &sealed.outboard).map_err(ServiceError::file(file.outboard()))?;
        Ok(SealedStudy {
            package,
            core: sealed.core.sign(&session.secrets.signing),
            cek: sealed.cek,
            file,
            instances: u32::try_from(sources.len()).unwrap_or(u32::MAX),
            bytes: sources.iter().map(|source| source.length).sum(),
            form,
        })
    }

    /// In which form images are sealed for this reader: what suits the line to her, as far as that is known; and the
    /// same with its reason, for people to see.
    /// What lies `stored` in that form here already costs no time to be sent in it.
    fn form_for(
        &self,
        reader: &Fingerprint,
        sources: &[Source],
        stored: bool,
    ) -> Result<(Encoding, Value), ServiceError> {
        let sizes = Sizes {
            study: sources.iter().map(|source| source.length).sum(),
            samples: sources
                .iter()
                .filter_map(|source| source.samples)
                .map(|samples| samples.length)
                .sum(),
        };
        let Line { rate, from } = self.line_to(reader)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (encoding, because) = if !self.config().sealing.compress {
            (Encoding::AsIs, "settings")
        } else if sizes.samples == 0 {
            (Encoding::AsIs, "nothing_uncompressed")
        } else if stored {
            (Encoding::Predicted(Effort::Quick), "stored")
        } else {
            (choose(rate, cores, sizes), "line")
        };
        let word = match encoding {
            Encoding::AsIs => "as_is",
            Encoding::Predicted(Effort::Quick) => "predicted",
            Encoding::Predicted(Effort::Thorough) => "predicted_thoroughly",
        };
        let form =
            json!({"encoding": word, "because": because, "line": from, "line_rate": rate, "cores": cores});
        Ok((encoding, form))
    }

    /// The instances of a study as they are to be sealed: of every series the middle first, then every eighth, fourth,
    /// second, and the rest, so that a reader scrolls a coarse volume soon. With each, whether it is stored predicted.
    fn in_reading_order(&self, study: &str) -> Result<Vec<(Source, bool)>, ServiceError> {
        let mut all = BTreeMap::new();
        for (number, series) in self.store().series_of(study)?.into_iter().enumerate() {
            let instances = self.store().instances_of(&series.series_instance_uid)?;
            for (place, index) in reading_order(instances.len()).into_iter().enumerate() {
                if let Some(instance) = instances.get(index) {
                    all.insert((place, number), instance.clone());
                }
            }
        }
        let all: Vec<InstanceRecord> = all.into_values().collect();
        let looks = self.look_into(&all)?;
        let source = |(instance, look): (InstanceRecord, &Arc<Look>)| Source {
            samples: look.samples,
            sop_instance_uid: instance.sop_instance_uid,
            series_instance_uid: instance.series_instance_uid,
            length: instance.bytes,
            blake3: instance.blake3,
        };
        let stored = looks.iter().map(|look| look.stored);
        Ok(all.into_iter().zip(&looks).map(source).zip(stored).collect())
    }
}

/// The stored form where it can be taken as it is; else the file.
fn opened(
    blob: BlobReader,
    encoding: Encoding,
    source: &Source,
) -> Result<Opened<Box<dyn Read>>, StoreError> {
    if encoding == Encoding::AsIs || blob.samples() != source.samples || source.samples.is_none() {
        return Ok(Opened::File(Box::new(blob)));
    }
    let stored = blob.into_stored()?.ok_or(StoreError::Damaged("image"))?;
    Ok(Opened::Stored(Box::new(stored)))
}

/// Where the uncompressed samples are by the beginning of a file: what is to be stored predicted.
pub(super) fn find_samples(beginning: &[u8]) -> Option<Samples> {
    samples_in(beginning)
}

pub(super) fn samples_in(file: impl Read) -> Option<Samples> {
    native_samples(file).ok().flatten().map(|native| Samples {
        at: native.at,
        length: native.length,
        row: native.row,
        sample: match native.sample {
            NativeSample::Unsigned8 => Sample::Unsigned8,
            NativeSample::Colour8 => Sample::Colour8,
            NativeSample::Unsigned16 => Sample::Unsigned16,
            NativeSample::Signed16 => Sample::Signed16,
        },
    })
}

/// A payload of which the disk takes what is there already while the rest is made: what is to be waited for at the end is
/// little then. That the disk did not take something the system tells once: it is kept in `failed`, and the payload is
/// useless from then on.
struct Settling<'a> {
    file: &'a File,
    written: usize,
    wake: SyncSender<()>,
    failed: &'a Mutex<Option<io::Error>>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Settling<'a> {
    fn start<'scope>(
        scope: &'scope thread::Scope<'scope, 'a>,
        file: &'a File,
        failed: &'a Mutex<Option<io::Error>>,
    ) -> Result<Self, ServiceError> {
        // On a disk that is slower than the sealing it is asked less often.
        let (wake, woken) = sync_channel(1);
        thread::Builder::new()
            .name("settle".to_owned())
            .spawn_scoped(scope, move || {
                for () in woken {
                    if let Err(error) = file.sync_data() {
                        tracing::error!(%error, "the disk does not take a sealed study");
                        lock(failed).get_or_insert(error);
                        return;
                    }
                }
            })
            .map_err(|error| ServiceError::Store(error.into()))?;
        Ok(Self {
            file,
            written: 0,
            wake,
            failed,
        })
    }
}

impl Write for Settling<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.written += written;
        if self.written >= DURABLE {
            self.written = 0;
            if let Some(error) = lock(self.failed).as_ref() {
                return Err(error.kind().into());
            }
            // It is being asked already.
            let _ = self.wake.try_send(());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Settling<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
