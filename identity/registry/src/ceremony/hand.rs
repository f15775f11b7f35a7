//! The root's key in somebody's hand, for one act: as its shares, as a sealed file, or sealed in the data directory.

use data_encoding::BASE64;
use dokuei_identity::chain::{TrustAnchor, TrustAnchors};
use dokuei_identity::issue::CertificateAuthority;
use serde::Deserialize;
use zeroize::Zeroize;

use super::{make, recover};
use crate::failure::Failure;
use crate::registry::Layout;
use crate::registry::keys::{self, ROOT_PURPOSE};

/// The most shares that are looked at.
const MOST_SHARES: usize = 16;

/// What opens the root's key. It is wiped when dropped, and the key is kept nowhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RootInHand {
    /// Opens the sealed file.
    #[serde(default)]
    passphrase: String,
    /// The sealed file, base64; that in the data directory without it.
    #[serde(default)]
    file: Option<String>,
    /// The lines of each share instead.
    #[serde(default)]
    shares: Vec<String>,
}

impl Drop for RootInHand {
    fn drop(&mut self) {
        self.passphrase.zeroize();
        self.file.zeroize();
        self.shares.zeroize();
    }
}

impl RootInHand {
    /// The root in force, with its key.
    pub(crate) fn open(
        &self,
        layout: &Layout,
        anchors: &TrustAnchors,
    ) -> Result<CertificateAuthority, Failure> {
        let root = anchors.all().last().unwrap_or(anchors.first());
        if !self.shares.is_empty() {
            return self.recover(root);
        }
        let Some(file) = &self.file else {
            return make::open_root(&layout.key_of_root(anchors, root), root, &self.passphrase);
        };
        let sealed = BASE64
            .decode(file.as_bytes())
            .map_err(|_| Failure::RootKey("the file did not arrive whole; choose it again".to_owned()))?;
        let key = keys::open_sealed(&sealed, "the file", &self.passphrase, ROOT_PURPOSE)?;
        make::load_root(key, root, "the file")
    }

    fn recover(&self, root: &TrustAnchor) -> Result<CertificateAuthority, Failure> {
        let typed = self.shares.iter().take(MOST_SHARES).zip(1..);
        let shares: Result<Vec<_>, _> = typed
            .map(|(text, number)| recover::typed(text, &format!("share {number}")))
            .collect();
        make::load_root(recover::combine(&shares?, root)?, root, "what the shares give")
    }
}
