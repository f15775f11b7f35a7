//! `root recover`: from enough shares, typed or in files, back to the root's key.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use blahaj::{Share, Sharks};
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::SecretKey;
use zeroize::Zeroizing;

use super::page;
use super::share::RootShare;
use crate::failure::Failure;
use crate::files;

/// Reads shares from files: pages that were printed, or text as it was typed; in a text a blank line stands between
/// shares. `-` is standard input.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<RootShare>, Failure> {
    let mut shares = Vec::new();
    for path in paths {
        let text = Zeroizing::new(files::read_text(path)?);
        let name = if path == Path::new("-") {
            "what was typed".to_owned()
        } else {
            path.display().to_string()
        };
        if page::read(&text).is_some() {
            shares.push(typed(&text, &name)?);
            continue;
        }
        let blocks = blocks(&text);
        let several = blocks.len() > 1;
        for (number, block) in (1..).zip(blocks) {
            let name = if several {
                format!("share {number} of {name}")
            } else {
                name.clone()
            };
            shares.push(RootShare::parse(&block, &name)?);
        }
    }
    Ok(shares)
}

/// One share, from its page or as somebody typed its lines; `name` is what to call it in a refusal.
pub(super) fn typed(text: &str, name: &str) -> Result<RootShare, Failure> {
    RootShare::parse(page::read(text).unwrap_or(text), name)
}

/// Texts between blank lines.
fn blocks(text: &str) -> Vec<Zeroizing<String>> {
    let mut blocks = vec![Zeroizing::new(String::new())];
    for line in text.lines() {
        match blocks.last_mut() {
            Some(last) if line.trim().is_empty() && !last.is_empty() => {
                blocks.push(Zeroizing::new(String::new()));
            }
            Some(last) => last.push_str(line.trim()),
            None => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// The root's key from its shares; each way in which they do not fit has its own sentence.
pub(crate) fn combine(shares: &[RootShare], root: &TrustAnchor) -> Result<SecretKey, Failure> {
    let refuse = |why: String| Err(Failure::Share(why));
    let Some(first) = shares.first() else {
        return refuse("no shares were given".to_owned());
    };
    if let Some(other) = shares.iter().find(|share| share.set != first.set) {
        return refuse(format!(
            "the shares are of different sets ({} and {}): each time a key is split, its shares go together only \
             among themselves",
            first.set_name(),
            other.set_name()
        ));
    }
    if !root.fingerprint().as_bytes().starts_with(&first.root) {
        return refuse(format!(
            "the shares are of another root ({}…) than this certificate's; name that root's certificate with --cert",
            hex::encode(first.root)
        ));
    }
    let alike = |share: &RootShare| share.threshold == first.threshold && share.total == first.total;
    if !shares.iter().all(alike) {
        return refuse("the shares do not agree on how many are needed; at least one is forged".to_owned());
    }
    let numbers: BTreeSet<u8> = shares.iter().map(|share| share.number).collect();
    if numbers.len() < shares.len() {
        return refuse("the same share was given twice".to_owned());
    }
    let needed = usize::from(first.threshold);
    if shares.len() < needed {
        return refuse(format!(
            "{} of the {needed} shares that are needed were given; bring {} more",
            shares.len(),
            needed - shares.len()
        ));
    }
    let mut points = Vec::new();
    for share in shares {
        let bytes = Zeroizing::new([&[share.number], share.secret.as_slice()].concat());
        match Share::try_from(bytes.as_slice()) {
            Ok(point) => points.push(point),
            Err(why) => return refuse(format!("share {} cannot be used: {why}", share.number)),
        }
    }
    let secret = Sharks(first.threshold)
        .recover(&points)
        .map(Zeroizing::new)
        .map_err(|why| Failure::Share(why.to_owned()))?;
    let forged = || {
        Failure::Share(
            "the shares do not give this root's key: at least one is forged; try another choice of them"
                .to_owned(),
        )
    };
    let seed = Zeroizing::new(<[u8; 32]>::try_from(secret.as_slice()).map_err(|_| forged())?);
    let key = SecretKey::from_seed(&seed);
    CertificateAuthority::load(key.clone(), root.der().to_vec()).map_err(|_| forged())?;
    Ok(key)
}
