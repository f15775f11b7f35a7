//! Sealing: one pass over the instances, read on one thread, encrypted on several, each chunk hashed while it is in the
//! cache, and written in order.
//!
//! The manifest comes before the instances and names their BLAKE3, which the vault knows since the import; it is
//! checked while files stream by, so that a study that changed on disk is never sealed under an old hash. What
//! it says of their stored forms is known at the end only: room is left for it, and its chunks are sealed last. The
//! outboard is built from the chunk hashes of the same pass (32 bytes a chunk, 0.05 % of the payload, in memory).

mod reading;
mod sealer;

use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use rand_core::CryptoRng;
use thiserror::Error;

use crate::block::{Block, Encoder};
use crate::core::{Core, Label, Suite};
use crate::encoding::{Effort, Encoding};
use crate::lanes::{Lanes, threads};
use crate::manifest::{Instance, Manifest, ManifestError, Preview, PreviewKind, padme, room};
use crate::samples::Samples;
use crate::schedule::{Cek, Context, derive};
use reading::{AHEAD, Part, Reading};
use sealer::Sealer;

/// The most threads that encode: beyond that sealing, which is one thread's work, is slower than they are.
const MOST_THREADS: usize = 8;

/// An instance to be sealed, in the order in which the reader should get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: String,
    /// Series Instance UID (0020,000E).
    pub series_instance_uid: String,
    /// Length of the file as imported, bytes.
    pub length: u64,
    /// BLAKE3 of the file as imported.
    pub blake3: [u8; 32],
    /// Where its uncompressed samples are, if it has any: what can be predicted.
    pub samples: Option<Samples>,
}

/// A small picture to be sealed before the instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it shows.
    pub kind: PreviewKind,
    /// Of which series: Series Instance UID (0020,000E).
    pub series_instance_uid: String,
    /// PNG, at most [`crate::manifest::MAX_PREVIEW`] bytes.
    pub png: Vec<u8>,
}

/// What is to be sealed, in the order in which the reader should get it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contents<'a> {
    /// Come first.
    pub previews: &'a [Picture],
    /// The study.
    pub instances: &'a [Source],
    /// The stored form.
    pub encoding: Encoding,
}

/// How far sealing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Instances sealed so far.
    pub instances: usize,
    /// Bytes of the study taken so far.
    pub done: u64,
    /// Bytes of the study.
    pub total: u64,
}

/// A payload that was written, with what belongs to it.
#[derive(Debug)]
pub struct Sealed {
    /// To be signed by the sender: [`Core::sign`].
    pub core: Core,
    /// The key, for grants now and later.
    pub cek: Cek,
    /// The tree over the payload, to be stored beside it.
    pub outboard: Vec<u8>,
}

