//! Received images that lie here as they came: decoded and compared with what their sender signed by whoever reads them
//! first, else beside everything else ([`Store::prove`]). Nothing of an image is given out before.

use std::io::{self, Read};

use rusqlite::OptionalExtension as _;
use sha2::{Digest, Sha256};

use crate::damage::is_damage;
use crate::files::{remove, sharded};
use crate::vault::{BlobReader, FINISHED};
use crate::{Id16, Id32, Store, StoreError};

/// The SHA-256 of an image that was not compared yet.
pub(crate) const UNKNOWN: Id32 = [0; 32];

/// Read at a time.
const PART: usize = 1 << 18;

/// An image that is still to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// Its blob: in this order they are listed.
    pub blob: Id16,
    /// Which image.
    pub sop_instance_uid: String,
    /// Its study.
    pub study_instance_uid: String,
}

impl Store {
    /// Images that were not compared yet, at most `most`, after the one with this blob.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn unproven(&self, after: &Id16, most: u32) -> Result<Vec<Unproven>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT blob_id, sop_instance_uid, study_instance_uid FROM unproven
                     JOIN instances USING (blob_id) JOIN series USING (series_instance_uid)
                     WHERE blob_id > ?1 ORDER BY blob_id LIMIT ?2",
                )?
                .query_map((after, most), |row| {
                    Ok(Unproven {
                        blob: row.get(0)?,
                        sop_instance_uid: row.get(1)?,
                        study_instance_uid: row.get(2)?,
                    })
                })?
                .collect::<Result<_, _>>()?)
        })
    }

    /// How many images of a study were not compared yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn unproven_of(&self, study_instance_uid: &str) -> Result<u64, StoreError> {
        self.read(|connection| {
            let count: i64 = connection
                .prepare_cached(
                    "SELECT count(*) FROM unproven JOIN instances USING (blob_id)
                     JOIN series USING (series_instance_uid) WHERE study_instance_uid = ?1",
                )?
                .query_row([study_instance_uid], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }

    /// Decodes an image and compares it, unless that was done. Its row says so from [`Self::note_proven`] on.
    ///
    /// # Errors
    /// [`StoreError::Differs`] when it is not what its sender signed; what [`Self::blob_reader`] says.
    pub fn prove(&self, sop_instance_uid: &str) -> Result<(), StoreError> {
        let (mut reader, unproven) = self.open_blob(sop_instance_uid)?;
        match unproven {
            Some(blob) if !self.proven().contains_key(&blob) => self.compare(&blob, &mut reader),
            _ => Ok(()),
        }
    }

    /// Reads all of a blob and remembers that it is what it should be.
    pub(crate) fn compare(&self, blob: &Id16, reader: &mut BlobReader) -> Result<(), StoreError> {
        let sha256 = read_all(reader)?;
        self.proven().insert(*blob, sha256);
        Ok(())
    }

    /// Whether all of a stored image can be read and is what was stored. One that is still to be compared, and is not what
    /// its sender signed, counts as whole: whoever compares it rejects it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; what hinders reading without saying that the image is damaged.
    pub fn is_whole(&self, sop_instance_uid: &str) -> Result<bool, StoreError> {
        let all = self.is_whole_at(sop_instance_uid, &mut |_| true)?;
        Ok(all.unwrap_or(false))
    }

    /// The same, read part by part: `pace` hears how many bytes of the file were read, and may take its time before it lets
    /// the next be read; `None` when it does not.
    ///
    /// # Errors
    /// As [`Self::is_whole`].
    pub fn is_whole_at(
        &self,
        sop_instance_uid: &str,
        pace: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<bool>, StoreError> {
        let (mut reader, unproven) = match self.open_blob(sop_instance_uid) {
            Err(StoreError::Damaged(_)) => return Ok(Some(false)),
            opened => opened?,
        };
        match read_at(&mut reader, pace) {
            Ok(all) => Ok(all.map(|_| true)),
            Err(StoreError::Damaged(_)) => Ok(Some(false)),
            Err(StoreError::Differs) => Ok(Some(unproven.is_some())),
            Err(error) => Err(error),
        }
    }

    /// Writes down what was compared, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`] …: then it is compared again after the next start.
    pub fn note_proven(&self) -> Result<(), StoreError> {
        let proven = self.proven().clone();
        if proven.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut rows =
                transaction.prepare_cached("UPDATE instances SET sha256 = ?2 WHERE blob_id = ?1")?;
            let mut done = transaction.prepare_cached("DELETE FROM unproven WHERE blob_id = ?1")?;
            for (blob, sha256) in &proven {
                rows.execute((blob, sha256))?;
                done.execute([blob])?;
            }
            Ok(())
        })?;
        self.proven().retain(|blob, _| !proven.contains_key(blob));
        Ok(())
    }

    /// Forgets an image that is not what its sender signed, so that the right one can come, and its series and study when
    /// nothing is left in them. Gives whether it was there and not compared.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn reject(&self, image: &Unproven) -> Result<bool, StoreError> {
        let blob = &image.blob;
        let rejected = self.write(|transaction| {
            let series: Option<String> = transaction
                .query_row(
                    "SELECT series_instance_uid FROM unproven JOIN instances USING (blob_id) WHERE blob_id = ?1",
                    [blob],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(series) = series else {
                return Ok(false);
            };
            transaction.execute(
                "UPDATE series SET instances = series.instances - 1, bytes = series.bytes - gone.bytes
                 FROM instances AS gone
                 WHERE gone.blob_id = ?1 AND gone.series_instance_uid = series.series_instance_uid",
                [blob],
            )?;
            transaction.execute("DELETE FROM instances WHERE blob_id = ?1", [blob])?;
            transaction.execute(
                "DELETE FROM series WHERE series_instance_uid = ?1
                 AND NOT EXISTS (SELECT 1 FROM instances WHERE series_instance_uid = ?1)",
                [series],
            )?;
            transaction.execute(
                "DELETE FROM studies WHERE study_instance_uid = ?1
                 AND NOT EXISTS (SELECT 1 FROM series WHERE study_instance_uid = ?1)",
                [&image.study_instance_uid],
            )?;
            Ok(true)
        })?;
        if rejected {
            remove(&sharded(self.vault_directory(), blob, FINISHED))?;
        }
        Ok(rejected)
    }
}

