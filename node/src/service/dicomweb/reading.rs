//! Reading what is stored: whole instances, what they say about themselves, and frames.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader, Read, Seek};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dokuei_dicom::frames::{FrameIndex, uncompressed};
use dokuei_dicom::json::{Attributes, BulkPath, BulkPlace, find_bulk, metadata};
use dokuei_dicom::{RenderRequest, render_png};
use dokuei_identity::time::Timestamp;
use dokuei_store::{BlobReader, InstanceRecord, StoreError};

use crate::service::Node;
use crate::service::error::ServiceError;
use crate::service::session::Session;

/// The largest instance that is read whole, to decode or to render it, bytes.
const MAX_INSTANCE: u64 = 1 << 30;
/// Images whose frames are known where they lie.
const INDICES: usize = 1_024;
/// Who looks at which study, at most.
const LOOKS: usize = 4_096;
/// After so many seconds looking at the same study is written down anew.
const AGAIN: u64 = 3_600;
/// Bytes read at a time.
const BUFFER: usize = 32 * 1024;

/// A study, a series or an instance, as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A study.
    Study(String),
    /// A series of a study.
    Series([String; 2]),
    /// An instance of a series of a study.
    Instance([String; 3]),
}

impl Resource {
    /// The study that it is or is of.
    #[must_use]
    pub fn study(&self) -> &str {
        match self {
            Self::Study(study) => study,
            Self::Series([study, _]) | Self::Instance([study, ..]) => study,
        }
    }
}

/// What is kept of what was read, so that the next frame comes sooner; nothing of a patient.
#[derive(Debug, Default)]
pub struct Retrievals(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// By blob: another file is another blob.
    indices: HashMap<[u8; 16], Arc<FrameIndex>>,
    in_order: VecDeque<[u8; 16]>,
    looks: HashMap<(String, String), Timestamp>,
}

impl Retrievals {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whole after each statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self, blob: &[u8; 16]) -> Option<Arc<FrameIndex>> {
        self.kept().indices.get(blob).cloned()
    }

    fn keep(&self, blob: [u8; 16], index: &Arc<FrameIndex>) {
        let mut kept = self.kept();
        if kept.indices.insert(blob, Arc::clone(index)).is_none() {
            kept.in_order.push_back(blob);
        }
        if kept.in_order.len() > INDICES
            && let Some(oldest) = kept.in_order.pop_front()
        {
            kept.indices.remove(&oldest);
        }
    }

    /// Whether this look is to be written down: the first one, and the first after an hour.
    fn is_news(&self, who: &str, study: &str, now: Timestamp) -> bool {
        let key = (who.to_owned(), study.to_owned());
        let kept = self.kept();
        let last = kept.looks.get(&key);
        last.is_none_or(|last| now.0.saturating_sub(last.0) >= AGAIN || now < *last)
    }

    fn looked(&self, who: &str, study: &str, now: Timestamp) {
        let mut kept = self.kept();
        if kept.looks.len() >= LOOKS {
            kept.looks.clear();
        }
        kept.looks.insert((who.to_owned(), study.to_owned()), now);
    }
}

impl Node {
    /// The instances of a resource, which leave as whole files; that they do is written down.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there are none, or they are not for this practitioner.
    pub fn retrieve(
        &self,
        session: &Session,
        resource: &Resource,
    ) -> Result<Vec<InstanceRecord>, ServiceError> {
        let instances = self.instances_at(session, resource)?;
        self.audit(&session.id, "retrieve", resource.study(), "success")?;
        Ok(instances)
    }

    /// The instances of a resource, to be looked at; that somebody does is written down once an hour.
    ///
    /// # Errors
    /// As [`Self::retrieve`].
    pub fn viewed(
        &self,
        session: &Session,
        resource: &Resource,
    ) -> Result<Vec<InstanceRecord>, ServiceError> {
        let instances = self.instances_at(session, resource)?;
        let (retrievals, now, study) = (&self.0.retrievals, self.now(), resource.study());
        if retrievals.is_news(&session.id, study, now) {
            self.audit(&session.id, "view", study, "success")?;
            retrievals.looked(&session.id, study, now);
        }
        Ok(instances)
    }

    fn instances_at(
        &self,
        session: &Session,
        resource: &Resource,
    ) -> Result<Vec<InstanceRecord>, ServiceError> {
        let who = &self.me(session);
        let study = resource.study();
        self.require_seen(who, study)?;
        let mut instances = Vec::new();
        match resource {
            Resource::Instance([_, series, uid]) => {
                let record = self.store().instance(uid)?;
                if record.study_instance_uid == study && record.series_instance_uid == *series {
                    instances.push(record);
                }
            }
            Resource::Series([_, series]) => {
                instances = self.store().instances_of(series)?;
                instances.retain(|record| record.study_instance_uid == study);
            }
            Resource::Study(_) => {
                for series in self.store().series_of(study)? {
                    instances.extend(self.store().instances_of(&series.series_instance_uid)?);
                }
            }
        }
        if instances.is_empty() {
            let what = match resource {
                Resource::Instance(_) => "instance",
                Resource::Series(_) => "series",
                Resource::Study(_) => "study",
            };
            return Err(ServiceError::Unknown(what));
        }
        Ok(instances)
    }

