//! Sealed blobs: one file an instance, under a key of its study, named by chance. An image whose samples are not
//! compressed lies there in the stored form of packages, about half as long; which of both it is, the purpose tells that
//! the blob was sealed for.

mod reader;

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use dokuei_package::samples::Samples;
use dokuei_package::stored::{StoredReader, StoredWriter};
use dokuei_package::stream::{OpeningReader, SealingWriter, StreamError, StreamKey};
use rusqlite::{OptionalExtension, named_params};
use sha2::{Digest, Sha256};

pub use self::reader::BlobReader;
use self::reader::Lying;
use crate::damage::is_damage;
use crate::files::{create_new, id_of, make_directory, remove, sharded};
use crate::{Id16, Id32, Store, StoreError};

const STUDY_KEY: &str = "study key";
/// While a blob is written; never referenced by a row.
const UNFINISHED: &str = "part";
pub(crate) const FINISHED: &str = "blob";
/// So much of a file is looked at to find its samples, bytes: a header that goes further is rare.
const LOOK: usize = 1 << 18;
/// Added to the purpose of a blob in the stored form of packages.
const PREDICTED: u8 = 1;

/// Finds uncompressed samples by the beginning of a file.
pub type FindSamples = fn(&[u8]) -> Option<Samples>;

/// The key of a study's blobs, and how its row keeps it.
#[derive(Clone)]
pub(crate) struct StudyKey {
    key: StreamKey,
    pub(crate) wrapped: Vec<u8>,
}

/// The blob of an instance as its row names it.
struct NamedBlob {
    blob: Id16,
    study: String,
    /// The study's key.
    wrapped: Vec<u8>,
    bytes: i64,
    blake3: Id32,
    /// It was not compared yet with what its sender signed.
    unproven: bool,
}

impl Store {
    /// Starts a blob for an instance of the study: write the DICOM file into it, [`BlobWriter::finish`], then
    /// [`Store::insert_instance`].
    ///
    /// # Errors
    /// [`StoreError::NoSpace`] or what the system refused.
    pub fn blob_writer(&self, study_instance_uid: &str) -> Result<BlobWriter, StoreError> {
        let key = self.study_key(study_instance_uid)?;
        let id: Id16 = rand::random();
        let unfinished = sharded(self.vault_directory(), &id, UNFINISHED);
        make_directory(unfinished.parent().unwrap_or(self.vault_directory()))?;
        let file = create_new(&unfinished)?;
        // From here on the file goes when the writer does.
        let blob = FinishedBlob {
            id,
            path: unfinished,
            file: None,
            kept: false,
            study_key: key.clone(),
            bytes: 0,
            sha256: None,
            blake3: [0; 32],
        };
        Ok(BlobWriter {
            form: Form::Undecided {
                file,
                begun: Vec::new(),
                find: |_| None,
            },
            sha256: Sha256::new(),
            blake3: blake3::Hasher::new(),
            claimed: false,
            blob,
        })
    }

    /// Opens the blob of a stored instance; what it reads is authenticated, and compared with the hash of the file when all
    /// of it is read from its beginning to its end. A received image that nobody has read yet is compared here first, whole:
    /// nothing of it is given out before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Damaged`] when the file is gone or its key does not open;
    /// [`StoreError::Differs`] when it is not what its sender signed.
    pub fn blob_reader(&self, sop_instance_uid: &str) -> Result<BlobReader, StoreError> {
        let (mut reader, unproven) = self.open_blob(sop_instance_uid)?;
        if let Some(blob) = unproven.filter(|blob| !self.proven().contains_key(blob)) {
            // The same file is given out, not what its row names by then.
            self.compare(&blob, &mut reader)?;
            reader.seek(SeekFrom::Start(0))?;
        }
        Ok(reader)
    }

    /// Opens a blob, and names it when it was not compared yet.
    pub(crate) fn open_blob(&self, sop_instance_uid: &str) -> Result<(BlobReader, Option<Id16>), StoreError> {
        let named = self.named_blob(sop_instance_uid)?;
        let reader = self.open_named(sop_instance_uid, &named).inspect_err(|error| {
            if matches!(error, StoreError::Damaged("image")) {
                self.damaged_images().note(sop_instance_uid, named.blob);
            }
        })?;
        Ok((reader, named.unproven.then_some(named.blob)))
    }

