//! The slow reading of all stored images, so that damage is found of those that nobody looks at, and what was found. How
//! far it is survives a restart.

use dokuei_identity::time::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use crate::records::Origin;
use crate::text::{signed, unsigned};
use crate::{Id16, Store, StoreError};

/// What a reading of all images came to, or has come to so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanResult {
    /// When it ended; of one under way, when it began.
    pub at: Timestamp,
    /// Images that were read.
    pub images: u64,
    /// Their size, bytes.
    pub bytes: u64,
    /// Those of them that cannot be read as they were stored.
    pub damaged: u64,
}

/// How far the reading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScanState {
    /// The one under way.
    pub running: Option<ScanResult>,
    /// The blob that it has read last.
    pub reached: Id16,
    /// The last one that was ended.
    pub last: Option<ScanResult>,
}

/// An image that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImage {
    /// Its blob: in this order they are read.
    pub blob: Id16,
    /// (0008,0018).
    pub sop_instance_uid: String,
    /// Size of its file, bytes.
    pub bytes: u64,
}

/// What the reading of an image came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// It is what was stored.
    Whole,
    /// It cannot be read as it was stored.
    Damaged,
    /// Something hindered it that says nothing of the image.
    Hindered,
}

/// A study of which images cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedStudy {
    /// (0020,000D).
    pub study_instance_uid: String,
    /// Where it is from.
    pub origin: Origin,
    /// How many images.
    pub images: u64,
}

