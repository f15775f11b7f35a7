//! Work on several threads, given back in the order in which it was put in.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// What waits at each thread, the one that it works on included.
const DEPTH: usize = 2;

struct Lane<J, R> {
    jobs: SyncSender<J>,
    done: Receiver<R>,
    thread: JoinHandle<()>,
}

/// Threads that work in turn. At most two jobs of each are inside, so what they hold is bounded.
pub struct Lanes<J, R> {
    lanes: Vec<Lane<J, R>>,
    put: usize,
    taken: usize,
}

/// As many threads as there are cores, but no more than `most`.
#[must_use]
pub fn threads(most: usize) -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().min(most))
}

impl<J: Send + 'static, R: Send + 'static> Lanes<J, R> {
    /// Starts `threads` of them, each with a worker of its own; they end when this is dropped.
    ///
    /// # Errors
    /// What the system or `worker` refused.
    pub fn start<W>(name: &str, threads: usize, worker: impl Fn() -> io::Result<W>) -> io::Result<Self>
    where
        W: FnMut(J) -> R + Send + 'static,
    {
        let lanes = (0..threads.max(1)).map(|_| {
            let (jobs, to_do) = sync_channel(DEPTH);
            let (give, done) = sync_channel(DEPTH);
            let mut work = worker()?;
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
                for job in to_do {
                    if give.send(work(job)).is_err() {
                        return;
                    }
                }
            })?;
            Ok(Lane { jobs, done, thread })
        });
        Ok(Self {
            lanes: lanes.collect::<io::Result<_>>()?,
            put: 0,
            taken: 0,
        })
    }

    /// Whether one must be taken before another is put in.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.put - self.taken >= self.lanes.len() * DEPTH
    }

    /// Puts one in.
    ///
    /// # Errors
    /// When the worker whose turn it is has panicked.
    pub fn put(&mut self, job: J) -> io::Result<()> {
        self.lane(self.put)?.jobs.send(job).map_err(|_| ended())?;
        self.put += 1;
        Ok(())
    }

    /// Waits for the oldest and takes it out; `None` when there is none inside. An error when its worker has panicked.
    pub fn take(&mut self) -> Option<io::Result<R>> {
        if self.taken == self.put {
            return None;
        }
        let taken = self
            .lane(self.taken)
            .and_then(|lane| lane.done.recv().map_err(|_| ended()));
        self.taken += 1;
        Some(taken)
    }

    fn lane(&self, number: usize) -> io::Result<&Lane<J, R>> {
        self.lanes.get(number % self.lanes.len().max(1)).ok_or_else(ended)
    }
}

impl<J, R> std::fmt::Debug for Lanes<J, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lanes")
            .field("threads", &self.lanes.len())
            .finish_non_exhaustive()
    }
}

impl<J, R> Drop for Lanes<J, R> {
    fn drop(&mut self) {
        for Lane { jobs, done, thread } in self.lanes.drain(..) {
            drop((jobs, done));
            // Nobody waits for what it was doing; one that panicked has nothing to tell any more.
            let _ = thread.join();
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("a coding thread has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out_in_order_and_no_more_than_fits_is_inside() {
        let mut lanes: Lanes<u64, u64> = Lanes::start("test", 3, || {
            Ok(|job: u64| {
                thread::sleep(std::time::Duration::from_micros(job * 7919 % 500));
                job * 2
            })
        })
        .unwrap();
        let (mut out, mut inside) = (Vec::new(), 0);
        for job in 0..200 {
            if lanes.is_full() {
                out.push(lanes.take().unwrap().unwrap());
                inside -= 1;
            }
            lanes.put(job).unwrap();
            inside += 1;
            assert!(inside <= 3 * DEPTH);
        }
        while let Some(last) = lanes.take() {
            out.push(last.unwrap());
        }
        assert_eq!(out, (0..200).map(|job| job * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_worker_that_ended_is_an_error_and_no_wait_for_ever() {
        let mut lanes: Lanes<u8, u8> = Lanes::start("test", 1, || {
            Ok(|_| panic!("a worker that panics, for this test"))
        })
        .unwrap();
        lanes.put(1).unwrap();
        assert!(lanes.take().unwrap().is_err());
        assert!(lanes.take().is_none());
    }

    #[test]
    fn dropped_with_work_inside_it_ends() {
        let mut lanes: Lanes<u8, u8> = Lanes::start("test", 2, || Ok(|job| job)).unwrap();
        for job in 0..4 {
            lanes.put(job).unwrap();
        }
    }
}