    fn named_blob(&self, sop_instance_uid: &str) -> Result<NamedBlob, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT blob_id, study_instance_uid, wrapped_key, instances.bytes, blake3,
                        EXISTS (SELECT 1 FROM unproven WHERE unproven.blob_id = instances.blob_id) FROM instances
                     JOIN series USING (series_instance_uid) JOIN studies USING (study_instance_uid)
                     WHERE sop_instance_uid = ?1",
                )?
                .query_row([sop_instance_uid], |row| {
                    Ok(NamedBlob {
                        blob: row.get(0)?,
                        study: row.get(1)?,
                        wrapped: row.get(2)?,
                        bytes: row.get(3)?,
                        blake3: row.get(4)?,
                        unproven: row.get(5)?,
                    })
                })
                .optional()?
                .ok_or(StoreError::NotFound("instance"))
        })
    }

    fn open_named(&self, sop_instance_uid: &str, named: &NamedBlob) -> Result<BlobReader, StoreError> {
        let (blob, study) = (named.blob, named.study.as_bytes());
        let key = StreamKey::from_bytes(self.unwrap_key(&named.wrapped, STUDY_KEY, study)?);
        let file = match File::open(sharded(self.vault_directory(), &blob, FINISHED)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Damaged("image"));
            }
            opened => opened?,
        };
        let damaged = |error| match error {
            StreamError::Io(error) if !is_damage(&error) => StoreError::from(error),
            _ => StoreError::Damaged("image"),
        };
        let length = u64::try_from(named.bytes).map_err(|_| StoreError::Damaged("image"))?;
        let lying = match OpeningReader::open(file.try_clone()?, &key, &predicted(&blob)) {
            Ok(reader) => {
                let stored = StoredReader::open(reader, length);
                Lying::Predicted(Box::new(stored.map_err(|error| match error.kind() {
                    io::ErrorKind::InvalidData => StoreError::Damaged("image"),
                    _ => error.into(),
                })?))
            }
            Err(StreamError::OtherKey) => {
                Lying::AsIs(OpeningReader::open(file, &key, &blob).map_err(damaged)?)
            }
            Err(error) => return Err(damaged(error)),
        };
        let told = (self.damaged_images().clone(), sop_instance_uid.to_owned(), blob);
        Ok(BlobReader::new(lying, named.blake3, told))
    }

    /// The study's key: of its row, or made now and kept until the row is.
    fn study_key(&self, study: &str) -> Result<StudyKey, StoreError> {
        // Held while the row is looked for: else the row could come, and the key made for it go, in between.
        let mut made = self.new_study_keys();
        let stored: Option<Vec<u8>> = self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT wrapped_key FROM studies WHERE study_instance_uid = ?1")?
                .query_row([study], |row| row.get(0))
                .optional()?)
        })?;
        if let Some(wrapped) = stored {
            let key = StreamKey::from_bytes(self.unwrap_key(&wrapped, STUDY_KEY, study.as_bytes())?);
            return Ok(StudyKey { key, wrapped });
        }
        let key = made.entry(study.to_owned()).or_insert_with(|| {
            let key = StreamKey::generate(&mut rand::rng());
            let wrapped = self.wrap(key.as_bytes(), STUDY_KEY, study.as_bytes());
            StudyKey { key, wrapped }
        });
        Ok(key.clone())
    }

    /// Removes blobs that no row names: what a crash between blob and row leaves, and unfinished ones.
    pub(crate) fn sweep_blobs(&self) -> Result<(), StoreError> {
        let mut swept = 0_u64;
        for shard in fs::read_dir(self.vault_directory())? {
            let shard = shard?.path();
            if !shard.is_dir() {
                continue;
            }
            for file in fs::read_dir(&shard)? {
                let path = file?.path();
                let orphan = match id_of(&path, FINISHED) {
                    Some(id) => !self.names_blob(&id)?,
                    None => id_of(&path, UNFINISHED).is_some(),
                };
                if orphan {
                    remove(&path)?;
                    swept += 1;
                }
            }
        }
        if swept > 0 {
            tracing::info!(swept, "removed blobs that no row names");
        }
        Ok(())
    }

    fn names_blob(&self, id: &Id16) -> Result<bool, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM instances WHERE blob_id = :id)")?
                .query_row(named_params! {":id": id}, |row| row.get(0))?)
        })
    }

    /// Removes the files of blobs whose rows are gone.
    pub(crate) fn remove_blobs(&self, ids: &[Id16]) -> Result<(), StoreError> {
        for id in ids {
            remove(&sharded(self.vault_directory(), id, FINISHED))?;
        }
        Ok(())
    }
}