/// Why a study was not sealed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The instances cannot be the contents of a package.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Larger than can be sealed.
    #[error("the study is larger than can be sealed in one package")]
    TooLarge,
    /// The encoder failed.
    #[error("the study cannot be encoded: {0}")]
    Encode(#[source] io::Error),
    /// The instance is not what was imported.
    #[error("instance {index} of the study is not what was imported: its file was damaged; import it again")]
    Changed {
        /// Its place in the order given.
        index: usize,
    },
    /// The instance could not be read.
    #[error("instance {index} of the study cannot be read: {error}")]
    Read {
        /// Its place in the order given.
        index: usize,
        /// What the reader said.
        error: io::Error,
    },
    /// The payload could not be written.
    #[error("the sealed package cannot be written: {0}")]
    Write(#[source] io::Error),
    /// The progress callback asked to stop.
    #[error("sealing was stopped")]
    Stopped,
}

/// An instance that was opened to be sealed.
#[derive(Debug)]
pub enum Opened<R> {
    /// Its file.
    File(R),
    /// Its stored form, predicted, with its samples where [`Source::samples`] says: it is taken as it is. That it is
    /// what was imported, whoever opened it vouches for.
    Stored(R),
}

/// Seals `contents` into `payload`, opening one instance at a time with `open`, on a thread that reads ahead, and reports
/// again and again to `progress`, which may stop it. The memory used does not depend on the study, but for 0.15 % of it in
/// hashes.
///
/// # Errors
/// [`SealError`]; what was written to `payload` is then useless and is to be removed.
pub fn seal_package<R: Read, G: CryptoRng + ?Sized>(
    label: &Label,
    contents: &Contents<'_>,
    open: impl FnMut(usize, &Source) -> io::Result<Opened<R>> + Send,
    payload: impl Write + Seek,
    rng: &mut G,
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Sealed, SealError> {
    let (previews, mut instances) = (contents.listed_previews(), contents.planned());
    let front = room(&previews, &instances);
    // Says early what is wrong with UIDs and previews.
    Manifest::new(previews.clone(), contents.placed(instances.clone(), None)?)?;
    let mut salt = [0; 24];
    rng.fill_bytes(&mut salt);
    let cek = Cek::generate(rng);
    let context = Context {
        package: &label.package,
        case: &label.case,
        request: &label.request,
        sender: &label.sender,
        salt: &salt,
    };
    let (cipher, commitment) = derive(&cek, &context);

    let total = instances.iter().map(|instance| instance.length).sum();
    let mut sealer = Sealer::new(front, total, cipher, payload, progress)?;
    for picture in contents.previews {
        sealer.write(&picture.png)?;
    }
    let mut passing = Passing {
        sealer: &mut sealer,
        stored: vec![0; instances.len()],
    };
    passing.all(contents, &instances, open)?;
    let stored = passing.stored;
    let length = sealer.position();
    sealer.zeros(padme(length) - length)?;
    instances = contents.placed(instances, Some(&stored))?;
    let manifest = Manifest::new(previews, instances)?;
    let (layout, root, outboard) = sealer.finish(&manifest.to_bytes())?;

    let Label {
        package,
        case,
        request,
        sender,
        purpose,
        expires_at,
    } = *label;
    let core = Core {
        suite: Suite::V1,
        package,
        case,
        request,
        sender,
        purpose,
        expires_at,
        salt,
        plaintext_length: layout.plaintext_length(),
        ciphertext_length: layout.ciphertext_length(),
        root,
        commitment,
    };
    Ok(Sealed { core, cek, outboard })
}

impl Contents<'_> {
    fn listed_previews(&self) -> Vec<Preview> {
        let list = |picture: &Picture| Preview {
            kind: picture.kind,
            series_instance_uid: picture.series_instance_uid.clone(),
            // Longer than 4 GiB is refused as longer than the limit.
            length: u32::try_from(picture.png.len()).unwrap_or(u32::MAX),
            blake3: *blake3::hash(&picture.png).as_bytes(),
        };
        self.previews.iter().map(list).collect()
    }

    /// The instances as they will be listed, but for where they lie.
    fn planned(&self) -> Vec<Instance> {
        let plan = |source: &Source| Instance {
            sop_instance_uid: source.sop_instance_uid.clone(),
            series_instance_uid: source.series_instance_uid.clone(),
            offset: 0,
            stored: source.length,
            length: source.length,
            blake3: source.blake3,
            samples: source
                .samples
                .filter(|samples| self.encoding != Encoding::AsIs && samples.fit(source.length)),
        };
        self.instances.iter().map(plan).collect()
    }

    /// The same with the lengths of their stored forms, one after the other.
    fn placed(
        &self,
        mut instances: Vec<Instance>,
        stored: Option<&[u64]>,
    ) -> Result<Vec<Instance>, SealError> {
        let mut offset: u64 = self.previews.iter().map(|picture| picture.png.len() as u64).sum();
        for (index, instance) in instances.iter_mut().enumerate() {
            instance.offset = offset;
            if let Some(stored) = stored.and_then(|stored| stored.get(index)) {
                instance.stored = *stored;
            }
            offset = offset.checked_add(instance.stored).ok_or(SealError::TooLarge)?;
        }
        Ok(instances)
    }
}

/// A block to be encoded.
struct Job {
    instance: usize,
    block: Block,
    bytes: Vec<u8>,
}

/// An encoded block.
struct Encoded {
    instance: usize,
    /// Its stored form.
    stored: Vec<u8>,
    /// Bytes that it was made of.
    taken: u64,
}

type Coding = Lanes<Job, io::Result<Encoded>>;

fn start_coding(effort: Effort) -> Result<Coding, SealError> {
    Lanes::start("encode", threads(MOST_THREADS), || {
        let mut encoder = Encoder::new(effort)?;
        Ok(move |job: Job| {
            encoder.encode(job.block, &job.bytes).map(|stored| Encoded {
                instance: job.instance,
                stored,
                taken: job.bytes.len() as u64,
            })
        })
    })
    .map_err(SealError::Encode)
}

/// The instances on their way from their files through the encoder to the sealer.
struct Passing<'a, W, P> {
    sealer: &'a mut Sealer<W, P>,
    /// Length of the stored form of each.
    stored: Vec<u64>,
}

