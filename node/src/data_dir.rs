//! The node's data directory: where each file lies, and how a small file is written so that a crash leaves either
//! the old or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// A node's data directory. Directories are made for the owner only (0700), files likewise (0600).
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The directory at `path`, which need not exist yet.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where this platform keeps a user's application data.
    #[must_use]
    pub fn by_convention() -> Self {
        Self(ProjectDirs::from("jp", "dokuei", "dokuei").map_or_else(
            || PathBuf::from("dokuei-data"),
            |dirs| dirs.data_local_dir().to_owned(),
        ))
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// `config.toml`: settings that the administrator edits.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// `node.key`: node key and storage key, sealed by the node passphrase. Its presence means "initialised".
    #[must_use]
    pub fn node_key(&self) -> PathBuf {
        self.0.join("node.key")
    }

    /// `node.pub`: the node's public key in hexadecimal, to tell its certificate from others while it is locked.
    #[must_use]
    pub fn node_public_key(&self) -> PathBuf {
        self.0.join("node.pub")
    }

    /// `root.pem`: the root certificate of the registry that this node trusts.
    #[must_use]
    pub fn root_certificate(&self) -> PathBuf {
        self.0.join("root.pem")
    }

    /// `node.pem`: the node's own certificate chain.
    #[must_use]
    pub fn node_chain(&self) -> PathBuf {
        self.0.join("node.pem")
    }

    /// `crl.pem`: the newest certificate revocation list that was installed.
    #[must_use]
    pub fn crl(&self) -> PathBuf {
        self.0.join("crl.pem")
    }

    /// `practitioners/`: a sealed key, a description and a chain for each person who works here.
    #[must_use]
    pub fn practitioners(&self) -> PathBuf {
        self.0.join("practitioners")
    }

    /// `api.token`: proof, to the loopback API, of being the user who runs this node.
    #[must_use]
    pub fn api_token(&self) -> PathBuf {
        self.0.join("api.token")
    }

    /// `api.json`: where the loopback API listens while the node runs.
    #[must_use]
    pub fn api_address(&self) -> PathBuf {
        self.0.join("api.json")
    }

    /// `session.token`: the command line's own signed-in session.
    #[must_use]
    pub fn session_token(&self) -> PathBuf {
        self.0.join("session.token")
    }

    /// `wiped.json`: this node was revoked and destroyed its keys.
    #[must_use]
    pub fn wiped(&self) -> PathBuf {
        self.0.join("wiped.json")
    }

    /// `moved-out.json`: this node was moved to another machine and does not run here any more.
    #[must_use]
    pub fn moved_out(&self) -> PathBuf {
        self.0.join("moved-out.json")
    }

    /// `moved-in.json`: which nodes this one took the place of.
    #[must_use]
    pub fn moved_in(&self) -> PathBuf {
        self.0.join("moved-in.json")
    }

    /// Bytes that may still be written here. A file system that does not tell counts as having room: the write itself
    /// will say.
    #[must_use]
    pub fn free_space(&self) -> u64 {
        rustix::fs::statvfs(&self.0).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Makes the directory and those inside it.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn create(&self) -> io::Result<()> {
        for directory in [self.0.clone(), self.practitioners()] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
        }
        Ok(())
    }
}

/// Writes a small file whole or not at all: a temporary file beside it, fsync, rename, fsync of the directory.
///
/// # Errors
/// Whatever the file system says; the old file, if any, is untouched then.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.{}.new", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(directory)?.sync_all()
    })();
    if written.is_err() {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// As [`write_durably`], for a secret that takes the place of an older one: the old bytes are then overwritten where
/// they lay. A flash disk or a file system that copies on write may keep them all the same; that nobody can open them
/// without the passphrase is what protects them there.
///
/// # Errors
/// Whatever the file system says. When only the overwriting failed, the new file stands already.
pub fn replace_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = OpenOptions::new().write(true).open(path);
    write_durably(path, bytes)?;
    match old {
        Ok(old) => blank(&old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Overwrites a file with a secret and removes it; that it is not there is fine.
///
/// # Errors
/// Whatever the file system says.
pub fn destroy_secret(path: &Path) -> io::Result<()> {
    let old = match OpenOptions::new().write(true).open(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    blank(&old)?;
    fs::remove_file(path)?;
    File::open(path.parent().unwrap_or_else(|| Path::new(".")))?.sync_all()
}

fn blank(mut file: &File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![0; length.min(1 << 20)])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node.key");
        write_durably(&path, b"first").unwrap();
        write_durably(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn r19_a_replaced_secret_is_overwritten_where_it_lay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tanaka.key");
        replace_secret(&path, b"first").unwrap();
        // A second name keeps the old bytes within reach.
        let old = directory.path().join("old");
        fs::hard_link(&path, &old).unwrap();
        replace_secret(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read(&old).unwrap(), [0; 5]);
        destroy_secret(&path).unwrap();
        assert!(!path.exists());
        destroy_secret(&path).unwrap();
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        assert!(write_durably(&directory.path().join("missing/file"), b"x").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