/// Takes the plaintext of one instance; nothing of it reaches the disk unsealed. Dropped unfinished, it leaves nothing.
pub struct BlobWriter {
    form: Form,
    sha256: Sha256,
    blake3: blake3::Hasher,
    /// Of what was put in, a part came as it is stored elsewhere, and is not hashed.
    claimed: bool,
    blob: FinishedBlob,
}

/// The form in which a blob is written.
enum Form {
    /// Not until the beginning of the file is there.
    Undecided {
        file: File,
        begun: Vec<u8>,
        find: FindSamples,
    },
    AsIs(SealingWriter<File>),
    Predicted(Box<StoredWriter<SealingWriter<File>>>),
    /// Something went wrong with it.
    Nothing,
}

/// What a blob in the stored form is sealed for.
fn predicted(id: &Id16) -> Vec<u8> {
    [id.as_slice(), &[PREDICTED]].concat()
}

impl BlobWriter {
    /// Stores the file predicted when `find` finds samples in its beginning.
    #[must_use]
    pub fn finding(mut self, with: FindSamples) -> Self {
        if let Form::Undecided { find, .. } = &mut self.form {
            *find = with;
        }
        self
    }

    /// Says where the samples are, before anything is written: `None`: it is stored as it is.
    ///
    /// # Errors
    /// What the system refused.
    pub fn predict(&mut self, samples: Option<Samples>) -> Result<(), StoreError> {
        Ok(self.decide(samples)?)
    }

    /// Writes the next part of a predicted file of which the stored form is known: a block, `bytes` of the file.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`], what the system refused, or when it is no block.
    pub fn put(&mut self, bytes: &[u8], stored: &[u8]) -> Result<(), StoreError> {
        match &mut self.form {
            Form::Predicted(writer) => {
                writer.put(stored, bytes.len())?;
                self.count(bytes);
            }
            _ => self.write_all(bytes)?,
        }
        Ok(())
    }

    /// Writes the next block of a predicted file as it is stored elsewhere, `length` bytes of the file, which nobody has
    /// decoded: end it with [`Self::finish_claimed`].
    ///
    /// # Errors
    /// [`StoreError::NoSpace`], what the system refused, or when it is no block.
    pub fn put_stored(&mut self, stored: &[u8], length: usize) -> Result<(), StoreError> {
        let Form::Predicted(writer) = &mut self.form else {
            return Err(unusable().into());
        };
        writer.put(stored, length)?;
        self.claimed = true;
        self.blob.bytes += length as u64;
        Ok(())
    }

    fn decide(&mut self, samples: Option<Samples>) -> io::Result<()> {
        let Form::Undecided { file, begun, .. } = std::mem::replace(&mut self.form, Form::Nothing) else {
            return Err(io::Error::other("the form of a stored file was decided before"));
        };
        let (id, key) = (self.blob.id, &self.blob.study_key.key);
        // The id as purpose: a blob put in the place of another is refused.
        let sealing = |purpose: &[u8]| SealingWriter::new(file, key, purpose, &mut rand::rng());
        self.form = match samples {
            Some(samples) => {
                Form::Predicted(Box::new(StoredWriter::new(sealing(&predicted(&id))?, samples)?))
            }
            None => Form::AsIs(sealing(&id)?),
        };
        match &mut self.form {
            Form::Predicted(writer) => writer.write_all(&begun),
            Form::AsIs(writer) => writer.write_all(&begun),
            _ => Ok(()),
        }
    }

    /// Decides by what is there of the file.
    fn look(&mut self) -> io::Result<()> {
        let Form::Undecided { begun, find, .. } = &self.form else {
            return Ok(());
        };
        let samples = find(begun).filter(|samples| samples.fit(u64::MAX));
        self.decide(samples)
    }