    /// The file of an instance, bit for bit as it was imported or received.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn file_of(&self, record: &InstanceRecord) -> Result<BlobReader, ServiceError> {
        Ok(self.store().blob_reader(&record.sop_instance_uid)?)
    }

    /// What an instance says about itself; `bulk_data` is the URI below which its long values are.
    ///
    /// # Errors
    /// [`ServiceError::Header`].
    pub fn metadata_of(&self, record: &InstanceRecord, bulk_data: &str) -> Result<Attributes, ServiceError> {
        let file = BufReader::with_capacity(BUFFER, self.file_of(record)?);
        Ok(metadata(file, bulk_data)?)
    }

    /// A long value of an instance: its bytes, or the file with the offset and the length at which it is.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there is none.
    pub fn bulk_of(
        &self,
        record: &InstanceRecord,
        path: &BulkPath,
    ) -> Result<(Box<dyn ReadSeek>, u64, u64), ServiceError> {
        let mut file = self.file_of(record)?;
        let place = find_bulk(BufReader::with_capacity(BUFFER, &mut file), path)?;
        match place {
            Some(BulkPlace::Bytes(bytes)) => {
                let length = bytes.len() as u64;
                Ok((Box::new(io::Cursor::new(bytes)), 0, length))
            }
            Some(BulkPlace::InFile { at, length }) => Ok((Box::new(file), at, length)),
            Some(BulkPlace::Fragments) => Err(ServiceError::field(
                "bulkdata",
                "these pixels are compressed: ask for frames",
            )),
            Some(BulkPlace::Deflated) => Err(ServiceError::field(
                "bulkdata",
                "this data set is deflated: ask for the whole instance",
            )),
            Some(BulkPlace::BigEndian) => Err(ServiceError::field(
                "bulkdata",
                "this value is stored in big endian: ask for frames, or for the whole instance",
            )),
            None => Err(ServiceError::Unknown("value in this instance")),
        }
    }

    /// Where the frames of an instance lie.
    ///
    /// # Errors
    /// [`ServiceError::Render`] when it has none.
    pub fn frames_of(&self, record: &InstanceRecord) -> Result<Arc<FrameIndex>, ServiceError> {
        if let Some(index) = self.0.retrievals.index(&record.blob_id) {
            return Ok(index);
        }
        let index = Arc::new(FrameIndex::read(&mut self.file_of(record)?)?);
        self.0.retrievals.keep(record.blob_id, &index);
        Ok(index)
    }

    /// Frames of an instance as they are stored, each counted from 0.
    ///
    /// # Errors
    /// [`ServiceError::Render`].
    pub fn stored_frames(
        &self,
        record: &InstanceRecord,
        index: &FrameIndex,
        frames: &[u32],
        mut each: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), ServiceError> {
        let mut file = self.file_of(record)?;
        for frame in frames {
            if !each(index.frame(&mut file, *frame)?) {
                break;
            }
        }
        Ok(())
    }

    /// Frames of a compressed instance, uncompressed.
    ///
    /// # Errors
    /// [`ServiceError::Render`].
    pub fn decoded_frames(
        &self,
        record: &InstanceRecord,
        frames: &[u32],
        each: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), ServiceError> {
        Ok(uncompressed(&self.whole(record)?, frames, each)?)
    }

    /// One frame of an instance as PNG.
    ///
    /// # Errors
    /// [`ServiceError::Render`] when it has no image.
    pub fn rendered(
        &self,
        record: &InstanceRecord,
        request: &RenderRequest,
    ) -> Result<Vec<u8>, ServiceError> {
        Ok(render_png(&self.whole(record)?, request)?)
    }

    fn whole(&self, record: &InstanceRecord) -> Result<Vec<u8>, ServiceError> {
        if record.bytes > MAX_INSTANCE {
            return Err(ServiceError::field("instance", "it is too large to be shown"));
        }
        let mut file = Vec::with_capacity(usize::try_from(record.bytes).unwrap_or(0));
        self.file_of(record)?
            .read_to_end(&mut file)
            .map_err(StoreError::from)?;
        Ok(file)
    }
}

/// What can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_is_written_down_once_an_hour() {
        let retrievals = Retrievals::default();
        let look = |who: &str, study: &str, at: u64| {
            let news = retrievals.is_news(who, study, Timestamp(at));
            if news {
                retrievals.looked(who, study, Timestamp(at));
            }
            news
        };
        assert!(look("tanaka", "1.2", 10_000));
        assert!(!look("tanaka", "1.2", 10_001));
        assert!(look("suzuki", "1.2", 10_001));
        assert!(look("tanaka", "1.3", 10_001));
        assert!(look("tanaka", "1.2", 10_000 + AGAIN));
        assert!(
            look("tanaka", "1.2", 9_000),
            "a clock that was set back hides nothing"
        );
    }
}
