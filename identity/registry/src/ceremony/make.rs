//! Makes roots and issuing authorities, and lets a root certify the one that follows it. Touches no registry.

use std::path::{Path, PathBuf};

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::issue::{CertificateAuthority, IssueError};

use crate::failure::Failure;
use crate::files;
use crate::registry::keys::{self, ISSUING_PURPOSE, ROOT_PURPOSE};
use crate::registry::layout::make_private;
use crate::registry::{BACKDATE, now};

/// How long the root and the issuing authority last, days.
const ROOT_DAYS: u64 = 3650;
const ISSUING_DAYS: u64 = 1826;
/// What a root's name ends with.
const ROOT: &str = " Root";

/// A new root: `root.pem` and the sealed `root.key` in `out`.
pub(crate) fn root(name: &str, out: &Path, passphrase: &str) -> Result<TrustAnchor, Failure> {
    make_private(out)?;
    let (certificate, key) = (out.join("root.pem"), out.join("root.key"));
    if certificate.exists() || key.exists() {
        return Err(Failure::Usage(format!(
            "there already is a root in {}; nothing was changed",
            out.display()
        )));
    }
    let root = new_root(name)?;
    keys::seal(&key, root.key(), passphrase, ROOT_PURPOSE)?;
    files::write(&certificate, pem(root.certificate()).as_bytes(), false)?;
    Ok(TrustAnchor::from_der(root.certificate())?)
}

pub(crate) fn new_root(name: &str) -> Result<CertificateAuthority, Failure> {
    let validity = Validity::days_from(now().minus(BACKDATE), ROOT_DAYS);
    let name = format!("{name}{ROOT}");
    Ok(CertificateAuthority::create_root(
        &name,
        validity,
        &mut rand::rng(),
    )?)
}

/// A new issuing authority under a root. It never outlives the root.
pub(crate) fn new_issuing(
    root: &CertificateAuthority,
    number: usize,
) -> Result<CertificateAuthority, Failure> {
    let name = registry_name(&TrustAnchor::from_der(root.certificate())?);
    let start = now().minus(BACKDATE).max(root.validity().not_before);
    let mut validity = Validity::days_from(start, ISSUING_DAYS);
    validity.not_after = validity.not_after.min(root.validity().not_after);
    let name = format!("{name} Issuing {number}");
    Ok(root.create_issuing(&name, validity, &mut rand::rng())?)
}

/// The registry's name, from its root's.
pub(crate) fn registry_name(root: &TrustAnchor) -> String {
    let name = root.common_name();
    name.strip_suffix(ROOT).map_or(name.clone(), str::to_owned)
}

/// A new issuing authority in `out`: `issuing.pem`, the sealed `issuing.key`, and the root's certificate.
pub(crate) fn authority(
    root: &CertificateAuthority,
    number: usize,
    out: &Path,
    passphrase: &str,
) -> Result<(), Failure> {
    make_private(out)?;
    let certificate = out.join("issuing.pem");
    if certificate.exists() {
        return Err(Failure::Usage(format!(
            "there already is an issuing authority in {}; nothing was changed",
            out.display()
        )));
    }
    let issuing = new_issuing(root, number)?;
    keys::seal(
        &out.join("issuing.key"),
        issuing.key(),
        passphrase,
        ISSUING_PURPOSE,
    )?;
    files::write(&out.join("root.pem"), pem(root.certificate()).as_bytes(), false)?;
    files::write(&certificate, pem(issuing.certificate()).as_bytes(), false)
}

/// A root with its key, from files.
pub(crate) fn open_root(
    key: &Path,
    certificate: &TrustAnchor,
    passphrase: &str,
) -> Result<CertificateAuthority, Failure> {
    if !key.exists() {
        return Err(Failure::RootKey(format!(
            "there is none in {}; recover it with `dokuei-registry root recover`, or name its file with --key",
            key.display()
        )));
    }
    let secret = keys::open(key, passphrase, ROOT_PURPOSE)?;
    CertificateAuthority::load(secret, certificate.der().to_vec()).map_err(|error| match error {
        IssueError::NotThisAuthority => Failure::RootKey(format!(
            "{} is the key of another root than {}; name the file of its key with --key (after `root rotate` it is \
             root-2/root.key), or the certificate of that other root with --cert",
            key.display(),
            certificate.fingerprint()
        )),
        other => other.into(),
    })
}

/// An issuing authority that [`authority`] made elsewhere.
pub(crate) fn open_authority(from: &Path, passphrase: &str) -> Result<CertificateAuthority, Failure> {
    let key = keys::open(&from.join("issuing.key"), passphrase, ISSUING_PURPOSE)?;
    let chain = Chain::from_pem(&files::read_text(&from.join("issuing.pem"))?)?;
    Ok(CertificateAuthority::load(key, chain.end)?)
}

/// Lets the old root certify the new one: `cross.pem` beside the new root's certificate.
pub(crate) fn cross(old: &CertificateAuthority, new: &TrustAnchor, out: &Path) -> Result<PathBuf, Failure> {
    let cross = old.cross_certify(new, &mut rand::rng())?;
    let path = out.join("cross.pem");
    files::write(&path, pem(&cross).as_bytes(), false)?;
    Ok(path)
}

/// A certificate as PEM.
pub(crate) fn pem(der: &[u8]) -> String {
    Chain {
        end: der.to_vec(),
        intermediates: Vec::new(),
    }
    .to_pem()
}