/// Reads all of a blob, which compares it; its SHA-256.
fn read_all(reader: &mut BlobReader) -> Result<Id32, StoreError> {
    let all = read_at(reader, &mut |_| true)?;
    all.ok_or_else(|| io::Error::from(io::ErrorKind::Interrupted).into())
}

/// Reads a blob as fast as `pace` lets it be read; `None` when that ends it.
fn read_at(reader: &mut BlobReader, pace: &mut dyn FnMut(usize) -> bool) -> Result<Option<Id32>, StoreError> {
    let mut sha256 = Sha256::new();
    let mut part = vec![0; PART];
    let (mut length, expected) = (0_u64, *reader.blake3());
    loop {
        let read = match reader.read(&mut part) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if is_damage(&error) => return Err(StoreError::Damaged("image")),
            // What authenticates and does not decode was not made by our encoder, or not rightly.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(StoreError::Differs),
            Err(error) => return Err(error.into()),
        };
        sha256.update(part.get(..read).unwrap_or_default());
        length += read as u64;
        if !pace(read) {
            return Ok(None);
        }
    }
    // The reader compares with its last byte; of no bytes there is none.
    if length == 0 && blake3::hash(&[]) != expected {
        return Err(StoreError::Differs);
    }
    Ok(Some(sha256.finalize().into()))
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use dokuei_identity::time::Timestamp;

    use super::*;
    use crate::{NewInstance, SeriesRecord, StoreKey, StudyRecord};

    /// R1: whoever reads a whole file reads what was stored, or is told before its end that it is not.
    #[test]
    fn r1_a_whole_file_is_compared_with_its_hash_when_it_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::create(directory.path(), &StoreKey::from_bytes([1; 32])).unwrap();
        let mut blob = store.blob_writer("1.2").unwrap();
        blob.write_all(&[7; 200_000]).unwrap();
        let study = StudyRecord {
            study_instance_uid: "1.2".into(),
            ..StudyRecord::default()
        };
        let series = SeriesRecord {
            series_instance_uid: "1.2.1".into(),
            study_instance_uid: "1.2".into(),
            ..SeriesRecord::default()
        };
        let instance = NewInstance {
            sop_instance_uid: "1.2.1.1".into(),
            ..NewInstance::default()
        };
        let blob = blob.finish().unwrap();
        store
            .insert_instance(&study, &series, &instance, blob, Timestamp(1))
            .unwrap();
        let mut reader = store.blob_reader("1.2.1.1").unwrap();
        reader.read_exact(&mut [0; 1000]).unwrap();
        reader.seek(SeekFrom::Start(0)).unwrap();
        assert_eq!(io::copy(&mut reader, &mut io::sink()).unwrap(), 200_000, "again");

        // As a fault of this program would.
        store
            .write(|transaction| Ok(transaction.execute("UPDATE instances SET blake3 = zeroblob(32)", [])?))
            .unwrap();
        let mut read = Vec::new();
        let mut reader = store.blob_reader("1.2.1.1").unwrap();
        let error = reader.read_to_end(&mut read).unwrap_err();
        assert!(matches!(error.downcast::<StoreError>(), Ok(StoreError::Differs)));
        assert!(read.len() < 200_000, "the end is not given out");
        // From the middle it cannot be known.
        reader.seek(SeekFrom::Start(100)).unwrap();
        assert!(reader.read_to_end(&mut read).is_ok());
    }
}
