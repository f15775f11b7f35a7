//! Writes a set, one disc of it at a time: into a [`folder`], or as an ISO 9660 [`image`].

pub mod folder;
pub mod image;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::capacity::Capacity;
use crate::index::{Index, Part};
use crate::names::{LETTER, SetFolder, tree};
use crate::readme::{self, Readme};
use crate::source::SourceError;

/// Where a package lies that is written: nothing of it is held in memory.
#[derive(Debug, Clone)]
pub struct Payload {
    /// Its ciphertext.
    pub ciphertext: PathBuf,
    /// Its tree.
    pub tree: PathBuf,
}

/// What is to be written.
#[derive(Debug)]
pub struct Set<'a> {
    /// The index.
    pub index: &'a Index,
    /// The same, signed: the bytes of the index file.
    pub signed: &'a [u8],
    /// The sealed letter.
    pub letter: &'a [u8],
    /// The packages of the index, in its order.
    pub payloads: &'a [Payload],
    /// The institution that sends, for people.
    pub institution: &'a str,
    /// When, RFC 3339, for people.
    pub written_at: &'a str,
}

/// A stretch of a file that becomes a file on the medium.
#[derive(Debug)]
struct Stretch<'a> {
    name: String,
    file: &'a PathBuf,
    offset: u64,
    length: u64,
    /// The part that it is; none for a tree.
    part: Option<Part>,
}

/// Why a medium was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A link or something else lies where a folder or a file of ours belongs.
    #[error("{0} on the medium is not a plain folder or file of ours; nothing was written through it")]
    NotPlain(String),
    /// No room.
    #[error("the medium is full: {need} are needed and {have} are free")]
    Full {
        /// What is still to be written.
        need: Capacity,
        /// What is free.
        have: Capacity,
    },
    /// What is there must not be replaced.
    #[error("{0} is there already, and is no image of this consultation")]
    Occupied(PathBuf),
    /// The program that makes images is not installed.
    #[error("an ISO image is made by the program xorriso, which is not installed")]
    NoXorriso,
    /// The program that makes images failed.
    #[error("xorriso could not write the image: {0}")]
    Xorriso(String),
    /// The system refused.
    #[error("the medium cannot be written: {0}")]
    Io(#[from] io::Error),
    /// What is there cannot be looked at.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Set<'_> {
    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> SetFolder {
        self.index.set_id().folder()
    }

    /// How many bytes of payload lie on disc `disc` (from 0).
    #[must_use]
    pub fn bytes_on(&self, disc: usize) -> u64 {
        self.stretches(disc).iter().map(|stretch| stretch.length).sum()
    }

    fn readme(&self, disc: usize) -> String {
        readme::text(&Readme {
            institution: self.institution,
            written_at: self.written_at,
            set: &self.folder().to_string(),
            disc: disc + 1,
            of: self.index.discs.len(),
        })
    }

    /// Trees first: without them no part is proven.
    fn stretches(&self, disc: usize) -> Vec<Stretch<'_>> {
        let packages = (0_u16..).zip(self.index.packages.iter().zip(self.payloads));
        let trees = packages.map(|(number, (package, payload))| Stretch {
            name: tree(number),
            file: &payload.tree,
            offset: 0,
            length: package.tree().outboard_length(),
            part: None,
        });
        let parts = self
            .index
            .discs
            .get(disc)
            .into_iter()
            .flat_map(|disc| &disc.parts);
        let parts = parts.filter_map(|part| {
            let place = usize::from(part.package);
            Some(Stretch {
                name: part.name(),
                file: &self.payloads.get(place)?.ciphertext,
                offset: part.offset(),
                length: part.length(self.index.packages.get(place)?.length),
                part: Some(*part),
            })
        });
        trees.chain(parts).collect()
    }

    /// What lies in the folder of the set and is held in memory, without the index.
    fn held(&self) -> [(&str, &[u8]); 1] {
        [(LETTER, self.letter)]
    }
}
