//! A root's ceremony in the console: the new root, with its key, in memory only, from its making until it is taken into
//! service or given up. Nothing of it is written to a disk of this computer.

use std::time::{Duration, Instant};

use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::network::NetworkName;
use dokuei_identity::passphrase::{self, Rule};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::{Zeroize, Zeroizing};

use super::share::RootShare;
use super::{make, page, recover, split};
use crate::failure::Failure;
use crate::registry::keys::{self, ROOT_PURPOSE};

/// A ceremony that nobody goes on with ends after so long.
const LONGEST: Duration = Duration::from_secs(2 * 3600);

/// What a ceremony begins with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The registry's name.
    name: String,
    /// How many shares are made.
    shares: u8,
    /// How many of them give the key back.
    threshold: u8,
    /// Seals the copy of the key that goes into a safe.
    passphrase: String,
}

impl Drop for Plan {
    fn drop(&mut self) {
        self.passphrase.zeroize();
    }
}

/// The root that was made.
pub(crate) struct Held {
    root: CertificateAuthority,
    anchor: TrustAnchor,
    shares: Vec<RootShare>,
    threshold: u8,
    sealed: Vec<u8>,
    /// Whether a share was typed in again from its page.
    tried: bool,
    since: Instant,
}

impl Held {
    /// Makes the root, deals its shares and seals a copy of its key.
    pub(crate) fn begin(plan: &Plan) -> Result<Self, Failure> {
        let name = plan.name.trim();
        passphrase::check(&plan.passphrase, Rule::Alone, &[name])?;
        let root = make::new_root(name)?;
        let anchor = TrustAnchor::from_der(root.certificate())?;
        let shares = split::deal(root.key(), &anchor, plan.shares, plan.threshold)?;
        let sealed = keys::sealed(root.key(), &plan.passphrase, ROOT_PURPOSE)?;
        Ok(Self {
            root,
            anchor,
            shares,
            threshold: plan.threshold,
            sealed,
            tried: false,
            since: Instant::now(),
        })
    }

    /// Whether it has to end.
    pub(super) fn is_over(&self) -> bool {
        self.since.elapsed() > LONGEST
    }

    /// For the console; nothing secret.
    pub(crate) fn view(&self) -> Value {
        json!({
            "name": make::registry_name(&self.anchor),
            "fingerprint": self.anchor.fingerprint(),
            "network": NetworkName::of(&self.anchor),
            "shares": self.shares.len(),
            "threshold": self.threshold,
            "set": self.shares.first().map(RootShare::set_name),
            "tried": self.tried,
        })
    }

    /// The page of a share, to be printed.
    pub(super) fn page(&self, number: u8) -> Result<Zeroizing<String>, Failure> {
        let share = self.shares.iter().find(|share| share.number == number);
        let share =
            share.ok_or_else(|| Failure::Share(format!("there is no share {number} of this root")))?;
        page::print(share, &self.anchor)
    }

    /// The root's key, sealed, for a safe.
    pub(super) fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    /// The root's certificate.
    pub(crate) fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }

    /// Whether what somebody typed from a printed page is one of the shares.
    pub(super) fn try_share(&mut self, text: &str) -> Result<(), Failure> {
        let typed = recover::typed(text, "what was typed")?;
        if !self.shares.contains(&typed) {
            return Err(Failure::Share(
                "this share is of another splitting than that of the root that was just made".to_owned(),
            ));
        }
        self.tried = true;
        Ok(())
    }

    /// The root with its key, once somebody has shown that the pages can be read.
    pub(crate) fn root(&self) -> Result<&CertificateAuthority, Failure> {
        if self.tried {
            return Ok(&self.root);
        }
        Err(Failure::Share(
            "no share was typed in again yet: print the pages, and try one, before the key is destroyed"
                .to_owned(),
        ))
    }

    /// For the operator log.
    pub(crate) fn told(&self) -> Value {
        json!({"shares": self.shares.len(), "threshold": self.threshold})
    }
}
