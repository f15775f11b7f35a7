//! Rollover: the next issuing authority, the next root.

use std::fs;

use dokuei_identity::chain::{Chain, TrustAnchor, TrustAnchors};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::{CertificateAuthority, IssueError};
use dokuei_identity::key::SecretKey;
use dokuei_identity::request;
use dokuei_identity::revocation::{self, RevocationError, RevocationList};
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use super::Registry;
use super::keys::{self, ISSUING_PURPOSE};
use super::layout::make_private;
use crate::ceremony::make;
use crate::failure::Failure;
use crate::files;
use crate::journal::Line;
use crate::operators::Actor;
use crate::operators::log::{Draft, Outcome};

impl Registry {
    /// Does a rollover, and writes its row of the operator log, whatever the outcome. The job gives what it took into
    /// service, and what else there is to say of it.
    pub(crate) fn roll(
        &mut self,
        actor: &Actor,
        act: &'static str,
        job: impl FnOnce(&mut Self) -> Result<(Fingerprint, Value), Failure>,
    ) -> Result<Fingerprint, Failure> {
        let (name, detail) = match job(self) {
            Ok(done) => done,
            Err(failure) => return Err(self.refuse(actor, act, failure)),
        };
        let draft = Draft {
            act,
            about: Some(name.to_string()),
            detail,
            outcome: Outcome::Done,
            journal: self.register.lines.len() as u64,
        };
        self.note(actor, vec![draft])?;
        Ok(name)
    }

    /// Writes down that an act was refused. Gives the reason, or that it could not be written down.
    pub(crate) fn refuse(&mut self, actor: &Actor, act: &'static str, failure: Failure) -> Failure {
        let draft = Draft {
            act,
            about: None,
            detail: json!({"code": failure.code()}),
            outcome: Outcome::Refused,
            journal: self.register.lines.len() as u64,
        };
        match self.note(actor, vec![draft]) {
            Ok(()) => failure,
            Err(unwritten) => unwritten,
        }
    }

    /// Takes an issuing authority into service: it issues from now on. Those before it keep signing the revocation
    /// lists of what they issued.
    pub(crate) fn take_authority(
        &mut self,
        by: &str,
        authority: CertificateAuthority,
    ) -> Result<Fingerprint, Failure> {
        let now = self.time();
        let name = self.check_authority(&authority)?;
        let path = self.layout.later_key(&name.to_string());
        if let Some(folder) = path.parent() {
            make_private(folder)?;
        }
        // The key first: a line without its key could never be undone.
        keys::seal(&path, authority.key(), &self.passphrase, ISSUING_PURPOSE)?;
        let line = Line::Authority {
            at: now,
            der: hex::encode(authority.certificate()),
            by: by.to_owned(),
        };
        self.enter(vec![line])?;
        self.anchors.remember_issuer(authority.certificate())?;
        self.authorities.push(authority, self.rules.register_url.as_ref());
        self.sign_list(now)?;
        Ok(name)
    }

    /// Which one of this registry's the next issuing authority is.
    pub(crate) fn next_authority(&self) -> usize {
        self.authorities.all().len() + 1
    }

    /// The request for the certificate of the next issuing authority, PEM. Its key is made here, and stays here; as long
    /// as it waits for its certificate, the request is the same.
    pub(crate) fn request_authority(&mut self, actor: &Actor) -> Result<String, Failure> {
        if let Some(request) = self.requested()? {
            return Ok(request);
        }
        let key = SecretKey::generate(&mut rand::rng());
        let (sealed, path) = (self.layout.next_issuing_key(), self.layout.next_issuing_request());
        if let Some(folder) = path.parent() {
            make_private(folder)?;
        }
        let root = self.anchors.all().last().unwrap_or(self.anchors.first());
        let request = request::make(&key, &make::issuing_name(root, self.next_authority()))?;
        keys::seal(&sealed, &key, &self.passphrase, ISSUING_PURPOSE)?;
        files::write(&path, request.as_bytes(), false)?;
        let name = Fingerprint::of(key.public().as_bytes());
        self.roll(actor, "authority_request", |_| Ok((name, json!({}))))?;
        Ok(request)
    }

