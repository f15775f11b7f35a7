//! Rollover: the next issuing authority, the next root.

use dokuei_identity::chain::Chain;
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use serde_json::json;

use super::Registry;
use super::keys::{self, ISSUING_PURPOSE};
use super::layout::make_private;
use crate::failure::Failure;
use crate::journal::Line;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};

impl Registry {
    /// Takes an issuing authority into service: it issues from now on. Those before it keep signing the revocation
    /// lists of what they issued.
    pub(crate) fn take_authority(
        &mut self,
        actor: &Actor,
        authority: CertificateAuthority,
    ) -> Result<String, Failure> {
        let now = self.time();
        let name = Fingerprint::of(authority.certificate());
        if self.authorities.named(&name).is_some() {
            return Err(Failure::Usage(format!(
                "the issuing authority {name} is in service already; nothing was changed"
            )));
        }
        self.check_authority(&authority)?;
        let path = self.layout.later_key(&name.to_string());
        if let Some(folder) = path.parent() {
            make_private(folder)?;
        }
        // The key first: a line without its key could never be undone.
        keys::seal(&path, authority.key(), &self.passphrase, ISSUING_PURPOSE)?;
        let line = Line::Authority {
            at: now,
            der: hex::encode(authority.certificate()),
            by: actor.name.clone(),
        };
        self.enter(vec![line])?;
        self.authorities.push(authority, self.rules.register_url.as_ref());
        self.sign_list(now)?;
        self.note_rollover(actor, "authority_rotate", &name)?;
        Ok(name.to_string())
    }

    /// Announces a successor root, which `cross` (DER) proves.
    pub(crate) fn take_root(
        &mut self,
        actor: &Actor,
        root: &TrustAnchor,
        cross: &[u8],
    ) -> Result<String, Failure> {
        let now = self.time();
        let mut anchors = self.anchors.clone();
        anchors.add(root.der(), cross, now)?;
        if anchors == self.anchors {
            return Err(Failure::Usage(
                "this root is announced already; nothing was changed".to_owned(),
            ));
        }
        let line = Line::Root {
            at: now,
            der: hex::encode(root.der()),
            cross: hex::encode(cross),
            by: actor.name.clone(),
        };
        self.commit(vec![line], now)?;
        self.anchors = anchors;
        self.note_rollover(actor, "root_rotate", &root.fingerprint())?;
        Ok(root.fingerprint().to_string())
    }

    /// A list that it signs must verify to one of our roots; that shows certificate, key and place in the chain.
    fn check_authority(&self, authority: &CertificateAuthority) -> Result<(), Failure> {
        let now = self.time();
        let pem = dokuei_identity::revocation::make(authority, 0, now, now.plus(1), &[])?;
        let chain = Chain {
            end: Vec::new(),
            intermediates: vec![authority.certificate().to_vec()],
        };
        dokuei_identity::revocation::RevocationList::verify_pem(&pem, &chain, &self.anchors, now)?;
        Ok(())
    }

    fn note_rollover(
        &mut self,
        actor: &Actor,
        act: &'static str,
        about: &Fingerprint,
    ) -> Result<(), Failure> {
        let draft = Draft {
            act,
            about: Some(about.to_string()),
            detail: json!({}),
            outcome: Outcome::Done,
            journal: self.register.lines.len() as u64,
        };
        self.note(actor, vec![draft])
    }
}
