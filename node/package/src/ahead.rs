//! Blocks of predicted instances, read ahead in the order in which they lie, and decoded on several threads.
//!
//! Reading, proving and decrypting is one thread's work, that of whoever reads; decoding takes several times as long.
//! So the next blocks are read while the earlier ones are decoded: of the instance that is being read, and of those
//! after it when the caller has said that they are here and will be read in order. At most [`MOST_THREADS`] × 2
//! blocks are inside, 1 MiB each before and after, whatever a package claims. What goes wrong with a block is told when
//! it is its turn.

use std::collections::VecDeque;
use std::io;

use crate::block::{BLOCK, Block, Blocks, Decoder, blocks, read_stored};
use crate::lanes::{Lanes, threads};
use crate::manifest::{Instance, Manifest};
use crate::plaintext::{Plaintext, Span};
use crate::tree::ReadAt;

/// The most threads, so that 16 MiB are held at most.
const MOST_THREADS: usize = 4;
/// A shorter block is decoded where it is read.
const SHORT: usize = 1 << 16;
/// The most blocks inside, most of them short.
const MOST_BLOCKS: usize = 64;

struct Job {
    block: Block,
    stored: Vec<u8>,
    /// A buffer for what it becomes.
    buffer: Vec<u8>,
}

/// A block in both forms.
struct Both {
    bytes: Vec<u8>,
    stored: Vec<u8>,
}

/// A block that was read, in its turn.
struct Due {
    instance: usize,
    /// Its place in the instance.
    place: usize,
    length: usize,
    /// Bytes of the instance's stored form after it.
    left: u64,
    /// What it became; `None`: a thread has it.
    here: Option<io::Result<Both>>,
}

/// A block of a file.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    /// Its stored form.
    pub(crate) stored: Vec<u8>,
    /// Bytes of the instance's stored form after it.
    pub(crate) left: u64,
}

/// Where reading stands.
#[derive(Debug)]
struct Cursor {
    instance: usize,
    place: usize,
    blocks: Blocks,
    at: u64,
    end: u64,
}