    /// The request that waits for its certificate, PEM.
    pub(crate) fn requested(&self) -> Result<Option<String>, Failure> {
        let path = self.layout.next_issuing_request();
        if !path.exists() || !self.layout.next_issuing_key().exists() {
            return Ok(None);
        }
        let text = files::read_text(&path)?;
        let key = request::read(&text)?.key;
        // After a crash between the taking into service and the tidying.
        let serves = |authority: &CertificateAuthority| authority.key().public() == key;
        let served = self.authorities.all().iter().any(|one| serves(&one.authority));
        Ok((!served).then_some(text))
    }

    /// The issuing authority that was asked for, from its certificate (DER) and the key that waits here.
    pub(crate) fn certified(&self, certificate: Vec<u8>) -> Result<CertificateAuthority, Failure> {
        if self.requested()?.is_none() {
            return Err(Failure::NotRequested);
        }
        let key = keys::open(&self.layout.next_issuing_key(), &self.passphrase, ISSUING_PURPOSE)?;
        let authority = CertificateAuthority::load(key, certificate).map_err(|error| match error {
            IssueError::NotThisAuthority => Failure::NotRequested,
            other => other.into(),
        })?;
        self.check_authority(&authority)?;
        Ok(authority)
    }

    /// Takes into service the issuing authority that was asked for.
    pub(crate) fn take_certified(&mut self, by: &str, certificate: Vec<u8>) -> Result<Fingerprint, Failure> {
        let authority = self.certified(certificate)?;
        let name = self.take_authority(by, authority)?;
        // It is in service: nothing that goes wrong from here on may say otherwise. What is left over is known by its key.
        let _ = fs::remove_file(self.layout.next_issuing_request());
        let _ = fs::remove_file(self.layout.next_issuing_key());
        Ok(name)
    }

    /// Whether a root can follow, which `cross` (DER) proves: the roots with it.
    pub(crate) fn check_root(&self, root: &TrustAnchor, cross: &[u8]) -> Result<TrustAnchors, Failure> {
        let mut anchors = self.anchors.clone();
        anchors.add(root.der(), cross, self.time())?;
        if anchors == self.anchors {
            return Err(Failure::InService(root.fingerprint().to_string()));
        }
        Ok(anchors)
    }

    /// Announces a successor root, which `cross` (DER) proves.
    pub(crate) fn take_root(
        &mut self,
        by: &str,
        root: &TrustAnchor,
        cross: &[u8],
    ) -> Result<Fingerprint, Failure> {
        let now = self.time();
        let anchors = self.check_root(root, cross)?;
        let line = Line::Root {
            at: now,
            der: hex::encode(root.der()),
            cross: hex::encode(cross),
            by: by.to_owned(),
        };
        self.commit(vec![line], now)?;
        self.anchors = anchors;
        Ok(root.fingerprint())
    }

    /// What is not in service yet, and stands under one of our roots. Gives its name.
    fn check_authority(&self, authority: &CertificateAuthority) -> Result<Fingerprint, Failure> {
        let name = Fingerprint::of(authority.certificate());
        if self.authorities.named(&name).is_some() {
            return Err(Failure::InService(name.to_string()));
        }
        check_place(authority, &self.anchors, self.time())?;
        Ok(name)
    }
}

/// Whether an issuing authority stands under one of these roots: a list that it signs must verify to it.
pub(super) fn check_place(
    authority: &CertificateAuthority,
    anchors: &TrustAnchors,
    now: Timestamp,
) -> Result<(), Failure> {
    let foreign = |error: RevocationError| Failure::ForeignAuthority(error.to_string());
    let pem = revocation::make(authority, 0, now, now.plus(1), &[]).map_err(foreign)?;
    let chain = Chain {
        end: Vec::new(),
        intermediates: vec![authority.certificate().to_vec()],
    };
    RevocationList::verify_pem(&pem, &chain, anchors, now).map_err(foreign)?;
    Ok(())
}