    fn count(&mut self, taken: &[u8]) {
        self.sha256.update(taken);
        self.blake3.update(taken);
        self.blob.bytes += taken.len() as u64;
    }

    /// Seals the end. The file becomes durable with the row that names it ([`Store::insert_instances`]): one wait for the
    /// disk then does for many.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`] or what the system refused; the file is removed then.
    pub fn finish(self) -> Result<FinishedBlob, StoreError> {
        self.end(None)
    }

    /// The same for a file that came in its stored form, of which its sender says that it has this BLAKE3. It is compared
    /// before anything of it is given out ([`Store::blob_reader`], [`Store::prove`]).
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn finish_claimed(self, blake3: Id32) -> Result<FinishedBlob, StoreError> {
        self.end(Some(blake3))
    }

    fn end(mut self, claim: Option<Id32>) -> Result<FinishedBlob, StoreError> {
        self.look()?;
        let Self {
            form,
            sha256,
            blake3,
            claimed,
            mut blob,
        } = self;
        if claimed != claim.is_some() {
            return Err(unusable().into());
        }
        blob.file = Some(match form {
            Form::Predicted(writer) => writer.finish()?.finish()?,
            Form::AsIs(writer) => writer.finish()?,
            Form::Undecided { .. } | Form::Nothing => return Err(unusable().into()),
        });
        if let Some(claim) = claim {
            blob.blake3 = claim;
        } else {
            blob.sha256 = Some(sha256.finalize().into());
            blob.blake3 = *blake3.finalize().as_bytes();
        }
        Ok(blob)
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.form {
            Form::Undecided { begun, .. } => {
                begun.extend_from_slice(bytes);
                bytes.len()
            }
            Form::Predicted(writer) => writer.write(bytes)?,
            Form::AsIs(writer) => writer.write(bytes)?,
            Form::Nothing => return Err(unusable()),
        };
        self.count(&bytes[..written]);
        if matches!(&self.form, Form::Undecided { begun, .. } if begun.len() >= LOOK) {
            self.look()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Predicted(writer) => writer.flush(),
            Form::AsIs(writer) => writer.flush(),
            Form::Undecided { .. } | Form::Nothing => Ok(()),
        }
    }
}

impl std::fmt::Debug for BlobWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobWriter")
            .field("bytes", &self.blob.bytes)
            .finish_non_exhaustive()
    }
}

/// A blob that is written and that no row names yet; dropped without [`Store::insert_instance`], it is removed.
pub struct FinishedBlob {
    pub(crate) id: Id16,
    path: PathBuf,
    /// Open until its contents are durable.
    file: Option<File>,
    kept: bool,
    pub(crate) study_key: StudyKey,
    pub(crate) bytes: u64,
    pub(crate) sha256: Option<Id32>,
    pub(crate) blake3: Id32,
}

impl FinishedBlob {
    /// Size of the plaintext, bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of the plaintext; `None` when that is not known yet ([`BlobWriter::finish_claimed`]).
    #[must_use]
    pub const fn sha256(&self) -> Option<&Id32> {
        self.sha256.as_ref()
    }

    /// BLAKE3 of the plaintext, or what is said to be it.
    #[must_use]
    pub const fn blake3(&self) -> &Id32 {
        &self.blake3
    }

    /// Makes the contents durable.
    pub(crate) fn sync(&mut self) -> Result<(), StoreError> {
        if let Some(file) = self.file.take() {
            file.sync_all()?;
        }
        Ok(())
    }

    /// Gives the file its final name; the directory it is in must be synced after that.
    pub(crate) fn settle(&mut self) -> Result<(), StoreError> {
        let finished = self.path.with_extension(FINISHED);
        if self.path == finished {
            return Ok(());
        }
        fs::rename(&self.path, &finished)?;
        self.path = finished;
        Ok(())
    }

    /// The directory of the file.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.path.parent()
    }

    /// A durable row names the file now.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for FinishedBlob {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept when the store is next opened.
            let _ = remove(&self.path);
        }
    }
}

impl std::fmt::Debug for FinishedBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FinishedBlob")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

fn unusable() -> io::Error {
    io::Error::other("a stored file could not be begun")
}
