//! Takes the instances of a package into a study: opened on up to two threads, each authenticated and proven, and kept many
//! at once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use dokuei_consultation::id::CaseId;
use dokuei_consultation::machine::Case;
use dokuei_dicom::read_header;
use dokuei_package::manifest::Instance;
use dokuei_package::open::{OpenError, PackageReader, Piece};
use dokuei_package::tree::ChunkRange;
use dokuei_store::{Inserted, Origin, StoreError};

use super::Node;
use super::error::ServiceError;
use super::import::{BATCH, Batch, Copied};
use super::opening::Opening;

/// From so many instances on a second thread opens half of them.
const FOR_TWO: usize = 32;

/// The most of an image that is kept until its header is read, bytes. A header that goes further is no reason to hold an
/// image in memory: it is read again from its beginning.
const PEEK: usize = 1 << 20;

/// Where the beginning of a file was cut off: between two elements it must not pass for the end of the file.
struct Cut;

impl Read for Cut {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Adds to what is known of the beginning of an image.
fn peek(beginning: &mut Vec<u8>, bytes: &[u8]) {
    let room = PEEK.saturating_sub(beginning.len()).min(bytes.len());
    beginning.extend_from_slice(bytes.get(..room).unwrap_or_default());
}

/// Opened instances that wait to be kept, by series: in reading order those of several series alternate.
#[derive(Default)]
struct BySeries(BTreeMap<String, Batch>);

impl BySeries {
    /// Adds one, and gives all when they are as many as are kept at once.
    fn add(&mut self, copied: Copied) -> Option<Vec<Batch>> {
        let series = copied.header.series_instance_uid.to_string();
        self.0
            .entry(series)
            .or_insert_with(|| Batch::new(Origin::Received))
            .add(copied);
        let waiting: usize = self.0.values().map(Batch::len).sum();
        (waiting >= BATCH).then(|| self.take())
    }

    fn take(&mut self) -> Vec<Batch> {
        std::mem::take(&mut self.0).into_values().collect()
    }
}

/// One batch of each series.
fn together(some: Vec<Batch>) -> Vec<Batch> {
    let mut all: BTreeMap<String, Batch> = BTreeMap::new();
    for batch in some {
        let Some(series) = batch.series() else {
            continue;
        };
        match all.entry(series) {
            Entry::Vacant(place) => {
                place.insert(batch);
            }
            Entry::Occupied(mut place) => place.get_mut().join(batch),
        }
    }
    all.into_values().collect()
}

/// Where opened instances go.
#[derive(Clone, Copy)]
struct Keeping<'a> {
    case: CaseId,
    study: &'a str,
    /// Whether images may be added to that study.
    may_add: bool,
    full: &'a SyncSender<Vec<Batch>>,
}

impl Node {
    /// Takes instances into the study, from the next one on, as long as the chunks that they lie in are `here`. While the
    /// disk is waited for, the next ones are opened.
    pub(super) fn take_instances(
        &self,
        opening: &mut Opening,
        case: &Case,
        here: impl Fn(ChunkRange) -> bool,
    ) -> Result<(), ServiceError> {
        thread::scope(|scope| {
            // Nothing waits in between: what is being kept and what comes next of each thread are the only open files.
            let (full, batches) = sync_channel::<Vec<Batch>>(0);
            let keeper = thread::Builder::new()
                .name("keep".to_owned())
                .spawn_scoped(scope, move || {
                    batches.iter().try_for_each(|mut some| {
                        // What the other thread waits with is kept with it: one wait for the disk does for both.
                        some.extend(batches.try_iter().flatten());
                        self.keep_received(together(some))
                    })
                })
                .map_err(|error| ServiceError::Store(error.into()))?;
            let opened = self.open_instances(opening, case.id(), here, &full);
            drop(full);
            // What could not be kept is the cause; that nobody takes what is opened after it is its effect.
            keeper.join().unwrap_or(Err(ServiceError::Interrupted))?;
            opening.next = opened?;
            Ok(())
        })
    }

    /// Opens instances and gives them to be kept, many at once; gives the place of the first that is not `here`. Of many,
    /// a second thread opens the later half.
    fn open_instances(
        &self,
        opening: &mut Opening,
        case: CaseId,
        here: impl Fn(ChunkRange) -> bool,
        full: &SyncSender<Vec<Batch>>,
    ) -> Result<usize, ServiceError> {
        let Opening {
            reader,
            second,
            study,
            may_add,
            next,
            ..
        } = opening;
        let all = reader.manifest().instances().len();
        let mut places = *next..all;
        let until = places
            .find(|place| !reader.chunks_of(*place).is_some_and(&here))
            .unwrap_or(all);
        let into = Keeping {
            case,
            study,
            may_add: *may_add,
            full,
        };
        let Some(second) = second.as_mut().filter(|_| until - *next >= FOR_TWO) else {
            self.open_some(reader, *next..until, into)?;
            return Ok(until);
        };
        let half = *next + (until - *next).div_ceil(2);
        thread::scope(|scope| {
            let helper = thread::Builder::new()
                .name("open".to_owned())
                .spawn_scoped(scope, || self.open_some(second, half..until, into))
                .map_err(|error| ServiceError::Store(error.into()))?;
            let first = self.open_some(reader, *next..half, into);
            first.and(helper.join().unwrap_or(Err(ServiceError::Interrupted)))
        })?;
        reader.join(second);
        Ok(until)
    }

