//! The plaintext of a package by position: proven and decrypted a window at a time.

use std::io::{self, Read};

use crate::chunk::{CHUNK, CHUNK_PLAINTEXT, Layout};
use crate::open::OpenError;
use crate::schedule::PackageKey;
use crate::tree::{ChunkRange, Holding, ReadAt, SLICE_CHUNKS, TreeError};

/// The plaintext by position, decrypted a window at a time.
#[derive(Debug)]
pub(crate) struct Plaintext<D, O> {
    pub(crate) holding: Holding<D, O>,
    key: PackageKey,
    pub(crate) layout: Layout,
    /// Plaintext of the chunks from `first` on.
    window: Vec<u8>,
    first: u32,
}

impl<D: ReadAt, O: ReadAt> Plaintext<D, O> {
    pub(crate) const fn new(holding: Holding<D, O>, key: PackageKey, layout: Layout) -> Self {
        Self {
            holding,
            key,
            layout,
            window: Vec::new(),
            first: 0,
        }
    }

    /// Forgets what was decrypted.
    pub(crate) fn forget(&mut self) {
        self.window = Vec::new();
    }

    /// What is there from `at` on, at least one byte, and nothing from `end` on; `at` lies before `end`.
    pub(crate) fn at(&mut self, at: u64, end: u64) -> Result<&[u8], OpenError> {
        let start = u64::from(self.first) * CHUNK_PLAINTEXT as u64;
        if at < start || at >= start + self.window.len() as u64 {
            self.fetch(at, end)?;
        }
        let start = u64::from(self.first) * CHUNK_PLAINTEXT as u64;
        let from = (at - start) as usize;
        let until = self.window.len().min((end - start) as usize);
        self.window
            .get(from..until)
            .filter(|part| !part.is_empty())
            .ok_or(OpenError::Length)
    }

    /// Decrypts the chunks from the one at `at`, up to a MiB, and none that begins at or after `end`.
    fn fetch(&mut self, at: u64, end: u64) -> Result<(), OpenError> {
        let first = (at / CHUNK_PLAINTEXT as u64) as u32;
        let after = end.div_ceil(CHUNK_PLAINTEXT as u64) as u32;
        let range = ChunkRange {
            start: first,
            end: after.min(first + SLICE_CHUNKS).min(self.layout.chunks()),
        };
        let Self {
            holding,
            key,
            layout,
            window,
            ..
        } = self;
        let mut decrypt = |range: ChunkRange| {
            window.clear();
            window.reserve((range.end - range.start) as usize * CHUNK);
            holding.chunks(range, |index, chunk| {
                key.cipher().open(index, layout.is_last(index), chunk)?;
                window.extend_from_slice(chunk);
                Ok(())
            })
        };
        let outcome = match decrypt(range) {
            // Of a package that is on its way the next chunk may be there, and those after it not yet.
            Err(OpenError::Tree(TreeError::NotHeld { .. })) if range.end - range.start > 1 => {
                decrypt(ChunkRange {
                    end: first + 1,
                    ..range
                })
            }
            outcome => outcome,
        };
        self.first = first;
        // After a failure nothing of the window may be released.
        outcome.inspect_err(|_: &OpenError| self.window.clear())
    }
}

/// A part of the plaintext as a stream.
#[derive(Debug)]
pub(crate) struct Span<'a, D, O> {
    pub(crate) source: &'a mut Plaintext<D, O>,
    pub(crate) at: u64,
    pub(crate) end: u64,
}

impl<D: ReadAt, O: ReadAt> Span<'_, D, O> {
    /// What comes next; empty at the end.
    pub(crate) fn part(&mut self) -> Result<&[u8], OpenError> {
        if self.at >= self.end {
            Ok(&[])
        } else {
            self.source.at(self.at, self.end)
        }
    }
}

impl<D: ReadAt, O: ReadAt> Read for Span<'_, D, O> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let part = self.part()?;
        let length = part.len().min(buffer.len());
        buffer[..length].copy_from_slice(&part[..length]);
        self.at += length as u64;
        Ok(length)
    }
}