/// See the module.
pub(crate) struct Ahead {
    decoder: Decoder,
    most: usize,
    lanes: Option<Lanes<Job, io::Result<Both>>>,
    queue: VecDeque<Due>,
    /// What is read next.
    cursor: Option<Cursor>,
    /// Instances before this one are here and will be read in order.
    until: usize,
    spare: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead")
            .field("cursor", &self.cursor)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl Ahead {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            decoder: Decoder::new()?,
            most: threads(MOST_THREADS),
            lanes: None,
            queue: VecDeque::new(),
            cursor: None,
            until: 0,
            spare: Vec::new(),
        })
    }

    /// For a block that is decoded where it is read.
    pub(crate) fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// Instances before `until` are here and will be read in order.
    pub(crate) fn until(&mut self, until: usize) {
        self.until = until;
    }

    /// The instance with this index, which is stored predicted, is read next, from its beginning. What was read ahead of
    /// others is of no use unless it begins with it.
    pub(crate) fn begin(&mut self, index: usize, manifest: &Manifest) {
        let ready = self
            .queue
            .front()
            .is_some_and(|due| due.instance == index && due.place == 0);
        if !ready {
            self.forget();
            self.cursor = cursor(index, manifest);
        }
    }

    /// The next block of instance `index`; `None` when it has no more. After an error nothing more of it comes.
    pub(crate) fn next<D: ReadAt, O: ReadAt>(
        &mut self,
        index: usize,
        manifest: &Manifest,
        source: &mut Plaintext<D, O>,
    ) -> io::Result<Option<Decoded>> {
        self.fill(manifest, source);
        if self.queue.front().is_none_or(|due| due.instance != index) {
            return Ok(None);
        }
        let Some(Due { left, here, .. }) = self.queue.pop_front() else {
            return Ok(None);
        };
        let decoded = match (here, &mut self.lanes) {
            (Some(here), _) => here,
            (None, Some(lanes)) => lanes
                .take()
                .unwrap_or_else(|| Err(nothing()))
                .and_then(|decoded| decoded),
            (None, None) => Err(nothing()),
        };
        match decoded {
            Ok(Both { bytes, stored }) => Ok(Some(Decoded { bytes, stored, left })),
            Err(error) => {
                self.forget();
                Err(error)
            }
        }
    }

    /// A block was used: its buffer is used again.
    pub(crate) fn give_back(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < 2 * MOST_THREADS && buffer.capacity() > SHORT {
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    /// Throws away what was read ahead.
    pub(crate) fn forget(&mut self) {
        self.cursor = None;
        self.queue.clear();
        self.rest();
    }

    /// Ends the threads: a package that waits for more to come holds none, and no buffers.
    fn rest(&mut self) {
        self.lanes = None;
        self.spare.clear();
    }

    /// Reads on until enough is inside.
    fn fill<D: ReadAt, O: ReadAt>(&mut self, manifest: &Manifest, source: &mut Plaintext<D, O>) {
        while self.queue.is_empty() || !self.is_full() {
            if let Some(done) = self.cursor.take_if(|reading| reading.is_through()) {
                let next = done.instance + 1;
                self.cursor = (next < self.until).then(|| cursor(next, manifest)).flatten();
            }
            let buffer = self.spare.pop().unwrap_or_default();
            let Some(reading) = &mut self.cursor else {
                break;
            };
            let (instance, place) = (reading.instance, reading.place);
            let read = reading.read(source, buffer);
            let left = reading.end.saturating_sub(reading.at);
            let (length, here) = match read {
                Ok((block, stored)) => (block.length, self.decode(block, stored)),
                Err(error) => {
                    // Whoever comes to it is told, and may try again from the beginning of the instance.
                    self.cursor = None;
                    (0, Some(Err(error)))
                }
            };
            self.queue.push_back(Due {
                instance,
                place,
                length,
                left,
                here,
            });
        }
        if self.cursor.is_none() && self.queue.iter().all(|due| due.here.is_some()) {
            self.rest();
        }
    }

    fn is_full(&self) -> bool {
        let inside: usize = self.queue.iter().map(|due| due.length).sum();
        let busy = self.lanes.as_ref().is_some_and(Lanes::is_full);
        self.most == 1 || busy || self.queue.len() >= MOST_BLOCKS || inside >= 2 * self.most * BLOCK
    }

    /// Gives a block to a thread, unless it is short or nothing could be done beside it.
    fn decode(&mut self, block: Block, stored: Vec<u8>) -> Option<io::Result<Both>> {
        let buffer = self.spare.pop().unwrap_or_default();
        let job = Job {
            block,
            stored,
            buffer,
        };
        let alone = self.most == 1 || (self.lanes.is_none() && !self.is_more());
        if block.length < SHORT || alone {
            return Some(decoded(&mut self.decoder, job));
        }
        if self.lanes.is_none() {
            let started = Lanes::start("decode", self.most, || {
                let mut decoder = Decoder::new()?;
                Ok(move |job: Job| decoded(&mut decoder, job))
            });
            match started {
                Ok(lanes) => self.lanes = Some(lanes),
                // No thread is to be had: then without.
                Err(_) => self.most = 1,
            }
        }
        match &mut self.lanes {
            Some(lanes) => lanes.put(job).err().map(Err),
            None => Some(decoded(&mut self.decoder, job)),
        }
    }

    /// Whether there is another block to be read that is not short.
    fn is_more(&self) -> bool {
        self.cursor.as_ref().is_some_and(|reading| {
            let mut rest = reading.blocks.clone();
            reading.instance + 1 < self.until || rest.any(|block| block.length >= SHORT)
        })
    }
}

fn decoded(decoder: &mut Decoder, job: Job) -> io::Result<Both> {
    let Job {
        block,
        stored,
        buffer,
    } = job;
    let bytes = decoder.decode(block, &stored, buffer)?;
    Ok(Both { bytes, stored })
}

impl Cursor {
    fn is_through(&self) -> bool {
        self.blocks.clone().next().is_none()
    }

    fn read<D: ReadAt, O: ReadAt>(
        &mut self,
        source: &mut Plaintext<D, O>,
        stored: Vec<u8>,
    ) -> io::Result<(Block, Vec<u8>)> {
        let block = self.blocks.next().ok_or_else(nothing)?;
        let mut span = Span {
            source,
            at: self.at,
            end: self.end,
        };
        let stored = read_stored(block, &mut span, stored)?;
        (self.at, self.place) = (span.at, self.place + 1);
        Ok((block, stored))
    }
}

/// The beginning of an instance; `None` when it is not stored predicted, or there is none.
fn cursor(index: usize, manifest: &Manifest) -> Option<Cursor> {
    let Instance {
        offset,
        stored,
        length,
        samples,
        ..
    } = manifest.instances().get(index)?;
    let at = manifest.content() + offset;
    Some(Cursor {
        instance: index,
        place: 0,
        blocks: blocks((*samples)?, *length),
        at,
        end: at + stored,
    })
}

fn nothing() -> io::Error {
    io::Error::other("a block is missing that was to be decoded")
}
