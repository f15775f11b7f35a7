//! `root split`: the root's key in n shares, of which m give it back (Shamir, by the crate `blahaj`).

use std::path::PathBuf;

use blahaj::{Share, Sharks};
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::key::SecretKey;
use zeroize::Zeroizing;

use super::page;
use super::recover::combine;
use super::share::RootShare;
use crate::failure::Failure;
use crate::files;
use crate::registry::layout::make_private;

/// Splits the key, and writes a page for each share; gives the files.
pub(crate) fn split(
    key: &SecretKey,
    root: &TrustAnchor,
    total: u8,
    threshold: u8,
    out: &std::path::Path,
) -> Result<Vec<PathBuf>, Failure> {
    let shares = deal(key, root, total, threshold)?;
    make_private(out)?;
    let mut written = Vec::new();
    for share in &shares {
        let path = out.join(format!(
            "share-{}-{}-of-{total}.html",
            share.set_name(),
            share.number
        ));
        let page = page::print(share, root)?;
        files::write(&path, page.as_bytes(), true)?;
        written.push(path);
    }
    Ok(written)
}

/// The shares, which were tried: the last ones give the key back.
pub(super) fn deal(
    key: &SecretKey,
    root: &TrustAnchor,
    total: u8,
    threshold: u8,
) -> Result<Vec<RootShare>, Failure> {
    if threshold < 2 || threshold > total || total > 16 {
        return Err(Failure::Usage(format!(
            "{threshold} of {total} shares makes no sense: at least 2 must be needed, and at most 16 can be made"
        )));
    }
    let set = rand::random::<[u8; 4]>();
    let mut beginning = [0; 6];
    beginning.copy_from_slice(&root.fingerprint().as_bytes()[..6]);
    let seed = key.seed();
    let dealt = Sharks(threshold).dealer_rng(seed.as_slice(), &mut rand::rng());
    let shares: Vec<RootShare> = dealt
        .take(usize::from(total))
        .filter_map(|share| of(&share, set, beginning, threshold, total))
        .collect();
    // Nobody goes home with shares that were not tried: the last ones must give the key back.
    let last = shares
        .get(usize::from(total - threshold)..)
        .ok_or_else(|| Failure::Share("the shares cannot be made".to_owned()))?;
    combine(last, root)?;
    Ok(shares)
}

fn of(share: &Share, set: [u8; 4], root: [u8; 6], threshold: u8, total: u8) -> Option<RootShare> {
    let bytes = Zeroizing::new(Vec::from(share));
    let (number, secret) = bytes.split_first()?;
    Some(RootShare {
        set,
        number: *number,
        threshold,
        total,
        root,
        secret: secret.try_into().ok()?,
    })
}
