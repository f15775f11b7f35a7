//! The key that signs the register's checkpoints, and its certificate.

use dokuei_identity::certificate::{RegistryCertificate, Validity};
use dokuei_identity::chain::{Anchors, Chain, verify_registry};
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;

use super::authorities::Authorities;
use super::keys;
use super::layout::Layout;
use super::{BACKDATE, now};
use crate::failure::Failure;
use crate::files;
use crate::log::REGISTER_PURPOSE;

/// How long its certificate lasts, days; it is issued again, for the same key, when less than [`AHEAD`] is left.
const DAYS: u64 = 365;
const AHEAD: u64 = 60 * 86_400;

/// The register's key and the chain of its certificate; makes what is missing.
pub(super) fn open(
    layout: &Layout,
    authorities: &Authorities,
    anchors: &dyn Anchors,
    passphrase: &str,
) -> Result<(SecretKey, Chain), Failure> {
    let path = layout.register_key();
    let key = if path.exists() {
        keys::open(&path, passphrase, REGISTER_PURPOSE)?
    } else {
        let key = SecretKey::generate(&mut rand::rng());
        keys::seal(&path, &key, passphrase, REGISTER_PURPOSE)?;
        key
    };
    let now = now();
    if let Some(chain) = stored(layout)? {
        let good = verify_registry(&chain, anchors, now, None);
        let lasts = |certificate: &RegistryCertificate| {
            certificate.key == key.public() && certificate.validity.not_after > now.plus(AHEAD)
        };
        if good.as_ref().is_ok_and(lasts) {
            return Ok((key, chain));
        }
    }
    let authority = &authorities.current().authority;
    let end = Timestamp(
        Validity::days_from(now.minus(BACKDATE), DAYS)
            .not_after
            .0
            .min(authority.validity().not_after.0),
    );
    let validity = Validity {
        not_before: now.minus(BACKDATE).max(authority.validity().not_before),
        not_after: end,
    };
    let issued = authority.issue_registry(&key.public(), "register", validity, &mut rand::rng())?;
    let chain = authority.chain(&issued);
    verify_registry(&chain, anchors, now, None)?;
    files::write(&layout.register_chain(), chain.to_pem().as_bytes(), false)?;
    Ok((key, chain))
}

/// The chain as it lies in the data directory.
pub(crate) fn stored(layout: &Layout) -> Result<Option<Chain>, Failure> {
    let path = layout.register_chain();
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(Chain::from_pem(&files::read_text(&path)?)?))
}
