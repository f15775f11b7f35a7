//! The two sides of a transfer, and the study that travels.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use dokuei_tests::digest;
use dokuei_tests::link::{Link, Links};
use dokuei_tests::site::Site;

/// The links on which is measured: name on the command line, what it is, and its behaviour (none: loopback).
pub(super) const LINKS: [(&str, &str, Option<Link>); 4] = [
    ("loopback", "one machine", None),
    (
        "metro",
        "20 ms, 100 Mbit/s, 0.1 % loss each way",
        Some(Link::METRO),
    ),
    ("far", "100 ms, 1 Gbit/s, 0.1 % loss each way", Some(Link::FAR)),
    (
        "island",
        "300 ms, 2 Mbit/s, 2 % loss each way",
        Some(Link::ISLAND),
    ),
];

/// Below this rate a study of `--size` would take longer than anybody watches: a part of it is sent.
const SLOW: u64 = 10_000_000;

/// A study on disk.
#[derive(Debug, Clone)]
pub(super) struct Study {
    pub(super) folder: PathBuf,
    pub(super) bytes: u64,
    pub(super) files: usize,
}

impl Study {
    /// What lies in a folder.
    ///
    /// # Errors
    /// When nothing does.
    pub(super) fn in_folder(folder: &Path) -> Result<Self> {
        let files = digest::files_below(folder).len();
        if files == 0 {
            bail!("there are no files in {}", folder.display());
        }
        Ok(Self {
            folder: folder.to_owned(),
            bytes: digest::size(folder),
            files,
        })
    }

    /// The first files of a study, of about `bytes` in all.
    fn beginning(&self, bytes: u64, folder: &Path) -> Result<Self> {
        let mut copied = 0;
        std::fs::create_dir_all(folder)?;
        for (number, file) in digest::files_below(&self.folder).iter().enumerate() {
            if copied >= bytes {
                break;
            }
            let name = file
                .file_name()
                .context("a file without a name")?
                .to_string_lossy();
            copied += std::fs::copy(file, folder.join(format!("{number:05}-{name}")))?;
        }
        Self::in_folder(folder)
    }
}

/// Where a transfer takes place.
pub(super) struct Scene {
    /// As on the command line.
    pub(super) name: &'static str,
    /// For people.
    pub(super) what: &'static str,
    pub(super) near: Site,
    pub(super) far: Site,
    pub(super) study: Study,
    /// For everything that runs write, a folder in it for each. It stays until the measurement is over: where hundreds of
    /// files were just deleted, ext4 looks for a long time for the place of each new one (`recently_deleted`).
    folder: PathBuf,
    /// How many there were.
    runs: Cell<usize>,
    /// How long a peer is waited for.
    pub(super) patience: Duration,
    /// The namespaces, which live as long as this does.
    _links: Option<Links>,
}

impl Scene {
    /// Makes the link `name` and its hosts.
    ///
    /// # Errors
    /// When there is no such link, or it cannot be made.
    pub(super) fn new(name: &str, study: &Study, folder: &Path, patience: Duration) -> Result<Self> {
        let found = LINKS.iter().find(|(known, ..)| *known == name);
        let names: Vec<&str> = LINKS.iter().map(|(name, ..)| *name).collect();
        let (name, what, link) =
            *found.with_context(|| format!("there is no link {name}: choose of {}", names.join(", ")))?;
        let mut study = study.clone();
        let (mut near, mut far, mut kept) = (Site::default(), Site::default(), None);
        if let Some(link) = link {
            if link.rate < SLOW {
                study = study.beginning(2_000_000, &folder.join(format!("study-{name}")))?;
            }
            let mut links = Links::new()?;
            let (clinic, hospital) = (links.host("clinic")?, links.host("hospital")?);
            let wire = links.link(&clinic, &hospital, link)?;
            (near, far) = (Site::on(&clinic, wire.near()), Site::on(&hospital, wire.far()));
            kept = Some(links);
        }
        Ok(Self {
            name,
            what,
            near,
            far,
            study,
            folder: folder.join(name),
            runs: Cell::new(0),
            patience,
            _links: kept,
        })
    }

    /// An empty folder for a run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn fresh(&self) -> Result<PathBuf> {
        self.runs.set(self.runs.get() + 1);
        let folder = self.folder.join(self.runs.get().to_string());
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Whether all of the study has come into `folder`.
    ///
    /// # Errors
    /// When files or bytes are missing.
    pub(super) fn check_arrived(&self, folder: &Path) -> Result<()> {
        let (files, bytes) = (digest::files_below(folder).len(), digest::size(folder));
        // DICOM programs write their own file meta information, of another length.
        if files != self.study.files || bytes < self.study.bytes / 100 * 99 {
            bail!(
                "{files} files of {bytes} bytes arrived, but {} of {} were sent",
                self.study.files,
                self.study.bytes
            );
        }
        Ok(())
    }
}
