//! Sealed keys in files.

use std::path::Path;

use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore::{self, KdfParams};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::files;

/// What the root's sealed file is for.
pub(crate) const ROOT_PURPOSE: &str = "registry-root-key";
/// What an issuing authority's sealed file is for.
pub(crate) const ISSUING_PURPOSE: &str = "registry-issuing-key";

/// Opens a sealed key.
pub(crate) fn open(path: &Path, passphrase: &str, purpose: &str) -> Result<SecretKey, Failure> {
    open_sealed(
        &files::read(path)?,
        &path.display().to_string(),
        passphrase,
        purpose,
    )
}

/// Opens a sealed key that was read from `source`.
pub(crate) fn open_sealed(
    sealed: &[u8],
    source: &str,
    passphrase: &str,
    purpose: &str,
) -> Result<SecretKey, Failure> {
    let secret = keystore::open(sealed, passphrase, purpose)?;
    let damaged = || Failure::Damaged(format!("{source} does not hold a key; restore it from a backup"));
    let seed = Zeroizing::new(<[u8; 32]>::try_from(secret.as_slice()).map_err(|_| damaged())?);
    Ok(SecretKey::from_seed(&seed))
}

/// Writes a key, sealed.
pub(crate) fn seal(path: &Path, key: &SecretKey, passphrase: &str, purpose: &str) -> Result<(), Failure> {
    files::write(path, &sealed(key, passphrase, purpose)?, true)
}

/// A key, sealed.
pub(crate) fn sealed(key: &SecretKey, passphrase: &str, purpose: &str) -> Result<Vec<u8>, Failure> {
    Ok(keystore::seal(
        key.seed().as_slice(),
        passphrase,
        KdfParams::RECOMMENDED,
        purpose,
        &mut rand::rng(),
    )?)
}
