//! The bootstrap's own key: made at the first start, in a file that only its user can read.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use dokuei_identity::key::SecretKey;
use libp2p::identity::Keypair;

/// The 32-byte seed, in the data directory.
const FILE: &str = "bootstrap.key";

/// Reads the key, or makes it.
pub(crate) fn load_or_create(data_dir: &Path) -> Result<SecretKey> {
    std::fs::create_dir_all(data_dir)
        .with_context(|| format!("cannot make the directory {}", data_dir.display()))?;
    let path = data_dir.join(FILE);
    match File::open(&path) {
        Ok(file) => read(file, &path),
        Err(error) if error.kind() == ErrorKind::NotFound => create(&path),
        Err(error) => Err(error).with_context(|| format!("cannot open {}", path.display())),
    }
}

/// The key as libp2p wants it.
pub(crate) fn keypair(key: &SecretKey) -> Result<Keypair> {
    Ok(Keypair::ed25519_from_bytes(*key.seed())?)
}

fn read(file: File, path: &Path) -> Result<SecretKey> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            bail!("{} can be read by others; run `chmod 600` on it", path.display());
        }
    }
    let mut bytes = Vec::new();
    file.take(33).read_to_end(&mut bytes)?;
    let Ok(seed) = <[u8; 32]>::try_from(bytes) else {
        bail!(
            "{} is not a key of 32 bytes; move it away and a new one is made (with a new PeerId)",
            path.display()
        );
    };
    Ok(SecretKey::from_seed(&seed))
}

fn create(path: &Path) -> Result<SecretKey> {
    let key = SecretKey::generate(&mut rand::rng());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("cannot make {}", path.display()))?;
    file.write_all(&*key.seed())?;
    file.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path()).unwrap().public();
        assert_eq!(load_or_create(dir.path()).unwrap().public(), first);
    }

    /// R24: a key that others can read, or that is damaged, is refused.
    #[cfg(unix)]
    #[test]
    fn r24_a_readable_or_damaged_key_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir().unwrap();
        load_or_create(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            load_or_create(dir.path())
                .unwrap_err()
                .to_string()
                .contains("chmod 600")
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"short").unwrap();
        assert!(
            load_or_create(dir.path())
                .unwrap_err()
                .to_string()
                .contains("not a key")
        );
    }
}
