//! Blocks encoded on several threads and given back in the order in which they were put in.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use crate::block::{Block, Encoder};

/// The most threads: beyond that sealing, which is one thread's work, is slower than they are.
const MOST_THREADS: usize = 8;
/// Blocks that wait at each thread.
const DEPTH: usize = 2;

struct Job {
    instance: usize,
    block: Block,
    bytes: Vec<u8>,
}

/// An encoded block.
pub(crate) struct Encoded {
    /// Of which instance: what was put in with it.
    pub(crate) instance: usize,
    /// Its stored form.
    pub(crate) stored: Vec<u8>,
    /// What it was made of, to be used again as a buffer.
    pub(crate) buffer: Vec<u8>,
}

struct Lane {
    jobs: SyncSender<Job>,
    done: Receiver<io::Result<Encoded>>,
}

/// As many encoders as there are cores. At most `2 × threads` blocks are inside.
pub(crate) struct Pipeline {
    lanes: Vec<Lane>,
    put: usize,
    taken: usize,
}

impl Pipeline {
    /// Starts the threads; they end when the pipeline is dropped.
    pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, '_>) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
        let lanes = (0..threads).map(|_| {
            let (jobs, to_do) = sync_channel::<Job>(DEPTH);
            let (give, done) = sync_channel(DEPTH);
            let mut encoder = Encoder::new()?;
            thread::Builder::new()
                .name("encode".to_owned())
                .spawn_scoped(scope, move || {
                    for job in to_do {
                        let encoded = encoder.encode(job.block, &job.bytes).map(|stored| Encoded {
                            instance: job.instance,
                            stored,
                            buffer: job.bytes,
                        });
                        if give.send(encoded).is_err() {
                            return;
                        }
                    }
                })?;
            Ok(Lane { jobs, done })
        });
        Ok(Self {
            lanes: lanes.collect::<io::Result<_>>()?,
            put: 0,
            taken: 0,
        })
    }

    /// Whether one must be taken before another is put in.
    pub(crate) fn is_full(&self) -> bool {
        self.put - self.taken >= self.lanes.len() * DEPTH
    }

    /// Puts a block in.
    pub(crate) fn put(&mut self, instance: usize, block: Block, bytes: Vec<u8>) -> io::Result<()> {
        let job = Job {
            instance,
            block,
            bytes,
        };
        let lane = self.lane(self.put)?;
        lane.jobs.send(job).map_err(|_| ended())?;
        self.put += 1;
        Ok(())
    }

    /// Takes the oldest out; `None` when there is none inside.
    pub(crate) fn take(&mut self) -> Option<io::Result<Encoded>> {
        if self.taken == self.put {
            return None;
        }
        let lane = match self.lane(self.taken) {
            Ok(lane) => lane,
            Err(error) => return Some(Err(error)),
        };
        let encoded = lane.done.recv().unwrap_or_else(|_| Err(ended()));
        self.taken += 1;
        Some(encoded)
    }

    fn lane(&self, number: usize) -> io::Result<&Lane> {
        self.lanes.get(number % self.lanes.len().max(1)).ok_or_else(ended)
    }
}

fn ended() -> io::Error {
    io::Error::other("an encoding thread has ended")
}
