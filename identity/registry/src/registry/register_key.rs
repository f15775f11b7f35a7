//! The key that signs the register's checkpoints, its certificate, and how another key takes its place.
//!
//! A change goes in this order, each step durable before the next: the new key beside the old one; the journal's line,
//! which holds the root's word; the new key in the place of the old one, which is gone then; the published entry, which
//! the new key signs. A crash before the line undoes the change, and one after it brings it to its end.

use std::fs;

use dokuei_identity::certificate::{RegistryCertificate, Validity};
use dokuei_identity::chain::{Anchors, Chain, TrustAnchors, verify_registry};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::key::{PublicKey, SecretKey};
use dokuei_identity::register::KeySuccession;
use dokuei_identity::time::Timestamp;
use serde_json::json;

use super::authorities::Authorities;
use super::keys;
use super::layout::Layout;
use super::{BACKDATE, Registry, now};
use crate::failure::Failure;
use crate::files;
use crate::journal::{Line, Register, RegisterKeyLine, RetiredCertificate};
use crate::log::REGISTER_PURPOSE;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};

/// How long its certificate lasts, days; it is issued again, for the same key, when less than [`AHEAD`] is left.
const DAYS: u64 = 365;
const AHEAD: u64 = 60 * 86_400;

/// The register's key, the chain of its certificate, and the keys before it; makes what is missing.
pub(super) struct RegisterKey {
    pub(super) key: SecretKey,
    pub(super) chain: Chain,
    /// The oldest first.
    pub(super) former: Vec<PublicKey>,
}

pub(super) fn open(
    layout: &Layout,
    authorities: &Authorities,
    anchors: &TrustAnchors,
    register: &Register,
    passphrase: &str,
) -> Result<RegisterKey, Failure> {
    let successions = successions(register, anchors)?;
    let former = successions.iter().map(|succession| succession.previous).collect();
    finish_change(layout, successions.last(), passphrase)?;
    let path = layout.register_key();
    let key = if path.exists() {
        keys::open(&path, passphrase, REGISTER_PURPOSE)?
    } else {
        let key = SecretKey::generate(&mut rand::rng());
        keys::seal(&path, &key, passphrase, REGISTER_PURPOSE)?;
        key
    };
    if successions.last().is_some_and(|last| last.next != key.public()) {
        return Err(Failure::Damaged(format!(
            "{} is not the key that the journal names as the register's; restore it from a backup that was made after \
             the change of keys",
            path.display()
        )));
    }
    let now = now();
    if let Some(chain) = stored(layout)? {
        let good = verify_registry(&chain, anchors, now, None);
        let lasts = |certificate: &RegistryCertificate| {
            certificate.key == key.public() && certificate.validity.not_after > now.plus(AHEAD)
        };
        if good.as_ref().is_ok_and(lasts) {
            return Ok(RegisterKey { key, chain, former });
        }
    }
    let chain = certify(&key.public(), authorities, anchors, now)?;
    files::write(&layout.register_chain(), chain.to_pem().as_bytes(), false)?;
    Ok(RegisterKey { key, chain, former })
}

/// After a crash in the middle of a change: the new key takes its place when the journal names it, and goes when not.
fn finish_change(layout: &Layout, last: Option<&KeySuccession>, passphrase: &str) -> Result<(), Failure> {
    let next = layout.next_register_key();
    if !next.exists() {
        return Ok(());
    }
    let key = keys::open(&next, passphrase, REGISTER_PURPOSE)?;
    if last.is_some_and(|last| last.next == key.public()) {
        take_place(layout)
    } else {
        fs::remove_file(&next).map_err(|source| Failure::storage("removed", &next, source))
    }
}

fn take_place(layout: &Layout) -> Result<(), Failure> {
    let (next, place) = (layout.next_register_key(), layout.register_key());
    fs::rename(&next, &place).map_err(|source| Failure::storage("written", &place, source))?;
    files::sync_parent(&place)
}

