//! Makes roots and issuing authorities, and lets a root certify the one that follows it. Touches no registry.

use std::path::{Path, PathBuf};

use dokuei_identity::certificate::Validity;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::{CertificateAuthority, IssueError};
use dokuei_identity::key::SecretKey;
use dokuei_identity::request::Request;

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

/// A new issuing authority under a root, its key made here.
pub(crate) fn new_issuing(
    root: &CertificateAuthority,
    number: usize,
) -> Result<CertificateAuthority, Failure> {
    let key = SecretKey::generate(&mut rand::rng());
    let certificate = certify_issuing(root, number, &Request::of(key.public()))?;
    Ok(CertificateAuthority::load(key, certificate)?)
}

/// The certificate of an issuing authority under a root, for the key of a request; DER. It never outlives the root.
pub(crate) fn certify_issuing(
    root: &CertificateAuthority,
    number: usize,
    request: &Request,
) -> Result<Vec<u8>, Failure> {
    let name = issuing_name(&TrustAnchor::from_der(root.certificate())?, number);
    let start = now().minus(BACKDATE).max(root.validity().not_before);
    let mut validity = Validity::days_from(start, ISSUING_DAYS);
    validity.not_after = validity.not_after.min(root.validity().not_after);
    Ok(root.certify_issuing(request, &name, validity, &mut rand::rng())?)
}

/// The name of a registry's issuing authority of this number.
pub(crate) fn issuing_name(root: &TrustAnchor, number: usize) -> String {
    format!("{} Issuing {number}", registry_name(root))
}

/// The registry's name, from its root's.
pub(crate) fn registry_name(root: &TrustAnchor) -> String {
    let name = root.common_name();
    name.strip_suffix(ROOT).map_or(name.clone(), str::to_owned)
}

/// Whose key an issuing authority has.
pub(crate) enum IssuingKey<'a> {
    /// A new one, sealed under this passphrase.
    New(&'a str),
    /// That of a registry, which made a request and keeps its key.
    Of(&'a Request),
}

/// A new issuing authority in `out`: `issuing.pem`, the root's certificate, and the sealed `issuing.key` where it is made
/// here. Gives its name.
pub(crate) fn authority(
    root: &CertificateAuthority,
    number: usize,
    out: &Path,
    key: &IssuingKey<'_>,
) -> Result<Fingerprint, Failure> {
    make_private(out)?;
    let certificate = out.join("issuing.pem");
    if certificate.exists() {
        return Err(Failure::Usage(format!(
            "there already is an issuing authority in {}; nothing was changed",
            out.display()
        )));
    }
    let issuing = match key {
        IssuingKey::New(passphrase) => {
            let issuing = new_issuing(root, number)?;
            let sealed = out.join("issuing.key");
            keys::seal(&sealed, issuing.key(), passphrase, ISSUING_PURPOSE)?;
            issuing.certificate().to_vec()
        }
        IssuingKey::Of(request) => certify_issuing(root, number, request)?,
    };
    files::write(&out.join("root.pem"), pem(root.certificate()).as_bytes(), false)?;
    files::write(&certificate, pem(&issuing).as_bytes(), false)?;
    Ok(Fingerprint::of(&issuing))
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
    load_root(secret, certificate, &key.display().to_string())
}

/// A root from its key, which was read from `source`, and its certificate.
pub(super) fn load_root(
    secret: SecretKey,
    certificate: &TrustAnchor,
    source: &str,
) -> Result<CertificateAuthority, Failure> {
    CertificateAuthority::load(secret, certificate.der().to_vec()).map_err(|error| match error {
        IssueError::NotThisAuthority => Failure::RootKey(format!(
            "{source} is the key of another root than {}; name the file of its key with --key (after `root rotate` it is \
             root-2/root.key), or the certificate of that other root with --cert",
            certificate.fingerprint()
        )),
        other => other.into(),
    })
}

/// An issuing authority that [`authority`] made elsewhere, with its key.
pub(crate) fn open_authority(from: &Path, passphrase: &str) -> Result<CertificateAuthority, Failure> {
    let key = keys::open(&issuing_key(from), passphrase, ISSUING_PURPOSE)?;
    Ok(CertificateAuthority::load(key, issuing_certificate(from)?)?)
}

/// Where [`authority`] put the key of an authority, when it was made there.
pub(crate) fn issuing_key(from: &Path) -> PathBuf {
    from.join("issuing.key")
}

/// The certificate of an authority that [`authority`] made; DER.
pub(crate) fn issuing_certificate(from: &Path) -> Result<Vec<u8>, Failure> {
    Ok(Chain::from_pem(&files::read_text(&from.join("issuing.pem"))?)?.end)
}

/// Lets the old root certify the new one of the same registry; DER.
pub(crate) fn certify(old: &CertificateAuthority, new: &TrustAnchor) -> Result<Vec<u8>, Failure> {
    Ok(old.cross_certify(new, &mut rand::rng())?)
}

/// The same in a file: `cross.pem` beside the new root's certificate.
pub(crate) fn cross(old: &CertificateAuthority, new: &TrustAnchor, out: &Path) -> Result<PathBuf, Failure> {
    let cross = certify(old, new)?;
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
