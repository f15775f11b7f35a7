//! Where things lie in the data directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors};

use crate::failure::Failure;
use crate::files;
use crate::journal::{self, Register};

/// The data directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) dir: PathBuf,
}

impl Layout {
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("root.pem")
    }
    pub(crate) fn root_key(&self) -> PathBuf {
        self.dir.join("root.key")
    }
    /// The folder of the root of this number that `root rotate` makes here; the first root has none.
    pub(crate) fn successor(&self, number: usize) -> PathBuf {
        self.dir.join(format!("root-{number}"))
    }
    /// Where the sealed key of a root lies when it lies here.
    pub(crate) fn key_of_root(&self, anchors: &TrustAnchors, root: &TrustAnchor) -> PathBuf {
        match anchors.all().iter().position(|known| known == root) {
            None | Some(0) => self.root_key(),
            Some(index) => self.successor(index + 1).join("root.key"),
        }
    }
    pub(crate) fn issuing(&self) -> PathBuf {
        self.dir.join("issuing.pem")
    }
    pub(crate) fn issuing_key(&self) -> PathBuf {
        self.dir.join("issuing.key")
    }
    /// The sealed key of a later issuing authority, named by its certificate.
    pub(crate) fn later_key(&self, name: &str) -> PathBuf {
        self.dir.join("authorities").join(format!("{name}.key"))
    }
    /// The sealed key of the issuing authority that waits for its certificate.
    pub(crate) fn next_issuing_key(&self) -> PathBuf {
        self.dir.join("authorities").join("next.key")
    }
    /// The request for that certificate.
    pub(crate) fn next_issuing_request(&self) -> PathBuf {
        self.dir.join("authorities").join("next.csr")
    }
    /// The sealed key that signs the register's checkpoints.
    pub(crate) fn register_key(&self) -> PathBuf {
        self.dir.join("register.key")
    }
    /// The key that is about to take its place.
    pub(crate) fn next_register_key(&self) -> PathBuf {
        self.dir.join("register-next.key")
    }
    /// The chain of that key's certificate.
    pub(crate) fn register_chain(&self) -> PathBuf {
        self.dir.join("register.pem")
    }
    pub(crate) fn register(&self) -> PathBuf {
        self.dir.join("register.jsonl")
    }
    /// The register as it is published.
    pub(crate) fn published(&self) -> PathBuf {
        self.dir.join("register")
    }
    pub(crate) fn operator_log(&self) -> PathBuf {
        self.dir.join("operator-log.jsonl")
    }
    pub(crate) fn operator_checkpoint(&self) -> PathBuf {
        self.dir.join("operator-log.checkpoint")
    }
    pub(crate) fn operators(&self) -> PathBuf {
        self.dir.join("operators")
    }
    pub(crate) fn pending(&self) -> PathBuf {
        self.dir.join("pending")
    }
    /// The sealed key that applications are sealed to.
    pub(crate) fn application_key(&self) -> PathBuf {
        self.dir.join("application.key")
    }
    pub(crate) fn applications(&self) -> PathBuf {
        self.dir.join("applications")
    }
    pub(crate) fn specialists(&self) -> PathBuf {
        self.dir.join("specialists.json")
    }
    /// What is trusted and known of HPKI.
    pub(crate) fn hpki(&self) -> PathBuf {
        self.dir.join("hpki")
    }
    pub(crate) fn crl(&self) -> PathBuf {
        self.dir.join("crl.pem")
    }
    /// The list of an issuing authority that does not issue any more.
    pub(crate) fn earlier_crl(&self, name: &str) -> PathBuf {
        self.dir.join("authorities").join(format!("{name}.crl.pem"))
    }
    /// Wrong passphrases at the console.
    pub(crate) fn tries(&self) -> PathBuf {
        self.dir.join("tries.json")
    }
    pub(crate) fn token(&self) -> PathBuf {
        self.dir.join("api.token")
    }
    pub(crate) fn api(&self) -> PathBuf {
        self.dir.join("api.json")
    }

    /// The data directory for this process alone, until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, Failure> {
        let path = self.dir.join("lock");
        let failed = |source| Failure::storage("written", &path, source);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::Busy(self.dir.display().to_string())),
            Err(fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The first root: it names the network.
    pub(crate) fn anchor(&self) -> Result<TrustAnchor, Failure> {
        if !self.root().exists() {
            return Err(Failure::NoRegistry(self.dir.display().to_string()));
        }
        Ok(TrustAnchor::from_pem(&files::read_text(&self.root())?)?)
    }

    /// The first root and its successors.
    pub(crate) fn anchors(&self, register: &Register) -> Result<TrustAnchors, Failure> {
        let mut anchors = TrustAnchors::new(self.anchor()?);
        for (at, root, cross) in &register.roots {
            anchors.add(root, cross, *at)?;
        }
        Ok(anchors)
    }

    pub(crate) fn read_register(&self) -> Result<Register, Failure> {
        self.anchor()?;
        journal::read(&self.register())
    }

    /// The first issuing authority's certificate, DER.
    pub(crate) fn first_authority(&self) -> Result<Vec<u8>, Failure> {
        Ok(Chain::from_pem(&files::read_text(&self.issuing())?)?.end)
    }
}

/// Makes a directory that only the operator enters.
pub(crate) fn make_private(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(|source| Failure::storage("made", dir, source))?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(dir, mode).map_err(|source| Failure::storage("closed", dir, source))?;
    }
    Ok(())
}