impl Store {
    /// How far the reading of all images is.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn scan_state(&self) -> Result<ScanState, StoreError> {
        self.read(|connection| {
            let state = connection
                .prepare_cached("SELECT * FROM image_scan")?
                .query_row([], state_of)
                .optional()?;
            Ok(state.unwrap_or_default())
        })
    }

    /// Begins to read all images anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn begin_scan(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO image_scan (only, begun_at, reached, images, bytes, damaged)
                     VALUES (1, ?1, zeroblob(16), 0, 0, 0)
                     ON CONFLICT DO UPDATE SET begun_at = ?1, reached = zeroblob(16), images = 0, bytes = 0, damaged = 0",
                )?
                .execute([signed(now.0)])?;
            Ok(())
        })
    }

    /// The next images after the one with this blob, at most `most`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn images_after(&self, reached: &Id16, most: u32) -> Result<Vec<StoredImage>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT blob_id, sop_instance_uid, bytes FROM instances
                     WHERE blob_id > ?1 ORDER BY blob_id LIMIT ?2",
                )?
                .query_map((reached, most), |row| {
                    Ok(StoredImage {
                        blob: row.get("blob_id")?,
                        sop_instance_uid: row.get("sop_instance_uid")?,
                        bytes: unsigned(row, "bytes")?,
                    })
                })?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Notes what the reading under way has read. An image that is whole again (a disk may
    /// give today what it did not give yesterday) counts as damaged no longer; what is damaged is written down before, by
    /// [`Self::keep_damaged`].
    ///
    /// # Errors
    /// When the database refuses: then they are read again.
    pub fn note_scanned(&self, read: &[(StoredImage, Read)]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut scan = transaction.prepare_cached(
                "UPDATE image_scan SET reached = :blob, images = images + 1, bytes = bytes + :bytes,
                    damaged = damaged + :damaged WHERE begun_at IS NOT NULL",
            )?;
            let mut forget = transaction.prepare_cached("DELETE FROM damaged_images WHERE blob_id = ?1")?;
            for (image, found) in read {
                scan.execute(named_params! {
                    ":blob": image.blob,
                    ":bytes": signed(image.bytes),
                    ":damaged": *found == Read::Damaged,
                })?;
                if *found == Read::Whole {
                    forget.execute([image.blob])?;
                }
            }
            Ok(())
        })
    }

    /// Remembers an image as damaged that was read, authenticated, and is not what was stored.
    pub fn mark_damaged(&self, image: &StoredImage) {
        self.damaged_images().note(&image.sop_instance_uid, image.blob);
    }

    /// Ends the reading that is under way: all images were read.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn end_scan(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE image_scan SET begun_at = NULL, ended_at = ?1, ended_images = images, ended_bytes = bytes,
                        ended_damaged = damaged WHERE begun_at IS NOT NULL",
                )?
                .execute([signed(now.0)])?;
            Ok(())
        })
    }

    /// Writes down which images were found damaged since this was last asked, by whoever read them: in no way given out, and
    /// to be had again only from whoever has them. Gives the studies with the number of those found for the first time, and
    /// zero where all were known. What was replaced or erased meanwhile is not among them.
    ///
    /// # Errors
    /// When the database refuses: they are found again when they are read again.
    pub fn keep_damaged(&self, now: Timestamp) -> Result<Vec<DamagedStudy>, StoreError> {
        let found = self.damaged_images().take();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|transaction| {
            let mut studies: Vec<DamagedStudy> = Vec::new();
            for (sop_instance_uid, blob) in &found {
                let of: Option<(String, Origin)> = transaction
                    .prepare_cached(
                        "SELECT study_instance_uid, origin FROM instances JOIN series USING (series_instance_uid)
                         JOIN studies USING (study_instance_uid) WHERE sop_instance_uid = ?1 AND blob_id = ?2",
                    )?
                    .query_row((sop_instance_uid, blob), |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let Some((study, origin)) = of else { continue };
                let new = transaction.prepare_cached(NOTE)?.execute((blob, signed(now.0)))?;
                match studies.iter_mut().find(|one| one.study_instance_uid == study) {
                    Some(one) => one.images += new as u64,
                    None => studies.push(DamagedStudy {
                        study_instance_uid: study,
                        origin,
                        images: new as u64,
                    }),
                }
            }
            Ok(studies)
        })
    }

    /// The studies of which images are known to be damaged.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn damaged_studies(&self) -> Result<Vec<DamagedStudy>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT study_instance_uid, origin, count(*) AS images FROM damaged_images
                     JOIN instances USING (blob_id) JOIN series USING (series_instance_uid)
                     JOIN studies USING (study_instance_uid) GROUP BY study_instance_uid",
                )?
                .query_map([], |row| {
                    Ok(DamagedStudy {
                        study_instance_uid: row.get("study_instance_uid")?,
                        origin: row.get("origin")?,
                        images: unsigned(row, "images")?,
                    })
                })?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Forgets what was found damaged of a study: all of it was read since, and is whole.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_damage(&self, study_instance_uid: &str) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "DELETE FROM damaged_images WHERE blob_id IN (SELECT blob_id FROM instances
                     JOIN series USING (series_instance_uid) WHERE study_instance_uid = ?1)",
                )?
                .execute([study_instance_uid])?;
            Ok(())
        })
    }
}

const NOTE: &str = "INSERT INTO damaged_images SELECT blob_id, ?2 FROM instances WHERE blob_id = ?1
    ON CONFLICT DO NOTHING";

fn state_of(row: &Row<'_>) -> rusqlite::Result<ScanState> {
    let begun: Option<i64> = row.get("begun_at")?;
    let ended: Option<i64> = row.get("ended_at")?;
    let result = |at: &str, images: &str, bytes: &str, damaged: &str| {
        Ok::<_, rusqlite::Error>(ScanResult {
            at: Timestamp(unsigned(row, at)?),
            images: unsigned(row, images)?,
            bytes: unsigned(row, bytes)?,
            damaged: unsigned(row, damaged)?,
        })
    };
    Ok(ScanState {
        running: begun
            .map(|_| result("begun_at", "images", "bytes", "damaged"))
            .transpose()?,
        reached: row.get("reached")?,
        last: ended
            .map(|_| result("ended_at", "ended_images", "ended_bytes", "ended_damaged"))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests;