    /// Opens some instances with one reader.
    fn open_some(
        &self,
        reader: &mut PackageReader<File, File>,
        places: Range<usize>,
        into: Keeping<'_>,
    ) -> Result<(), ServiceError> {
        let mut batches = BySeries::default();
        for place in places {
            let listed = reader.manifest().instances().get(place).cloned();
            let listed = listed.ok_or(OpenError::NoSuchInstance { index: place })?;
            let copied = self.take_instance(reader, place, &listed, into.study)?;
            if !into.may_add && self.store().instance(&listed.sop_instance_uid).is_err() {
                return Err(ServiceError::BadPackage(
                    "it would add images to a study of another origin that is stored here".to_owned(),
                ));
            }
            tracing::debug!(case = %into.case, place, "an image was opened");
            if let Some(full_ones) = batches.add(copied) {
                into.full.send(full_ones).map_err(|_| ServiceError::Interrupted)?;
            }
        }
        into.full
            .send(batches.take())
            .map_err(|_| ServiceError::Interrupted)
    }

    /// Takes one instance into the vault in the form in which it lies in the package. What is predicted is not decoded here:
    /// it is compared with the manifest before anybody sees it ([`super::proving`]).
    fn take_instance(
        &self,
        reader: &mut PackageReader<File, File>,
        place: usize,
        listed: &Instance,
        study: &str,
    ) -> Result<Copied, ServiceError> {
        let mut blob = self.store().blob_writer(study)?;
        blob.predict(listed.samples)?;
        let mut beginning = Vec::new();
        let blob = match reader.stored(place)? {
            Some(mut stored) => {
                let mut is_header = true;
                while let Some(block) = stored.next_block()? {
                    is_header &= block.bytes.is_some();
                    if is_header {
                        peek(&mut beginning, block.bytes.unwrap_or_default());
                    }
                    blob.put_stored(block.stored, block.length)?;
                }
                blob.finish_claimed(listed.blake3)?
            }
            None => {
                let mut instance = reader.instance(place)?;
                while let Some(Piece { bytes, stored }) = instance.next_block()? {
                    peek(&mut beginning, bytes);
                    blob.put(bytes, stored)?;
                }
                blob.finish()?
            }
        };
        let header = if listed.length > beginning.len() as u64 {
            match read_header(beginning.as_slice().chain(Cut)) {
                Err(_) => read_header(BufReader::new(reader.instance(place)?)),
                read => read,
            }
        } else {
            read_header(beginning.as_slice())
        };
        let header = header.map_err(|error| ServiceError::BadPackage(error.to_string()))?;
        if header.study_instance_uid.as_str() != study
            || header.sop_instance_uid.as_str() != listed.sop_instance_uid
        {
            return Err(ServiceError::BadPackage(
                "an instance is not of the study that was requested".to_owned(),
            ));
        }
        Ok(Copied { header, blob })
    }

    /// Takes those of the instances that are `wanted` once more, into the place of what the disk has damaged.
    pub(super) fn retake_instances(
        &self,
        reader: &mut PackageReader<File, File>,
        study: &str,
        wanted: &BTreeSet<String>,
    ) -> Result<(), ServiceError> {
        let mut batches = BySeries::default();
        let listed = reader.manifest().instances().to_vec();
        for (place, one) in listed.iter().enumerate() {
            if !wanted.contains(&one.sop_instance_uid) {
                continue;
            }
            let copied = self.take_instance(reader, place, one, study)?;
            if let Some(full_ones) = batches.add(copied) {
                self.keep_received(full_ones)?;
            }
        }
        self.keep_received(batches.take())
    }

    /// Writes the rows of what was opened.
    fn keep_received(&self, batches: Vec<Batch>) -> Result<(), ServiceError> {
        for mut batch in batches {
            let kept = self.keep_all(&mut batch)?;
            if kept.iter().any(|one| one.outcome == Inserted::Conflict) {
                // Another image lies here under the same UID: it must not be shown in place of this one.
                return Err(StoreError::InstanceConflict.into());
            }
        }
        Ok(())
    }
}