/// A certificate for the register's key, from the authority that issues.
fn certify(
    key: &PublicKey,
    authorities: &Authorities,
    anchors: &dyn Anchors,
    now: Timestamp,
) -> Result<Chain, Failure> {
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
    let issued = authority.issue_registry(key, "register", validity, &mut rand::rng())?;
    let chain = authority.chain(&issued);
    verify_registry(&chain, anchors, now, None)?;
    Ok(chain)
}

/// The chain as it lies in the data directory.
pub(crate) fn stored(layout: &Layout) -> Result<Option<Chain>, Failure> {
    let path = layout.register_chain();
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(Chain::from_pem(&files::read_text(&path)?)?))
}

/// The changes of the key in the journal, the oldest first.
pub(crate) fn successions(
    register: &Register,
    anchors: &TrustAnchors,
) -> Result<Vec<KeySuccession>, Failure> {
    let read = |line: &RegisterKeyLine| {
        let damaged = |why: String| {
            Failure::Damaged(format!(
                "the journal's change of the register's key is damaged ({why}); restore register.jsonl from a backup"
            ))
        };
        let document = hex::decode(&line.statement).map_err(|error| damaged(error.to_string()))?;
        KeySuccession::verify(&document, anchors).map_err(|error| damaged(error.to_string()))
    };
    register.register_keys.iter().map(read).collect()
}

impl Registry {
    /// Lets a new key sign the register from now on, on the root's word. The old one is destroyed; with `compromised` it
    /// was lost or stolen, and what is signed with it from now on convicts a thief.
    pub(crate) fn change_register_key(
        &mut self,
        actor: &Actor,
        root: &CertificateAuthority,
        compromised: bool,
    ) -> Result<PublicKey, Failure> {
        self.publish()?;
        let now = self.time().max(self.log.head().time());
        let old = verify_registry(&self.registry_chain, &self.anchors, now, None);
        // Its certificate may have ended; what the list needs of it is read all the same.
        let old = old.or_else(|_| {
            let began =
                Validity::of_der(&self.registry_chain.end).map_or(now, |validity| validity.not_before);
            verify_registry(&self.registry_chain, &self.anchors, began, None)
        })?;
        let key = SecretKey::generate(&mut rand::rng());
        let statement = KeySuccession {
            previous: self.unnamed.key.public(),
            next: key.public(),
            size: self.log.head().size(),
            root: self.log.head().root(),
            at: now,
            compromised,
        }
        .sign(root);
        KeySuccession::verify(&statement, &self.anchors).map_err(|error| {
            Failure::RootKey(format!(
                "{error}; name the key of the root that this registry announced last with --key"
            ))
        })?;
        let chain = certify(&key.public(), &self.authorities, &self.anchors, now)?;
        keys::seal(
            &self.layout.next_register_key(),
            &key,
            &self.passphrase,
            REGISTER_PURPOSE,
        )?;
        let issuer = self
            .registry_chain
            .intermediates
            .first()
            .map(|der| Fingerprint::of(der));
        let line = Line::RegisterKey(Box::new(RegisterKeyLine {
            at: now,
            statement: hex::encode(statement),
            compromised,
            retired: RetiredCertificate {
                serial: old.serial,
                issuer: issuer.unwrap_or_else(|| self.authorities.current().fingerprint),
                not_after: old.validity.not_after,
            },
            by: actor.name.clone(),
        }));
        crate::journal::append(&self.layout.register(), std::slice::from_ref(&line))?;
        take_place(&self.layout)?;
        files::write(&self.layout.register_chain(), chain.to_pem().as_bytes(), false)?;
        let public = key.public();
        self.log.change_key(key.clone(), &chain)?;
        self.operator_log.change_key(key.clone());
        self.unnamed.key = key;
        self.registry_chain = chain;
        self.register.apply(line)?;
        self.publish()?;
        self.sign_list(now)?;
        let actor = if actor.named() {
            actor.clone()
        } else {
            self.unnamed.clone()
        };
        let draft = Draft {
            act: "register_rekey",
            about: Some(hex::encode(public.as_bytes())),
            detail: json!({"compromised": compromised}),
            outcome: Outcome::Done,
            journal: self.register.lines.len() as u64,
        };
        self.note(&actor, vec![draft])?;
        Ok(public)
    }
}
