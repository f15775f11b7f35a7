//! An opened registry: the issuing authority's key, the register, and the data directory held alone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate, Validity};
use dokuei_identity::chain::{Chain, TrustAnchor, verify_node, verify_practitioner};
use dokuei_identity::issue::{CertificateAuthority, Issued, NodeSubject, PractitionerSubject};
use dokuei_identity::key::SecretKey;
use dokuei_identity::keystore;
use dokuei_identity::request::Request;
use dokuei_identity::revocation::{self, RevocationReason};
use dokuei_identity::time::Timestamp;
use zeroize::Zeroizing;

pub(crate) mod init;

use crate::failure::Failure;
use crate::files;
use crate::journal::{self, Credential, Kind, Line, Register};

/// How long a revocation list holds, seconds: a day, as the protocol's freshness rule says.
const LIST_LIFE: u64 = 86_400;
/// Issued certificates begin this much earlier, seconds, for clocks that are behind ours.
pub(crate) const BACKDATE: u64 = 300;

/// Where things are.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) dir: PathBuf,
}

impl Layout {
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("root.pem")
    }
    pub(crate) fn root_key(&self) -> PathBuf {
        self.dir.join("root.key")
    }
    pub(crate) fn issuing(&self) -> PathBuf {
        self.dir.join("issuing.pem")
    }
    pub(crate) fn issuing_key(&self) -> PathBuf {
        self.dir.join("issuing.key")
    }
    pub(crate) fn register(&self) -> PathBuf {
        self.dir.join("register.jsonl")
    }
    pub(crate) fn crl(&self) -> PathBuf {
        self.dir.join("crl.pem")
    }
    pub(crate) fn token(&self) -> PathBuf {
        self.dir.join("api.token")
    }
    pub(crate) fn api(&self) -> PathBuf {
        self.dir.join("api.json")
    }

    /// The data directory for this process alone, until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, Failure> {
        let path = self.dir.join("lock");
        let failed = |source| Failure::storage("written", &path, source);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::Busy(self.dir.display().to_string())),
            Err(fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    pub(crate) fn anchor(&self) -> Result<TrustAnchor, Failure> {
        if !self.root().exists() {
            return Err(Failure::NoRegistry(self.dir.display().to_string()));
        }
        Ok(TrustAnchor::from_pem(&files::read_text(&self.root())?)?)
    }

    pub(crate) fn read_register(&self) -> Result<Register, Failure> {
        self.anchor()?;
        Register::read(&self.register())
    }
}

/// What a command issued.
pub(crate) struct Delivery {
    pub(crate) issued: Issued,
    pub(crate) chain: Chain,
}

/// An opened registry.
pub(crate) struct Registry {
    layout: Layout,
    authority: CertificateAuthority,
    anchor: TrustAnchor,
    register: Register,
    _lock: File,
}

impl Registry {
    /// Opens the issuing authority's key with the operator's passphrase.
    pub(crate) fn open(layout: Layout, passphrase: &str) -> Result<Self, Failure> {
        let anchor = layout.anchor()?;
        let lock = layout.lock()?;
        let key = open_key(&layout.issuing_key(), passphrase, ISSUING_PURPOSE)?;
        let chain = Chain::from_pem(&files::read_text(&layout.issuing())?)?;
        let authority = CertificateAuthority::load(key, chain.end)?;
        let register = Register::read(&layout.register())?;
        Ok(Self {
            layout,
            authority,
            anchor,
            register,
            _lock: lock,
        })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }

    pub(crate) fn register(&self) -> &Register {
        &self.register
    }

    pub(crate) fn issue_practitioner(
        &mut self,
        request: &Request,
        subject: &PractitionerSubject,
        days: u64,
        now: Timestamp,
    ) -> Result<(Delivery, PractitionerCertificate), Failure> {
        let issued =
            self.authority
                .issue_practitioner(request, subject, validity(days, now), &mut rand::rng())?;
        let chain = self.authority.chain(&issued);
        let certificate = verify_practitioner(&chain, &self.anchor, now, None)?;
        let name = format!("{} ({})", subject.name.japanese, subject.name.latin);
        self.record_issued(Kind::Practitioner, &issued, name, now)?;
        Ok((Delivery { issued, chain }, certificate))
    }

    pub(crate) fn issue_node(
        &mut self,
        request: &Request,
        subject: &NodeSubject,
        days: u64,
        now: Timestamp,
    ) -> Result<(Delivery, NodeCertificate), Failure> {
        let issued = self
            .authority
            .issue_node(request, subject, validity(days, now), &mut rand::rng())?;
        let chain = self.authority.chain(&issued);
        let certificate = verify_node(&chain, &self.anchor, now, None)?;
        let name = format!("{} [{}]", subject.institution, subject.institution_code);
        self.record_issued(Kind::Node, &issued, name, now)?;
        Ok((Delivery { issued, chain }, certificate))
    }

    /// Revokes and signs the next list at once: a revocation that no list tells protects nobody.
    pub(crate) fn revoke(
        &mut self,
        name: &str,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<Credential, Failure> {
        let found = self
            .register
            .find(name)
            .ok_or_else(|| Failure::Unknown(name.to_owned()))?
            .clone();
        if found.revoked.is_some() {
            return Err(Failure::AlreadyRevoked(found.fingerprint.to_string()));
        }
        self.record(Line::Revoked {
            at: now,
            serial: found.serial.clone(),
            reason,
        })?;
        self.sign_list(now)?;
        Ok(self.register.find(name).cloned().unwrap_or(found))
    }

    /// Signs the next revocation list; gives PEM.
    pub(crate) fn sign_list(&mut self, now: Timestamp) -> Result<String, Failure> {
        let number = self.register.last_list + 1;
        let list = revocation::make(
            &self.authority,
            number,
            now,
            now.plus(LIST_LIFE),
            &self.register.revoked(),
        )?;
        // The number is spent before the list is out: two lists never share one.
        self.record(Line::List { at: now, number })?;
        files::write(&self.layout.crl(), list.as_bytes(), false)?;
        Ok(list)
    }

    fn record_issued(
        &mut self,
        kind: Kind,
        issued: &Issued,
        subject: String,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.record(Line::Issued {
            at: now,
            kind,
            fingerprint: issued.fingerprint,
            serial: issued.serial.clone(),
            subject,
            validity: issued.validity,
            der: hex::encode(&issued.der),
        })
    }

    fn record(&mut self, line: Line) -> Result<(), Failure> {
        journal::append(&self.layout.register(), &line)?;
        self.register.apply(line);
        Ok(())
    }
}

/// What the root's sealed file is for.
pub(crate) const ROOT_PURPOSE: &str = "registry-root-key";
/// What the issuing authority's sealed file is for.
pub(crate) const ISSUING_PURPOSE: &str = "registry-issuing-key";

fn open_key(path: &Path, passphrase: &str, purpose: &str) -> Result<SecretKey, Failure> {
    let secret = keystore::open(&files::read(path)?, passphrase, purpose)?;
    let damaged = || {
        Failure::Damaged(format!(
            "{} does not hold a key; restore it from a backup",
            path.display()
        ))
    };
    let seed = Zeroizing::new(<[u8; 32]>::try_from(secret.as_slice()).map_err(|_| damaged())?);
    Ok(SecretKey::from_seed(&seed))
}

fn validity(days: u64, now: Timestamp) -> Validity {
    Validity::days_from(now.minus(BACKDATE), days)
}

/// The operator's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default())
}