impl<W: Write + Seek, P: FnMut(Progress) -> ControlFlow<()>> Passing<'_, W, P> {
    fn all<R: Read>(
        &mut self,
        contents: &Contents<'_>,
        planned: &[Instance],
        open: impl FnMut(usize, &Source) -> io::Result<Opened<R>> + Send,
    ) -> Result<(), SealError> {
        thread::scope(|scope| {
            let (sender, parts) = sync_channel(AHEAD);
            let reading = Reading {
                sources: contents.instances,
                planned,
                encoding: contents.encoding,
                parts: sender,
            };
            let reader = thread::Builder::new()
                .name("read".to_owned())
                .spawn_scoped(scope, move || reading.all(open))
                .map_err(SealError::Encode)?;
            let mut coding = None;
            // When this ends early, the reader finds nobody to give to and ends too.
            for part in parts {
                self.pass(part?, contents.encoding, &mut coding)?;
            }
            // One that panicked has given less than there is.
            let ended = |_| SealError::Encode(io::Error::other("the reading thread has ended"));
            reader.join().map_err(ended)?;
            self.drain(&mut coding)
        })
    }

    fn pass(&mut self, part: Part, encoding: Encoding, coding: &mut Option<Coding>) -> Result<(), SealError> {
        match part {
            Part::Block {
                instance,
                block,
                bytes,
            } => {
                let effort = match encoding {
                    Encoding::Predicted(effort) => effort,
                    Encoding::AsIs => Effort::Quick,
                };
                let coding = match coding {
                    Some(coding) => coding,
                    None => coding.insert(start_coding(effort)?),
                };
                if coding.is_full() {
                    self.take(coding)?;
                }
                let job = Job {
                    instance,
                    block,
                    bytes,
                };
                coding.put(job).map_err(SealError::Encode)
            }
            Part::Bytes {
                instance,
                bytes,
                taken,
            } => {
                self.drain(coding)?;
                self.sealer.advance(instance, taken);
                self.seal(instance, &bytes)
            }
        }
    }

    /// Seals all blocks that are being encoded.
    fn drain(&mut self, coding: &mut Option<Coding>) -> Result<(), SealError> {
        if let Some(coding) = coding {
            while self.take(coding)? {}
        }
        Ok(())
    }

    /// Seals the oldest block that is being encoded; false when there is none.
    fn take(&mut self, coding: &mut Coding) -> Result<bool, SealError> {
        let Some(encoded) = coding.take() else {
            return Ok(false);
        };
        let Encoded {
            instance,
            stored,
            taken,
        } = encoded.and_then(|encoded| encoded).map_err(SealError::Encode)?;
        self.sealer.advance(instance, taken);
        self.seal(instance, &stored)?;
        Ok(true)
    }

    fn seal(&mut self, instance: usize, bytes: &[u8]) -> Result<(), SealError> {
        if let Some(stored) = self.stored.get_mut(instance) {
            *stored += bytes.len() as u64;
        }
        self.sealer.write(bytes)
    }
}
