//! Where the built programs are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The environment variable that names another folder of programs, for testing a release.
pub const BIN_DIR: &str = "DOKUEI_BIN_DIR";

/// The three programs under test.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `dokuei`, the node.
    pub node: PathBuf,
    /// `dokuei-registry`, which issues credentials.
    pub registry: PathBuf,
    /// `dokuei-bootstrap`, which helps peers to find each other.
    pub bootstrap: PathBuf,
}

impl Programs {
    /// Finds the programs in `DOKUEI_BIN_DIR`, or beside the running test (`target/<profile>/`).
    ///
    /// # Errors
    /// When a program is not there: says which, where, and the command that builds it.
    pub fn find() -> Result<Self> {
        match std::env::var_os(BIN_DIR) {
            Some(dir) => Self::in_dir(Path::new(&dir)),
            None => Self::beside(&std::env::current_exe().context("the running program has no path")?),
        }
    }

    /// The programs in the profile folder that `exe` lies in: cargo puts tests into `deps/` one level below it.
    fn beside(exe: &Path) -> Result<Self> {
        let folder = exe.parent().context("the running program lies in no folder")?;
        let folder = if folder.ends_with("deps") {
            folder.parent().unwrap_or(folder)
        } else {
            folder
        };
        Self::in_dir(folder)
    }

    /// The programs in `dir`.
    ///
    /// # Errors
    /// As [`Programs::find`].
    pub fn in_dir(dir: &Path) -> Result<Self> {
        let find = |name: &str, package: &str| {
            let path = dir.join(name);
            if path.is_file() {
                return Ok(path);
            }
            bail!(
                "the program {name} is not in {}: build it with `cargo build -p {package}`, or name its folder in {BIN_DIR}",
                dir.display()
            )
        };
        Ok(Self {
            node: find("dokuei", "dokuei-node")?,
            registry: find("dokuei-registry", "dokuei-registry")?,
            bootstrap: find("dokuei-bootstrap", "dokuei-bootstrap")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"").unwrap();
    }

    #[test]
    fn programs_are_found_above_the_folder_of_tests() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["dokuei", "dokuei-registry", "dokuei-bootstrap"] {
            touch(&dir.path().join(name));
        }
        let found = Programs::beside(&dir.path().join("deps/consultation-1234")).unwrap();
        assert_eq!(found.node, dir.path().join("dokuei"));
        assert!(Programs::beside(&dir.path().join("xtask")).is_ok());
    }

    #[test]
    fn a_program_that_is_not_built_is_named_with_its_command() {
        let dir = tempfile::tempdir().unwrap();
        touch(&dir.path().join("dokuei"));
        let error = Programs::in_dir(dir.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("the program dokuei-registry is not in "),
            "{error}"
        );
        assert!(error.contains("`cargo build -p dokuei-registry`"), "{error}");
    }
}
