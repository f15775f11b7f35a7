//! A small world of processes: one temporary folder, a registry, bootstrap nodes, institutions.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bootstrap::Bootstrap;
use crate::capture::free_ports;
use crate::ending;
use crate::node::Node;
use crate::people::{Institution, REGISTRY_PASSPHRASE};
use crate::programs::Programs;
use crate::registry::Registry;
use crate::site::Site;

/// The folder and the programs of one scene. It outlives the processes that work in it.
#[derive(Debug)]
pub struct Lab {
    programs: Programs,
    folder: tempfile::TempDir,
}

impl Lab {
    /// A scene in a temporary folder, with the programs that [`Programs::find`] finds.
    ///
    /// # Errors
    /// When a program is not built.
    pub fn new() -> Result<Self> {
        Self::with(Programs::find()?)
    }

    /// A scene in a temporary folder with given programs.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with(programs: Programs) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("dokuei-lab-").tempdir()?;
        ending::made(folder.path());
        Ok(Self { programs, folder })
    }

    /// A scene in a folder that is not removed with it, but by whoever made `folder`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn staying_in(folder: &Path, programs: Programs) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        let folder = builder
            .prefix("dokuei-lab-")
            .disable_cleanup(true)
            .tempdir_in(folder)?;
        Ok(Self { programs, folder })
    }

    /// The scene's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The programs in use.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// A new registry.
    ///
    /// # Errors
    /// When its program fails.
    pub fn registry(&self) -> Result<Registry> {
        let passphrase = self.folder().join("registry.passphrase");
        write_secret(&passphrase, REGISTRY_PASSPHRASE)?;
        Registry::init(
            &self.programs.registry,
            &self.folder().join("registry"),
            &passphrase,
        )
    }

    /// Starts a bootstrap node that keeps its data in the folder `name` and mirrors the register.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn bootstrap(&self, name: &str, port: u16, registry: &Registry) -> Result<Bootstrap> {
        self.start_bootstrap((&Site::default(), port), name, registry, &[])
    }

    /// The same at a site of a network.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn bootstrap_at(&self, site: &Site, name: &str, port: u16, registry: &Registry) -> Result<Bootstrap> {
        self.start_bootstrap((site, port), name, registry, &[])
    }

    /// The same with further options of its program.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn bootstrap_with(
        &self,
        name: &str,
        port: u16,
        registry: &Registry,
        options: &[&str],
    ) -> Result<Bootstrap> {
        self.start_bootstrap((&Site::default(), port), name, registry, options)
    }

    /// The same at a site of a network and with further options of its program.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn start_bootstrap(
        &self,
        place: (&Site, u16),
        name: &str,
        registry: &Registry,
        options: &[&str],
    ) -> Result<Bootstrap> {
        let log = self.folder().join(format!("{name}.log"));
        let folder = self.folder().join(name);
        Bootstrap::start(
            &self.programs.bootstrap,
            &folder,
            place,
            registry,
            (&log, options),
        )
    }

    /// A second registry, of another network.
    ///
    /// # Errors
    /// When its program fails.
    pub fn other_registry(&self) -> Result<Registry> {
        let passphrase = self.folder().join("registry.passphrase");
        write_secret(&passphrase, REGISTRY_PASSPHRASE)?;
        Registry::init(
            &self.programs.registry,
            &self.folder().join("other-registry"),
            &passphrase,
        )
    }

    /// A node for an institution, not yet initialised.
    ///
    /// # Errors
    /// When no port is free.
    pub fn node(&self, institution: &Institution) -> Result<Node> {
        let port = free_ports(1)?.first().copied().context("no port is free")?;
        Ok(self.node_on(institution, port))
    }

    /// A node for an institution on a given port of the network.
    #[must_use]
    pub fn node_on(&self, institution: &Institution, port: u16) -> Node {
        Node::new(
            &self.programs.node,
            &self.folder().join(institution.role),
            institution,
            port,
        )
    }
}

/// Writes a secret to a file that only this user may read, without a line end.
///
/// # Errors
/// When the file cannot be written.
pub fn write_secret(path: &Path, secret: &str) -> Result<()> {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(secret.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_for_this_user_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        write_secret(&path, "first, longer").unwrap();
        write_secret(&path, "second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
